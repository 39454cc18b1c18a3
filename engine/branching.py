"""What the branch of a dashed event cannot do, because it is an instance of its own: come back to who it began beside.

A dashed event may happen any number of times, or never. So a join that needs its branch would wait for ever or be
passed twice, and what was done beside it is not the branch's to undo. Each is told by the gateway or event, and flow.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import Flow, Node
from engine.errors import Problem
from engine.graph import Graph
from engine.net import THROWS, Net, has

_JOINS = frozenset({"parallelGateway", "inclusiveGateway"})


def branching(graph: Graph) -> Iterator[Problem]:
    """The joins to which such a branch and the flow it began beside both come, and its throws that would undo what was
    done there."""
    net = graph.net
    for event in net.nodes.values():
        if net.branches(event) and (event.attached_to is not None or net.scope[event.id] in net.nodes):
            reached = net.reached(event.id)
            yield from _joins(net, event, reached)
            yield from _throws(net, event, reached)


def _joins(net: Net, event: Node, reached: frozenset[str]) -> Iterator[Problem]:
    for name in sorted(reached):
        gateway = net.nodes[name]
        into = [net.flows[flow] for flow in gateway.incoming]
        ours = [flow for flow in into if flow.source in reached]
        others = [flow for flow in into if flow.source not in reached]
        if gateway.kind in _JOINS and ours and others:
            yield _joined(gateway, event, ours[0], others[0])


def _joined(gateway: Node, event: Node, ours: Flow, other: Flow) -> Problem:
    named = event.name or event.id
    return Problem(
        "branch.joins",
        f"Gerbang ini menyatukan panah {ours.id} (baris {ours.line}) dari cabang lingkaran bergaris putus “{named}” "
        f"dengan panah {other.id} dari jalur utama. Cabang itu dapat terjadi berkali-kali atau tidak pernah, sehingga "
        "tidak dapat ditunggu di sini. Akhiri cabang itu dengan lingkaran akhir sendiri, atau jadikan lingkarannya "
        "bergaris utuh.",
        gateway.id, gateway.line or None, (),
        f"This gateway joins the flow {ours.id} (line {ours.line}) from the branch of the dashed event “{named}” with "
        f"the flow {other.id} from the main flow. That branch may happen many times or never, so nothing can wait for "
        "it here. Let the branch end in an end event of its own, or make the event interrupting.",
        "unsound", (event.id, ours.id, gateway.id),
    )


def _throws(net: Net, event: Node, reached: frozenset[str]) -> Iterator[Problem]:
    around = net.scope[event.id]
    beside = net.scope[around] if event.kind == "startEvent" else around
    undone = [name for name in (*net.compensators, *net.undoing) if net.within(name, beside) and name not in reached]
    for name in sorted(reached):
        node = net.nodes[name]
        if undone and node.kind in THROWS and has(node, "compensate"):
            yield Problem(
                "branch.compensates",
                f"Cabang lingkaran bergaris putus “{event.name or event.id}” berjalan sendiri, sehingga tidak dapat "
                f"membatalkan “{undone[0]}” di jalur utama. Jadikan lingkarannya bergaris utuh, atau pindahkan "
                "lingkaran kompensasi ini ke jalur utama.",
                node.id, node.line or None, (),
                f"The branch of the dashed event “{event.name or event.id}” runs by itself, so it cannot undo "
                f"“{undone[0]}” in the main flow. Make the event interrupting, or move this compensation event there.",
                "unsound", (event.id, node.id),
            )
