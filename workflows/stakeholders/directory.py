"""The directory: offices of a region with when they were last met, what is promised, where contact lapsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from engine.host import Actor
from engine.models import Instance
from workflows import regions
from workflows.models import Body, Contact, Region, Stakeholder, StakeholderMerge
from workflows.notices import scopes_around
from workflows.register import in_scopes
from workflows.stakeholders import lapses, rights
from workflows.stakeholders.lapses import Term
from workflows.stakeholders.standing import IS_OPEN, MERGED, STANDING

PAGE = 25


@dataclass(frozen=True)
class Filters:
    """What the directory is narrowed by; "" and False narrow nothing. `around` is a body's region: its own offices and
    those above it."""

    search: str = ""
    district: str = ""
    kind: str = ""
    lapsed: bool = False
    open: bool = False
    around: str = ""

    @property
    def count(self) -> int:
        return sum(map(bool, (self.search, self.district, self.kind, self.lapsed, self.open)))


@dataclass(frozen=True)
class Listed:
    """An office as a row. `phone` is "" for a reader who may not see it; `last_on` by any body the reader sees; so many
    bodies for whom contact `lapsed`, so many promises `open` and of them `overdue`."""

    id: int
    kind: str
    office: str
    official: str
    region: str
    phone: str
    last_on: date | None
    lapsed: int
    open: int
    overdue: int


@dataclass(frozen=True)
class Page:
    """Some rows by region; `total` of all pages."""

    rows: list[Listed]
    total: int
    number: int

    @property
    def more(self) -> bool:
        return self.number * PAGE < self.total


def page(
    session: Session, scopes: Sequence[str], actor: Actor, filters: Filters, now: datetime, number: int = 1
) -> Page:
    """One page of the directory; three statements, whatever it holds."""
    found = lapses.terms(session, now, scopes)
    met, promised = _met(scopes, found), _promised(scopes, found)
    where = _wanted(scopes, filters, met, promised)
    joined = (
        select(
            Stakeholder.id, Stakeholder.kind, Stakeholder.office, Stakeholder.official, Stakeholder.phone,
            Stakeholder.region_code, Region.name, met.c.last_on, met.c.lapsed, promised.c.open, promised.c.overdue,
        )
        .join(Region, Region.code == Stakeholder.region_code)
        .outerjoin(met, met.c.stakeholder_id == Stakeholder.id)
        .outerjoin(promised, promised.c.stakeholder_id == Stakeholder.id).where(*where)
    )
    total = session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    number = max(1, min(number, (total + PAGE - 1) // PAGE))
    rows = session.execute(
        joined.order_by(Stakeholder.region_code, Stakeholder.id).offset((number - 1) * PAGE).limit(PAGE)
    ).all()
    return Page([_listed(row, actor) for row in rows], total, number)


def _met(scopes: Sequence[str], found: Sequence[Term]) -> Subquery:
    pair = lapses.pairs(scopes)
    gone = case((lapses.has_lapsed(found, pair.c.last_on, Stakeholder.kind), 1), else_=0)
    return (
        select(pair.c.stakeholder_id, func.max(pair.c.last_on).label("last_on"), func.sum(gone).label("lapsed"))
        .join(Stakeholder, Stakeholder.id == pair.c.stakeholder_id).join(Body, Body.id == pair.c.body_id)
        .outerjoin(Instance, Instance.id == Body.instance_id).group_by(pair.c.stakeholder_id).subquery("met")
    )


def _promised(scopes: Sequence[str], found: Sequence[Term]) -> Subquery:
    late = case((lapses.is_overdue(found), 1), else_=0)
    return (
        select(STANDING.label("stakeholder_id"), func.count().label("open"), func.sum(late).label("overdue"))
        .select_from(Contact).join(Body, Body.id == Contact.body_id).outerjoin(StakeholderMerge, MERGED)
        .where(IS_OPEN, in_scopes(scopes)).group_by(STANDING).subquery("promised")
    )


def _wanted(scopes: Sequence[str], asked: Filters, met: Subquery, promised: Subquery) -> list[ColumnElement[bool]]:
    merged = select(StakeholderMerge.id).where(
        StakeholderMerge.stakeholder_id == Stakeholder.id, StakeholderMerge.undone_at.is_(None)
    )
    wanted: list[ColumnElement[bool]] = [rights.visible(scopes), ~merged.exists()]
    if asked.search:
        wanted.append(or_(*(
            column.icontains(asked.search, autoescape=True)
            for column in (Stakeholder.office, Stakeholder.official, Region.name)
        )))
    if asked.district:
        wanted.append(regions.within(Stakeholder.region_code, asked.district))
    if asked.around:
        wanted.append(or_(
            Stakeholder.region_code.in_(scopes_around(asked.around)),
            regions.within(Stakeholder.region_code, asked.around),
        ))
    if asked.kind:
        wanted.append(Stakeholder.kind == asked.kind)
    if asked.lapsed:
        wanted.append(met.c.lapsed > 0)
    if asked.open:
        wanted.append(promised.c.open > 0)
    return wanted


def _listed(row: Row[Any], actor: Actor) -> Listed:
    return Listed(
        row.id, row.kind, row.office, row.official or "", row.name,
        (row.phone or "") if rights.sees_phone(actor, row.region_code) else "", row.last_on, int(row.lapsed or 0),
        int(row.open or 0), int(row.overdue or 0),
    )
