"""The RQ worker and its one job, `drain`: carries out what waits in the outbox, each message in its own transaction."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from engine import outbox
from engine.host import Host
from web.config import Config, SettingsRefused
from web.db import clock, make_engine, transaction
from web.queue import DRAIN_SECONDS, client, doorbell, queue

log = logging.getLogger(__name__)

stopping = threading.Event()


@lru_cache(maxsize=1)
def process_config() -> Config:
    """This process's settings."""
    return Config.from_environment()


@lru_cache(maxsize=1)
def process_engine() -> sa.Engine:
    """This process's database."""
    return make_engine(process_config().database_url, pool_size=2)


@lru_cache(maxsize=1)
def effects() -> Mapping[str, outbox.Effect]:
    """What to do for each kind of message."""
    from web import notify

    return notify.EFFECTS


@lru_cache(maxsize=1)
def host() -> Host:
    """KPU's answers to the engine."""
    from workflows import host as kpu

    return kpu.HOST


def drain() -> int:
    """Every message that was due is done, or noted as failed with a later date; returns how many were touched.

    Ends early, and rings again, after DRAIN_SECONDS or when the process is asked to stop. Safe to run twice, also at
    the same time: a message is claimed by its row lock and marked done in the transaction of its effect.
    """
    drained = drain_outbox(process_engine(), effects())
    if drained.more:
        doorbell(process_config().redis_url).ring()
    return drained.count


@dataclass(frozen=True)
class Drained:
    """`count` messages were touched; `more` when it ended before it found the outbox empty."""

    count: int
    more: bool


def drain_outbox(engine: sa.Engine, effects: Mapping[str, outbox.Effect], *, seconds: float = DRAIN_SECONDS) -> Drained:
    """The loop of `drain`: one transaction per message, until none is due or `seconds` are over."""
    end, count = time.monotonic() + seconds, 0
    while not stopping.is_set() and time.monotonic() < end:
        if not _take_one(engine, effects):
            return Drained(count, more=False)
        count += 1
    return Drained(count, more=True)


def _take_one(engine: sa.Engine, effects: Mapping[str, outbox.Effect]) -> bool:
    """The next due message is done, or rolled back and its failure noted; False when none is due."""
    try:
        with transaction(engine) as session:
            return outbox.take(session, now=clock(session), effects=effects) is not None
    except outbox.EffectFailed as failure:
        log.warning("%s", failure.message, exc_info=failure.cause)
        with transaction(engine) as session:
            outbox.failed(session, message_id=failure.message_id, error=failure.message, now=clock(session))
        return True


class Worker(SimpleWorker):
    """RQ's worker in one process, which comes back soon after Redis was away and leaves a drain when told to stop."""

    max_connection_wait_time = 4.0

    def handle_warm_shutdown_request(self) -> None:
        stopping.set()


def work(config: Config) -> None:
    """Listens for rings until SIGTERM or SIGINT. Ends with exit code 1 when Redis is not there at the start."""
    if config.redis_url is None:
        raise SettingsRefused(["REDIS_URL belum diisi: tanpa Redis tidak ada yang didengarkan oleh worker."])
    effects()
    connection = client(config.redis_url, seconds=None)
    try:
        Worker(
            [queue(connection)], connection=connection, serializer=JSONSerializer,
            worker_ttl=25, job_monitoring_interval=2, maintenance_interval=5, log_job_description=False,
        ).work(logging_level="WARNING")
    except RedisError as error:
        log.error("the worker lost its Redis: %s", error)
        sys.exit(1)
