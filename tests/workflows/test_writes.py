"""Accepted evidence stands in the registers; accepted again, nothing is doubled; the rules get their facts there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import Refused
from engine.host import SYSTEM
from engine.models import Attachment, Definition, Instance
from tests.workflows import samples
from workflows import bodies, letters, people, rules, writes
from workflows.models import Body, Contact, Letter, Membership, Person, Stakeholder

NOW = datetime(2024, 6, 26, 3, tzinfo=UTC)
KEYS = people.NikKeys.from_secret(b"a secret for the tests alone")
OATH = samples.PPS_OATH


def accept(session: Session, body: Body, task: str, data: dict[str, Any] | None = None) -> None:
    evidence = samples.evidence(body.kind, task) if data is None else data
    writes.accepted(session, body, task, evidence, actor=SYSTEM, now=NOW)


def enrol_all(session: Session, body: Body) -> None:
    for place, member in enumerate(samples.serving(body.kind), start=1):
        person = people.register(
            session, people.Particulars(member.name, gender=member.gender, born_on=member.born_on), KEYS
        )
        people.enrol(session, body, person, "anggota", rank=place)


@pytest.fixture
def pps(session: Session, formed: dict[str, Body]) -> Body:
    enrol_all(session, formed[samples.KRANGGAN])
    enrol_all(session, formed[samples.PENDOWO])
    return formed[samples.PENDOWO]


def counts(session: Session) -> list[int | None]:
    tables = (Membership, Person, Letter, Stakeholder, Contact)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


@pytest.mark.parametrize("task", samples.TASKS["pps"])
def test_a_second_acceptance_changes_nothing(session: Session, pps: Body, task: str) -> None:
    accept(session, pps, task)
    once = counts(session)
    accept(session, pps, task)
    assert counts(session) == once


def test_the_inauguration_gives_oath_chair_and_divisions(session: Session, pps: Body) -> None:
    data = samples.evidence("pps", "submit_inauguration")
    data["chair_name"] = "Ratna Sari"
    data["attendance"][1]["divisions"] = ["chair", "data"]
    data["attendance"][2] |= {"status": "late", "made_up_on": "2024-05-28"}
    accept(session, pps, "submit_inauguration", data)
    assert pps.oath_on == OATH
    assert [
        (person.name, membership.post, membership.division, membership.sworn_on)
        for membership, person in bodies.members(session, pps)
    ] == [
        ("Ratna Sari", "ketua", "chair,data", OATH),
        ("Joko Susilo", "anggota", "chair", OATH),
        ("Wahyu Hidayat", "anggota", "technical", date(2024, 5, 28)),
    ]
    registered = letters.of_body(session, pps)
    assert [(letter.kind, letter.issuer_code) for letter in registered] == [
        ("appointment_decree", "33.23"), ("oath_minutes", "33.23"), ("plenary_minutes", samples.PENDOWO),
    ]
    assert {membership.letter_id for membership, _ in bodies.members(session, pps)} == {registered[0].id}


def test_one_inauguration_letter_serves_many_bodies(session: Session, formed: dict[str, Body], pps: Body) -> None:
    accept(session, pps, "submit_inauguration")
    other = formed["33.23.13.2002"]
    accept(session, other, "submit_inauguration")
    shared = select(Letter).where(Letter.kind == "oath_minutes")
    assert len(session.scalars(shared).all()) == 1
    assert [letter.kind for letter in letters.of_body(session, other)] == [
        "appointment_decree", "oath_minutes", "plenary_minutes",
    ]


def test_sowan_gives_stakeholders_and_promises(session: Session, formed: dict[str, Body], pps: Body) -> None:
    ppk = formed[samples.KRANGGAN]
    accept(session, ppk, "submit_sowan")
    rows = session.execute(
        select(Stakeholder.kind, Stakeholder.official, Contact.met_on, Contact.promise, Contact.promise_due)
        .join(Contact, Contact.stakeholder_id == Stakeholder.id)
        .order_by(Contact.met_on)
    ).all()
    promise = ("Menyiapkan ruang sekretariat.", date(2024, 6, 20))
    assert [tuple(row) for row in rows] == [
        ("camat", "Slamet Riyadi", date(2024, 5, 17), *promise),
        ("kapolsek", "Hadi Purnomo", date(2024, 5, 20), *promise),
        ("danramil", "Tri Wibowo", date(2024, 5, 21), *promise),
    ]


def test_the_secretariat_stands_with_its_letters(session: Session, pps: Body) -> None:
    accept(session, pps, "submit_secretariat")
    decree = session.scalars(select(Letter).where(Letter.kind == "kpu_decree")).one()
    assert [
        (person.name, membership.post, membership.nip, membership.division, membership.letter_id)
        for membership, person in bodies.secretariat(session, pps)
    ] == [
        ("Suharto Wijaya, S.Sos.", "sekretaris", samples.HEAD_NIP, None, decree.id),
        ("Lina Marlina", "staf", samples.STAFF_NIP, "technical", decree.id),
        ("Yusuf Maulana", "staf", None, "administration", decree.id),
    ]
    issuers = {letter.kind: letter.issuer_code for letter in letters.of_body(session, pps)}
    assert issuers == {
        "secretariat_proposal": samples.PENDOWO, "local_decree": samples.PENDOWO, "kpu_decree": "33.23",
    }


def test_who_left_the_secretariat_serves_no_more(session: Session, pps: Body) -> None:
    accept(session, pps, "submit_secretariat")
    data = samples.evidence("pps", "submit_secretariat")
    data["staff"][1]["name"] = "Nanang Kosim"
    accept(session, pps, "submit_secretariat", data)
    assert [person.name for _, person in bodies.secretariat(session, pps)] == [
        "Suharto Wijaya, S.Sos.", "Lina Marlina", "Nanang Kosim",
    ]


def test_an_asn_cannot_serve_in_two_secretariats(session: Session, formed: dict[str, Body], pps: Body) -> None:
    accept(session, formed[samples.KRANGGAN], "submit_secretariat")
    data = samples.evidence("pps", "submit_secretariat")
    findings = rules.check("pps", "submit_secretariat", data, rules.gather_facts(session, pps, NOW, data))
    assert {(item.path, item.code, item.hard) for item in findings} >= {
        (("secretary_name",), "post.elsewhere", True), (("staff", 0, "name"), "post.elsewhere", True),
    }
    with pytest.raises(Refused, match="masih bertugas sebagai sekretaris PPK Kranggan"):
        accept(session, pps, "submit_secretariat")


def test_bimtek_and_monitoring_leave_their_dates(session: Session, pps: Body) -> None:
    data = samples.evidence("pps", "submit_bimtek")
    data["attendance"][1]["status"] = "absent"
    accept(session, pps, "submit_bimtek", data)
    accept(session, pps, "submit_monitoring")
    trained = {person.name: membership.trained_on for membership, person in bodies.members(session, pps)}
    assert trained == {"Joko Susilo": OATH, "Ratna Sari": None, "Wahyu Hidayat": OATH}
    assert pps.monitored_on == date(2024, 6, 14)


@pytest.mark.parametrize("kind", ["ppk", "pps"])
def test_a_whole_life_passes_the_rules_with_facts_from_the_register(
    session: Session, formed: dict[str, Body], pps: Body, kind: str
) -> None:
    body = formed[samples.KRANGGAN] if kind == "ppk" else pps
    for task in samples.TASKS[kind]:
        data = samples.evidence(kind, task)
        facts = rules.gather_facts(session, body, NOW, data)
        assert rules.check(kind, task, data, facts) == [], task
        accept(session, body, task, data)
    assert body.oath_on is not None


def test_facts_know_the_parent_and_the_wrong_trainer(session: Session, pps: Body) -> None:
    pps.oath_on = OATH
    data = samples.evidence("pps", "submit_bimtek")
    data["trainers"][0]["name"] = "Joko Susilo"
    facts = rules.gather_facts(session, pps, NOW, data)
    assert facts.parent == "PPK Kranggan"
    (finding,) = rules.check("pps", "submit_bimtek", data, facts)
    assert (finding.code, finding.hard) == ("trainers.parent", True)
    assert "Budi Santoso" in finding.message


def test_facts_know_the_photo_another_body_used(session: Session, formed: dict[str, Body], pps: Body) -> None:
    other = formed["33.23.13.2002"]
    definition = Definition(
        key="pps", version=1, name="PPS", drawing=b"", forms={}, outline="", fingerprint="", published_at=NOW,
        published_by="test",
    )
    session.add(definition)
    session.flush()
    instance = Instance(
        definition_id=definition.id, subject=other.subject, scope=other.scope, stage="recruited", state="x",
        variables={}, started_at=NOW, entered_at=NOW, staged_at=NOW,
    )
    session.add(instance)
    session.flush()
    other.instance_id = instance.id
    data = samples.evidence("pps", "submit_sowan")
    used = data["visits"][0]["photos"][0]
    session.add(
        Attachment(instance_id=instance.id, node="submit_sowan", sha256=used["sha256"], name="a.jpg", type="image/jpeg",
                   size=1, added_by="x", added_at=NOW)
    )
    session.flush()
    assert rules.gather_facts(session, pps, NOW, data).photos_elsewhere == {used["sha256"]: other.name}
    assert rules.gather_facts(session, other, NOW, data).photos_elsewhere == {}


def test_facts_know_a_number_with_another_date(session: Session, formed: dict[str, Body], pps: Body) -> None:
    accept(session, pps, "submit_secretariat")
    data = samples.evidence("ppk", "submit_secretariat")
    data["kpu_decree_on"] = "2024-05-31"
    facts = rules.gather_facts(session, formed[samples.KRANGGAN], NOW, data)
    assert facts.letters_elsewhere == {"kpu_decree": date(2024, 5, 30)}
