"""From the bytes of a .bpmn file to a Drawing, or a refusal that names every fault by element id and line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn import data, extensions, jbpm, spiff, vendor_check, xml
from engine.bpmn.automatic import everything, work
from engine.bpmn.embedded import embedded
from engine.bpmn.events import event_of, loop_of, message_of
from engine.bpmn.listening import listeners
from engine.bpmn.model import (
    ACTIVITIES,
    EVENTS,
    SUB_PROCESSES,
    TASKS,
    Drawing,
    Event,
    Flow,
    MessageFlow,
    Node,
    Participant,
    Process,
)
from engine.bpmn.problems import problem
from engine.bpmn.scope import Reading, flows_of, index, innermost, lanes_of, node_elements, outgoing_of, vendors
from engine.bpmn.unsupported import QUANTITIES, find
from engine.bpmn.xml import Element
from engine.errors import DrawingRefused

TOLD = TASKS | {"startEvent"}  # who does it, by when, with which form
FLOWS, PLAIN = {"incoming", "outgoing"}, {"id", "name", "default", "gatewayDirection"}


def read(file: bytes) -> Drawing:
    """The drawing in a BPMN 2.0 file: every process, pool and message flow, and the bytes as they came.

    Refuses with DrawingRefused, all faults at once: what is no well-formed BPMN 2.0, has no process, has missing,
    doubled or malformed ids, or references that lead nowhere or out of their scope. No other exception is raised,
    whatever the bytes. What would have to run and cannot is no refusal here: Process.unsupported lists it. Faults that
    change nothing in a run are in Drawing.warnings.
    """
    root = xml.parse(file)
    if xml.namespace(root) != xml.MODEL or xml.local(root) != "definitions":
        raise DrawingRefused([problem("root.not_bpmn", None, xml.line_of(root), tag=xml.local(root))])
    reading = Reading()
    index(root, reading)
    vendors(root, reading)
    vendor_check.beside(root, reading)
    processes = tuple(_process(element, reading) for element in xml.children(root, "process"))
    if not processes:
        reading.refuse("process.none", root)
    participants, message_flows = _collaboration(root, reading)
    if reading.problems:
        raise DrawingRefused(sorted(reading.problems, key=lambda one: (one.line or 0, one.code, one.element or "")))
    return Drawing(
        processes=processes, target_namespace=xml.attribute(root, "targetNamespace") or "",
        participants=participants, message_flows=message_flows, warnings=tuple(reading.warnings), xml=bytes(file))


def _process(element: Element, reading: Reading) -> Process:
    return Process(
        **_body(element, reading, {}, None), executable=xml.is_true(element, "isExecutable", False),
        unsupported=find(element, reading), listeners=_listeners(element),
        documentation=_documentation(element), properties=extensions.properties(element))


def _listeners(process: Element) -> tuple[tuple[str, str], ...]:
    """Those of the process itself and of the flows anywhere in it."""
    found = list(listeners(process))
    for flow in process.iter(f"{{{xml.MODEL}}}sequenceFlow"):
        found += listeners(flow)
    return tuple(found)


def _body(scope: Element, reading: Reading, lanes_around: Mapping[str, str], lane: str | None) -> dict[str, Any]:
    """What a process and the body of a sub-process have in common, as fields of Process."""
    flows = flows_of(scope, reading)
    lanes = lanes_of(scope, reading)
    lane_of = {**lanes_around, **innermost(lanes, reading)}
    entering: dict[str, list[str]] = {}
    leaving: dict[str, list[Flow]] = {}
    for flow in flows.values():
        entering.setdefault(flow.target, []).append(flow.id)
        leaving.setdefault(flow.source, []).append(flow)
    nodes = {}
    for element in node_elements(scope):
        name = xml.attribute(element, "id") or ""
        joined = tuple(entering.get(name, ())), outgoing_of(element, leaving.get(name, []), reading)
        node = _node(element, lane_of.get(name, lane), lane_of, joined, reading)
        nodes[node.id] = node
        _check(element, node, scope, reading)
    return {"id": xml.attribute(scope, "id") or "", "name": xml.attribute(scope, "name") or "", "nodes": nodes,
            "flows": flows, "lanes": lanes, "line": xml.line_of(scope)}


def _node(element: Element, lane: str | None, lane_of: Mapping[str, str],
          joined: tuple[tuple[str, ...], tuple[str, ...]], reading: Reading) -> Node:
    name, kind = xml.attribute(element, "id") or "", xml.local(element)
    found: dict[str, Any] = {"kind": kind} if _bare(element, kind) else _said(element, kind, reading)
    if kind in SUB_PROCESSES:
        found["children"] = Process(**_body(element, reading, lane_of, lane))
    return Node(
        id=name, name=xml.attribute(element, "name") or "", line=xml.line_of(element), lane=lane,
        incoming=joined[0], outgoing=joined[1], event=_event(element, kind, reading),
        default=xml.attribute(element, "default"), **found)


def _bare(element: Element, kind: str) -> bool:
    """Whether nothing is said of a node but where it stands: most gateways, many tasks. Saves half the time."""
    return (kind != "callActivity" and all(xml.local(part) in FLOWS for part in element)
            and all(name in PLAIN for name in element.attrib))


def _said(element: Element, kind: str, reading: Reading) -> dict[str, Any]:
    """The fields of Node besides its place."""
    found = {"kind": kind, **work(element, kind, reading)}
    if kind in TOLD:
        found |= _person(element, reading)
    found["inputs"], outputs = data.inputs(element, reading), data.outputs(element, reading)
    found["outputs"] = (*found.get("outputs", ()), *outputs)
    if kind == "callActivity":
        _everything(element, found, reading)
    if kind == "adHocSubProcess":
        found |= _ad_hoc(element, reading)
    if kind == "boundaryEvent":
        found |= {"attached_to": xml.attribute(element, "attachedToRef"), "handler": _handler(element, reading)}
    if kind in ACTIVITIES:
        found["loop"] = loop_of(element, reading)
        found["start_quantity"] = _quantity(element, "startQuantity")
        found["completion_quantity"] = _quantity(element, "completionQuantity")
    if kind == "startEvent":
        found["initiator"] = extensions.vendor(element, "initiator")
    spiff.told(element, found, reading)
    if reading.jbpm and kind == "userTask":
        jbpm.told(found)
    return found | {
        "interrupting": (xml.is_true(element, "cancelActivity", True)
                         and xml.is_true(element, "isInterrupting", True)),
        "by_event": xml.is_true(element, "triggeredByEvent", False),
        "for_compensation": xml.is_true(element, "isForCompensation", False),
        "instantiate": xml.is_true(element, "instantiate", False), "documentation": _documentation(element),
        "properties": extensions.properties(element), "listeners": listeners(element)}


def _quantity(element: Element, name: str) -> int:
    """How many tokens; what is no number from 1 to 9 is told as unsupported."""
    value = xml.attribute(element, name)
    return int(value) if value in QUANTITIES and value is not None else 1


def _person(element: Element, reading: Reading) -> dict[str, Any]:
    """Who does it by when, and with which form."""
    roles, users, assignee = extensions.people(element, reading.named, owners="user" if reading.jbpm else "group")
    return {
        "roles": roles, "users": users, "assignee": assignee, "form": extensions.form(element),
        "embedded": embedded(element, reading),
        "due": extensions.zeebe(element, "taskSchedule", "dueDate") or extensions.vendor(element, "dueDate"),
        "follow_up": (extensions.zeebe(element, "taskSchedule", "followUpDate")
                      or extensions.vendor(element, "followUpDate")),
        "priority": (extensions.zeebe(element, "priorityDefinition", "priority")
                     or extensions.vendor(element, "priority")),
    }


def _everything(element: Element, found: dict[str, Any], reading: Reading) -> None:
    """Vendors whose calls hand on all variables unless told otherwise."""
    given, taken = everything(element, reading)
    everywhere = ("*", "*")
    if given and everywhere not in found["inputs"]:
        found["inputs"] = (everywhere, *found["inputs"])
    if taken and everywhere not in found["outputs"]:
        found["outputs"] = (everywhere, *found["outputs"])


def _ad_hoc(element: Element, reading: Reading) -> dict[str, Any]:
    condition = xml.child(element, "completionCondition")
    stated = extensions.zeebe(element, "adHoc", "cancelRemainingInstances")
    return {"ordering": xml.attribute(element, "ordering") or "Parallel",
            "completion": reading.expression(condition),
            "cancel_remaining": (xml.is_true(element, "cancelRemainingInstances", True) if stated is None
                                 else stated == "true")}


def _handler(element: Element, reading: Reading) -> str | None:
    """The activity an association leads to from a compensation boundary event (BPMN 2.0.2, 10.7.1)."""
    if xml.child(element, "compensateEventDefinition", "eventDefinitionRef") is None:
        return None
    ends = reading.associated.get(xml.attribute(element, "id") or "", [])
    nodes = [one for one in ends if one in reading.named and xml.local(reading.named[one]) in ACTIVITIES]
    return nodes[0] if nodes else None


def _event(element: Element, kind: str, reading: Reading) -> Event | None:
    if kind in EVENTS:
        return event_of(element, reading)
    return message_of(element, reading) if kind in {"sendTask", "receiveTask"} else None


def _check(element: Element, node: Node, scope: Element, reading: Reading) -> None:
    """Refuses a default flow that does not leave the node, and a boundary event without a host in this scope."""
    if node.default is not None and node.default not in node.outgoing:
        reading.refuse("default.not_outgoing", element, ref=node.default)
    if node.kind != "boundaryEvent":
        return
    host = reading.named.get(node.attached_to or "")
    if node.attached_to is None:
        reading.refuse("boundary.no_host", element)
    elif host is None or host.getparent() is not scope:
        reading.refuse("boundary.host_unknown", element, ref=node.attached_to)
    elif xml.local(host) not in ACTIVITIES:
        reading.refuse("boundary.host_not_activity", element, ref=node.attached_to)


def _collaboration(root: Element, reading: Reading) -> tuple[tuple[Participant, ...], tuple[MessageFlow, ...]]:
    participants, message_flows = [], []
    for collaboration in xml.children(root, "collaboration"):
        for element in xml.children(collaboration, "participant"):
            participants.append(_participant(element, reading))
        for element in xml.children(collaboration, "messageFlow"):
            message_flows.append(MessageFlow(
                id=xml.attribute(element, "id") or "", name=xml.attribute(element, "name") or "",
                source=xml.attribute(element, "sourceRef") or "", target=xml.attribute(element, "targetRef") or "",
                line=xml.line_of(element)))
    return tuple(participants), tuple(message_flows)


def _participant(element: Element, reading: Reading) -> Participant:
    ref = xml.attribute(element, "processRef")
    process = None if ref is None else xml.resolve(reading.named, ref)
    if ref is not None and (process is None or xml.local(process) != "process"):
        reading.warn("pool.process_unknown", element, ref=ref)
        process = None
    return Participant(
        id=xml.attribute(element, "id") or "", name=xml.attribute(element, "name") or "",
        process=None if process is None else xml.attribute(process, "id"), line=xml.line_of(element))


def _documentation(element: Element) -> str:
    return "\n".join(filter(None, map(xml.text_of, xml.children(element, "documentation"))))
