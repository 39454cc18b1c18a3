"""The public drawings, checked and walked: `python3 -m benchmarks.corpus [--json] [--write]`, or `bench corpus`.

They stand beside the repository as ../shared/bpmn-corpus, or where TAPAK_SHARED says. Each file is read, compiled and
proved as `drawings check` does, and played as `drawings walk` does, unchanged and with --stub, with one seed.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

from benchmarks.corpus_table import document
from engine.bpmn import reader
from engine.bpmn.model import Drawing
from engine.checking import check, runnable
from engine.compile import compile_process
from engine.errors import DrawingRefused
from engine.walk import Walk
from tests.engine.corpus_files import CORPUS

STEPS = 100
STUCK = "walk: stops for ever"
WALKS = {"stuck": STUCK, "too_many": "walk: too many branches alive", "no_way_out": "walk: no way out of a gateway"}
"""What stopped a walk, by `Walk.code`."""
FILE = Path(__file__).parents[1] / "docs" / "bpmn-corpus.md"


@dataclass(slots=True)
class Played:
    """One file. `ended` and `stubbed` are "end", "waiting", "refused" (with `why`) or "crash"; `kinds` its elements."""

    file: str
    source: str
    malformed: bool
    ended: str = ""
    why: tuple[str, ...] = ()
    stubbed: str = ""
    why_stubbed: tuple[str, ...] = ()
    proved: float = 0.0  # milliseconds to read, compile and prove
    sound: bool = False
    unplaced: int = 0  # refusals that do not say where
    kinds: frozenset[str] = field(default_factory=frozenset)


def main() -> None:
    """Prints what was found; with --write also writes docs/bpmn-corpus.md. Exit code 2 where there are no drawings."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.corpus", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--write", action="store_true", help="write docs/bpmn-corpus.md")
    wanted = parser.parse_args()
    if not (CORPUS / "manifest.csv").is_file():
        print(f"no public drawings at {CORPUS}: set TAPAK_SHARED to the folder that holds bpmn-corpus", file=sys.stderr)
        raise SystemExit(2)
    report = measure()
    if wanted.write:
        more = FILE.read_text("utf-8").partition("\n<!-- round trip -->\n") if FILE.exists() else ("", "", "")
        FILE.write_text(document(report) + "".join(more[1:]), "utf-8")  # what benchmarks.roundtrip wrote stays
    print(json.dumps(report, indent=2, ensure_ascii=False) if wanted.json else document(report))


def run() -> dict[str, Any] | str:
    """The same for `manage.py bench corpus`, in short."""
    if not (CORPUS / "manifest.csv").is_file():
        return f"skipped: no public drawings at {CORPUS} (TAPAK_SHARED names the folder that holds bpmn-corpus)"
    report = measure()
    told = ("unchanged", "stubbed", "milliseconds", "crashes", "refusals_without_a_place")
    return {name: report[name] for name in told}


