"""Reminding whoever must act so that a blocked body moves: once a day, recorded in the body's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Refused
from engine.host import Actor
from engine.operations.door import Act, note
from engine.operations.standing import lock
from workflows import blocked, causes, notices
from workflows.blocked import Blocked, Filters
from workflows.host import HOST
from workflows.models import Account, Body, Reminder


class RemindedToday(Refused):
    """Badan ini sudah diingatkan hari ini. Besok dapat diingatkan lagi, atau salin teksnya ke WhatsApp."""


class NobodyToRemind(Refused):
    """Yang harus bertindak belum punya akun. Salin teksnya, lalu kirim lewat WhatsApp."""


def of_body(session: Session, scopes: Sequence[str], body: Body, now: datetime) -> Blocked | None:
    """Why this body is blocked, if it is and lies within the scopes."""
    found = blocked.page(session, scopes, Filters(district=body.scope, kind=body.kind), now, size=5)
    return next((row for row in found.entries if row.body_id == body.id), None)


def roles_of(row: Blocked) -> list[str]:
    """The roles that must act; for somebody outside the body itself, which can press them."""
    own = f"{row.kind}_member"
    return sorted({own if cause.owner == causes.OUTSIDE else cause.owner for cause in row.causes})


def send(session: Session, row: Blocked, *, actor: Actor, now: datetime, today: date) -> int:
    """Those who must act will be told inside Tapak and as they chose; the answer is how many. The history says so.

    Refused: a body that was reminded on this local day (RemindedToday); nobody with an account (NobodyToRemind). The
    lock on the body's flow makes two senders at once one after the other.
    """
    standing = lock(session, row.instance_id, HOST)
    if session.scalar(select(Reminder.id).where(Reminder.body_id == row.body_id, Reminder.sent_on == today)):
        raise RemindedToday
    roles = roles_of(row)
    told = [one for one in notices.holders(session, roles, row.scope, today) if str(one) != actor.id]
    if not told:
        raise NobodyToRemind
    session.add(Reminder(
        body_id=row.body_id, sent_on=today, account_id=int(actor.id), told=len(told), at=now,
    ))
    session.flush()
    note(session, standing, Act(
        "reminder.sent", actor, now, standing.row.stage, details={"roles": roles, "by": actor.id},
    ))
    return len(told)


def latest(session: Session, body_id: int) -> tuple[datetime, str, int] | None:
    """When the body was last reminded, by whom, and how many were told."""
    found = session.execute(
        select(Reminder.at, Account.name, Reminder.told).join(Account, Account.id == Reminder.account_id)
        .where(Reminder.body_id == body_id).order_by(Reminder.sent_on.desc()).limit(1)
    ).first()
    return (found.at, found.name, found.told) if found else None
