"""Notices: words for every topic in both languages, a link where one may go, read when one says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import OTHER_VILLAGE, PASSWORD, PENDOWO, World
from web import db
from web.notices import WORDS, line_of
from workflows import inbox, notices, telling
from workflows.models import Notice
from workflows.notices import TOPICS

PARAMS = {
    "task.opened": {"node": "submit_sowan"}, "evidence.returned": {"node": "submit_sowan", "reason": "blurry"},
    "stage.reached": {"stage": "inaugurated"}, "incident.opened": {"node": "submit_sowan"},
    "task.late": {"node": "submit_sowan", "level": 2, "waiting_for": "Camat Kranggan"},
    "obstacle.reported": {"code": "menunggu_SK_bupati"}, "evidence.waiting": {"node": "submit_sowan"},
    "drawing.proposed": {"definition": 1, "drawing": "PPS", "version": 2},
    "drawing.decided": {"definition": 1, "drawing": "PPS", "version": 2, "status": "published"},
    "address.refused": {},
    "agenda.proposed": {"agenda": 1}, "agenda.decided": {"agenda": 1, "status": "consented"},
    "decision.undone": {"node": "approve_sowan"}, "comment.mentioned": {"who": "Ana", "body": 1},
    "delegation.given": {"giver": "Ana", "taker": "Budi", "from": "2024-06-03", "until": "2024-06-09"},
    "delegation.revoked": {"giver": "Ana", "taker": "Budi", "from": "2024-06-03", "until": "2024-06-09"},
    "promise.overdue": {"stakeholder": 1, "office": "camat", "due": "2024-06-03"},
    "contact.lapsed": {"stakeholder": 1, "office": "kades", "last": "2024-06-03"},
    "body.reminded": {}, "register.moved": {"kind": "issue", "state": "reported", "entry": 1},
    "replacement.moved": {"replacement": 1, "act": "approve"}, "totp.off": {},
}


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO, OTHER_VILLAGE)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(app.extensions["tapak.engine"])() as opened:
        yield opened


def tell(session: Session, world: World, topic: str, who: str = "pps", code: str = PENDOWO, number: int = 0) -> None:
    notices.tell(
        session, [int(world.actors[who].id)], topic=topic, dedupe=f"{topic}:{code}:{number}",
        instance_id=world.of(code).instance_id, params=PARAMS[topic], now=world.now - timedelta(hours=number),
    )
    session.commit()


def test_there_are_words_and_samples_for_every_topic() -> None:
    assert set(WORDS) == set(TOPICS) == set(PARAMS)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_told_in_both_languages(app: Flask, world: World, session: Session, topic: str) -> None:
    tell(session, world, topic)
    actor = world.actors["pps"]
    (told,) = inbox.page(session, int(actor.id), actor).told
    with app.test_request_context():
        with force_locale("id"):
            indonesian = line_of(told)
        with force_locale("en"):
            english = line_of(told)
    assert indonesian.title
    assert english.title
    assert indonesian.title != english.title
    assert not re.search(r"submit_|menunggu_|blurry|%\(", indonesian.title + english.title + english.text)
    assert bool(indonesian.text) == bool(english.text)
    session.rollback()


def test_the_page_tells_links_and_counts(browser: Browser, world: World, session: Session) -> None:
    for number, topic in enumerate(TOPICS):
        tell(session, world, topic, number=number)
    browser.sign_in("pps", PASSWORD)
    page = browser.get("/pemberitahuan").text
    assert "Giliran Anda: Ajukan bukti sowan" in page
    assert "Alasan: Foto atau berkas buram." in page
    assert "Terlambat (eskalasi tingkat 2): Ajukan bukti sowan" in page
    assert "Camat Kranggan" in page
    of_agenda = [topic for topic in TOPICS if topic.startswith("agenda.")]
    assert page.count('href="/pemberitahuan/pilihan">Pilihan') == 1, "of the address that was refused"
    of_offices = page.count('href="/pemangku/1?badan=')
    assert of_offices == 2
    assert page.count('href="/register/1"') == 1
    elsewhere = len(of_agenda) + of_offices + len(("address.refused", "register.moved", "totp.off"))
    replaced = page.count('href="/penggantian/1"')
    assert page.count(f'href="/badan/{world.of(PENDOWO).id}"') == len(TOPICS) - elsewhere - replaced
    assert page.count('href="/agenda/1"') == len(of_agenda)
    assert f'class="count">{len(TOPICS)}<' in page
    assert page.count(" unread") >= len(TOPICS)


def test_they_are_read_when_one_says_so(browser: Browser, world: World, session: Session) -> None:
    tell(session, world, "task.opened")
    tell(session, world, "stage.reached")
    other = world.actors["jauh"]
    tell(session, world, "task.opened", "jauh", OTHER_VILLAGE)
    browser.sign_in("pps", PASSWORD)
    upto = re.search(r'name="upto" value="(\d+)"', browser.get("/pemberitahuan").text)
    assert upto
    assert browser.send("/pemberitahuan/dibaca", {"upto": upto[1]}).status_code == 302
    assert browser.send("/pemberitahuan/dibaca", {"upto": "9" * 30}).status_code == 302
    page = browser.get("/pemberitahuan").text
    assert "Semua sudah dibaca" in page
    assert 'name="upto"' not in page
    assert notices.unread(session, int(other.id)) == 1
    session.rollback()


def test_one_sees_only_ones_own_and_no_body_elsewhere(browser: Browser, world: World, session: Session) -> None:
    tell(session, world, "task.opened", "jauh", OTHER_VILLAGE)
    tell(session, world, "task.late", "pps", OTHER_VILLAGE)
    browser.sign_in("pps", PASSWORD)
    page = browser.get("/pemberitahuan").text
    assert "Giliran Anda" not in page
    assert "Joho" not in page
    assert "Di luar wilayah kerja Anda" in page
    assert f"/badan/{world.of(OTHER_VILLAGE).id}" not in page


def test_nobody_has_none(browser: Browser) -> None:
    assert browser.get("/pemberitahuan").status_code == 302
    assert "bell" not in browser.get("/masuk").text


def test_pages_follow_and_queries_do_not_grow(app: Flask, browser: Browser, world: World, session: Session) -> None:
    tell(session, world, "task.opened")
    browser.sign_in("pps", PASSWORD)
    browser.get("/pemberitahuan")
    counted: list[str] = []

    def count(*event: object) -> None:
        counted.append(str(event[2]))

    sa.event.listen(app.extensions["tapak.engine"], "before_cursor_execute", count)
    browser.get("/pemberitahuan")
    few = len(counted)
    sa.event.remove(app.extensions["tapak.engine"], "before_cursor_execute", count)
    for number in range(1, 40):
        tell(session, world, "task.opened", number=number)
    counted.clear()
    sa.event.listen(app.extensions["tapak.engine"], "before_cursor_execute", count)
    page = browser.get("/pemberitahuan").text
    sa.event.remove(app.extensions["tapak.engine"], "before_cursor_execute", count)
    assert len(counted) == few
    assert page.count("Giliran Anda") == inbox.PAGE
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert browser.get(older[1]).text.count("Giliran Anda") == 40 - inbox.PAGE


def test_what_the_engine_tells_can_be_read(browser: Browser, world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    world_of.decide(session, world, body, "komisioner", "approve_sowan", decision="return", reason="blurry",
                    fields=["group_visits"], note="Ambil ulang.")
    instance = world_of.Instance
    seq = session.scalars(sa.select(instance.seq).where(instance.id == body.instance_id)).one()
    telling.moved(session, instance_id=body.instance_id or 0, seq=seq, now=world.now)
    session.commit()
    assert session.scalars(sa.select(Notice.topic)).all() == ["evidence.returned"]
    session.rollback()
    browser.sign_in("pps", PASSWORD)
    page = browser.get("/pemberitahuan").text
    assert "Dikembalikan untuk diperbaiki: Ajukan bukti sowan" in page
    assert "Foto atau berkas buram" in page
