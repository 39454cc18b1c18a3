"""The outbox: in order, once, by several takers at a time, and nothing lost when an effect fails or is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import outbox
from engine.models import Heartbeat, Message
from engine.outbox import EffectFailed, Taken
from tests.conftest import Database
from web.db import transaction

NOW = datetime(2024, 5, 16, 3, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def put(session: Session, *names: str, at: datetime = NOW) -> None:
    outbox.put(session, [outbox.row("note", name, {"name": name}, at) for name in names])


def done(session: Session) -> list[str]:
    return list(session.scalars(select(Message.dedupe).where(Message.done_at.is_not(None)).order_by(Message.id)))


class Noted:
    """An effect that remembers what it was given."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, session: Session, taken: Taken, now: datetime) -> None:
        self.names.append(taken.payload["name"])

    @property
    def effects(self) -> Mapping[str, outbox.Effect]:
        return {"note": self}


def test_the_oldest_due_message_is_taken_first_and_each_once(session: Session) -> None:
    put(session, "late", at=NOW + timedelta(seconds=2))
    put(session, "second", "third", at=NOW + timedelta(seconds=1))
    put(session, "first")
    put(session, "future", at=NOW + timedelta(hours=1))
    noted = Noted()
    while outbox.take(session, now=NOW + timedelta(seconds=2), effects=noted.effects) is not None:
        pass
    assert noted.names == ["first", "second", "third", "late"]
    assert done(session) == ["late", "second", "third", "first"]


def test_a_message_is_due_from_its_very_moment_on(session: Session) -> None:
    put(session, "one")
    noted = Noted()
    assert outbox.take(session, now=NOW - timedelta(microseconds=1), effects=noted.effects) is None
    taken = outbox.take(session, now=NOW, effects=noted.effects)
    assert taken is not None
    assert taken.payload == {"name": "one"}


def test_the_same_dedupe_is_one_message_also_after_it_was_done(session: Session) -> None:
    put(session, "one", "one")
    put(session, "one")
    noted = Noted()
    assert outbox.take(session, now=NOW, effects=noted.effects) is not None
    put(session, "one")
    assert outbox.take(session, now=NOW, effects=noted.effects) is None
    assert noted.names == ["one"]


def test_nothing_to_put_is_nothing(session: Session) -> None:
    outbox.put(session, [])
    assert outbox.waiting(session, now=NOW) == (0, None)


def test_waiting_counts_what_is_due_and_since_when(session: Session) -> None:
    put(session, "b", at=NOW + timedelta(seconds=5))
    put(session, "a")
    put(session, "later", at=NOW + timedelta(hours=1))
    count, oldest = outbox.waiting(session, now=NOW + timedelta(seconds=5))
    assert (count, oldest) == (2, NOW)


def breaks(session: Session, taken: Taken, now: datetime) -> None:
    session.add(Heartbeat(name="half done", at=now))
    session.flush()
    raise RuntimeError("no paper")


def test_a_failing_effect_leaves_no_trace_and_is_counted(database: Database) -> None:
    with transaction(database.engine) as session:
        put(session, "one")
    with pytest.raises(EffectFailed, match="no paper") as failure, transaction(database.engine) as session:
        outbox.take(session, now=NOW, effects={"note": breaks})
    with database.sessions() as session:
        assert session.scalars(select(Heartbeat)).all() == []
        message = session.scalars(select(Message)).one()
        assert (message.attempts, message.done_at) == (0, None)
    with transaction(database.engine) as session:
        outbox.failed(session, message_id=failure.value.message_id, error=failure.value.message, now=NOW)
    with database.sessions() as session:
        message = session.scalars(select(Message)).one()
        assert (message.attempts, message.done_at, message.available_at) == (1, None, NOW + timedelta(seconds=2))
        assert "no paper" in (message.last_error or "")


