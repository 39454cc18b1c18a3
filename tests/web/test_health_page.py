"""The health page says what runs and what failed; who mends has it tried again."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from engine import outbox
from engine.models import History, Incident, Message
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import OTHER_VILLAGE, PENDOWO, World, signed_in
from web import db
from workflows.models import Body


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.inaugurated(session, PENDOWO, OTHER_VILLAGE)
        session.execute(sa.update(Message).values(done_at=world.now))
        broken = session.scalars(
            sa.select(Message.id).order_by(Message.id.desc())
        ).first()
        assert broken is not None
        session.execute(sa.update(Message).where(Message.id == broken).values(done_at=None))
        for _ in range(outbox.ATTEMPTS):
            outbox.failed(session, message_id=broken, error="RuntimeError: <surat> tidak terkirim", now=world.now)
        return world


def broken(app: Flask) -> Message:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return session.scalars(sa.select(Message).where(Message.done_at.is_(None)).order_by(Message.id).limit(1)).one()


def test_it_says_what_runs_and_what_failed(browser: Browser, world: World) -> None:
    page = signed_in(browser, "operator").get("/kesehatan").text
    assert "Tanpa Redis: tetap jalan, terlambat beberapa detik." in page
    assert "RuntimeError: &lt;surat&gt; tidak terkirim" in page
    assert re.search(r"Penyimpanan berkas.*?\d+ MB masih kosong", page, re.DOTALL)
    assert "Gagal 6 kali" in page
    assert "Coba lagi sekarang" in page
    seen = signed_in(browser, "komisioner").get("/kesehatan").text
    assert "Coba lagi sekarang" not in seen


def test_an_operator_has_it_tried_again(app: Flask, browser: Browser, world: World) -> None:
    path = f"/kesehatan/{broken(app).id}/ulangi"
    signed_in(browser, "operator")
    for _ in range(2):
        assert browser.send(path).status_code == 302
    row = broken(app)
    assert row.attempts == 0
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.scalars(sa.select(Incident.resolved_by)).one() == world.actors["operator"].id
        retried = sa.select(History.actor, History.details).where(History.action == "message.retried")
        told = session.execute(retried).all()
        assert [(one.actor, one.details["kind"]) for one in told] == [(world.actors["operator"].id, row.kind)]
        number = session.scalars(sa.select(Body.id).where(Body.instance_id == row.payload["instance_id"])).one()
    assert "Tidak ada langkah yang gagal" in browser.get("/kesehatan").text
    assert "Langkah sistem yang gagal dicoba lagi" in browser.get(f"/badan/{number}").text


def test_what_was_done_is_not_done_again(app: Flask, browser: Browser, world: World) -> None:
    number = broken(app).id
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Message).values(done_at=world.now))
    signed_in(browser, "operator")
    assert browser.send(f"/kesehatan/{number}/ulangi").status_code == 400
    assert browser.send("/kesehatan/999999/ulangi").status_code == 404


@pytest.mark.parametrize(
    ("login", "page", "retry"), [("komisioner", 200, 403), ("pps", 403, 403), ("bawaslu", 403, 403)]
)
def test_who_may_look_and_who_may_mend(
    app: Flask, browser: Browser, world: World, login: str, page: int, retry: int
) -> None:
    signed_in(browser, login)
    assert browser.get("/kesehatan").status_code == page
    assert browser.send(f"/kesehatan/{broken(app).id}/ulangi").status_code == retry
    assert broken(app).attempts == outbox.ATTEMPTS


def test_an_operator_of_another_regency_sees_and_mends_nothing(app: Flask, browser: Browser, world: World) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.text("update assignment set scope = '33.24' where role = 'operator'"))
    assert "RuntimeError" not in signed_in(browser, "operator").get("/kesehatan").text
    assert browser.send(f"/kesehatan/{broken(app).id}/ulangi").status_code == 403
    assert broken(app).attempts == outbox.ATTEMPTS
