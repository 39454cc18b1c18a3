"""The register of letters as a list, one letter with its paper, and the public proof that a paper is genuine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from engine.errors import NotFound
from engine.host import Actor, lies_within
from engine.models import Instance
from workflows.models import (
    Agenda,
    Body,
    Letter,
    LetterBody,
    LetterTemplate,
    Paper,
    PaperBatch,
    PaperFile,
    Region,
)
from workflows.models.accounts import MEMBER_ROLES
from workflows.regions import within
from workflows.register import in_scopes

PAGE = 30
READING = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "province")
"""The roles that may open the files; who may only look sees numbers, dates and bodies."""
LISTING = (*READING, "observer", "auditor")


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed by; "" and None narrow nothing. `body` is a body's id."""

    search: str = ""
    kind: str = ""
    district: str = ""
    since: date | None = None
    until: date | None = None
    body: int = 0

    @property
    def count(self) -> int:
        return sum(map(bool, (self.search, self.kind, self.district, self.since, self.until, self.body)))


@dataclass(frozen=True)
class Listed:
    """A letter as a row. `status` is "" for one that was only registered; `twice` says that another letter of the same
    office and kind has its number; `body` is one of its `bodies` (how many)."""

    id: int
    kind: str
    number: str
    on: date
    subject: str
    issuer: str
    bodies: int
    body_id: int | None
    body: str
    status: str
    paper_id: int | None
    twice: bool


@dataclass(frozen=True)
class Shelf:
    """Some rows of the register, the newest first; `after` is where the next page begins, "" on the last one."""

    rows: list[Listed]
    after: str


