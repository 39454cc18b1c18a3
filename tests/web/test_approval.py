"""The approval: what is decided is what was seen, by somebody who may, and the page says exactly what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from engine.models import Deed, Instance, Submission
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PASSWORD, PENDOWO, World
from web import db
from workflows import photo_notes
from workflows.photo_notes import Note

NODE = "approve_sowan"


@pytest.fixture
def world(app: Flask) -> World:
    """PPS Pendowo's and a PPK's sowan wait for a decision."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        for code, who in ((PENDOWO, "pps"), (KRANGGAN, "ppk"), (OTHER_VILLAGE, "jauh")):
            world_of.inaugurate(session, world, world.of(code))
            world_of.hand_in(session, world, world.of(code), who, "submit_sowan")
        return world


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Looks only: on SQLite one that may write would keep the application from writing."""
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as opened:
        yield opened


def task(session: Session, world: World, code: str = PENDOWO) -> int:
    session.rollback()
    found = world_of.open_task(session, world.of(code), NODE)
    session.rollback()
    return found


def stage(session: Session, world: World, code: str = PENDOWO) -> str:
    session.rollback()
    return world_of.stage_of(session, world.of(code))


def hidden(page: str) -> dict[str, str]:
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("key", "seen")}


def decide(browser: Browser, number: int, kept: dict[str, str] | None = None, **answer: object) -> TestResponse:
    """The task's page as it is now (or as it was when `kept` was read), answered with one button."""
    kept = kept or hidden(browser.get(f"/tugas/{number}/periksa").text)
    return browser.send(f"/tugas/{number}/periksa", {**kept, **answer}, follow_redirects=True)


