"""The values of FEEL, as Python holds them, and the two questions asked of them: equal, and less.

number: Decimal (34 digits, as DMN says); string: str; boolean: bool; null: None; date, time, date and time: of
`datetime`, with or without a zone; days and time duration: timedelta (what these cannot hold: engine.feel.far); years
and months duration: `YearMonth`; range: `Interval`; function: `Function`; list: list; context: dict with str keys.

Answers are three-valued: True, False, or None where FEEL cannot know.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from types import NoneType
from typing import TypeAlias

from engine.feel.far import (
    DATETIMES,
    DURATIONS,
    FAR,
    TIMES,
    AnyDate,
    AnyDateTime,
    AnyDuration,
    AnyTime,
    FarDate,
    FarDateTime,
    FineTime,
    LongDuration,
    day_number,
    length,
    nanos,
)
from engine.feel.far import instant as far_instant
from engine.feel.types import Type

NUMBERS = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""The arithmetic of FEEL (IEEE 754 decimal128). Its methods raise ArithmeticError; callers answer null."""


@dataclass(frozen=True, slots=True, order=True)
class YearMonth:
    """A years and months duration, in months; negative when it leads backwards."""

    months: int

    @property
    def years(self) -> int:
        """Whole years, towards zero."""
        return abs(self.months) // 12 * (-1 if self.months < 0 else 1)


@dataclass(frozen=True, slots=True)
class Interval:
    """A range; an end that is None is open to infinity, an end that is not closed lies outside."""

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True


class Function(ABC):
    """A function that is a value: a built-in one, one written in FEEL, or one of the caller's (engine.feel.functions).

    `parameters` are names and types; `result` is the type of what it gives.
    """

    __slots__ = ("name", "parameters", "result")

    def __init__(self, parameters: tuple[tuple[str, Type], ...], result: Type, name: str = "") -> None:
        self.parameters, self.result, self.name = parameters, result, name

    @abstractmethod
    def call(self, values: Sequence[Value], names: Sequence[str] = ()) -> Value:
        """What the function gives for values in order, or by these names; null where they do not fit it."""


Value: TypeAlias = (
    "bool | Decimal | str | AnyDate | AnyTime | AnyDateTime | AnyDuration | YearMonth | Interval | Function"
    " | list[Value] | dict[str, Value] | None"
)

_KINDS: dict[type, str] = {
    NoneType: "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    datetime: "date and time",
    date: "date",
    time: "time",
    timedelta: "days and time duration",
    FarDateTime: "date and time",
    FarDate: "date",
    FineTime: "time",
    LongDuration: "days and time duration",
    YearMonth: "years and months duration",
    Interval: "range",
    Function: "function",
    list: "list",
    dict: "context",
}
_ORDERED = frozenset(_KINDS.values()) - {"null", "boolean", "range", "function", "list", "context"}
_UNCHANGED = frozenset({NoneType, bool, str, datetime, date, time, timedelta, YearMonth, Interval, *FAR})


