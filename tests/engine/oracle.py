"""What a drawing can do, found by moving single tokens in every order: an oracle that knows nothing of the compiler.

It reads `engine.bpmn.model` only and follows BPMN 2.0.2 chapter 13 token by token. A marking is the set of places that
hold a token (flows, and nodes that wait) with the set of open scopes. Automatic moves are tried in every order; what
comes from outside (a task done, a clock, a message) happens only when nothing can move by itself, as in the engine.

It is plain and slow on purpose, and stops at two tokens in one place: there the drawing is unsafe, and nothing that is
said about what follows would mean anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from engine.bpmn.model import Node, Process
from tests.engine.oracle_plane import OUTSIDE, SUBS, WORK, Plane, definitions, is_a

MOST = 20_000
State = tuple[frozenset[str], frozenset[str]]
"""(places with a token, open scopes)."""


class TooMuch(Exception):
    """More markings than are worth trying."""


@dataclass
class Found:
    """What was found. `rests` are the markings in which nothing moves by itself; of them `stuck` never move again.

    `endless` are those from which neither an end nor such a marking can be reached. `spins` says that some tokens can
    turn round for ever without waiting.
    """

    rests: set[frozenset[str]] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    unsafe: set[str] = field(default_factory=set)
    stuck: set[frozenset[str]] = field(default_factory=set)
    endless: set[frozenset[str]] = field(default_factory=set)
    spins: bool = False

    @property
    def sound(self) -> bool:
        return not (self.unsafe or self.stuck or self.endless or self.spins)


class Oracle:
    """All that can happen from one beginning: the process, the body of a sub-process done apart, a dashed branch."""

    def __init__(self, plane: Plane, root: str) -> None:
        self.plane, self.root = plane, root
        self.kind = "process" if root == plane.top else "body" if root in plane.body else "branch"
        self.top = root if root in plane.body else plane.scope[root]
        self.found = Found()
        self.after: dict[State, list[State]] = {}
        self.quick: dict[State, list[State]] = {}

    def explore(self) -> Found:
        todo = list(self._begin())
        while todo:
            state = todo.pop()
            if state in self.after:
                continue
            if len(self.after) > MOST:
                raise TooMuch()
            moves = self._moves(state)
            if moves is None:
                self.found.rests.add(state[0])
                moves = self._acts(state)
            else:
                self.quick[state] = moves
            self.after[state] = moves
            todo += moves
        self._judge()
        return self.found

    # How it begins

    def _begin(self) -> Iterator[State]:
        none: State = (frozenset(), frozenset())
        if self.kind == "branch":
            node = self.plane.nodes[self.root]
            opened = none if node.attached_to else (frozenset[str](), frozenset({self.top}))
            self.found.seen.add(node.id)
            yield from self._leave(opened, node)
        elif self.kind == "body":
            yield from self._enter(none, self.root)
        else:
            body = self.plane.body[self.root]
            starts = [one for one in body.nodes.values() if one.kind == "startEvent"]
            for start in starts:
                self.found.seen.add(start.id)
                yield from self._leave(none, start)
            for node in body.nodes.values():
                if node.instantiate and not node.incoming:
                    self.found.seen.add(node.id)
                    for event in self.plane.next(node) if node.kind == "eventBasedGateway" else [node]:
                        self.found.seen.add(event.id)
                        starts.append(event)
                        yield from self._leave(none, event)
            if not starts:
                yield from self._enter(none, self.root)

    def _enter(self, state: State, scope: str) -> list[State]:
        """Tokens at the beginnings of a scope."""
        body = self.plane.body[scope]
        starts = [one for one in body.nodes.values() if one.kind == "startEvent"]
        entries = [one for one in starts if not definitions(one)] or starts or [
            one for one in body.nodes.values() if not one.incoming and not one.attached_to and not one.by_event
            and not (one.kind == "intermediateCatchEvent" and is_a(one, "link"))
        ]
        states = [state]
        for entry in entries:
            states = [after for before in states for after in self._arrive(before, entry)]
        return states

    # What moves by itself

    def _moves(self, state: State) -> list[State] | None:
        """Every next marking by one token's own move; None when all rest."""
        places, scopes = state
        found: list[State] = []
        moved = False
        for place in places & self.plane.flows.keys():
            node = self.plane.nodes[self.plane.flows[place].target]
            if node.kind == "parallelGateway" and len(node.incoming) > 1:
                if places.issuperset(node.incoming):
                    moved = True
                    self.found.seen.add(node.id)
                    found += self._leave((places.difference(node.incoming), scopes), node)
            elif node.kind != "inclusiveGateway" or len(node.incoming) < 2:
                moved = True
                found += self._arrive((places - {place}, scopes), node)
        for scope in scopes:
            if self._is_empty(state, scope):
                moved = True
                node = self.plane.nodes[scope]
                closed = (places, scopes - {scope})
                found += [closed] if node.by_event else self._leave(closed, node)
        for node in self.plane.nodes.values():
            if node.kind == "inclusiveGateway" and len(node.incoming) > 1 and self._fires(state, node):
                moved = True
                self.found.seen.add(node.id)
                found += self._leave((places.difference(node.incoming), scopes), node)
        return found if moved else None

    def _is_empty(self, state: State, scope: str) -> bool:
        return not any(self.plane.inside(one, scope) for one in (*state[0], *state[1]))

    def _fires(self, state: State, gateway: Node) -> bool:
        """Clause 13.4.3. A scope that is open will be left, as by a token."""
        places, scopes = state
        full = [flow for flow in gateway.incoming if flow in places]
        empty = [flow for flow in gateway.incoming if flow not in places]
        if not full:
            return False
        for place in (*places.difference(full), *scopes):
            reached = self._reached(place, gateway.id)
            if reached.intersection(empty) and not reached.intersection(full):
                return False
        return True

    def _reached(self, place: str, without: str) -> set[str]:
        """The flows that a token here can come to without passing this gateway, through and out of sub-processes, but
        not out of the gateway's own: whoever enters that again begins anew."""
        plane, flows, seen = self.plane, set[str](), set[tuple[str, bool]]()
        own = plane.scope[without]
        todo = [(plane.nodes[plane.flows[place].target if place in plane.flows else place], place not in plane.body)]
        while todo:
            node, comes = todo.pop()
            if (node.id, comes) in seen or node.id == without:
                continue
            seen.add((node.id, comes))
            if comes and node.children is not None:
                todo += [(one, True) for one in node.children.nodes.values() if not one.incoming]
            flows.update(node.outgoing)
            todo += [(one, True) for one in (*plane.next(node), *plane.events.get(node.id, []))]
            if (around := plane.nodes.get(plane.scope[node.id])) is not None and around.id != own:
                todo.append((around, False))
        return flows

    def _arrive(self, state: State, node: Node) -> list[State]:
        """A token comes to the node."""
        self.found.seen.add(node.id)
        if self.plane.waits(node):
            return self._put(state, [node.id], node)
        if node.kind in SUBS:
            if node.id in state[1]:
                self.found.unsafe.add(node.id)
                return []
            return self._enter((state[0], state[1] | {node.id}), node.id)
        if node.kind in ("endEvent", "intermediateThrowEvent"):
            return self._throw(state, node)
        return self._leave(state, node)

    def _leave(self, state: State, node: Node) -> list[State]:
        """The token goes on by each way that some data would open."""
        flows = [self.plane.flows[flow] for flow in node.outgoing]
        some = [flow.id for flow in flows if flow.condition is not None and flow.id != node.default]
        every = {flow.id for flow in flows if flow.condition is None and flow.id != node.default}
        if node.kind == "exclusiveGateway" and len(flows) > 1:
            ways: list[Iterable[str]] = [[flow.id] for flow in flows]
        elif node.kind == "parallelGateway" or not some:
            ways = [node.outgoing]
        else:
            ways = [every.union(one) for size in range(1, len(some) + 1) for one in combinations(some, size)]
            if every or node.default:
                ways.append(every | ({node.default} if node.default else set()))
        return [after for way in ways for after in self._put(state, way, node)]

    def _put(self, state: State, places: Iterable[str], node: Node) -> list[State]:
        new = frozenset(places)
        if both := state[0] & new:
            self.found.unsafe.update(both)
            return []
        return [(state[0] | new, state[1])]

    # Throwing

    def _throw(self, state: State, node: Node) -> list[State]:
        for one in definitions(node):
            if one.kind == "terminate":
                state = self._without(state, self.plane.scope[node.id])
            elif one.kind == "error":
                catch = self._catcher(node, "error", one.ref)
                return self._caught(state, catch) if catch else self._put(state, [node.id], node)
            elif one.kind == "escalation" and (catch := self._catcher(node, "escalation", one.ref)) is not None:
                if catch.interrupting:
                    return self._caught(state, catch)
                return [after for before in self._caught(state, catch) for after in self._thrown(before, node)]
        return self._thrown(state, node)

    def _thrown(self, state: State, node: Node) -> list[State]:
        if is_a(node, "link"):
            return [after for catch in self.plane.partners(node) for after in self._arrive(state, catch)] or [state]
        if node.kind == "intermediateThrowEvent":
            return self._leave(state, node)
        self.found.ends.add(node.id)
        return [state]

    def _catcher(self, node: Node, kind: str, code: str | None) -> Node | None:
        """Clause 10.5.6: the innermost scope first, there its event sub-processes, then its edge; a code before any."""
        below = node.id
        for scope in self.plane.scopes(node.id):
            if scope == self.top and self.kind == "branch":
                return None
            own = below in self.plane.body and self.plane.nodes[below].by_event
            edge = self.plane.events.get(scope, []) if scope != self.top else []
            for group in ([] if own else self.plane.listeners(scope), edge):
                for wanted in (code, None):
                    for event in group:
                        if any(one.kind == kind and one.ref == wanted for one in definitions(event)):
                            return event
            if scope == self.top:
                return None
            below = scope
        return None

    def _without(self, state: State, scope: str) -> State:
        return (frozenset(one for one in state[0] if not self.plane.inside(one, scope)),
                frozenset(one for one in state[1] if not self.plane.inside(one, scope)))

    def _caught(self, state: State, event: Node) -> list[State]:
        """The event happens: what it interrupts is gone, and it goes on from there."""
        self.found.seen.add(event.id)
        if self.plane.goes_off(event):
            return [state]
        scope = self.plane.scope[event.id]
        if event.attached_to is not None:
            if event.interrupting:
                host = event.attached_to
                state = (state[0] - {host}, state[1])
                if host in self.plane.body:
                    state = self._without(state, host)
                    state = (state[0], state[1] - {host})
        else:
            if event.interrupting:
                state = self._without(state, self.plane.scope[scope])
            elif scope in state[1]:
                self.found.unsafe.add(scope)
                return []
            self.found.seen.add(scope)
            state = (state[0], state[1] | {scope})
        return self._leave(state, event)

    # What comes from outside

    def _acts(self, state: State) -> list[State]:
        found: list[State] = []
        for place in state[0] & self.plane.nodes.keys():
            node = self.plane.nodes[place]
            gone = (state[0] - {place}, state[1])
            if node.kind == "eventBasedGateway":
                for event in self.plane.next(node):
                    self.found.seen.update((event.id, *node.outgoing))
                    found += self._leave(gone, event)
            elif node.kind == "endEvent":
                self.found.ends.add(place)
                found.append(gone)
            else:
                found += self._leave(gone, node)
            if place != self.root:
                found += self._events(state, self.plane.events.get(place, []))
        for scope in state[1]:
            found += self._events(state, self.plane.events.get(scope, []))
            found += self._events(state, self._listening(state, scope))
        if self.kind != "branch" and state[0]:
            found += self._events(state, self._listening(state, self.top))
        return found

    def _events(self, state: State, events: list[Node]) -> list[State]:
        return [
            after for event in events
            if is_a(event, *OUTSIDE, "escalation") or (is_a(event, "error") and self._may_fail(state, event))
            for after in self._caught(state, event)
        ]

    def _listening(self, state: State, scope: str) -> list[Node]:
        starts = self.plane.listeners(scope)
        if any(one.interrupting and self.plane.scope[one.id] in state[1] for one in starts):
            return []
        return [one for one in starts if self.plane.scope[one.id] not in state[1]]

    def _may_fail(self, state: State, event: Node) -> bool:
        host = event.attached_to or self.plane.scope[self.plane.scope[event.id]]
        if host in self.plane.nodes and host not in self.plane.body:
            return True
        return any(
            self.plane.nodes[one].kind in WORK or one in self.plane.apart
            for one in state[0] & self.plane.nodes.keys() if one == host or self.plane.inside(one, host)
        )

    # The verdict

    def _judge(self) -> None:
        before: dict[State, list[State]] = {}
        for state, targets in self.after.items():
            for target in targets:
                before.setdefault(target, []).append(state)
        ends = {state for state in self.after if not state[0] and not state[1]}
        dead = {state for state, targets in self.after.items() if not targets and state not in ends}
        self.found.stuck = {state[0] for state in dead}
        self.found.endless = {state[0] for state in self.after.keys() - _leading(before, ends | dead)}
        self.found.spins = self._turns()

    def _turns(self) -> bool:
        """Whether the automatic moves alone can come back to a marking: those left when all others are taken away."""
        left = {state: {one for one in targets if one in self.quick} for state, targets in self.quick.items()}
        before: dict[State, list[State]] = {}
        for state, targets in left.items():
            for target in targets:
                before.setdefault(target, []).append(state)
        todo = [state for state, targets in left.items() if not targets]
        while todo:
            over = todo.pop()
            del left[over]
            for state in before.get(over, ()):
                left[state].discard(over)
                if not left[state]:
                    todo.append(state)
        return bool(left)


def _leading(before: dict[State, list[State]], goals: set[State]) -> set[State]:
    found, todo = set(goals), list(goals)
    while todo:
        for state in before.get(todo.pop(), ()):
            if state not in found:
                found.add(state)
                todo.append(state)
    return found


def ask(process: Process) -> dict[str, Found]:
    """What each machine of the process can do: {its root: found}. NotCovered and TooMuch say what is not answered."""
    plane = Plane(process)
    apart = {*(one for one in plane.apart if one in plane.body),
             *(node.id for node in plane.nodes.values() if plane.goes_off(node))}
    found, todo = dict[str, Found](), [plane.top]
    while todo:
        root = todo.pop()
        found[root] = Oracle(plane, root).explore()
        todo += [one for one in apart & found[root].seen if one not in found and one not in todo]
    return found


def dead(process: Process, found: dict[str, Found]) -> set[str]:
    """The nodes no way comes to."""
    return Plane(process).nodes.keys() - {one for each in found.values() for one in each.seen}
