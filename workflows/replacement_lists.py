"""Replacements as lists and pages read them: each question one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine.host import Actor
from workflows import replacement
from workflows.desk import within
from workflows.models import Body, Membership, Person, Replacement, ReplacementStep

PAGE = 50


@dataclass(frozen=True)
class Row:
    """One replacement in a list; `late`: the oath or the training is owed and its last day is over."""

    id: int
    body_id: int
    body: str
    old: str
    new: str
    ground: str
    left_on: date
    status: str
    oath: str
    training: str
    oath_due: date | None
    training_due: date | None
    late: bool

    @property
    def owed(self) -> bool:
        """The new member has still to take the oath or the training."""
        return self.status == "approved" and (self.oath != "approved" or self.training != "approved")


def listed(
    session: Session, actor: Actor, today: date, state: str = "", page: int = 0, *, body_id: int | None = None,
    number: int | None = None,
) -> tuple[list[Row], bool]:
    """(the newest first, whether there are more), within the actor's regions.

    `state` is a status, "owed", "mine" (those the actor may decide) or "".
    """
    out, into = aliased(Membership), aliased(Membership)
    old, new = aliased(Person), aliased(Person)
    asked = [or_(false(), *_around(actor))]
    if body_id is not None:
        asked.append(Replacement.body_id == body_id)
    if number is not None:
        asked.append(Replacement.id == number)
    if state == "owed":
        asked.append(and_(Replacement.status == "approved", _owed()))
    elif state == "mine":
        asked.append(_decidable(actor))
    elif state:
        asked.append(Replacement.status == state)
    rows = session.execute(
        select(
            Replacement.id, Replacement.body_id, Body.name.label("body"), old.name.label("old"), new.name.label("new"),
            Replacement.ground, Replacement.left_on, Replacement.status, Replacement.oath, Replacement.training,
            Replacement.oath_due, Replacement.training_due,
        )
        .join(Body, Body.id == Replacement.body_id)
        .join(out, out.id == Replacement.leaving_id).join(old, old.id == out.person_id)
        .join(into, into.id == Replacement.reserve_id).join(new, new.id == into.person_id)
        .where(*asked).order_by(Replacement.id.desc()).limit(PAGE + 1).offset(page * PAGE)
    ).all()
    found = [
        Row(**row._mapping, late=_late(row.oath, row.oath_due, today) or _late(row.training, row.training_due, today))
        for row in rows
    ]
    return found[:PAGE], len(found) > PAGE


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many of each status, "owed", and "mine": those the actor may decide. One statement."""
    rows = session.execute(
        select(Replacement.status, func.count(), func.count().filter(_owed()), func.count().filter(_decidable(actor)))
        .where(or_(false(), *_around(actor))).group_by(Replacement.status)
    ).all()
    found = {row[0]: int(row[1]) for row in rows}
    owed = sum(int(row[2]) for row in rows if row[0] == "approved")
    return {**found, "owed": owed, "mine": sum(int(row[3]) for row in rows)}


def decidable(session: Session, actor: Actor) -> int:
    """How many proposals and records of oath or training this person may decide now. One statement."""
    return session.scalar(select(func.count()).select_from(Replacement).where(_decidable(actor))) or 0


def owes(part: str) -> ColumnElement[bool]:
    """The new member owes the "oath" or, once that was approved, the "training", and nothing was handed in for it."""
    waits = and_(Replacement.status == "approved", Replacement.new_id.is_not(None))
    if part == "training":
        return and_(waits, Replacement.training == "", Replacement.oath == "approved")
    return and_(waits, Replacement.oath == "")


def _around(actor: Actor) -> list[ColumnElement[bool]]:
    return [within(Replacement.scope, grant.scope) for grant in actor.grants if grant.role in replacement.LOOKING]


def _decidable(actor: Actor) -> ColumnElement[bool]:
    """The newest step asks for a decision, of a commissioner of this region who did not take that step."""
    asks = exists().where(
        ReplacementStep.replacement_id == Replacement.id, ReplacementStep.seq == Replacement.edition,
        ReplacementStep.action.in_(tuple(replacement.PROPOSES.values())), ReplacementStep.person != actor.who,
    )
    around = [within(Replacement.scope, grant.scope) for grant in actor.grants if grant.role == "commissioner"]
    return and_(or_(false(), *around), asks)


def _owed() -> ColumnElement[bool]:
    return or_(Replacement.oath != "approved", Replacement.training != "approved")


def _late(part: str, due: date | None, today: date) -> bool:
    return part != "approved" and due is not None and due < today
