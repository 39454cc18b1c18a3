"""Messages and signals: handed to who waits for them, to a process that begins with them, or kept for a while.

A message goes to exactly one: the subscription opened first whose name and key are equal (a message without a key only
to one without); else a published process with a start event of its name begins; else it waits until it is too old. A
signal goes to all that wait and all that begin with it, each in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from engine import definitions, outbox
from engine.arrivals import Parcel, Subscription
from engine.base import table_of
from engine.errors import Stale
from engine.host import SYSTEM, Actor, Host
from engine.models import Instance
from engine.operations import parcels
from engine.operations.door import Act
from engine.operations.fire import take_in
from engine.operations.outcome import Outcome
from engine.operations.standing import lock
from engine.operations.start import start
from engine.statements import AnyRow, Statement

LOOK_AGAIN = timedelta(seconds=5)
"""A kept message is looked at once more after this: somebody may have begun to wait in the same moment."""
SIGNAL_KEPT = timedelta(days=7)
"""How long what a signal carries is kept for those who are still to be told, should telling them fail at first."""

_subscription, _parcel = table_of(Subscription), table_of(Parcel)
_WAITS = Statement(
    select(_subscription).where(
        _subscription.c.kind == bindparam("kind"), _subscription.c.ref == bindparam("n"),
        or_(_subscription.c.key == bindparam("k", type_=_subscription.c.key.type),
            and_(_subscription.c.key.is_(None), bindparam("k", type_=_subscription.c.key.type).is_(None))),
        _subscription.c.closed_at.is_(None),
    ).order_by(_subscription.c.id)
)
_SUBSCRIPTION = Statement(select(_subscription).where(_subscription.c.id == bindparam("s")))
_PARCEL = Statement(select(_parcel).where(_parcel.c.id == bindparam("parcel")).with_for_update())
_TAKEN = Statement(
    update(_parcel).where(_parcel.c.id == bindparam("parcel"))
    .values(taken_at=bindparam("at"), taken_by=bindparam("by"), data=bindparam("left"))
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message: which instance took it, whether it `began` with it, or until when it is `kept`.

    With neither, nobody waits for it and it is gone.
    """

    parcel: int
    instance_id: int | None = None
    began: bool = False
    kept: datetime | None = None


def deliver(
    session: Session, *, name: str, now: datetime, host: Host, key: str | None = None,
    data: Mapping[str, Any] | None = None, keep: timedelta | None = None, subject: str | None = None, scope: str = "",
    actor: Actor = SYSTEM,
) -> Delivery:
    """The message has been taken by one instance, or has begun one (of this subject and scope), or is kept for `keep`.

    Refused with Stale when who waited for it was moved by somebody else in the same moment: send it again.
    """
    parcel = parcels.put(
        session, kind="message", name=name, key=key, data=data or {}, subject=(subject or f"message:{name}")[:100],
        scope=scope, now=now, keep=keep or timedelta(0),
    )
    row = _PARCEL.first(session, {"parcel": parcel})
    delivered = _hand_over(session, row, now, host, actor)
    if delivered is not None:
        return delivered
    if keep is None:
        _TAKEN.write(session, {"parcel": parcel, "at": now, "by": None, "left": {}})
        return Delivery(parcel)
    _look_again(session, row, now)
    return Delivery(parcel, kept=now + keep)


def message_sent(session: Session, *, parcel: int, now: datetime, host: Host, **_: Any) -> Delivery | None:
    """The message of this parcel has been handed over, once, if anybody waits for it by now and it is not too old."""
    row = _PARCEL.first(session, {"parcel": parcel})
    if row.taken_at is not None or row.kept_until <= now:
        return None
    delivered = _hand_over(session, row, now, host, SYSTEM)
    if delivered is None:
        _look_again(session, row, now)
    return delivered


def _look_again(session: Session, row: AnyRow, now: datetime) -> None:
    outbox.put(session, [
        outbox.row("message.sent", f"again:{row.id}", {"parcel": row.id}, now + LOOK_AGAIN),
        outbox.row("parcel.expired", f"expired:{row.id}", {"parcel": row.id}, row.kept_until),
    ])


def parcel_expired(session: Session, *, parcel: int, now: datetime, host: Host) -> None:
    """The parcel is too old: what it carried is forgotten, since it may be about people."""
    row = _PARCEL.first(session, {"parcel": parcel})
    if row.taken_at is None:
        _TAKEN.write(session, {"parcel": parcel, "at": now, "by": None, "left": {}})


