"""What the pages show of a drawing: what was found in it, what changed in it, what would become of the bodies."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from flask_babel import gettext
from sqlalchemy.orm import Session

from engine import definitions, dmn, forms, migration
from engine.bpmn import outline, reader
from engine.bpmn.model import Process
from engine.checking import Verdict
from engine.diff import Version, differences
from engine.errors import DrawingRefused, Problem, Refused, TapakError
from engine.graph import Graph
from engine.migration import Group, Plan
from engine.models import Definition
from web.drawings.blueprint import in_language
from web.errors import said_of, sentence_of
from web.trail import drawn
from workflows import drawing_register
from workflows import drawings as kpu

MARKS = {"added": "added", "removed": "removed"}


@dataclass(frozen=True)
class Step:
    """One element on a way through the drawing."""

    id: str
    name: str


@dataclass(frozen=True)
class Finding:
    """One thing found. `elements` are marked on the drawing; `path` is the shortest way there, played step by step."""

    tone: str
    message: str
    place: str
    line: int | None
    elements: tuple[str, ...]
    path: tuple[Step, ...]
    code: str


@dataclass(frozen=True)
class Checked:
    """What the check says. `fit`: it may be proposed. `readable`: there is a picture to show."""

    findings: tuple[Finding, ...]
    fit: bool
    readable: bool
    states: int
    outline: str
    process: Process | None
    verdict: Verdict

    @property
    def marks(self) -> dict[str, str]:
        """How each element is marked on the drawing."""
        found: dict[str, str] = {}
        for one in reversed(self.findings):
            found.update(dict.fromkeys(one.elements, one.tone))
        return found

    @property
    def numbers(self) -> dict[str, list[int]]:
        """The numbers of the findings at each element."""
        found: dict[str, list[int]] = {}
        for number, one in enumerate(self.findings, start=1):
            for element in one.elements:
                found.setdefault(element, []).append(number)
        return found


def check(drawing: bytes, texts: Mapping[str, str]) -> Checked:
    """Everything that was found in the drawing and the files beside it; it never raises for what somebody sent."""
    verdict = kpu.verdict(drawing, texts)
    process = _process(drawing)
    names = _names(process)
    beside = [problem for name, text in sorted(texts.items()) for problem in _unreadable(name, text)]
    known = {(problem.code, problem.message) for _, problem in beside}
    found = [_finding(one, names) for one in verdict.problems if (one.code, one.message) not in known]
    found += [_finding(one, names, form) for form, one in beside]
    found.sort(key=lambda one: one.tone != "danger")
    return Checked(
        tuple(found), not any(one.tone == "danger" for one in found), process is not None,
        sum(len(graph.states) for graph in verdict.graphs), outline.outline(process) if process else "", process,
        verdict,
    )


def _process(drawing: bytes) -> Process | None:
    try:
        return reader.read(drawing).process()
    except (DrawingRefused, KeyError):
        return None


def _names(process: Process | None) -> dict[str, str]:
    if process is None:
        return {}
    names = {node.id: node.name or node.id for node in process.walk()}
    return names | {flow.id: flow.name for flow in process.flows.values() if flow.name}


def _unreadable(name: str, text: str) -> list[tuple[str, Problem]]:
    """What is wrong with a file beside the drawing, with its name."""
    try:
        if name.endswith(definitions.DECISIONS):
            dmn.read(text.encode())
        else:
            forms.load(text)
    except TapakError as refused:
        problems = getattr(refused, "problems", ()) or (Problem("file.unreadable", refused.message),)
        return [(name, problem) for problem in problems]
    return []


def _finding(problem: Problem, names: Mapping[str, str], form: str = "") -> Finding:
    elements = () if form else problem.elements or ((problem.element,) if problem.element else ())
    place = names.get(problem.element or "", problem.element or "")
    if form:
        place = ", ".join(filter(None, (gettext("Formulir “%(name)s”", name=form), problem.element)))
    return Finding(
        "warning" if problem.severity == "warning" else "danger",
        said_of(problem), place, problem.line, elements,
        tuple(Step(one, names.get(one, "")) for one, _ in groupby(problem.path)), problem.code,
    )


@dataclass(frozen=True)
class Told:
    """One change of meaning, and how it is coloured."""

    message: str
    tone: str


@dataclass(frozen=True)
class Comparison:
    """Two versions beside each other: changes of meaning, the marks on both pictures, the outline's lines with their
    signs ("+", "-", " ")."""

    changes: tuple[Told, ...]
    before: Mapping[str, str]
    after: Mapping[str, str]
    lines: tuple[tuple[str, str], ...]
    unreadable: str = ""


def compare(old: Definition, process: Process, texts: Mapping[str, str], text: str) -> Comparison:
    """What the newer drawing, with this outline, changes in the older version."""
    was = reader.read(old.drawing).process()
    before, after = ({node.id for node in one.walk()} | {*one.flows} for one in (was, process))
    try:
        changes = differences(Version(was, old.forms), Version(process, texts))
    except TapakError as refused:
        return Comparison((), {}, {}, _lines(old.outline, text), sentence_of(refused))
    marks: tuple[dict[str, str], dict[str, str]] = ({}, {})
    told = []
    for change in changes:
        tone = MARKS.get(change.code.partition(".")[2], "changed")
        told.append(Told(in_language(change.message, change.message_en), tone))
        drawn_tone = tone if change.code.startswith("step.") else "changed"
        old_id = change.before if change.code == "step.identified" else change.element
        for side, element, ids in zip(marks, (old_id, change.element), (before, after), strict=True):
            if element in ids:
                side.setdefault(element, drawn_tone)
    return Comparison(tuple(told), *marks, _lines(old.outline, text))


def _lines(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """The outline with what went and what came, and two lines around each place."""
    found = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] != "?"]
    near = {place + step for place, line in enumerate(found) if line[0] != " " for step in range(-2, 3)}
    lines: list[tuple[str, str]] = []
    for place, line in enumerate(found):
        if place in near:
            lines.append((line[0], line[2:]))
        elif lines and lines[-1][0] != "…":
            lines.append(("…", ""))
    return tuple(lines)


@dataclass(frozen=True)
class Fate:
    """The bodies in one state that share a fate; `state` in the words of the older drawing."""

    group: Group
    state: str
    target: str
    verdict: str


@dataclass(frozen=True)
class Rehearsal:
    """What would become of the bodies that run by one older version. `wanted` are the elements that need a mapping,
    `suggested` what each is to be, `choices` the elements of the newer drawing."""

    version: int
    definition_id: int
    summary: str
    all_move: bool
    fates: tuple[Fate, ...]
    wanted: tuple[Step, ...]
    suggested: Mapping[str, str]
    chosen: Mapping[str, str]
    choices: tuple[Step, ...]
    count: int
    lose: int
    refusal: str = ""


def rehearse(
    session: Session, key: str, scopes: Sequence[str], checked: Checked, mapping: Mapping[str, str]
) -> list[Rehearsal]:
    """One rehearsal for each version by which bodies run now; [] when there are none, or the drawing does not
    compile."""
    if not checked.verdict.graphs or checked.process is None:
        return []
    graph = checked.verdict.graphs[0]
    return [
        rehearsal(
            session, version, checked.process, mapping,
            partial(_rehearsed, session, version.id, graph),
        )
        for one in drawing_register.processes(session, scopes, key) for version in one.versions if version.under_way
    ]


def _rehearsed(session: Session, definition_id: int, graph: Graph, mapping: Mapping[str, str]) -> Plan:
    return migration.rehearse(session, from_definition=definition_id, graph=graph, mapping=mapping)


def rehearsal(
    session: Session, version: drawing_register.Version, process: Process, mapping: Mapping[str, str],
    ask: Callable[[Mapping[str, str]], Plan],
) -> Rehearsal:
    """The answer of `ask` for this mapping, with what may be chosen for what needs one; a mapping that cannot be is
    told and left out."""
    refusal = ""
    try:
        plan = ask(mapping)
    except Refused as refused:
        refusal, mapping = sentence_of(refused), {}
        plan = ask(mapping)
    old, new = _names(definitions.load(session, version.id).graph.process), _names(process)
    suggested = {name: now for name, _, now in (one.partition("=") for one in plan.suggestions)}
    stuck = [one.pairing.element for one in plan.groups if one.verdict != migration.MOVES and one.pairing.element]
    wanted = dict.fromkeys([*mapping, *suggested, *stuck])
    fates = tuple(
        Fate(group, state_name(group.state, old), state_name(group.pairing.target.name, new)
             if group.pairing.target and group.verdict in (migration.MOVES, migration.LOSES) else "",
             verdict_name(group))
        for group in plan.groups
    )
    return Rehearsal(
        version.version, version.id, summary(plan), plan.count(migration.MOVES) == plan.count(), fates,
        tuple(Step(one, old.get(one, one)) for one in wanted), suggested, dict(mapping),
        tuple(Step(node.id, node.name or node.id) for node in process.walk()), plan.count(),
        plan.count(migration.LOSES), refusal,
    )


def state_name(state: str, names: Mapping[str, str]) -> str:
    """A state in words: the stage, and what is waited for in it."""
    stage, _, waiting = state.rpartition("/")
    waits = " + ".join(drawn(names.get(one, one)) for one in waiting.split("+"))
    return f"{drawn(names.get(stage, stage))}: {waits}" if stage else waits


def verdict_name(group: Group) -> str:
    """What becomes of the bodies of this group, in one or two words."""
    if group.verdict == migration.MOVES:
        return gettext("Pindah menurut padanan") if group.pairing.by_mapping else gettext("Pindah menurut nama")
    return {
        migration.NEEDS_MAPPING: gettext("Perlu padanan"), migration.CANNOT: gettext("Tidak dapat pindah"),
        migration.LOSES: gettext("Kehilangan pekerjaan"),
    }[group.verdict]


def summary(plan: Plan) -> str:
    """The plan in one line: "309 badan: 301 pindah menurut nama, 8 perlu padanan, 0 kehilangan pekerjaan"."""
    mapped = sum(one.count for one in plan.groups if one.verdict == migration.MOVES and one.pairing.by_mapping)
    parts = [gettext("%(count)d pindah menurut nama", count=plan.count(migration.MOVES) - mapped)]
    if mapped:
        parts.append(gettext("%(count)d menurut padanan", count=mapped))
    parts.append(gettext("%(count)d perlu padanan", count=plan.count(migration.NEEDS_MAPPING)))
    if plan.count(migration.CANNOT):
        parts.append(gettext("%(count)d tidak dapat pindah", count=plan.count(migration.CANNOT)))
    parts.append(gettext("%(count)d kehilangan pekerjaan", count=plan.count(migration.LOSES)))
    return gettext("%(count)d badan: %(fates)s", count=plan.count(), fates=", ".join(parts))
