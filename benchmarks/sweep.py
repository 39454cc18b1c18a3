"""The sweep: looking among 100,000 clocks when nothing is due, and striking 10,000 dashed ones that are."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import insert

from benchmarks import measure
from engine import definitions
from engine.host import PlainHost
from engine.models import History, Instance, Message, Task, Timer
from web.db import make_engine, transaction
from web.queue import Doorbell
from web.schedule import CHUNK, Sweep

IDLE, DUE = 100_000, 10_000
IDLE_RUNS = 100
TURNS = 4
BATCH = 2_000
TARGET_US = 2_000.0
_HASH = "0" * 64
_SALT = "0" * 32

DRAWING = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="bench">
<escalation id="late" escalationCode="late"/>
<process id="bench" isExecutable="true">
<laneSet id="lanes"><lane id="member" name="member"><flowNodeRef>begin</flowNodeRef><flowNodeRef>submit</flowNodeRef>
<flowNodeRef>overdue</flowNodeRef><flowNodeRef>told</flowNodeRef><flowNodeRef>finish</flowNodeRef></lane></laneSet>
<startEvent id="begin"/><userTask id="submit"/><endEvent id="finish"/>
<boundaryEvent id="overdue" attachedToRef="submit" cancelActivity="false"><timerEventDefinition>
<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>
<endEvent id="told"><escalationEventDefinition escalationRef="late"/></endEvent>
<sequenceFlow id="f1" sourceRef="begin" targetRef="submit"/>
<sequenceFlow id="f2" sourceRef="submit" targetRef="finish"/>
<sequenceFlow id="f3" sourceRef="overdue" targetRef="told"/>
</process></definitions>"""
"""One task with a dashed clock that escalates, as every task of KPU's drawings has one."""


