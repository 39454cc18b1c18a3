"""Tasks that nobody could do, because those who may have already acted in another lane of the same stage.

Four eyes: whoever acted in one lane of a stage may not act in another lane of it during the same stay
(`engine.operations`). A role can always be given to one more person, so nothing is proved about roles. What is proved
is about tasks that the drawing itself gives to people by name: an `assignee`, or candidate users without candidate
groups, written out and not computed. Such a task is told when everybody it is given to is the one person who must have
done a task of another lane before it in the same stage; and a vote, when it needs more people than are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.bpmn.model import Node
from engine.errors import Problem
from engine.graph import Graph


def alone(graph: Graph) -> Iterator[Problem]:
    """The tasks nobody could do under four eyes, each with the way that leads there."""
    named = {node.id: people for node in graph.process.nodes.values() if (people := people_of(node))}
    for name, people in named.items():
        node = graph.process.nodes[name]
        if (needed := _votes(graph, name)) is not None and needed > len(people):
            yield Problem(
                "task.too_few_people",
                f"Keputusan ini memerlukan {needed} orang, tetapi hanya {len(people)} yang disebut: "
                f"{', '.join(sorted(people))}. Sebutkan lebih banyak orang, atau isi peran.",
                name, node.line or None, (), f"This decision needs {needed} people, and only {len(people)} are named: "
                f"{', '.join(sorted(people))}. Name more people, or a role.", "unsound",
            )
    told: set[str] = set()
    for first, people in named.items():
        if len(people) != 1:
            continue
        for second, way in _afterwards(graph, first):
            if second in told or named.get(second) != people or graph.role(first) == graph.role(second):
                continue
            told.add(second)
            node = graph.process.nodes[second]
            yield Problem(
                "task.nobody", f"Tugas ini dan “{graph.process.nodes[first].name or first}” dari lajur lain pada tahap "
                f"yang sama hanya diberikan kepada {min(people)}. Orang yang sama tidak boleh mengerjakan keduanya: "
                "berikan salah satunya kepada orang lain.", second, node.line or None, way,
                f"This task and “{graph.process.nodes[first].name or first}” of another lane in this stage are both "
                f"given to {min(people)} alone, who may not do both. Give one of them to somebody else.",
                "unsound", (first, second),
            )


def people_of(node: Node) -> frozenset[str]:
    """Those the drawing names, and nobody else may do the task; empty when that cannot be told."""
    names = (node.assignee,) if node.assignee else () if node.roles else node.users
    fixed = node.kind == "userTask" and not any(name.startswith(("=", "${", "#{")) for name in names)
    return frozenset(names) if fixed else frozenset()


def _votes(graph: Graph, name: str) -> int | None:
    quorum = graph.quorums.get(name)
    if quorum is None or quorum.completion is not None or quorum.cardinality.names:
        return None
    count = quorum.cardinality.evaluate({})
    return int(count) if isinstance(count, Decimal) else None


def _afterwards(graph: Graph, first: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The places that can wait after this task was done, before the stage changes, each with a way from the task."""
    seen = set[str]()
    todo = [(one, one.path) for one in graph.transitions if one.trigger == f"complete.{first}"]
    while todo:
        step, way = todo.pop(0)
        if step.stages or step.target in seen:
            continue
        seen.add(step.target)
        for place in sorted(graph.states[step.target].places):
            yield place, way
        todo += [(one, way + one.path) for one in graph.leaving[step.target]]
