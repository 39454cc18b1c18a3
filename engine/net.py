"""All scopes of one process laid into one plane: what lies where, what waits, what catches what.

A **scope** is the process or the body of a sub-process; ids are unique in a file, so a node's id tells its scope.
What is finite stays in the plane and is followed token by token (`engine.explore`). What is not runs as a **child
instance** with a machine of its own, rooted at one node: the called process of a call activity, one round of a loop or
multi-instance activity, the branch of a dashed event that waits, a sub-process in which such a branch can live.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.bpmn.model import ACTIVITIES, SUB_PROCESSES, Event, Flow, Node, Process
from engine.components import components
from engine.run import ITSELF, LISTENS, PART, UNDOES, bare, undone_at

AUTOMATIC = frozenset({"serviceTask", "sendTask", "scriptTask", "businessRuleTask"})
PLAIN = frozenset({"task", "manualTask"})
THROWS = frozenset({"intermediateThrowEvent", "endEvent"})
CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
CAUGHT = frozenset({"message", "signal", "conditional"})


def parts(event: Event | None) -> tuple[Event, ...]:
    """The single definitions of an event, none of a blank one."""
    if event is None or event.kind == "none":
        return ()
    return event.parts if event.kind == "multiple" else (event,)


def has(node: Node, *kinds: str) -> bool:
    return any(part.kind in kinds for part in parts(node.event))


@dataclass(frozen=True, slots=True)
class Root:
    """Where a machine begins. `top` is the scope beyond which it does not look.

    `kind` is "process"; "body", one run of a sub-process; "round", one run of another activity that is done several
    times; or "branch", what follows a dashed event.
    """

    kind: str
    id: str
    top: str


@dataclass(frozen=True)
class Net:
    """One process with all its scopes. `scope` is {node id: id of the scope around it}, `bodies` {scope id: its own}.

    The process's own id is the id of the outermost scope. A link is a flow like any other, from throw to catch.
    """

    root: Process
    nodes: Mapping[str, Node] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    scope: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, Process] = field(default_factory=dict)

    @cached_property
    def process(self) -> Process:
        """The process with the nodes and flows of all its scopes."""
        return self.root if len(self.bodies) == 1 and len(self.flows) == len(self.root.flows) else replace(
            self.root, nodes=self.nodes, flows=self.flows
        )

    @cached_property
    def _boundaries(self) -> Mapping[str, tuple[Node, ...]]:
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes.values():
            if node.attached_to is not None:
                found[node.attached_to] = (*found.get(node.attached_to, ()), node)
        return found

    def boundaries(self, host: str) -> tuple[Node, ...]:
        """The boundary events on the edge of this activity."""
        return self._boundaries.get(host, ())

    @cached_property
    def _handlers(self) -> Mapping[str, tuple[Node, ...]]:
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes.values():
            if node.by_event and node.children is not None:
                found[self.scope[node.id]] = (*found.get(self.scope[node.id], ()), *node.children.starts)
        return found

    def handlers(self, scope: str) -> tuple[Node, ...]:
        """The start events of the event sub-processes of this scope."""
        return self._handlers.get(scope, ())

    def around(self, node: str) -> Iterator[str]:
        """The scopes around the node, the innermost first, the process last."""
        scope = self.scope.get(node)
        while scope is not None:
            yield scope
            scope = self.scope.get(scope)

    def at(self, place: str) -> str:
        """The node a token in this place is at: a token on a flow is before the node that the flow leads to."""
        name = bare(place)
        return self.flows[name].target if name in self.flows else undone_at(name) or name

    def within(self, node: str, scope: str) -> bool:
        """Whether the node lies in this scope, at any depth."""
        return scope in self.around(node)

    @cached_property
    def contents(self) -> Mapping[str, frozenset[str]]:
        """The nodes of each scope, at any depth."""
        found: dict[str, set[str]] = {scope: set() for scope in self.bodies}
        for node in self.nodes:
            for scope in self.around(node):
                found[scope].add(node)
        return {scope: frozenset(nodes) for scope, nodes in found.items()}

    def outgoing(self, node: Node) -> tuple[Flow, ...]:
        return tuple(self.flows[flow] for flow in node.outgoing)

    def entries(self, scope: str) -> tuple[Node, ...]:
        """Where a token enters this scope: its blank start events, else its nodes that nothing leads to.

        BPMN 2.0.2 clause 13.3.4 and 10.5.2.
        """
        body = self.bodies[scope]
        starts = tuple(node for node in body.starts if node.event is None or node.event.kind == "none")
        return starts or body.starts or tuple(
            self.nodes[node.id] for node in body.nodes.values()
            if not node.incoming and node.attached_to is None and not node.by_event and not node.for_compensation
            and not (node.kind == "intermediateCatchEvent" and has(node, "link"))
        )

    def root_of(self, node: str) -> Root:
        """How a child instance is rooted that does the work of this activity, or is the branch of this event."""
        found = self.nodes[node]
        if found.kind in SUB_PROCESSES:
            return Root("body", node, node)
        return Root("round" if found.kind in ACTIVITIES else "branch", node, self.scope[node])

    @cached_property
    def children(self) -> frozenset[str]:
        """The activities whose work is done by child instances."""
        return frozenset(node.id for node in self.nodes.values() if self._is_child(node))

    def _is_child(self, node: Node) -> bool:
        if node.kind == "callActivity":
            return True
        if node.loop is not None and not votes(node):
            return True
        return node.kind in SUB_PROCESSES and not node.by_event and self._has_branches(node.id)

    def _has_branches(self, scope: str) -> bool:
        """Whether a dashed event that waits lies right in this scope."""
        body = self.bodies[scope]
        dashed = [node for node in body.nodes.values() if node.attached_to is not None and not node.interrupting]
        dashed += [node for node in self.handlers(scope) if not node.interrupting]
        return any(self.branches(node) for node in dashed)

    def branches(self, event: Node) -> bool:
        """Whether what follows this dashed event waits, so that it needs an instance of its own."""
        return event.id in self._branching

    @cached_property
    def _branching(self) -> frozenset[str]:
        dashed = [
            node for node in self.nodes.values()
            if not node.interrupting and (node.attached_to is not None or node.kind == "startEvent")
            and not has(node, "compensate")
        ]
        return frozenset(node.id for node in dashed if self._reaches_wait(node))

    def _reaches_wait(self, event: Node) -> bool:
        seen, todo = set[str](), [flow.target for flow in self.outgoing(event)]
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            node = self.nodes[name]
            if node.kind in SUB_PROCESSES or node.loop is not None or node.kind == "callActivity" or waits(node):
                return True
            if name in self.rounds:
                return True
            todo += [flow.target for flow in self.outgoing(node)]
        return False

    @cached_property
    def _edged(self) -> frozenset[str]:
        """The plain tasks with an event on their edge: their work takes its time, so that the event can happen."""
        return frozenset(
            node.attached_to for node in self.nodes.values()
            if node.attached_to is not None and self.nodes[node.attached_to].kind in PLAIN
            and parts(node.event) and not has(node, "compensate")
        )

    @cached_property
    def rounds(self) -> frozenset[str]:
        """The plain tasks that wait: those with an event on their edge, and in a round where nothing else waits all."""
        still = {
            node.id for node in self.nodes.values()
            if not (waits(node) or node.loop is not None or node.kind == "callActivity" or node.id in self._edged)
        }
        after = {name: [flow.target for flow in self.outgoing(self.nodes[name]) if flow.target in still]
                 for name in still}
        return self._edged | frozenset(
            name for group in components(after) if len(group) > 1 or group[0] in after[group[0]]
            for name in group if self.nodes[name].kind in PLAIN
        )

    @cached_property
    def compensates(self) -> bool:
        """Whether anything in the process can ask for compensation."""
        return any(has(node, "compensate", "cancel") and node.kind in THROWS for node in self.nodes.values())

    @cached_property
    def compensators(self) -> Mapping[str, Node]:
        """{activity or body: its compensation handler}, of those that have one; the process may have one too."""
        inside = {
            self.scope[node.id]: node for node in self.nodes.values()
            if node.by_event and node.children is not None
            and any(has(start, "compensate") for start in node.children.starts)
        }
        return inside | {
            node.attached_to: self.nodes[node.handler] for node in self.nodes.values()
            if node.attached_to and node.handler and node.handler in self.nodes and has(node, "compensate")
        }

    @cached_property
    def undoing(self) -> frozenset[str]:
        """The activities whose child instances may have something to undo that is asked for here: what is called, what
        has a handler for each round, bodies with handlers inside; and the dashed events whose branches may."""
        handled = self.compensators.keys()
        asked = self.compensates or bool(handled)
        activities = frozenset(
            name for name in self.children
            if name in handled or (asked and self.nodes[name].kind == "callActivity")
            or (name in self.bodies and (not handled.isdisjoint(self.contents[name]) or (asked and self._calls(name))))
        )
        return activities | frozenset(
            event for event in self._branching if not self.reached(event).isdisjoint(activities | handled)
        )

    def reached(self, event: str) -> frozenset[str]:
        """What a token that leaves the event can come to, the event included, and what lies inside that."""
        seen, todo = set[str](), [event]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += [flow.target for flow in self.outgoing(self.nodes[name])]
                todo += [boundary.id for boundary in self.boundaries(name)]
                todo += self.contents.get(name, ())
        return frozenset(seen)

    def each_undone(self, activity: str) -> bool:
        """Whether the handler of this activity is done once for each of its rounds, by the instance that did it."""
        handler = self.compensators.get(activity)
        return (
            handler is not None and not handler.by_event
            and activity in self.children and self.nodes[activity].loop is not None
        )

    def own(self, root: Root) -> str:
        """The place where the machine of this root undoes what it did; "" for one of which nobody asks that."""
        if root.kind in ("process", "body"):
            return root.top + UNDOES
        return root.id + ITSELF if root.id in self.undoing else ""

    @cached_property
    def cancelling(self) -> frozenset[str]:
        """The transactions done by child instances that a cancel end event inside can end."""
        return frozenset(
            self.scope[node.id] for node in self.nodes.values()
            if node.kind == "endEvent" and has(node, "cancel") and self.scope[node.id] in self.children
        )

    def _calls(self, scope: str) -> bool:
        return any(self.nodes[name].kind == "callActivity" for name in self.contents[scope])

    def hosts(self, node: Node) -> tuple[str, ...]:
        """What this catching event hangs on: as long as that is waited at, it can happen."""
        if node.attached_to is not None:
            return (node.attached_to,)
        if node.kind == "startEvent":
            scope = self.nodes.get(self.scope[node.id])
            if scope is not None and scope.by_event:
                return (self.scope[scope.id] + LISTENS,)
            return (node.id,) if gathers(node) else ()
        sources = [self.flows[flow].source for flow in node.incoming]
        gateways = [source for source in sources if self.nodes[source].kind == "eventBasedGateway"]
        return (*gateways, *((node.id,) if len(gateways) < len(sources) or not sources else ()))

    @cached_property
    def gathering(self) -> Mapping[str, frozenset[str]]:
        """{event that needs several things to have come: its hosts}."""
        return {node.id: frozenset(self.hosts(node)) for node in self.nodes.values() if gathers(node)}

    def missing(self, event: str, arrived: Collection[str]) -> list[str]:
        """The parts of this event that have not come yet."""
        return [part for part in parts_of(self.nodes[event]) if part not in arrived]

    def listening(self, hosts: Collection[str], arrived: Collection[str], root: Root) -> set[str]:
        """The parts of events that can come at these hosts, and have not; those on a round's own edge are its parent's.
        """
        return {
            part for event, its in self.gathering.items()
            if self.nodes[event].attached_to != root.id and not its.isdisjoint(hosts)
            for part in self.missing(event, arrived)
        }

    def waits(self, node: Node) -> bool:
        """Whether a token stays at this node until something happens."""
        return waits(node) or node.id in self.children or node.id in self.rounds

    def catcher(self, source: str, kind: str, code: str | None, root: Root) -> Node | None:
        """The event that catches an error or escalation thrown in or at `source`, looked up from the inside out.

        At each scope its event sub-processes come first, then the boundary events on its edge; an exact code before
        one that takes any (BPMN 2.0.2 clause 10.5.6). What lies outside `root` is its parent's to ask.
        """
        if source != root.id and (found := _best(self.boundaries(source), kind, code)) is not None:
            return found
        for scope in self.around(source):
            if scope == root.top and root.kind in ("round", "branch"):
                return None
            if not self._inside_handler(source, scope) and (found := _best(self.handlers(scope), kind, code)):
                return found
            if scope == root.top:
                return None
            if (found := _best(self.boundaries(scope), kind, code)) is not None:
                return found
        return None

    def _inside_handler(self, source: str, scope: str) -> bool:
        """Whether the source lies in one of the event sub-processes of this scope: they do not catch for each other."""
        return any(
            self.nodes[inner].by_event for inner in self.around(source)
            if inner in self.nodes and self.scope.get(inner) == scope
        )


def gathers(node: Node) -> bool:
    """Whether this event happens when all of its parts have come (BPMN 2.0.2 clause 10.5.1, parallel multiple)."""
    return node.kind in CATCHING and node.event is not None and node.event.together and len(node.event.parts) > 1


def parts_of(node: Node) -> list[str]:
    """The names of what an event that gathers waits for, in the order of the drawing."""
    return [f"{node.id}{PART}{number}" for number, _ in enumerate(parts(node.event), 1)]


def votes(node: Node) -> bool:
    """Whether this is one task that several people decide: multi-instance without a list to share out."""
    loop = node.loop
    return (
        node.kind == "userTask" and loop is not None and loop.kind != "standard"
        and loop.element is None and loop.results is None
    )


def waits(node: Node) -> bool:
    """Whether a node of this kind waits wherever it stands."""
    if node.kind == "intermediateCatchEvent":
        return has(node, "timer", *CAUGHT)
    return node.kind in AUTOMATIC or node.kind in {"userTask", "receiveTask", "eventBasedGateway", "adHocSubProcess"}


def may_fail(node: Node) -> bool:
    """Whether an error can come out of the work at this node."""
    return node.kind in ACTIVITIES and node.kind not in PLAIN


def _best(events: tuple[Node, ...], kind: str, code: str | None) -> Node | None:
    fitting = [
        (part.ref is None, event) for event in events for part in parts(event.event)
        if part.kind == kind and part.ref in (None, code)
    ]
    return min(fitting, key=lambda one: one[0])[1] if fitting else None
