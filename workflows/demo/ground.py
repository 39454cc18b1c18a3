"""What the demo stands on: an agenda around today, the bodies, invented members, accounts to sign in with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.errors import NotFound
from engine.host import Actor, Grant
from workflows import agendas, bodies, regions
from workflows.demo.names import Invented, People
from workflows.models import Account, Agenda, Assignment, Body, Membership, Person
from workflows.people import MEMBER_POSTS, NikKeys, name_key

ZONE = ZoneInfo("Asia/Jakarta")
PPK_OATH, PPS_OATH, SECOND_OATH = 27, 17, 9
"""So many days ago the oaths were taken; the second one by the PPS of SECOND_WAVE."""
SECOND_WAVE = ("33.23.11", "33.23.13", "33.23.19", "33.23.20")
BEGUN = 34
"""So many days ago the registers were filled and the flows started."""

CODE, SECRETARY = "DEMO", "sekretaris-ppk-temanggung"
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
    """All that the acts are played on. `members` (names, the first to be ketua), `bodies` and `actors` by region code.

    `office` are the actors of OFFICE by login, `people` invents further people.
    """

    agenda: Agenda
    today: date
    bodies: Mapping[str, Body]
    members: Mapping[str, Sequence[str]]
    actors: Mapping[str, Actor]
    office: Mapping[str, Actor]
    secretary: Actor
    people: People

    def district(self, body: Body) -> Body:
        """The PPK of this body's kecamatan; a PPK's is itself."""
        return self.bodies[".".join(body.region_code.split(".")[:3])]


def lay(session: Session, *, now: datetime, keys: NikKeys, password_hash: str) -> None:
    """The regions, the agenda, 20 PPK and 289 PPS, their 967 members and everybody's accounts stand.

    All accounts have the password behind `password_hash` and are marked as demo.
    """
    begun = now - timedelta(days=BEGUN)
    regions.load(session)
    agenda = new_agenda(session, now.astimezone(ZONE).date())
    formed = {body.region_code: body for body in bodies.form(session, agenda)}
    people, register = People(seed=3323), _Register(session, begun, keys, password_hash)
    persons = register.members(agenda, formed, people)
    for login, gender, role, scope in OFFICE:
        register.account(login, people.name(gender), role, scope)
    register.account(SECRETARY, people.name("P"), "ppk_member", PPK_SECRETARY)
    first = [PPK_MEMBER, OPEN_PPS, RETURNED_PPS, OVERDUE_PPS]
    for code in [*first, *(code for code in formed if code not in first)]:
        body, chair = formed[code], persons[code][0]
        register.account(slug(body.name), chair.name, f"{body.kind}_member", code, chair)


def lay_office(session: Session, *, now: datetime, password_hash: str, keys: NikKeys) -> Agenda:
    """The morning before the first member is known: regions, an agenda whose oaths are today, its 20 PPK and 289 PPS
    without anybody in them, and the accounts of OFFICE. The answer is the agenda."""
    regions.load(session)
    agenda = new_agenda(session, now.astimezone(ZONE).date(), ppk_oath=0, pps_oath=0)
    bodies.form(session, agenda)
    people, register = People(seed=3323), _Register(session, now, keys, password_hash)
    for login, gender, role, scope in OFFICE:
        register.account(login, people.name(gender), role, scope)
    return agenda


def find(session: Session, now: datetime) -> Ground:
    """The demo as it stands in this database. Refused with NotFound where no demo was loaded."""
    agenda = session.scalar(select(Agenda).where(Agenda.code == CODE))
    if agenda is None:
        raise NotFound("Demo belum dimuat di basis data ini.")
    formed = {body.region_code: body for body in session.scalars(select(Body).where(Body.agenda_id == agenda.id))}
    accounts = {
        account.login: actor_of(account)
        for account in session.scalars(
            select(Account).where(Account.demo).options(selectinload(Account.assignments)).order_by(Account.id)
        )
    }
    taken = frozenset(session.scalars(select(Person.name)))
    return Ground(
        agenda, now.astimezone(ZONE).date(), formed, members_of(session, agenda),
        {code: accounts[slug(body.name)] for code, body in formed.items()},
        {login: accounts[login] for login, *_ in OFFICE}, accounts[SECRETARY],
        People(seed=now.toordinal(), taken=taken, after=len(taken)),
    )


def members_of(session: Session, agenda: Agenda) -> dict[str, list[str]]:
    """Who serves as a member now, by the body's region code, in the order of the selection."""
    found: dict[str, list[str]] = {}
    for code, name in session.execute(
        select(Body.region_code, Person.name).join(Membership, Membership.body_id == Body.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Body.agenda_id == agenda.id, Membership.post.in_(MEMBER_POSTS), Membership.until_on.is_(None))
        .order_by(Body.id, Membership.rank)
    ):
        found.setdefault(code, []).append(name)
    return found


def new_agenda(session: Session, today: date, *, ppk_oath: int = PPK_OATH, pps_oath: int = PPS_OATH) -> Agenda:
    """An election some months ahead of today, with its oaths so many days behind."""
    voting = today + timedelta(days=150)
    voting += timedelta(days=(2 - voting.weekday()) % 7)
    agenda = Agenda(
        code=CODE, name="Pilkada Kabupaten Temanggung (demo, bukan data sebenarnya)", kind="pilkada",
        scope=regions.TEMANGGUNG, timezone=str(ZONE), voting_day=voting, day_type="calendar",
        term_begins=today - timedelta(days=ppk_oath), term_ends=voting + timedelta(days=61),
    )
    planned = {"ppk": today - timedelta(days=ppk_oath), "pps": today - timedelta(days=pps_oath)}
    agendas.save_settings(agenda, {
        "inauguration_on": {kind: day.isoformat() for kind, day in planned.items()}, "periods": {"sowan": 10},
    })
    session.add(agenda)
    session.flush()
    return agenda


def _genders(body: Body) -> str:
    """Five or three people; nearly everywhere a third of them women."""
    if body.kind == "ppk":
        return "LPLPL"
    return "LLL" if body.id % 23 == 0 else "LPL" if body.id % 3 else "PLL"


@dataclass(frozen=True)
class _Register:
    session: Session
    begun: datetime
    keys: NikKeys
    password_hash: str

    def members(self, agenda: Agenda, formed: Mapping[str, Body], people: People) -> dict[str, list[Person]]:
        made = {
            code: [self._person(people.somebody(gender, code), code) for gender in _genders(body)]
            for code, body in formed.items()
        }
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
    person = f"person:{account.person_id}" if account.person_id else ""
    return Actor(str(account.id), account.name, grants, person=person)


def slug(name: str) -> str:
    """A body's name as a login: "PPS Rejosari, Kec. Kranggan" → "pps-rejosari-kranggan"."""
    plain = unicodedata.normalize("NFKD", name.replace("Kec.", "")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64]
