"""A small world for the engine's tests: a published drawing, people with roles, and verbs with defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, operations
from engine.host import Actor, Finding, Grant, PlainHost, Subject
from engine.models import History, Instance, Message, Submission, Task, Timer
from tests.engine import draw

NOW = datetime(2024, 5, 16, 3, 0, tzinfo=UTC)
"""Thursday, 10.00 WIB."""
SCOPE = "33.23.01"

ANA = Actor("1", "Ana", (Grant("member", SCOPE),))
BUDI = Actor("2", "Budi", (Grant("commissioner", "33.23"),))
CICI = Actor("3", "Cici", (Grant("member", SCOPE), Grant("commissioner", "33.23")))
DEDI = Actor("4", "Dedi", (Grant("member", "33.24"), Grant("commissioner", "33.24")))


class RuleHost(PlainHost):
    """A host whose rules can be set by a test, and which remembers what was accepted."""

    def __init__(self, names: Mapping[str, Any] | None = None) -> None:
        super().__init__(names=names)
        self.findings: list[Finding] = []
        self.taken: list[tuple[str, Mapping[str, Any]]] = []

    def check(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], now: datetime
    ) -> list[Finding]:
        return self.findings

    def accepted(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], actor: Actor, now: datetime
    ) -> None:
        self.taken.append((node, data))


@dataclass
class World:
    """One instance of one drawing in an open session."""

    session: Session
    host: RuleHost = field(default_factory=RuleHost)
    instance_id: int = 0
    now: datetime = NOW

    def begin(
        self, nodes: Mapping[str, str] = draw.REVIEW, flows: list[draw.Flow] = draw.REVIEW_FLOWS,
        lanes: Mapping[str, list[str]] = draw.REVIEW_LANES, defaults: Mapping[str, str] | None = None,
        forms: Mapping[str, str] | None = None, subject: str = "thing:1", actor: Actor = ANA,
    ) -> World:
        defaults = {"g": "submit"} if defaults is None and "g" in nodes else defaults
        definition = definitions.publish(
            self.session, drawing=draw.xml(nodes, flows, lanes=lanes, defaults=defaults), form_texts=forms or {},
            by="test", now=self.now,
        )
        self.instance_id = operations.start(
            self.session, definition_id=definition.id, subject=subject, scope=SCOPE, actor=actor, now=self.now,
            host=self.host,
        ).instance_id
        return self

    @property
    def instance(self) -> Instance:
        return self.session.get_one(Instance, self.instance_id, populate_existing=True)

    def task(self, node: str | None = None) -> int:
        query = select(Task.id).where(Task.instance_id == self.instance_id, Task.closed_at.is_(None))
        return self.session.scalars(query.where(Task.node == node) if node else query).one()

    def do(self, actor: Actor, data: Mapping[str, Any] | None = None, *, node: str | None = None, **more: Any) -> Any:
        return operations.complete_task(
            self.session, task_id=more.pop("task_id", None) or self.task(node), actor=actor, now=self.now,
            host=self.host, data=data or {}, **more,
        )

    def submissions(self) -> list[tuple[str, str]]:
        rows = self.session.scalars(
            select(Submission).where(Submission.instance_id == self.instance_id).order_by(Submission.id)
            .execution_options(populate_existing=True)
        )
        return [(row.node, row.status) for row in rows]

    def actions(self) -> list[str]:
        return list(self.session.scalars(
            select(History.action).where(History.instance_id == self.instance_id).order_by(History.seq)
        ))

    def messages(self) -> list[str]:
        return list(self.session.scalars(select(Message.kind).order_by(Message.id)))

    def clocks(self) -> dict[str, datetime]:
        rows = self.session.execute(
            select(Timer.node, Timer.due_at).where(Timer.instance_id == self.instance_id, Timer.closed_at.is_(None))
        )
        return {row.node: row.due_at for row in rows}

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)
