"""Built-in functions over dates, times, durations, and the conversions. Wrong kinds and impossible dates give null."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from engine.feel.arithmetic import LONGEST_TEXT
from engine.feel.iso import read_date, read_datetime, read_duration, read_time, write_moment
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
        return read_date(of)
    return of.date() if isinstance(of, datetime) else of


def date_of(year: Value, month: Value, day: Value) -> Value:
    first, second, third = whole(year), whole(month), whole(day)
    return None if first is None or second is None or third is None else date(first, second, third)


def to_time(of: Value) -> Value:
    """From text, a date (then its midnight in UTC), a time, or a date and time."""
    if isinstance(of, str):
        return read_time(of)
    if isinstance(of, datetime):
        return of.timetz()
    return time(tzinfo=UTC) if isinstance(of, date) else of


def time_of(hour: Value, minute: Value, second: Value, offset: Value = None) -> Value:
    """From the parts and the offset from UTC."""
    hours, minutes = whole(hour), whole(minute)
    if hours is None or minutes is None or not isinstance(second, Decimal) or not isinstance(offset, timedelta | None):
        return None
    seconds = int(second)
    micro = int((second - seconds) * 1_000_000)
    return time(hours, minutes, seconds, micro, tzinfo=None if offset is None else timezone(offset))


def to_datetime(of: Value) -> Value:
    """From text."""
    return read_datetime(of) if isinstance(of, str) else of


def datetime_of(of: Value, at: Value) -> Value:
    """From a date (and time) and a time."""
    if not isinstance(of, date) or not isinstance(at, time):
        return None
    return datetime.combine(of.date() if isinstance(of, datetime) else of, at)


def same(value: Value) -> Value:
    """The value itself."""
    return value


def duration(of: Value) -> Value:
    if isinstance(of, str):
        return read_duration(of)
    return of if isinstance(of, timedelta | YearMonth) else None


def years_and_months(start: Value, end: Value) -> Value:
    """The whole months between two dates."""
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearMonth(months)


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
    if isinstance(of, date | time | timedelta | YearMonth):
        return write_moment(of)
    text = literal(of)
    return text if len(text) <= LONGEST_TEXT else None


def day_of_week(of: Value) -> Value:
    return _DAYS[of.weekday()] if isinstance(of, date) else None


def month_of_year(of: Value) -> Value:
    return _MONTHS[of.month - 1] if isinstance(of, date) else None


def day_of_year(of: Value) -> Value:
    return Decimal(of.timetuple().tm_yday) if isinstance(of, date) else None


def week_of_year(of: Value) -> Value:
    """ISO 8601 weeks."""
    return Decimal(of.isocalendar().week) if isinstance(of, date) else None


def last_day_of_month(of: Value) -> Value:
    if not isinstance(of, date):
        return None
    following = date(of.year + of.month // 12, of.month % 12 + 1, 1) if (of.year, of.month) != (9999, 12) else None
    return Decimal((following - timedelta(days=1)).day) if following else Decimal(31)
