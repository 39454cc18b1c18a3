"""One PPS's sowan on a 360 px screen: handed in with two photos, returned, mended, approved; everybody is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from engine import history
from engine.models import History, Message, Submission
from tests.browser.conftest import PHONE, Live
from tests.web import desk_world as world_of
from tests.web.desk_world import PASSWORD, PENDOWO, World
from web import db
from workflows.models import Notice

pytestmark = pytest.mark.browser


@pytest.fixture
def world(live: Live) -> World:
    with db.transaction(live.app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        world_of.inaugurate(session, world, world.of(PENDOWO))
        return world


def looking(live: Live) -> Session:
    """A session that only looks, so that nobody waits for it."""
    return db.session_factory(db.reading(live.app.extensions["tapak.engine"]))()


def picture(folder: Path, name: str, colour: str) -> Path:
    image = Image.new("RGB", (1600, 1200), colour)
    ImageDraw.Draw(image).text((100, 100), name, fill="white")
    path = folder / f"{name}.jpg"
    image.save(path, quality=80)
    return path


def stage(live: Live, world: World) -> str:
    with looking(live) as session:
        return world_of.stage_of(session, world.of(PENDOWO))


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def fill_in(page: Page, held_on: str) -> None:
    page.select_option("[name=visits-0-office]", "kades")
    page.fill("[name=visits-0-held_on]", held_on)
    page.fill("[name=visits-0-place]", "Balai Desa Pendowo")
    page.check("[name=visits-0-manner][value=represented]")
    page.fill("[name=visits-0-deputy]", "Sri Wahyuni, Sekretaris Desa")  # comes with the answer above
    page.fill("[name=visits-0-official_name]", "Mulyono")
    page.fill("[name=visits-0-official_post]", "Kepala Desa Pendowo")
    page.fill("[name=visits-0-present_members]", "Joko Susilo, Ratna Sari")
    page.fill("[name=visits-0-outcome]", "Perkenalan dan permintaan ruang sekretariat.")
    page.check("[name=secretariat_support][value=promised]")
    page.check("[name=neutrality_kept]")
    page.fill("[name=narrative]", "Kepala desa menerima dengan baik dan siap mendukung.")


def test_sowan_from_a_phone(live: Live, world: World, visit: Callable[..., Page], tmp_path: Path) -> None:
    held_on = world_of.evidence(world, "pps", "submit_sowan")["visits"][0]["held_on"]
    member = visit("pps", PASSWORD, PHONE, has_touch=True, is_mobile=True)
    expect(member.locator("h2", has_text="PPS Pendowo")).to_be_visible()
    assert fits(member)
    member.get_by_role("link", name="Isi bukti").click()

    fill_in(member, held_on)
    member.set_input_files("[name=visits-0-photos][type=file]", [
        picture(tmp_path, "depan", "teal"), picture(tmp_path, "ruang", "olive"),
    ])
    photos = member.locator("[data-files=visits-0-photos] li img")
    expect(photos).to_have_count(2)
    assert fits(member)
    member.get_by_role("button", name="Simpan draf").click()
    expect(member.get_by_text("Draf disimpan")).to_be_visible()
    expect(photos).to_have_count(2)
    member.get_by_role("button", name="Kirim").click()
    expect(member.get_by_role("alert")).to_contain_text("Isian dan bukti ini benar")
    expect(photos).to_have_count(2)
    member.check("[name=statement_true]")
    member.get_by_role("button", name="Kirim").click()
    expect(member.get_by_text("sudah terkirim dan menunggu pemeriksaan")).to_be_visible()
    assert stage(live, world) == "inaugurated"

    desk = visit("komisioner", PASSWORD)
    desk.get_by_role("link", name="Periksa").first.click()
    expect(desk.locator(".photos.big img")).to_have_count(2)
    width = desk.locator(".photos.big img").first.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert width == 1600
    desk.keyboard.press("k")
    desk.select_option("[name=reason]", "outcome_unclear")
    desk.check("[name=fields][value=group_visits]")
    desk.fill("[name=note]", "Siapa berjanji apa?")
    desk.get_by_role("button", name="Kembalikan untuk diperbaiki").click()
    expect(desk.get_by_text("dikembalikan: Hasil pertemuan belum jelas")).to_be_visible()

    member.goto("/tugas")
    expect(member.get_by_text("Siapa berjanji apa?")).to_be_visible()
    member.get_by_role("link", name="Perbaiki bukti").click()
    expect(photos).to_have_count(2)
    expect(member.get_by_text("diminta diperbaiki: Hasil pertemuan belum jelas").first).to_be_visible()
    member.fill("[name=visits-0-outcome]", "Kepala desa meminjamkan ruang balai desa mulai Senin.")
    member.get_by_role("button", name="Kirim lagi").click()
    expect(member.get_by_text("sudah terkirim dan menunggu pemeriksaan")).to_be_visible()

    desk.goto("/tugas")
    desk.get_by_role("link", name="Periksa").first.click()
    expect(desk.locator(".changes ins")).to_have_text("Kepala desa meminjamkan ruang balai desa mulai Senin.")
    desk.keyboard.press("s")
    expect(desk.get_by_text("kini pada tahap “Sowan selesai”")).to_be_visible()
    assert stage(live, world) == "sowan_done"
    member.goto("/tugas")
    expect(member.get_by_role("link", name="Isi bukti")).to_have_attribute(
        "href", f"/badan/{world.of(PENDOWO).id}/bukti/submit_secretariat"
    )
    _history_shows_it(live, world)
    _everybody_is_told(live, world)


def _history_shows_it(live: Live, world: World) -> None:
    with looking(live) as session:
        instance = world.of(PENDOWO).instance_id or 0
        told = session.execute(
            sa.select(History.node, History.details).where(History.instance_id == instance).order_by(History.seq)
        ).all()
        assert [node for node, _ in told][-4:] == ["submit_sowan", "approve_sowan"] * 2
        decisions = [details.get("answer", {}).get("decision") for _, details in told]
        assert decisions[-4:] == [None, "return", None, "approve"]
        assert history.verify(session, [instance]) == []
        statuses = session.scalars(sa.select(Submission.status).where(
            Submission.instance_id == instance, Submission.node == "submit_sowan").order_by(Submission.id)).all()
        assert statuses == ["returned", "accepted"]


def _everybody_is_told(live: Live, world: World) -> None:
    """The doorbell has rung at each act; a worker that starts only now finds everything and tells it once."""
    with live.worker() as worker:
        end = time.monotonic() + 30
        while _waiting(live) and time.monotonic() < end:
            assert worker.poll() is None
            time.sleep(0.2)
    assert _waiting(live) == 0
    with looking(live) as session:
        member = int(world.actors["pps"].id)
        topics = session.scalars(sa.select(Notice.topic).where(Notice.account_id == member)).all()
        assert topics.count("evidence.returned") == 1
        assert "stage.reached" in topics


def _waiting(live: Live) -> int:
    with looking(live) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Message).where(Message.done_at.is_(None))) or 0


def test_sowan_without_scripts(live: Live, world: World, visit: Callable[..., Page], tmp_path: Path) -> None:
    held_on = world_of.evidence(world, "pps", "submit_sowan")["visits"][0]["held_on"]
    member = visit("pps", PASSWORD, PHONE, java_script_enabled=False)
    member.goto(f"/badan/{world.of(PENDOWO).id}/bukti/submit_sowan")
    member.check("[name=visits-0-manner][value=represented]")
    member.get_by_role("button", name="Tampilkan isian lanjutan").click()
    fill_in(member, held_on)
    member.set_input_files("[name=visits-0-photos][type=file]", [picture(tmp_path, "depan", "teal")])
    member.get_by_role("button", name="Kirim").click()
    expect(member.locator("[data-files=visits-0-photos] li img")).to_have_count(1)
    member.check("[name=statement_true]")
    member.get_by_role("button", name="Kirim").click()
    expect(member.get_by_text("sudah terkirim dan menunggu pemeriksaan")).to_be_visible()
