"""Files that arrive in pieces over a line that breaks: each piece is on the disk before it is confirmed.

    root/pieces/<account>/<sha256>.<length>.part

A part's name says what it will be; its size says how far it came. Pieces are only appended, at the offset both sides
agree on, under a lock of the file, so that several processes may serve one phone. What nobody went on with for
KEPT is removed. Only the account that began a part can see it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from web.store import SHA256, Store, sync_folder

KEPT = timedelta(days=3)
MOST_PARTS = 60
MOST_BYTES = 150_000_000
LARGEST_PIECE = 1_000_000


class WrongOffset(Exception):
    """The part is as long as `offset` says: go on from there."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(offset)


class TooMuch(Exception):
    """This account has too many unfinished files, or too many bytes of them."""


class NotWhole(Exception):
    """The bytes that arrived are not those that were announced; the part is gone, to be begun again."""


@dataclass(frozen=True)
class Part:
    """One file on its way: `length` bytes in the end, `offset` of them here."""

    path: Path
    sha256: str
    length: int

    @property
    def offset(self) -> int:
        return self.path.stat().st_size

    def append(self, offset: int, piece: bytes) -> int:
        """The piece stands on the disk behind what was there; gives the new offset.

        WrongOffset when the part is longer or shorter than `offset`, or would become longer than announced;
        FileNotFoundError when it is gone.
        """
        with self.path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            here = os.fstat(file.fileno()).st_size
            if here != offset or offset + len(piece) > self.length:
                raise WrongOffset(here)
            file.seek(offset)
            try:
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(offset)  # a full disk leaves no half of a piece
                raise
        return offset + len(piece)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


class Pieces:
    """The parts of all accounts of one installation."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.root = store.root / "pieces"

    def find(self, account: str, sha256: str) -> Part | None:
        """The account's part with this name; None when it was never begun, is finished or has expired."""
        return next((part for part in self._of(account) if part.sha256 == sha256), None)

    def begin(self, account: str, sha256: str, length: int, now: datetime) -> Part:
        """The account's part of this name and length, begun now or before. TooMuch over the account's share.

        Everybody's parts that nobody went on with are removed on the way.
        """
        if not SHA256.fullmatch(sha256) or length < 1:
            raise ValueError("a part is named by a sha256 and a length")
        self.sweep(now)
        mine = list(self._of(account))
        for part in mine:
            if (part.sha256, part.length) == (sha256, length):
                os.utime(part.path, (now.timestamp(), now.timestamp()))
                return part
        if len(mine) >= MOST_PARTS or sum(part.length for part in mine) + length > MOST_BYTES:
            raise TooMuch
        folder = self.root / _plain(account)
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        part = Part(folder / f"{sha256}.{length}.part", sha256, length)
        os.close(os.open(part.path, os.O_CREAT | os.O_RDWR, 0o640))
        os.utime(part.path, (now.timestamp(), now.timestamp()))
        sync_folder(folder)
        return part

    @contextmanager
    def whole(self, part: Part) -> Iterator[Path]:
        """The file of a part that is complete and has the bytes it was named for. NotWhole, the part being gone, when
        it has others; WrongOffset while some are missing."""
        if (here := part.offset) != part.length:
            raise WrongOffset(here)
        with part.path.open("rb") as file, self.store.incoming(file, part.length) as arrived:
            if arrived.sha256 != part.sha256:
                part.remove()
                raise NotWhole
            yield arrived.path

    def sweep(self, now: datetime) -> int:
        """What nobody went on with for KEPT is gone; gives how many parts."""
        oldest, gone = (now - KEPT).timestamp(), 0
        for path in self.root.glob("*/*.part"):
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    gone += 1
            except FileNotFoundError:
                continue  # another process was quicker
        return gone

    def _of(self, account: str) -> Iterator[Part]:
        for path in (self.root / _plain(account)).glob("*.part"):
            sha256, _, length = path.name.removesuffix(".part").partition(".")
            if SHA256.fullmatch(sha256) and length.isdecimal():
                yield Part(path, sha256, int(length))


def _plain(account: str) -> str:
    if not account.isalnum():
        raise ValueError("an account's id is a number")
    return account
