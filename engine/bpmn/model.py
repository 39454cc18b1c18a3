"""What a drawing says, as frozen data: no XML, no layout, no behaviour beyond looking things up.

Kinds of nodes are the BPMN local names ("userTask"). Ids are the author's. Lines are lines of the file, from 1.
Mappings are read-only and in the order of the file; nothing that has a meaning may depend on that order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.errors import Problem

NOTHING: Mapping[str, str] = MappingProxyType({})

EVENTS = frozenset({"startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent", "boundaryEvent"})
TASKS = frozenset({"task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask",
                   "businessRuleTask"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway",
                      "eventBasedGateway"})
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}


@dataclass(frozen=True, slots=True)
class Position:
    line: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Timer:
    """`kind` is "date", "duration" or "cycle"; `expression` is the text as drawn, ISO 8601 or an expression."""

    kind: str
    expression: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What an event waits for or does.

    `kind`: "none", "timer", "message", "signal", "escalation", "error", "terminate", "conditional", "link",
    "compensate", "cancel", or "multiple" (then `parts` holds each of them).
    `ref` is the code of what is named: an escalation's or error's code, a message's or signal's name, a link's name,
    the activity to compensate; where that has none, its id. None means "any". `name` is its name for people.
    """

    kind: str
    ref: str | None = None
    timer: Timer | None = None
    name: str = ""
    condition: str | None = None
    parts: tuple[Event, ...] = ()
    line: int = 0
    key: str | None = None  # message: the expression that gives its correlation key
    awaited: bool = True  # compensate: the event that asks goes on only when all is undone
    together: bool = False  # of "multiple": all parts are needed (parallelMultiple), not any one


