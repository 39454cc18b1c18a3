"""Built-in functions over dates, times, durations, and the conversions. Wrong kinds and impossible dates give null."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, time, timedelta, timezone
from decimal import Decimal

from engine.feel.arithmetic import LONGEST_TEXT
from engine.feel.far import (
    DATES,
    DATETIMES,
    DURATIONS,
    TIMES,
    date_of,
    datetime_of,
    day_number,
    nanos,
    near,
    ordinal,
    time_of,
)
from engine.feel.iso import wide_date, wide_datetime, wide_duration, wide_time, write_moment
from engine.feel.ranges import whole
from engine.feel.values import NUMBERS, Value, YearMonth
from engine.feel.writing import literal

_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)


def to_date(of: Value) -> Value:
    """From text, or a date (and time)."""
    if isinstance(of, str):
        return wide_date(of)
    return date_of(day_number(of)) if isinstance(of, DATES) else None


def date_of_parts(year: Value, month: Value, day: Value) -> Value:
    first, second, third = whole(year), whole(month), whole(day)
    return None if first is None or second is None or third is None else date_of(ordinal(first, second, third))


def to_time(of: Value) -> Value:
    """From text, a date (then its midnight in UTC), a time, or a date and time."""
    if isinstance(of, str):
        return wide_time(of)
    if isinstance(of, DATETIMES):
        return time_of(nanos(of), of.tzinfo)
    return time(tzinfo=UTC) if isinstance(of, DATES) else of


def time_of_parts(hour: Value, minute: Value, second: Value, offset: Value = None) -> Value:
    """From the parts and the offset from UTC."""
    hours, minutes = whole(hour), whole(minute)
    if hours is None or minutes is None or not isinstance(second, Decimal) or not isinstance(offset, timedelta | None):
        return None
    if not 0 <= hours < 24 or not 0 <= minutes < 60 or not 0 <= second < 60:
        return None
    seconds = (hours * 60 + minutes) * 60 * 10**9 + int(second * 10**9)
    return time_of(seconds, None if offset is None else timezone(offset))


def to_datetime(of: Value) -> Value:
    """From text."""
    return wide_datetime(of) if isinstance(of, str) else of


def datetime_of_parts(of: Value, at: Value) -> Value:
    """From a date (and time) and a time."""
    if not isinstance(of, DATES) or not isinstance(at, TIMES):
        return None
    return datetime_of(day_number(of), nanos(at), at.tzinfo)


def duration(of: Value) -> Value:
    return wide_duration(of) if isinstance(of, str) else of


def years_and_months(start: Value, end: Value) -> Value:
    """The whole months between two dates."""
    if not isinstance(start, DATES) or not isinstance(end, DATES):
        return None
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearMonth(months)


def same(value: Value) -> Value:
    """The value itself."""
    return value


def to_number(of: Value, grouping: Value = None, decimal: Value = None) -> Value:
    """From text with a thousands separator (space, comma, point or null) and a decimal one (comma, point or null)."""
    if isinstance(of, Decimal):
        return of if grouping is None and decimal is None else None
    if not isinstance(of, str) or grouping not in (None, " ", ",", ".") or decimal not in (None, ",", "."):
        return None
    if grouping is not None and grouping == decimal:
        return None
    text = of.replace(str(grouping), "") if grouping else of
    text = text.replace(str(decimal), ".") if decimal else text
    return NUMBERS.create_decimal(text) if _NUMBER.fullmatch(text) else None


def to_string(of: Value) -> Value:
    """A string is itself, moments are ISO 8601, the rest is as FEEL writes it."""
    if of is None or isinstance(of, str):
        return of
    if isinstance(of, (*DATES, *TIMES, *DURATIONS, YearMonth)):
        return write_moment(of)
    text = literal(of, quoted_keys=False)
    return text if len(text) <= LONGEST_TEXT else None


def _near(of: Value) -> date | None:
    return near(day_number(of)) if isinstance(of, DATES) else None


def day_of_week(of: Value) -> Value:
    day = _near(of)
    return None if day is None else _DAYS[day.weekday()]


def month_of_year(of: Value) -> Value:
    day = _near(of)
    return None if day is None else _MONTHS[day.month - 1]


def day_of_year(of: Value) -> Value:
    day = _near(of)
    return None if day is None else Decimal(day.timetuple().tm_yday)


def week_of_year(of: Value) -> Value:
    """ISO 8601 weeks."""
    day = _near(of)
    return None if day is None else Decimal(day.isocalendar().week)


def last_day_of_month(of: Value) -> Value:
    day = _near(of)
    return None if day is None else Decimal(monthrange(day.year, day.month)[1])
