"""Plenary meetings of the commission, and what was decided in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId, Scope


class Pleno(Base):
    """One meeting with its minutes (`letter_id` in the register of letters). `present` are {"account", "name"} rows.

    `members` is how many the commission has, `needed` how many had to be present; the votes never exceed who came.
    """

    __tablename__ = "pleno"
    __table_args__ = (
        CheckConstraint("in_favour >= 0 and against >= 0 and abstained >= 0", name="votes"),
        Index("ix_pleno_scope", "scope", "held_on"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), unique=True)
    scope: Mapped[str] = mapped_column(Scope)
    held_on: Mapped[date]
    number: Mapped[str] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(Text)
    members: Mapped[int]
    needed: Mapped[int]
    present: Mapped[list[Any]]
    in_favour: Mapped[int]
    against: Mapped[int]
    abstained: Mapped[int]
    sha256: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[str | None] = mapped_column(String(255))
    file_type: Mapped[str | None] = mapped_column(String(100))
    file_size: Mapped[int | None] = mapped_column(BigId)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime]


class PlenoDecision(Base):
    """This decision, by its instance and its row in the history, was taken in this meeting."""

    __tablename__ = "pleno_decision"

    instance_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("instance.id"), primary_key=True, autoincrement=False
    )
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pleno_id: Mapped[int] = mapped_column(ForeignKey("pleno.id"), index=True)
