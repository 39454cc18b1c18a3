"""One scope of a drawing, a process or the body of a sub-process: its flows, its lanes and which node is in which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, count

from engine.bpmn import extensions, languages, xml
from engine.bpmn.model import SUB_PROCESSES, Flow, Lane
from engine.bpmn.problems import problem
from engine.bpmn.tags import FLOW, NODE, TAGS
from engine.bpmn.xml import Element
from engine.errors import Problem

ID = re.compile(r"^\w[\w.:-]*$")  # wider than xsd:ID at the front; no space, quote, "/" or "+"


@dataclass(slots=True)
class Reading:
    """What is gathered while one file is read."""

    named: dict[str, Element] = field(default_factory=dict)  # every BPMN element with an id
    language: str | None = None  # of expressions that do not state theirs
    associated: dict[str, list[str]] = field(default_factory=dict)  # what an association joins with this id
    keys: dict[str, list[Element]] = field(default_factory=dict)  # message id: what finds a correlation key in it
    entered: Counter[str] = field(default_factory=Counter)  # flows that lead to this id
    jbpm: bool = False  # the file is one of jBPM's or Kogito's, which read some of BPMN's own words in their way
    spiff: bool = False
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, code: str, element: Element, **words: str | int) -> None:
        self.problems.append(problem(code, xml.attribute(element, "id"), xml.line_of(element), **words))

    def warn(self, code: str, element: Element, *, owner: str | None = None, **words: str | int) -> None:
        """A warning in the element's line; `owner` is the id it is told of where that is not the element's own."""
        named = xml.attribute(element, "id") if owner is None else owner or None
        warning = problem(code, named, xml.line_of(element), **words)
        self.warnings.append(replace(warning, severity="warning"))

    def expression(self, element: Element | None) -> str | None:
        """The text of an expression in FEEL or JUEL where it can be said so, else as drawn; None when it is blank."""
        if element is None:
            return None
        file = extensions.vendor(element, "resource")
        if file is not None:
            return languages.resource(file)
        return languages.plain(xml.text_of(element), xml.attribute(element, "language") or self.language) or None


def node_elements(scope: Element) -> Iterator[Element]:
    """The elements of a scope that are nodes; an unknown tag with an id counts, so that flows may lead to it."""
    for element in xml.children(scope):
        role = TAGS.get(xml.local(element))
        if role == NODE or (role is None and xml.attribute(element, "id")):
            yield element


def flow_elements(scope: Element) -> Iterator[Element]:
    return xml.children(scope, *(tag for tag, role in TAGS.items() if role == FLOW))


def index(root: Element, reading: Reading) -> None:
    """Fills `reading.named`; refuses missing, doubled and malformed ids of what a flow or a person names.

    The id of a mere definition or of data may stand twice: the first counts, and a warning says so where they differ.
    """
    for element in root:
        if xml.namespace(element) != xml.MODEL:
            continue
        tag = xml.local(element)
        name = xml.attribute(element, "id")
        named = _names(element)
        if name is None:
            if named and TAGS.get(tag) != FLOW:
                reading.refuse("id.missing", element, tag=tag)
        elif name in reading.named:
            first = reading.named[name]
            if named and _names(first):
                reading.refuse("id.duplicate", element, first=xml.line_of(first))
            elif named:
                reading.named[name] = element
            elif dict(first.attrib) != dict(element.attrib):
                reading.warn("id.shared", element, first=xml.line_of(first))
        else:
            reading.named[name] = element
            if TAGS.get(tag) in {NODE, FLOW} and not ID.match(name):
                reading.refuse("id.invalid", element)
        if tag != "extensionElements":
            index(element, reading)


def _names(element: Element) -> bool:
    return TAGS.get(xml.local(element)) in {NODE, FLOW} or xml.local(element) in {"process", "lane"}


def vendors(root: Element, reading: Reading) -> None:
    """Fills in what is so for the whole file: whose it is, the language nobody states, the associations."""
    declared = set(root.nsmap.values())
    reading.jbpm = "http://www.jboss.org/drools" in declared
    reading.spiff = "http://spiffworkflow.org/bpmn/schema/1.0/core" in declared
    stated = xml.attribute(root, "expressionLanguage")
    # XPath is what BPMN says when nobody chose, so it says nothing
    reading.language = None if stated is None or "xpath" in stated.lower() else stated
    if reading.language is None and reading.spiff:
        reading.language = "python"
    for element in root.iter(f"{{{xml.MODEL}}}association"):
        source, target = (_bare(element, end) for end in ("sourceRef", "targetRef"))
        reading.associated.setdefault(source, []).append(target)
        reading.associated.setdefault(target, []).append(source)
    for element in root.iter(f"{{{xml.MODEL}}}correlationPropertyRetrievalExpression"):
        reading.keys.setdefault(_bare(element, "messageRef"), []).append(element)
    reading.entered.update(_bare(element, "targetRef") for element in root.iter(f"{{{xml.MODEL}}}sequenceFlow"))


def _bare(element: Element, name: str) -> str:
    """The id an attribute names, without a prefix."""
    return (xml.attribute(element, name) or "").rpartition(":")[2]


def flows_of(scope: Element, reading: Reading) -> dict[str, Flow]:
    """The flows of the scope that lead from a node of it to a node of it; the others are refused.

    A flow without an id, which BPMN allows, is given one made of its ends ("a..b", then "a..b.2").
    """
    here = {xml.attribute(element, "id") for element in node_elements(scope)}
    flows: dict[str, Flow] = {}
    for element in flow_elements(scope):
        source, target = (_end(element, end, here, reading) for end in ("source", "target"))
        if source and target:
            name = xml.attribute(element, "id") or _made_up(f"{source}..{target}", flows)
            flows[name] = Flow(
                id=name, source=source, target=target, name=xml.attribute(element, "name") or "",
                condition=reading.expression(xml.child(element, "conditionExpression")), line=xml.line_of(element))
    return flows


def _made_up(name: str, flows: dict[str, Flow]) -> str:
    candidates = chain([name], (f"{name}.{number}" for number in count(2)))
    return next(candidate for candidate in candidates if candidate not in flows)


def _end(flow: Element, end: str, here: set[str | None], reading: Reading) -> str | None:
    ref = xml.attribute(flow, f"{end}Ref")
    if ref is None:
        reading.refuse(f"flow.no_{end}", flow)
    elif ref not in here:
        other = reading.named.get(ref)
        elsewhere = other is not None and TAGS.get(xml.local(other)) == NODE
        reading.refuse("flow.other_scope" if elsewhere else f"flow.{end}_unknown", flow, ref=ref)
    else:
        return ref
    return None


def outgoing_of(element: Element, leaving: list[Flow], reading: Reading) -> tuple[str, ...]:
    """The ids of the flows that leave the node, in the order in which their conditions are tried.

    That is the order of the node's own <outgoing> list (BPMN 2.0.2, 13.4.2: conditions are evaluated in order). Flows
    that are not listed follow by the id of their target, so that the order of the file has no meaning; where that
    might matter, a warning says so.
    """
    listed = {xml.text_of(one): place for place, one in enumerate(xml.children(element, "outgoing"))}
    unlisted = [flow for flow in leaving if flow.id not in listed and flow.condition]
    if unlisted and xml.local(element) == "exclusiveGateway" and sum(1 for one in leaving if one.condition) > 1:
        reading.warn("flow.order", element)
    leaving = sorted(leaving, key=lambda flow: (listed.get(flow.id, len(listed)), flow.target, flow.condition or "",
                                                flow.id))
    return tuple(flow.id for flow in leaving)


def lanes_of(scope: Element, reading: Reading) -> tuple[Lane, ...]:
    """Every lane of the scope, each before its inner lanes. Unknown nodes in a lane's list are a warning."""
    known = set(_nodes_within(scope)) if xml.child(scope, "laneSet") is not None else set()
    lanes: list[Lane] = []
    for lane_set in xml.children(scope, "laneSet"):
        for element in xml.children(lane_set, "lane"):
            _lane(element, None, known, lanes, reading)
    return tuple(lanes)


