"""What instances throw: messages and signals, each put into a parcel in the transaction of the step that throws it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from engine import outbox
from engine.arrivals import Parcel
from engine.base import table_of
from engine.bpmn.model import Event, Node
from engine.errors import ExpressionRefused
from engine.graph import Transition
from engine.net import parts
from engine.operations import learning, subscriptions
from engine.operations.standing import Standing
from engine.statements import insert_of
from engine.texts import expression_of

THROWN_KEPT = timedelta(days=30)
"""How long a message that a drawing throws is kept for who waits for it only later."""

_INSERT = insert_of(
    table_of(Parcel), "kind", "name", "key", "data", "subject", "scope", "sent_at", "kept_until", returning="id"
)


def put(
    session: Session, *, kind: str, name: str, key: str | None, data: Mapping[str, Any], subject: str, scope: str,
    now: datetime, keep: timedelta,
) -> int:
    """The parcel is on its way; the answer is its id."""
    found: int = _INSERT.first(session, {
        "kind": kind, "name": name[:200], "key": key, "data": dict(data), "subject": subject, "scope": scope,
        "sent_at": now, "kept_until": now + keep,
    }).id
    return found


def thrown(
    session: Session, standing: Standing, step: Transition, seq: int, now: datetime
) -> list[dict[str, Any]]:
    """Each message and signal this step throws is in a parcel; the answer are the outbox rows that deliver them."""
    nodes = standing.definition.graph.process.nodes
    return [row for element in step.sent for row in throw(session, standing, nodes[element], now)]


def throw(session: Session, standing: Standing, node: Node, now: datetime) -> list[dict[str, Any]]:
    """What this node throws is in parcels, with what its input mappings give as their data."""
    rows, surroundings = [], standing.surroundings(session, now)
    data = learning.inputs(standing, node.id, surroundings)
    for part in parts(node.event):
        if part.kind not in ("message", "signal"):
            continue
        parcel = put(
            session, kind=part.kind, name=_name(standing, node, part), key=_key(standing, part, surroundings.names),
            data=data, subject=standing.row.subject, scope=standing.row.scope, now=now, keep=THROWN_KEPT,
        )
        payload = {"parcel": parcel, "instance_id": standing.row.id, "node": node.id}
        rows.append(
            outbox.row("message.sent", f"sent:{parcel}", payload, now) if part.kind == "message"
            else outbox.row("signal.sent", f"sent:{parcel}", payload, now)
        )
    return rows


def _name(standing: Standing, node: Node, part: Event) -> str:
    """The name it bears, else where its message flow leads: an element without a name listens to its own id."""
    if part.ref is not None:
        return part.ref
    targets = [flow.target for flow in standing.definition.flows if flow.source == node.id]
    return targets[0] if targets else node.id


def _key(standing: Standing, part: Event, names: Mapping[str, Any]) -> str | None:
    if part.key is None:
        return None
    try:
        expression = expression_of(part.key)
    except ExpressionRefused:
        return part.key[:200]  # a plain word is the key itself
    return subscriptions.key_text(expression.evaluate({**standing.variables, **names}))
