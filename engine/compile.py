"""From a drawing to a finite machine: explore the reachable markings (design section 2).

Gateways, throw events and end events are folded into the step between two waits. The exploration is breadth first
from the start, so the first way found to a state is a shortest one. Within one step the order in which concurrent
tokens move makes no difference (their choices are fixed by the data), so one order is enough: a second token on the
same flow within one step is either a loop that never waits or a join that is missing, and both are refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from engine import feel
from engine.bpmn.model import Flow, Node, Process
from engine.errors import DrawingRefused, ExpressionRefused, Problem
from engine.graph import Choice, Clock, Graph, Quorum, State, Transition
from engine.structure import faults
from engine.support import AUTOMATIC, unsupported
from engine.timers import timer_expression

MAX_STATES = 2_000
MAX_TRANSITIONS = 20_000
WAITS = AUTOMATIC | {"userTask", "receiveTask", "intermediateCatchEvent", "eventBasedGateway"}


@dataclass(frozen=True, slots=True)
class _Run:
    """A step under way: `pending` are tokens on flows, each with the flows it came along since the last wait."""

    places: frozenset[str]
    pending: tuple[tuple[str, frozenset[str]], ...] = ()
    choices: tuple[Choice, ...] = ()
    path: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    thrown: tuple[str, ...] = ()
    passed: frozenset[str] = frozenset()

    def send(self, flows: Collection[Flow], trail: frozenset[str]) -> _Run:
        return replace(self, pending=(*self.pending, *((flow.id, trail) for flow in flows)))


class _Fault(Exception):
    """A step that cannot be: it becomes a Problem with the way that leads to it."""

    def __init__(self, node: Node, code: str, message: str, message_en: str, path: tuple[str, ...]) -> None:
        super().__init__(message)
        self.node, self.code, self.message, self.message_en, self.path = node, code, message, message_en, path


def compile_process(process: Process, *, handlers: Collection[str] | None = frozenset()) -> Graph:
    """The finite machine of this process.

    Refused with DrawingRefused: an element that does not run (each by id and line), an expression or timer that does
    not parse, two tokens in one place, a loop without a wait, more than MAX_STATES states. `handlers` are the task
    types that automatic tasks may name; None takes any. Whether the machine is sound is `engine.soundness`'s question.
    """
    problems = list(unsupported(process, handlers))
    problems += faults(process)
    expressions = _Expressions(problems)
    conditions = {
        flow.id: expression
        for flow in process.flows.values()
        if flow.condition is not None and (expression := expressions.read(flow.id, flow.line, flow.condition))
    }
    clocks = _clocks(process, expressions)
    quorums = _quorums(process, expressions)
    if any(one.severity == "error" for one in problems):
        raise DrawingRefused(problems)
    states, transitions = _Explorer(process, clocks).explore()
    return Graph(
        process, states, tuple(transitions), conditions, clocks, quorums,
        names=frozenset().union(*(one.names for one in expressions.found)),
    )


class _Expressions:
    """Reads expressions and gathers what cannot be read as problems."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.found: list[feel.Expression] = []

    def read(self, element: str, line: int, text: str, timer: str = "") -> feel.Expression | None:
        try:
            expression = timer_expression(timer, text) if timer else feel.compile(text)
        except ExpressionRefused as refused:
            self.problems.append(
                Problem("expression", str(refused), element, line or None, (), f"Cannot read this expression: {text}")
            )
            return None
        self.found.append(expression)
        return expression


def _clocks(process: Process, expressions: _Expressions) -> dict[str, tuple[Clock, ...]]:
    """The timer elements by the waiting place that sets them."""
    found: dict[str, list[Clock]] = {}
    for node in process.nodes.values():
        timer = node.event.timer if node.event else None
        if timer is None or node.kind not in ("boundaryEvent", "intermediateCatchEvent"):
            continue
        expression = expressions.read(node.id, timer.line or node.line, timer.expression, timer.kind)
        if expression is None:
            continue
        for host in _hosts(process, node):
            found.setdefault(host, []).append(
                Clock(node.id, host, timer.kind, expression, node.interrupting, node.kind == "boundaryEvent")
            )
    return {host: tuple(clocks) for host, clocks in found.items()}


def _hosts(process: Process, node: Node) -> Iterator[str]:
    if node.attached_to is not None:
        yield node.attached_to
        return
    sources = [process.nodes[flow.source] for flow in process.incoming(node)]
    gateways = [source.id for source in sources if source.kind == "eventBasedGateway"]
    yield from gateways or [node.id]


