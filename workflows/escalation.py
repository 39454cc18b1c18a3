"""Lateness climbs: who is told of a late task, level by level, each once per stay, until the body moves.

The drawing says when a task is late and whom that first concerns (its dashed clock, level 0); how it climbs from there
is a setting of the agenda. The unique pair (stay, level) keeps a level from being told twice, whoever runs at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from engine import definitions
from engine.base import table_of
from engine.host import Host
from engine.models import Instance, Obstacle, Task
from engine.statements import Statement, insert_of
from workflows import bodies, notices
from workflows.agendas import Almanac
from workflows.host import almanac_of
from workflows.models import Agenda, Body, Climb, Escalation

BATCH = 200

_BEGIN = insert_of(table_of(Climb), "stay", "instance_id", "next_level", "next_at", new=True)
_ONCE = insert_of(
    table_of(Escalation), "instance_id", "stay", "level", "at", "told_role", "reason", new=True, returning="id"
)
_SETTLE = Statement(delete(Climb).where(
    Climb.instance_id == bindparam("instance"),
    Climb.stay.in_(select(Task.id).where(Task.instance_id == bindparam("instance"), Task.closed_at.is_not(None))),
))

_CIRCLES: dict[str, tuple[str, ...]] = {
    "korwil": ("commissioner",), "sdm": ("commissioner",), "teknis": ("commissioner",), "data": ("commissioner",),
    "ketua": ("commissioner",), "hukum": ("supervisor",), "ketua_hukum": ("commissioner", "supervisor"),
    "province": ("province",),
}


def roles_of(told: str, kind: str, first: str) -> tuple[str, ...]:
    """The roles behind a circle of the agenda's settings; `first` is the lane the drawing told.

    A PPK's lateness concerns its coordinator at KPU where that of a PPS concerns its PPK.
    """
    if told == "body":
        return (first,)
    if told == "ppk":
        return ("commissioner",) if kind == "ppk" else ("ppk_member",)
    return _CIRCLES[told]


def thrown(session: Session, *, instance_id: int, element: str, trigger: str, now: datetime) -> None:
    """Level 0: the lane in which the escalation event stands has been told that this task is late.

    Nothing when the body has moved on since. From here `climb` goes on.
    """
    instance = session.get_one(Instance, instance_id)
    loaded = definitions.load(session, instance.definition_id)
    struck = loaded.graph.process.nodes.get(trigger.partition(".")[2])
    if struck is None or element not in loaded.graph.process.nodes:
        return  # the body has moved to a version of its drawing that knows no such clock
    host_node = struck.attached_to
    task = session.execute(
        select(Task.id, Task.due_at, Task.opened_at, Task.node).where(
            Task.instance_id == instance_id, Task.node == host_node, Task.closed_at.is_(None)
        )
    ).one_or_none()
    if task is None:
        return
    role = loaded.graph.role(element)
    almanac = almanac_of(session, bodies.of_subject(session, instance.subject))
    _tell(session, instance, _Stay(task.id, task.node), 0, (role,), almanac.today(now), now)
    next_at = almanac.level_at(_late_since(task.due_at, task.opened_at), 1)
    if next_at is not None:
        _BEGIN.write(session, {"stay": task.id, "instance_id": instance_id, "next_level": 1, "next_at": next_at})


def climb(session: Session, *, now: datetime, host: Host) -> int:
    """Every late stay whose next level has come was told it; one that is over climbs no more. How many were told.

    Rows are claimed, so two sweeps at once share the work. Levels missed while nobody swept are told now, in order.
    """
    due = session.scalars(
        select(Climb).where(Climb.next_at <= now).order_by(Climb.next_at).limit(BATCH).with_for_update(skip_locked=True)
    ).all()
    return sum(_climb_one(session, one, now) for one in due)


def _climb_one(session: Session, climbing: Climb, now: datetime) -> int:
    task = session.execute(
        select(Task.id, Task.due_at, Task.opened_at, Task.node, Task.closed_at, Task.role)
        .where(Task.id == climbing.stay)
    ).one()
    instance = session.get_one(Instance, climbing.instance_id)
    if task.closed_at is not None or instance.status != "running":
        session.delete(climbing)
        return 0
    body = bodies.of_subject(session, instance.subject)
    almanac: Almanac = almanac_of(session, body)
    told, late_since = 0, _late_since(task.due_at, task.opened_at)
    while (next_at := almanac.level_at(late_since, climbing.next_level)) is not None:
        climbing.next_at = next_at
        if next_at > now:
            break
        roles = roles_of(almanac.settings.levels[climbing.next_level].told, body.kind, task.role)
        _tell(session, instance, _Stay(task.id, task.node), climbing.next_level, roles, almanac.today(now), now)
        climbing.next_level += 1
        told += 1
    else:
        session.delete(climbing)
    session.flush()
    return told


def _late_since(due_at: datetime | None, opened_at: datetime) -> datetime:
    """The moment the levels count from: the due moment, but never before the stay began.

    Evidence returned after its due day begins a new stay that is late at once; without this all levels up to the
    province would be told in the same moment, before anybody had a day to mend it.
    """
    return max(due_at or opened_at, opened_at)


def replan(session: Session, agenda: Agenda, now: datetime) -> None:
    """The next sweep counts anew when each late stay of this agenda climbs: for whoever saves the agenda's levels.

    Without it a level that now comes later waits for its new day, but one that now comes earlier comes as was planned.
    """
    theirs = select(Body.instance_id).where(Body.agenda_id == agenda.id)
    stays = select(Task.id).where(Task.root_id.in_(theirs), Task.closed_at.is_(None))
    session.execute(update(Climb).where(Climb.stay.in_(stays)).values(next_at=now))


def settle(session: Session, instance_id: int) -> None:
    """The stays of this instance that are over climb no more."""
    _SETTLE.write(session, {"instance": instance_id})


@dataclass(frozen=True, slots=True)
class _Stay:
    """The late task: its id and its element."""

    id: int
    node: str


def _tell(
    session: Session, instance: Instance, task: _Stay, level: int, roles: tuple[str, ...], today: date, now: datetime
) -> None:
    owner = session.scalar(
        select(Obstacle.owner).where(Obstacle.instance_id == instance.id, Obstacle.lifted_at.is_(None))
        .order_by(Obstacle.reported_at).limit(1)
    )
    told = {
        "instance_id": instance.id, "stay": task.id, "level": level, "at": now, "told_role": ",".join(roles),
        "reason": owner or "",
    }
    if _ONCE.first(session, told) is None:
        return
    notices.tell(
        session, notices.holders(session, roles, instance.scope, today), topic="task.late",
        dedupe=f"late:{task.id}:{level}", instance_id=instance.id, now=now,
        params={"node": task.node, "level": level, "waiting_for": owner or ""},
    )

