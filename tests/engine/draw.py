"""Small drawings for tests: nodes and flows in, BPMN XML out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from engine.bpmn import reader
from engine.bpmn.model import Process
from engine.compile import compile_process
from engine.graph import Graph

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="test">'
)

Flow = tuple[str, str] | tuple[str, str, str]


def xml(
    nodes: Mapping[str, str], flows: Iterable[Flow], *, lanes: Mapping[str, Iterable[str]] | None = None,
    defaults: Mapping[str, str] | None = None, name: str = "p",
) -> bytes:
    """`nodes` is {id: what}; `what` is a BPMN tag, or "boundary|<host>|<timer kind>|<text>[|dashed]",
    "timer|<kind>|<text>", "escalation" or "terminate" (ends), "message|<name>", "quorum|<n>|<condition>".
    `flows` are (source, target[, condition]), with the id "<source>_<target>"; `defaults` is {gateway: target}.
    """
    parts = [HEAD, '<escalation id="esc" escalationCode="late"/>', f'<process id="{name}" isExecutable="true">']
    if lanes:
        parts.append("<laneSet id='ls'>")
        for lane, members in lanes.items():
            inside = "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in members)
            parts.append(f'<lane id="{lane}" name="{lane}">{inside}</lane>')
        parts.append("</laneSet>")
    messages = []
    for node, what in nodes.items():
        default = f' default="{node}_{defaults[node]}"' if defaults and node in defaults else ""
        parts.append(_node(node, what, default, messages))
    for flow in flows:
        condition = (
            f'<conditionExpression xsi:type="tFormalExpression">{escape(flow[2])}</conditionExpression>'
            if len(flow) == 3 else ""
        )
        parts.append(
            f'<sequenceFlow id="{flow[0]}_{flow[1]}" sourceRef="{flow[0]}" targetRef="{flow[1]}">'
            f"{condition}</sequenceFlow>"
        )
    parts.append("</process>")
    parts += [f'<message id="m_{message}" name="{message}"/>' for message in messages]
    parts.append("</definitions>")
    return "".join(parts).encode()


def _node(node: str, what: str, default: str, messages: list[str]) -> str:
    kind, *rest = what.split("|")
    if kind == "boundary":
        host, timer, text, *dashed = rest
        cancel = ' cancelActivity="false"' if dashed else ""
        return f'<boundaryEvent id="{node}" attachedToRef="{host}"{cancel}>{_timer(timer, text)}</boundaryEvent>'
    if kind == "timer":
        return f'<intermediateCatchEvent id="{node}">{_timer(rest[0], rest[1])}</intermediateCatchEvent>'
    if kind == "message":
        messages.append(rest[0])
        return (
            f'<intermediateCatchEvent id="{node}"><messageEventDefinition messageRef="m_{rest[0]}"/>'
            "</intermediateCatchEvent>"
        )
    if kind == "escalation":
        return f'<endEvent id="{node}"><escalationEventDefinition escalationRef="esc"/></endEvent>'
    if kind == "terminate":
        return f'<endEvent id="{node}"><terminateEventDefinition/></endEvent>'
    if kind == "quorum":
        condition = f"<completionCondition>{escape(rest[1])}</completionCondition>" if len(rest) > 1 else ""
        return (
            f'<userTask id="{node}"><multiInstanceLoopCharacteristics><loopCardinality>{escape(rest[0])}'
            f"</loopCardinality>{condition}</multiInstanceLoopCharacteristics></userTask>"
        )
    return f"<{kind} id={quoteattr(node)}{default}/>"


def _timer(kind: str, text: str) -> str:
    tag = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}[kind]
    return f"<timerEventDefinition><{tag}>{escape(text)}</{tag}></timerEventDefinition>"


def process(*args: object, **kwargs: object) -> Process:
    return reader.read(xml(*args, **kwargs)).process()  # type: ignore[arg-type]


def graph(*args: object, **kwargs: object) -> Graph:
    return compile_process(process(*args, **kwargs))


LINE = {"s": "startEvent", "a": "userTask", "e": "endEvent"}
"""start, one task, end; flows: [("s", "a"), ("a", "e")]."""

REVIEW = {
    "s": "startEvent", "submit": "userTask", "approve": "userTask", "g": "exclusiveGateway",
    "done": "intermediateThrowEvent", "after": "userTask", "e": "endEvent",
}
REVIEW_FLOWS: list[Flow] = [
    ("s", "submit"), ("submit", "approve"), ("approve", "g"), ("g", "done", '= decision = "approve"'), ("g", "submit"),
    ("done", "after"), ("after", "e"),
]
REVIEW_LANES = {"member": ["s", "submit", "after", "e", "done"], "commissioner": ["approve", "g"]}
