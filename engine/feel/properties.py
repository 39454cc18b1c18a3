"""What stands behind a dot: a context's entry, or a property of a moment, a duration or a range."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel.far import (
    AnyDateTime,
    AnyDuration,
    AnyTime,
    FarDateTime,
    day_number,
    duration_of,
    length,
    nanos,
    offset,
)
from engine.feel.values import Interval, Value, YearMonth, kind


def member(value: Value, name: str) -> Value:
    """The entry or property; null where there is none; of a list, the list of its members' ones."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        return [member(part, name) for part in value]
    read = _PROPERTIES.get(kind(value), {}).get(name)
    return None if read is None else read(value)


def _number(read: Callable[[Any], int]) -> Callable[[Any], Value]:
    return lambda value: Decimal(read(value))


def _part(divide: int, modulo: int) -> Callable[[Any], Value]:
    """A part of a days and time duration, with the sign of the whole."""

    def read(value: AnyDuration) -> Value:
        seconds = abs(length(value)) // 10**9
        part = seconds // divide % modulo if modulo else seconds // divide
        return Decimal(-part if length(value) < 0 else part)

    return read


def _zone(value: AnyTime | AnyDateTime) -> Value:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _offset(value: AnyTime | AnyDateTime) -> Value:
    if isinstance(value, FarDateTime):
        shift = offset(value)
        return None if shift is None else duration_of(shift)
    return value.utcoffset() if isinstance(value, datetime | time) else time(tzinfo=value.tzinfo).utcoffset()


_DATE: dict[str, Callable[[Any], Value]] = {
    "year": _number(lambda value: value.year),
    "month": _number(lambda value: value.month),
    "day": _number(lambda value: value.day),
    "weekday": _number(lambda value: (day_number(value) - 1) % 7 + 1),
}
_TIME: dict[str, Callable[[Any], Value]] = {
    "hour": _number(lambda value: nanos(value) // (3600 * 10**9)),
    "minute": _number(lambda value: nanos(value) // (60 * 10**9) % 60),
    "second": _number(lambda value: nanos(value) // 10**9 % 60),
    "time offset": _offset,
    "timezone": _zone,
}


def _months(value: YearMonth) -> int:
    return value.months - value.years * 12


def _end(read: Callable[[Interval], Value]) -> Callable[[Any], Value]:
    return read


_PROPERTIES: dict[str, dict[str, Callable[[Any], Value]]] = {
    "date": _DATE,
    "time": _TIME,
    "date and time": _DATE | _TIME,
    "days and time duration": {
        "days": _part(86_400, 0),
        "hours": _part(3600, 24),
        "minutes": _part(60, 60),
        "seconds": _part(1, 60),
    },
    "years and months duration": {"years": _number(lambda value: value.years), "months": _number(_months)},
    "range": {
        "start": _end(lambda value: value.low),
        "end": _end(lambda value: value.high),
        "start included": _end(lambda value: value.low_closed),
        "end included": _end(lambda value: value.high_closed),
    },
}
