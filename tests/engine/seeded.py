"""Faults put into sound drawings on purpose: 500 of them in 16 named ways, always the same ones.

Not every change makes a fault; those that make none show false alarms. Which do is `tests.engine.seeded_truth`'s to
say, which knows nothing of the compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

from engine.bpmn import reader
from engine.checking import Verdict, check, runnable
from engine.errors import ExpressionRefused, Problem
from tests.engine.oracle import TooMuch
from tests.engine.oracle_drawings import sketch
from tests.engine.oracle_plane import NotCovered
from tests.engine.seeded_truth import is_faulty
from workflows import drawings
from workflows.settings import KINDS

NS = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
FAULTS = 500
Element = ElementTree.Element
Spoils = Callable[["Tree", Random], str]


class Nowhere(Exception):
    """This drawing has no place for this fault."""


@dataclass(frozen=True)
class Source:
    """A sound drawing with what stands beside it."""

    name: str
    xml: bytes
    forms: Mapping[str, str] | None = None
    roles: frozenset[str] | None = None

    def check(self, xml: bytes | None = None) -> Verdict:
        return check(xml or self.xml, form_texts=self.forms, roles=self.roles, handlers=None)


@dataclass(frozen=True)
class Mutant:
    source: Source
    way: str
    element: str
    xml: bytes
    faulty: bool


class Tree:
    """An XML drawing that can be changed. Elements are found by their local BPMN names."""

    def __init__(self, xml: bytes) -> None:
        self.root = ElementTree.fromstring(xml)
        self.parent = {child: parent for parent in self.root.iter() for child in parent}

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.root.iter() if one.tag in {NS + tag for tag in tags}]

    def flows(self, **wanted: str) -> list[Element]:
        keys = {"source": "sourceRef", "target": "targetRef"}
        return [one for one in self.all("sequenceFlow") if all(one.get(keys[k]) == v for k, v in wanted.items())]

    def remove(self, one: Element) -> None:
        self.parent[one].remove(one)

    def near(self, flow: Element, *tags: str) -> list[Element]:
        """The nodes in the scope of this flow that a flow may lead to."""
        return [one for one in self.parent[flow] if one.tag in {NS + tag for tag in tags or INTO}
                and one.get("triggeredByEvent") != "true" and one.get("isForCompensation") != "true"]

    @property
    def xml(self) -> bytes:
        for node in self.root.iter():
            for ref in [one for one in node if one.tag in (NS + "incoming", NS + "outgoing")]:
                node.remove(ref)
        return ElementTree.tostring(self.root, encoding="utf-8")


INTO = ("userTask", "serviceTask", "task", "manualTask", "scriptTask", "exclusiveGateway", "parallelGateway",
        "inclusiveGateway", "endEvent", "subProcess", "intermediateThrowEvent")


def pick(random: Random, some: list[Any]) -> Any:
    if not some:
        raise Nowhere
    return random.choice(some)


def _named(one: Element) -> str:
    return one.get("id") or ""


def _retag(tree: Tree, random: Random, old: str, new: str) -> str:
    gateway = pick(random, [one for one in tree.all(old) if len(tree.flows(source=_named(one))) > 1
                            or len(tree.flows(target=_named(one))) > 1])
    gateway.tag = NS + new
    if new == "parallelGateway":
        gateway.attrib.pop("default", None)
    return _named(gateway)


def default_removed(tree: Tree, random: Random) -> str:
    """The default flow gets a sibling's condition: when that is false there is no way out."""
    gateway = pick(random, [one for one in tree.root.iter() if one.get("default")])
    usual = next((one for one in tree.all("sequenceFlow") if one.get("id") == gateway.get("default")), None)
    guarded = [one for one in tree.flows(source=_named(gateway)) if one.find(NS + "conditionExpression") is not None]
    if usual is None or usual in guarded or not guarded:
        raise Nowhere
    condition = guarded[0].find(NS + "conditionExpression")
    assert condition is not None
    ElementTree.SubElement(usual, NS + "conditionExpression").text = condition.text
    del gateway.attrib["default"]
    return _named(gateway)


def xor_to_and(tree: Tree, random: Random) -> str:
    return _retag(tree, random, "exclusiveGateway", "parallelGateway")


def and_to_xor(tree: Tree, random: Random) -> str:
    return _retag(tree, random, "parallelGateway", "exclusiveGateway")


def or_to_and(tree: Tree, random: Random) -> str:
    return _retag(tree, random, "inclusiveGateway", "parallelGateway")


def flow_redirected(tree: Tree, random: Random) -> str:
    flow = pick(random, tree.all("sequenceFlow"))
    target = pick(random, [one for one in tree.near(flow) if _named(one) != flow.get("targetRef")])
    flow.set("targetRef", _named(target))
    return _named(flow)


