"""Which state of the newer drawing a state of the older one is: by the same ids, or by a mapping that people give.

Decided once for each state, however many instances stand in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.bpmn import diff
from engine.errors import Refused
from engine.graph import Graph, State
from engine.migration import places

MOVES, NEEDS_MAPPING, CANNOT = "moves", "needs_mapping", "cannot"
MOST_SUGGESTIONS = 3


class MappingRefused(Refused):
    """Padanan ini tidak dapat dipakai. Periksa id pada kedua gambar."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something does not move, in Indonesian and in English, with how to mend it; both "" where it moves."""

    message: str = ""
    message_en: str = ""


NO_REASON = Reason()


class CannotMove(Refused):
    """Badan ini tidak dapat dipindahkan sekarang."""

    def __init__(self, message: str, message_en: str) -> None:
        super().__init__(message)
        self.reason = Reason(message, message_en)


@dataclass(frozen=True, slots=True)
class Pairing:
    """What becomes of the instances in one state.

    `verdict` is "moves" (then `target` is the new state), "needs_mapping" or "cannot"; `reason` says what is wrong
    with `element` and how to mend it, `suggestions` are mappings ("old=new") worth trying. `by_mapping`:
    the ids alone would not have done. `kept` are the waits that go on, as (old place, new place); `left` those that
    end here, `entered` those that begin. `new_stay`: another stage begins, and nothing of the old one goes on.
    """

    source: str
    verdict: str
    target: State | None = None
    by_mapping: bool = False
    kept: tuple[tuple[str, str], ...] = ()
    left: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    new_stay: bool = False
    element: str | None = None
    reason: Reason = NO_REASON
    suggestions: tuple[str, ...] = ()


class _Unpaired(Exception):
    """A state that has no counterpart (yet)."""

    def __init__(
        self, verdict: str, element: str, message: str, message_en: str, suggestions: list[str] | None = None
    ) -> None:
        super().__init__(message)
        self.verdict, self.element, self.reason = verdict, element, Reason(message, message_en)
        self.suggestions = tuple(suggestions or ())[:MOST_SUGGESTIONS]


