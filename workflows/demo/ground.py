"""What the demo stands on: an agenda around today, the bodies, invented members, accounts to sign in with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.host import Actor, Grant
from workflows import agendas, bodies, regions
from workflows.demo.names import Invented, People
from workflows.models import Account, Agenda, Assignment, Body, Membership, Person
from workflows.people import NikKeys, name_key

ZONE = ZoneInfo("Asia/Jakarta")
PPK_OATH, PPS_OATH, SECOND_OATH = 27, 17, 9
"""So many days ago the oaths were taken; the second one by the PPS of SECOND_WAVE."""
SECOND_WAVE = ("33.23.11", "33.23.13", "33.23.19", "33.23.20")
BEGUN = 34
"""So many days ago the registers were filled and the flows started."""

PPK_MEMBER, PPK_SECRETARY = "33.23.13", "33.23.03"
OPEN_PPS, RETURNED_PPS, OVERDUE_PPS = "33.23.13.2004", "33.23.13.2003", "33.23.07.2002"

OFFICE: tuple[tuple[str, str, str, str], ...] = (
    ("operator", "P", "operator", "33.23"),
    ("komisioner-sdm", "L", "commissioner", "33.23"),
    ("komisioner-teknis", "P", "commissioner", "33.23"),
    ("hukum", "L", "supervisor", "33.23"),
    ("provinsi", "P", "province", "33"),
    ("bawaslu", "L", "observer", "33.23"),
    ("auditor", "P", "auditor", "33.23"),
    ("admin", "L", "admin", "33.23"),
)
"""(login, gender, role, scope) of those who are in no body."""


@dataclass(frozen=True)
class Ground:
    """All that the history is played on. `accounts` by login; `members` and `actors` by the body's region code."""

    agenda: Agenda
    today: date
    bodies: Mapping[str, Body]
    members: Mapping[str, list[Invented]]
    accounts: Mapping[str, Account]
    actors: Mapping[str, Actor]
    office: Mapping[str, Actor]
    people: People
    secretary: Actor

    def district(self, body: Body) -> Body:
        """The PPK of this body's kecamatan; a PPK's is itself."""
        return self.bodies[".".join(body.region_code.split(".")[:3])]


def lay(session: Session, *, now: datetime, keys: NikKeys, password_hash: str) -> Ground:
    """The regions, the agenda, 20 PPK and 289 PPS, their 967 members and everybody's accounts stand.

    All accounts have the password behind `password_hash` and are marked as demo.
    """
    today = now.astimezone(ZONE).date()
    begun = now - timedelta(days=BEGUN)
    regions.load(session)
    agenda = new_agenda(session, today)
    formed = {body.region_code: body for body in bodies.form(session, agenda)}
    people = People(seed=3323)
    members = {code: _members(people, body) for code, body in formed.items()}
    register = _Register(session, begun, keys, password_hash)
    persons = register.members(agenda, formed, members)
    office = {login: register.account(login, people.name(gender), role, scope) for login, gender, role, scope in OFFICE}
    secretary = register.account(
        f"sekretaris-{slug(formed[PPK_SECRETARY].name)}", people.name("P"), "ppk_member", PPK_SECRETARY
    )
    first = [PPK_MEMBER, OPEN_PPS, RETURNED_PPS, OVERDUE_PPS]
    chairs = {
        code: register.account(
            slug(formed[code].name), members[code][0].name, f"{formed[code].kind}_member", code, persons[code][0]
        )
        for code in [*first, *(code for code in formed if code not in first)]
    }
    session.flush()
    accounts = {account.login: account for account in (*office.values(), secretary, *chairs.values())}
    return Ground(
        agenda, today, formed, members, accounts, {code: actor_of(one) for code, one in chairs.items()},
        {login: actor_of(one) for login, one in office.items()}, people, actor_of(secretary),
    )


def new_agenda(session: Session, today: date) -> Agenda:
    """An election some months ahead of today, with its oaths some weeks behind."""
    voting = today + timedelta(days=150)
    voting += timedelta(days=(2 - voting.weekday()) % 7)
    agenda = Agenda(
        code="DEMO", name="Pilkada Kabupaten Temanggung (demo, bukan data sebenarnya)", kind="pilkada",
        scope=regions.TEMANGGUNG, timezone=str(ZONE), voting_day=voting, day_type="calendar",
        term_begins=today - timedelta(days=PPK_OATH), term_ends=voting + timedelta(days=61),
    )
    planned = {"ppk": today - timedelta(days=PPK_OATH), "pps": today - timedelta(days=PPS_OATH)}
    agendas.save_settings(agenda, {
        "inauguration_on": {kind: day.isoformat() for kind, day in planned.items()}, "periods": {"sowan": 10},
    })
    session.add(agenda)
    session.flush()
    return agenda


def _members(people: People, body: Body) -> list[Invented]:
    """Five or three people; nearly everywhere a third of them women."""
    number = body.id or 0
    genders = "LPLPL" if body.kind == "ppk" else ("LLL" if number % 23 == 0 else "LPL" if number % 3 else "PLL")
    return [people.somebody(gender, body.region_code) for gender in genders]


@dataclass(frozen=True)
class _Register:
    session: Session
    begun: datetime
    keys: NikKeys
    password_hash: str

    def members(
        self, agenda: Agenda, formed: Mapping[str, Body], members: Mapping[str, list[Invented]]
    ) -> dict[str, list[Person]]:
        made = {code: [self._person(one, code) for one in found] for code, found in members.items()}
        self.session.add_all(person for persons in made.values() for person in persons)
        self.session.flush()
        self.session.add_all(
            Membership(
                agenda_id=agenda.id, body_id=formed[code].id, person_id=person.id, post="anggota", rank=rank,
                from_on=agenda.term_begins,
            )
            for code, persons in made.items() for rank, person in enumerate(persons, 1)
        )
        self.session.flush()
        return made

    def _person(self, one: Invented, code: str) -> Person:
        return Person(
            name=one.name, name_key=name_key(one.name), nik_sealed=self.keys.seal(one.nik),
            nik_digest=self.keys.digest(one.nik), gender=one.gender, born_on=one.born_on, phone=one.phone,
            education=one.education, domicile_code=code,
        )

    def account(self, login: str, name: str, role: str, scope: str, person: Person | None = None) -> Account:
        account = Account(
            login=login, name=name, password_hash=self.password_hash, demo=True, created_at=self.begun,
            person_id=person.id if person else None,
            assignments=[Assignment(role=role, scope=scope, from_on=(self.begun - timedelta(days=1)).date())],
        )
        self.session.add(account)
        self.session.flush()
        return account


def actor_of(account: Account) -> Actor:
    """The actor this account is, as the web makes it at each request."""
    grants = tuple(Grant(one.role, one.scope) for one in account.assignments)
    return Actor(str(account.id), account.name, grants, person=f"person:{account.person_id}" if account.person_id else "")


def slug(name: str) -> str:
    """A body's name as a login: "PPS Rejosari, Kec. Kranggan" → "pps-rejosari-kranggan"."""
    plain = unicodedata.normalize("NFKD", name.replace("Kec.", "")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64]
