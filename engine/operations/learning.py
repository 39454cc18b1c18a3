"""What an instance learns: input and output mappings, and FEEL values as the JSON that variables are kept in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.bpmn.model import SUB_PROCESSES, Node
from engine.feel.values import from_python
from engine.graph import Transition
from engine.host import Surroundings
from engine.machine import context_of
from engine.net import PLAIN, THROWS, has, parts
from engine.operations.standing import Standing
from engine.plain import plain
from engine.run import event_of

ALL = "*"
CATCHES = frozenset({"boundaryEvent", "startEvent"})


def inputs(standing: Standing, node: str, surroundings: Surroundings) -> dict[str, Any]:
    """What the input mappings of this element give now, as JSON; {} when it has none."""
    pairs = standing.definition.graph.inputs.get(node, ())
    if not pairs:
        return {}
    context = standing.context(surroundings)
    given: dict[str, Any] = {}
    for name, expression in pairs:
        if name == ALL:
            given |= standing.variables
        else:
            given[name] = plain(expression.evaluate(context))
            context[name] = from_python(given[name])
    return given


def outputs(
    standing: Standing, node: str, surroundings: Surroundings, local: Mapping[str, Any]
) -> dict[str, Any]:
    """What the output mappings of this element give, which see `local` over the instance's variables."""
    pairs = standing.definition.graph.outputs.get(node, ())
    context = context_of({**standing.variables, **local}, surroundings.names)
    given: dict[str, Any] = {}
    for name, expression in pairs:
        if name == ALL:
            given |= local
        else:
            given[name] = plain(expression.evaluate(context))
            context[name] = from_python(given[name])
    return given


def learn(session: Session, standing: Standing, node: str, data: Mapping[str, Any], now: datetime) -> None:
    """The instance keeps what this element brought, as far as it is asked about, and what its output mappings make
    of it."""
    standing.keep(data)
    graph, node = standing.definition.graph, event_of(node)
    if graph.outputs.get(node) and not graph.spawns(node):
        surroundings = standing.surroundings(session, now)
        local = {**inputs(standing, node, surroundings), **data}
        standing.keep(outputs(standing, node, surroundings, local))


def passed(standing: Standing, step: Transition, surroundings: Surroundings) -> None:
    """The mappings of what this step only passed, and of the sub-processes it entered or left, are carried out.

    They are known from the next step on: the way through this one was chosen before.
    """
    graph = standing.definition.graph
    if not graph.inputs and not graph.outputs:
        return
    said: dict[str, Any] = {}
    for element in step.path:
        node = graph.node(element)
        if node is not None and node.kind in THROWS:
            said = _thrown(node) or said
        if node is not None and node.kind in CATCHES and said and has(node, "error", "escalation"):
            standing.keep(outputs(standing, element, surroundings, said))
        if node is not None and node.kind in PLAIN | THROWS and not graph.spawns(element):
            local = inputs(standing, element, surroundings)
            standing.keep(outputs(standing, element, surroundings, local))
    for scope in step.left:
        if _lies_in_plane(standing, scope):
            standing.keep(outputs(standing, scope, surroundings, {}))
    for scope in step.entered:
        if _lies_in_plane(standing, scope):
            standing.keep(inputs(standing, scope, surroundings))


def _thrown(node: Node) -> dict[str, Any]:
    """What the event that catches it knows of an error or escalation that this event throws."""
    return next((
        {"errorCode": part.ref, "errorMessage": part.name, "escalationCode": part.ref}
        for part in parts(node.event) if part.kind in ("error", "escalation")
    ), {})


def _lies_in_plane(standing: Standing, place: str) -> bool:
    graph = standing.definition.graph
    node = graph.node(place)
    return node is not None and node.kind in SUB_PROCESSES and not graph.spawns(place)
