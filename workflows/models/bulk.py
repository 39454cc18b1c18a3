"""Decisions on many bodies at once, and the district a commissioner keeps an eye on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId, Scope


class Bulk(Base):
    """One decision that is prepared for many tasks, then taken in one act, and perhaps taken back in another.

    `chosen` are the tasks as they were seen: {"task", "instance", "body", "seen"}; `sample` those of them that must be
    looked at first, `looked` when each was ({task id: moment}). `results` are the verdicts of the act once `done_at`,
    `undone` those of its taking back.
    """

    __tablename__ = "bulk"
    __table_args__ = (Index("ix_bulk_account_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    pleno_id: Mapped[int | None] = mapped_column(ForeignKey("pleno.id"))
    decision: Mapped[str] = mapped_column(String(20))
    chosen: Mapped[list[Any]]
    sample: Mapped[list[Any]]
    looked: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any] | None]
    results: Mapped[list[Any] | None]
    undone: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class OwnDistrict(Base):
    """This account's lists show this region first, until it chooses another."""

    __tablename__ = "own_district"

    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False
    )
    scope: Mapped[str] = mapped_column(Scope)