def test_a_kind_without_an_effect_fails_and_lets_the_others_pass(session: Session) -> None:
    put(session, "one")
    outbox.put(session, [outbox.row("unknown", "two", {}, NOW - timedelta(seconds=1))])
    with pytest.raises(EffectFailed) as failure:
        outbox.take(session, now=NOW, effects=Noted().effects)
    outbox.failed(session, message_id=failure.value.message_id, error="no effect", now=NOW)
    noted = Noted()
    assert outbox.take(session, now=NOW, effects=noted.effects) is not None
    assert noted.names == ["one"]


def test_the_wait_doubles_and_ends_at_an_hour(session: Session) -> None:
    put(session, "one")
    message = session.scalars(select(Message)).one()
    waits = []
    for _ in range(13):
        outbox.failed(session, message_id=message.id, error="x" * 9000, now=NOW)
        session.refresh(message)
        waits.append((message.available_at - NOW).total_seconds())
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
    assert len(message.last_error or "") == 4000


def test_a_taken_message_is_skipped_by_another_taker_on_postgresql(postgres: Database) -> None:
    with transaction(postgres.engine) as session:
        put(session, "first", "second")
    one, other = Noted(), Noted()
    with transaction(postgres.engine) as first:
        assert outbox.take(first, now=NOW, effects=one.effects) is not None
        with transaction(postgres.engine) as second:
            assert outbox.take(second, now=NOW, effects=other.effects) is not None
            assert outbox.take(second, now=NOW, effects=other.effects) is None
    assert (one.names, other.names) == (["first"], ["second"])


def test_two_takers_at_once_do_each_message_once(database: Database) -> None:
    names = [f"m{number}" for number in range(40)]
    with transaction(database.engine) as session:
        put(session, *names)
    gate, did = threading.Barrier(2), ([], [])  # type: ignore[var-annotated]

    def drain(mine: list[str]) -> None:
        def note(session: Session, taken: Taken, now: datetime) -> None:
            mine.append(taken.payload["name"])
            time.sleep(0.002)  # long enough for the other to come by

        gate.wait()
        while True:
            with transaction(database.engine) as session:
                if outbox.take(session, now=NOW, effects={"note": note}) is None:
                    return

    threads = [threading.Thread(target=drain, args=(mine,)) for mine in did]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(did[0] + did[1]) == sorted(names)
    with database.sessions() as session:
        assert outbox.waiting(session, now=NOW) == (0, None)


KILLED = """
import sys, time
from datetime import datetime
from engine import outbox
from engine.models import Heartbeat
from web.db import make_engine, transaction
def effect(session, taken, now):
    session.add(Heartbeat(name="half done", at=now))
    session.flush()
    print("in the middle", flush=True)
    time.sleep(60)
with transaction(make_engine(sys.argv[1])) as session:
    outbox.take(session, now=datetime.fromisoformat(sys.argv[2]), effects={"note": effect})
"""


def test_a_taker_killed_in_the_middle_leaves_the_message_for_the_next(database: Database) -> None:
    with transaction(database.engine) as session:
        put(session, "one")
    taker = subprocess.Popen(
        [sys.executable, "-c", KILLED, database.url, NOW.isoformat()], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert taker.stdout is not None
        assert taker.stdout.readline() == "in the middle\n"
    finally:
        taker.send_signal(signal.SIGKILL)
        taker.wait()
        if taker.stdout is not None:
            taker.stdout.close()
    noted = Noted()
    assert _take_soon(database, noted) == "one"
    with database.sessions() as session:
        assert session.scalars(select(Heartbeat)).all() == []
        assert done(session) == ["one"]


def _take_soon(database: Database, noted: Noted) -> str:
    """PostgreSQL needs a moment to see that its client is gone; until then the row is still locked and skipped."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            with transaction(database.engine) as session:
                taken = outbox.take(session, now=NOW, effects=noted.effects)
        except sa.exc.OperationalError:
            taken = None
        if taken is not None:
            return str(taken.payload["name"])
        time.sleep(0.1)
    raise AssertionError("the message was not given back")
