"""New members after a replacement who still owe the oath or the bimtek: an activity of that kind settles their step.

Their step is recorded through `replacement.act`, so that a commissioner decides on it as on any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, Refused
from engine.host import Actor
from engine.phrases import Phrase
from workflows import replacement
from workflows.activities import rights, sheets
from workflows.activities.verdicts import Said
from workflows.models import Activity, ActivityAttendance, Membership, Person, Replacement
from workflows.replacement import Sent
from workflows.replacement_lists import owes

PAPERS = {"oath": "minutes_file", "training": "attendance_list_file"}


@dataclass(frozen=True)
class Follower:
    """One new member; `number` is the replacement's, `edition` where it stands."""

    number: int
    edition: int
    body_id: int
    name: str
    scope: str


def present(session: Session, activity: Activity, bodies: Iterable[int]) -> dict[int, list[Follower]]:
    """The new members of these bodies who owe it and are not marked as missing here, by body. One statement."""
    if activity.kind not in sheets.SETTLES:
        return {}
    missed = exists().where(
        ActivityAttendance.activity_id == activity.id, ActivityAttendance.membership_id == Membership.id,
        ActivityAttendance.status != "present",
    )
    rows = session.execute(
        select(Replacement.id, Replacement.edition, Replacement.body_id, Person.name, Replacement.scope)
        .join(Membership, Membership.id == Replacement.new_id).join(Person, Person.id == Membership.person_id)
        .where(owes(sheets.SETTLES[activity.kind]), Replacement.body_id.in_(list(bodies)))
        .where(Membership.until_on.is_(None), ~missed)
        .order_by(Replacement.id)
    )
    found: dict[int, list[Follower]] = {}
    for row in rows:
        found.setdefault(row.body_id, []).append(Follower(row.id, row.edition, row.body_id, row.name, row.scope))
    return found


def may_record(actor: Actor, activity: Activity, one: Follower) -> bool:
    """Whoever manages the activity and is the operator of the body's region."""
    return rights.may_edit(actor, activity) and actor.holds("operator", one.scope)


def foreseen(actor: Actor, activity: Activity, followers: Iterable[Follower]) -> tuple[Said, ...]:
    """What handing in would say of them, nothing being done."""
    return tuple(
        Said("follower_ready" if may_record(actor, activity, one) else "follower_waits", values={"name": one.name})
        for one in followers
    )


def record(
    session: Session, activity: Activity, followers: Iterable[Follower], actor: Actor, now: datetime
) -> tuple[Said, ...]:
    """Their step is recorded with the day, place and paper of this activity; what is missing is said of each, and each
    stands or falls by itself."""
    said: list[Said] = []
    part = sheets.SETTLES.get(activity.kind, "")
    for one in followers:
        if not may_record(actor, activity, one):
            said.append(Said("follower_waits", values={"name": one.name}))
            continue
        sent = Sent(actor, now, f"kegiatan:{activity.id}:{one.number}:{one.edition}")
        try:
            with session.begin_nested():
                replacement.act(session, one.number, part, _told(activity, part), sent, seen=one.edition)
        except EvidenceRefused as refusal:
            said += [Said("", one.name, error.message) for error in refusal.errors]
        except Refused as refusal:
            said.append(Said("", one.name, Phrase(refusal.template, **refusal.values)))
        else:
            said.append(Said("follower_done", values={"name": one.name}))
    return tuple(said)


def _told(activity: Activity, part: str) -> dict[str, Any]:
    papers, data = activity.data.get(PAPERS[part]) or [{}], activity.data
    return {"on": activity.held_on, "place": data.get("place") or "", "hours": data.get("hours"), "paper": papers[0]}
