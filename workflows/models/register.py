"""Registers: what is written down about a body or a region, and each step that was taken about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base, only
from engine.columns import BigId, Scope

STANDS = "period IS NOT NULL AND state <> 'withdrawn'"


class RegisterEntry(Base):
    """One entry of a kind (see workflows.registers.kinds).

    `body_id` is None for what concerns a whole region; `scope` is the body's or that region's code. `period` is the
    first day of the month a report is about: a body has one that stands. `due_on` is the last day of what is owed,
    kept when it was answered, on `answered_on`. `edition` counts the steps since; `key` is the act that wrote it.
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("written_by", "key"),
        Index("ix_register_entry_kind", "kind", "scope", "id"),
        Index("ix_register_entry_body_id", "body_id"),
        Index("uq_register_entry_period", "kind", "body_id", "period", unique=True, **only(STANDS)),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    scope: Mapped[str] = mapped_column(Scope)
    state: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]]
    period: Mapped[date | None]
    written_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    due_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    edition: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    key: Mapped[str] = mapped_column(String(80))


class RegisterStep(Base):
    """One step of an entry, the first being its writing; the database refuses to change or remove it.

    `data` is what was said with the step, as its form has it.
    """

    __tablename__ = "register_step"
    __table_args__ = (UniqueConstraint("entry_id", "seq"), UniqueConstraint("entry_id", "key"))

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entry.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]]
    due_on: Mapped[date | None]
    key: Mapped[str] = mapped_column(String(80))


class RegisterFile(Base):
    """A file that somebody sent for an entry or a step; shown only through an entry that names it."""

    __tablename__ = "register_file"
    __table_args__ = (UniqueConstraint("added_by", "sha256"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]
