"""What approved sowan evidence says of the offices: they stand in the register, new holders follow the old."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from engine import gathering
from engine.base import table_of
from engine.gathering import Gathered, Turn
from engine.statements import AnyRow, Statement, insert_of, upsert_of
from workflows.models import Stakeholder, StakeholderHolder, StakeholderMerge
from workflows.stakeholders.kinds import SEVERAL


@dataclass(frozen=True)
class Visited:
    """One visit: the office of this region by kind and title, who held it, on this day."""

    region: str
    kind: str
    post: str
    name: str
    on: date

    @property
    def office(self) -> str:
        """What tells it from the others of its region: several of one kind may bear the same title."""
        post = self.post or self.kind
        return f"{self.name}, {post}"[:200] if self.kind in SEVERAL and self.name else post


@dataclass(frozen=True, slots=True)
class Office:
    """One office of the register as it stands."""

    id: int
    kind: str
    office: str
    official: str | None
    phone: str | None
    held_since: date | None
    edition: int


Known = dict[tuple[str, str], Office]
"""The offices of one region by kind and title; merged ones lead to the one they stand for."""

_OFFICES = "offices"
_stands = aliased(Stakeholder)


def _offices() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Stakeholder.region_code, Stakeholder.kind, Stakeholder.office, _stands.id,
            _stands.kind.label("its_kind"), _stands.office.label("its_office"), _stands.official, _stands.phone,
            _stands.held_since, _stands.edition,
        )
        .outerjoin(StakeholderMerge, and_(
            StakeholderMerge.stakeholder_id == Stakeholder.id, StakeholderMerge.undone_at.is_(None)
        ))
        .join(_stands, _stands.id == func.coalesce(StakeholderMerge.into_id, Stakeholder.id))
    )


_KNOWN = Statement(_offices().where(Stakeholder.region_code == bindparam("region")))
_OFFICE = upsert_of(
    table_of(Stakeholder), ("region_code", "kind", "office"), ("official", "phone", "held_since", "edition")
)
_HELD = insert_of(table_of(StakeholderHolder), "stakeholder_id", "name", "phone", "from_on", "until_on")


def known(session: Session, region: str) -> Known:
    """The offices of this region. One statement, none where `gather` has read them for many acts."""
    gathered = gathering.of(session)
    if gathered is not None and (found := gathered.known.get((_OFFICES, region))) is not None:
        return cast("Known", found)
    return _by_title(_KNOWN.rows(session, {"region": region}))


def gather(session: Session, gathered: Gathered, regions: Collection[str]) -> None:
    """What `known` asks about each of these regions is known, and follows what the acts write."""
    rows: dict[str, list[AnyRow]] = {region: [] for region in regions}
    for row in session.execute(_offices().where(Stakeholder.region_code.in_(regions))):
        rows[row.region_code].append(row)
    gathered.known.update({(_OFFICES, region): _by_title(found) for region, found in rows.items()})


def _by_title(rows: Iterable[AnyRow]) -> Known:
    return {
        (row.kind, row.office): Office(
            row.id, row.its_kind, row.its_office, row.official, row.phone, row.held_since, row.edition
        )
        for row in rows
    }


def met(session: Session, offices: Known, visit: Visited) -> int:
    """The id of the office that was visited, which stands from now on; `offices` is `known` of its region, and is
    again afterwards.

    A holder of another name follows the one who held it, unless the visit is older than what is known of the holder.
    """
    found = offices.get((visit.kind, visit.office))
    if found is None:
        new = _written(session, visit.region, Office(
            0, visit.kind, visit.office, visit.name or None, None, None, 0
        ))
        offices[visit.kind, visit.office] = new
        return new.id
    if _follows(found, visit):
        if found.official:
            _HELD.write(session, {"stakeholder_id": found.id, "name": found.official, "phone": found.phone,
                                  "from_on": found.held_since, "until_on": visit.on}, Turn.REGISTERS)
        now = _written(session, visit.region, replace(
            found, official=visit.name, phone=None if found.official else found.phone,
            held_since=visit.on if found.official else found.held_since, edition=found.edition + 1,
        ))
        offices.update({title: now for title, office in offices.items() if office.id == found.id})
    return found.id


def _written(session: Session, region: str, office: Office) -> Office:
    """The register has this office so; with the id it has there."""
    made = _OFFICE.first(session, {
        "region_code": region, "kind": office.kind, "office": office.office, "official": office.official,
        "phone": office.phone, "held_since": office.held_since, "edition": office.edition,
    })
    return replace(office, id=int(made.id))


def _follows(found: Office, visit: Visited) -> bool:
    if not visit.name or (found.official or "").casefold() == visit.name.casefold():
        return False
    return found.held_since is None or visit.on >= found.held_since
