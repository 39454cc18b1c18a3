"""Bodies of two kecamatan under way in 2024, led by the real verbs, and time that passes for them by argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import definitions, operations, outbox, timers
from engine.host import SYSTEM, Actor, Grant
from engine.models import Message, Task
from tests.workflows import samples
from web.db import transaction
from web.notify import EFFECTS
from workflows import bodies, drawings, escalation
from workflows.agendas import save_settings
from workflows.host import HOST
from workflows.models import Account, Agenda, Assignment, Body, Escalation, Membership, Notice, Person, Region
from workflows.people import name_key

WIB = ZoneInfo("Asia/Jakarta")
KRANGGAN, PENDOWO, KLEPU = "33.23.13", "33.23.13.2007", "33.23.13.2008"
FAR, FAR_VILLAGE = "33.23.03", "33.23.03.2001"
REGIONS = (
    ("33.23", "Temanggung", "kabupaten", "33"),
    (KRANGGAN, "Kranggan", "kecamatan", "33.23"), (PENDOWO, "Pendowo", "desa", KRANGGAN),
    (KLEPU, "Klepu", "desa", KRANGGAN),
    (FAR, "Temanggung", "kecamatan", "33.23"), (FAR_VILLAGE, "Gilingsari", "desa", FAR),
)
PEOPLE = (
    ("operator", "operator", "33.23"), ("komisioner", "commissioner", "33.23"),
    ("komisioner2", "commissioner", "33.23"), ("hukum", "supervisor", "33.23"),
    ("provinsi", "province", "33"), ("bawaslu", "observer", "33.23"),
    ("ppk", "ppk_member", KRANGGAN), ("pps", "pps_member", PENDOWO), ("klepu", "pps_member", KLEPU),
    ("ppk-jauh", "ppk_member", FAR), ("pps-jauh", "pps_member", FAR_VILLAGE),
    ("kota-lain", "commissioner", "33.24"), ("provinsi-lain", "province", "34"),
)


def wib(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2024 on a wall in Temanggung."""
    return datetime(2024, month, day, hour, minute, tzinfo=WIB)


@dataclass
class Regency:
    """The bodies by region code, the actors by login, and the database they are in."""

    engine: sa.Engine
    actors: Mapping[str, Actor]
    ids: Mapping[str, int]

    @contextmanager
    def open(self) -> Iterator[Session]:
        with transaction(self.engine) as session:
            yield session

    def start(self, code: str, at: datetime | None = None) -> None:
        """The body is recruited; the operator is asked for its inauguration."""
        with self.open() as session:
            body = self.body(session, code)
            body.instance_id = operations.start(
                session, definition_id=definitions.newest(session, body.kind), subject=body.subject, scope=body.scope,
                actor=SYSTEM, now=at or wib(5, 20, 9), host=HOST,
            ).instance_id

    def body(self, session: Session, code: str) -> Body:
        return session.get_one(Body, self.ids[code])

    def hand_in(self, code: str, who: str, node: str, at: datetime) -> None:
        """This evidence of the samples was handed in, with its files."""
        with self.open() as session:
            body = self.body(session, code)
            data, actor = samples.evidence(body.kind, node), self.actors[who]
            for file in _files(data):
                operations.attach(
                    session, instance_id=body.instance_id or 0, node=node, actor=actor, now=at, host=HOST, **file
                )
            operations.complete_task(
                session, task_id=_open_task(session, body, node), actor=actor, now=at, host=HOST, data=data
            )

    def decide(self, code: str, node: str, at: datetime, who: str = "komisioner", **answer: Any) -> None:
        with self.open() as session:
            operations.complete_task(
                session, task_id=_open_task(session, self.body(session, code), node), actor=self.actors[who], now=at,
                host=HOST, data=answer or {"decision": "approve"},
            )

    def inaugurate(self, code: str) -> None:
        """The body took its oath on 26 May 2024; a PPS's sowan is due by the end of Sunday 9 June."""
        self.start(code)
        self.drain(wib(5, 20, 9))
        self.hand_in(code, "operator", "submit_inauguration", wib(5, 28, 9))
        self.drain(wib(5, 28, 9))
        self.decide(code, "approve_inauguration", wib(5, 28, 15))
        self.drain(wib(5, 28, 15))

    def drain(self, now: datetime) -> int:
        """What waits in the outbox at this moment has had its effect, each message in its own transaction."""
        count = 0
        while True:
            with self.open() as session:
                if outbox.take(session, now=now, effects=EFFECTS) is None:
                    return count
            count += 1

    def fire(self, now: datetime) -> int:
        with self.open() as session:
            due = timers.due(session, now=now)
            for timer in due:
                operations.fire_timer(session, timer_id=timer, now=now, host=HOST)
        return len(due)

    def climb(self, now: datetime) -> int:
        with self.open() as session:
            return escalation.climb(session, now=now, host=HOST)

    def sweep(self, now: datetime) -> None:
        """What a sweep and a worker do at this moment."""
        self.fire(now)
        self.drain(now)
        self.climb(now)

    def save(self, now: datetime, **settings: Any) -> None:
        """The agenda's settings are these, and late stays are counted anew."""
        with self.open() as session:
            agenda = session.scalars(sa.select(Agenda)).one()
            save_settings(agenda, {**(agenda.settings or {}), **settings})
            escalation.replan(session, agenda, now)

    def told(self, code: str = PENDOWO) -> list[tuple[int, datetime, str]]:
        """(level, when, to which roles) of this body, in the order in which they were told."""
        with self.open() as session:
            rows = session.execute(
                sa.select(Escalation.level, Escalation.at, Escalation.told_role)
                .where(Escalation.instance_id == self.body(session, code).instance_id).order_by(Escalation.id)
            )
            return [(row.level, row.at, row.told_role) for row in rows]

    def notices(self, *topics: str) -> list[tuple[str, str, str]]:
        """(login, topic, element or stage or code) of every notice, sorted."""
        with self.open() as session:
            rows = session.execute(
                sa.select(Account.login, Notice.topic, Notice.params).join(Account, Account.id == Notice.account_id)
            ).all()
        return sorted(
            (row.login, row.topic, row.params.get("node") or row.params.get("stage") or row.params.get("code") or "")
            for row in rows if not topics or row.topic in topics
        )

    def late_to(self, level: int, code: str = PENDOWO) -> list[str]:
        """The logins that were told of this level of this body."""
        with self.open() as session:
            rows = session.execute(
                sa.select(Account.login, Notice.params).join(Account, Account.id == Notice.account_id)
                .where(Notice.topic == "task.late", Notice.instance_id == self.body(session, code).instance_id)
            ).all()
        return sorted(row.login for row in rows if row.params["level"] == level)

    def waiting(self) -> int:
        with self.open() as session:
            return session.scalar(sa.select(sa.func.count()).where(Message.done_at.is_(None))) or 0


