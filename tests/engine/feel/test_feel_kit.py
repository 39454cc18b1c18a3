"""The DMN compatibility kit's expressions, when the kit lies beside the repository (or in TAPAK_SHARED).

Only decisions that are one literal expression, with no knowledge models, are taken: the rest of DMN is not here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from engine.feel import compile
from engine.feel.iso import read_moment
from engine.feel.values import Value, equal

SHARED = Path(os.environ.get("TAPAK_SHARED", Path(__file__).parents[4] / "shared"))
FOLDERS = sorted((SHARED / "dmn-tck").glob("compliance-level-*/*"))
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

NOT_HERE = {
    "0021-singleton-list": "the types of decisions",
    "0070-feel-instance-of": "the model's own types",
    "0082-feel-coercion": "the types of decisions",
    "0085-decision-services": "decision services",
}


def _value(element: etree._Element) -> Value:
    """The value of an element that holds `value`, `list` or `component`s."""
    for child in element.iterchildren("{*}value", "{*}list"):
        if child.get(f"{XSI}nil") == "true":
            return None
        if etree.QName(child).localname == "list":
            return [_value(item) for item in child.iterchildren("{*}item")]
        return _scalar(child.text or "", (child.get(f"{XSI}type") or "").rpartition(":")[2])
    parts = list(element.iterchildren("{*}component"))
    return {part.get("name", ""): _value(part) for part in parts} if parts else None


def _scalar(text: str, of: str) -> Value:
    if of in ("decimal", "double", "integer", "int"):
        return Decimal(text)
    if of in ("date", "time", "dateTime", "duration"):
        return read_moment(text)
    return text == "true" if of == "boolean" else text


def _cases(folder: Path) -> Iterator[tuple[str, dict[str, Value], Value]]:
    """Expression, context and expected value, of the decisions that depend on inputs alone."""
    for tests in sorted(folder.glob("*-test-*.xml")):
        root = etree.parse(tests).getroot()
        model = etree.parse(folder / (root.findtext("{*}modelName") or "")).getroot()
        texts = {
            decision.get("name"): decision.findtext("{*}literalExpression/{*}text")
            for decision in model.iterchildren("{*}decision")
            if decision.find(".//{*}knowledgeRequirement") is None and decision.find(".//{*}requiredDecision") is None
        }
        for case in root.iterchildren("{*}testCase"):
            context = {node.get("name", ""): _value(node) for node in case.iterchildren("{*}inputNode")}
            for node in case.iterchildren("{*}resultNode"):
                expected = node.find("{*}expected")
                text = texts.get(node.get("name"))
                if text and expected is not None:
                    yield text, context, _value(expected)


def _agrees(text: str, context: dict[str, Value], expected: Value) -> bool:
    value = compile(text, dialect="feel", names=context, strict=False, clock=True).evaluate(context)
    if isinstance(value, Decimal) and isinstance(expected, Decimal):
        return abs(value - expected) <= Decimal("1e-8") * max(1, abs(expected))
    return equal(value, expected) is True


beside = pytest.mark.skipif(not FOLDERS, reason="the compatibility kit is not beside the repository")


@beside
@pytest.mark.parametrize("folder", [f for f in FOLDERS if f.name not in NOT_HERE], ids=lambda folder: folder.name)
def test_the_kit_agrees(folder: Path) -> None:
    assert [case for case in _cases(folder) if not _agrees(*case)] == []


@beside
def test_the_kit_is_read() -> None:
    cases = [case for folder in FOLDERS for case in _cases(folder) if folder.name not in NOT_HERE]
    assert len(cases) > 1000
