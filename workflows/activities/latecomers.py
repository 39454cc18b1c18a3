"""Those who missed an inauguration or a bimtek and have not made it up: followed until done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from engine.host import Actor
from workflows.activities import rights, sheets
from workflows.activities.register import pending
from workflows.models import Activity, ActivityAttendance, Body, Membership, Person
from workflows.register import in_scopes

MOST = 500


@dataclass(frozen=True)
class Latecomer:
    """One member who still has to take the oath or the training; `reason` is "" for who may not read it."""

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


def waiting(session: Session, actor: Actor, activity_id: int | None = None) -> list[Latecomer]:
    """The latecomers within the actor's regions, the longest waiting first. One statement."""
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
    return [
        Latecomer(row.id, row.person_id, row.name, row.body_id, row.body, row.parent or "", row.activity_id, row.title,
                  row.kind, row.held_on, row.status, row.reason if full else "")
        for row in rows
    ]
