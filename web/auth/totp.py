"""Codes of an authenticator app (TOTP, RFC 6238): six digits for thirty seconds, each taken once, one step of drift
either way; and ten recovery codes for whoever lost the phone.

The secret is sealed with the installation's key and leaves the server only while it is being set up.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from markupsafe import Markup
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engine.errors import Refused
from web.auth import invitations
from web.auth.sessions import digest
from workflows.models import Account, RecoveryCode, SignInStep

log = logging.getLogger(__name__)

SECONDS, DIGITS, DRIFT = 30, 6, 1
RECOVERY_CODES = 10
WAITS = timedelta(minutes=5)
"""So long a right password waits for its code."""
FRESH = timedelta(hours=12)
"""So long a session's code stands for the person who decides."""
ISSUER = "Tapak"


class WrongCode(Refused):
    """Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya di aplikasi, lalu ketik 6 angkanya."""


class StepSpent(Refused):
    """Waktu mengetik kode sudah habis. Masuk sekali lagi dengan kata sandi Anda."""


def new_secret() -> str:
    """160 random bits in base 32, as authenticator apps read them."""
    return pyotp.random_base32()


def seal(secret: str, key: str) -> str:
    """The secret encrypted and authenticated: what the database keeps, and what the page that sets it up sends back."""
    return _fernet(key).encrypt(secret.encode()).decode()


def unseal(sealed: str, key: str) -> str | None:
    """The secret again; None for another key or a changed token."""
    try:
        return _fernet(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=8)
def _fernet(key: str) -> Fernet:
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"tapak totp sealing").derive(key.encode())
    return Fernet(urlsafe_b64encode(made))


def picture(secret: str, login: str) -> Markup:
    """The QR code that an authenticator app reads, as SVG for the page; black on white in the dark too."""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    made = segno.make(address, error="m", micro=False)
    return Markup(made.svg_inline(scale=5, dark="#000", light="#fff"))  # noqa: S704 - segno's own drawing


def in_groups(secret: str) -> str:
    """The secret as it is typed over: in groups of four."""
    return " ".join(secret[start:start + 4] for start in range(0, len(secret), 4))


def counter_of(secret: str, typed: str, now: datetime, after: int | None = None) -> int | None:
    """Which thirty seconds around `now` this is the code of; None for no code of them, or one not after `after`."""
    code, middle = "".join(typed.split()), int(now.timestamp()) // SECONDS
    if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    fitting = (
        counter for counter in range(middle - DRIFT, middle + DRIFT + 1)
        if (after is None or counter > after) and hmac.compare_digest(pyotp.HOTP(secret).at(counter), code)
    )
    return next(fitting, None)


def turn_on(session: Session, account: Account, *, sealed: str, typed: str, key: str, now: datetime) -> list[str]:
    """From now on the account is asked for codes; gives its recovery codes, which nobody can read again.

    WrongCode when the code is not the secret's, or the sealed secret is none of ours; nothing is changed then.
    """
    secret = unseal(sealed, key)
    counter = counter_of(secret, typed, now) if secret else None
    if counter is None:
        raise WrongCode
    account.totp_secret, account.totp_counter = sealed, counter
    codes = [invitations.fresh() for _ in range(RECOVERY_CODES)]
    _forget_recovery(session, account)
    session.add_all(
        RecoveryCode(account_id=account.id, code_digest=invitations.digest(code), created_at=now) for code in codes
    )
    session.flush()
    return codes


def turn_off(session: Session, account: Account) -> None:
    """The account is asked for no code any more; its recovery codes are gone."""
    account.totp_secret = account.totp_counter = None
    _forget_recovery(session, account)
    session.flush()


def _forget_recovery(session: Session, account: Account) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def spend(session: Session, account: Account, typed: str, *, key: str, now: datetime) -> None:
    """The code was right and is used up, the app's or a recovery code. WrongCode otherwise.

    The account is locked by the caller: of two that send the same code at once, one is refused.
    """
    secret = unseal(account.totp_secret or "", key)
    if secret is None:
        log.warning("the second factor of account %s cannot be unsealed with this key", account.id)
    else:
        counter = counter_of(secret, typed, now, account.totp_counter)
        if counter is not None:
            account.totp_counter = counter
            session.flush()
            return
    spent = session.execute(
        update(RecoveryCode).where(
            RecoveryCode.account_id == account.id, RecoveryCode.code_digest == invitations.digest(typed[:40]),
            RecoveryCode.used_at.is_(None),
        ).values(used_at=now)
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined] # -- an UPDATE gives a CursorResult
        raise WrongCode


def begin_step(session: Session, account: Account, now: datetime) -> str:
    """The password was right; what this gives lets the browser that has it type the code, for five minutes."""
    session.execute(delete(SignInStep).where(SignInStep.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(SignInStep(id=digest(token), account_id=account.id, expires_at=now + WAITS))
    session.flush()
    return token


def waiting(session: Session, token: str, now: datetime) -> int:
    """The account whose code is waited for. StepSpent when none is: too late, or used already."""
    step = session.get(SignInStep, digest(token))
    if step is None or step.expires_at <= now:
        raise StepSpent
    return step.account_id


def end_step(session: Session, token: str) -> None:
    """The code was right: the step opens nothing more. StepSpent when somebody was faster with it."""
    gone = session.execute(delete(SignInStep).where(SignInStep.id == digest(token)))
    if gone.rowcount != 1:  # type: ignore[attr-defined] # -- a DELETE gives a CursorResult
        raise StepSpent
