"""What it means to lie in something, to be picked out of a list, and to be gone through by a loop."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from engine.feel.values import Interval, Value, disjunction, equal, inside

LONGEST_RANGE = 100_000
"""Members a range may have when a loop goes through it; a longer one is null."""


def whole(value: object) -> int | None:
    """A whole number of moderate size as int, else None."""
    if isinstance(value, Decimal) and abs(value) < 10**12 and value == value.to_integral_value():
        return int(value)
    return None


def holds(value: Value, test: Value) -> bool | None:
    """Whether `value in test` holds: equal to it, or to a member of a list, or within a range."""
    if isinstance(test, Interval):
        return inside(value, test)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test) is True:
            return True
        return disjunction([inside(value, t) if isinstance(t, Interval) else equal(value, t) is True for t in test])
    return equal(value, test)


def picked(items: list[Value], place: Value) -> Value:
    """The member at a place: 1 is the first, -1 the last; null outside."""
    index = whole(place)
    if index is None or index == 0 or abs(index) > len(items):
        return None
    return items[index - 1 if index > 0 else index]


def domain(value: Value) -> list[Value] | None:
    """What a loop goes through: a list's members, a range of whole numbers or dates, or the one value itself; None for
    null, and for a range of anything else or over LONGEST_RANGE members. A range written with two ends only
    (`for i in 3..1`) may go downwards.
    """
    if isinstance(value, Interval):
        return _numbers(value) or _dates(value)
    if value is None or isinstance(value, list):
        return value
    return [value]


def _numbers(interval: Interval) -> list[Value] | None:
    low, high = whole(interval.low), whole(interval.high)
    if low is None or high is None or abs(high - low) >= LONGEST_RANGE:
        return None
    return [Decimal(number) for number in _ends(low, high, interval)]


def _dates(interval: Interval) -> list[Value] | None:
    low, high = interval.low, interval.high
    if not isinstance(low, date) or not isinstance(high, date) or isinstance(low, datetime):
        return None
    days = (high - low).days if not isinstance(high, datetime) else LONGEST_RANGE
    if abs(days) >= LONGEST_RANGE:
        return None
    return [low + timedelta(days=day) for day in _ends(0, days, interval)]


def _ends(low: int, high: int, interval: Interval) -> range:
    step = 1 if low <= high else -1
    first = low if interval.low_closed else low + step
    return range(first, high + step if interval.high_closed else high, step)
