"""The nominative list: those who serve, row by row, as the page's filters say, with what the reader may know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from engine.host import Actor, lies_within
from engine.models import Instance
from workflows import agendas, register
from workflows.models import Agenda, Body, Letter, Membership, Person, Region
from workflows.people import MEMBER_POSTS, NikKeys, mask
from workflows.profiles import PRIVATE
from workflows.register import Filters

FETCHED = 500
KINDS = {"ppk": "PPK", "pps": "PPS", "kpps": "KPPS", "pantarlih": "Pantarlih"}
POSTS = {"ketua": "Ketua", "anggota": "Anggota", "sekretaris": "Sekretaris", "staf": "Staf", "cadangan": "Cadangan"}


@dataclass(frozen=True)
class Wish:
    """Which rows: those of the list of people ("people") or of the bodies on the list of bodies ("bodies"), as
    filtered there, within the reader's scopes."""

    scopes: Sequence[str]
    filters: Filters
    source: str
    now: datetime


@dataclass(frozen=True)
class Sight:
    """Who reads, and whether they asked for the whole NIK: only an operator is given it, and only in their region."""

    actor: Actor
    keys: NikKeys
    whole_nik: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    divisions: Mapping[int, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    def private(self, scope: str) -> bool:
        """Whether birth date, telephone and address of this body's people may be read."""
        return any(grant.role in PRIVATE and lies_within(scope, grant.scope) for grant in self.actor.grants)

    def nik(self, sealed: bytes | None, scope: str) -> str:
        if sealed is None:
            return ""
        whole = self.keys.unseal(sealed)
        return whole if self.whole_nik and self.actor.holds("operator", scope) else mask(whole)


def _where(wish: Wish, keys: NikKeys) -> list[ColumnElement[bool]]:
    if wish.source == "people":
        return register.people_where(wish.scopes, wish.filters, keys)
    posts = Membership.post == wish.filters.post if wish.filters.post else Membership.post.in_(MEMBER_POSTS)
    return [*register.bodies_where(wish.scopes, wish.filters, wish.now), Membership.until_on.is_(None), posts]


def _joined(query: Select[Any], wish: Wish, keys: NikKeys) -> Select[Any]:
    return (
        query.select_from(Membership).join(Person, Person.id == Membership.person_id)
        .join(Body, Body.id == Membership.body_id).outerjoin(Instance, Instance.id == Body.instance_id)
        .outerjoin(Letter, Letter.id == Membership.letter_id).where(*_where(wish, keys))
    )


def count(session: Session, wish: Wish, keys: NikKeys) -> int:
    """How many rows the list has."""
    return session.scalar(_joined(select(func.count(Membership.id)), wish, keys)) or 0


def sight(session: Session, wish: Wish, actor: Actor, keys: NikKeys, *, whole_nik: bool) -> Sight:
    """What the rows need to be told: names of the regions that have bodies here, divisions of the agendas."""
    districts = func.substr(Body.region_code, 1, 8)
    here = (select(one).where(register.in_scopes(wish.scopes)) for one in (Body.region_code, districts))
    found = select(Region.code, Region.name).where(or_(*(Region.code.in_(codes) for codes in here)))
    names = {region.code: region.name for region in session.execute(found)}
    divisions = {
        agenda.id: agendas.load_almanac(session, agenda).settings.divisions
        for agenda in session.scalars(select(Agenda))
    }
    return Sight(actor, keys, whole_nik, names, divisions)


def rows(session: Session, wish: Wish, seen: Sight) -> Iterator[dict[str, Any]]:
    """Each row as {field: value}, by region, post and rank; few are in memory at a time."""
    columns: tuple[Any, ...] = (
        Person.name, Person.nik_sealed, Person.gender, Person.born_on, Person.education, Person.address,
        Person.domicile_code, Person.phone, Body.kind, Body.name.label("body"), Body.region_code, Body.unit,
        Membership.agenda_id, Membership.post, Membership.division, Membership.rank, Membership.from_on,
        Membership.sworn_on, Membership.trained_on, Letter.number.label("letter"),
    )
    ordered = _joined(select(*columns), wish, seen.keys).order_by(
        Body.region_code, Body.unit, Body.kind, Membership.post != "ketua", Membership.rank, Membership.id
    )
    found = session.execute(ordered.execution_options(yield_per=FETCHED))
    for number, row in enumerate(found, 1):
        yield _told(row, number, seen)


def _told(row: Row[Any], number: int, seen: Sight) -> dict[str, Any]:
    scope = f"{row.region_code}.{row.unit:03d}" if row.unit else row.region_code
    private = seen.private(scope)
    district = ".".join(row.region_code.split(".")[:3])
    divisions = seen.divisions.get(row.agenda_id, {}).get(row.kind, {})
    codes = [code for code in (row.division or "").split(",") if code]
    return {
        "number": number, "name": row.name, "nik": seen.nik(row.nik_sealed, scope), "gender": row.gender,
        "born_on": row.born_on if private else None, "education": row.education,
        "address": row.address if private else None, "domicile_code": row.domicile_code if private else None,
        "phone": row.phone if private else None, "kind": KINDS[row.kind], "body": row.body, "code": scope,
        "district": seen.names.get(district, ""),
        "village": seen.names.get(row.region_code, "") if row.region_code != district else "",
        "unit": f"{row.unit:03d}" if row.unit else None, "post": POSTS[row.post],
        "division": "; ".join(divisions.get(code, code) for code in codes), "rank": row.rank, "from_on": row.from_on,
        "sworn_on": row.sworn_on, "trained_on": row.trained_on, "letter": row.letter,
    }
