"""A body: one PPK, PPS, KPPS or group of Pantarlih."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId
from workflows.models.region import Code


class Body(Base):
    """One ad hoc body of one agenda.

    `unit` is the TPS number of a KPPS or Pantarlih, 0 for a PPK or PPS, so that (agenda, kind, region, unit) is
    unique. `parent_id` is the PPK of a PPS and the PPS of a KPPS or Pantarlih. `oath_on` is the local date of the
    oath, None until the inauguration was accepted; `monitored_on` that of the last accepted monitoring. `instance_id`
    is None until its flow was started.
    """

    __tablename__ = "body"
    __table_args__ = (
        UniqueConstraint("agenda_id", "kind", "region_code", "unit"),
        UniqueConstraint("instance_id"),
        CheckConstraint("kind in ('ppk', 'pps', 'kpps', 'pantarlih')", name="kind"),
        CheckConstraint("unit >= 0", name="unit"),
        Index("ix_body_region_code", "region_code"),
        Index("ix_body_parent_id", "parent_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    kind: Mapped[str] = mapped_column(String(10))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), type_=Code)
    unit: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    oath_on: Mapped[date | None]
    monitored_on: Mapped[date | None]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))

    @property
    def subject(self) -> str:
        """The engine's name for this body, "body:17"."""
        return f"body:{self.id}"

    @property
    def scope(self) -> str:
        """The code that roles are measured by: the region's, and for a TPS its three digits behind it."""
        return f"{self.region_code}.{self.unit:03d}" if self.unit else self.region_code