def join_missing(tree: Tree, random: Random) -> str:
    join = pick(random, [one for one in tree.all("parallelGateway", "inclusiveGateway")
                         if len(tree.flows(target=_named(one))) > 1 and len(tree.flows(source=_named(one))) == 1])
    out = tree.flows(source=_named(join))[0]
    for flow in tree.flows(target=_named(join)):
        flow.set("targetRef", out.get("targetRef") or "")
    tree.remove(out)
    tree.remove(join)
    return out.get("targetRef") or ""


def branch_led_away(tree: Tree, random: Random) -> str:
    """A branch ends in an end of its own: what it was split from is never joined."""
    join = pick(random, [one for one in tree.all("parallelGateway") if len(tree.flows(target=_named(one))) > 1])
    lost = pick(random, tree.flows(target=_named(join)))
    lost.set("targetRef", _named(pick(random, tree.near(lost, "userTask", "endEvent"))))
    return _named(join)


def dead_task(tree: Tree, random: Random) -> str:
    flow = pick(random, tree.all("sequenceFlow"))
    scope = tree.parent[flow]
    ElementTree.SubElement(scope, NS + "userTask", id="lost_task")
    ElementTree.SubElement(scope, NS + "sequenceFlow", id="lost_flow", sourceRef="lost_task",
                           targetRef=_named(pick(random, tree.near(flow))))
    return "lost_task"


def round_without_exit(tree: Tree, random: Random) -> str:
    """A step leads back to itself, and nowhere else."""
    step = pick(random, [one for one in tree.all("userTask", "serviceTask", "task", "exclusiveGateway")
                         if tree.flows(source=_named(one))])
    for flow in tree.flows(source=_named(step)):
        flow.set("targetRef", _named(step))
    return _named(step)


def end_unreachable(tree: Tree, random: Random) -> str:
    """What led to an end leads back to a step before it."""
    end = pick(random, [one for one in tree.all("endEvent") if tree.flows(target=_named(one))])
    for flow in tree.flows(target=_named(end)):
        flow.set("targetRef", _named(pick(random, [one for one in tree.near(flow) if one is not end])))
    return _named(end)


def flow_removed(tree: Tree, random: Random) -> str:
    flow = pick(random, tree.all("sequenceFlow"))
    tree.remove(flow)
    return flow.get("targetRef") or ""


def start_removed(tree: Tree, random: Random) -> str:
    start = pick(random, tree.all("startEvent"))
    after = tree.flows(source=_named(start))
    for flow in after:
        tree.remove(flow)
    tree.remove(start)
    return (after[0].get("targetRef") if after else "") or ""


def condition_spoiled(tree: Tree, random: Random) -> str:
    """A condition without a way out beside it, or, where forms tell what is asked, with a name that none asks for."""
    condition = pick(random, tree.all("conditionExpression"))
    flow = tree.parent[condition]
    condition.text = "= decided_by_nobody = \"yes\""
    for gateway in tree.root.iter():
        if gateway.get("default") and gateway.get("id") == flow.get("sourceRef"):
            default_removed_at(tree, gateway, condition.text)
    return _named(flow)


def default_removed_at(tree: Tree, gateway: Element, text: str) -> None:
    for one in tree.all("sequenceFlow"):
        if one.get("id") == gateway.get("default"):
            ElementTree.SubElement(one, NS + "conditionExpression").text = text
    del gateway.attrib["default"]


def timer_broken(tree: Tree, random: Random) -> str:
    timer = pick(random, tree.all("timeDuration", "timeDate", "timeCycle"))
    timer.text = random.choice(("P1X", "2024-13-45", "R/", "every now and then"))
    event = tree.parent[tree.parent[timer]]
    return _named(event)


def event_emptied(tree: Tree, random: Random) -> str:
    """An event on an edge no longer says what it waits for."""
    event = pick(random, [one for one in tree.all("boundaryEvent") if len(one)])
    for part in list(event):
        if part.tag.endswith("EventDefinition"):
            event.remove(part)
    return _named(event)


def role_gone(tree: Tree, random: Random) -> str:
    lane = pick(random, [one for one in tree.all("lane") if any(
        ref.text in {_named(task) for task in tree.all("userTask")} for ref in one.iter(NS + "flowNodeRef"))])
    lane.set("id", "nobody")
    nodes = [node for process in runnable(reader.read(tree.xml)) for node in process.walk()]
    return str(pick(random, [node.id for node in nodes if node.kind == "userTask" and node.lane == "nobody"]))


