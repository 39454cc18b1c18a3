"""Starts Redis, web, worker and sweep, keeps them alive, and stops them together.

Every child asks the kernel to be told when this process dies (PDEATHSIG), so nothing outlives even a SIGKILL. The
lock on var/run/tapak.lock is held by this process and inherited by the children: it is free only when all are gone,
so two supervisors never share one var/.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field, replace
from types import FrameType
from urllib.error import URLError

from web.child import Child, ending
from web.claim import CannotStart, listen, only_one
from web.config import ROOT, Config
from web.redis_server import RedisServer, own_server

STOP_SECONDS = 8.0
REDIS_SECONDS = 5.0
WEB_WORKERS, WEB_THREADS = 2, 4


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)


@dataclass
class Supervisor:
    """One installation's processes, from the first to the last."""

    config: Config
    lock: int
    listener: socket.socket
    children: dict[str, Child] = field(default_factory=dict)
    redis: RedisServer | None = None
    stopping: bool = False
    impatient: bool = False

    def run(self) -> int:
        """Everything runs until a signal asks to stop; then nothing does. Returns the exit code."""
        wake = self._listen_to_signals()
        try:
            self._start_redis()
            if not self.stopping:
                self._prepare()
            if not self.stopping:
                self._start_ours()
            self._keep(wake)
        finally:
            self._stop()
        return 0

    def environ(self) -> dict[str, str]:
        """The environment of our own children: the same settings, and where Redis is."""
        settings = {
            **os.environ, "TAPAK_VAR": str(self.config.var), "DATABASE_URL": self.config.database_url,
            "PYTHONUNBUFFERED": "1",
        }
        if self.config.redis_url:
            settings["REDIS_URL"] = self.config.redis_url
        return settings

    def _listen_to_signals(self) -> int:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.impatient, self.stopping = self.stopping, True

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        return reader

    def _child(self, name: str, *command: str, pass_fds: tuple[int, ...] = ()) -> Child:
        child = Child(name, command, self.environ(), pass_fds=(self.lock, *pass_fds))
        child.start()
        self.children[name] = child
        return child

    def _start_redis(self) -> None:
        if self.config.redis_url:
            return
        server = own_server(self.config)
        if server is None:
            say("Redis tidak ditemukan: Tapak tetap bekerja, pesan terlambat beberapa detik. "
                "(No Redis: everything works, seconds late.)")
            return
        for attempt in (1, 2):
            server.prepare()
            child = self._child("redis", *server.command)
            if server.wait(REDIS_SECONDS):
                self.redis, self.config = server, replace(self.config, redis_url=server.url)
                return
            child.signal(signal.SIGKILL, group=True)
            if child.process is not None:
                child.process.wait()
            del self.children["redis"]
            if attempt == 1:
                say(f"Redis tidak mau mulai; foldernya disisihkan ke {server.set_aside()} dan dicoba lagi.")
        say("Redis tidak dapat dijalankan: Tapak tetap bekerja, pesan terlambat beberapa detik.")

    def _prepare(self) -> None:
        """The database is migrated and, when empty in demo mode, loaded. Refuses (CannotStart) when that fails."""
        child = self._child("prepare", sys.executable, "-m", "web.cli", "prepare")
        while child.alive and not self.stopping:
            time.sleep(0.02)
        if self.stopping:
            return
        del self.children["prepare"]
        if child.process is None or child.process.returncode != 0:
            raise CannotStart("Basis data tidak dapat disiapkan; alasannya tertulis di atas. "
                              "(The database could not be prepared; the reason stands above.)")

    def _start_ours(self) -> None:
        for name in ("worker", "sweep") if self.config.redis_url else ("sweep",):
            self._child(name, sys.executable, "-m", "web.cli", name)
        handle = self.listener.fileno()
        self._child(
            "web", sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{handle}", "--no-control-socket",
            "--worker-class", "gthread", "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS),
            "--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "5", "--log-level", "warning",
            *(("--worker-tmp-dir", "/dev/shm") if os.access("/dev/shm", os.W_OK) else ()),  # noqa: S108
            pass_fds=(handle,),
        )

    def _keep(self, wake: int) -> None:
        announced = False
        while not self.stopping:
            self._reap_strangers()
            now = time.monotonic()
            for child in self.children.values():
                self._look_after(child, now)
            if not announced and self._web_answers():
                announced = True
                self._announce()
            select.select([wake], [], [], 0.25)
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)

    def _look_after(self, child: Child, now: float) -> None:
        if child.process is not None and not child.alive:
            code = child.process.returncode
            pause = child.mourn(now)
            child.process = None
            say(f"{child.name} berhenti ({ending(code)}); dijalankan lagi dalam {pause:.1f} s.")
        if child.process is None and now >= child.due:
            if child.name == "redis" and self.redis is not None:
                self.redis.prepare()
            child.start()

    def _reap_strangers(self) -> None:
        """As process 1 of a container we inherit what our children left; nothing of it stays a zombie."""
        ours = {child.process.pid for child in self.children.values() if child.process is not None}
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
                if ended.si_pid in ours:
                    return
                os.waitpid(ended.si_pid, os.WNOHANG)

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{local_address(self.config)}/healthz", timeout=0.5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _announce(self) -> None:
        say(f"\nTapak berjalan di {self.config.public_url}   (Ctrl-C menghentikan / stops)")
        if not self.config.production:
            subprocess.run(
                [sys.executable, "-m", "web.cli", "demo", "--accounts"], cwd=ROOT, env=self.environ(), check=False,
            )

    def _stop(self) -> None:
        """Pages, sweep and worker end first, each finishing what it has in hand; Redis last."""
        if self.stopping:
            say("\nMenghentikan Tapak ... (stopping)")
        redis = self.children.pop("redis", None)
        self._end(list(self.children.values()), STOP_SECONDS)
        if redis is not None:
            self._end([redis], 3.0)

    def _end(self, children: list[Child], seconds: float) -> None:
        for child in children:
            child.signal(signal.SIGTERM)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.impatient and any(child.alive for child in children):
            time.sleep(0.03)
        for child in children:
            if child.alive:
                say(f"{child.name} tidak berhenti sendiri; dihentikan paksa.")
            child.signal(signal.SIGKILL, group=True)
            if child.process is not None:
                child.process.wait()


def local_address(config: Config) -> str:
    """Where this machine itself reaches the pages."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


def run(config: Config) -> int:
    """See `Supervisor.run`; refusals are printed, exit code 1."""
    try:
        with only_one(config) as lock, listen(config) as listener:
            return Supervisor(config, lock, listener).run()
    except CannotStart as refusal:
        print(refusal, file=sys.stderr, flush=True)
        return 1
