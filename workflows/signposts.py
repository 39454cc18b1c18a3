"""What a drawing says about one of its places: who decides after it, which stage it leads to, what comes later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.bpmn.model import Node
from engine.definitions import Loaded

STAGES = ("startEvent", "intermediateThrowEvent")


@dataclass(frozen=True)
class Step:
    """One stage on the way: `state` is "done", "now", "late" or "todo"."""

    code: str
    label: str
    state: str
    note: str = ""


def name_of(loaded: Loaded, node_id: str) -> str:
    """What people call this element; its id where it has no name."""
    node = loaded.graph.process.nodes.get(node_id)
    return node.name or node.id if node else node_id


def decider(loaded: Loaded, node_id: str) -> str | None:
    """The task that decides about what this task hands in: the first deciding one on the way from it."""
    deciding = loaded.deciding
    return None if node_id in deciding else _ahead(loaded, node_id, lambda node: node.id in deciding)


def leads_to(loaded: Loaded, node_id: str) -> str | None:
    """The stage that is reached next from this task when all goes well."""
    stages = set(loaded.graph.stages)
    return _ahead(loaded, node_id, lambda node: node.id in stages)


def _ahead(loaded: Loaded, start: str, wanted: Callable[[Node], bool]) -> str | None:
    """The nearest element behind `start` for which `wanted` holds, by the number of arrows; the end of a sub-process
    leads on to where that itself does."""
    process, around = loaded.graph.process, loaded.graph.net.scope
    seen, edge = {start}, [start]
    while edge:
        left = [around[here] for here in edge if not process.nodes[here].outgoing and around[here] in process.nodes]
        edge = [process.flows[flow].target for here in (*edge, *left) for flow in process.nodes[here].outgoing]
        edge = [here for here in dict.fromkeys(edge) if here not in seen]
        seen.update(edge)
        for here in edge:
            if wanted(process.nodes[here]):
                return here
    return None


def can_come(loaded: Loaded, state: str, node_id: str) -> bool:
    """Whether this task can open (again) after the instance has left `state`."""
    return node_id in loaded.graph.ahead(state)


def later_tasks(loaded: Loaded, state: str, role: str) -> tuple[str, ...]:
    """The evidence tasks of this role that stages still to be reached will ask for, nearest stage first."""
    graph = loaded.graph
    stages = main_stages(loaded)
    here = graph.states[state]
    passed = set(stages[: stages.index(here.stage) + 1]) if here.stage in stages else set()
    found = [
        (stages.index(stage), node.id)
        for node in graph.process.nodes.values()
        if node.kind == "userTask" and node.id not in loaded.deciding and graph.role(node.id) == role
        and node.id not in here.places and can_come(loaded, state, node.id)
        and (stage := leads_to(loaded, node.id)) in stages and stage not in passed
        and decider(loaded, node.id) not in here.places
    ]
    return tuple(node for _, node in sorted(found))


def main_stages(loaded: Loaded) -> tuple[str, ...]:
    """The stages of a body's life, without its end."""
    nodes = loaded.graph.process.nodes
    return tuple(stage for stage in loaded.graph.stages if nodes[stage].kind in STAGES)


def steps(loaded: Loaded, stage: str, *, running: bool, due_at: datetime | None, now: datetime) -> list[Step]:
    """The stages in their order, told from the stage last reached: that one and those before it are done."""
    stages = main_stages(loaded)
    reached = stages.index(stage) if stage in stages else len(stages) - 1
    late = due_at is not None and due_at < now
    return [
        Step(code, name_of(loaded, code), _state(place, reached, running=running, late=late))
        for place, code in enumerate(stages)
    ]


def _state(place: int, reached: int, *, running: bool, late: bool) -> str:
    if place <= reached:
        return "done"
    if place == reached + 1 and running:
        return "late" if late else "now"
    return "todo"
