"""Functions as values: of one's own, built in, and the caller's; parameters by position and by name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import ExpressionRefused
from engine.feel import Function, Native, Value, compile, types
from engine.feel.builtins import BUILTINS


def value(text: str, **context: object) -> Value:
    return compile(text, dialect="feel", names=context, strict=False).evaluate(context)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(x) x + 1)(2)", 3),
        ("(function(a, b) a - b)(b: 1, a: 5)", 4),
        ("(function(a, b) a - b)(1)", None),
        ("(function(a) a)(1, 2)", None),
        ("(function(a) a)(b: 1)", None),
        ("(function() 7)()", 7),
        ("(function(a: number) a)(\"x\")", None),
        ("(function(a: number) a)([4])", 4),
        ("(function(a: list<number>) a)(4)", [4]),
        ("(function(a: context<b: string>) a.b)({b: \"x\", c: 1})", "x"),
        ("{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(5)}.r", 120),
        ("(function(a) function(b) a * b)(2)(3)", 6),
        ("for f in [abs, sqrt] return f(16)", [16, 4]),
        ("{f: string length, r: f(\"abc\")}.r", 3),
        ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
        ("sort(precedes: function(a, b) a < b, list: [3, 1, 2])", [1, 2, 3]),
        ("sort([3, 1, 2], function(a, b) a)", None),
        ("list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", [5, 5, 7, 8]),
        ("list replace([1, 2], function(item, newItem) null, 5)", None),
        ("(function(a) external {java: {class: \"java.lang.Math\", method signature: \"abs(int)\"}})(1)", None),
        ("unknown function(1)", None), ("5(1)", None), ("abs()", None), ("abs(number: -1)", None), ("abs(n: -1)", 1),
        ("{a: 1}.a(2)", None), ("-(function(a) a)(10)", -10),
    ],
)
def test_functions_are_called(text: str, expected: object) -> None:
    try:
        assert value(text) == expected
    except ExpressionRefused:
        assert text.startswith("unknown")


def test_a_function_of_the_callers_gets_its_values_converted() -> None:
    taken: list[list[Value]] = []

    def run(values: list[Value]) -> Value:
        taken.append(values)
        return [Decimal(1)]

    callers = Native([("n", types.NUMBER), "rest"], run, result=types.NUMBER, name="rate of")
    assert value("rate of([2], null)", **{"rate of": callers}) == 1
    assert value("rate of(rest: 1, n: 3)", **{"rate of": callers}) == 1
    assert value('rate of("x", 1)', **{"rate of": callers}) is None
    assert taken == [[Decimal(2), None], [Decimal(3), Decimal(1)]]


def test_a_function_is_a_value_of_its_own() -> None:
    made = value("function(a: number, b) a")
    assert isinstance(made, Function)
    assert made.parameters == (("a", types.NUMBER), ("b", types.ANY))
    assert value("f instance of function<number, Any> -> Any", f=made) is True
    assert value("f instance of number", f=made) is False
    assert value("f = f", f=made) is True
    assert value("string(f)", f=made) == "null"


def test_endless_recursion_is_null() -> None:
    assert value("{f: function(n) f(n + 1), r: f(1)}.r") is None
    assert value("{f: function(n) f(n + 1) + f(n + 2), r: f(1)}.r") is None


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_built_in_function_takes_its_parameters_by_name_and_gives_null_for_null(name: str) -> None:
    for way in BUILTINS[name].signatures:
        given = ", ".join(f"{parameter.name}: null" for parameter in way.parameters)
        expected = {"is": True, "is defined": False}.get(name)
        assert value(f"{name}({given})") is expected


def test_what_is_null_whatever_the_data_is_refused_when_strict() -> None:
    for text in ("foo(1)", "abs()", 'contains("a")', '@"2029-02-30"', "{a: 1, a: 2}", "1 instance of whale", "now()"):
        assert compile(text, strict=False).evaluate({}) is None
        with pytest.raises(ExpressionRefused):
            compile(text)


def test_the_caller_says_what_time_it_is() -> None:
    moment = value('@"2029-02-14T07:30:00@Asia/Jakarta"')
    expression = compile("[now(), today()]", clock=True)
    assert expression.evaluate({}, now=moment) == [moment, value('@"2029-02-14"')]  # type: ignore[arg-type]
    assert expression.evaluate({}) == [None, None]
