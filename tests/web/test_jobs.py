"""The outbox is drained: each message once, a failing one later, also by several at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import outbox
from engine.models import Heartbeat, Message
from tests.conftest import Database
from web import jobs
from web.db import transaction

AT = datetime(2024, 6, 1, tzinfo=UTC)


def leave(session: Session, taken: outbox.Taken, now: datetime) -> None:
    """An effect that can be counted: a second time would break the primary key."""
    session.execute(sa.insert(Heartbeat).values(name=f"done-{taken.payload['n']}", at=now, note=""))


def fail(session: Session, taken: outbox.Taken, now: datetime) -> None:
    leave(session, taken, now)
    raise RuntimeError("the post office is closed")


EFFECTS = {"leave": leave, "fail": fail}


@pytest.fixture(autouse=True)
def _not_stopping() -> Iterator[None]:
    jobs.stopping.clear()
    yield
    jobs.stopping.clear()


def put(database: Database, kind: str, count: int) -> None:
    with transaction(database.engine) as session:
        outbox.put(session, [outbox.row(kind, f"{kind}-{n}", {"n": n}, AT) for n in range(count)])


def done(database: Database) -> int:
    with transaction(database.engine) as session:
        return session.scalar(sa.select(sa.func.count()).where(Message.done_at.is_not(None))) or 0


def test_every_message_is_done_once(database: Database) -> None:
    put(database, "leave", 5)
    assert jobs.drain_outbox(database.engine, EFFECTS) == jobs.Drained(5, more=False)
    assert jobs.drain_outbox(database.engine, EFFECTS) == jobs.Drained(0, more=False)
    assert done(database) == 5


def test_several_at_once_do_nothing_twice(database: Database) -> None:
    put(database, "leave", 40)
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(jobs.drain_outbox(database.engine, EFFECTS).count))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 40
    assert done(database) == 40


def test_a_failing_message_leaves_no_effect_and_waits(database: Database) -> None:
    put(database, "fail", 1)
    put(database, "leave", 2)
    assert jobs.drain_outbox(database.engine, EFFECTS).count == 3
    with transaction(database.engine) as session:
        message = session.scalars(sa.select(Message).where(Message.kind == "fail")).one()
        assert (message.attempts, message.done_at) == (1, None)
        assert "the post office is closed" in (message.last_error or "")
        assert message.available_at > AT
        assert session.scalar(sa.select(sa.func.count()).select_from(Heartbeat)) == 2


def test_an_unknown_kind_is_a_failure_not_a_loss(database: Database) -> None:
    put(database, "unheard-of", 1)
    assert jobs.drain_outbox(database.engine, EFFECTS).count == 1
    assert done(database) == 0


def test_asked_to_stop_it_leaves_the_rest(database: Database) -> None:
    put(database, "leave", 2)
    jobs.stopping.set()
    assert jobs.drain_outbox(database.engine, EFFECTS) == jobs.Drained(0, more=True)
    assert done(database) == 0
