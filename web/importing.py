"""Imports where they touch the outside: sent files come in, are sealed, and are opened again by the worker."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from engine.outbox import Effect, Taken
from web.config import Config
from web.store import Store
from web.uploads import clean_name
from workflows.imports import originals, reading, runs
from workflows.imports.reading import LARGEST_BYTES, Table, TableRefused
from workflows.imports.runs import Sent
from workflows.models import MemberImport
from workflows.people import NikKeys

SEALED_BYTES = 200_000_000


def receive(upload: FileStorage, config: Config) -> tuple[Table, Sent]:
    """The file was read, and stands with its table in the store, both sealed. TableRefused keeps nothing of it."""
    content, name = upload.stream.read(LARGEST_BYTES + 1), clean_name(upload.filename or "")
    table, told = reading.read(content, name)
    sent = Sent(
        name, table.kind, len(content), hashlib.sha256(content).hexdigest(), _keep(content, config),
        _keep(told, config),
    )
    return table, sent


def _keep(content: bytes, config: Config) -> str:
    sealed = originals.seal(content, config.secret_key.encode())
    with Store(config.attachments).incoming(io.BytesIO(sealed), SEALED_BYTES) as incoming:
        incoming.seal()
        return incoming.sha256


def _open(sha256: str, config: Config) -> bytes:
    return originals.unseal(Store(config.attachments).path(sha256).read_bytes(), config.secret_key.encode())


def opened(chosen: MemberImport, config: Config) -> Table:
    """The table of this import, out of the store."""
    return reading.loaded(_open(chosen.content, config))


class Held:
    """The table that is being tried, between one message about it and the next. One only, and only until its last row:
    what is read of people stays in memory no longer than it is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._name = ""
        self._table: Table | None = None

    def table(self, chosen: MemberImport, config: Config) -> Table:
        """The table of this import, kept until its rows are at an end."""
        with self._lock:
            table = self._table if self._name == chosen.content else None
        if table is None:
            table = opened(chosen, config)
        last = chosen.done + runs.BATCH >= chosen.total
        with self._lock:
            self._name, self._table = ("", None) if last else (chosen.content, table)
        return table


def original(chosen: MemberImport, config: Config) -> bytes:
    """The file as it was sent."""
    return _open(chosen.original, config)


def effects(config: Callable[[], Config]) -> Mapping[str, Effect]:
    """What is done about the messages of imports; `config` is asked when the first one comes."""

    held = Held()

    def check(session: Session, taken: Taken, now: datetime) -> None:
        settings = config()
        runs.check(
            session, taken, now, opened=lambda chosen: held.table(chosen, settings),
            keys=NikKeys.from_secret(settings.secret_key.encode()),
        )

    return {"import.checking": check, "import.applying": runs.carry_out}


__all__ = ["TableRefused", "effects", "opened", "original", "receive"]
