"""Where all bodies of a region stand: counted per place, stage and kind, with those that are late or blocked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from engine.columns import UTCDateTime
from engine.models import Instance
from workflows import blocked, register
from workflows.blocked import Filters
from workflows.models import Body

NOT_BEGUN = ""
"""Stands for the stage of a body whose flow has not begun."""


@dataclass(frozen=True)
class Tally:
    """So many bodies; of them late, blocked, at the last stage of their way."""

    total: int = 0
    late: int = 0
    blocked: int = 0
    there: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.total + other.total, self.late + other.late, self.blocked + other.blocked,
                     self.there + other.there)


@dataclass(frozen=True)
class Overview:
    """Tallies by (unit, stage), unit, stage and kind. `kinds` do not tell who is blocked."""

    all: Tally = Tally()
    cells: dict[tuple[str, str], Tally] = field(default_factory=dict)
    units: dict[str, Tally] = field(default_factory=dict)
    stages: dict[str, Tally] = field(default_factory=dict)
    kinds: dict[str, Tally] = field(default_factory=dict)


def of_region(
    session: Session, scopes: Sequence[str], now: datetime, *, district: str = "", kind: str = "",
    last: str = "monitored",
) -> Overview:
    """All bodies within the scopes, narrowed to a region and a kind; a fixed number of queries."""
    filters = Filters(district=district, kind=kind)
    rows = session.execute(_counting(tuple(scopes), filters), {"now": now}).all()
    stopped = blocked.counts(session, scopes, filters, now)
    cells: dict[tuple[str, str], Tally] = {}
    kinds: dict[str, Tally] = {}
    for row in rows:
        stage = row.stage or NOT_BEGUN
        tally = Tally(row.number, row.late, 0, row.number if stage == last else 0)
        cells[row.unit, stage] = cells.get((row.unit, stage), Tally()) + tally
        kinds[row.kind] = kinds.get(row.kind, Tally()) + tally
    for place, number in stopped.cells.items():
        cells[place] = replace(cells.get(place, Tally()), blocked=number)
    units = _summed((unit, tally) for (unit, _), tally in cells.items())
    stages = _summed((stage, tally) for (_, stage), tally in cells.items())
    return Overview(sum(units.values(), Tally()), cells, units, stages, kinds)


def _summed(pairs: Iterable[tuple[str, Tally]]) -> dict[str, Tally]:
    sums: dict[str, Tally] = {}
    for key, tally in pairs:
        sums[key] = sums.get(key, Tally()) + tally
    return sums


@lru_cache(maxsize=256)
def _counting(scopes: tuple[str, ...], filters: Filters) -> Select[Any]:
    unit = func.substr(Body.region_code, 1, blocked.unit_length(scopes, filters)).label("unit")
    late = register.is_late(bindparam("now", type_=UTCDateTime()))
    wanted = [blocked.within(Body.region_code, scopes)]
    if filters.district:
        wanted.append(blocked.within(Body.region_code, [filters.district]))
    if filters.kind:
        wanted.append(Body.kind == filters.kind)
    return (
        select(
            unit, Body.kind, Instance.stage, func.count().label("number"),
            func.sum(case((late, 1), else_=0)).label("late"),
        )
        .outerjoin(Instance, Instance.id == Body.instance_id)
        .where(*wanted).group_by(unit, Body.kind, Instance.stage)
    )
