"""The expression that gives a message's correlation key, from each of the ways drawings state it.

Zeebe puts it on the message; BPMN (10.6.2, 8.4.2) on correlation properties, with one retrieval expression for each
message, and on the subscription of the process that receives; Spiff on the element that receives.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import languages, xml
from engine.bpmn.extensions import extension
from engine.bpmn.scope import Reading
from engine.bpmn.xml import Element

RECEIVING = {"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"}


def key_of(owner: Element, message: Element, reading: Reading) -> str | None:
    """The key this element waits for or sends with the message, None when the drawing states none.

    A key made of several parts has no place in one expression: it is left out, with a warning.
    """
    stated = next((one.get("correlationKey") for one in extension(message, "subscription")), None)
    if stated:
        return stated
    found = list(_waited(owner, reading)) if xml.local(owner) in RECEIVING else list(_sent(message, reading))
    if len(found) > 1:
        reading.warn("message.keys", owner, count=len(found))
    return found[0] if len(found) == 1 else None


def _waited(owner: Element, reading: Reading) -> Iterator[str]:
    """What the one that receives knows of its conversation."""
    for one in extension(owner, "processVariableCorrelation"):
        for part in one:
            if xml.local(part) in {"expression", "variableExpression"} and xml.text_of(part):
                yield languages.plain(xml.text_of(part), reading.language)
    scope = owner.getparent()
    while scope is not None and xml.local(scope) != "process":
        scope = scope.getparent()
    for subscription in () if scope is None else xml.children(scope, "correlationSubscription"):
        for binding in xml.children(subscription, "correlationPropertyBinding"):
            text = reading.expression(xml.child(binding, "dataPath"))
            if text:
                yield text


def _sent(message: Element, reading: Reading) -> Iterator[str]:
    """What a message says of its conversation."""
    for one in reading.keys.get(xml.attribute(message, "id") or "", []):
        text = reading.expression(xml.child(one, "messagePath", "formalExpression"))
        if text:
            yield text
