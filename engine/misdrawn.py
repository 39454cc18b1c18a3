"""What BPMN 2.0.2 forbids though a token could pass: flows into a beginning, out of an end, two that catch the same."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import Node
from engine.errors import Problem
from engine.graph import Graph
from engine.net import Net, parts

CAUGHT_ONCE = frozenset({"error", "escalation", "cancel"})


def misdrawn(graph: Graph) -> Iterator[Problem]:
    """Every such fault, with its element, line and mend; a condition that is never asked is a warning."""
    for node in graph.net.nodes.values():
        yield from _flows(graph.net, node)
        yield from _default(graph.net, node)
    yield from _twice(graph.net)


def _flows(net: Net, node: Node) -> Iterator[Problem]:
    """Clause 10.5: no flow enters a start or boundary event, none leaves an end event."""
    if node.kind == "startEvent" and node.incoming:
        yield _fault(
            node, "flow.into_start", node.incoming,
            f"Panah {', '.join(node.incoming)} menuju lingkaran awal, padahal dari sana alur hanya dimulai. "
            "Arahkan ke unsur sesudahnya.",
            f"{', '.join(node.incoming)} lead into a start event, where a flow only begins. "
            "Let them lead to the element behind it.",
        )
    if node.kind == "boundaryEvent" and node.incoming:
        yield _fault(
            node, "flow.into_boundary", node.incoming,
            f"Panah {', '.join(node.incoming)} menuju lingkaran di tepi tugas, padahal lingkaran itu menunggu "
            "peristiwanya. Arahkan ke unsur sesudahnya.",
            f"{', '.join(node.incoming)} lead into a boundary event, which waits for what happens. "
            "Let them lead to the element behind it.",
        )
    if node.kind == "endEvent" and node.outgoing:
        yield _fault(
            node, "flow.out_of_end", node.outgoing,
            f"Panah {', '.join(node.outgoing)} keluar dari lingkaran akhir, padahal di sana alur berhenti. "
            "Ganti dengan lingkaran antara, atau hapus panahnya.",
            f"{', '.join(node.outgoing)} leave an end event, where the flow is over. "
            "Make it an intermediate event, or remove them.",
        )


def _default(net: Net, node: Node) -> Iterator[Problem]:
    """Clause 8.4.13: the condition of a default flow is not asked."""
    flow = net.flows.get(node.default) if node.default is not None else None
    if flow is not None and flow.condition is not None:
        yield Problem(
            "default.condition",
            "Panah bawaan (default) ini bersyarat, dan syaratnya tidak pernah ditanyakan. Hapus syaratnya.",
            flow.id, flow.line or None, (),
            "This default flow has a condition, which is never asked. Remove the condition.", "warning",
            (node.id, flow.id),
        )


def _twice(net: Net) -> Iterator[Problem]:
    """Two events on one activity, or two event sub-processes of one scope, that catch the same: only one ever can."""
    first: dict[tuple[str, str, str | None], Node] = {}
    for node in net.nodes.values():
        place = _listens(net, node)
        for part in parts(node.event) if place else ():
            if part.kind not in CAUGHT_ONCE:
                continue
            other = first.setdefault((place, part.kind, part.ref), node)
            if other is not node:
                yield _fault(
                    node, "event.caught_twice", (other.id, node.id),
                    f"“{other.id}” sudah menangkap hal yang sama di tempat ini. Hapus salah satunya, atau bedakan "
                    "kodenya.",
                    f"“{other.id}” catches the same in this place. Remove one of them, or give them different codes.",
                )


def _listens(net: Net, node: Node) -> str:
    """What an event listens beside: its host, or the scope around its event sub-process; "" for another event."""
    if node.attached_to is not None:
        return node.attached_to
    inside = net.nodes.get(net.scope[node.id])
    return f"{net.scope[inside.id]}!" if node.kind == "startEvent" and inside is not None and inside.by_event else ""


def _fault(node: Node, code: str, elements: tuple[str, ...], message: str, message_en: str) -> Problem:
    return Problem(code, message, node.id, node.line or None, (), message_en, "unsound", (node.id, *elements))
