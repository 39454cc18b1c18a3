"""What an instance waits for from outside: opened and closed with the hosts that a step enters and leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from engine import outbox
from engine.arrivals import Parcel, Subscription
from engine.base import table_of
from engine.feel.writing import number_text
from engine.graph import Catch, Graph, Transition
from engine.host import Surroundings
from engine.operations.standing import Standing
from engine.plain import plain
from engine.statements import Statement, insert_of

_subscription, _parcel = table_of(Subscription), table_of(Parcel)
_OPEN = insert_of(_subscription, "instance_id", "node", "host", "kind", "ref", "key", "visit", new=True)
_CLOSE = Statement(
    update(_subscription).where(
        _subscription.c.instance_id == bindparam("i"), _subscription.c.host == bindparam("h"),
        _subscription.c.closed_at.is_(None),
    ).values(closed_at=bindparam("at"))
)
_CLOSE_ALL = Statement(
    update(_subscription).where(_subscription.c.instance_id == bindparam("i"), _subscription.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"))
)
_KEPT = Statement(
    select(_parcel.c.id).where(
        _parcel.c.kind == "message", _parcel.c.taken_at.is_(None), _parcel.c.name == bindparam("n"),
        or_(_parcel.c.key == bindparam("k", type_=_parcel.c.key.type),
            and_(_parcel.c.key.is_(None), bindparam("k", type_=_parcel.c.key.type).is_(None))),
        _parcel.c.kept_until > bindparam("at"),
    ).order_by(_parcel.c.id).limit(1)
)


def key_text(value: object) -> str | None:
    """A correlation key as it is compared: numbers in one spelling, moments as ISO text; None for none."""
    if value is None:
        return None
    return number_text(value) if isinstance(value, Decimal) else str(plain(value))[:200]


def listening(graph: Graph, host: str) -> Iterator[Catch]:
    """What this machine listens for at a host. What repeats an activity listens on its edge only, its rounds inside."""
    for catch in graph.catches.get(host, ()):
        own = catch.node == host
        if (host != graph.root.id or own) and not (own and graph.spawns(host)):
            yield catch


def change(
    session: Session, standing: Standing, step: Transition, surroundings: Surroundings, now: datetime, version: int
) -> None:
    """The subscriptions of the hosts left are closed and those of the hosts entered open.

    A message that was kept for one of them is put on its way to it.
    """
    graph, instance = standing.definition.graph, standing.row.id
    _CLOSE.write_all(session, [{"i": instance, "h": host, "at": now} for host in step.left if host in graph.catches])
    context = standing.context(surroundings)
    rows: list[dict[str, Any]] = [
        {"instance_id": instance, "node": catch.node, "host": host, "kind": catch.kind, "ref": catch.ref[:200],
         "key": key_text(catch.key.evaluate(context)) if catch.key is not None else None, "visit": version}
        for host in step.entered for catch in listening(graph, host)
    ]
    _OPEN.write_all(session, rows)
    for row in rows:
        if row["kind"] == "message" and (kept := _KEPT.first(session, {"n": row["ref"], "k": row["key"], "at": now})):
            outbox.put(session, [outbox.row(
                "message.sent", f"sent:{kept.id}:{instance}:{version}:{row['node']}"[:200], {"parcel": kept.id}, now
            )])


def close_all(session: Session, instance_id: int, now: datetime) -> None:
    """The instance waits for nothing from outside any more."""
    _CLOSE_ALL.write(session, {"i": instance_id, "at": now})
