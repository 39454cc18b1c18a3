"""The second factor beside its secret (`Account.totp_secret`): what helps when the phone is lost, and the sign-in that
waits for a code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId


class RecoveryCode(Base):
    """A code that stands in for the authenticator app, once. `code_digest` is its SHA-256."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code_digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInStep(Base):
    """A browser that typed the right password and has to type a code. `id` is the SHA-256 of what only it has; the row
    is gone when the code was right."""

    __tablename__ = "sign_in_step"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    expires_at: Mapped[datetime]
