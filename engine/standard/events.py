"""The events of BPMN 2.0.2 by definition and place (clause 10.5, the table of event types), each in a small drawing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from engine.checking import check
from engine.standard.flow_drawings import EVENTS
from engine.standard.small import NAMED, Small, around, catch, compensated, edge, ending, inner, starting, throw
from engine.standard.status import REFUSED, RUNS, Shown, walked_or_refused

PLACES = {
    "start": "start", "handler": "start of an event sub-process", "dashed handler": "the same, dashed",
    "catch": "catch", "boundary": "boundary", "dashed boundary": "boundary, dashed", "throw": "throw", "end": "end",
}
_EVERYWHERE = tuple(PLACES)
_CATCHING = _EVERYWHERE[:6]
STANDARD = {
    "none": ("start", "throw", "end"), "message": _EVERYWHERE, "timer": _CATCHING,
    "error": ("handler", "boundary", "end"),
    "escalation": ("handler", "dashed handler", "boundary", "dashed boundary", "throw", "end"),
    "cancel": ("boundary", "end"), "compensate": ("handler", "boundary", "throw", "end"), "conditional": _CATCHING,
    "link": ("catch", "throw"), "signal": _EVERYWHERE, "terminate": ("end",), "multiple": _EVERYWHERE,
    "parallel multiple": _CATCHING,
}
"""{definition: the places where the standard knows it}."""

_MESSAGE, _SIGNAL = '<messageEventDefinition messageRef="m"/>', '<signalEventDefinition signalRef="g"/>'
_DEFINED = {
    "none": "", "message": _MESSAGE, "signal": _SIGNAL, "multiple": _MESSAGE + _SIGNAL,
    "parallel multiple": _MESSAGE + _SIGNAL, "error": '<errorEventDefinition errorRef="r"/>',
    "timer": "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>",
    "escalation": '<escalationEventDefinition escalationRef="c"/>', "cancel": "<cancelEventDefinition/>",
    "compensate": "<compensateEventDefinition/>", "terminate": "<terminateEventDefinition/>",
    "conditional": "<conditionalEventDefinition><condition>= a</condition></conditionalEventDefinition>",
}
_PLACED: dict[str, Callable[[str], str]] = {
    "start": starting, "handler": around, "dashed handler": lambda one: around(one, True), "catch": catch,
    "boundary": edge, "dashed boundary": lambda one: edge(one, True), "throw": throw, "end": ending,
}
_HANDLER = '<userTask id="x" isForCompensation="true"/>'


def drawing(definition: str, place: str) -> Small:
    """A small drawing of this event at this place, in which it can happen."""
    said = _DEFINED.get(definition, "")
    if definition == "link":
        return EVENTS["linkEventDefinition"]
    if definition == "cancel" and place in ("boundary", "end"):
        return EVENTS["cancelEventDefinition"]
    if definition == "compensate" and place != "handler":
        throws = '<intermediateThrowEvent id="e"><compensateEventDefinition/></intermediateThrowEvent>'
        return Small(compensated(_HANDLER, throws)) if place == "throw" else Small(compensated(_HANDLER))
    if definition in ("error", "escalation") and place in ("boundary", "dashed boundary", "end"):
        return Small(inner(said, said, dashed=place == "dashed boundary"), beside=NAMED)
    text = _PLACED[place](said)
    if definition == "parallel multiple":
        for tag in ("startEvent id=\"x\"", "intermediateCatchEvent id=\"x\"", "boundaryEvent id=\"b\""):
            text = text.replace(f"<{tag}", f'<{tag} parallelMultiple="true"')
    if definition in ("error", "escalation") and place.endswith("handler"):
        text = text.replace('<endEvent id="e"/>', f'<endEvent id="e">{said}</endEvent>')
    return Small(text, beside=NAMED)


@cache
def shown(definition: str, place: str) -> Shown:
    """What becomes of this event at this place. Unsound is refused too: the event could not happen as drawn."""
    xml = drawing(definition, place).xml()
    found = walked_or_refused(xml)
    wrong = [one for one in check(xml).problems if one.severity in ("error", "unsound")]
    if found.status == REFUSED or not wrong:
        return found if found.status == REFUSED else Shown(RUNS, None, found.ended)
    return Shown(REFUSED, wrong[0])