def returned(app: Flask, world: World) -> None:
    """Pendowo's evidence was given back and mended."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        body = world.of(PENDOWO)
        world_of.decide(session, world, body, "komisioner", NODE, decision="return", reason="outcome_unclear",
                        fields=["group_visits"], note="Siapa berjanji apa?")
        mended = world_of.evidence(world, "pps", "submit_sowan")
        mended["visits"][0]["outcome"] = "Kepala desa meminjamkan satu ruang balai desa mulai Senin."
        world_of.hand_in(session, world, body, "pps", "submit_sowan", data=mended)


def test_the_page_shows_evidence_beside_what_was_asked(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("komisioner", PASSWORD)
    page = browser.get(f"/tugas/{task(session, world)}/periksa").text
    for words in ("PPS Pendowo, Kec. Kranggan", "Mulyono", "Nama pejabat", "Dikirim oleh Pps", "Setujui", "Kembalikan",
                  "Foto atau berkas buram", "Kunjungan 1", "Paling sedikit 1 foto pertemuan."):
        assert words in page
    assert "Contoh: Kepala Desa Campursari" not in page  # helps who fills it in, not who reads it
    assert 'data-large' in page
    assert 'name="decision" value="approve"' in page
    assert 'type="radio" name="decision"' not in page
    assert "Berikut" in page


def test_a_photo_stands_with_its_caption_and_the_cameras_time_but_not_its_place(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    found = session.execute(
        sa.select(Submission.data, Submission.instance_id)
        .where(Submission.instance_id == world.of(PENDOWO).instance_id, Submission.node == "submit_sowan")
    ).one()
    shown = re.findall(r"\b[0-9a-f]{64}\b", str(found.data))[0]
    session.rollback()
    note = Note.of({"caption": "Di balai desa <b>", "taken_at": "2024-05-16T10:02:33", "latitude": "-7.301234",
                    "longitude": "110.17"})
    with db.transaction(app.extensions["tapak.engine"]) as writing:
        photo_notes.keep(writing, found.instance_id, "submit_sowan", shown, note)
    browser.sign_in("komisioner", PASSWORD)
    page = browser.get(f"/tugas/{task(session, world)}/periksa").text
    assert "Di balai desa &lt;b&gt;" in page
    assert "Difoto 16 Mei 2024 pukul 10.02 menurut jam kamera" in page
    assert "7.3012" not in page


def test_approving_takes_one_button_and_leads_to_the_next(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("komisioner", PASSWORD)
    answer = decide(browser, task(session, world), decision="approve")
    assert "PPS Pendowo, Kec. Kranggan disetujui dan kini pada tahap “Sowan selesai”" in answer.text
    assert "Periksa sowan" in answer.text
    assert stage(session, world) == "sowan_done"
    for code in (KRANGGAN, OTHER_VILLAGE):
        answer = decide(browser, task(session, world, code), decision="approve")
    assert "Tidak ada lagi yang menunggu pemeriksaan Anda" in answer.text
    assert answer.request.path == "/tugas"


def test_returning_needs_a_reason(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("komisioner", PASSWORD)
    number = task(session, world)
    refused = decide(browser, number, decision="return", note="Fotonya gelap sekali.")
    assert refused.status_code == 422
    assert "Alasan" in refused.text
    assert "Fotonya gelap sekali." in refused.text
    assert re.search(r'class="give-back"[^>]* open', refused.text)
    answer = decide(browser, number, hidden(refused.text), decision="return", reason="blurry")
    assert "dikembalikan: Foto atau berkas buram" in answer.text
    assert stage(session, world) == "inaugurated"
    found = session.scalars(sa.select(Submission.status).where(
        Submission.instance_id == world.of(PENDOWO).instance_id, Submission.node == "submit_sowan"
    )).one()
    assert found == "returned"


def test_what_changed_since_it_was_returned_is_marked(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    returned(app, world)
    browser.sign_in("komisioner2", PASSWORD)
    page = browser.get(f"/tugas/{task(session, world)}/periksa").text
    assert "Yang berubah sejak dikembalikan" in page
    assert "<ins>Kepala desa meminjamkan satu ruang" in page
    assert "<del>Perkenalan dan komunikasi awal.</del>" in page
    assert page.count("<ins>") == 1
    assert "Siapa berjanji apa?" in page


def test_the_same_decision_twice_is_one(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("komisioner", PASSWORD)
    number = task(session, world)
    kept = hidden(browser.get(f"/tugas/{number}/periksa").text)
    for _ in range(2):
        assert "disetujui dan kini" in decide(browser, number, kept, decision="approve").text
    assert session.scalars(
        sa.select(Instance.version).where(Instance.id == world.of(PENDOWO).instance_id)
    ).one() == int(kept["seen"]) + 1


def test_a_stale_page_says_who_did_what(browser: Browser, world: World, session: Session) -> None:
    number = task(session, world)
    browser.sign_in("komisioner", PASSWORD)
    kept = hidden(browser.get(f"/tugas/{number}/periksa").text)
    browser.send("/keluar")
    browser.sign_in("komisioner2", PASSWORD)
    decide(browser, number, decision="approve")
    browser.send("/keluar")
    browser.sign_in("komisioner", PASSWORD)
    answer = decide(browser, number, kept, decision="return", reason="blurry", note="Foto kedua kabur, ambil lagi.")
    assert answer.status_code == 409
    assert "Foto kedua kabur, ambil lagi." in answer.text
    assert "“Periksa sowan” oleh Komisioner2" in answer.text
    assert "Diselesaikan oleh Komisioner2" in answer.text
    assert stage(session, world) == "sowan_done"


def test_evidence_mended_behind_an_open_page_is_looked_at_again(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    browser.sign_in("komisioner2", PASSWORD)
    kept = hidden(browser.get(f"/tugas/{task(session, world)}/periksa").text)
    returned(app, world)
    answer = decide(browser, task(session, world), kept, decision="approve")
    assert answer.status_code == 409
    assert "Keputusan belum dicatat" in answer.text
    assert stage(session, world) == "inaugurated"


def test_four_eyes_are_told_in_words(app: Flask, browser: Browser, world: World, session: Session) -> None:
    number = task(session, world)
    with db.transaction(app.extensions["tapak.engine"]) as own:
        instance = own.get_one(Instance, world.of(PENDOWO).instance_id)
        own.add(Deed(instance_id=instance.id, stage_version=instance.stage_version,
                     person=world.actors["komisioner"].who, role="pps_member"))
    browser.sign_in("komisioner", PASSWORD)
    page = browser.get(f"/tugas/{number}/periksa").text
    assert "Anda sudah bertindak pada tahap ini" in page
    assert 'name="decision"' not in page
    kept = {"key": "k", "seen": str(session.scalars(
        sa.select(Instance.version).where(Instance.id == world.of(PENDOWO).instance_id)).one())}
    session.rollback()
    answer = decide(browser, number, kept, decision="approve")
    assert answer.status_code == 403
    assert "Pemeriksaan harus dilakukan orang lain" in answer.text
    assert "Pendowo" not in "".join(re.findall(r'class="main"><div>([^<]+)</div>', browser.get("/tugas").text))


@pytest.mark.parametrize(("login", "status"), [("pps", 403), ("operator", 403), ("bawaslu", 403), ("komisioner", 200)])
def test_who_may_decide(browser: Browser, world: World, session: Session, login: str, status: int) -> None:
    number = task(session, world)
    browser.sign_in(login, PASSWORD)
    answer = browser.get(f"/tugas/{number}/periksa")
    assert answer.status_code == status
    assert ("Mulyono" in answer.text) == (status == 200)
    sent = browser.send(f"/tugas/{number}/periksa", {"decision": "approve"})
    assert sent.status_code == (302 if status == 200 else 403)


def test_a_commissioner_of_another_regency_sees_nothing(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as own:
        own.execute(sa.text("UPDATE assignment SET scope = '33.24' WHERE role = 'commissioner'"))
    browser.sign_in("komisioner", PASSWORD)
    answer = browser.get(f"/tugas/{task(session, world)}/periksa")
    assert answer.status_code == 403
    assert "di luar wilayah kerja Anda" in answer.text
    assert "Mulyono" not in answer.text


def test_a_task_that_is_no_decision_has_no_such_page(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("komisioner", PASSWORD)
    assert browser.get("/tugas/999999/periksa").status_code == 404