def measure() -> dict[str, Any]:
    """Everything found, as plain data."""
    with (CORPUS / "manifest.csv").open(newline="", encoding="utf-8") as file:
        found = [play(CORPUS / row["file"], row["repo"], row["tier"] == "negative") for row in csv.DictReader(file)]
    times = sorted(one.proved for one in found)
    slowest = max(found, key=lambda one: one.proved)
    return {
        "files": len(found), "unchanged": shares(found, "ended"), "stubbed": shares(found, "stubbed"),
        "well_formed": shares([one for one in found if not one.malformed], "ended"),
        "by_source": by(found, lambda one: (one.source,)), "by_element": by(found, lambda one: one.kinds),
        "refused": reasons([(one, one.why) for one in found if one.ended == "refused"]),
        "refused_stubbed": reasons([(one, one.why_stubbed) for one in found if one.stubbed == "refused"]),
        "crashes": sum(1 for one in found if "crash" in (one.ended, one.stubbed)),
        "refusals_without_a_place": sum(one.unplaced for one in found),
        "sound": sum(1 for one in found if one.sound),
        "milliseconds": {"median": round(times[len(times) // 2], 1), "p95": round(quantiles(times, n=20)[18], 1),
                         "max": round(times[-1], 1), "slowest": f"{slowest.source} {slowest.file}"},
    }


def play(file: Path, source: str, malformed: bool) -> Played:
    """One file, checked and walked twice."""
    data, found = file.read_bytes(), Played(file.name, source, malformed)
    began = time.perf_counter()
    verdict = check(data)
    found.proved = 1000 * (time.perf_counter() - began)
    found.sound = verdict.ok
    wrong = [one for one in verdict.problems if one.severity == "error"]
    found.unplaced = sum(1 for one in wrong if not one.line or not one.message or not one.message_en)
    found.ended, found.why = walked(file, data, stub=False)
    found.stubbed, found.why_stubbed = walked(file, data, stub=True) if found.ended == "refused" else (found.ended, ())
    try:
        found.kinds = frozenset(kinds(reader.read(data)))
    except DrawingRefused:
        found.kinds = frozenset({"(unreadable)"})
    return found


def walked(path: Path, data: bytes, *, stub: bool) -> tuple[str, tuple[str, ...]]:
    """Where it led, and the codes of what refused it. Any other exception is a crash: it is counted, and told on
    stderr with the file and where it came from."""
    try:
        graphs = {one.id: compile_process(one, stub=stub) for one in runnable(reader.read(data))}
        walks = [Walk(graph, Random(1), graphs) for graph in graphs.values()]
        for one in walks:
            for _ in one.play(STEPS):
                pass
    except DrawingRefused as refused:
        return "refused", tuple(sorted({one.code for one in refused.problems if one.severity == "error"}))
    except Exception as error:  # noqa: BLE001 -- a crash is a result here
        print(f"crash in {path}{' with --stub' if stub else ''}:\n{traceback.format_exc()}", file=sys.stderr)
        return "crash", (type(error).__name__,)
    least = min(walks, key=lambda one: ("refused", "waiting", "end").index(one.ended))
    if least.ended != "refused":
        return least.ended, ()
    return "refused", (WALKS.get(least.code, f"walk: {least.reason}"),)


def kinds(drawing: Drawing) -> Iterator[str]:
    """The elements of the drawing, events with what they are about, activities that are repeated."""
    for process in drawing.processes:
        for node in process.walk():
            event = node.event.kind if node.event is not None and node.kind.endswith("Event") else ""
            yield f"{node.kind} {event}".strip() if event not in ("", "none") else node.kind
            if node.loop is not None:
                yield "standard loop" if node.loop.kind == "standard" else "multi-instance"
            if node.by_event:
                yield "event sub-process"


def shares(found: list[Played], which: str) -> dict[str, Any]:
    """How many ended how, and the share that ran to an end or a wait, in percent."""
    counted = Counter(getattr(one, which) for one in found)
    ran = counted["end"] + counted["waiting"]
    return {"end": counted["end"], "waiting": counted["waiting"], "refused": counted["refused"],
            "crash": counted["crash"], "share": round(100 * ran / len(found), 1)}


def by(found: list[Played], keys: Any) -> dict[str, dict[str, Any]]:
    """The figures of the files of each key, the most files first."""
    groups: dict[str, list[Played]] = {}
    for one in found:
        for key in keys(one):
            groups.setdefault(key, []).append(one)
    return {key: {"files": len(group), "unchanged": shares(group, "ended")["share"],
                  "stubbed": shares(group, "stubbed")["share"]}
            for key, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))}


def reasons(refused: list[tuple[Played, tuple[str, ...]]]) -> dict[str, list[str]]:
    """The files each code refused, the most first; a file may be refused by several."""
    found: dict[str, list[str]] = {}
    for one, codes in refused:
        for code in codes:
            found.setdefault(code, []).append(f"{one.source} {one.file}")
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


if __name__ == "__main__":
    main()
