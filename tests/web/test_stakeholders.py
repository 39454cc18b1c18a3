"""The directory through HTTP: filtered, in one's region, without telephones for who may not; forms sent twice, late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PENDOWO, REGENCY, World, signed_in
from web import db
from workflows.models import Assignment, Contact, Stakeholder
from workflows.stakeholders import offices

PHONE = "0812 3456 789"
HOSTILE = '<script>alert(1)</script>'


@pytest.fixture
def world(on_both: Flask) -> World:
    with db.transaction(on_both.extensions["tapak.engine"]) as session:
        world = world_of.inaugurated(session, KRANGGAN, PENDOWO)
        session.add(Assignment(
            account_id=int(world.actors["bawaslu"].id), role="observer", scope=REGENCY,
            from_on=world.agenda.term_begins,
        ))
        return world


@pytest.fixture
def session(on_both: Flask) -> Iterator[Session]:
    with db.session_factory(on_both.extensions["tapak.engine"])() as opened:
        yield opened


@pytest.fixture
def browser(on_both: Flask) -> Browser:
    client = on_both.test_client()
    assert isinstance(client, Browser)
    return client


def add(session: Session, world: World, region: str, office: str, who: str = "operator") -> int:
    made = offices.add(
        session, offices.Said("camat", region, office, "Slamet", PHONE), key=office, actor=world.actors[who],
        today=world.now.date(),
    )
    session.commit()
    return made.id


def contact(world: World, body: str, days: int = 3, **more: str) -> dict[str, str]:
    return {
        "key": "k1", "badan": str(world.of(body).id), "met_on": (world.now.date() - timedelta(days=days)).isoformat(),
        "received_by": "Slamet", "manner": "phone", "outcome": "Membahas ruang kerja.", "promise": "Ruang kerja",
        "quantity": "1", "due": (world.now.date() - timedelta(days=2)).isoformat(), "state": "promised", **more,
    }


def count(session: Session, model: type) -> int:
    found = session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
    session.rollback()
    return found


def test_an_office_and_a_contact_are_recorded_and_followed(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "ppk")
    form = browser.get("/pemangku/baru").text
    key = re.search(r'name="key" value="([^"]+)"', form)
    assert key
    sent = {"key": key[1], "kind": "camat", "region": KRANGGAN, "office": HOSTILE, "official": "Slamet", "phone": PHONE}
    refused = browser.send("/pemangku/baru", {**sent, "phone": "panggil saja"})
    assert refused.status_code == 422
    assert "panggil saja" in refused.text
    first = browser.send("/pemangku/baru", sent)
    assert browser.send("/pemangku/baru", sent).location == first.location
    assert count(session, Stakeholder) == 1
    page = browser.get(first.location).text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert browser.send(f"{first.location}/kontak", {**contact(world, KRANGGAN), "outcome": ""}).status_code == 422
    for _ in range(2):
        assert browser.send(f"{first.location}/kontak", contact(world, KRANGGAN)).status_code == 302
    assert count(session, Contact) == 1
    assert "Terlambat" in browser.get(first.location).text
    assert "janji terbuka" in browser.get("/pemangku?janji=1").text.lower()
    assert "Janji &lt;script&gt;" in browser.get(f"/badan/{world.of(KRANGGAN).id}").text
    number = session.scalars(sa.select(Contact.id)).one()
    session.rollback()
    kept = {"state": "received", "note": "Siap", "seen": "0"}
    assert browser.send(f"/pemangku/kontak/{number}/janji", kept).status_code == 302
    assert browser.send(f"/pemangku/kontak/{number}/janji", kept).status_code == 302
    late = browser.send(f"/pemangku/kontak/{number}/janji", {"state": "broken", "seen": "0"})
    assert late.status_code == 409
    assert "sudah diubah orang lain" in late.text
    again = {**contact(world, KRANGGAN), "outcome": "Baru sekali", "seen": "0"}
    stale = browser.send(f"/pemangku/kontak/{number}", again)
    assert stale.status_code == 409
    assert "Baru sekali" in stale.text


def test_each_sees_their_region_and_only_some_telephones(browser: Browser, world: World, session: Session) -> None:
    camat = add(session, world, KRANGGAN, "Camat Kranggan")
    far = add(session, world, "33.23.03", "Camat Temanggung")
    regent = add(session, world, REGENCY, "Bupati")
    seen = {
        "operator": ({camat, far, regent}, True), "komisioner": ({camat, far, regent}, True),
        "ppk": ({camat, regent}, True), "pps": ({camat, regent}, False), "bawaslu": ({camat, far, regent}, False),
    }
    for login, (numbers, phone) in seen.items():
        signed_in(browser, login)
        text = browser.get("/pemangku").text
        assert {int(one) for one in re.findall(r'href="/pemangku/(\d+)"', text)} == numbers, login
        page = browser.get(f"/pemangku/{camat}")
        assert (PHONE in text, PHONE in page.text) == (phone, phone), login
        assert browser.get(f"/pemangku/{far}").status_code == (200 if far in numbers else 404), login
        browser.send("/keluar")
    signed_in(browser, "ppk")
    assert PHONE not in browser.get(f"/pemangku/{regent}").text
    assert browser.send(f"/pemangku/{regent}/ubah", {"office": "Saya"}).status_code == 403
    assert browser.send(f"/pemangku/{far}/kontak", contact(world, KRANGGAN)).status_code == 404
    assert browser.send(f"/pemangku/{camat}/kontak", contact(world, PENDOWO)).status_code == 403
    browser.send("/keluar")
    signed_in(browser, "bawaslu")
    for path in ("/pemangku/baru", f"/pemangku/{camat}/ubah", f"/pemangku/{camat}/kontak"):
        assert browser.get(path).status_code == 403
    assert browser.send(f"/pemangku/{camat}/gabung", {"double": str(far)}).status_code == 403


def test_doubles_are_merged_and_parted(browser: Browser, world: World, session: Session) -> None:
    camat, double = add(session, world, KRANGGAN, "Camat Kranggan"), add(session, world, KRANGGAN, "Pak Camat")
    far = add(session, world, "33.23.03", "Camat Temanggung")
    signed_in(browser, "operator")
    assert browser.send(f"/pemangku/{camat}/gabung", {"double": str(far)}).status_code == 400
    for _ in range(2):
        assert browser.send(f"/pemangku/{camat}/gabung", {"double": str(double)}).status_code == 302
    assert browser.get(f"/pemangku/{double}").location == f"/pemangku/{camat}"
    undo = re.search(rf"/pemangku/{camat}/gabung/(\d+)/batal", browser.get(f"/pemangku/{camat}").text)
    assert undo
    for _ in range(2):
        assert browser.send(undo[0]).status_code == 302
    assert browser.get(f"/pemangku/{double}").status_code == 200


def test_the_number_of_statements_does_not_grow(
    on_both: Flask, browser: Browser, world: World, session: Session
) -> None:
    camat = add(session, world, KRANGGAN, "Camat 0")
    signed_in(browser, "operator")
    told: list[str] = []

    def hear(*event: object) -> None:
        told.append(str(event[2]))

    def asked(path: str) -> int:
        told.clear()
        assert browser.get(path).status_code == 200
        return len(told)

    paths = ("/pemangku", f"/pemangku/{camat}", f"/badan/{world.of(KRANGGAN).id}")
    browser.send(f"/pemangku/{camat}/kontak", contact(world, KRANGGAN))
    sa.event.listen(on_both.extensions["tapak.engine"], "before_cursor_execute", hear)
    few = [asked(path) for path in paths * 2][3:]
    session.add_all(Stakeholder(region_code=KRANGGAN, kind="party", office=f"Partai {n}") for n in range(300))
    session.add_all(
        Contact(stakeholder_id=camat, body_id=world.of(KRANGGAN).id, met_on=world.now.date() - timedelta(days=n + 9))
        for n in range(300)
    )
    session.commit()
    assert [asked(path) for path in paths] == few
    sa.event.remove(on_both.extensions["tapak.engine"], "before_cursor_execute", hear)
    assert "301 pemangku" in browser.get("/pemangku?hal=13").text
    assert 'rel="next"' not in browser.get("/pemangku?hal=99").text


def test_the_board_and_the_overview_tell(browser: Browser, world: World, session: Session) -> None:
    camat = add(session, world, KRANGGAN, "Camat Kranggan")
    signed_in(browser, "operator")
    browser.send(f"/pemangku/{camat}/kontak", contact(world, KRANGGAN, days=60, due=""))
    browser.send(f"/pemangku/{camat}/kontak", {**contact(world, KRANGGAN), "key": "k2"})
    assert "/pemangku?lama=1" in browser.get("/ringkasan").text or browser.get("/ringkasan").status_code == 403
    body = world.of(KRANGGAN)
    session.execute(sa.text("update task set due_at = :due where root_id = :id"),
                    {"due": world.now - timedelta(days=1), "id": body.instance_id})
    session.commit()
    browser.send("/keluar")
    signed_in(browser, "komisioner")
    assert "janji Camat (Ruang kerja) sampai" in browser.get("/terhambat").text
    assert "lama tidak dihubungi" in browser.get("/ringkasan").text
