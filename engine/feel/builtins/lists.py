"""Built-in functions over lists. Wrong kinds give null."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.ranges import whole
from engine.feel.values import Function, Value, conjunction, disjunction, equal, hashable, less

LONGEST_LIST = 100_000
"""Members a list may reach by joining and flattening; beyond, the result is null."""


def list_contains(items: Value, element: Value) -> Value:
    return any(equal(item, element) is True for item in items) if isinstance(items, list) else None


def count(items: Value) -> Value:
    return Decimal(len(items)) if isinstance(items, list) else None


def _best(values: list[Value], *, largest: bool) -> Value:
    if not values:
        return None
    best = values[0]
    for value in values:
        ahead = less(best, value, or_equal=True) if largest else less(value, best, or_equal=True)
        if ahead is None:
            return None
        best = value if ahead else best
    return best


def smallest(values: list[Value]) -> Value:
    """The function called `min`."""
    return _best(values, largest=False)


def largest(values: list[Value]) -> Value:
    """The function called `max`."""
    return _best(values, largest=True)


def every(values: list[Value]) -> Value:
    """The function called `all`."""
    return conjunction(values)


def some(values: list[Value]) -> Value:
    """The function called `any`."""
    return disjunction(values)


def append(items: Value, *more: Value) -> Value:
    """A single value counts as a list of it."""
    if items is None:
        return None
    return [*(items if isinstance(items, list) else [items]), *more]


def concatenate(*lists: Value) -> Value:
    if any(part is None for part in lists):
        return None
    joined = [item for part in lists for item in (part if isinstance(part, list) else [part])]
    return joined if len(joined) <= LONGEST_LIST else None


def union(*lists: Value) -> Value:
    return distinct_values(concatenate(*lists))


def distinct_values(items: Value) -> Value:
    if not isinstance(items, list):
        return None
    first: dict[object, Value] = {}
    for item in items:
        first.setdefault(hashable(item), item)
    return list(first.values())


def insert_before(items: Value, position: Value, new: Value = None) -> Value:
    place = _place(items, position)
    if not isinstance(items, list) or place is None:
        return None
    return [*items[:place], new, *items[place:]]


def remove(items: Value, position: Value) -> Value:
    place = _place(items, position)
    if not isinstance(items, list) or place is None:
        return None
    return [*items[:place], *items[place + 1 :]]


def _place(items: Value, position: Value) -> int | None:
    """The index from 0 of a place counted from 1, or from -1 backwards; None outside."""
    place = whole(position)
    if not isinstance(items, list) or place is None or place == 0 or abs(place) > len(items):
        return None
    return place - 1 if place > 0 else len(items) + place


def list_replace(items: Value, position: Value, new: Value = None) -> Value:
    place = _place(items, position)
    if not isinstance(items, list) or place is None:
        return None
    return [*items[:place], new, *items[place + 1 :]]


def sublist(items: Value, start: Value, length: Value = None) -> Value:
    place = _place(items, start)
    if not isinstance(items, list) or place is None:
        return None
    if length is None:
        return items[place:]
    size = whole(length)
    return items[place : place + size] if size is not None and 0 <= size <= len(items) - place else None


def reverse(items: Value) -> Value:
    return items[::-1] if isinstance(items, list) else None


def index_of(items: Value, match: Value) -> Value:
    if not isinstance(items, list):
        return None
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match) is True]


def flatten(items: Value) -> Value:
    if not isinstance(items, list):
        return None
    flat: list[Value] = []
    waiting = items[::-1]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item[::-1])
        else:
            flat.append(item)
        if len(flat) > LONGEST_LIST:
            return None
    return flat


def list_replace_where(items: list[Value], match: Function, new: Value = None) -> Value:
    """The new value for each member that `match(member, new)` is true of; null when it is not true or false of one."""
    replaced: list[Value] = []
    for item in items:
        fits = match.call([item, new])
        if not isinstance(fits, bool):
            return None
        replaced.append(new if fits else item)
    return replaced


def is_empty(items: list[Value]) -> Value:
    return not items


def duplicate_values(items: list[Value]) -> Value:
    """The values that come more than once, each once."""
    seen: dict[object, tuple[Value, int]] = {}
    for item in items:
        value, times = seen.get(hashable(item), (item, 0))
        seen[hashable(item)] = value, times + 1
    return [value for value, times in seen.values() if times > 1]


def partition(items: list[Value], size: Value) -> Value:
    """Lists of so many members, the last with the rest."""
    width = whole(size)
    if width is None or width < 1:
        return None
    return [items[begin : begin + width] for begin in range(0, len(items), width)]
