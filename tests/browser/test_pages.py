"""Every page as each of its readers meets it: on a phone and on a desk, in both languages, by eye, ear and keyboard.

A kecamatan of the demo is loaded once, its photos kept. Nothing is changed but the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, StorageState

from tests.browser.conftest import DESK, PHONE, speak
from tests.browser.house import House
from web.auth.accounts import DEMO_PASSWORD

pytestmark = pytest.mark.browser

READERS: dict[str, tuple[str, ...]] = {
    "": ("/masuk", "/undangan", "/surat/periksa", "/panduan/", "/panduan/pengawas"),
    "pps-pare-kranggan": (
        "/tugas", "/badan/{mine}", "/badan/{mine}/bukti/submit_sowan", "/badan/{mine}/bukti/submit_secretariat",
        "/badan/{mine}/bukti/submit_bimtek", "/badan/{mine}/kendala", "/agenda", "/akun", "/tanda-terima", "/luring",
        "/register", "/register?jenis=issue", "/register/{issue}", "/register/{issue}/langkah/remark",
        "/register/{secret}", "/register/baru/issue", "/register/baru/neutrality", "/register/baru/monthly",
        "/register/baru/socialisation",
    ),
    "pps-bengkal-kranggan": (
        "/tugas", "/badan/{returned}/bukti/submit_sowan", "/pemberitahuan", "/pemberitahuan/pilihan",
    ),
    "ppk-kranggan": (
        "/tugas", "/badan/{district}/bukti/submit_secretariat", "/badan/{district}", "/kegiatan", "/kegiatan/baru",
        "/pemangku", "/pemangku/baru", "/pemangku/{office}", "/pemangku/{office}/kontak", "/pemangku/{office}/ubah",
    ),
    "komisioner-sdm": (
        "/tugas", "/tugas?tab=team", "/tugas?tab=done", "/tugas?q=zzz", "/pemberitahuan", "{approvals}", "/delegasi",
        "/pleno", "/register?jenis=socialisation", "/register?jenis=monthly", "/register/belum-lapor",
        "/register/{issue}/langkah/hand_over", "/penggantian", "/penggantian/{paw}",
    ),
    "operator": (
        "/impor", "/ekspor", "/ekspor?tabel=rekap&dari=badan", "/ekspor?q=zzz", "/ekspor/templat/nominatif",
        "/tugas", "/badan", "/badan?q=zzz", "{submissions}", "/orang", "/orang/{person}", "/agenda/1", "/agenda/1/ubah",
        "/surat", "/surat/terbitkan?jenis=oath_minutes", "/surat/naskah", "/surat/naskah/attendance",
        "/surat/pengaturan",
        "/kegiatan", "/kegiatan?q=zzz", "/kegiatan/{activity}", "/kegiatan/{activity}/badan",
        "/kegiatan/{activity}/rincian", "/kegiatan/{activity}/kehadiran", "/kegiatan/{activity}/pleno",
        "/kegiatan/{activity}/serahkan",
        "/kegiatan/{activity}/serahan/{run}", "/kegiatan/susulan", "/badan/{mine}/undangan",
        "/pemangku?lama=1", "/pemangku?badan={mine}",
        "/penggantian", "/penggantian?keadaan=owed", "/penggantian/baru/{mine}", "/penggantian/{paw}", "/badan/bentuk",
    ),
    "hukum": ("/terhambat", "/terhambat?kelompok=kecamatan", "/terhambat/ingatkan", "/cari", "/cari?q=kranggan",
              "/cari?q=zzz", "/terhambat?q=zzz", "/ringkasan", "/eskalasi", "/alur/proses/pps",
              "/laju", "/laju/peta?langkah=submit_sowan", "/laju/pers",
              "/register?jenis=neutrality", "/register/{secret}"),
    "provinsi": ("/ringkasan", "/laju"),
    "bawaslu": ("/register", "/register/baru/suggestion",
               "/badan/{longest}", "/orang/{person}", "/kegiatan/{activity}", "/kegiatan/{activity}/kehadiran"),
    "auditor": ("/riwayat?periksa=0", "/badan/{longest}", "/pemangku/{office}",),
    "admin": ("/alur", "/alur/proses/pps", "/alur/baru", "/kesehatan", "/alur/draf/{draft}", "/alur/draf/{draft}/ubah",
              "/alur/draf/{draft}/formulir/submit_sowan", "/alur/pindah?dari={moved}"),
}
REFUSED = (("pps-pare-kranggan", "/terhambat", 403), ("bawaslu", "/badan/999999", 404), ("hukum", "/tidak-ada", 404))

AXE = Axe().axe_script
VIOLATIONS = """axe.run({resultTypes: ['violations'], preload: false, rules: {'target-size': {enabled: true}}})
  .then(found => found.violations)"""
SETTLED = "document.querySelectorAll('.actions').forEach(bar => { bar.style.position = 'static'; })"
"""A bar at the edge of the screen covers what lies below it for as long as nobody scrolls: that is no small target."""
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), shown = getComputedStyle(one);
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const label = one.matches(".take input") ? getComputedStyle(one.previousElementSibling) : shown;
  return {tag: one.tagName, text: (one.innerText || one.name || "").trim(),
          ringed: label.outlineStyle !== "none" && parseFloat(label.outlineWidth) >= 2 || one.matches("main"),
          inside: one === document.body || (box.bottom > 0 && box.top < innerHeight),
          open: !at || one.contains(at) || at.contains(one) || one.matches(".take input") };
}"""


