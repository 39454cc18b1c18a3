"""Files and numbers that must not reach who may only look, and files that lie about what they are."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from engine import operations
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PASSWORD, PENDOWO, REGENCY, World
from web import db, uploads
from web.prepare import keeper
from workflows.host import HOST
from workflows.models import Account, Assignment

NODE = "submit_secretariat"


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(app.extensions["tapak.engine"])() as opened:
        yield opened


@pytest.fixture
def world(session: Session) -> World:
    world = world_of.lay(session)
    body = world.of(PENDOWO)
    world_of.inaugurate(session, world, body)
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    world_of.decide(session, world, body, "komisioner", "approve_sowan")
    hashed = session.get_one(Account, int(world.actors["bawaslu"].id)).password_hash
    for login, role in (("hukum", "supervisor"), ("provinsi", "province"), ("auditor", "auditor")):
        session.add(Account(
            login=login, name=login, password_hash=hashed, created_at=world.now,
            assignments=[Assignment(role=role, scope=REGENCY, from_on=world.now.date())],
        ))
    session.commit()
    return world


def photo(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(made, "JPEG")
    return made.getvalue()


def keep(app: Flask, content: bytes, name: str) -> dict[str, object]:
    """The file sealed in the store, named as form data name it."""
    sha256 = keeper(app.extensions[uploads.STORE])(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    return {"sha256": sha256, "name": name, "type": "image/jpeg", "size": len(content)}


def as_(browser: Browser, login: str) -> Browser:
    browser.send("/keluar")
    assert browser.sign_in(login, PASSWORD).status_code == 302
    return browser


def test_a_photographed_health_letter_is_no_picture_for_an_observer(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    body = world.of(PENDOWO)
    letter, view = keep(app, photo("white"), "surat.jpg"), keep(app, photo("green"), "kantor.jpg")
    data = {**world_of.evidence(world, "pps", NODE), "health_letters": [letter], "photos": [view]}
    world_of.hand_in(session, world, body, "pps", NODE, data=data)
    draft = keep(app, photo("red"), "belum.jpg")
    operations.attach(session, instance_id=body.instance_id or 0, node=NODE, actor=world.actors["pps"], now=world.now,
                      host=HOST, **draft)  # type: ignore[arg-type]  # a file's description, key by key
    session.commit()
    for login in ("bawaslu", "auditor"):
        as_(browser, login)
        assert browser.get(f"/berkas/{view['sha256']}/foto/large").status_code == 200
        for unseen in (letter, draft):
            assert browser.get(f"/berkas/{unseen['sha256']}/foto/large").status_code == 404, login
            assert browser.get(f"/berkas/{unseen['sha256']}/asli").status_code == 403
    as_(browser, "komisioner")
    for seen in (view, letter, draft):
        assert browser.get(f"/berkas/{seen['sha256']}/foto/large").status_code == 200


def test_a_paper_about_health_is_for_the_office_and_its_own_members(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    body = world.of(PENDOWO)
    letter, decree = keep(app, photo("white"), "sehat.jpg"), keep(app, photo("green"), "usulan.jpg")
    data = {**world_of.evidence(world, "pps", NODE), "health_letters": [letter], "statements": [decree]}
    draft = keep(app, photo("red"), "belum.jpg")
    world_of.hand_in(session, world, body, "pps", NODE, data=data)
    operations.attach(session, instance_id=body.instance_id or 0, node=NODE, actor=world.actors["pps"], now=world.now,
                      host=HOST, **draft)  # type: ignore[arg-type]  # a file's description, key by key
    session.commit()
    for login in ("hukum", "provinsi", "ppk"):
        as_(browser, login)
        for unseen in (letter, draft):
            assert browser.get(f"/berkas/{unseen['sha256']}/asli").status_code == 404, login
            assert browser.get(f"/berkas/{unseen['sha256']}/foto/large").status_code == 404, login
        assert browser.get(f"/berkas/{decree['sha256']}/asli").status_code == 200
        page = browser.get(f"/badan/{body.id}").text
        assert "tidak untuk peran Anda" in page
        assert str(letter["sha256"]) not in page
    for login in ("pps", "operator", "komisioner"):
        as_(browser, login)
        assert browser.get(f"/berkas/{letter['sha256']}/asli").status_code == 200, login
        assert str(letter["sha256"]) in browser.get(f"/badan/{body.id}").text


def test_a_telephone_in_evidence_is_for_the_office_and_its_own_members(
    browser: Browser, world: World, session: Session
) -> None:
    body = world.of(PENDOWO)
    data = {**world_of.evidence(world, "pps", NODE), "office_contact": "085700001111"}
    world_of.hand_in(session, world, body, "pps", NODE, data=data)
    session.commit()
    shown = {login: "085700001111" in as_(browser, login).get(f"/badan/{body.id}").text
             for login in ("komisioner", "operator", "pps", "ppk", "hukum", "provinsi", "bawaslu", "auditor")}
    assert [login for login, sees in shown.items() if sees] == ["komisioner", "operator", "pps"]


@pytest.mark.parametrize(("name", "saved"), [
    ("../../x.html", "x.html.jpg"), ("a.jpg.exe", "a.jpg.exe.jpg"), ("FOTO.JPEG", "FOTO.JPEG"), ("a.hta", "a.hta.jpg"),
    ("a.jpg", "a.jpg"),
])
def test_a_photo_is_never_saved_as_a_program(
    app: Flask, browser: Browser, world: World, session: Session, name: str, saved: str
) -> None:
    lying = keep(app, photo("blue") + b"<script>alert(1)</script>", name)
    operations.attach(session, instance_id=world.of(PENDOWO).instance_id or 0, node=NODE, actor=world.actors["pps"],
                      now=world.now, host=HOST, **lying)  # type: ignore[arg-type]  # likewise
    session.commit()
    answer = as_(browser, "komisioner").get(f"/berkas/{lying['sha256']}/asli")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={saved}"
    assert answer.content_type == "image/jpeg"
