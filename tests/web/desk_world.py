"""A few bodies under way, led there by the real verbs, and who works on them. Real places, invented people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, operations
from engine.forms.naming import pairs
from engine.host import SYSTEM, Actor, Grant
from engine.models import Definition, Instance, Task
from tests.web.conftest import Browser
from tests.workflows import samples
from web.auth import passwords
from web.words import DEFAULT_ZONE
from workflows import agendas, bodies, drawings
from workflows.host import HOST
from workflows.models import Account, Agenda, Assignment, Body, Membership, Person, Region
from workflows.people import name_key

PASSWORD = "tiga kata lepas"
REGENCY, KRANGGAN, PENDOWO = "33.23", "33.23.13", "33.23.13.2007"
OTHER_DISTRICT, OTHER_VILLAGE = "33.23.03", "33.23.03.2011"
REGIONS = (
    ("33", "Jawa Tengah", "provinsi", None), (REGENCY, "Temanggung", "kabupaten", "33"),
    (KRANGGAN, "Kranggan", "kecamatan", REGENCY), (PENDOWO, "Pendowo", "desa", KRANGGAN),
    ("33.23.13.2008", "Sanggrahan", "desa", KRANGGAN),
    (OTHER_DISTRICT, "Temanggung", "kecamatan", REGENCY), (OTHER_VILLAGE, "Joho", "desa", OTHER_DISTRICT),
)
OATH_DAYS = 10
"""So many days ago every oath was taken."""


@dataclass(frozen=True)
class World:
    """What was made: bodies by region code, actors by login, the moment it is."""

    agenda: Agenda
    bodies: Mapping[str, Body]
    actors: Mapping[str, Actor]
    definitions: Mapping[str, Definition]
    now: datetime

    def of(self, code: str) -> Body:
        return self.bodies[code]


def shifted(value: Any, days: int) -> Any:
    """The same answers with every ISO date moved by so many days."""
    if isinstance(value, dict):
        return {key: shifted(one, days) for key, one in value.items()}
    if isinstance(value, list):
        return [shifted(one, days) for one in value]
    if isinstance(value, str) and len(value) == 10 and value[4:5] == "-":
        return (date.fromisoformat(value) + timedelta(days=days)).isoformat()
    return value


def evidence(world: World, kind: str, node: str) -> dict[str, Any]:
    """Evidence that satisfies form and rules of this world."""
    oath = samples.PPK_OATH if kind == "ppk" else samples.PPS_OATH
    here = world.now.astimezone(ZoneInfo(DEFAULT_ZONE)).date() - timedelta(days=OATH_DAYS)
    found: dict[str, Any] = shifted(samples.evidence(kind, node), (here - oath).days)
    return found


def lay(session: Session, *, villages: int = 0) -> World:
    """Agenda, regions (with so many villages more), bodies of Temanggung with their members, drawings, accounts."""
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo(DEFAULT_ZONE)).date()
    oath = today - timedelta(days=OATH_DAYS)
    more = [(f"{KRANGGAN}.{2100 + n}", f"Desa {n:03d}", "desa", KRANGGAN) for n in range(villages)]
    session.add_all(Region(code=code, name=name, level=level, parent_code=up) for code, name, level, up in
                    (*REGIONS, *more))
    agenda = Agenda(
        code="UJI", name="Pilkada", kind="pilkada", scope=REGENCY, timezone=DEFAULT_ZONE,
        voting_day=today + timedelta(days=150), term_begins=oath - timedelta(days=20),
        term_ends=today + timedelta(days=210), day_type="calendar",
    )
    agendas.save_settings(agenda, {"inauguration_on": {"ppk": oath.isoformat(), "pps": oath.isoformat()}})
    session.add(agenda)
    session.flush()
    formed = {body.region_code: body for body in bodies.form(session, agenda)}
    published = drawings.publish_all(session, "1", now - timedelta(days=30))
    for body in formed.values():
        _enrol(session, agenda, body)
    wanted = (
        ("operator", "operator", REGENCY), ("komisioner", "commissioner", REGENCY),
        ("komisioner2", "commissioner", REGENCY), ("ppk", "ppk_member", KRANGGAN), ("pps", "pps_member", PENDOWO),
        ("sanggrahan", "pps_member", "33.23.13.2008"), ("jauh", "pps_member", OTHER_VILLAGE),
        ("bawaslu", "observer", REGENCY),
    )
    return World(agenda, formed, accounts(session, formed, wanted, now), published, now)


def inaugurated(session: Session, *codes: str, villages: int = 0) -> World:
    """As `lay`, and the bodies of these regions are inaugurated: sowan is asked of them."""
    world = lay(session, villages=villages)
    for code in codes:
        inaugurate(session, world, world.of(code))
    return world


def signed_in(browser: Browser, login: str) -> Browser:
    """The browser as this person uses it from now on."""
    browser.sign_in(login, PASSWORD)
    return browser


def _enrol(session: Session, agenda: Agenda, body: Body) -> None:
    people = [
        Person(name=name, name_key=name_key(name), gender="P" if name in samples.WOMEN else "L")
        for name in samples.MEMBERS[body.kind]
    ]
    session.add_all(people)
    session.flush()
    session.add_all(
        Membership(
            agenda_id=agenda.id, body_id=body.id, person_id=person.id, post="ketua" if place == 0 else "anggota",
            from_on=agenda.term_begins,
        )
        for place, person in enumerate(people)
    )
    session.flush()


_HASH: list[str] = []


def accounts(
    session: Session, formed: Mapping[str, Body], wanted: Sequence[tuple[str, str, str]], now: datetime
) -> dict[str, Actor]:
    """Who signs in with which role where; a body's member is its chair."""
    if not _HASH:
        _HASH.append(passwords.digest(PASSWORD))
    chairs = dict(session.execute(
        select(Membership.body_id, Membership.person_id).where(Membership.post == "ketua")
    ).all())
    made = [
        (Account(
            login=login, name=login.capitalize(), password_hash=_HASH[0], created_at=now,
            person_id=chairs[formed[scope].id] if role.endswith("_member") else None,
            assignments=[Assignment(role=role, scope=scope, from_on=date(2024, 1, 1))],
        ), Grant(role, scope))
        for login, role, scope in wanted
    ]
    session.add_all(account for account, _ in made)
    session.flush()
    return {
        account.login: Actor(
            str(account.id), account.name, (grant,), person=f"person:{account.person_id}" if account.person_id else ""
        )
        for account, grant in made
    }


