"""What becomes of each element and attribute: its small drawing is read, compiled and walked, and read without it."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from engine.bpmn import altered, reader
from engine.bpmn.model import ACTIVITIES, NOTHING, Drawing, Node, Process
from engine.checking import runnable
from engine.compile import compile_process
from engine.errors import DrawingRefused, Problem
from engine.standard import attributes, beside_drawings, flow_drawings
from engine.standard.extension_drawings import EXAMPLES, NAMESPACES
from engine.standard.small import Small
from engine.walk import Walk

RUNS, KEPT, REFUSED = "runs", "kept", "refused"
DRAWN: dict[str, Small] = {**flow_drawings.DRAWN, **beside_drawings.DRAWN}
STEPS = 60
TOLD: dict[str, Any] = {"name": "", "documentation": "", "properties": NOTHING, "listeners": ()}
"""What is read and told, to people, handlers or whoever registers one; no token goes another way for it."""


@dataclass(frozen=True, slots=True)
class Known:
    """An element of the standard with its attributes, each as "type that declares it.attribute"."""

    clause: str
    element: str
    attributes: tuple[str, ...]

    @property
    def tag(self) -> str:
        return self.element.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of it. `problem` says why it is refused; `ended` where a walk of the drawing led, "" if refused."""

    status: str
    problem: Problem | None = None
    ended: str = ""


@cache
def standard() -> tuple[Known, ...]:
    """All elements of BPMN 2.0.2 (formal/2013-12-09) that definitions can hold, layout apart, by clause."""
    with (Path(__file__).parent / "bpmn.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Known(row["clause"], row["element"], tuple(row["attributes"].split()))
                     for row in csv.DictReader(file))


@cache
def element(name: str) -> Shown:
    """What becomes of the element, by its small drawing."""
    return _shown(DRAWN[name].xml(), name, None)


@cache
def attribute(name: str, declared: str) -> Shown:
    """What becomes of this attribute of the element."""
    return _shown(drawing_of(name, declared), name, declared.rpartition(".")[2])


def drawing_of(name: str, declared: str) -> bytes:
    """The small drawing of the element in which the attribute has a value that would change something."""
    attribute_name = declared.rpartition(".")[2]
    value = attributes.VALUES.get(declared, f"x_{attribute_name}")
    return altered.with_attribute(_small(name, declared).xml(), name, attribute_name, value)


def _small(name: str, declared: str) -> Small:
    own = attributes.OWN.get(f"{name}@{declared}")
    if own is None and declared == "activity.isForCompensation" and name in ACTIVITIES:
        return attributes.compensating(name)
    if own is None and declared in ("activity.startQuantity", "activity.completionQuantity"):
        return attributes.counted(name, declared)
    return own or DRAWN[name]


def _shown(xml: bytes, name: str, attribute_name: str | None) -> Shown:
    found = walked_or_refused(xml)
    if found.status == REFUSED or _said(reader.read(xml)) != _without(xml, name, attribute_name):
        return found
    return replace(found, status=KEPT)


@cache
def extension(family: str, name: str) -> Shown:
    """What becomes of this extension of a vendor; "@" before the name of an attribute."""
    xml = EXAMPLES[family][name].xml()
    found = walked_or_refused(xml)
    if found.status == REFUSED:
        return found
    bare = altered.without_extension(xml, NAMESPACES[family], name)
    same = _said(reader.read(xml)) == _said(reader.read(bare))
    return replace(found, status=KEPT) if same else found


def walked_or_refused(xml: bytes) -> Shown:
    """"runs" with the end of a walk, or "refused" with the problem."""
    try:
        return Shown(RUNS, None, walked(reader.read(xml)))
    except DrawingRefused as refused:
        return Shown(REFUSED, min(refused.problems, key=lambda one: not one.code.startswith("unsupported")))


def walked(drawing: Drawing) -> str:
    """Where a walk of all its processes leads: "end", "waiting" or "refused". DrawingRefused where one does not run."""
    graphs = {one.id: compile_process(one) for one in runnable(drawing)}
    ends = []
    for graph in graphs.values():
        walk = Walk(graph, Random(1), graphs)
        for _ in walk.play(STEPS):
            pass
        ends.append(walk.ended)
    return min(ends, key=("refused", "waiting", "end").index)


def _said(drawing: Drawing) -> Drawing:
    """What of the drawing counts when it runs: not its bytes, nor what is only noticed or told."""
    return replace(
        drawing, xml=b"", warnings=(), target_namespace="", participants=(),
        processes=tuple(map(_acting, drawing.processes)),
        message_flows=tuple(replace(one, name="") for one in drawing.message_flows))


def _acting(process: Process) -> Process:
    return replace(
        process, **TOLD, flows={key: replace(one, name="") for key, one in process.flows.items()},
        lanes=tuple(replace(one, name="") for one in process.lanes),
        nodes={key: _done(one) for key, one in process.nodes.items()})


def _done(node: Node) -> Node:
    return replace(
        node, **TOLD, script=None,
        event=None if node.event is None else replace(node.event, name=""),
        children=None if node.children is None else _acting(node.children))


def _without(xml: bytes, name: str, attribute_name: str | None) -> Drawing | None:
    """What the drawing says when the element, or the attribute, is taken out; None when it cannot be read then."""
    try:
        return _said(reader.read(altered.without(xml, name, attribute_name)))
    except DrawingRefused:
        return None