WAYS: dict[str, Spoils] = {
    spoils.__name__: spoils for spoils in (
        default_removed, xor_to_and, and_to_xor, or_to_and, flow_redirected, join_missing, branch_led_away, dead_task,
        round_without_exit, end_unreachable, flow_removed, start_removed, condition_spoiled, timer_broken,
        event_emptied, role_gone,
    )
}
SURELY = {"timer_broken", "event_emptied", "role_gone"}
EXACT = {"dead_task", "timer_broken", "event_emptied", "role_gone", "default_removed"}
"""The ways whose fault lies at one element that the finding must name."""


# What is made of them, and what is found


def sources(public: list[Path]) -> list[Source]:
    """Sound drawings by the oracle: our four with their forms, 40 random ones, and those of the public that are.

    Left out are public drawings that are refused as they are, such as those with conditions in Java or JavaScript.
    """
    found = []
    for kind in KINDS:
        file = drawings.drawing_file(kind)
        found.append(Source(kind, file.read_bytes(), drawings.form_texts(file), _lanes(file.read_bytes())))
    found += [Source(f"random {seed}", sketch(Random(seed), 3 + seed % 5).xml) for seed in range(40)]
    for path in public:
        xml = path.read_bytes()
        try:
            sound = b"sequenceFlow" in xml and not is_faulty(xml) and ElementTree.fromstring(xml) is not None
        except (NotCovered, TooMuch, ElementTree.ParseError, ExpressionRefused, TypeError):
            continue
        if sound and not any(problem.severity == "error" for problem in check(xml).problems):
            found.append(Source(path.name, xml, roles=_lanes(xml)))
    return found


def _lanes(xml: bytes) -> frozenset[str] | None:
    """The roles of a drawing whose lanes are its roles; None where tasks name groups of their own."""
    nodes = [node for process in reader.read(xml).processes for node in process.walk() if node.kind == "userTask"]
    return frozenset(node.lane for node in nodes if node.lane) if not any(node.roles for node in nodes) else None


def mutants(found: list[Source], faults: int = FAULTS, seed: int = 2024) -> list[Mutant]:
    """Mutants, all ways in turn, each of a drawing that has a place for it, until so many are faulty."""
    random = Random(seed)
    made: list[Mutant] = []
    ways = list(WAYS)
    while sum(one.faulty for one in made) < faults:
        way, source = ways[len(made) % len(ways)], random.choice(found)
        if way == "role_gone" and not source.roles:
            continue
        try:
            tree = Tree(source.xml)
            element = WAYS[way](tree, random)
            xml = tree.xml
            faulty = way in SURELY or is_faulty(xml, source.forms)
        except (Nowhere, NotCovered, TooMuch, ExpressionRefused, TypeError):
            continue
        made.append(Mutant(source, way, element, xml, faulty))
    return made


def findings(mutant: Mutant) -> list[Problem]:
    """What is told about the mutant and was not told about its source; a role that does not exist counts too."""
    before = {(one.code, one.element) for one in mutant.source.check().problems}
    return [one for one in mutant.source.check(mutant.xml).problems if (one.code, one.element) not in before and (
        one.severity in ("error", "unsound") or one.code == "task.unknown_role")]


@dataclass(frozen=True)
class Shares:
    """What came of it: `found` and `placed` of the faults, `alarms` of what is sound, and those that went wrong."""

    faults: int
    found: float
    placed: float
    sound: int
    alarms: float
    by_way: Mapping[str, tuple[int, int]]
    wrong: tuple[str, ...]


def shares(sound: list[Source], made: list[Mutant]) -> Shares:
    """The shares of faults found, of those found at their place where they have one, and of false alarms."""
    found, placed, placeable, faults, alarms = 0, 0, 0, 0, 0
    ways: dict[str, list[bool]] = {}
    wrong: list[str] = []
    for one in made:
        told = findings(one)
        if one.faulty:
            faults += 1
            found += bool(told)
            ways.setdefault(one.way, []).append(bool(told))
            if one.way in EXACT:
                placeable += 1
                placed += any(one.element in (problem.element, *problem.elements) for problem in told)
        else:
            alarms += bool(told)
        if bool(told) != one.faulty:
            wrong.append(f"{one.way} in {one.source.name} at {one.element}: {[problem.code for problem in told]}")
    for source in sound:
        if bad := [one.code for one in source.check().problems if one.severity in ("error", "unsound")]:
            alarms += 1
            wrong.append(f"{source.name}: {bad}")
    number = len(sound) + len(made) - faults
    return Shares(faults, found / faults, placed / placeable, number, alarms / number,
                  {way: (sum(some), len(some)) for way, some in ways.items()}, tuple(wrong))
