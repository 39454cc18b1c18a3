"""What was told is listed with whom and whether it helped; what comes next is told with its moment."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.models import Task
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import OTHER_VILLAGE, PENDOWO, REGENCY, World, signed_in
from web import db
from workflows import climbs
from workflows.climbs import Filters
from workflows.models import Climb, Escalation


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    """Two PPS are late: levels 0 and 1 of the one were told, level 0 of the other, which has moved since."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        for code in (PENDOWO, OTHER_VILLAGE):
            body = world.of(code)
            world_of.inaugurate(session, world, body)
            stay = world_of.open_task(session, body, "submit_sowan")
            session.execute(sa.update(Task).where(Task.id == stay).values(due_at=world.now - timedelta(days=4)))
            for level, role in ((0, "pps_member"), (1, "ppk_member"))[: 2 if code == PENDOWO else 1]:
                session.add(Escalation(instance_id=body.instance_id, stay=stay, level=level, told_role=role, reason="",
                                       at=world.now - timedelta(days=4 - 3 * level)))
            session.flush()
            next_at = world.now + timedelta(days=3)
            session.add(Climb(stay=stay, instance_id=body.instance_id, next_level=2, next_at=next_at))
        world_of.hand_in(session, world, world.of(OTHER_VILLAGE), "jauh", "submit_sowan")
        return world


def rows(page: str) -> list[str]:
    return re.findall(r'class="main"><div><a [^>]*>([^<]+)</a>', page)


def test_the_list_tells_level_role_and_effect(browser: Browser, world: World) -> None:
    page = signed_in(browser, "operator").get("/eskalasi").text
    assert rows(page).count("PPS Pendowo, Kec. Kranggan") == 3
    assert "Yang berikutnya" in page
    assert "Bergerak" in page
    for query, wanted in (
        ("bergerak=ya", {"PPS Joho, Kec. Temanggung"}), ("bergerak=belum", {"PPS Pendowo, Kec. Kranggan"}),
        ("tingkat=1", {"PPS Pendowo, Kec. Kranggan"}), ("kecamatan=33.23.03", {"PPS Joho, Kec. Temanggung"}),
        ("peran=ppk_member", {"PPS Pendowo, Kec. Kranggan"}), ("jenis=ppk", set()),
    ):
        told = browser.get(f"/eskalasi?{query}").text.rpartition("</details>")[2]
        assert set(rows(told)) == wanted, query


def test_what_comes_next_names_role_and_moment(app: Flask, world: World) -> None:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        coming = climbs.coming(session, [REGENCY], Filters())
        assert [(one.body, one.level, one.roles) for one in coming] == [
            ("PPS Pendowo, Kec. Kranggan", 2, ("commissioner",))
        ]
        assert coming[0].at == world.now + timedelta(days=3)
        first = climbs.told(session, [REGENCY], Filters(), size=2)
        second = climbs.told(session, [REGENCY], Filters(), size=2, after=first.after)
        assert (len(first.entries), len(second.entries), second.after) == (2, 1, "")
        assert climbs.told(session, ["33.24"], Filters()).entries == []


def test_only_one_s_own_region(browser: Browser, world: World) -> None:
    page = signed_in(browser, "ppk").get("/eskalasi").text
    assert "PPS Pendowo" in page
    assert "Joho" not in page
    assert signed_in(browser, "pps").get("/eskalasi").status_code == 403


@pytest.mark.parametrize("query", ["tingkat=99", "after=x", "peran=nobody", "bergerak=maybe", f"after={'9' * 40}"])
def test_what_no_filter_knows_is_not_given(browser: Browser, world: World, query: str) -> None:
    assert "PPS Pendowo" in signed_in(browser, "operator").get(f"/eskalasi?{query}").text
