"""What moves an instance without a person at a form: a clock strikes, a message arrives, an automatic task is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine.errors import NotOpen, Refused
from engine.graph import Clock
from engine.host import SYSTEM, Actor, Host
from engine.models import Task, Timer, table_of
from engine.operations.complete import hand_in_prepared
from engine.operations.door import Act, advance
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing, lock, lock_timer
from engine.statements import AnyRow, Statement, insert_of
from engine.timers import next_strike

_timer, _task = table_of(Timer), table_of(Task)
_TIMER = Statement(select(_timer).where(_timer.c.id == bindparam("timer")))
_STRUCK = Statement(
    update(_timer).where(_timer.c.id == bindparam("timer")).values(closed_at=bindparam("at"), fired=True)
)
_SET = insert_of(_timer, "instance_id", "node", "host", "visit", "round", "due_at", "repeats", "fired")
_OPEN_STAY = Statement(select(_task.c.id).where(
    _task.c.instance_id == bindparam("instance"), _task.c.node == bindparam("node"),
    _task.c.visit == bindparam("visit"), _task.c.closed_at.is_(None),
))


def fire_timer(
    session: Session, *, timer_id: int, now: datetime, host: Host, actor: Actor = SYSTEM
) -> Outcome | None:
    """The clock has struck once and done what the drawing says; a cycle is set again, from its planned moment.

    None when it had struck or been cleared already: firing twice is firing once. Refused when it is not due yet.
    """
    standing = lock_timer(session, timer_id, host)
    timer = _TIMER.first(session, {"timer": timer_id})
    if timer.closed_at is not None:
        return None
    if timer.due_at > now:
        raise Refused("Jam ini belum waktunya berbunyi.")
    _STRUCK.write(session, {"timer": timer_id, "at": now})
    clock = standing.definition.graph.clock[timer.node]
    if clock.boundary and not clock.interrupting:
        _set_again(session, standing, timer, clock, now)
    act = Act("timer.fired", actor, now, timer.node, details={"due": timer.due_at.isoformat()})
    return hand_in_prepared(session, standing, advance(session, standing, f"fire.{timer.node}", act), now)


def _set_again(session: Session, standing: Standing, timer: AnyRow, clock: Clock, now: datetime) -> None:
    surroundings = standing.surroundings(session, now)
    strike = next_strike(clock, standing.context(surroundings), surroundings, timer.due_at, timer.repeats)
    if strike is not None:
        _SET.write(session, {
            "instance_id": timer.instance_id, "node": timer.node, "host": timer.host, "visit": timer.visit,
            "round": timer.round + 1, "due_at": strike.due_at, "repeats": strike.repeats, "fired": False,
        })


def run_done(
    session: Session, *, instance_id: int, node: str, visit: int, result: Mapping[str, Any], now: datetime, host: Host
) -> Outcome | None:
    """The automatic task is done with this result, and the instance goes on.

    None when this stay in the task is over already: done twice is done once.
    """
    standing = lock(session, instance_id, host)
    if _OPEN_STAY.first(session, {"instance": instance_id, "node": node, "visit": visit}) is None:
        return None
    names = standing.definition.graph.names
    standing.variables.update({key: value for key, value in result.items() if key in names})
    act = Act("task.completed", SYSTEM, now, node, data=result)
    return hand_in_prepared(session, standing, advance(session, standing, f"complete.{node}", act), now)


def receive(
    session: Session, *, instance_id: int, message: str, actor: Actor, now: datetime, host: Host,
    data: Mapping[str, Any] | None = None,
) -> Outcome:
    """The message has been taken by the element that waits for it, and the instance goes on.

    Refused with NotOpen when nothing in the present state waits for a message of this name.
    """
    standing = lock(session, instance_id, host)
    graph = standing.definition.graph
    for trigger in standing.definition.steps.triggers(standing.row.state):
        word, _, node_id = trigger.partition(".")
        node = graph.process.nodes.get(node_id)
        if word == "receive" and node is not None and message in (node.id, node.event.ref if node.event else None):
            standing.variables.update({key: value for key, value in (data or {}).items() if key in graph.names})
            act = Act("message.received", actor, now, node_id, data=data or {}, details={"message": message})
            return hand_in_prepared(session, standing, advance(session, standing, trigger, act), now)
    raise NotOpen(f"Saat ini tidak ada langkah yang menunggu pesan “{message}”.")
