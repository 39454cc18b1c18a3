"""Signed checkpoints: once an hour the heads of all history chains, gathered so that nobody can rewrite one unseen.

A chain alone does not tell when its end is cut off, when it is rewritten from the start, or when the whole database is
put back to an older day. A checkpoint names the head of every chain that grew since the one before, and each
checkpoint names the one before: the newest, signed and kept outside the database too, stands for all of them. What
did not change is not written again, so an hour costs what happened in it.

    digest      sha256 over the lines "instance seq head\\n" of the heads it names, by instance id
    hash        sha256 over its canonical JSON (`STATED`): the short code is its beginning
    signature   Ed25519 over that JSON, by the installation's key
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Index, Integer, String, UniqueConstraint, and_, exists, func, insert, literal, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from engine.base import Base, table_of
from engine.columns import BigId
from engine.history import AT_ONCE, GENESIS, canonical
from engine.models import History, Instance

STATED = ("number", "at", "chains", "changed", "digest", "previous", "key")
LOCK = 0x7A9A_0007
"""The number of PostgreSQL's advisory lock that one gatherer holds."""


class Checkpoint(Base):
    """One checkpoint, append only. `chains` is how many chains are known by it, `changed` how many of them it names;
    `key` is the public key (hex) that `signature` (hex) is checked with."""

    __tablename__ = "checkpoint"
    __table_args__ = (UniqueConstraint("hour"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hour: Mapped[datetime]
    at: Mapped[datetime]
    chains: Mapped[int]
    changed: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class CheckpointHead(Base):
    """The head of one chain at the checkpoint `number`, append only. No foreign key: it outlives what it proves."""

    __tablename__ = "checkpoint_head"
    __table_args__ = (Index("ix_checkpoint_head_number", "number", "instance_id"),)

    instance_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer)
    head: Mapped[str] = mapped_column(String(64))


_checkpoint, _head, _instance = table_of(Checkpoint), table_of(CheckpointHead), table_of(Instance)


@dataclass(frozen=True, slots=True)
class Signer:
    """The installation's key: the public part in hex, and what makes a signature (hex) of bytes."""

    key: str
    sign: Callable[[bytes], str]


def code(hash_: str) -> str:
    """What is printed of a checkpoint: "3F2A-9C01-77BE"."""
    return "-".join(hash_[at:at + 4] for at in (0, 4, 8)).upper()


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def statement(row: Mapping[str, Any]) -> bytes:
    """What is hashed and signed: the canonical JSON of STATED, `at` as UTC text."""
    at: datetime = row["at"]
    told = {name: row[name] for name in STATED} | {"at": at.astimezone(UTC).isoformat(timespec="microseconds")}
    return canonical(told).encode()


def last(session: Session) -> Any:
    """The newest checkpoint as a row; None before the first."""
    return session.execute(select(_checkpoint).order_by(_checkpoint.c.number.desc()).limit(1)).first()


def newest_code(session: Session) -> str:
    """The code of the newest checkpoint; "" before the first."""
    newest = last(session)
    return code(newest.hash) if newest is not None else ""


def gather(session: Session, *, now: datetime, signer: Signer) -> int | None:
    """The number of this hour's checkpoint, which stands signed in the database with every head that grew since the
    last one; None, and nothing written, when the hour has one or somebody else is making it right now.

    All of it is written together or none. A clock that went back makes none until it has passed the last hour.
    """
    if not _alone(session):
        return None
    before, hour = last(session), hour_of(now)
    if before is not None and before.hour >= hour:
        return None
    number = before.number + 1 if before is not None else 1
    session.execute(insert(_head).from_select(["instance_id", "seq", "number", "head"], _grown(number)))
    changed, digest = digested(session.execute(
        heads_of(number), execution_options={"yield_per": AT_ONCE}
    ))
    row: dict[str, Any] = {
        "number": number, "at": now, "chains": (before.chains if before is not None else 0) + _new(session, number),
        "changed": changed, "digest": digest, "previous": before.hash if before is not None else GENESIS,
        "key": signer.key,
    }
    said = statement(row)
    session.execute(insert(_checkpoint).values(
        **row, hour=hour, hash=hashlib.sha256(said).hexdigest(), signature=signer.sign(said)
    ))
    return number


def _alone(session: Session) -> bool:
    """On SQLite who writes is alone already."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))


def _grown(number: int) -> Any:
    """The heads that no checkpoint names yet."""
    known = exists().where(_head.c.instance_id == _instance.c.id, _head.c.seq == _instance.c.seq)
    return select(_instance.c.id, _instance.c.seq, literal(number), _instance.c.head).where(
        _instance.c.seq > 0, ~known
    )


def _new(session: Session, number: int) -> int:
    """How many of its chains no earlier checkpoint named."""
    earlier = aliased(CheckpointHead)
    known = exists().where(earlier.instance_id == CheckpointHead.instance_id, earlier.number < number)
    query = select(func.count()).select_from(CheckpointHead).where(CheckpointHead.number == number, ~known)
    return session.scalar(query) or 0


def heads_of(number: int) -> Any:
    """The heads this checkpoint names, by instance id: (instance_id, seq, head)."""
    return select(_head.c.instance_id, _head.c.seq, _head.c.head).where(_head.c.number == number).order_by(
        _head.c.instance_id, _head.c.seq
    )


def digested(rows: Iterable[Sequence[Any]]) -> tuple[int, str]:
    """(how many, digest) of heads in the order they come."""
    count, digest = 0, hashlib.sha256()
    for instance_id, seq, head in rows:
        digest.update(f"{instance_id} {seq} {head}\n".encode())
        count += 1
    return count, digest.hexdigest()


def since(session: Session, number: int) -> list[Any]:
    """The checkpoints above this number, the oldest first."""
    query = select(_checkpoint).where(_checkpoint.c.number > number).order_by(_checkpoint.c.number)
    return list(session.execute(query))


@dataclass(frozen=True, slots=True)
class Broken:
    """What a checkpoint proves wrong. `what` is "number", "previous", "hash", "signature", "key", "heads" for the
    checkpoint itself; "entry" for a history entry that it names and that is another one now or is gone."""

    what: str
    number: int
    instance_id: int = 0
    seq: int = 0


def verify(session: Session, check: Callable[[str, bytes, str], bool], key: str) -> list[Broken]:
    """Every fault of the checkpoints themselves, signed by `key`; `check(key, bytes, signature)`. Reads no history."""
    found, previous = list[Broken](), GENESIS
    for expected, row in enumerate(since(session, 0), 1):
        said = statement(row._mapping)
        rows = session.execute(heads_of(row.number), execution_options={"yield_per": AT_ONCE})
        faults = {
            "number": row.number != expected, "previous": row.previous != previous, "key": row.key != key,
            "hash": row.hash != hashlib.sha256(said).hexdigest(), "signature": not check(row.key, said, row.signature),
            "heads": (row.changed, row.digest) != digested(rows),
        }
        found += [Broken(what, row.number) for what, wrong in faults.items() if wrong]
        previous = row.hash
    return found


def entries(session: Session, *, most: int = 1000) -> list[Broken]:
    """The first `most` heads named by checkpoints that the history no longer has, by instance and entry."""
    rows = table_of(History).c
    query = (
        select(_head.c.number, _head.c.instance_id, _head.c.seq)
        .outerjoin(rows.hash.table, and_(rows.instance_id == _head.c.instance_id, rows.seq == _head.c.seq))
        .where(or_(rows.hash.is_(None), rows.hash != _head.c.head))
        .order_by(_head.c.instance_id, _head.c.seq).limit(most)
    )
    return [Broken("entry", row.number, row.instance_id, row.seq) for row in session.execute(query)]
