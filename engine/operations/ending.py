"""Ending early: children whose place is left, whole instances that are cancelled, and errors that nothing catches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine import outbox
from engine.base import table_of
from engine.errors import BpmnError
from engine.graph import Graph, Transition
from engine.host import Host
from engine.models import Incident, Instance, Message, Submission, Task, Timer
from engine.net import has, parts
from engine.operations import subscriptions
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing, lock
from engine.operations.step import Act, note
from engine.phrases import Phrase
from engine.run import undone_at
from engine.statements import AnyRow, Statement

NEVER = timedelta(days=36_500)
"""Until when an error that nothing catches waits by itself: a person ends the wait."""

_instance, _task, _timer = table_of(Instance), table_of(Task), table_of(Timer)
_submission, _incident, _message = table_of(Submission), table_of(Incident), table_of(Message)
_CHILDREN = Statement(
    select(_instance.c.id, _instance.c.parent_node)
    .where(_instance.c.parent_id == bindparam("parent"), _instance.c.status == "running").order_by(_instance.c.id)
)
_TASKS = Statement(
    update(_task).where(_task.c.instance_id == bindparam("i"), _task.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), closed_by=bindparam("by"), outcome="cancelled")
)
_TIMERS = Statement(
    update(_timer).where(_timer.c.instance_id == bindparam("i"), _timer.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"))
)


def end_early(session: Session, standing: Standing, act: Act, *, status: str = "cancelled") -> Outcome | None:
    """The instance is over, with all below it: tasks, clocks and subscriptions are closed, drafts withdrawn, incidents
    settled; what was handed in stands. None when it was over already."""
    instance = standing.row.id
    if standing.row.status != "running":
        return None
    _TASKS.write(session, {"i": instance, "at": act.now, "by": act.actor.id})
    _TIMERS.write(session, {"i": instance, "at": act.now})
    subscriptions.close_all(session, instance, act.now)
    session.execute(
        update(_submission).where(
            _submission.c.instance_id == instance, _submission.c.status.in_(("draft", "prepared"))
        ).values(status="withdrawn")
    )
    settle_incidents(session, instance, None, act)
    _cancel(session, standing, lambda node: True, act)
    return note(session, standing, act, {
        "status": status, "ended_at": act.now, "due_at": None, "version": standing.row.version + 1,
        "variables": standing.variables,
    })


def settle_incidents(session: Session, instance_id: int, node: str | None, act: Act) -> None:
    """The open incidents of the instance (at this node) are settled by this actor, and what would try again is done."""
    wanted = [_incident.c.instance_id == instance_id, _incident.c.resolved_at.is_(None)]
    if node is not None:
        wanted.append(_incident.c.node == node)
    found = session.execute(
        update(_incident).where(*wanted).values(resolved_at=act.now, resolved_by=act.actor.id)
        .returning(_incident.c.message_id)
    ).scalars().all()
    if messages := [one for one in found if one is not None]:
        session.execute(
            update(_message).where(_message.c.id.in_(messages), _message.c.done_at.is_(None)).values(done_at=act.now)
        )


def _cancel(session: Session, standing: Standing, chosen: Callable[[str], bool], act: Act) -> None:
    """The living children at the chosen places are cancelled, from parent to child."""
    for row in _CHILDREN.rows(session, {"parent": standing.row.id}):
        if chosen(row.parent_node):
            early = Act("instance.cancelled", act.actor, act.now, row.parent_node, details={
                "parent": standing.row.id, "by": act.action,
            })
            end_early(session, lock(session, row.id, standing.host), early)


def cancel_left(session: Session, standing: Standing, step: Transition, act: Act) -> None:
    """The children of the places this step leaves are cancelled, and the branches of the scopes it interrupts.

    A branch lives beside the place it began at: it is not cancelled with that, but with the scope around.
    """
    graph = standing.definition.graph
    left = {place for place in step.left if graph.spawns(place)}
    left |= {
        activity for place in step.left if graph.undoes(place)
        and step.trigger != f"undone.{(activity := undone_at(place))}"
    }
    scopes = set(interrupted(graph, step)) if standing.definition.has_branches else set[str]()
    if left or scopes:
        _cancel(session, standing, lambda node: node in left or bool(scopes & _around_branch(graph, node)), act)


def interrupted(graph: Graph, step: Transition) -> Iterator[str]:
    """The scopes this step interrupts as a whole: by a terminate end, an event sub-process, a solid boundary event."""
    net = graph.net
    for element in step.path:
        node = net.nodes.get(element)
        if node is None:
            continue
        if node.kind == "endEvent" and has(node, "terminate", "cancel"):
            yield net.scope[element]
        elif node.kind == "startEvent" and node.interrupting and (around := net.nodes.get(net.scope[element])):
            if around.by_event:
                yield net.scope[around.id]
        elif node.attached_to is not None and node.attached_to in net.bodies and node.interrupting:
            yield node.attached_to


def _around_branch(graph: Graph, event: str) -> set[str]:
    """The scopes around the branch of this event; none when it is no event."""
    net, node = graph.net, graph.net.nodes[event]
    if event in net.children:
        return set()
    if node.attached_to is None:
        return set(net.around(net.scope[event]))
    return set(net.around(event))


def fail(session: Session, standing: Standing, place: str, visit: int, now: datetime) -> None:
    """A token stands at an error end event that nothing here catches: the parent is asked, or a person."""
    row, node = standing.row, standing.definition.graph.process.nodes[place]
    part = next(part for part in parts(node.event) if part.kind == "error")
    origin = {"instance_id": row.id, "node": place, "visit": visit}
    error = BpmnError(part.ref or "", Phrase(
        "Galat “%(error)s” tidak ditangkap di mana pun. Tindak lanjuti, lalu nyatakan selesai.",
        error=part.name or part.ref or place,
    ))
    not_caught(session, row, standing.host, error=error, kind="error.uncaught", origin=origin, now=now)


def not_caught(
    session: Session, row: AnyRow, host: Host, *, error: BpmnError, kind: str, origin: dict[str, Any], now: datetime
) -> None:
    """Nothing in this instance catches the error that came from `origin`: its parent is asked; where there is none it
    is an incident at the origin, whose message of this `kind` is tried again when a person asks for it."""
    if row.parent_id is not None:
        outbox.put(session, [outbox.row(
            "child.failed", f"failed:{row.id}:{origin['instance_id']}:{origin['node']}:{origin['visit']}:{row.version}",
            {"instance_id": row.parent_id, "node": row.parent_node, "child": row.id, "code": error.code,
             "message": error.message, "kind": kind, "origin": origin}, now,
        )])
        return
    outbox.stuck(
        session, kind=kind, dedupe=f"again:{origin['instance_id']}:{origin['node']}:{origin['visit']}",
        payload=origin, error=error.message, now=now, wait=NEVER,
    )
