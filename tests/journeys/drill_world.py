"""A small regency whose deadlines pass within seconds, and a picture of it that any two runs can be compared by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import history, outbox
from engine.host import Actor, Grant
from engine.models import Instance, Message, Task, Timer
from tests.web import desk_world
from web.db import clock, reading, transaction
from web.notify import EFFECTS
from web.words import DEFAULT_ZONE
from workflows.models import Account, Assignment, Body, Climb, Escalation, Notice

NO_SOWAN, TO_HAND_IN, TO_DECIDE, TO_GO_ON, NEVER_SWORN = range(6), (6, 7), (8, 9, 10), (11, 12), range(13, 73)
VILLAGES = NEVER_SWORN.stop
LATE = timedelta(days=60)
"""So long ago everything was due and begun: every level of every late stay has come, whatever weekday it is."""


@dataclass(frozen=True)
class Drill:
    """What was laid, for those who act while the processes die."""

    world: desk_world.World
    member: Actor

    def body(self, session: Session, number: int) -> Body:
        return session.get_one(Body, self.world.of(_village(number)).id)


@dataclass(frozen=True)
class Picture:
    """Everything that faults must not change: where the bodies are, who was told what, how often."""

    bodies: Mapping[str, Any]
    escalations: list[Any]
    notices: list[Any]
    climbing: list[Any]
    wrong: list[str] = field(default_factory=list)


def _village(number: int) -> str:
    return f"{desk_world.KRANGGAN}.{2100 + number}"


def lay(engine: sa.Engine) -> Drill:
    """Bodies wait at every kind of clock, nothing is left in the outbox."""
    with transaction(engine) as session:
        world = desk_world.lay(session, villages=VILLAGES)
        drill = Drill(world, _member(session, world))
        for number in NEVER_SWORN:
            desk_world.start(session, world, drill.body(session, number))
        for number in (*NO_SOWAN, *TO_HAND_IN, *TO_DECIDE, *TO_GO_ON):
            desk_world.inaugurate(session, world, drill.body(session, number))
        for number in TO_DECIDE:
            _hand_in(session, drill, number, "submit_sowan")
        for number in TO_GO_ON:
            _lead_on(session, drill, number)
    while True:
        with transaction(engine) as session:
            if outbox.take(session, now=clock(session), effects=EFFECTS) is None:
                return drill


def _member(session: Session, world: desk_world.World) -> Actor:
    """Somebody who hands in for every PPS of the kecamatan."""
    account = Account(
        login="semua", name="Semua", password_hash="-", created_at=datetime.now(UTC),
        assignments=[Assignment(role="pps_member", scope=desk_world.KRANGGAN, from_on=date(2024, 1, 1))],
    )
    session.add(account)
    session.flush()
    actor = Actor(str(account.id), "Semua", (Grant("pps_member", desk_world.KRANGGAN),))
    world.actors["semua"] = actor  # type: ignore[index]  # -- a dict, declared as what its readers may do
    return actor


def _hand_in(session: Session, drill: Drill, number: int, node: str, who: str = "semua") -> None:
    data = desk_world.evidence(drill.world, "pps", node)
    if node == "submit_secretariat":
        data["secretary_nip"] = f"1985031220100110{number:02d}"
        data["staff"][0]["nip"] = f"1990010120150320{number:02d}"
        data["secretary_name"], data["staff"][0]["name"] = f"Suharto {number}", f"Lina {number}"
        data["staff"][1]["name"] = f"Yusuf {number}"
    if node == "submit_monitoring":
        today = drill.world.now.astimezone(ZoneInfo(DEFAULT_ZONE)).date()
        data |= {"held_on": today.isoformat(), "next_on": (today + timedelta(days=28)).isoformat()}
    desk_world.hand_in(session, drill.world, drill.body(session, number), who, node, data=data)


def _lead_on(session: Session, drill: Drill, number: int) -> None:
    for stage, who in (("sowan", "semua"), ("secretariat", "semua"), ("bimtek", "semua"), ("monitoring", "ppk")):
        _hand_in(session, drill, number, f"submit_{stage}", who)
        desk_world.decide(session, drill.world, drill.body(session, number), "komisioner", f"approve_{stage}")


def arm(engine: sa.Engine, random: Random, seconds: float) -> datetime:
    """The deadlines lie in the coming seconds, many at once, so that a killed process has a pile before it; answers
    with the last of them. One of the bodies to go on is monitored again, the other's term ends."""
    with transaction(engine) as session:
        begin = last = clock(session)
        open_timers = session.execute(
            sa.select(Timer.id, Timer.node, Timer.host, Timer.instance_id, Instance.subject)
            .join(Instance, Instance.id == Timer.instance_id).where(Timer.closed_at.is_(None)).order_by(Timer.id)
        ).all()
        again, ends = (f"body:{drill_id}" for drill_id in _ids(session, TO_GO_ON))
        late = {f"body:{drill_id}" for drill_id in _ids(session, (*NEVER_SWORN, *NO_SOWAN))}
        for timer in open_timers:
            wanted = (timer.subject in late and timer.node.endswith("_late")) or (timer.subject, timer.node) in (
                (again, "next_monitoring"), (ends, "term_end"))
            if not wanted:
                continue
            due = begin + timedelta(seconds=seconds * random.randint(1, 8) / 8)
            last = max(last, due)
            session.execute(sa.update(Timer).where(Timer.id == timer.id).values(due_at=due))
            session.execute(
                sa.update(Task).where(Task.instance_id == timer.instance_id, Task.node == timer.host)
                .values(due_at=begin - LATE, opened_at=begin - LATE)
            )
        return last


