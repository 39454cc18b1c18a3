"""A step under way: which tokens are moving, which wait, and what they passed."""

from __future__ import annotations

from collections.abc import Iterable

from engine.bpmn.model import Node

MOST_TOKENS = 3
LEAVES = ">"
"""In place of a flow: the token is at the node and leaves it."""
JOINED = "+"
"""In a trail: here tokens were joined."""
LISTENS = "!"
"""After a scope's id: the host of what its event sub-processes listen for, as long as none of them took over."""
PART = "#"
"""Between the id of an event that needs several things to have come and the number of one of them, from 1."""
UNDOES = "<"
"""After an activity's id: the place where a token waits until its child instances have undone what they did."""
ITSELF = "<<"
"""After the id of a round, or of a branch's event: the place where that instance undoes what it did itself."""
CANCELS = "<>"
"""After a transaction's id: the place where a token waits until the rounds of a cancelled stay have undone what they
did; then it is left by its cancel event."""


class Fault(Exception):
    """A step that cannot be followed: `code` and the node it is about."""

    def __init__(self, code: str, node: Node, run: Run) -> None:
        super().__init__(code)
        self.code, self.node, self.path = code, node, tuple(run.path)


class Run:
    """A step under way. `pending` are tokens on the move: (flow, "" or LEAVES; node; flows passed since the wait).

    `begun` are the places and scopes that a token came to in this step.
    """

    __slots__ = ("arrived", "begun", "branches", "choices", "done", "ended", "faults", "open", "passed", "path",
                 "pending", "places", "sent", "stages", "thrown", "trails", "undone")

    def __init__(
        self, places: Iterable[str] = (), scopes: Iterable[str] = (), done: Iterable[str] = (),
        arrived: Iterable[str] = (),
    ) -> None:
        self.places = set(places)
        self.open = set(scopes)
        self.done = list(done)
        self.arrived = set(arrived)
        self.pending: list[tuple[str, Node, tuple[str, ...]]] = []
        self.choices: dict[str, tuple[str, ...]] = {}
        self.path: list[str] = []
        self.stages: list[str] = []
        self.thrown: list[str] = []
        self.sent: list[str] = []
        self.branches: list[str] = []
        self.begun: set[str] = set()
        self.passed: set[str] = set()
        self.trails: dict[str, tuple[str, ...]] = {}
        self.faults: list[tuple[str, Node]] = []
        self.ended = ""
        self.undone = False  # nothing of what was done is left to compensate: it was cancelled, or undone

    def copy(self) -> Run:
        other = Run(self.places, self.open, self.done, self.arrived)
        other.pending, other.choices, other.path = self.pending[:], dict(self.choices), self.path[:]
        other.stages, other.thrown, other.sent = self.stages[:], self.thrown[:], self.sent[:]
        other.branches, other.begun, other.passed = self.branches[:], set(self.begun), set(self.passed)
        other.trails, other.faults, other.ended = dict(self.trails), self.faults[:], self.ended
        other.undone = self.undone
        return other

    def put(self, place: str, node: Node) -> None:
        """A token waits here. A second one in the same place is a fault that is remembered, and followed."""
        number = 1
        while (name := place if number == 1 else f"{place}*{number}") in self.places:
            number += 1
        enough = node.start_quantity if place in node.incoming else 1
        if number > enough:
            self.faults.append(("tokens.two_in_one_place", node))
        if number > max(MOST_TOKENS, enough):
            raise Fault("tokens.two_in_one_place", node, self)
        self.places.add(name)
        self.begun.add(name)

    def take(self, place: str) -> str:
        """One token is taken from here; answers the name of its place."""
        name = max((one for one in self.places if bare(one) == place), key=len)
        self.places.remove(name)
        return name

    def holds(self, place: str) -> bool:
        return place in self.places


def event_of(name: str) -> str:
    """The id of the event that is named, or that a part of it is named of."""
    return name.partition(PART)[0]


def bare(place: str) -> str:
    """The element of a place: a second token in A stands in the place "A*2"."""
    return place.partition("*")[0] if "*" in place else place


def undone_at(place: str) -> str:
    """The activity, or event of a branch, whose instances undo what they did while a token is here; "" at any other."""
    name, mark, _ = place.partition(UNDOES)
    return name if mark else ""


def turns(flow: str, trail: tuple[str, ...]) -> bool:
    """Whether the token turns round for ever. Behind a join it may come by twice, and wait there the second time."""
    if flow not in trail:
        return False
    return JOINED not in trail[trail.index(flow):] or trail.count(flow) > 1
