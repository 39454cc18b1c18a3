"""Accounts: made, found, given another password. None commits; the caller's transaction decides."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Refused
from web.auth import passwords, sessions
from web.config import Config
from workflows.models.accounts import Account

DEMO_PASSWORD = "tapak-demo-2024"  # noqa: S105 - shown on the sign-in page; refused outside a demo
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


class LoginRefused(Refused):
    """Nama pengguna hanya boleh huruf kecil, angka, titik, garis; 3 sampai 64 huruf. Nomor telepon juga boleh."""


class LoginTaken(Refused):
    """Nama pengguna atau nomor telepon ini sudah dipakai akun lain."""


class WrongPassword(passwords.PasswordRefused):
    """Kata sandi lama tidak benar. Ketik kata sandi yang Anda pakai untuk masuk."""


class DemoRefused(Refused):
    """Akun contoh tidak boleh ada pada pemasangan yang sesungguhnya."""


def normal_login(typed: str) -> str:
    """The login as it is stored: lowercase without blanks; a telephone number in digits, "0812…" as "62812…"."""
    login = "".join(typed.split()).lower()
    digits = re.sub(r"[+().-]", "", login)
    if digits.isdecimal() and len(digits) >= 9:
        return f"62{digits[1:]}" if digits.startswith("0") else digits
    return login


def create_account(
    session: Session, *, config: Config, login: str, name: str, password: str, now: datetime,
    person_id: int | None = None, demo: bool = False, locale: str | None = None,
) -> Account:
    """A new account without any right; give it assignments.

    Refused: a login of other shape or one that is taken, a weak password, a demo account in production.
    """
    if demo and config.production:
        raise DemoRefused
    login = normal_login(login)
    if not LOGIN.fullmatch(login):
        raise LoginRefused
    if session.scalar(select(Account.id).where(Account.login == login)) is not None:
        raise LoginTaken
    if not demo:
        passwords.check_new(password, login)
    account = Account(
        login=login, name=name.strip(), password_hash=passwords.digest(password), person_id=person_id,
        demo=demo, locale=locale, created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def change_password(session: Session, account: Account, *, old: str, new: str, now: datetime) -> None:
    """The new password is the only one, and every session of the account is revoked; the caller opens a fresh one.

    WrongPassword when the old one is not right, PasswordRefused when the new one is weak.
    """
    if not passwords.matches(account.password_hash, old):
        raise WrongPassword
    passwords.check_new(new, account.login)
    account.password_hash = passwords.digest(new)
    sessions.revoke_all(session, account, now)
