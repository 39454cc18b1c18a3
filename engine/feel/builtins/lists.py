"""Built-in functions over lists and contexts. Wrong kinds give null."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key

from engine.feel.ranges import whole
from engine.feel.values import Value, conjunction, disjunction, equal, hashable, less

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


def insert_before(items: Value, position: Value, new: Value) -> Value:
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


def list_replace(items: Value, position: Value, new: Value) -> Value:
    """A number names the place; functions as matchers are not supported."""
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


def sort(items: Value) -> Value:
    """Ascending, in the order the members' kind has; null when they cannot be compared."""
    if not isinstance(items, list) or not items:
        return items if isinstance(items, list) else None
    if any(less(items[0], item) is None for item in items):
        return None
    return sorted(items, key=cmp_to_key(lambda a, b: -1 if less(a, b) else 1 if less(b, a) else 0))


def get_value(context: Value, key: Value) -> Value:
    """A key, or a list of keys that leads inwards."""
    keys = key if isinstance(key, list) else [key]
    for step in keys:
        if not isinstance(context, dict) or not isinstance(step, str):
            return None
        context = context.get(step)
    return context if keys else None


def get_entries(context: Value) -> Value:
    if not isinstance(context, dict):
        return None
    return [{"key": key, "value": value} for key, value in context.items()]


def to_context(entries: Value) -> Value:
    """From contexts with `key` and `value`; null when a key is missing or comes twice."""
    made: dict[str, Value] = {}
    for entry in entries if isinstance(entries, list) else [entries]:
        key = entry.get("key") if isinstance(entry, dict) and "value" in entry else None
        if not isinstance(entry, dict) or not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


def context_put(context: Value, key: Value, value: Value) -> Value:
    return {**context, key: value} if isinstance(context, dict) and isinstance(key, str) else None
