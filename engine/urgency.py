"""What a task says of itself when it opens: by when, from when on it is to be taken up, and how urgent it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine import feel
from engine.errors import ExpressionRefused
from engine.graph import Graph
from engine.host import Surroundings
from engine.timers import first_strike

PLAIN = 50
"""The priority of a task that names none; 100 is more urgent (as in Camunda 7 and 8)."""
MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Urgency:
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    priority: int = PLAIN


_NONE = Urgency()


def urgency(
    graph: Graph, place: str, context: Mapping[str, Any], surroundings: Surroundings, now: datetime
) -> Urgency:
    """What the drawing says of a task that opens now at this place. What gives no value is as if it were not drawn."""
    due, follow_up, priority = graph.dues.get(place), graph.follow_ups.get(place), graph.priorities.get(place)
    if due is None and follow_up is None and priority is None:
        return _NONE
    first = first_strike(due, context, surroundings, now) if due is not None else None
    taken_up = first_strike(follow_up, context, surroundings, now) if follow_up is not None else None
    return Urgency(
        first.due_at if first is not None else None, taken_up.due_at if taken_up is not None else None,
        whole(priority.evaluate(context)) if priority is not None else PLAIN,
    )


def whole(value: object) -> int:
    """The priority of a value: a whole number or its text; PLAIN for anything else."""
    if isinstance(value, str):
        value = feel.compile(f"number({feel.literal(value.strip())})").evaluate({})
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) <= MOST:
        return int(value)
    return PLAIN


def priority_of(text: str) -> feel.Expression:
    """The expression of a priority. Refused with ExpressionRefused, also where plain text is no whole number."""
    text = text.strip()
    if text.startswith(("=", "${", "#{")):
        return feel.compile(text, clock=True)
    if not text.lstrip("-").isdecimal() or len(text) > len(str(MOST)):
        raise ExpressionRefused(text, 0, "Prioritas harus bilangan bulat seperti 50, atau ungkapan yang diawali “=”")
    return feel.compile(f"= {text}")
