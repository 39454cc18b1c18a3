"""What one instance waits for from outside when it moves: it goes on waiting for what the newer drawing has too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.arrivals import Subscription
from engine.base import table_of
from engine.graph import Catch, State
from engine.host import Surroundings
from engine.machine import context_of
from engine.migration import places
from engine.migration.changes import Changes
from engine.migration.pairing import Pairer, Pairing
from engine.operations.subscriptions import key_text, listening

_subscription = table_of(Subscription)


def move(
    session: Session, changes: Changes, pairer: Pairer, pairing: Pairing, target: State, *, instance_id: int,
    version: int, variables: dict[str, Any], surroundings: Surroundings, now: datetime,
) -> None:
    """An open subscription of an element that listens in the new state too stays open, by its key, under the names of
    today; others are closed, and what the new state alone listens for is opened.

    A message that came before somebody listened for it is not looked for.
    """
    after = {
        (catch.node, catch.kind): (host, catch)
        for host in sorted(places.hosts(pairer.new, target)) for catch in listening(pairer.new, host)
    }
    context = context_of(variables, surroundings.names)
    rows = session.execute(select(_subscription).where(
        _subscription.c.instance_id == instance_id, _subscription.c.closed_at.is_(None)
    )).all()
    going_on: set[tuple[str, str]] = set()
    for row in rows:
        here = pairer.event(row.node), row.kind
        if here not in after or row.host in pairing.left or after[here][0] in pairing.entered:
            changes.update(_subscription, row.id, closed_at=now)
            continue
        host, catch = after[here]
        going_on.add(here)
        changes.update(_subscription, row.id, node=catch.node, host=host, ref=catch.ref[:200])
    for here, (host, catch) in after.items():
        if here not in going_on:
            changes.insert(_subscription, **_opened(catch, host, context, instance_id, version))


def _opened(catch: Catch, host: str, context: dict[str, Any], instance_id: int, version: int) -> dict[str, Any]:
    return {
        "instance_id": instance_id, "node": catch.node, "host": host, "kind": catch.kind, "ref": catch.ref[:200],
        "key": key_text(catch.key.evaluate(context)) if catch.key is not None else None, "visit": version,
    }
