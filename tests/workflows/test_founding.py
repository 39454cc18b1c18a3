"""An office begins in an empty database, once; its polling stations follow from a list."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import outbox
from engine.errors import EvidenceRefused, Forbidden, NotFound, Refused
from engine.host import Actor, Grant
from engine.models import Instance, Message
from web.notify import EFFECTS
from workflows import bodies, founding, units
from workflows.founding import Opening
from workflows.models import Account, Agenda, Assignment, Body, Region

NOW = datetime(2027, 3, 1, 2, tzinfo=UTC)
MAGELANG = "33.71"
"""A small city: 3 kecamatan, 17 kelurahan."""
WISH: dict[str, Any] = {
    "scope": MAGELANG, "kind": "pilkada", "voting_day": date(2027, 11, 24), "begins": date(2027, 3, 1),
    "planned": {"ppk": date(2027, 5, 17)},
}


def opened(session: Session, **changes: Any) -> founding.Opened:
    return founding.open_office(session, Opening(**(WISH | changes)), NOW)


def test_an_office_begins_with_all_its_bodies_under_way(session: Session) -> None:
    made = opened(session)
    assert (made.agenda.name, made.agenda.timezone, made.agenda.day_type, made.agenda.term_ends) == (
        "Pilkada 2027 Kota Magelang", "Asia/Jakarta", "calendar", date(2028, 1, 24),
    )
    assert Counter(body.kind for body in made.begun) == {"ppk": 3, "pps": 17}
    stages = session.scalars(sa.select(Instance.stage).where(Instance.parent_id.is_(None))).all()
    assert Counter(stages) == {"recruited": 20}
    assert session.scalar(sa.select(sa.func.count()).select_from(Region).where(Region.code.like("33.23%"))) == 0


def test_beginning_again_adds_only_what_is_missing(session: Session) -> None:
    pps = opened(session).begun[-1]
    assert opened(session).begun == []
    late = bodies.form_units(session, pps, "kpps", [1])
    assert opened(session).begun == late
    assert session.scalar(sa.select(sa.func.count()).select_from(Agenda)) == 1


@pytest.mark.parametrize(("changes", "words"), [
    ({"scope": "33"}, "Isi kode kabupaten atau kota"),
    ({"scope": "33.71.01"}, "Isi kode kabupaten atau kota"),
    ({"begins": date(2027, 12, 1)}, "Urutan tanggalnya"),
    ({"ends": date(2027, 11, 23)}, "Urutan tanggalnya"),
    ({"planned": {"ppk": date(2026, 1, 1)}}, "Pengaturan belum disimpan"),
])
def test_what_cannot_be_an_office_is_refused(session: Session, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        opened(session, **changes)
    assert session.scalar(sa.select(sa.func.count()).select_from(Body)) == 0


def test_no_such_region_other_days_and_the_demo_are_refused(session: Session) -> None:
    with pytest.raises(NotFound, match=r"99\.99"):
        opened(session, scope="99.99")
    opened(session)
    with pytest.raises(Refused, match="sudah dibuka dengan tanggal lain"):
        opened(session, voting_day=date(2027, 11, 25))
    session.add(Account(login="contoh", name="Contoh", password_hash="x", demo=True, created_at=NOW))
    with pytest.raises(Refused, match="data contoh"):
        opened(session)


@pytest.mark.parametrize(("code", "zone"), [
    ("33.23", "Asia/Jakarta"), ("61.71", "Asia/Pontianak"), ("51.71", "Asia/Makassar"), ("96.71", "Asia/Jayapura"),
])
def test_the_clock_of_a_province(code: str, zone: str) -> None:
    assert founding.zone_of(code) == zone


@pytest.fixture
def city(session: Session) -> Agenda:
    return opened(session).agenda


@pytest.fixture
def operator(session: Session, city: Agenda) -> Actor:
    account = Account(login="op", name="Operator", password_hash="x", created_at=NOW,
                      assignments=[Assignment(role="operator", scope=MAGELANG, from_on=date(2027, 1, 1))])
    session.add(account)
    session.flush()
    return Actor(str(account.id), "Operator", (Grant("operator", MAGELANG),))


def drained(session: Session) -> int:
    taken = 0
    while outbox.take(session, now=NOW, effects=EFFECTS) is not None:
        taken += 1
    return taken


def test_polling_stations_follow_from_a_list_and_begin_behind_the_page(
    session: Session, city: Agenda, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "BATCH", 2)
    drained(session)
    text = "33.71.01.1007\tKelurahan Satu\t3\n\n  33.71.01.1008; 2  \n"
    villages = units.read(session, city, "kpps", text)
    assert [(one.pps.region_code, one.wanted, one.new) for one in villages] == [
        ("33.71.01.1007", 3, 3), ("33.71.01.1008", 2, 2),
    ]
    assert units.form(session, city, "kpps", villages, actor=operator, now=NOW) == 5
    stations = sa.select(Body.name, Body.instance_id).where(Body.kind == "kpps").order_by(Body.region_code, Body.unit)
    assert [row.instance_id for row in session.execute(stations)] == [None] * 5
    drained(session)
    begun = session.execute(
        sa.select(Instance.stage, Instance.scope).where(Instance.scope.like("33.71.01.100%.00%")).order_by(Instance.id)
    ).all()
    assert [row.stage for row in begun] == ["recruited"] * 5
    assert begun[0].scope == "33.71.01.1007.001"
    again = units.read(session, city, "kpps", text.replace("3\n", "4\n"))
    assert [one.new for one in again] == [1, 0]
    assert units.form(session, city, "kpps", again, actor=operator, now=NOW) == 1
    assert units.form(session, city, "kpps", units.read(session, city, "kpps", text), actor=operator, now=NOW) == 0
    assert [one.new for one in units.read(session, city, "pantarlih", text)] == [3, 2]


@pytest.mark.parametrize(("kind", "text", "words"), [
    ("kpps", "", "Tempel daftarnya"),
    ("ppk", "33.71.01.1007 3", "Pilih KPPS"),
    ("kpps", "Kelurahan Satu 3", "Baris 1"),
    ("kpps", "33.71.01.1007 3\n33.71.01.1007 4", "Baris 2: 33.71.01.1007 sudah ada"),
    ("kpps", "\n33.23.13.2004 3", "Baris 2: 33.23.13.2004 tidak mempunyai PPS"),
    ("kpps", "33.71.01.1007 0", "antara 1 dan 400"),
    ("kpps", "33.71.01.1007 401", "antara 1 dan 400"),
    ("kpps", "33.71.01.1007 -3 😀", "Baris 1"),
    ("kpps", "33.71.01.1007 3\n" * 1001, "Paling banyak 1000 baris"),
])
def test_a_list_that_cannot_be_read_names_the_line(
    session: Session, city: Agenda, kind: str, text: str, words: str
) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        units.read(session, city, kind, text)
    assert words in " ".join(str(one.message) for one in refused.value.errors)


def test_only_the_operator_of_the_office_forms(session: Session, city: Agenda) -> None:
    stranger = Actor("7", "Lain", (Grant("operator", "33.23"), Grant("commissioner", MAGELANG)))
    villages = units.read(session, city, "kpps", "33.71.01.1007 1")
    with pytest.raises(Forbidden):
        units.form(session, city, "kpps", villages, actor=stranger, now=NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(Message).where(Message.kind == "bodies.begin")) == 0
