"""The board of blocked bodies: which, since when, why, who must act, what would free them; counted, filtered, paged.

A fixed number of queries a page, whatever the region holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import Definition, Instance, Obstacle, UTCDateTime
from workflows import causes, freeing, regions, signposts
from workflows.freeing import Cause
from workflows.models import Agenda, Body, Region

PAGE, CHUNK = 50, 500
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


def counts(session: Session, scopes: Sequence[str], filters: Filters, now: datetime) -> Counts:
    """How many bodies are blocked within the scopes, by reason and by place and stage; one query."""
    asked = _Asked(tuple(scopes), filters, causes.flows(session), session.get_bind().dialect.name)
    rows = session.execute(_counting(replace(asked, filters=replace(filters, reason=""))), _values(filters, now)).all()
    wanted = causes.BIT.get(filters.reason)
    cells: dict[tuple[str, str], int] = {}
    for row in rows:
        if wanted is None or row.mask & wanted:
            cells[row.unit, row.stage] = cells.get((row.unit, row.stage), 0) + row.number
    reasons = {
        reason: sum(row.number for row in rows if row.mask & bit) for reason, bit in causes.BIT.items()
    }
    return Counts(reasons, cells, sum(cells.values()))


def page(
    session: Session, scopes: Sequence[str], filters: Filters, now: datetime, *, after: str = "", size: int = PAGE,
) -> Page:
    """One page, the longest blocked first. `after` is the `after` of the page before; else it begins anew."""
    asked = _Asked(tuple(scopes), filters, causes.flows(session), session.get_bind().dialect.name)
    behind = _place(after) or (EARLIEST, 0)
    wanted = {**_values(filters, now), "behind_since": behind[0], "behind_id": behind[1], "size": size + 1}
    rows = session.execute(_listing(asked), wanted).all()
    more, rows = len(rows) > size, rows[:size]
    told = freeing.causes_of(session, [(row.id, row.mask) for row in rows], now)
    entries = [_entry(session, row, told.get(row.id, ())) for row in rows]
    return Page(entries, f"{rows[-1].since.isoformat()},{rows[-1].id}" if more else "")


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


# Building these statements takes longer than the database takes to answer them, so they are kept.
@lru_cache(maxsize=256)
def _counting(asked: _Asked) -> Select[Any]:
    place = causes.places(_conditions(asked.scopes, asked.filters))
    found = causes.found(place, asked.drawn, asked.dialect)
    unit = func.substr(place.c.scope, 1, unit_length(asked.scopes, asked.filters)).label("unit")
    return (
        select(unit, place.c.stage, found.c.mask, func.count().label("number"))
        .join_from(found, place, place.c.id == found.c.instance_id)
        .where(*_narrowed(found, asked.filters)).group_by(unit, place.c.stage, found.c.mask)
    )


@lru_cache(maxsize=256)
def _listing(asked: _Asked) -> Select[Any]:
    place = causes.places(_conditions(asked.scopes, asked.filters))
    found = causes.found(place, asked.drawn, asked.dialect)
    wanted = _narrowed(found, asked.filters)
    if asked.filters.reason:
        wanted.append(found.c.mask.bitwise_and(causes.BIT.get(asked.filters.reason, 0)) != 0)
    behind = (bindparam("behind_since", type_=UTCDateTime()), bindparam("behind_id", type_=BigInteger()))
    return (
        select(
            place.c.id, place.c.scope, place.c.stage, place.c.kind, place.c.body_id, place.c.definition_id,
            Body.name, found.c.mask, found.c.since, Agenda.timezone, Region.name.label("district_name"),
        )
        .join_from(found, place, place.c.id == found.c.instance_id)
        .join(Body, Body.id == place.c.body_id).join(Agenda, Agenda.id == Body.agenda_id)
        .outerjoin(Region, Region.code == func.substr(place.c.scope, 1, DISTRICT))
        .where(*wanted, tuple_(found.c.since, found.c.instance_id) > tuple_(*behind))
        .order_by(found.c.since, found.c.instance_id).limit(bindparam("size", type_=Integer()))
    )


def _entry(session: Session, row: Row[Any], told: tuple[Cause, ...]) -> Blocked:
    loaded = definitions.load(session, row.definition_id)
    return Blocked(
        body_id=row.body_id, instance_id=row.id, scope=row.scope, name=row.name, kind=row.kind, district=row.scope[:DISTRICT],
        district_name=row.district_name or "", stage=row.stage, stage_name=signposts.name_of(loaded, row.stage),
        since=row.since, timezone=row.timezone, causes=told,
    )


def _place(after: str) -> tuple[datetime, int] | None:
    moment, _, number = after.partition(",")
    try:
        found = datetime.fromisoformat(moment), int(number)
    except ValueError:
        return None
    return found if found[0].tzinfo else None


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
    numbers = session.scalars(select(func.max(Definition.id)).group_by(Definition.key)).all()
    return [definitions.load(session, number) for number in sorted(numbers)]
