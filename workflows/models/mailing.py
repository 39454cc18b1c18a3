"""How somebody wants to be told outside Tapak, what went out, and which notices went along."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId

CHANNELS = ("email", "messenger")


class NoticeChoice(Base):
    """What one person chose. Hours are local to `timezone`, 0 to 23; equal quiet hours mean none.

    `channel` and `address` are confirmed, from `since` on; both are "" while nothing goes out. What was asked for and
    is not confirmed stands in `asked_…`: the code sent there is made from `nonce` and the installation's key.
    `digested_on` is the last local day on which a digest was put together.
    """

    __tablename__ = "notice_choice"
    __table_args__ = (
        CheckConstraint("channel in ('', 'email', 'messenger')", name="channel"),
        CheckConstraint("mode in ('each', 'digest')", name="mode"),
        CheckConstraint("channel = '' or since is not null", name="confirmed"),
    )

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(12), default="")
    address: Mapped[str] = mapped_column(String(254), default="")
    since: Mapped[datetime | None]
    mode: Mapped[str] = mapped_column(String(8), default="each")
    digest_hour: Mapped[int] = mapped_column(default=7)
    quiet_from: Mapped[int] = mapped_column(default=21)
    quiet_until: Mapped[int] = mapped_column(default=6)
    timezone: Mapped[str] = mapped_column(String(40))
    digested_on: Mapped[date | None]
    asked_channel: Mapped[str] = mapped_column(String(12), default="")
    asked_address: Mapped[str] = mapped_column(String(254), default="")
    asked_at: Mapped[datetime | None]
    nonce: Mapped[str] = mapped_column(String(32), default="")
    tries: Mapped[int] = mapped_column(default=0)


class NoticeSending(Base):
    """One message to one person: notices, a digest of them, a code, or a trial. `sent_at` when a server took it."""

    __tablename__ = "notice_sending"
    __table_args__ = (
        CheckConstraint("kind in ('each', 'digest', 'code', 'trial')", name="kind"),
        Index("ix_notice_sending_account_id", "account_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class NoticeSent(Base):
    """This notice went along with that message. Its key is the notice: a second time is refused by the database."""

    __tablename__ = "notice_sent"
    __table_args__ = (Index("ix_notice_sent_sending_id", "sending_id"),)

    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"), primary_key=True, autoincrement=False)
    sending_id: Mapped[int] = mapped_column(ForeignKey("notice_sending.id"))
