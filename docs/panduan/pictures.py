"""Makes the pictures of the guide and of the README anew, from a running demo.

    python3 manage.py run                                        # in one terminal
    .venv/bin/python docs/panduan/pictures.py http://127.0.0.1:8000

Afterwards docs/images/*.png show the demo as it is now, each below 150 kB. Nothing in the demo is changed, but the
empty form that is handed in once to show what then is said, and two drafts of a drawing. Needs requirements-test.txt
and Chromium.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "images"
EVERYBODYS = "tapak-demo-2024"
PHONE, DESK = (360, 740), (1280, 860)
LARGEST = 150_000
DRAWING = Path(__file__).resolve().parents[2] / "workflows" / "pps" / "pps.bpmn"


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


def history(page: Page) -> None:
    page.locator("main .table a").first.click()
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


SHOTS: tuple[tuple[str, str, tuple[int, int], str, Callable[[Page], None] | None], ...] = (
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
    ("riwayat", "auditor", DESK, "/badan", history),
)


def keep(name: str, picture: bytes) -> int:
    """The picture lies in docs/images, with as many colours as fit below the limit; gives its size in bytes."""
    drawn = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        stream = io.BytesIO()
        drawn.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
        if stream.tell() < LARGEST:
            break
    (IMAGES / f"{name}.png").write_bytes(stream.getvalue())
    return stream.tell()


def enter(browser: Browser, address: str, login: str, size: tuple[int, int]) -> Page:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, base_url=address, locale="id-ID", color_scheme="light",
        has_touch=size == PHONE, is_mobile=size == PHONE,
    )
    page.goto("/masuk")
    if login:
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", EVERYBODYS)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/masuk" not in url)
    return page


def main(address: str, names: list[str]) -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--hide-scrollbars"]
        )
        for name, login, size, path, then in SHOTS:
            if names and name not in names:
                continue
            page = enter(browser, address, login, size)
            page.goto(path)
            if then:
                then(page)
            page.wait_for_load_state("networkidle")
            print(name, keep(name, page.screenshot()))
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000", sys.argv[2:])
