"""What moves an instance without a person at a form: a clock strikes, something arrives, an automatic task is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.bpmn.model import Event, Node
from engine.errors import NotOpen, Refused
from engine.graph import Clock
from engine.host import SYSTEM, Actor, Host
from engine.models import Timer
from engine.net import parts, parts_of
from engine.operations.children import is_open
from engine.operations.complete import go_on
from engine.operations.door import Act, advance, note
from engine.operations.learning import learn
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing, lock, lock_timer, require_role
from engine.run import event_of
from engine.statements import AnyRow, Statement, insert_of
from engine.timers import next_strike

_timer = table_of(Timer)
_TIMER = Statement(select(_timer).where(_timer.c.id == bindparam("timer")))
_STRUCK = Statement(
    update(_timer).where(_timer.c.id == bindparam("timer")).values(closed_at=bindparam("at"), fired=True)
)
_DROPPED = Statement(
    update(_timer).where(_timer.c.id == bindparam("timer")).values(closed_at=bindparam("at"))
)
_SET = insert_of(_timer, "instance_id", "node", "host", "visit", "round", "due_at", "repeats", "fired")


def fire_timer(
    session: Session, *, timer_id: int, now: datetime, host: Host, actor: Actor = SYSTEM
) -> Outcome | None:
    """The clock has struck once and done what the drawing says; a cycle is set again, from its planned moment.

    None when it had struck or been cleared already: firing twice is firing once; and when the present state knows no
    such clock any more: then it is closed, and the history says so. Refused when it is not due yet.
    """
    standing = lock_timer(session, timer_id, host)
    timer = _TIMER.first(session, {"timer": timer_id})
    if timer.closed_at is not None:
        return None
    if timer.due_at > now:
        raise Refused("Jam ini belum waktunya berbunyi.")
    definition, state = standing.definition, standing.row.state
    if state not in definition.graph.states or f"fire.{timer.node}" not in definition.steps.triggers(state):
        _DROPPED.write(session, {"timer": timer_id, "at": now})
        note(session, standing, Act("timer.dropped", actor, now, timer.node))
        return None
    _STRUCK.write(session, {"timer": timer_id, "at": now})
    clock = definition.graph.clock[timer.node]
    if clock.boundary and not clock.interrupting:
        _set_again(session, standing, timer, clock, now)
    learn(session, standing, timer.node, {}, now)
    act = Act("timer.fired", actor, now, timer.node, details={"due": timer.due_at.isoformat()})
    return go_on(session, standing, advance(session, standing, f"fire.{timer.node}", act), now)


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
    if not is_open(session, instance_id, node, visit):
        return None
    learn(session, standing, node, result, now)
    act = Act("task.completed", SYSTEM, now, node, data=result)
    return go_on(session, standing, advance(session, standing, f"complete.{node}", act), now)


def receive(
    session: Session, *, instance_id: int, message: str, actor: Actor, now: datetime, host: Host,
    data: Mapping[str, Any] | None = None,
) -> Outcome:
    """The message has been taken by the element that waits for it, and the instance goes on.

    Refused with NotOpen when nothing in the present state waits for a message of this name.
    """
    standing = lock(session, instance_id, host)
    graph, nodes = standing.definition.graph, standing.definition.graph.process.nodes
    for trigger in standing.definition.steps.triggers(standing.row.state):
        word, _, node_id = trigger.partition(".")
        node = nodes.get(event_of(node_id))
        if word != "receive" or node is None or graph.spawns(node_id):
            continue  # what several rounds wait for comes to the rounds
        if message in (node.id, *(part.ref for part in _asked(node, node_id))):
            return take_in(session, standing, node_id, data or {}, Act(
                "message.received", actor, now, node_id, data=data or {}, details={"message": message}
            ))
    raise NotOpen("Saat ini tidak ada langkah yang menunggu pesan “%(name)s”.", name=message)


def _asked(node: Node, name: str) -> list[Event]:
    """What may come under this name: of an event that needs several things, that one."""
    return [part for part, its in zip(parts(node.event), parts_of(node), strict=True) if name in (node.id, its)]


def take_in(session: Session, standing: Standing, node: str, data: Mapping[str, Any], act: Act) -> Outcome:
    """What arrived at this element is known, and the instance has gone on from it."""
    learn(session, standing, node, data, act.now)
    return go_on(session, standing, advance(session, standing, f"receive.{node}", act), act.now)


def begin(
    session: Session, *, instance_id: int, activity: str, actor: Actor, now: datetime, host: Host
) -> Outcome:
    """The activity inside an ad hoc sub-process has begun, because this person chose it.

    Refused: there is no such activity (NotOpen); it cannot begin now (WrongState); the role of its lane is not held
    (Forbidden, OutOfScope).
    """
    standing = lock(session, instance_id, host)
    require_lane(standing, activity, actor)
    act = Act("activity.begun", actor, now, activity)
    return go_on(session, standing, advance(session, standing, f"begin.{activity}", act), now)


def finish(
    session: Session, *, instance_id: int, activity: str, actor: Actor, now: datetime, host: Host
) -> Outcome:
    """The ad hoc sub-process is over, because this person says so. Refused as `begin`, and while work inside is open.
    """
    standing = lock(session, instance_id, host)
    require_lane(standing, activity, actor)
    graph = standing.definition.graph
    if graph.process.nodes[activity].kind != "adHocSubProcess" or graph.spawns(activity):
        raise NotOpen()
    act = Act("activity.finished", actor, now, activity)
    return go_on(session, standing, advance(session, standing, f"complete.{activity}", act), now)


def require_lane(standing: Standing, element: str, actor: Actor) -> None:
    """Refused unless the actor holds the role of this element's lane; anybody may where it has none."""
    graph = standing.definition.graph
    if element not in graph.process.nodes:
        raise NotOpen()
    if role := graph.role(element):
        require_role(actor, role, standing.row.scope)
