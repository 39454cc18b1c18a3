"""The hit policies of decision tables (DMN 1.5, 8.2.10 and 8.2.11): from the rules that match to one value.

A hit is the tuple of a rule's results, one for each output.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from engine.feel.ranges import holds
from engine.feel.values import NUMBERS, Value, equal, less

Hit: TypeAlias = tuple[Value, ...]


def all_equal(hits: Sequence[Hit]) -> bool:
    """Whether every hit gives what the first gives."""
    return all(equal(list(one), list(hits[0])) is True for one in hits)


def by_priority(hits: Sequence[Hit], orders: Sequence[list[Value] | None]) -> list[Hit]:
    """The hits by the place of their results in the outputs' values, the first output first; rules keep their order
    where that does not tell. An output without values does not count, a result that is not among them comes last.
    """
    return sorted(hits, key=lambda hit: [_place(value, order) for value, order in zip(hit, orders, strict=True)])


def _place(value: Value, order: list[Value] | None) -> int:
    if order is None:
        return 0
    return next((place for place, one in enumerate(order) if holds(value, one) is True), len(order))


def aggregated(values: list[Value], how: str) -> Value:
    """SUM, MIN, MAX or COUNT of the results; null where they cannot be added or compared."""
    if how == "COUNT":
        return NUMBERS.create_decimal(len(values))
    if how == "SUM":
        return _sum(values)
    best = values[0]
    for value in values:
        before = less(value, best) if how == "MIN" else less(best, value)
        if before is None:
            return None
        best = value if before else best
    return best


def _sum(values: list[Value]) -> Value:
    total = NUMBERS.create_decimal(0)
    try:
        for value in values:
            if not isinstance(value, Decimal):
                return None
            total = NUMBERS.add(total, value)
    except ArithmeticError:
        return None
    return total
