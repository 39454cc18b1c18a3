"""The registers as lists: bodies, and those who serve in them. No page takes more queries for more rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from engine import definitions
from engine.host import Actor, lies_within
from engine.models import Instance, Task
from workflows import signposts
from workflows.desk import within
from workflows.models import Agenda, Body, Membership, Person, Region
from workflows.people import NikKeys, is_nik, name_key
from workflows.signposts import Step

PAGE = 30
NOT_BEGUN = "-"
"""The stage filter's word for bodies whose flow has not begun."""


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed by; "" and False narrow nothing."""

    search: str = ""
    district: str = ""
    kind: str = ""
    stage: str = ""
    post: str = ""
    late: bool = False

    @property
    def count(self) -> int:
        return sum(map(bool, (self.search, self.district, self.kind, self.stage, self.post, self.late)))


@dataclass(frozen=True)
class Listed:
    """A body as a row. `waits` are (title, role) of its open tasks; `stage` is "" before its flow has begun."""

    id: int
    name: str
    code: str
    kind: str
    stage: str
    status: str
    due_at: datetime | None
    held: bool
    timezone: str
    steps: tuple[Step, ...]
    waits: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Serves:
    """A person's service as a row; `phone` is "" for a reader who may not see it."""

    person_id: int
    name: str
    post: str
    body_id: int
    body: str
    sworn_on: date | None
    trained_on: date | None
    phone: str


T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list. `before` and `after` are where the pages around it end and begin, "" where there is none."""

    rows: list[T]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Choices:
    """What the filters offer: (value, label)."""

    districts: list[tuple[str, str]] = field(default_factory=list)
    stages: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Turn:
    """Which page is wanted: the one after this place, the one before it, or (both "") the first."""

    after: str = ""
    before: str = ""

    def place(self) -> tuple[str, int] | None:
        """The key and the id of the place; None for anything that is no place."""
        key, _, number = (self.before or self.after).rpartition(",")
        return (key, int(number)) if key and number.isdecimal() and len(number) < 19 else None


def in_scopes(scopes: Iterable[str]) -> ColumnElement[bool]:
    """The body lies within one of these scopes. A scope below the village is one of a TPS."""
    return or_(false(), *(
        and_(Body.region_code == village, Body.unit == int(unit or 0)) if unit else within(Body.region_code, scope)
        for scope in scopes for village, unit in [_parted(scope)]
    ))


def _parted(scope: str) -> tuple[str, str]:
    """A scope as (region, unit): "33.23.13.2007.004" → ("33.23.13.2007", "004"), any other with the unit ""."""
    if scope.count(".") < 4:
        return scope, ""
    village, _, unit = scope.rpartition(".")
    return village, unit if unit.isdecimal() else "0"


def bodies(
    session: Session, scopes: Sequence[str], now: datetime, filters: Filters | None = None, turn: Turn | None = None,
    size: int = PAGE,
) -> Page[Listed]:
    """One page of the bodies in these scopes, by region code: a PPK, then its PPS."""
    columns: tuple[Any, ...] = (
        Body.id, Body.name, Body.region_code, Body.unit, Body.kind, Agenda.timezone, Instance.id.label("instance_id"),
        Instance.definition_id, Instance.stage, Instance.status, Instance.due_at, Instance.held_since,
    )
    query = (
        select(*columns).join(Agenda, Agenda.id == Body.agenda_id)
        .outerjoin(Instance, Instance.id == Body.instance_id)
        .where(*bodies_where(scopes, filters or Filters(), now))
    )
    rows, before, after = _page(session, query, (Body.region_code, Body.id), turn or Turn(), size)
    waits = _waits(session, rows)
    return Page([_listed(session, row, waits.get(row.instance_id, []), now) for row in rows], before, after)


def _page(
    session: Session, query: Select[Any], key: tuple[Any, Any], turn: Turn, size: int
) -> tuple[list[Row[Any]], str, str]:
    """The rows of the wanted page by keyset, and the places of the pages around it."""
    place, back = turn.place(), bool(turn.before)
    if place is not None:
        query = query.where(tuple_(*key) < place if back else tuple_(*key) > place)
    ordered = query.order_by(*(part.desc() for part in key)) if back and place else query.order_by(*key)
    rows = list(session.execute(ordered.limit(size + 1)).all())
    more, rows = len(rows) > size, rows[:size]
    if back and place:
        rows.reverse()
    names = [part.key for part in key]

    def at(row: Row[Any]) -> str:
        return ",".join(str(getattr(row, name)) for name in names)

    if not rows:
        return [], "", ""
    has_before, has_after = (more, True) if back and place else (place is not None, more)
    return rows, at(rows[0]) if has_before else "", at(rows[-1]) if has_after else ""


def _narrowed(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    found = _of_body(filters)
    if filters.search:
        code = filters.search if filters.search.replace(".", "").isdecimal() else None
        by_name = Body.name.icontains(filters.search, autoescape=True)
        found.append(or_(by_name, within(Body.region_code, code.rstrip("."))) if code else by_name)
    if filters.stage:
        found.append(Body.instance_id.is_(None) if filters.stage == NOT_BEGUN else Instance.stage == filters.stage)
    if filters.late:
        found.append(is_late(now))
    return found


def _of_body(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.district:
        found.append(within(Body.region_code, filters.district))
    if filters.kind:
        found.append(Body.kind == filters.kind)
    return found


def is_late(now: Any) -> ColumnElement[bool]:
    """The body is under way and its due moment has passed, or that of work inside a child instance."""
    inside = select(Task.root_id).where(
        Task.closed_at.is_(None), Task.root_id != Task.instance_id, Task.due_at < now
    )
    return and_(Instance.status == "running", or_(Instance.due_at < now, Instance.id.in_(inside)))


def _waits(session: Session, rows: Iterable[Row[Any]]) -> dict[int, list[tuple[str, str]]]:
    instances = {row.instance_id for row in rows if row.instance_id is not None}
    found: dict[int, list[tuple[str, str]]] = {}
    if instances:
        for one in session.execute(
            select(Task.root_id, Task.node, Task.role)
            .where(Task.root_id.in_(instances), Task.closed_at.is_(None), Task.role != "").order_by(Task.id)
        ):
            found.setdefault(one.root_id, []).append((one.node, one.role))
    return found


def _listed(session: Session, row: Row[Any], waits: list[tuple[str, str]], now: datetime) -> Listed:
    code = f"{row.region_code}.{row.unit:03d}" if row.unit else row.region_code
    if row.instance_id is None:
        return Listed(row.id, row.name, code, row.kind, "", "", None, False, row.timezone, (), ())
    loaded = definitions.load(session, row.definition_id)
    steps = signposts.steps(loaded, row.stage, running=row.status == "running", due_at=row.due_at, now=now)
    return Listed(
        row.id, row.name, code, row.kind, signposts.name_of(loaded, row.stage), row.status, row.due_at,
        row.held_since is not None, row.timezone, tuple(steps),
        tuple((signposts.name_of(loaded, node), role) for node, role in waits),
    )


@dataclass(frozen=True)
class Tally:
    """How many bodies a list has, how many of them are late and how many held up by an obstacle."""

    bodies: int
    late: int
    held: int


def tally(session: Session, scopes: Sequence[str], now: datetime, filters: Filters | None = None) -> Tally:
    """The numbers of the whole list, all of its pages together."""
    row = session.execute(
        select(
            func.count(Body.id).label("bodies"), func.count(Body.id).filter(is_late(now)).label("late"),
            func.count(Body.id).filter(Instance.held_since.is_not(None)).label("held"),
        )
        .select_from(Body).outerjoin(Instance, Instance.id == Body.instance_id)
        .where(in_scopes(scopes), *_narrowed(filters or Filters(), now))
    ).one()
    return Tally(row.bodies, row.late, row.held)


def choices(session: Session, scopes: Sequence[str]) -> Choices:
    """The kecamatan within these scopes and the stages of the newest drawings."""
    districts = session.execute(
        select(Region.code, Region.name)
        .where(Region.level == "kecamatan", or_(false(), *(within(Region.code, scope) for scope in scopes)))
        .order_by(Region.name)
    ).all()
    stages: dict[str, str] = {}
    for definition_id in definitions.newest_of_all(session):
        loaded = definitions.load(session, definition_id)
        stages.update((code, signposts.name_of(loaded, code)) for code in signposts.main_stages(loaded))
    return Choices([(code, name) for code, name in districts], list(stages.items()))


def phones_of(actor: Actor, kind: str, scope: str) -> bool:
    """Whether the actor may see telephone numbers of this body's people: operator, commissioner, its own members."""
    return any(
        grant.role in ("operator", "commissioner", f"{kind}_member") and lies_within(scope, grant.scope)
        for grant in actor.grants
    )


