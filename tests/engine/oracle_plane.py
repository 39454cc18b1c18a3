"""A process with its sub-processes in one plane, as the oracle sees it, read from `engine.bpmn.model` alone."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import Event, Flow, Node, Process

SUBS = ("subProcess", "transaction", "adHocSubProcess")
WORK = ("userTask", "serviceTask", "sendTask", "scriptTask", "businessRuleTask", "receiveTask", "callActivity")
OUTSIDE = ("timer", "message", "signal", "conditional")


class NotCovered(Exception):
    """The drawing uses what the oracle does not know: compensation, ad hoc sub-processes, complex joins, quantities."""


def definitions(node: Node) -> tuple[Event, ...]:
    if node.event is None or node.event.kind == "none":
        return ()
    return node.event.parts if node.event.kind == "multiple" else (node.event,)


def is_a(node: Node, *kinds: str) -> bool:
    return any(one.kind in kinds for one in definitions(node))


class Plane:
    """All nodes and flows of a process with its sub-processes, and what the oracle must know about each."""

    def __init__(self, process: Process) -> None:
        self.top = process.id
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, Flow] = {}
        self.scope: dict[str, str] = {}
        self.body: dict[str, Process] = {}
        self._lay(process)
        self.events: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.attached_to is not None:
                self.events.setdefault(node.attached_to, []).append(node)
        self.apart = {node.id for node in self.nodes.values() if self._is_apart(node)}
        self.lasting = {node.id for node in self.nodes.values() if self._lasts(node)}

    def _lay(self, body: Process) -> None:
        self.body[body.id] = body
        self.flows.update(body.flows)
        for node in body.nodes.values():
            if (node.kind in ("adHocSubProcess", "complexGateway") or node.for_compensation
                    or is_a(node, "compensate", "cancel") or (node.event is not None and node.event.together)
                    or node.start_quantity > 1 or node.completion_quantity > 1):
                raise NotCovered(node.kind if not node.event else node.event.kind)
            self.nodes[node.id], self.scope[node.id] = node, body.id
            if node.children is not None:
                self._lay(node.children)

    def scopes(self, element: str) -> Iterator[str]:
        """The scopes around a node or flow, from the inside out."""
        at: str | None = self.scope[self.flows[element].target if element in self.flows else element]
        while at is not None:
            yield at
            at = self.scope.get(at)

    def inside(self, element: str, scope: str) -> bool:
        return scope in self.scopes(element)

    def listeners(self, scope: str) -> list[Node]:
        """The starts of the event sub-processes of a scope."""
        return [start for node in self.body[scope].nodes.values() if node.by_event and node.children is not None
                for start in node.children.nodes.values() if start.kind == "startEvent"]

    def waits_itself(self, node: Node) -> bool:
        if node.kind == "intermediateCatchEvent":
            return is_a(node, *OUTSIDE)
        return node.kind in WORK or node.kind == "eventBasedGateway"

    def waits(self, node: Node) -> bool:
        return self.waits_itself(node) or node.id in self.apart or node.id in self.lasting

    def next(self, node: Node) -> list[Node]:
        if node.kind in ("intermediateThrowEvent", "endEvent") and is_a(node, "link"):
            return self.partners(node)
        return [self.nodes[self.flows[flow].target] for flow in node.outgoing]

    def partners(self, throw: Node) -> list[Node]:
        """Where a link goes on."""
        return [one for one in self.body[self.scope[throw.id]].nodes.values()
                if one.kind == "intermediateCatchEvent" and one.event and throw.event
                and one.event.kind == "link" and one.event.ref == throw.event.ref]

    def _is_apart(self, node: Node) -> bool:
        """Whether the activity is done by an instance of its own: it repeats, or a dashed event that waits is in it."""
        if node.loop is not None and not (node.kind == "userTask" and node.loop.kind != "standard"
                                          and node.loop.element is None and node.loop.results is None):
            return True
        if node.kind not in SUBS or node.by_event:
            return False
        body = self.body[node.id]
        return any(self.goes_off(one) for one in [*body.nodes.values(), *self.listeners(node.id)])

    def goes_off(self, event: Node) -> bool:
        """Whether this is a dashed event behind which something waits."""
        if event.interrupting or not (event.attached_to or self.scope.get(self.scope[event.id])):
            return False
        return any(self.waits_itself(one) or one.kind in SUBS or one.loop or self._lasts(one)
                   for one in self._following(event))

    def _following(self, node: Node) -> list[Node]:
        found: dict[str, Node] = {}
        todo = self.next(node)
        while todo:
            one = todo.pop()
            if one.id not in found:
                found[one.id] = one
                todo += self.next(one)
        return list(found.values())

    def _lasts(self, node: Node) -> bool:
        """A task without a kind waits when an event is on its edge, or when it stands in a round of such alone."""
        if node.kind not in ("task", "manualTask") or node.loop is not None:
            return False
        if any(definitions(one) for one in self.events.get(node.id, ())):
            return True
        found, todo = set[str](), self.next(node)
        while todo:
            one = todo.pop()
            if one.id == node.id:
                return True
            edged = one.kind in ("task", "manualTask") and self.events.get(one.id)
            if one.id not in found and not self.waits_itself(one) and not one.loop and not edged:
                found.add(one.id)
                todo += self.next(one)
        return False
