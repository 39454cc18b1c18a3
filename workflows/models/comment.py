"""What colleagues say to one another about a body."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId


class Comment(Base):
    """One remark about a body, or about one task of it; never changed. Retracted, its text is hidden, its row stays.

    `mentions` are the accounts it names, each told once.
    """

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_body_id", "body_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[Any]]
    at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]
    retracted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
