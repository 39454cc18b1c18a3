"""The DMN compatibility kit (dmn-tck), where it stands beside the repository: its cases, and its way to compare.

As its runners do: numbers are the same within 0.00000001, a case agrees when each of its results does, and
`errorResult` asks for null.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.etree import ElementTree

from engine import dmn, feel
from engine.errors import DrawingRefused
from engine.feel import iso
from engine.feel.values import equal

SPACE = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
CLOSE = Decimal("0.00000001")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
"""What the clock says to the kit's models."""


def folder() -> Path | None:
    """Where the kit stands, None where it does not."""
    shared = os.environ.get("TAPAK_SHARED")
    root = Path(shared) if shared else Path(__file__).resolve().parents[4] / "shared"
    found = root / "dmn-tck"
    return found if any(found.glob("compliance-level-*/*/*.dmn")) else None


@dataclass(frozen=True)
class Result:
    """What a decision is expected to give."""

    name: str
    expected: object
    error: bool


@dataclass(frozen=True)
class Case:
    """One test case: what to ask of which model."""

    folder: str
    id: str
    model: Path
    service: str | None
    inputs: Mapping[str, object]
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Answer:
    """How a case went: "agreed", "refused" (the file, or a function from outside, by name) or "different"; `told` says
    what came instead.
    """

    case: Case
    verdict: str
    told: str


def cases(root: Path) -> Iterator[Case]:
    """All cases, folder by folder."""
    for file in sorted(root.glob("compliance-level-*/*/*.xml")):
        document = ElementTree.parse(file).getroot()
        if document.tag != f"{SPACE}testCases":
            continue
        model = file.parent / (document.findtext(f"{SPACE}modelName") or "").strip()
        for one in document.findall(f"{SPACE}testCase"):
            service = one.get("invocableName") if one.get("type") in ("decisionService", "bkm") else None
            yield Case(
                file.parent.name, one.get("id", ""), model, service,
                {node.get("name", ""): value(node) for node in one.findall(f"{SPACE}inputNode")},
                tuple(_result(node) for node in one.findall(f"{SPACE}resultNode")),
            )


def _result(node: ElementTree.Element) -> Result:
    return Result(node.get("name", ""), value(node.find(f"{SPACE}expected")), node.get("errorResult") == "true")


def value(node: ElementTree.Element | None) -> object:
    """The value inside a node: one value, a list, or components."""
    if node is None:
        return None
    plain, several = node.find(f"{SPACE}value"), node.find(f"{SPACE}list")
    components = node.findall(f"{SPACE}component")
    if several is not None:
        nil = several.get(f"{XSI}nil") == "true"
        return None if nil else [value(item) for item in several.findall(f"{SPACE}item")]
    if components:
        return {one.get("name", ""): value(one) for one in components}
    return None if plain is None or plain.get(f"{XSI}nil") == "true" else simple(plain)


def simple(node: ElementTree.Element) -> object:
    """The value of one text by its xsi:type. What Python cannot hold stays text."""
    text, kind = node.text or "", (node.get(f"{XSI}type") or "").rpartition(":")[2]
    match kind:
        case "string":
            return text
        case "boolean":
            return text.strip() in ("true", "1")
        case "decimal" | "double" | "float" | "integer" | "int" | "long":
            return _number(text.strip())
        case "date" | "time" | "dateTime" | "duration":
            found = iso.read_moment(text.strip())
            return text if found is None else found
    return text


def _number(text: str) -> object:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def same(expected: object, actual: object) -> bool:
    """Whether the kit takes one for the other."""
    if expected is None or actual is None:
        return expected is actual
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) < CLOSE
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, str) and not isinstance(actual, str):
        written = feel.compile("string(value)").evaluate({"value": actual})
        return written == expected
    if isinstance(expected, datetime | date | time) and type(expected) is not type(actual):
        return False
    return equal(expected, actual) is True  # type: ignore[arg-type]


class Runner:
    """Runs cases; a model is read once."""

    def __init__(self) -> None:
        self.read: dict[Path, dmn.Decisions | DrawingRefused] = {}

    def model(self, file: Path) -> dmn.Decisions | DrawingRefused:
        if file not in self.read:
            others = [other.read_bytes() for other in sorted(file.parent.glob("*.dmn")) if other != file]
            try:
                self.read[file] = dmn.read(file.read_bytes(), others)
            except DrawingRefused as refused:
                self.read[file] = refused
        return self.read[file]

    def run(self, case: Case) -> Answer:
        """How this case goes."""
        model = self.model(case.model)
        if isinstance(model, DrawingRefused):
            return Answer(case, "refused", str(model))
        told, codes = [], set()
        for result in case.results:
            outcome = model.evaluate(case.service or result.name, case.inputs, now=NOW)
            actual = outcome.value
            if case.service and len(case.results) > 1 and isinstance(actual, dict):
                actual = actual.get(result.name)
            if not same(None if result.error else result.expected, actual):
                codes |= {reason.code for reason in outcome.reasons}
                reasons = "; ".join(reason.message_en for reason in outcome.reasons)
                told.append(f"{result.name}: expected {result.expected!r}, got {actual!r} ({reasons})")
        wrong = "refused" if "function.external" in codes else "different"
        return Answer(case, wrong if told else "agreed", "\n".join(told))
