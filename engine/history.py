"""The append-only trail of one instance, chained by hashes.

Each row's hash covers what it says and the hash of the row before, so a row cannot be changed, removed or slipped in
without breaking the chain; the end of the chain stands on the instance (`seq`, `head`). Form data is not in the
trail, only its digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.models import History, Instance

GENESIS = "0" * 64


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same value gives the same text everywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(data: Mapping[str, Any]) -> str:
    """sha256 (64 hex digits) of the data's canonical JSON."""
    return hashlib.sha256(canonical(data).encode("utf-8", "surrogatepass")).hexdigest()


def link(row: Mapping[str, Any]) -> str:
    """The hash of one row: sha256 over the canonical JSON of its columns but `id` and `hash`, `at` as UTC text."""
    at: datetime = row["at"]
    said = {key: value for key, value in row.items() if key not in ("id", "hash", "at")}
    said["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(canonical(said).encode("utf-8", "surrogatepass")).hexdigest()


def entry(
    *, instance_id: int, seq: int, previous: str, at: datetime, actor: str, on_behalf_of: str | None, action: str,
    node: str | None, source: str, target: str, details: Mapping[str, Any], digest: str,
) -> dict[str, Any]:
    """The next row of a chain, ready to be inserted; `seq` counts from 1 and `previous` of the first is GENESIS."""
    row: dict[str, Any] = {
        "instance_id": instance_id, "seq": seq, "at": at, "actor": actor, "on_behalf_of": on_behalf_of,
        "action": action, "node": node, "source": source, "target": target, "details": dict(details),
        "digest": digest, "previous": previous or GENESIS,
    }
    row["hash"] = link(row)
    return row


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the first wrong row's `seq`, and what is wrong: "hash", "previous", "gap", "end"."""

    instance_id: int
    seq: int
    what: str


def verify_rows(rows: Iterable[Mapping[str, Any]], instance_id: int, seq: int, head: str) -> Break | None:
    """None when the rows (in order of seq) are a whole chain that ends in `seq` and `head`; else the first break."""
    expected, previous = 1, GENESIS
    for row in rows:
        if row["seq"] != expected:
            return Break(instance_id, expected, "gap")
        if row["previous"] != previous:
            return Break(instance_id, expected, "previous")
        if link(row) != row["hash"]:
            return Break(instance_id, expected, "hash")
        expected, previous = expected + 1, row["hash"]
    if expected - 1 != seq or (seq and previous != head):
        return Break(instance_id, seq, "end")
    return None


def verify(session: Session, instance_ids: Iterable[int] | None = None) -> list[Break]:
    """Every break in the chains of these instances (all of them by default)."""
    query = select(Instance.id, Instance.seq, Instance.head).order_by(Instance.id)
    if instance_ids is not None:
        query = query.where(Instance.id.in_(list(instance_ids)))
    columns = table_of(History).columns
    breaks = []
    for instance_id, seq, head in session.execute(query).all():
        rows = session.execute(select(*columns).where(columns.instance_id == instance_id).order_by(columns.seq))
        if (found := verify_rows((dict(row) for row in rows.mappings()), instance_id, seq, head)) is not None:
            breaks.append(found)
    return breaks
