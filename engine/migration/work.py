"""Work that is not over: drafts, evidence prepared or handed in, votes. What of it a move would lose, or must spare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from engine.migration import places
from engine.migration.pairing import Pairer, Pairing, Reason
from engine.models import Instance, Submission, Task, Vote

OPEN = ("draft", "prepared", "submitted")
VOTES = "votes"
SAID = {
    "draft": ("draf", "the draft"), "prepared": ("bukti yang disiapkan", "the prepared evidence"),
    "submitted": ("bukti yang sedang diperiksa", "the evidence under review"),
    VOTES: ("suara yang sudah masuk", "the votes cast"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """Work of one sort (a status of a submission, or "votes") for one task."""

    node: str
    sort: str

    def said(self, pairer: Pairer) -> str:
        """In words: "draf untuk “Ajukan bukti sowan” (submit_sowan)"."""
        return f"{SAID[self.sort][0]} untuk {places.name(pairer.old, self.node)}"

    def said_en(self, pairer: Pairer) -> str:
        """The same in English."""
        return f"{SAID[self.sort][1]} for {places.name(pairer.old, self.node)}"


def is_lost(pairer: Pairer, pairing: Pairing, item: Item) -> bool:
    """Whether a move along this pairing leaves this work without a task that could use it."""
    target = pairing.target
    if target is None:
        return False
    if item.sort == VOTES:
        now = dict(pairing.kept).get(item.node)
        return now is None or places.ballot(pairer.new, now) is None
    found = pairer.work(item.node)
    if found is None:
        return True
    if item.sort == "submitted":
        return pairing.new_stay
    return found not in places.reach(pairer.new, target)


def holds_back(pairer: Pairer, pairing: Pairing, item: Item) -> Reason | None:
    """Why an instance with this work must not move now, None when it may: a vote is ended by the rules it began
    with."""
    now = dict(pairing.kept).get(item.node)
    if item.sort != VOTES or now is None:
        return None
    rules = places.ballot(pairer.old, item.node), places.ballot(pairer.new, now)
    if rules[1] is None or rules[0] == rules[1]:
        return None
    called = places.name(pairer.old, item.node)
    return Reason(
        f"Suara sudah masuk pada {called}, sedang aturan suaranya berubah. Selesaikan pemungutan suara ini dahulu.",
        f"Votes were cast on {called}, and the rules of that vote change. End this vote first.",
    )


def open_work(*columns: Any) -> Sequence[Select[Any]]:
    """The queries for all open work of running instances: these columns of Instance, then `node` and `sort`."""
    filed = (
        select(*columns, Submission.node.label("node"), Submission.status.label("sort"))
        .join(Submission, Submission.instance_id == Instance.id)
        .where(Instance.status == "running", Submission.status.in_(OPEN))
    )
    voted = (
        select(*columns, Task.node.label("node"), literal(VOTES).label("sort"))
        .join(Task, Task.instance_id == Instance.id)
        .where(Instance.status == "running", Task.closed_at.is_(None), Task.id.in_(select(Vote.task_id)))
    )
    return filed, voted


def of_instance(session: Session, instance_id: int) -> Iterator[Item]:
    """The open work of one instance."""
    for query in open_work(Instance.id):
        for row in session.execute(query.where(Instance.id == instance_id).distinct()):
            yield Item(row.node, row.sort)
