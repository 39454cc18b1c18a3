"""Listeners: what a drawing wants called along the way. Kept by name, to be registered here; never executed."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import xml
from engine.bpmn.extensions import extension
from engine.bpmn.xml import Element

SCRIPT = "script"
_SCRIPTS = {"preScript": "start", "postScript": "end", "onEntry-script": "start", "onExit-script": "end"}
_LISTENERS = ("executionListener", "taskListener", "eventListener")


def listeners(element: Element) -> tuple[tuple[str, str], ...]:
    """(event, what it would call) of each listener of this element, in the order of the file."""
    return tuple(_listeners(element))


def _listeners(element: Element) -> Iterator[tuple[str, str]]:
    for one in extension(element, *_LISTENERS, "executionListeners", "taskListeners", *_SCRIPTS):
        tag = xml.local(one)
        if tag in _SCRIPTS:
            if xml.text_of(one):
                yield _SCRIPTS[tag], SCRIPT
        elif tag in _LISTENERS:
            yield _listener(one)
        else:
            yield from map(_listener, one)
    for name in ("variableMappingClass", "variableMappingDelegateExpression"):
        for key, value in element.attrib.items():
            if xml.split(str(key))[1] == name and value:
                yield "mapping", str(value)


def _listener(one: Element) -> tuple[str, str]:
    event = one.get("event") or one.get("eventType") or one.get("events") or ""
    called = next((value for name in ("type", "class", "delegateExpression", "expression", "signalName", "messageName")
                   if (value := one.get(name))), SCRIPT)
    return event, called
