"""What Spiff's elements say of messages and operators, added to the fields of a node."""

from __future__ import annotations

from typing import Any

from engine.bpmn import languages, xml
from engine.bpmn.extensions import extension
from engine.bpmn.scope import Reading
from engine.bpmn.xml import Element


def told(element: Element, found: dict[str, Any], reading: Reading) -> None:
    """Afterwards `found` has the operator's parameters and the payload as inputs, and the message's variable."""
    for one in extension(element, "serviceTaskOperator"):
        given = [(part.get("id") or "", part.get("value") or "") for part in one.iter()
                 if xml.local(part) == "parameter" and part.get("value")]
        found["inputs"] = (*found["inputs"], *((name, _plain(value, reading)) for name, value in given))
    definition = xml.child(element, "messageEventDefinition")
    for holder in (element, definition) if definition is not None else (element,):
        for one in extension(holder, "messagePayload"):
            if xml.text_of(one):
                found["inputs"] = (*found["inputs"], ("payload", _plain(xml.text_of(one), reading)))
        for one in extension(holder, "messageVariable"):
            found["result"] = xml.text_of(one) or None


def _plain(text: str, reading: Reading) -> str:
    return languages.plain(text, reading.language or "python")
