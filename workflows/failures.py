"""What the system could not do by itself: messages whose effect failed, and trying them once more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import NotFound, OutOfScope, Refused
from engine.host import Actor
from engine.models import Incident, Instance, Message
from engine.operations.door import Act, note
from engine.operations.standing import lock
from workflows import signposts
from workflows.blocked import within
from workflows.host import HOST
from workflows.models import Body

MOST = 100
MENDERS = ("operator", "admin")
"""The roles that may have a failed step tried again."""


@dataclass(frozen=True)
class Failure:
    """A message that failed `attempts` times; `given_up_at` is when an incident was opened for it."""

    message_id: int
    kind: str
    body_id: int | None
    body: str
    step: str
    error: str
    attempts: int
    created_at: datetime
    next_at: datetime
    given_up_at: datetime | None


def failing(session: Session, scopes: Sequence[str]) -> list[Failure]:
    """The oldest failing messages about bodies within the scopes; those about no body only for who sees everything."""
    rows = session.execute(
        select(Message.id, Message.kind, Message.payload, Message.attempts, Message.last_error, Message.created_at,
               Message.available_at)
        .where(Message.done_at.is_(None), Message.attempts > 0).order_by(Message.id).limit(MOST * 10)
    ).all()
    numbers = {number for row in rows if isinstance(number := row.payload.get("instance_id"), int)}
    about: Iterable[Row[Any]] = session.execute(
        select(Instance.id, Instance.definition_id, Body.id.label("body_id"), Body.name)
        .join(Body, Body.instance_id == func.coalesce(Instance.root_id, Instance.id))
        .where(Instance.id.in_(numbers), within(Instance.scope, scopes))
    )
    bodies = {row.id: row for row in about}
    opened = {row.message_id: row.opened_at for row in session.execute(
        select(Incident.message_id, Incident.opened_at)
        .where(Incident.message_id.in_([row.id for row in rows]), Incident.resolved_at.is_(None))
    )}
    seen = [row for row in rows if row.payload.get("instance_id") in bodies
            or ("" in scopes and row.payload.get("instance_id") is None)]
    return [_failure(session, row, bodies.get(row.payload.get("instance_id")), opened.get(row.id))
            for row in seen[:MOST]]


def _failure(session: Session, row: Row[Any], body: Row[Any] | None, opened: datetime | None) -> Failure:
    node = str(row.payload.get("node") or "")
    step = signposts.name_of(definitions.load(session, body.definition_id), node) if body is not None and node else ""
    return Failure(
        row.id, row.kind, body.body_id if body is not None else None, body.name if body is not None else "", step,
        row.last_error or "", row.attempts, row.created_at, row.available_at, opened,
    )


def retry(session: Session, *, message_id: int, actor: Actor, now: datetime) -> None:
    """The message is due at once, its failures are counted anew, and its open incident is settled by this actor.

    The body's history says so. Refused: there is no such message; it was done meanwhile; the actor mends nothing where
    its body lies. Asking twice is the same as asking once.
    """
    found = session.execute(
        select(Message.payload, Message.kind, Message.attempts, Message.done_at)
        .where(Message.id == message_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound("Pesan ini tidak ditemukan.")
    instance_id = found.payload.get("instance_id")
    scope = session.scalar(select(Instance.scope).where(Instance.id == instance_id))
    if not any(actor.holds(role, scope or "") for role in MENDERS):
        raise OutOfScope
    if found.done_at is not None:
        raise Refused("Langkah ini sudah berhasil dikerjakan. Tidak perlu diulangi.")
    if not found.attempts:
        return
    session.execute(update(Message).where(Message.id == message_id).values(available_at=now, attempts=0))
    if scope is not None:
        node = str(found.payload.get("node") or "")
        note(session, lock(session, instance_id, HOST), Act(
            "message.retried", actor, now, node, details={"message": message_id, "kind": found.kind}
        ))
    session.execute(
        update(Incident).where(Incident.message_id == message_id, Incident.resolved_at.is_(None))
        .values(resolved_at=now, resolved_by=actor.id)
    )
