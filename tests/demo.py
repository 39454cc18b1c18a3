"""The demo for tests: loaded once in a test process, copied for each test that asks. A part of it loads in seconds."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from web import migrate
from web.auth import passwords
from web.auth.accounts import DEMO_PASSWORD
from web.db import make_engine, transaction
from web.notify import EFFECTS
from workflows import demo
from workflows.people import NikKeys
from workflows.regions import TEMANGGUNG

KEYS = NikKeys.from_secret(b"only for tests, sixteen bytes")
NOW = datetime(2026, 3, 4, 4, 30, tzinfo=UTC)
"""A Wednesday, 11.30 WIB."""


def forget(content: bytes) -> str:
    """The sha256 of bytes that nobody will look at."""
    return sha256(content).hexdigest()


def load(session: Session, *, within: str = TEMANGGUNG, now: datetime = NOW) -> None:
    """The demo as `manage.py run` loads it, with the bodies `within` under way and no file kept."""
    demo.load(
        session, now=now, keys=KEYS, password_hash=passwords.digest(DEMO_PASSWORD), keep=forget, effects=EFFECTS,
        within=within,
    )


@cache
def _whole(folder: Path) -> Path:
    path = folder / "demo.sqlite3"
    migrate.up(f"sqlite:///{path}")
    engine = make_engine(f"sqlite:///{path}")
    with transaction(engine) as session:
        load(session)
    engine.dispose()
    return path


def copied(once: Path, into: Path) -> sa.Engine:
    """An engine on a copy of the whole demo, on SQLite; `once` is the folder in which it is made the first time."""
    path = into / "tapak.sqlite3"
    shutil.copyfile(_whole(once), path)
    return make_engine(f"sqlite:///{path}")
