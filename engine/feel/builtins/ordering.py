"""Sorting, and what it means to be one and the same value."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cmp_to_key

from engine.feel.far import DATETIMES, TIMES, AnyDateTime, AnyTime, FarDateTime, day_number, nanos
from engine.feel.values import Function, Value, equal, kind, less


def same(first: Value, second: Value) -> Value:
    """The function called `is`: the same value in every part; two spellings of one instant in different zones are
    not, nor are values of different kinds.
    """
    if kind(first) != kind(second):
        return False
    if isinstance(first, _CLOCKED) and isinstance(second, _CLOCKED):
        return _wall(first) == _wall(second) and _zone(first) == _zone(second)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(same(a, b) is True for a, b in zip(first, second, strict=True))
    return first is second if isinstance(first, Function) else equal(first, second) is True


_CLOCKED = (*TIMES, *DATETIMES)


def _wall(moment: AnyTime | AnyDateTime) -> tuple[int, int]:
    return (day_number(moment) if isinstance(moment, datetime | FarDateTime) else 0), nanos(moment)


def _zone(moment: AnyTime | AnyDateTime) -> object:
    zone = moment.tzinfo
    return zone.utcoffset(None) if isinstance(zone, timezone) else zone


def sort(items: list[Value], precedes: Value = None) -> Value:
    """By a function that says whether one comes before another, else ascending in the order the members' kind has;
    null when they cannot be compared.
    """
    if not isinstance(precedes, Function):
        if any(less(items[0], item) is None for item in items):
            return None
        return sorted(items, key=cmp_to_key(lambda a, b: -1 if less(a, b) else 1 if less(b, a) else 0))
    return _merged(items, precedes)


def _merged(items: list[Value], precedes: Function) -> list[Value] | None:
    """Merge sort: members that neither precede the other keep their order."""
    if len(items) < 2:
        return items
    middle = len(items) // 2
    left, right = _merged(items[:middle], precedes), _merged(items[middle:], precedes)
    if left is None or right is None:
        return None
    merged: list[Value] = []
    first = second = 0
    while first < len(left) and second < len(right):
        ahead = precedes.call([right[second], left[first]])
        if not isinstance(ahead, bool):
            return None
        merged.append(right[second] if ahead else left[first])
        first, second = (first, second + 1) if ahead else (first + 1, second)
    return [*merged, *left[first:], *right[second:]]
