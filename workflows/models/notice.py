"""What somebody was told inside Tapak: the record, whatever mail or WhatsApp did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId


class Notice(Base):
    """One notice to one account, unread while `read_at` is None. Telling the same `dedupe` twice is refused."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_id", "dedupe"),
        Index(
            "ix_notice_unread", "account_id", "created_at",
            postgresql_where=text("read_at IS NULL"), sqlite_where=text("read_at IS NULL"),
        ),
        Index("ix_notice_instance_id", "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    topic: Mapped[str] = mapped_column(String(60))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    dedupe: Mapped[str] = mapped_column(String(200))
