"""One step of one instance, written down; `engine.operations.door` adds what it means for its children.

The order is fixed: the machine decides; evidence is accepted or returned and the product's registers written; tasks,
clocks and subscriptions of the places left are closed; the instance moves (only if nobody moved it meanwhile); those of
the places entered are opened; the deed, the history row and the messages are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine import history, outbox
from engine.base import table_of
from engine.errors import Stale
from engine.explore import UNDO
from engine.graph import Clock, Graph, Transition
from engine.host import Actor, Surroundings
from engine.machine import Choices
from engine.models import Deed, History, Instance, Task, Timer
from engine.net import AUTOMATIC, THROWS, has
from engine.operations import evidence, learning, parcels, subscriptions
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing, stay
from engine.run import event_of
from engine.statements import Statement, insert_of
from engine.timers import ClockUnset, first_strike
from engine.urgency import urgency

_instance, _task, _timer = table_of(Instance), table_of(Task), table_of(Timer)
_deed, _history = table_of(Deed), table_of(History)

_CLOSE_TASK = Statement(
    update(_task)
    .where(_task.c.instance_id == bindparam("i"), _task.c.node == bindparam("n"), _task.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), closed_by=bindparam("by"), outcome=bindparam("how"))
)
_CLEAR_CLOCKS = Statement(
    update(_timer)
    .where(_timer.c.instance_id == bindparam("i"), _timer.c.host == bindparam("h"), _timer.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"))
)
_INSERT_TASK = insert_of(
    _task, "instance_id", "root_id", "node", "visit", "stage", "role", "scope", "opened_at", "due_at",
    "follow_up_at", "priority",
)
_INSERT_TIMER = insert_of(_timer, "instance_id", "node", "host", "visit", "round", "due_at", "repeats", "fired")
_INSERT_DEED = insert_of(_deed, "instance_id", "stage_version", "person", "role", new=True)
_INSERT_HISTORY = insert_of(_history, *(column.key for column in _history.c if column.key != "id"))
_OPEN_NODES = Statement(
    select(_task.c.node, _task.c.id).where(_task.c.instance_id == bindparam("i"), _task.c.closed_at.is_(None))
)


@cache
def _move(columns: frozenset[str]) -> Statement:
    """The instance gets new values in these columns, unless somebody moved or noted something meanwhile."""
    unmoved = _instance.c.version == bindparam("v"), _instance.c.seq == bindparam("s")
    return Statement(
        update(_instance).where(_instance.c.id == bindparam("i"), *unmoved)
        .values({name: bindparam(f"new_{name}") for name in sorted(columns)}),
        exactly=True,
    )


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does: the word for the history, who, when, on which element, with which data and details.

    `role` is the lane they act in; "" for the engine itself. `decision` is the answer of a deciding task.
    """

    action: str
    actor: Actor
    now: datetime
    node: str
    role: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    decision: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was decided: what it is and what lay around when it was."""

    step: Transition
    surroundings: Surroundings


def decide(session: Session, standing: Standing, trigger: str, act: Act) -> Taken:
    """The step that `trigger` makes from the instance's state. Nothing is written.

    Refused: no such step (WrongState), a gateway without a way out (NoWayOut).
    """
    surroundings = standing.surroundings(session, act.now)
    choices = Choices(standing.definition.graph, standing.context(surroundings))
    return Taken(standing.definition.steps.step(standing.row.state, trigger, choices), surroundings)


def write(session: Session, standing: Standing, taken: Taken, act: Act, *, living: bool) -> Outcome:
    """The step is written, with everything that belongs to it. An instance whose branches are `living` has not ended.

    Refused: a clock that has no moment (ClockUnset), somebody moved it meanwhile (Stale).
    """
    row, step, surroundings = standing.row, taken.step, taken.surroundings
    settled = evidence.settle(session, standing, step, act.actor, act.now, act.decision)
    if settled.accepted:
        surroundings = standing.surroundings(session, act.now)
    learning.passed(standing, step, surroundings)
    version = row.version + 1
    _leave(session, standing, step, act)
    opened = _opened(standing, step, surroundings, act.now, version)
    moved = _moved(standing, step, act, opened, version, living)
    entry = _entry(standing, act, step.target, {
        **act.details, **settled.details,
        **{key: list(value) for key, value in (("stages", step.stages), ("thrown", step.thrown)) if value},
    })
    _write_instance(session, standing, {**moved, "seq": entry["seq"], "head": entry["hash"]})
    _INSERT_TASK.write_all(session, opened.tasks)
    _INSERT_TIMER.write_all(session, opened.timers)
    if standing.definition.graph.catches:
        subscriptions.change(session, standing, step, surroundings, act.now, version)
    if act.role:
        instance, stage_version = stay(session, row)
        _INSERT_DEED.write(session, {
            "instance_id": instance, "stage_version": stage_version, "person": act.actor.who, "role": act.role,
        })
    _INSERT_HISTORY.write(session, entry)
    ended = moved["status"] == "ended"
    outbox.put(session, _messages(session, standing, step, entry["seq"], opened, act.now, ended))
    return Outcome(row.id, act.action, row.state, step.target, moved["stage"], version, step.stages)


def note(session: Session, standing: Standing, act: Act, changes: Mapping[str, Any] | None = None) -> Outcome:
    """Something worth remembering happened without a step: one history row, and `changes` on the instance's own row.

    Where they change its state (a move to another version does), the history says so.
    """
    row = standing.row
    target = str((changes or {}).get("state", row.state))
    entry = _entry(standing, act, target, act.details)
    _write_instance(session, standing, {**(changes or {}), "seq": entry["seq"], "head": entry["hash"]})
    _INSERT_HISTORY.write(session, entry)
    outbox.put(session, [_moved_message(row.id, entry["seq"], act.now)])
    return Outcome(row.id, act.action, row.state, target, row.stage, row.version)


@dataclass(slots=True)
class _Opened:
    """Rows for the places entered."""

    tasks: list[dict[str, Any]] = field(default_factory=list)
    timers: list[dict[str, Any]] = field(default_factory=list)
    automatic: list[str] = field(default_factory=list)


def _leave(session: Session, standing: Standing, step: Transition, act: Act) -> None:
    graph = standing.definition.graph
    tasks = [
        place for place in step.left if (node := graph.node(place)) and (_is_task(node.kind) or graph.spawns(place))
    ]
    _CLOSE_TASK.write_all(session, [
        {"i": standing.row.id, "n": node, "at": act.now, "by": act.actor.id,
         "how": "completed" if step.trigger.partition(".")[2] == node else "taken_away"}
        for node in tasks
    ])
    clocked = [place for place in step.left if place in graph.clocks]
    _CLEAR_CLOCKS.write_all(session, [{"i": standing.row.id, "h": host, "at": act.now} for host in clocked])


def _is_task(kind: str) -> bool:
    return kind == "userTask" or kind in AUTOMATIC


def _clocks(graph: Graph, host: str) -> tuple[Clock, ...]:
    """The clocks of a host; those on the edge of an activity hang on the stay, not on its rounds."""
    return graph.clocks.get(host, ()) if host != graph.root.id else ()


def _opened(
    standing: Standing, step: Transition, surroundings: Surroundings, now: datetime, version: int
) -> _Opened:
    graph, row, opened = standing.definition.graph, standing.row, _Opened()
    context = standing.context(surroundings)
    stage = step.stages[-1] if step.stages else row.stage
    for place in step.entered:
        due: datetime | None = None
        for clock in _clocks(graph, place):
            strike = first_strike(clock, context, surroundings, now)
            if strike is None:
                if clock.interrupting:
                    raise ClockUnset(
                        "Jam “%(clock)s” tidak dapat dihitung. Periksa tanggal pada pengaturan.", clock=clock.node
                    )
                continue
            opened.timers.append({
                "instance_id": row.id, "node": clock.node, "host": place, "visit": version, "round": 0,
                "due_at": strike.due_at, "repeats": strike.repeats, "fired": False,
            })
            if not clock.interrupting:
                due = min(due or strike.due_at, strike.due_at)
        node = graph.node(place)
        spawns = graph.spawns(place)
        if node is not None and (spawns or _is_task(node.kind)):
            person = node.kind == "userTask" and not spawns
            said = urgency(graph, place, context, surroundings, now)
            if said.due_at is not None:
                due = min(due or said.due_at, said.due_at)
            opened.tasks.append({
                "instance_id": row.id, "root_id": row.root_id or row.id, "node": place, "visit": version,
                "stage": stage, "role": graph.role(place) if person else "", "scope": row.scope,
                "opened_at": now, "due_at": due, "follow_up_at": said.follow_up_at, "priority": said.priority,
            })
            if node.kind in AUTOMATIC and not spawns:
                opened.automatic.append(place)
    return opened


def _moved(
    standing: Standing, step: Transition, act: Act, opened: _Opened, version: int, living: bool
) -> dict[str, Any]:
    row, state = standing.row, standing.definition.graph.states[step.target]
    ended = state.final and not living
    dues = [task["due_at"] for task in opened.tasks if task["due_at"] is not None]
    if row.due_at is not None and state.places - set(step.entered):
        dues.append(row.due_at)
    return {
        "state": state.name, "stage": state.stage, "version": version, "variables": standing.variables,
        "status": "ended" if ended else "running",
        "entered_at": act.now if state.name != row.state else row.entered_at,
        "staged_at": act.now if step.stages else row.staged_at,
        "stage_version": version if step.stages else row.stage_version,
        "due_at": min(dues, default=None), "ended_at": act.now if ended else None,
    }


def _entry(standing: Standing, act: Act, target: str, details: Mapping[str, Any]) -> dict[str, Any]:
    row, actor = standing.row, act.actor
    return history.entry(
        instance_id=row.id, seq=row.seq + 1, previous=row.head, at=act.now, actor=actor.id,
        on_behalf_of=actor.on_behalf_of, action=act.action, node=event_of(act.node), source=row.state, target=target,
        details={"actor_name": actor.name, **details}, digest=history.digest(act.data),
    )


def _write_instance(session: Session, standing: Standing, values: Mapping[str, Any]) -> None:
    row = standing.row
    given = {"i": row.id, "v": row.version, "s": row.seq, **{f"new_{name}": value for name, value in values.items()}}
    if _move(frozenset(values)).write(session, given) != 1:
        raise Stale()


def _moved_message(instance_id: int, seq: int, now: datetime) -> dict[str, Any]:
    return outbox.row("instance.moved", f"moved:{instance_id}:{seq}", {"instance_id": instance_id, "seq": seq}, now)


def _messages(
    session: Session, standing: Standing, step: Transition, seq: int, opened: _Opened, now: datetime, ended: bool
) -> list[dict[str, Any]]:
    row = standing.row
    rows = [_moved_message(row.id, seq, now)]
    if row.parent_id is not None:
        rows += _to_parent(standing, step, seq, now, ended)
    else:
        rows += [thrown_message(row.id, seq, element, step.trigger, now) for element in step.thrown]
    if step.sent:
        rows += parcels.thrown(session, standing, step, seq, now)
    rows += [
        outbox.row("task.run", f"run:{row.id}:{task['node']}:{task['visit']}", {
            "instance_id": row.id, "node": task["node"], "visit": task["visit"],
        }, now)
        for task in opened.tasks if task["node"] in opened.automatic
    ]
    return rows


def thrown_message(instance_id: int, seq: int, element: str, trigger: str, now: datetime) -> dict[str, Any]:
    """The message that an escalation which nothing catches is told to the people of its lane."""
    return outbox.row("escalation.thrown", f"thrown:{instance_id}:{seq}:{element}", {
        "instance_id": instance_id, "seq": seq, "node": element, "trigger": trigger,
    }, now)


def _to_parent(
    standing: Standing, step: Transition, seq: int, now: datetime, ended: bool
) -> list[dict[str, Any]]:
    """What a child tells its parent: escalations first, then that it has ended; errors by themselves."""
    row = standing.row
    undoes = step.trigger == UNDO or (row.state in standing.definition.graph.states and (
        standing.definition.graph.own in standing.definition.graph.states[row.state].places
    ))
    if step.thrown:
        return [outbox.row("child.escalated", f"escalated:{row.id}:{seq}", {
            "instance_id": row.parent_id, "child": row.id, "source": row.id, "seq": seq, "trigger": step.trigger,
            "elements": list(step.thrown), "ended": ended,
            **({"undone": standing.row.version} if undoes else {}),
        }, now)]
    if ended and undoes:
        return [undone_message(row.parent_id, row.parent_node, row.id, row.version, now)]
    if not ended:
        return []
    return [ended_message(
        row, now, terminates=_terminates(standing, step), cancelled=standing.definition.graph.cancels(step)
    )]


def ended_message(row: Any, now: datetime, *, terminates: bool = False, cancelled: bool = False) -> dict[str, Any]:
    """The message to its parent that the child of this row has ended, and whether it ends the scope around with it, or
    was a transaction that was cancelled."""
    return outbox.row("child.ended", f"ended:{row.id}", {
        "instance_id": row.parent_id, "node": row.parent_node, "visit": row.parent_visit, "child": row.id,
        **({"terminates": True} if terminates else {}), **({"cancelled": True} if cancelled else {}),
    }, now)


def undone_message(parent: int, activity: str, child: int | None, version: int, now: datetime) -> dict[str, Any]:
    """The message to a parent that this child has undone what it did, or that none of the activity had anything to."""
    who = f"none:{parent}" if child is None else str(child)
    return outbox.row("child.undone", f"undone:{who}:{version}:{activity}"[:200], {
        "instance_id": parent, "node": activity, "child": child,
    }, now)


def _terminates(standing: Standing, step: Transition) -> bool:
    """Whether a branch came to a terminate end of the scope that its parent runs."""
    graph = standing.definition.graph
    if graph.root.kind != "branch" or graph.process.nodes[graph.root.id].attached_to is None:
        return False
    around = graph.net.nodes.get(graph.root.top)
    return not (around is not None and around.by_event) and any(
        has(node, "terminate") and graph.net.scope[node.id] == graph.root.top
        for element in step.path if (node := graph.net.nodes.get(element)) is not None and node.kind == "endEvent"
    )


def uncaught(graph: Graph, step: Transition) -> list[str]:
    """The error end events that a token came to and that nothing in this machine catches."""
    return [
        place for place in step.entered
        if (node := graph.node(place)) is not None and node.kind in THROWS and has(node, "error")
    ]


def open_nodes(session: Session, instance_id: int) -> dict[str, int]:
    """The open tasks of an instance: {node: task id}."""
    return {row.node: row.id for row in _OPEN_NODES.rows(session, {"i": instance_id})}
