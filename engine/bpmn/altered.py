"""A drawing with one thing set or taken out, as bytes: what tells whether that thing means anything.

An element is named by its tag, or "parent/tag". It is the one with the id "x" where it has that id, else the first.
"""

from __future__ import annotations

from collections.abc import Iterator

import lxml.etree

from engine.bpmn.xml import MODEL


def with_attribute(xml: bytes, name: str, attribute: str, value: str) -> bytes:
    """The drawing in which the element has the attribute: as drawn, or else with this value.

    A language is stated of an expression that does not say itself that it is FEEL.
    """
    root = lxml.etree.fromstring(xml)
    owner = _found(root, name)
    if attribute == "language" and (owner.text or "").startswith("= "):
        owner.text = "a == 1"
    if owner.get(attribute) is None:
        owner.set(attribute, value)
    return bytes(lxml.etree.tostring(root))


def without(xml: bytes, name: str, attribute: str | None) -> bytes:
    """The drawing without this attribute of the element; None: without the element. Empty without the root."""
    root = lxml.etree.fromstring(xml)
    found = _found(root, name)
    if attribute is not None:
        del found.attrib[attribute]
    elif found is root:
        return b""
    else:
        found.getparent().remove(found)
    return bytes(lxml.etree.tostring(root))


def without_extension(xml: bytes, uri: str, name: str) -> bytes:
    """The drawing without a vendor's elements of this tag, or with "@" before it, without that attribute."""
    root, full = lxml.etree.fromstring(xml), f"{{{uri}}}{name.removeprefix('@')}"
    for one in list(root.iter()):
        one.attrib.pop(full, None)
        if one.tag == full and not name.startswith("@") and (above := one.getparent()) is not None:
            above.remove(one)
    return bytes(lxml.etree.tostring(root))


def _found(root: lxml.etree._Element, name: str) -> lxml.etree._Element:
    return min(_named(root, name), key=lambda one: one.get("id") != "x")


def _named(root: lxml.etree._Element, name: str) -> Iterator[lxml.etree._Element]:
    parent, _, tag = name.rpartition("/")
    for one in root.iter(f"{{{MODEL}}}{tag}"):
        above = one.getparent()
        if not parent or (above is not None and above.tag == f"{{{MODEL}}}{parent}"):
            yield one
