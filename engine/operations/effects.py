"""What the engine itself does about the messages it writes into the outbox, each kind by one operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.host import Host
from engine.operations import automatic, children, messages
from engine.outbox import Effect, Taken

_OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "task.run": automatic.run_task,
    "child.begin": children.begin_children, "child.ended": children.child_ended,
    "child.undone": children.child_undone,
    "child.failed": children.child_failed, "child.escalated": children.child_escalated,
    "error.uncaught": children.error_waits,
    "message.sent": messages.message_sent, "signal.sent": messages.signal_sent,
    "signal.caught": messages.signal_caught, "signal.began": messages.signal_began,
    "parcel.expired": messages.parcel_expired,
}


def effects(host: Host) -> dict[str, Effect]:
    """The effects of all kinds but "instance.moved" and "escalation.thrown", which only the product can tell."""
    return {kind: _effect(operation, host) for kind, operation in _OPERATIONS.items()}


def _effect(operation: Callable[..., Any], host: Host) -> Effect:
    def carry_out(session: Session, taken: Taken, now: datetime) -> None:
        operation(session, now=now, host=host, **taken.payload)

    return carry_out
