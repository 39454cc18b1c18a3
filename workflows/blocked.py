"""The board of blocked bodies: which, since when, why, who must act, what would free them; counted, filtered, paged.

A fixed number of queries a page, whatever the region holds.
"""

from __future__ import annotations

import re
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
    String,
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

from engine.base import table_of
from engine.columns import UTCDateTime
from engine.models import Instance, Obstacle
from engine.statements import AnyRow, Statement
from workflows import causes, freeing, regions, turning
from workflows.freeing import Cause
from workflows.models import BoardView, Body, Region

PAGE, CHUNK = 25, 500
COUNTED, LISTED = 0, 1
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
DISTRICT, REGENCY = 8, 5  # so many characters of a scope are its kecamatan, its regency: "33.23.01", "33.23"
_WILD = re.compile(r"[%_/]")
"""What LIKE would not take as it is typed."""


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


@dataclass(frozen=True)
class _Shape:
    """All that shapes a statement of the board; what is looked for, the moments and the place in the list are values.

    `scopes` says of each scope whether it is everything, `given` which filters are set.
    """

    scopes: tuple[bool, ...]
    given: frozenset[str]
    unit: int
    drawn: causes.Flows


def _shape(scopes: Sequence[str], filters: Filters, drawn: causes.Flows) -> _Shape:
    given = frozenset(name for name, value in vars(filters).items() if value)
    return _Shape(tuple(not scope for scope in scopes), given, unit_length(scopes, filters), drawn)


def _lies_within(column: Any, scopes: tuple[bool, ...]) -> ColumnElement[bool]:
    """As `within`, for the scopes among the values."""
    return or_(false(), *(
        true() if everything else regions.within(column, bindparam(f"scope{place}", type_=String()))
        for place, everything in enumerate(scopes)
    ))


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    place: Any = bindparam("district", type_=String())
    possible = {
        "district": lambda: regions.within(Instance.scope, place),
        "kind": lambda: Body.kind == bindparam("kind"),
        "stage": lambda: Instance.stage == bindparam("stage"),
        "search": _is_searched,
    }
    return [_lies_within(Instance.scope, shape.scopes), *(
        condition() for name, condition in possible.items() if name in shape.given
    )]


def _is_searched() -> ColumnElement[bool]:
    """The body's name or the owner of an obstacle holds what is searched for."""
    words: Any = bindparam("search", type_=String())
    owner = exists().where(
        Obstacle.instance_id == Instance.id, Obstacle.lifted_at.is_(None), Obstacle.owner.icontains(words, escape="/"),
    )
    return or_(Body.name.icontains(words, escape="/"), owner)


def _narrowed(found: Any, shape: _Shape) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if "owner" in shape.given:
        wanted.append(found.c.owners.bitwise_and(bindparam("owner", type_=Integer())) != 0)
    if "age" in shape.given:
        wanted.append(found.c.since <= bindparam("old", type_=UTCDateTime()))
    return wanted


def _values(scopes: Sequence[str], filters: Filters, now: datetime) -> dict[str, Any]:
    return {
        **causes.moments(now), **{f"scope{place}": scope for place, scope in enumerate(scopes)},
        "district": filters.district, "kind": filters.kind, "stage": filters.stage,
        "search": _WILD.sub(r"/\g<0>", filters.search), "owner": causes.owner_bit(filters.owner),
        "reason": causes.BIT.get(filters.reason, 0), "old": now - timedelta(days=filters.age),
    }


@dataclass(frozen=True)
class View:
    """All that the page shows: how many are blocked, some of them, what can be chosen (and what the account keeps)."""

    counts: Counts
    page: Page
    choices: Choices


def view(
    session: Session, scopes: Sequence[str], filters: Filters, now: datetime, *, after: str = "", size: int = PAGE,
    account: int = 0,
) -> View:
    """`board` and `choices` in one, with the views that the account keeps."""
    drawn = causes.flows(session)
    counts, page = _board(session, drawn, scopes, filters, now, after, size)
    return View(counts, page, _choices(session, drawn, scopes, filters, account))


def board(
    session: Session, scopes: Sequence[str], filters: Filters, now: datetime, *, after: str = "", size: int = PAGE,
) -> tuple[Counts, Page]:
    """How many bodies are blocked within the scopes, and one page of them, the longest blocked first.

    `after` is the `after` of the page before; else it begins anew. One statement tells both.
    """
    return _board(session, causes.flows(session), scopes, filters, now, after, size)


