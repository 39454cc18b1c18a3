"""Letters, decrees and minutes: registered once, attached to many bodies."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base, BigId
from workflows.models.region import Code


class Letter(Base):
    """One letter. `issuer_code` is the region of the office that numbered it: two villages may use the same number."""

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("agenda_id", "kind", "number", "issuer_code", "dated"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    kind: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(100))
    on: Mapped[date] = mapped_column("dated")
    issuer_code: Mapped[str] = mapped_column(Code)
    subject: Mapped[str] = mapped_column(String(300))


class LetterBody(Base):
    """This letter concerns this body."""

    __tablename__ = "letter_body"
    __table_args__ = (Index("ix_letter_body_body_id", "body_id"),)

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), primary_key=True)
