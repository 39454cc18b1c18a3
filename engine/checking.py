"""Is this file fit to run? One answer for a drawing and the forms beside it: what the commands and pages print."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from engine import forms
from engine.bpmn import reader
from engine.bpmn.model import Drawing, Process
from engine.compile import compile_process
from engine.errors import DrawingRefused, FormRefused, Problem
from engine.graph import Graph
from engine.missing import missing
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
    xml: bytes, *, form_texts: Mapping[str, str] | None = None, handlers: Collection[str] | None = frozenset()
) -> Verdict:
    """Everything wrong with the drawing and, when given, its forms ({form id: text}). It never raises for bytes."""
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
        problems += problems_of(graph)
        problems += missing(graph, handlers=handlers, forms=form_texts, called=[one.id for one in drawing.processes])
        problems += _roles(graph)
        if form_texts is not None:
            problems += _forms(graph, form_texts)
    return Verdict(tuple(graphs), tuple(problems))


def runnable(drawing: Drawing) -> list[Process]:
    """The processes meant to run: the executable ones, else all; an empty one is a pool drawn as a black box."""
    meant = [one for one in drawing.processes if one.executable] or list(drawing.processes)
    return [one for one in meant if one.nodes] or meant


def _roles(graph: Graph) -> list[Problem]:
    return [
        Problem(
            "task.no_role",
            "Tugas ini tidak berada di lajur mana pun, sehingga tidak ada peran yang dapat mengerjakannya. "
            "Letakkan di sebuah lajur, atau isi “candidate groups”.",
            node.id, node.line or None, (),
            "This task lies in no lane, so nobody's role may do it. Put it into a lane or name candidate groups.",
            severity="missing",
        )
        for node in graph.process.nodes.values()
        if node.kind == "userTask" and not node.lane and not node.roles
    ]


def _forms(graph: Graph, texts: Mapping[str, str]) -> list[Problem]:
    """Forms that cannot be read, and conditions that name a field no form asks for."""
    problems: list[Problem] = []
    asked: set[str] = set()
    for node in graph.process.nodes.values():
        if node.kind != "userTask":
            continue
        text = texts.get(node.form or node.id)
        if text is None:
            continue
        try:
            asked.update(forms.load(text).names)
        except FormRefused as refused:
            problems += refused.problems
    known = asked | {"agenda", "body", "today"}
    for flow_id, condition in graph.conditions.items():
        for name in sorted(condition.names - known):
            if (flow := graph.process.flows.get(flow_id)) is None:
                continue
            problems.append(Problem(
                "condition.unknown_name",
                f"Syarat ini menyebut “{name}”, tetapi tidak ada formulir yang menanyakannya. Periksa ejaannya.",
                flow_id, flow.line or None, (), f"This condition names “{name}”, which no form asks for.",
                severity="warning",
            ))
    return problems