def _hand_over(session: Session, row: AnyRow, now: datetime, host: Host, actor: Actor) -> Delivery | None:
    found = _WAITS.first(session, {"kind": "message", "n": row.name, "k": row.key})
    if found is not None:
        if _happened(session, found.id, row, now, host, actor) is None:
            raise Stale()
        taken = Delivery(row.id, found.instance_id)
    else:
        begins = next(_begins(session, "message", row.name), None)
        if begins is None:
            return None
        definition_id, event = begins
        taken = Delivery(row.id, _begun(session, definition_id, event, row, now, host).instance_id, began=True)
    _TAKEN.write(session, {"parcel": row.id, "at": now, "by": taken.instance_id, "left": {}})
    return taken


def _happened(
    session: Session, subscription: int, parcel: AnyRow, now: datetime, host: Host, actor: Actor
) -> Outcome | None:
    """What was waited for has come. None when it is waited for no more."""
    waited = _SUBSCRIPTION.first(session, {"s": subscription})
    standing = lock(session, waited.instance_id, host)
    waited = _SUBSCRIPTION.first(session, {"s": subscription})
    if waited.closed_at is not None or standing.row.status != "running":
        return None
    act = Act(f"{parcel.kind}.received", actor, now, waited.node, data=parcel.data, details={
        parcel.kind: parcel.name, "parcel": parcel.id,
    })
    return take_in(session, standing, waited.node, parcel.data, act)


def _begins(session: Session, kind: str, name: str) -> Iterator[tuple[int, str]]:
    """(definition, start event) of each current version that begins with this message or signal, the oldest first."""
    for definition_id in definitions.newest_of_all(session):
        event = definitions.load(session, definition_id).begins.get((kind, name))
        if event is not None:
            yield definition_id, event


def _begun(
    session: Session, definition_id: int, event: str, row: AnyRow, now: datetime, host: Host
) -> Outcome:
    """An instance has begun with this message or signal: of its sender's subject, or, where that has an instance
    already, of one named after it."""
    key = definitions.load(session, definition_id).key
    subject = row.subject
    if session.scalar(select(Instance.id).where(Instance.subject == subject, Instance.parent_id.is_(None))) is not None:
        subject = f"{subject[:60]}/{key[:20]}:{row.id}"
    return start(
        session, definition_id=definition_id, subject=subject, scope=row.scope, actor=SYSTEM, now=now, host=host,
        variables=row.data, event=event,
    )


def broadcast(
    session: Session, *, name: str, now: datetime, host: Host, data: Mapping[str, Any] | None = None,
    subject: str | None = None, scope: str = "",
) -> int:
    """The signal is on its way to all that wait for it and all that begin with it; the answer is how many."""
    parcel = parcels.put(
        session, kind="signal", name=name, key=None, data=data or {}, subject=(subject or f"signal:{name}")[:100],
        scope=scope, now=now, keep=SIGNAL_KEPT,
    )
    return signal_sent(session, parcel=parcel, now=now, host=host)


def signal_sent(session: Session, *, parcel: int, now: datetime, host: Host, **_: Any) -> int:
    """Everybody who waits for the signal of this parcel at this moment, or begins with it, is told by the outbox."""
    row = _PARCEL.first(session, {"parcel": parcel})
    rows = [
        outbox.row("signal.caught", f"caught:{parcel}:{one.id}", {
            "parcel": parcel, "subscription": one.id, "instance_id": one.instance_id, "node": one.node,
        }, now)
        for one in _WAITS.rows(session, {"kind": "signal", "n": row.name, "k": None})
    ]
    rows += [
        outbox.row("signal.began", f"began:{parcel}:{definition_id}", {
            "parcel": parcel, "definition_id": definition_id, "event": event,
        }, now)
        for definition_id, event in _begins(session, "signal", row.name)
    ]
    outbox.put(session, [
        *rows, outbox.row("parcel.expired", f"expired:{parcel}", {"parcel": parcel}, now + SIGNAL_KEPT),
    ])
    return len(rows)


def signal_caught(
    session: Session, *, parcel: int, subscription: int, now: datetime, host: Host, **_: Any
) -> Outcome | None:
    """The signal has come to this subscription; None when it is closed by now."""
    return _happened(session, subscription, _PARCEL.first(session, {"parcel": parcel}), now, host, SYSTEM)


def signal_began(
    session: Session, *, parcel: int, definition_id: int, event: str, now: datetime, host: Host
) -> Outcome:
    """An instance of the definition has begun with the signal."""
    return _begun(session, definition_id, event, _PARCEL.first(session, {"parcel": parcel}), now, host)
