"""Drawings in a real browser: the way to a fault is played, a drawing and a form are edited and kept, bodies move."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Live
from tests.web import desk_world as world_of
from tests.web.desk_world import PASSWORD, PENDOWO, World
from tests.web.drawings_world import PPS, RENAMED, UNSOUND
from web import db
from workflows.models import Account, DrawingDraft

pytestmark = pytest.mark.browser

AXE = Axe().axe_script
VIOLATIONS = "axe.run({resultTypes: ['violations'], preload: false}).then(found => found.violations.map(one => one.id))"
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def world(live: Live) -> World:
    with db.transaction(live.app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO)


@pytest.fixture
def send(tmp_path: Path) -> Callable[[Page, bytes], str]:
    """Sends a drawing as a new version; gives the draft's address."""

    def upload(page: Page, drawing: bytes) -> str:
        file = tmp_path / "pps.bpmn"
        file.write_bytes(drawing)
        page.goto("/alur/baru")
        page.set_input_files("#files", file)
        page.get_by_role("button", name="Simpan dan periksa").click()
        page.wait_for_url(re.compile(r"/alur/draf/\d+$"))
        return page.url

    return upload


def whole(page: Page) -> list[str]:
    """What axe finds at this width, and whether the page is too wide."""
    page.evaluate(AXE)
    return [*page.evaluate(VIOLATIONS), *(["too wide"] if page.evaluate(TOO_WIDE) else [])]


def kept(live: Live) -> tuple[bytes, dict[str, str]]:
    with db.session_factory(live.app.extensions["tapak.engine"])() as session:
        draft = session.scalars(sa.select(DrawingDraft).order_by(DrawingDraft.id.desc())).first()
        assert draft is not None
        return draft.drawing, draft.forms


def test_the_way_to_a_fault_is_played(
    visit: Callable[..., Page], world: World, send: Callable[[Page, bytes], str]
) -> None:
    page = visit("operator", PASSWORD)
    send(page, UNSOUND)
    page.wait_for_selector("#gambar[data-ready]")
    assert page.locator("#gambar [data-element-id=sowan_decision].danger").count() == 1
    assert page.locator("#gambar .number").inner_text() == "1"
    assert whole(page) == []
    page.get_by_role("button", name="Putar").click()
    expect(page.locator(".findings .now")).to_contain_text("Langkah 2 dari")
    assert page.locator("#gambar .walking").count() == 1
    page.get_by_role("button", name="Hentikan").click()
    assert page.locator("#gambar .walking, #gambar .walked").count() == 0


def test_nothing_moves_for_who_wishes_so_and_all_is_read_on_a_phone(
    visit: Callable[..., Page], world: World, send: Callable[[Page, bytes], str]
) -> None:
    page = visit("operator", PASSWORD, PHONE, reduced_motion="reduce")
    address = send(page, UNSOUND)
    page.wait_for_selector("#gambar[data-ready]")
    page.get_by_role("button", name="Putar").click()
    expect(page.locator(".findings .now")).to_contain_text("Direkrut → Ajukan bukti pelantikan")
    page.get_by_text("Jalan terpendek ke sana").click()
    assert page.locator(".path li").count() > 3
    assert whole(page) == []
    page.goto(f"{address}/ubah")
    assert page.get_by_text("Menggambar butuh layar yang lebih besar").is_visible()
    assert not page.locator("[data-editor]").is_visible()
    assert whole(page) == []


SAID = """() => [...document.querySelectorAll(
    ".djs-palette .entry, .djs-context-pad .entry, .djs-popup .entry"
)].map((one) => one.getAttribute("title") || one.textContent.trim()).filter(Boolean)"""


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_editor_speaks_the_language_of_the_page(
    live: Live, visit: Callable[..., Page], world: World, send: Callable[[Page, bytes], str], language: str
) -> None:
    page = visit("operator", PASSWORD)
    address = send(page, RENAMED)
    with db.transaction(live.app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Account).values(locale=language))
    page.goto(f"{address}/ubah")
    page.wait_for_selector("[data-editor][data-ready]")
    page.locator("[data-element-id=submit_sowan]").first.click()
    page.locator(".djs-context-pad .entry[data-action=replace]").click()
    page.wait_for_selector(".djs-popup .entry")
    words = json.loads((Path(db.__file__).parent / "static" / "words" / "bpmn-js.id.json").read_text("utf-8"))
    said = set(page.evaluate(SAID))
    assert len(said) > 20
    assert sorted(said - set(words.values() if language == "id" else words)) == []
    assert page.locator(".unknown").is_hidden()


def test_what_the_editor_would_drop_is_told_before(
    visit: Callable[..., Page], world: World, send: Callable[[Page, bytes], str]
) -> None:
    page = visit("operator", PASSWORD)
    strange = RENAMED.replace(b"<bpmn:laneSet", b"<bpmn:unheardOf/><bpmn:laneSet", 1)
    address = send(page, strange)
    page.goto(f"{address}/ubah")
    page.wait_for_selector("[data-editor][data-ready]")
    assert page.get_by_text("hilang bila diubah dari sini").is_visible()
    assert page.locator("textarea#text").is_visible()


