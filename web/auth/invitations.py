"""Ways in that an operator hands out: a link or a code, for one person and one use.

The code has 12 letters and digits out of 31 that are not mistaken for each other (59 bits); the database keeps its
SHA-256 only. Opening the link uses nothing up: messengers look at links before people do.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from engine.errors import Refused
from workflows.models import Account, Invitation

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 3, 4
VALID = timedelta(days=3)


class InvitationSpent(Refused):
    """Kode ini tidak berlaku: sudah dipakai, diganti yang baru, atau lewat waktunya. Minta kode baru kepada operator
    KPU kabupaten/kota Anda."""


def issue(session: Session, account: Account, *, by: int, now: datetime) -> str:
    """The code that lets this account's person in once, within three days; the codes given before are void."""
    session.execute(
        update(Invitation)
        .where(Invitation.account_id == account.id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    code = fresh()
    session.add(Invitation(
        account_id=account.id, code_digest=digest(code), created_by=by, created_at=now, expires_at=now + VALID,
    ))
    session.flush()
    return code


def fresh() -> str:
    """A code that nobody knows yet, as it is read out: "KD7M-3QXP-9TRA"."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def find(session: Session, code: str, now: datetime) -> Account:
    """The account that this code opens. InvitationSpent when it opens none, whatever the reason."""
    account = session.scalar(
        select(Account).join(Invitation, Invitation.account_id == Account.id).where(*_usable(code, now))
    )
    if account is None:
        raise InvitationSpent
    return account


def use(session: Session, code: str, now: datetime) -> Account:
    """As `find`, and the code is used up: of two at once one gets in, the other is refused."""
    account = find(session, code, now)
    used = session.execute(
        update(Invitation).where(Invitation.code_digest == digest(code), Invitation.used_at.is_(None))
        .values(used_at=now)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined] # -- an UPDATE gives a CursorResult
        raise InvitationSpent
    return account


def _usable(code: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.code_digest == digest(code), Invitation.used_at.is_(None), Invitation.revoked_at.is_(None),
        Invitation.expires_at > now, Account.active.is_(True),
    )


def digest(code: str) -> str:
    """Of the code as it is meant: typed in small letters, with blanks or without the dashes it is the same."""
    meant = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(meant.encode()).hexdigest()
