"""The append-only trail of one instance, chained by hashes.

Each row's hash covers what it says and the hash of the row before, so a row cannot be changed, removed or slipped in
without breaking the chain; the end of the chain stands on the instance (`seq`, `head`). Form data is not in the
trail, only its digest. What may name a person (`SEALED`) is in the hash as a digest with the row's own salt: an export
may leave the names out and its chains can be checked all the same. Rows from before there was a salt are hashed whole.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.models import History, Instance

GENESIS = "0" * 64
SEALED = ("details", "on_behalf_of")
AT_ONCE = 2000
"""So many rows are fetched together where all chains are read."""


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same value gives the same text everywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(data: Mapping[str, Any]) -> str:
    """sha256 (64 hex digits) of the data's canonical JSON."""
    return _sha256(canonical(data))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the hash of this row covers: its columns but `id` and `hash`, `at` as UTC text; with a salt, SEALED as
    digests of it and their canonical JSON, and the salt itself not."""
    at: datetime = row["at"]
    told = {key: value for key, value in row.items() if key not in ("id", "hash", "at", "salt")}
    told["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    if salt := row.get("salt"):
        told |= {name: _sha256(salt + canonical(row[name])) for name in SEALED}
    return told


def link(row: Mapping[str, Any]) -> str:
    """The hash of one row: sha256 over the canonical JSON of what it `said`."""
    return _sha256(canonical(said(row)))


def entry(
    *, instance_id: int, seq: int, previous: str, at: datetime, actor: str, on_behalf_of: str | None, action: str,
    node: str | None, source: str, target: str, details: Mapping[str, Any], digest: str,
) -> dict[str, Any]:
    """The next row of a chain, ready to be inserted; `seq` counts from 1 and `previous` of the first is GENESIS."""
    row: dict[str, Any] = {
        "instance_id": instance_id, "seq": seq, "at": at, "actor": actor, "on_behalf_of": on_behalf_of,
        "action": action, "node": node, "source": source, "target": target, "details": dict(details),
        "digest": digest, "previous": previous or GENESIS, "salt": secrets.token_hex(16),
    }
    row["hash"] = link(row)
    return row


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the first wrong row's `seq`, and what is wrong: "hash", "previous", "gap", "end",
    or "orphan" for rows of an instance that does not exist."""

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


@dataclass(frozen=True, slots=True)
class Chain:
    """The rows of one instance in order of seq, read once, and the end that its instance names (None: no instance)."""

    instance_id: int
    end: tuple[int, str] | None
    rows: Iterator[dict[str, Any]]

    def verify(self) -> Break | None:
        """The first break; None when the chain is whole. Reads the rows."""
        if self.end is None:
            return Break(self.instance_id, 1, "orphan")
        return verify_rows(self.rows, self.instance_id, *self.end)


def chains(session: Session, instance_ids: Iterable[int] | None = None, *, after: int = 0) -> Iterator[Chain]:
    """Every chain of these instances (all by default) with an id above `after`, by instance id, streamed: two
    statements, however many there are. Take each one's rows before the next chain."""
    instance, rows = table_of(Instance).c, table_of(History).c
    ends = select(instance.id, instance.seq, instance.head).where(instance.id > after).order_by(instance.id)
    told = select(*rows).where(rows.instance_id > after).order_by(rows.instance_id, rows.seq)
    if instance_ids is not None:
        wanted = list(instance_ids)
        ends, told = ends.where(instance.id.in_(wanted)), told.where(rows.instance_id.in_(wanted))
    streamed = {"yield_per": AT_ONCE}
    known = iter(session.execute(ends, execution_options=streamed))
    current = next(known, None)
    found = (dict(row) for row in session.execute(told, execution_options=streamed).mappings())
    for number, group in groupby(found, key=lambda row: int(row["instance_id"])):
        while current is not None and current.id < number:
            yield Chain(current.id, (current.seq, current.head), iter(()))
            current = next(known, None)
        if current is not None and current.id == number:
            yield Chain(number, (current.seq, current.head), group)
            current = next(known, None)
        else:
            yield Chain(number, None, group)
    while current is not None:
        yield Chain(current.id, (current.seq, current.head), iter(()))
        current = next(known, None)


def verify(session: Session, instance_ids: Iterable[int] | None = None) -> list[Break]:
    """Every break in the chains of these instances (all of them by default)."""
    return [found for chain in chains(session, instance_ids) if (found := chain.verify()) is not None]
