"""What other languages ask of texts, lists and contexts by one word: the value decides, any other gives null."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.builtins.lists import list_contains
from engine.feel.ranges import whole
from engine.feel.values import Value, equal


def size_of(value: Value) -> Value:
    """A text's letters, a list's members, a context's entries."""
    return Decimal(len(value)) if isinstance(value, str | list | dict) else None


def entry_or_size(value: Value, key: str) -> Value:
    """`value.length`: a context's entry of that name; of a text or a list its size."""
    return value.get(key) if isinstance(value, dict) else size_of(value)


def holds_part(value: Value, part: Value) -> Value:
    """Whether a text holds a text, a list a member, a context a key."""
    if isinstance(value, list):
        return list_contains(value, part)
    if isinstance(value, str):
        return part in value if isinstance(part, str) else None
    return part in value if isinstance(value, dict) and isinstance(part, str) else None


def place_of(value: Value, part: Value) -> Value:
    """Where a text holds a text, a list a member: the first is 0, none -1."""
    if isinstance(value, list):
        return Decimal(next((place for place, one in enumerate(value) if equal(one, part) is True), -1))
    return Decimal(value.find(part)) if isinstance(value, str) and isinstance(part, str) else None


def letters(text: str, begin: Decimal, end: Decimal | None = None) -> Value:
    """The letters from a place, the first being 0, up to but without another place; null beyond the text."""
    first, last = whole(begin), len(text) if end is None else whole(end)
    return text[first:last] if first is not None and last is not None and 0 <= first <= last <= len(text) else None
