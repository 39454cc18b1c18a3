"""Those who missed an inauguration or a bimtek, or came by a replacement after it: followed until done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from engine.host import Actor
from workflows.activities import rights, sheets
from workflows.activities.register import pending
from workflows.models import Activity, ActivityAttendance, ActivityBody, Body, Membership, Person, Replacement
from workflows.register import in_scopes
from workflows.replacement_lists import owes

MOST = 500


@dataclass(frozen=True)
class Latecomer:
    """One member who still has to take the oath or the training; `reason` is "" for who may not read it.

    `replacement` is the number of the replacement by which a new member came, else 0; `activity_id` 0 where their body
    took part in no such activity before.
    """

    membership_id: int
    person_id: int
    name: str
    body_id: int
    body: str
    parent: str
    activity_id: int
    activity: str
    kind: str
    since: date
    status: str
    reason: str
    replacement: int = 0


def waiting(session: Session, actor: Actor, activity_id: int | None = None) -> list[Latecomer]:
    """The latecomers within the actor's regions, the longest waiting first. Three statements."""
    scopes = rights.scopes_of(actor, rights.LOOKING)
    full, parent = rights.is_full(actor), aliased(Body)
    rows: Sequence[Any] = session.execute(
        select(
            Membership.id, Membership.person_id, Person.name, Body.id.label("body_id"), Body.name.label("body"),
            parent.name.label("parent"), Activity.id.label("activity_id"), Activity.title, Activity.kind,
            Activity.held_on, ActivityAttendance.status, ActivityAttendance.reason,
        )
        .select_from(ActivityAttendance).join(Activity, Activity.id == ActivityAttendance.activity_id)
        .join(Membership, Membership.id == ActivityAttendance.membership_id)
        .join(Person, Person.id == Membership.person_id).join(Body, Body.id == Membership.body_id)
        .outerjoin(parent, parent.id == Body.parent_id)
        .where(*pending(), Activity.kind.in_(sheets.NODES), Activity.makes_up_for.is_(None), in_scopes(scopes),
               *([Activity.id == activity_id] if activity_id else []))
        .order_by(Activity.held_on, Activity.id, Body.region_code, Person.name).limit(MOST)
    ).all()
    missed = [
        Latecomer(row.id, row.person_id, row.name, row.body_id, row.body, row.parent or "", row.activity_id, row.title,
                  row.kind, row.held_on, row.status, row.reason if full else "")
        for row in rows
    ]
    new = [one for kind in sheets.NODES for one in _new(session, scopes, kind)]
    return sorted([*missed, *(one for one in new if activity_id in (None, one.activity_id))], key=_order)


def _order(one: Latecomer) -> tuple[Any, ...]:
    return one.activity_id == 0, one.since if one.activity_id else date.min, one.activity_id, one.kind


def _new(session: Session, scopes: Sequence[str], kind: str) -> list[Latecomer]:
    """The new members who owe it, with the newest activity of their body that was held before they came."""
    parent, before = aliased(Body), aliased(Activity)
    newest = (
        select(func.max(before.id)).join(ActivityBody, ActivityBody.activity_id == before.id)
        .where(ActivityBody.body_id == Body.id, before.kind == kind, before.makes_up_for.is_(None),
               before.held_on < Membership.from_on)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Membership.id, Membership.person_id, Person.name, Body.id.label("body_id"), Body.name.label("body"),
            parent.name.label("parent"), Activity.id.label("activity_id"), Activity.title, Activity.held_on,
            Membership.from_on, Replacement.id.label("replacement"),
        )
        .select_from(Replacement).join(Membership, Membership.id == Replacement.new_id)
        .join(Person, Person.id == Membership.person_id).join(Body, Body.id == Replacement.body_id)
        .outerjoin(parent, parent.id == Body.parent_id).outerjoin(Activity, Activity.id == newest)
        .where(owes(sheets.SETTLES[kind]), Membership.until_on.is_(None), in_scopes(scopes))
        .order_by(Replacement.id).limit(MOST)
    ).all()
    return [
        Latecomer(row.id, row.person_id, row.name, row.body_id, row.body, row.parent or "", row.activity_id or 0,
                  row.title or "", kind, row.held_on or row.from_on, "late", "", row.replacement)
        for row in rows
    ]
