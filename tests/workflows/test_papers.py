"""Letters reserved on both databases: each number once, without a gap; contents from the registers; versions kept."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import AlreadyDone, EvidenceRefused, Forbidden, Stale
from engine.host import Actor, Grant
from engine.models import Message
from tests.conftest import Database
from tests.workflows.conftest import new_agenda
from web.db import transaction
from workflows import agendas, letters, regions
from workflows.models import Agenda, Body, Letter, LetterBody, LetterSeries, Membership, Paper, PaperBatch, Person
from workflows.papers import issuing, numbering, office, templates
from workflows.papers.issuing import Wish
from workflows.papers.kinds import KINDS

NOW = datetime(2024, 5, 20, 3, 0, tzinfo=UTC)
ON = date(2024, 5, 20)
OPERATOR = Actor("1", "Operator", (Grant("operator", "33.23"),))
OF_PPS = Actor("2", "Anggota", (Grant("pps_member", "33.23.13.2007"),))


def all_of_it(_text: str) -> str:
    return ""


def wish(session: Session, agenda: Agenda, kind: str, *of: Body, **typed: str) -> Wish:
    return Wish(agendas.load_almanac(session, agenda), KINDS[kind], ON, typed, of)


def issue(session: Session, wished: Wish, key: str = "k", actor: Actor = OPERATOR, **more: object) -> list[Paper]:
    batch = issuing.issue(
        session, wished, key=key, address="https://tapak.test/", printable=all_of_it, actor=actor, now=NOW,
        **more,  # type: ignore[arg-type]  # replaces
    )
    return list(session.scalars(select(Paper).where(Paper.batch_id == batch.id).order_by(Paper.id)))


def number_of(session: Session, paper: Paper) -> str:
    return session.get_one(Letter, paper.letter_id).number


def enrol(session: Session, body: Body, *names: str) -> None:
    for place, name in enumerate(names):
        person = Person(name=name, name_key=name.lower(), gender="P")
        session.add(person)
        session.flush()
        session.add(Membership(agenda_id=body.agenda_id, body_id=body.id, person_id=person.id,
                               post="ketua" if place == 0 else "anggota"))
    session.flush()


@pytest.mark.parametrize(("pattern", "number"), [
    ("{nomor:03}/{kode}-{jenis}/{wilayah}/{tahun}", "007/PP.04-BA/332313/2024"),
    ("{nomor}/PPS/{bulan_romawi}/{tahun}", "7/PPS/V/2024"), ("{satker} {bulan} {nomor:5}", "3323 05 00007"),
])
def test_patterns_write_numbers(pattern: str, number: str) -> None:
    values = {"kode": "PP.04", "jenis": "BA", "wilayah": "332313", "satker": "3323"}
    assert numbering.faults(pattern) == []
    assert numbering.written(pattern, 7, values, ON) == number


@pytest.mark.parametrize(("pattern", "told"), [
    ("{nomer}", "Maksudnya {nomor}?"), ("{kode}", "{nomor} tepat satu kali"), ("{nomor}{nomor}", "tepat satu kali"),
    ("{nomor}/{", "tidak berpasangan"), ("", "Isi pola"), ("{nomor:x}", "Bentuk {nomor:x}"),
    ("{nomor}" + "a" * 200, "terlalu panjang"),
])
def test_patterns_that_cannot_number_say_why(pattern: str, told: str) -> None:
    assert told in " ".join(numbering.faults(pattern))


def test_fifty_at_once_get_fifty_numbers_without_a_gap(database: Database) -> None:
    with transaction(database.engine) as session:
        regions.load(session)
        agenda = new_agenda()
        session.add(agenda)
        session.flush()
        number = agenda.id

    def one(place: int) -> list[str]:
        with transaction(database.engine) as session:
            agenda = session.get_one(Agenda, number)
            papers = issue(session, wish(session, agenda, "regency_recap"), f"key {place}")
            return [number_of(session, paper) for paper in papers]

    with ThreadPoolExecutor(50) as many:
        found = [number for given in many.map(one, range(50)) for number in given]
    assert sorted(found) == [f"{serial:03d}/PP.04.2-Rkp/3323/2024" for serial in range(1, 51)]
    with transaction(database.engine) as session:
        assert sorted(session.scalars(select(Paper.serial))) == list(range(1, 51))
        assert session.scalars(select(LetterSeries.last)).all() == [50]


def test_two_at_once_that_ask_the_same_are_one_act(database: Database) -> None:
    with transaction(database.engine) as session:
        regions.load(session)
        agenda = new_agenda()
        session.add(agenda)
        session.flush()
        number = agenda.id

    def one(_: int) -> int | None:
        try:
            with transaction(database.engine) as session:
                issue(session, wish(session, session.get_one(Agenda, number), "regency_recap"), "same")
        except IntegrityError:
            return None  # told to the second click as a page that is sent once more
        return 1

    with ThreadPoolExecutor(8) as many:
        assert 1 in list(many.map(one, range(8)))
    with transaction(database.engine) as session:
        assert session.scalar(select(func.count()).select_from(Paper)) == 1
        assert session.scalars(select(LetterSeries.last)).all() == [1]


def test_what_is_rolled_back_leaves_no_gap(session: Session, agenda: Agenda) -> None:
    issue(session, wish(session, agenda, "regency_recap"), "1")
    kept = session.begin_nested()
    issue(session, wish(session, agenda, "regency_recap"), "2")
    kept.rollback()
    [paper] = issue(session, wish(session, agenda, "regency_recap"), "3")
    assert paper.serial == 2


def test_a_number_written_by_hand_before_is_passed_over(session: Session, agenda: Agenda) -> None:
    letters.register(session, agenda_id=agenda.id, kind="assignment", number="002/PP.04.2-Rkp/3323/2024", on=ON,
                     issuer_code="33.23", subject="dari buku")
    given = [issue(session, wish(session, agenda, "regency_recap"), key)[0] for key in "abc"]
    assert [paper.serial for paper in given] == [1, 3, 4]


def test_a_series_goes_on_after_the_book(session: Session, agenda: Agenda) -> None:
    kept = {"agenda_id": agenda.id, "series": "Rekap", "issuer_code": "33.23", "year": 2024}
    assert numbering.begin_at(session, **kept, last=396) == 396  # type: ignore[arg-type]  # the keys of a series
    assert issue(session, wish(session, agenda, "regency_recap"))[0].serial == 397
    assert numbering.begin_at(session, **kept, last=5) == 397  # type: ignore[arg-type]  # the keys of a series


def test_every_body_of_the_regency_has_its_letter_from_the_registers(
    session: Session, agenda: Agenda, formed: Mapping[str, Body]
) -> None:
    wanted = [body for body in formed.values() if body.kind == "pps"]
    assert len(wanted) == 289
    enrol(session, wanted[0], "Ñandé Šuprapto", "Budi")
    papers = issue(session, wish(session, agenda, "oath_minutes", *wanted, tempat="Pendopo"))
    assert [paper.serial for paper in papers] == list(range(1, 290))
    assert len({paper.code for paper in papers}) == 289
    values = papers[0].data["values"]
    assert values["anggota"][0]["nama"] == "Ñandé Šuprapto"
    assert values["jumlah_anggota_terbilang"] == "dua"
    assert values["tempat"] == "Pendopo"
    assert values["nomor_surat"] == number_of(session, papers[0])
    assert session.scalar(select(func.count()).select_from(LetterBody)) == 289
    assert session.scalars(select(Message.kind)).all() == ["papers.making"]


def test_each_body_numbers_its_own(session: Session, agenda: Agenda, formed: Mapping[str, Body]) -> None:
    two = [formed["33.23.13.2007"], formed["33.23.13.2008"]]
    papers = issue(session, wish(session, agenda, "secretariat_proposal_pps", *two))
    assert [(paper.serial, paper.issuer_code) for paper in papers] == [(1, "33.23.13.2007"), (1, "33.23.13.2008")]
    assert papers[0].data["head"][0] == "PANITIA PEMUNGUTAN SUARA DESA PENDOWO"
    assert papers[0].data["values"]["kepala_wilayah"] == "Kepala Desa Pendowo"


def test_who_may_issue(session: Session, agenda: Agenda, formed: Mapping[str, Body]) -> None:
    own, other = formed["33.23.13.2007"], formed["33.23.13.2008"]
    assert issue(session, wish(session, agenda, "secretariat_proposal_pps", own), "own", OF_PPS)
    for kind, body in (("secretariat_proposal_pps", other), ("oath_minutes", own), ("kpu_decree", own)):
        with pytest.raises(Forbidden):
            issue(session, wish(session, agenda, kind, body), kind, OF_PPS)
    far = Actor("3", "Jauh", (Grant("operator", "33.24"),))
    with pytest.raises(Forbidden):
        issue(session, wish(session, agenda, "oath_minutes", own), "far", far)
    with pytest.raises(AlreadyDone):
        issue(session, wish(session, agenda, "secretariat_proposal_pps", own), "own", OPERATOR)


def test_a_letter_for_the_wrong_bodies_is_refused(
    session: Session, agenda: Agenda, formed: Mapping[str, Body]
) -> None:
    for wished in (
        wish(session, agenda, "secretariat_proposal_ppk", formed["33.23.13.2007"]),
        wish(session, agenda, "oath_minutes"), wish(session, agenda, "regency_recap", formed["33.23.13"]),
    ):
        with pytest.raises(EvidenceRefused):
            issue(session, wished)
    assert session.scalar(select(func.count()).select_from(PaperBatch)) == 0


def test_what_the_font_lacks_is_told_and_takes_no_number(
    session: Session, agenda: Agenda, formed: Mapping[str, Body]
) -> None:
    good, bad = formed["33.23.13.2007"], formed["33.23.13.2008"]
    enrol(session, bad, "Ani 漢")
    batch = issuing.issue(
        session, wish(session, agenda, "oath_minutes", bad, good), key="k", address="", actor=OPERATOR, now=NOW,
        printable=lambda text: "漢" if "漢" in text else "",
    )
    assert batch.total == 1
    [told] = batch.refused
    assert told["name"] == bad.name
    assert "Huruf 漢 pada isian {ketua}" in told["reason"]
    assert session.scalars(select(LetterSeries.last)).all() == [1]


def test_cancelled_keeps_its_number_and_replaced_leads_on(session: Session, agenda: Agenda) -> None:
    [old] = issue(session, wish(session, agenda, "regency_recap"), "1")
    [new] = issue(session, wish(session, agenda, "regency_recap"), "2", replaces=old)
    assert (old.status, old.replaced_by, new.serial) == ("cancelled", new.id, 2)
    with pytest.raises(EvidenceRefused):
        issuing.cancel(session, new, " ", actor=OPERATOR, now=NOW)
    issuing.cancel(session, new, "salah tanggal", actor=OPERATOR, now=NOW)
    with pytest.raises(AlreadyDone):
        issuing.cancel(session, new, "sekali lagi", actor=OPERATOR, now=NOW)
    assert issue(session, wish(session, agenda, "regency_recap"), "3")[0].serial == 3


def test_a_paper_keeps_its_version_of_the_text(session: Session, agenda: Agenda) -> None:
    kind = KINDS["regency_recap"]
    [first] = issue(session, wish(session, agenda, "regency_recap"), "1")
    templates.save(session, agenda, kind, "# BARU {nomor_surat}", seen=1, actor=OPERATOR, now=NOW)
    [second] = issue(session, wish(session, agenda, "regency_recap"), "2")
    kept = {one.id: one for one in templates.versions(session, agenda.id, kind)}
    assert kept[first.template_id].text == kind.default_text
    assert kept[second.template_id].text == "# BARU {nomor_surat}\n"
    with pytest.raises(Stale):
        templates.save(session, agenda, kind, "# LAIN", seen=1, actor=OPERATOR, now=NOW)
    with pytest.raises(EvidenceRefused):
        templates.save(session, agenda, kind, "{salah}", seen=2, actor=OPERATOR, now=NOW)


def test_the_office_is_set_and_seen(session: Session, agenda: Agenda) -> None:
    usual = office.read(session, agenda)
    assert usual.words["office"] == "Komisi Pemilihan Umum Kabupaten Temanggung"
    assert usual.words["regent"] == "Bupati Temanggung"

    def save(seen: int, pattern: str) -> None:
        office.save(
            session, agenda, words={"chair": "Dra. Siti"}, numbered={"regency_recap": {"pattern": pattern}}, logo=None,
            keep_logo=True, seen=seen, actor=OPERATOR, now=NOW,
        )

    with pytest.raises(EvidenceRefused) as refusal:
        save(0, "{tahun}")
    assert refusal.value.errors[0].path == ("regency_recap", "pattern")
    save(0, "R-{nomor}")
    with pytest.raises(Stale):
        save(0, "S-{nomor}")
    [paper] = issue(session, wish(session, agenda, "regency_recap"))
    assert (number_of(session, paper), paper.year, paper.data["values"]["ketua_kpu"]) == ("R-1", 0, "Dra. Siti")
