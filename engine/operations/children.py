"""What children tell their parent, each in a transaction of its own that holds the parent's lock only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine import outbox, rounds
from engine.base import table_of
from engine.bpmn.model import Node
from engine.errors import BpmnError, NotOpen, WrongState
from engine.graph import Repeat
from engine.host import SYSTEM, Actor, Host
from engine.machine import context_of
from engine.models import Attachment, Instance, Submission, Task
from engine.net import parts
from engine.operations import ending, learning
from engine.operations.complete import go_on
from engine.operations.door import Act, advance, begin_child, begin_stay, note, undo_next
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing, lock, require_role, standing_of
from engine.operations.step import ended_message, thrown_message, undone_message
from engine.plain import plain
from engine.rounds import OWN, Plan
from engine.run import CANCELS, UNDOES
from engine.statements import AnyRow, Statement

_instance, _task = table_of(Instance), table_of(Task)
_submission, _attachment = table_of(Submission), table_of(Attachment)
_CHILD = Statement(select(_instance).where(_instance.c.id == bindparam("child")))
_ROUNDS = Statement(
    select(_instance).where(
        _instance.c.parent_id == bindparam("parent"), _instance.c.parent_node == bindparam("node"),
        _instance.c.parent_visit == bindparam("visit"),
    ).order_by(_instance.c.number)
)
_STAY = Statement(select(_task.c.id).where(
    _task.c.instance_id == bindparam("i"), _task.c.node == bindparam("n"), _task.c.visit == bindparam("v"),
    _task.c.closed_at.is_(None),
))
_LIVING = Statement(
    select(_instance.c.id).where(_instance.c.parent_id == bindparam("parent"), _instance.c.status == "running").limit(1)
)

_ANY_ROUND = Statement(
    select(_instance.c.id).where(
        _instance.c.parent_id == bindparam("parent"), _instance.c.parent_node == bindparam("node"),
        _instance.c.parent_visit == bindparam("visit"), _instance.c.status == "running",
    ).limit(1)
)


def is_open(session: Session, instance_id: int, node: str, visit: int) -> bool:
    """Whether this stay in the place is not over."""
    return _STAY.first(session, {"i": instance_id, "n": node, "v": visit}) is not None


def begin_children(
    session: Session, *, instance_id: int, node: str, visit: int, now: datetime, host: Host
) -> None:
    """The children of this stay live, where they could not begin before. Nothing when the stay is over or they live.

    Refused as `door.begin_stay`.
    """
    standing = lock(session, instance_id, host)
    waits = is_open(session, instance_id, node, visit) or not standing.definition.graph.spawns(node)
    if standing.row.status == "running" and waits and not _rounds(session, instance_id, node, visit):
        begin_stay(session, standing, node, visit, now)


def child_ended(
    session: Session, *, instance_id: int, node: str, visit: int, child: int | None, now: datetime, host: Host,
    terminates: bool = False, cancelled: bool = False,
) -> Outcome | None:
    """The parent has taken over what this child brought: the next round begins, or the place is done and it goes on.

    `child` is None for a loop without a round; a branch that `terminates` ends its whole scope; a transaction that was
    `cancelled` is left by its cancel event, whatever its other rounds do. None when the parent
    has left that place meanwhile, or goes on waiting for others.
    """
    standing = lock(session, instance_id, host)
    row = _CHILD.first(session, {"child": child}) if child is not None else None
    if row is not None:
        _hand_up_evidence(session, row)
    if standing.row.status != "running":
        return None
    graph = standing.definition.graph
    if not graph.spawns(node):
        return _branch_ended(session, standing, row, now, terminates)
    if not is_open(session, instance_id, node, visit):
        return None
    if cancelled:
        act = Act("transaction.cancelled", SYSTEM, now, node, details={"child": child})
        return go_on(session, standing, advance(session, standing, f"cancel.{node}", act), now)
    repeat = graph.repeats.get(node) if node != graph.root.id else None
    if row is None or repeat is None:
        brought = {} if row is None else _brought(session, standing, graph.process.nodes[node], row, None, now)
        if row is None and repeat is not None and repeat.results is not None:
            brought = {repeat.results: []}
        return _complete(session, standing, node, brought, now)
    return _round_ended(session, standing, repeat, row, now)


def _hand_up_evidence(session: Session, row: AnyRow) -> None:
    """What was handed in inside the child is decided by the parent's stages from now on."""
    handed_in = update(_submission).where(_submission.c.instance_id == row.id, _submission.c.status == "submitted")
    if session.execute(handed_in.values(instance_id=row.parent_id)).rowcount:  # type: ignore[attr-defined] # -- of an UPDATE
        session.execute(
            update(_attachment).where(_attachment.c.instance_id == row.id).values(instance_id=row.parent_id)
        )


