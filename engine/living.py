"""The instances of a walk, as they live and end: a tree, without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.graph import Clock, Graph, Repeat, Transition
from engine.net import parts
from engine.rounds import Plan
from engine.run import CANCELS, UNDOES, event_of, undone_at
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

    def signals(self, step: Transition) -> list[str]:
        """The names of the signals that this step throws."""
        return [
            part.ref for element in step.sent for part in parts(self.graph.process.nodes[element].event)
            if part.kind == "signal" and part.ref is not None
        ]

    def hears(self, signal: str) -> Callable[[str], bool]:
        """Tells of a trigger whether it is the coming of this signal."""
        def fits(trigger: str) -> bool:
            verb, _, name = trigger.partition(".")
            node = self.graph.process.nodes.get(event_of(name))
            return verb == "receive" and node is not None and any(
                part.kind == "signal" and part.ref == signal for part in parts(node.event)
            )

        return fits

    def lost(self, host: str, step: Transition) -> bool:
        """Whether it lives no longer, now that its parent has left the host with this step."""
        if self.part in step.branches:
            return False
        undone = undone_at(host)
        return self.node == (undone or host) and step.trigger != f"undone.{undone}"

    def undone_in(self, activity: str) -> str:
        """The place at which the children of this activity undo what they did."""
        cancelled = activity + CANCELS
        return cancelled if cancelled in self.graph.states[self.state].places else activity + UNDOES

    def everyone(self) -> Iterator[Living]:
        yield self
        for child in self.children:
            yield from child.everyone()
