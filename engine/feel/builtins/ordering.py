"""Sorting, and what it means to be one and the same value."""

from __future__ import annotations

from datetime import datetime, time
from functools import cmp_to_key

from engine.feel.values import Function, Value, equal, kind, less


def same(first: Value, second: Value) -> Value:
    """The function called `is`: the same value in every part; two spellings of one instant in different zones are
    not, nor are values of different kinds.
    """
    if kind(first) != kind(second):
        return False
    if isinstance(first, datetime | time) and isinstance(second, datetime | time):
        return first.replace(tzinfo=None) == second.replace(tzinfo=None) and _zone(first) == _zone(second)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(same(a, b) is True for a, b in zip(first, second, strict=True))
    return first is second if isinstance(first, Function) else equal(first, second) is True


def _zone(moment: datetime | time) -> object:
    offset = moment.utcoffset()
    return offset if offset is not None else str(moment.tzinfo)


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
