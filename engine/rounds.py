"""How a loop or multi-instance activity goes on: which round is next, and when all of it is over.

BPMN 2.0.2 clauses 10.3.8 and 13.3.6. Pure bookkeeping, shared by whoever runs the rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.graph import Repeat

MOST_ROUNDS = 10_000


@dataclass(slots=True)
class Rounds:
    """The rounds of one stay at one activity.

    `repeat` is None for the single run of a body or called process. `count` is None for a standard loop without a
    most. `over` says that the activity is done; what still runs then is to be cancelled.
    """

    repeat: Repeat | None
    count: int | None
    items: tuple[Any, ...]
    begun: int = 0
    completed: int = 0
    over: bool = False
    results: dict[int, Any] = field(default_factory=dict)

    def first(self, context: Mapping[str, Any]) -> Iterator[int]:
        """The numbers of the rounds that begin at once; none when there is nothing to do, and then it is over."""
        repeat = self.repeat
        nothing = self.count == 0
        if repeat is not None and repeat.before and repeat.again is not None:
            nothing = nothing or repeat.again.evaluate({**context, **self.known(0)}) is not True
        if nothing:
            self.over = True
            return
        whole = 1 if repeat is None or repeat.sequential else self.count or 1
        for _ in range(whole):
            self.begun += 1
            yield self.begun - 1

    def done(self, number: int, context: Mapping[str, Any]) -> Iterator[int]:
        """Round `number` is done, with the values it left; answers the rounds that begin now."""
        repeat = self.repeat
        self.completed += 1
        if repeat is None:
            self.over = True
            return
        known = {**context, **self.known(number)}
        if repeat.results is not None and repeat.result is not None:
            self.results[number] = repeat.result.evaluate(known)
        ended = repeat.until is not None and repeat.until.evaluate(known) is True
        refused = repeat.again is not None and repeat.again.evaluate(known) is not True
        self.over = ended or refused or (self.count is not None and self.completed >= self.count)
        if not self.over and repeat.sequential and self.begun < MOST_ROUNDS:
            self.begun += 1
            yield self.begun - 1

    def known(self, number: int) -> dict[str, Any]:
        """The names of the standard: how many rounds there are, run, and are done; which one this is, from 0."""
        total = self.count if self.count is not None else self.begun
        return {
            "nrOfInstances": Decimal(total), "nrOfActiveInstances": Decimal(self.begun - self.completed),
            "nrOfCompletedInstances": Decimal(self.completed), "nrOfTerminatedInstances": Decimal(0),
            "loopCounter": Decimal(number),
        }

    def given(self, variables: Mapping[str, Any], number: int) -> dict[str, Any]:
        """The values round `number` begins with."""
        found = {**variables, "loopCounter": Decimal(number)}
        if self.repeat is not None and self.repeat.element is not None and number < len(self.items):
            found[self.repeat.element] = self.items[number]
        return found
