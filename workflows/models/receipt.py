"""What Tapak told somebody about what they sent, and what is known of a photo beside its bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId


class Receipt(Base):
    """One act of one account on one form was received at `at`; its id is the number people read.

    `key` is the browser's own for the act, `digest` of what was sent: the same key with the same content is the same
    act and gets this receipt again. act: "draft", "prepare" or "send". `title` is the form's name as the drawing has
    it, `edition` that of a saved draft.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("account_id", "key", "digest"),
        Index("ix_receipt_account_at", "account_id", "at"),
        Index("ix_receipt_body_id", "body_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(10))
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    node: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(300))
    photos: Mapped[int]
    edition: Mapped[int | None]
    at: Mapped[datetime]


class PhotoNote(Base):
    """What the member said of a photo or the camera wrote into it, for one task's evidence of one instance.

    `taken_at` is the camera's own clock, local and without a zone, as "2024-06-03T09:15:00". The place stands only
    where the member agreed; it is for the office, and in no picture that is shown.
    """

    __tablename__ = "photo_note"
    __table_args__ = (UniqueConstraint("instance_id", "node", "sha256"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    node: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    caption: Mapped[str] = mapped_column(String(200))
    taken_at: Mapped[str] = mapped_column(String(19))
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
