"""What each act of the day cost: taps, fields, seconds, bodies; kept as it happens and printed as a table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.day.hands import Hand


@dataclass
class Act:
    """One act: by whom, by which hand, with what effort, for how many bodies."""

    name: str
    who: str
    how: str
    taps: int = 0
    typed: int = 0
    seconds: float = 0.0
    bodies: int = 0


@dataclass
class Ledger:
    """The acts in their order. `tell` is called with each when it is over."""

    acts: list[Act] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    @contextmanager
    def act(self, name: str, who: str, *hands: Hand, how: str = "") -> Iterator[Act]:
        """What happens in the block is one act of this person; an error in it is no act."""
        one = Act(name, who, how or type(hands[0]).__name__ if hands else how)
        taps, typed = sum(hand.taps for hand in hands), sum(hand.typed for hand in hands)
        began = time.perf_counter()
        yield one
        one.seconds = time.perf_counter() - began
        one.taps += sum(hand.taps for hand in hands) - taps
        one.typed += sum(hand.typed for hand in hands) - typed
        self.acts.append(one)
        print(_line(one), flush=True)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def as_json(self) -> dict[str, Any]:
        return {"acts": [asdict(one) for one in self.acts], "seconds": round(self.seconds, 1)}


HEAD = f"{'act':<56}{'person':<22}{'by':<11}{'taps':>6}{'typed':>7}{'seconds':>9}{'bodies':>8}"


def _line(one: Act) -> str:
    return (f"{one.name:<56}{one.who:<22}{one.how:<11}{one.taps:>6}{one.typed:>7}{one.seconds:>9.1f}"
            f"{one.bodies or '':>8}")


def table(ledger: Ledger) -> str:
    """All acts, and the whole day."""
    last = f"{'the whole day':<89}{sum(one.taps for one in ledger.acts):>6}{sum(one.typed for one in ledger.acts):>7}"
    return "\n".join([HEAD, *map(_line, ledger.acts), f"{last}{ledger.seconds:>9.1f}"])
