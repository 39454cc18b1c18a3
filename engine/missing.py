"""What a drawing that runs still needs here before it is published: handlers, forms, roles, called processes.

None of it is a fault of the drawing. A set given as None is not asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.bpmn.model import Node
from engine.errors import Problem
from engine.graph import Graph
from engine.net import AUTOMATIC, votes


def missing(
    graph: Graph, *, handlers: Collection[str] | None = None, forms: Mapping[str, str] | None = None,
    called: Collection[str] | None = None,
) -> Iterator[Problem]:
    """Everything still to be registered. `handlers` are task types, `forms` texts by form id, `called` process keys."""
    yield from (problem for problem in graph.told if problem.severity == "missing")
    for node in graph.process.nodes.values():
        if handlers is not None and node.kind in AUTOMATIC:
            yield from _handler(node, handlers)
        if forms is not None and node.kind == "userTask" and node.form and not node.embedded and node.form not in forms:
            yield _problem(
                node, "form.missing", f"Formulir “{node.form}.form” tidak ada di samping gambar. Buat formulirnya.",
                f"The form “{node.form}.form” does not stand beside the drawing.",
            )
        if node.kind == "callActivity" and called is not None:
            yield from _called(graph, node, called)
        if node.loop is not None and _uncounted(node):
            yield _problem(
                node, "loop.no_count",
                "Tugas berganda ini tidak menyebut berapa kali dikerjakan. Isi “loop cardinality” atau koleksinya.",
                "This multi-instance activity does not say how often. Fill in its loop cardinality or collection.",
            )
        for event, what in node.listeners:
            if handlers is not None and what not in handlers:
                yield _problem(
                    node, "listener.missing",
                    f"Pendengar “{what}” ({event}) tidak terdaftar. Daftarkan penangannya, atau hapus dari gambar.",
                    f"The listener “{what}” ({event}) is not registered. Register a handler for it or remove it.",
                )


def roles_missing(graph: Graph, roles: Collection[str] | None = None) -> Iterator[Problem]:
    """The tasks that no role may do, and those whose role is not among the `roles` that exist."""
    for node in graph.process.nodes.values():
        if node.kind == "userTask":
            yield from _role(node, graph.role(node.id), roles)


def _role(node: Node, role: str, roles: Collection[str] | None) -> Iterator[Problem]:
    if not role:
        yield _problem(
            node, "task.no_role",
            "Tugas ini tidak berada di lajur mana pun, sehingga tidak ada peran yang dapat mengerjakannya. "
            "Letakkan di sebuah lajur, atau isi “candidate groups”.",
            "This task lies in no lane, so nobody's role may do it. Put it into a lane or name candidate groups.",
        )
    elif roles is not None and role not in roles and not role.startswith(("=", "${", "#{")):
        yield _problem(
            node, "task.unknown_role",
            f"Peran “{role}” tidak ada. Pakai salah satu: {', '.join(sorted(roles))}.",
            f"There is no role “{role}”. Use one of: {', '.join(sorted(roles))}.",
        )


def handler_name(node: Node) -> str | None:
    """The name under which the handler of an automatic task is registered; None when it needs none."""
    if node.task_type == "" or node.decision is not None:
        return None
    return node.task_type or node.id


def _handler(node: Node, handlers: Collection[str]) -> Iterator[Problem]:
    name = handler_name(node)
    if name is not None and name not in handlers:
        known = ", ".join(sorted(handlers))
        yield _problem(
            node, "task.no_handler",
            f"Tidak ada penangan untuk jenis “{name}”. Daftarkan penangannya"
            f"{f', atau pakai yang ada: {known}' if known else ''}.",
            f"There is no handler for “{name}”. Register one{f', or use one of: {known}' if known else ''}.",
        )


def _called(graph: Graph, node: Node, called: Collection[str]) -> Iterator[Problem]:
    call = graph.calls.get(node.id)
    key = call.called.evaluate({}) if call is not None and not call.called.names else None
    if call is None or (isinstance(key, str) and key not in called):
        yield _problem(
            node, "call.missing",
            f"Alur “{key or '?'}” yang dipanggil di sini belum diterbitkan. Terbitkan dahulu, atau betulkan namanya.",
            f"The process “{key or '?'}” called here is not published. Publish it first, or mend its name.",
        )


def _uncounted(node: Node) -> bool:
    loop = node.loop
    return loop is not None and loop.kind != "standard" and loop.cardinality is None and loop.collection is None and (
        votes(node) or loop.kind in ("parallel", "sequential")
    )


def _problem(node: Node, code: str, message: str, message_en: str) -> Problem:
    return Problem(code, message, node.id, node.line or None, (), message_en, severity="missing")
