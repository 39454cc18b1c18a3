"""The histories and checkpoints as one file that can be handed on and checked anywhere, and the checking of it.

JSON lines: first the installation's public key and all checkpoints, then each chain with its entries and the heads
that checkpoints name of it. What may name a person is there as a digest only; see `engine.history`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import checkpoints, history
from engine.checkpoints import Broken, CheckpointHead
from engine.history import AT_ONCE, Break
from engine.models import Instance
from web.checkpoints import LINES, line, outside
from web.config import ROOT, Config
from web.db import reading
from web.signing import NAME, signed, signer

VERIFIER = ROOT / "docs" / "verify_history.py"


@contextmanager
def steady(engine: sa.Engine) -> Iterator[Session]:
    """One picture of the database for all that is read, while others write."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with Session(reading(engine).execution_options(**options)) as session:
        yield session


def lines(session: Session, key: str) -> Iterator[str]:
    """The export, line by line; nothing personal is in it."""
    told = [line(row._mapping) for row in checkpoints.since(session, 0)]
    yield _compact({"tapak": 1, "key": key, "checkpoints": told})
    heads = _heads(session)
    waiting = next(heads, None)
    for chain in history.chains(session):
        while waiting is not None and waiting[0] < chain.instance_id:
            yield _chain(waiting[0], None, waiting[1], [])
            waiting = next(heads, None)
        mine = waiting is not None and waiting[0] == chain.instance_id
        anchors = waiting[1] if waiting is not None and mine else []
        yield _chain(chain.instance_id, chain.end, anchors, [_entry(row) for row in chain.rows])
        waiting = next(heads, None) if mine else waiting
    while waiting is not None:
        yield _chain(waiting[0], None, waiting[1], [])
        waiting = next(heads, None)


def _heads(session: Session) -> Iterator[tuple[int, list[list[Any]]]]:
    """(instance, [[number, seq, head], …]) for each instance that a checkpoint names, by instance id."""
    query = sa.select(
        CheckpointHead.instance_id, CheckpointHead.number, CheckpointHead.seq, CheckpointHead.head
    ).order_by(CheckpointHead.instance_id, CheckpointHead.seq)
    instance, gathered = 0, list[list[Any]]()
    for row in session.execute(query, execution_options={"yield_per": AT_ONCE}):
        if gathered and row.instance_id != instance:
            yield instance, gathered
            gathered = []
        instance = row.instance_id
        gathered.append([row.number, row.seq, row.head])
    if gathered:
        yield instance, gathered


def _chain(instance: int, end: tuple[int, str] | None, anchors: list[list[Any]], rows: list[dict[str, Any]]) -> str:
    seq, head = end or (None, "")
    return _compact({"instance": instance, "seq": seq, "head": head, "anchors": anchors, "entries": rows})


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    """What the entry's hash covers; of one that has no salt only what names nobody, marked as old."""
    told = history.said(row) | {"hash": row["hash"]}
    if row["salt"]:
        return told
    return {name: value for name, value in told.items() if name not in history.SEALED} | {"old": True}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def checking_key(config: Config) -> str:
    """The public key checkpoints must be signed with: the installation's; where it is away (a restored backup without
    its keys), the one the checkpoints outside name, which people must compare with what they noted."""
    told = outside(config.checkpoints)
    return str(told["key"]) if told and not (config.var / NAME).exists() else signer(config).key


def verify(config: Config, export: Path) -> int:
    """The exit code of the stand-alone verifier on this export, against the key and the checkpoints kept outside; it
    prints what it finds."""
    folder = [str(config.checkpoints)] if (config.checkpoints / LINES).exists() else []
    command = [sys.executable, str(VERIFIER), str(export), checking_key(config), *folder]
    return subprocess.run(command, check=False).returncode


@dataclass(frozen=True)
class Looked:
    """What a look of bounded time found. `upto` is the last instance looked at, 0 when all were."""

    chains: int = 0
    upto: int = 0
    breaks: list[Break] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not (self.breaks or self.broken)


def look(engine: sa.Engine, key: str, *, seconds: float, after: int = 0) -> Looked:
    """All checkpoints, the entries they name, and then as many chains above `after` as fit into these seconds, each
    with its content; the next look goes on behind `upto`."""
    end, chains, breaks = time.monotonic() + seconds, 0, list[Break]()
    with steady(engine) as session:
        broken = list[Broken]()
        if not after:
            broken += [*checkpoints.verify(session, signed, key), *checkpoints.entries(session, most=20)]
        for chain in history.chains(session, after=after):
            chains += 1
            if (found := chain.verify()) is not None:
                breaks.append(found)
            if time.monotonic() > end:
                return Looked(chains, chain.instance_id, breaks[:20], broken[:20])
    return Looked(chains, 0, breaks[:20], broken[:20])


def all_within(session: Session, scopes: Iterable[str]) -> bool:
    """Whether every history of this installation lies within these scopes."""
    scope = Instance.scope
    inside = sa.or_(sa.false(), *(
        sa.or_(scope == one, scope.startswith(f"{one}.", autoescape=True)) if one else sa.true() for one in scopes
    ))
    return session.scalar(sa.select(sa.literal(1)).where(~inside).limit(1)) is None
