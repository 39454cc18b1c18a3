"""Who may sign in, as what, where; and which sessions are open.

An account is a way in; a person (who may sit in a body) is another row, and an account need not have one. What an
account may do stands in its assignments alone, read anew at every request. A session is a row, so that signing out,
changing the password and switching an account off take effect at once on every device.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.base import Base
from engine.columns import BigId, Scope

MEMBER_ROLES = ("ppk_member", "pps_member", "kpps_member", "pantarlih_member")
ROLES = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "province", "observer", "auditor", "admin")
_ROLE_LIST = ", ".join(f"'{role}'" for role in ROLES)


class Account(Base):
    """A way in. `login` is a lowercased user name or a telephone number in digits; `password_hash` is argon2id.

    `totp_secret` is the sealed secret of the authenticator app, None where none is asked for; `totp_counter` is the
    thirty seconds of its last code, counted from 1970: that code and those before it are spent.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("login = lower(login)", name="login_lower"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    password_hash: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str | None] = mapped_column(String(8))
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_counter: Mapped[int | None]

    assignments: Mapped[list[Assignment]] = relationship(back_populates="account", order_by="Assignment.id")


class Assignment(Base):
    """A role within a scope ("33.23.01": that kecamatan and all below), from one day to another, both included."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint(f"role in ({_ROLE_LIST})", name="role"),
        CheckConstraint("until_on is null or until_on >= from_on", name="days"),
        Index("ix_assignment_role_scope", "role", "scope"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(60))
    scope: Mapped[str] = mapped_column(Scope)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    account: Mapped[Account] = relationship(back_populates="assignments")


class WebSession(Base):
    """One browser that is signed in. `id` is the SHA-256 of the token that only the browser has; `code_at` is when it
    last gave a second factor."""

    __tablename__ = "web_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    code_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class SignInAttempt(Base):
    """A sign-in that failed: what the rate limits are counted from, in every process alike.

    `login` is kept as its SHA-256 only: people type passwords into the wrong field.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_login", "login", "at"),
        Index("ix_sign_in_attempt_address", "address", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