def _board(
    session: Session, drawn: causes.Flows, scopes: Sequence[str], filters: Filters, now: datetime, after: str, size: int
) -> tuple[Counts, Page]:
    behind = turning.place(after) or (EARLIEST, 0)
    values = {**_values(scopes, filters, now), "behind_since": behind[0], "behind_id": behind[1], "size": size + 1}
    rows = _statement(_shape(scopes, filters, drawn)).rows(session, values)
    told = [row for row in rows if row.part == LISTED]
    more, told = len(told) > size, told[:size]
    facts = freeing.Facts(session, {row.number: row.mask for row in told}, now)
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


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> Statement:
    """Rows (part, number, place, stage, mask, since): the counts by unit, stage and mask, then the page's bodies."""
    return Statement(lambda dialect: _written(shape, dialect))


def _written(shape: _Shape, dialect: str) -> CompoundSelect[Any]:
    place = causes.places(_conditions(shape))
    found = causes.found(place, shape.drawn, dialect)
    narrowed = _narrowed(found, shape)
    unit = func.substr(place.c.scope, 1, shape.unit)
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
    if "reason" in shape.given:
        wanted.append(found.c.mask.bitwise_and(bindparam("reason", type_=Integer())) != 0)
    listed = (
        select(
            literal(LISTED).label("part"), place.c.id.label("number"), place.c.scope.label("place"), place.c.stage,
            found.c.mask, found.c.since,
        )
        .join_from(found, place, place.c.id == found.c.instance_id).where(*wanted)
        .order_by(found.c.since, found.c.instance_id).limit(bindparam("size", type_=Integer())).subquery("listed")
    )
    return union_all(counted, select(listed)).order_by("part", "since", "number")


def _entry(facts: freeing.Facts, row: AnyRow) -> Blocked:
    body = facts.bodies[row.number]
    return Blocked(
        body_id=body.body_id, instance_id=row.number, scope=row.place, name=body.name, kind=body.kind,
        district=row.place[:DISTRICT], district_name=body.district or "", stage=row.stage,
        stage_name=facts.stage_name(row.number, row.stage), since=row.since, timezone=body.timezone,
        causes=facts.causes(row.number, row.mask),
    )


@dataclass(frozen=True)
class Kept:
    """A view that the account keeps: its `query` is what stands in the address."""

    id: int
    name: str
    query: str
    default: bool


@dataclass(frozen=True)
class Choices:
    """What the filters offer and what codes are called: (code, label), in the order to show them; `kept` are the views
    of the account."""

    units: list[tuple[str, str]]
    districts: list[tuple[str, str]]
    stages: list[tuple[str, str]]
    kept: tuple[Kept, ...] = ()


def choices(session: Session, scopes: Sequence[str], filters: Filters | None = None) -> Choices:
    """The kecamatan (or, where the scopes hold several regencies, those) and the stages of the newest drawings."""
    return _choices(session, causes.flows(session), scopes, filters or Filters())


def _choices(
    session: Session, drawn: causes.Flows, scopes: Sequence[str], filters: Filters, account: int = 0
) -> Choices:
    length = unit_length(scopes, filters)
    offered = REGENCY if any(len(scope) < REGENCY for scope in scopes) else DISTRICT
    around = [scope[:DISTRICT] for scope in scopes]
    values = {f"scope{place}": scope for place, scope in enumerate(around)}
    found = _places(tuple(not scope for scope in around), bool(filters.district)).rows(
        session, {**values, "offered": offered, "length": length, "district": filters.district, "account": account}
    )
    kept = tuple(Kept(row.view, row.name, row.query, bool(row.is_default)) for row in found if row.view is not None)
    rows = [row for row in found if row.view is None]
    inside = filters.district
    units = [(row.code, row.name) for row in rows if len(row.code) == length
             and (not inside or regions.is_within(row.code, inside))]
    return Choices(units, [(row.code, row.name) for row in rows if len(row.code) == offered], list(drawn.stages),
                   kept)


@lru_cache(maxsize=64)
def _places(scopes: tuple[bool, ...], narrowed: bool) -> Statement:
    """Rows (code, name) of the regions to choose from and, below the one that was chosen, of those to count by; and the
    views of the account (view, name, query, is_default) in the same statement: a page asks no more often for them."""
    region = table_of(Region)
    code: Any = region.c.code
    size = func.length(code)
    shown = size == bindparam("length", type_=Integer())
    if narrowed:
        below: Any = bindparam("district", type_=String())
        shown = shown & regions.within(code, below)
    kept = table_of(BoardView)
    places = select(
        code.label("code"), region.c.name.label("name"), cast(null(), BigInteger).label("view"),
        cast(null(), String).label("query"), false().label("is_default"),
    ).where(_lies_within(code, scopes), or_(size == bindparam("offered", type_=Integer()), shown))
    views = select(
        cast(null(), code.type), kept.c.name, kept.c.id, kept.c.query, kept.c.is_default
    ).where(kept.c.account_id == bindparam("account", type_=BigInteger()))
    return Statement(union_all(places, views).order_by("name", "code", "view"))
