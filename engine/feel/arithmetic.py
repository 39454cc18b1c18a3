"""+ - * / ** and the unary minus, over numbers, strings, moments and durations (DMN 1.5, tables 45 to 51).

Kinds that do not go together, division by zero and results out of bounds are null.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal

from engine.feel.far import (
    DATES,
    DATETIMES,
    DAY,
    DURATIONS,
    TIMES,
    AnyDate,
    AnyDateTime,
    AnyDuration,
    AnyTime,
    date_of,
    datetime_of,
    day_number,
    duration_of,
    instant,
    length,
    moved,
    nanos,
    near,
    ordinal,
    time_of,
)
from engine.feel.values import NUMBERS, Value, YearMonth, far_point, kind, less

LONGEST_TEXT = 1_000_000
"""Letters a string may reach by joining; beyond, the result is null."""
_LARGEST_EXPONENT = 100_000
_DURATIONS = (*DURATIONS, YearMonth)
_MOMENTS = (*DATES, *TIMES)


def arithmetic(operator: str) -> Callable[[object, object], Value]:
    """The function of an operator; it never raises for any values."""
    run = _OPERATORS[operator]

    def guarded(left: object, right: object) -> Value:
        if left is None or right is None:
            return None
        try:
            return run(left, right)
        except (ArithmeticError, ValueError):  # division by zero, a date or a number out of bounds
            return None

    return guarded


def negative(value: object) -> Value:
    """The unary minus; null for what has no sign."""
    try:
        if isinstance(value, Decimal):
            return NUMBERS.minus(value)
        if isinstance(value, DURATIONS):
            return duration_of(-length(value))
    except ArithmeticError:
        return None
    return YearMonth(-value.months) if isinstance(value, YearMonth) else None


def _add(left: object, right: object) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return NUMBERS.add(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left + right if len(left) + len(right) <= LONGEST_TEXT else None
    if isinstance(left, YearMonth) and isinstance(right, YearMonth):
        return YearMonth(left.months + right.months)
    if isinstance(left, DURATIONS) and isinstance(right, DURATIONS):
        return duration_of(length(left) + length(right))
    if isinstance(left, _DURATIONS) and isinstance(right, _MOMENTS):
        left, right = right, left
    if isinstance(left, _MOMENTS) and isinstance(right, _DURATIONS):
        return later(left, right)
    return None


def _subtract(left: object, right: object) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return NUMBERS.subtract(left, right)
    if isinstance(right, _DURATIONS):
        return _add(left, negative(right)) if kind(left) != "string" else None
    if isinstance(left, DATES) and isinstance(right, DATES):
        return _between(left, right)
    if isinstance(left, TIMES) and isinstance(right, TIMES) and less(left, right) is not None:
        return duration_of(far_point(left) - far_point(right))
    return None


def later(start: AnyDate | AnyTime | AnyDateTime, by: AnyDuration | YearMonth) -> Value:
    """A moment moved by a duration. Months are counted on the calendar and end on its last day at most; hours are
    counted as they pass, so a change of summer time does not lengthen them. A date moves by whole days, a time goes
    round the clock. ArithmeticError or ValueError outside the years.
    """
    if isinstance(start, TIMES):
        return None if isinstance(by, YearMonth) else time_of(nanos(start) + length(by), start.tzinfo)
    if isinstance(by, YearMonth):
        year, month = divmod(start.year * 12 + start.month - 1 + by.months, 12)
        last = monthrange(near(ordinal(year, month + 1, 1)).year, month + 1)[1]
        number = ordinal(year, month + 1, min(start.day, last))
        return datetime_of(number, nanos(start), start.tzinfo) if isinstance(start, DATETIMES) else date_of(number)
    if isinstance(start, DATETIMES):
        return moved(start, length(by))
    return date_of(day_number(start) + length(by) // DAY)


def _between(left: AnyDate | AnyDateTime, right: AnyDate | AnyDateTime) -> Value:
    """Between a date and a date and time with a zone, the date counts as its midnight in UTC (DMN 1.5, 10.3.2.3.6)."""
    clocks = [value for value in (left, right) if isinstance(value, DATETIMES)]
    if len(clocks) == 2 and (clocks[0].tzinfo is None) != (clocks[1].tzinfo is None):
        return None
    first, second = (instant(v) if isinstance(v, DATETIMES) else day_number(v) * DAY for v in (left, right))
    return duration_of(first - second)


def _multiply(left: object, right: object) -> Value:
    if isinstance(left, _DURATIONS):
        left, right = right, left
    if not isinstance(left, Decimal):
        return None
    if isinstance(right, Decimal):
        return NUMBERS.multiply(left, right)
    if isinstance(right, YearMonth):
        return _months(NUMBERS.multiply(left, Decimal(right.months)))
    return _days(left, Decimal(1), right) if isinstance(right, DURATIONS) else None


def _divide(left: object, right: object) -> Value:
    if isinstance(right, Decimal):
        if isinstance(left, Decimal):
            return NUMBERS.divide(left, right)
        if isinstance(left, YearMonth):
            return _months(NUMBERS.divide(Decimal(left.months), right))
        return _days(Decimal(1), right, left) if isinstance(left, DURATIONS) else None
    if isinstance(left, YearMonth) and isinstance(right, YearMonth):
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    if isinstance(left, DURATIONS) and isinstance(right, DURATIONS):
        return NUMBERS.divide(Decimal(length(left)), Decimal(length(right)))
    return None


def _power(left: object, right: object) -> Value:
    """Anything to the power of 0 is 1, 0 too."""
    if isinstance(left, Decimal) and isinstance(right, Decimal) and abs(right) <= _LARGEST_EXPONENT:
        return NUMBERS.power(left, right) if right else Decimal(1)
    return None


def _months(value: Decimal) -> YearMonth | None:
    return YearMonth(int(value)) if abs(value) < 10**12 else None


def _days(times: Decimal, over: Decimal, unit: AnyDuration) -> Value:
    """A duration times one number over another; OverflowError beyond the years."""
    count = NUMBERS.divide(NUMBERS.multiply(times, Decimal(length(unit))), over)
    if abs(count) > 10**30:
        raise OverflowError(count)
    return duration_of(int(count))


_OPERATORS: dict[str, Callable[[object, object], Value]] = {
    "+": _add, "-": _subtract, "*": _multiply, "/": _divide, "**": _power,
}
