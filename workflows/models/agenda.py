"""An agenda: one election as one office runs it, with its calendar and its settings."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base, BigId
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
