"""A phone with a Chromium: its battery may end, it may hang, and what its browser kept is there afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Error, Page, Playwright

from tests.web.desk_world import PASSWORD

HANGS = 240
"""After so many seconds a run's phone counts as hanging."""


class Phone:
    """A Chromium with a profile that outlives it: `kill` is the battery's end, `wake` opens it anew."""

    def __init__(self, playwright: Playwright, chromium: str, folder: Path, base: str) -> None:
        self.playwright, self.chromium, self.folder, self.base = playwright, chromium, folder, base
        self.wake()

    def wake(self) -> None:
        self.hung = False
        port = free_port()
        self.process = subprocess.Popen(
            [self.chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio",
             f"--remote-debugging-port={port}", f"--user-data-dir={self.folder}", "--window-size=360,740",
             "--disable-background-networking", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        wait_for(f"http://127.0.0.1:{port}/json/version")
        self.browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        self.context = self.browser.contexts[0]
        self.page = self._made(self.context.pages[0] if self.context.pages else self.context.new_page())

    def _made(self, page: Page) -> Page:
        page.set_viewport_size({"width": 360, "height": 740})
        page.set_default_timeout(60_000)
        return page

    def another(self) -> Page:
        return self._made(self.context.new_page())

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        with suppress(Error):
            self.browser.close()
        (self.folder / "SingletonLock").unlink(missing_ok=True)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Whoever holds a phone that does not answer for HANGS seconds switches it off: some of Playwright's calls wait
        for a browser for ever."""
        def switch_off() -> None:
            self.hung = True
            os.killpg(self.process.pid, signal.SIGKILL)

        watch = threading.Timer(HANGS, switch_off)
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def sign_in(self, page: Page) -> None:
        """As after a battery's end that took the cookie with it."""
        page.goto(f"{self.base}/masuk")
        page.fill("input[name=login]", "pps")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/masuk" not in url)

    def rest(self) -> None:
        """The browser was closed as people close it: its cookies are on the disk."""
        with suppress(Error):
            self.browser.new_browser_cdp_session().send("Browser.close")
        self.process.wait(20)
        self.wake()

    def open(self, path: str, page: Page | None = None) -> Page:
        """The page stands, whatever the line: from the phone's own cache where it must."""
        page = page or self.page
        for _ in range(30):
            with suppress(Error):
                page.goto(self.base + path, wait_until="domcontentloaded", timeout=8000)
                if "/masuk" in page.url:
                    self.sign_in(page)
                    continue
                page.locator("html[data-ready]").wait_for(state="attached", timeout=4000)
                return page
            time.sleep(0.3)
        raise AssertionError(f"{path} does not open: {page.url}")


def wait_for(url: str) -> None:
    """Somebody answers there; AssertionError after a minute and a half."""
    end = time.monotonic() + 90
    while True:
        with suppress(OSError):
            urllib.request.urlopen(url, timeout=20).close()
            return
        if time.monotonic() > end:
            raise AssertionError(f"nobody answers at {url}")
        time.sleep(0.1)


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
