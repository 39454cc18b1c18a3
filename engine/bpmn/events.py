"""Events, timers and loops: the parts of a node that say when and how often."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.bpmn import extensions, languages, xml
from engine.bpmn.automatic import operation_of
from engine.bpmn.correlation import key_of
from engine.bpmn.data import called, variable
from engine.bpmn.model import Event, Loop, Timer
from engine.bpmn.scope import Reading
from engine.bpmn.tags import EVENT_KINDS
from engine.bpmn.xml import Element

ISO = re.compile(r"P[\dT]|R\d*/|\d{4}-\d\d")
_QUOTED = re.compile(r"""(["'])((?:P|R\d*/|\d{4}-)[^"']*)\1""")
_SHORT = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m(?!s))?\s*(?:(\d+)s)?\s*(?:(\d+)ms)?")
TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
# where an event definition names the thing it is about, and which attribute of that thing is its code
REFERENCES = {
    "message": ("messageRef", "name"), "signal": ("signalRef", "name"),
    "escalation": ("escalationRef", "escalationCode"), "error": ("errorRef", "errorCode"),
}


def event_of(element: Element, reading: Reading) -> Event:
    """The event of an event element. A definition or a name that the file does not have is a warning."""
    parts = []
    for part in xml.children(element):
        definition: Element | None = part
        if xml.local(part) == "eventDefinitionRef":
            definition = xml.resolve(reading.named, xml.text_of(part))
            if definition is None:
                reading.warn("event.unknown_ref", element, ref=xml.text_of(part))
        if definition is not None and xml.local(definition) in EVENT_KINDS:
            parts.append(_definition(definition, element, reading))
    if len(parts) == 1:
        return parts[0]
    registered = next((xml.text_of(one) for one in extensions.extension(element, "eventType")), None)
    if not parts and registered:  # an event of Flowable's event registry
        return Event(kind="message", ref=registered, name=registered, line=xml.line_of(element))
    together = xml.is_true(element, "parallelMultiple", False)
    return Event(kind="multiple" if parts else "none", parts=tuple(parts), line=xml.line_of(element),
                 together=together and bool(parts))


def message_of(element: Element, reading: Reading) -> Event | None:
    """The message a send or receive task names, itself or by its operation; None when it names none."""
    ref = xml.attribute(element, "messageRef")
    operation = None if ref else operation_of(element, reading)
    if operation is not None:
        tag = "inMessageRef" if xml.local(element) == "sendTask" else "outMessageRef"
        ref = xml.text_of(xml.child(operation, tag)) or xml.text_of(xml.child(operation, "inMessageRef"))
    if not ref:
        return None
    return _named(element, "message", ref, element, reading)


def _definition(element: Element, owner: Element, reading: Reading) -> Event:
    kind, line = EVENT_KINDS[xml.local(element)], xml.line_of(element)
    if kind == "timer":
        return Event(kind=kind, timer=timer_of(element, reading), line=line)
    if kind == "conditional":
        return Event(kind=kind, condition=reading.expression(xml.child(element, "condition")), line=line)
    if kind == "link":
        name = (xml.attribute(element, "name") or xml.attribute(owner, "name")
                or xml.text_of(xml.child(element, "target")) or None)
        return Event(kind=kind, ref=name, name=name or "", line=line)
    if kind == "compensate":
        return Event(kind=kind, ref=xml.attribute(element, "activityRef"), line=line,
                     awaited=xml.is_true(element, "waitForCompletion", True))
    if kind in REFERENCES:
        ref = xml.attribute(element, REFERENCES[kind][0])
        if ref is None and kind == "message":
            return message_of_operation(element, owner, reading)
        if ref is None:
            return Event(kind=kind, ref=_inline(element, kind), line=line)
        return _named(element, kind, ref, owner, reading)
    return Event(kind=kind, line=line)


def message_of_operation(element: Element, owner: Element, reading: Reading) -> Event:
    """The message of an event that names only an operation, or nothing."""
    operation = operation_of(element, reading)
    ref = "" if operation is None else xml.text_of(xml.child(operation, "inMessageRef"))
    if ref:
        return _named(element, "message", ref, owner, reading)
    return Event(kind="message", ref=_inline(element, "message"), line=xml.line_of(element))


def _inline(element: Element, kind: str) -> str | None:
    """The code or name a vendor puts on the definition itself."""
    return extensions.vendor(element, REFERENCES[kind][1]) or extensions.vendor(element, f"{kind}Expression")


def _named(element: Element, kind: str, ref: str, owner: Element, reading: Reading) -> Event:
    """The event about the thing of this id; where the file has no such thing, about what is called so."""
    line, thing = xml.line_of(element), xml.resolve(reading.named, ref)
    if thing is None or xml.local(thing) != kind:
        reading.warn("event.unknown_ref", owner, ref=ref)
        return Event(kind=kind, ref=ref, line=line)
    name = xml.attribute(thing, "name")
    code = xml.attribute(thing, REFERENCES[kind][1]) or extensions.vendor(thing, REFERENCES[kind][1])
    return Event(kind=kind, ref=code or xml.attribute(thing, "id"), name=name or "", line=line,
                 key=key_of(owner, thing, reading) if kind == "message" else None)


def timer_of(element: Element, reading: Reading) -> Timer | None:
    """The timer of a timerEventDefinition; None when it does not give exactly one time."""
    times = [(part, xml.text_of(part)) for part in xml.children(element, *TIMERS)]
    times = [(part, text) for part, text in times if text]
    if len(times) != 1:
        return None
    part, text = times[0]
    kind = TIMERS[xml.local(part)]
    return Timer(kind=kind, expression=_time(text, kind, reading), line=xml.line_of(part))


def _time(text: str, kind: str, reading: Reading) -> str:
    """ISO 8601 as it stands, without quotes around it; jBPM's short form as ISO 8601; else the expression."""
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        return quoted[2]
    if reading.spiff:
        return text if ISO.match(text) else languages.plain(text, reading.language)
    period = text.rpartition("###")[2].strip()
    short = _SHORT.fullmatch(period)
    if not short or not period:
        return languages.names_alone(text)
    days, hours, minutes, seconds, thousandths = (int(one or 0) for one in short.groups())
    iso = f"P{days}DT{hours}H{minutes}M{Decimal(seconds * 1000 + thousandths) / 1000}S"
    return f"R/{iso}" if kind == "cycle" else iso


def loop_of(element: Element, reading: Reading) -> Loop | None:
    """How often an activity is done, None when once."""
    loop = xml.child(element, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
    if loop is None:
        return None
    if xml.local(loop) == "standardLoopCharacteristics":
        return Loop(kind="standard", cardinality=xml.attribute(loop, "loopMaximum"),
                    completion=reading.expression(xml.child(loop, "loopCondition")), line=xml.line_of(loop),
                    test_before=xml.is_true(loop, "testBefore", False))
    item = xml.child(loop, "inputDataItem")
    results, result = _results(element, loop, reading)
    return Loop(
        kind="sequential" if xml.is_true(loop, "isSequential", False) else "parallel",
        cardinality=reading.expression(xml.child(loop, "loopCardinality")),
        collection=(extensions.zeebe(loop, "loopCharacteristics", "inputCollection")
                    or extensions.vendor(loop, "collection")
                    or _data(element, loop, "loopDataInputRef", "dataInputAssociation", "sourceRef", reading)),
        element=(extensions.zeebe(loop, "loopCharacteristics", "inputElement")
                 or extensions.vendor(loop, "elementVariable") or (None if item is None else called(item))),
        completion=reading.expression(xml.child(loop, "completionCondition")), line=xml.line_of(loop),
        results=results, result=result)


def _results(element: Element, loop: Element, reading: Reading) -> tuple[str | None, str | None]:
    """The list that gathers, and the expression of what each puts into it."""
    gathered = extensions.zeebe(loop, "loopCharacteristics", "outputCollection")
    if gathered:
        return gathered, extensions.zeebe(loop, "loopCharacteristics", "outputElement")
    for one in extensions.extension(loop, "variableAggregation"):
        parts = [(part.get("target") or part.get("source") or "", part.get("source") or "")
                 for part in one if xml.local(part) == "variable"]
        pairs = ", ".join(f"{languages.as_feel(name)}: {source}" for name, source in parts if source)
        return one.get("target"), f"= {{{pairs}}}"
    item = xml.child(loop, "outputDataItem")
    into = _data(element, loop, "loopDataOutputRef", "dataOutputAssociation", "targetRef", reading)
    return (into, called(item)) if into and item is not None else (None, None)


def _data(element: Element, loop: Element, ref_tag: str, association_tag: str, end: str,
          reading: Reading) -> str | None:
    """BPMN's own way: the loop names data of the activity, an association says which data of the process it is."""
    ref = xml.text_of(xml.child(loop, ref_tag))
    for association in xml.children(element, association_tag):
        ends = {xml.text_of(one) for one in xml.children(association, "sourceRef", "targetRef")}
        if ref and ref in ends:
            return variable(xml.text_of(xml.child(association, end)) or ref, reading)
    return variable(ref, reading) if ref else None
