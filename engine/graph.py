"""The machine a drawing compiles to, as data: states, transitions, and what each waiting node waits for.

A **state** is a set of waiting places together with the stage last reached. A **place** holds one token: a node that
waits (user task, automatic task, catch event, event gateway) or a flow into a parallel gateway that is not complete
yet. A **transition** is what one trigger does from one state along one set of choices: it says which places are left
and entered, which stages are passed and which escalations are thrown, and carries out nothing.

Triggers are "complete.<node>", "fire.<timer event>", "receive.<message event>" and "start".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine import feel
from engine.bpmn.model import Node, Process

Choice = tuple[str, tuple[str, ...]]
"""(gateway id, ids of the flows taken), one per gateway decided on the way."""


@dataclass(frozen=True, slots=True)
class State:
    """`name` is "<stage>/<place>+<place>", or "<stage>" when nothing waits: then it is final."""

    name: str
    stage: str
    places: frozenset[str]

    @property
    def final(self) -> bool:
        return not self.places


@dataclass(frozen=True, slots=True)
class Transition:
    """One step between two states. `path` lists the elements passed, in order, ids of flows included."""

    source: str
    trigger: str
    choices: tuple[Choice, ...]
    target: str
    path: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    thrown: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """A timer element: it is set when `host` starts to wait and cleared when `host` is left.

    `kind` is "date", "duration" or "cycle"; `host` the waiting place; `interrupting` False for a dashed circle.
    """

    node: str
    host: str
    kind: str
    expression: feel.Expression
    interrupting: bool
    boundary: bool


@dataclass(frozen=True, slots=True)
class Quorum:
    """A task that several people decide, one vote each, until `completion` is true or all have voted.

    `cardinality` gives how many vote at most. The names of BPMN 2.0.2 clause 10.3.8 are known in both:
    nrOfInstances, nrOfActiveInstances, nrOfCompletedInstances, nrOfTerminatedInstances; and `votes`, the list of the
    answers so far.
    """

    node: str
    cardinality: feel.Expression
    completion: feel.Expression | None
    sequential: bool


@dataclass(frozen=True)
class Graph:
    """A compiled process. The transitions of the start have the source "" and the trigger "start"."""

    process: Process
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]
    conditions: Mapping[str, feel.Expression]
    clocks: Mapping[str, tuple[Clock, ...]]
    quorums: Mapping[str, Quorum]
    names: frozenset[str] = field(default=frozenset())

    def node(self, place: str) -> Node | None:
        """The waiting node, None when the place is a flow."""
        return self.process.nodes.get(place)

    def role(self, node_id: str) -> str:
        """The role that may act on this element: its first candidate group, else its lane, else ""."""
        node = self.process.nodes[node_id]
        return node.roles[0] if node.roles else (node.lane or "")

    @cached_property
    def clock(self) -> Mapping[str, Clock]:
        """Every clock by the id of its timer element."""
        return {clock.node: clock for clocks in self.clocks.values() for clock in clocks}

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """The stages in the order in which a way through the drawing first reaches them."""
        seen: dict[str, None] = {}
        for transition in self.transitions:
            seen.update(dict.fromkeys(transition.stages))
        return tuple(seen)

    def ahead(self, state: str) -> frozenset[str]:
        """The places that can be entered, for the first time or again, once this state was left."""
        if (found := self._ahead.get(state)) is None:
            seen, edge = set[str](), [state]
            while edge:
                edge = [one.target for name in edge for one in self.leaving[name] if one.target not in seen]
                seen.update(edge)
            found = self._ahead[state] = frozenset(place for name in seen for place in self.states[name].places)
        return found

    @cached_property
    def _ahead(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Transition, ...]]:
        """The transitions by their source state."""
        found: dict[str, list[Transition]] = {name: [] for name in self.states}
        for transition in self.transitions:
            if transition.source:
                found[transition.source].append(transition)
        return {name: tuple(some) for name, some in found.items()}
