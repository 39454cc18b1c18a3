"""Claiming a task, so that two people do not do the same work, and releasing it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import Forbidden, FourEyes
from engine.host import Actor, Host
from engine.models import Task
from engine.operations.door import Act, note
from engine.operations.outcome import Outcome
from engine.operations.standing import lock_task, require_open, require_role


def claim(session: Session, *, task_id: int, actor: Actor, now: datetime, host: Host) -> Outcome:
    """Only this person may complete the task until it is released. Claiming one's own claim changes nothing.

    Refused: NotOpen; Forbidden when somebody else has claimed it or the role is not held; FourEyes.
    """
    standing, task = lock_task(session, task_id, host, actor)
    require_open(session, standing, task)
    require_role(actor, task.role, task.scope)
    if task.acted:
        raise FourEyes()
    if task.claimed_by not in (None, actor.id):
        raise Forbidden("Tugas ini sudah diambil orang lain.")
    session.execute(update(Task).where(Task.id == task_id).values(claimed_by=actor.id, claimed_at=now))
    return note(session, standing, Act("task.claimed", actor, now, task.node, task.role))


def release(
    session: Session, *, task_id: int, actor: Actor, now: datetime, host: Host, role: str | None = None
) -> Outcome:
    """Anybody with the task's role may complete it again.

    Refused: NotOpen; Forbidden when somebody else has claimed it, unless the actor holds `role` in its scope.
    """
    standing, task = lock_task(session, task_id, host, actor)
    require_open(session, standing, task)
    if task.claimed_by != actor.id:
        require_role(actor, role or "", task.scope)
    session.execute(update(Task).where(Task.id == task_id).values(claimed_by=None, claimed_at=None))
    return note(session, standing, Act("task.released", actor, now, task.node, task.role))
