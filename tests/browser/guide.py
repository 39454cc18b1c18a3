"""The pictures of the guide and of the README: who opens which page, on what, and what they do there."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import PHONE
from web.config import ROOT

IMAGES = ROOT / "docs" / "images"
DESK = {"width": 1280, "height": 860}
LARGEST = 150_000
DRAWING = ROOT / "workflows" / "pps" / "pps.bpmn"


def first(name: str) -> Callable[[Page], None]:
    """Follows the first link whose words begin so."""
    return lambda page: page.locator("main").get_by_role("link", name=name).first.click()


def send(page: Page) -> None:
    first("Isi bukti")(page)
    page.locator(".actions .button").first.click()


def earlier(page: Page) -> None:
    page.locator(".early summary").click()
    page.evaluate("document.querySelector('.early').scrollIntoView({block: 'center'})")


def give_back(page: Page) -> None:
    first("Periksa")(page)
    page.wait_for_load_state("networkidle")
    page.locator(".give-back > summary").click()


def several(page: Page) -> None:
    for box in page.locator(".queue tbody input[type=checkbox]").all()[:4]:
        box.check()
    page.get_by_role("button", name="Setujui yang dicentang").click()


def history(page: Page) -> None:
    page.locator(".chain").scroll_into_view_if_needed()


def levels(page: Page) -> None:
    page.locator(".levels").scroll_into_view_if_needed()


def changed(*changes: tuple[str, str]) -> Callable[[Page], None]:
    """Sends the drawing of PPS with these words changed: a draft of its own, of which nothing is proposed."""
    def send_drawing(page: Page) -> None:
        text = DRAWING.read_text("utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        page.set_input_files("#files", {"name": "pps.bpmn", "mimeType": "application/xml", "buffer": text.encode()})
        page.locator(".actions .button").first.click()
        page.wait_for_selector("[data-picture][data-ready]")

    return send_drawing


def fault(page: Page) -> None:
    flow = 'id="sowan_returned" name="Dikembalikan" sourceRef="sowan_decision" targetRef="submit_sowan" '
    condition = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">= decision = "return"'
    changed(
        (' default="sowan_returned"', ""),
        (f"{flow}/>", f"{flow}>{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>"),
    )(page)
    page.locator("[data-play]").first.click()
    page.wait_for_timeout(6000)


SHOTS: tuple[tuple[str, str, dict[str, int], str, Callable[[Page], None] | None], ...] = (
    ("masuk", "", PHONE, "/masuk", None),
    ("tugas-anggota", "pps-pare-kranggan", PHONE, "/tugas", None),
    ("isi-bukti", "pps-pare-kranggan", PHONE, "/tugas", first("Isi bukti")),
    ("isian-kurang", "pps-pare-kranggan", PHONE, "/tugas", send),
    ("dikembalikan", "pps-bengkal-kranggan", PHONE, "/tugas", None),
    ("lebih-awal", "pps-pare-kranggan", PHONE, "/tugas", earlier),
    ("kendala", "pps-pare-kranggan", PHONE, "/tugas", first("Laporkan kendala")),
    ("badan", "operator", DESK, "/badan?terlambat=1", first("PPS")),
    ("antrean", "komisioner-sdm", DESK, "/tugas", None),
    ("antrean-telepon", "komisioner-sdm", PHONE, "/tugas", None),
    ("periksa", "komisioner-sdm", DESK, "/tugas?tahap=inaugurated", first("Periksa")),
    ("kembalikan", "komisioner-sdm", DESK, "/tugas?tahap=inaugurated", give_back),
    ("terhambat", "hukum", DESK, "/terhambat", None),
    ("ringkasan", "hukum", DESK, "/ringkasan", None),
    ("eskalasi", "hukum", DESK, "/eskalasi", None),
    ("agenda", "operator", DESK, "/agenda/1/ubah", None),
    ("agenda-eskalasi", "operator", DESK, "/agenda/1/ubah", levels),
    ("orang", "operator", DESK, "/orang", None),
    ("kesehatan", "operator", DESK, "/kesehatan", None),
    ("alur", "operator", DESK, "/alur/proses/pps", None),
    ("alur-temuan", "operator", DESK, "/alur/baru", fault),
    ("alur-banding", "operator", DESK, "/alur/baru", changed(("Periksa bimtek", "Telaah bimtek"))),
    ("kegiatan", "operator", DESK, "/kegiatan/{activity}", None),
    ("undangan", "operator", DESK, "/badan/{mine}/undangan", None),
    ("surat", "operator", DESK, "/surat/terbitkan?jenis=oath_minutes", None),
    ("impor", "operator", DESK, "/impor", None),
    ("ekspor", "operator", DESK, "/ekspor", None),
    ("massal", "komisioner-sdm", DESK, "/tugas", several),
    ("laju", "hukum", DESK, "/laju", None),
    ("riwayat", "auditor", DESK, "/badan/{mine}", history),
    ("register", "hukum", DESK, "/register?jenis=issue", None),
    ("penggantian", "operator", DESK, "/penggantian", None),
    ("pemangku", "operator", DESK, "/pemangku", None),
)


def shrunk(picture: bytes) -> bytes:
    """The PNG with as many colours as fit below the limit."""
    drawn = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        stream = io.BytesIO()
        drawn.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
        if stream.tell() < LARGEST:
            break
    return stream.getvalue()
