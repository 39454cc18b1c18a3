"""The evidence form on a bad line: small at first sight, at home without a signal, sent once, nobody overwritten."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from benchmarks.bad_line import BadLine
from engine.models import Attachment, Submission
from tests.browser.conftest import PHONE, Live
from tests.browser.test_sowan import fill_in, fits, looking, picture
from tests.web import desk_world as world_of
from tests.web.desk_world import PASSWORD, PENDOWO, World
from web import db
from workflows.models import PhotoNote, Receipt

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
FIRST_VISIT = 100_000
NODE = "submit_sowan"
MOBILE = {"has_touch": True, "is_mobile": True}


@pytest.fixture
def world(live: Live) -> World:
    with db.transaction(live.app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        world_of.inaugurate(session, world, world.of(PENDOWO))
        return world


def form_of(world: World) -> str:
    return f"/badan/{world.of(PENDOWO).id}/bukti/{NODE}"


def open_form(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("html[data-ready]").wait_for(state="attached")


def is_kept(page: Page, path: str) -> None:
    """The worker stands, and the form is in this account's cache."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(100):
        if page.evaluate("path => caches.match(path, {ignoreVary: true}).then(Boolean)", path):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the form is not kept")


def filed(live: Live, world: World) -> list[Submission]:
    with looking(live) as session:
        return list(session.scalars(sa.select(Submission).where(
            Submission.instance_id == world.of(PENDOWO).instance_id, Submission.node == NODE)))


def test_the_first_visit_is_small(live: Live, world: World, visit: Callable[..., Page]) -> None:
    """All bytes of both directions on the line: the page, its files, the worker and what it keeps."""
    line = BadLine(int(live.url.rpartition(":")[2]), 1)
    try:
        page = visit("pps", PASSWORD, PHONE, **MOBILE)
        address = f"http://127.0.0.1:{line.port}{form_of(world)}"
        page.goto(address)
        page.locator("html[data-ready]").wait_for(state="attached")
        is_kept(page, form_of(world))
        page.wait_for_load_state("networkidle")
        first = line.passed
        assert 10_000 < first <= FIRST_VISIT
        page.goto(address)
        page.locator("html[data-ready]").wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        assert line.passed - first < 25_000
    finally:
        line.close()


def test_without_a_signal_and_back(live: Live, world: World, visit: Callable[..., Page], tmp_path: Path) -> None:
    path, held_on = form_of(world), world_of.evidence(world, "pps", NODE)["visits"][0]["held_on"]
    page = visit("pps", PASSWORD, PHONE, **MOBILE)
    open_form(page, path)
    is_kept(page, path)
    page.context.set_offline(True)
    open_form(page, path)
    fill_in(page, held_on)
    page.check("[name=statement_true]")
    page.set_input_files("[name=visits-0-photos][type=file]", [
        picture(tmp_path, "depan", "teal"), picture(tmp_path, "ruang", "olive"),
    ])
    expect(page.locator("[data-photo] .state")).to_have_text(["Tersimpan di HP"] * 2)
    page.locator("[data-photo] input").first.fill("Bersama kepala desa")
    page.locator("[data-photo] input").first.press("Tab")
    page.get_by_role("button", name="Putar").nth(1).click()
    open_form(page, path)
    expect(page.locator("[name=visits-0-deputy]")).to_have_value("Sri Wahyuni, Sekretaris Desa")
    expect(page.locator("[data-photo] input").first).to_have_value("Bersama kepala desa")
    page.get_by_role("button", name="Kirim").click()
    expect(page.locator("#kiriman")).to_contain_text("Terkirim 0 dari 3")
    expect(page.locator("#kiriman")).to_contain_text("Tidak ada sinyal")
    assert fits(page)
    page.goto("/badan")
    expect(page.get_by_role("heading", name="Kiriman di HP ini")).to_be_visible()
    expect(page.locator("#antrean")).to_contain_text("Terkirim 0 dari 3")
    assert filed(live, world) == []

    page.context.set_offline(False)
    open_form(page, path)
    expect(page.locator("#kiriman .receipt")).to_contain_text("Diterima KPU", timeout=30_000)
    expect(page.get_by_text("sudah terkirim dan menunggu pemeriksaan")).to_be_visible()
    [one] = filed(live, world)
    assert (one.status, len(one.data["visits"][0]["photos"])) == ("submitted", 2)
    with looking(live) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1
        notes = {note.sha256: note.caption for note in session.scalars(sa.select(PhotoNote))}
        assert "Bersama kepala desa" in notes.values()
        largest = session.scalar(sa.select(sa.func.max(Attachment.size)).where(Attachment.node == NODE))
        assert largest is not None
        assert largest < 350_000
    page.goto("/tanda-terima")
    expect(page.get_by_text("T-000001")).to_be_visible()


