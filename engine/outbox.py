"""The outbox: what is to be done after the commit is a row, written with the change that asks for it.

A row is taken, its effect done and the row marked in one transaction, so a claim dies with its process: nothing is
leased, nothing is stuck, and an effect on the database happens once. An effect on the world outside (mail) may be
repeated after a crash, with the same message id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import TapakError
from engine.host import SYSTEM
from engine.models import Incident, Message
from engine.statements import Statement, insert_of

ATTEMPTS = 6
"""After so many failures an incident is opened; the message goes on being tried once an hour."""

_message = table_of(Message)
_PUT = insert_of(_message, "kind", "dedupe", "payload", "created_at", "available_at", "attempts", new=True)
_NEXT = Statement(
    select(_message.c.id, _message.c.kind, _message.c.payload, _message.c.attempts)
    .where(_message.c.done_at.is_(None), _message.c.available_at <= bindparam("now"))
    .order_by(_message.c.available_at, _message.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_DONE = Statement(update(_message).where(_message.c.id == bindparam("message")).values(done_at=bindparam("at")))

_incident = table_of(Incident)
_SETTLED = Statement(
    update(_incident).where(_incident.c.message_id == bindparam("message"), _incident.c.resolved_at.is_(None))
    .values(resolved_at=bindparam("at"), resolved_by=bindparam("by"))
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message whose effect was done: its id, kind and payload."""

    id: int
    kind: str
    payload: Mapping[str, Any]


Effect = Callable[[Session, Taken, datetime], None]
"""What is done about one kind of message, inside the transaction that marks it done. It must not commit."""


class EffectFailed(TapakError):
    """Akibat dari sebuah pesan tidak dapat dikerjakan."""

    def __init__(self, message_id: int, cause: BaseException) -> None:
        super().__init__(f"message {message_id}: {type(cause).__name__}: {cause}")
        self.message_id, self.cause = message_id, cause


def row(kind: str, dedupe: str, payload: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """One message as a row to insert. `payload` holds ids and words of ours, never personal data."""
    return {"kind": kind, "dedupe": dedupe, "payload": dict(payload), "created_at": now, "available_at": now,
            "attempts": 0}


def put(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """The messages are in the outbox once this transaction commits; one whose `dedupe` is there already is left out."""
    _PUT.write_all(session, rows)


def take(session: Session, *, now: datetime, effects: Mapping[str, Effect]) -> Taken | None:
    """The next due message has had its effect and is marked done in this transaction; None when none is due.

    An incident that its earlier failures had opened is settled with it.
    When the effect fails, or its kind has none, EffectFailed is raised: roll back, then say so with `failed`.
    """
    found = _NEXT.first(session, {"now": now})
    if found is None:
        return None
    taken = Taken(found.id, found.kind, found.payload)
    try:
        effects[taken.kind](session, taken, now)
    except Exception as error:
        raise EffectFailed(taken.id, error) from error
    _DONE.write(session, {"message": taken.id, "at": now})
    if found.attempts >= ATTEMPTS:
        _SETTLED.write(session, {"message": taken.id, "at": now, "by": SYSTEM.id})
    return taken


def failed(session: Session, *, message_id: int, error: str, now: datetime) -> None:
    """The failure is counted and the message waits: 2, 4, 8 … seconds, at most an hour.

    At the sixth failure an incident is opened for its instance, once.
    """
    attempts = session.execute(select(_message.c.attempts).where(_message.c.id == message_id)).scalar_one() + 1
    wait = timedelta(seconds=min(2**attempts, 3600))
    session.execute(
        update(_message).where(_message.c.id == message_id)
        .values(attempts=attempts, last_error=error[:4000], available_at=now + wait)
    )
    if attempts == ATTEMPTS:
        payload = session.execute(select(_message.c.payload).where(_message.c.id == message_id)).scalar_one()
        if "instance_id" in payload:
            session.execute(insert(Incident).values(
                instance_id=payload["instance_id"], node=payload.get("node", ""), message_id=message_id,
                error=error[:4000], opened_at=now,
            ))


def stuck(
    session: Session, *, kind: str, dedupe: str, payload: Mapping[str, Any], error: str, now: datetime,
    wait: timedelta = timedelta(hours=1),
) -> None:
    """What failed for good at once is a message with its incident, as if it had been tried ATTEMPTS times.

    It is tried again after `wait`, or when a person asks for it. `payload` names the instance and the node.
    """
    number, tried = 1, dedupe[:190]
    while session.execute(select(_message.c.id).where(_message.c.dedupe == tried)).first() is not None:
        number += 1
        tried = f"{dedupe[:190]}#{number}"
    message = session.execute(insert(Message).values(
        kind=kind, dedupe=tried, payload=dict(payload), created_at=now, available_at=now + wait, attempts=ATTEMPTS,
        last_error=error[:4000],
    ).returning(_message.c.id)).scalar_one()
    session.execute(insert(Incident).values(
        instance_id=payload["instance_id"], node=payload["node"], message_id=message, error=error[:4000],
        opened_at=now,
    ))


def waiting(session: Session, *, now: datetime) -> tuple[int, datetime | None]:
    """How many messages are due, and since when the oldest of them is."""
    found = session.execute(
        select(func.count(), func.min(_message.c.available_at))
        .where(_message.c.done_at.is_(None), _message.c.available_at <= now)
    ).one()
    oldest = found[1]
    return found[0], oldest
