"""Who decides for whom, from one day to another."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId, Scope


class Delegation(Base):
    """`taker` may do on behalf of `giver` what the giver's own `role` over `scope` allows, both days included.

    Never removed: it ends by its last day or by being revoked.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="days"),
        CheckConstraint("giver_id <> taker_id", name="two_people"),
        Index("ix_delegation_giver_id", "giver_id"),
        Index("ix_delegation_taker_id", "taker_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    taker_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(60))
    scope: Mapped[str] = mapped_column(Scope)
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
