"""Offices, holders and doubles; contacts, promises, lapses; what approved sowan says of them, and its undoing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, Forbidden, NotFound, Refused, Stale
from engine.host import Actor, Grant
from engine.models import Definition, Instance
from tests.workflows import samples
from workflows import settings, undoing, writes
from workflows.agendas import save_settings
from workflows.models import Account, Agenda, Assignment, Body, Contact, Notice, Stakeholder, StakeholderHolder
from workflows.stakeholders import contacts, directory, lapses, offices
from workflows.stakeholders.directory import Filters

NOW = datetime(2024, 7, 10, 3, tzinfo=UTC)
TODAY = date(2024, 7, 10)
KRANGGAN, PENDOWO = samples.KRANGGAN, samples.PENDOWO


def actor(role: str, scope: str, number: int = 1) -> Actor:
    return Actor(str(number), f"{role} {scope}", (Grant(role, scope),))


OPERATOR, PPK, PPS = actor("operator", "33.23"), actor("ppk_member", KRANGGAN, 2), actor("pps_member", PENDOWO, 3)
CAMAT = offices.Said("camat", KRANGGAN, "Camat Kranggan", "Slamet Riyadi", "0812 3456 789")
MET = contacts.Said(date(2024, 7, 1), "Slamet Riyadi", "phone", "Membahas ruang kerja.", "Ruang kerja", "1 ruang",
                    date(2024, 7, 5))


@pytest.fixture
def world(session: Session, formed: dict[str, Body]) -> dict[str, Body]:
    """The bodies of Kranggan are under way; their members have accounts."""
    drawing = Definition(
        key="x", version=1, name="X", drawing=b"", forms={}, outline="", fingerprint="", published_at=NOW,
        published_by="test",
    )
    session.add(drawing)
    session.flush()
    for number, (code, role) in enumerate(((KRANGGAN, "ppk_member"), (PENDOWO, "pps_member")), start=1):
        body = formed[code]
        instance = Instance(
            definition_id=drawing.id, subject=body.subject, scope=body.scope, stage="s", state="x", variables={},
            started_at=NOW, entered_at=NOW, staged_at=NOW,
        )
        session.add(instance)
        session.flush()
        body.instance_id = instance.id
        session.add(Account(
            login=f"a{number}", name=f"A{number}", password_hash="x", created_at=NOW,
            assignments=[Assignment(role=role, scope=code, from_on=date(2024, 1, 1))],
        ))
    session.flush()
    return formed


def visit(session: Session, body: Body, name: str, on: str) -> None:
    data = samples.evidence("ppk", "submit_sowan")
    data["visits"] = [{**data["visits"][0], "official_name": name, "held_on": on}]
    writes.accepted(session, body, "submit_sowan", data, actor=OPERATOR, now=NOW)


def test_an_office_is_added_once_and_only_in_ones_own_region(session: Session, world: dict[str, Body]) -> None:
    made = offices.add(session, CAMAT, key="k1", actor=PPK, today=TODAY)
    assert offices.add(session, CAMAT, key="k1", actor=PPK, today=TODAY).id == made.id
    same = offices.Said("camat", KRANGGAN, "  CAMAT   kranggan ")
    with pytest.raises(EvidenceRefused) as refused:
        offices.add(session, same, key="k2", actor=PPK, today=TODAY)
    assert [one.path for one in refused.value.errors] == [("office",)]
    for who in (PPS, actor("ppk_member", "33.23.03"), actor("kpps_member", f"{PENDOWO}.001"),
                actor("commissioner", "33.23")):
        with pytest.raises(EvidenceRefused):
            offices.add(session, CAMAT, key="k3", actor=who, today=TODAY)
    with pytest.raises(EvidenceRefused) as refused:
        offices.add(session, offices.Said("raja", KRANGGAN, "x", "", "<script>", date(2030, 1, 1)), key="k",
                    actor=PPK, today=TODAY)
    assert {one.path[0] for one in refused.value.errors} == {"kind", "office", "phone", "since"}


def test_a_new_holder_does_not_erase_the_old_one(session: Session, world: dict[str, Body]) -> None:
    office = offices.add(session, CAMAT, key="k", actor=PPK, today=TODAY)
    told = contacts.record(session, office=office, body=world[KRANGGAN], said=MET, key="c", actor=PPK, today=TODAY)
    new = offices.Said("camat", KRANGGAN, "Camat Kranggan", "Sri Wahyuni", "", date(2024, 7, 8), successor=True)
    offices.correct(session, office, new, edition=0, actor=PPK, today=TODAY)
    (before,) = offices.holders(session, office.id)
    assert (before.name, before.phone, before.until_on) == ("Slamet Riyadi", "0812 3456 789", date(2024, 7, 8))
    assert (office.official, office.phone, told.received_by) == ("Sri Wahyuni", None, "Slamet Riyadi")
    with pytest.raises(Stale):
        offices.correct(session, office, new, edition=0, actor=PPK, today=TODAY)
    with pytest.raises(Forbidden):
        offices.correct(session, office, new, edition=1, actor=PPS, today=TODAY)


def test_sowan_hands_the_office_on_and_undoing_takes_it_back(session: Session, world: dict[str, Body]) -> None:
    body = world[KRANGGAN]
    visit(session, body, "Slamet Riyadi", "2024-05-17")
    office = session.scalars(select(Stakeholder)).one()
    office.phone = "0812"
    session.flush()
    before = undoing.read(session, body, "submit_sowan")
    visit(session, body, "Sri Wahyuni", "2024-06-17")
    changed = undoing.difference("submit_sowan", before, undoing.read(session, body, "submit_sowan"))
    session.refresh(office)
    assert (office.official, office.phone, office.held_since) == ("Sri Wahyuni", None, date(2024, 6, 17))
    visit(session, body, "Slamet Riyadi", "2024-05-17")
    session.refresh(office)
    assert office.official == "Sri Wahyuni", "an older visit tells nothing newer"
    assert session.scalar(select(func.count()).select_from(StakeholderHolder)) == 1
    assert changed is not None
    undoing.write_back(session, changed)
    session.refresh(office)
    assert (office.official, office.phone, office.held_since) == ("Slamet Riyadi", "0812", None)
    assert session.scalar(select(func.count()).select_from(StakeholderHolder)) == 0
    assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_a_promise_followed_by_people_keeps_its_evidence_from_being_taken_back(
    session: Session, world: dict[str, Body]
) -> None:
    body = world[KRANGGAN]
    before = undoing.read(session, body, "submit_sowan")
    visit(session, body, "Slamet Riyadi", "2024-05-17")
    changed = undoing.difference("submit_sowan", before, undoing.read(session, body, "submit_sowan"))
    contact = session.scalars(select(Contact)).one()
    assert contact.promise_state == "promised"
    with pytest.raises(Forbidden, match="bukti sowan"):
        contacts.correct(session, contact, MET, edition=0, actor=PPK, today=TODAY)
    contacts.settle(session, contact, state="received", note="Ruang siap", edition=0, actor=PPK, today=TODAY)
    visit(session, body, "Slamet Riyadi", "2024-05-17")
    session.refresh(contact)
    assert (contact.promise_state, contact.settled_on) == ("received", TODAY)
    assert changed is not None
    with pytest.raises(Refused):
        undoing.write_back(session, changed)


def test_a_contact_is_recorded_once_by_ones_own(session: Session, world: dict[str, Body]) -> None:
    office = offices.add(session, CAMAT, key="k", actor=PPK, today=TODAY)
    ppk, pps = world[KRANGGAN], world[PENDOWO]

    def record(body: Body, who: Actor, said: contacts.Said = MET, key: str = "c") -> Contact:
        return contacts.record(session, office=office, body=body, said=said, key=key, actor=who, today=TODAY)

    first = record(ppk, PPK)
    assert record(ppk, PPK).id == first.id
    assert record(pps, PPS).id != first.id
    with pytest.raises(EvidenceRefused):
        record(ppk, PPK, key="again on the same day")
    for body, who in ((pps, PPK), (ppk, PPS), (ppk, actor("observer", "33.23")), (world["33.23.03"], OPERATOR)):
        with pytest.raises(Forbidden):
            record(body, who, key="other")
    with pytest.raises(EvidenceRefused) as refused:
        record(ppk, PPK, contacts.Said(date(2025, 1, 1), "", "shout", "x", "", "5 buah", None, "maybe"), "bad")
    assert {one.path[0] for one in refused.value.errors} == {
        "met_on", "received_by", "manner", "outcome", "promise", "state",
    }
    with pytest.raises(Stale):
        contacts.settle(session, first, state="broken", note="", edition=7, actor=PPK, today=TODAY)
    contacts.settle(session, first, state="broken", note="x", edition=0, actor=PPK, today=TODAY)
    contacts.settle(session, first, state="broken", note="x", edition=0, actor=PPK, today=TODAY)
    assert (first.edition, first.settled_on) == (1, TODAY)
    contacts.settle(session, first, state="promised", note="", edition=1, actor=PPK, today=TODAY)
    assert (first.promise_state, first.settled_on) == ("promised", None)
    with pytest.raises(NotFound):
        contacts.get(session, first.id, (PENDOWO,))


def test_doubles_are_shown_as_one_until_undone(session: Session, world: dict[str, Body]) -> None:
    body = world[KRANGGAN]
    office = offices.add(session, CAMAT, key="k", actor=PPK, today=TODAY)
    double = offices.add(session, offices.Said("camat", KRANGGAN, "Bapak Camat"), key="k2", actor=PPK, today=TODAY)
    for one, key in ((office, "a"), (double, "b")):
        contacts.record(session, office=one, body=body, said=MET, key=key, actor=PPK, today=TODAY)
    offices.merge(session, double=double, into=office, actor=PPK, now=NOW)
    offices.merge(session, double=double, into=office, actor=PPK, now=NOW)
    told, _ = contacts.of_office(session, office.id, (KRANGGAN,), PPK, NOW)
    assert len(told) == 2
    page = directory.page(session, (KRANGGAN,), PPK, Filters(), NOW)
    assert [(row.office, row.open, row.overdue) for row in page.rows] == [("Camat Kranggan", 2, 2)]
    data = samples.evidence("ppk", "submit_sowan")
    data["visits"] = [{**data["visits"][0], "official_post": "Bapak Camat", "held_on": "2024-07-02"}]
    writes.accepted(session, body, "submit_sowan", data, actor=OPERATOR, now=NOW)
    assert session.scalar(select(func.count()).select_from(Contact).where(Contact.stakeholder_id == office.id)) == 2
    with pytest.raises(Refused):
        offices.merge(session, double=office, into=double, actor=PPK, now=NOW)
    (merged,) = offices.doubles(session, office.id)
    with pytest.raises(Forbidden):
        offices.part(session, merge_id=merged.id, into=office, actor=PPS, now=NOW)
    offices.part(session, merge_id=merged.id, into=office, actor=PPK, now=NOW)
    assert directory.page(session, (KRANGGAN,), PPK, Filters(), NOW).total == 2


def test_lapses_and_overdue_promises_are_told_once(session: Session, world: dict[str, Body], agenda: Agenda) -> None:
    office = offices.add(session, CAMAT, key="k", actor=PPK, today=TODAY)
    old = contacts.Said(date(2024, 6, 9), "Slamet", "phone", "Membahas ruang kerja.", "Ruang", "", date(2024, 6, 20))
    contact = contacts.record(session, office=office, body=world[KRANGGAN], said=old, key="c", actor=PPK, today=TODAY)

    def sweep(now: datetime) -> int:
        return lapses.tell(session, lapses.due(session, now=now), now=now)

    def told() -> list[tuple[str, str]]:
        rows = session.execute(select(Account.login, Notice.topic).join(Notice))
        return sorted((row.login, row.topic) for row in rows)

    assert lapses.count(session, ("33.23",), NOW - timedelta(days=1)) == 0, "30 days are not yet too long"
    assert lapses.count(session, ("33.23",), NOW) == 1
    assert lapses.count(session, (PENDOWO,), NOW) == 0
    assert sweep(NOW) == 2
    assert sweep(NOW) == 0
    assert told() == [("a1", "contact.lapsed"), ("a1", "promise.overdue")]
    moved = contacts.Said(old.met_on, "Slamet", "phone", old.outcome, "Ruang", "", date(2024, 7, 9))
    contacts.correct(session, contact, moved, edition=0, actor=PPK, today=TODAY)
    assert sweep(NOW) == 1, "a new day that has passed too is told again"
    contacts.record(session, office=office, body=world[KRANGGAN], said=MET, key="d", actor=PPK, today=TODAY)
    assert lapses.count(session, ("33.23",), NOW) == 0
    save_settings(agenda, {"contact_within": {"camat": 5}})
    session.flush()
    assert lapses.count(session, ("33.23",), NOW) == 1
    assert directory.page(session, ("33.23",), OPERATOR, Filters(lapsed=True), NOW).total == 1
    save_settings(agenda, {"contact_within": {"camat": 0}})
    session.flush()
    assert lapses.count(session, ("33.23",), NOW + timedelta(days=90)) == 0
    save_settings(agenda, {})
    session.flush()
    assert lapses.count(session, ("33.23",), NOW + timedelta(days=90)) == 1
    assert lapses.count(session, ("33.23",), NOW + timedelta(days=400)) == 0, "its term has ended"


def test_settings_of_contact_are_read_and_refused() -> None:
    made = settings.read({"contact_within": {"camat": 14}})
    assert (made.contact_within["camat"], made.contact_within["kades"]) == (14, 30)
    assert settings.read(settings.write(made)) == made
    with pytest.raises(EvidenceRefused) as refused:
        settings.read({"contact_within": {"raja": 3, "camat": -1}})
    assert {one.path for one in refused.value.errors} == {("contact_within", "raja"), ("contact_within", "camat")}