def _quorums(process: Process, expressions: _Expressions) -> dict[str, Quorum]:
    found = {}
    for node in process.nodes.values():
        loop = node.loop
        if node.kind != "userTask" or loop is None or loop.kind == "standard":
            continue
        count = loop.cardinality or (f"= count({(loop.collection or '').lstrip('= ')})" if loop.collection else None)
        if count is None:
            continue
        cardinality = expressions.read(node.id, loop.line, count)
        completion = expressions.read(node.id, loop.line, loop.completion) if loop.completion else None
        if cardinality is not None:
            found[node.id] = Quorum(node.id, cardinality, completion, loop.kind == "sequential")
    return found


class _Explorer:
    """Breadth first over the markings, from the start event."""

    def __init__(self, process: Process, clocks: dict[str, tuple[Clock, ...]]) -> None:
        self.process = process
        self.clocks = clocks
        self.states: dict[str, State] = {}
        self.transitions: list[Transition] = []
        self.ways: dict[str, tuple[str, ...]] = {}
        self.problems: dict[tuple[str, str], Problem] = {}

    def explore(self) -> tuple[dict[str, State], list[Transition]]:
        start = self.process.starts[0]
        todo: deque[State] = deque()
        run = _Run(frozenset(), path=(start.id,), stages=(start.id,))
        self._take(None, "start", run.send(self.process.outgoing(start), frozenset()), (), todo)
        while todo:
            state = todo.popleft()
            for trigger, left, begun in self._begin(state):
                self._take(state, trigger, begun, left, todo)
        if self.problems:
            raise DrawingRefused(list(self.problems.values()))
        return self.states, self.transitions

    def _begin(self, state: State) -> Iterator[tuple[str, tuple[str, ...], _Run]]:
        """What can happen next in this state: (trigger, places left, the step begun)."""
        for place in sorted(state.places):
            node = self.process.nodes.get(place)
            if node is None:
                continue
            gone = state.places - {place}
            if node.kind == "eventBasedGateway":
                for flow in self.process.outgoing(node):
                    event = self.process.nodes[flow.target]
                    yield _trigger(event), (place,), self._after(gone, event, (place, flow.id, event.id))
            else:
                yield _trigger(node), (place,), self._after(gone, node, (place,))
            for boundary in self.process.boundaries(node):
                stays = state.places if not boundary.interrupting else gone
                left = () if not boundary.interrupting else (place,)
                yield _trigger(boundary), left, self._after(stays, boundary, (place, boundary.id))

    def _after(self, places: frozenset[str], node: Node, path: tuple[str, ...]) -> _Run:
        return _Run(places, path=path).send(self.process.outgoing(node), frozenset())

    def _take(
        self, source: State | None, trigger: str, begun: _Run, left: tuple[str, ...], todo: deque[State]
    ) -> None:
        """Carry the step to all its ends; each becomes a transition, each new state is queued."""
        way = self.ways[source.name] if source else ()
        try:
            runs = list(self._settle(begun, source, trigger))
        except _Fault as fault:
            self.problems.setdefault(
                (fault.code, fault.node.id),
                Problem(fault.code, fault.message, fault.node.id, fault.node.line or None, way + fault.path,
                        fault.message_en),
            )
            return
        for run in runs:
            stage = run.stages[-1] if run.stages else (source.stage if source else "")
            state = State(_name(stage, run.places), stage, run.places)
            before = source.places if source else frozenset()
            entered = tuple(sorted(place for place in run.places if place not in before or place in left))
            dropped = tuple(sorted(before - run.places - set(left)))
            self.transitions.append(Transition(
                source.name if source else "", trigger, run.choices, state.name, run.path, run.stages, run.thrown,
                entered, (*left, *dropped),
            ))
            if state.name not in self.states:
                self.states[state.name] = state
                self.ways[state.name] = way + run.path
                todo.append(state)
        if len(self.states) > MAX_STATES or len(self.transitions) > MAX_TRANSITIONS:
            raise DrawingRefused([self._explosion()])

    def _explosion(self) -> Problem:
        widest = max(self.process.nodes.values(), key=lambda node: (node.kind == "parallelGateway", len(node.outgoing)))
        return Problem(
            "states.too_many",
            f"Alur ini mempunyai lebih dari {MAX_STATES} keadaan. Kurangi cabang yang berjalan bersamaan, "
            f"mulai dari gerbang ini ({len(widest.outgoing)} cabang).",
            widest.id, widest.line or None, (),
            f"This process has more than {MAX_STATES} states. Use fewer concurrent branches, first at this gateway "
            f"({len(widest.outgoing)} branches).",
        )

    def _settle(self, run: _Run, source: State | None, trigger: str) -> Iterator[_Run]:
        """Move tokens until all of them wait; an exclusive gateway not yet decided makes one run per way out."""
        stack = [run]
        while stack:
            run = stack.pop()
            if not run.pending:
                self._check_dashed(run, source, trigger)
                yield run
                continue
            (flow_id, trail), rest = run.pending[0], run.pending[1:]
            flow = self.process.flows[flow_id]
            node = self.process.nodes[flow.target]
            if flow_id in run.passed:
                raise self._twice(node, flow_id in trail, run.path)
            run = replace(run, pending=rest, passed=run.passed | {flow_id}, path=(*run.path, flow_id))
            stack.extend(reversed(list(self._arrive(run, flow, node, trail | {flow_id}))))

    def _arrive(self, run: _Run, flow: Flow, node: Node, trail: frozenset[str]) -> Iterator[_Run]:
        """The token has come along `flow` to `node`."""
        if node.kind in WAITS:
            if node.id in run.places:
                raise self._twice(node, False, run.path)
            yield replace(run, places=run.places | {node.id}, path=(*run.path, node.id))
        elif node.kind == "parallelGateway" and len(node.incoming) > 1:
            if flow.id in run.places:
                raise self._twice(node, False, run.path)
            held = run.places | {flow.id}
            if held.issuperset(node.incoming):
                joined = replace(run, places=held - set(node.incoming), path=(*run.path, node.id))
                yield joined.send(self.process.outgoing(node), trail)
            else:
                yield replace(run, places=held)
        elif node.kind == "exclusiveGateway" and len(node.outgoing) > 1:
            yield from self._choose(replace(run, path=(*run.path, node.id)), node, trail)
        else:
            yield self._pass(replace(run, path=(*run.path, node.id)), node, trail)

    def _choose(self, run: _Run, node: Node, trail: frozenset[str]) -> Iterator[_Run]:
        decided = dict(run.choices).get(node.id)
        for out in self.process.outgoing(node):
            if decided is None:
                yield replace(run, choices=(*run.choices, (node.id, (out.id,)))).send((out,), trail)
            elif out.id in decided:
                yield run.send((out,), trail)

    def _pass(self, run: _Run, node: Node, trail: frozenset[str]) -> _Run:
        """A token passes an element that does not wait."""
        kind = node.event.kind if node.event else "none"
        if kind == "escalation":
            run = replace(run, thrown=(*run.thrown, node.id))
        if node.kind == "endEvent":
            if kind == "terminate":
                run = replace(run, places=frozenset(), pending=())
            over = not run.places and not run.pending
            return replace(run, stages=(*run.stages, node.id)) if over and kind != "escalation" else run
        if node.kind == "intermediateThrowEvent" and kind == "none":
            run = replace(run, stages=(*run.stages, node.id))
        return run.send(self.process.outgoing(node), trail)

    def _check_dashed(self, run: _Run, source: State | None, trigger: str) -> None:
        """A dashed boundary event's branch must not wait: it would be one more instance beside this one."""
        boundary = self.process.nodes.get(trigger.partition(".")[2])
        if source is None or boundary is None or boundary.interrupting or boundary.kind != "boundaryEvent":
            return
        if run.places != source.places:
            raise _Fault(
                boundary, "unsupported.branch_waits",
                "Cabang dari jam bergaris putus ini berhenti menunggu. Akhiri dengan lingkaran eskalasi, tanpa tugas.",
                "The branch of this dashed event waits. End it with an escalation, without tasks.", run.path,
            )

    def _twice(self, node: Node, loop: bool, path: tuple[str, ...]) -> _Fault:
        if loop:
            return _Fault(
                node, "loop.never_waits",
                "Alur berputar di sini tanpa pernah menunggu. Letakkan tugas atau jam di dalam putaran.",
                "The flow turns round here without ever waiting. Put a task or a timer into the loop.", path,
            )
        return _Fault(
            node, "tokens.two_in_one_place",
            "Dua cabang sampai di sini bersamaan, sehingga langkah ini terbuka dua kali. "
            "Satukan cabang dengan gerbang paralel (tanda tambah) sebelumnya.",
            "Two branches arrive here, so this step would open twice. Join them with a parallel gateway before it.",
            path,
        )


def _trigger(node: Node) -> str:
    """The name of what ends the wait at this element."""
    if node.event is not None and node.event.timer is not None:
        return f"fire.{node.id}"
    if node.kind in ("receiveTask", "intermediateCatchEvent", "boundaryEvent"):
        return f"receive.{node.id}"
    return f"complete.{node.id}"


def _name(stage: str, places: frozenset[str]) -> str:
    return f"{stage}/{'+'.join(sorted(places))}" if places else stage
