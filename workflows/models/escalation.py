"""How lateness climbs: one row per stay and level that was told, one clock per stay that is still climbing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId


class Escalation(Base):
    """This level of this stay was told at this moment. The database refuses the same level of a stay twice.

    `stay` is the id of the engine's task; `level` the place in the agenda's list of levels, from 0.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("stay", "level"),
        Index("ix_escalation_instance_id", "instance_id"),
        Index("ix_escalation_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    stay: Mapped[int] = mapped_column(ForeignKey("task.id"))
    level: Mapped[int]
    at: Mapped[datetime]
    told_role: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)


class Climb(Base):
    """A stay that is late and not yet at its last level: which level comes next, and when. Gone when the body moves."""

    __tablename__ = "climb"
    __table_args__ = (Index("ix_climb_next_at", "next_at"), Index("ix_climb_instance_id", "instance_id"))

    stay: Mapped[int] = mapped_column(ForeignKey("task.id"), primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    next_level: Mapped[int]
    next_at: Mapped[datetime]
