"""How often an activity is done, and what follows a round: loops and multi-instance (BPMN 2.0.2 clause 13.3.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Refused
from engine.graph import Graph, Repeat
from engine.machine import context_of
from engine.phrases import Phrase
from engine.plain import plain

MOST_ROUNDS = 1_000
"""More rounds at once than this are refused; they would be one transaction."""
OWN = "loopCounter"
"""The name of a round's number, from 1."""


class NotCounted(Refused):
    """Jumlah putaran tidak dapat dihitung."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds there will be (None: a condition says), and the items they are about."""

    total: int | None
    items: tuple[Any, ...] | None = None

    def first(self, repeat: Repeat, context: Mapping[str, Any]) -> range:
        """The numbers of the rounds to begin at once, none when there is nothing to do."""
        if self.total == 0 or (repeat.before and not _again(repeat, context, 1)):
            return range(0)
        return range(1) if repeat.sequential else range(self.total or 0)

    def variables(self, repeat: Repeat, number: int) -> dict[str, Any]:
        """What a round knows beside what its parent knows."""
        known: dict[str, Any] = {OWN: number + 1}
        if repeat.element is not None and self.items is not None:
            known[repeat.element] = self.items[number]
        return known

    def as_dict(self) -> dict[str, Any]:
        """The shape in which the first round remembers it for all."""
        return {"total": self.total, "items": list(self.items) if self.items is not None else None}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Plan:
        items = kept.get("items")
        return cls(kept.get("total"), tuple(items) if items is not None else None)


def plan(graph: Graph, repeat: Repeat, context: Mapping[str, Any]) -> Plan:
    """How often this activity is to be done now. Refused with NotCounted, naming the activity and what is wrong."""
    if repeat.items is not None:
        items = repeat.items.evaluate(context)
        if not isinstance(items, list):
            raise _refused(graph, repeat, Phrase("Koleksi “%(items)s” bukan daftar", items=repeat.items.text))
        return _checked(graph, repeat, Plan(len(items), tuple(plain(item) for item in items)))
    if repeat.count is not None:
        return _checked(graph, repeat, Plan(_whole(graph, repeat, repeat.count.evaluate(context))))
    if repeat.again is not None:
        return Plan(None)
    raise _refused(graph, repeat, Phrase("Jumlah putaran dan koleksinya tidak disebut"))


def _whole(graph: Graph, repeat: Repeat, value: object) -> int:
    text = str(value).strip() if isinstance(value, Decimal | str) else ""
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal(-1)
    if number < 0 or number != number.to_integral_value():
        raise _refused(graph, repeat, Phrase(
            "Jumlah “%(count)s” bukan bilangan", count=repeat.count.text if repeat.count else ""
        ))
    return int(number)


def _checked(graph: Graph, repeat: Repeat, made: Plan) -> Plan:
    if (made.total or 0) > MOST_ROUNDS and not repeat.sequential:
        raise _refused(graph, repeat, Phrase(
            "%(count)s putaran sekaligus terlalu banyak, paling banyak %(most)s", count=str(made.total),
            most=str(MOST_ROUNDS),
        ))
    return made


def _refused(graph: Graph, repeat: Repeat, what: Phrase) -> NotCounted:
    node = graph.process.nodes[repeat.node]
    return NotCounted(
        "%(what)s pada “%(name)s” (%(id)s). Betulkan data atau gambarnya, lalu coba lagi.", what=what,
        name=node.name or node.id, id=node.id,
    )


def is_over(repeat: Repeat, made: Plan, states: Sequence[str], number: int, context: Mapping[str, Any]) -> bool:
    """Whether the round of this number, just ended, was the last that is needed.

    `states` are those of all rounds begun so far, in their order: "running", "ended" or "cancelled".
    """
    numbers = counted(made, states)
    now = {**context, **context_of(numbers, {}), OWN: Decimal(number + 1)}
    if repeat.until is not None and repeat.until.evaluate(now) is True:
        return True
    if repeat.again is not None and not _again(repeat, now, number + 1):
        return True
    if repeat.sequential:
        return made.total is not None and len(states) >= made.total
    return numbers["nrOfActiveInstances"] == 0


def counted(made: Plan, states: Sequence[str]) -> dict[str, int]:
    """The four numbers of BPMN 2.0.2 clause 10.3.8."""
    return {
        "nrOfInstances": made.total if made.total is not None else len(states),
        "nrOfActiveInstances": states.count("running"), "nrOfCompletedInstances": states.count("ended"),
        "nrOfTerminatedInstances": states.count("cancelled"),
    }


def _again(repeat: Repeat, context: Mapping[str, Any], counter: int) -> bool:
    if repeat.again is None:
        return True
    return repeat.again.evaluate({**context, OWN: Decimal(counter)}) is True
