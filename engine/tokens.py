"""How tokens move within one step, from one wait to the next (BPMN 2.0.2 chapter 13).

A **run** is a step under way. Where the drawing leaves a choice to the data, the run is split, one for each answer.
Within one step the order in which concurrent tokens move makes no difference: their choices are fixed by the data, and
what looks at all tokens (a join by reachability, the end of a scope) looks only when no token can move.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from engine.bpmn.model import ACTIVITIES, SUB_PROCESSES, Event, Flow, Node
from engine.compensation import Handlers
from engine.joins import Joins
from engine.net import THROWS, Net, Root, has, parts, waits
from engine.run import CANCELS, JOINED, LEAVES, UNDOES, Fault, Run, bare, turns

MOST_WAYS = 10
"""A node with more conditional flows than this, of which any number may be taken, is refused."""
MOST_FAULTS = 20
"""Tokens that multiply within one step are followed no further than this."""
ASKED = "?"
"""After an ad hoc sub-process's id: the choice that its completion condition makes."""
GOES_ON, ENDS = ("goes on",), ("ends",)
"""The two answers of an ad hoc sub-process's completion condition."""


class Game:
    """The rules of one net, seen from one root."""

    def __init__(self, net: Net, root: Root) -> None:
        self.net, self.root = net, root
        self.handlers, self.joins = Handlers(net, root), Joins(net)
        self.cut: list[Fault] = []

    def settle(self, run: Run) -> Iterator[Run]:
        """Every way this run can come to rest, with its choices; `cut` are those that cannot be followed, of which the
        last of MOST_FAULTS is raised."""
        self.cut.clear()
        stack = [run]
        while stack:
            run = stack.pop()
            try:
                following = self._move(run) if run.pending else self._close(run)
            except Fault as fault:
                self.cut.append(fault)
                if len(self.cut) > MOST_FAULTS:
                    raise
                continue
            if following is not None:
                stack.extend(reversed(following))
            else:
                if run.ended and not run.places:
                    run.stages.append(run.ended)
                yield run

    def _move(self, run: Run) -> list[Run]:
        flow, node, trail = run.pending.pop(0)
        if flow == LEAVES:
            return self.leave(run, node, trail)
        if flow:
            if flow in run.passed:
                if turns(flow, trail):
                    raise Fault("loop.never_waits", node, run)
                if flow not in trail and node.start_quantity == 1:
                    run.faults.append(("tokens.two_in_one_place", node))
                if len(run.faults) > MOST_FAULTS:
                    raise Fault("tokens.two_in_one_place", node, run)
            run.passed.add(flow)
            run.path.append(flow)
            trail = (*trail, flow)
        return self._arrive(run, flow, node, trail)

    # Arriving

    def _arrive(self, run: Run, flow: str, node: Node, trail: tuple[str, ...]) -> list[Run]:
        kind = node.kind
        if kind == "parallelGateway" and len(node.incoming) > 1 and flow:
            return self._synchronize(run, flow, node, trail)
        if kind in ("inclusiveGateway", "complexGateway") and len(node.incoming) > 1 and flow:
            run.put(flow, node)
            run.trails[flow] = trail
            return [run]
        if node.start_quantity > 1 and flow:
            if not self._enough(run, flow, node, trail):
                return [run]
            trail = (*trail, JOINED)
        run.path.append(node.id)
        if self.stays(node):
            run.put(node.id, node)
            return [run]
        if kind in SUB_PROCESSES and node.id != self.root.id:
            self.enter(run, node, trail)
            return [run]
        if kind in THROWS:
            return self._throw(run, node, trail)
        return self.leave(run, node, trail)

    def stays(self, node: Node) -> bool:
        """Whether a token stays here. The activity a round is about is done as if it were not repeated."""
        if node.id == self.root.id:
            return waits(node) or node.kind == "callActivity" or node.id in self.net.rounds
        if node.kind == "adHocSubProcess":
            return node.id in self.net.children
        return self.net.waits(node)

    def _enough(self, run: Run, flow: str, node: Node, trail: tuple[str, ...]) -> bool:
        """Whether with this token as many have arrived as the activity needs to begin (clause 13.3.2); then they are
        gone, else it waits on its flow."""
        run.put(flow, node)
        run.trails[flow] = trail
        waiting = {place for place in run.places if bare(place) in node.incoming}
        if len(waiting) < node.start_quantity:
            return False
        run.places -= waiting
        return True

    def _synchronize(self, run: Run, flow: str, node: Node, trail: tuple[str, ...]) -> list[Run]:
        run.put(flow, node)
        run.trails[flow] = trail
        if not run.places.issuperset(node.incoming):
            return [run]
        return self._joined(run, node, node.incoming)

    def _joined(self, run: Run, node: Node, arrived: Iterable[str]) -> list[Run]:
        """The tokens on these flows become one, which has passed what they passed."""
        trails = [run.trails.pop(flow, ()) for flow in arrived if run.take(flow)]
        longest = max(trails, key=len)
        others = dict.fromkeys(flow for trail in trails for flow in trail if flow not in longest)
        run.path.append(node.id)
        return self.leave(run, node, (*longest, *others, JOINED))

    def enter(self, run: Run, node: Node, trail: tuple[str, ...]) -> None:
        """A token enters this sub-process: those inside begin."""
        if node.id in run.open:
            run.faults.append(("tokens.two_in_one_place", node))
        run.open.add(node.id)
        run.begun.add(node.id)
        run.trails[node.id] = trail
        if node.kind == "adHocSubProcess":
            run.put(node.id, node)
            return
        for entry in self.net.entries(node.id):
            run.pending.append(("", entry, trail))

    # Leaving

    def leave(self, run: Run, node: Node, trail: tuple[str, ...]) -> list[Run]:
        """The token leaves the node by the flows that its kind and the data open."""
        if node.id == self.root.id and self.root.kind != "branch":
            return [run]
        if node.for_compensation:
            return [run]  # who asked for it goes on when no token can move
        self.handlers.completed(run, node)
        around = self.net.nodes.get(self._scope(node))
        if around is not None and node.kind in ACTIVITIES and self._asks(run, around):
            over, on = self._ask_ad_hoc(run, around)
            return [*(self._go_on(over, node, trail) if not around.cancel_remaining else [over]),
                    *self._go_on(on, node, trail)]
        return self._go_on(run, node, trail)

    def _go_on(self, run: Run, node: Node, trail: tuple[str, ...]) -> list[Run]:
        flows = self.net.outgoing(node)
        if node.kind == "exclusiveGateway":
            ways: list[tuple[str, ...]] = [(flow.id,) for flow in flows] if len(flows) > 1 else []
        else:
            ways = self._inclusive(run, node, flows)
        if ways:
            return self._choose(run, node, ways, trail)
        self._send(run, node, flows, trail)
        return [run]

    def _inclusive(self, run: Run, node: Node, flows: tuple[Flow, ...]) -> list[tuple[str, ...]]:
        """The sets of flows that can be taken together, none when all always are.

        A flow without a condition is always taken, the default only when no condition holds (clauses 13.3.1, 13.4.3).
        """
        conditional = [flow.id for flow in flows if flow.condition is not None and flow.id != node.default]
        if not conditional or node.kind == "parallelGateway":
            return []
        if len(conditional) > MOST_WAYS:
            raise Fault("gateway.too_many_ways", node, run)
        always = {flow.id for flow in flows if flow.condition is None and flow.id != node.default}
        some = [set(one) for size in range(1, len(conditional) + 1) for one in combinations(conditional, size)]
        none = always | ({node.default} if node.default else set())
        ways = ([none] if none else []) + [always | one for one in some]
        return [tuple(flow.id for flow in flows if flow.id in way) for way in ways]

    def _send(self, run: Run, node: Node, flows: Iterable[Flow], trail: tuple[str, ...]) -> None:
        for flow in flows:
            run.pending += [(flow.id, self.net.nodes[flow.target], trail)] * node.completion_quantity

    def _choose(self, run: Run, node: Node, ways: list[tuple[str, ...]], trail: tuple[str, ...]) -> list[Run]:
        if (decided := run.choices.get(node.id)) is not None:
            ways = [decided]
        found = []
        for way in ways:
            one = run.copy() if way is not ways[-1] else run
            one.choices[node.id] = way
            self._send(one, node, (self.net.flows[flow] for flow in way), trail)
            found.append(one)
        return found

    # Throwing and ending

    def _throw(self, run: Run, node: Node, trail: tuple[str, ...]) -> list[Run]:
        """A throw or end event does what its definitions say, and passes its token on or consumes it."""
        for part in parts(node.event):
            if part.kind in ("message", "signal"):
                run.sent.append(node.id)
            elif part.kind == "escalation":
                if self._escalate(run, node, part):
                    return [run]
            elif part.kind == "error":
                return self._fail(run, node, part)
            elif part.kind in ("compensate", "cancel"):
                return self._compensate(run, node, trail)
            elif part.kind == "terminate":
                self.interrupt(run, self._scope(node))
        return self._thrown(run, node, trail)

    def _thrown(self, run: Run, node: Node, trail: tuple[str, ...]) -> list[Run]:
        outermost = self._scope(node) == self.root.top and self.root.kind in ("process", "branch")
        if node.kind == "intermediateThrowEvent":
            if not parts(node.event):
                run.stages.append(node.id)
            return self.leave(run, node, trail)
        if outermost and not has(node, "escalation"):
            run.ended = node.id
        return [run]

    def _scope(self, node: Node) -> str:
        return self.net.scope[node.id]

    def _escalate(self, run: Run, node: Node, part: Event) -> bool:
        """The escalation is caught, or its lane is told. True when the throwing token is gone with its scope."""
        catch = self.net.catcher(node.id, "escalation", part.ref, self.root)
        if catch is None:
            run.thrown.append(node.id)
            return False
        self.caught(run, catch)
        return catch.interrupting

    def _fail(self, run: Run, node: Node, part: Event) -> list[Run]:
        """An error interrupts the scope that catches it; one that nobody catches waits, for its parent or a person."""
        catch = self.net.catcher(node.id, "error", part.ref, self.root)
        if catch is None:
            run.put(node.id, node)
        else:
            self.caught(run, catch)
        return [run]

    def caught(self, run: Run, catch: Node) -> None:
        """This boundary event, or start of an event sub-process, has happened: what it interrupts is gone."""
        if not catch.interrupting and self.net.branches(catch):
            run.branches.append(catch.id)
            self.handlers.begun(run, catch)
            return
        scope = self._scope(catch)
        if catch.attached_to is not None:
            if catch.interrupting:
                self.abandon(run, catch.attached_to)
        else:
            if catch.interrupting:
                self.interrupt(run, self._scope(self.net.nodes[scope]))
            run.open.add(scope)
            run.begun.add(scope)
        run.path.append(catch.id)
        run.pending.append((LEAVES, catch, ()))

    def abandon(self, run: Run, activity: str) -> None:
        """Nothing is left of this activity."""
        run.places = {place for place in run.places if bare(place) != activity}
        if activity in self.net.bodies:
            self.interrupt(run, activity)
            run.open.discard(activity)
            run.done = [one for one in run.done if not self.net.within(one, activity)]

    def interrupt(self, run: Run, scope: str) -> None:
        """Nothing is left inside this scope; the scope itself goes on."""
        inside = self.net.contents[scope]
        run.places = {place for place in run.places if self.net.at(place) not in inside}
        run.pending = [token for token in run.pending if token[1].id not in inside]
        run.open = {one for one in run.open if one not in inside}

    # Compensation

    def _compensate(self, run: Run, throw: Node, trail: tuple[str, ...]) -> list[Run]:
        """The event asks for what was completed to be undone, and waits for it in its place, unless it says not to."""
        run.put(throw.id, throw)
        run.trails[throw.id] = trail
        return self._thrown(run, throw, trail) if self._goes_ahead(throw) else [run]

    def _goes_ahead(self, throw: Node) -> bool:
        return throw.kind == "intermediateThrowEvent" and not all(part.awaited for part in parts(throw.event))

    def _undo(self, run: Run, place: str) -> list[Run]:
        """What was completed last is undone next; when nothing is left, who asked goes on."""
        activity = self.handlers.next(run, place)
        if activity is None:
            return self._undone(run, place)
        run.done.remove(activity)
        if self.handlers.by_children(activity):
            run.put(activity + UNDOES, self.net.nodes[activity])
            return [run]
        handler = self.net.compensators[activity]
        run.path.append(handler.id)
        if handler.by_event:
            run.open.add(handler.id)
            run.begun.add(handler.id)
            run.pending += [(LEAVES, start, ()) for start in self.net.entries(handler.id)]
        elif self.stays(handler):
            run.put(handler.id, handler)
        elif handler.kind in SUB_PROCESSES:
            self.enter(run, handler, ())
        return [run]

    def _undone(self, run: Run, place: str) -> list[Run]:
        run.take(place)
        throw, trail = self.net.nodes.get(place), run.trails.get(place, ())
        if throw is None:
            run.done, run.undone = [], True
            return [run]
        if has(throw, "cancel"):
            return self._cancel(run, throw)
        return [run] if self._goes_ahead(throw) else self._thrown(run, throw, trail)

    def _cancel(self, run: Run, throw: Node) -> list[Run]:
        """The transaction is over without its result; its cancel boundary event follows, which may be its parent's."""
        scope = self._scope(throw)
        if throw.id not in run.path:
            run.path.append(throw.id)
        if scope == self.root.id:
            self.interrupt(run, scope)
            run.undone = True
        else:
            self.cancelled(run, scope)
        return [run]

    def cancelled(self, run: Run, transaction: str) -> None:
        """Nothing is left of this transaction; its cancel boundary event has happened, where it was done in rounds when
        those that had been completed have undone what they did."""
        self.abandon(run, transaction)
        node = self.net.nodes[transaction]
        if node.loop is not None and self.handlers.by_children(transaction):
            run.put(transaction + CANCELS, node)
            return
        self.left_cancelled(run, transaction)

    def left_cancelled(self, run: Run, transaction: str) -> None:
        """The cancel boundary event of this transaction has happened."""
        for boundary in self.net.boundaries(transaction):
            if has(boundary, "cancel"):
                run.path.append(boundary.id)
                run.pending.append((LEAVES, boundary, ()))

    # When no token can move

    def _close(self, run: Run) -> list[Run] | None:
        """The innermost scope that is done is left, what was asked to be undone is, or an inclusive join fires; None
        when none of that is so."""
        for scope in sorted(run.open, key=lambda one: -sum(1 for _ in self.net.around(one))):
            inside = self.net.contents[scope]
            if any(self.net.at(place) in inside for place in run.places):
                continue
            node = self.net.nodes[scope]
            if run.holds(scope):
                if scope in run.trails or not self._asks(run, node):
                    continue
                return self._ask_ad_hoc(run, node)
            run.open.discard(scope)
            if node.by_event:
                if scope in self.handlers.compensated:
                    over = self.handlers.compensated[scope]
                    run.done = [one for one in run.done if not self.net.within(one, over)]
                return [run]
            return self.leave(run, node, run.trails.get(scope, ()))
        asking = next(self.handlers.waiting(run), None)
        return self._undo(run, asking) if asking is not None else self._join(run)

    def _asks(self, run: Run, node: Node) -> bool:
        """Whether this ad hoc sub-process still has its completion condition to ask in this step."""
        return node.completion is not None and run.holds(node.id) and node.id + ASKED not in run.choices

    def _ask_ad_hoc(self, run: Run, node: Node) -> list[Run]:
        """An activity inside is done: the completion condition says whether the whole is (clause 13.3.5).

        Then what is open inside is taken away, or, where the drawing says so, waited for: nothing begins any more.
        """
        over = run.copy()
        over.choices[node.id + ASKED], run.choices[node.id + ASKED] = ENDS, GOES_ON
        over.take(node.id)
        if node.cancel_remaining:
            self.interrupt(over, node.id)
        return [over, run]

    def _join(self, run: Run) -> list[Run] | None:
        found = self.joins.ready(run)
        return self._joined(run, *found) if found is not None else None
