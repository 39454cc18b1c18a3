"""Data a node takes and gives: BPMN's associations and the vendors' mappings, as names and expressions.

A data object, property, data input or output is a variable, called by its name where that is one word, else by its
id (a reference is its data object). What a constant stands for is a FEEL string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn import languages, xml
from engine.bpmn.extensions import extension, vendor
from engine.bpmn.languages import literal, marked
from engine.bpmn.scope import Reading
from engine.bpmn.xml import Element

Pair = tuple[str, str]
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_CAUGHT = {
    "errorEventDefinition": (("errorCodeVariable", "errorCode"), ("errorMessageVariable", "errorMessage")),
    "escalationEventDefinition": (("escalationCodeVariable", "escalationCode"),),
}
_VARIABLES = {"property", "dataObject", "dataInput", "dataOutput", "inputDataItem", "outputDataItem"}


def variable(ref: str, reading: Reading) -> str | None:
    """The name of the variable an id stands for; None for data that lies outside the process, and for no data."""
    element = xml.resolve(reading.named, ref)
    if element is None:
        return _word(ref) if ref else None
    if xml.local(element) == "dataObjectReference":
        return variable(xml.attribute(element, "dataObjectRef") or "", reading) or called(element)
    return called(element) if xml.local(element) in _VARIABLES else None


def called(element: Element) -> str:
    """The name of a data element as a variable."""
    name = xml.attribute(element, "name") or ""
    return name if _WORD.fullmatch(name) else _word(xml.attribute(element, "id") or name)


def _word(text: str) -> str:
    word = re.sub(r"\W", "_", text)
    return word if _WORD.fullmatch(word) else f"_{word}"


def inputs(element: Element, reading: Reading) -> tuple[Pair, ...]:
    """What the node is given: (name there, expression here), in the order it is made; ("*", "*") is everything."""
    return (*_vendor_pairs(element, {"in", "input", "inputParameter"}), *_injected(element),
            *_associated(element, "dataInputAssociation", "loopDataInputRef", reading))


def outputs(element: Element, reading: Reading) -> tuple[Pair, ...]:
    """What the node gives: (variable here, expression over its answer), in the order it is made."""
    return (*_caught(element), *_vendor_pairs(element, {"out", "output", "outputParameter"}),
            *_associated(element, "dataOutputAssociation", "loopDataOutputRef", reading))


def _caught(element: Element) -> Iterator[Pair]:
    """What the code and message of a caught error or escalation are kept as."""
    for definition in xml.children(element, *_CAUGHT):
        for name, known in _CAUGHT[xml.local(definition)]:
            if (kept := vendor(definition, name)) is not None:
                yield kept, f"= {known}"


# BPMN's own associations


def _associated(element: Element, tag: str, loop_ref: str, reading: Reading) -> Iterator[Pair]:
    loop = xml.child(element, "multiInstanceLoopCharacteristics")
    of_loop = None if loop is None else xml.text_of(xml.child(loop, loop_ref))
    for association in xml.children(element, tag):
        sources = [xml.text_of(one) for one in xml.children(association, "sourceRef")]
        target = xml.text_of(xml.child(association, "targetRef"))
        if of_loop and of_loop in {target, *sources}:
            continue
        incoming = tag == "dataInputAssociation"
        yield from _pairs(association, sources, target, incoming, reading)


def _pairs(association: Element, sources: list[str], target: str, incoming: bool, reading: Reading) -> Iterator[Pair]:
    """The pairs one association makes; none where it only draws what is read or written."""
    name = _target(target, incoming, reading)
    transformation = xml.child(association, "transformation")
    assignments = list(xml.children(association, "assignment"))
    if transformation is not None and name:
        yield name, reading.expression(transformation) or ""
    elif assignments:
        for one in assignments:
            to = _target(xml.text_of(xml.child(one, "to")), incoming, reading) or name
            if to:
                yield to, _assigned(xml.child(one, "from"), sources, reading)
    elif name and sources and (source := variable(sources[0], reading)):
        yield name, source


def _target(ref: str, incoming: bool, reading: Reading) -> str | None:
    """The name that is filled: of a data input as it is drawn, of a variable of the process as a word."""
    bare = ref.removeprefix("#{").removeprefix("${").removesuffix("}").strip()
    element = xml.resolve(reading.named, bare)
    if element is not None and incoming:
        return (xml.attribute(element, "name") or bare) if xml.local(element) == "dataInput" else None
    return variable(bare, reading) if element is not None else bare or None


def _assigned(source: Element | None, sources: list[str], reading: Reading) -> str:
    """What `from` says: an expression, a variable, or (as jBPM has it) the text itself."""
    text = xml.text_of(source)
    if marked(text):
        return languages.plain(text)
    own = None if source is None else xml.attribute(source, "language")
    stated = own or reading.language
    if stated is not None and languages.understood(stated):
        return text
    if own is not None:
        return languages.plain(text, own)
    if text in reading.named and (name := variable(text, reading)):
        return name
    if text.partition(".")[0] in sources:
        return languages.plain(text, stated)
    return literal(text)


# the vendors' mappings


def _vendor_pairs(element: Element, tags: set[str]) -> Iterator[Pair]:
    for one in (*extension(element, "ioMapping", "inputOutput", "in", "out", "connector"), *_carried(element)):
        parts = list(one)
        if xml.local(one) in {"in", "out"}:
            parts = [one]
        elif xml.local(one) == "connector":
            parts = [part for inner in one if xml.local(inner) == "inputOutput" for part in inner]
        for part in parts:
            if xml.local(part) in tags and (pair := _mapping(part)) is not None:
                yield pair


def _carried(element: Element) -> Iterator[Element]:
    """What a signal or message carries, stated on the event's definition."""
    for definition in xml.children(element, "signalEventDefinition", "messageEventDefinition"):
        yield from extension(definition, "in", "out", "inputOutput", "ioMapping")


