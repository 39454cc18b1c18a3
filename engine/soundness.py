"""Is the machine sound? Because its graph is finite, every question is answered by looking at all of it.

Soundness after van der Aalst (1998): option to complete (from every state an end can be reached), proper completion
(nothing is left over at the end; by construction an end state has no place), no dead element; safeness is checked
while exploring (`engine.compile`). Added to it: every gateway has a way out under any data.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator

from engine import feel
from engine.bpmn.model import SUB_PROCESSES, Node
from engine.branching import branching
from engine.errors import DrawingRefused, Problem
from engine.feel.values import from_python
from engine.four_eyes import alone
from engine.graph import Graph, State
from engine.guards import OTHER, Case, Domains, both_true, never_true, way_missing
from engine.misdrawn import misdrawn
from engine.net import THROWS, has, parts
from engine.run import bare


def prove(graph: Graph, given: Domains | None = None) -> None:
    """The graph is sound. Otherwise DrawingRefused with every fault, its elements and the shortest way to it.

    `given` as of `problems_of`.
    """
    if problems := [problem for problem in problems_of(graph, given) if problem.severity != "warning"]:
        raise DrawingRefused(problems)


def problems_of(graph: Graph, given: Domains | None = None) -> Iterator[Problem]:
    """Every fault of the graph and of the machines of its child instances, and what is worth a warning.

    `given` are the names whose values the forms beside the drawing limit, with these values.
    """
    yield from branching(graph)
    for one in (graph, *graph.parts.values()):
        ways = _shortest_ways(one)
        yield from one.faults
        yield from _no_completion(one, ways)
    yield from (problem for problem in graph.told if problem.severity == "unsound")
    yield from _dead(graph)
    yield from _loose_links(graph)
    yield from alone(graph)
    yield from _no_way_out(graph, given or {})
    yield from misdrawn(graph)


def _shortest_ways(graph: Graph) -> dict[str, tuple[str, ...]]:
    ways: dict[str, tuple[str, ...]] = {}
    start = [one for one in graph.transitions if one.source == ""]
    todo = deque[str]()
    for one in start:
        if one.target not in ways:
            ways[one.target] = one.path
            todo.append(one.target)
    while todo:
        name = todo.popleft()
        for one in graph.leaving[name]:
            if one.target not in ways:
                ways[one.target] = ways[name] + one.path
                todo.append(one.target)
    return ways


def _no_completion(graph: Graph, ways: dict[str, tuple[str, ...]]) -> Iterator[Problem]:
    """States from which no end can be reached: a join that never completes, or a round that is never left."""
    alive = _leading(graph, {name for name, state in graph.states.items() if state.final})
    lost = [state for name, state in graph.states.items() if name not in alive]
    stuck = [state for state in lost if not graph.leaving[state.name]]
    after = _leading(graph, {state.name for state in stuck})
    turning = [state for state in lost if state.name not in after]
    told: set[tuple[str, ...]] = set()
    for state in (*stuck, *turning[:1]):
        elements = _elements(graph, state)
        if elements not in told:
            told.add(elements)
            yield (_endless if state in turning else _stuck)(graph, state, elements, ways.get(state.name, ()))


def way_to(graph: Graph, element: str) -> tuple[str, ...]:
    """A shortest way from the start to this element, with it; () when no way leads there."""
    found: list[tuple[str, ...]] = []
    for one in (graph, *graph.parts.values()):
        ways = _shortest_ways(one)
        found += [
            ways.get(step.source, ()) + step.path[: step.path.index(element) + 1]
            for step in one.transitions if element in step.path
        ]
        if found:
            break
    return min(found, key=len, default=())


def _leading(graph: Graph, goals: set[str]) -> set[str]:
    """The states from which one of these can be reached, with them."""
    before: dict[str, set[str]] = {name: set() for name in graph.states}
    for one in graph.transitions:
        if one.source:
            before[one.target].add(one.source)
    found, todo = set(goals), list(goals)
    while todo:
        for name in before[todo.pop()] - found:
            found.add(name)
            todo.append(name)
    return found


def _elements(graph: Graph, state: State) -> tuple[str, ...]:
    """The nodes a state waits at; a token on a flow waits at the gateway that flow leads to."""
    return tuple(sorted({graph.net.at(place) for place in state.places}))


def _stuck(graph: Graph, state: State, elements: tuple[str, ...], way: tuple[str, ...]) -> Problem:
    join = graph.process.nodes[elements[0]]
    if join.start_quantity > 1:
        return Problem(
            "completion.stuck",
            f"Alur dapat berhenti di kegiatan ini untuk selamanya: kegiatan ini baru mulai setelah "
            f"{join.start_quantity} token datang (startQuantity), dan sebanyak itu tidak akan pernah datang. Kurangi "
            "jumlahnya, atau pastikan cukup banyak cabang sampai ke sini.",
            join.id, join.line or None, way,
            f"The flow can stop at this activity for ever: it begins only when {join.start_quantity} tokens have come "
            "(startQuantity), and so many never will. Ask for fewer, or see that enough branches arrive.",
            "unsound", elements,
        )
    held = {bare(place) for place in state.places}
    missing = sorted(
        flow for element in elements for flow in graph.process.nodes[element].incoming if flow not in held
    )
    return Problem(
        "completion.stuck",
        f"Alur dapat berhenti di gerbang ini untuk selamanya: panah {', '.join(missing)} tidak akan pernah dilewati. "
        "Ganti dengan gerbang eksklusif, atau pastikan semua cabangnya sampai ke sini.",
        join.id, join.line or None, way,
        f"The flow can stop at this gateway for ever: {', '.join(missing)} will never be passed. "
        "Use an exclusive gateway, or see that all its branches arrive.",
        "unsound", elements,
    )


def _endless(graph: Graph, state: State, elements: tuple[str, ...], way: tuple[str, ...]) -> Problem:
    node = graph.process.nodes[elements[0]]
    return Problem(
        "completion.endless",
        "Dari sini tidak ada jalan menuju lingkaran akhir. Tarik panah keluar dari putaran ini ke sebuah akhir.",
        node.id, node.line or None, way,
        "From here no end can be reached. Draw a flow out of this round to an end event.", "unsound", elements,
    )


def _dead(graph: Graph) -> Iterator[Problem]:
    """Elements that no way through the drawing reaches.

    An event that never happens because its host takes no time and throws nothing is no such fault: it may be drawn for
    what the work will be one day. It is told as a warning, with all that stands behind it alone.
    """
    nodes, net = graph.process.nodes, graph.net
    seen = _onward(graph, _passed(graph))
    idle = [
        node for node in nodes.values()
        if node.id not in seen and parts(node.event) and not has(node, "compensate") and _host(graph, node) in seen
    ]
    behind = dict.fromkeys(node.id for node in idle)
    todo = list(behind)
    while todo:
        node = nodes[todo.pop()]
        following = [flow.target for flow in net.outgoing(node)] + [one.id for one in net.boundaries(node.id)]
        following += net.contents.get(node.id, ())
        new = [one for one in following if one not in seen and one not in behind]
        behind.update(dict.fromkeys(new))
        todo += new
    for node in idle:
        yield _never(node, (node.id, *(one for one in behind if one != node.id)))
    for node in nodes.values():
        if node.id not in seen and node.id not in behind and not _needs_no_way(graph, node):
            yield Problem(
                "element.dead",
                "Langkah ini tidak pernah tercapai. Hubungkan dengan alur, atau hapus.",
                node.id, node.line or None, _cut(graph, node, seen),
                "This element is never reached. Connect it or remove it.", "unsound",
            )


def _passed(graph: Graph) -> set[str]:
    """The elements on some way through the drawing, through those child instances that some way begins."""
    seen, todo = set[str](), [graph]
    left = dict(graph.parts)
    while todo:
        one = todo.pop()
        seen.update(element for step in one.transitions for element in step.path)
        seen.update(element for fault in one.faults for element in fault.path)
        todo += [left.pop(root) for root in [*left] if root in seen]
    return seen


def _host(graph: Graph, event: Node) -> str | None:
    """What an event waits beside: the activity, or the scope of its event sub-process (the whole process as start)."""
    if event.attached_to is not None:
        return event.attached_to
    inside = graph.net.nodes.get(graph.net.scope[event.id])
    if event.kind != "startEvent" or inside is None or not inside.by_event:
        return None
    around = graph.net.scope[inside.id]
    return around if around in graph.net.nodes else next(iter(graph.net.root.nodes))


def _onward(graph: Graph, seen: set[str]) -> set[str]:
    """With them what tokens taken away in the same step come to: which of them moves first is nobody's rule."""
    net, found, todo = graph.net, set(seen), [one for one in seen if one in graph.process.nodes]
    while todo:
        node = graph.process.nodes[todo.pop()]
        if net.waits(node) or node.kind in (*SUB_PROCESSES, *THROWS) or (
            node.kind != "parallelGateway" and any(flow.condition for flow in net.outgoing(node))
        ) or (node.kind == "exclusiveGateway" and len(node.outgoing) > 1):
            continue
        for flow in net.outgoing(node):
            target = graph.process.nodes[flow.target]
            joins = target.kind in ("parallelGateway", "inclusiveGateway") and len(target.incoming) > 1
            if target.id not in found and not joins:
                found.add(target.id)
                todo.append(target.id)
    return found


