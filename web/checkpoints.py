"""Checkpoints are made each hour and written outside the database, where who changes the database cannot follow.

    folder/checkpoints.jsonl    one line per checkpoint, with its signature
    folder/heads.jsonl          the heads each one names: [number, instance, seq, head]

Both only grow. A line of checkpoints.jsonl stands only when its heads do; lines of heads written twice after a crash
say the same twice.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import checkpoints
from engine.checkpoints import STATED, Signer
from web.db import clock, reading, transaction

LINES, HEADS = "checkpoints.jsonl", "heads.jsonl"
LONGEST_LINE = 4096


@dataclass(frozen=True)
class Keeper:
    """Makes the checkpoints of one installation; any number of them may run."""

    engine: sa.Engine
    folder: Path
    signer: Signer

    def keep(self) -> int | None:
        """This hour's checkpoint stands in the database, and all of them outside; the number of a new one.

        OSError when the folder cannot be written: the next call writes what is missing there.
        """
        made = self._gather()
        publish(self.engine, self.folder)
        return made

    def _gather(self) -> int | None:
        with Session(reading(self.engine)) as session:
            newest = checkpoints.last(session)
            if newest is not None and newest.hour >= checkpoints.hour_of(clock(session)):
                return None
        with transaction(self.engine) as session:
            return checkpoints.gather(session, now=clock(session), signer=self.signer)


def publish(engine: sa.Engine, folder: Path) -> int:
    """Every checkpoint of the database above the newest line stands in the folder, on the disk; how many were added."""
    with Session(reading(engine)) as session:
        newest = checkpoints.last(session)
        if newest is None or newest.number <= outside(folder).get("number", 0):
            return 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        with alone(folder):
            missing = checkpoints.since(session, outside(folder).get("number", 0))
            for row in missing:
                rows = session.execute(checkpoints.heads_of(row.number), execution_options={"yield_per": 2000})
                _append(folder / HEADS, (_compact([row.number, *head]) for head in rows))
                _append(folder / LINES, [_compact(line(row._mapping))])
            return len(missing)


def line(row: Any) -> dict[str, Any]:
    """A checkpoint as it is written outside and exported."""
    at: datetime = row["at"]
    told = {name: row[name] for name in (*STATED, "hash", "signature")}
    return {**told, "at": at.astimezone(UTC).isoformat(timespec="microseconds")}


def outside(folder: Path) -> dict[str, Any]:
    """The newest checkpoint written outside; {} before the first and where the last line cannot be read."""
    path = folder / LINES
    if not path.exists():
        return {}
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST_LINE))
        lines = file.read().decode(errors="replace").splitlines()
    for text in reversed(lines):
        try:
            found = json.loads(text)
        except ValueError:
            continue  # torn by a crash: the one before is the newest
        if isinstance(found, dict) and isinstance(found.get("number"), int):
            return found
    return {}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _append(path: Path, lines: Any) -> None:
    torn = path.exists() and path.stat().st_size > 0 and not _ends_whole(path)
    with path.open("a", encoding="ascii") as file:
        if torn:
            file.write("\n")
        file.writelines(f"{text}\n" for text in lines)
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else writes to the folder of checkpoints while the block runs."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest checkpoint (None before the first) and how it stands outside: "same", "behind" (not written yet) or
    "other" (what stands outside is not in this database: it was changed, or put back to an older day)."""

    newest: Any
    outside: str

    @property
    def code(self) -> str:
        return checkpoints.code(self.newest.hash) if self.newest is not None else ""


def standing(session: Session, folder: Path) -> Standing:
    """Two reads: the newest in the database, and the newest outside compared with the database's of that number."""
    newest, found = checkpoints.last(session), outside(folder)
    if not found:
        return Standing(newest, "behind")
    same = session.scalar(
        sa.select(checkpoints.Checkpoint.hash).where(checkpoints.Checkpoint.number == found["number"])
    )
    if same != found.get("hash"):
        return Standing(newest, "other")
    return Standing(newest, "same" if newest.number == found["number"] else "behind")