def child_undone(
    session: Session, *, instance_id: int, node: str, child: int | None, now: datetime, host: Host
) -> Outcome | None:
    """The next child that did this activity undoes what it did; with none left, the parent goes on.

    None when the parent has left that place meanwhile, or another child is at it.
    """
    standing = lock(session, instance_id, host)
    row = _CHILD.first(session, {"child": child}) if child is not None else None
    if row is not None:
        _hand_up_evidence(session, row)
    places = standing.definition.graph.states[standing.row.state].places
    place = next((one for one in (node + CANCELS, node + UNDOES) if one in places), None)
    if standing.row.status != "running" or place is None:
        return None
    if row is not None:
        _round_undone(session, standing, row, now)
        undo_next(session, standing, place, now)
        return None
    act = Act("compensation.ended", SYSTEM, now, node)
    return go_on(session, standing, advance(session, standing, f"undone.{node}", act), now)


def _round_undone(session: Session, standing: Standing, row: AnyRow, now: datetime) -> None:
    """What the handler of this round has changed is known to the parent, as if it had been done there."""
    before = row.origin.get("before")
    changed = {} if before is None else {
        name: value for name, value in row.variables.items() if name not in before or before[name] != value
    }
    if changed:
        standing.keep(changed)
        act = Act("round.undone", SYSTEM, now, row.parent_node, details={"child": row.id, "number": row.number})
        note(session, standing, act, {"variables": standing.variables})


def _branch_ended(
    session: Session, standing: Standing, row: AnyRow | None, now: datetime, terminates: bool
) -> Outcome | None:
    """A branch beside is over; the instance too when it had nothing left but branches, or when the branch came to a
    terminate end."""
    assert row is not None  # noqa: S101 -- only loops end without a child
    standing.keep(_changed(standing, row, None))
    instance = standing.row
    act = Act("branch.ended", SYSTEM, now, row.parent_node, details={"child": row.id})
    if terminates:
        outcome = ending.end_early(session, standing, act, status="ended")
        if instance.parent_id is not None:
            outbox.put(session, [ended_message(instance, now)])
        return outcome
    over = standing.definition.graph.states[instance.state].final and (
        _LIVING.first(session, {"parent": instance.id}) is None
    )
    changes: dict[str, Any] = {"variables": standing.variables, "version": instance.version + 1}
    if over:
        changes |= {"status": "ended", "ended_at": now, "due_at": None}
        if instance.parent_id is not None:
            outbox.put(session, [ended_message(instance, now)])
    return go_on(session, standing, note(session, standing, act, changes), now)


