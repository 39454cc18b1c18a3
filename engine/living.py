"""The instances of a walk, as they live and end: a tree, without a database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.graph import Clock, Graph, Repeat
from engine.rounds import Plan
from engine.timers import Strike


@dataclass(slots=True)
class Stay:
    """One stay at a place whose work children do: the rounds begun so far, by their state."""

    repeat: Repeat | None
    made: Plan
    states: list[str] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Living:
    """One instance in play. `node` is the place or event of `parent` it belongs to, `visit` which stay there; `stays`
    the places whose work its children do, `visits` how many there were, `past` the children that have ended and can
    still undo what they did, `before` what one knew before it did."""

    graph: Graph
    variables: dict[str, Any]
    part: str = ""
    parent: Living | None = None
    node: str = ""
    number: int = 0
    state: str = ""
    clocks: dict[str, tuple[Clock, Strike]] = field(default_factory=dict)
    children: list[Living] = field(default_factory=list)
    stays: dict[str, Stay] = field(default_factory=dict)
    past: list[Living] = field(default_factory=list)
    undoes: bool = False
    before: dict[str, Any] | None = None
    visit: int = 0
    visits: dict[str, int] = field(default_factory=dict)
    cancelled: bool = False

    @property
    def final(self) -> bool:
        return bool(self.state) and self.graph.states[self.state].final

    def everyone(self) -> Iterator[Living]:
        yield self
        for child in self.children:
            yield from child.everyone()
