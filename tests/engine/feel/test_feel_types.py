"""Types: read from text, conformed to, converted to (DMN 1.5, 10.3.2.9), and asked for with `instance of`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.errors import ExpressionRefused
from engine.feel import Native, Type, coerced, compile, compile_tests, conforms, read_type, types

ONE, TWO = Decimal(1), Decimal(2)
SCORE = types.Allowed(types.NUMBER, lambda value: compile_tests("[0..100]").accepts(value, {}) is True)
OWN: dict[str, Type] = {"tScore": SCORE, "t Person": types.ContextType((("name", types.STRING), ("age", types.NUMBER)))}
OWN["tTree"] = types.ContextType((("value", types.NUMBER), ("below", types.ListType(types.Later("tTree", OWN)))))


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("number", types.NUMBER), ("Any", types.ANY), ("date and time", types.DATE_AND_TIME),
        ("days and time duration", types.DAYS), ("years and months duration", types.MONTHS),
        ("list", types.LIST), ("list<string>", types.ListType(types.STRING)),
        ("range<date>", types.RangeType(types.DATE)),
        ("context<a b: number, c: list<Any>>",
         types.ContextType((("a b", types.NUMBER), ("c", types.LIST)))),
        ("function<number, string> -> boolean", types.FunctionType((types.NUMBER, types.STRING), types.BOOLEAN)),
        ("function<> -> Any", types.FunctionType((), types.ANY)),
        ("list<list<number>>", types.ListType(types.ListType(types.NUMBER))),
        ("tScore", SCORE), ("t Person", OWN["t Person"]), ("list<tScore>", types.ListType(SCORE)),
    ],
)
def test_types_are_read(text: str, type_: Type) -> None:
    assert read_type(text, OWN) == type_


@pytest.mark.parametrize(
    ("text", "position"),
    [("whale", 0), ("list<whale>", 5), ("list<number", 11), ("bag<number>", 0), ("number number", 7)],
)
def test_what_is_no_type_is_refused(text: str, position: int) -> None:
    with pytest.raises(ExpressionRefused) as refusal:
        read_type(text)
    assert refusal.value.position == position


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (ONE, types.NUMBER, ONE), ("a", types.NUMBER, None), (None, types.NUMBER, None), ([ONE], types.NUMBER, ONE),
        ([ONE, TWO], types.NUMBER, None), (ONE, types.ListType(types.NUMBER), [ONE]),
        ("a", types.ListType(types.NUMBER), None), ([ONE, "a"], types.ListType(types.NUMBER), None),
        ([ONE, None], types.ListType(types.NUMBER), [ONE, None]),
        (date(2029, 2, 14), types.DATE_AND_TIME, datetime(2029, 2, 14, tzinfo=UTC)),
        ([date(2029, 2, 14)], types.ListType(types.DATE_AND_TIME), [datetime(2029, 2, 14, tzinfo=UTC)]),
        (datetime(2029, 2, 14, tzinfo=UTC), types.DATE, None),
        ({"name": "a", "age": ONE, "more": TWO}, OWN["t Person"], {"name": "a", "age": ONE, "more": TWO}),
        ({"name": "a"}, OWN["t Person"], None),
        ({"name": "a", "age": None}, OWN["t Person"], {"name": "a", "age": None}),
        ({"name": ["a"], "age": ONE}, OWN["t Person"], {"name": "a", "age": ONE}),
        (ONE, SCORE, ONE), (Decimal(101), SCORE, None), ([ONE], SCORE, ONE),
        ({"value": ONE, "below": [{"value": TWO, "below": []}]}, OWN["tTree"],
         {"value": ONE, "below": [{"value": TWO, "below": []}]}),
        ({"value": ONE, "below": [{"value": "x", "below": []}]}, OWN["tTree"], None),
        (ONE, types.ANY, ONE), ([ONE], types.ANY, [ONE]), (ONE, types.UNKNOWN, None),
    ],
)
def test_values_become_what_is_asked_for(value: object, type_: Type, expected: object) -> None:
    assert coerced(value, type_) == expected  # type: ignore[arg-type]
    if expected is not None and expected == value:
        assert conforms(value, type_)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", True), ("null instance of number", False), ("null instance of Any", False),
        ("null instance of Null", True), ("1 instance of Any", True), ("[1] instance of number", False),
        ("1 instance of list<number>", False), ("[1, \"a\"] instance of list<number>", False),
        ("[1..2] instance of range<number>", True), ("[1..2] instance of range<string>", False),
        ("{a: 1, b: 2} instance of context<a: number>", True), ("{b: 2} instance of context<a: number>", False),
        ("{a: null} instance of context<a: string>", True), ("abs instance of function<number> -> Any", True),
        ("(function(a: number) \"x\") instance of function<number> -> string", True),
        ("(function(a: number) \"x\") instance of function<number> -> number", False),
        ("(function(a) \"x\") instance of function<number> -> string", True),
        ("(function(a: string) \"x\") instance of function<Any> -> string", False),
        ("101 instance of tScore", True), ("[1] instance of list<tScore>", True), ("-1 instance of number", None),
        ("1 instance of number and true", True), ("1 = 1 instance of boolean", None), ("1 instance of t Person", False),
        ('@"2029-02-14T10:00:00" instance of date and time and true', True),
        ('@"P1D" instance of days and time duration', True), ('@"P1D" instance of years and months duration', False),
    ],
)
def test_instance_of(text: str, expected: bool | None) -> None:
    assert compile(text, typed=OWN, strict=False).evaluate({}) is expected


def test_subtypes() -> None:
    assert types.is_subtype(read_type("context<a: number, b: string>"), read_type("context<a: number>"))
    assert not types.is_subtype(read_type("context<a: number>"), read_type("context<a: number, b: string>"))
    assert types.is_subtype(read_type("function<Any> -> number"), read_type("function<string> -> Any"))
    assert not types.is_subtype(read_type("function<string> -> number"), read_type("function<Any> -> number"))
    assert types.is_subtype(SCORE, types.NUMBER)
    assert types.is_subtype(types.NULL, types.NUMBER)
    assert types.is_subtype(read_type("function<> -> Any"), types.FUNCTION)


def test_names_that_lead_in_a_ring_stand_for_anything() -> None:
    ring: dict[str, Type] = {}
    ring["a"], ring["b"] = types.Later("b", ring), types.Later("a", ring)
    assert coerced(ONE, ring["a"]) == ONE
    assert coerced(ONE, types.Later("nobody", ring)) == ONE


def test_what_a_function_gives_is_converted() -> None:
    assert Native([], lambda _: [ONE], result=types.NUMBER).call([]) == ONE
    assert Native([], lambda _: "a", result=types.NUMBER).call([]) is None
