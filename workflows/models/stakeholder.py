"""Whom the bodies work with, and when they met."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId
from workflows.models.region import Code


class Stakeholder(Base):
    """One office in one region: camat, kapolsek, danramil, kades, lurah, puskesmas and others, and who holds it now."""

    __tablename__ = "stakeholder"
    __table_args__ = (UniqueConstraint("region_code", "kind", "office"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), type_=Code)
    kind: Mapped[str] = mapped_column(String(40))
    office: Mapped[str] = mapped_column(String(200))
    official: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(30))


class Contact(Base):
    """One meeting of a body with a stakeholder: who received it, how, with what result, what was promised by when."""

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_body_id", "body_id"),
        UniqueConstraint("stakeholder_id", "body_id", "met_on"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    met_on: Mapped[date]
    received_by: Mapped[str | None] = mapped_column(String(200))
    manner: Mapped[str | None] = mapped_column(String(40))
    outcome: Mapped[str | None] = mapped_column(Text)
    promise: Mapped[str | None] = mapped_column(Text)
    promise_due: Mapped[date | None]