def kind(value: object) -> str:
    """The FEEL name of the value's type; "" for what is no FEEL value. A subclass counts as its base."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    return next((name for base, name in _KINDS.items() if isinstance(value, base)), "")


def from_python(value: object) -> Value:
    """The FEEL value of what Python or JSON holds: int and float become Decimal (a float by its shortest spelling),
    tuples and sets become lists, mappings become dicts with str keys, members included. What is no FEEL value
    (and nan, infinity, a number over 34 digits' range) becomes null.
    """
    of = type(value)
    if of in _UNCHANGED:
        return value  # type: ignore[return-value] # -- its type is one of those
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {str(key): from_python(member) for key, member in value.items()}
    if isinstance(value, list | tuple | Set):
        return [from_python(member) for member in value]
    if isinstance(value, date | time | timedelta | Function):
        return value
    return None


def _number(value: int | float | Decimal) -> Value:
    if isinstance(value, int):
        value = int(value)
        if value.bit_length() < 112:  # under 34 digits: nothing to round
            return Decimal(value)
    exact = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        return None
    try:
        return NUMBERS.plus(exact)
    except ArithmeticError:
        return None


def equal(left: object, right: object) -> bool | None:
    """Whether two values are equal; null equals only null; values of different kinds cannot be compared (None)."""
    if type(left) is str and type(right) is str:
        return left == right
    if type(left) is Decimal and type(right) is Decimal:
        return left == right
    if left is None or right is None:
        return left is right
    if kind(left) != kind(right):
        return None
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(a, b) is True for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) is True for key in left)
    if isinstance(left, Interval) and isinstance(right, Interval):
        return (left.low_closed, left.high_closed) == (right.low_closed, right.high_closed) and (
            equal(left.low, right.low) is True and equal(left.high, right.high) is True
        )
    if _mixes_zones(left, right):
        return None
    first, second = _comparable(left, right)
    return bool(first == second)


def less(left: object, right: object, *, or_equal: bool = False) -> bool | None:
    """Whether left comes before right; None for different kinds, kinds without an order, and zone against no zone."""
    if type(left) is Decimal and type(right) is Decimal:
        return left <= right if or_equal else left < right
    of = kind(left)
    if of not in _ORDERED or of != kind(right) or _mixes_zones(left, right):
        return None
    first, second = _comparable(left, right)
    return bool(first <= second if or_equal else first < second)  # type: ignore[operator] # -- of one ordered kind


def _mixes_zones(left: object, right: object) -> bool:
    """Whether only one of two times or dates and times has a zone, or times have zones whose offsets differ with the
    day.
    """
    if not isinstance(left, _CLOCKED) or not isinstance(right, _CLOCKED):
        return False
    if left.tzinfo is None or right.tzinfo is None:
        return left.tzinfo is not right.tzinfo
    if isinstance(left, TIMES) and isinstance(right, TIMES):
        return left.tzinfo != right.tzinfo and None in (_shift(left), _shift(right))
    return False


_CLOCKED = (*TIMES, *DATETIMES)


def _shift(value: AnyTime) -> int | None:
    found = value.utcoffset() if isinstance(value, time) else time(tzinfo=value.tzinfo).utcoffset()
    return None if found is None else length(found)


def _comparable(left: object, right: object) -> tuple[object, object]:
    if isinstance(left, FAR) or isinstance(right, FAR):
        return far_point(left), far_point(right)
    return instant(left), instant(right)


def far_point(value: object) -> int:
    """A number that orders dates, times, dates and times, and days and time durations of whatever size."""
    if isinstance(value, DATETIMES):
        return far_instant(value)
    if isinstance(value, TIMES):
        return nanos(value) - (_shift(value) or 0)
    if isinstance(value, DURATIONS):
        return length(value)
    return day_number(value)  # type: ignore[arg-type] # -- only dates are left


def instant(value: object) -> object:
    """The value itself, or for a date and time with a zone the same instant in UTC.

    Python compares two times of one zone by their wall clocks, which is wrong in the hour a summer time ends.
    """
    if isinstance(value, datetime) and value.tzinfo is not None:
        try:
            return value.astimezone(UTC)
        except OverflowError:
            return value
    return value


def inside(value: object, interval: Interval) -> bool | None:
    """Whether a value lies in a range."""
    low: bool | None = True
    high: bool | None = True
    if interval.low is not None:
        low = less(interval.low, value, or_equal=interval.low_closed)
    if interval.high is not None:
        high = less(value, interval.high, or_equal=interval.high_closed)
    if low is False or high is False:
        return False
    return None if low is None or high is None else True


def negation(value: object) -> bool | None:
    """Three-valued not."""
    return not value if isinstance(value, bool) else None


def conjunction(values: list[Value]) -> bool | None:
    """Three-valued and: false wins, then unknown."""
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else None


def disjunction(values: list[Value]) -> bool | None:
    """Three-valued or: true wins, then unknown."""
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else None


def hashable(value: object) -> object:
    """A key that is the same for equal values and differs for others."""
    if isinstance(value, list):
        return ("list", tuple(hashable(member) for member in value))
    if isinstance(value, dict):
        return ("context", frozenset((key, hashable(member)) for key, member in value.items()))
    if isinstance(value, Interval):
        return ("range", hashable(value.low), hashable(value.high), value.low_closed, value.high_closed)
    return (kind(value), instant(value))
