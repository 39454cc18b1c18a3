"""What surrounds a decision: until when it may be taken back, and the district a commissioner looks at first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import operations
from engine.errors import NotFound
from engine.host import Actor
from engine.models import Task
from engine.operations import Outcome
from engine.reversals import Reversal
from workflows.host import HOST, almanac_of
from workflows.models import Body, OwnDistrict

_FIND = select(Reversal.instance_id, Reversal.seq, Reversal.at, Body.id, Body.name).join(
    Body, Body.instance_id == Reversal.instance_id
)


@dataclass(frozen=True)
class Recent:
    """A decision just made, which may be taken back `until` then."""

    task_id: int
    body: str
    until: datetime


def recent(session: Session, task_id: int, actor: Actor, now: datetime) -> Recent | None:
    """The decision of this task, if it is this actor's, the last act on its instance, and its time is not over."""
    found = session.execute(_FIND.where(Reversal.task_id == task_id, Reversal.actor == actor.id)).one_or_none()
    if found is None:
        return None
    within = _within(session, found.id)
    may = operations.undoable(session, instance_ids=[found.instance_id], actor=actor, now=now, within=within)
    return Recent(task_id, found.name, may[found.instance_id][1]) if found.instance_id in may else None


def take_back(session: Session, task_id: int, actor: Actor, now: datetime) -> Outcome:
    """The decision of this task is taken back, within the time its office allows. Refused as `operations.undo` is."""
    found = session.execute(
        select(Task.instance_id, Body.id, Reversal.seq, Reversal.task_id)
        .join(Body, Body.instance_id == Task.instance_id)
        .outerjoin(Reversal, Reversal.instance_id == Task.instance_id).where(Task.id == task_id)
    ).one_or_none()
    if found is None or found.task_id != task_id:
        raise NotFound("Keputusan ini tidak dapat dibatalkan (lagi). Lihat riwayat badannya.")
    return operations.undo(
        session, instance_id=found.instance_id, seq=found.seq, actor=actor, now=now, host=HOST,
        within=_within(session, found.id),
    )


def own_district(session: Session, actor: Actor) -> str:
    """The region this account's lists show first; "" for all."""
    return session.scalar(select(OwnDistrict.scope).where(OwnDistrict.account_id == int(actor.id))) or ""


def keep_district(session: Session, actor: Actor, scope: str) -> None:
    """From now on this account's lists show this region first; "" shows all again."""
    session.execute(delete(OwnDistrict).where(OwnDistrict.account_id == int(actor.id)))
    if scope:
        session.add(OwnDistrict(account_id=int(actor.id), scope=scope))
        session.flush()


def _within(session: Session, body_id: int) -> timedelta:
    return timedelta(minutes=almanac_of(session, session.get_one(Body, body_id)).settings.undo_minutes)
