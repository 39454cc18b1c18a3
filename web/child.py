"""One process that shall always run, and how it is ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from web.config import ROOT

PR_SET_PDEATHSIG = 1
STEADY_SECONDS = 30.0
LONGEST_PAUSE = 30.0


def _die_with(parent: int, libc: ctypes.CDLL) -> Callable[[], None]:
    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


@dataclass
class Child:
    """A process that shall always run. `pause` grows while it keeps dying and is forgotten once it ran steadily."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = 0.0
    deaths: int = 0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """The child runs, leader of its own group: a Ctrl-C at the terminal reaches only the supervisor."""
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=dict(self.environ), stdin=subprocess.DEVNULL, pass_fds=self.pass_fds,
            start_new_session=True, preexec_fn=_die_with(os.getpid(), ctypes.CDLL(None, use_errno=True)),  # noqa: PLW1509
        )
        self.started = time.monotonic()

    def signal(self, number: int, *, group: bool = False) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if group:
                os.killpg(self.process.pid, number)
            elif self.process.poll() is None:
                self.process.send_signal(number)

    def mourn(self, now: float) -> float:
        """The dead child's remaining processes are gone too; returns the seconds until it is started again."""
        self.signal(signal.SIGKILL, group=True)
        self.pause = 0.2 if now - self.started > STEADY_SECONDS else min(max(self.pause * 2, 0.2), LONGEST_PAUSE)
        self.due, self.deaths = now + self.pause, self.deaths + 1
        return self.pause


def ending(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"kode {code}"