def _cut(graph: Graph, node: Node, seen: set[str]) -> tuple[str, ...]:
    """The way to the last element before this one that is reached, and the flow from there; () when there is none."""
    done, edge = {node.id}, [node]
    while edge:
        one = edge.pop(0)
        for flow in (graph.process.flows[name] for name in one.incoming):
            if flow.source in seen:
                return (*way_to(graph, flow.source), flow.id)
            if flow.source not in done:
                done.add(flow.source)
                edge.append(graph.process.nodes[flow.source])
    return ()


def _never(event: Node, elements: tuple[str, ...]) -> Problem:
    return Problem(
        "event.never_happens",
        "Peristiwa ini tidak pernah terjadi: bagian yang ditungguinya selesai seketika dan tidak melempar apa pun. "
        "Letakkan tugas orang di dalamnya, atau hapus peristiwa ini.",
        event.id, event.line or None, (),
        "This event never happens: what it waits beside is over at once and throws nothing. "
        "Put a person's task there, or remove the event.", "warning", elements,
    )


def _needs_no_way(graph: Graph, node: Node) -> bool:
    """No flow leads to what listens for a whole scope, to compensation, or to the start of a body entered whole."""
    net = graph.net
    around = [net.nodes[scope] for scope in net.around(node.id) if scope in net.nodes]
    return (
        node.by_event or node.for_compensation or has(node, "compensate")
        or any(scope.for_compensation for scope in around)
        or (node.kind == "startEvent" and bool(around) and not around[0].by_event)
    )


