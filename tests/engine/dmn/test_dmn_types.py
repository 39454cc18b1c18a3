"""Item definitions: what values may be, and what becomes of those that may not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine import dmn
from engine.dmn.written import to_json
from engine.feel.values import YearMonth
from tests.engine.dmn.draw import codes, component, data, decision, item, model

PERSON = item("tPerson", components=component("first name", "string") + component("age", "tAge"))
AGE = item("tAge", "number", allowed="[0..130]")
TYPES = (
    PERSON, AGE, item("tPeople", "tPerson", collection=True), item("tColour", "string", allowed='"red", "blue"'),
    item("tColours", "string", collection=True, allowed='"red", "blue"'),
    item("tPair", "number", collection=True, constraint="count(?) = 2"),
    item("tNested", components=component("inner", components=component("x", "number"), collection=True)),
    item("tAlias", "tAge"), '<itemDefinition name="tTest"><functionItem outputTypeRef="boolean">'
    '<parameters name="x" typeRef="number"/></functionItem></itemDefinition>',
)
ANNA = {"first name": "Anna", "age": 30}


def given(type_: str, value: object, *, written: bool = False) -> dmn.Outcome:
    drawn = dmn.read(model(*TYPES, data("v", type_), decision("d", "v", inputs="v")))
    assert drawn.problems == ()
    return drawn.evaluate("d", {"v": value}, written=written)


@pytest.mark.parametrize(("type_", "value"), [
    ("number", 1), ("string", "a"), ("boolean", True), ("date", date(2026, 1, 1)), ("Any", [1, "a"]), ("tAge", 130),
    ("tPerson", ANNA), ("tPerson", {**ANNA, "more": 1}), ("tPeople", [ANNA, ANNA]), ("tPeople", []), ("tColour", "red"),
    ("tColours", ["red", "red"]), ("tPair", [1, 2]), ("tNested", {"inner": [{"x": 1}]}), ("tAlias", 3),
    ("dayTimeDuration", timedelta(days=1)), ("yearMonthDuration", YearMonth(3)), ("integer", 1), ("long", 1),
    ("double", 1), ("feel:number", 1), ("list<number>", [1, 2]),
])
def test_what_conforms_stays(type_: str, value: object) -> None:
    outcome = given(type_, value)
    assert (outcome.value, outcome.reasons) == (value, ())


@pytest.mark.parametrize(("type_", "value"), [
    ("number", "1"), ("string", 1), ("date", "2026-01-01"), ("tAge", 131), ("tPerson", {"age": 3}), ("tAlias", 200),
    ("tPerson", {**ANNA, "age": 200}), ("tPerson", 5), ("tPeople", [ANNA, {"age": 1}]), ("tColour", "pink"),
    ("tColours", ["red", "pink"]), ("tPair", [1, 2, 3]), ("tNested", {"inner": [{"x": "a"}]}), ("tTest", 5),
    ("boolean", "true"), ("number", [1, 2]),
])
def test_what_does_not_is_null_and_told(type_: str, value: object) -> None:
    outcome = given(type_, value)
    assert (outcome.value, codes(outcome)) == (None, {"value.type"})


def test_null_is_of_every_type() -> None:
    assert codes(given("tAge", None)) == {"decision.null"}


def test_a_list_of_one_stands_for_its_member_and_a_member_for_its_list() -> None:
    assert given("tAge", [30]).value == 30
    assert given("tColours", "red").value == ["red"]


def test_types_are_asked_by_name_in_expressions() -> None:
    drawn = dmn.read(model(*TYPES, data("v"), decision("d", "v instance of tPerson", inputs="v")))
    assert drawn.evaluate("d", {"v": ANNA}).value is True
    assert drawn.evaluate("d", {"v": {"age": 1}}).value is False


def test_components_with_blanks_are_found_behind_a_dot() -> None:
    drawn = dmn.read(model(*TYPES, data("v", "tPerson"), decision("d", "v.first name + v.first name", inputs="v")))
    assert drawn.evaluate("d", {"v": ANNA}).value == "AnnaAnna"


def test_an_unknown_type_is_warned_of_and_not_checked() -> None:
    drawn = dmn.read(model(item("a", "nowhere"), data("v", "tNone"), decision("d", "v", inputs="v")))
    assert [(one.code, one.severity) for one in drawn.problems] == [("type.unknown", "warning")] * 2
    assert drawn.evaluate("d", {"v": 5}).value == 5


def test_types_that_go_round_in_a_circle_end() -> None:
    drawn = dmn.read(model(
        item("a", "b"), item("b", "a"), item("tTree", components=component("below", "tTree", collection=True)),
        data("v", "a"), data("t", "tTree"), decision("d", "[v, t]", inputs="v t")))
    tree = {"below": [{"below": []}]}
    assert drawn.evaluate("d", {"v": 1, "t": tree}).value == [1, tree]


def test_texts_stand_for_moments_where_the_caller_brings_json() -> None:
    assert given("date", "2026-01-01", written=True).value == date(2026, 1, 1)
    assert given("dayTimeDuration", "P1D", written=True).value == timedelta(days=1)
    assert given("date", "tomorrow", written=True).value is None
    assert given("string", "2026-01-01", written=True).value == "2026-01-01"


def test_values_are_written_as_json() -> None:
    value = [Decimal(1), Decimal("1.5"), "a", None, True, date(2026, 1, 1), timedelta(hours=1), YearMonth(14)]
    assert to_json(value) == [1, 1.5, "a", None, True, "2026-01-01", "PT1H", "P1Y2M"]
    assert to_json({"a": Decimal(2)}) == {"a": 2}
    drawn = dmn.read(model(decision("d", "[1..5)")))
    assert to_json(drawn.evaluate("d", {}).value) == "[1..5)"
