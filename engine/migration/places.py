"""What a waiting place is, as far as moving it needs to know: the one file here that looks into a compiled graph."""

from __future__ import annotations

from engine.bpmn.model import Flow
from engine.graph import Clock, Graph, State

WORK = "task"
AUTOMATIC = "automatic"
CHILD = "child"
JOIN = "join"
_KINDS = {
    "userTask": WORK, "serviceTask": AUTOMATIC, "sendTask": AUTOMATIC, "scriptTask": AUTOMATIC,
    "businessRuleTask": AUTOMATIC, "receiveTask": "message", "eventBasedGateway": "first of several",
}
KINDS_SAID = {
    WORK: "tugas orang", AUTOMATIC: "tugas otomatis", CHILD: "bagian yang berjalan sendiri", "message": "tunggu pesan",
    "first of several": "gerbang mana dulu", JOIN: "gerbang serentak", "timer": "tunggu jam",
}


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
    return family(graph, place) in (WORK, AUTOMATIC)


def hosts(graph: Graph, state: State) -> frozenset[str]:
    """What clocks hang on in this state: its places, and the sub-processes around them."""
    around = graph.net.scope
    found = set(state.places)
    for place in state.places:
        drawn = flow(graph, place)
        scope = around.get(drawn.target if drawn is not None else place)
        while scope is not None:
            found |= {scope, f"{scope}!"}
            scope = around.get(scope)
    return frozenset(found)


def clocks(graph: Graph, state: State) -> dict[str, Clock]:
    """The clocks that can be set in this state, by their element."""
    return {clock.node: clock for host in sorted(hosts(graph, state)) for clock in graph.clocks.get(host, ())}


def ballot(graph: Graph, place: str) -> tuple[str, ...] | None:
    """What decides a vote at this task, in words; None when one person does it alone."""
    quorum = graph.quorums.get(place)
    if quorum is None:
        return None
    return (quorum.cardinality.text, quorum.completion.text if quorum.completion else "", str(quorum.sequential))


def key_of(state: State) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """What two states have in common when they are the same: stage, places, and what could still be compensated."""
    return state.stage, state.places, state.done