def _loose_links(graph: Graph) -> Iterator[Problem]:
    """Links that lead nowhere, or to two places (BPMN 2.0.2 clause 10.5.1: one target of a name in a scope)."""
    links = [(graph.net.scope[node.id], node.event.ref, node) for node in graph.process.nodes.values()
             if node.event is not None and node.event.kind == "link"]
    targets = Counter((scope, ref) for scope, ref, node in links if node.kind == "intermediateCatchEvent")
    for scope, ref, node in links:
        if node.kind in THROWS and not targets[scope, ref]:
            yield Problem(
                "link.no_target", f"Tidak ada lingkaran penangkap tautan “{ref or ''}” di bagian gambar ini, sehingga "
                "alur berhenti di sini. Buat lingkaran tujuannya, atau betulkan namanya.",
                node.id, node.line or None, way_to(graph, node.id),
                f"No link event catches “{ref or ''}” in this scope, so the flow is lost here. "
                "Draw its target, or mend the name.", "unsound",
            )
        elif node.kind not in THROWS and targets[scope, ref] > 1:
            yield Problem(
                "link.two_targets", f"Nama tautan “{ref or ''}” dipakai oleh beberapa lingkaran tujuan. "
                "Beri setiap tujuan nama sendiri.", node.id, node.line or None, (),
                f"Several link events catch “{ref or ''}”. Give each target a name of its own.", "unsound",
            )


