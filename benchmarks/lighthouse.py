"""Lighthouse's marks for the five pages that are opened most, as a mid-range phone on slow 4G would see them.

    python3 manage.py run                                                          # a demo, in one terminal
    npm install --no-save lighthouse                                               # anywhere; or LIGHTHOUSE=path
    python3 -m benchmarks.lighthouse http://127.0.0.1:8000

Prints a line per page and category and each audit that cost marks. Ends with an error when a mark is below 95.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.board import Browser
from web.auth.accounts import DEMO_PASSWORD

LEAST = 95
ATTEMPTS = 3
"""On a busy machine Lighthouse now and then records no page load and says so."""
CATEGORIES = ("performance", "accessibility", "best-practices")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PAGES = (
    ("tugas anggota", "pps-pare-kranggan", "/tugas", None),
    ("isi bukti", "pps-pare-kranggan", "/tugas", r'href="(/badan/\d+/bukti/submit_sowan)"'),
    ("antrean", "komisioner-sdm", "/tugas", None),
    ("periksa", "komisioner-sdm", "/tugas", r'href="(/tugas/\d+/periksa)[?"]'),
    ("terhambat", "hukum", "/terhambat", None),
)
"""(name, login, path, pattern of the link on that page that is meant)."""


def marks(address: str) -> Iterator[tuple[str, dict[str, int], list[str]]]:
    """(page, mark from 0 to 100 by category, titles of the audits that cost marks)."""
    where = urlsplit(address)
    for name, login, path, link in PAGES:
        browser = Browser(where.port or 80)
        browser.sign_in(login, DEMO_PASSWORD)
        cookie = "; ".join(f"{one.key}={one.value}" for one in browser.cookies.values())
        told = _lighthouse(f"http://{where.netloc}{_meant(browser, path, link)}", cookie)
        yield name, {one: round(told["categories"][one]["score"] * 100) for one in CATEGORIES}, _lost(told)


def _meant(browser: Browser, path: str, link: str | None) -> str:
    if link is None:
        return path
    found = re.search(link, browser.get(path))
    if found is None:
        raise RuntimeError(f"{path} has no link {link}")
    return found[1]


def _lighthouse(url: str, cookie: str) -> dict[str, Any]:
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse") or "node_modules/.bin/lighthouse"
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), "")
    with tempfile.TemporaryDirectory() as folder:
        headers, report = Path(folder, "headers.json"), Path(folder, "report.json")
        headers.write_text(json.dumps({"Cookie": cookie}), "utf-8")
        for _ in range(ATTEMPTS):
            subprocess.run(
                [program, url, "--quiet", "--output=json", f"--output-path={report}", f"--extra-headers={headers}",
                 f"--only-categories={','.join(CATEGORIES)}",
                 "--chrome-flags=--headless=new --no-sandbox --disable-gpu"],
                check=False, env={**os.environ, "CHROME_PATH": chromium},
            )
            told: dict[str, Any] = json.loads(report.read_text("utf-8"))
            if "runtimeError" not in told:
                return told
    raise RuntimeError(told["runtimeError"]["message"])


def _lost(told: dict[str, Any]) -> list[str]:
    weighed = {
        one["id"]: name for name in CATEGORIES for one in told["categories"][name]["auditRefs"] if one["weight"] > 0
    }
    return [
        f"{name}: {told['audits'][audit]['title']} {told['audits'][audit].get('displayValue', '')}".strip()
        for audit, name in weighed.items() if (told["audits"][audit]["score"] or 0) < 0.9
        and told["audits"][audit]["scoreDisplayMode"] not in ("notApplicable", "informative", "manual")
    ]


def main() -> None:
    least = 100
    for name, found, lost in marks(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"):
        print(f"{name:<16} " + "  ".join(f"{one} {mark}" for one, mark in found.items()), flush=True)
        for line in lost:
            print(f"    {line}")
        least = min(least, *found.values())
    sys.exit(0 if least >= LEAST else f"at least {LEAST} were asked")


if __name__ == "__main__":
    main()
