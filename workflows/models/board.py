"""The board of blocked bodies as somebody keeps it, and the reminders that were sent from it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId

DEFAULT = text("is_default")


class BoardView(Base):
    """The filters and the grouping (`query`, as they stand in the address) that an account keeps under a name.

    One of them at most is what its bare board opens with.
    """

    __tablename__ = "board_view"
    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        Index("uq_board_view_default", "account_id", unique=True, postgresql_where=DEFAULT, sqlite_where=DEFAULT),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(800))
    is_default: Mapped[bool] = mapped_column(default=False)


class Reminder(Base):
    """A body was reminded on this local day by this account; `told` people got the notice. Once a day: a second is
    refused by the database."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("body_id", "sent_on"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    sent_on: Mapped[date]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    told: Mapped[int]
    at: Mapped[datetime]
