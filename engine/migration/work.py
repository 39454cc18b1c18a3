"""Work that is not over: drafts, evidence prepared or handed in, votes. What of it a move would lose, or must spare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, literal, select
from sqlalchemy.orm import Session, aliased

from engine.migration import places
from engine.migration.pairing import Pairer, Pairing
from engine.models import Instance, Submission, Task, Vote

OPEN = ("draft", "prepared", "submitted")
VOTES = "votes"
CHILDREN_RUN = "Sebagian pekerjaannya sedang berjalan tersendiri. Tunggu sampai selesai, lalu ulangi."
SAID = {"draft": "draf", "prepared": "bukti yang disiapkan", "submitted": "bukti yang sedang diperiksa",
        VOTES: "suara yang sudah masuk"}


@dataclass(frozen=True, slots=True)
class Item:
    """Work of one sort (a status of a submission, or "votes") for one task."""

    node: str
    sort: str

    def said(self, pairer: Pairer) -> str:
        """In words: "draf untuk “Ajukan bukti sowan” (submit_sowan)"."""
        return f"{SAID[self.sort]} untuk {places.name(pairer.old, self.node)}"


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
    return found not in target.places and found not in pairer.new.ahead(target.name)


def holds_back(pairer: Pairer, pairing: Pairing, item: Item) -> str:
    """Why an instance with this work must not move now, "" when it may: a vote is ended by the rules it began with."""
    now = dict(pairing.kept).get(item.node)
    if item.sort != VOTES or now is None:
        return ""
    rules = places.ballot(pairer.old, item.node), places.ballot(pairer.new, now)
    if rules[1] is None or rules[0] == rules[1]:
        return ""
    return (f"Suara sudah masuk pada {places.name(pairer.old, item.node)}, sedang aturan suaranya berubah. "
            "Selesaikan pemungutan suara ini dahulu.")


def open_work(*columns: Any) -> Sequence[Select[Any]]:
    """The queries for all open work of running instances: these columns of Instance, then `node` and `sort`."""
    filed = (
        select(*columns, Submission.node.label("node"), Submission.status.label("sort"))
        .join(Submission, Submission.instance_id == Instance.id)
        .where(Instance.status == "running", Instance.parent_id.is_(None), Submission.status.in_(OPEN))
    )
    voted = (
        select(*columns, Task.node.label("node"), literal(VOTES).label("sort"))
        .join(Task, Task.instance_id == Instance.id)
        .where(
            Instance.status == "running", Instance.parent_id.is_(None), Task.closed_at.is_(None),
            Task.id.in_(select(Vote.task_id)),
        )
    )
    return filed, voted


def with_children(*columns: Any) -> Select[Any]:
    """The query for running instances of which children do a part of the work just now."""
    child = aliased(Instance)
    return select(*columns).where(
        Instance.status == "running", Instance.parent_id.is_(None),
        exists().where(child.root_id == Instance.id, child.status == "running"),
    )


def of_instance(session: Session, instance_id: int) -> Iterator[Item]:
    """The open work of one instance."""
    for query in open_work(Instance.id):
        for row in session.execute(query.where(Instance.id == instance_id).distinct()):
            yield Item(row.node, row.sort)
