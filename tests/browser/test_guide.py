"""The guide's pictures are taken by these tests, so that a step that no longer works is found.

    python3 manage.py test tests/browser/test_guide.py --pictures

writes them into docs/images, with the whole regency; without --pictures one kecamatan is enough, and nothing is kept.
Nothing in the demo is changed but the empty form that is handed in once to show what then is said, and two drafts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import PHONE, speak
from tests.browser.guide import IMAGES, LARGEST, SHOTS, shrunk
from tests.browser.house import House
from web.auth.accounts import DEMO_PASSWORD
from web.config import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def enter(chrome: Browser, house: House) -> Iterator[Callable[[str, dict[str, int]], Page]]:
    """A page of this size for this person, who signs in once."""

    @cache
    def signed_in(login: str, phone: bool, width: int, height: int) -> BrowserContext:
        context = chrome.new_context(
            viewport={"width": width, "height": height}, base_url=house.url, locale="id-ID", color_scheme="light",
            has_touch=phone, is_mobile=phone,
        )
        if login:
            page = context.new_page()
            page.goto("/masuk")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", DEMO_PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/masuk" not in url)
            page.close()
        return context

    yield lambda login, size: signed_in(login, size == PHONE, size["width"], size["height"]).new_page()
    for context in chrome.contexts:
        context.close()


@pytest.mark.parametrize(("name", "login", "size", "path", "then"), SHOTS, ids=[shot[0] for shot in SHOTS])
def test_the_steps_of_a_picture_work(
    request: pytest.FixtureRequest, enter: Callable[[str, dict[str, int]], Page], house: House, name: str, login: str,
    size: dict[str, int], path: str, then: Callable[[Page], None] | None,
) -> None:
    page = enter(login, size)
    address = house.paths([path])[0]
    answer = page.goto(address)
    if page.locator("html").get_attribute("lang") != "id":  # another test has read in English as the same person
        speak(page, "id")
        answer = page.goto(address)
    assert answer is not None
    assert answer.ok
    if then:
        then(page)
    page.wait_for_load_state("networkidle" if request.config.getoption("--pictures") else "load")
    picture = page.screenshot()
    page.close()
    assert len(picture) > 5_000
    if request.config.getoption("--pictures"):
        (IMAGES / f"{name}.png").write_bytes(shrunk(picture))
    assert 5_000 < (IMAGES / f"{name}.png").stat().st_size < LARGEST


def test_each_picture_stands_in_a_text_and_each_text_has_its_pictures() -> None:
    texts = [*(ROOT / "docs" / "panduan").glob("*.md"), ROOT / "README.md"]
    shown = {name for text in texts for name in re.findall(r"images/([\w-]+)\.png", text.read_text("utf-8"))}
    assert shown == {shot[0] for shot in SHOTS}
    assert shown == {file.stem for file in IMAGES.glob("*.png")}
