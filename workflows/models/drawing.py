"""Drawings that are being prepared: what somebody sent or drew, kept as it came until it is proposed or put away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId


class DrawingDraft(Base):
    """A drawing with its forms before it is proposed; nothing about it need be right, it may be no drawing at all.

    `drawing` and `forms` ({form id: text}) are exactly what was sent. `key` is the process it is about, "" when the
    file does not tell; `base_id` the version it was begun from. `revision` counts the savings, `sent` is the key of the
    last one, by which a second click is known. status: "open", "proposed" (as `definition_id`) or "discarded": even
    then it is kept.
    """

    __tablename__ = "drawing_draft"
    __table_args__ = (
        CheckConstraint("status in ('open', 'proposed', 'discarded')", name="status"),
        Index("ix_drawing_draft_status", "status", "account"),
        Index("uq_drawing_draft_begun", "account", "begun", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(100))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    status: Mapped[str] = mapped_column(String(12), default="open")
    file: Mapped[str] = mapped_column(String(200))
    drawing: Mapped[bytes] = mapped_column(LargeBinary)
    forms: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    begun: Mapped[str] = mapped_column(String(36))
    sent: Mapped[str] = mapped_column(String(36), default="")
    account: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
