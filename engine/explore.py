"""From a net to all its states: breadth first over the reachable markings (design section 2).

The first way found to a state is a shortest one. What is wrong on the way (two tokens in one place, a round that never
waits) is remembered with that way, and followed as far as it can be.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.bpmn.model import Node
from engine.errors import DrawingRefused, Problem
from engine.faults import explosion, problem_of
from engine.graph import State, Transition
from engine.net import CAUGHT, THROWS, Net, Root, gathers, has, may_fail, parts, parts_of
from engine.run import CANCELS, LEAVES, LISTENS, UNDOES, Fault, Run, bare, event_of, undone_at
from engine.tokens import Game

MAX_STATES = 3_000
MAX_TRANSITIONS = 15_000

UNDO = "undo"
"""What makes a machine that has come to its end undo what it did."""
Begun = tuple[str, Run]
"""(trigger, the step begun)."""


@dataclass(slots=True)
class Explored:
    """What one root of a net can do. `faults` are what makes it unsound, each with the shortest way there."""

    states: dict[str, State] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    faults: dict[tuple[str, str], Problem] = field(default_factory=dict)


def explore(net: Net, root: Root) -> Explored:
    """Every state that can be reached from the root. Refused with DrawingRefused when there are too many."""
    return _Explorer(net, root).explore()


def triggers_of(event: Node) -> list[str]:
    """The names of what makes this catching event happen."""
    verbs = {
        "timer": "fire", **dict.fromkeys(CAUGHT, "receive"), "error": "error", "escalation": "escalate",
    }
    found = [part for part in parts(event.event) if part.kind in verbs]
    names = parts_of(event) if gathers(event) else [event.id] * len(found)
    return list(dict.fromkeys(f"{verbs[part.kind]}.{name}" for part, name in zip(found, names, strict=True)))


class _Explorer:
    def __init__(self, net: Net, root: Root) -> None:
        self.net, self.root, self.game = net, root, Game(net, root)
        self.found = Explored()
        self.ways: dict[str, tuple[str, ...]] = {}
        self.todo: deque[State] = deque()
        self._scopes: dict[str, frozenset[str]] = {}
        self._opened: dict[frozenset[str], frozenset[str]] = {}
        self._hosted: dict[frozenset[str], frozenset[str]] = {}
        self._listened: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}

    def explore(self) -> Explored:
        for trigger, stage, run in self._starts():
            self._take(None, trigger, run, stage)
        while self.todo:
            state = self.todo.popleft()
            for trigger, run in self._offers(state):
                self._take(state, trigger, run, state.stage)
        return self.found

    # The beginning

    def _starts(self) -> Iterator[tuple[str, str, Run]]:
        if self.root.kind == "process":
            yield from self._process_starts()
            return
        node, run = self.net.nodes[self.root.id], Run()
        run.path.append(node.id)
        if self.root.kind == "branch":
            if node.attached_to is None:
                run.open.add(self.net.scope[node.id])
            run.pending = [(LEAVES, node, ())]
        elif self.root.kind == "round":
            run.pending = [("", node, ())]
            run.path.clear()
        elif node.kind == "adHocSubProcess":
            run.places.add(node.id)
            run.open.add(node.id)
            run.trails[node.id] = ()
        else:
            run.pending = [("", entry, ()) for entry in self.net.entries(node.id)]
        yield "start", node.id, run

    def _process_starts(self) -> Iterator[tuple[str, str, Run]]:
        """Each start event begins an instance by itself; without any, all that nothing leads to begins together."""
        starts = self.net.root.starts
        blank = [one for one in starts if not parts(one.event)]
        for start in starts:
            plain = len(starts) == 1 or (len(blank) == 1 and start is blank[0])
            yield ("start" if plain else f"start.{start.id}"), start.id, self._begun(start)
            yield from self._partly_begun(start)
        begins = [node for node in self.net.root.nodes.values() if node.instantiate and not node.incoming]
        for node in begins:
            events = [self.net.nodes[flow.target] for flow in self.net.outgoing(node)]
            for event in events if node.kind == "eventBasedGateway" else [node]:
                run = self._begun(event)
                yield ("start" if len(begins) == 1 and len(events) < 2 and not starts else f"start.{event.id}",
                       event.id, run)
        if not starts and not begins and (entries := self.net.entries(self.net.root.id)):
            run = Run()
            run.pending = [("", entry, ()) for entry in entries]
            yield "start", self.net.root.id, run

    def _partly_begun(self, start: Node) -> Iterator[tuple[str, str, Run]]:
        """Where several things are needed, the first that comes begins an instance, which waits for the others."""
        for part in parts_of(start) if gathers(start) else ():
            run = Run([start.id], arrived=[part])
            run.path.append(start.id)
            run.stages.append(start.id)
            yield f"start.{part}", start.id, run

    def _begun(self, node: Node) -> Run:
        run = Run()
        run.path.append(node.id)
        if node.kind == "startEvent":
            run.stages.append(node.id)
        run.pending = [(LEAVES, node, ())]
        return run

    # What can happen in a state

    def _offers(self, state: State) -> Iterator[Begun]:
        open_scopes = self._open(state)
        for place in sorted({bare(place) for place in state.places}):
            node = self.net.nodes.get(place)
            if node is not None:
                yield from self._at_place(state, open_scopes, node)
            elif (activity := undone_at(place)) and place != self.game.handlers.own and not (
                place == activity + UNDOES and activity + CANCELS in state.places  # the stay that is cancelled first
            ):
                run = self._run(state, open_scopes)
                run.take(place)
                run.path.append(activity)
                if place.endswith(CANCELS):
                    self.game.left_cancelled(run, activity)
                yield f"undone.{activity}", run
        if state.final and state.done:
            run = self._run(state, open_scopes)
            run.places.add(self.game.handlers.own)
            run.begun.add(self.game.handlers.own)
            yield UNDO, run
        for scope in sorted(open_scopes):
            yield from self._at_scope(state, open_scopes, scope)
        for scope in () if state.final else self._outermost(state):
            yield from self._handlers(state, open_scopes, scope)

    def _open(self, state: State) -> frozenset[str]:
        """The scopes inside the root that tokens are in."""
        if (found := self._opened.get(state.places)) is None:
            found = self._opened[state.places] = frozenset().union(*map(self._scopes_at, state.places))
        return found

    def _scopes_at(self, place: str) -> frozenset[str]:
        """The scopes inside the root that a token in this place is in."""
        if (found := self._scopes.get(place)) is None:
            found = self._scopes[place] = frozenset(self.game.handlers.scopes_at(place))
        return found

    def _run(self, state: State, scopes: frozenset[str]) -> Run:
        return Run(state.places, scopes, state.done, state.arrived)

    def _coming(self, state: State, scopes: frozenset[str], event: Node) -> tuple[list[str], list[Begun]]:
        """(the triggers by which this event happens now, the steps by which only a part of what it needs comes)."""
        triggers = triggers_of(event)
        if not gathers(event):
            return triggers, []
        missing = self.net.missing(event.id, state.arrived)
        left = [one for one in triggers if one.partition(".")[2] in missing]
        if len(left) < 2:
            return left, []
        begun = []
        for trigger in left:
            run = self._run(state, scopes)
            run.arrived.add(trigger.partition(".")[2])
            run.path.append(event.id)
            begun.append((trigger, run))
        return [], begun

    def _came(self, run: Run, event: Node) -> None:
        """All that the event needed has come: it may be needed anew."""
        if gathers(event):
            run.arrived.difference_update(parts_of(event))
            run.begun.update(parts_of(event))

    def _at_place(self, state: State, scopes: frozenset[str], node: Node) -> Iterator[Begun]:
        if node.kind == "adHocSubProcess" and node.id not in self.net.children:
            yield from self._ad_hoc(state, scopes, node)
            return
        if node.kind == "eventBasedGateway":
            for flow in self.net.outgoing(node):
                event = self.net.nodes[flow.target]
                happens, comes = self._coming(state, scopes, event)
                yield from comes
                for trigger in happens or ([] if comes else [f"receive.{event.id}"]):
                    yield self._done(state, scopes, node, trigger, (node.id, flow.id, event.id), event)
        elif node.kind in THROWS:
            if has(node, "error"):
                yield self._acknowledged(state, scopes, node)
        else:
            catches = node.kind in ("intermediateCatchEvent", "startEvent")
            named, comes = self._coming(state, scopes, node) if catches else ([_trigger(node)], [])
            yield from comes
            for trigger in named:
                yield self._done(state, scopes, node, trigger, (node.id,), node)
        if node.id != self.root.id:
            if node.id in self.net.cancelling:
                yield self._cancelled(state, scopes, node)
            for boundary in self.net.boundaries(node.id):
                yield from self._caught(state, scopes, boundary, (node.id,))

    def _done(
        self, state: State, scopes: frozenset[str], node: Node, trigger: str, path: tuple[str, ...], event: Node
    ) -> Begun:
        run = self._run(state, scopes)
        run.take(node.id)
        run.path.extend(path)
        run.pending.append((LEAVES, event, ()))
        self._came(run, event)
        return trigger, run

    def _cancelled(self, state: State, scopes: frozenset[str], node: Node) -> Begun:
        run = self._run(state, scopes)
        run.path.append(node.id)
        self.game.cancelled(run, node.id)
        return f"cancel.{node.id}", run

    def _acknowledged(self, state: State, scopes: frozenset[str], node: Node) -> Begun:
        """A person has seen to the error that nobody catches: the token is consumed as at any end."""
        run = self._run(state, scopes)
        run.take(node.id)
        run.path.append(node.id)
        if self.net.scope[node.id] == self.root.top and self.root.kind == "process":
            run.ended = node.id
        return f"complete.{node.id}", run

    def _ad_hoc(self, state: State, scopes: frozenset[str], node: Node) -> Iterator[Begun]:
        inside = self.net.contents[node.id]
        busy = {bare(place) for place in state.places if self.net.at(place) in inside}
        if not busy or node.ordering != "Sequential":
            for entry in self.net.entries(node.id):
                if entry.id not in busy and not busy & self.net.contents.get(entry.id, frozenset()):
                    run = self._run(state, scopes)
                    run.path.append(node.id)
                    run.pending = [("", entry, ())]
                    yield f"begin.{entry.id}", run
        if not busy and node.completion is None:
            run = self._run(state, scopes)
            run.take(node.id)
            run.path.append(node.id)
            yield f"complete.{node.id}", run

    def _at_scope(self, state: State, scopes: frozenset[str], scope: str) -> Iterator[Begun]:
        for boundary in self.net.boundaries(scope):
            yield from self._caught(state, scopes, boundary, (scope,))
        yield from self._handlers(state, scopes, scope)

    def _handlers(self, state: State, scopes: frozenset[str], scope: str) -> Iterator[Begun]:
        for start in self.net.handlers(scope) if self._listens(scopes, scope) else ():
            if self.net.scope[start.id] not in scopes:
                yield from self._caught(state, scopes, start, ())

    def _caught(self, state: State, scopes: frozenset[str], event: Node, path: tuple[str, ...]) -> Iterator[Begun]:
        triggers, comes = self._coming(state, scopes, event)
        yield from comes
        for trigger in triggers:
            if trigger.startswith("error.") and not self._can_fail(state, event):
                continue
            run = self._run(state, scopes)
            run.path.extend(path)
            self._came(run, event)
            self.game.caught(run, event)
            if run.branches:
                run.path.append(event.id)
            yield trigger, run

    def _can_fail(self, state: State, event: Node) -> bool:
        host = event.attached_to
        if host is not None and host not in self.net.bodies:
            return True
        scope = host or self.net.scope[self.net.scope[event.id]]
        return any(
            (node := self.net.nodes.get(bare(place))) is not None and may_fail(node)
            and (node.id == scope or self.net.within(node.id, scope)) for place in state.places
        )

    # Taking a step

    def _take(self, source: State | None, trigger: str, run: Run, stage: str) -> None:
        way = self.ways[source.name] if source else ()
        try:
            for one in self.game.settle(run):
                self._record(source, trigger, one, stage, way)
        except Fault as last:
            self.game.cut.append(last)
        for fault in self.game.cut:
            self._fault(fault.code, fault.node, way + fault.path)
        if len(self.found.states) > MAX_STATES or len(self.found.transitions) > MAX_TRANSITIONS:
            raise DrawingRefused([explosion(self.net, MAX_STATES)])

    def _fault(self, code: str, node: Node, way: tuple[str, ...]) -> None:
        if (code, node.id) not in self.found.faults:
            self.found.faults[code, node.id] = problem_of(code, node, way)

    def _record(
        self, source: State | None, trigger: str, run: Run, before_stage: str, way: tuple[str, ...]
    ) -> None:
        path = tuple(run.path)
        for code, node in run.faults:
            self._fault(code, node, way + path)
        stage = run.stages[-1] if run.stages else before_stage
        places, done = frozenset(run.places), tuple(run.done) if run.places else self.game.handlers.kept(run)
        arrived = self._still_arrived(source, run, places)
        state = State(_name(stage, places, done, arrived), stage, places, done, arrived)
        before, after = self._hosts(source) if source else frozenset[str](), self._hosts(state)
        stayed = (before & after) - run.begun - {scope + LISTENS for scope in run.begun}
        self.found.transitions.append(Transition(
            source.name if source else "", trigger, tuple(run.choices.items()), state.name, path, tuple(run.stages),
            tuple(run.thrown), tuple(sorted(after - stayed)), tuple(sorted(before - stayed)), tuple(run.branches),
            tuple(run.sent),
        ))
        if state.name not in self.found.states:
            self.found.states[state.name] = state
            self.ways[state.name] = way + path
            self.todo.append(state)

    def _still_arrived(self, source: State | None, run: Run, places: frozenset[str]) -> frozenset[str]:
        """What has come for events that several things are needed for, as long as what they hang on is waited at."""
        if not run.arrived or not places:
            return frozenset()
        hosts = self._base(State("", "", places)) - run.begun
        if source is not None:
            hosts &= self._base(source)
        return frozenset(one for one in run.arrived if not self.net.gathering[event_of(one)].isdisjoint(hosts))

    def _hosts(self, state: State) -> frozenset[str]:
        """What clocks and subscriptions hang on in this state: places, scopes, scopes that listen, and parts of events
        that have not come."""
        found = self._base(state)
        if not self.net.gathering or state.final:
            return found
        key = state.places, state.arrived
        if key not in self._listened:
            self._listened[key] = found | self.net.listening(found, state.arrived, self.root)
        return self._listened[key]

    def _base(self, state: State) -> frozenset[str]:
        if state.final:
            return frozenset()
        if (found := self._hosted.get(state.places)) is None:
            scopes = self._open(state)
            around = (*scopes, *self._outermost(state))
            listening = {scope + LISTENS for scope in around if self._listens(scopes, scope)}
            found = self._hosted[state.places] = state.places | scopes | listening
        return found

    def _outermost(self, state: State) -> tuple[str, ...]:
        """The scope of the root, where its event sub-processes can begin: not any more when it is being undone."""
        whole = self.root.kind in ("process", "body")
        return (self.root.top,) if whole and self.game.handlers.own not in state.places else ()

    def _listens(self, scopes: frozenset[str], scope: str) -> bool:
        """The event sub-processes of a scope listen until one that interrupts has begun."""
        starts = [start for start in self.net.handlers(scope) if not has(start, "compensate")]
        return bool(starts) and not any(start.interrupting and self.net.scope[start.id] in scopes for start in starts)


def _trigger(node: Node) -> str:
    """The name of what ends the wait at this activity."""
    return f"receive.{node.id}" if node.kind == "receiveTask" else f"complete.{node.id}"


def _name(stage: str, places: frozenset[str], done: tuple[str, ...], arrived: frozenset[str]) -> str:
    kept = "".join([*(f"~{one}" for one in done), *(f"^{one}" for one in sorted(arrived))])
    return f"{stage}/{'+'.join(sorted(places))}{kept}" if places else stage + kept


