"""What changed in meaning between two drawings, in plain sentences, and which step of one is which of the other.

Built on the model, so that layout, the order in the file, ids of flows and documentation give nothing: two drawings
with the same outline have no differences, and two with different ones have some.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from engine.bpmn.model import Event, Flow, Node, Process
from engine.bpmn.outline import EVENTS, KINDS, LOOPS, TIMES, reading_order

SAYS: dict[str, tuple[str, str]] = {
    "process.renamed": ("Alur bernama {after}, tadinya {before}.", "The process is called {after}, was {before}."),
    "process.executable": ("Alur {after}, tadinya {before}.", "The process {after}, was: {before}."),
    "process.changed": ("Sifat alur berubah dari {before} menjadi {after}.",
                        "A property of the process changed from {before} to {after}."),
    "process.not_run": ("Bagian yang tidak dijalankan berubah dari {before} menjadi {after}.",
                        "What is not run changed from {before} to {after}."),
    "lane.added": ("Lajur {what} baru.", "Lane {what} is new."),
    "lane.removed": ("Lajur {what} dihapus.", "Lane {what} is gone."),
    "lane.changed": ("Lajur {what} berubah dari {before} menjadi {after}.",
                     "Lane {what} changed from {before} to {after}."),
    "step.added": ("Langkah {what} baru: {after}.", "Step {what} is new: {after}."),
    "step.removed": ("Langkah {what} dihapus.", "Step {what} is gone."),
    "step.renamed": ("Langkah {what} bernama {after}, tadinya {before}.",
                     "Step {what} is called {after}, was {before}."),
    "step.identified": ("Langkah {what} memakai id {after}, tadinya {before}.",
                        "Step {what} has the id {after}, was {before}."),
    "step.kind": ("Jenis langkah {what} menjadi {after}, tadinya {before}.",
                  "The kind of {what} is {after}, was {before}."),
    "step.edge": ("Lingkaran {what} menempel pada {after}, tadinya {before}.",
                  "Event {what} is on the edge of {after}, was on {before}."),
    "role": ("Pelaksana {what} menjadi {after}, tadinya {before}.", "{what} is done by {after}, was by {before}."),
    "timer": ("Jam {what} menjadi {after}, tadinya {before}.", "The timer of {what} is {after}, was {before}."),
    "event": ("Peristiwa {what} menjadi {after}, tadinya {before}.", "The event of {what} is {after}, was {before}."),
    "deadline": ("Tenggat {what} menjadi {after}, tadinya {before}.",
                 "The due date of {what} is {after}, was {before}."),
    "form": ("Formulir {what} menjadi {after}, tadinya {before}.", "The form of {what} is {after}, was {before}."),
    "quorum": ("Pengulangan {what} menjadi {after}, tadinya {before}.",
               "The repetition of {what} is {after}, was {before}."),
    "fact": ("Keterangan “{field}” pada {what} menjadi {after}, tadinya {before}.",
             "“{field}” of {what} is {after}, was {before}."),
    "way.added": ("Jalan baru dari {what} ke {after}.", "A new way leads from {what} to {after}."),
    "way.removed": ("Jalan dari {what} ke {before} dihapus.", "The way from {what} to {before} is gone."),
    "way.renamed": ("Jalan {what} bernama {after}, tadinya {before}.",
                    "The way {what} is called {after}, was {before}."),
    "way.default": ("Jalan bawaan {what} ke {after}, tadinya ke {before}.",
                    "The default way of {what} leads to {after}, was to {before}."),
    "way.order": ("Urutan syarat pada {what} menjadi {after}, tadinya {before}.",
                  "The conditions of {what} are tried in the order {after}, was {before}."),
    "condition": ("Syarat jalan {what} menjadi {after}, tadinya {before}.",
                  "The condition of the way {what} is {after}, was {before}."),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `element` is its id in the newer drawing (the older one's where it is gone); `before` and
    `after` are words, "" where there is none; `message` is Indonesian, `message_en` the same in English."""

    code: str
    element: str
    message: str
    message_en: str
    before: str = ""
    after: str = ""

    def as_dict(self) -> dict[str, str]:
        """The shape that `drawings diff --json` prints."""
        return {"code": self.code, "element": self.element, "message": self.message, "message_en": self.message_en,
                "before": self.before, "after": self.after}


