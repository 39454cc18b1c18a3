"""Playing a drawing at random, in virtual time, without a database: does it run, and where does it lead?

The answers are typed: a name is given the values its conditions compare it with, true, false, a number or null; the
first condition's value is not preferred. Clocks strike in the order of their moments; one whose moment the drawing
alone does not tell (it names the agenda, say) strikes after some random days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from engine import feel
from engine.errors import Refused
from engine.feel.tree import Compare, In, Literal, Name, Node, Path, children
from engine.graph import Clock, Graph, Transition
from engine.host import Surroundings
from engine.machine import Choices, NoWayOut, Steps, context_of
from engine.timers import Strike, first_strike, next_strike

BEGIN = datetime(2024, 5, 16, 2, 0, tzinfo=UTC)
TRIES = 50


@dataclass(frozen=True, slots=True)
class Walked:
    """One step of a walk: when, by which trigger, from where to where, with which answers."""

    at: datetime
    trigger: str
    source: str
    target: str
    stages: tuple[str, ...]
    thrown: tuple[str, ...]
    answers: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(), "trigger": self.trigger, "from": self.source, "to": self.target,
            "stages": list(self.stages), "thrown": list(self.thrown),
            "answers": {key: _plain(value) for key, value in self.answers.items()},
        }


@dataclass(slots=True)
class Walk:
    """A walk under way. `ended` is "" until it is over: "end", "waiting" (steps used up), "refused" (see `reason`)."""

    graph: Graph
    random: Random
    state: str = ""
    now: datetime = BEGIN
    variables: dict[str, Any] = field(default_factory=dict)
    set_clocks: dict[str, tuple[Clock, Strike]] = field(default_factory=dict)
    ended: str = ""
    reason: str = ""

    def play(self, steps: int) -> Iterator[Walked]:
        """At most so many steps, each as it is taken; the same seed takes the same ones."""
        machine, values = Steps(self.graph), answers(self.graph)
        surroundings = Surroundings(ZoneInfo("Asia/Jakarta"))
        try:
            yield self._take(machine, "start", values, surroundings)
            for _ in range(steps):
                if self.graph.states[self.state].final:
                    break
                yield self._take(machine, self._next(machine), values, surroundings)
        except Refused as refused:
            self.ended, self.reason = "refused", refused.message
            return
        self.ended = "end" if self.graph.states[self.state].final else "waiting"

    def _next(self, machine: Steps) -> str:
        """A random trigger; a clock only if it is the next one to strike. Time passes to that moment."""
        triggers = machine.triggers(self.state)
        acts = [trigger for trigger in triggers if not trigger.startswith("fire.")]
        clocks = sorted(self.set_clocks.values(), key=lambda one: (one[1].due_at, one[0].node))
        if clocks and (not acts or self.random.random() < 0.3):
            self.now = max(self.now, clocks[0][1].due_at)
            return f"fire.{clocks[0][0].node}"
        self.now += timedelta(hours=self.random.randint(1, 30))
        return self.random.choice(acts or triggers)

    def _take(
        self, machine: Steps, trigger: str, values: Mapping[str, list[Any]], surroundings: Surroundings
    ) -> Walked:
        step, given = self._decide(machine, trigger, values, surroundings)
        source, self.state = self.state, step.target
        self.variables.update(given)
        self._reset_clocks(trigger, step, surroundings)
        return Walked(self.now, trigger, source, step.target, step.stages, step.thrown, given)

    def _decide(
        self, machine: Steps, trigger: str, values: Mapping[str, list[Any]], surroundings: Surroundings
    ) -> tuple[Transition, dict[str, Any]]:
        """Random answers are tried until the drawing has a way for them."""
        error: Refused | None = None
        for _ in range(TRIES):
            given = {name: self.random.choice(some) for name, some in sorted(values.items())}
            if trigger.startswith("fire."):
                given = {name: value for name, value in given.items() if name not in self.variables}
            context = context_of({**self.variables, **given}, surroundings.names)
            try:
                return machine.step(self.state, trigger, Choices(self.graph, context)), given
            except NoWayOut as refused:
                error = refused
        assert error is not None  # noqa: S101 -- the loop ran at least once
        raise error

    def _reset_clocks(self, trigger: str, step: Transition, surroundings: Surroundings) -> None:
        context = context_of(self.variables, surroundings.names)
        struck = self.set_clocks.pop(trigger.removeprefix("fire."), None) if trigger.startswith("fire.") else None
        if struck is not None and struck[0].host not in step.left and not struck[0].interrupting:
            strike = next_strike(struck[0], context, surroundings, struck[1].due_at, struck[1].repeats)
            if strike is not None:
                self.set_clocks[struck[0].node] = (struck[0], strike)
        for host in step.left:
            for clock in self.graph.clocks.get(host, ()):
                self.set_clocks.pop(clock.node, None)
        for host in step.entered:
            for clock in self.graph.clocks.get(host, ()):
                strike = first_strike(clock, context, surroundings, self.now)
                days = timedelta(days=self.random.randint(1, 40))
                self.set_clocks[clock.node] = (clock, strike or Strike(self.now + days))


def answers(graph: Graph) -> dict[str, list[Any]]:
    """The values worth trying for each name that a condition asks about."""
    found: dict[str, list[Any]] = {}
    for expression in graph.conditions.values():
        for name in expression.names:
            found.setdefault(name, [None, True, False])
        _gather(expression.tree, found)
    return found


def _gather(tree: Node, found: dict[str, list[Any]]) -> None:
    todo: list[Node] = [tree]
    while todo:
        node = todo.pop()
        parts = list(children(node))
        todo.extend(parts)
        names = [part.name for part in parts if isinstance(part, Name)]
        if isinstance(node, (Compare, In)) and names:
            literals = [inner.value for part in parts for inner in _literals(part)]
            for value in literals:
                near = [value, value - 1, value + 1] if isinstance(value, Decimal) else [value]
                for name in names:
                    found.setdefault(name, [None])
                    found[name] += [one for one in near if one not in found[name]]


def _literals(node: Node) -> Iterator[Literal]:
    todo: list[Node] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, Literal):
            yield one
        elif not isinstance(one, (Name, Path)):
            todo.extend(children(one))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if value is None or isinstance(value, (bool, str)) else feel.literal(value)