def _injected(element: Element) -> Iterator[Pair]:
    """Fields that are set on host code: what its handler is told."""
    for one in extension(element, "field"):
        text = one.get("stringValue") or one.get("expression") or xml.text_of(one)
        yield one.get("name") or "", _value(text)


def _mapping(part: Element) -> Pair | None:
    """One mapping; None where its value is code."""
    if part.get("variables") == "all":
        return "*", "*"
    if part.get("businessKey"):
        return "businessKey", _value(part.get("businessKey") or "")
    name = part.get("target") or part.get("targetExpression") or part.get("name") or ""
    if xml.local(part) in {"input", "output"}:
        return name, _zeebe_value(part.get("source") or "")
    if part.get("source"):
        return name, part.get("source") or ""
    if part.get("sourceExpression"):
        return name, _value(part.get("sourceExpression") or "")
    value = parameter(part)
    return None if value is None else (name, value)


def _zeebe_value(text: str) -> str:
    """Text without "=" is a static value: a number, or itself."""
    return text if marked(text) or _NUMBER.fullmatch(text) else literal(text)


def _value(text: str) -> str:
    return languages.plain(text) if marked(text) else literal(text)


def parameter(part: Element) -> str | None:
    """The value of an input or output parameter as an expression: text, a list, or a map; None where it is code."""
    if not len(part):
        text = xml.text_of(part)
        return _value(text) if text else "= null"
    inner = part[0]
    if xml.local(inner) == "script":
        text = languages.plain(xml.text_of(inner), inner.get("scriptFormat") or "script")
        return text if text and languages.reads(text) and not inner.get("resource") else None
    built = _built(inner)
    return None if built is None else f"= {built}"


def _built(part: Element) -> str | None:
    """A list, a map or a value inside one, as FEEL text."""
    kind = xml.local(part)
    if kind == "list":
        items = [_built(one) for one in part]
        return None if None in items else f"[{', '.join(filter(None, items))}]"
    if kind == "map":
        entries = [(one.get("key") or "", _inside(one)) for one in part]
        if any(value is None for _, value in entries):
            return None
        return "{" + ", ".join(f"{languages.as_feel(key)}: {value}" for key, value in entries) + "}"
    return _inside(part) if kind in {"value", "entry", "string", "expression"} else None


def _inside(part: Element) -> str | None:
    return _built(part[0]) if len(part) else languages.as_feel(xml.text_of(part))
