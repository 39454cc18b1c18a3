"""When contact lapses, and when a promise is overdue: asked by the pages, and told once to whoever must act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, false, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from engine.models import Instance
from workflows import notices
from workflows import settings as agenda_settings
from workflows.blocked import within
from workflows.calendar import local_date
from workflows.models import Agenda, Body, Contact, Stakeholder, StakeholderMerge
from workflows.notices import scopes_around
from workflows.register import in_scopes
from workflows.settings import KINDS
from workflows.stakeholders.kinds import USUAL_DAYS
from workflows.stakeholders.standing import IS_OPEN, MERGED, STANDING

BATCH = 200


@dataclass(frozen=True)
class Term:
    """What holds alike in these agendas: the local day, the kinds of bodies in office, days without contact by kind of
    office where they are not the usual ones."""

    agendas: tuple[int, ...]
    today: date
    kinds: tuple[str, ...]
    days: tuple[tuple[str, int], ...]


def terms(session: Session, now: datetime, scopes: Sequence[str] = ("",)) -> list[Term]:
    """The agendas of these scopes, those that say the same together. One statement."""
    around = sorted({one for scope in scopes for one in scopes_around(scope)})
    found: dict[tuple[Any, ...], list[int]] = {}
    for row in session.execute(
        select(Agenda.id, Agenda.settings, Agenda.timezone, Agenda.term_begins, Agenda.term_ends)
        .where(or_(within(Agenda.scope, scopes), Agenda.scope.in_(around)))
    ):
        settings, today = agenda_settings.read(row.settings or {}), local_date(now, ZoneInfo(row.timezone))
        kinds = tuple(
            kind for kind in KINDS if row.term_begins <= today <= settings.term_ends.get(kind, row.term_ends)
        )
        days = tuple(sorted((kind, one) for kind, one in settings.contact_within.items() if one != USUAL_DAYS))
        found.setdefault((today, kinds, days), []).append(row.id)
    return [Term(tuple(agendas), *shared) for shared, agendas in found.items()]


def pairs(scopes: Sequence[str]) -> Subquery:
    """Each office with each body of these scopes that ever met it: (stakeholder_id, body_id, last_on)."""
    return (
        select(STANDING.label("stakeholder_id"), Contact.body_id, func.max(Contact.met_on).label("last_on"))
        .join(Body, Body.id == Contact.body_id).outerjoin(StakeholderMerge, MERGED)
        .where(in_scopes(scopes)).group_by(STANDING, Contact.body_id).subquery("pair")
    )


def has_lapsed(found: Sequence[Term], last_on: Any, kind: Any) -> ColumnElement[bool]:
    """Since `last_on` nobody met this kind of office for too long, and the body is under way and in its term. For a
    statement in which Body and its Instance stand."""
    return and_(Instance.status == "running", or_(false(), *(_in_term(one, last_on, kind) for one in found)))


def _in_term(term: Term, last_on: Any, kind: Any) -> ColumnElement[bool]:
    never = [code for code, days in term.days if not days]
    usual = term.today - timedelta(days=USUAL_DAYS)
    own = [(kind == code, term.today - timedelta(days=days)) for code, days in term.days if days]
    return and_(
        Body.agenda_id.in_(term.agendas), Body.kind.in_(term.kinds), kind.not_in(never),
        last_on < (case(*own, else_=usual) if own else usual),
    )


def is_overdue(found: Sequence[Term]) -> ColumnElement[bool]:
    """The promise is open and its day has passed. For a statement in which Body stands."""
    return and_(IS_OPEN, or_(false(), *(
        and_(Body.agenda_id.in_(term.agendas), Contact.promise_due < term.today) for term in found
    )))


def count(session: Session, scopes: Sequence[str], now: datetime) -> int:
    """How many pairs of body and office have not met for too long. Two statements."""
    pair = pairs(scopes)
    return session.scalar(
        select(func.count()).select_from(pair).join(Stakeholder, Stakeholder.id == pair.c.stakeholder_id)
        .join(Body, Body.id == pair.c.body_id).join(Instance, Instance.id == Body.instance_id)
        .where(has_lapsed(terms(session, now, scopes), pair.c.last_on, Stakeholder.kind))
    ) or 0


@dataclass(frozen=True)
class Due:
    """What is to be told: contacts whose promise is overdue, contacts that nothing followed."""

    promises: Sequence[Row[Any]]
    lapses: Sequence[Row[Any]]

    def __bool__(self) -> bool:
        return bool(self.promises or self.lapses)


def due(session: Session, *, now: datetime) -> Due:
    """At most BATCH of each, the oldest first; what was told already is not among them. Only reads."""
    found = terms(session, now)
    pair, own = pairs([""]), aliased(Stakeholder)
    untold = or_(Contact.warned_due.is_(None), Contact.warned_due != Contact.promise_due)
    promises = session.execute(
        _told_of(own).where(is_overdue(found), untold).order_by(Contact.promise_due, Contact.id).limit(BATCH)
    ).all()
    lapses = session.execute(
        _told_of(own).join(pair, and_(
            pair.c.stakeholder_id == STANDING, pair.c.body_id == Contact.body_id, pair.c.last_on == Contact.met_on
        ))
        .where(Contact.lapse_told_on.is_(None), has_lapsed(found, pair.c.last_on, own.kind))
        .order_by(Contact.met_on, Contact.id).limit(BATCH)
    ).all()
    return Due(promises, lapses)


def _told_of(own: Any) -> Select[Any]:
    return (
        select(
            Contact.id, Contact.promise_due, Contact.met_on, own.id.label("stakeholder_id"),
            own.kind.label("office_kind"), Body.kind, Body.instance_id, Instance.scope, Agenda.timezone,
        )
        .join(Body, Body.id == Contact.body_id).join(Agenda, Agenda.id == Body.agenda_id)
        .join(Instance, Instance.id == Body.instance_id).outerjoin(StakeholderMerge, MERGED)
        .join(own, own.id == STANDING)
    )


def tell(session: Session, found: Due, *, now: datetime) -> int:
    """Whoever must act has been told of each, once; how many contacts were told of. Safe to run twice, also at once."""
    for row in found.promises:
        _tell(session, row, "promise.overdue", f"promise:{row.id}:{row.promise_due}", now, due=row.promise_due)
        session.execute(update(Contact).where(Contact.id == row.id).values(warned_due=row.promise_due))
    for row in found.lapses:
        _tell(session, row, "contact.lapsed", f"lapse:{row.id}", now, last=row.met_on)
        session.execute(update(Contact).where(Contact.id == row.id).values(lapse_told_on=_today(row, now)))
    return len(found.promises) + len(found.lapses)


def _today(row: Row[Any], now: datetime) -> date:
    return local_date(now, ZoneInfo(row.timezone))


def _tell(session: Session, row: Row[Any], topic: str, dedupe: str, now: datetime, **days: date) -> None:
    """The body's own members; where nobody of them has an account, the operator of its regency."""
    today = _today(row, now)
    told = notices.holders(session, (f"{row.kind}_member",), row.scope, today, exactly=True)
    notices.tell(
        session, told or notices.holders(session, ("operator",), row.scope, today), topic=topic, dedupe=dedupe,
        instance_id=row.instance_id, now=now,
        params={"stakeholder": row.stakeholder_id, "office": row.office_kind,
                **{name: day.isoformat() for name, day in days.items()}},
    )