def start(session: Session, world: World, body: Body, days_ago: int = 20) -> None:
    """The body's flow has begun: it is recruited."""
    at = world.now - timedelta(days=days_ago)
    body.instance_id = operations.start(
        session, definition_id=world.definitions[body.kind].id, subject=body.subject, scope=body.scope, actor=SYSTEM,
        now=at, host=HOST,
    ).instance_id
    session.merge(body)
    session.flush()


def hand_in(
    session: Session, world: World, body: Body, who: str, node: str, at: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> operations.Outcome:
    """This evidence was handed in, its files attached (their bytes are in no store)."""
    actor, at = world.actors[who], at or world.now
    filled = data or evidence(world, body.kind, node)
    for file in files(filled):
        operations.attach(session, instance_id=body.instance_id or 0, node=node, actor=actor, now=at, host=HOST, **file)
    return operations.complete_task(
        session, task_id=open_task(session, body, node), actor=actor, now=at, host=HOST, data=filled
    )


def decide(
    session: Session, world: World, body: Body, who: str, node: str, at: datetime | None = None, **answer: Any
) -> operations.Outcome:
    """This task was decided; by default approved."""
    return operations.complete_task(
        session, task_id=open_task(session, body, node), actor=world.actors[who], now=at or world.now, host=HOST,
        data=answer or {"decision": "approve"},
    )


def inaugurate(session: Session, world: World, body: Body) -> None:
    """The body has begun and is inaugurated: sowan is asked of it."""
    start(session, world, body)
    at = world.now - timedelta(days=OATH_DAYS - 1)
    hand_in(session, world, body, "operator", "submit_inauguration", at)
    decide(session, world, body, "komisioner", "approve_inauguration", at + timedelta(hours=2))


def open_task(session: Session, body: Body, node: str) -> int:
    return session.scalars(
        select(Task.id).where(Task.instance_id == body.instance_id, Task.node == node, Task.closed_at.is_(None))
    ).one()


def stage_of(session: Session, body: Body) -> str:
    return session.scalars(select(Instance.stage).where(Instance.id == body.instance_id)).one()


def files(value: Any) -> Iterator[dict[str, Any]]:
    """Every file in the answers."""
    if isinstance(value, dict):
        if "sha256" in value:
            yield value
        for one in value.values():
            yield from files(one)
    elif isinstance(value, list):
        for one in value:
            yield from files(one)


def posted(session: Session, body: Body, node: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a page showing these answers would post."""
    instance = session.get_one(Instance, body.instance_id)
    form = definitions.load(session, instance.definition_id).form(node)
    assert form is not None
    return list(pairs(form.fields, data))
