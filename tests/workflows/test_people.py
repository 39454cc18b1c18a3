"""The NIK is sealed and unique; a person serves once in an agenda; a replacement takes the place."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, Refused
from tests.workflows.samples import KRANGGAN, PENDOWO
from workflows import bodies, people
from workflows.models import Body, Membership, Person
from workflows.people import NikKeys, Particulars

KEYS = NikKeys.from_secret(b"a secret for the tests alone")
NIK = "3323134101900001"
ON = date(2024, 5, 26)


def register(session: Session, name: str, nik: str | None = None) -> Person:
    return people.register(session, Particulars(name, nik), KEYS)


def test_the_nik_is_kept_sealed(session: Session) -> None:
    person = register(session, "Ratna Sari", NIK)
    assert person.nik_sealed is not None
    assert NIK.encode() not in person.nik_sealed
    assert KEYS.unseal(person.nik_sealed) == NIK
    assert person.nik_digest == KEYS.digest(NIK)
    assert NIK not in repr(Particulars("Ratna Sari", NIK))
    assert people.mask(NIK) == "332313••••••••••"


def test_another_key_neither_opens_nor_recognises() -> None:
    other = NikKeys.from_secret(b"another secret, also long enough")
    with pytest.raises(InvalidToken):
        other.unseal(KEYS.seal(NIK))
    assert other.digest(NIK) != KEYS.digest(NIK)
    assert repr(KEYS).count("sealing") == 0
    with pytest.raises(ValueError, match="16 bytes"):
        NikKeys.from_secret(b"short")


def test_the_same_nik_is_the_same_person(session: Session) -> None:
    first = people.register(session, Particulars("Ratna Sari", NIK, gender="P", phone="0812"), KEYS)
    again = people.register(session, Particulars("Ratna Sari, S.Pd.", NIK, phone="0813"), KEYS)
    assert again is first
    assert (again.name, again.phone, again.gender) == ("Ratna Sari, S.Pd.", "0813", "P")
    assert session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize("nik", ["", "332313410190000", "33231341019000011", "332313410190000x"])
def test_a_nik_of_other_than_16_digits_is_refused(session: Session, nik: str) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        register(session, "Ratna Sari", nik)
    assert [error.path for error in refused.value.errors] == [("nik",)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Drs. H. Slamet  Riyadi, M.Si.", "slamet riyadi"), ("Dr. Ir. Ani", "ANI"), ("Nur'aini", "nur aini")],
)
def test_titles_and_marks_do_not_tell_people_apart(one: str, other: str) -> None:
    assert people.name_key(one) == people.name_key(other)


def test_a_name_is_not_taken_for_a_title() -> None:
    assert people.name_key("Hadi Irawan") == "hadi irawan"
    assert people.name_key("Drajat") == "drajat"


@pytest.mark.parametrize(
    ("nip", "identity"),
    [
        ("198503122010011004", people.Identity(date(1985, 3, 12), "L", 2010)),
        ("199001012022212001", people.Identity(date(1990, 1, 1), "P", 2022)),
        ("199013012022013001", people.Identity(None, None, 2022)),
    ],
)
def test_a_nip_tells_birth_gender_and_service(nip: str, identity: people.Identity) -> None:
    assert people.read_nip(nip) == identity


def test_a_nik_agrees_with_birth_and_gender() -> None:
    assert people.nik_agrees(NIK, date(1990, 1, 1), "P")
    assert not people.nik_agrees(NIK, date(1990, 1, 1), "L")
    assert not people.nik_agrees(NIK, date(1990, 1, 2), "P")
    assert people.nik_agrees(NIK, None, None)


def test_a_person_serves_once_in_an_agenda(session: Session, formed: dict[str, Body]) -> None:
    ppk, pps, person = formed[KRANGGAN], formed[PENDOWO], register(session, "Ratna Sari", NIK)
    first = people.enrol(session, pps, person, "anggota", from_on=ON)
    assert people.enrol(session, pps, person, "anggota") is first
    with pytest.raises(Refused, match="Ratna Sari masih bertugas sebagai anggota PPS Pendowo"):
        people.enrol(session, ppk, person, "sekretaris")
    people.enrol(session, ppk, person, "cadangan", rank=6)
    assert [row.name for _, row in bodies.members(session, pps)] == ["Ratna Sari"]
    assert bodies.members(session, ppk) == []


def test_an_import_learns_who_serves_already(session: Session, formed: dict[str, Body]) -> None:
    ppk, pps, reserve = formed[KRANGGAN], formed[PENDOWO], "3323130101900002"
    people.enrol(session, pps, register(session, "Ratna Sari", NIK), "anggota")
    people.enrol(session, ppk, register(session, "Teguh Wibowo", reserve), "cadangan")
    asked = [NIK, reserve, "3323130101900003", "x"]
    assert people.taken_niks(session, pps.agenda_id, asked, KEYS) == {NIK: "PPS Pendowo, Kec. Kranggan"}
    assert people.taken_niks(session, pps.agenda_id + 1, asked, KEYS) == {}


def test_the_database_refuses_a_second_service_too(session: Session, formed: dict[str, Body]) -> None:
    ppk, pps, person = formed[KRANGGAN], formed[PENDOWO], register(session, "Ratna Sari", NIK)
    people.enrol(session, pps, person, "anggota")
    session.add(Membership(agenda_id=ppk.agenda_id, body_id=ppk.id, person_id=person.id, post="staf"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_database_refuses_one_nip_twice(session: Session, formed: dict[str, Body]) -> None:
    ppk, pps, nip = formed[KRANGGAN], formed[PENDOWO], "198503122010011004"
    people.enrol(session, pps, register(session, "Suharto"), "sekretaris", nip=nip)
    with pytest.raises(IntegrityError):
        people.enrol(session, ppk, register(session, "Suharto"), "sekretaris", nip=nip)


def test_a_replacement_takes_the_post_but_not_the_oath(session: Session, formed: dict[str, Body]) -> None:
    pps = formed[PENDOWO]
    leaving = people.enrol(session, pps, register(session, "Ratna Sari", NIK), "ketua", from_on=ON, division="data")
    leaving.sworn_on = ON
    successor = register(session, "Teguh Wibowo", "3323130101900002")
    people.enrol(session, pps, successor, "cadangan", rank=4)
    taken = people.replace(session, leaving, successor, on=date(2024, 7, 1))
    assert (leaving.until_on, leaving.replaced_by) == (date(2024, 7, 1), taken.id)
    assert (taken.post, taken.division, taken.rank, taken.sworn_on) == ("ketua", "data", 4, None)
    assert [person.name for _, person in bodies.members(session, pps)] == ["Teguh Wibowo"]
    with pytest.raises(Refused, match="sudah berakhir"):
        people.replace(session, leaving, successor, on=date(2024, 7, 2))
