"""What holds for any expression and any data."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ExpressionRefused
from engine.feel import Expression, Interval, YearMonth, compile, literal
from engine.feel.builtins import BUILTINS
from engine.feel.tree import Node
from engine.feel.values import equal, hashable, kind

NAMES = st.sampled_from(["a", "b", "item", "x"])
ZONES = st.one_of(
    st.none(), st.just(UTC), st.sampled_from([ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/Paris")]),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12)
MOMENTS = st.one_of(
    st.dates(), st.times(),
    st.datetimes(timezones=ZONES, allow_imaginary=False).map(lambda moment: moment.replace(fold=0)),
    st.timedeltas(), st.integers(-(10**9), 10**9).map(YearMonth),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=8), MOMENTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3) | NAMES, inner, max_size=4),
    max_leaves=12,
)
ROUGH = st.one_of(VALUES, st.floats(), st.integers(), st.tuples(st.integers(), st.text()), st.just(object()))


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str) -> st.SearchStrategy[str]:
        parameters = BUILTINS[name].parameters
        least = sum(not parameter.optional for parameter in parameters)
        arguments = st.lists(inner, min_size=least, max_size=len(parameters))
        return arguments.map(lambda given: f"{name}({', '.join(given)})")

    return st.sampled_from(sorted(BUILTINS)).flatmap(call)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"])
    properties = st.sampled_from(["a", "b", "year", "weekday", "hours", "time offset", "months", "start", "timezone"])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"if {t[0]} then {t[1]} else {t[2]}"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]}) between ({t[1]}) and ({t[2]})"),
        st.tuples(NAMES, inner, inner).map(lambda t: f"for {t[0]} in {t[1]} return {t[2]}"),
        st.tuples(st.sampled_from(["some", "every"]), NAMES, inner, inner).map(
            lambda t: f"{t[0]} {t[1]} in {t[2]} satisfies {t[3]}"
        ),
        st.tuples(inner, inner).map(lambda t: f"({t[0]})[{t[1]}]"),
        st.tuples(inner, properties).map(lambda t: f"({t[0]}).{t[1]}"),
        st.tuples(inner, inner, st.sampled_from("(["), st.sampled_from(")]")).map(
            lambda t: f"{t[2]}({t[0]})..({t[1]}){t[3]}"
        ),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) in (< ({t[1]}), ({t[1]}))"),
        inner.map(lambda text: f"-({text})"),
        inner.map(lambda text: f"({text}) instance of number"),
        inner.map(lambda text: f"({text}) instance of list<context<a: function<Any> -> date>>"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) in (? = ({t[1]}), (>= ({t[1]})))"),
        st.tuples(inner, inner).map(lambda t: f"(function(a, x: number) {t[0]})({t[1]}, 1)"),
        st.tuples(inner, inner).map(lambda t: f"(function(a, x: number) {t[0]})(x: 1, a: {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"sort({t[0]}, function(a, b) {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"list replace({t[0]}, function(item, x) {t[1]}, abs)"),
        st.tuples(NAMES, inner, inner).map(lambda t: f'{{{t[0]}: {t[1]}, "k": {t[2]}}}'),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        _calls(inner),
    )


EXPRESSIONS = st.recursive(NAMES | SCALARS.map(literal), _larger, max_leaves=10)
CONTEXTS = st.dictionaries(NAMES, ROUGH, max_size=4)


def compiled(text: str) -> Expression | ExpressionRefused:
    """The expression, or the refusal."""
    try:
        return compile(text)
    except ExpressionRefused as refusal:
        return refusal


def unplaced(node: Any) -> Any:
    """The tree without its positions."""
    if isinstance(node, tuple):
        return tuple(unplaced(part) for part in node)
    if not isinstance(node, Node):
        return node
    bare = {field.name: unplaced(getattr(node, field.name)) for field in fields(node)}
    return replace(node, **{**bare, "position": 0})


@settings(max_examples=600, deadline=None)
@given(EXPRESSIONS, CONTEXTS)
def test_evaluating_never_raises_and_gives_a_feel_value(text: str, context: dict[str, object]) -> None:
    assert kind(compile(text, strict=False, clock=True).evaluate(context)) != ""


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_the_source_of_an_expression_is_the_same_expression(text: str) -> None:
    expression = compile(text, clock=True)
    assert unplaced(compile(expression.source(), dialect="feel", clock=True).tree) == unplaced(expression.tree)


@settings(max_examples=400, deadline=None)
@given(VALUES)
def test_a_literal_reads_as_the_value_written(value: Any) -> None:
    assert compile(literal(value), dialect="feel").evaluate({}) == value


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=30) | st.text("ab .[](){}=<>!&|\"'1+-*/,:?$#@", max_size=30), CONTEXTS)
def test_any_text_is_refused_or_evaluated(text: str, context: dict[str, object]) -> None:
    for dressed in (text, f"${{{text}}}"):
        expression = compiled(dressed)
        if isinstance(expression, ExpressionRefused):
            assert 0 <= expression.position <= len(dressed)
        else:
            assert kind(expression.evaluate(context)) != ""


@settings(max_examples=300, deadline=None)
@given(VALUES, VALUES)
def test_equal_values_have_equal_keys(left: Any, right: Any) -> None:
    assert (equal(left, right) is True) == (hashable(left) == hashable(right))
    assert equal(left, left) is True


@given(NUMBERS, NUMBERS)
def test_a_range_holds_its_closed_ends(low: Decimal, high: Decimal) -> None:
    low, high = min(low, high), max(low, high)
    assert compile("a in r and b in r").evaluate({"a": low, "b": high, "r": Interval(low, high)}) is True