@pytest.fixture(scope="module")
def seats(chrome: Browser, house: House) -> Callable[[str], StorageState | None]:
    """The cookies of somebody who is signed in ("" is nobody)."""

    @cache
    def seat(login: str) -> StorageState | None:
        if not login:
            return None
        with chrome.new_context(base_url=house.url) as context:
            page = context.new_page()
            page.goto("/masuk")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", DEMO_PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/masuk" not in url)
            return context.storage_state()

    return seat


@pytest.fixture
def enter(
    chrome: Browser, house: House, seats: Callable[[str], StorageState | None]
) -> Iterator[Callable[..., Page]]:
    """Opens a browser for somebody, signed in ("" is nobody), in this language and colour scheme."""
    opened = []

    def open_as(login: str, language: str = "id", scheme: str = "light") -> Page:
        context = chrome.new_context(
            viewport=PHONE, base_url=house.url, color_scheme=scheme, storage_state=seats(login),  # type: ignore[arg-type]
        )
        opened.append(context)
        page = context.new_page()
        page.goto("/panduan/")
        speak(page, language)
        return page

    yield open_as
    for context in opened:
        context.close()


def faults(page: Page, answer: Response | None, status: int = 200, axe_at: tuple[int, ...] = (360, 1280)) -> list[str]:
    """What is wrong with the page shown, at both widths; axe looks at those of `axe_at` (it takes the most time)."""
    found = [] if answer is not None and answer.status == status else [f"status {answer and answer.status}"]
    page.evaluate(AXE)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        if (over := page.evaluate(OVERFLOW)) > 0:
            found.append(f"{size['width']} px: {over} px too wide")
        for one in page.evaluate(VIOLATIONS) if size["width"] in axe_at else ():
            found.append(f"{size['width']} px: {one['id']} {[node['target'] for node in one['nodes']][:3]}")
    return found


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("reader", list(READERS))
def test_every_page_is_whole(house: House, enter: Callable[..., Page], reader: str, language: str) -> None:
    page = enter(reader, language, "light" if language == "id" else "dark")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong: dict[str, list[str]] = {}
    for path in house.paths(READERS[reader]):
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        answer = page.goto(path)
        if page.locator("[data-drawing]").count():
            page.wait_for_selector("[data-drawing][data-ready]")
        if page.locator("[data-editor]").count():  # it is for wide screens, and begins on one
            page.set_viewport_size(DESK)  # type: ignore[arg-type]
            answer = page.reload()
            page.wait_for_selector("[data-editor][data-ready]")
        found = faults(page, answer, axe_at=(360,) if language == "id" else (1280,)) + said
        assert page.locator("html").get_attribute("lang") == language
        said.clear()
        if found:
            wrong[path] = found
    assert wrong == {}


@pytest.mark.parametrize(("reader", "path", "status"), REFUSED)
def test_refusals_are_pages_too(enter: Callable[..., Page], reader: str, path: str, status: int) -> None:
    page = enter(reader)
    assert faults(page, page.goto(path), status) == []
    page.get_by_role("link", name="Ke halaman utama").click()
    assert page.locator("h1").inner_text()


@pytest.mark.parametrize("path", ["/badan/{mine}/bukti/submit_sowan", "/badan/{mine}/kendala"])
def test_a_form_that_comes_back_is_whole(house: House, enter: Callable[..., Page], path: str) -> None:
    page = enter("pps-pare-kranggan")
    page.goto(path.format(**house.places))
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 422) as refused:
        page.locator("main .actions .button").first.click()
    page.locator("main .wrong").first.wait_for()
    assert faults(page, refused.value, 422) == []


@pytest.mark.parametrize(("reader", "path", "wanted"), [
    ("pps-pare-kranggan", "/tugas", "Isi bukti"),
    ("pps-pare-kranggan", "/badan/{mine}/bukti/submit_sowan", "Kirim"),
    ("komisioner-sdm", "/tugas", "Periksa"),
    ("komisioner-sdm", "{approvals}", "Setujui"),
    ("hukum", "/terhambat", "Unduh CSV"),
    ("operator", "/agenda/1/ubah", "Simpan"),
])
def test_the_keyboard_is_enough(
    house: House, enter: Callable[..., Page], reader: str, path: str, wanted: str
) -> None:
    """The skip link leads into the page; from there Tab reaches what the page is for, each stop visible and ringed."""
    page = enter(reader)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.goto(house.paths([path])[0])
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.locator(".skip:focus").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "isi"
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        assert stop["ringed"], stop
        assert stop["inside"], stop
        assert stop["open"], stop
        if stop["text"].startswith(wanted):
            return
    raise AssertionError(f"{wanted} is not reached")


def test_a_phone_decides_in_two_taps(house: House, enter: Callable[..., Page]) -> None:
    """From the queue: the evidence is opened, and both answers are in reach at once; the reasons unfold when asked."""
    page = enter("komisioner-sdm")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/tugas")
    page.get_by_role("link", name="Periksa").first.click()
    approve, give_back = (page.locator(f".verdict-bar {what}") for what in ("button", "a"))
    box = approve.bounding_box()
    assert box is not None
    assert 0 < box["y"] < PHONE["height"] - box["height"] + 1
    assert approve.evaluate("button => button.form.querySelector('[name=decision]').value") == "approve"
    give_back.click()
    page.locator("#kembalikan textarea, #kembalikan input[type=radio]").first.wait_for(state="visible")
