"""Starting and cancelling an instance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import Refused
from engine.host import SYSTEM, Actor, Host
from engine.models import Instance, Submission, Task, Timer
from engine.operations.door import Act, advance, note
from engine.operations.outcome import Outcome
from engine.operations.standing import lock, require_role


def start(
    session: Session, *, definition_id: int, subject: str, scope: str, actor: Actor, now: datetime, host: Host,
    variables: Mapping[str, Any] | None = None,
) -> Outcome:
    """An instance of the definition stands at its first wait, for this subject; its first tasks and clocks are open.

    Refused: the actor does not hold the role of the start event's lane in this scope (Forbidden, OutOfScope); the
    subject has an instance already (Refused).
    """
    loaded = definitions.load(session, definition_id)
    begin = loaded.graph.process.starts[0]
    if actor is not SYSTEM and (role := loaded.graph.role(begin.id)):
        require_role(actor, role, scope)
    if session.scalar(select(Instance.id).where(Instance.subject == subject)) is not None:
        raise Refused("Alur untuk badan ini sudah dimulai.")
    known = {key: value for key, value in (variables or {}).items() if key in loaded.graph.names}
    instance_id = session.execute(
        insert(Instance).values(
            definition_id=definition_id, subject=subject, scope=scope, status="running", stage="", state="",
            variables=known, started_at=now, entered_at=now, staged_at=now, version=0, stage_version=0, seq=0, head="",
        ).returning(Instance.id)
    ).scalar_one()
    standing = lock(session, instance_id, host)
    act = Act("instance.started", actor, now, begin.id, details={"definition": [loaded.key, loaded.version]})
    return advance(session, standing, "start", act)


def cancel(
    session: Session, *, instance_id: int, actor: Actor, now: datetime, host: Host, role: str, reason: str
) -> Outcome:
    """The instance is over without having reached an end: its tasks and clocks are closed, its evidence stands.

    Refused: the actor does not hold `role` in its scope; it is over already; no reason is given.
    """
    standing = lock(session, instance_id, host)
    require_role(actor, role, standing.row.scope)
    if standing.row.status != "running":
        raise Refused("Alur badan ini sudah berakhir.")
    if not reason.strip():
        raise Refused("Tuliskan alasan pembatalan.")
    session.execute(
        update(Task).where(Task.instance_id == instance_id, Task.closed_at.is_(None))
        .values(closed_at=now, closed_by=actor.id, outcome="cancelled")
    )
    session.execute(
        update(Timer).where(Timer.instance_id == instance_id, Timer.closed_at.is_(None)).values(closed_at=now)
    )
    session.execute(
        update(Submission).where(Submission.instance_id == instance_id, Submission.status.in_(("draft", "prepared")))
        .values(status="withdrawn")
    )
    act = Act("instance.cancelled", actor, now, standing.row.stage, details={"reason": reason.strip()})
    return note(session, standing, act, {
        "status": "cancelled", "ended_at": now, "due_at": None, "version": standing.row.version + 1,
    })
