"""The dry run: what a move would do with every running instance, by state, before anything is touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from engine import definitions
from engine.errors import Refused
from engine.graph import Graph
from engine.migration import places, work
from engine.migration.pairing import CANNOT, MOVES, NEEDS_MAPPING, NO_REASON, Pairer, Pairing, Reason
from engine.migration.work import Item
from engine.models import Instance

LOSES = "loses_work"


@dataclass(frozen=True, slots=True)
class Group:
    """The instances in one state that share a fate.

    `verdict` is "moves", "needs_mapping", "cannot" or "loses_work" (they would move, but `lost` work has no task any
    more). `pairing` is that of what keeps them: their own state's, or that of one of their child instances.
    `clocks_new` and `clocks_gone` are the timer elements that the move arms and removes, `roles` the tasks that
    somebody else does afterwards, as (task, old role, new role); of these instances and of their child instances.
    """

    state: str
    count: int
    verdict: str
    pairing: Pairing
    reason: Reason = NO_REASON
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
            "element": pairing.element, "reason": self.reason.message,
            "reason_en": self.reason.message_en, "suggestions": list(self.suggestions),
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
        raise Refused(
            "“%(old)s” dan “%(new)s” adalah dua alur yang berbeda. Pilih dua versi dari satu alur.", old=old.key,
            new=new.key,
        )
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
    kinds = _kinds_of_children(session, from_definition)
    hurt = _hurt(session, pairs, from_definition, kinds)
    groups: list[Group] = []
    for state, number in counts:
        fates = hurt.get(state, {})
        children = [kind for kind in kinds if kind[0] == state]
        groups += [_group(pairs, state, len(ids), fate, children) for fate, ids in fates.items()]
        if rest := number - sum(map(len, fates.values())):
            groups.append(_group(pairs, state, rest, _Fate(), children))
    order = (LOSES, NEEDS_MAPPING, CANNOT, MOVES)
    groups.sort(key=lambda group: (order.index(group.verdict), -group.count, group.state, group.reason.message))
    return Plan(from_definition, to_definition, pairs.mapping, tuple(groups))


@dataclass(frozen=True, slots=True)
class _Fate:
    """What keeps an instance from moving unharmed: a child instance's pairing, a reason, work that would be lost."""

    held: Pairing | None = None
    why: Reason | None = None
    lost: tuple[Item, ...] = ()


_Kind = tuple[str, str, str]
"""(the root's state, the part a member of its family runs, that member's state)."""


def _members(from_id: int) -> tuple[type[Instance], tuple[Any, ...], tuple[Any, ...]]:
    """The roots beside Instance, the columns (root's id and _Kind), and what makes a row one that moves with its
    root."""
    root = aliased(Instance)
    return root, (root.id, root.state, Instance.part, Instance.state.label("own")), (
        root.id == func.coalesce(Instance.root_id, Instance.id), root.parent_id.is_(None), root.status == "running",
        root.definition_id == from_id, Instance.definition_id == from_id, Instance.status == "running",
    )


def _kinds_of_children(session: Session, from_id: int) -> list[_Kind]:
    root, columns, member = _members(from_id)
    kinds = select(*columns[1:]).join(root, member[0]).where(*member, Instance.parent_id.is_not(None)).distinct()
    return sorted((row[0], row[1], row[2]) for row in session.execute(kinds))


def _hurt(
    session: Session, pairs: Pairer, from_id: int, children: Sequence[_Kind]
) -> dict[str, dict[_Fate, set[int]]]:
    """The instances that their children or their open work keep from moving unharmed: {state: {why: ids}}."""
    found: dict[int, tuple[str, _Fate]] = {}
    for number, kind in _harmed_by_children(session, pairs, from_id, children):
        held, (state, before) = _held(pairs, kind), found.get(number, (kind[0], _Fate()))
        if before.held is None or (before.held.verdict, held.verdict) == (NEEDS_MAPPING, CANNOT):
            found[number] = state, replace(before, held=held)
    for number, kind, item in _harmed_by_work(session, pairs, from_id):
        state, before = found.get(number, (kind[0], _Fate()))
        why, is_lost = _harm(pairs, kind, item)
        lost = tuple(sorted({*before.lost, item}, key=lambda one: (one.node, one.sort))) if is_lost else before.lost
        found[number] = state, replace(before, why=before.why or why, lost=lost)
    fates: dict[str, dict[_Fate, set[int]]] = {}
    for number, (state, fate) in found.items():
        fates.setdefault(state, {}).setdefault(fate, set()).add(number)
    return fates


