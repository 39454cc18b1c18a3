"""What a drawing's shape must be before tokens can be followed: one start, no dead ends, conditions in their place."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import Node, Process
from engine.errors import Problem

MUST_LEAD_ON = frozenset({
    "startEvent", "boundaryEvent", "exclusiveGateway", "parallelGateway", "eventBasedGateway",
})
CATCHES = frozenset({"intermediateCatchEvent", "receiveTask"})


def faults(process: Process) -> Iterator[Problem]:
    """Every fault of the shape, each by its element and with the mend."""
    yield from _starts(process)
    for node in process.nodes.values():
        yield from _leads_on(node)
        yield from _event_gateway(process, node)
        yield from _misplaced_conditions(process, node)


def _starts(process: Process) -> Iterator[Problem]:
    starts = process.starts
    if len(starts) != 1:
        yield Problem(
            "start.count",
            f"Alur ini mempunyai {len(starts)} lingkaran awal. Gambarkan tepat satu.",
            starts[1].id if starts else process.id, (starts[1].line if starts else process.line) or None, (),
            f"This process has {len(starts)} start events. Draw exactly one.",
        )


def _leads_on(node: Node) -> Iterator[Problem]:
    if node.kind in MUST_LEAD_ON and not node.outgoing:
        yield Problem(
            "flow.no_way_out", "Tidak ada panah yang keluar dari elemen ini. Tarik panah ke langkah berikutnya.",
            node.id, node.line or None, (), "No flow leaves this element. Draw one to the next step.",
        )


def _event_gateway(process: Process, node: Node) -> Iterator[Problem]:
    """BPMN 2.0.2 clause 10.6.6: behind an event gateway stand only catch events that nothing else leads to."""
    if node.kind != "eventBasedGateway":
        return
    for flow in process.outgoing(node):
        target = process.nodes[flow.target]
        if target.kind not in CATCHES or len(target.incoming) != 1:
            yield Problem(
                "event_gateway.target",
                "Sesudah gerbang peristiwa hanya boleh ada lingkaran penangkap (jam atau pesan) milik gerbang itu.",
                target.id, target.line or None, (),
                "An event gateway may lead only to catch events of its own.",
            )


def _misplaced_conditions(process: Process, node: Node) -> Iterator[Problem]:
    if node.kind == "exclusiveGateway":
        return
    for flow in process.outgoing(node):
        if flow.condition is not None:
            yield Problem(
                "flow.condition_misplaced",
                "Syarat pada panah ini hanya berlaku sesudah gerbang eksklusif (belah ketupat). "
                "Tambahkan gerbang di depannya.",
                flow.id, flow.line or None, (),
                "A condition on a flow runs only behind an exclusive gateway. Add one before it.",
            )
