"""Finding what would have to run and cannot, so that nothing with a meaning is dropped in silence.

This looks at every element of a process once, apart from the reader: what the reader does not read, and the tables do
not call harmless, is found here. What has no meaning in BPMN itself (extensions nobody here knows) is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import data, extensions, languages, vendor_check, xml
from engine.bpmn.model import ACTIVITIES, Unsupported
from engine.bpmn.scope import Reading
from engine.bpmn.tags import FLOW, KEPT, LANES, NODE, REASONS, REFUSED, TAGS, reason_for
from engine.bpmn.xml import Element

SCOPES = {"process", "subProcess", "transaction", "adHocSubProcess"}
QUANTITIES = frozenset({None, *"123456789"})
_LOOPS = (("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"), ("ioSpecification",))
ONE_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(ACTIVITIES, _LOOPS),
    "sequenceFlow": (("conditionExpression",),),
    "timerEventDefinition": (("timeDate", "timeDuration", "timeCycle"),),
    "conditionalEventDefinition": (("condition",),),
    "scriptTask": (*_LOOPS, ("script",)),
    "multiInstanceLoopCharacteristics": (
        ("loopCardinality",), ("completionCondition",), ("loopDataInputRef",), ("loopDataOutputRef",),
        ("inputDataItem",), ("outputDataItem",),
    ),
    "standardLoopCharacteristics": (("loopCondition",),),
    "adHocSubProcess": (*_LOOPS, ("completionCondition",)),
}
"""By tag: what it may hold one of (the schema of BPMN 2.0.2, Semantic.xsd)."""


def find(process: Element, reading: Reading) -> tuple[Unsupported, ...]:
    """Everything in this process element that has a meaning when run and that the model cannot express."""
    owner = xml.attribute(process, "id") or ""
    found = [*_must_understand(process, owner), *_within(process, process, reading)]
    return tuple(dict.fromkeys(found))


def unsupported(owner: str, element: Element, reason: str, detail: str = "") -> Unsupported:
    indonesian, english = REASONS[reason]
    return Unsupported(element=owner, tag=xml.local(element), line=xml.line_of(element),
                       reason=indonesian.format(detail=detail), reason_en=english.format(detail=detail))


def _within(element: Element, named: Element, reading: Reading) -> Iterator[Unsupported]:
    """What is below this element; `named` is the innermost node, flow or process around it."""
    tag, owner = xml.local(element), xml.attribute(named, "id") or xml.attribute(element, "id") or ""
    vendor_check.attributes(element, owner, reading)
    _twice(element, tag, owner, reading)
    yield from _own(element, tag, owner, reading)
    for part in element:
        inner = xml.local(part)
        if xml.namespace(part) != xml.MODEL:
            reading.warn("foreign.ignored", named, detail=inner)
        elif inner == "extensionElements":
            yield from _extended(part, owner, reading)
        elif TAGS.get(inner, REFUSED) == REFUSED:
            yield unsupported(owner, part, reason_for(inner), inner)
        elif TAGS[inner] in {NODE, FLOW, LANES} and tag not in SCOPES:
            yield unsupported(owner, part, "misplaced", inner)
        elif TAGS[inner] != KEPT:
            yield from _within(part, part if TAGS[inner] in {NODE, FLOW} else named, reading)


def _extended(holder: Element, owner: str, reading: Reading) -> Iterator[Unsupported]:
    vendor_check.inside(holder, owner, reading)
    for one in holder:
        for part in one.iter():
            if xml.local(part) in {"inputParameter", "outputParameter"} and data.parameter(part) is None:
                yield unsupported(owner, part, "script")


def _own(element: Element, tag: str, owner: str, reading: Reading) -> Iterator[Unsupported]:
    if tag == "transformation" and not languages.reads(reading.expression(element) or ""):
        yield unsupported(owner, element, "transformation")
    if any(xml.attribute(element, name) not in QUANTITIES for name in ("startQuantity", "completionQuantity")):
        yield unsupported(owner, element, "quantity")
    if tag == "eventBasedGateway" and xml.attribute(element, "eventGatewayType") == "Parallel":
        yield unsupported(owner, element, "parallel_events")
    case = extensions.vendor(element, "caseRef")
    if case is not None:
        yield unsupported(owner, element, "case", case)
    if tag == "activationCondition" and xml.text_of(element) and reading.entered[owner] > 1:
        yield unsupported(owner, element, "activationCondition")
    behavior = xml.attribute(element, "behavior")
    if tag == "multiInstanceLoopCharacteristics" and behavior is not None and (
            behavior == "Complex" or xml.attribute(element, f"{behavior.lower()}BehaviorEventRef") is not None):
        yield unsupported(owner, element, "loop_behavior", behavior)


def _twice(element: Element, tag: str, owner: str, reading: Reading) -> None:
    """A warning where the element holds two of what its schema allows once."""
    for allowed in ONE_OF.get(tag, ()):
        found = list(xml.children(element, *allowed))
        if len(found) > 1:
            tags = ", ".join(f"<{xml.local(one)}>" for one in found)
            reading.warn("element.twice", found[1], owner=owner, tags=tags)


def _must_understand(process: Element, owner: str) -> Iterator[Unsupported]:
    definitions = process.getparent()
    for one in () if definitions is None else xml.children(definitions, "extension"):
        if xml.is_true(one, "mustUnderstand", False):
            yield unsupported(owner, one, "must_understand", xml.attribute(one, "definition") or "extension")
