"""Ways in without a password: a code that is handed over once, and the phones that are known since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId


class Invitation(Base):
    """A way in that an operator hands to one person, for one use. `code_digest` is the SHA-256 of the code."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Device(Base):
    """A browser that opens an account by a PIN. `secret_digest` is the SHA-256 of what only its cookie has.

    `pin_hash` is argon2id of the PIN keyed with the secret of the installation; `failures` counts the wrong PINs since
    the last right one; `session_id` is the session that it opened last.
    """

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    secret_digest: Mapped[str] = mapped_column(String(64), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    session_id: Mapped[str | None] = mapped_column(String(64))
