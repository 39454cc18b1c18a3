"""Registers as lists and pages read them: each question a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from engine.host import Actor
from workflows import register
from workflows.desk import within
from workflows.models import Account, Agenda, Body, Region, RegisterEntry, RegisterStep
from workflows.registers import rights
from workflows.registers.entries import month_after
from workflows.registers.kinds import KINDS, Kind

PAGE = 25
LAST_PAGE = 9999


@dataclass(frozen=True)
class Row:
    """An entry as a row. `about` is its body or region; `author` is "" where the reader is not told; `late`: what is
    owed is overdue, or was given too late."""

    id: int
    kind: Kind
    state: str
    title: str
    about: str
    body_id: int | None
    author: str
    at: datetime
    due_on: date | None
    answered_on: date | None
    period: date | None
    data: Mapping[str, Any]
    late: bool

    @property
    def standing(self) -> Any:
        return self.kind.states[self.state]


@dataclass(frozen=True)
class Event:
    """One step of the trail; `who` is "" where the reader is not told."""

    at: datetime
    action: str
    target: str
    who: str
    data: Mapping[str, Any]
    due_on: date | None


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to: `state` is one state, "open" (somebody owes a step), "late" or ""; a region."""

    state: str = ""
    district: str = ""


def listed(
    session: Session, kind: Kind, actor: Actor, wanted: Wanted, today: date, page: int = 0, size: int = PAGE
) -> tuple[list[Row], bool]:
    """One page of the entries of this kind that the actor may read, the newest first; and whether there are more."""
    conditions = [rights.seen_by(actor, kind), _in_state(kind, wanted.state, today)]
    if wanted.district:
        conditions.append(within(RegisterEntry.scope, wanted.district))
    return _rows(session, conditions, actor, today, page, size)


def of_body(session: Session, body_id: int, actor: Actor, today: date, size: int = 8) -> list[Row]:
    """The newest entries about this body that the actor may read; of the confidential kinds none. One statement."""
    kinds = [kind for kind in KINDS.values() if not kind.confidential]
    conditions = [RegisterEntry.body_id == body_id, rights.seen_by(actor, *kinds), RegisterEntry.state != "withdrawn"]
    return _rows(session, conditions, actor, today, 0, size)[0]


def one(session: Session, entry: RegisterEntry, actor: Actor, today: date) -> Row:
    """The entry as a row."""
    return _rows(session, [RegisterEntry.id == entry.id, rights.seen_by(actor)], actor, today, 0, 1)[0][0]


def _rows(
    session: Session, conditions: Sequence[ColumnElement[bool]], actor: Actor, today: date, page: int, size: int
) -> tuple[list[Row], bool]:
    found = session.execute(
        select(RegisterEntry, Body.name.label("body"), Region.name.label("region"), Account.name.label("author"))
        .outerjoin(Body, Body.id == RegisterEntry.body_id).outerjoin(Region, Region.code == RegisterEntry.scope)
        .join(Account, Account.id == RegisterEntry.written_by)
        .where(*conditions).order_by(RegisterEntry.id.desc()).limit(size + 1).offset(page * size)
    ).all()
    rows = [_row(entry, body or region or entry.scope, author, actor, today) for entry, body, region, author in found]
    return rows[:size], len(found) > size


def _row(entry: RegisterEntry, about: str, author: str, actor: Actor, today: date) -> Row:
    kind = KINDS[entry.kind]
    late = entry.due_on is not None and entry.state != "withdrawn" and (entry.answered_on or today) > entry.due_on
    return Row(
        entry.id, kind, entry.state, str(entry.data.get(kind.title) or ""), about, entry.body_id,
        author if rights.shows_author(actor, kind, entry) else "", entry.written_at, entry.due_on, entry.answered_on,
        entry.period, entry.data, late,
    )


def _in_state(kind: Kind, state: str, today: date) -> ColumnElement[bool]:
    if state == "open":
        return RegisterEntry.state.in_(kind.owed_states)
    if state == "late":
        return and_(RegisterEntry.state != "withdrawn",
                    func.coalesce(RegisterEntry.answered_on, today) > RegisterEntry.due_on)
    return RegisterEntry.state == state if state in kind.states else true()


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """By kind: of those where steps are owed the entries that wait for one, of the others all that stand."""
    owed = or_(false(), *(
        and_(RegisterEntry.kind == kind.code, RegisterEntry.state.in_(kind.owed_states) if kind.owed_states
             else RegisterEntry.state != "withdrawn")
        for kind in KINDS.values()
    ))
    rows = session.execute(
        select(RegisterEntry.kind, func.sum(case((owed, 1), else_=0))).where(rights.seen_by(actor))
        .group_by(RegisterEntry.kind)
    )
    return {kind: int(number or 0) for kind, number in rows}


