"""A drawing in words: what people review when a flow changes, and what its fingerprint is made of.

Made from meaning only. Layout, the order of elements in the file, ids of flows, documentation and the words of
extensions nobody runs leave it as it is. Texts are Indonesian: the reviewers are the people who lead the flow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from engine.bpmn.model import Event, Flow, Lane, Node, Process

KINDS = {
    "startEvent": "mulai", "endEvent": "selesai", "intermediateThrowEvent": "tahap",
    "intermediateCatchEvent": "tunggu", "boundaryEvent": "tepi", "task": "langkah", "userTask": "tugas orang",
    "manualTask": "tugas manual", "serviceTask": "tugas layanan", "sendTask": "tugas kirim",
    "receiveTask": "tugas terima", "scriptTask": "tugas skrip", "businessRuleTask": "tugas aturan",
    "exclusiveGateway": "gerbang pilih satu", "parallelGateway": "gerbang serentak",
    "inclusiveGateway": "gerbang pilih beberapa", "complexGateway": "gerbang kompleks",
    "eventBasedGateway": "gerbang mana dulu", "subProcess": "subproses", "transaction": "transaksi",
    "adHocSubProcess": "subproses bebas", "callActivity": "panggil",
}
EVENTS = {
    "timer": "jam", "message": "pesan", "signal": "sinyal", "escalation": "eskalasi", "error": "galat",
    "terminate": "hentikan semua", "conditional": "syarat", "link": "tautan", "compensate": "kompensasi",
    "cancel": "batal", "multiple": "salah satu dari",
}
TIMES = {"date": "pada", "duration": "setelah", "cycle": "setiap"}
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", "\n": "\\n", "\r": "\\r", "\x0b": "\\v", "\x0c": "\\f",
                          "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P"})
LOOPS = {"parallel": "bersamaan", "sequential": "bergantian", "standard": "diulang"}


def outline(process: Process) -> str:
    """The flow in words: lanes, then the steps in the order of the flow from its starts; one line per element.

    A branch is a line of its own, further in, below its element, and so is each event on an element's edge.
    """
    title = f"PROSES {_named(process.id, process.name)}" + ("" if process.executable else "; tidak untuk dijalankan")
    lines = [title + _pairs("properti", sorted(process.properties.items())) + _pairs("pendengar", process.listeners)]
    lines += _lanes(process.lanes, None, 1)
    lines += ["ALUR", *_steps(process, 1)]
    lines += sorted(f"  TIDAK DIJALANKAN {one.element}: {one.tag}: {_flat(one.reason)}" for one in process.unsupported)
    return "\n".join(lines) + "\n"


def fingerprint(process: Process) -> str:
    """The SHA-256 of the outline, in hexadecimal: equal for drawings that mean the same."""
    return hashlib.sha256(outline(process).encode()).hexdigest()


def reading_order(process: Process) -> Iterator[Node]:
    """The nodes of a scope in the order of the flow: from each start, each step before what follows it.

    Ties are broken by id. What no start leads to comes last. Boundary events follow their host.
    """
    seen: set[str] = set()
    starts = sorted(process.starts, key=lambda node: (node.event is not None and node.event.kind != "none", node.id))
    others = sorted(process.nodes.values(), key=lambda node: (bool(node.incoming), node.kind == "boundaryEvent",
                                                              node.id))
    edges: dict[str | None, list[str]] = {}
    for one in sorted(process.nodes):
        edges.setdefault(process.nodes[one].attached_to, []).append(one)
    waiting = [node.id for node in (*starts, *others)][::-1]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        node = process.nodes[name]
        yield node
        after = sorted({flow.target for flow in process.outgoing(node)})
        waiting += [*_linked(process, node), *after[::-1], *edges.get(name, [])[::-1]]


def _linked(process: Process, node: Node) -> list[str]:
    """The catching ends of a throwing link."""
    if node.kind != "intermediateThrowEvent" or node.event is None or node.event.kind != "link":
        return []
    return sorted(one.id for one in process.nodes.values()
                  if one.kind == "intermediateCatchEvent" and one.event is not None and one.event.kind == "link"
                  and one.event.ref == node.event.ref)


def _steps(process: Process, depth: int) -> Iterator[str]:
    for node in reading_order(process):
        indent = "  " * (depth + (node.kind == "boundaryEvent"))
        leaving = process.outgoing(node)
        plain = len(leaving) == 1 and leaving[0].condition is None and leaving[0].id != node.default
        yield f"{indent}{_step(node)}" + (f" -> {leaving[0].target}" + _label(leaving[0]) if plain else "")
        if not plain:
            yield from (f"{indent}  {line}" for line in _branches(node, leaving))
        if node.children is not None:
            yield from _lanes(node.children.lanes, None, depth + 1)
            yield from _steps(node.children, depth + 1)


def _branches(node: Node, leaving: tuple[Flow, ...]) -> Iterator[str]:
    """One line per flow, the default last; by target, but where the order has a meaning in the order it has.

    It has one at a gateway that takes the first of several conditions that holds.
    """
    ordered = node.kind == "exclusiveGateway" and sum(1 for flow in leaving if flow.condition) > 1
    by_target = sorted(leaving, key=lambda one: ("", "") if ordered and one.condition else
                       (one.target, one.condition or ""))
    for flow in sorted(by_target, key=lambda one: one.id == node.default):
        when = "selain itu" if flow.id == node.default else "lalu"
        if flow.condition is not None:
            when = f"jika {_flat(flow.condition)}" + (" (bawaan)" if flow.id == node.default else "")
        yield f"{when} -> {flow.target}{_label(flow)}"


def _label(flow: Flow) -> str:
    return f" {_quoted(flow.name)}" if flow.name else ""


def _step(node: Node) -> str:
    return "; ".join(filter(None, [f"{node.id}: {_kind(node)} {_quoted(node.name)}".rstrip(), *_facts(node)]))


def _kind(node: Node) -> str:
    kind = KINDS.get(node.kind, node.kind)
    event = node.event
    blank = event is None or event.kind == "none"
    if node.kind == "intermediateThrowEvent" and not blank:
        kind = "lempar"
    elif node.kind == "intermediateCatchEvent" and blank:
        kind = "tahap"
    elif node.kind == "boundaryEvent":
        kind = f"di tepi {node.attached_to} ({'mengambil alih' if node.interrupting else 'tidak mengganggu'})"
    elif node.kind == "startEvent" and not node.interrupting:
        kind = "mulai (tidak mengganggu)"
    elif node.by_event:
        kind = f"{kind} peristiwa"
    return kind


def _facts(node: Node) -> Iterator[str]:
    """What is said of a node besides its kind and name, in a fixed order; blanks are left out by the caller."""
    if node.event is not None and node.event.kind != "none":
        yield _event(node.event)
    yield _fact("lajur", node.lane)
    yield _fact("peran", ", ".join(sorted(node.roles)))
    yield _fact("orang", ", ".join(sorted(node.users)))
    yield _fact("pelaksana", node.assignee)
    yield _fact("formulir", node.form)
    yield _fact("tenggat", node.due)
    yield _fact("tindak lanjut", node.follow_up)
    yield _fact("prioritas", node.priority)
    yield _fact("pekerjaan", node.task_type)
    yield _fact("proses", " ".join(filter(None, [node.called, node.binding, node.version])) if node.called else None)
    yield _fact("keputusan", " ".join(filter(None, [node.decision, node.binding, node.version]))
                if node.decision else None)
    yield _fact("hasil ke", node.result)
    yield _fact("skrip", node.script)
    yield _fact("ditebus oleh", node.handler)
    yield from _ad_hoc(node)
    yield _loop(node)
    yield "memulai proses" if node.instantiate else ""
    yield "untuk kompensasi" if node.for_compensation else ""
    yield _pairs("masukan", node.inputs).removeprefix("; ")
    yield _pairs("keluaran", node.outputs).removeprefix("; ")
    yield _pairs("pendengar", node.listeners).removeprefix("; ")
    yield _fact("isian", node.embedded)
    yield _pairs("properti", sorted(node.properties.items())).removeprefix("; ")


def _ad_hoc(node: Node) -> Iterator[str]:
    if node.kind == "adHocSubProcess":
        yield "bergantian" if node.ordering == "Sequential" else ""
        yield _fact("selesai bila", node.completion)
        yield "" if node.cancel_remaining else "sisanya tetap berjalan"


def _event(event: Event) -> str:
    word = EVENTS.get(event.kind, event.kind)
    if event.kind == "multiple":
        word = "semua dari" if event.together else word
        return f"{word} [{' | '.join(sorted(_event(part) for part in event.parts))}]"
    if event.timer is not None:
        return f"{word} {TIMES[event.timer.kind]} {_flat(event.timer.expression)}"
    parts = [word, _flat(event.condition or event.ref or "")]
    if event.name and event.name != event.ref:
        parts.append(_quoted(event.name))
    parts.append(_fact("kunci", event.key))
    return " ".join(filter(None, parts))


def _loop(node: Node) -> str:
    loop = node.loop
    if loop is None:
        return ""
    facts = [
        LOOPS[loop.kind], _fact("sebanyak", loop.cardinality), _fact("untuk tiap isi", loop.collection),
        _fact("sebagai", loop.element),
        _fact("selama" if loop.kind == "standard" else "cukup bila", loop.completion),
        "diperiksa dahulu" if loop.test_before else "",
        _fact("hasil ke", loop.results), _fact("berisi", loop.result),
    ]
    return "berulang " + ", ".join(filter(None, facts))


def _lanes(lanes: tuple[Lane, ...], parent: str | None, depth: int) -> Iterator[str]:
    for lane in sorted((one for one in lanes if one.parent == parent), key=lambda one: one.id):
        yield f"{'  ' * depth}LAJUR {_named(lane.id, lane.name)}"
        yield from _lanes(lanes, lane.id, depth + 1)


def _named(name: str, label: str) -> str:
    return f"{name} {_quoted(label)}".rstrip()


def _pairs(word: str, pairs: Iterable[tuple[str, str]]) -> str:
    text = ", ".join(f"{_flat(name)}={_flat(value)}" for name, value in pairs)
    return f"; {word} {text}" if text else ""


def _fact(word: str, value: str | None) -> str:
    return f"{word} {_flat(value)}" if value else ""


def _quoted(text: str) -> str:
    return f"“{_flat(text).replace('”', chr(92) + '”')}”" if text else ""


def _flat(text: str) -> str:
    """On one line, without the marks that part facts from each other; two texts that differ stay different."""
    return text.translate(_ESCAPED).replace("->", "-\\>")
