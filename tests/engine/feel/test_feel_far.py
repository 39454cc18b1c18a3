"""Moments and durations beyond Python's own, and that they go on where Python's own end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import compile, equal, less
from engine.feel.arithmetic import later
from engine.feel.far import FarDate, FarDateTime, civil, date_of, day_number, ordinal
from engine.feel.iso import read_moment, write_moment
from engine.feel.values import YearMonth

YEARS = st.integers(-999_999_999, 999_999_999)


def value(text: str) -> Any:
    return compile(text, dialect="feel").evaluate({})


@pytest.mark.parametrize(
    "text",
    ["99999-12-31", "-2017-12-31", "-999999999-12-31", "999999999-01-01T23:59:59.999999999@Europe/Paris",
     "-99999-12-31T11:22:33", "10:15:30.123456789", "10:15:30.000000001+07:00", "2029-02-14T10:15:30.123456789Z",
     "P9999999999D", "-PT0.000000001S", "P9999999999Y", "0000-02-29"],
)
def test_what_python_cannot_hold_is_read_and_written(text: str) -> None:
    assert value(f'string(@"{text}")') == text


@pytest.mark.parametrize("text", ["1000000000-01-01", "01999-01-01", "999-01-01", "-0001-02-29", "10:15:60", "P"])
def test_what_is_no_moment_of_any_year_is_none(text: str) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('string(@"9999-12-31" + @"P1D")', "10000-01-01"), ('string(@"0001-01-01" - @"P1D")', "0000-12-31"),
        ('@"10000-01-01" - @"P1D"', date(9999, 12, 31)), ('@"10000-01-01" - @"9999-12-31"', timedelta(days=1)),
        ('string(@"9999-11-30" + @"P3M")', "10000-02-29"), ('string(@"-0004-02-29" + @"P1Y")', "-0003-02-28"),
        ('@"10000-01-01" > @"9999-12-31"', True), ('@"-2020-01-01" < @"2020-01-01"', True),
        ('@"10000-02-29".day', 29), ('@"-2017-12-31".year', -2017), ('@"10000-01-01".weekday', 6),
        ('day of week(@"10000-01-01")', "Saturday"), ('day of year(@"10000-12-31")', 366),
        ('@"10000-01-01T10:30:05.5+07:00".hour', 10),
        ('@"10000-01-01T10:30:05.5+07:00".time offset', timedelta(hours=7)),
        ('@"10:15:30.123456789".second', 30), ('@"10:15:30.000000001" > @"10:15:30"', True),
        ('@"10000-07-01T00:00:00@Europe/Paris" = @"10000-06-30T22:00:00Z"', True),
        ('@"9999-12-31T23:30:00-01:00" = @"10000-01-01T00:30:00Z"', True),
        ('string(@"9999-12-31T23:30:00Z" + @"PT1H")', "10000-01-01T00:30:00Z"),
        ('string(@"9999-12-31T23:30:00@Europe/Paris" + @"PT1H")', "10000-01-01T00:30:00@Europe/Paris"),
        ('@"PT0.000000001S" * 1000000000', timedelta(seconds=1)), ('@"P9999999999D" / @"P1D"', 9999999999),
        ('abs(@"-P9999999999D") = @"P9999999999D"', True), ('@"999999999-12-31" + @"P1Y"', None),
        ('years and months duration(@"-2016-01-30", @"-2017-02-28")', YearMonth(-11)),
        ('date(10000, 2, 30)', None), ('date(@"10000-01-01T10:00:00") = @"10000-01-01"', True),
        ('is(@"10:00:00.000000001Z", @"10:00:00.000000001+00:00")', True),
        ('@"10000-01-01" in [@"9999-01-01"..@"10001-01-01"]', True),
        ('for d in @"10000-01-01"..@"10000-01-02" return d', None),
        ('@"10000-01-01" = @"10000-01-01T00:00:00"', None), ('time("10:00:00@Europe/Paris") < time("10:00:00Z")', None),
        ('time("10:00:00@Europe/Paris") < time("11:00:00@Europe/Paris")', True),
    ],
)
def test_far_moments_are_reckoned_with(text: str, expected: object) -> None:
    assert value(text) == expected


@given(st.dates())
def test_the_calendar_is_pythons_where_python_has_one(day: date) -> None:
    assert civil(day.toordinal()) == (day.year, day.month, day.day)
    assert ordinal(day.year, day.month, day.day) == day.toordinal()


@given(YEARS, st.integers(1, 12), st.integers(1, 28))
def test_a_day_of_any_year_is_found_again(year: int, month: int, day: int) -> None:
    assert civil(ordinal(year, month, day)) == (year, month, day)
    text = write_moment(date_of(ordinal(year, month, day)))
    found = read_moment(text)
    assert isinstance(found, date | FarDate)
    assert day_number(found) == ordinal(year, month, day)


@given(st.datetimes(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=7))])), st.timedeltas())
def test_adding_a_duration_agrees_with_python_and_can_be_undone(start: datetime, length: timedelta) -> None:
    moved = later(start, length)
    try:
        expected = start + length
    except OverflowError:
        assert isinstance(moved, FarDateTime)
    else:
        assert moved == expected
    assert isinstance(moved, datetime | FarDateTime)
    assert later(moved, -length) == start


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2090, 1, 1)), st.integers(-10**6, 10**6))  # noqa: DTZ001
def test_hours_pass_in_a_zone_as_they_pass_in_utc(start: datetime, minutes: int) -> None:
    there = start.replace(fold=0, tzinfo=UTC).astimezone(ZoneInfo("Europe/Paris"))
    moved = later(there, timedelta(minutes=minutes))
    assert equal(moved, start.replace(tzinfo=UTC) + timedelta(minutes=minutes)) is True


@given(st.times(), st.times())
def test_times_of_one_zone_compare_as_their_clocks(first: time, second: time) -> None:
    zone = ZoneInfo("Asia/Jakarta")
    assert less(first.replace(tzinfo=zone), second.replace(tzinfo=zone)) is (first < second)
