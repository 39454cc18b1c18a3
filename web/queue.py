"""The doorbell: tells the worker through Redis that messages wait. Best effort; the outbox is the memory."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, WatchError
from redis.retry import Retry
from rq import Queue, Worker
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

QUEUE = "tapak"
DRAIN = "web.jobs.drain"
WAITING_RINGS = 2
ANSWER_SECONDS = 0.2
REST_SECONDS = 5.0
DRAIN_SECONDS = 60
JOB_SECONDS = 300


def client(url: str, *, seconds: float | None = ANSWER_SECONDS) -> redis.Redis:
    """A client that never retries by itself and, unless `seconds` is None, gives up after that long."""
    return redis.Redis.from_url(
        url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=seconds or 2.0, socket_timeout=seconds,
    )


def queue(connection: redis.Redis) -> Queue:
    """The one queue, with JSON instead of pickle."""
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, default_timeout=JOB_SECONDS)


class Doorbell:
    """Rings the worker of one Redis; without a URL, or while Redis is away, it does nothing.

    After a failure it rests for REST_SECONDS (circuit breaker), so that a dead Redis costs a request 0.2 s at most
    once in that time. It may be shared by threads.
    """

    def __init__(self, url: str | None) -> None:
        self._queue = queue(client(url)) if url else None
        self._rest_until = 0.0
        self._lock = threading.Lock()

    def ring(self) -> bool:
        """True when a `drain` that will see everything committed so far waits in Redis. Never raises.

        If the queue changes between looking and ringing, somebody else rang or the worker took a ring up just now;
        either of these drains begins after our commit, so ours is not needed.
        """
        with self._lock:
            if self._queue is None or time.monotonic() < self._rest_until:
                return False
        try:
            self._push(self._queue)
        except WatchError:
            return True
        except (RedisError, OSError) as error:
            with self._lock:
                self._rest_until = time.monotonic() + REST_SECONDS
            log.warning("doorbell not rung, resting %s s: %s", REST_SECONDS, error)
            return False
        return True

    @staticmethod
    def _push(waiting: Queue) -> None:
        with waiting.connection.pipeline() as pipe:
            pipe.watch(waiting.key)
            if pipe.llen(waiting.key) >= WAITING_RINGS:
                return
            pipe.multi()
            waiting.enqueue_call(
                DRAIN, timeout=JOB_SECONDS, result_ttl=0, failure_ttl=3600, description="drain", pipeline=pipe
            )
            pipe.execute()


def _is_gone(pid: int | None) -> bool:
    """Whether a process of this machine has ended; Redis remembers a killed worker for a minute."""
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@lru_cache(maxsize=8)
def doorbell(url: str | None) -> Doorbell:
    """This process's doorbell for that Redis."""
    return Doorbell(url)


def ring(url: str | None) -> bool:
    """See `Doorbell.ring`."""
    return doorbell(url).ring()


@dataclass(frozen=True)
class WorkerSeen:
    """A worker as Redis knows it; `age` is seconds since its last heartbeat."""

    name: str
    pid: int
    state: str
    age: float


def answers(url: str) -> bool:
    """Whether that Redis answers within 0.2 s."""
    try:
        return bool(client(url).ping())
    except (RedisError, OSError):
        return False


def workers(url: str) -> list[WorkerSeen]:
    """Everyone who listens to the queue now; [] when there is nobody or no Redis."""
    now, here = datetime.now(UTC), socket.gethostname()
    try:
        found = Worker.all(queue=queue(client(url)))
    except (RedisError, OSError):
        return []
    return [
        WorkerSeen(
            name=worker.name, pid=worker.pid or 0, state=str(worker.get_state()),
            age=(now - worker.last_heartbeat.replace(tzinfo=worker.last_heartbeat.tzinfo or UTC)).total_seconds(),
        )
        for worker in found
        if worker.last_heartbeat and not (worker.hostname == here and _is_gone(worker.pid))
    ]