@dataclass(frozen=True, slots=True)
class Loop:
    """An activity done several times. `kind` is "parallel", "sequential" or "standard".

    `cardinality` is the number (for "standard": the most rounds), `collection` and `element` the list and the name
    of the one at hand, `completion` the condition that ends it early (for "standard": that goes on; `test_before`).
    `results` is the list that gathers `result`, an expression, of each.
    """

    kind: str
    cardinality: str | None = None
    collection: str | None = None
    element: str | None = None
    completion: str | None = None
    line: int = 0
    test_before: bool = False
    results: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """An event, activity or gateway. Fields that its kind does not have keep their default."""

    id: str
    kind: str
    name: str = ""
    line: int = 0
    lane: str | None = None  # the innermost lane; inside a sub-process without lanes, the lane of the sub-process
    incoming: tuple[str, ...] = ()  # flow ids, taken from the flows themselves
    outgoing: tuple[str, ...] = ()
    event: Event | None = None  # of events, and of send and receive tasks that name a message
    attached_to: str | None = None  # boundary event: its host
    initiator: str | None = None  # start event: the variable that takes who started it
    interrupting: bool = True  # boundary event, and start event of an event sub-process
    default: str | None = None  # the flow taken when no condition holds
    form: str | None = None
    roles: tuple[str, ...] = ()  # candidateGroups; empty: the lane is the role
    assignee: str | None = None
    users: tuple[str, ...] = ()  # candidateUsers
    due: str | None = None
    follow_up: str | None = None
    priority: str | None = None
    task_type: str | None = None  # topic or job type of a service, send, script or rule task
    called: str | None = None  # call activity: the process it calls
    loop: Loop | None = None
    children: Process | None = None  # sub-process: its body
    by_event: bool = False  # event sub-process
    for_compensation: bool = False
    start_quantity: int = 1  # activity: so many tokens have to arrive before it begins
    completion_quantity: int = 1  # activity: so many tokens leave it by each flow
    instantiate: bool = False  # receive task or event gateway that starts an instance
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=lambda: NOTHING, hash=False)
    inputs: tuple[tuple[str, str], ...] = ()  # name, expression; data associations too
    outputs: tuple[tuple[str, str], ...] = ()
    binding: str | None = None  # call activity, rule task: "latest", "deployment", "version" or "versionTag"
    version: str | None = None  # what the binding names
    decision: str | None = None  # rule task: the decision it asks
    result: str | None = None  # the variable that takes what an automatic task answers
    script: str | None = None  # script task: its text, never executed
    handler: str | None = None  # compensation boundary event: the activity that compensates
    completion: str | None = None  # ad hoc sub-process: the condition that ends it
    ordering: str = "Parallel"  # ad hoc sub-process: "Parallel" or "Sequential"
    cancel_remaining: bool = True  # ad hoc sub-process: what is open when it ends is taken away
    embedded: str | None = None  # form fields inside the drawing, as the text of a form-js form
    listeners: tuple[tuple[str, str], ...] = ()  # (event, what it would call): kept, to be registered, never executed


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """`nodes` are the nodes drawn in it, those of its inner lanes included; `parent` is the lane around it."""

    id: str
    name: str = ""
    nodes: tuple[str, ...] = ()
    line: int = 0
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something that has a meaning when run and that the model cannot express. It is kept in the file."""

    element: str
    tag: str
    line: int
    reason: str  # Indonesian, says the mend
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """One process, or the body of a sub-process (then `id` is the sub-process's)."""

    id: str
    name: str = ""
    executable: bool = False
    nodes: Mapping[str, Node] = field(default_factory=dict, hash=False)
    flows: Mapping[str, Flow] = field(default_factory=dict, hash=False)
    lanes: tuple[Lane, ...] = ()
    line: int = 0
    unsupported: tuple[Unsupported, ...] = ()  # those of its sub-processes included
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=lambda: NOTHING, hash=False)
    listeners: tuple[tuple[str, str], ...] = ()  # as of a node; those of its flows too

    def node(self, node: str | Node) -> Node:
        """The node with this id; KeyError when it is not in this scope."""
        return node if isinstance(node, Node) else self.nodes[node]

    def outgoing(self, node: str | Node) -> tuple[Flow, ...]:
        return tuple(self.flows[flow] for flow in self.node(node).outgoing)

    def incoming(self, node: str | Node) -> tuple[Flow, ...]:
        return tuple(self.flows[flow] for flow in self.node(node).incoming)

    def boundaries(self, node: str | Node) -> tuple[Node, ...]:
        """The boundary events on the edge of this activity."""
        host = self.node(node).id
        return tuple(one for one in self.nodes.values() if one.attached_to == host)

    @property
    def starts(self) -> tuple[Node, ...]:
        """The start events of this scope (not those inside its sub-processes)."""
        return tuple(node for node in self.nodes.values() if node.kind == "startEvent")

    @property
    def event_sub_processes(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes.values() if node.by_event)

    def lane_of(self, node: str | Node) -> Lane | None:
        """The innermost lane of the node, None when it lies in none of this scope's lanes."""
        wanted = self.node(node).lane
        return next((lane for lane in self.lanes if lane.id == wanted), None)

    def walk(self) -> Iterator[Node]:
        """Every node, those inside sub-processes included, each sub-process before its body."""
        for node in self.nodes.values():
            yield node
            if node.children is not None:
                yield from node.children.walk()


@dataclass(frozen=True, slots=True)
class Participant:
    """A pool. `process` is None for a black box."""

    id: str
    name: str = ""
    process: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class MessageFlow:
    id: str
    source: str
    target: str
    name: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole file. `xml` is the file as it came, byte by byte: nothing in it is lost."""

    processes: tuple[Process, ...]
    target_namespace: str = ""
    participants: tuple[Participant, ...] = ()
    message_flows: tuple[MessageFlow, ...] = ()
    warnings: tuple[Problem, ...] = ()
    xml: bytes = field(default=b"", repr=False)

    def process(self, process_id: str | None = None) -> Process:
        """The process with this id. Without an id: the only one that is executable, else the only one there is.

        KeyError when there is none such, or more than one.
        """
        if process_id is not None:
            found = [one for one in self.processes if one.id == process_id]
        else:
            found = [one for one in self.processes if one.executable] or list(self.processes)
        if len(found) != 1:
            raise KeyError(process_id)
        return found[0]
