"""What a waiting place is, as far as moving it needs to know: the one file here that looks into a compiled graph."""

from __future__ import annotations

from engine.bpmn.model import Flow
from engine.compensation import Handlers
from engine.graph import Clock, Graph, State
from engine.run import LISTENS

WORK = "task"
AUTOMATIC = "automatic"
CHILD = "child"
JOIN = "join"
_KINDS = {
    "userTask": WORK, "serviceTask": AUTOMATIC, "sendTask": AUTOMATIC, "scriptTask": AUTOMATIC,
    "businessRuleTask": AUTOMATIC, "receiveTask": "message", "eventBasedGateway": "first of several",
}
KINDS_SAID = {
    WORK: ("tugas orang", "a person's task"), AUTOMATIC: ("tugas otomatis", "an automatic task"),
    CHILD: ("bagian yang berjalan sendiri", "a part that runs by itself"),
    "message": ("tunggu pesan", "a wait for a message"), "first of several": ("gerbang mana dulu", "an event gateway"),
    JOIN: ("gerbang serentak", "a joining gateway"), "timer": ("tunggu jam", "a wait for a clock"),
}
"""What each sort of wait is called, in both languages."""


def kind_said(graph: Graph, place: str) -> tuple[str, str]:
    """What people call this sort of wait, in both languages; ("", "") when the drawing has no such place."""
    sort = family(graph, place)
    return KINDS_SAID.get(sort, (sort, sort))


def family(graph: Graph, place: str) -> str:
    """What sort of wait this place is; "" when the drawing has no such place. Only a wait of the same sort goes on."""
    node = graph.node(place)
    if node is None:
        return JOIN if place in graph.process.flows else ""
    if graph.spawns(place):
        return CHILD
    if node.kind == "intermediateCatchEvent" and node.event is not None:
        return node.event.kind
    return _KINDS.get(node.kind, node.kind)


def name(graph: Graph, element: str) -> str:
    """What people call this element, with its id."""
    node = graph.process.nodes.get(element)
    return f"“{node.name}” ({element})" if node is not None and node.name else element


def flow(graph: Graph, place: str) -> Flow | None:
    """The flow this place is, None for a node."""
    return graph.process.flows.get(place)


def flows(graph: Graph, source: str, target: str) -> list[str]:
    """The ids of the flows between these two nodes."""
    return [one.id for one in graph.process.flows.values() if (one.source, one.target) == (source, target)]


def is_task(graph: Graph, place: str) -> bool:
    """Whether a row of the table of tasks stands for this wait."""
    return family(graph, place) in (WORK, AUTOMATIC, CHILD)


def manner(graph: Graph, place: str) -> tuple[str, str]:
    """How child instances do the work of this place: (what they run, how often). Children go on in the same only."""
    repeat = graph.repeats.get(place) if place != graph.root.id else None
    if repeat is None:
        times = "once"
    else:
        times = "loop" if repeat.again is not None else "sequential" if repeat.sequential else "parallel"
    return "call" if place in graph.calls else "part", times


def hosts(graph: Graph, state: State) -> frozenset[str]:
    """What clocks hang on in this state of this machine: its places, and the sub-processes around them within it."""
    handlers, root, found = Handlers(graph.net, graph.root), graph.root, set(state.places)
    for place in state.places:
        inside = set(handlers.scopes_at(place))
        found |= inside | {scope + LISTENS for scope in inside}
    if root.kind in ("process", "body") and handlers.own not in state.places:
        found.add(root.top + LISTENS)
    return frozenset(found | graph.net.listening(found, state.arrived, root))


def clocks(graph: Graph, state: State) -> dict[str, Clock]:
    """The clocks that can be set in this state, by their element; those on a round's own edge are its parent's."""
    return {
        clock.node: clock for host in sorted(hosts(graph, state)) if host != graph.root.id
        for clock in graph.clocks.get(host, ())
    }


def reach(graph: Graph, state: State) -> frozenset[str]:
    """The places that are waited at in this state or can be later, those inside its children included."""
    todo, found = [*state.places, *graph.ahead(state.name)], set[str]()
    if graph.parts:
        todo += [part for part, inner in graph.parts.items() if inner.root.kind == "branch"]
    while todo:
        place = todo.pop()
        if place in found:
            continue
        found.add(place)
        if (inner := graph.parts.get(place)) is not None:
            todo += [one for each in inner.states.values() for one in each.places if one not in found]
    return frozenset(found)


def ballot(graph: Graph, place: str) -> tuple[str, ...] | None:
    """What decides a vote at this task, in words; None when one person does it alone."""
    quorum = graph.quorums.get(place)
    if quorum is None:
        return None
    return (quorum.cardinality.text, quorum.completion.text if quorum.completion else "", str(quorum.sequential))


def key_of(state: State) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """What two states have in common when they are the same: stage, places, and what could still be compensated or has
    come of what an event needs."""
    return state.stage, state.places, (*state.done, *sorted(state.arrived))
