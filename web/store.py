"""Bytes by their own SHA-256: written once, never overwritten, never named by anybody outside.

    root/aa/bb/aabb…      what was sealed, read only
    root/incoming/…       what is still arriving; removed when it is refused

A file is on the disk, with its folder, before anybody can write a row that names it.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

CHUNK = 256 * 1024
SHA256 = re.compile(r"[0-9a-f]{64}")


class TooLarge(Exception):
    """More bytes than were allowed; nothing is kept."""


@dataclass(frozen=True)
class Incoming:
    """A file that arrived whole and is not sealed yet: look at `path`, then `seal()` or leave the block."""

    store: Store
    path: Path
    sha256: str
    size: int

    def seal(self) -> None:
        """The bytes stand under their hash for good. The same bytes sent twice are one file."""
        final = self.store.path(self.sha256)
        if final.exists():
            return
        for folder in (final.parent.parent, final.parent):
            folder.mkdir(exist_ok=True, mode=0o750)
            sync_folder(folder.parent)
        self.path.chmod(0o440)
        self.path.rename(final)
        sync_folder(final.parent)


class Store:
    """The folder of all attachments of one installation."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming_folder = root / "incoming"

    def path(self, sha256: str) -> Path:
        """Where these bytes stand or would stand; ValueError for what is no SHA-256 in lowercase hex."""
        if not SHA256.fullmatch(sha256):
            raise ValueError("not a sha256")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def holds(self, sha256: str) -> bool:
        return self.path(sha256).exists()

    @contextmanager
    def incoming(self, stream: IO[bytes], limit: int) -> Iterator[Incoming]:
        """The stream's bytes stand complete and synced in a file of their own until the block ends.

        TooLarge as soon as more than `limit` bytes arrived. What was not sealed is gone after the block.
        """
        self.incoming_folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        number, name = tempfile.mkstemp(dir=self.incoming_folder)
        path, digest, size = Path(name), hashlib.sha256(), 0
        try:
            with os.fdopen(number, "wb") as file:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            yield Incoming(self, path, digest.hexdigest(), size)
        finally:
            path.unlink(missing_ok=True)

    def verify(self, sha256: str) -> bool:
        """Whether the bytes are there and still have their hash."""
        path = self.path(sha256)
        if not path.exists():
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def sync_folder(folder: Path) -> None:
    """The folder's own list of names stands on the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
