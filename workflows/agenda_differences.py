"""What differs between an agenda as it is and as somebody wishes it, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """What an agenda shall be: JSON values as in `settings.write`, and rows of {"on", "name"} as they were typed."""

    settings: Mapping[str, Any]
    day_type: str
    days: Sequence[Mapping[str, str]]


def differences(before: Wish, after: Wish) -> list[dict[str, Any]]:
    """Rows of {"path", "before", "after"}; None where one of them says nothing. Equal wishes differ in nothing.

    The paths are those of `settings.write`, then ("day_type",), and ("days", ISO date) with the day's name. A list,
    such as the levels of escalation, is one leaf.
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        {"path": list(path), "before": old.get(path), "after": new.get(path)}
        for path in dict.fromkeys([*old, *new]) if old.get(path) != new.get(path)
    ]


def _leaves(wish: Wish) -> Iterator[tuple[Path, Any]]:
    yield from _within(wish.settings, ())
    yield ("day_type",), wish.day_type
    for day in wish.days:
        yield ("days", day["on"]), day["name"]


def _within(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _within(part, (*path, str(key)))
    else:
        yield path, value
