"""The task list: each sees what they may do, the most urgent first, and only in their region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from engine.models import Task
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PENDOWO, World, signed_in
from web import db
from workflows import desk
from workflows.desk import Filters


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, KRANGGAN, PENDOWO, OTHER_VILLAGE, villages=12)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(app.extensions["tapak.engine"])() as opened:
        yield opened
        opened.commit()


def titles(page: str) -> list[str]:
    return re.findall(r'class="main"><div>(?:<label class="tick">.*?</label>)?([^<]+)</div>', page)


def test_a_member_sees_one_clear_screen(browser: Browser, world: World) -> None:
    page = signed_in(browser, "pps").get("/tugas").text
    assert "PPS Pendowo, Kec. Kranggan" in page
    assert "Sowan selesai" in page
    assert f'href="/badan/{world.of(PENDOWO).id}/bukti/submit_sowan"' in page
    assert "Siapkan lebih awal" in page
    assert "submit_bimtek" in page
    assert "submit_inauguration" not in page
    assert "Joho" not in page
    assert "<table" not in page


def test_a_returned_task_says_why_and_waits_first(browser: Browser, world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    world_of.decide(session, world, body, "komisioner", "approve_sowan", decision="return", reason="blurry",
                    fields=["group_visits"], note="Ambil ulang.")
    session.commit()
    page = signed_in(browser, "pps").get("/tugas").text
    assert "Foto atau berkas buram" in page
    assert "Ambil ulang." in page
    assert "Perbaiki bukti" in page


def test_what_is_handed_in_waits_for_others(browser: Browser, world: World, session: Session) -> None:
    world_of.hand_in(session, world, world.of(PENDOWO), "pps", "submit_sowan")
    session.commit()
    page = signed_in(browser, "pps").get("/tugas").text
    assert "Anda tidak perlu berbuat apa-apa sekarang" in page
    assert "Anggota KPU (komisioner)" in page
    sent = browser.get("/tugas?tab=team").text
    assert "Periksa sowan" in sent
    assert f"/tugas/{world_of.open_task(session, world.of(PENDOWO), 'approve_sowan')}" not in sent


def test_a_commissioner_works_through_a_list(browser: Browser, world: World, session: Session) -> None:
    for code, who in ((PENDOWO, "pps"), (OTHER_VILLAGE, "jauh"), (KRANGGAN, "ppk")):
        world_of.hand_in(session, world, world.of(code), who, "submit_sowan")
    late = world_of.open_task(session, world.of(OTHER_VILLAGE), "approve_sowan")
    session.execute(sa.update(Task).where(Task.id == late).values(due_at=world.now - timedelta(days=3)))
    session.commit()
    page = signed_in(browser, "komisioner").get("/tugas").text
    assert titles(page)[0] == "PPS Joho, Kec. Temanggung"
    assert len(titles(page)) == 3
    assert "terlambat" in page
    assert titles(browser.get("/tugas?kecamatan=33.23.13").text) == ["PPS Pendowo, Kec. Kranggan", "PPK Kranggan"]
    assert titles(browser.get("/tugas?jenis=ppk").text) == ["PPK Kranggan"]
    assert titles(browser.get("/tugas?terlambat=1").text) == ["PPS Joho, Kec. Temanggung"]
    assert titles(browser.get("/tugas?q=pendo").text) == ["PPS Pendowo, Kec. Kranggan"]
    assert len(titles(browser.get("/tugas?tahap=inaugurated").text)) == 3
    assert "Tidak ada yang cocok" in browser.get("/tugas?q=%25").text
    assert titles(browser.get("/tugas?tab=done").text) == [
        "PPS Joho, Kec. Temanggung", "PPS Pendowo, Kec. Kranggan", "PPK Kranggan",
    ]


def test_what_is_to_be_followed_up_later_lies_under_its_own_word_until_then(
    browser: Browser, world: World, session: Session
) -> None:
    for code, who in ((PENDOWO, "pps"), (OTHER_VILLAGE, "jauh"), (KRANGGAN, "ppk")):
        world_of.hand_in(session, world, world.of(code), who, "submit_sowan")
    actor, task = world.actors["komisioner"], world_of.open_task(session, world.of(PENDOWO), "approve_sowan")
    before = desk.counts(session, actor, world.now)
    assert (before["mine"], before["later"]) == (3, 0)
    session.commit()
    assert "Nanti" not in signed_in(browser, "komisioner").get("/tugas").text
    when = world.now + timedelta(days=2)
    session.execute(sa.update(Task).where(Task.id == task).values(follow_up_at=when))
    session.commit()
    page = browser.get("/tugas").text
    assert "PPS Pendowo, Kec. Kranggan" not in titles(page)
    assert "?tab=later" in page
    later = browser.get("/tugas?tab=later").text
    assert titles(later) == ["PPS Pendowo, Kec. Kranggan"]
    assert "Ditindaklanjuti mulai" in later
    assert browser.get(f"/tugas/{task}/periksa").status_code == 200
    after = desk.counts(session, actor, world.now)
    assert (after["mine"], after["later"], after["team"]) == (2, 1, before["team"])
    assert sum(many for _, _, many, _ in desk.groups(session, actor, world.now, Filters())) == 2
    assert len(session.execute(desk.listed(actor, world.now, Filters())).all()) == 2
    chosen = desk.next_decision(session, actor, world.now)
    assert chosen is not None
    assert chosen.task_id != task
    assert desk.counts(session, actor, when) == before  # its day has come


@pytest.mark.parametrize("login", ["bawaslu"])
@pytest.mark.usefixtures("world")
def test_who_only_looks_has_no_tasks(browser: Browser, login: str) -> None:
    assert signed_in(browser, login).get("/tugas").status_code == 403


def test_nobody_sees_another_region(browser: Browser, world: World, session: Session) -> None:
    world_of.hand_in(session, world, world.of(PENDOWO), "pps", "submit_sowan")
    session.commit()
    for tab in desk.TABS:
        assert "Pendowo" not in signed_in(browser, "jauh").get(f"/tugas?tab={tab}").text


def test_pages_follow_each_other_without_gaps(world: World, session: Session) -> None:
    for body in world.bodies.values():
        if body.kind == "pps" and body.instance_id is None:
            world_of.start(session, world, body)
    actor, seen, after = world.actors["operator"], list[int](), ""
    while True:
        page = desk.entries(session, actor, "mine", world.now, after=after, size=5)
        seen += [entry.task_id for entry in page.entries]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == desk.counts(session, actor, world.now)["mine"] == 13
    done, after = list[int](), ""
    for _ in range(10):
        page = desk.entries(session, world.actors["komisioner"], "done", world.now, after=after, size=2)
        done += [entry.task_id for entry in page.entries]
        after = page.after
        if not after:
            break
    assert len(done) == len(set(done)) == 3


@pytest.mark.parametrize("after", ["nonsense", "2024-01-01,1", ",", "2024-01-01T00:00:00+00:00,x"])
def test_a_broken_place_begins_at_the_beginning(world: World, session: Session, after: str) -> None:
    page = desk.entries(session, world.actors["pps"], "mine", world.now, after=after)
    assert [entry.node for entry in page.entries] == ["submit_sowan"]


def test_the_number_of_queries_does_not_grow(app: Flask, browser: Browser, world: World, session: Session) -> None:
    counted: list[str] = []

    def count(*told: object) -> None:
        counted.append(str(told[2]))

    signed_in(browser, "operator").get("/tugas")
    sa.event.listen(app.extensions["tapak.engine"], "before_cursor_execute", count)
    browser.get("/tugas?tab=team")
    few = len(counted)
    for body in world.bodies.values():
        if body.kind == "pps" and body.instance_id is None:
            world_of.inaugurate(session, world, body)
    session.commit()
    counted.clear()
    assert len(titles(browser.get("/tugas?tab=team").text)) == 16
    sa.event.remove(app.extensions["tapak.engine"], "before_cursor_execute", count)
    assert len(counted) == few


def test_filters_count_what_is_set() -> None:
    assert Filters().count == 0
    assert Filters(search="a", overdue=True).count == 2


def test_of_tasks_due_at_once_the_more_urgent_come_first(world: World, session: Session) -> None:
    actor = world.actors["operator"]
    for body in world.bodies.values():
        if body.kind == "pps" and body.instance_id is None:
            world_of.start(session, world, body)
    listed = desk.entries(session, actor, "mine", world.now).entries
    session.execute(sa.update(Task).values(due_at=world.now))
    urgent = [listed[5].task_id, listed[2].task_id]
    for task_id, priority in zip(urgent, (90, 70), strict=True):
        session.execute(sa.update(Task).where(Task.id == task_id).values(priority=priority))
    seen, after = list[int](), ""
    while True:
        page = desk.entries(session, actor, "mine", world.now, after=after, size=1)
        seen += [entry.task_id for entry in page.entries]
        after = page.after
        if not after:
            break
    assert seen[:2] == urgent
    assert sorted(seen) == sorted(entry.task_id for entry in listed)


def test_a_member_is_asked_for_what_is_put_off_when_its_day_has_come(
    browser: Browser, world: World, session: Session
) -> None:
    form = f'href="/badan/{world.of(PENDOWO).id}/bukti/submit_sowan"'
    session.execute(sa.update(Task).values(follow_up_at=world.now + timedelta(days=30)))
    session.commit()
    page = signed_in(browser, "pps").get("/tugas").text
    assert "Ditindaklanjuti mulai" in page
    assert form not in page
    later = browser.get("/tugas?tab=later").text
    assert titles(later) == ["PPS Pendowo, Kec. Kranggan"]
    assert form in later
    session.execute(sa.update(Task).values(follow_up_at=world.now - timedelta(days=1)))
    session.commit()
    page = browser.get("/tugas").text
    assert form in page
    assert "Ditindaklanjuti mulai" not in page
    assert "?tab=later" not in page
