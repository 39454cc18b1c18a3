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


def to_date(of: Value, month: Value = None, day: Value = None) -> Value:
    """From text, a date (and time), or year, month and day."""
    if isinstance(of, str):
        return read_date(of) if month is None and day is None else None
    if isinstance(of, datetime):
        return of.date()
    if isinstance(of, date):
        return of
    year, number, last = whole(of), whole(month), whole(day)
    if year is None or number is None or last is None:
        return None
    return date(year, number, last)


def to_time(of: Value, minute: Value = None, second: Value = None, offset: Value = None) -> Value:
    """From text, a date (and time), or hour, minute, second and the offset from UTC."""
    if isinstance(of, str):
        return read_time(of) if minute is None else None
    if isinstance(of, datetime):
        return of.timetz()
    if isinstance(of, date):
        return time(tzinfo=UTC)
    if isinstance(of, time):
        return of
    hour, minutes = whole(of), whole(minute)
    if hour is None or minutes is None or not isinstance(second, Decimal) or not isinstance(offset, timedelta | None):
        return None
    whole_second = int(second)
    micro = int((second - whole_second) * 1_000_000)
    return time(hour, minutes, whole_second, micro, tzinfo=None if offset is None else timezone(offset))


def date_and_time(of: Value, at: Value = None) -> Value:
    """From text, or from a date (and time) and a time."""
    if at is None:
        if isinstance(of, str):
            return read_datetime(of)
        return of if isinstance(of, datetime) else None
    if not isinstance(of, date) or not isinstance(at, time):
        return None
    return datetime.combine(of.date() if isinstance(of, datetime) else of, at)


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
