"""Events, timers and loops: the parts of a node that say when and how often."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn import extensions, xml
from engine.bpmn.model import Event, Loop, Timer
from engine.bpmn.tags import EVENT_KINDS
from engine.bpmn.xml import Element

TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
# where an event definition names the thing it is about, and which attribute of that thing is its code
REFERENCES = {
    "message": ("messageRef", "name"), "signal": ("signalRef", "name"),
    "escalation": ("escalationRef", "escalationCode"), "error": ("errorRef", "errorCode"),
}


class UnknownReference(Exception):
    """A definition names something that the file does not have."""

    def __init__(self, ref: str, line: int) -> None:
        super().__init__(ref)
        self.ref, self.line = ref, line


def event_of(element: Element, named: Mapping[str, Element]) -> Event:
    """The event of an event element. Raises UnknownReference."""
    parts = []
    for part in xml.children(element):
        definition: Element | None = part
        if xml.local(part) == "eventDefinitionRef":
            definition = xml.resolve(named, xml.text_of(part))
            if definition is None:
                raise UnknownReference(xml.text_of(part), xml.line_of(part))
        if definition is not None and xml.local(definition) in EVENT_KINDS:
            parts.append(_definition(definition, named))
    if len(parts) == 1:
        return parts[0]
    return Event(kind="multiple" if parts else "none", parts=tuple(parts), line=xml.line_of(element))


def message_of(element: Element, named: Mapping[str, Element]) -> Event | None:
    """The message a send or receive task names, None when it names none. Raises UnknownReference."""
    if xml.attribute(element, "messageRef") is None:
        return None
    ref, name = _named(element, "message", named)
    return Event(kind="message", ref=ref, name=name, line=xml.line_of(element))


def _definition(element: Element, named: Mapping[str, Element]) -> Event:
    kind, line = EVENT_KINDS[xml.local(element)], xml.line_of(element)
    if kind == "timer":
        return Event(kind=kind, timer=timer_of(element), line=line)
    if kind == "conditional":
        return Event(kind=kind, condition=xml.text_of(xml.child(element, "condition")) or None, line=line)
    if kind == "link":
        name = xml.attribute(element, "name")
        return Event(kind=kind, ref=name, name=name or "", line=line)
    if kind == "compensate":
        return Event(kind=kind, ref=xml.attribute(element, "activityRef"), line=line)
    if kind in REFERENCES:
        ref, name = _named(element, kind, named)
        return Event(kind=kind, ref=ref, name=name, line=line)
    return Event(kind=kind, line=line)


def _named(element: Element, kind: str, named: Mapping[str, Element]) -> tuple[str | None, str]:
    attribute, code = REFERENCES[kind]
    ref = xml.attribute(element, attribute)
    if ref is None:
        return extensions.vendor(element, code), ""
    thing = xml.resolve(named, ref)
    if thing is None or xml.local(thing) != kind:
        raise UnknownReference(ref, xml.line_of(element))
    name = xml.attribute(thing, "name")
    return xml.attribute(thing, code) or xml.attribute(thing, "id"), name or ""


def timer_of(element: Element) -> Timer | None:
    """The timer of a timerEventDefinition; None when it does not give exactly one time."""
    times = [(part, xml.text_of(part)) for part in xml.children(element, *TIMERS)]
    times = [(part, text) for part, text in times if text]
    if len(times) != 1:
        return None
    part, text = times[0]
    return Timer(kind=TIMERS[xml.local(part)], expression=text, line=xml.line_of(part))


def loop_of(element: Element) -> Loop | None:
    """How often an activity is done, None when once."""
    loop = xml.child(element, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
    if loop is None:
        return None
    if xml.local(loop) == "standardLoopCharacteristics":
        return Loop(kind="standard", cardinality=xml.attribute(loop, "loopMaximum"),
                    completion=xml.text_of(xml.child(loop, "loopCondition")) or None, line=xml.line_of(loop),
                    test_before=xml.is_true(loop, "testBefore", False))
    item = xml.child(loop, "inputDataItem")
    return Loop(
        kind="sequential" if xml.is_true(loop, "isSequential", False) else "parallel",
        cardinality=xml.text_of(xml.child(loop, "loopCardinality")) or None,
        collection=(extensions.zeebe(loop, "loopCharacteristics", "inputCollection")
                    or extensions.vendor(loop, "collection") or _input_collection(element, loop)),
        element=(extensions.zeebe(loop, "loopCharacteristics", "inputElement")
                 or extensions.vendor(loop, "elementVariable")
                 or (None if item is None else xml.attribute(item, "name") or xml.attribute(item, "id"))),
        completion=xml.text_of(xml.child(loop, "completionCondition")) or None,
        line=xml.line_of(loop),
    )


def _input_collection(element: Element, loop: Element) -> str | None:
    """BPMN's own way: the loop names a data input, an association says which data fills it."""
    ref = xml.text_of(xml.child(loop, "loopDataInputRef")) or None
    for association in xml.children(element, "dataInputAssociation"):
        if ref and xml.text_of(xml.child(association, "targetRef")) == ref:
            return xml.text_of(xml.child(association, "sourceRef")) or ref
    return ref
