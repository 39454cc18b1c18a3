"""+ - * / ** and the unary minus, over numbers, strings, moments and durations (DMN 1.5, tables 45 to 51).

Kinds that do not go together, division by zero and results out of bounds are null.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, localcontext

from engine.feel.values import NUMBERS, Value, YearMonth, kind

LONGEST_TEXT = 1_000_000
"""Letters a string may reach by joining; beyond, the result is null."""
_LARGEST_EXPONENT = 100_000
_DURATIONS = (timedelta, YearMonth)


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
        if isinstance(value, timedelta):
            return -value
    except ArithmeticError:
        return None
    return YearMonth(-value.months) if isinstance(value, YearMonth) else None


def seconds(value: timedelta) -> Decimal:
    """A duration in seconds, exactly."""
    whole = value.days * 86_400 + value.seconds
    return NUMBERS.add(Decimal(whole), Decimal(value.microseconds).scaleb(-6))


def _add(left: object, right: object) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return NUMBERS.add(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left + right if len(left) + len(right) <= LONGEST_TEXT else None
    if isinstance(left, YearMonth) and isinstance(right, YearMonth):
        return YearMonth(left.months + right.months)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + right
    if isinstance(left, _DURATIONS) and isinstance(right, date | time):
        left, right = right, left
    if isinstance(left, date | time) and isinstance(right, _DURATIONS):
        return later(left, right)
    return None


def _subtract(left: object, right: object) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return NUMBERS.subtract(left, right)
    if isinstance(right, _DURATIONS):
        return _add(left, negative(right)) if kind(left) != "string" else None
    if isinstance(left, date) and isinstance(right, date):
        return _between(left, right)
    if isinstance(left, time) and isinstance(right, time) and (left.tzinfo is None) == (right.tzinfo is None):
        day = date(2000, 1, 1)
        return _since(datetime.combine(day, left), datetime.combine(day, right))
    return None


def later(start: date | time, length: timedelta | YearMonth) -> Value:
    """A moment moved by a duration. Months are counted on the calendar and end on its last day at most; hours are
    counted as they pass, so a change of summer time does not lengthen them. A date moves by whole days, a time goes
    round the clock. ArithmeticError or ValueError outside the years 1 to 9999.
    """
    if isinstance(start, time):
        if isinstance(length, YearMonth):
            return None
        turned = datetime.combine(date(2000, 1, 1), start.replace(tzinfo=None)) + length % timedelta(days=1)
        return turned.time().replace(tzinfo=start.tzinfo)
    if isinstance(length, YearMonth):
        months = start.year * 12 + start.month - 1 + length.months
        year, month = divmod(months, 12)
        if not 1 <= year <= 9999:
            return None
        return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))
    if isinstance(start, datetime):
        if start.tzinfo is None:
            return start + length
        return (start.astimezone(UTC) + length).astimezone(start.tzinfo)
    moved = datetime.combine(start, time()) + length
    return moved.date()


def _between(left: date, right: date) -> Value:
    """Between a date and a date and time with a zone, the date counts as its midnight in UTC (DMN 1.5, 10.3.2.3.6)."""
    first, second = (v if isinstance(v, datetime) else datetime.combine(v, time()) for v in (left, right))
    if not isinstance(left, datetime) and second.tzinfo is not None:
        first = first.replace(tzinfo=UTC)
    if not isinstance(right, datetime) and first.tzinfo is not None:
        second = second.replace(tzinfo=UTC)
    return _since(first, second)


def _since(left: datetime, right: datetime) -> Value:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    if left.tzinfo is not None and right.tzinfo is not None:
        return left.astimezone(UTC) - right.astimezone(UTC)
    return left - right


def _multiply(left: object, right: object) -> Value:
    if isinstance(left, _DURATIONS):
        left, right = right, left
    if not isinstance(left, Decimal):
        return None
    if isinstance(right, Decimal):
        return NUMBERS.multiply(left, right)
    if isinstance(right, YearMonth):
        return _months(NUMBERS.multiply(left, Decimal(right.months)))
    return _days(NUMBERS.multiply(left, seconds(right))) if isinstance(right, timedelta) else None


def _divide(left: object, right: object) -> Value:
    if isinstance(right, Decimal):
        if isinstance(left, Decimal):
            return NUMBERS.divide(left, right)
        if isinstance(left, YearMonth):
            return _months(NUMBERS.divide(Decimal(left.months), right))
        return _days(NUMBERS.divide(seconds(left), right)) if isinstance(left, timedelta) else None
    if isinstance(left, YearMonth) and isinstance(right, YearMonth):
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return NUMBERS.divide(seconds(left), seconds(right))
    return None


def _power(left: object, right: object) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal) and abs(right) <= _LARGEST_EXPONENT:
        return NUMBERS.power(left, right)
    return None


def _months(value: Decimal) -> YearMonth | None:
    return YearMonth(int(value)) if abs(value) < 10**12 else None


def _days(value: Decimal) -> timedelta:
    if abs(value) > timedelta.max.days * 86_400:
        raise OverflowError
    with localcontext(NUMBERS):
        return timedelta(microseconds=int(value * 1_000_000))


_OPERATORS: dict[str, Callable[[object, object], Value]] = {
    "+": _add, "-": _subtract, "*": _multiply, "/": _divide, "**": _power,
}