def _lane(element: Element, parent: str | None, known: set[str], lanes: list[Lane], reading: Reading) -> list[str]:
    name = xml.attribute(element, "id") or ""
    nodes = []
    for one in xml.children(element, "flowNodeRef"):
        ref = xml.text_of(one)
        if ref in known:
            nodes.append(ref)
        else:
            reading.warn("lane.node_unknown", element, ref=ref)
    place = len(lanes)
    for inner_set in xml.children(element, "childLaneSet"):
        for inner in xml.children(inner_set, "lane"):
            nodes += _lane(inner, name, known, lanes, reading)
    lanes.insert(place, Lane(id=name, name=xml.attribute(element, "name") or "", nodes=tuple(dict.fromkeys(nodes)),
                             line=xml.line_of(element), parent=parent))
    return nodes


def innermost(lanes: tuple[Lane, ...], reading: Reading) -> dict[str, str]:
    """Node id to the id of the innermost lane that lists it; in two lanes side by side, the first, with a warning."""
    parents = {lane.id: lane.parent for lane in lanes}
    found: dict[str, str] = {}
    for lane in lanes:
        for node in lane.nodes:
            before = found.setdefault(node, lane.id)
            if before == lane.id:
                continue
            if _around(lane.id, before, parents):
                found[node] = lane.id
            elif not _around(before, lane.id, parents):
                reading.warn("lane.node_twice", reading.named[lane.id], ref=node, first=before)
    return found


def _around(inner: str, outer: str, parents: dict[str, str | None]) -> bool:
    above = parents.get(inner)
    while above is not None and above != outer:
        above = parents.get(above)
    return above == outer


def _nodes_within(scope: Element) -> Iterator[str]:
    for element in node_elements(scope):
        yield xml.attribute(element, "id") or ""
        if xml.local(element) in SUB_PROCESSES:
            yield from _nodes_within(element)