def open_issues(session: Session, actor: Actor, today: date, district: str = "") -> tuple[int, int, int]:
    """(issues that wait for a step, of them with Divisi Hukum, of them overdue) that the actor may read."""
    kind = KINDS["issue"]
    conditions = [rights.seen_by(actor, kind), RegisterEntry.state.in_(kind.owed_states)]
    if district:
        conditions.append(within(RegisterEntry.scope, district))
    row = session.execute(
        select(func.count(), func.sum(case((RegisterEntry.state == "legal", 1), else_=0)),
               func.sum(case((RegisterEntry.due_on < today, 1), else_=0))).where(*conditions)
    ).one()
    return row[0], row[1] or 0, row[2] or 0


def trail(session: Session, entry: RegisterEntry, actor: Actor) -> list[Event]:
    """All steps, the first first. One statement."""
    kind = KINDS[entry.kind]
    told = rights.shows_author(actor, kind, entry)
    rows = session.execute(
        select(RegisterStep, Account.name).join(Account, Account.id == RegisterStep.account_id)
        .where(RegisterStep.entry_id == entry.id).order_by(RegisterStep.seq)
    )
    return [
        Event(step.at, step.action, step.target, name if told or step.account_id != entry.written_by else "",
              step.data, step.due_on)
        for step, name in rows
    ]


def districts(session: Session, kind: Kind, actor: Actor) -> list[tuple[str, str]]:
    """The kecamatan within the regions where the actor reads this kind: (code, name), by name. One statement."""
    scopes = sorted({grant.scope for grant in actor.grants if grant.role in kind.see})
    rows = session.execute(
        select(Region.code, Region.name)
        .where(Region.level == "kecamatan", or_(false(), *(within(Region.code, scope) for scope in scopes)))
        .order_by(Region.name, Region.code)
    )
    return [(row.code, row.name) for row in rows]


def by_district(session: Session, actor: Actor) -> dict[str, tuple[int, int]]:
    """Of socialisation by the code of the kecamatan: (how often, people reached). One statement."""
    kind, district = KINDS["socialisation"], func.substr(RegisterEntry.scope, 1, 8)
    rows = session.execute(
        select(district, func.count(), func.sum(RegisterEntry.data["people"].as_integer()))
        .where(rights.seen_by(actor, kind), RegisterEntry.kind == kind.code, RegisterEntry.state != "withdrawn")
        .group_by(district)
    )
    return {code: (number, people or 0) for code, number, people in rows}


def missing(
    session: Session, actor: Actor, period: date, district: str = "", page: int = 0, size: int = PAGE
) -> tuple[list[Any], bool, int]:
    """(one page of the bodies that have not reported this month, whether there are more, how many in all), for who
    reads the reports of that region; bodies owe one from the month of their oath on. Rows: id, name."""
    kind = KINDS["monthly"]
    scopes = sorted({grant.scope for grant in actor.grants if grant.role in kind.see})
    reported = exists().where(
        RegisterEntry.body_id == Body.id, RegisterEntry.kind == kind.code, RegisterEntry.period == period,
        RegisterEntry.state != "withdrawn",
    )
    wanted = [Body.kind.in_(kind.bodies), Body.oath_on < month_after(period), register.in_scopes(scopes), ~reported]
    if district:
        wanted.append(register.in_scopes([district]))
    number = func.count().over().label("number")
    rows = session.execute(
        select(Body.id, Body.name, Body.kind, number).join(Agenda, Agenda.id == Body.agenda_id)
        .where(*wanted, Agenda.term_ends >= period)
        .order_by(Body.region_code, Body.kind, Body.id).limit(size + 1).offset(page * size)
    ).all()
    return list(rows[:size]), len(rows) > size, rows[0].number if rows else 0


def report_of(session: Session, actor: Actor, body_id: int, period: date) -> RegisterEntry | None:
    """The report of this body about this month that the actor may read; None when there is none."""
    kind = KINDS["monthly"]
    return session.scalar(
        select(RegisterEntry).where(
            rights.seen_by(actor, kind), RegisterEntry.kind == kind.code, RegisterEntry.body_id == body_id,
            RegisterEntry.period == period, RegisterEntry.state != "withdrawn",
        )
    )
