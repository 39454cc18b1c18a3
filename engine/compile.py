"""From a drawing to its machines: the expressions are read, the net is explored, and all becomes one graph per root."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine import feel
from engine.bpmn.model import Event, Loop, Node, Process, Timer
from engine.errors import DrawingRefused, ExpressionRefused, Problem
from engine.explore import Explored, explore
from engine.graph import Call, Catch, Clock, Graph, Quorum, Repeat
from engine.net import CAUGHT, Net, Root, gathers, parts, votes
from engine.plane import net_of
from engine.run import PART
from engine.support import unsupported
from engine.texts import expression_of, timer_of
from engine.urgency import priority_of

Pairs = dict[str, tuple[tuple[str, feel.Expression], ...]]
_UNREAD = {
    "due": ("Tenggat tugas ini", "The due date of this task"),
    "follow_up": ("Tanggal tindak lanjut tugas ini", "The follow-up date of this task"),
    "priority": ("Prioritas tugas ini", "The priority of this task"),
}


def compile_process(process: Process, *, stub: bool = False) -> Graph:
    """The finite machine of this process, with those of its child instances in `parts`.

    Refused with DrawingRefused: an element that does not run (each by id and line), an expression or timer that does
    not parse, more than MAX_STATES states. With `stub`, a condition or timer in a language that is not read becomes a
    value that whoever plays the drawing answers, named in `Graph.opaque`; such a graph is for walking only. What
    hinders only publishing (a timer without a time) is in `Graph.told`.
    Whether the machine is sound is `engine.soundness`'s question, what is to be registered `engine.checking`'s.
    """
    net = net_of(process)
    reading = _Reading(net, stub)
    reading.read()
    problems = [*unsupported(net), *reading.problems]
    if any(one.severity == "error" for one in problems):
        raise DrawingRefused(problems)
    machines: dict[str, Graph] = {}
    graph = replace(_graph(reading, Root("process", process.id, process.id), machines), told=tuple(problems))
    for node in net.nodes.values():
        if (node.id in net.children and (node.kind != "callActivity" or node.loop is not None)) or net.branches(node):
            machines[node.id] = _graph(reading, net.root_of(node.id), machines)
    return graph


def _graph(reading: _Reading, root: Root, machines: Mapping[str, Graph]) -> Graph:
    found: Explored = explore(reading.net, root)
    return Graph(
        reading.net.process, reading.net, root, found.states, tuple(found.transitions), reading.conditions,
        {host: tuple(clocks) for host, clocks in reading.clocks.items()}, reading.quorums, reading.names,
        {host: tuple(catches) for host, catches in reading.catches.items()}, reading.repeats, reading.calls,
        reading.inputs, reading.outputs, machines, tuple(found.faults.values()), frozenset(reading.opaque),
        dues=reading.dues, follow_ups=reading.follow_ups, priorities=reading.priorities,
    )


@dataclass
class _Reading:
    """Everything in a net that is an expression, read once; what cannot be read is gathered as problems."""

    net: Net
    stub: bool
    problems: list[Problem] = field(default_factory=list)
    found: list[feel.Expression] = field(default_factory=list)
    opaque: list[str] = field(default_factory=list)
    conditions: dict[str, feel.Expression] = field(default_factory=dict)
    clocks: dict[str, list[Clock]] = field(default_factory=dict)
    catches: dict[str, list[Catch]] = field(default_factory=dict)
    quorums: dict[str, Quorum] = field(default_factory=dict)
    repeats: dict[str, Repeat] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    dues: dict[str, Clock] = field(default_factory=dict)
    follow_ups: dict[str, Clock] = field(default_factory=dict)
    priorities: dict[str, feel.Expression] = field(default_factory=dict)
    inputs: Pairs = field(default_factory=dict)
    outputs: Pairs = field(default_factory=dict)

    def read(self) -> None:
        for flow in self.net.flows.values():
            if (condition := self._expression(flow.id, flow.line, flow.condition)) is not None:
                self.conditions[flow.id] = condition
        for node in self.net.nodes.values():
            if node.attached_to is not None or node.kind in ("intermediateCatchEvent", "startEvent", "receiveTask"):
                self._listens(node)
            if node.loop is not None:
                self._loop(node, node.loop)
            if node.kind == "callActivity":
                self._call(node)
            if node.kind == "userTask":
                self._urgency(node)
            if (over := self._expression(node.id, node.line, node.completion)) is not None:
                self.conditions[node.id] = over
            for pairs, kept in ((node.inputs, self.inputs), (node.outputs, self.outputs)):
                if pairs:
                    kept[node.id] = tuple(self._pairs(node, pairs))

    @cached_property
    def spaced(self) -> frozenset[str]:
        """The names with a space that an expression may mean: of data, and of the tasks that give it."""
        nodes = self.net.nodes.values()
        names = {node.name for node in nodes} | {name for node in nodes for name, _ in (*node.inputs, *node.outputs)}
        return frozenset(name for name in names if " " in name)

    @property
    def names(self) -> frozenset[str]:
        """The names the expressions ask about, and those that a child instance hands to its parent."""
        named = {name for pairs in (*self.inputs.values(), *self.outputs.values()) for name, _ in pairs}
        named |= {one.element for one in self.repeats.values() if one.element}
        named |= {one.results for one in self.repeats.values() if one.results}
        named |= {node.result for node in self.net.nodes.values() if node.result}
        return frozenset(named - {"*"}).union(*(one.names for one in self.found))

    def _expression(
        self, element: str, line: int, text: str | None, reads: Callable[[str], feel.Expression] | None = None
    ) -> feel.Expression | None:
        if text is None:
            return None
        try:
            expression = reads(text) if reads is not None else expression_of(text, self.spaced)
        except ExpressionRefused as refused:
            if not self.stub:
                self.problems.append(Problem(
                    "expression", str(refused), element, line or None, (), f"Cannot read this expression: {text}",
                    reason=refused.why,
                ))
                return None
            self.opaque.append(f"stub_{len(self.opaque) + 1}")
            expression = feel.compile(f"= {self.opaque[-1]}")
        self.found.append(expression)
        return expression

    def _pairs(self, node: Node, pairs: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, feel.Expression]]:
        for name, text in pairs:
            expression = feel.compile("= null") if name == "*" else self._expression(node.id, node.line, text)
            if expression is not None:
                yield name, expression

    def _listens(self, node: Node) -> None:
        """The timers and subscriptions of a catching element, by the hosts that set them."""
        for number, part in enumerate(parts(node.event), 1):
            name = f"{node.id}{PART}{number}" if gathers(node) else node.id
            hosts = (name,) if gathers(node) else self.net.hosts(node)
            if part.kind == "timer":
                self._clock(node, part, name, hosts)
            elif part.kind in CAUGHT:
                key = self._expression(node.id, part.line or node.line, part.key)
                condition = self._expression(node.id, part.line or node.line, part.condition)
                for host in hosts:
                    self.catches.setdefault(host, []).append(
                        Catch(name, host, part.kind, part.ref or node.id, key, condition, node.interrupting)
                    )

    def _clock(self, node: Node, part: Event, name: str, hosts: tuple[str, ...]) -> None:
        """A timer that has no time yet never strikes; `engine.support` tells it."""
        timer = part.timer or Timer("duration", "= null", part.line)
        expression = feel.compile("= null") if part.timer is None else self._expression(
            node.id, timer.line or node.line, timer.expression, lambda text: timer_of(timer.kind, text)
        )
        boundary = node.kind in ("boundaryEvent", "startEvent")
        if expression is None:
            return
        for host in hosts:
            self.clocks.setdefault(host, []).append(
                Clock(name, host, timer.kind, expression, node.interrupting, boundary)
            )

    def _urgency(self, node: Node) -> None:
        """Dates on the task itself count as clocks that only tell: a date, or a length from its opening."""
        for text, kept, code in ((node.due, self.dues, "due"), (node.follow_up, self.follow_ups, "follow_up")):
            date = self._told(node, code, text, lambda text: timer_of(
                "duration" if text.lstrip().startswith("P") else "date", text
            ))
            if date is not None:
                kept[node.id] = Clock(node.id, node.id, "date", date, False, True)
        if (priority := self._told(node, "priority", node.priority, priority_of)) is not None:
            self.priorities[node.id] = priority

    def _told(
        self, node: Node, code: str, text: str | None, reads: Callable[[str], feel.Expression]
    ) -> feel.Expression | None:
        """What only tells something of a task: unread, it hinders publishing and not playing."""
        if text is None:
            return None
        try:
            expression = reads(text)
        except ExpressionRefused as refused:
            words, english = _UNREAD[code]
            self.problems.append(Problem(
                f"{code}.unread", f"{words} tidak dapat dibaca. {refused}", node.id, node.line or None, (),
                f"{english} cannot be read: {text}", severity="missing",
                reason=refused.why,
            ))
            return None
        self.found.append(expression)
        return expression

    def _loop(self, node: Node, loop: Loop) -> None:
        def read(text: str | None) -> feel.Expression | None:
            return self._expression(node.id, loop.line or node.line, text)

        if loop.kind == "standard":
            self.repeats[node.id] = Repeat(
                node.id, True, count=read(loop.cardinality), again=read(loop.completion), before=loop.test_before
            )
        elif votes(node):
            text = loop.cardinality or (f"= count({(loop.collection or '').lstrip('= ')})" if loop.collection else None)
            cardinality, completion = read(text or "= null"), read(loop.completion)
            if cardinality is not None:
                self.quorums[node.id] = Quorum(node.id, cardinality, completion, loop.kind == "sequential")
        else:
            self.repeats[node.id] = Repeat(
                node.id, loop.kind == "sequential", count=read(loop.cardinality), items=read(_list_of(loop)),
                element=loop.element, until=read(loop.completion), results=loop.results, result=read(loop.result),
            )

    def _call(self, node: Node) -> None:
        text = node.called or ""
        called = self._expression(
            node.id, node.line, text if text.startswith(("=", "${", "#{")) else f"= {feel.literal(text)}"
        )
        if called is not None:
            self.calls[node.id] = Call(node.id, called, node.binding or "latest", node.version)


def _list_of(loop: Loop) -> str | None:
    """The list of a loop; a plain word is the name of a variable."""
    text = loop.collection
    return text if text is None or text.startswith(("=", "${", "#{")) else f"= {text}"
