"""How often one may ask for papers by codes that do not exist: counted like failed sign-ins, apart from them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.auth.attempts import PER_ADDRESS, WINDOW
from workflows.models import SignInAttempt


def too_many(session: Session, address: str, now: datetime) -> bool:
    """Whether this address asked for too many codes that do not exist, within the time that sign-ins are counted."""
    count = session.scalar(
        select(func.count()).select_from(SignInAttempt)
        .where(SignInAttempt.address == _place(address), SignInAttempt.at > now - WINDOW)
    )
    return (count or 0) >= PER_ADDRESS


def record(session: Session, code: str, address: str, now: datetime) -> None:
    """The code that does not exist counts from now on; it is kept as its digest."""
    digest = hashlib.sha256(f"paper:{code}".encode()).hexdigest()
    session.add(SignInAttempt(login=digest, address=_place(address), at=now))
    session.flush()


def _place(address: str) -> str:
    """Apart from the sign-ins of the same address: a wrong code locks nobody out."""
    return f"surat:{address}"[:64]
