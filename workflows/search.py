"""Bodies, people and letters found by words, within the reader's regions.

Bodies are found through their regions' names, which are few, and then by the index on the region code, so that half a
million polling stations cost nothing. People are found by words of their name within a regency; over wider regions the
first word has to begin the name, which is a range of the index on the name. Numbers that could be a NIK or a telephone
are never looked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine.host import Actor
from workflows import letter_register, register
from workflows.blocked import within
from workflows.models import Body, Letter, Membership, Paper, Person, Region
from workflows.people import name_key

MOST, REGIONS = 10, 60
LONGEST = 80
KINDS = {"ppk", "pps", "kpps", "pantarlih"}
REGENCY = 5
_PRIVATE = re.compile(r"(?<![\d.])\+?\d(?:[\s-]?\d){8,}(?![\d.])")


@dataclass(frozen=True)
class Hit:
    """One thing that was found: what its name is, and where it belongs or what it is."""

    kind: str
    id: int
    name: str
    note: str = ""
    on: date | None = None


def private(text: str) -> bool:
    """Whether nine or more digits in a row stand in it: a NIK or a telephone number."""
    return _PRIVATE.search(text) is not None


def bodies(session: Session, scopes: Sequence[str], text: str) -> list[Hit]:
    """At most MOST bodies: words of the village's or kecamatan's name, the kind, "TPS 4", or the code."""
    words = re.findall(r"[\w.'’-]+", text.casefold())[:6]
    kinds = [word for word in words if word in KINDS]
    units = [int(word) for word in words if word.isdecimal() and len(word) <= 3]
    codes = [word.rstrip(".") for word in words if re.fullmatch(r"\d\d(\.\d+)+\.?", word)]
    names = [word for word in words if not any(sign.isdigit() for sign in word) and word not in {*KINDS, "tps", "kec"}]
    if not (names or codes or (kinds and units)):
        return []
    query = select(Body.id, Body.name, Body.region_code, Body.unit).where(register.in_scopes(scopes))
    if names:
        found = _regions(session, scopes, names)
        if not found:
            return []
        query = query.where(Body.region_code.in_(found))
    if codes:
        query = query.where(within(Body.region_code, codes[:1]))
    if kinds:
        query = query.where(Body.kind.in_(kinds))
    if units:
        query = query.where(Body.unit == units[0])
    rows = session.execute(query.order_by(Body.unit, Body.region_code, Body.id).limit(MOST))
    return [
        Hit("body", row.id, row.name, f"{row.region_code}.{row.unit:03d}" if row.unit else row.region_code)
        for row in rows
    ]


def _regions(session: Session, scopes: Sequence[str], names: Sequence[str]) -> list[str]:
    """The regions whose own name holds one of the words, and whose own or parent's name holds every one."""
    above = aliased(Region)

    def holds(column: Any, word: str) -> ColumnElement[bool]:
        return func.lower(column).contains(word, autoescape=True)

    around = within(Region.code, [_region(scope) for scope in scopes])
    return list(session.scalars(
        select(Region.code).outerjoin(above, above.code == Region.parent_code)
        .where(around, or_(*(holds(Region.name, word) for word in names)),
               *(or_(holds(Region.name, word), holds(above.name, word)) for word in names))
        .order_by(func.length(Region.code), Region.name).limit(REGIONS)
    ))


def _region(scope: str) -> str:
    return scope.rpartition(".")[0] if scope.count(".") > 3 else scope


def people(session: Session, scopes: Sequence[str], text: str) -> list[Hit]:
    """At most MOST people who serve here now, by words of their name."""
    words = [word for word in name_key(text).split() if not any(sign.isdigit() for sign in word)][:5]
    if not words or len("".join(words)) < 2:
        return []
    conditions = [Person.name_key.contains(word, autoescape=True) for word in words]
    if any(len(scope) < REGENCY for scope in scopes):
        first = words[0]
        conditions.append(and_(Person.name_key >= first, Person.name_key <= first + "zzzzzz",
                               Person.name_key.startswith(first, autoescape=True)))
    rows = session.execute(
        select(Person.id, Person.name, Person.name_key, Membership.post, Body.name.label("body"))
        .join(Membership, Membership.person_id == Person.id).join(Body, Body.id == Membership.body_id)
        .where(*conditions, register.in_scopes(scopes), Membership.until_on.is_(None), Membership.post != "cadangan")
        .order_by(Person.name_key, Person.id).limit(MOST)
    )
    return [Hit("person", row.id, row.name, f"{row.post}|{row.body}") for row in rows]


def letters(session: Session, scopes: Sequence[str], text: str) -> list[Hit]:
    """At most MOST letters whose number or subject holds the text, the newest first."""
    found = letter_register.listed(session, scopes, letter_register.Filters(search=text), size=MOST)
    return [
        Hit("paper" if row.paper_id else "letter", row.paper_id or row.id, row.number, row.subject, row.on)
        for row in found.rows
    ]


def named(session: Session, actor: Actor, scopes: Sequence[str], opened: Sequence[tuple[str, int]]) -> list[Hit]:
    """Those of these (kind, id) that the actor may still see, in the same order."""
    ids = {kind: [number for one, number in opened if one == kind] for kind in ("body", "person", "paper")}
    hits = [Hit("body", row.id, row.name) for row in session.execute(
        select(Body.id, Body.name).where(Body.id.in_(ids["body"]), register.in_scopes(scopes)))]
    hits += [Hit("person", row.id, row.name) for row in session.execute(
        select(Person.id, Person.name).join(Membership, Membership.person_id == Person.id)
        .join(Body, Body.id == Membership.body_id)
        .where(Person.id.in_(ids["person"]), register.in_scopes(scopes)).distinct())]
    hits += [Hit("paper", row.id, row.number, row.subject) for row in session.execute(
        select(Paper.id, Letter.number, Letter.subject).join(Letter, Letter.id == Paper.letter_id)
        .where(Paper.id.in_(ids["paper"]), letter_register.seen(scopes)))]
    found = {(hit.kind, hit.id): hit for hit in hits}
    return [found[one] for one in opened if one in found]
