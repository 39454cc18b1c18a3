"""Obstacles: what outside keeps an instance from moving, who must act, and what they promised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine.errors import NotFound, Refused
from engine.host import Actor, Host
from engine.models import Instance, Obstacle
from engine.operations.door import Act, note
from engine.operations.standing import lock, require_role


def report_obstacle(
    session: Session, *, instance_id: int, actor: Actor, role: str, now: datetime, host: Host, code: str, owner: str,
    note_text: str, promised_at: datetime | None = None,
) -> int:
    """The obstacle is open and the instance is held; days go on counting. The answer is the obstacle's id.

    `owner` names who must act ("Setda Kab. Temanggung"). Refused: the actor does not hold `role` in the instance's
    scope; the same code is open already; no owner or no note is given.
    """
    standing = lock(session, instance_id, host)
    require_role(actor, role, standing.row.scope)
    if standing.row.status != "running":
        raise Refused("Alur badan ini sudah berakhir.")
    if not owner.strip() or not note_text.strip():
        raise Refused("Sebutkan siapa yang harus bertindak dan apa kendalanya.")
    known = session.scalar(select(Obstacle.id).where(
        Obstacle.instance_id == instance_id, Obstacle.code == code, Obstacle.lifted_at.is_(None)
    ))
    if known is not None:
        raise Refused("Kendala yang sama sudah dilaporkan dan masih terbuka.")
    found = session.execute(insert(Obstacle).values(
        instance_id=instance_id, code=code, owner=owner.strip()[:200], note=note_text.strip()[:2000],
        promised_at=promised_at, reported_by=actor.id, reported_at=now,
    ).returning(Obstacle.id)).scalar_one()
    held = standing.row.held_since or now
    act = Act("obstacle.reported", actor, now, standing.row.stage, role, details={"code": code, "obstacle": found})
    note(session, standing, act, {"held_since": held})
    return int(found)


def lift_obstacle(
    session: Session, *, obstacle_id: int, actor: Actor, role: str, now: datetime, host: Host
) -> None:
    """The obstacle is gone; when it was the last, the instance is held no more.

    Refused: there is none such (NotFound), it was lifted before, the actor does not hold `role` in its scope.
    """
    instance_id = session.scalar(select(Obstacle.instance_id).where(Obstacle.id == obstacle_id))
    if instance_id is None:
        raise NotFound("Kendala ini tidak ditemukan.")
    standing = lock(session, instance_id, host)
    require_role(actor, role, standing.row.scope)
    found = session.get_one(Obstacle, obstacle_id, populate_existing=True)
    if found.lifted_at is not None:
        raise Refused("Kendala ini sudah dinyatakan selesai.")
    found.lifted_at, found.lifted_by = now, actor.id
    session.flush()
    left = session.scalar(select(func.min(Obstacle.reported_at)).where(
        Obstacle.instance_id == instance_id, Obstacle.lifted_at.is_(None)
    ))
    details = {"code": found.code, "obstacle": found.id}
    act = Act("obstacle.lifted", actor, now, standing.row.stage, role, details=details)
    note(session, standing, act, {Instance.held_since.key: left})
