"""For tests of instances with children: drawings written in a few words, and verbs over the whole family."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine import definitions, operations, outbox, timers
from engine.arrivals import Subscription
from engine.host import SYSTEM
from engine.models import Definition, History, Incident, Instance, Message, Task, Timer
from tests.engine import draw
from tests.engine.world import ANA, SCOPE, World

BEFORE = (
    '<message id="m_hello" name="hello"/><signal id="sig_all" name="all"/><error id="err_x" errorCode="X"/>'
    '<escalation id="esc_x" escalationCode="E"/>'
)


def drawing(body: str, *, key: str = "p", more: str = "") -> bytes:
    """A file with one executable process. In the body `A>B` on a line of its own is a flow; `A>B = x > 1` one with a
    condition; anything else is XML."""
    lines = []
    for line in body.strip().splitlines():
        text = line.strip()
        lines += [_flow(one.strip()) for one in text.split(";")] if re.match(r"\w+>\w", text) else [text]
    zeebe = 'xmlns:z="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    head = draw.HEAD.replace("<definitions ", f"<definitions {zeebe} ")
    inside = " ".join(lines)
    return f'{head}{BEFORE}{more}<process id="{key}" isExecutable="true">{inside}</process></definitions>'.encode()


def _flow(text: str) -> str:
    ends, _, condition = text.partition(" ")
    source, target = ends.split(">")
    inner = (
        f'<conditionExpression xsi:type="tFormalExpression">{condition.replace("<", "&lt;").replace(">", "&gt;")}'
        "</conditionExpression>" if condition else ""
    )
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def handlers_of(drawn: bytes) -> list[str]:
    """Every name a drawing writes: for tests in which whatever handler it asks for counts as registered."""
    return re.findall('="([^"]*)"', drawn.decode())


class Family(World):
    """One root instance with all below it."""

    told: list[str]

    def publish(
        self, body: str, *, key: str = "p", more: str = "", files: Mapping[str, str] | None = None
    ) -> Definition:
        """Published; whatever handler the drawing names counts as registered."""
        drawn = drawing(body, key=key, more=more)
        return definitions.publish(
            self.session, drawing=drawn, form_texts=files or {}, by="test", now=self.now,
            handlers=handlers_of(drawn),
        )

    def start(self, body: str, *, variables: Mapping[str, Any] | None = None, **more: Any) -> Family:
        definition = self.publish(body, **more)
        self.instance_id = operations.start(
            self.session, definition_id=definition.id, subject="thing:1", scope=SCOPE, actor=SYSTEM, now=self.now,
            host=self.host, variables=variables,
        ).instance_id
        return self

    def drain(self, most: int = 500) -> int:
        """What the worker does, here in one transaction; how many messages had their effect."""
        self.told = getattr(self, "told", [])
        effects: dict[str, outbox.Effect] = {
            **operations.effects(self.host), "instance.moved": lambda session, taken, now: None,
            "escalation.thrown": lambda session, taken, now: self.told.append(taken.payload["node"]),
        }
        for count in range(most):
            if outbox.take(self.session, now=self.now, effects=effects) is None:
                return count
        raise AssertionError("the outbox is not empty after so many messages")

    def strike(self) -> None:
        """Every clock that is due by now has struck."""
        for timer in timers.due(self.session, now=self.now):
            operations.fire_timer(self.session, timer_id=timer, now=self.now, host=self.host)
        self.drain()

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.strike()

    def rows(self) -> list[Instance]:
        return list(self.session.scalars(
            select(Instance).order_by(Instance.id).execution_options(populate_existing=True)
        ))

    def tree(self) -> list[tuple[str, str, str]]:
        """(part or "", state, status) of each instance, the root first."""
        return [(one.part, one.state, one.status) for one in self.rows()]

    @property
    def root(self) -> Instance:
        return self.instance

    def open(self) -> list[tuple[int, str]]:
        """(instance, node) of the open tasks that people or handlers do."""
        query = select(Task.instance_id, Task.node).where(Task.closed_at.is_(None)).order_by(Task.id)
        nodes = {one.id: definitions.load(self.session, one.definition_id).of(one.part).graph for one in self.rows()}
        found = self.session.execute(query)
        return [(one.instance_id, one.node) for one in found if not nodes[one.instance_id].spawns(one.node)]

    def act(self, node: str, data: Mapping[str, Any] | None = None, *, of: int | None = None) -> None:
        """The first open task of this name in the family is done, and what follows from it."""
        instance = of if of is not None else next(number for number, one in self.open() if one == node)
        task = self.session.scalars(
            select(Task.id).where(Task.instance_id == instance, Task.node == node, Task.closed_at.is_(None))
        ).one()
        operations.complete_task(
            self.session, task_id=task, actor=EVERYBODY, now=self.now, host=self.host, data=data or {}
        )
        self.drain()

    def nothing_left(self) -> None:
        """Nothing is open of any instance: no task, clock, subscription, message or child without its parent."""
        for model in (Task, Timer, Subscription):
            assert self.session.scalars(select(model).where(model.closed_at.is_(None))).all() == []
        assert self.session.scalars(select(Message.kind).where(Message.done_at.is_(None))).all() == []
        assert {one.status for one in self.rows()} <= {"ended", "cancelled"}

    def incidents(self) -> list[tuple[int, str, str]]:
        return [(one.instance_id, one.node, one.error) for one in self.session.scalars(
            select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id)
        )]

    def said(self, instance: int | None = None) -> list[str]:
        query = select(History.action).order_by(History.instance_id, History.seq)
        return list(self.session.scalars(
            query.where(History.instance_id == instance) if instance is not None else query
        ))


class _Everybody(type(ANA)):  # type: ignore[misc] # -- an Actor who holds every role, for drawings without lanes
    def holds(self, role: str, scope: str) -> bool:
        return True


EVERYBODY = _Everybody("9", "Everybody")
