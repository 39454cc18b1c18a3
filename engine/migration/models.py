"""What is remembered of a run that moves instances to another version: its wish, and what became of each instance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId

_OPEN = text("finished_at IS NULL")


class MoveRun(Base):
    """One wish to move all instances of one version to another, carried out in batches and possibly undone.

    status: "moving" and "undoing" go on at the next batch, "stopped" waits to be resumed; "moved" and "undone" are
    over (`finished_at`). The database refuses a second unfinished run from the same version.
    """

    __tablename__ = "move_run"
    __table_args__ = (
        CheckConstraint("status in ('moving', 'stopped', 'moved', 'undoing', 'undone')", name="status"),
        Index("uq_move_run_open", "from_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    mapping: Mapped[dict[str, Any]]
    lose_work: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(12), default="moving")
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(100))
    finished_at: Mapped[datetime | None]


class MoveStep(Base):
    """What became of one instance in one run, once: the database refuses a second row.

    result: "moved" or "refused" (`reason` says why, `reason_en` in English), after an undo "undone" or "kept". `seq` is
    the end of the instance's history right after the move; `before` is what the move changed, as it was, and by
    "family" the ends of all its running members' histories, by which an act since is seen.
    """

    __tablename__ = "move_step"
    __table_args__ = (
        UniqueConstraint("run_id", "instance_id"),
        CheckConstraint("result in ('moved', 'refused', 'undone', 'kept')", name="result"),
        Index("ix_move_step_result", "run_id", "result", "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("move_run.id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    result: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    reason_en: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    seq: Mapped[int] = mapped_column(Integer)
    before: Mapped[dict[str, Any]]
    at: Mapped[datetime]
