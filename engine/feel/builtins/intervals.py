"""Built-in functions that compare points and ranges (DMN 1.5, 10.3.4.10, table 78).

A range without an end on one side reaches to infinity there. Values that cannot be compared give null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from engine.feel.values import Interval, Value, conjunction, disjunction, equal, less

Answer: TypeAlias = bool | None


def _ends_before(first: Interval, second: Interval, *, touching: bool) -> Answer:
    """Whether the one ends before the other starts; when both hold the point they share, only if `touching`."""
    if first.high is None or second.low is None:
        return False
    both = first.high_closed and second.low_closed
    shares = conjunction([equal(first.high, second.low), not both or touching])
    return disjunction([less(first.high, second.low), shares])


def _starts_no_later(first: Interval, second: Interval) -> Answer:
    """Whether every point before the start of the one is before the start of the other."""
    if first.low is None or second.low is None:
        return first.low is None
    same = conjunction([equal(first.low, second.low), first.low_closed or not second.low_closed])
    return disjunction([less(first.low, second.low), same])


def _ends_no_later(first: Interval, second: Interval) -> Answer:
    if first.high is None or second.high is None:
        return second.high is None
    same = conjunction([equal(first.high, second.high), not first.high_closed or second.high_closed])
    return disjunction([less(first.high, second.high), same])


def _same_start(first: Interval, second: Interval) -> Answer:
    if first.low is None or second.low is None:
        return first.low is second.low
    return conjunction([equal(first.low, second.low), first.low_closed == second.low_closed])


def _same_end(first: Interval, second: Interval) -> Answer:
    if first.high is None or second.high is None:
        return first.high is second.high
    return conjunction([equal(first.high, second.high), first.high_closed == second.high_closed])


def _not(answer: Answer) -> Answer:
    return None if answer is None else not answer


def _point(value: Value) -> Interval:
    return Interval(value, value)


def before(first: Interval, second: Interval) -> Answer:
    return _ends_before(first, second, touching=False)


def after(first: Interval, second: Interval) -> Answer:
    return before(second, first)


def meets(first: Interval, second: Interval) -> Answer:
    if first.high is None or second.low is None:
        return False
    return conjunction([equal(first.high, second.low), first.high_closed and second.low_closed])


def met_by(first: Interval, second: Interval) -> Answer:
    return meets(second, first)


def overlaps(first: Interval, second: Interval) -> Answer:
    return conjunction([_not(before(first, second)), _not(before(second, first))])


def overlaps_before(first: Interval, second: Interval) -> Answer:
    """The one begins first, reaches into the other and does not outlast it."""
    earlier = conjunction([_starts_no_later(first, second), _not(_starts_no_later(second, first))])
    return conjunction([earlier, _not(before(first, second)), _ends_no_later(first, second)])


def overlaps_after(first: Interval, second: Interval) -> Answer:
    return overlaps_before(second, first)


def finishes(first: Interval, second: Interval) -> Answer:
    return conjunction([_same_end(first, second), _starts_no_later(second, first)])


def finished_by(first: Interval, second: Interval) -> Answer:
    return finishes(second, first)


def includes(first: Interval, second: Interval) -> Answer:
    return conjunction([_starts_no_later(first, second), _ends_no_later(second, first)])


def during(first: Interval, second: Interval) -> Answer:
    return includes(second, first)


def starts(first: Interval, second: Interval) -> Answer:
    return conjunction([_same_start(first, second), _ends_no_later(first, second)])


def started_by(first: Interval, second: Interval) -> Answer:
    return starts(second, first)


def coincides(first: Interval, second: Interval) -> Answer:
    return conjunction([_same_start(first, second), _same_end(first, second)])


def finishes_at(point: Value, whole: Interval) -> Answer:
    """A point finishes the range whose last point it is."""
    return meets(_point(point), Interval(whole.high, whole.high, whole.high_closed, whole.high_closed))


def starts_at(point: Value, whole: Interval) -> Answer:
    """A point starts the range whose first point it is."""
    return meets(_point(point), Interval(whole.low, whole.low, whole.low_closed, whole.low_closed))


def of_ranges(compare: Callable[[Interval, Interval], Answer]) -> Callable[[Value, Value], Value]:
    """The function of two values that must be ranges; points may stand for themselves where `compare` takes them."""

    def run(first: Value, second: Value) -> Value:
        if not isinstance(first, Interval) or not isinstance(second, Interval):
            return None
        return compare(first, second)

    return run


def with_points(compare: Callable[[Interval, Interval], Answer], *ranges: int) -> Callable[[Value, Value], Value]:
    """The function of two values: a range at these places (0, 1), a point at the others."""

    def run(*values: Value) -> Value:
        sides = []
        for place, value in enumerate(values):
            if isinstance(value, Interval) != (place in ranges) or value is None:
                return None
            sides.append(value if isinstance(value, Interval) else _point(value))
        return compare(sides[0], sides[1])

    return run


def reversed_sides(compare: Callable[[Value, Interval], Answer]) -> Callable[[Value, Value], Value]:
    """The function of a range and a point."""
    return lambda whole, point: compare(point, whole) if isinstance(whole, Interval) else None


def point_first(compare: Callable[[Value, Interval], Answer]) -> Callable[[Value, Value], Value]:
    """The function of a point and a range."""
    return lambda point, whole: compare(point, whole) if isinstance(whole, Interval) else None
