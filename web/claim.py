"""What one supervisor has to itself: the folder var/ and the address it serves."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from web.config import Config

ORPHAN_SECONDS = 12.0


class CannotStart(Exception):
    """Tapak tidak dapat dijalankan."""


@contextlib.contextmanager
def only_one(config: Config) -> Iterator[int]:
    """This process alone starts things on this var/. Refuses (CannotStart) while another supervisor lives; waits a
    moment for the children of one that was killed."""
    path = config.run / "tapak.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + ORPHAN_SECONDS
        while not _locked(handle):
            owner = _owner(path)
            if owner and _lives(owner["pid"]):
                raise CannotStart(f"Tapak sudah berjalan di {owner['url']} (proses {owner['pid']}) dengan folder "
                                  f"{config.var}. (Already running.)")
            if time.monotonic() > end:
                raise CannotStart(f"Sisa proses Tapak masih memakai {config.var}; tunggu sebentar, lalu coba lagi. "
                                  f"Lihat: fuser {path}")
            time.sleep(0.1)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "url": config.public_url}).encode(), 0)
        yield handle
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(path: Path) -> dict[str, str] | None:
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return {"pid": str(told["pid"]), "url": str(told["url"])}


def _lives(pid: str) -> bool:
    return Path("/proc", pid).exists() if Path("/proc/self").exists() else True


def listen(config: Config) -> socket.socket:
    """A listening socket on the configured address. Refuses (CannotStart) in words when it cannot be had."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
        listener.listen(256)
    except OSError as error:
        listener.close()
        other = config.port + 1 if config.port < 65535 else 8001
        raise CannotStart(
            f"Alamat {config.host}:{config.port} tidak dapat dipakai ({error.strerror}). Mungkin program lain "
            f"memakainya; pilih yang lain (choose another): PORT={other} python3 manage.py run"
        ) from error
    return listener
