"""What approved sowan evidence says of the offices: they stand in the register, new holders follow the old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from engine.base import table_of
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


_stands = aliased(Stakeholder)
_KNOWN = Statement(
    select(
        Stakeholder.kind, Stakeholder.office, _stands.id, _stands.official, _stands.phone, _stands.held_since,
        _stands.kind.label("its_kind"), _stands.office.label("its_office"), _stands.edition,
    )
    .outerjoin(StakeholderMerge, and_(
        StakeholderMerge.stakeholder_id == Stakeholder.id, StakeholderMerge.undone_at.is_(None)
    ))
    .join(_stands, _stands.id == func.coalesce(StakeholderMerge.into_id, Stakeholder.id))
    .where(Stakeholder.region_code == bindparam("region"))
)
_OFFICE = upsert_of(
    table_of(Stakeholder), ("region_code", "kind", "office"), ("official", "phone", "held_since", "edition")
)
_HELD = insert_of(table_of(StakeholderHolder), "stakeholder_id", "name", "phone", "from_on", "until_on")

Known = dict[tuple[str, str], AnyRow]


def known(session: Session, region: str) -> Known:
    """The offices of this region by kind and title, each as the one it stands for. One statement."""
    return {(row.kind, row.office): row for row in _KNOWN.rows(session, {"region": region})}


def met(session: Session, offices: Known, visit: Visited) -> int:
    """The id of the office that was visited, which stands from now on; `offices` is `known` of its region.

    A holder of another name follows the one who held it, unless the visit is older than what is known of the holder.
    """
    found = offices.get((visit.kind, visit.office))
    if found is None:
        made = _OFFICE.first(session, {
            "region_code": visit.region, "kind": visit.kind, "office": visit.office, "official": visit.name or None,
            "phone": None, "held_since": None, "edition": 0,
        })
        offices.update(known(session, visit.region))
        return int(made.id)
    if _follows(found, visit):
        if found.official:
            _HELD.write(session, {"stakeholder_id": found.id, "name": found.official, "phone": found.phone,
                                  "from_on": found.held_since, "until_on": visit.on})
        _OFFICE.first(session, {
            "region_code": visit.region, "kind": found.its_kind, "office": found.its_office, "official": visit.name,
            "phone": None if found.official else found.phone,
            "held_since": visit.on if found.official else found.held_since, "edition": found.edition + 1,
        })
        offices.update(known(session, visit.region))
    return int(found.id)


def _follows(found: AnyRow, visit: Visited) -> bool:
    if not visit.name or (found.official or "").casefold() == visit.name.casefold():
        return False
    return found.held_since is None or visit.on >= found.held_since
