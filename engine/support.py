"""Which elements of BPMN 2.0 run, in one table; everything else is refused by element, line and mend, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from engine.bpmn.model import Node, Process
from engine.errors import Problem

AUTOMATIC = frozenset({"serviceTask", "sendTask", "scriptTask", "businessRuleTask"})
PASSED = frozenset({"task", "manualTask"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "eventBasedGateway"})

EVENTS_THAT_RUN = {
    "startEvent": frozenset({"none"}),
    "endEvent": frozenset({"none", "escalation", "terminate"}),
    "intermediateThrowEvent": frozenset({"none", "escalation"}),
    "intermediateCatchEvent": frozenset({"timer", "message"}),
    "boundaryEvent": frozenset({"timer", "message"}),
}


def problem(node: Node, code: str, message: str, message_en: str) -> Problem:
    return Problem(code, message, node.id, node.line or None, (), message_en)


def _event(node: Node, handlers: Collection[str] | None) -> Problem | None:
    kind = node.event.kind if node.event else "none"
    if kind in EVENTS_THAT_RUN[node.kind]:
        return None
    allowed = ", ".join(sorted(EVENTS_THAT_RUN[node.kind]))
    return problem(
        node, f"unsupported.{node.kind}.{kind}",
        f"Lingkaran {node.kind} jenis “{kind}” belum dapat dijalankan. Gunakan salah satu dari: {allowed}.",
        f"A {node.kind} of kind “{kind}” does not run yet. Use one of: {allowed}.",
    )


def _automatic(node: Node, handlers: Collection[str] | None) -> Problem | None:
    if node.loop is not None:
        return _loop(node)
    if handlers is None or (node.task_type is not None and node.task_type in handlers):
        return None
    if node.task_type is None:
        return problem(
            node, "task.no_type",
            "Tugas otomatis ini tidak menyebut jenis pekerjaannya. "
            "Isi “task type” dengan nama penangan yang terdaftar.",
            "This automatic task names no task type. Fill in the name of a registered handler.",
        )
    known = ", ".join(sorted(handlers)) or "belum ada"
    return problem(
        node, "task.no_handler",
        f"Tidak ada penangan untuk jenis “{node.task_type}”. Daftarkan penangannya, atau pakai yang ada: {known}.",
        f"There is no handler for “{node.task_type}”. Register one, or use one of: {known}.",
    )


def _user(node: Node, handlers: Collection[str] | None) -> Problem | None:
    if node.loop is None:
        return None
    if node.loop.kind == "standard":
        return _loop(node)
    if node.loop.cardinality is None and node.loop.collection is None:
        return problem(
            node, "loop.no_count",
            "Tugas berganda ini tidak menyebut berapa orang yang memutuskan. Isi “loop cardinality”.",
            "This multi-instance task does not say how many decide. Fill in its loop cardinality.",
        )
    return None


def _loop(node: Node) -> Problem:
    return problem(
        node, "unsupported.loop",
        "Tanda pengulangan pada tugas ini belum dapat dijalankan. Gambarkan sebagai panah kembali lewat gerbang.",
        "The loop mark on this task does not run yet. Draw it as a flow back through a gateway.",
    )


def _plain(node: Node, handlers: Collection[str] | None) -> Problem | None:
    return _loop(node) if node.loop is not None else None


RUNS: dict[str, Callable[[Node, Collection[str] | None], Problem | None]] = {
    **dict.fromkeys(EVENTS_THAT_RUN, _event),
    **dict.fromkeys(PASSED, _plain),
    **dict.fromkeys(AUTOMATIC, _automatic),
    **dict.fromkeys(GATEWAYS, _plain),
    "receiveTask": _plain,
    "userTask": _user,
}


def unsupported(process: Process, handlers: Collection[str] | None) -> Iterator[Problem]:
    """What of this process does not run. `handlers` are the task types registered here; None takes any."""
    for item in process.unsupported:
        yield Problem(
            "unsupported." + item.tag,
            f"Bagian “{item.tag}” belum dapat dijalankan ({item.reason}). Hapus atau ganti bagian ini.",
            item.element, item.line, (),
            f"“{item.tag}” does not run yet ({item.reason}). Remove or replace it.",
        )
    for node in process.nodes.values():
        runs = RUNS.get(node.kind)
        if runs is None:
            yield problem(
                node, f"unsupported.{node.kind}",
                f"Elemen {node.kind} belum dapat dijalankan. Gambarkan dengan tugas, gerbang, atau lingkaran biasa.",
                f"A {node.kind} does not run yet. Draw it with tasks, gateways and events.",
            )
        elif (found := runs(node, handlers)) is not None:
            yield found
        if node.for_compensation or node.instantiate:
            yield problem(
                node, "unsupported.instantiate" if node.instantiate else "unsupported.compensation",
                "Penanda pada elemen ini (kompensasi atau pemicu awal) belum dapat dijalankan. Hapus penandanya.",
                "This element's marker (compensation or instantiate) does not run yet. Remove it.",
            )
