"""Deciding on many from the queue: the verdicts are the engine's, samples are opened first, all can be taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.models import History, Instance
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PASSWORD, PENDOWO, World
from web import db
from workflows.models import Bulk, Contact, OwnDistrict

NODE = "approve_sowan"
CODES = ((PENDOWO, "pps"), (KRANGGAN, "ppk"), (OTHER_VILLAGE, "jauh"))


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        for code, who in CODES:
            world_of.inaugurate(session, world, world.of(code))
            world_of.hand_in(session, world, world.of(code), who, "submit_sowan")
        return world


def tasks(app: Flask, world: World) -> dict[str, int]:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        return {code: world_of.open_task(session, world.of(code), NODE) for code, _ in CODES}


def stages(app: Flask, world: World) -> list[str]:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        return [world_of.stage_of(session, world.of(code)) for code, _ in CODES]


def row(app: Flask, number: int) -> Bulk:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        return session.get_one(Bulk, number)


def prepared(browser: Browser, **data: object) -> int:
    answer = browser.send("/massal", data)
    assert answer.status_code == 302, answer.text
    return int(re.findall(r"/massal/(\d+)", answer.location)[0])


def look(browser: Browser, app: Flask, number: int) -> None:
    for task in row(app, number).sample:
        browser.send(f"/massal/{number}/contoh/{task}")


def test_the_queue_says_what_one_must_know(browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    page = browser.get("/tugas").text
    assert "Menunggu persetujuan saya" in page
    assert page.count('name="task"') == 3
    assert "Setujui semua yang cocok" in page


def test_all_that_match_are_sampled_approved_and_taken_back(app: Flask, browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    number = prepared(browser, semua="1")
    page = browser.get(f"/massal/{number}").text
    assert "Buka contoh dahulu" in page
    assert len(row(app, number).sample) == 3
    refused = browser.send(f"/massal/{number}/putuskan", {"task": list(tasks(app, world).values())})
    assert refused.status_code == 400
    assert "contoh yang belum dilihat" in refused.text
    assert stages(app, world) == ["inaugurated"] * 3
    look(browser, app, number)
    assert len(row(app, number).looked) == 3
    keep = {"task": list(tasks(app, world).values())}
    for _ in range(2):
        assert browser.send(f"/massal/{number}/putuskan", keep).status_code == 302
    assert stages(app, world) == ["sowan_done"] * 3
    page = browser.get(f"/massal/{number}").text
    assert "3 diputuskan" in page
    assert "Batalkan semuanya" in page
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 5
    browser.send(f"/massal/{number}/batalkan")
    assert stages(app, world) == ["inaugurated"] * 3
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0
        assert session.scalar(
            sa.select(sa.func.count()).select_from(History).where(History.action == "decision.undone")
        ) == 3
    assert "3 keputusan dibatalkan" in browser.get(f"/massal/{number}").text
    assert browser.send(f"/massal/{number}/batalkan").status_code == 302


def test_what_was_moved_meanwhile_is_told_apart(app: Flask, browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    ids = tasks(app, world)
    number = prepared(browser, task=list(ids.values()))
    look(browser, app, number)
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world_of.decide(session, world, world.of(KRANGGAN), "komisioner2", NODE, decision="return", reason="blurry")
    browser.send(f"/massal/{number}/putuskan", {"task": list(ids.values())})
    page = browser.get(f"/massal/{number}").text
    assert "2 diputuskan" in page
    assert "Tidak diputuskan" in page
    assert "Komisioner2" in page
    assert stages(app, world) == ["sowan_done", "inaugurated", "sowan_done"]


def test_many_are_returned_with_a_reason(app: Flask, browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    ids = tasks(app, world)
    number = prepared(browser, task=[ids[PENDOWO], ids[OTHER_VILLAGE]], decision="return")
    keep = {"task": [ids[PENDOWO], ids[OTHER_VILLAGE]]}
    assert browser.send(f"/massal/{number}/putuskan", keep).status_code == 422
    done = browser.send(f"/massal/{number}/putuskan", {**keep, "reason": "blurry", "note": "Foto gelap."},
                        follow_redirects=True)
    assert "2 diputuskan" in done.text, done.text
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        for code in (PENDOWO, OTHER_VILLAGE):
            state = session.get_one(Instance, world.of(code).instance_id).state
            assert state == "inaugurated/submit_sowan"


def test_others_have_no_part_in_it(app: Flask, browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    number = prepared(browser, semua="1")
    browser.send("/keluar")
    browser.sign_in("komisioner2", PASSWORD)
    assert browser.get(f"/massal/{number}").status_code == 404
    assert browser.send(f"/massal/{number}/putuskan").status_code == 404
    browser.send("/keluar")
    browser.sign_in("operator", PASSWORD)
    assert browser.send("/massal", {"semua": "1"}).status_code == 403
    assert stages(app, world) == ["inaugurated"] * 3


def test_nothing_chosen_is_said(browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    answer = browser.send("/massal", {}, follow_redirects=True)
    assert "Belum ada yang dipilih" in answer.text


def test_the_district_stays(app: Flask, browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    browser.send("/tugas/wilayah", {"kecamatan": KRANGGAN})
    page = browser.get("/tugas").text
    assert page.count('name="task"') == 2
    assert "Kecamatan saya" in page
    assert browser.get("/tugas?kecamatan=").text.count('name="task"') == 3
    browser.send("/tugas/wilayah", {"kecamatan": "99.99"})
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(OwnDistrict)) == 0


def test_one_decision_is_taken_back_from_the_next_page(app: Flask, browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    number = tasks(app, world)[PENDOWO]
    page = browser.get(f"/tugas/{number}/periksa").text
    kept = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("key", "seen")}
    after = browser.send(f"/tugas/{number}/periksa", {**kept, "decision": "approve"}, follow_redirects=True)
    assert f"/tugas/{number}/batalkan" in after.text
    back = browser.send(f"/tugas/{number}/batalkan", follow_redirects=True)
    assert "Keputusan dibatalkan" in back.text
    assert "Setujui" in back.text
    assert stages(app, world)[0] == "inaugurated"
    again = browser.send(f"/tugas/{number}/batalkan", follow_redirects=True)
    assert "tidak dapat dibatalkan" in again.text


def test_nobody_else_takes_it_back(app: Flask, browser: Browser, world: World) -> None:
    number = tasks(app, world)[PENDOWO]
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world_of.decide(session, world, world.of(PENDOWO), "komisioner", NODE, at=world.now + timedelta(seconds=1))
    browser.sign_in("komisioner2", PASSWORD)
    answer = browser.send(f"/tugas/{number}/batalkan", follow_redirects=True)
    assert "Hanya yang memutuskan" in answer.text
    assert stages(app, world)[0] == "sowan_done"
