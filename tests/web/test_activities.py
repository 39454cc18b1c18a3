"""The pages of activities through HTTP: begun, filled in, marked by two at once, handed in, never by a stranger."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from engine.models import Attachment, Submission
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OATH_DAYS, PASSWORD, PENDOWO, World
from web import db
from web.words import DEFAULT_ZONE
from workflows.models import Activity, ActivityAttendance, ActivityBody, ActivityFile, ActivityRun, Membership

SANGGRAHAN = "33.23.13.2008"


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        made = world_of.lay(session)
        for code in (KRANGGAN, PENDOWO, SANGGRAHAN):
            world_of.start(session, made, made.of(code))
        return made


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as opened:
        yield opened


def held_on(world: World) -> str:
    return (world.now.astimezone(ZoneInfo(DEFAULT_ZONE)).date() - timedelta(days=OATH_DAYS)).isoformat()


def photo(colour: str) -> tuple[io.BytesIO, str]:
    made = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(made, "JPEG")
    made.seek(0)
    return made, f"{colour}.jpg"


def begun(browser: Browser, world: World, kind: str = "inauguration", who: str = "operator") -> int:
    browser.sign_in(who, PASSWORD)
    typed = {"kind": kind, "title": "Pelantikan <b>serentak</b>", "held_on": held_on(world)}
    answer = browser.send("/kegiatan/baru", typed)
    assert answer.status_code == 302, answer.text
    return int(re.findall(r"/kegiatan/(\d+)/badan", answer.location)[0])


def edition(browser: Browser, number: int) -> str:
    found = re.search(r'name="edition" value="(\d+)"', browser.get(f"/kegiatan/{number}/rincian").text)
    assert found
    return found[1]


def filled(browser: Browser, world: World, number: int, **more: Any) -> Any:
    on = held_on(world)
    return browser.send(f"/kegiatan/{number}/rincian", {
        "edition": edition(browser, number), "appointment_number": "245 Tahun 2024", "appointment_on": on,
        "checks": ["party", "marriage", "response"], "title": "Pelantikan <b>serentak</b>", "held_on": on,
        "place": "Pendopo", "organiser": "KPU Temanggung", "method": "in_person", "oath_official": "Ketua KPU",
        "clergy": "Rohaniwan",
        "witnesses-0-name": "Saksi Satu", "witnesses-1-name": "Saksi Dua", "plenary_on": on,
        "plenary_pattern": "{urut}/PP.04.1-BA/{kode}/2024", "minutes_number": "102/PP.04.1-BA/3323/2024",
        "plenary_file": photo("white"), "minutes_file": photo("white"), "attendance_list_file": photo("white"),
        "integrity_pacts": photo("white"), "photos": [photo("red"), photo("blue")], "coordination_stressed": "true",
        "narrative": "Kegiatan berjalan tertib dan lancar.", "act": "save", **more,
    }, content_type="multipart/form-data")


def handed(browser: Browser, number: int, key: str) -> Any:
    return browser.send(f"/kegiatan/{number}/serahkan", {"key": key, "statement_true": "true"}, follow_redirects=True)


KEY = "11111111-1111-4111-8111-11111111111{}"


def test_the_whole_way_without_a_script(browser: Browser, world: World, session: Session) -> None:
    number = begun(browser, world)
    assert "Ikutkan semua" in browser.get(f"/kegiatan/{number}/badan?kecamatan={KRANGGAN}").text
    browser.send(f"/kegiatan/{number}/badan", {"act": "all", "kecamatan": KRANGGAN})
    assert session.scalar(sa.select(sa.func.count()).select_from(ActivityBody)) == 3
    assert filled(browser, world, number).status_code == 302
    page = browser.get(f"/kegiatan/{number}").text
    assert "Pelantikan &lt;b&gt;serentak&lt;/b&gt;" in page
    assert "Rohaniwan" in page
    preview = browser.get(f"/kegiatan/{number}/serahkan").text
    assert "Belum lengkap" in preview
    assert "Ketua" in preview
    browser.send(f"/kegiatan/{number}/pleno", {"act": "propose"})
    assert "3 dari 3 badan lengkap" in browser.get(f"/kegiatan/{number}/pleno").text
    refused = browser.send(f"/kegiatan/{number}/serahkan", {"key": KEY.format(1)})
    assert refused.status_code == 422
    assert "Centang dahulu" in refused.text
    done = handed(browser, number, KEY.format(1))
    assert done.status_code == 200
    assert done.text.count("Diserahkan</span>") == 4  # the sum, and each of the three bodies
    handed(browser, number, KEY.format(1))  # a double click
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(ActivityRun)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 3
    assert session.scalar(sa.select(sa.func.count()).select_from(ActivityFile)) == 3
    assert session.scalar(sa.select(sa.func.count(sa.distinct(Attachment.sha256)))) == 3
    again = handed(browser, number, KEY.format(2))
    assert "Sudah diserahkan, menunggu pemeriksaan" in again.text
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 3
    assert "Pelantikan &lt;b&gt;" in browser.get(f"/badan/{world.of(PENDOWO).id}").text


def test_marks_of_two_people_stand_side_by_side(browser: Browser, world: World, session: Session, app: Flask) -> None:
    number = begun(browser, world)
    browser.send(f"/kegiatan/{number}/badan", {"act": "all", "kecamatan": KRANGGAN})
    members = session.scalars(
        sa.select(Membership.id).where(Membership.body_id == world.of(PENDOWO).id).order_by(Membership.id)
    ).all()
    page = browser.get(f"/kegiatan/{number}/kehadiran?q=ratna").text
    assert "Ratna Sari" in page
    assert "Joko Susilo" not in page
    page = browser.get(f"/kegiatan/{number}/kehadiran").text
    drawn = re.findall(rf'name="was-{members[0]}" value="([^"]*)"', page)[0]

    def mark(member: int, status: str) -> dict[str, str]:
        return {"member": str(member), f"was-{member}": drawn, f"status-{member}": status, f"asked-{member}": "1",
                f"pact-{member}": "1", f"reason-{member}": "sakit"}

    browser.send(f"/kegiatan/{number}/kehadiran", mark(members[0], "late"))
    other = app.test_client()
    assert isinstance(other, Browser)
    other.sign_in("ppk", PASSWORD)
    told = other.send(f"/kegiatan/{number}/kehadiran", mark(members[0], "cancelled"), follow_redirects=True)
    assert "Sudah ditandai orang lain dan dibiarkan: Joko Susilo" in told.text
    other.send(f"/kegiatan/{number}/kehadiran", mark(members[1], "cancelled"))
    session.rollback()
    assert sorted(session.scalars(sa.select(ActivityAttendance.status))) == ["cancelled", "late"]
    late = browser.get("/kegiatan/susulan").text
    assert "Yth. PPK Kranggan" in late
    assert "- Joko Susilo (PPS Pendowo" in late
    made = browser.send(f"/kegiatan/{number}/susulan", {"key": KEY.format(3)}, follow_redirects=True)
    assert "Joko Susilo" in made.text
    assert "Ratna Sari" not in made.text


def test_who_may_what(browser: Browser, world: World, app: Flask) -> None:
    number = begun(browser, world)
    browser.send(f"/kegiatan/{number}/badan", {"act": "all", "kecamatan": KRANGGAN})
    filled(browser, world, number)
    small = re.findall(r"/berkas/([0-9a-f]{64})/foto/small", browser.get(f"/kegiatan/{number}").text)
    papers = re.findall(r"/berkas/([0-9a-f]{64})/asli", browser.get(f"/kegiatan/{number}").text)
    assert (len(small), len(set(papers))) == (2, 1)

    def asked(who: str, path: str) -> int:
        reader = app.test_client()
        assert isinstance(reader, Browser)
        reader.sign_in(who, PASSWORD)
        return reader.get(path).status_code

    here = f"/kegiatan/{number}"
    assert [asked(who, here) for who in ("operator", "komisioner", "ppk", "pps", "bawaslu", "jauh")] == [
        200, 200, 200, 200, 200, 404]
    assert [asked(who, f"{here}/rincian") for who in ("komisioner", "ppk", "pps", "bawaslu")] == [403, 403, 403, 403]
    assert [asked(who, f"{here}/badan") for who in ("ppk", "bawaslu")] == [403, 403]
    assert [asked(who, f"/berkas/{small[0]}/foto/small") for who in ("pps", "bawaslu", "jauh")] == [200, 200, 404]
    assert [asked(who, f"/berkas/{papers[0]}/asli") for who in ("pps", "bawaslu", "jauh")] == [200, 403, 404]
    assert asked("bawaslu", f"/berkas/{papers[0]}/foto/large") == 404  # a photographed paper is no photo
    assert asked("jauh", "/kegiatan") == 200
    stranger = app.test_client()
    assert isinstance(stranger, Browser)
    stranger.sign_in("pps", PASSWORD)
    assert stranger.send(f"{here}/tindak-lanjut", {"what": "x", "owner": "y"}).status_code == 403
    assert stranger.send(f"{here}/badan", {"act": "all"}).status_code == 403
    assert stranger.send("/kegiatan/baru", {"kind": "bimtek", "title": "x", "held_on": "2024-13-99"}).status_code == 422


def test_a_stale_form_keeps_what_was_typed(browser: Browser, world: World, session: Session) -> None:
    number = begun(browser, world)
    old = edition(browser, number)
    filled(browser, world, number)
    answer = browser.send(f"/kegiatan/{number}/rincian", {
        "edition": old, "title": "Judul lain", "held_on": held_on(world),
        "narrative": "Ketikan yang tidak boleh hilang.",
    })
    assert answer.status_code == 409
    assert "sudah diubah orang lain" in answer.text
    assert "Ketikan yang tidak boleh hilang." in answer.text
    wrong = browser.send(f"/kegiatan/{number}/rincian", {"edition": "2", "title": "", "held_on": "kemarin"})
    assert wrong.status_code == 422
    rows = browser.send(f"/kegiatan/{number}/rincian", {"edition": "2", "title": "x", "_add": "speakers"})
    assert "speakers-0-name" in rows.text
    assert session.scalars(sa.select(Activity.title)).one() == "Pelantikan <b>serentak</b>"


def test_a_meeting_and_its_follow_ups(browser: Browser, world: World) -> None:
    number = begun(browser, world, "rakor", "komisioner")
    here = f"/kegiatan/{number}"
    browser.send(f"{here}/rincian", {
        "edition": "1", "title": "Rakor", "held_on": held_on(world), "guests-0-institution": "Bakesbangpol",
        "guests-0-status": "present", "goals": "Memastikan semua panitia siap bekerja.",
    })
    assert browser.send(f"{here}/tindak-lanjut", {"what": "", "owner": ""}).status_code == 422
    browser.send(f"{here}/tindak-lanjut", {"what": "Cek Lapas", "owner": "Bakesbangpol", "due_on": "2024-11-01"})
    page = browser.get(here).text
    assert "Bakesbangpol" in page
    assert "Cek Lapas" in page
    item = re.findall(r'name="number" value="(\d+)"', page)[0]
    browser.send(f"{here}/tindak-lanjut", {"number": item, "act": "done"})
    assert "Buka lagi" in browser.get(here).text
    assert browser.send(f"{here}/tindak-lanjut", {"number": "999", "act": "done"}).status_code == 404
    assert "Serahkan" not in page
