"""Joins by reachability: when an inclusive gateway need not wait any longer (BPMN 2.0.2 clause 13.4.3)."""

from __future__ import annotations

from functools import cached_property

from engine.bpmn.model import Node
from engine.net import Net
from engine.run import Run, bare

_JOINS = frozenset({"inclusiveGateway", "complexGateway"})


class Joins:
    """The inclusive joins of one net."""

    def __init__(self, net: Net) -> None:
        self.net = net

    def ready(self, run: Run) -> tuple[Node, list[str]] | None:
        """A join that fires now, with the flows on which tokens have arrived; None when none does."""
        if not self.before:
            return None
        waiting: dict[str, list[str]] = {}
        for place in sorted(run.places):
            flow = self.net.flows.get(bare(place))
            if flow is not None and self.net.nodes[flow.target].kind in _JOINS and flow.id not in waiting.get(
                flow.target, ()
            ):
                waiting.setdefault(flow.target, []).append(flow.id)
        for gateway, arrived in waiting.items():
            if self._ready(run, gateway, set(arrived)):
                return self.net.nodes[gateway], arrived
        return None

    def _ready(self, run: Run, gateway: str, arrived: set[str]) -> bool:
        """No token can still reach an empty flow of the join, unless it can reach a full one too (clause 13.4.3)."""
        before = self.before[gateway]
        empty = [flow for flow in before if flow not in arrived]
        for place in run.places:
            at = self.net.at(place)
            if at == gateway:
                continue
            if any(at in before[flow] for flow in empty) and not any(at in before[flow] for flow in arrived):
                return False
        return True

    @cached_property
    def before(self) -> dict[str, dict[str, frozenset[str]]]:
        """{inclusive join: {flow into it: the nodes from which that flow can be reached without the join}}."""
        return {
            node.id: {flow: self._reaching(flow, node.id) for flow in node.incoming}
            for node in self.net.nodes.values()
            if node.kind in _JOINS and len(node.incoming) > 1
        }

    def _reaching(self, flow: str, gateway: str) -> frozenset[str]:
        net, seen, todo = self.net, set[str](), [self.net.flows[flow].source]
        while todo:
            name = todo.pop()
            if name in seen or name == gateway:
                continue
            seen.add(name)
            node = net.nodes[name]
            todo += [net.flows[one].source for one in node.incoming]
            if node.attached_to is not None:
                todo.append(node.attached_to)
            todo += net.contents.get(name, ())
        return frozenset(seen)
