"""The whole product as people meet it: pages on a real port, a real Redis, a real RQ worker, a real browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser.house import house  # noqa: F401  # a fixture
from web import create_app
from web.config import ROOT, Config

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# Each window of a headless Chromium would draw two pages behind an address bar that nobody sees: a fifth of the time.
# Of several such switches the last one counts, so what Playwright leaves out for quiet is left out here too.
WITHOUT = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "AimEnabled", "PreconnectToSearch",
    "OptimizationHints", "NetworkTimeServiceQuerying", "MediaRouter", "LensOverlay", "PaintHolding", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning", "DestroyProfileOnBrowserClose",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", f"--disable-features={','.join(WITHOUT)}"]


@dataclass(frozen=True)
class Live:
    """The running pages: `url` without a slash at the end, `environ` for further processes of the same installation."""

    app: Flask
    url: str
    environ: dict[str, str]

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """The RQ worker of this installation runs while the block does."""
        process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "worker"], cwd=ROOT, env={**os.environ, **self.environ},
            stdin=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


@pytest.fixture
def live(sqlite_url: str, redis_url: str, tmp_path: Path) -> Iterator[Live]:
    environ = {"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": sqlite_url, "REDIS_URL": redis_url}
    app = create_app(Config.from_environment(environ))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Live(app, f"http://127.0.0.1:{server.server_port}", environ)
    finally:
        server.shutdown()
        thread.join(10)
        app.extensions["tapak.engine"].dispose()


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


def speak(page: Page, language: str) -> None:
    """The page's reader has chosen this language, wherever they are signed in."""
    if page.locator("html").get_attribute("lang") != language:
        page.locator("details.menu > summary").click()
        page.locator(f".languages button[value={language}]").click()
        page.wait_for_selector(f"html[lang={language}]")


@pytest.fixture
def visit(chrome: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """Signs somebody in, in a browser of their own; every script error and blocked resource fails the test."""
    troubles: list[str] = []
    with ExitStack() as opened:

        def open_as(login: str, password: str, size: dict[str, int] = DESK, **options: object) -> Page:
            context = chrome.new_context(viewport=size, base_url=live.url, **options)  # type: ignore[arg-type]
            opened.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
            page.goto("/masuk")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", password)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/masuk" not in url)
            return page

        yield open_as
    assert troubles == []
