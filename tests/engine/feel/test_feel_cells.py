"""The cells of decision tables: unary tests of the value named `?` (DMN 1.5, 10.3.1.2, rules 7 and 14 to 17)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import ExpressionRefused
from engine.feel import compile, compile_tests

CONTEXT = {"limit": 70, "allowed": ["a", "b"], "big": [100, 200], "flag": True, "gap": {"low": 1, "high": 5}}


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", 1, True), ("", 1, True), (" - // any", None, True), ("18", 18, True), ("18", 19, False),
        ("18, 19", 19, True), ("< 18", 17, True), ("<18", 18, False), (">= 18, 3", 3, True), ("[18..20]", 20, True),
        ("[18..20)", 20, False), ("]18..20[", 18, False), ("(18..20]", 19, True), ("[1..2], [5..6]", 5, True),
        ("not(18)", 18, False), ("not(18, 19)", 20, True), ("not(< 18)", 18, True), ("not([1..3], > 10)", 5, True),
        ("not(null)", 1, True), ("null", None, True), ("null", 1, False), ("1", None, False), ("< 5", None, None),
        ('"a"', "a", True), ('"a", "b"', "c", False), ('not("a")', "b", True), ("true", True, True),
        ("true", False, False), ("false", False, True), ("-5", -5, True), ("-5", 5, False), ("- 5, 3", -5, True),
        ("limit", 70, True), ("< limit", 69, True), ("? < limit", 69, True), ("? < limit", 70, False),
        ("? > 10 and ? < limit", 20, True), ("limit - 60", 10, True), ("[gap.low..gap.high]", 5, True),
        ("allowed", "a", True), ("allowed", "c", False), ("list contains(allowed, ?)", "b", True),
        ("list contains(allowed, ?)", "c", False), ("not(allowed)", "c", True), ("big[1]", 100, True),
        ("flag", True, True), ("flag", 5, True), ("limit > 60", 5, True), ("limit > 90", 5, False),
        ("limit > 60", False, False), ("starts with(?, \"a\")", "abc", True),
        ("not(starts with(?, \"a\"))", "abc", False),
        ("@\"2029-02-14\"", "x", None), ("date(\"2029-02-14\")", None, False), ("> @\"P1D\"", None, None),
        ("[1, 2]", [1, 2], True), ("[1, 2]", 2, True), ("{a: 1}", {"a": 1}, True),
        ("some x in ? satisfies x > 1", [1, 2], True),
        ("= 5", 5, True), ("!= 5", 5, False), ("!= 5", 6, True), ("(< 5)", 4, True), ("[1..3]", "a", None),
        ("? in [1..3]", 2, True), ("? in (1, 5)", 5, True), ("not(?)", True, False),
        ('if ? = "x" then true else false', "x", True), ("unknown", 1, None), ("? = unknown", 1, False),
    ],
)
def test_a_cell_passes_a_value(cell: str, value: object, expected: bool | None) -> None:
    assert compile_tests(cell, names=CONTEXT).accepts(value, CONTEXT) is expected


def test_a_cell_tells_the_names_it_takes() -> None:
    assert compile_tests("? > limit, [gap.low..5]").names == {"limit", "gap"}


@pytest.mark.parametrize(
    ("cell", "position"), [("1,", 2), (", 1", 0), ("< ", 2), ("[1..", 4), ("not(1", 5), ("1 2", 2), ("> 5 and", 4)]
)
def test_what_is_no_cell_is_refused(cell: str, position: int) -> None:
    with pytest.raises(ExpressionRefused) as refusal:
        compile_tests(cell)
    assert refusal.value.position == position


def test_the_value_tested_has_no_name_elsewhere() -> None:
    with pytest.raises(ExpressionRefused, match="if"):
        compile("? > 5")
    assert compile("5 in (? > 3)").evaluate({}) is True
    assert compile("? > 5", names=["?"]).evaluate({"?": 6}) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(< 5).end", Decimal(5)), ("(>= 5).start included", True), ("(< 5).start", None), ("(= 5) = [5..5]", True),
        ("[< 5, > 10][1].end", Decimal(5)), ("3 in [< 5, > 10]", True), ("7 in [< 5, > 10]", False),
        ("10 in !=10", False), ("1 in (=1)", True), ("(!= 5)", None), ("1 in (< null)", None),
    ],
)
def test_simple_tests_are_ranges_elsewhere(text: str, expected: object) -> None:
    assert compile(text).evaluate({}) == expected
