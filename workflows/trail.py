"""A body's history as events with names: what the pages then put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.definitions import Loaded
from engine.forms.fields import Choice
from workflows import signposts

ACTIONS = (
    "instance.started", "instance.cancelled", "task.completed", "task.voted", "task.claimed", "task.released",
    "evidence.prepared", "evidence.withdrawn", "evidence.held", "obstacle.reported", "obstacle.lifted", "timer.fired",
    "message.received", "message.retried", "instance.moved", "instance.moved_back",
    "condition.met", "activity.begun", "activity.finished", "timer.dropped", "branch.ended", "round.ended",
    "children.ended", "error.caught", "error.acknowledged", "escalation.caught", "decision.undone",
    "compensation.begun", "compensation.ended", "transaction.cancelled", "round.undone", "reminder.sent",
)
"""Every action that is written; the pages have words for each."""


@dataclass(frozen=True)
class Event:
    """One entry. `what` names the element, `stages` the stages it reached; `reason` is in words, `code` an obstacle's.

    `decision` is "approve", "return", another answer, or "" for an act that decides nothing; `late` says that a clock
    on the edge of a task struck. `part` names the part of the body's work in which it happened, "" for the body's own.
    """

    seq: int
    at: datetime
    action: str
    what: str
    who: str
    on_behalf_of: str
    stages: tuple[str, ...]
    decision: str
    reason: str
    code: str
    warnings: int
    late: bool
    part: str = ""


def reached(entries: Iterable[Row[Any]]) -> dict[str, datetime]:
    """When each stage was reached last, by its code."""
    found: dict[str, datetime] = {}
    for one in entries:
        found.update(dict.fromkeys(one.details.get("stages", ()), one.at))
    return found


def passed(loaded: Loaded, entries: Iterable[Row[Any]], here: set[str]) -> tuple[str, ...]:
    """The drawn elements that were completed or reached and at which the body does not stand now."""
    found: dict[str, None] = {}
    for one in entries:
        if one.action in ("task.completed", "instance.started") and one.node:
            found[one.node] = None
        found.update(dict.fromkeys(one.details.get("stages", ())))
    nodes = loaded.graph.process.nodes
    return tuple(node for node in found if node in nodes and node not in here)


def events(
    loaded: Loaded, entries: Iterable[Row[Any]], names: Mapping[str, str], obstacles: Mapping[int, str], part: str = ""
) -> tuple[Event, ...]:
    """The entries as events, the newest first. `names` are accounts by id, `obstacles` codes by id."""
    return tuple(_event(loaded, one, names, obstacles, part) for one in reversed(list(entries)))


def _event(loaded: Loaded, one: Row[Any], names: Mapping[str, str], obstacles: Mapping[int, str], part: str) -> Event:
    details: Mapping[str, Any] = one.details
    answer: Mapping[str, Any] = details.get("answer") or {}
    return Event(
        seq=one.seq, at=one.at, action=one.action, what=signposts.name_of(loaded, one.node) if one.node else "",
        who=names.get(one.actor) or str(details.get("actor_name") or one.actor), on_behalf_of=one.on_behalf_of or "",
        stages=tuple(signposts.name_of(loaded, stage) for stage in details.get("stages", ())),
        decision=str(answer.get("decision", "")) or ("approve" if one.node in loaded.deciding else ""),
        reason=reason_words(loaded, one.node or "", str(answer.get("reason") or details.get("reason") or "")),
        code=str(details.get("code") or obstacles.get(details.get("obstacle", 0), "")),
        warnings=len(details.get("warnings", ())),
        late=one.action == "timer.fired" and (node := loaded.graph.process.nodes.get(one.node or "")) is not None
        and node.attached_to is not None,
        part=part,
    )


def reason_words(loaded: Loaded, decider: str, reason: str) -> str:
    """The label of this reason on the form of the deciding task; the code itself where the form has no such reason."""
    form = loaded.form(decider) if reason and decider in loaded.graph.process.nodes else None
    part = form.field(("reason",)) if form is not None else None
    labels = {option.value: option.label for option in part.options} if isinstance(part, Choice) else {}
    return labels.get(reason, reason)
