"""Which bodies take part: chosen by filter, hundreds at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, insert, select
from sqlalchemy.orm import Session

from engine.errors import Refused
from engine.host import Actor
from engine.models import Instance
from workflows.activities import rights
from workflows.desk import within
from workflows.models import Activity, ActivityAttendance, ActivityBody, Body, Membership
from workflows.register import in_scopes, is_late

MOST = 1000
"""Bodies one filter may add or show at once."""


@dataclass(frozen=True)
class Choice:
    """What bodies are chosen by; "" narrows nothing. `stage` is the last stage reached."""

    kind: str = ""
    district: str = ""
    stage: str = ""
    search: str = ""
    late: bool = False


def choosable(session: Session, activity: Activity, choice: Choice, now: datetime) -> list[Row[Any]]:
    """The bodies of the activity's region that fit the choice: (id, name, kind, region_code, stage, taking), where
    `taking` says whether it takes part. One statement."""
    taking = exists().where(ActivityBody.activity_id == activity.id, ActivityBody.body_id == Body.id)
    columns: tuple[Any, ...] = (
        Body.id, Body.name, Body.kind, Body.region_code, Instance.stage, taking.label("taking")
    )
    return list(session.execute(
        select(*columns)
        .outerjoin(Instance, Instance.id == Body.instance_id)
        .where(*_chosen(activity, choice, now)).order_by(Body.region_code, Body.unit, Body.id).limit(MOST)
    ).all())


def _chosen(activity: Activity, choice: Choice, now: datetime) -> list[ColumnElement[bool]]:
    found = [Body.agenda_id == activity.agenda_id, within(Body.region_code, activity.scope)]
    if choice.kind:
        found.append(Body.kind == choice.kind)
    if choice.district:
        found.append(within(Body.region_code, choice.district))
    if choice.stage:
        found.append(Instance.stage == choice.stage)
    if choice.search:
        found.append(Body.name.icontains(choice.search, autoescape=True))
    if choice.late:
        found.append(is_late(now))
    return found


def add(session: Session, activity: Activity, wanted: Iterable[int], *, actor: Actor) -> int:
    """These bodies take part; the answer is how many of them are new. Others than those of the region are left out.

    Refused: Forbidden; more than MOST at once.
    """
    rights.require_edit(actor, activity)
    numbers = set(wanted)
    if len(numbers) > MOST:
        raise Refused("Terlalu banyak badan sekaligus. Pilih per kecamatan atau per jenis.")
    allowed = set(session.scalars(
        select(Body.id).where(
            Body.id.in_(numbers), Body.agenda_id == activity.agenda_id, within(Body.region_code, activity.scope),
            ~exists().where(ActivityBody.activity_id == activity.id, ActivityBody.body_id == Body.id),
        )
    )) if numbers else set()
    if allowed:
        session.execute(insert(ActivityBody), [
            {"activity_id": activity.id, "body_id": number, "data": {}, "edition": 1} for number in sorted(allowed)
        ])
    return len(allowed)


def remove(session: Session, activity: Activity, unwanted: Iterable[int], *, actor: Actor) -> int:
    """These bodies take part no more, and what was noted about their members is gone; the answer is how many.

    One from which evidence was handed in or prepared here stays. Refused: Forbidden.
    """
    rights.require_edit(actor, activity)
    gone = list(session.scalars(
        select(ActivityBody.body_id).where(
            ActivityBody.activity_id == activity.id, ActivityBody.body_id.in_(set(unwanted)),
            ActivityBody.digest.is_(None),
        )
    ))
    if gone:
        members = select(Membership.id).where(Membership.body_id.in_(gone))
        session.execute(delete(ActivityAttendance).where(
            ActivityAttendance.activity_id == activity.id, ActivityAttendance.membership_id.in_(members)
        ))
        session.execute(delete(ActivityBody).where(
            ActivityBody.activity_id == activity.id, ActivityBody.body_id.in_(gone)
        ))
    return len(gone)


def taking_part(session: Session, activity_id: int, scopes: Sequence[str]) -> list[int]:
    """The bodies that take part and lie within these scopes, by id, in the order of their regions."""
    return list(session.scalars(
        select(Body.id).join(ActivityBody, ActivityBody.body_id == Body.id)
        .where(ActivityBody.activity_id == activity_id, in_scopes(scopes))
        .order_by(Body.region_code, Body.unit, Body.id)
    ))
