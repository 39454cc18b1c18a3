"""Is this decision model fit to run? One answer for a file: what the commands and pages print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.dmn.decisions import Decisions, read
from engine.errors import DrawingRefused, Problem


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one file. `decisions` is None when it is refused as a whole; `problems` may be warnings."""

    decisions: Decisions | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)

    def as_dict(self, file: str) -> dict[str, Any]:
        """{"file", "ok", "decisions": [names], "problems": [{code, element, line, message, path, …}]}."""
        return {
            "file": file, "ok": self.ok, "decisions": [] if self.decisions is None else list(self.decisions.decisions),
            "problems": [problem.as_dict() for problem in self.problems],
        }


def check(xml: bytes, imports: Iterable[bytes] = ()) -> Verdict:
    """Everything wrong with a decision model. It never raises for bytes."""
    try:
        decisions = read(xml, imports)
    except DrawingRefused as refused:
        return Verdict(None, refused.problems)
    return Verdict(decisions, decisions.problems)
