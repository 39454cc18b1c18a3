"""The tables of what instances wait for from outside, and of what is on its way to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base, only
from engine.columns import BigId, Scope


class Subscription(Base):
    """A message, signal or condition that is waited for, as long as `host` is; open until `closed_at`.

    `kind` is "message", "signal" or "conditional"; `ref` the name, `key` the correlation key of a message (None: one
    without). Of a condition `key` is "true" while it holds: it happens when it becomes true.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        Index("ix_subscription_open_ref", "kind", "ref", "key", **only("closed_at IS NULL")),
        Index("ix_subscription_open", "instance_id", **only("closed_at IS NULL")),
        UniqueConstraint("instance_id", "node", "kind", "ref", "visit", name="uq_subscription_visit"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    node: Mapped[str] = mapped_column(String(100))
    host: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(12))
    ref: Mapped[str] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(200))
    visit: Mapped[int]
    closed_at: Mapped[datetime | None]


class Parcel(Base):
    """A message or signal on its way between instances, with what it carries: the outbox itself holds ids only.

    A message is kept until `kept_until` for the first that waits for its name and key, and taken once. `subject` and
    `scope` are its sender's: an instance that it starts gets them, unless the subject has one.
    """

    __tablename__ = "parcel"
    __table_args__ = (
        CheckConstraint("kind in ('message', 'signal')", name="kind"),
        Index("ix_parcel_open", "name", "key", **only("taken_at IS NULL AND kind = 'message'")),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    subject: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(Scope)
    sent_at: Mapped[datetime]
    kept_until: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