def _change(code: str, element: str, *, what: str = "", before: str = "", after: str = "", field: str = "") -> Change:
    said, said_en = SAYS[code]
    words = {"what": what, "field": field}
    return Change(
        code, element, said.format(before=before or "tidak ada", after=after or "tidak ada", **words),
        said_en.format(before=before or "none", after=after or "none", **words), before, after,
    )


def differences(old: Process, new: Process) -> list[Change]:
    """Every change of meaning, the process and lanes first, then the steps in the order of the newer flow, then those
    that are gone. Empty exactly when both have the same outline."""
    return [*_process(old, new), *_lanes(old, new), *_Steps(old, new).changes()]


def renamed(old: Process, new: Process) -> dict[str, str]:
    """{old id: new id} for the steps that seem to have got another id only: one kind, and alike in enough else.

    No id that both drawings have is in it, and none twice.
    """
    before, after = _nodes(old), _nodes(new)
    gone = [node for name, node in before.items() if name not in after]
    come = [node for name, node in after.items() if name not in before]
    scored = sorted(
        ((score, one.id, other.id) for one in gone for other in come
         if (score := _likeness(old, one, new, other)) >= _ALIKE),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    found: dict[str, str] = {}
    for _, one_id, other_id in scored:
        if one_id not in found and other_id not in found.values():
            found[one_id] = other_id
    return found


_ALIKE = 3


def _likeness(old: Process, one: Node, new: Process, other: Node) -> int:
    """How alike two steps are that have different ids; 0 for two kinds."""
    if one.kind != other.kind:
        return 0
    same = [
        (4, bool(one.name) and one.name == other.name),
        (-2, bool(one.name and other.name) and one.name != other.name), (2, bool(one.form) and one.form == other.form),
        (1, one.lane == other.lane), (2, one.event is not None and _bare(one.event) == _bare(other.event)),
        (1, one.attached_to is not None and one.attached_to == other.attached_to),
    ]
    around, around_other = _around(old, one), _around(new, other)
    return sum(points for points, holds in same if holds) + 2 * len(around & around_other)


def _around(process: Process, node: Node) -> set[tuple[str, str]]:
    scope = _scope_of(process, node)
    return {("from", flow.source) for flow in scope.incoming(node)} | {("to", flow.target)
                                                                       for flow in scope.outgoing(node)}


def _scope_of(process: Process, node: Node) -> Process:
    """The process or sub-process body in which this very node stands."""
    for one in process.nodes.values():
        if one is node:
            return process
        if one.children is not None and any(inner is node for inner in one.children.walk()):
            return _scope_of(one.children, node)
    raise KeyError(node.id)


def _nodes(process: Process) -> dict[str, Node]:
    return {node.id: node for node in process.walk()}


def _process(old: Process, new: Process) -> Iterator[Change]:
    if (old.id, old.name) != (new.id, new.name):
        yield _change("process.renamed", new.id, before=_named(old.id, old.name), after=_named(new.id, new.name))
    if old.executable != new.executable:
        words = {True: "dijalankan", False: "tidak dijalankan"}
        yield _change("process.executable", new.id, before=words[old.executable], after=words[new.executable])
    if dict(old.properties) != dict(new.properties):
        yield _change("process.changed", new.id, before=_words(old.properties), after=_words(new.properties))
    if old.listeners != new.listeners:
        yield _change("process.changed", new.id, before=_words(old.listeners), after=_words(new.listeners))
    parts = [sorted((one.element, one.tag, one.reason) for one in process.unsupported) for process in (old, new)]
    if parts[0] != parts[1]:
        before, after = (", ".join(f"{tag} ({element})" for element, tag, _ in some) for some in parts)
        yield _change("process.not_run", new.id, before=before, after=after)


def _lanes(old: Process, new: Process) -> Iterator[Change]:
    before, after = ({lane.id: lane for lane in _all_lanes(one)} for one in (old, new))
    for name in sorted({*before, *after}):
        if name not in before:
            yield _change("lane.added", name, what=_named(name, after[name].name))
        elif name not in after:
            yield _change("lane.removed", name, what=_named(name, before[name].name))
        elif (before[name].name, before[name].parent) != (after[name].name, after[name].parent):
            words = [_named(one.name or name, "") + (f" dalam {one.parent}" if one.parent else "")
                     for one in (before[name], after[name])]
            yield _change("lane.changed", name, what=name, before=words[0], after=words[1])


def _all_lanes(process: Process) -> Iterator[Any]:
    yield from process.lanes
    for node in process.walk():
        if node.children is not None:
            yield from node.children.lanes


class _Steps:
    """The steps of two drawings beside each other."""

    def __init__(self, old: Process, new: Process) -> None:
        self.old, self.new = list(_placed(old, "")), list(_placed(new, ""))
        self.before = {node.id: (scope, parent, node) for scope, parent, node in self.old}
        self.moved = renamed(old, new)
        self.origin = {now: was for was, now in self.moved.items()}

    def changes(self) -> Iterator[Change]:
        there = {node.id for _, _, node in self.new}
        for scope, parent, node in self.new:
            was = self.before.get(self.origin.get(node.id, node.id))
            if was is None:
                yield _change("step.added", node.id, what=_name(node), after=_sort(node))
                yield from (
                    _change("way.added", node.id, what=_name(node), after=_way(scope, flow, node))
                    for flow in scope.outgoing(node)
                )
            else:
                yield from self._step(was, (scope, parent, node))
        for _, _, node in self.old:
            if self.moved.get(node.id, node.id) not in there:
                yield _change("step.removed", node.id, what=_name(node))

    def _step(self, was: tuple[Process, str, Node], now: tuple[Process, str, Node]) -> Iterator[Change]:
        (old_scope, old_parent, old), (scope, parent, node) = was, now
        what = _name(node)
        if old.id != node.id:
            yield _change("step.identified", node.id, what=what, before=old.id, after=node.id)
        if old.name != node.name:
            yield _change("step.renamed", node.id, what=node.id, before=_quoted(old.name), after=_quoted(node.name))
        if self._now(old_parent) != parent:
            yield _change("fact", node.id, what=what, field="subproses", before=old_parent, after=parent)
        if self._now(old.attached_to or "") != (node.attached_to or ""):
            yield _change("step.edge", node.id, what=what, before=old.attached_to or "", after=node.attached_to or "")
        yield from _facts(old, node, what)
        yield from self._ways(old_scope, old, scope, node)

    def _now(self, old_id: str) -> str:
        return self.moved.get(old_id, old_id)

    def _ways(self, old_scope: Process, old: Node, scope: Process, node: Node) -> Iterator[Change]:
        before: dict[str, list[Flow]] = {}
        for flow in old_scope.outgoing(old):
            before.setdefault(self._now(flow.target), []).append(flow)
        after: dict[str, list[Flow]] = {}
        for flow in scope.outgoing(node):
            after.setdefault(flow.target, []).append(flow)
        what = _name(node)
        for target in sorted({*before, *after}):
            was, now = _sorted(before.get(target, [])), _sorted(after.get(target, []))
            for flow in now[len(was):]:
                yield _change("way.added", node.id, what=what, after=_way(scope, flow, node))
            for flow in was[len(now):]:
                yield _change("way.removed", node.id, what=what, before=_way(old_scope, flow, old))
            for old_flow, flow in zip(was, now, strict=False):
                way = f"{node.id} → {target}"
                if old_flow.condition != flow.condition:
                    yield _change("condition", node.id, what=way, before=old_flow.condition or "",
                                  after=flow.condition or "")
                if old_flow.name != flow.name:
                    yield _change("way.renamed", node.id, what=way, before=_quoted(old_flow.name),
                                  after=_quoted(flow.name))
        yield from self._turns(old_scope, old, scope, node)

    def _turns(self, old_scope: Process, old: Node, scope: Process, node: Node) -> Iterator[Change]:
        """The default way, and the order in which several conditions are tried."""
        for code, was, now in zip(("way.default", "way.order"), _tried(old_scope, old), _tried(scope, node),
                                  strict=True):
            here = [(self._now(target), condition, name) for target, condition, name in was]
            if here != now and (code == "way.default" or sorted(here) == sorted(now)):
                yield _change(code, node.id, what=_name(node), before=_targets(was), after=_targets(now))


_Tries = list[tuple[str, str, str]]


def _tried(scope: Process, node: Node) -> tuple[_Tries, _Tries]:
    """The default way ([] or one), and the ways that are tried in their order, each by target, condition and name."""
    ways = [(flow.id == node.default, (flow.target, flow.condition or "", flow.name)) for flow in scope.outgoing(node)]
    order = [way for default, way in ways if way[1] and not default and node.kind == "exclusiveGateway"]
    return [way for default, way in ways if default], order


def _targets(tries: _Tries) -> str:
    return ", ".join(target for target, *_ in tries)


def _placed(process: Process, parent: str) -> Iterator[tuple[Process, str, Node]]:
    """Each node with the scope it stands in and that scope's sub-process, in reading order."""
    for node in reading_order(process):
        yield process, parent, node
        if node.children is not None:
            yield from _placed(node.children, node.id)


def _sorted(flows: list[Flow]) -> list[Flow]:
    return sorted(flows, key=lambda flow: (flow.condition or "", flow.name))


_TOLD = {"id", "name", "line", "incoming", "outgoing", "attached_to", "default", "children", "documentation"}
"""Fields that are told otherwise, or have no meaning when run."""
_CODES = {"event": "event", "due": "deadline", "follow_up": "deadline", "form": "form", "loop": "quorum",
          "kind": "step.kind", "interrupting": "step.kind", "by_event": "step.kind"}
_WHO = ("lane", "roles", "users", "assignee")


def _facts(old: Node, node: Node, what: str) -> Iterator[Change]:
    """What is said of the step itself: every field of the model counts, those it will get included."""
    if [_bare(getattr(old, name)) for name in _WHO] != [_bare(getattr(node, name)) for name in _WHO]:
        yield _change("role", node.id, what=what, before=_who(old), after=_who(node))
    told: set[str] = set()
    for field in fields(Node):
        if field.name in _TOLD or field.name in _WHO:
            continue
        was, now = getattr(old, field.name), getattr(node, field.name)
        if _bare(was) == _bare(now):
            continue
        code = _CODES.get(field.name, "fact")
        if field.name == "event" and any(one is not None and one.timer is not None for one in (was, now)):
            code = "timer"
        if code == "step.kind":
            if code in told:
                continue
            was, now = _sort(old), _sort(node)
        told.add(code)
        yield _change(code, node.id, what=what, before=_words(was), after=_words(now), field=field.name)


def _bare(value: Any) -> Any:
    """The value without what has no meaning: lines, and the order of people and parts."""
    if isinstance(value, Event):
        timer = replace(value.timer, line=0) if value.timer is not None else None
        return replace(value, line=0, timer=timer, parts=tuple(sorted(map(_bare, value.parts), key=repr)))
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return sorted(value)
    if hasattr(value, "line"):
        return replace(value, line=0)
    return value or None


def _who(node: Node) -> str:
    parts = [*sorted(node.roles), *([node.lane] if node.lane and not node.roles else []), *sorted(node.users)]
    if node.roles and node.lane:
        parts.append(f"lajur {node.lane}")
    return ", ".join([*parts, *([node.assignee] if node.assignee else [])])


def _words(value: Any) -> str:
    """A value of the model as people read it; "" for none."""
    if isinstance(value, Event):
        if value.timer is not None:
            return f"{TIMES[value.timer.kind]} {value.timer.expression}"
        word = EVENTS.get(value.kind, value.kind)
        return " ".join(filter(None, [word, value.condition or value.ref or "", _quoted(value.name),
                                      " | ".join(sorted(map(_words, value.parts)))]))
    if hasattr(value, "cardinality"):
        said = {"sebanyak": value.cardinality, "untuk tiap isi": value.collection, "sebagai": value.element,
                "cukup bila": value.completion, "diperiksa dahulu": "ya" if value.test_before else ""}
        return ", ".join([LOOPS.get(value.kind, value.kind), *(f"{name} {one}" for name, one in said.items() if one)])
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={one}" for name, one in sorted(value.items()))
    if isinstance(value, tuple):
        return ", ".join(one if isinstance(one, str) else "=".join(map(str, one)) for one in value)
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return "" if value is None else str(value)


def _sort(node: Node) -> str:
    """The kind of a step in the outline's word, with its event and who does it."""
    parts = [KINDS.get(node.kind, node.kind)]
    if node.event is not None and node.event.kind != "none":
        parts.append(_words(node.event))
    if not node.interrupting:
        parts.append("tidak mengganggu")
    if node.by_event:
        parts.append("peristiwa")
    if _who(node):
        parts.append(f"oleh {_who(node)}")
    return ", ".join(parts)


def _way(scope: Process, flow: Flow, node: Node) -> str:
    when = f" jika {flow.condition}" if flow.condition else " selain itu" if flow.id == node.default else ""
    return f"{_name(scope.nodes[flow.target])}{when}" + (f" {_quoted(flow.name)}" if flow.name else "")


def _name(node: Node) -> str:
    return _named(node.id, node.name)


def _named(name: str, label: str) -> str:
    return f"{_quoted(label)} ({name})" if label else name


def _quoted(text: str) -> str:
    return f"“{text}”" if text else ""
