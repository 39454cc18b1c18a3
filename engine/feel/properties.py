"""What stands behind a dot: a context's entry, or a property of a moment, a duration or a range."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

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

    def read(value: timedelta) -> Value:
        seconds = abs(value) // timedelta(seconds=1)
        part = seconds // divide % modulo if modulo else seconds // divide
        return Decimal(-part if value < timedelta() else part)

    return read


def _zone(value: time | datetime) -> Value:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


_DATE: dict[str, Callable[[Any], Value]] = {
    "year": _number(lambda value: value.year),
    "month": _number(lambda value: value.month),
    "day": _number(lambda value: value.day),
    "weekday": _number(date.isoweekday),
}
_TIME: dict[str, Callable[[Any], Value]] = {
    "hour": _number(lambda value: value.hour),
    "minute": _number(lambda value: value.minute),
    "second": _number(lambda value: value.second),
    "time offset": lambda value: value.utcoffset(),
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
