"""What accepted evidence writes into the registers. A second acceptance of the same evidence changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.gathering import Turn
from engine.host import Actor
from engine.statements import upsert_of
from workflows import bodies, letters, people
from workflows.agendas import Registered
from workflows.models import Body, Contact, Membership, Person
from workflows.people import name_key
from workflows.rules.attendance import LATE, PRESENT
from workflows.rules.facts import DECREES, issuer_of
from workflows.rules.secretariat import Candidate, candidates
from workflows.rules.values import Data, day, rows, text
from workflows.stakeholders import sowan

# Each kind of letter with its subject, and the document of `issuer_of` that the same office numbers.
LETTERS = {
    "appointment_decree": ("Keputusan pengangkatan anggota", "kpu_decree"),
    "oath_minutes": ("Berita acara pelantikan", "kpu_decree"),
    "plenary_minutes": ("Berita acara pleno perdana", "proposal"),
    "secretariat_proposal": ("Surat usulan sekretariat", "proposal"),
    "local_decree": ("Keputusan tentang sekretariat", "local_decree"),
    "kpu_decree": ("Keputusan KPU tentang sekretariat", "kpu_decree"),
    "assignment": ("Surat tugas monitoring", "kpu_decree"),
}


def accepted(session: Session, body: Registered, task_id: str, data: Data, *, actor: Actor, now: datetime) -> None:
    """The registers say what the accepted evidence of this task says; a task that concerns none writes nothing.

    Stands or falls with the caller's transaction. Refused: a secretary or staff member who serves elsewhere by now.
    """
    write = _WRITES.get(task_id)
    if write is not None:
        write(session, body, data)
        session.flush()


def _inaugurated(session: Session, body: Body, data: Data) -> None:
    held_on = day(data, "held_on")
    body.oath_on = held_on
    appointed = _letter(
        session, body, "appointment_decree", text(data, "appointment_number"), day(data, "appointment_on")
    )
    chair = name_key(text(data, "chair_name"))
    by_name = {name_key(text(row, "member_name")): row for row in rows(data, "attendance")}
    for membership, person in bodies.members(session, body):
        row = by_name.get(person.name_key, {})
        membership.sworn_on = _attended_on(row, held_on)
        membership.letter_id = appointed or membership.letter_id
        if chair:
            membership.post = "ketua" if person.name_key == chair else "anggota"
        codes = row.get("divisions")
        if isinstance(codes, list | tuple):
            membership.division = ",".join(str(code) for code in codes) or None
    _letter(session, body, "oath_minutes", text(data, "minutes_number"), held_on)
    _letter(session, body, "plenary_minutes", text(data, "plenary_number"), day(data, "plenary_on"))


def _trained(session: Session, body: Body, data: Data) -> None:
    held_on = day(data, "held_on")
    by_name = {name_key(text(row, "member_name")): row for row in rows(data, "attendance")}
    for membership, person in bodies.members(session, body):
        membership.trained_on = _attended_on(by_name.get(person.name_key, {}), held_on)


def _attended_on(row: Data, held_on: date | None) -> date | None:
    status = text(row, "status")
    return held_on if status == PRESENT else day(row, "made_up_on") if status == LATE else None


def _monitored(session: Session, body: Body, data: Data) -> None:
    body.monitored_on = day(data, "held_on")
    _letter(session, body, "assignment", text(data, "assignment_letter_number"), body.monitored_on)


def _letter(session: Session, body: Body, kind: str, number: str, on: date | None) -> int | None:
    if not number or on is None:
        return None
    subject, document = LETTERS[kind]
    return letters.register(
        session, agenda_id=body.agenda_id, kind=kind, number=number, on=on, subject=subject, bodies=[body],
        issuer_code=issuer_of(body, document),
    )


_CONTACT = upsert_of(
    table_of(Contact), ("stakeholder_id", "body_id", "met_on"),
    ("received_by", "manner", "outcome", "promise", "promise_due"),
)


def _visited(session: Session, body: Registered, data: Data) -> None:
    known = sowan.known(session, body.region_code)
    for visit in rows(data, "visits"):
        met_on, kind = day(visit, "held_on"), text(visit, "office")
        if met_on is None or not kind:
            continue
        stakeholder_id = sowan.met(
            session, known, sowan.Visited(body.region_code, kind, text(visit, "official_post"),
                                          text(visit, "official_name"), met_on)
        )
        _CONTACT.write(session, {
            "stakeholder_id": stakeholder_id, "body_id": body.id, "met_on": met_on,
            "received_by": text(visit, "deputy") or text(visit, "official_name") or None,
            "manner": text(visit, "manner") or None, "outcome": text(visit, "outcome") or None,
            "promise": "\n".join(filter(None, (text(visit, "agreement"), text(visit, "follow_up")))) or None,
            "promise_due": day(visit, "follow_up_due"),
        }, Turn.REGISTERS)


def _secretariat(session: Session, body: Body, data: Data) -> None:
    appointed: int | None = None
    for document, kind in DECREES.items():
        letter = _letter(session, body, kind, text(data, f"{document}_number"), day(data, f"{document}_on"))
        if letter is not None and kind == "kpu_decree":
            appointed = letter
    named = candidates(data)
    kept = {name_key(one.name) for one in named}
    from_on = day(data, "kpu_decree_on")
    standing: dict[str, Membership] = {}
    for membership, person in bodies.secretariat(session, body):
        if person.name_key in kept:
            standing[person.name_key] = membership
        else:
            membership.until_on = max((on for on in (from_on, membership.from_on) if on), default=body.oath_on)
    session.flush()
    duties = {name_key(text(row, "name")): text(row, "duty") for row in rows(data, "staff")}
    for one in named:
        membership = standing.get(name_key(one.name)) or _appoint(session, body, one, from_on)
        membership.post = "sekretaris" if one.title == "Sekretaris" else "staf"
        membership.is_asn, membership.nip = one.is_asn, one.nip or None
        membership.division = duties.get(name_key(one.name)) or None
        membership.letter_id = appointed


def _appoint(session: Session, body: Body, one: Candidate, from_on: date | None) -> Membership:
    """The person is known by their NIP from any earlier service; without one they are a new row of the register."""
    person = None
    if one.nip:
        person = session.scalar(
            select(Person).join(Membership, Membership.person_id == Person.id).where(Membership.nip == one.nip).limit(1)
        )
    if person is None:
        told = people.read_nip(one.nip) if people.is_nip(one.nip) else people.Identity(None, None)
        person = Person(name=one.name, name_key=name_key(one.name), born_on=told.born_on, gender=told.gender)
        session.add(person)
        session.flush()
    post = "sekretaris" if one.title == "Sekretaris" else "staf"
    return people.enrol(
        session, body, person, post, from_on=from_on, is_asn=one.is_asn, nip=one.nip or None
    )


def _with_entity(write: Callable[[Session, Body, Data], None]) -> Callable[[Session, Registered, Data], None]:
    """For what changes the body itself; the others are spared loading it."""
    return lambda session, body, data: write(session, session.get_one(Body, body.id), data)


_WRITES: Mapping[str, Callable[[Session, Registered, Data], None]] = {
    "submit_inauguration": _with_entity(_inaugurated),
    "submit_sowan": _visited,
    "submit_secretariat": _with_entity(_secretariat),
    "submit_bimtek": _with_entity(_trained),
    "submit_monitoring": _with_entity(_monitored),
}
