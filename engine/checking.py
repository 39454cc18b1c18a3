"""Is this file fit to run? One answer for a drawing and the forms beside it: what the commands and pages print."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from engine.asking import SURROUNDINGS, answers_of, unknown_names
from engine.bpmn import reader
from engine.bpmn.model import Drawing, Process
from engine.compile import compile_process
from engine.errors import DrawingRefused, Problem
from engine.graph import Graph
from engine.missing import missing, roles_missing
from engine.soundness import problems_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one file. `graph` is None when a process of it does not compile; `problems` may be warnings."""

    graphs: tuple[Graph, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not any(problem.severity in ("error", "unsound") for problem in self.problems)

    def as_dict(self, file: str) -> dict[str, Any]:
        """{"file", "ok", "states", "transitions", "problems": [{code, element, line, message, path, …}]}."""
        return {
            "file": file, "ok": self.ok, "states": sum(len(one.states) for one in self.graphs),
            "transitions": sum(len(one.transitions) for one in self.graphs),
            "problems": [problem.as_dict() for problem in self.problems],
        }


def check(
    xml: bytes, *, form_texts: Mapping[str, str] | None = None, handlers: Collection[str] | None = frozenset(),
    roles: Collection[str] | None = None, names: Collection[str] = SURROUNDINGS,
) -> Verdict:
    """Everything wrong with the drawing and, when given, its forms ({form id: text}). It never raises for bytes.

    `roles` are the roles that exist (None: not asked), `names` those the product lends to conditions.
    """
    try:
        drawing = reader.read(xml)
    except DrawingRefused as refused:
        return Verdict((), refused.problems)
    graphs: list[Graph] = []
    problems: list[Problem] = list(drawing.warnings)
    for process in runnable(drawing):
        try:
            graph = compile_process(process)
        except DrawingRefused as refused:
            problems += refused.problems
            continue
        graphs.append(graph)
        asked = answers_of(graph, form_texts or {})
        problems += problems_of(graph, asked.given)
        problems += missing(graph, handlers=handlers, forms=form_texts, called=[one.id for one in drawing.processes])
        problems += roles_missing(graph, roles)
        if form_texts is not None:
            problems += [*asked.problems, *unknown_names(graph, asked, names)]
    return Verdict(tuple(graphs), tuple(problems))


def runnable(drawing: Drawing) -> list[Process]:
    """The processes meant to run: the executable ones, else all; an empty one is a pool drawn as a black box."""
    meant = [one for one in drawing.processes if one.executable] or list(drawing.processes)
    return [one for one in meant if one.nodes] or meant
