"""How an act is unwritten: the stays it closed are open again, those it opened are closed, evidence waits as before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, bindparam, false, func, or_, select, update
from sqlalchemy.orm import Session

from engine import gathering
from engine.arrivals import Subscription
from engine.base import table_of
from engine.errors import Refused
from engine.gathering import Gathered
from engine.host import Actor
from engine.models import Message, Submission, Task, Timer
from engine.net import AUTOMATIC
from engine.operations.standing import Standing
from engine.statements import AnyRow, Statement

_task, _timer, _subscription = table_of(Task), table_of(Timer), table_of(Subscription)
_submission, _message = table_of(Submission), table_of(Message)

_CLOSE_TASKS = Statement(
    update(_task).where(_task.c.instance_id == bindparam("i"), _task.c.visit > bindparam("v"))
    .values(closed_at=func.coalesce(_task.c.closed_at, bindparam("at", type_=_task.c.closed_at.type)),
            closed_by=func.coalesce(_task.c.closed_by, bindparam("by", type_=_task.c.closed_by.type)),
            outcome="taken_away")
)


def _close(table: Table) -> Statement:
    return Statement(
        update(table).where(
            table.c.instance_id == bindparam("i"), table.c.visit > bindparam("v"), table.c.closed_at.is_(None)
        ).values(closed_at=bindparam("at"))
    )


def _reopen(table: Table) -> Statement:
    return Statement(update(table).where(table.c.id == bindparam("t")).values(closed_at=None))


@dataclass(frozen=True)
class _Stays:
    """The rows of one table that belong to the stays of instances."""

    table: Table
    place: Column[Any]
    over: ColumnElement[bool]

    @cached_property
    def rows(self) -> Statement:
        return Statement(self.asked.where(self.table.c.instance_id == bindparam("i")))

    @property
    def asked(self) -> Select[Any]:
        table = self.table
        return select(
            table.c.id, table.c.instance_id, self.place.label("place"), table.c.visit, table.c.closed_at,
            self.over.label("over"),
        )

    def of(self, session: Session, instance_id: int) -> list[AnyRow]:
        known: list[AnyRow] | None = gathering.taken(session, self.table.name, instance_id)
        return self.rows.rows(session, {"i": instance_id}) if known is None else known


_CLOSE_TIMERS, _CLOSE_SUBSCRIPTIONS = _close(_timer), _close(_subscription)
_REOPEN_TIMER, _REOPEN_SUBSCRIPTION = _reopen(_timer), _reopen(_subscription)
_TASKS = _Stays(_task, _task.c.node, false())
_TIMERS = _Stays(_timer, _timer.c.host, _timer.c.fired)
_SUBSCRIPTIONS = _Stays(_subscription, _subscription.c.host, false())
_REOPEN_TASK = Statement(
    update(_task).where(_task.c.id == bindparam("t")).values(closed_at=None, closed_by=None, outcome=None)
)
_WITHDRAWN = Statement(
    update(_submission).where(
        _submission.c.task_id == bindparam("t"), _submission.c.actor == bindparam("who"),
        _submission.c.submitted_at == bindparam("at"), _submission.c.node == bindparam("n"),
        _submission.c.status == "accepted",
    ).values(status="withdrawn")
)
_AGAIN = Statement(
    update(_submission).where(_submission.c.id == bindparam("s"))
    .values(status="submitted", decided_at=None, decided_by=None, decision=None)
)
_AS_PREPARED = ("data", "warnings", "form_fingerprint", "edition", "actor", "on_behalf_of", "saved_at")
_PREPARED = Statement(
    update(_submission).where(_submission.c.id == bindparam("s")).values(
        status="prepared", task_id=None, submitted_at=None, decided_at=None, decided_by=None, decision=None,
        **{name: bindparam(f"new_{name}") for name in _AS_PREPARED},
    )
)
_DRAFTS = Statement(
    select(_submission.c.id, _submission.c.node).where(
        _submission.c.instance_id == bindparam("i"),
        or_(_submission.c.status == "draft", _submission.c.status == "prepared"),
    )
)
_MOVED = Statement(
    update(_message).where(_message.c.dedupe == bindparam("d"), _message.c.done_at.is_(None))
    .values(done_at=bindparam("at"), last_error="withdrawn: the act was taken back")
)
_OTHERS = Statement(
    update(_message).where(
        _message.c.dedupe >= bindparam("a"), _message.c.dedupe < bindparam("b"),
        _message.c.created_at >= bindparam("made"), _message.c.done_at.is_(None),
    ).values(done_at=bindparam("at"), last_error="withdrawn: the act was taken back")
)


def require_no_new_draft(session: Session, standing: Standing, kept: AnyRow) -> None:
    """Refused where somebody has begun a new draft of what was prepared: it would have no place beside that."""
    prepared = {one["id"]: one["node"] for one in kept.image["prepared"]}
    if prepared and any(
        row.id not in prepared and row.node in prepared.values()
        for row in _DRAFTS.rows(session, {"i": standing.row.id})
    ):
        raise Refused("Sejak itu ada draf baru untuk tahap berikutnya. Keputusan ini tidak dapat dibatalkan lagi.")


def evidence(
    session: Session, standing: Standing, kept: AnyRow, details: Iterable[Mapping[str, Any]], now: datetime
) -> None:
    """What the act accepted or returned waits for a decision again; what it handed in is prepared as it was; its own
    answer is withdrawn.
    """
    prepared = {one["id"]: one for one in kept.image["prepared"]}
    _WITHDRAWN.write(session, {"t": kept.task_id, "who": kept.actor, "at": kept.at, "n": kept.node})
    decided = [number for one in details for name in ("accepted", "returned") for number in one.get(name, ())]
    _AGAIN.write_all(session, [{"s": number} for number in decided if number not in prepared])
    _PREPARED.write_all(session, [
        {"s": one["id"], **{f"new_{name}": one[name] for name in _AS_PREPARED},
         "new_saved_at": datetime.fromisoformat(one["saved_at"])}
        for one in prepared.values()
    ])


@dataclass(frozen=True, slots=True)
class Changed:
    """Of one table: the ids of what an act closed, to be open again, and whether it or what followed opened any."""

    again: list[int]
    opened: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """What an act closed and opened."""

    tasks: Changed
    timers: Changed
    subscriptions: Changed


def gather_stays(session: Session, instance_ids: Sequence[int], gathered: Gathered) -> None:
    """What `closed` asks about each of these instances is known."""
    for stays in (_TASKS, _TIMERS, _SUBSCRIPTIONS):
        gathered.known.update({(stays.table.name, number): [] for number in instance_ids})
        for row in session.execute(stays.asked.where(stays.table.c.instance_id.in_(instance_ids))):
            gathered.known[stays.table.name, row.instance_id].append(row)


def closed(session: Session, standing: Standing, kept: AnyRow) -> Closed:
    """What the act closed: of the places its instance stood in before, the newest stay's; what had struck stays so."""
    before = kept.image["instance"]
    places = standing.definition.graph.states[before["state"]].places

    def changed(stays: _Stays) -> Changed:
        rows = stays.of(session, standing.row.id)
        earlier = [row for row in rows if row.visit <= before["version"] and not row.over]
        return Changed(_newest(earlier, places, kept.at), any(row.visit > before["version"] for row in rows))

    catches = bool(standing.definition.graph.catches)
    return Closed(changed(_TASKS), changed(_TIMERS), changed(_SUBSCRIPTIONS) if catches else Changed([], False))


