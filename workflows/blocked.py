"""The board of blocked bodies: which, since when, why, who must act, what would free them; counted, filtered, paged.

A fixed number of queries a page, whatever the region holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import Instance, Obstacle, UTCDateTime
from workflows import causes, freeing, regions, signposts, turning
from workflows.freeing import Cause
from workflows.models import Body, Region

PAGE, CHUNK = 25, 500
COUNTED, LISTED = 0, 1
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
DISTRICT, REGENCY = 8, 5  # so many characters of a scope are its kecamatan, its regency: "33.23.01", "33.23"


@dataclass(frozen=True)
class Filters:
    """What the board is narrowed by; "" and 0 narrow nothing. `age` is the least number of days blocked."""

    search: str = ""
    district: str = ""
    kind: str = ""
    stage: str = ""
    reason: str = ""
    owner: str = ""
    age: int = 0

    @property
    def count(self) -> int:
        return sum(map(bool, (self.search, self.district, self.kind, self.stage, self.reason, self.owner, self.age)))


@dataclass(frozen=True)
class Blocked:
    """One blocked body. `since` is the oldest of its causes."""

    body_id: int
    instance_id: int
    scope: str
    name: str
    kind: str
    district: str
    district_name: str
    stage: str
    stage_name: str
    since: datetime
    timezone: str
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class Page:
    """Some rows, the longest blocked first; `after` is where the next page begins, "" at the end."""

    entries: list[Blocked]
    after: str = ""


@dataclass(frozen=True)
class Counts:
    """`reasons`: bodies by reason, whatever reason is filtered; `cells`: bodies by (unit, stage); `total` of cells.

    A unit is a kecamatan's code or, where the reader sees more than one regency, a regency's.
    """

    reasons: dict[str, int] = field(default_factory=dict)
    cells: dict[tuple[str, str], int] = field(default_factory=dict)
    total: int = 0


def within(column: Any, scopes: Iterable[str]) -> ColumnElement[bool]:
    """`column` lies within one of these scopes; "" is everything, none is nothing."""
    return or_(false(), *(regions.within(column, scope) if scope else true() for scope in scopes))


def unit_length(scopes: Sequence[str], filters: Filters) -> int:
    """How many characters of a scope name a row of the matrix: kecamatan within one regency, otherwise regencies."""
    narrow = [filters.district] if filters.district else scopes
    return DISTRICT if all(len(scope) >= REGENCY for scope in narrow) else REGENCY


def _conditions(scopes: Iterable[str], filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [within(Instance.scope, scopes)]
    if filters.district:
        wanted.append(regions.within(Instance.scope, filters.district))
    if filters.kind:
        wanted.append(Body.kind == filters.kind)
    if filters.stage:
        wanted.append(Instance.stage == filters.stage)
    if filters.search:
        owner = exists().where(
            Obstacle.instance_id == Instance.id, Obstacle.lifted_at.is_(None),
            Obstacle.owner.icontains(filters.search, autoescape=True),
        )
        wanted.append(or_(Body.name.icontains(filters.search, autoescape=True), owner))
    return wanted


def _narrowed(found: Any, filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.owner:
        wanted.append(found.c.owners.bitwise_and(causes.owner_bit(filters.owner)) != 0)
    if filters.age:
        wanted.append(found.c.since <= bindparam("since", type_=UTCDateTime()))
    return wanted


def _values(filters: Filters, now: datetime) -> dict[str, Any]:
    old = {"since": now - timedelta(days=filters.age)} if filters.age else {}
    return {**causes.moments(now), **old}


def board(
    session: Session, scopes: Sequence[str], filters: Filters, now: datetime, *, after: str = "", size: int = PAGE,
) -> tuple[Counts, Page]:
    """How many bodies are blocked within the scopes, and one page of them, the longest blocked first.

    `after` is the `after` of the page before; else it begins anew. One statement tells both.
    """
    behind = turning.place(after) or (EARLIEST, 0)
    values = {**_values(filters, now), "behind_since": behind[0], "behind_id": behind[1], "size": size + 1}
    asked = _Asked(tuple(scopes), filters, causes.flows(session), session.get_bind().dialect.name)
    rows = session.execute(_statement(asked), values).all()
    told = [row for row in rows if row.part == LISTED]
    more, told = len(told) > size, told[:size]
    facts = freeing.Facts(session, [row.number for row in told], now)
    entries = [_entry(facts, row) for row in told]
    last = f"{told[-1].since.isoformat()},{told[-1].number}" if more and told else ""
    return _counted([row for row in rows if row.part == COUNTED], filters), Page(entries, last)


def counts(session: Session, scopes: Sequence[str], filters: Filters, now: datetime) -> Counts:
    """The counts alone."""
    return board(session, scopes, filters, now, size=0)[0]


def page(
    session: Session, scopes: Sequence[str], filters: Filters, now: datetime, *, after: str = "", size: int = PAGE,
) -> Page:
    """The page alone."""
    return board(session, scopes, filters, now, after=after, size=size)[1]


def _counted(rows: Iterable[Sequence[Any]], filters: Filters) -> Counts:
    wanted = causes.BIT.get(filters.reason)
    cells: dict[tuple[str, str], int] = {}
    reasons = dict.fromkeys(causes.REASONS, 0)
    for _part, number, place, stage, mask, _since in rows:
        if wanted is None or mask & wanted:
            cells[place, stage] = cells.get((place, stage), 0) + number
        for reason, bit in causes.BIT.items():
            if mask & bit:
                reasons[reason] += number
    return Counts(reasons, cells, sum(cells.values()))


def every(session: Session, scopes: Sequence[str], filters: Filters, now: datetime) -> Iterator[Blocked]:
    """All rows, read in chunks."""
    after = ""
    while True:
        chunk = page(session, scopes, filters, now, after=after, size=CHUNK)
        yield from chunk.entries
        after = chunk.after
        if not after:
            return


@dataclass(frozen=True)
class _Asked:
    """All that shapes a statement of the board; the moments and the place in the list are its parameters."""

    scopes: tuple[str, ...]
    filters: Filters
    drawn: causes.Flows
    dialect: str


# Building the statement takes longer than a database takes to answer it, so it is kept.
@lru_cache(maxsize=256)
def _statement(asked: _Asked) -> CompoundSelect[Any]:
    """Rows (part, number, place, stage, mask, since): the counts by unit, stage and mask, then the page's bodies."""
    place = causes.places(_conditions(asked.scopes, asked.filters))
    found = causes.found(place, asked.drawn, asked.dialect)
    narrowed = _narrowed(found, asked.filters)
    unit = func.substr(place.c.scope, 1, unit_length(asked.scopes, asked.filters))
    counted = (
        select(
            literal(COUNTED).label("part"), func.count().label("number"), unit.label("place"), place.c.stage,
            found.c.mask, cast(null(), UTCDateTime()).label("since"),
        )
        .join_from(found, place, place.c.id == found.c.instance_id)
        .where(*narrowed).group_by(unit, place.c.stage, found.c.mask)
    )
    behind = (bindparam("behind_since", type_=UTCDateTime()), bindparam("behind_id", type_=BigInteger()))
    wanted = [*narrowed, tuple_(found.c.since, found.c.instance_id) > tuple_(*behind)]
    if asked.filters.reason:
        wanted.append(found.c.mask.bitwise_and(causes.BIT.get(asked.filters.reason, 0)) != 0)
    listed = (
        select(
            literal(LISTED).label("part"), place.c.id.label("number"), place.c.scope.label("place"), place.c.stage,
            found.c.mask, found.c.since,
        )
        .join_from(found, place, place.c.id == found.c.instance_id).where(*wanted)
        .order_by(found.c.since, found.c.instance_id).limit(bindparam("size", type_=Integer())).subquery("listed")
    )
    return union_all(counted, select(listed)).order_by("part", "since", "number")


