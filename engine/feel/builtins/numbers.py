"""Built-in functions over numbers. Wrong kinds and results out of bounds give null."""

from __future__ import annotations

from collections import Counter
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from engine.feel.far import DURATIONS, duration_of, length
from engine.feel.ranges import whole
from engine.feel.values import NUMBERS, Value, YearMonth

ZERO = Decimal(0)


def _rounded(number: Value, scale: Value, rounding: str) -> Value:
    places = int(scale) if isinstance(scale, Decimal) and abs(scale) < 10_000 else None
    if not isinstance(number, Decimal) or places is None or not -6111 <= places <= 6176:
        return None
    if -number.as_tuple().exponent <= places:  # type: ignore[operator] # -- of a finite number it is an int
        return number
    return number.quantize(Decimal(1).scaleb(-places), rounding=rounding, context=_WIDE)


_WIDE = NUMBERS.copy()
_WIDE.prec = 12_400


def floor(number: Value, scale: Value = ZERO) -> Value:
    return _rounded(number, scale, ROUND_FLOOR)


def ceiling(number: Value, scale: Value = ZERO) -> Value:
    return _rounded(number, scale, ROUND_CEILING)


def half_even(number: Value, scale: Value) -> Value:
    """The function called `decimal`."""
    return _rounded(number, scale, ROUND_HALF_EVEN)


def round_up(number: Value, scale: Value) -> Value:
    return _rounded(number, scale, ROUND_UP)


def round_down(number: Value, scale: Value) -> Value:
    return _rounded(number, scale, ROUND_DOWN)


def round_half_up(number: Value, scale: Value) -> Value:
    return _rounded(number, scale, ROUND_HALF_UP)


def round_half_down(number: Value, scale: Value) -> Value:
    return _rounded(number, scale, ROUND_HALF_DOWN)


def absolute(number: Value) -> Value:
    if isinstance(number, YearMonth):
        return YearMonth(abs(number.months))
    if isinstance(number, Decimal):
        return abs(number)
    return duration_of(abs(length(number))) if isinstance(number, DURATIONS) else None


def modulo(dividend: Value, divisor: Value) -> Value:
    """The sign is the divisor's (DMN: dividend - divisor * floor(dividend / divisor))."""
    if not isinstance(dividend, Decimal) or not isinstance(divisor, Decimal) or divisor == 0:
        return None
    rest = NUMBERS.remainder(dividend, divisor)
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


def square_root(number: Value) -> Value:
    return NUMBERS.sqrt(number) if isinstance(number, Decimal) and number >= 0 else None


def logarithm(number: Value) -> Value:
    """The natural one."""
    return NUMBERS.ln(number) if isinstance(number, Decimal) and number > 0 else None


def exponential(number: Value) -> Value:
    return NUMBERS.exp(number) if isinstance(number, Decimal) else None


def even(number: Value) -> Value:
    return None if (n := whole(number)) is None else n % 2 == 0


def odd(number: Value) -> Value:
    return None if (n := whole(number)) is None else n % 2 == 1


def _numbers(values: list[Value]) -> list[Decimal] | None:
    numbers = [value for value in values if isinstance(value, Decimal)]
    return numbers if numbers and len(numbers) == len(values) else None


def total(values: list[Value]) -> Value:
    """The function called `sum`; null for an empty list."""
    numbers = _numbers(values)
    if numbers is None:
        return None
    result = ZERO
    for number in numbers:
        result = NUMBERS.add(result, number)
    return result


def stddev(values: list[Value]) -> Value:
    """Of a sample: divided by one less than their number."""
    numbers, average = _numbers(values), mean(values)
    if numbers is None or not isinstance(average, Decimal) or len(numbers) < 2:
        return None
    squares = ZERO
    for number in numbers:
        distance = NUMBERS.subtract(number, average)
        squares = NUMBERS.add(squares, NUMBERS.multiply(distance, distance))
    return NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(numbers) - 1)))


def mean(values: list[Value]) -> Value:
    result = total(values)
    return NUMBERS.divide(result, Decimal(len(values))) if isinstance(result, Decimal) else None


def median(values: list[Value]) -> Value:
    numbers = sorted(_numbers(values) or [])
    if not numbers:
        return None
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return NUMBERS.divide(NUMBERS.add(numbers[middle - 1], numbers[middle]), Decimal(2))


def product(values: list[Value]) -> Value:
    numbers = _numbers(values)
    if numbers is None:
        return None
    result = Decimal(1)
    for number in numbers:
        result = NUMBERS.multiply(result, number)
    return result


def mode(values: list[Value]) -> Value:
    """The numbers that come most often, ascending; [] for none."""
    numbers = _numbers(values)
    if numbers is None:
        return [] if not values else None
    times = Counter(numbers)
    most = max(times.values())
    return [*sorted(number for number, count in times.items() if count == most)]
