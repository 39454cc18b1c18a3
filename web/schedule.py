"""The sweep: a small process of its own that looks every second for what is due, and needs nobody else alive."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import FrameType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from engine import operations, timers
from engine.base import table_of
from engine.host import Host
from engine.models import Heartbeat, Message, Timer
from engine.statements import upsert_of
from web.checkpoints import Keeper
from web.config import Config, SettingsRefused
from web.db import clock, clock_in_sql, glancing, make_engine, reading, transaction
from web.jobs import drain_outbox, effects, host, stopping
from web.mailing_sending import channels
from web.queue import Doorbell
from web.signing import signer
from workflows import escalation, mailing
from workflows.models import Climb
from workflows.stakeholders import lapses

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
LONGEST_TICK_SECONDS = 10.0
STILL_SECONDS = 3.0
HEARTBEAT_SECONDS = 5.0
HELD_SECONDS = 60.0
GATHER_SECONDS = 60.0
WARN_SECONDS = 1800.0
CHECKPOINT_SECONDS = 60.0
OWN_DRAIN_SECONDS = 2.0
BATCH = 500
CHUNK = 25
NAME = "sweep"
_BEAT = upsert_of(table_of(Heartbeat), ("name",), ("at", "note"))


@dataclass(frozen=True)
class Seen:
    """What one look found: due timers, whether an escalation is to climb, the oldest due message."""

    timers: Sequence[int]
    climbs: bool
    oldest: tuple[int, int] | None


@dataclass
class Sweep:
    """What one sweep remembers between ticks; all of it may be lost. Two sweeps at once do everything once."""

    engine: sa.Engine
    bell: Doorbell
    host: Host
    oldest: tuple[int, int] | None = None
    still_since: float = 0.0
    beaten_at: float = float("-inf")
    held: dict[int, float] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    gathered_at: float = float("-inf")
    warned_at: float = float("-inf")
    keeper: Keeper | None = None
    kept_at: float = float("-inf")

    def tick(self) -> None:
        """Due timers have fired, escalations have climbed, and waiting messages were rung for or done here.

        A database that is away raises SQLAlchemyError; the next tick tries again.
        """
        seen, acted = self._look(), False
        end = time.monotonic() + LONGEST_TICK_SECONDS
        while seen.timers and not stopping.is_set() and time.monotonic() < end:
            for first in range(0, len(seen.timers), CHUNK):
                self._fire(seen.timers[first:first + CHUNK])
            seen, acted = self._look(), True
        if seen.climbs:
            with transaction(self.engine) as session:
                escalation.climb(session, now=clock(session), host=self.host)
            acted = True
        if acted:
            self.bell.ring()
        self._warn_of_contacts()
        self._gather_notices()
        self._see_to_messages(seen.oldest)
        self._keep_checkpoints()
        self._beat()

    def _look(self) -> Seen:
        """What is due. One question tells whether there is anything at all; a quiet tick ends with it."""
        with glancing(self.engine).connect() as connection:
            timer, climb, message = connection.execute(_anything(clock_in_sql(self.engine))).one()
        if not (timer or climb or message):
            return Seen((), climbs=False, oldest=None)
        started = time.monotonic()
        self.held = {timer: until for timer, until in self.held.items() if until > started}
        with Session(reading(self.engine)) as session:
            now = clock(session)
            due = timers.due(session, now=now, limit=BATCH + len(self.held))
            return Seen(
                timers=[timer for timer in due if timer not in self.held][:BATCH],
                climbs=bool(climb), oldest=oldest_message(session, now),
            )

    def _fire(self, due: Sequence[int]) -> None:
        """These timers have fired, together in one transaction; if one of them fails, each in its own, and the
        failing one rests for HELD_SECONDS while the others go on."""
        try:
            with transaction(self.engine) as session:
                for timer in due:
                    operations.fire_timer(session, timer_id=timer, now=clock(session), host=self.host)
        except Exception:
            if len(due) > 1:
                for timer in due:
                    self._fire([timer])
                return
            log.exception("timer %s could not fire; trying again in %s s", due[0], HELD_SECONDS)
            self.held[due[0]] = time.monotonic() + HELD_SECONDS

    def _warn_of_contacts(self) -> None:
        """Once in WARN_SECONDS: whoever must act has been told of overdue promises and of contact that lapsed."""
        if time.monotonic() - self.warned_at < WARN_SECONDS:
            return
        self.warned_at = time.monotonic()
        with Session(reading(self.engine)) as session:
            found = lapses.due(session, now=clock(session))
        if found:
            with transaction(self.engine) as session:
                lapses.tell(session, found, now=clock(session))

    def _gather_notices(self) -> None:
        """Once in GATHER_SECONDS: whoever has notices that may go out now has one message with them in the outbox."""
        if not self.channels or time.monotonic() - self.gathered_at < GATHER_SECONDS:
            return
        self.gathered_at = time.monotonic()
        with Session(reading(self.engine)) as session:
            due = mailing.due(session, now=clock(session), channels=self.channels)
        for account in due:
            with transaction(self.engine) as session:
                mailing.gather(session, account_id=account, now=clock(session), channels=self.channels)
        if due:
            self.bell.ring()

    def _keep_checkpoints(self) -> None:
        """Looked at once in CHECKPOINT_SECONDS: the hour has its checkpoint. A folder that cannot be written is told
        (also by the health page) and tried again; the checkpoint stands in the database meanwhile."""
        if self.keeper is None or time.monotonic() - self.kept_at < CHECKPOINT_SECONDS:
            return
        self.kept_at = time.monotonic()
        try:
            self.keeper.keep()
        except OSError as error:
            log.error("checkpoints cannot be written to %s: %s", self.keeper.folder, error)

    def _see_to_messages(self, oldest: tuple[int, int] | None) -> None:
        """The worker was rung for, and where the oldest message does not move for STILL_SECONDS it is done here."""
        if oldest is None:
            self.oldest = None
            return
        now = time.monotonic()
        if oldest != self.oldest:
            self.oldest, self.still_since = oldest, now
        self.bell.ring()
        if now - self.still_since >= STILL_SECONDS:
            drained = drain_outbox(self.engine, effects(), seconds=OWN_DRAIN_SECONDS)
            log.info("nobody answered the doorbell; the sweep did %s messages itself", drained.count)

    def _beat(self) -> None:
        if time.monotonic() - self.beaten_at < HEARTBEAT_SECONDS:
            return
        with transaction(self.engine) as session:
            _BEAT.first(session, {"name": NAME, "at": clock(session), "note": ""})
        self.beaten_at = time.monotonic()


def _anything(now: sa.ColumnElement[Any]) -> sa.Select[bool, bool, bool]:
    """Whether a timer, a climb, a message is due; each is answered by the first row of an index."""
    return sa.select(
        sa.exists().where(Timer.closed_at.is_(None), Timer.due_at <= now),
        sa.exists().where(Climb.next_at <= now),
        sa.exists().where(Message.done_at.is_(None), Message.available_at <= now),
    )


def oldest_message(session: Session, now: datetime) -> tuple[int, int] | None:
    """(id, attempts) of the message that is due for the longest time; None when none is due."""
    query = (
        sa.select(Message.id, Message.attempts)
        .where(Message.done_at.is_(None), Message.available_at <= now)
        .order_by(Message.available_at, Message.id).limit(1)
    )
    row = session.execute(query).first()
    return (row.id, row.attempts) if row else None


def _keeper(engine: sa.Engine, config: Config) -> Keeper | None:
    """None, and told, with a key that cannot be used: deadlines go on, and the health page misses the checkpoints."""
    try:
        return Keeper(engine, config.checkpoints, signer(config))
    except SettingsRefused as refusal:
        log.error("no checkpoints are made: %s", refusal)
        return None


def run(config: Config) -> None:
    """Ticks every second until SIGTERM or SIGINT. An unreachable database is told once and waited for."""
    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    engine = make_engine(config.database_url, pool_size=2)
    sweep = Sweep(
        engine=engine, bell=Doorbell(config.redis_url), host=host(), channels=channels(config),
        keeper=_keeper(engine, config),
    )
    away = False
    while not stopping.is_set():
        started = time.monotonic()
        try:
            sweep.tick()
            away = False
        except SQLAlchemyError as error:
            if not away:
                log.error("the sweep waits for the database: %s", error)
            away = True
        while not stopping.is_set() and time.monotonic() < started + TICK_SECONDS:
            time.sleep(0.05)
    engine.dispose()