def run(url: str) -> dict[str, Any]:
    """A quiet tick's median with its target, and what 10,000 clocks took by the sweep and by hand, with the ratio.

    `url` names an empty database with the schema; it is full of invented instances afterwards.
    """
    engine = make_engine(url)
    now = datetime.now(UTC)
    _fill(engine, IDLE // 100, due_at=now + timedelta(days=2), named="idle", rounds=100)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    idle = measure.interleaved({"idle": _sweep(engine).tick}, IDLE_RUNS)["idle"]
    swept, by_hand = 0.0, 0.0
    for turn in range(TURNS):
        _fill(engine, DUE // TURNS, due_at=now - timedelta(hours=1), named=f"due{turn}")
        swept += _timed(lambda: _by_sweep(engine))
        due = _fill(engine, DUE // TURNS, due_at=now - timedelta(hours=1), named=f"hand{turn}")
        by_hand += _timed(lambda due=due: _by_hand(engine, due))
    _same_rows(engine)
    engine.dispose()
    return {
        "idle": idle.figures() | {"timers": IDLE, "target_us": TARGET_US}, "fire": _figures(swept),
        "fire_raw": _figures(by_hand), "ratio": round(swept / by_hand, 2),
    }


def _figures(seconds: float) -> dict[str, float]:
    return {"timers": DUE, "seconds": round(seconds, 2), "us_per_timer": round(seconds / DUE * 1e6, 1)}


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _sweep(engine: sa.Engine) -> Sweep:
    return Sweep(engine=engine, bell=Doorbell(None), host=PlainHost())


def _by_sweep(engine: sa.Engine) -> None:
    """Every clock that is due has struck. A tick ends after some seconds at the latest, so there may be several."""
    due = sa.select(Timer.id).where(Timer.closed_at.is_(None), Timer.due_at <= datetime.now(UTC)).limit(1)
    while True:
        _sweep(engine).tick()
        with engine.connect() as connection:
            if connection.execute(due).first() is None:
                return


def _by_hand(engine: sa.Engine, timers: Sequence[int]) -> None:
    """The same locks, writes and commits on the raw driver, as many clocks to a transaction as the sweep takes."""
    postgres = engine.dialect.name == "postgresql"
    pooled = engine.raw_connection()
    cursor, now = pooled.driver_connection.cursor(), datetime.now(UTC).isoformat(sep=" ")
    for first in range(0, len(timers), CHUNK):
        if not postgres:
            cursor.execute("BEGIN IMMEDIATE")
        for timer in timers[first:first + CHUNK]:
            _strike(cursor, timer, now, postgres)
        pooled.driver_connection.commit()
    pooled.close()


_LOCK = """SELECT id, version, seq, head, state, variables FROM instance
WHERE id = (SELECT instance_id FROM timer WHERE id = %s)"""
_OPEN = "SELECT node, due_at FROM timer WHERE id = %s AND closed_at IS NULL"
_STRUCK = "UPDATE timer SET closed_at = %s, fired = %s WHERE id = %s"
_MOVED = "UPDATE instance SET due_at = due_at, version = %s, seq = %s, head = %s WHERE id = %s AND version = %s"
_TOLD = """INSERT INTO history
(instance_id, seq, at, actor, action, node, source, target, details, digest, previous, hash, salt)
VALUES (%s, %s, %s, 'system', 'timer.fired', %s, %s, %s, %s, %s, %s, %s, %s)"""
_ASKED = """INSERT INTO message (kind, dedupe, payload, created_at, available_at, attempts)
VALUES ('instance.moved', %s, %s, %s, %s, 0), ('escalation.thrown', %s, %s, %s, %s, 0) ON CONFLICT DO NOTHING"""


def _strike(cursor: Any, timer: int, now: str, postgres: bool) -> None:
    def run(sql: str, *values: Any) -> Any:
        cursor.execute(sql if postgres else sql.replace("%s", "?"), values)
        return cursor

    one, version, seq, head, state, _ = run(_LOCK + (" FOR UPDATE" if postgres else ""), timer).fetchone()
    node, due = run(_OPEN, timer).fetchone()
    run(_STRUCK, now, True, timer)
    run(_MOVED, version + 1, seq + 1, _HASH, one, version)
    details = json.dumps({"actor_name": "Tapak", "due": str(due), "thrown": ["told"]})
    run(_TOLD, one, seq + 1, now, node, state, state, details, _HASH, head, _HASH, _SALT)
    ids = {"instance_id": one, "seq": seq + 1}
    run(_ASKED, f"moved:{one}:{seq + 1}", json.dumps(ids), now, now, f"thrown:{one}:{seq + 1}:told",
        json.dumps(ids | {"node": "told", "trigger": f"fire.{node}"}), now, now)


def _same_rows(engine: sa.Engine) -> None:
    """Both ways have struck as many clocks and written as many rows for them. AssertionError if not."""
    with engine.connect() as connection:
        found = [connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in (History, Message)]
        found.append(connection.scalar(sa.select(sa.func.count()).where(Timer.fired)))
    assert found == [DUE * 2, DUE * 4, DUE * 2], f"not the same writes: {found}"


def _fill(engine: sa.Engine, count: int, *, due_at: datetime, named: str, rounds: int = 1) -> list[int]:
    """So many instances wait in `submit`, each with `rounds` clocks set; the clocks' ids."""
    then = due_at - timedelta(days=3)
    with transaction(engine) as session:
        definition = definitions.publish(session, drawing=DRAWING, form_texts={}, by="bench", now=then)
        timers: list[int] = []
        for first in range(0, count, BATCH):
            instances = session.scalars(insert(Instance).returning(Instance.id), [{
                "definition_id": definition.id, "subject": f"{named}:{number}", "scope": "33.23", "status": "running",
                "stage": "begin", "state": "begin/submit", "variables": {}, "started_at": then, "entered_at": then,
                "staged_at": then, "due_at": due_at, "version": 1, "stage_version": 1, "seq": 1, "head": _HASH,
            } for number in range(first, min(first + BATCH, count))]).all()
            session.execute(insert(Task), [{
                "instance_id": instance, "node": "submit", "visit": 1, "stage": "begin", "role": "member",
                "scope": "33.23", "opened_at": then, "due_at": due_at,
            } for instance in instances])
            timers += session.scalars(insert(Timer).returning(Timer.id), [{
                "instance_id": instance, "node": "overdue", "host": "submit", "visit": 1, "round": round_,
                "due_at": due_at, "repeats": 0, "fired": False,
            } for instance in instances for round_ in range(rounds)])
    return timers
