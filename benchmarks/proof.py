"""The proof: how long it takes for each public drawing, and how many faults put into sound drawings it finds."""

from __future__ import annotations

from statistics import median, quantiles
from time import perf_counter
from typing import Any

from engine.checking import check
from tests.engine.corpus_files import CORPUS
from tests.engine.seeded import mutants, shares, sources


def run() -> dict[str, Any]:
    """Times in milliseconds of read + compile + prove, and the shares. No database is asked."""
    files = sorted(CORPUS.rglob("*.bpmn"))
    sound = sources(files)
    made = mutants(sound)
    found = shares(sound, made)
    report: dict[str, Any] = {
        "public drawings": _times([path.read_bytes() for path in files]) if files else f"skipped: none at {CORPUS}",
        "seeded faults": {
            **_times([one.xml for one in made]), "faults": found.faults, "found": f"{found.found:.1%}",
            "at their place": f"{found.placed:.1%}",
        },
        "sound drawings": {"drawings": found.sound, "false alarms": f"{found.alarms:.1%}"},
    }
    report |= {f"  {way}": {"found": some, "of": number} for way, (some, number) in found.by_way.items()}
    return report | {f"  wrong {number}": one for number, one in enumerate(found.wrong, 1)}


def _times(drawings: list[bytes]) -> dict[str, Any]:
    """Of one look at each: median, 95th percentile and longest."""
    times = []
    for xml in drawings:
        before = perf_counter()
        check(xml)
        times.append((perf_counter() - before) * 1_000)
    return {"drawings": len(times), "median_ms": round(median(times), 1),
            "p95_ms": round(quantiles(times, n=20)[-1], 1), "longest_ms": round(max(times), 1)}
