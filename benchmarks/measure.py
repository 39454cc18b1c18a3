"""Interleaved runs and their medians: a loaded machine slows all that is compared alike."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Way = Callable[[], object]
"""One run of one of the things compared."""


@dataclass(frozen=True)
class Measured:
    """Wall-clock times of the runs of one way, and the processor time this process spent in all of them, in seconds."""

    times: Sequence[float]
    cpu: float

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] if len(self.times) > 1 else self.times[0]

    def figures(self) -> dict[str, float]:
        """{"median_us", "p95_us", "cpu_us", "runs"}: microseconds of one run."""
        return {
            "median_us": round(self.median * 1e6, 1), "p95_us": round(self.p95 * 1e6, 1),
            "cpu_us": round(self.cpu / len(self.times) * 1e6, 1), "runs": len(self.times),
        }


def interleaved(ways: Mapping[str, Way], runs: int, warm: int = 5) -> dict[str, Measured]:
    """Each way ran `runs` times, in turns, whose order turns too; `warm` rounds before are not counted."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    cpu = dict.fromkeys(ways, 0.0)
    names = list(ways)
    gc.collect()
    gc.freeze()  # what the set-up left behind is not searched for garbage while the ways run
    for number in range(-warm, runs):
        for place in range(len(names)):
            name = names[(place + number) % len(names)]
            spent, began = _cpu(), time.perf_counter()
            ways[name]()
            took = time.perf_counter() - began
            if number >= 0:
                times[name].append(took)
                cpu[name] += _cpu() - spent
    gc.unfreeze()
    return {name: Measured(times[name], cpu[name]) for name in names}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def ratio(one: Measured, other: Measured) -> float:
    """How many times the median of `other` the median of `one` is."""
    return round(one.median / other.median, 2)
