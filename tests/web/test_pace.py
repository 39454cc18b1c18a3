"""The pace of bodies: stages, days, forecast, units; the live map; the numbers for the press."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from engine.models import Task
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PENDOWO, REGENCY, World, signed_in
from web import db
from workflows import pace, places

TODAY = date(2026, 11, 22)
SANGGRAHAN = "33.23.13.2008"


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    """Of four PPS two are inaugurated (11 days after they began), one is recruited, one has not begun."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.inaugurated(session, PENDOWO, SANGGRAHAN)
        world_of.start(session, world, world.of(OTHER_VILLAGE))
        session.execute(sa.update(Task).where(
            Task.instance_id == world.of(PENDOWO).instance_id, Task.closed_at.is_(None)
        ).values(due_at=world.now - timedelta(days=2)))
        return world


def seen(app: Flask, world: World, district: str = "") -> pace.Pace:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return pace.of(session, [REGENCY], "pps", world.now, district=district)


def test_stages_and_their_days(app: Flask, world: World) -> None:
    told = seen(app, world)
    stages = {stage.code: stage for stage in told.stages}
    assert [stage.code for stage in told.stages] == [
        "recruited", "inaugurated", "sowan_done", "secretariat_formed", "bimtek_complete", "monitored",
    ]
    assert (stages["recruited"].reached, stages["inaugurated"].reached, stages["sowan_done"].reached) == (3, 2, 0)
    took = 11 + 2 / 24
    assert stages["inaugurated"].median == pytest.approx(took)
    assert stages["inaugurated"].ninth == pytest.approx(took)
    assert stages["sowan_done"].median is None
    assert (stages["sowan_done"].in_time, stages["sowan_done"].judged) == (0, 1)


def test_what_is_left_to_do(app: Flask, world: World) -> None:
    told = seen(app, world)
    pps = sum(body.kind == "pps" for body in world.bodies.values())
    begun = 2 * 4 + 1 * 5
    assert told.bodies == pps
    assert told.done == 0
    assert told.open_steps == begun + (pps - 3) * 6
    assert sum(number for _, number in told.days) == 2
    assert len(told.days) == pace.LOOKS_BACK
    assert {unit.code: unit.bodies for unit in told.units} == {"33.23.03": 1, KRANGGAN: pps - 1}
    assert seen(app, world, KRANGGAN).bodies == pps - 1


def test_a_decision_taken_back_is_not_counted() -> None:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    rows = [(1, "a", moment), (1, "b", moment + timedelta(days=1)), (1, "a", moment + timedelta(days=2))]
    assert pace._passed(rows, ("a", "b")) == {1: {"a": moment + timedelta(days=2)}}


@given(st.integers(1, 3_000), st.lists(st.integers(0, 60), min_size=1, max_size=28))
def test_a_forecast_is_ordered_and_always_the_same(steps: int, daily: list[int]) -> None:
    found = pace.forecast(steps, daily, TODAY, trials=40)
    assert found == pace.forecast(steps, daily, TODAY, trials=40)
    if found is None:
        assert not any(daily) or steps / (sum(daily) / len(daily)) > 300
    else:
        assert TODAY < found.early <= found.middle <= found.late
        assert (found.early - TODAY).days >= -(-steps // max(daily))


def test_days_that_are_all_alike_leave_no_doubt() -> None:
    found = pace.forecast(21, [2] * 28, TODAY)
    assert found == pace.Forecast(*[TODAY + timedelta(days=11)] * 3)
    assert pace.forecast(0, [2] * 28, TODAY) is None
    assert pace.forecast(21, [0] * 28, TODAY) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from([0.1, 0.5, 0.9, 1.0]))
def test_a_quantile_is_the_nearest_rank(values: list[float], share: float) -> None:
    found = pace.quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


def test_the_map_counts_every_open_task_once(app: Flask, world: World) -> None:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        found = places.places(session, [REGENCY], "pps", world.now)
        rows, after = places.standing(session, [REGENCY], "pps", "submit_sowan")
    assert {(place.node, place.number, place.late) for place in found} == {
        ("submit_inauguration", 1, 1), ("submit_sowan", 2, 1),
    }
    assert [place.age for place in found] == [2, 2]
    assert {row.body_id for row in rows} == {world.of(PENDOWO).id, world.of(SANGGRAHAN).id}
    assert after == ""


def test_the_list_of_a_place_is_turned(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PAGE", 1)
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        first, after = places.standing(session, [REGENCY], "pps", "submit_sowan")
        second, end = places.standing(session, [REGENCY], "pps", "submit_sowan", after=after)
    assert {first[0].body_id, second[0].body_id} == {world.of(PENDOWO).id, world.of(SANGGRAHAN).id}
    assert end == ""


def test_the_pages_in_words(browser: Browser, world: World) -> None:
    commissioner = signed_in(browser, "komisioner")
    page = commissioner.get("/laju").text
    assert "Waktu per tahap" in page
    assert "11,1 hari" in page
    assert "style=" not in page
    live = commissioner.get("/laju/peta?langkah=submit_sowan").text
    assert 'data-node="submit_sowan"' in live
    assert "PPS Pendowo" in live
    assert commissioner.get("/laju/gambar/pps").mimetype == "application/xml"
    assert commissioner.get("/laju/gambar/lain").status_code == 404
    press = commissioner.get("/laju/pers").text
    assert f"Dari {len(world.bodies)} badan adhoc, 0 sudah" in press
    found = dict(re.findall(r'<th scope="row">([^<]+)</th><td>(\d+)</td>', press))
    assert (found["Direkrut"], found["Dilantik"]) == ("3", "2")


def test_only_ones_own_region_is_told(browser: Browser, world: World) -> None:
    ppk = signed_in(browser, "ppk")
    assert "PPS Joho" not in ppk.get("/laju/peta?langkah=submit_inauguration").text
    assert ">1<" not in re.findall(r'<ul class="numbers">.*?</ul>', ppk.get("/laju?kecamatan=33.23.03").text, re.S)
    assert browser.get("/laju?kecamatan=33.23.03").text.count("Belum ada badan di sini") == 1


@pytest.mark.parametrize("path", ["/laju", "/laju/peta", "/laju/pers"])
def test_a_village_has_no_such_page(browser: Browser, world: World, path: str) -> None:
    assert signed_in(browser, "pps").get(path).status_code == 403
    assert browser.get(path + "?jenis=x&kecamatan='--&after=9,9&langkah=<b>").status_code == 403


@pytest.mark.parametrize("path", ["/laju", "/laju/peta?langkah=submit_sowan", "/laju/pers"])
def test_more_bodies_ask_no_more(app: Flask, browser: Browser, path: str) -> None:
    engine = app.extensions["tapak.engine"]
    with db.transaction(engine) as session:
        world = world_of.inaugurated(session, PENDOWO, villages=30)
    asked: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    signed_in(browser, "komisioner").get(path)
    asked.clear()
    browser.get(path)
    few = len(asked)
    with db.transaction(engine) as session:
        for code, body in world.bodies.items():
            if code.startswith(f"{KRANGGAN}.21"):
                world_of.start(session, world, body)
    asked.clear()
    browser.get(path)
    assert len(asked) == few