def _round_ended(session: Session, standing: Standing, repeat: Repeat, row: AnyRow, now: datetime) -> Outcome | None:
    stay = {"parent": standing.row.id, "node": repeat.node, "visit": row.parent_visit}
    if not repeat.sequential and repeat.until is None and _ANY_ROUND.first(session, stay) is not None:
        return None  # others are at work: nothing to count
    node = standing.definition.graph.process.nodes[repeat.node]
    all_rounds = _rounds(session, standing.row.id, repeat.node, row.parent_visit)
    made = Plan.of(all_rounds[0].origin)
    if repeat.sequential and row.number != all_rounds[-1].number:
        return None  # the next round lives already: this was told twice
    ended = [one for one in all_rounds if one.status == "ended"]
    brought: dict[str, Any] = {}
    for one in [row] if repeat.sequential else ended:
        brought |= _brought(session, standing, node, one, repeat, now)
    names = standing.surroundings(session, now).names
    known = {**standing.variables, **brought, **made.variables(repeat, row.number)}
    if rounds.is_over(repeat, made, [one.status for one in all_rounds], row.number, context_of(known, names)):
        if repeat.results is not None:
            brought[repeat.results] = _results(repeat, made, all_rounds, names)
        return _complete(session, standing, repeat.node, brought, now)
    if not repeat.sequential:
        return None
    standing.keep(brought)
    act = Act("round.ended", SYSTEM, now, repeat.node, details={"child": row.id, "number": row.number})
    outcome = note(session, standing, act, {"variables": standing.variables})
    begin_child(session, standing, repeat.node, row.parent_visit, row.number + 1, now=now, repeat=repeat, made=made)
    return outcome


def _rounds(session: Session, instance_id: int, node: str, visit: int) -> Sequence[AnyRow]:
    return _ROUNDS.rows(session, {"parent": instance_id, "node": node, "visit": visit})


def _results(
    repeat: Repeat, made: Plan, all_rounds: Sequence[AnyRow], names: Mapping[str, Any]
) -> list[Any]:
    """What each round gives, in their order; null where one did not come to its end."""
    gathered: list[Any] = []
    for one in all_rounds:
        value = None
        if one.status == "ended" and repeat.result is not None:
            local = {**one.variables, **made.variables(repeat, one.number)}
            value = plain(repeat.result.evaluate(context_of(local, names)))
        gathered.append(value)
    return gathered


def _brought(
    session: Session, standing: Standing, node: Node, row: AnyRow, repeat: Repeat | None, now: datetime
) -> dict[str, Any]:
    """What an ended child gives its parent: what is mapped out, else what it changed."""
    mapped = standing.definition.graph.outputs.get(node.id)
    called = row.part == ""
    if mapped and (called or node.children is not None):
        surroundings = standing.surroundings(session, now)
        return learning.outputs(standing, node.id, surroundings, row.variables)
    return _changed(standing, row, repeat)


def _changed(standing: Standing, row: AnyRow, repeat: Repeat | None) -> dict[str, Any]:
    given, own = row.origin["given"], {OWN, repeat.element if repeat is not None else None}
    return {
        name: value for name, value in row.variables.items()
        if name not in own and (name not in given or given[name] != value)
    }


def _complete(session: Session, standing: Standing, node: str, brought: Mapping[str, Any], now: datetime) -> Outcome:
    standing.keep(brought)
    receives = standing.definition.graph.process.nodes[node].kind == "receiveTask"
    act = Act("children.ended", SYSTEM, now, node)
    return go_on(session, standing, advance(
        session, standing, f"{'receive' if receives else 'complete'}.{node}", act
    ), now)


def child_failed(
    session: Session, *, instance_id: int, node: str, child: int, code: str, message: str, kind: str,
    origin: dict[str, Any], now: datetime, host: Host,
) -> Outcome | None:
    """The error of a child, caught by no one inside it, has been caught here; else the next parent is asked, and at
    last a person. None when it is not caught here, or the child is over meanwhile."""
    standing = lock(session, instance_id, host)
    row = _CHILD.first(session, {"child": child})
    if standing.row.status != "running" or row.status != "running":
        return None
    trigger = standing.definition.graph.catcher(node, "error", code or None)
    error = BpmnError(code, message)
    if trigger is not None and trigger in standing.definition.steps.triggers(standing.row.state):
        return caught(session, standing, trigger, error, node, now)
    ending.not_caught(session, standing.row, host, error=error, kind=kind, origin=origin, now=now)
    return None


