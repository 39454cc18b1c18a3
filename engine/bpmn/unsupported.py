"""Finding what would have to run and cannot, so that nothing with a meaning is dropped in silence.

This looks at every element of a process once, apart from the reader: what the reader does not read, and the tables do
not call harmless, is found here.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import extensions, xml
from engine.bpmn.events import timer_of
from engine.bpmn.model import Unsupported
from engine.bpmn.tags import FLOW, KEPT, LANES, NODE, REASONS, REFUSED, TAGS, reason_for
from engine.bpmn.xml import Element

SCOPES = {"process", "subProcess", "transaction", "adHocSubProcess"}
EXPRESSIONS = {"conditionExpression", "condition", "timeDate", "timeDuration", "timeCycle", "loopCondition",
               "loopCardinality", "completionCondition"}


def find(process: Element) -> tuple[Unsupported, ...]:
    """Everything in this process element that has a meaning when run and that the model cannot express."""
    owner = xml.attribute(process, "id") or ""
    found = [*_must_understand(process, owner), *_within(process, owner, _document_language(process))]
    return tuple(dict.fromkeys(found))


def unsupported(owner: str, element: Element, reason: str, detail: str = "") -> Unsupported:
    indonesian, english = REASONS[reason]
    return Unsupported(element=owner, tag=xml.local(element), line=xml.line_of(element),
                       reason=indonesian.format(detail=detail), reason_en=english.format(detail=detail))


def _within(element: Element, owner: str, language: str | None) -> Iterator[Unsupported]:
    tag = xml.local(element)
    for reason, name, value in extensions.refused_attributes(element):
        yield unsupported(owner, element, reason, f"{name}={value}")
    yield from _own(element, tag, owner, language)
    for part in element:
        inner = xml.local(part)
        if xml.namespace(part) != xml.MODEL:
            yield unsupported(owner, part, "foreign", inner)
        elif inner == "extensionElements":
            for one in part:
                reason_key = extensions.refused_element(one)
                if reason_key:
                    yield unsupported(owner, one, reason_key, xml.local(one))
        elif TAGS.get(inner, REFUSED) == REFUSED:
            yield unsupported(owner, part, reason_for(inner), xml.text_of(part)[:80] if inner == "operationRef" else
                              inner)
        elif TAGS[inner] in {NODE, FLOW, LANES} and tag not in SCOPES:
            yield unsupported(owner, part, "misplaced", inner)
        elif TAGS[inner] != KEPT:
            names = TAGS[inner] in {NODE, FLOW}
            yield from _within(part, (xml.attribute(part, "id") or owner) if names else owner, language)


def _own(element: Element, tag: str, owner: str, language: str | None) -> Iterator[Unsupported]:
    if tag in EXPRESSIONS and xml.text_of(element):
        spoken = xml.attribute(element, "language") or language
        if spoken is not None and not understood(spoken):
            yield unsupported(owner, element, "language", spoken)
    if tag == "timerEventDefinition" and timer_of(element) is None:
        yield unsupported(owner, element, "timer")
    if any(xml.attribute(element, name) not in {None, "1"} for name in ("startQuantity", "completionQuantity")):
        yield unsupported(owner, element, "quantity")
    if tag == "multiInstanceLoopCharacteristics":
        if xml.attribute(element, "behavior") not in {None, "All"}:
            yield unsupported(owner, element, "loop_behavior")
        if extensions.zeebe(element, "loopCharacteristics", "outputCollection", "outputElement"):
            yield unsupported(owner, element, "loop_output")


def understood(language: str) -> bool:
    """Whether expressions in this language are ours: FEEL under any of its names, and JUEL."""
    name = language.lower()
    return "feel" in name or name in {"juel", "http://java.sun.com/products/jsp/", "unified-expression-language"}


def _document_language(process: Element) -> str | None:
    """The file's default language. XPath is what BPMN says when nobody chose, so it says nothing."""
    definitions = process.getparent()
    stated = None if definitions is None else xml.attribute(definitions, "expressionLanguage")
    return None if stated is None or "xpath" in stated.lower() else stated


def _must_understand(process: Element, owner: str) -> Iterator[Unsupported]:
    definitions = process.getparent()
    for one in () if definitions is None else xml.children(definitions, "extension"):
        if xml.is_true(one, "mustUnderstand", False):
            yield unsupported(owner, one, "must_understand", xml.attribute(one, "definition") or "extension")