def test_a_drawing_is_edited_and_keeps_itself(
    live: Live, visit: Callable[..., Page], world: World, send: Callable[[Page, bytes], str]
) -> None:
    page = visit("operator", PASSWORD)
    address = send(page, RENAMED)
    assert whole(page) == []
    page.goto(f"{address}/ubah")
    page.wait_for_selector("[data-editor][data-ready]")
    assert whole(page) == []
    page.locator("[data-element-id=submit_sowan]").first.click()
    assert page.input_value("#e-id") == "submit_sowan"
    page.fill("#e-name", "Ajukan bukti kunjungan")
    page.press("#e-name", "Tab")
    expect(page.locator(".state")).to_contain_text("Tersimpan")
    assert b"Ajukan bukti kunjungan" in kept(live)[0]
    page.fill("#e-id", "approve_sowan")
    page.press("#e-id", "Tab")
    assert page.get_by_text("Id ini sudah dipakai").is_visible()
    page.get_by_role("button", name="Periksa").click()
    page.wait_for_url(address)
    assert page.get_by_text("terbukti baik").is_visible()
    assert page.get_by_text("Ajukan bukti kunjungan").first.is_visible()


def test_a_form_is_edited_and_keeps_itself(
    live: Live, visit: Callable[..., Page], world: World, send: Callable[[Page, bytes], str]
) -> None:
    page = visit("operator", PASSWORD)
    address = send(page, PPS.encode())
    page.goto(f"{address}/formulir/submit_sowan")
    page.wait_for_selector("[data-editor][data-ready]")
    page.locator(".fjs-editor-container .fjs-form-field-textfield").first.click()
    page.locator(".bio-properties-panel-group-header").first.click()
    page.wait_for_selector(".bio-properties-panel-feel-editor-container, .bio-properties-panel-group-entries.open")
    page.locator(".fjs-palette-field[data-field-type=textfield]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_contain_text("Tersimpan")
    assert kept(live)[1]["submit_sowan"].count('"textfield"') == PPS_FORM.count('"textfield"') + 1


FIELD = """() => [...document.querySelectorAll(
    ".fjs-palette-field, .fjs-palette-group-title, .bio-properties-panel-group-header-title, " +
    ".bio-properties-panel-label"
)].map((one) => one.textContent.trim()).filter(Boolean)"""


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_form_editor_speaks_the_language_of_the_page_and_leaves_the_form_alone(
    live: Live, visit: Callable[..., Page], world: World, send: Callable[[Page, bytes], str], language: str
) -> None:
    page = visit("operator", PASSWORD)
    address = send(page, PPS.encode())
    with db.transaction(live.app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Account).values(locale=language))
        draft = session.scalars(sa.select(DrawingDraft)).one()
        fields = [{"type": "textfield", "id": "F1", "key": "a", "label": "Number"},
                  {"type": "text", "id": "F2", "text": "Key"}]
        form = {"type": "default", "id": "submit_sowan", "components": fields}
        draft.forms = {**draft.forms, "submit_sowan": json.dumps(form)}
    page.goto(f"{address}/formulir/submit_sowan")
    page.wait_for_selector("[data-editor][data-ready]")
    page.locator(".fjs-editor-container .fjs-form-field-textfield").first.click()
    page.locator(".bio-properties-panel-group-header").first.click()
    page.wait_for_selector(".bio-properties-panel-label")
    words = json.loads((Path(db.__file__).parent / "static" / "words" / "form-js.id.json").read_text("utf-8"))
    said = set(page.evaluate(FIELD))
    assert len(said) > 25
    assert sorted(said - set(words.values() if language == "id" else words)) == []
    assert page.locator(".fjs-form-field-textfield label").first.inner_text() == "Number"
    assert page.locator(".fjs-form-field-text").first.inner_text() == "Key"
    page.locator(".fjs-palette-field[data-field-type=number]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_contain_text("Tersimpan" if language == "id" else "Saved")
    labels = [one.get("label") for one in json.loads(kept(live)[1]["submit_sowan"])["components"]]
    assert sorted(filter(None, labels)) == sorted(["Number", "Angka" if language == "id" else "Number"])


PPS_FORM = (Path(__file__).parents[2] / "workflows" / "pps" / "submit_sowan.form").read_text("utf-8")


def test_a_second_person_consents_and_the_body_is_moved_by_the_worker(
    live: Live, visit: Callable[..., Page], world: World, send: Callable[[Page, bytes], str]
) -> None:
    page, other = visit("operator", PASSWORD), visit("komisioner", PASSWORD)
    send(page, RENAMED)
    page.get_by_role("button", name="Usulkan kepada orang kedua").click()
    page.wait_for_url(re.compile("/alur/usulan/"))
    other.goto(page.url)
    other.wait_for_selector("#baru[data-ready]")
    assert other.locator("#baru [data-element-id=approve_bimtek].changed").count() == 1
    assert whole(other) == []
    other.get_by_role("button", name="Setujui dan terbitkan").click()
    other.wait_for_url(re.compile("/alur/proses/pps"))
    assert whole(other) == []
    page.goto("/alur")
    page.get_by_role("link", name="Pindahkan dari versi 1").click()
    assert whole(page) == []
    page.get_by_role("button", name="Pindahkan 1 badan").click()
    with live.worker():
        expect(page.locator("#kemajuan")).to_contain_text("1 pindah, 0 tetap, 0 lagi", timeout=20_000)
    assert whole(page) == []
