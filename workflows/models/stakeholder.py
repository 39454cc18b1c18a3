"""Whom the bodies work with, when they met, and what was promised."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base, only
from engine.columns import BigId
from workflows.models.region import Code

STATES = ("requested", "promised", "received", "broken")
"""What became of a promise: asked for, given, kept, not kept."""
OPEN = ("requested", "promised")


class Stakeholder(Base):
    """One office in one region: camat, kapolsek, danramil, kades, lurah, puskesmas and others, and who holds it now.

    `held_since` is the day from which the present holder is known; who held it before stands in `stakeholder_holder`.
    `key` is the act that added it, None for one that evidence named; `edition` counts the changes by people.
    """

    __tablename__ = "stakeholder"
    __table_args__ = (
        UniqueConstraint("region_code", "kind", "office"), Index("uq_stakeholder_key", "key", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), type_=Code)
    kind: Mapped[str] = mapped_column(String(40))
    office: Mapped[str] = mapped_column(String(200))
    official: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(30))
    held_since: Mapped[date | None]
    edition: Mapped[int] = mapped_column(server_default=text("0"))
    added_by: Mapped[str | None] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(80))


class StakeholderHolder(Base):
    """Somebody who held the office before; from when is not always known."""

    __tablename__ = "stakeholder_holder"
    __table_args__ = (Index("ix_stakeholder_holder_stakeholder_id", "stakeholder_id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(30))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]


class StakeholderMerge(Base):
    """The same office, written down twice: what is said of `stakeholder_id` is shown with `into_id`, until undone.

    Nothing is moved, so undoing is exact.
    """

    __tablename__ = "stakeholder_merge"
    __table_args__ = (
        Index("uq_stakeholder_merge_open", "stakeholder_id", unique=True, **only("undone_at IS NULL")),
        Index("ix_stakeholder_merge_into_id", "into_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    merged_by: Mapped[str] = mapped_column(String(200))
    merged_at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(String(200))
    undone_at: Mapped[datetime | None]


class Contact(Base):
    """One meeting of a body with a stakeholder: who received it, how, with what result, what was promised by when.

    `promise_state` (see STATES) says nothing while there is no `promise`; `settled_on` is the day it was kept or known
    to be broken. `warned_due` is the due day whose passing was told, `lapse_told_on` the day it was told that no
    contact followed this one. `recorded_by` is None for what was taken from approved evidence, `key` the act that
    recorded it; `edition` counts the changes by people.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_body_id", "body_id"),
        UniqueConstraint("stakeholder_id", "body_id", "met_on"),
        Index("uq_contact_key", "key", unique=True),
        Index("ix_contact_promise_due", "promise_due",
              **only("promise IS NOT NULL AND promise_state IN ('requested', 'promised')")),
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
    quantity: Mapped[str | None] = mapped_column(String(60))
    promise_state: Mapped[str] = mapped_column(String(12), server_default=text("'promised'"))
    settled_on: Mapped[date | None]
    settled_note: Mapped[str | None] = mapped_column(String(500))
    warned_due: Mapped[date | None]
    lapse_told_on: Mapped[date | None]
    recorded_by: Mapped[str | None] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(80))
    edition: Mapped[int] = mapped_column(server_default=text("0"))
