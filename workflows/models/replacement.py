"""Replacements: who leaves a body, who follows, and each step that was taken about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base, only
from engine.columns import BigId, Scope

OPEN = "status = 'proposed'"


class Replacement(Base):
    """One member follows another (PAW). `status`: "proposed" → "approved" | "returned" | "withdrawn".

    `leaving_id` is the service that ends, `reserve_id` the place on the reserve list of who follows, `new_id` the new
    service once it was approved. `oath` and `training` are "" (not handed in), "proposed" or "approved"; `oath_due` and
    `training_due` their last days, set with the approval. `edition` counts the steps; `head` ends their chain.
    """

    __tablename__ = "replacement"
    __table_args__ = (
        CheckConstraint("status in ('proposed', 'approved', 'returned', 'withdrawn')", name="status"),
        CheckConstraint("oath in ('', 'proposed', 'approved')", name="oath"),
        CheckConstraint("training in ('', 'proposed', 'approved')", name="training"),
        UniqueConstraint("written_by", "key"),
        Index("ix_replacement_scope", "scope", "id"),
        Index("ix_replacement_body_id", "body_id"),
        Index("uq_replacement_leaving", "leaving_id", unique=True, **only(OPEN)),
        Index("uq_replacement_reserve", "reserve_id", unique=True, **only(OPEN)),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    scope: Mapped[str] = mapped_column(Scope)
    leaving_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    reserve_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    new_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    ground: Mapped[str] = mapped_column(String(20))
    left_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10))
    oath: Mapped[str] = mapped_column(String(10), default="")
    training: Mapped[str] = mapped_column(String(10), default="")
    oath_due: Mapped[date | None]
    training_due: Mapped[date | None]
    written_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    edition: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    key: Mapped[str] = mapped_column(String(80))


class ReplacementStep(Base):
    """One step of a replacement, chained by hashes as the trail of a body; the database refuses to change or remove it.

    `person` is who took it, whichever account it was; `data` what was said, with the paper.
    """

    __tablename__ = "replacement_step"
    __table_args__ = (UniqueConstraint("replacement_id", "seq"), UniqueConstraint("replacement_id", "key"))

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    replacement_id: Mapped[int] = mapped_column(ForeignKey("replacement.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(String(80))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