def _newest(rows: list[AnyRow], places: Collection[str], at: datetime) -> list[int]:
    visits: dict[str, int] = {}
    for row in rows:
        visits[row.place] = max(visits.get(row.place, 0), row.visit)
    return [
        row.id for row in rows if row.place in places and row.visit == visits[row.place] and row.closed_at == at
    ]


def stays(session: Session, standing: Standing, kept: AnyRow, again: Closed, actor: Actor, now: datetime) -> None:
    """The tasks, clocks and subscriptions of the places that the instance stood in before are open, no others."""
    since = {"i": standing.row.id, "v": kept.image["instance"]["version"], "at": now}
    if again.tasks.opened:
        _CLOSE_TASKS.write(session, {**since, "by": actor.id})
    if again.timers.opened:
        _CLOSE_TIMERS.write(session, since)
    if again.subscriptions.opened:
        _CLOSE_SUBSCRIPTIONS.write(session, since)
    _REOPEN_TASK.write_all(session, [{"t": number} for number in again.tasks.again])
    _REOPEN_TIMER.write_all(session, [{"t": number} for number in again.timers.again])
    _REOPEN_SUBSCRIPTION.write_all(session, [{"t": number} for number in again.subscriptions.again])


def messages(
    session: Session, standing: Standing, kept: AnyRow, details: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """What the act, and the clocks since, wanted told or run and nobody has done is over without effect.

    `details` are those of the act's own rows: where it threw nothing and no clock has struck, nothing was to be told.
    """
    instance, rows = kept.instance_id, range(kept.seq, standing.row.seq + 1)
    _MOVED.write_all(session, [{"d": f"moved:{instance}:{seq}", "at": now} for seq in rows])
    threw = standing.row.seq > kept.last or any("thrown" in one for one in details)
    runs = any(node.kind in AUTOMATIC for node in standing.definition.graph.process.nodes.values())
    ranges = (
        *(f"thrown:{instance}:{seq}" for seq in rows if threw), *((f"run:{instance}",) if runs else ()),
    )
    _OTHERS.write_all(session, [
        {"a": f"{start}:", "b": f"{start};", "made": kept.at, "at": now} for start in ranges
    ])
