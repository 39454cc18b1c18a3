"""Replacement of a member through HTTP: rank, four eyes, doubles, stale pages, regions, what follows."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.models import Instance
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PENDOWO, World, signed_in
from tests.web.test_uploads import photo
from web import db
from web.words import DEFAULT_ZONE
from workflows import replacement
from workflows.models import Account, Assignment, Membership, Person, Replacement


@pytest.fixture
def session(on_both: Flask) -> Iterator[Session]:
    with db.session_factory(on_both.extensions["tapak.engine"])() as opened:
        yield opened


@pytest.fixture
def world(session: Session) -> World:
    """PPS Pendowo is inaugurated and has two reserves; an operator of another regency looks on."""
    made = world_of.inaugurated(session, PENDOWO)
    body = made.of(PENDOWO)
    world_of.accounts(session, made.bodies, [("asing", "operator", "33.08")], made.now)
    for rank, name in ((4, "Cadangan Empat"), (5, "Cadangan Lima")):
        person = Person(name=name, name_key=name.lower())
        session.add(person)
        session.flush()
        session.add(Membership(
            agenda_id=body.agenda_id, body_id=body.id, person_id=person.id, post="cadangan", rank=rank,
        ))
    session.commit()
    free(session)
    return made


@pytest.fixture
def enter(on_both: Flask, world: World) -> Any:
    def open_as(login: str) -> Browser:
        client = on_both.test_client()
        assert isinstance(client, Browser)
        return signed_in(client, login)

    return open_as


def free(session: Session) -> None:
    """What was read stays as it was read; the session holds no lock."""
    session.expunge_all()
    session.rollback()


def today(world: World) -> str:
    return world.now.astimezone(ZoneInfo(DEFAULT_ZONE)).date().isoformat()


def people(session: Session, world: World) -> tuple[list[int], list[int]]:
    """(the services of the members, those of the reserves in rank)."""
    body = world.of(PENDOWO).id
    found = [one.id for one, _ in replacement.members(session, body)], [
        one.id for one, _ in replacement.reserves(session, body)]
    free(session)
    return found


def paper() -> Any:
    return (io.BytesIO(photo()), "surat.jpg")


def propose(browser: Browser, world: World, of: int, by: int, **more: Any) -> Any:
    fields = {"key": str(uuid.uuid4()), "leaving": str(of), "reserve": str(by), "ground": "resigned",
              "left_on": today(world), "paper": paper(), **more}
    return browser.send(f"/penggantian/baru/{world.of(PENDOWO).id}", fields)


def act(browser: Browser, number: int, name: str, seen: int, **more: Any) -> Any:
    return browser.send(f"/penggantian/{number}/{name}", {"key": str(uuid.uuid4()), "seen": str(seen), **more})


def number_of(answer: Any) -> int:
    assert answer.status_code == 302, answer.text
    return int(answer.location.rpartition("/")[2])


def test_the_whole_way_leaves_the_body_at_its_stage(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    where = session.get_one(Instance, world.of(PENDOWO).instance_id).state
    free(session)
    operator, commissioner = enter("operator"), enter("komisioner")
    number = number_of(propose(operator, world, members[0], waiting[0]))
    assert act(operator, number, "approve", 1).status_code == 403
    assert act(commissioner, number, "approve", 1).status_code == 302
    page = operator.get(f"/badan/{world.of(PENDOWO).id}").text
    assert "Belum dilantik" in page
    assert "Belum bimtek" in page
    assert enter("bawaslu").get(f"/penggantian/{number}").status_code == 403
    assert act(operator, number, "oath", 2, on=today(world), place="Aula KPU").status_code == 422
    assert act(operator, number, "oath", 2, on=today(world), place="Aula KPU", paper=paper()).status_code == 302
    assert act(commissioner, number, "return_oath", 3, reason="Foto buram").status_code == 302
    assert act(operator, number, "oath", 4, on=today(world), place="Aula KPU", paper=paper()).status_code == 302
    assert act(commissioner, number, "approve_oath", 5).status_code == 302
    assert act(operator, number, "training", 6, on=today(world), place="Aula KPU", hours="3").status_code == 302
    assert act(commissioner, number, "approve_training", 7).status_code == 302
    one = session.get_one(Replacement, number)
    old, new = session.get_one(Membership, members[0]), session.get_one(Membership, one.new_id)
    assert old.until_on is not None
    assert old.replaced_by == new.id
    assert (new.post, new.rank, new.sworn_on, new.trained_on) == (old.post, 4, new.from_on, new.from_on)
    assert session.get_one(Membership, waiting[0]).until_on is not None
    assert session.get_one(Instance, world.of(PENDOWO).instance_id).state == where
    assert replacement.whole(one, replacement.trail(session, number))
    assert one.edition == 8
    free(session)
    assert "Belum dilantik" not in operator.get(f"/badan/{world.of(PENDOWO).id}").text


def test_a_lower_rank_needs_its_reason(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    operator = enter("operator")
    refused = propose(operator, world, members[0], waiting[1])
    assert refused.status_code == 422
    assert "Cadangan Empat berada di peringkat yang lebih baik" in refused.text
    number_of(propose(operator, world, members[0], waiting[1], why_not="Tidak bersedia menurut surat 3 Juni."))


def test_who_serves_elsewhere_cannot_follow(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    other = next(body for code, body in world.bodies.items() if code == world_of.OTHER_VILLAGE)
    person = session.get_one(Membership, waiting[0]).person_id
    session.add(Membership(agenda_id=other.agenda_id, body_id=other.id, person_id=person, post="anggota"))
    session.commit()
    free(session)
    refused = propose(enter("operator"), world, members[0], waiting[0])
    assert refused.status_code == 422
    assert "masih bertugas" in refused.text


def test_doubles_stale_pages_and_regions_are_refused(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    operator, commissioner, stranger = enter("operator"), enter("komisioner"), enter("asing")
    key = str(uuid.uuid4())
    number = number_of(propose(operator, world, members[0], waiting[0], key=key))
    assert number_of(propose(operator, world, members[0], waiting[0], key=key)) == number
    assert propose(operator, world, members[0], waiting[1], why_not="Sudah pindah domisili.").status_code == 409
    assert propose(stranger, world, members[1], waiting[1]).status_code == 404
    assert stranger.get(f"/penggantian/{number}").status_code == 404
    assert enter("pps").get("/penggantian").status_code == 403
    assert act(commissioner, number, "approve", 0).status_code == 409
    assert act(commissioner, number, "approve", 1).status_code == 302
    assert act(commissioner, number, "approve", 1).status_code == 409
    listed = operator.get("/penggantian?keadaan=owed").text
    assert "Cadangan Empat" in listed
    assert "Cadangan Empat" not in stranger.get("/penggantian").text


def both(session: Session, world: World, enter: Any) -> Browser:
    """Somebody who is operator and commissioner at once."""
    world_of.accounts(session, world.bodies, [("rangkap", "operator", world_of.REGENCY)], world.now)
    account = session.scalar(select(Account.id).where(Account.login == "rangkap"))
    assert account is not None
    known = session.scalars(select(Assignment).where(Assignment.account_id == account)).one()
    own = {column.name: getattr(known, column.name) for column in Assignment.__table__.columns if column.name != "id"}
    session.add(Assignment(**{**own, "role": "commissioner"}))
    session.commit()
    free(session)
    found = enter("rangkap")
    assert isinstance(found, Browser)
    return found


def status(session: Session, number: int) -> str | None:
    found = session.scalar(select(Replacement.status).where(Replacement.id == number))
    free(session)
    return found


def test_nobody_decides_what_they_proposed(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    same = both(session, world, enter)
    number = number_of(propose(same, world, members[0], waiting[0]))
    assert "Setujui penggantian" not in same.get(f"/penggantian/{number}").text
    assert "usulan penggantian menunggu" not in same.get("/tugas").text
    refused = act(same, number, "approve", 1)
    assert refused.status_code == 403
    assert "Pemeriksaan harus dilakukan orang lain" in refused.text
    assert status(session, number) == "proposed"


def test_a_commissioner_reads_in_the_queue_what_waits(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    operator, commissioner = enter("operator"), enter("komisioner")
    assert "usulan penggantian menunggu" not in commissioner.get("/tugas").text
    number = number_of(propose(operator, world, members[0], waiting[0]))
    queue = commissioner.get("/tugas").text
    assert "1 usulan penggantian menunggu" in queue
    assert 'href="/penggantian?keadaan=mine"' in queue
    assert f'href="/penggantian/{number}"' in commissioner.get("/penggantian?keadaan=mine").text
    assert "usulan penggantian menunggu" not in operator.get("/tugas").text
    assert f'href="/penggantian/{number}"' not in operator.get("/penggantian?keadaan=mine").text
    assert act(commissioner, number, "approve", 1).status_code == 302
    assert "usulan penggantian menunggu" not in commissioner.get("/tugas").text
    assert act(operator, number, "oath", 2, on=today(world), place="Aula", paper=paper()).status_code == 302
    assert "1 usulan penggantian menunggu" in commissioner.get("/tugas").text


def test_a_new_member_waits_among_the_latecomers(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    operator, commissioner = enter("operator"), enter("komisioner")
    number = number_of(propose(operator, world, members[0], waiting[0]))
    assert "Cadangan Empat" not in operator.get("/kegiatan/susulan").text
    assert act(commissioner, number, "approve", 1).status_code == 302
    page = operator.get("/kegiatan/susulan").text
    assert "Cadangan Empat" in page
    assert f'href="/penggantian/{number}"' in page
    assert "Cadangan Empat" not in enter("asing").get("/kegiatan/susulan").text
    key = str(uuid.uuid4())
    made = operator.send("/kegiatan/susulan/inauguration", {"key": key})
    assert made.status_code == 302
    assert operator.send("/kegiatan/susulan/inauguration", {"key": key}).location == made.location
    preview = operator.get(f"{made.location}/serahkan").text
    assert "Anggota pengganti Cadangan Empat" in preview
    assert "Catat susulan" in preview
    assert operator.send("/kegiatan/susulan/rakor", {"key": key}).location == "/kegiatan/susulan"
    assert enter("bawaslu").send("/kegiatan/susulan/inauguration", {"key": key}).status_code == 403


def test_two_clicks_are_one_decision(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    operator, commissioner = enter("operator"), enter("komisioner")
    number, key = number_of(propose(operator, world, members[0], waiting[0])), str(uuid.uuid4())
    assert act(commissioner, number, "approve", 1, key=key).status_code == 302
    assert act(commissioner, number, "approve", 1, key=key).status_code == 302
    assert len(replacement.trail(session, number)) == 2
    free(session)
    late = act(enter("komisioner2"), number, "return", 1, reason="Salah orang")
    assert late.status_code == 409
    assert 'value="Salah orang"' not in late.text  # the form of a step that is over is not offered again
    assert status(session, number) == "approved"


def test_training_waits_for_the_oath(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    operator, commissioner = enter("operator"), enter("komisioner")
    number = number_of(propose(operator, world, members[0], waiting[0]))
    assert act(commissioner, number, "approve", 1).status_code == 302
    early = act(operator, number, "training", 2, on=today(world), place="Aula KPU", hours="3")
    assert early.status_code == 400
    assert "Bimtek dicatat sesudah" in early.text


def test_hostile_words_stay_words(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    operator, commissioner = enter("operator"), enter("komisioner")
    evil = "<script>alert(1)</script> tidak bersedia"
    number = number_of(propose(operator, world, members[0], waiting[1], why_not=evil))
    page = commissioner.get(f"/penggantian/{number}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    for fields in ({"leaving": "1 OR 1=1"}, {"reserve": "-1"}, {"ground": "x" * 500}, {"left_on": "31/02/2024"},
                   {"paper": (io.BytesIO(b"MZ\x90\x00"), "surat.pdf")}, {"leaving": "9" * 40}):
        assert propose(operator, world, members[1], waiting[0], **fields).status_code == 422, fields
    assert act(commissioner, number, "drop", 1).status_code == 404
    assert commissioner.get(f"/penggantian/{number}/berkas/{'a' * 64}").status_code == 404
    assert commissioner.get("/penggantian?keadaan=%27;--&hal=-9").status_code == 200
    assert commissioner.get(f"/penggantian/{'9' * 40}").status_code == 404


def test_an_english_reader_reads_english(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    operator, commissioner = enter("operator"), enter("komisioner")
    number = number_of(propose(operator, world, members[0], waiting[0]))
    commissioner.set_cookie("tapak_language", "en")
    assert "1 replacement is waiting" in commissioner.get("/tugas").text
    page = commissioner.get(f"/penggantian/{number}").text
    assert "Approve the replacement" in page
    assert "Setujui" not in page
    assert "Resigned" in page


def test_a_step_cannot_be_changed(session: Session, world: World, enter: Any) -> None:
    members, waiting = people(session, world)
    number_of(propose(enter("operator"), world, members[0], waiting[0]))
    with pytest.raises(DBAPIError, match="append only"):
        session.execute(text("UPDATE replacement_step SET action = 'approve'"))