class Pairer:
    """The pairings from one graph to another under one mapping.

    `mapping` is {old: new}, each an id of an element (a task, an event, a stage, a flow, a lane) or the name of a
    whole state. A new id that the older drawing does not have is another name for the same step: the wait goes on. One
    that it has is a jump: the wait ends, and another begins. Refused with MappingRefused: an id that a drawing lacks.

    What child instances do at a place goes on with them, each by the pairings of its own `part`; it is never left.
    """

    def __init__(self, old: Graph, new: Graph, mapping: Mapping[str, str], *, whole: Pairer | None = None) -> None:
        self.old, self.new, self.mapping = old, new, dict(mapping)
        self._whole = whole or self
        self._known: dict[str, Pairing] = {}
        self._parts: dict[str, Pairer | Reason] = {}
        if whole is None:
            self._check()

    def _check(self) -> None:
        old_states, new_states = _states(self.old), _states(self.new)
        if unknown := sorted(set(self.mapping) - _elements(self.old) - old_states):
            raise MappingRefused(
                "Gambar lama tidak mempunyai “%(id)s”. Tulis padanan sebagai LAMA=BARU dengan id pada kedua gambar.",
                id=unknown[0],
            )
        if unknown := sorted(set(self.mapping.values()) - _elements(self.new) - new_states):
            raise MappingRefused(
                "Gambar baru tidak mempunyai “%(id)s”. Tulis padanan sebagai LAMA=BARU dengan id pada kedua gambar.",
                id=unknown[0],
            )
        for was, now in self.mapping.items():
            if (was in old_states) != (now in new_states):
                raise MappingRefused(
                    "“%(pair)s”: padankan keadaan dengan keadaan, dan elemen dengan elemen.", pair=f"{was}={now}"
                )

    def part(self, part: str) -> Pairer | Reason:
        """The pairings of what runs as a child instance, the whole process for ""; or why its instances cannot move."""
        if not part:
            return self._whole
        if (found := self._whole._parts.get(part)) is None:
            found = self._whole._parts[part] = self._whole._part(part)
        return found

    def _part(self, part: str) -> Pairer | Reason:
        was, now = self.old.parts[part], self.new.parts.get(self.event(part))
        called = places.name(self.old, part)
        if now is None:
            return Reason(
                f"Bagian {called} sedang berjalan, dan pada gambar baru tidak ada lagi sebagai bagian tersendiri. "
                "Padankan dengan bagian lain, atau tunggu sampai selesai.",
                f"The part {called} is running, and the new drawing has it no more as a part of its own. Map it to "
                "another part, or wait until it is done.",
            )
        if was.root.kind != now.root.kind:
            return _otherwise(called)
        return Pairer(was, now, self.mapping, whole=self)

    def gone(self, part: str, state: str, reason: Reason) -> Pairing:
        """What becomes of the instances of a part that has no counterpart, for this reason."""
        verdict = CANNOT if self.event(part) in self.new.parts else NEEDS_MAPPING
        likely = [f"{part}={one}" for one in self.new.parts if one not in self.old.process.nodes]
        return Pairing(state, verdict, element=part, reason=reason, suggestions=tuple(likely[:MOST_SUGGESTIONS]))

    def pair(self, state: str) -> Pairing:
        """What becomes of the instances in this state."""
        if (found := self._known.get(state)) is None:
            try:
                found = self._pair(state)
            except _Unpaired as why:
                found = Pairing(state, why.verdict, element=why.element, reason=why.reason, suggestions=why.suggestions)
            self._known[state] = found
        return found

    def place(self, place: str) -> str | None:
        """The new place that this one is or leads to, None when the newer drawing has none for it."""
        if place in self.mapping:
            return self.mapping[place]
        drawn = places.flow(self.old, place)
        if drawn is not None:
            source, target = self.element(drawn.source), self.element(drawn.target)
            found = places.flows(self.new, source or "", target or "")
            return place if place in found else found[0] if len(found) == 1 else None
        return place if places.family(self.new, place) == places.family(self.old, place) else None

    def element(self, element: str) -> str | None:
        """The new element this one is, None when it is gone. Where a jump leads to is another element."""
        found = self.renamed.get(element, element)
        return found if found in self.new.process.nodes else None

    def work(self, node: str) -> str | None:
        """The new task that may take over what was filled in for this task; None when nobody could hand it in."""
        found = self.element(node)
        return found if found is not None and self.new.process.nodes[found].kind == "userTask" else None

    def event(self, node: str) -> str:
        """The id this catching event has now: a clock that only got another name is the same clock."""
        if node in self.mapping:
            return self.mapping[node]
        return node if node in self.new.process.nodes else self._likely.get(node, node)

    def suggest(self, place: str) -> list[str]:
        """Steps that look like another name for it, new ones of its sort, and then what came next."""
        sort, drawn = places.family(self.old, place), places.flow(self.old, place)
        likely = [self._likely[place]] if place in self._likely else []
        fresh = [node for node in self.new.process.nodes if node not in self.old.process.nodes]
        onward = [
            found for state in self.old.states.values() if place in state.places
            for step in self.old.leaving[state.name] if place in step.left
            for found in step.entered if places.family(self.new, found) == places.family(self.old, found) != ""
        ]
        same = [node for node in fresh if places.family(self.new, node) == sort]
        if drawn is None:
            same.sort(key=lambda node: self.new.role(node) != self.old.role(place))
        else:
            into = self.element(drawn.target)
            onward = list(self.new.process.nodes[into].incoming) if into is not None else []
        found = dict.fromkeys([*likely, *same, *onward])
        return [f"{place}={one}" for one in found if one != place][:MOST_SUGGESTIONS]

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The elements that have another id only: those mapped to an id that the older drawing does not have."""
        return {
            was: now for was, now in self.mapping.items()
            if was not in _states(self._whole.old) and now not in self.old.process.nodes
        }

    @cached_property
    def roles(self) -> dict[str, str]:
        """The lanes that have another id: every step of the older that still is lies in the same newer one, and the
        two lanes stand for nothing else."""
        found: dict[str, set[str]] = {}
        for node in self.old.process.nodes:
            now = self.element(node)
            if now is not None and self.old.role(node):
                found.setdefault(self.old.role(node), set()).add(self.new.role(now))
        found.update({was: {now} for was, now in self.mapping.items() if was in found})
        known = set(found)
        plain = {was: next(iter(now)) for was, now in found.items() if len(now) == 1}
        targets = list(plain.values())
        return {was: now for was, now in plain.items() if now and now not in known and targets.count(now) == 1}

    def _pair(self, name: str) -> Pairing:
        source = self.old.states.get(name)
        if source is None:
            raise _Unpaired(
                CANNOT, name, f"“{name}” bukan keadaan pada gambar lama; bagian ini tidak dapat dipindahkan.",
                f"“{name}” is no state of the old drawing; this part cannot be moved.",
            )
        places_now = {place: self.place(place) for place in sorted(source.places)}
        if self.mapping.get(name) in self.new.states:
            target = self.new.states[self.mapping[name]]
        else:
            target = self._target(source, places_now)
        for place in source.places:
            if places.family(self.old, place) == places.CHILD:
                self._carries_children(place, places_now[place], target)
        return self._paired(source, target, places_now)

    def _carries_children(self, place: str, now: str | None, target: State) -> None:
        """What children are at goes on in the same manner, for no move ends the work of a child."""
        called = places.name(self.old, place)
        if now is None or now not in target.places or not self._goes_on(place, now):
            raise _Unpaired(
                CANNOT, place, f"{called} sedang dikerjakan sebagai bagian tersendiri, dan tidak berlanjut pada "
                "keadaan tujuan. Tunggu sampai selesai, lalu ulangi.",
                f"{called} is being worked off as a part of its own, which does not go on in the state it would come "
                "to. Wait until it is done, then try again.",
            )
        if places.manner(self.old, place) != places.manner(self.new, now):
            reason = _otherwise(called)
            raise _Unpaired(CANNOT, place, reason.message, reason.message_en)

    def _paired(self, source: State, target: State, places_now: Mapping[str, str | None]) -> Pairing:
        kept = tuple(
            (was, now) for was, now in places_now.items()
            if now is not None and now in target.places and self._goes_on(was, now)
        )
        going, come = {was for was, _ in kept}, {now for _, now in kept}
        return Pairing(
            source.name, MOVES, target, kept=kept,
            by_mapping=not self.mapping.keys().isdisjoint({source.name, source.stage, *source.places}),
            left=tuple(sorted(source.places - going)), entered=tuple(sorted(target.places - come)),
            new_stay=not kept and target.stage != self._stage(source.stage),
        )

    def _goes_on(self, was: str, now: str) -> bool:
        """Whether the wait itself goes on: one sort of wait, and another name for the same place, not another place."""
        sort = places.family(self.old, was)
        known = now in self.old.process.nodes
        return sort == places.family(self.new, now) and (sort == places.JOIN or was == now or not known)

    def _target(self, source: State, places_now: Mapping[str, str | None]) -> State:
        for place, now in places_now.items():
            if now is None:
                raise self._gone(place)
        wanted = frozenset(now for now in places_now.values() if now is not None)
        if len(wanted) < len(source.places):
            raise _Unpaired(
                CANNOT, source.name, "Dua tempat tunggu dipadankan dengan satu tempat. Pisahkan keduanya.",
                "Two places of waiting are mapped to one. Map them to two.",
            )
        stage = self._stage(source.stage)
        done = places.key_of(source)[2]
        alike = [state for state in self.new.states.values() if state.places == wanted]
        for state in alike:
            if places.key_of(state) == (stage, wanted, done):
                return state
        if len(alike) == 1 and set(self.mapping) & {source.stage, *source.places}:
            return alike[0]
        here = ", ".join(places.name(self.new, place) for place in sorted(wanted))
        if not alike:
            raise _Unpaired(
                CANNOT, source.name, f"Pada gambar baru {here} tidak pernah menunggu bersamaan. Tunggu sampai badan "
                f"melewatinya, atau padankan seluruh keadaan: “{source.name}=KEADAAN BARU”.",
                f"In the new drawing {here} are never waited at together. Wait until the body has passed them, or map "
                f"the whole state: “{source.name}=NEW STATE”.",
            )
        raise _Unpaired(
            NEEDS_MAPPING, source.stage, f"Pada gambar baru tahap sebelum {here} bukan lagi "
            f"{places.name(self.old, source.stage)}. Padankan keadaannya, supaya tahapnya jelas.",
            f"In the new drawing the stage before {here} is no longer {places.name(self.old, source.stage)}. Map the "
            "state, so that the stage is clear.",
            [*self._stage_alike(source.stage, alike), *(f"{source.name}={state.name}" for state in alike)],
        )

    def _stage(self, stage: str) -> str:
        """The stage this one is now; a branch begins in that of its event, whatever that is called."""
        here = self.new.root.id if self.old.root.kind == "branch" and stage == self.old.root.id else stage
        return self.mapping.get(stage, here)

    def _stage_alike(self, stage: str, alike: list[State]) -> list[str]:
        found = self._likely.get(stage)
        return [f"{stage}={found}"] if found in {state.stage for state in alike} else []

    def _gone(self, place: str) -> _Unpaired:
        what, (kind, kind_en) = places.name(self.old, place), places.kind_said(self.old, place)
        other, other_en = places.kind_said(self.new, place)
        said, said_en = f"{what} tidak ada lagi pada gambar baru.", f"{what} is not in the new drawing any more."
        if other:
            said = f"{what} pada gambar baru bukan lagi {kind}, melainkan {other}."
            said_en = f"In the new drawing {what} is no longer {kind_en}, but {other_en}."
        return _Unpaired(
            NEEDS_MAPPING, place, f"{said} Padankan dengan langkah lain.", f"{said_en} Map it to another step.",
            self.suggest(place),
        )

    @cached_property
    def _likely(self) -> dict[str, str]:
        return diff.renamed(self.old.process, self.new.process)


def _otherwise(called: str) -> Reason:
    return Reason(
        f"{called} pada gambar baru dijalankan dengan cara lain (sekali, berulang, atau memanggil alur lain). Tunggu "
        "sampai selesai, lalu ulangi.",
        f"The new drawing runs {called} in another way (once, in rounds, or as a call). Wait until it is done, then "
        "try again.",
    )


def _states(graph: Graph) -> set[str]:
    """The states in which something waits, those of all parts; an end's state has the name of an element."""
    names = {*graph.states, *(state for part in graph.parts.values() for state in part.states)}
    return names - _elements(graph)


def _elements(graph: Graph) -> set[str]:
    return {*graph.process.nodes, *graph.process.flows, *(lane.id for lane in graph.process.lanes)}
