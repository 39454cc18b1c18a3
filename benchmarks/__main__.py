"""`python3 manage.py bench [--json] [NAMES]`: each benchmark on SQLite and on PostgreSQL, with medians and ratios."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import databases
from tests.servers import NoServer

NAMES = ("approval", "bulk", "sweep", "board", "search", "imports", "activities")
KINDS = ("sqlite", "postgresql")
WITHOUT = ("steps", "proof", "corpus")
"""The benchmarks that need no database."""


def main() -> None:
    """Prints what was measured, and what was skipped and why."""
    parser = argparse.ArgumentParser(prog="manage.py bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES + WITHOUT)} (default: all)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--only", choices=KINDS, help="on one kind of database only")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(NAMES + WITHOUT):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(NAMES + WITHOUT)}")
    report: dict[str, Any] = {"machine": machine()}
    if not wanted.json:
        print("  ".join(f"{key} {value}" for key, value in report["machine"].items()))
    with tempfile.TemporaryDirectory(prefix="tapak-bench-", ignore_cleanup_errors=True) as folder:
        kinds = [wanted.only] if wanted.only else KINDS
        for kind, name, found in measured(wanted.names or NAMES + WITHOUT, kinds, Path(folder)):
            (report.setdefault(kind, {}) if kind else report)[name] = found
            if not wanted.json:
                print("\n".join(lines(f"{kind}: {name}" if kind else name, found)), flush=True)
    if wanted.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))


def measured(
    names: Sequence[str], kinds: Sequence[str], folder: Path
) -> Iterator[tuple[str, str, Mapping[str, Any] | str]]:
    """(kind of database, benchmark, its figures) as each is done; "" for the kind where no database is asked, and
    (kind, "skipped", why) for a server that is not there."""
    for name in names:
        if name in WITHOUT:
            print(f"… {name}", file=sys.stderr, flush=True)
            yield "", name, importlib.import_module(f"benchmarks.{name}").run()
    names = [name for name in names if name in NAMES]
    for kind in kinds if names else ():
        try:
            with ExitStack() as opened:
                server = opened.enter_context(_server(kind, folder))
                for name in names:
                    print(f"… {name} on {kind}", file=sys.stderr, flush=True)
                    with _database(kind, server, folder) as url:
                        yield kind, name, importlib.import_module(f"benchmarks.{name}").run(url)
        except NoServer as reason:
            yield kind, "skipped", str(reason)


@contextmanager
def _server(kind: str, folder: Path) -> Iterator[str]:
    """The server at DATABASE_URL where that is PostgreSQL, else one of our own; nothing for SQLite."""
    given = os.environ.get("DATABASE_URL", "")
    if kind == "sqlite" or given.startswith("postgres"):
        yield given
    else:
        with databases.own_postgresql(folder) as url:
            yield url


@contextmanager
def _database(kind: str, server: str, folder: Path) -> Iterator[str]:
    with databases.sqlite(folder) if kind == "sqlite" else databases.postgresql(server) as url:
        yield url


def machine() -> dict[str, Any]:
    """What it ran on: figures of two machines say nothing about each other, ratios of one run do."""
    from web.db import sqlite_module

    return {"python": platform.python_version(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
            "sqlite": sqlite_module().sqlite_version}


def lines(title: str, found: Mapping[str, Any] | str) -> Iterator[str]:
    """One benchmark as text: a line for each figure."""
    yield f"\n{title}"
    if not isinstance(found, Mapping):
        yield f"  {found}"
        return
    for key, value in found.items():
        line = "  ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, Mapping) else value
        yield f"  {key:<24} {line}"


if __name__ == "__main__":
    main()