def _entry(facts: freeing.Facts, row: Row[Any]) -> Blocked:
    body = facts.bodies[row.number]
    return Blocked(
        body_id=body.body_id, instance_id=row.number, scope=row.place, name=body.name, kind=body.kind,
        district=row.place[:DISTRICT], district_name=body.district or "", stage=row.stage,
        stage_name=facts.stage_name(row.number, row.stage), since=row.since, timezone=body.timezone,
        causes=facts.causes(row.number, row.mask),
    )


@dataclass(frozen=True)
class Choices:
    """What the filters offer and what codes are called: (code, label), in the order to show them."""

    units: list[tuple[str, str]]
    districts: list[tuple[str, str]]
    stages: list[tuple[str, str]]


def choices(session: Session, scopes: Sequence[str], filters: Filters | None = None) -> Choices:
    """The kecamatan (or, where the scopes hold several regencies, those) and the stages of the newest drawings."""
    filters = filters or Filters()
    length = unit_length(scopes, filters)
    offered = REGENCY if any(len(scope) < REGENCY for scope in scopes) else DISTRICT
    size = func.length(Region.code)
    shown = size == length
    if filters.district:
        shown = shown & regions.within(Region.code, filters.district)
    rows = session.execute(
        select(Region.code, Region.name)
        .where(within(Region.code, [scope[:DISTRICT] for scope in scopes]), or_(size == offered, shown))
        .order_by(Region.name, Region.code)
    ).all()
    inside = filters.district or ""
    units = [(row.code, row.name) for row in rows if len(row.code) == length
             and (not inside or regions.is_within(row.code, inside))]
    return Choices(units, [(row.code, row.name) for row in rows if len(row.code) == offered], stages(session))


def stages(session: Session) -> list[tuple[str, str]]:
    """(code, name) of every stage on a body's way, in the order of the longest way."""
    ways = [
        [(code, signposts.name_of(loaded, code)) for code in signposts.main_stages(loaded)]
        for loaded in _newest(session)
    ]
    named: dict[str, str] = {}
    for way in sorted(ways, key=len, reverse=True):
        for code, name in way:
            named.setdefault(code, name)
    return list(named.items())


def _newest(session: Session) -> list[definitions.Loaded]:
    return [definitions.load(session, number) for number in definitions.newest_of_all(session)]
