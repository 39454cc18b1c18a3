"""What an act that may be taken back has to remember: how its instance stood before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId


class Reversal(Base):
    """The last decision on an instance, by the numbers of its first and last row in the history, and how to undo it.

    One row per instance: only what was done last can be taken back. `image` is written by `engine.operations.undo`
    alone: the instance's columns, the evidence that waited, and what the host needs to write its registers back.
    """

    __tablename__ = "reversal"

    instance_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("instance.id"), primary_key=True, autoincrement=False
    )
    seq: Mapped[int]
    last: Mapped[int]
    task_id: Mapped[int] = mapped_column(BigId, ForeignKey("task.id"))
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    image: Mapped[dict[str, Any]]
