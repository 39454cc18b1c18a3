"""How many bodies stand at each place of a drawing, how long they have, and which they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import Instance, Task
from workflows import blocked, signposts, turning
from workflows.models import Agenda, Body

PAGE = 50
AGES = (timedelta(days=3), timedelta(days=7))
"""Up to here a stay is young; up to there it is getting old; beyond it is old."""


@dataclass(frozen=True)
class Place:
    """One waiting place: so many bodies in it, so many of them late, the oldest since `since`.

    `age` is 0, 1 or 2: as the oldest stay is younger than three days, than seven, or older.
    """

    node: str
    name: str
    number: int
    late: int
    since: datetime
    age: int


@dataclass(frozen=True)
class Standing:
    """One body that stands there."""

    body_id: int
    name: str
    code: str
    since: datetime
    due_at: datetime | None
    timezone: str


def places(
    session: Session, scopes: Sequence[str], kind: str, now: datetime, *, district: str = ""
) -> list[Place]:
    """The places of the newest drawing of this kind where bodies stand, in the order of the drawing's way.

    Bodies under way by an older version stand at the place of the same id.
    """
    loaded = definitions.load(session, definitions.newest(session, kind))
    rows = session.execute(
        select(
            Task.node, func.count().label("number"), func.min(Task.opened_at).label("since"),
            func.sum(case((Task.due_at < now, 1), else_=0)).label("late"),
        )
        .join(Instance, Instance.id == Task.root_id).join(Body, Body.instance_id == Instance.id)
        .where(*_here(scopes, kind, district)).group_by(Task.node)
    ).all()
    order = {node: number for number, node in enumerate(loaded.graph.process.nodes)}
    found = [
        Place(row.node, signposts.name_of(loaded, row.node), row.number, row.late or 0, row.since, _age(row.since, now))
        for row in rows
    ]
    return sorted(found, key=lambda place: (order.get(place.node, len(order)), place.node))


def standing(
    session: Session, scopes: Sequence[str], kind: str, node: str, *, district: str = "", after: str = ""
) -> tuple[list[Standing], str]:
    """One page of the bodies at this place, the longest there first, and where the next page begins ("" at the end)."""
    query = (
        select(Body.id, Body.name, Instance.scope, Task.opened_at, Task.due_at, Task.id, Agenda.timezone)
        .join(Instance, Instance.id == Task.root_id).join(Body, Body.instance_id == Instance.id)
        .join(Agenda, Agenda.id == Body.agenda_id)
        .where(*_here(scopes, kind, district), Task.node == node).order_by(Task.opened_at, Task.id).limit(PAGE + 1)
    )
    behind = turning.place(after)
    if behind is not None:
        query = query.where(tuple_(Task.opened_at, Task.id) > behind)
    rows = session.execute(query).all()
    shown = rows[:PAGE]
    last = f"{shown[-1][3].isoformat()},{shown[-1][5]}" if len(rows) > PAGE else ""
    return [Standing(row[0], row[1], row[2], row[3], row[4], row[6]) for row in shown], last


def _here(scopes: Sequence[str], kind: str, district: str) -> list[ColumnElement[bool]]:
    wanted = [Task.closed_at.is_(None), Body.kind == kind, blocked.within(Instance.scope, scopes)]
    return [*wanted, blocked.within(Instance.scope, [district])] if district else wanted


def _age(since: datetime, now: datetime) -> int:
    return sum(now - since > limit for limit in AGES)
