"""A real Chromium under a person's finger, who counts what is touched and typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Error, Locator, Page

from benchmarks.day.hands import SECONDS, Refused, plain

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
LISTEN = """() => {
  window.dayLeaves = false;
  const look = event => {
    const link = event.type === "click" && event.target.closest("a[href]");
    const goes = event.type === "submit" || (link && !link.getAttribute("href").startsWith("#"));
    if (goes && !event.defaultPrevented) window.dayLeaves = true;
  };
  for (const kind of ["click", "submit"]) window.addEventListener(kind, look);
}"""
"""Whether a touch leads to another page: a link or a form that no script has kept for itself."""


class Touch:
    """One person's browser; on a phone with touch. Every error of a script on a page stops the day."""

    def __init__(self, browser: Browser, base: str, who: str, *, phone: bool = False) -> None:
        self.base, self.who, self.taps, self.typed = base, who, 0, 0
        self.context = browser.new_context(
            viewport=PHONE if phone else DESK, base_url=base, has_touch=phone, is_mobile=phone, locale="id-ID",
            timezone_id="Asia/Jakarta",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(SECONDS * 1000)
        self.page.on("pageerror", lambda error: self._trouble.append(str(error)))
        self._trouble: list[str] = []

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.base)

    def open(self, path: str) -> None:
        self.taps += 1
        self.page.goto(path)
        self._well()

    def follow(self, label: str) -> None:
        self.taps += 1
        self._go(self._first(self.page.get_by_role("link", name=label)))

    def press(self, label: str = "", *, name: str = "", value: str = "") -> None:
        self.taps += 1
        page = self.page.locator("main")
        button = page.locator(f'button[name="{name}"][value="{value}"]') if name else page.get_by_role(
            "button", name=re.compile(rf"^\s*{re.escape(label)}"))
        self._go(self._first(button))

    def fill(self, name: str, value: str) -> None:
        self.typed += 1
        self._shown(name).fill(value)

    def choose(self, name: str, value: str) -> None:
        self.taps += 1
        box = self.page.locator(f'input[name="{name}"][value="{value}"]')
        if box.count():
            self._seen(box.first)
            box.first.check()
        else:
            self._shown(name).select_option(value)

    def attach(self, name: str, files: Sequence[Path]) -> None:
        self.taps += len(files)
        self.page.locator(f'input[type=file][name="{name}"]').first.set_input_files([str(one) for one in files])

    def has(self, name: str) -> bool:
        return self.page.locator(f'[name="{name}"]').count() > 0

    def text(self) -> str:
        return plain(self.page.locator("body").inner_text())

    def source(self) -> str:
        return self.page.content()

    def wait_for(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()
        self._well()

    def arrive(self, path: str) -> None:
        """The page went on to this path, as it does once its script has sent the files; Refused when it does not."""
        try:
            self.page.wait_for_url(self.base + path)
        except Error as error:
            raise Refused(f"{self.who}: {self.path} instead of {path}: {self.text()[:2000]}") from error
        self._well()

    def download(self, label: str) -> bytes:
        self.taps += 1
        wanted = re.compile(rf"^\s*{re.escape(label)}")
        with self.page.expect_download() as coming:
            self._first(self.page.get_by_role("button", name=wanted).or_(
                self.page.get_by_role("link", name=wanted))).click()
        return Path(coming.value.path()).read_bytes()

    def take_cookies(self, cookies: Mapping[str, str]) -> None:
        """This browser is let in as another one of the same person was."""
        self.context.add_cookies([{"name": name, "value": value, "url": self.base} for name, value in cookies.items()])

    def close(self) -> None:
        self.context.close()

    def _shown(self, name: str) -> Locator:
        part = self.page.locator(f'main [name="{name}"]:not([type=hidden]):not([type=file])').first
        self._seen(part)
        return part

    def _seen(self, part: Locator) -> None:
        """What lies folded away is unfolded, by a tap on its heading."""
        folded = part.locator("xpath=ancestor::details[not(@open)]")
        while folded.count():
            self.taps += 1
            folded.first.locator("summary").first.click()

    def _go(self, part: Locator) -> None:
        """It was touched, and the page that it leads to stands; where a script answers, the page that is here."""
        self.page.evaluate(LISTEN)
        part.click()
        try:
            leaves = self.page.evaluate("() => window.dayLeaves !== false")
        except Error:  # the page is leaving at this moment
            leaves = True
        if leaves:
            self.page.wait_for_function("() => window.dayLeaves === undefined && document.readyState === 'complete'")
        self._well()

    def _first(self, found: Locator) -> Locator:
        found.first.wait_for(state="attached")
        return next((one for one in found.all() if one.is_visible()), found.first)

    def _well(self) -> None:
        if self._trouble:
            raise Refused(f"{self.who}: {self.path}: {self._trouble}")
