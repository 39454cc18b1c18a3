"""An agenda: one election as one office runs it, with its calendar and its settings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId
from workflows.models.region import Code


class Agenda(Base):
    """One election in one regency or city.

    `scope` is the regency's region code; `timezone` an IANA name; `term_begins` and `term_ends` bound the bodies' term
    of office, both days included. `day_type` says how legal periods are counted: "calendar" (Pilkada) or "working"
    (Pemilu). `settings` is what `workflows.agendas.Settings` writes and reads.
    """

    __tablename__ = "agenda"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("kind in ('pilkada', 'pemilu')", name="kind"),
        CheckConstraint("day_type in ('calendar', 'working')", name="day_type"),
        CheckConstraint("term_begins <= term_ends", name="term"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    scope: Mapped[str] = mapped_column(Code)
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Jakarta")
    voting_day: Mapped[date]
    term_begins: Mapped[date]
    term_ends: Mapped[date]
    day_type: Mapped[str] = mapped_column(String(10), default="calendar")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class AgendaDay(Base):
    """A day off of this office alone, on top of the national holidays."""

    __tablename__ = "agenda_day"

    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"), primary_key=True)
    on: Mapped[date] = mapped_column("day", primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class AgendaChange(Base):
    """One change of an agenda's settings: who wished it and when, what it changes, and what became of it.

    `wish` is the whole agenda as wished, {"settings", "day_type", "days"}; `base` the fingerprint of what it was wished
    upon; `differences` are rows of {"path", "before", "after"}. "made" was in force at once; "proposed" waits for a
    second person and then is "consented", "declined" or "withdrawn". What is settled the database neither changes nor
    removes.
    """

    __tablename__ = "agenda_change"
    __table_args__ = (
        CheckConstraint("status in ('made', 'proposed', 'consented', 'declined', 'withdrawn')", name="status"),
        Index("ix_agenda_change_agenda_id", "agenda_id"),
        Index(
            "uq_agenda_change_proposed", "agenda_id", unique=True, postgresql_where=text("status = 'proposed'"),
            sqlite_where=text("status = 'proposed'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    status: Mapped[str] = mapped_column(String(12))
    base: Mapped[str] = mapped_column(String(32))
    wish: Mapped[dict[str, Any]]
    differences: Mapped[list[Any]]
    actor: Mapped[str] = mapped_column(String(100))
    actor_name: Mapped[str] = mapped_column(String(200))
    person: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_name: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None]
