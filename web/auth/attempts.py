"""How often one may guess: counted in the database, so in every process alike.

Five failures per login, thirty per address, within fifteen minutes. An address has more because a mobile network or
a village office stands behind one: five typing errors of others must not lock a member out.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask_babel import ngettext
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.errors import Refused
from workflows.models.accounts import SignInAttempt

WINDOW = timedelta(minutes=15)
PER_LOGIN = 5
PER_ADDRESS = 30
KEPT = timedelta(days=1)


class TooManyAttempts(Refused):
    """Terlalu banyak percobaan masuk yang gagal. Tunggu beberapa menit, lalu coba lagi."""


def check(session: Session, login: str, address: str, now: datetime) -> None:
    """One more guess may be made. TooManyAttempts, with the minutes to wait, when there were enough."""
    counted = ((SignInAttempt.login == _digest(login), PER_LOGIN), (SignInAttempt.address == address, PER_ADDRESS))
    for condition, limit in counted:
        recent = select(func.count(), func.min(SignInAttempt.at)).where(condition, SignInAttempt.at > now - WINDOW)
        count, first = session.execute(recent).one()
        if count >= limit:
            minutes = max(1, -(-int((first + WINDOW - now).total_seconds()) // 60))
            raise TooManyAttempts(ngettext(
                "Terlalu banyak percobaan masuk yang gagal. Tunggu %(num)d menit, lalu coba lagi.",
                "Terlalu banyak percobaan masuk yang gagal. Tunggu %(num)d menit, lalu coba lagi.",
                minutes,
            ))


def record_failure(session: Session, login: str, address: str, now: datetime) -> None:
    """The failure counts from now on; those of more than a day ago are gone."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - KEPT))
    session.add(SignInAttempt(login=_digest(login), address=address, at=now))
    session.flush()


def forget(session: Session, login: str) -> None:
    """A right password clears the login's failures, not the address's."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.login == _digest(login)))


def _digest(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()