def people(
    session: Session, scopes: Sequence[str], actor: Actor, filters: Filters | None = None, turn: Turn | None = None,
    keys: NikKeys | None = None, size: int = PAGE,
) -> Page[Serves]:
    """One page of those who serve in these scopes now, by name. With `keys`, 16 digits are looked up as a NIK."""
    columns: tuple[Any, ...] = (
        Membership.id, Membership.person_id, Membership.post, Membership.sworn_on, Membership.trained_on, Person.name,
        Person.name_key, Person.phone, Body.id.label("body_id"), Body.name.label("body"), Body.kind, Body.region_code,
        Body.unit,
    )
    query = (
        select(*columns).join(Person, Person.id == Membership.person_id)
        .join(Body, Body.id == Membership.body_id).where(*people_where(scopes, filters or Filters(), keys))
    )
    rows, before, after = _page(session, query, (Person.name_key, Membership.id), turn or Turn(), size)
    return Page([_serves(row, actor) for row in rows], before, after)


def people_where(scopes: Sequence[str], asked: Filters, keys: NikKeys | None) -> list[ColumnElement[bool]]:
    """What the list of people is: conditions on Membership, Person and Body; for the page and for its export."""
    conditions = [*_of_body(asked), in_scopes(scopes), Membership.until_on.is_(None)]
    conditions.append(Membership.post == asked.post if asked.post else Membership.post != "cadangan")
    if asked.search:
        conditions.append(_named(asked.search, keys))
    return conditions


def bodies_where(scopes: Sequence[str], asked: Filters, now: datetime) -> list[ColumnElement[bool]]:
    """What the list of bodies is: conditions on Body and its Instance; for the page and for its export."""
    return [in_scopes(scopes), *_narrowed(asked, now)]


def _named(search: str, keys: NikKeys | None) -> ColumnElement[bool]:
    if keys is not None and is_nik(search):
        return Person.nik_digest == keys.digest(search)
    return Person.name_key.contains(name_key(search) or search.casefold(), autoescape=True)


def _serves(row: Row[Any], actor: Actor) -> Serves:
    scope = f"{row.region_code}.{row.unit:03d}" if row.unit else row.region_code
    return Serves(
        row.person_id, row.name, row.post, row.body_id, row.body, row.sworn_on, row.trained_on,
        (row.phone or "") if phones_of(actor, row.kind, scope) else "",
    )
