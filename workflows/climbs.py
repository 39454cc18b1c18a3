"""What was escalated and what comes next: the told levels of late stays, and the clocks still running, for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import Instance, Task
from workflows import regions, settings, signposts
from workflows.blocked import within
from workflows.escalation import roles_of
from workflows.models import Agenda, Body, Climb, Escalation
from workflows.settings import Settings

PAGE, NEXT = 50, 20


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed by; "" and None narrow nothing. `moved` is "yes" or "no"."""

    district: str = ""
    kind: str = ""
    role: str = ""
    level: int | None = None
    moved: str = ""

    @property
    def count(self) -> int:
        return sum(map(bool, (self.district, self.kind, self.role, self.level is not None, self.moved)))


@dataclass(frozen=True)
class Told:
    """A level of a late stay that was told at `at`. `moved_at` is when the task was done after all, None while open.

    `after_days` is the level's setting as it is today, None where the agenda has no such level any more.
    """

    id: int
    body_id: int
    body: str
    task: str
    level: int
    after_days: int | None
    roles: tuple[str, ...]
    at: datetime
    due_at: datetime | None
    moved_at: datetime | None
    waiting_for: str
    timezone: str


@dataclass(frozen=True)
class Coming:
    """A level that will be told at `at` when the body has not moved by then."""

    body_id: int
    body: str
    task: str
    level: int
    roles: tuple[str, ...]
    at: datetime
    due_at: datetime | None
    timezone: str


@dataclass(frozen=True)
class Page:
    """Some rows, the latest first; `after` is where the next page begins, "" at the end."""

    entries: list[Told]
    after: str = ""


def told(
    session: Session, scopes: Sequence[str], filters: Filters, *, after: str = "", size: int = PAGE
) -> Page:
    """One page of what was told within the scopes. `after` is the `after` of the page before; else the beginning."""
    query = _joined(Escalation, Escalation.stay, Escalation.id, Escalation.level, Escalation.at, Escalation.told_role,
                    Escalation.reason)
    wanted = _narrowed(scopes, filters)
    if filters.level is not None:
        wanted.append(Escalation.level == filters.level)
    if filters.role:
        wanted.append(Escalation.told_role.contains(filters.role, autoescape=True))
    if filters.moved:
        wanted.append(Task.closed_at.is_not(None) if filters.moved == "yes" else Task.closed_at.is_(None))
    if after.isdecimal() and after.isascii():
        wanted.append(Escalation.id < int(after[:18]))
    rows = session.execute(query.where(*wanted).order_by(Escalation.id.desc()).limit(size + 1)).all()
    more, rows = len(rows) > size, rows[:size]
    known = _settings(session, rows)
    return Page([_told(session, row, known) for row in rows], str(rows[-1].id) if more else "")


def coming(session: Session, scopes: Sequence[str], filters: Filters, size: int = NEXT) -> list[Coming]:
    """The next levels within the scopes, the soonest first; of the filters only region and kind count."""
    query = _joined(Climb, Climb.stay, Climb.next_level.label("level"), Climb.next_at.label("at"))
    wanted = [*_narrowed(scopes, filters), Task.closed_at.is_(None), Instance.status == "running"]
    rows = session.execute(query.where(*wanted).order_by(Climb.next_at, Climb.stay).limit(size)).all()
    known = _settings(session, rows)
    return [_coming(session, row, known) for row in rows]


def _joined(table: Any, stay: Any, *columns: Any) -> Select[Any]:
    around = (
        Task.node, Task.role, Task.due_at, Task.closed_at, Instance.definition_id, Body.id.label("body_id"),
        Body.name, Body.kind, Body.agenda_id, Agenda.timezone,
    )
    return (
        select(*columns, *around).select_from(table).join(Task, Task.id == stay)
        .join(Instance, Instance.id == table.instance_id).join(Body, Body.instance_id == Task.root_id)
        .join(Agenda, Agenda.id == Body.agenda_id)
    )


def _narrowed(scopes: Sequence[str], filters: Filters) -> list[ColumnElement[bool]]:
    wanted = [within(Instance.scope, scopes)]
    if filters.district:
        wanted.append(regions.within(Instance.scope, filters.district))
    if filters.kind:
        wanted.append(Body.kind == filters.kind)
    return wanted


def _settings(session: Session, rows: Sequence[Row[Any]]) -> dict[int, Settings]:
    numbers = {row.agenda_id for row in rows}
    if not numbers:
        return {}
    found = session.execute(select(Agenda.id, Agenda.settings).where(Agenda.id.in_(numbers)))
    return {row.id: settings.read(row.settings or {}) for row in found}


def _told(session: Session, row: Row[Any], known: dict[int, Settings]) -> Told:
    levels = known[row.agenda_id].levels
    return Told(
        id=row.id, body_id=row.body_id, body=row.name, task=_task(session, row), level=row.level,
        after_days=levels[row.level].after_days if row.level < len(levels) else None,
        roles=tuple(role for role in row.told_role.split(",") if role), at=row.at, due_at=row.due_at,
        moved_at=row.closed_at, waiting_for=row.reason, timezone=row.timezone,
    )


def _coming(session: Session, row: Row[Any], known: dict[int, Settings]) -> Coming:
    levels = known[row.agenda_id].levels
    roles = roles_of(levels[row.level].told, row.kind, row.role) if row.level < len(levels) else ()
    return Coming(row.body_id, row.name, _task(session, row), row.level, tuple(roles), row.at, row.due_at, row.timezone)


def _task(session: Session, row: Row[Any]) -> str:
    return signposts.name_of(definitions.load(session, row.definition_id), row.node)
