"""Which elements of BPMN 2.0 run, in one table; everything else is refused by element, line and mend, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.bpmn.model import ACTIVITIES, Node
from engine.errors import Problem
from engine.net import Net, gathers, has, parts

EVENTS_THAT_RUN = {
    "startEvent": frozenset({"message", "timer", "signal", "conditional", "error", "escalation", "compensate"}),
    "endEvent": frozenset({"message", "signal", "escalation", "error", "compensate", "cancel", "terminate"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "compensate", "link"}),
    "intermediateCatchEvent": frozenset({"message", "timer", "signal", "conditional", "link"}),
    "boundaryEvent": frozenset({
        "message", "timer", "signal", "conditional", "error", "escalation", "compensate", "cancel",
    }),
}
"""The event definitions that run, by where they stand; a blank start, end or intermediate event runs as well."""
ONLY_INSIDE = frozenset({"error", "escalation", "compensate"})
"""Start events that make sense in an event sub-process only (BPMN 2.0.2 clause 10.5.2)."""
GATHERED = frozenset({"message", "signal", "timer", "conditional"})
"""What an event may wait for together with something else."""
CATCHES = frozenset({"intermediateCatchEvent", "receiveTask"})


def problem(node: Node, code: str, message: str, message_en: str) -> Problem:
    return Problem(code, message, node.id, node.line or None, (), message_en)


def _event(net: Net, node: Node) -> Iterator[Problem]:
    for part in parts(node.event):
        if part.kind not in EVENTS_THAT_RUN[node.kind]:
            allowed = ", ".join(sorted(EVENTS_THAT_RUN[node.kind]))
            yield problem(
                node, f"unsupported.{node.kind}.{part.kind}",
                f"Lingkaran {node.kind} jenis “{part.kind}” tidak dapat dijalankan. Gunakan salah satu: {allowed}.",
                f"A {node.kind} of kind “{part.kind}” does not run. Use one of: {allowed}.",
            )
    if gathers(node) and not all(part.kind in GATHERED for part in parts(node.event)):
        yield problem(
            node, "unsupported.parallel_multiple",
            "Lingkaran yang menunggu beberapa hal sekaligus hanya dapat menunggu pesan, sinyal, jam, dan syarat. "
            "Gambarkan galat, eskalasi, dan yang lain sebagai lingkaran sendiri.",
            "An event that needs several triggers together can wait for messages, signals, timers and conditions only. "
            "Draw errors, escalations and others as events of their own.",
        )
    if node.kind == "boundaryEvent" and not parts(node.event):
        yield replace(problem(
            node, "event.no_trigger",
            "Lingkaran di tepi tugas ini tidak menyebut apa yang ditunggunya, sehingga tidak pernah terjadi. "
            "Pilih jenisnya: jam, pesan, galat.",
            "This boundary event does not say what it waits for, so it never happens. Choose its kind.",
        ), severity="unsound")
    for part in parts(node.event):
        if part.kind == "timer" and part.timer is None:
            yield replace(problem(
                node, "timer.no_time", "Jam ini belum diberi waktu. Isi tanggal, lama waktu, atau siklusnya.",
                "This timer has no time yet. Give it a date, a duration or a cycle.",
            ), severity="missing")


def _start(net: Net, node: Node) -> Iterator[Problem]:
    yield from _event(net, node)
    scope = net.nodes.get(net.scope[node.id])
    inside = scope is not None and scope.by_event
    if not inside and has(node, *ONLY_INSIDE):
        yield problem(
            node, "event.start_misplaced",
            "Lingkaran awal jenis ini hanya berlaku di dalam subproses peristiwa. Pindahkan atau ganti jenisnya.",
            "A start event of this kind belongs into an event sub-process. Move it or change its kind.",
        )


def _event_gateway(net: Net, node: Node) -> Iterator[Problem]:
    """BPMN 2.0.2 clause 10.6.6: behind an event gateway stand catch events and receive tasks."""
    for flow in net.outgoing(node):
        target = net.nodes[flow.target]
        if target.kind not in CATCHES or has(target, "link"):
            yield problem(
                target, "event_gateway.target",
                "Sesudah gerbang peristiwa hanya boleh ada lingkaran penangkap (jam, pesan, sinyal) atau tugas terima.",
                "An event gateway may lead only to catch events and receive tasks.",
            )


def _complex(net: Net, node: Node) -> Iterator[Problem]:
    if len(node.incoming) > 1:
        yield problem(
            node, "unsupported.complexGateway.join",
            "Gerbang kompleks tidak dapat menyatukan cabang. Ganti dengan gerbang inklusif atau paralel.",
            "A complex gateway cannot join. Use an inclusive or a parallel gateway.",
        )


def _activity(net: Net, node: Node) -> Iterator[Problem]:
    if node.by_event:
        starts = node.children.starts if node.children is not None else ()
        if len(starts) != 1 or not parts(starts[0].event):
            yield replace(problem(
                node, "event_sub_process.start",
                "Subproses peristiwa harus mempunyai tepat satu lingkaran awal yang menyebut peristiwanya.",
                "An event sub-process must have exactly one start event that names its trigger.",
            ), severity="unsound")


RUNS: dict[str, Callable[[Net, Node], Iterator[Problem]]] = {
    **dict.fromkeys(EVENTS_THAT_RUN, _event),
    "startEvent": _start,
    **dict.fromkeys(ACTIVITIES, _activity),
    **dict.fromkeys(("exclusiveGateway", "parallelGateway", "inclusiveGateway"), lambda net, node: iter(())),
    "eventBasedGateway": _event_gateway,
    "complexGateway": _complex,
}


def unsupported(net: Net) -> Iterator[Problem]:
    """What of this net does not run."""
    for item in net.root.unsupported:
        yield Problem(
            "unsupported." + item.tag,
            f"Bagian “{item.tag}” tidak dapat dijalankan ({item.reason}). Hapus atau ganti bagian ini.",
            item.element, item.line, (),
            f"“{item.tag}” does not run ({item.reason_en or item.reason}). Remove or replace it.",
        )
    if not net.nodes:
        yield Problem(
            "process.empty", "Alur ini tidak berisi langkah apa pun. Gambarkan langkahnya.", net.root.id,
            net.root.line or None, (), "This process has no steps. Draw them.",
        )
    for node in net.nodes.values():
        runs = RUNS.get(node.kind)
        if runs is None:
            yield problem(
                node, f"unsupported.{node.kind}",
                f"Elemen {node.kind} tidak dikenal. Gambarkan dengan tugas, gerbang, atau lingkaran biasa.",
                f"A {node.kind} is not known. Draw it with tasks, gateways and events.",
            )
        else:
            yield from runs(net, node)


