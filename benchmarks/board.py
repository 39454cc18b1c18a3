"""The board of blocked bodies of one regency among 100,000 bodies: a signed-in GET from a real gunicorn over TCP."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from benchmarks import measure, nation
from web.db import make_engine, reading

ROOT = Path(__file__).resolve().parent.parent
RUNS, WARM, TARGET_MS = 150, 15, 50.0
PATH = "/terhambat"


def run(url: str) -> dict[str, Any]:
    """Times of the page, and of a plain query of the late tasks behind it in the driver's own SQL, in turns.

    `url` names an empty database with the schema; it holds 100,000 invented bodies in all of Indonesia afterwards.
    """
    engine = make_engine(url)
    began = time.perf_counter()
    bodies = nation.build(engine, datetime.now(UTC))
    built = time.perf_counter() - began
    with _served(url) as (port, server), _by_hand(engine) as raw:
        browser = Browser(port)
        browser.sign_in(nation.LOGIN, nation.PASSWORD)
        page = browser.get(PATH)
        spent = _processor_time(server)
        found = measure.interleaved({"page": lambda: browser.get(PATH), "raw": raw}, RUNS, WARM)
        spent = _processor_time(server) - spent
    engine.dispose()
    blocked = re.search(r'<span class="count">(\d+)</span>', page)
    told = found["page"]
    return {
        **{name: one.figures() for name, one in found.items()},
        "median_ms": round(told.median * 1000, 1), "p95_ms": round(told.p95 * 1000, 1), "target_ms": TARGET_MS,
        "server_cpu_ms": round(spent / (RUNS + WARM) * 1000, 1), "reached": told.p95 * 1000 <= TARGET_MS,
        "ratio": measure.ratio(told, found["raw"]), "bodies": bodies,
        "blocked_in_regency": int(blocked[1]) if blocked else 0, "rows_shown": page.count('<li class="card">'),
        "page_kb": round(len(page) / 1000), "build_s": round(built, 1), "through": "gunicorn gthread, one connection",
    }


class Browser:
    """One connection that stays open, and its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: SimpleCookie = SimpleCookie()

    def get(self, path: str) -> str:
        """The page; RuntimeError for any other answer."""
        status, text = self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return text

    def sign_in(self, login: str, password: str) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/masuk"))
        form = urlencode({"csrf_token": token[1] if token else "", "login": login, "password": password})
        status, _ = self._ask("POST", "/masuk", form)
        if status != 302:
            raise RuntimeError(f"sign-in answered {status}")

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self.cookies.items()),
                   "Accept": "text/html"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for given in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.load(given)
        return answer.status, answer.read().decode()


@contextmanager
def _served(url: str) -> Iterator[tuple[int, int]]:
    """The product answers on this port of 127.0.0.1, with one worker process: the port, the master's number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="tapak-board-") as var:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "--worker-class",
             "gthread", "--threads", "2", "--keep-alive", "60", "web:create_app()"],
            cwd=ROOT, env={**os.environ, "DATABASE_URL": url, "TAPAK_VAR": var, "TAPAK_ENV": "demo"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, server)
            yield port, server.pid
        finally:
            server.terminate()
            server.wait(20)


def _processor_time(master: int) -> float:
    """Seconds the server's workers have computed since they began, as Linux counts them: what a busy machine does not
    stretch by its other work. 0 elsewhere."""
    listed = Path(f"/proc/{master}/task/{master}/children")
    workers = listed.read_text().split() if listed.exists() else []
    fields = [Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split() for worker in workers]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the web server did not start")


@contextmanager
def _by_hand(engine: sa.Engine) -> Iterator[measure.Way]:
    """The late open tasks of the regency with their bodies, as the driver gives them: the floor."""
    mark = "%s" if engine.dialect.name == "postgresql" else "?"
    query = (
        "SELECT body.id, body.name, instance.stage, task.node, task.due_at FROM instance"
        " JOIN body ON body.instance_id = instance.id"
        " JOIN task ON task.instance_id = instance.id AND task.closed_at IS NULL"
        f" WHERE instance.status = 'running' AND instance.scope >= {mark} AND instance.scope < {mark}"
        f" AND task.due_at < {mark} ORDER BY task.due_at, instance.id LIMIT 50"
    )
    now: Any = datetime.now(UTC)
    if engine.dialect.name == "sqlite":
        now = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    with reading(engine).connect() as connection:
        cursor = connection.connection.cursor()
        yield lambda: cursor.execute(query, (nation.REGENCY, nation.REGENCY + "/", now)).fetchall()
