"""The machine a drawing compiles to, as data: states, transitions, and what each waiting node waits for.

A **state** is a set of waiting places together with the stage last reached. A **place** holds one token: a node that
waits (user task, automatic task, catch event, event gateway, activity done by child instances) or a flow into a join
that is not complete yet. A **transition** is what one trigger does from one state along one set of choices: it says
which places are left and entered, which stages are passed and what is thrown, and carries out nothing.

Triggers are "start" or "start.<start event>", "complete.<node>", "fire.<timer event>", "receive.<message, signal or
conditional event>", "error.<event>" and "escalate.<event>" (from work or a child instance), "begin.<activity>" (inside
an ad hoc sub-process), "undo" (to a machine that has ended), "undone.<activity>" and "cancel.<transaction>" (from its
child instances). Where an event needs several things to come, there is one for each, "<verb>.<event>#<number>".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine import feel
from engine.bpmn.model import Node, Process
from engine.errors import Problem
from engine.net import Net, Root, has
from engine.run import undone_at

Choice = tuple[str, tuple[str, ...]]
"""(gateway id, ids of the flows taken), one per gateway decided on the way."""


@dataclass(frozen=True, slots=True)
class State:
    """`name` is "<stage>/<place>+<place>", or "<stage>" when nothing waits: then it is final.

    `done` are the completed activities that can still be compensated, the oldest first ("…~<activity>" in the name); in
    a final state what a child instance can still undo. In the place "<activity><" a token waits until the children of
    that activity have undone what they did ("<transaction><>" when it was cancelled); "<root><", of a round or branch
    "<root><<", stands in a machine that undoes what it did itself.
    `arrived` are the things that have come for events that need several ("…^<event>#<number>").
    A second token in A, which no sound drawing allows, waits in the place "A*2".
    """

    name: str
    stage: str
    places: frozenset[str]
    done: tuple[str, ...] = ()
    arrived: frozenset[str] = frozenset()

    @property
    def final(self) -> bool:
        return not self.places


@dataclass(frozen=True, slots=True)
class Transition:
    """One step between two states. `path` lists the elements passed, in order, ids of flows included.

    `entered` and `left` hold places, sub-processes, "<scope>!" for what the event sub-processes of a scope listen for,
    and "<event>#<number>" for each thing that an event which needs several still waits for. `thrown` are escalations
    that nothing catches, `sent` the events that throw a message or signal, `branches` the dashed events whose branch
    begins as a child instance.
    """

    source: str
    trigger: str
    choices: tuple[Choice, ...]
    target: str
    path: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    thrown: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Catch:
    """An element that listens while its `host` (a place, a scope, or "<scope>!") is waited at.

    `kind` is "message" or "signal", with the name in `ref` and for messages the value of `key` as correlation key; or
    "conditional", which happens when `condition` becomes true.
    """

    node: str
    host: str
    kind: str
    ref: str
    key: feel.Expression | None
    condition: feel.Expression | None
    interrupting: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """An activity that child instances do several times, one after the other or at once (BPMN 2.0.2 clause 13.3.6).

    `count` or `items` says how often; `element` names the item at hand. `until` ends it early; `again` (a standard
    loop) asks after each round, before the first too when `before`. `results` gathers `result` of each round.
    """

    node: str
    sequential: bool
    count: feel.Expression | None = None
    items: feel.Expression | None = None
    element: str | None = None
    until: feel.Expression | None = None
    again: feel.Expression | None = None
    before: bool = False
    results: str | None = None
    result: feel.Expression | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call activity: `called` gives the key of the process; `binding` and `version` say which version of it."""

    node: str
    called: feel.Expression
    binding: str = "latest"
    version: str | None = None


Mappings = Mapping[str, tuple[tuple[str, feel.Expression], ...]]
"""{node: ((name, expression), ...)}; the name "*" stands for all variables."""


@dataclass(frozen=True)
class Graph:
    """A compiled process, or a part of one that runs as a child instance.

    `process` has the nodes of all scopes. The transitions of the start have the source "". `parts` are the machines of
    the child instances, by the node they are rooted at, those of children's children included. `faults` are what makes
    the graph unsound and was found while exploring it, `told` what is wrong beside it and does not keep it from being
    played. `dues` and `follow_ups` are the dates, `priorities` the numbers that tasks name themselves.
    """

    process: Process
    net: Net
    root: Root
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]
    conditions: Mapping[str, feel.Expression]
    clocks: Mapping[str, tuple[Clock, ...]]
    quorums: Mapping[str, Quorum]
    names: frozenset[str] = frozenset()
    catches: Mapping[str, tuple[Catch, ...]] = field(default_factory=dict)
    repeats: Mapping[str, Repeat] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    inputs: Mappings = field(default_factory=dict)
    outputs: Mappings = field(default_factory=dict)
    parts: Mapping[str, Graph] = field(default_factory=dict, repr=False)
    faults: tuple[Problem, ...] = ()
    opaque: frozenset[str] = frozenset()
    told: tuple[Problem, ...] = ()
    dues: Mapping[str, Clock] = field(default_factory=dict)
    follow_ups: Mapping[str, Clock] = field(default_factory=dict)
    priorities: Mapping[str, feel.Expression] = field(default_factory=dict)

    def node(self, place: str) -> Node | None:
        """The waiting node, None when the place is a flow or no place but a scope."""
        return self.process.nodes.get(place)

    def spawns(self, place: str) -> bool:
        """Whether the work at this place is done by child instances."""
        return place in self.net.children and (place != self.root.id or place in self.calls)

    def undoes(self, place: str) -> bool:
        """Whether at this place a token waits for child instances to undo what they did."""
        return bool(undone_at(place)) and place != self.own

    @cached_property
    def own(self) -> str:
        """The place where a token waits until this machine has undone what it did itself; "" where it never does."""
        return self.net.own(self.root)

    def cancels(self, step: Transition) -> bool:
        """Whether with this step the transaction that this machine runs was cancelled."""
        if self.root.id not in self.net.cancelling or not self.states[step.target].final:
            return False
        passed = [node for name in step.path if (node := self.net.nodes.get(name)) is not None]
        return any(
            node.kind == "endEvent" and has(node, "cancel") and self.net.scope[node.id] == self.root.id
            for node in passed
        )

    def catcher(self, place: str, kind: str, code: str | None) -> str | None:
        """The trigger by which an error or escalation that came out of this place, or branch, is caught; else None."""
        found = self.net.catcher(place, kind, code, self.root)
        verb = {"error": "error", "escalation": "escalate"}[kind]
        return f"{verb}.{found.id}" if found is not None else None

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
