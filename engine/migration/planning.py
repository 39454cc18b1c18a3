"""The dry run: what a move would do with every running instance, by state, before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import Refused
from engine.graph import Graph
from engine.migration import places, work
from engine.migration.pairing import CANNOT, MOVES, NEEDS_MAPPING, Pairer, Pairing
from engine.migration.work import Item
from engine.models import Instance

LOSES = "loses_work"


@dataclass(frozen=True, slots=True)
class Group:
    """The instances in one state that share a fate.

    `verdict` is "moves", "needs_mapping", "cannot" or "loses_work" (they would move, but `lost` work has no task any
    more). `clocks_new` and `clocks_gone` are the timer elements that the move arms and removes, `roles` the tasks that
    somebody else does afterwards, as (task, old role, new role).
    """

    state: str
    count: int
    verdict: str
    pairing: Pairing
    reason: str = ""
    lost: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    clocks_new: tuple[str, ...] = ()
    clocks_gone: tuple[str, ...] = ()
    roles: tuple[tuple[str, str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The shape that `drawings move --dry-run --json` prints."""
        pairing = self.pairing
        return {
            "state": self.state, "count": self.count, "verdict": self.verdict,
            "target": pairing.target.name if pairing.target else None, "by_mapping": pairing.by_mapping,
            "element": pairing.element, "reason": self.reason, "suggestions": list(self.suggestions),
            "kept": [list(pair) for pair in pairing.kept], "left": list(pairing.left),
            "entered": list(pairing.entered), "lost": list(self.lost), "clocks_new": list(self.clocks_new),
            "clocks_gone": list(self.clocks_gone), "roles": [list(one) for one in self.roles],
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """All groups from one definition to another, the largest first of each verdict."""

    from_id: int
    to_id: int
    mapping: Mapping[str, str]
    groups: tuple[Group, ...]

    def count(self, *verdicts: str) -> int:
        """How many instances have one of these verdicts; all of them without any."""
        return sum(group.count for group in self.groups if not verdicts or group.verdict in verdicts)

    @property
    def suggestions(self) -> tuple[str, ...]:
        """The first suggestion for each element that stands in the way."""
        first: dict[str, str] = {}
        for suggestion in (one for group in self.groups for one in group.suggestions):
            first.setdefault(suggestion.partition("=")[0], suggestion)
        return tuple(first.values())

    def summary(self, noun: str = "badan") -> str:
        """One line: "309 badan: 301 pindah menurut nama, 8 perlu padanan, 0 kehilangan pekerjaan"."""
        mapped = sum(group.count for group in self.groups if group.verdict == MOVES and group.pairing.by_mapping)
        parts = [f"{self.count(MOVES) - mapped} pindah menurut nama"]
        parts += [f"{mapped} menurut padanan"] if mapped else []
        parts += [f"{self.count(NEEDS_MAPPING)} perlu padanan"]
        parts += [f"{self.count(CANNOT)} tidak dapat pindah"] if self.count(CANNOT) else []
        return f"{self.count()} {noun}: {', '.join([*parts, f'{self.count(LOSES)} kehilangan pekerjaan'])}"

    def as_dict(self) -> dict[str, Any]:
        """{"from", "to", "mapping", "summary", "counts", "suggestions", "groups"}."""
        verdicts = (MOVES, NEEDS_MAPPING, CANNOT, LOSES)
        return {
            "from": self.from_id, "to": self.to_id, "mapping": dict(self.mapping), "summary": self.summary(),
            "counts": {"all": self.count(), **{verdict: self.count(verdict) for verdict in verdicts}},
            "suggestions": list(self.suggestions), "groups": [group.as_dict() for group in self.groups],
        }


def pairer(session: Session, from_id: int, to_id: int, mapping: Mapping[str, str] | None = None) -> Pairer:
    """The pairings between two versions of one process.

    Refused: NotFound; one version is not another of the same process; MappingRefused.
    """
    old, new = definitions.load(session, from_id), definitions.load(session, to_id)
    if old.key != new.key:
        raise Refused(f"“{old.key}” dan “{new.key}” adalah dua alur yang berbeda. Pilih dua versi dari satu alur.")
    if old.id == new.id:
        raise Refused("Kedua versi itu sama. Pilih dua versi yang berbeda.")
    return Pairer(old.graph, new.graph, mapping or {})


def plan(
    session: Session, *, from_definition: int, to_definition: int, mapping: Mapping[str, str] | None = None
) -> Plan:
    """What a move would do, with nothing changed; `to_definition` may be a version that is only proposed.

    The cost is that of the states and of the open work, not of the instances. Refused as `pairer`.
    """
    pairs = pairer(session, from_definition, to_definition, mapping)
    return _planned(session, pairs, from_definition, to_definition)


def rehearse(
    session: Session, *, from_definition: int, graph: Graph, mapping: Mapping[str, str] | None = None
) -> Plan:
    """The same for a drawing that is stored nowhere yet; the plan's `to_id` is 0. Refused: NotFound, MappingRefused."""
    old = definitions.load(session, from_definition)
    return _planned(session, Pairer(old.graph, graph, mapping or {}), from_definition, 0)


def _planned(session: Session, pairs: Pairer, from_definition: int, to_definition: int) -> Plan:
    running = (
        Instance.definition_id == from_definition, Instance.status == "running", Instance.parent_id.is_(None)
    )
    counts = session.execute(
        select(Instance.state, func.count().label("number")).where(*running).group_by(Instance.state)
    ).all()
    hurt = _hurt(session, pairs, from_definition)
    groups: list[Group] = []
    for state, number in counts:
        fates = hurt.get(state, {})
        groups += [_group(pairs, state, len(ids), *fate) for fate, ids in fates.items()]
        if rest := number - sum(map(len, fates.values())):
            groups.append(_group(pairs, state, rest))
    order = (LOSES, NEEDS_MAPPING, CANNOT, MOVES)
    groups.sort(key=lambda group: (order.index(group.verdict), -group.count, group.state, group.reason))
    return Plan(from_definition, to_definition, pairs.mapping, tuple(groups))


_Fate = tuple[str, tuple[Item, ...]]


def _hurt(session: Session, pairs: Pairer, from_id: int) -> dict[str, dict[_Fate, set[int]]]:
    """The instances whose open work keeps them from moving unharmed: {state: {(why not, lost work): ids}}."""
    shared = work.with_children(Instance.id, Instance.state).where(Instance.definition_id == from_id)
    found: dict[int, tuple[str, str, list[Item]]] = {
        number: (state, work.CHILDREN_RUN, []) for number, state in session.execute(shared)
        if pairs.pair(state).verdict == MOVES
    }
    for query in work.open_work(Instance.id, Instance.state):
        kinds = query.where(Instance.definition_id == from_id)
        harmful = [
            (state, node, sort) for state, node, sort in session.execute(
                kinds.with_only_columns(*list(kinds.selected_columns)[1:]).distinct()
            )
            if _harm(pairs, state, Item(node, sort)) != ("", False)
        ]
        if not harmful:
            continue
        states = {state for state, _, _ in harmful}
        for number, state, node, sort in session.execute(kinds.where(Instance.state.in_(states)).distinct()):
            if (state, node, sort) in harmful:
                _, before, lost = found.setdefault(number, (state, "", []))
                why, is_lost = _harm(pairs, state, item := Item(node, sort))
                found[number] = (state, before or why, [*lost, item] if is_lost else lost)
    fates: dict[str, dict[_Fate, set[int]]] = {}
    for number, (state, why, lost) in found.items():
        what = tuple(sorted(lost, key=lambda item: (item.node, item.sort)))
        fates.setdefault(state, {}).setdefault((why, what), set()).add(number)
    return fates


def _harm(pairs: Pairer, state: str, item: Item) -> tuple[str, bool]:
    """Why an instance with this work must not move, "" for it may, and whether it would lose that work."""
    pairing = pairs.pair(state)
    if pairing.verdict != MOVES:
        return "", False
    why = work.holds_back(pairs, pairing, item)
    return why, not why and work.is_lost(pairs, pairing, item)


def _group(pairs: Pairer, state: str, count: int, why: str = "", lost: tuple[Item, ...] = ()) -> Group:
    pairing = pairs.pair(state)
    if pairing.target is None:
        return Group(state, count, pairing.verdict, pairing, pairing.reason, suggestions=pairing.suggestions)
    if why:
        return Group(state, count, CANNOT, pairing, why)
    before = places.clocks(pairs.old, pairs.old.states[state])
    after = places.clocks(pairs.new, pairing.target)
    kept = {pairs.event(node) for node, clock in before.items() if clock.host not in pairing.left}
    again = {node for node, clock in after.items() if clock.host in pairing.entered}
    roles = tuple(
        (now, pairs.old.role(was), pairs.new.role(now)) for was, now in pairing.kept
        if places.family(pairs.new, now) == places.WORK and pairs.old.role(was) != pairs.new.role(now)
    )
    said = tuple(item.said(pairs) for item in lost)
    return Group(
        state, count, LOSES if lost else MOVES, pairing, f"Akan hilang: {', '.join(said)}." if lost else "", said,
        tuple(dict.fromkeys(one for item in lost for one in pairs.suggest(item.node))),
        tuple(sorted(set(after) - kept | again)),
        tuple(sorted(node for node in before if pairs.event(node) not in after)), roles,
    )
