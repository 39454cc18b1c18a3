"""Values from Python, back to FEEL text, and ISO 8601."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from zoneinfo import ZoneInfo

import pytest

from engine.feel import Interval, Value, YearMonth, compile, literal
from engine.feel.iso import read_datetime, read_duration, read_moment, read_zone, write_moment
from engine.feel.values import conjunction, disjunction, equal, from_python, inside, less, negation


class Kind(str, Enum):  # noqa: UP042 - the point is an Enum that is also a str
    PPK = "ppk"


class Level(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (1, Decimal(1)), (0.1, Decimal("0.1")), (True, True), ("a", "a"), (None, None), (Kind.PPK, "ppk"),
        (Level.HIGH, Decimal(3)), ((1, "a"), [Decimal(1), "a"]), ({"a": [1]}, {"a": [Decimal(1)]}), ({1: 2}, {"1": 2}),
        (float("inf"), None), (Decimal("sNaN"), None), (object(), None), (frozenset({2}), [Decimal(2)]),
        (date(2029, 1, 1), date(2029, 1, 1)),
    ],
)
def test_python_and_json_become_feel(given: object, expected: object) -> None:
    converted = from_python(given)
    assert (converted, type(converted)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"), (True, "true"), (1, "1"), (-1.50, "-1.5"), (Decimal("1E+3"), "1000"),
        ('a"\\\n', '"a\\"\\\\\\n"'),
        (date(2029, 2, 14), '@"2029-02-14"'), (time(7, 0, 0, 500_000), '@"07:00:00.5"'),
        (datetime(2029, 2, 14, 7, tzinfo=ZoneInfo("Asia/Jakarta")), '@"2029-02-14T07:00:00@Asia/Jakarta"'),
        (datetime(2029, 2, 14, tzinfo=UTC), '@"2029-02-14T00:00:00Z"'), (timedelta(hours=-30), '@"-P1DT6H"'),
        (timedelta(), '@"PT0S"'), (YearMonth(14), '@"P1Y2M"'), ([1, "a"], '[1, "a"]'), ({"a b": 1}, '{"a b": 1}'),
        (Interval(Decimal(1), Decimal(2), False, True), "(1..2]"),
    ],
)
def test_literal_writes_feel_that_reads_as_the_value(value: object, text: str) -> None:
    assert literal(value) == text
    assert compile(text).evaluate({}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("P1Y", YearMonth(12)), ("-P13M", YearMonth(-13)), ("P1DT1.5S", timedelta(days=1, seconds=1.5)),
        ("PT36H", timedelta(hours=36)), ("P1Y1D", None), ("P", None), ("PT", None), ("P1", None), ("P1D\n", None),
        ("P999999999D", timedelta(days=999999999)), ("P999999999W", None), ("1D", None),
    ],
)
def test_durations(text: str, value: Value) -> None:
    assert read_duration(text) == value


@pytest.mark.parametrize(
    "text",
    ["2029-13-01", "2029-02-29", "29-01-01", "2029-02-14T10:00", "2029-02-14T10:00:00+25:00", "10:00:00@Nowhere/City",
     "10:00:00@../etc/passwd", "10:00:00@Asia", "10:60:00", "", "٢٠٢٩-01-01"],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_moment(text) is None


def test_zones_are_kept() -> None:
    eight = timezone(timedelta(hours=8))
    assert read_datetime("2029-02-14T07:00:00@Asia/Makassar") == datetime(2029, 2, 14, 7, tzinfo=eight)
    assert read_zone("-03:30") == timezone(-timedelta(hours=3, minutes=30))
    assert write_moment(time(7, tzinfo=timezone(timedelta(hours=7)))) == "07:00:00+07:00"


def test_three_valued_logic() -> None:
    yes, no, unknown = True, False, None
    values = [yes, no, unknown]
    assert [[conjunction([a, b]) for a in values] for b in values] == [
        [yes, no, unknown], [no, no, no], [unknown, no, unknown],
    ]
    assert [[disjunction([a, b]) for a in values] for b in values] == [
        [yes, yes, yes], [yes, no, unknown], [yes, unknown, unknown],
    ]
    assert [negation(a) for a in values] == [no, yes, unknown]


def test_comparing_kinds_that_do_not_go_together_is_unknown() -> None:
    assert (equal(Decimal(1), "1"), less(Decimal(1), "1"), less(True, False)) == (None, None, None)
    assert equal(datetime.combine(date(2029, 1, 1), time()), datetime(2029, 1, 1, tzinfo=UTC)) is None
    assert inside(Decimal(9), Interval(Decimal(1), None)) is True
