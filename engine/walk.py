"""Playing a drawing at random, in virtual time, without a database: does it run, and where does it lead?

Everyone is played: people and outside workers complete tasks with typed random answers (`engine.answers`), messages and
signals arrive, clocks strike in the order of their moments (one whose moment the drawing alone does not tell strikes
after some random days), errors happen now and then. Loops, calls, dashed branches run as child instances, as they do in
`engine.operations`; a called process that is not in the file is completed like a worker's task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from engine import answers as worth
from engine import feel
from engine.errors import Refused
from engine.explore import UNDO
from engine.graph import Graph, Repeat, Transition
from engine.host import Surroundings
from engine.living import Living, Stay
from engine.machine import Choices, NoWayOut, Steps, context_of
from engine.plain import plain
from engine.rounds import OWN, NotCounted, Plan, is_over, plan
from engine.run import CANCELS, undone_at
from engine.timers import Strike, first_strike, next_strike

_ZONE = ZoneInfo("Asia/Jakarta")
BEGIN = datetime(2024, 5, 16, 2, 0, tzinfo=UTC)
TRIES = 50
RARE = 0.05
"""How often an error or escalation from outside is played when something else could be."""
MOST_ALIVE = 100
NEVER_CHOSEN = frozenset({"fire", "cancel", UNDO, "undone"})
"""What happens by itself: clocks in their order, and what children tell."""


class Stuck(Refused):
    """Alur berhenti di sini untuk selamanya."""

    def __init__(self, places: str) -> None:
        super().__init__("Alur berhenti untuk selamanya di %(places)s. Periksa gerbang di sana.", places=places)


class TooMany(Refused):
    """Terlalu banyak cabang hidup sekaligus. Periksa jam atau pesan yang berulang tanpa akhir."""


_CODES: dict[type[Refused], str] = {Stuck: "stuck", TooMany: "too_many", NoWayOut: "no_way_out"}


@dataclass(frozen=True, slots=True)
class Walked:
    """One step of a walk: when, by which trigger, from where to where, with which answers.

    `part` is "" in the process itself, else the node whose child instance took the step.
    """

    at: datetime
    trigger: str
    source: str
    target: str
    stages: tuple[str, ...]
    thrown: tuple[str, ...]
    answers: Mapping[str, Any]
    part: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(), "trigger": self.trigger, "from": self.source, "to": self.target,
            **({"part": self.part} if self.part else {}),
            "stages": list(self.stages), "thrown": list(self.thrown),
            "answers": {key: plain(value) for key, value in self.answers.items()},
        }


@dataclass(slots=True)
class Walk:
    """A walk under way. `ended` is "" until it is over: "end", "waiting" (steps used up), "refused" (see `reason`,
    and `code`: "stuck", "too_many", "no_way_out" or "refused").

    `others` are the other processes of the file, by id: calls find them there.
    """

    graph: Graph
    random: Random
    others: Mapping[str, Graph] = field(default_factory=dict)
    now: datetime = BEGIN
    ended: str = ""
    reason: str = ""
    code: str = ""
    root: Living = field(init=False)
    _machines: dict[int, Steps] = field(default_factory=dict)
    _values: dict[int, worth.Answers] = field(default_factory=dict)
    _news: list[Walked] = field(default_factory=list)
    _sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = Living(self.graph, {})

    @property
    def state(self) -> str:
        return self.root.state

    def play(self, steps: int) -> Iterator[Walked]:
        """At most so many steps, each as it is taken; the same seed takes the same ones."""
        try:
            self._begin(self.root, self._start_of(self.graph))
            yield from self._told()
            for _ in range(steps):
                if self.root.final and not self.root.children:
                    break
                self._act()
                self._deliver()
                yield from self._told()
        except Refused as refused:
            yield from self._told()
            self.ended, self.reason = "refused", refused.message
            self.code = next((code for kind, code in _CODES.items() if isinstance(refused, kind)), "refused")
            return
        self.ended = "end" if self.root.final and not self.root.children else "waiting"

    def _told(self) -> Iterator[Walked]:
        news, self._news = self._news, []
        yield from news

    # Choosing what happens next

    def _start_of(self, graph: Graph) -> str:
        triggers = list(dict.fromkeys(one.trigger for one in graph.transitions if not one.source))
        if not triggers:
            raise Stuck(graph.root.id)
        return "start" if "start" in triggers else self.random.choice(triggers)

    def _act(self) -> None:
        """One random thing happens; a clock only if it is the next one to strike. Time passes to that moment."""
        acts: list[tuple[Living, str]] = []
        rare: list[tuple[Living, str]] = []
        clocks: list[tuple[datetime, str, Living]] = []
        for one in self.root.everyone():
            for trigger in self._steps(one.graph).triggers(one.state):
                verb, _, element = trigger.partition(".")
                if verb in ("error", "escalate"):
                    rare.append((one, trigger))
                elif verb not in NEVER_CHOSEN and not (verb == "complete" and element in one.stays):
                    acts.append((one, trigger))
            clocks += [(strike.due_at, node, one) for node, (_, strike) in one.clocks.items()]
        if rare and (self.random.random() < RARE or not (acts or clocks)):
            self._step(*self.random.choice(rare))
        elif clocks and (not acts or self.random.random() < 0.3):
            due, node, one = min(clocks, key=lambda clock: clock[:2])
            self.now = max(self.now, due)
            self._fire(one, node)
        elif acts:
            self.now += timedelta(hours=self.random.randint(1, 30))
            self._step(*self.random.choice(acts))
        else:
            raise Stuck(" + ".join(sorted(one.state for one in self.root.everyone() if not one.final)))

    def _fire(self, one: Living, node: str) -> None:
        clock, strike = one.clocks.pop(node)
        if f"fire.{node}" in self._steps(one.graph).triggers(one.state):
            self._step(one, f"fire.{node}")
        waits = f"fire.{node}" in self._steps(one.graph).triggers(one.state)
        if waits and not clock.interrupting and clock.boundary and node not in one.clocks:
            around = Surroundings(_ZONE)
            following = next_strike(clock, self._known(one.variables), around, strike.due_at,
                                    strike.repeats)
            if following is not None:
                one.clocks[node] = (clock, following)

    def _deliver(self) -> None:
        """Signals thrown since the last act come to all that wait for them; what those throw comes after the next."""
        sent, self._sent = self._sent, []
        for name in dict.fromkeys(sent):
            for one in list(self.root.everyone()):
                trigger = next(filter(one.hears(name), self._steps(one.graph).triggers(one.state)), None)
                if trigger is not None and one in self.root.everyone():
                    self._step(one, trigger)

    # Taking a step

    def _steps(self, graph: Graph) -> Steps:
        if (found := self._machines.get(id(graph))) is None:
            found = self._machines[id(graph)] = Steps(graph)
        return found

    def _begin(self, one: Living, trigger: str) -> None:
        if sum(1 for _ in self.root.everyone()) > MOST_ALIVE:
            raise TooMany()
        self._step(one, trigger)

    def _step(self, one: Living, trigger: str) -> None:
        step, given = self._decide(one, trigger)
        source, one.state, one.cancelled = one.state, step.target, one.graph.cancels(step)
        one.variables.update(given)
        self._news.append(Walked(self.now, trigger, source, step.target, step.stages, step.thrown, given, one.part))
        self._sent += one.signals(step)
        self._reset_clocks(one, step)
        for host in step.left:
            one.children = [child for child in one.children if not child.lost(host, step)]
            one.stays.pop(host, None)
        for place in step.entered:
            if one.graph.spawns(place):
                self._open(one, place)
            elif one.graph.undoes(place):
                self._undo(one, place)
        for event in step.branches:
            self._child(one, one.graph.parts[event], event, dict(one.variables), 0)
        if one.final and not one.children:
            self._over(one)

    def _decide(self, one: Living, trigger: str) -> tuple[Transition, dict[str, Any]]:
        """Random answers are tried until the drawing has a way for them."""
        values = self._values.get(id(one.graph))
        if values is None:
            values = self._values[id(one.graph)] = worth.answers(one.graph)
        error: Refused | None = None
        for _ in range(TRIES):
            given = worth.chosen(values, self.random)
            if trigger.startswith("fire."):
                given = {name: value for name, value in given.items() if name not in one.variables}
            try:
                return self._machine_step(one, trigger, given), given
            except NoWayOut as refused:
                error = refused
                given = self._led_on(one, refused.element)
                try:
                    return self._machine_step(one, trigger, given), given
                except NoWayOut as again:
                    error = again
        assert error is not None  # noqa: S101 -- the loop ran at least once
        raise error

    def _machine_step(self, one: Living, trigger: str, given: Mapping[str, Any]) -> Transition:
        context = self._known({**one.variables, **given})
        return self._steps(one.graph).step(one.state, trigger, _Undecided(one.graph, context, self.random))

    def _led_on(self, one: Living, gateway: str) -> dict[str, Any]:
        """Answers, if some are found, under which one of the gateway's conditions is true."""
        guards = [one.graph.conditions[flow] for flow in one.graph.process.nodes[gateway].outgoing
                  if flow in one.graph.conditions]
        if not guards:
            return {}
        guard = self.random.choice(guards)
        values = worth.of([guard])
        for _ in range(TRIES):
            given = worth.chosen(values, self.random)
            if guard.evaluate(self._known({**one.variables, **given})) is True:
                return given
        return {}

    def _known(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What expressions see, with the moment that the walk has come to."""
        return context_of(variables, {feel.MOMENT: self.now.astimezone(_ZONE)})

    def _reset_clocks(self, one: Living, step: Transition) -> None:
        around = Surroundings(_ZONE)
        context = self._known(one.variables)
        for host in step.left:
            for clock in one.graph.clocks.get(host, ()):
                one.clocks.pop(clock.node, None)
        for host in step.entered:
            for clock in one.graph.clocks.get(host, ()):
                strike = first_strike(clock, context, around, self.now)
                days = timedelta(days=self.random.randint(1, 40))
                one.clocks[clock.node] = (clock, strike or Strike(self.now + days))

    # Children

    def _open(self, one: Living, place: str) -> None:
        """The work at this place begins: its rounds, or the called process, or the one run of its body."""
        repeat = one.graph.repeats.get(place) if place != one.graph.root.id else None
        one.visits[place] = one.visits.get(place, 0) + 1
        if repeat is None:
            graph = self._called(one, place)
            if graph is not None:
                one.stays[place] = Stay(None, Plan(1), ["running"])
                self._child(one, graph, place, dict(one.variables), 0)
            return
        stay = one.stays[place] = Stay(repeat, self._planned(one, repeat))
        first = stay.made.first(repeat, self._known(one.variables))
        stay.states = ["running"] * len(first)
        for number in first:
            self._round(one, place, number)
        if not first:
            self._finish(one, place)

    def _planned(self, one: Living, repeat: Repeat) -> Plan:
        """How often; a number or list that nothing gives is answered by the walker."""
        try:
            made = plan(one.graph, repeat, self._known(one.variables))
        except NotCounted:
            items = tuple(range(1, self.random.randint(1, 3) + 1))
            return Plan(len(items), items)
        return made if (made.total or 0) <= MOST_ALIVE // 2 else Plan(MOST_ALIVE // 2, made.items)

    def _called(self, one: Living, place: str) -> Graph | None:
        if place not in one.graph.calls or (place in one.graph.parts and place != one.graph.root.id):
            return one.graph.parts[place]
        key = one.graph.calls[place].called.evaluate(self._known(one.variables))
        return self.others.get(key) if isinstance(key, str) else None

    def _round(self, one: Living, place: str, number: int) -> None:
        stay = one.stays[place]
        known = {**one.variables, **(stay.made.variables(stay.repeat, number) if stay.repeat is not None else {})}
        self._child(one, one.graph.parts[place], place, known, number)

    def _child(self, one: Living, graph: Graph, node: str, variables: dict[str, Any], number: int) -> None:
        child = Living(graph, variables, node, one, node, number, visit=one.visits.get(node, 0))
        one.children.append(child)
        self._begin(child, self._start_of(graph))

    def _over(self, child: Living) -> None:
        """An instance is done: its parent goes on, with the next round or beyond the place."""
        parent = child.parent
        if parent is None or child not in parent.children:
            return
        parent.children.remove(child)
        if child.graph.states[child.state].done:
            parent.past.append(child)
        if child.undoes:
            if child.before is not None:
                parent.variables.update({
                    name: value for name, value in child.variables.items() if child.before.get(name) != value
                })
            self._undo(parent, parent.undone_in(child.node))
            return
        parent.variables.update({name: value for name, value in child.variables.items() if name != OWN})
        stay = parent.stays.get(child.node)
        if stay is None:
            if parent.final and not parent.children:
                self._over(parent)
            return
        if child.cancelled:
            self._step(parent, f"cancel.{child.node}")
            return
        stay.states[child.number] = "ended"
        if stay.repeat is None or self._was_last(stay, stay.repeat, child):
            parent.children = [one for one in parent.children if one.node != child.node]
            self._finish(parent, child.node)
        elif stay.repeat.sequential:
            if len(stay.states) >= MOST_ALIVE // 2:
                raise TooMany()
            stay.states.append("running")
            self._round(parent, child.node, child.number + 1)

    def _undo(self, one: Living, place: str) -> None:
        """The child of this place that ended last undoes what it did; with none left, the place is undone."""
        activity = undone_at(place)
        child = next((
            child for child in reversed(one.past) if child.node == activity
            and (not place.endswith(CANCELS) or child.visit == one.visits.get(activity))
        ), None)
        if child is None:
            self._step(one, f"undone.{activity}")
            return
        one.past.remove(child)
        one.children.append(child)
        child.undoes = True
        child.before = dict(child.variables) if one.graph.net.each_undone(activity) else None
        self._step(child, UNDO)

    def _was_last(self, stay: Stay, repeat: Repeat, child: Living) -> bool:
        known = {**child.variables, **stay.made.variables(repeat, child.number)}
        return is_over(repeat, stay.made, stay.states, child.number, self._known(known))

    def _finish(self, one: Living, place: str) -> None:
        one.stays.pop(place, None)
        if f"complete.{place}" in self._steps(one.graph).triggers(one.state):
            self._step(one, f"complete.{place}")


class _Undecided(Choices):
    """Where several flows of an exclusive gateway have no condition, a person decides: here, at random."""

    __slots__ = ("_random",)

    def __init__(self, graph: Graph, context: Mapping[str, Any], random: Random) -> None:
        super().__init__(graph, context)
        self._random = random

    def _decide(self, gateway: str) -> tuple[str, ...]:
        node = self._graph.process.nodes[gateway]
        free = [flow for flow in node.outgoing if flow not in self._graph.conditions]
        if node.kind == "exclusiveGateway" and len(free) > 1:
            return (self._random.choice(free),)
        return super()._decide(gateway)
