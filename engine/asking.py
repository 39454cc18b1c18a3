"""What the forms beside a drawing ask for, held against what its conditions name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import forms
from engine.bpmn.model import Node
from engine.errors import FormRefused, Problem
from engine.forms import Checkbox, Field, Form, Radio, Select
from engine.graph import Graph
from engine.guards import Domains
from engine.net import AUTOMATIC, has

SURROUNDINGS = frozenset({"agenda", "body", "today"})
"""The names a product lends to conditions, unless it says otherwise."""
_FROM_OUTSIDE = AUTOMATIC | {"receiveTask", "callActivity"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the forms of one drawing ask. `names` are all their fields at the top.

    `given` holds, by name, all the values it can have: of the fields with a fixed choice that nothing else in the
    drawing sets, null among them where the field may be left out. `whole` says that every user task has its form and
    that no value can come from anywhere else.
    """

    names: frozenset[str]
    given: Domains
    whole: bool
    problems: tuple[Problem, ...]


def answers_of(graph: Graph, texts: Mapping[str, str]) -> Asked:
    """The fields and fixed choices of the forms of this drawing's user tasks; forms that cannot be read are told."""
    problems: list[Problem] = []
    found: dict[str, Form | None] = {}
    tasks = [node for node in graph.process.nodes.values() if node.kind == "userTask"]
    for node in tasks:
        text = node.embedded or texts.get(node.form or node.id)
        try:
            found[node.id] = forms.load(text) if text is not None else None
        except FormRefused as refused:
            found[node.id] = None
            problems += refused.problems
    known = [form for form in found.values() if form is not None]
    names = frozenset(name for form in known for name in form.names)
    closed = all(form is not None for form in found.values()) and not any(
        _brings(graph, node) for node in graph.process.nodes.values()
    )
    return Asked(names, _given(graph, known) if closed else {}, closed and bool(known), tuple(problems))


def _brings(graph: Graph, node: Node) -> bool:
    """Whether values may come in here that no form asks for."""
    return (
        node.kind in _FROM_OUTSIDE or has(node, "message", "signal", "error", "escalation") or bool(node.outputs)
        or node.result is not None or node.loop is not None
    )


def _given(graph: Graph, known: list[Form]) -> dict[str, list[Any]]:
    given: dict[str, list[Any]] = {}
    open_ended: set[str] = set()
    for form in known:
        for path, part in form.walk():
            if len(path) != 1 or not part.key:
                continue
            values = _values(part)
            if values is None:
                open_ended.add(part.key)
                continue
            some = given.setdefault(part.key, [])
            some += [one for one in values if one not in some]
    return {name: values for name, values in given.items() if name not in open_ended}


def _values(part: Field) -> list[Any] | None:
    """All the values an answer to this field can have, None when they cannot be told."""
    if part.disabled or part.readonly:
        return None
    if isinstance(part, Checkbox):
        values: list[Any] = [True] if part.required else [True, False]
    elif isinstance(part, (Radio, Select)) and part.options_from is None and part.options:
        values = [option.value for option in part.options]
    else:
        return None
    left_out = not part.required and not isinstance(part, Checkbox)
    return [*values, None] if left_out or part.hide not in (None, False) else values


def unknown_names(graph: Graph, asked: Asked, names: Collection[str]) -> Iterator[Problem]:
    """Conditions that name a field no form asks for: never true where forms are all there is, else worth a look."""
    for flow_id, condition in graph.conditions.items():
        if (flow := graph.process.flows.get(flow_id)) is None:
            continue
        for name in sorted(condition.names - asked.names - set(names)):
            yield Problem(
                "condition.unknown_name",
                f"Syarat ini menyebut “{name}”, tetapi tidak ada formulir yang menanyakannya. Periksa ejaannya.",
                flow_id, flow.line or None, (flow.source, flow_id),
                f"This condition names “{name}”, which no form asks for. Check its spelling.",
                "unsound" if asked.whole else "warning",
            )
