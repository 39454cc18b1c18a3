"""The running product of the day: a fresh database without members, the web, the worker and the sweep, as `run` starts
them, in a folder of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import sqlalchemy as sa
from sqlalchemy.orm import Session

from web import db, migrate
from web.auth import passwords
from web.auth.accounts import DEMO_PASSWORD
from web.config import ROOT, Config
from workflows import drawings
from workflows.demo import ground
from workflows.models import Account
from workflows.people import NikKeys

START_SECONDS, STOP_SECONDS = 180, 60


@dataclass(frozen=True)
class House:
    """Where the pages are, and the database for who only wants to look."""

    url: str
    config: Config
    engine: sa.Engine

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A session that only reads."""
        with db.session_factory(db.reading(self.engine))() as session:
            yield session


@contextmanager
def running(folder: Path) -> Iterator[House]:
    """The product answers while the block runs; nothing of it runs afterwards. Its data and its log are in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    given = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL")}
    environ = {**given, "TAPAK_VAR": str(folder / "var"), "TAPAK_ENV": "demo", "HOST": "127.0.0.1", "PORT": str(port)}
    config = Config.from_environment(environ)
    migrate.up(config.database_url)
    engine = db.make_engine(config.database_url)
    with db.transaction(engine) as session:
        now = db.clock(session)
        ground.lay_office(
            session, now=now, password_hash=passwords.digest(DEMO_PASSWORD),
            keys=NikKeys.from_secret(config.secret_key.encode()),
        )
        admin = session.scalars(sa.select(Account.id).where(Account.login == "admin")).one()
        drawings.publish_all(session, str(admin), now)
    with (folder / "log.txt").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "run"], cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            house = House(f"http://127.0.0.1:{port}", config, engine)
            _wait(house.url, server, folder / "log.txt")
            yield house
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
            engine.dispose()


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the product did not start:\n{log.read_text(errors='replace')[-2000:]}")
