"""The sweep fires what is due, once, whoever else sweeps, and does the messages itself when nobody answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import definitions, operations, outbox
from engine.host import SYSTEM, PlainHost
from engine.models import Definition, Heartbeat, History, Message, Timer
from tests.conftest import Database
from web import jobs, queue
from web.db import transaction
from web.queue import Doorbell
from web.schedule import Sweep

START = datetime(2024, 6, 1, tzinfo=UTC)
HOST = PlainHost()
REMINDED_AFTER_A_DAY = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="tapak:test">
  <process id="reminded" name="Reminded" isExecutable="true">
    <startEvent id="recruited" name="Recruited"><outgoing>a</outgoing></startEvent>
    <sequenceFlow id="a" sourceRef="recruited" targetRef="wait"/>
    <intermediateCatchEvent id="wait"><incoming>a</incoming><outgoing>b</outgoing>
      <timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="b" sourceRef="wait" targetRef="done"/>
    <endEvent id="done" name="Done"><incoming>b</incoming></endEvent>
  </process>
</definitions>"""


@pytest.fixture(autouse=True)
def _not_stopping() -> Iterator[None]:
    jobs.stopping.clear()
    yield
    jobs.stopping.clear()


def sweep(database: Database, url: str | None = None) -> Sweep:
    return Sweep(engine=database.engine, bell=Doorbell(url), host=HOST)


def waiting_instances(database: Database, count: int) -> None:
    with transaction(database.engine) as session:
        definition = definitions.publish(session, drawing=REMINDED_AFTER_A_DAY, form_texts={}, by="test", now=START)
        session.flush()
        for number in range(count):
            operations.start(
                session, definition_id=definition.id, subject=f"thing:{number}", scope="33.23", actor=SYSTEM,
                now=START, host=HOST,
            )


def fired(database: Database) -> int:
    with transaction(database.engine) as session:
        return session.scalar(sa.select(sa.func.count()).where(History.action == "timer.fired")) or 0


def test_due_timers_fire_once(database: Database) -> None:
    waiting_instances(database, 60)
    sweep(database).tick()
    assert fired(database) == 60
    sweep(database).tick()
    assert fired(database) == 60
    with transaction(database.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).where(Timer.closed_at.is_(None))) == 0


def test_two_sweeps_at_once_fire_each_timer_once(database: Database) -> None:
    waiting_instances(database, 60)
    failures: list[Exception] = []

    def tick(one: Sweep) -> None:
        try:
            one.tick()
        except sa.exc.SQLAlchemyError as error:
            failures.append(error)

    threads = [threading.Thread(target=tick, args=(sweep(database),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert fired(database) == 60


def test_a_timer_that_cannot_fire_rests_while_the_others_go_on(database: Database) -> None:
    waiting_instances(database, 3)
    with transaction(database.engine) as session:
        broken = Definition(
            key="broken", version=1, name="", drawing=b"<nothing/>", forms={}, outline="", fingerprint="",
            published_at=START, published_by="test",
        )
        session.add(broken)
        session.flush()
        session.execute(sa.text("update instance set definition_id = :d where subject = 'thing:1'"), {"d": broken.id})
    one = sweep(database)
    one.tick()
    assert fired(database) == 2
    assert len(one.held) == 1
    one.tick()
    assert fired(database) == 2


def test_the_worker_is_rung_for_what_waits(sqlite: Database, redis_url: str) -> None:
    one = sweep(sqlite, redis_url)
    one.tick()
    assert queue.queue(queue.client(redis_url)).count == 0
    with transaction(sqlite.engine) as session:
        outbox.put(session, [outbox.row("unheard-of", "a", {}, START)])
    one.tick()
    assert queue.queue(queue.client(redis_url)).count == 1


def test_what_nobody_does_for_three_seconds_is_done_here(database: Database, tmp_path: Path) -> None:
    one = sweep(database, f"unix://{tmp_path / 'nobody.sock'}")
    with transaction(database.engine) as session:
        outbox.put(session, [outbox.row("unheard-of", "a", {}, START)])

    def attempts() -> int:
        with transaction(database.engine) as session:
            return session.scalars(sa.select(Message.attempts)).one()

    one.tick()
    assert attempts() == 0
    one.still_since -= 3.0
    one.tick()
    assert attempts() == 1


def test_it_leaves_a_heartbeat(database: Database) -> None:
    sweep(database).tick()
    with transaction(database.engine) as session:
        assert abs(session.get_one(Heartbeat, "sweep").at - datetime.now(UTC)) < timedelta(seconds=5)
