"""Obstacles: reported by who works with the body, refused in words, sent twice counted once, lifted once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from engine.models import Instance, Obstacle
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PASSWORD, PENDOWO, World
from web import db
from web.trail import OBSTACLES
from web.words import DEFAULT_ZONE
from workflows.demo import plans
from workflows.demo.plans import Hold

GIVEN = {"code": "menunggu_SK_kades_lurah", "owner": "Kepala Desa Pendowo", "note": "Menunggu tanda tangan kades."}


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as opened:
        yield opened


def address(world: World, *more: object) -> str:
    return "/".join(map(str, (f"/badan/{world.of(PENDOWO).id}/kendala", *more)))


def known(session: Session) -> list[Any]:
    session.rollback()
    return list(session.scalars(sa.select(Obstacle).order_by(Obstacle.id)))


def test_it_is_reported_and_shown(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    promised = (world.now.astimezone(ZoneInfo(DEFAULT_ZONE)) + timedelta(days=4)).date()
    answer = browser.send(address(world), {**GIVEN, "promised": promised.isoformat()}, follow_redirects=True)
    assert answer.request.path == f"/badan/{world.of(PENDOWO).id}"
    assert "Menunggu SK kepala desa/lurah" in answer.text
    assert "4 hari lagi" in answer.text
    assert "Kendala dilaporkan: Menunggu SK kepala desa/lurah" in answer.text
    (one,) = known(session)
    assert (one.code, one.owner) == (GIVEN["code"], GIVEN["owner"])
    assert session.scalars(sa.select(Instance.held_since)).one() is not None


def test_an_observer_reads_what_it_is_but_not_what_was_written(browser: Browser, world: World) -> None:
    browser.sign_in("pps", PASSWORD)
    assert GIVEN["note"] in browser.send(address(world), GIVEN, follow_redirects=True).text
    browser.send("/keluar")
    browser.sign_in("bawaslu", PASSWORD)
    page = browser.get(f"/badan/{world.of(PENDOWO).id}").text
    assert "Menunggu SK kepala desa/lurah" in page
    assert GIVEN["note"] not in page


def test_sent_twice_it_is_one(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    assert [browser.send(address(world), GIVEN).status_code for _ in range(2)] == [302, 302]
    assert len(known(session)) == 1


def test_the_same_obstacle_of_somebody_else_is_refused_in_words(browser: Browser, world: World) -> None:
    browser.sign_in("pps", PASSWORD)
    browser.send(address(world), GIVEN)
    browser.send("/keluar")
    browser.sign_in("operator", PASSWORD)
    answer = browser.send(address(world), {**GIVEN, "note": "Catatan lain dari operator."})
    assert answer.status_code == 400
    assert "Kendala yang sama sudah dilaporkan" in answer.text
    assert "Catatan lain dari operator." in answer.text


@pytest.mark.parametrize(("wrong", "said"), [
    ({"code": ""}, "Pilih apa kendalanya"), ({"code": "lain"}, "Pilih apa kendalanya"),
    ({"owner": " "}, "Sebutkan siapa yang harus bertindak"), ({"note": "x"}, "Ceritakan kendalanya"),
    ({"promised": "besok"}, "tidak dapat dibaca"), ({"promised": "2020-01-01"}, "tidak boleh sudah lewat"),
])
def test_what_is_wrong_is_marked_and_nothing_lost(
    browser: Browser, world: World, session: Session, wrong: dict[str, str], said: str
) -> None:
    browser.sign_in("pps", PASSWORD)
    answer = browser.send(address(world), {**GIVEN, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    kept = {**GIVEN, **wrong}
    assert "note" in wrong or kept["note"] in answer.text
    assert known(session) == []


def test_it_is_lifted_once(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    browser.send(address(world), GIVEN)
    number = known(session)[0].id
    session.rollback()
    done = browser.send(address(world, number, "selesai"), follow_redirects=True)
    assert "Kendala selesai: Menunggu SK kepala desa/lurah" in done.text
    again = browser.send(address(world, number, "selesai"))
    assert again.status_code == 409
    assert "sudah dinyatakan selesai" in again.text
    assert session.scalars(sa.select(Instance.held_since)).one() is None


@pytest.mark.parametrize(("login", "status"), [("bawaslu", 403), ("jauh", 404), ("ppk", 200), ("komisioner", 200)])
def test_who_may_report(browser: Browser, world: World, login: str, status: int) -> None:
    browser.sign_in(login, PASSWORD)
    assert browser.get(address(world)).status_code == status
    assert browser.send(address(world), GIVEN).status_code == (302 if status == 200 else status)


def test_a_body_that_has_not_begun_has_none(browser: Browser, world: World) -> None:
    browser.sign_in("operator", PASSWORD)
    assert browser.get(f"/badan/{world.of('33.23.13.2008').id}/kendala").status_code == 404


def test_without_a_token_nothing_is_written(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    assert browser.post(address(world), data=GIVEN).status_code == 400
    assert known(session) == []


def test_the_codes_of_the_demo_have_words() -> None:
    held = [one.code for one in vars(plans).values() if isinstance(one, Hold)]
    assert len(held) > 5
    assert set(held) <= set(OBSTACLES)
