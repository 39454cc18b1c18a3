"""The register of bodies and the page of one: where it stands, who must act, what is missing, who may read what."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy.orm import Session

from engine import definitions
from engine.base import table_of
from engine.forms.fields import Choice
from engine.models import Instance, Submission, Task
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PENDOWO, REGENCY, World, signed_in
from web import catalogue, db, trail
from workflows import dossier, register
from workflows.models import Membership, Person
from workflows.register import Filters, Turn
from workflows.trail import ACTIONS

SANGGRAHAN = "33.23.13.2008"


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.inaugurated(session, KRANGGAN, PENDOWO, OTHER_VILLAGE, villages=3)
        session.execute(sa.update(Person).values(phone="081234567890", nik_sealed=None))
        return world


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(app.extensions["tapak.engine"])() as opened:
        yield opened
        opened.commit()


def names(page: str) -> list[str]:
    return re.findall(r'class="main"><div><a href="/badan/\d+">([^<]+)</a>', page)


@pytest.fixture
def counting(app: Flask) -> Iterator[list[str]]:
    """The statements that run while the test goes on."""
    told: list[str] = []

    def count(*event: object) -> None:
        told.append(str(event[2]))

    sa.event.listen(app.extensions["tapak.engine"], "before_cursor_execute", count)
    yield told
    sa.event.remove(app.extensions["tapak.engine"], "before_cursor_execute", count)


def test_the_register_is_what_one_may_see(browser: Browser, world: World) -> None:
    assert len(names(signed_in(browser, "operator").get("/badan").text)) == len(world.bodies)
    assert "PPS Joho, Kec. Temanggung" in names(browser.get("/badan").text)
    browser.send("/keluar")
    below = names(signed_in(browser, "ppk").get("/badan").text)
    assert below[0] == "PPK Kranggan"
    assert "PPS Pendowo, Kec. Kranggan" in below
    assert not [name for name in below if name.endswith("Kec. Temanggung")]
    browser.send("/keluar")
    assert names(signed_in(browser, "pps").get("/badan").text) == ["PPS Pendowo, Kec. Kranggan"]


@pytest.mark.parametrize(("asked", "found"), [
    ("q=pendo", ["PPS Pendowo, Kec. Kranggan"]), ("q=33.23.03", ["PPK Temanggung", "PPS Joho, Kec. Temanggung"]),
    ("jenis=ppk", ["PPK Temanggung", "PPK Kranggan"]), ("q=%25", []), ("tahap=sowan_done", []),
    ("tahap=inaugurated&kecamatan=33.23.03", ["PPS Joho, Kec. Temanggung"]), ("tahap=-&jenis=ppk", ["PPK Temanggung"]),
    ("terlambat=1", ["PPS Pendowo, Kec. Kranggan"]),
])
def test_the_register_is_filtered(
    browser: Browser, world: World, session: Session, asked: str, found: list[str]
) -> None:
    session.execute(sa.update(Instance).values(due_at=world.now + timedelta(days=5)))
    session.execute(sa.update(Instance).where(Instance.id == world.of(PENDOWO).instance_id)
                    .values(due_at=world.now - timedelta(days=2)))
    session.commit()
    page = signed_in(browser, "operator").get(f"/badan?{asked}").text
    assert names(page) == found
    assert found or "Tidak ada yang cocok" in page


def test_pages_lead_there_and_back(world: World, session: Session) -> None:
    order = [row.id for row in register.bodies(session, [REGENCY], world.now).rows]
    first = register.bodies(session, [REGENCY], world.now, size=3)
    second = register.bodies(session, [REGENCY], world.now, turn=Turn(after=first.after), size=3)
    third = register.bodies(session, [REGENCY], world.now, turn=Turn(after=second.after), size=3)
    assert [row.id for page in (first, second, third) for row in page.rows] == order[:9]
    back = register.bodies(session, [REGENCY], world.now, turn=Turn(before=third.before), size=3)
    assert [row.id for row in back.rows] == order[3:6]
    assert first.before == ""
    assert back.before
    assert back.after
    start = register.bodies(session, [REGENCY], world.now, turn=Turn(before=back.before), size=3)
    assert [row.id for row in start.rows] == order[:3]
    assert start.before == ""
    odd = register.bodies(session, [REGENCY], world.now, turn=Turn(after="nonsense"), size=3)
    assert [row.id for row in odd.rows] == order[:3]


def test_a_body_of_a_tps_is_seen_by_its_own_people_only(world: World, session: Session) -> None:
    from workflows import bodies as forming

    first, _second = forming.form_units(session, world.of(PENDOWO), "kpps", [1, 2])
    assert [row.id for row in register.bodies(session, [f"{PENDOWO}.001"], world.now).rows] == [first.id]
    assert len(register.bodies(session, [PENDOWO], world.now).rows) == 3
    assert register.bodies(session, [], world.now).rows == []
    session.rollback()


def test_the_number_of_queries_does_not_grow(
    browser: Browser, world: World, session: Session, counting: list[str]
) -> None:
    signed_in(browser, "operator").get("/badan")
    browser.get(f"/badan/{world.of(KRANGGAN).id}")
    few = _count(counting, lambda: browser.get("/badan?q=pendowo"))
    young = _count(counting, lambda: browser.get(f"/badan/{world.of(PENDOWO).id}"))
    for body in world.bodies.values():
        if body.kind == "pps" and body.instance_id is None:
            world_of.start(session, world, body)
    for _ in range(3):
        world_of.hand_in(session, world, world.of(PENDOWO), "pps", "submit_sowan")
        world_of.decide(session, world, world.of(PENDOWO), "komisioner", "approve_sowan", decision="return",
                        reason="blurry", fields=["group_visits"], note="Ambil ulang.")
    session.commit()
    assert _count(counting, lambda: browser.get("/badan")) == few
    assert _count(counting, lambda: browser.get(f"/badan/{world.of(PENDOWO).id}")) == young


def test_three_hundred_bodies_ask_no_more_than_three(app: Flask, browser: Browser, counting: list[str]) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session, villages=300)
        for code in (KRANGGAN, PENDOWO, SANGGRAHAN):
            world_of.start(session, world, world.of(code))
    signed_in(browser, "operator").get("/badan")
    few = _count(counting, lambda: browser.get("/badan?q=pendowo"))
    assert _count(counting, lambda: browser.get("/badan")) == few
    assert "305 badan" in browser.get("/badan").text
    assert len(names(browser.get("/badan").text)) == register.PAGE


def _count(counting: list[str], ask: Callable[[], object]) -> int:
    counting.clear()
    ask()
    return len(counting)


def test_a_member_sees_what_is_awaited_and_one_button(browser: Browser, world: World) -> None:
    body = world.of(PENDOWO)
    page = signed_in(browser, "pps").get(f"/badan/{body.id}").text
    assert "<h1>PPS Pendowo, Kec. Kranggan</h1>" in page
    assert f"Kode {PENDOWO}" in page
    assert "Menunggu Anggota PPS mengajukan bukti sowan" in page
    assert f'class="button big" href="/badan/{body.id}/bukti/submit_sowan"' in page
    assert "Siapkan bukti dini" in page
    assert f'href="/badan/{body.id}/bukti/submit_bimtek"' in page
    assert "kepala desa" in page
    assert "surat usulan" in page
    assert f'data-drawing="/badan/{body.id}/alur" data-here="submit_sowan"' in page
    assert "Rantai riwayat utuh" in page
    assert "submit_sowan: tugas orang" in page


def test_the_commissioner_gets_the_decision(browser: Browser, world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    session.commit()
    task = world_of.open_task(session, body, "approve_sowan")
    session.rollback()
    page = signed_in(browser, "komisioner").get(f"/badan/{body.id}").text
    assert f'class="button big" href="/tugas/{task}/periksa"' in page
    assert "Menunggu Anggota KPU (komisioner) memeriksa sowan" in page
    browser.send("/keluar")
    other = signed_in(browser, "pps").get(f"/badan/{body.id}").text
    assert "/periksa" not in other
    assert "button big" not in other


def test_four_eyes_leave_no_button(browser: Browser, world: World, session: Session) -> None:
    from workflows.models import Assignment

    body, who = world.of(PENDOWO), world.actors["pps"]
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    begins = world.agenda.term_begins
    session.add(Assignment(account_id=int(who.id), role="commissioner", scope=REGENCY, from_on=begins))
    session.commit()
    page = signed_in(browser, "pps").get(f"/badan/{body.id}").text
    assert "langkah ini harus dikerjakan orang lain" in page
    assert "button big" not in page


def test_returned_evidence_and_history_are_in_words(browser: Browser, world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    world_of.decide(session, world, body, "komisioner", "approve_sowan", decision="return", reason="blurry",
                    fields=["group_visits"], note="Ambil ulang.")
    session.commit()
    page = signed_in(browser, "pps").get(f"/badan/{body.id}").text
    assert "Periksa sowan: dikembalikan" in page
    assert "Alasan: Foto atau berkas buram." in page
    assert "Perbaiki bukti" in page
    assert "Ambil ulang." in page
    assert "Tahap “Dilantik” tercapai." in page
    browser.send("/bahasa", {"language": "en", "next": "/"})
    page = browser.get(f"/badan/{body.id}").text
    assert "Check sowan: returned" in page
    assert "Periksa sowan:" not in page
    assert "Waiting for" in page


def test_missing_documents_are_named(browser: Browser, world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    data = world_of.evidence(world, "pps", "submit_secretariat")
    del data["local_decree_number"]
    session.execute(table_of(Submission).insert().values(
        instance_id=body.instance_id, node="submit_secretariat", status="draft", data=data, warnings=[],
        form_fingerprint="", edition=1, actor=world.actors["pps"].id, saved_at=world.now,
    ))
    session.commit()
    page = signed_in(browser, "pps").get(f"/badan/{body.id}").text
    assert re.search(r'class="yes">.{0,200}surat usulan', page, re.DOTALL)
    assert re.search(r'class="no">(?:(?!</li>).)*keputusan kepala desa/lurah', page, re.DOTALL)


@pytest.mark.parametrize("path", ["", "/alur", "/kendala"])
def test_a_body_elsewhere_is_not_there(browser: Browser, world: World, path: str) -> None:
    answer = signed_in(browser, "jauh").get(f"/badan/{world.of(PENDOWO).id}{path}")
    assert answer.status_code == 404
    assert "Pendowo" not in answer.text
    assert browser.get(f"/badan/99999{path}").status_code == 404


@pytest.mark.usefixtures("world")
def test_who_has_no_business_here(browser: Browser, person: Callable[..., int]) -> None:
    person("admin", ("admin", ""))
    assert browser.get("/badan").status_code == 302
    assert browser.sign_in("admin").status_code == 302
    assert browser.get("/badan").status_code == 403


def test_the_observer_sees_no_papers_and_no_numbers(browser: Browser, world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    world_of.decide(session, world, body, "komisioner", "approve_sowan")
    world_of.hand_in(session, world, body, "pps", "submit_secretariat")
    session.commit()
    evidence = world_of.evidence(world, "pps", "submit_secretariat")
    inside = signed_in(browser, "komisioner").get(f"/badan/{body.id}").text
    assert "/asli" in inside
    assert "081234567890" in inside
    assert evidence["staff"][0]["name"] in inside
    browser.send("/keluar")
    page = signed_in(browser, "bawaslu").get(f"/badan/{body.id}").text
    assert "/asli" not in page
    assert "081234567890" not in page
    assert "button big" not in page
    assert "Laporkan kendala" not in page
    assert "tidak untuk peran Anda" in page
    for secret in (evidence.get("secretary_nip"), evidence.get("office_contact")):
        assert not secret or secret not in page
    hidden = {file["sha256"] for key in ("health_letters", "integrity_pacts") for file in evidence.get(key) or []}
    assert hidden
    assert not [sha256 for sha256 in hidden if sha256 in page]


def test_only_the_office_and_its_own_members_see_telephones(browser: Browser, world: World) -> None:
    page = signed_in(browser, "pps").get(f"/badan/{world.of(PENDOWO).id}").text
    assert "tel:081234567890" in page
    browser.send("/keluar")
    assert "tel:" not in signed_in(browser, "ppk").get(f"/badan/{world.of(PENDOWO).id}").text


def test_the_drawing_is_the_instances_own(browser: Browser, world: World) -> None:
    answer = signed_in(browser, "bawaslu").get(f"/badan/{world.of(PENDOWO).id}/alur")
    assert answer.mimetype == "application/xml"
    assert answer.data == world.definitions["pps"].drawing
    assert browser.get(f"/badan/{world.of(SANGGRAHAN).id}/alur").status_code == 404


def test_a_body_that_has_not_begun_has_a_page(browser: Browser, world: World) -> None:
    page = signed_in(browser, "operator").get(f"/badan/{world.of(SANGGRAHAN).id}").text
    assert "Alur badan ini belum dimulai" in page
    assert "data-drawing" not in page


def test_a_changed_history_is_seen(app: Flask, world: World, session: Session) -> None:
    body, actor = world.of(PENDOWO), world.actors["operator"]
    whole = dossier.read(session, body.id, actor, world.now)
    assert whole.flow
    assert whole.flow.chain.whole
    assert len(whole.flow.chain.code) == 12
    session.execute(sa.update(Instance).where(Instance.id == body.instance_id).values(head="0" * 64))
    broken = dossier.read(session, body.id, actor, world.now)
    assert broken.flow
    assert not broken.flow.chain.whole
    session.rollback()


def test_too_few_members_are_told(browser: Browser, world: World, session: Session) -> None:
    one = session.scalars(sa.select(Membership).where(Membership.body_id == world.of(PENDOWO).id)).first()
    assert one is not None
    one.until_on = world.agenda.term_ends
    session.commit()
    page = signed_in(browser, "operator").get(f"/badan/{world.of(PENDOWO).id}").text
    assert "Anggota kurang: 2 dari 3 orang." in page


def test_late_is_said(browser: Browser, world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    for table in (Task, Instance):
        column = table.instance_id if table is Task else table.id
        session.execute(sa.update(table).where(column == body.instance_id).values(due_at=world.now - timedelta(days=3)))
    session.commit()
    page = signed_in(browser, "bawaslu").get(f"/badan/{body.id}").text
    assert re.search(r"terlambat \d hari", page)
    assert 'data-late="submit_sowan"' in page


@cache
def english_catalogue() -> Catalog:
    with catalogue.ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def english(message: str) -> str:
    found = english_catalogue().get(message)
    return str(found.string) if found else ""


def test_every_action_of_the_engine_has_words() -> None:
    engine = Path(definitions.__file__).parent
    written = {
        node.args[0].value
        for folder in (engine / "operations", engine / "migration", engine.parent / "workflows")
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Act" and isinstance(node.args[0], ast.Constant)
    }
    assert written == set(ACTIONS) == set(trail.WORDS)


def test_every_drawn_name_and_reason_has_english(world: World, session: Session) -> None:
    said = set()
    for definition in world.definitions.values():
        loaded = definitions.load(session, definition.id)
        drawn = {node.name for node in loaded.graph.process.nodes.values() if node.name}
        reasons = {
            option.label for node in loaded.deciding if (form := loaded.form(node)) is not None
            and isinstance(part := form.field(("reason",)), Choice) for option in part.options
        }
        said |= drawn | reasons
    assert [words for words in said if not english(words)] == []


def test_filters_count() -> None:
    assert Filters().count == 0
    assert Filters(search="a", late=True, post="ketua").count == 3