def lay(engine: sa.Engine) -> Regency:
    """Agenda, regions, bodies with members, drawings and accounts stand; nothing has begun."""
    with transaction(engine) as session:
        session.add_all(Region(code=code, name=name, level=kind, parent_code=up) for code, name, kind, up in REGIONS)
        agenda = Agenda(
            code="PILKADA2024", name="Pilkada 2024", kind="pilkada", scope="33.23", timezone="Asia/Jakarta",
            voting_day=date(2024, 11, 27), term_begins=date(2024, 5, 16), term_ends=date(2025, 1, 27),
            day_type="calendar",
        )
        save_settings(agenda, {"inauguration_on": {"ppk": "2024-05-16", "pps": "2024-05-26"}})
        session.add(agenda)
        session.flush()
        formed = bodies.form(session, agenda)
        for kind in ("ppk", "pps"):
            drawings.publish(session, kind, "test", datetime(2024, 5, 1, tzinfo=UTC))
        for body in formed:
            _enrol(session, body)
        actors = {login: _account(session, login, role, scope) for login, role, scope in PEOPLE}
        return Regency(engine, actors, {body.region_code: body.id for body in formed})


def _enrol(session: Session, body: Body) -> None:
    for place, name in enumerate(samples.MEMBERS[body.kind]):
        person = Person(name=name, name_key=name_key(name), gender="P" if name in samples.WOMEN else "L")
        session.add(person)
        session.flush()
        session.add(Membership(
            agenda_id=body.agenda_id, body_id=body.id, person_id=person.id, post="anggota" if place else "ketua",
            from_on=date(2024, 5, 16),
        ))


def _account(session: Session, login: str, role: str, scope: str) -> Actor:
    account = Account(
        login=login, name=login, password_hash="-", created_at=datetime(2024, 5, 1, tzinfo=UTC),
        assignments=[Assignment(role=role, scope=scope, from_on=date(2024, 1, 1))],
    )
    session.add(account)
    session.flush()
    return Actor(str(account.id), login, (Grant(role, scope),))


def _open_task(session: Session, body: Body, node: str) -> int:
    return session.scalars(
        sa.select(Task.id).where(Task.instance_id == body.instance_id, Task.node == node, Task.closed_at.is_(None))
    ).one()


def _files(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "sha256" in value:
            yield value
        for one in value.values():
            yield from _files(one)
    elif isinstance(value, list):
        for one in value:
            yield from _files(one)
