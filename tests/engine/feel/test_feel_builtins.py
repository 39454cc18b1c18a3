"""The built-in functions (DMN 1.5, 10.3.4): the examples of the standard's tables, and what they do with nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import Interval, compile

TEXTS = [
    ('substring("foobar", 3)', "obar"), ('substring("foobar", 3, 3)', "oba"), ('substring("foobar", -2, 1)', "a"),
    ('substring("\\U01F40Eab", 2)', "ab"), ('string length("foo")', 3), ('string length("\\U01F40Eab")', 3),
    ('upper case("aBc4")', "ABC4"), ('lower case("aBc4")', "abc4"), ('substring before("foobar", "bar")', "foo"),
    ('substring before("foobar", "xyz")', ""), ('substring before("foobar", "foo")', ""),
    ('substring after("foobar", "ob")', "ar"), ('substring after("", "a")', ""), ('contains("foobar", "of")', False),
    ('starts with("foobar", "fo")', True), ('ends with("foobar", "r")', True), ('matches("foobar", "^fo*b")', True),
    ('split("John Doe", "\\s")', ["John", "Doe"]), ('string join(["a", "b", "c"], "_and_")', "a_and_b_and_c"),
    ('string join(["a", "b", "c"], "")', "abc"), ('string join(["a", "b", "c"])', "abc"),
    ('string join(["a"], "X")', "a"),
    ('string join(["a", null, "c"], "X")', "aXc"), ('string join([], "X")', ""), ('string join([1, 2], "X")', None),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"), ('contains(null, "a")', None),
    ('contains("a", null)', None), ("upper case(1)", None), ('upper case(["a"])', "A"),
    ('upper case(["a", "b"])', None),
    ('trim("  a ")', "a"), ('is blank(" ")', True), ('to base64("FEEL")', "RkVFTA=="),
]

NUMBERS = [
    ("decimal(1/3, 2)", Decimal("0.33")), ("decimal(1.5, 0)", 2), ("decimal(2.5, 0)", 2), ("floor(1.5)", 1),
    ("floor(-1.56, 1)", Decimal("-1.6")), ("ceiling(-1.5)", -1), ("ceiling(-1.56, 1)", Decimal("-1.5")),
    ("round up(5.5, 0)", 6), ("round up(-5.5, 0)", -6), ("round up(1.121, 2)", Decimal("1.13")),
    ("round down(-5.5, 0)", -5), ("round down(1.126, 2)", Decimal("1.12")), ("round half up(-5.5, 0)", -6),
    ("round half up(1.126, 2)", Decimal("1.13")), ("round half down(5.5, 0)", 5),
    ("round half down(-1.126, 2)", Decimal("-1.13")), ("round up(5.5, 6177)", None), ("round up(5.5, -6112)", None),
    ("abs(-10)", 10), ('abs(@"-PT5H")', timedelta(hours=5)), ("modulo(12, 5)", 2), ("modulo(-12, 5)", 3),
    ("modulo(12, -5)", -3), ("modulo(-12, -5)", -2), ("modulo(10.1, 4.5)", Decimal("1.1")),
    ("modulo(-10.1, 4.5)", Decimal("3.4")), ("modulo(10.1, -4.5)", Decimal("-3.4")),
    ("modulo(-10.1, -4.5)", Decimal("-1.1")), ("modulo(1, 0)", None), ("sqrt(16)", 4), ("sqrt(-1)", None),
    ("decimal(log(10), 8)", Decimal("2.30258509")), ("log(0)", None), ("decimal(exp(5), 8)", Decimal("148.41315910")),
    ("exp(99999)", None), ("odd(5)", True), ("odd(2)", False), ("even(2)", True), ("even(5)", False),
    ("even(1.5)", None),
    ("min(1, 2, 3)", 1), ("min([1, 2, 3])", 1), ("max(1, 2, 3)", 3), ("min([])", None), ('max("a", "b")', "b"),
    ('min([1, "a"])', None), ("sum(1, 2, 3)", 6), ("sum([])", None), ("mean([1, 2, 3])", 2), ("mean([])", None),
    ("product([2, 3, 4])", 24), ("median(8, 2, 5, 3, 4)", 4), ("median([6, 1, 2, 3])", Decimal("2.5")),
    ("decimal(stddev(2, 4, 7, 5), 10)", Decimal("2.0816659995")), ("stddev([47])", None), ("stddev([])", None),
    ("mode(6, 3, 9, 6, 6)", [6]), ("mode([6, 1, 9, 6, 1])", [1, 6]), ("mode([])", []), ("mode([1, null])", None),
    ("mode(null)", None), ("sum(list: [1, 2])", 3), ("sum(values: [1])", None),
]

LISTS = [
    ("list contains([1, 2, 3], 2)", True), ("list contains([1, null], null)", True), ("list contains(null, 1)", None),
    ("count([1, 2, 3])", 3), ("count([])", 0), ("count([1, [2, 3]])", 2), ("count(1)", 1), ("count(null)", None),
    ("all([false, null, true])", False), ("all(true)", True), ("all([true, null])", None), ("all([])", True),
    ("all(0)", None), ("any([false, null, true])", True), ("any(false)", False), ("any([])", False), ("any(0)", None),
    ("sublist([4, 5, 6], 1, 2)", [4, 5]), ("sublist([1, 2, 3], -2)", [2, 3]), ("sublist([1, 2, 3], -2, 1)", [2]),
    ("sublist([1, 2, 3], 5)", None), ("append([1], 2, 3)", [1, 2, 3]), ("append(1, 2)", [1, 2]),
    ("append([1], null)", [1, None]), ("concatenate([1, 2], [3])", [1, 2, 3]),
    ("insert before([1, 3], 1, 2)", [2, 1, 3]),
    ("insert before([1, 3], -1, 2)", [1, 2, 3]), ("insert before([1, 3], 1, null)", [None, 1, 3]),
    ("remove([1, 2, 3], 2)", [1, 3]), ("remove([1, 2, 3], -1)", [1, 2]), ("remove([1], 2)", None),
    ("reverse([1, 2, 3])", [3, 2, 1]), ("index of([1, 2, 3, 2], 2)", [2, 4]), ("index of([1, null], null)", [2]),
    ("union([1, 2], [2, 3])", [1, 2, 3]), ("distinct values([1, 2, 3, 2, 1, null, null])", [1, 2, 3, None]),
    ("flatten([[1, 2], [[3]], 4])", [1, 2, 3, 4]), ("list replace([2, 4, 7, 8], 3, 6)", [2, 4, 6, 8]),
    ("list replace([2, 4, 7, 8], -3, 6)", [2, 6, 7, 8]), ("list replace([2, 4], 5, 6)", None),
    ("list replace(list: [1, 2], position: 1, newItem: null)", [None, 2]),
    ("sort([3, 1, 2])", [1, 2, 3]), ("sort([])", []), ("duplicate values([1, 2, 3, 2, 1])", [1, 2]),
    ("partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]), ("partition([1], 0)", None), ("is empty([])", True),
]

CONTEXTS = [
    ('get value({key1: "value1"}, "key1")', "value1"), ('get value({key1: "value1"}, "unexistent-key")', None),
    ('get value({a: {b: 1}}, ["a", "b"])', 1), ("get value({a: 1}, null)", None), ("get value(1, \"a\")", None),
    ('get entries({a: "b"})[key = "a"].value', ["b"]), ("get entries({})", []),
    ('context([{key: "a", value: 1}, {key: "b", value: 2}])', {"a": 1, "b": 2}),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None), ('context([{key: "a"}])', None),
    ('context put({x: 1}, "y", 2)', {"x": 1, "y": 2}), ('context put({x: 1, y: 0}, "y", 2)', {"x": 1, "y": 2}),
    ('context put({x: 1, y: {a: 0}}, ["y", "a"], 2)', {"x": 1, "y": {"a": 2}}),
    ("context put({x: 1}, [], 2)", None), ('context put({x: 1}, ["y", "a"], 2)', None),
    ('context put(null, "y", 2)', None),
    ('context put({x: 1}, "x", null)', {"x": None}), ('context put(context: {}, keys: ["x"], value: 1)', {"x": 1}),
    ("context merge([{x: 1}, {y: 2}])", {"x": 1, "y": 2}), ("context merge([{x: 1, y: 0}, {y: 2}])", {"x": 1, "y": 2}),
    ("context merge([])", {}), ("context merge([1])", None), ("context merge({x: 1})", {"x": 1}),
    ("get or else(null, 1)", 1), ("get or else(false, 1)", False),
]

CONVERSIONS = [
    ('date("2012-12-25") - date("2012-12-24") = duration("P1D")', True), ("date(2012, 12, 25)", date(2012, 12, 25)),
    ('date(date and time("2012-12-25T11:00:00Z"))', date(2012, 12, 25)), ("date(2012, 2, 30)", None),
    ('date(from: 2012, month: 12, day: 25)', None), ('date and time("2012-12-24T23:59:00").minute', 59),
    ('date and time(date("2012-12-24"), time("23:59:00")) = date and time("2012-12-24T23:59:00")', True),
    ('time("23:59:00z") + duration("PT2M") = time("00:01:00@Etc/UTC")', True),
    ('time("23:59:00z") + duration("PT2M") = time("00:01:00Z")', True), ("string(time(14, 30, 15.5))", "14:30:15.5"),
    ('string(time(23, 59, 0, duration("PT1H")))', "23:59:00+01:00"), ("time(24, 0, 0)", None), ("time(1, 60, 0)", None),
    ('number("1 000,0", " ", ",") = number("1,000.0", ",", ".")', True), ('number("1e3")', 1000),
    ('number("1,0")', None),
    ('number("1.0", "x", ".")', None), ("string(1.1)", "1.1"), ("string(null)", None), ("string(true)", "true"),
    ('string([1, "a", null])', '[1, "a", null]'), ('string({a: "x", "{": 1})', '{a: "x", "{": 1}'),
    ('duration("P26M") - duration("P1Y") = duration("P14M")', True), ('string(@"PT36H")', "P1DT12H"),
    ('years and months duration(date("2011-12-22"), date("2013-08-24")) = duration("P1Y8M")', True),
    ('range("[18..21)")', Interval(Decimal(18), Decimal(21), True, False)), ('range("(18..21]").start', 18),
    ('range("[\\"a\\"..\\"c\\"]").end', "c"),
    ('range("[date(\\"2029-01-01\\")..@\\"2029-02-01\\"]").end', date(2029, 2, 1)),
    ('range("18")', None), ('range("[1..")', None), ('range("[a..b]")', None), ('range("[1+1..3]")', None),
    ("range(null)", None), ('range("[3..1]")', None),
]

MOMENTS = [
    ("day of year(date(2019, 9, 17))", 260), ("day of week(date(2019, 9, 17))", "Tuesday"),
    ("month of year(date(2019, 9, 17))", "September"), ("week of year(date(2019, 9, 17))", 38),
    ("week of year(date(2003, 12, 29))", 1), ("week of year(date(2004, 1, 4))", 1),
    ("week of year(date(2005, 1, 1))", 53),
    ("week of year(date(2005, 1, 3))", 1), ("day of year(null)", None), ('day of week("2019-09-17")', None),
    ("last day of month(date(2028, 2, 3))", 29), ('is(date("2012-12-25"), time("23:00:50"))', False),
    ('is(date("2012-12-25"), date("2012-12-25"))', True), ('is(time("23:00:50z"), time("23:00:50"))', False),
    ('is(@"2029-01-01T00:00:00Z", @"2029-01-01T07:00:00+07:00")', False), ("is(1, 1.0)", True), ("is([1], [1])", True),
    ("is(null, null)", True),
]

RANGES = [
    ("before(1, 10)", True), ("before(10, 1)", False), ("before(1, [1..10])", False), ("before(1, (1..10])", True),
    ("before([1..10], 10)", False), ("before([1..10), 10)", True), ("before([1..10), [10..20])", True),
    ("before([1..10], [10..20])", False), ("after(12, [1..10])", True), ("after(10, [1..10))", True),
    ("after([11..20], 5)", True), ("after((10..20], [1..10])", True), ("meets([1..5], [5..10])", True),
    ("meets([1..5), [5..10])", False), ("met by([5..10], [1..5])", True), ("overlaps([1..5], [3..8])", True),
    ("overlaps([1..5), [5..8])", False), ("overlaps before([1..5], [3..8])", True),
    ("overlaps before([1..5], [1..5])", False), ("overlaps after([3..8], [1..5])", True),
    ("finishes(10, [1..10])", True),
    ("finishes(10, [1..10))", False), ("finishes([5..10], [1..10])", True), ("finishes([5..10), [1..10])", False),
    ("finished by([1..10], 10)", True), ("includes([1..10], 5)", True), ("includes((1..10], 1)", False),
    ("includes([1..10], [4..6])", True), ("includes([1..10), [1..10])", False), ("during(5, [1..10])", True),
    ("during([1..10), [1..10])", True), ("starts(1, [1..10])", True), ("starts(1, (1..10])", False),
    ("starts([1..5], [1..10])", True), ("started by([1..10], 1)", True), ("started by([1..10], [1..5])", True),
    ("coincides(5, 5)", True), ("coincides([1..5], [1..5])", True), ("coincides((1..5], [1..5])", False),
    ("before(point: 1, range: [2..3])", True), ("before(range: 1, point: [2..3])", None), ("before(1, null)", None),
    ('before(1, "a")', None), ("meets(1, [1..2])", None), ("before(1, (> 5))", True), ("includes((< 5), 1)", True),
    ("includes((< 5), (< 3))", True), ('before(@"2029-01-01", [@"2029-01-02"..@"2029-01-03"])', True),
]


def value(text: str, **context: object) -> Any:
    return compile(text, dialect="feel", strict=False).evaluate(context)


@pytest.mark.parametrize(
    ("text", "expected"), TEXTS + NUMBERS + LISTS + CONTEXTS + CONVERSIONS + MOMENTS + RANGES
)
def test_built_in_functions(text: str, expected: object) -> None:
    result = value(text)
    assert result == expected
    assert isinstance(result, bool) == isinstance(expected, bool)


WHOLE = st.integers(-(10**9), 10**9)
FINE = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)


@given(FINE, FINE.filter(bool))
def test_the_rest_has_the_divisors_sign_and_adds_up(dividend: Decimal, divisor: Decimal) -> None:
    rest = value("modulo(a, b)", a=dividend, b=divisor)
    assert rest == value("a - b * floor(a / b)", a=dividend, b=divisor)
    assert rest == 0 or (rest < 0) == (divisor < 0)


@given(FINE, st.integers(-3, 6))
def test_rounding_is_pythons(number: Decimal, scale: int) -> None:
    unit = Decimal(1).scaleb(-scale)
    assert value("round half up(n, s)", n=number, s=scale) == number.quantize(unit, ROUND_HALF_UP)
    assert value("round half down(n, s)", n=number, s=scale) == number.quantize(unit, ROUND_HALF_DOWN)


@given(st.lists(st.tuples(st.integers(0, 3), WHOLE), max_size=20))
def test_sorting_by_a_function_keeps_the_order_of_the_equal(pairs: list[tuple[int, int]]) -> None:
    found = value("sort(l, function(a, b) a.k < b.k)", l=[{"k": key, "v": number} for key, number in pairs])
    assert [(int(one["k"]), int(one["v"])) for one in found] == sorted(pairs, key=lambda pair: pair[0])


BOUNDS = st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans(), st.booleans()).map(
    lambda t: Interval(Decimal(min(t[0], t[1])), Decimal(max(t[0], t[1])), t[2], t[3])
)


@given(BOUNDS, BOUNDS)
def test_two_ranges_are_before_after_or_overlap(first: Interval, second: Interval) -> None:
    answers = [value(f"{name}(a, b)", a=first, b=second) for name in ("before", "after", "overlaps")]
    assert answers.count(True) >= 1
    assert answers[2] == (not answers[0] and not answers[1])
    for name, other in (
        ("includes", "during"), ("starts", "started by"), ("finishes", "finished by"), ("meets", "met by"),
        ("overlaps before", "overlaps after"),
    ):
        assert value(f"{name}(a, b)", a=first, b=second) == value(f"{other}(b, a)", a=first, b=second)
