"""`python3 -m benchmarks.day [--within CODE] [--wire] [--json] [--keep FOLDER]`: the whole day, its taps and times.

`--within` plays it for one kecamatan, `--wire` without a browser. Every refusal and every difference ends it with an
error.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.day import ledger, play
from workflows.regions import TEMANGGUNG

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python3 -m benchmarks.day", description=__doc__)
    asked.add_argument("--within", metavar="CODE", default=TEMANGGUNG)
    asked.add_argument("--wire", action="store_true", help="over HTTP alone, without a browser")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--keep", metavar="FOLDER", type=Path, help="the data, tables and letters stay there")
    options = asked.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="tapak-day-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if options.wire:
            told = play.whole(folder, options.within)
        else:
            with sync_playwright() as playwright:
                path = next(filter(None, map(shutil.which, CHROMIUM)), None)
                browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
                told = play.whole(folder, options.within, browser)
                browser.close()
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(told.as_json(), ensure_ascii=False) if options.json else f"\n{ledger.table(told)}")
    sys.exit(0)


if __name__ == "__main__":
    main()
