"""Where an expression finds its names while it is evaluated, and how much work it may still do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.feel.values import Value, from_python

STEPS = 1_000_000
"""Work one evaluation may do: parts evaluated in loops, members and letters passed to functions. About a second,
a few where roots and patterns are worked out again and again."""


class Exhausted(Exception):
    """The expression does more work than one evaluation may; its value is null."""


class Scope:
    """Names bound here, and those bound further out. The outermost holds the caller's mapping, converted as read, and
    `now`, when the caller said what time it is.
    """

    __slots__ = ("left", "names", "now", "outer", "root")

    def __init__(
        self, names: Mapping[str, object], outer: Scope | None = None, now: datetime | None = None
    ) -> None:
        self.names = names
        self.outer = outer
        if outer is None:
            self.root = self
            self.left = STEPS
            if now is not None:
                self.now = now
        else:
            self.root = outer.root

    def find(self, name: str) -> Value:
        """The value of a name, innermost first; null where it is not bound."""
        scope: Scope = self
        while scope.outer is not None:
            if name in scope.names:
                return scope.names[name]  # type: ignore[return-value] # -- inner names are bound to values
            scope = scope.outer
        value = scope.names.get(name)
        return value if type(value) is str else self._taken(value)

    def find_path(self, path: tuple[str, ...]) -> tuple[Value, int]:
        """The value at the longest part of a path that leads through contexts, and how many steps that were.

        Spares converting a whole context of the caller for one member of it.
        """
        scope: Scope = self
        while scope.outer is not None:
            if path[0] in scope.names:
                return scope.names[path[0]], 1  # type: ignore[return-value] # -- as in find
            scope = scope.outer
        value = scope.names.get(path[0])
        for step, name in enumerate(path[1:], 1):
            if type(value) is not dict and not isinstance(value, Mapping):
                return self._taken(value), step
            value = value.get(name)
        return self._taken(value), len(path)

    def holds(self, name: str) -> bool:
        """Whether the name is bound at all, be it to null."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return True
            scope = scope.outer
        return False

    def spend(self, steps: int) -> None:
        """Count work; raises Exhausted when there was too much."""
        root = self.root
        root.left -= steps
        if root.left < 0:
            raise Exhausted

    def _taken(self, value: object) -> Value:
        taken = from_python(value)
        if isinstance(taken, list | dict):
            self.spend(weight(taken))
        return taken


def weight(value: object) -> int:
    """The size of a value: its members, all the way down, and its letters by sixteens. Stops counting at STEPS."""
    if isinstance(value, str):
        return 1 + len(value) // 16
    if not isinstance(value, list | dict):
        return 1
    total = 0
    waiting: list[object] = [value]
    while waiting and total <= STEPS:
        part = waiting.pop()
        if isinstance(part, list):
            total += 1
            waiting.extend(part)
        elif isinstance(part, dict):
            total += 1
            waiting.extend(part.values())
        else:
            total += 1 + (len(part) // 16 if isinstance(part, str) else 0)
    return total
