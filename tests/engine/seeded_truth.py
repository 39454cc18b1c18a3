"""Whether a drawing is faulty, found without the compiler and the proof.

By the token oracle (`tests.engine.oracle`), and by trying values in the conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from engine import feel
from engine.answers import nested
from engine.bpmn import reader
from engine.bpmn.model import Process
from engine.checking import runnable
from engine.errors import DrawingRefused, ExpressionRefused
from tests.engine.oracle import ask, dead
from tests.engine.oracle_plane import Plane


def is_faulty(xml: bytes, forms: Mapping[str, str] | None = None) -> bool:
    """Whether the drawing is faulty, found without the compiler. NotCovered and TooMuch when that is not known."""
    try:
        processes = runnable(reader.read(xml))
    except DrawingRefused:
        return True
    return any(_is_faulty(process, forms) for process in processes)


def _is_faulty(process: Process, forms: Mapping[str, str] | None) -> bool:
    found = ask(process)
    plane = Plane(process)
    lost = {one for one in dead(process, found) if not plane.nodes[one].by_event}
    if lost or not all(one.sound for one in found.values()):
        return True
    if forms is not None and any(_unasked(flow.condition or "", forms) for flow in plane.flows.values()):
        return True
    return any(_has_gap(plane, node.id) for node in plane.nodes.values())


def _unasked(condition: str, forms: Mapping[str, str]) -> bool:
    names = re.findall(r"[a-z_]+(?=\s*(?:=|!=|<|>))", condition.removeprefix("="))
    return any(f'"key": "{name}"' not in text for name in names for text in [" ".join(forms.values())])


def _has_gap(plane: Plane, name: str) -> bool:
    """Whether some values leave no way out, or the way to the data's whim (several flows without a condition)."""
    node = plane.nodes[name]
    flows = [plane.flows[flow] for flow in node.outgoing if flow != node.default]
    guards = [flow.condition for flow in flows if flow.condition is not None]
    free = len(flows) - len(guards)
    if node.kind == "parallelGateway" or (node.kind == "exclusiveGateway" and len(node.outgoing) < 2):
        return False
    if node.kind == "exclusiveGateway" and (free > 1 or (free and node.default is not None)):
        return True
    if free or node.default is not None or not guards:
        return False
    return any(not any(one.evaluate(nested(case)) is True for one in map(_read, guards)) for case in _cases(guards))


def _read(text: str) -> feel.Expression:
    try:
        return feel.compile(text)
    except ExpressionRefused:
        return feel.compile("${" + text + "}")


def _cases(guards: list[str]) -> Iterator[dict[str, Any]]:
    texts = " ".join(guards)
    words: list[Any] = [*re.findall(r"[\"']([^\"']*)[\"']", texts), "something else", True, False, None]
    numbers = [feel.compile(f"= {one}").evaluate({}) for one in re.findall(r"(?<![\w.\"])\d+(?:\.\d+)?", texts)]
    values = [*words[:6], *(near for one in numbers[:3] for near in (one, one - 1, one + 1))]
    paths = sorted({path for guard in guards for path in _read(guard).paths})[:3]
    if not any("null" in guard for guard in guards):
        values.remove(None) if None in values else None
    yield from (dict(zip(paths, case, strict=True)) for case in product(values, repeat=len(paths)))
