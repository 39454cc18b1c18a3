"""Telling what a drawing's vendor extensions ask for and do not get, by element and line: nothing is lost unsaid."""

from __future__ import annotations

from engine.bpmn import xml
from engine.bpmn.extensions import FAMILIES
from engine.bpmn.scope import Reading
from engine.bpmn.vendor_words import AS_USUAL, INSIDE, KEPT, READ, UNHEEDED
from engine.bpmn.xml import Element

_KNOWN = {family: frozenset(f"{READ[family]} {KEPT[family]} {INSIDE[family]}".split()) for family in READ}


def attributes(element: Element, owner: str, reading: Reading) -> None:
    """A warning for each attribute of a known vendor on this element that has no effect though it asks for one."""
    for key, value in element.attrib.items():
        if str(key)[0] == "{":
            uri, name = xml.split(str(key))
            family = FAMILIES.get(uri)
            if family is not None and AS_USUAL.get(f"@{name}") != str(value):
                _tell(family, f"@{name}", element, owner, reading)


def inside(holder: Element, owner: str, reading: Reading) -> None:
    """The same for everything in an extensionElements. A vendor nobody here knows may be left out in silence (BPMN
    2.0.2, 8.2.3), so nothing is told of it.
    """
    for one in holder.iter():
        uri, tag = xml.split(str(one.tag))
        family = FAMILIES.get(uri)
        if family is not None:
            _tell(family, tag[:1].lower() + tag[1:], one, owner, reading)


def beside(root: Element, reading: Reading) -> None:
    """The same for what stands beside the processes: messages, errors, pools."""
    attributes(root, xml.attribute(root, "id") or "", reading)
    for part in xml.children(root):
        for element in part.iter() if xml.local(part) != "process" else ():
            if xml.namespace(element) == xml.MODEL:
                owner = xml.attribute(element, "id") or xml.attribute(part, "id") or ""
                attributes(element, owner, reading)
                for holder in xml.children(element, "extensionElements"):
                    inside(holder, owner, reading)


def _tell(family: str, name: str, element: Element, owner: str, reading: Reading) -> None:
    if name in _KNOWN[family]:
        return
    shown = name.removeprefix("@")
    if name in UNHEEDED:
        why, why_en = UNHEEDED[name]
        reading.warn("extension.no_effect", element, owner=owner, detail=shown, why=why, why_en=why_en)
    else:
        reading.warn("extension.ignored", element, owner=owner, detail=shown)
