"""The overview counts every body once, where it stands, in one's own region."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.models import Task
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PENDOWO, REGENCY, World, signed_in
from web import db
from workflows import overview
from workflows.models import Account, Assignment, Region
from workflows.overview import NOT_BEGUN, Tally


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.inaugurated(session, KRANGGAN, PENDOWO)
        world_of.start(session, world, world.of(OTHER_VILLAGE))
        session.execute(sa.update(Task).where(
            Task.instance_id == world.of(PENDOWO).instance_id, Task.closed_at.is_(None)
        ).values(due_at=world.now - timedelta(days=2)))
        return world


def test_every_body_is_counted_once(app: Flask, world: World) -> None:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        seen = overview.of_region(session, [REGENCY], world.now)
    assert seen.all.total == len(world.bodies) == sum(tally.total for tally in seen.kinds.values())
    assert seen.cells["33.23.13", "inaugurated"].total == 2
    assert seen.cells["33.23.13", "inaugurated"].blocked == 1
    assert seen.stages["recruited"].total == 1
    assert seen.stages[NOT_BEGUN].total == len(world.bodies) - 3
    assert seen.all.there == 0


def test_tallies_add_up() -> None:
    assert Tally(1, 2, 3, 4) + Tally(1, 1, 1, 1) == Tally(2, 3, 4, 5)


def test_the_page_leads_into_narrowed_lists(browser: Browser, world: World) -> None:
    page = signed_in(browser, "operator").get("/ringkasan").text
    assert "Per kecamatan dan tahap" in page
    assert "/terhambat?kecamatan=33.23.13&amp;tahap=inaugurated" in page
    assert "style=" not in page
    narrowed = browser.get("/ringkasan?kecamatan=33.23.13&jenis=pps").text
    assert re.findall(r'<ul class="numbers">\s*<li><b>(\d+)</b>', narrowed) == ["2"]


def test_a_ppk_sees_its_kecamatan_and_a_pps_nothing(browser: Browser, world: World) -> None:
    page = signed_in(browser, "ppk").get("/ringkasan").text
    assert re.findall(r'<ul class="numbers">\s*<li><b>(\d+)</b>', page) == ["3"]
    assert browser.get("/ringkasan?kecamatan=33.23.03").text.count("Belum ada badan di sini") == 1
    assert signed_in(browser, "pps").get("/ringkasan").status_code == 403


def test_a_province_sees_regencies_side_by_side(app: Flask, browser: Browser, world: World) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        known = session.scalars(sa.select(Account).where(Account.login == "bawaslu")).one()
        session.add(Account(login="prov", name="Provinsi", password_hash=known.password_hash, created_at=world.now,
                            assignments=[Assignment(role="province", scope="33", from_on=world.agenda.term_begins)]))
        session.add(Region(code="33.08", name="Magelang", level="kabupaten", parent_code="33"))
    page = signed_in(browser, "prov").get("/ringkasan").text
    assert "Per kabupaten/kota dan tahap" in page
    assert 'href="/ringkasan?kecamatan=33.23"' in page
    inside = browser.get("/ringkasan?kecamatan=33.23").text
    assert "Per kecamatan dan tahap" in inside
    assert ">Kranggan</a>" in inside


def test_the_number_of_queries_does_not_grow(app: Flask, browser: Browser, world: World) -> None:
    counted: list[str] = []

    def count(*told: object) -> None:
        counted.append(str(told[2]))

    signed_in(browser, "operator").get("/ringkasan")
    sa.event.listen(app.extensions["tapak.engine"], "before_cursor_execute", count)
    browser.get("/ringkasan")
    few = len(counted)
    with db.transaction(app.extensions["tapak.engine"]) as session:
        for body in world.bodies.values():
            if body.instance_id is None:
                world_of.start(session, world, body)
    counted.clear()
    browser.get("/ringkasan")
    sa.event.remove(app.extensions["tapak.engine"], "before_cursor_execute", count)
    assert len(counted) == few