def _ids(session: Session, numbers: Any) -> list[int]:
    codes = [_village(number) for number in numbers]
    return list(session.scalars(sa.select(Body.id).where(Body.region_code.in_(codes)).order_by(Body.region_code)))


def acts(drill: Drill) -> list[Any]:
    """What people do meanwhile, each in one transaction: evidence is handed in, approved and returned."""
    def hand_in(number: int) -> Any:
        return lambda session: _hand_in(session, drill, number, "submit_sowan")

    def decide(number: int, **answer: Any) -> Any:
        return lambda session: desk_world.decide(
            session, drill.world, drill.body(session, number), "komisioner", "approve_sowan", clock(session), **answer
        )

    returned = {"decision": "return", "reason": "blurry"}
    return [
        *(hand_in(number) for number in TO_HAND_IN), decide(TO_DECIDE[0]), decide(TO_DECIDE[1], **returned),
        decide(TO_DECIDE[2]),
    ]


def is_settled(engine: sa.Engine, last: datetime) -> bool:
    """Every deadline has passed and nothing that is due waits any more."""
    with transaction(engine) as session:
        now = clock(session)
        return now > last and not any(session.scalars(sa.select(question)).one() for question in (
            sa.exists().where(Timer.closed_at.is_(None), Timer.due_at <= now),
            sa.exists().where(Climb.next_at <= now), sa.exists().where(Message.done_at.is_(None)),
        ))


def progress(engine: sa.Engine) -> tuple[int, int]:
    """(messages done, clocks struck) so far: who of worker and sweep is at work right now."""
    with transaction(reading(engine)) as session:
        messages, clocks = session.execute(sa.select(
            sa.select(sa.func.count()).where(Message.done_at.is_not(None)).scalar_subquery(),
            sa.select(sa.func.count()).where(Timer.closed_at.is_not(None)).scalar_subquery(),
        )).one()
        return messages, clocks


def picture(engine: sa.Engine) -> Picture:
    """What stands in the database now, without ids or moments that a run may choose for itself."""
    with transaction(engine) as session:
        where = {row.id: row for row in session.execute(sa.select(
            Instance.id, Instance.subject, Instance.status, Instance.stage, Instance.state, Instance.version,
            Instance.seq,
        ))}
        told = session.execute(sa.select(
            Escalation.stay, Escalation.level, Escalation.told_role, Task.node, Task.visit, Task.instance_id
        ).join(Task, Task.id == Escalation.stay)).all()
        noticed = session.execute(
            sa.select(Account.login, Notice.topic, Notice.params, Notice.instance_id, Notice.account_id, Notice.dedupe)
            .join(Account, Account.id == Notice.account_id)
        ).all()
        climbing = session.scalars(sa.select(Climb.instance_id)).all()
        return Picture(
            {row.subject: (row.status, row.stage, row.state, row.version, row.seq) for row in where.values()},
            sorted((where[row.instance_id].subject, row.node, row.visit, row.level, row.told_role) for row in told),
            sorted((row.login, row.topic, where[row.instance_id].subject, json.dumps(row.params)) for row in noticed),
            sorted(where[one].subject for one in climbing),
            _wrong(session, told, noticed),
        )


def _wrong(session: Session, told: Any, noticed: Any) -> list[str]:
    """What must never be, in any run."""
    levels, dedupes = [row[:2] for row in told], [row[4:] for row in noticed]
    failed = session.execute(
        sa.select(Message.kind, Message.last_error).where((Message.done_at.is_(None)) | (Message.attempts > 0))
    ).all()
    return [
        *(f"level told twice: {one}" for one in {*levels} if levels.count(one) > 1),
        *(f"notice twice: {one}" for one in {*dedupes} if dedupes.count(one) > 1),
        *(f"message left or failed: {one}" for one in failed),
        *(f"chain broken: {one}" for one in history.verify(session)),
    ]