def test_what_the_office_refuses_comes_back_filled_in(
    live: Live, world: World, visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("pps", PASSWORD, PHONE, **MOBILE)
    open_form(page, form_of(world))
    page.fill("[name=narrative]", "Belum lengkap, tetapi tidak boleh hilang.")
    page.set_input_files("[name=visits-0-photos][type=file]", [picture(tmp_path, "depan", "teal")])
    expect(page.locator("[data-photo]")).to_have_count(1)
    page.get_by_role("button", name="Kirim").click()
    expect(page.get_by_role("alert")).to_contain_text("hal yang perlu diperbaiki", timeout=30_000)
    expect(page.locator("[name=narrative]")).to_have_value("Belum lengkap, tetapi tidak boleh hilang.")
    expect(page.locator("[data-photo]")).to_have_count(1)
    assert filed(live, world) == []
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("hal yang perlu diperbaiki")
    page.get_by_role("button", name="Simpan draf").click()
    expect(page.get_by_text("Draf disimpan")).to_be_visible(timeout=30_000)
    assert [one.data["narrative"] for one in filed(live, world)] == ["Belum lengkap, tetapi tidak boleh hilang."]


def test_two_people_choose_between_their_versions(live: Live, world: World, visit: Callable[..., Page]) -> None:
    first = visit("pps", PASSWORD, PHONE, **MOBILE)
    second = visit("pps", PASSWORD, PHONE, **MOBILE)
    for page in (first, second):
        open_form(page, form_of(world))
    for page, words in ((first, "Yang pertama."), (second, "Yang kedua.")):
        page.fill("[name=narrative]", words)
        page.fill("[name=visits-0-place]", f"Balai {words}")
        page.locator("[data-saved]", has_text="Tersimpan").wait_for(state="attached")
        page.get_by_role("button", name="Simpan draf").click()
        if page is first:
            expect(page.get_by_text("Draf disimpan")).to_be_visible(timeout=30_000)
    compared = second.locator("section.compare")
    expect(compared).to_contain_text("Yang pertama.", timeout=30_000)
    expect(compared).to_contain_text("Yang kedua.")
    assert fits(second)
    assert [one.data["narrative"] for one in filed(live, world)] == ["Yang pertama."]
    compared.locator("fieldset", has_text="Uraian singkat").get_by_label("Tersimpan di KPU").check()
    compared.get_by_role("button", name="Pakai pilihan ini").click()
    expect(second.locator("[name=narrative]")).to_have_value("Yang pertama.")
    expect(second.locator("[name=visits-0-place]")).to_have_value("Balai Yang kedua.")
    second.get_by_role("button", name="Simpan draf").click()
    expect(second.get_by_text("Draf disimpan")).to_be_visible(timeout=30_000)
    [one] = filed(live, world)
    assert (one.data["narrative"], one.data["visits"][0]["place"]) == ("Yang pertama.", "Balai Yang kedua.")


def test_another_account_on_the_same_phone_sees_nothing(live: Live, world: World, visit: Callable[..., Page]) -> None:
    path = form_of(world)
    page = visit("pps", PASSWORD, PHONE, **MOBILE)
    open_form(page, path)
    is_kept(page, path)
    page.fill("[name=narrative]", "Hanya untuk PPS Pendowo.")
    page.locator("[data-saved]", has_text="Tersimpan").wait_for(state="attached")
    page.goto("/tugas")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url("**/masuk")
    kept = "caches.keys().then(names => names.filter(name => name.startsWith('tapak-pages-')))"
    assert page.evaluate(kept) == []
    page.context.set_offline(True)
    page.goto(path)
    expect(page.get_by_role("heading", name="Kiriman di HP ini")).to_be_visible()
    expect(page.locator("#antrean li")).to_have_count(0)
    page.context.set_offline(False)
    sign_in(page, "sanggrahan")
    page.goto("/luring")
    expect(page.locator("#kosong")).to_be_visible()
    assert "Hanya untuk" not in page.content()
    page.goto("/tugas")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    sign_in(page, "pps")
    open_form(page, path)
    expect(page.locator("[name=narrative]")).to_have_value("Hanya untuk PPS Pendowo.")


def sign_in(page: Page, login: str) -> None:
    page.goto("/masuk")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/masuk" not in url)


@pytest.mark.usefixtures("chromium")
def test_a_few_runs_while_everything_breaks() -> None:
    """In a process of its own: it drives browsers that it kills."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.bad_signal", "--runs", "2", "--seed", "7"], cwd=ROOT, check=False,
        capture_output=True, text=True, timeout=400,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "2 runs, 2 received on the phone, 0 lost, 0 doubled" in told.stdout