def listed(
    session: Session, scopes: Sequence[str], filters: Filters, *, after: str = "", size: int = PAGE
) -> Shelf:
    """One page of the letters that concern these scopes; a fixed number of queries."""
    query = select(Letter).where(seen(scopes), *_narrowed(filters))
    day, _, number = after.partition(",")
    if number.isdecimal() and len(number) < 19 and (place := _day(day)) is not None:
        query = query.where(tuple_(Letter.on, Letter.id) < (place, int(number)))
    found = list(session.scalars(query.order_by(Letter.on.desc(), Letter.id.desc()).limit(size + 1)))
    more, found = len(found) > size, found[:size]
    numbers = [letter.id for letter in found]
    bodies = _bodies(session, numbers)
    papers = {row.letter_id: row for row in session.execute(
        select(Paper.letter_id, Paper.id, Paper.status).where(Paper.letter_id.in_(numbers))
    )}
    issuers = _issuers(session, found)
    twice = _twice(session, numbers)
    rows = []
    for one in found:
        many, body_id, body = bodies.get(one.id, (0, None, ""))
        paper = papers.get(one.id)
        rows.append(Listed(
            one.id, one.kind, one.number, one.on, one.subject, issuers.get(one.issuer_code, one.issuer_code), many,
            body_id, body, paper.status if paper else "", paper.id if paper else None, one.id in twice,
        ))
    return Shelf(rows, f"{found[-1].on.isoformat()},{found[-1].id}" if more else "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def seen(scopes: Sequence[str]) -> ColumnElement[bool]:
    """The letter was issued in one of these scopes, or concerns a body there."""
    issued = or_(false(), *(within(Letter.issuer_code, scope) if scope else Letter.id > 0 for scope in scopes))
    concerned = exists().where(LetterBody.letter_id == Letter.id, Body.id == LetterBody.body_id, in_scopes(scopes))
    return or_(issued, concerned) if scopes else false()


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.search:
        found.append(or_(Letter.number.icontains(filters.search, autoescape=True),
                         Letter.subject.icontains(filters.search, autoescape=True)))
    if filters.kind:
        found.append(Letter.kind == filters.kind)
    if filters.since:
        found.append(Letter.on >= filters.since)
    if filters.until:
        found.append(Letter.on <= filters.until)
    if filters.district or filters.body:
        of = [LetterBody.letter_id == Letter.id, Body.id == LetterBody.body_id]
        if filters.district:
            of.append(within(Body.region_code, filters.district))
        if filters.body:
            of.append(Body.id == filters.body)
        found.append(exists().where(*of))
    return found


def _bodies(session: Session, letters: Sequence[int]) -> dict[int, tuple[int, int | None, str]]:
    first = (
        select(LetterBody.letter_id, func.count().label("many"), func.min(LetterBody.body_id).label("one"))
        .where(LetterBody.letter_id.in_(letters)).group_by(LetterBody.letter_id).subquery()
    )
    found = session.execute(select(first.c.letter_id, first.c.many, Body.id, Body.name)
                            .join(Body, Body.id == first.c.one))
    return {row.letter_id: (row.many, row.id, row.name) for row in found}


def _issuers(session: Session, letters: Sequence[Letter]) -> dict[str, str]:
    codes = {letter.issuer_code for letter in letters}
    return {row.code: row.name for row in session.execute(
        select(Region.code, Region.name).where(Region.code.in_(codes))
    )}


def _twice(session: Session, letters: Sequence[int]) -> set[int]:
    """Those whose number another letter of the same kind and office has too."""
    other = aliased(Letter)
    return set(session.scalars(
        select(Letter.id).where(Letter.id.in_(letters), exists().where(
            other.id != Letter.id, other.agenda_id == Letter.agenda_id, other.kind == Letter.kind,
            other.issuer_code == Letter.issuer_code, other.number == Letter.number,
        ))
    ))


@dataclass(frozen=True)
class Opened:
    """One paper with all that belongs to it; `pages` is 0 before it is drawn."""

    paper: Paper
    letter: Letter
    agenda: Agenda
    version: int
    kind: str
    bodies: list[tuple[int, str, str, str]]
    pages: int
    successor: tuple[int, str] | None


def opened(session: Session, paper_id: int, actor: Actor, roles: Sequence[str] = LISTING) -> Opened:
    """The paper, for who holds one of these roles where it was issued or over a body of it; NotFound otherwise."""
    row = session.execute(
        select(Paper, Letter, Agenda, LetterTemplate.version, LetterTemplate.kind, PaperFile.pages)
        .join(Letter, Letter.id == Paper.letter_id).join(Agenda, Agenda.id == Paper.agenda_id)
        .join(LetterTemplate, LetterTemplate.id == Paper.template_id)
        .outerjoin(PaperFile, PaperFile.sha256 == Paper.sha256).where(Paper.id == paper_id)
    ).one_or_none()
    bodies = _of_letter(session, row[1].id) if row is not None else []
    if row is None or not _may(actor, roles, [row[1].issuer_code, *(body[2] for body in bodies)]):
        raise NotFound("Surat ini tidak ditemukan, atau di luar wilayah kerja Anda.")
    return Opened(row[0], row[1], row[2], row[3], row[4], bodies, row[5] or 0, _successor(session, row[0]))


def _may(actor: Actor, roles: Sequence[str], scopes: Sequence[str]) -> bool:
    return any(grant.role in roles and lies_within(scope, grant.scope) for grant in actor.grants for scope in scopes)


def _of_letter(session: Session, letter_id: int) -> list[tuple[int, str, str, str]]:
    """(id, name, scope, kind) of each body the letter concerns."""
    found = session.scalars(
        select(Body).join(LetterBody, LetterBody.body_id == Body.id).where(LetterBody.letter_id == letter_id)
        .order_by(Body.region_code, Body.unit).limit(400)
    )
    return [(body.id, body.name, body.scope, body.kind) for body in found]


def _successor(session: Session, paper: Paper) -> tuple[int, str] | None:
    if paper.replaced_by is None:
        return None
    row = session.execute(
        select(Paper.id, Letter.number).join(Letter, Letter.id == Paper.letter_id).where(Paper.id == paper.replaced_by)
    ).one()
    return row.id, row.number


def content(session: Session, sha256: str) -> bytes:
    """The bytes of a file. Refused with NotFound."""
    found = session.scalar(select(PaperFile.content).where(PaperFile.sha256 == sha256))
    if found is None:
        raise NotFound("Berkas surat ini belum jadi. Tunggu sebentar, lalu muat ulang.")
    return found


@dataclass(frozen=True)
class Work:
    """How far a batch is."""

    batch: PaperBatch
    made: int
    papers: list[Any]


def work(session: Session, batch_id: int, actor: Actor) -> Work:
    """The batch, for its operator's office or who asked for it; NotFound otherwise."""
    batch = session.get(PaperBatch, batch_id)
    agenda = session.get(Agenda, batch.agenda_id) if batch is not None else None
    if batch is None or agenda is None or not (batch.account == actor.id or actor.holds("operator", agenda.scope)):
        raise NotFound("Penerbitan ini tidak ditemukan.")
    papers = list(session.execute(
        select(Paper.id, Paper.status, Letter.number, Letter.subject).join(Letter, Letter.id == Paper.letter_id)
        .where(Paper.batch_id == batch_id).order_by(Paper.id)
    ).all())
    return Work(batch, sum(row.status != "reserved" for row in papers), papers)


@dataclass(frozen=True)
class Proof:
    """What everybody may know of a paper: no person's name, no other contents."""

    kind: str
    number: str
    on: date
    bodies: list[str]
    issuer: str
    issued_at: datetime
    timezone: str
    status: str
    draft: bool
    cancelled_at: datetime | None
    reason: str
    successor: str
    sha256: str
    agenda: str


def proof(session: Session, code: str) -> Proof | None:
    """What stands behind a code; None when there is no such paper."""
    row = session.execute(
        select(Paper, Letter, Agenda).join(Letter, Letter.id == Paper.letter_id)
        .join(Agenda, Agenda.id == Paper.agenda_id).where(Paper.code == code)
    ).one_or_none()
    if row is None:
        return None
    paper, letter, agenda = row
    successor = _successor(session, paper)
    return Proof(
        letter.kind, letter.number, letter.on, [name for _, name, _, _ in _of_letter(session, letter.id)],
        paper.data["head"][0], paper.issued_at, agenda.timezone, paper.status, paper.data["draft"], paper.cancelled_at,
        "replaced" if successor else "", successor[1] if successor else "", paper.sha256 or "", agenda.name,
    )


def of_bodies(
    session: Session, agenda: Agenda, kinds: Sequence[str], *, district: str = "", stage: str = "", body: int = 0
) -> list[Body]:
    """The bodies a letter can be issued for, narrowed by kecamatan and stage, by region code."""
    conditions: list[ColumnElement[bool]] = [Body.agenda_id == agenda.id, Body.kind.in_(kinds)]
    if body:
        conditions.append(Body.id == body)
    if district:
        conditions.append(within(Body.region_code, district))
    query = select(Body)
    if stage:
        query = query.join(Instance, Instance.id == Body.instance_id)
        conditions.append(Instance.stage == stage)
    return list(session.scalars(query.where(and_(*conditions)).order_by(Body.region_code, Body.unit)))
