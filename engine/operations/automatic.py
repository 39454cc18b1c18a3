"""Automatic tasks: their handler runs, their decision is asked, their message is thrown, and the instance goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import handlers, outbox
from engine.base import table_of
from engine.bpmn.model import Node
from engine.dmn.mapping import mapped
from engine.errors import BpmnError
from engine.handlers import Job
from engine.host import Host
from engine.machine import context_of
from engine.missing import handler_name
from engine.models import Instance
from engine.operations import ending, learning, parcels
from engine.operations.children import caught, is_open
from engine.operations.fire import run_done
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing, lock, standing_of
from engine.plain import plain

_instance = table_of(Instance)
ALL_RESULTS = "decisionResult"
"""The name under which output mappings of Camunda 7 find the list of all results of a decision."""


def run_task(
    session: Session, *, instance_id: int, node: str, visit: int, now: datetime, host: Host
) -> Outcome | None:
    """The work of this automatic task is done and the instance has gone on; or its error has been caught.

    None when the stay is over already, or when its error is asked of the parent or a person. Whatever else the handler
    raises is raised: nothing has happened, and it is tried again.
    """
    if not is_open(session, instance_id, node, visit):
        return None
    standing = standing_of(session, session.execute(select(_instance).where(_instance.c.id == instance_id)).one(), host)
    try:
        with session.begin_nested():
            result = _work(session, standing, standing.definition.graph.process.nodes[node], now)
    except BpmnError as error:
        return task_failed(
            session, instance_id=instance_id, node=node, visit=visit, error=error, now=now, host=host
        )
    return run_done(session, instance_id=instance_id, node=node, visit=visit, result=result, now=now, host=host)


def _work(session: Session, standing: Standing, node: Node, now: datetime) -> dict[str, Any]:
    """What the task answers; under the name of its result variable where it has one."""
    surroundings = standing.surroundings(session, now)
    known = {**standing.variables, **learning.inputs(standing, node.id, surroundings)}
    if node.decision is not None:
        context = context_of(known, surroundings.names)
        decisions = standing.definition.decisions(node.decision)
        asked = decisions.evaluate(
            node.decision, context, context, now=now.astimezone(surroundings.zone), written=True
        )
        shaped = mapped(decisions, node.decision, asked.value, node.properties.get("mapDecisionResult"))
        every = plain(mapped(decisions, node.decision, asked.value, "resultList"))
        return {ALL_RESULTS: every, **_named(node, plain(shaped), node.decision)}
    if node.kind == "sendTask" and node.event is not None and not node.task_type:
        outbox.put(session, parcels.throw(session, standing, node, now))
        return {}
    name = handler_name(node)
    if name is None:
        return {}
    row = standing.row
    answer = handlers.run(session, Job(row.id, row.subject, row.scope, node.id, node.properties, known), name, now)
    return _named(node, plain(answer), node.id)


def _named(node: Node, answer: Any, otherwise: str) -> dict[str, Any]:
    inside = dict(answer) if isinstance(answer, Mapping) else {}
    if node.result:
        return {**inside, node.result: answer}
    return inside if isinstance(answer, Mapping) else {otherwise: answer}


def task_failed(
    session: Session, *, instance_id: int, node: str, visit: int, error: BpmnError, now: datetime, host: Host
) -> Outcome | None:
    """The error of this task has been caught by the event that catches it, in its instance; else its parent is asked,
    and at last a person. None when it is not caught here or the stay is over already."""
    standing = lock(session, instance_id, host)
    if not is_open(session, instance_id, node, visit):
        return None
    trigger = standing.definition.graph.catcher(node, "error", error.code)
    if trigger is not None and trigger in standing.definition.steps.triggers(standing.row.state):
        return caught(session, standing, trigger, error, node, now)
    ending.not_caught(
        session, standing.row, host, error=error, kind="task.run",
        origin={"instance_id": instance_id, "node": node, "visit": visit}, now=now,
    )
    return None