def caught(
    session: Session, standing: Standing, trigger: str, error: BpmnError, node: str, now: datetime
) -> Outcome:
    """The error has been caught by this trigger; `errorCode` and `errorMessage` are known where they are asked for."""
    said = {"errorCode": error.code, "errorMessage": error.message}
    learning.learn(session, standing, trigger.partition(".")[2], said, now)
    act = Act("error.caught", SYSTEM, now, node, details={"code": error.code})
    return go_on(session, standing, advance(session, standing, trigger, act), now)


def child_escalated(
    session: Session, *, instance_id: int, child: int, source: int, seq: int, trigger: str, elements: list[str],
    ended: bool, now: datetime, host: Host, undone: int | None = None,
) -> None:
    """Each escalation that the child did not catch has been caught here, or goes on to the next parent; what nobody
    catches is told to its lane. Then, when it `ended` with them, the child's end is told."""
    row = _CHILD.first(session, {"child": child})
    thrower = standing_of(session, row if child == source else _CHILD.first(session, {"child": source}), host)
    left = []
    for element in elements:
        standing = lock(session, instance_id, host)
        if not _escalate(session, standing, row.parent_node, _code(thrower, element), now):
            left.append(element)
    above = lock(session, instance_id, host).row
    if left and above.parent_id is not None:
        outbox.put(session, [outbox.row("child.escalated", f"escalated:{above.id}:{source}:{seq}", {
            "instance_id": above.parent_id, "child": above.id, "source": source, "seq": seq, "trigger": trigger,
            "elements": left, "ended": False,
        }, now)])
    elif left:
        outbox.put(session, [thrown_message(source, seq, element, trigger, now) for element in left])
    if ended:
        outbox.put(session, [ended_message(row, now) if undone is None else undone_message(
            instance_id, row.parent_node, row.id, undone, now
        )])


def _code(thrower: Standing, element: str) -> str | None:
    node = thrower.definition.graph.process.nodes[element]
    return next((part.ref for part in parts(node.event) if part.kind == "escalation"), None)


def _escalate(session: Session, standing: Standing, place: str, code: str | None, now: datetime) -> bool:
    trigger = standing.definition.graph.catcher(place, "escalation", code)
    if trigger is None or standing.row.status != "running":
        return False
    try:
        learning.learn(session, standing, trigger.partition(".")[2], {"escalationCode": code}, now)
        act = Act("escalation.caught", SYSTEM, now, place, details={"code": code})
        go_on(session, standing, advance(session, standing, trigger, act), now)
    except WrongState:
        return False  # the place was left meanwhile
    return True


def error_waits(session: Session, *, instance_id: int, node: str, visit: int, now: datetime, host: Host) -> None:
    """The error that nobody caught is seen to, because a person asked for it: its token is consumed as at any end."""
    standing = lock(session, instance_id, host)
    if standing.row.status == "running" and node in standing.definition.graph.states[standing.row.state].places:
        go_on(session, standing, advance(session, standing, f"complete.{node}", Act(
            "error.acknowledged", SYSTEM, now, node
        )), now)


def acknowledge(
    session: Session, *, instance_id: int, node: str, actor: Actor, role: str, now: datetime, host: Host
) -> Outcome:
    """This person has seen to the error that nobody caught at this end event: the instance goes on without it.

    Refused: no such error stands there (NotOpen); the actor does not hold `role` in its scope.
    """
    standing = lock(session, instance_id, host)
    require_role(actor, role, standing.row.scope)
    if standing.row.status != "running" or node not in standing.definition.graph.states[standing.row.state].places:
        raise NotOpen("Galat ini sudah tidak menunggu. Muat ulang halaman.")
    act = Act("error.acknowledged", actor, now, node)
    ending.settle_incidents(session, instance_id, node, act)
    return go_on(session, standing, advance(session, standing, f"complete.{node}", act), now)
