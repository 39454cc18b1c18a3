"""The whole house, really started: what is killed comes back, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import sqlalchemy as sa

from engine import outbox
from engine.models import Message
from web.claim import CannotStart, listen, only_one
from web.config import ROOT, Config
from web.db import clock, make_engine, transaction

pytestmark = pytest.mark.xdist_group("supervisor")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first truthy answer; fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := true():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {true}")


@dataclass
class House:
    """A running installation in a folder of its own."""

    var: Path
    port: int
    log: Path

    @property
    def environ(self) -> dict[str, str]:
        ours = ("TAPAK_", "REDIS_", "DATABASE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**kept, "TAPAK_VAR": str(self.var), "PORT": str(self.port), "TAPAK_ENV": "production"}

    @property
    def url(self) -> str:
        return f"sqlite:///{self.var / 'tapak.sqlite3'}"

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "web.cli", "run"], cwd=ROOT, env=self.environ, stdout=log, stderr=log
            )

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                told: dict[str, Any] = json.load(answer)
                return told
        except (URLError, OSError):
            return {}

    def is_well(self) -> bool:
        told = self.health()
        return bool(told) and all(told[part]["ok"] for part in ("database", "redis", "worker", "sweep"))

    def processes(self) -> dict[int, str]:
        """Every living process that works on this folder: {pid: command line}."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if not entry.name.isdigit():
                    continue
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                ours = f"TAPAK_VAR={self.var}\0".encode() in (entry / "environ").read_bytes()
                if (ours or f"unixsocket:{self.var}/" in line) and "State:\tZ" not in (entry / "status").read_text():
                    found[int(entry.name)] = line
            except OSError:
                continue
        return found

    def pid(self, *words: str) -> int:
        return next(pid for pid, line in sorted(self.processes().items()) if all(word in line for word in words))

    def put(self, name: str) -> None:
        engine = make_engine(self.url, pool_size=1)
        with transaction(engine) as session:
            outbox.put(session, [outbox.row("unheard-of", name, {}, clock(session))])
        engine.dispose()

    def attempts(self, name: str) -> int:
        engine = make_engine(self.url, pool_size=1)
        with transaction(engine) as session:
            tried = session.scalars(sa.select(Message.attempts).where(Message.dedupe == name)).one()
        engine.dispose()
        return tried


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    own = House(tmp_path / "var", free_port(), tmp_path / "log")
    yield own
    for pid in own.processes():
        os.kill(pid, signal.SIGKILL)
    print(own.log.read_text() if own.log.exists() else "")


def test_what_dies_comes_back_and_ctrl_c_ends_all(house: House) -> None:
    supervisor = house.start()
    until(house.is_well, 60)

    house.put("first")
    until(lambda: house.attempts("first"))

    for words in (("web.cli worker",), ("web.cli sweep",), ("unixsocket",)):
        killed = house.pid(*words)
        os.kill(killed, signal.SIGKILL)
        until(lambda killed=killed, words=words: any(  # type: ignore[misc]  # defaults bind now
            pid != killed and all(word in line for word in words) for pid, line in house.processes().items()
        ))
    until(house.is_well, 60)
    house.put("second")
    until(lambda: house.attempts("second"))

    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(15) == 0
    assert house.processes() == {}


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_goes_on(house: House) -> None:
    supervisor = house.start()
    until(house.is_well, 60)
    house.put("kept")
    supervisor.kill()
    supervisor.wait()
    second = house.start()
    until(house.is_well, 60)
    until(lambda: house.attempts("kept"))
    third = subprocess.run(
        [sys.executable, "-m", "web.cli", "run"], cwd=ROOT, env=house.environ, capture_output=True, text=True,
        check=False,
    )
    assert third.returncode == 1
    assert f"Tapak sudah berjalan di http://127.0.0.1:{house.port}" in third.stderr
    second.terminate()
    assert second.wait(15) == 0
    assert house.processes() == {}


def test_a_used_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = Config.from_environment({"TAPAK_VAR": str(tmp_path), "PORT": str(port)})
        with pytest.raises(CannotStart, match=f"127.0.0.1:{port} tidak dapat dipakai"):
            listen(config)


def test_a_folder_is_free_again_when_its_owner_left(tmp_path: Path) -> None:
    config = Config.from_environment({"TAPAK_VAR": str(tmp_path)})
    for _ in range(2):
        with only_one(config):
            pass