def _no_way_out(graph: Graph, given: Domains) -> Iterator[Problem]:
    """Nodes that some data leaves without a way out, and ways that no answer opens."""
    for node in graph.process.nodes.values():
        guarded = [flow for flow in node.outgoing if flow != node.default and flow in graph.conditions]
        free = [flow for flow in node.outgoing if flow != node.default and flow not in graph.conditions]
        if node.kind == "parallelGateway" or (node.kind == "exclusiveGateway" and len(node.outgoing) < 2):
            continue
        yield from (_closed(graph, flow) for flow in guarded if never_true(graph.conditions[flow], given))
        if node.kind == "exclusiveGateway":
            yield from _overlapping(graph, node, guarded, given)
        if node.kind == "exclusiveGateway" and (len(free) > 1 or (free and node.default is not None)):
            yield _undecided(graph, node, free)
            continue
        if not guarded or free or node.default is not None:
            continue
        if (case := way_missing((graph.conditions[flow] for flow in guarded), given)) is not None:
            yield _without_default(graph, node, case)


def _overlapping(graph: Graph, node: Node, guarded: list[str], given: Domains) -> Iterator[Problem]:
    """A warning for each condition that can be true together with an earlier one of its gateway."""
    for place, later in enumerate(guarded):
        for earlier in guarded[:place]:
            case = both_true(graph.conditions[earlier], graph.conditions[later], given)
            if case is not None:
                yield _ordered(graph, node, earlier, later, case)
                break


def _ordered(graph: Graph, node: Node, earlier: str, later: str, case: Case) -> Problem:
    flow = graph.process.flows[later]
    when, when_en = _such_as(case)
    return Problem(
        "condition.overlaps",
        f"Syarat ini dan syarat panah {earlier} dapat terpenuhi bersamaan{when}; yang diambil lalu {earlier}, karena "
        "urutannya lebih dahulu. Persempit salah satunya bila bukan itu maksudnya.",
        flow.id, flow.line or None, (*way_to(graph, flow.source), flow.id),
        f"This condition and that of {earlier} can both hold{when_en}; then {earlier} is taken, as it comes first. "
        "Narrow one of them unless this is meant.", "warning", (node.id, earlier, later),
    )


def _closed(graph: Graph, flow_id: str) -> Problem:
    flow = graph.process.flows[flow_id]
    return Problem(
        "condition.never_true",
        "Syarat ini tidak pernah terpenuhi oleh pilihan yang ada di formulir. Samakan dengan salah satu pilihannya.",
        flow.id, flow.line or None, (*way_to(graph, flow.source), flow.id),
        "No choice that the forms offer makes this condition true. Write it as one of the choices.", "unsound",
    )


def _undecided(graph: Graph, node: Node, free: list[str]) -> Problem:
    return Problem(
        "gateway.no_condition",
        f"Panah {', '.join(free)} tidak bersyarat, sehingga pilihan di gerbang ini tidak tentu. "
        "Tulis syarat pada setiap panah, kecuali satu panah bawaan (default).",
        node.id, node.line or None, way_to(graph, node.id),
        f"{', '.join(free)} have no condition, so this choice is undecided. "
        "Give each flow a condition but one default flow.", "unsound", (node.id, *free),
    )


def _without_default(graph: Graph, node: Node, case: Case) -> Problem:
    when, when_en = _such_as(case)
    return Problem(
        "gateway.no_default",
        f"Bila tidak ada syarat yang cocok{when}, alur berhenti di sini. Tandai satu panah sebagai bawaan (default).",
        node.id, node.line or None, way_to(graph, node.id),
        f"When no condition holds{when_en}, the flow stops here. Mark one flow as the default.", "unsound",
    )


def _such_as(case: Case) -> tuple[str, str]:
    """The case in words, in both languages; nothing where there is no telling."""
    told, told_en = (
        ", ".join(f"{name} = {other if value == OTHER else feel.literal(from_python(value))}"
                  for name, value in case.items())
        for other in ("nilai lain", "another value")
    )
    return (f", misalnya bila {told}", f", as with {told_en}") if told else ("", "")
