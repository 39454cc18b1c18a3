"""The board kept under a name, in groups, as Excel, and as reminders: copied, or sent once a day."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from engine.models import History
from tests.web import desk_world as world_of
from tests.web import test_blocked
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PENDOWO, World
from tests.web.test_blocked import late, names, signed_in
from web import db
from workflows import telling
from workflows.models import Account, BoardView, Body, Notice, Reminder

app, session = test_blocked.app, test_blocked.session


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as opened:
        world = world_of.inaugurated(opened, KRANGGAN, PENDOWO, OTHER_VILLAGE)
    with db.session_factory(app.extensions["tapak.engine"])() as opened:
        for code in (KRANGGAN, PENDOWO, OTHER_VILLAGE):
            late(opened, world.of(code), 5)
    return world


def test_a_view_is_kept_by_its_owner_and_opens_the_bare_board(
    browser: Browser, world: World, session: Session
) -> None:
    signed_in(browser, "operator")
    sent = browser.send("/terhambat/tampilan", {
        "name": " PPK  saja ", "query": "jenis=ppk&nonsense=1&kelompok=alasan", "default": "1",
    })
    assert sent.location == "/terhambat?jenis=ppk&kelompok=alasan"
    view = session.scalars(sa.select(BoardView)).one()
    assert (view.name, view.query, view.is_default) == ("PPK saja", "jenis=ppk&kelompok=alasan", True)
    number = view.id
    session.rollback()
    assert browser.get("/terhambat").location == sent.location
    assert len(names_of(browser.get("/terhambat?semua=1").text)) == 3
    signed_in(browser, "komisioner")
    assert "PPK saja" not in browser.get("/terhambat").text
    assert browser.send(f"/terhambat/tampilan/{number}/hapus").status_code == 404
    assert browser.send(f"/terhambat/tampilan/{number}/utama").status_code == 404
    signed_in(browser, "operator")
    browser.send(f"/terhambat/tampilan/{number}/utama", {"off": "1"})
    assert browser.get("/terhambat").status_code == 200
    browser.send("/terhambat/tampilan", {"name": "PPK saja", "query": "jenis=pps"})
    assert session.scalars(sa.select(BoardView.query)).all() == ["jenis=pps"]
    session.rollback()
    assert browser.send(f"/terhambat/tampilan/{number}/hapus").status_code == 302
    assert session.scalar(sa.select(sa.func.count()).select_from(BoardView)) == 0


def test_a_nameless_view_is_refused(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    page = browser.send("/terhambat/tampilan", {"name": " ", "query": "jenis=ppk"}, follow_redirects=True)
    assert "Beri nama tampilan ini" in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(BoardView)) == 0
    session.rollback()
    signed_in(browser, "pps")
    assert browser.send("/terhambat/tampilan", {"name": "x"}).status_code == 403


def names_of(page: str) -> list[str]:
    return re.findall(r"<h[23]>(?:<a [^>]*>)?(PP[SK][^<]+)<", page)


@pytest.mark.parametrize(("by", "titles"), [
    ("kecamatan", ["Kranggan", "Temanggung"]), ("alasan", ["Lewat tenggat"]), ("pihak", ["Anggota PPS", "Anggota PPK"]),
    ("nonsense", []),
])
def test_groups_are_filters(browser: Browser, world: World, by: str, titles: list[str]) -> None:
    page = signed_in(browser, "operator").get(f"/terhambat?kelompok={by}").text
    heads = re.findall(r'group-head"><h2>([^<]+?) <', page)
    assert heads == titles
    assert len(names_of(page)) == 3
    for place, link in enumerate(re.findall(r'group-head".*?href="(/terhambat/ingatkan[^"]+)"', page)):
        text = browser.get(link.replace("&amp;", "&") + "&teks=1").text
        inside = page.split("group-head")[place + 1]
        assert re.findall(r"\d+\. \*([^*]+)\*", text) == names_of(inside)


def test_excel_has_the_rows_of_the_page_as_days_and_numbers(
    browser: Browser, world: World, session: Session
) -> None:
    session.execute(sa.update(Body).where(Body.id == world.of(PENDOWO).id).values(name='=HYPERLINK("x")'))
    session.commit()
    answer = signed_in(browser, "operator").get("/terhambat/terhambat.xlsx?kecamatan=33.23.13&jenis=pps")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[3][:2] == ["Kode wilayah", "Badan"]
    assert rows[4][:2] == [PENDOWO, '=HYPERLINK("x")']
    assert isinstance(rows[4][5], date)
    assert rows[4][6] == 5
    assert len(rows) == 5
    assert signed_in(browser, "pps").get("/terhambat/terhambat.xlsx").status_code == 403


def test_a_reminder_is_sent_once_a_day_and_stands_in_the_history(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    body = world.of(PENDOWO)
    page = signed_in(browser, "komisioner").get(f"/terhambat/{body.id}/ingatkan").text
    assert f"http://localhost/badan/{body.id}" in page
    assert "Kirim pengingat" in page
    for wanted in ("Pengingat dikirim kepada 1 orang", "sudah diingatkan hari ini"):
        told = browser.send(f"/terhambat/{body.id}/ingatkan", follow_redirects=True)
        assert wanted in told.text
    row = session.scalars(sa.select(History).where(
        History.instance_id == body.instance_id, History.action == "reminder.sent")).one()
    for _ in range(2):
        telling.moved(session, instance_id=row.instance_id, seq=row.seq, now=row.at)
    session.commit()
    to = session.execute(sa.select(Account.login, Notice.topic).join(Notice, Notice.account_id == Account.id)
                         .where(Notice.topic == "body.reminded")).all()
    session.rollback()
    assert [tuple(one) for one in to] == [("pps", "body.reminded")]
    assert "yang harus bertindak diingatkan" in browser.get(f"/badan/{body.id}").text
    assert "menunggu tindakan Anda" in signed_in(browser, "pps").get("/pemberitahuan").text


def test_a_group_is_reminded_but_nobody_twice(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator").send(f"/terhambat/{world.of(PENDOWO).id}/ingatkan")
    told = browser.send("/terhambat/ingatkan?kecamatan=33.23.13", follow_redirects=True).text
    assert "1 badan diingatkan; 1 sudah diingatkan hari ini; 0 tanpa akun" in told
    reminded = set(session.scalars(sa.select(Reminder.body_id)))
    assert reminded == {world.of(PENDOWO).id, world.of(KRANGGAN).id}


@pytest.mark.parametrize(("login", "looks", "sends"), [
    ("bawaslu", 200, 403), ("pps", 403, 403), ("jauh", 403, 403), ("ppk", 404, 404),
])
def test_who_may_remind_whom(browser: Browser, world: World, login: str, looks: int, sends: int) -> None:
    path = f"/terhambat/{world.of(OTHER_VILLAGE).id}/ingatkan"
    assert signed_in(browser, login).get(path).status_code == looks
    assert browser.send(path).status_code == sends


def test_a_body_that_moves_needs_no_reminder(browser: Browser, world: World, session: Session) -> None:
    late(session, world.of(PENDOWO), -5)
    assert signed_in(browser, "operator").get(f"/terhambat/{world.of(PENDOWO).id}/ingatkan").status_code == 404
    assert names(browser.get("/terhambat?kecamatan=33.23.13").text) == ["PPK Kranggan"]