def _harmed_by_children(
    session: Session, pairs: Pairer, from_id: int, children: Sequence[_Kind]
) -> Iterator[tuple[int, _Kind]]:
    root, columns, member = _members(from_id)
    harmful = {
        kind for kind in children
        if pairs.pair(kind[0]).verdict == MOVES and _held(pairs, kind).verdict != MOVES
    }
    if harmful:
        query = select(*columns).join(root, member[0]).where(
            *member, Instance.parent_id.is_not(None), Instance.state.in_({state for _, _, state in harmful})
        )
        for number, *kind in session.execute(query.distinct()):
            if tuple(kind) in harmful:
                yield number, tuple(kind)


def _harmed_by_work(session: Session, pairs: Pairer, from_id: int) -> Iterator[tuple[int, _Kind, Item]]:
    root, columns, member = _members(from_id)
    for query in work.open_work(*columns):
        mine = query.join(root, member[0]).where(*member)
        kinds = session.execute(mine.with_only_columns(*list(mine.selected_columns)[1:]).distinct())
        harmful = {
            (kind, item) for *row, node, sort in kinds
            if _harm(pairs, kind := (row[0], row[1], row[2]), item := Item(node, sort)) != (None, False)
        }
        if not harmful:
            continue
        for number, *row, node, sort in session.execute(
            mine.where(root.state.in_({kind[0] for kind, _ in harmful})).distinct()
        ):
            kind, item = (row[0], row[1], row[2]), Item(node, sort)
            if (kind, item) in harmful:
                yield number, kind, item


def _held(pairs: Pairer, kind: _Kind) -> Pairing:
    """What becomes of the member of a family that is of this kind."""
    _, part, state = kind
    found = pairs.part(part)
    return found.pair(state) if isinstance(found, Pairer) else pairs.gone(part, state, found)


def _harm(pairs: Pairer, kind: _Kind, item: Item) -> tuple[Reason | None, bool]:
    """Why an instance with this work must not move, None for it may, and whether it would lose that work."""
    own, pairing = pairs.part(kind[1]), _held(pairs, kind)
    if not isinstance(own, Pairer) or {pairing.verdict, pairs.pair(kind[0]).verdict} != {MOVES}:
        return None, False
    why = work.holds_back(own, pairing, item)
    return why, why is None and work.is_lost(own, pairing, item)


def _group(pairs: Pairer, state: str, count: int, fate: _Fate, children: Sequence[_Kind]) -> Group:
    pairing = pairs.pair(state)
    held = fate.held if pairing.target is not None and fate.held is not None else pairing
    if held.target is None:
        return Group(state, count, held.verdict, held, held.reason, suggestions=held.suggestions)
    assert pairing.target is not None  # noqa: S101 -- it is what is held, or what is held stands in for it
    if fate.why is not None:
        return Group(state, count, CANNOT, pairing, fate.why)
    armed, removed, roles = _told(pairs, (state, "", state), children)
    return Group(
        state, count, LOSES if fate.lost else MOVES, pairing, _lost(pairs, fate.lost),
        tuple(item.said(pairs) for item in fate.lost),
        tuple(dict.fromkeys(one for item in fate.lost for one in pairs.suggest(item.node))), armed, removed, roles,
    )


def _told(
    pairs: Pairer, own: _Kind, children: Sequence[_Kind]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """The clocks armed and removed and the roles that change, of all members of the families in this state."""
    armed: set[str] = set()
    removed: set[str] = set()
    roles: dict[tuple[str, str, str], None] = {}
    for kind in (own, *children):
        part, pairing = pairs.part(kind[1]), _held(pairs, kind)
        if not isinstance(part, Pairer) or pairing.target is None:
            continue
        before = places.clocks(part.old, part.old.states[kind[2]])
        after = places.clocks(part.new, pairing.target)
        kept = {part.event(node) for node, clock in before.items() if clock.host not in pairing.left}
        armed |= set(after) - kept | {node for node, clock in after.items() if clock.host in pairing.entered}
        removed |= {node for node in before if part.event(node) not in after}
        roles |= {
            (now, part.old.role(was), part.new.role(now)): None for was, now in pairing.kept
            if places.family(part.new, now) == places.WORK and part.old.role(was) != part.new.role(now)
        }
    return tuple(sorted(armed)), tuple(sorted(removed)), tuple(roles)


def _lost(pairs: Pairer, lost: Sequence[Item]) -> Reason:
    if not lost:
        return NO_REASON
    return Reason(
        f"Akan hilang: {', '.join(item.said(pairs) for item in lost)}.",
        f"Would be lost: {', '.join(item.said_en(pairs) for item in lost)}.",
    )
