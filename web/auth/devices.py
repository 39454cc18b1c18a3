"""Phones that are known: a cookie that only this browser has, and a PIN of six digits that only its owner knows.

Five wrong PINs in a row end the phone; then a new code from the operator is needed. One browser may know several
people, since families and offices share phones.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.errors import Refused
from web.auth import passwords
from web.auth.sessions import Visitor, digest
from workflows.models import Account, Device, WebSession

COOKIE = "tapak_phone"
DIGITS = 6
TRIES = 5
REMEMBERED = 5
"""So many people one browser knows; the one that was not used for longest gives way."""
_RUNS = "01234567890", "09876543210"


class PinRefused(Refused):
    """PIN ini tidak dapat dipakai."""


class WrongPin(Refused):
    """PIN tidak cocok."""


class DeviceLocked(Refused):
    """PIN salah lima kali, jadi HP ini dikeluarkan. Minta kode masuk baru kepada operator KPU kabupaten/kota Anda."""


@dataclass(frozen=True)
class Known:
    """Somebody whom this browser knows."""

    device_id: int
    account_id: int
    name: str


def check_new(pin: str, again: str) -> None:
    """The PIN may be used from now on. PinRefused when it is not six digits, easily guessed, or typed differently."""
    if len(pin) != DIGITS or not (pin.isascii() and pin.isdecimal()):
        raise PinRefused(gettext("PIN terdiri dari 6 angka."))
    if len(set(pin)) < 3 or any(pin in run for run in _RUNS) or pin[:3] == pin[3:]:
        raise PinRefused(gettext("PIN ini mudah ditebak. Pilih 6 angka lain, jangan berurutan dan jangan kembar."))
    if pin != again:
        raise PinRefused(gettext("Kedua isian PIN tidak sama. Ketik ulang keduanya."))


def remember(
    session: Session, account: Account, pin: str, *, key: str, agent: str, now: datetime
) -> tuple[Device, str]:
    """A browser opens this account by this PIN from now on: its row, and what its cookie must hold."""
    secret = secrets.token_urlsafe(24)
    device = Device(
        account_id=account.id, secret_digest=digest(secret), pin_hash=_hash(pin, digest(secret), key),
        name=name_of(agent), created_at=now, used_at=now, failures=0,
    )
    session.add(device)
    session.flush()
    return device, secret


def known(session: Session, cookie: str) -> list[Known]:
    """Whom the browser with this cookie knows, the last used first; nobody who may not sign in any more."""
    rows = session.execute(
        select(Device.id, Account.id, Account.name).join(Account, Account.id == Device.account_id)
        .where(Device.secret_digest.in_(_digests(cookie)), Device.revoked_at.is_(None), Account.active)
        .order_by(Device.used_at.desc(), Device.id)
    )
    return [Known(*row) for row in rows]


def added(session: Session, cookie: str, secret: str) -> str:
    """The cookie's new value: this phone's secret beside those it has that are still of use."""
    live = session.execute(
        select(Device.secret_digest).where(Device.secret_digest.in_(_digests(cookie)), Device.revoked_at.is_(None))
        .order_by(Device.used_at.desc())
    ).scalars().all()
    kept = [one for one in _secrets(cookie) if digest(one) in live[: REMEMBERED - 1] and one != secret]
    return ".".join([*kept, secret])


def open_by_pin(session: Session, cookie: str, device_id: int, pin: str, *, key: str, now: datetime) -> Device:
    """The device, whose PIN this is; its failures are forgotten, the session that it opened before is revoked.

    DeviceLocked when it is not known on this browser (any more) or this was the fifth wrong PIN; WrongPin, which names
    the tries that are left. Both must be kept: the caller commits what was counted.
    """
    device = session.scalar(
        select(Device).where(
            Device.id == device_id, Device.secret_digest.in_(_digests(cookie)), Device.revoked_at.is_(None)
        ).with_for_update()
    )
    if device is None:
        raise DeviceLocked
    if not passwords.matches(device.pin_hash, _keyed(pin, device.secret_digest, key)):
        device.failures += 1
        if device.failures >= TRIES:
            revoke(session, [device], now)
            raise DeviceLocked
        session.flush()
        left = TRIES - device.failures
        raise WrongPin(gettext("PIN tidak cocok. Sisa %(count)d kali mencoba.", count=left))
    device.failures, device.used_at = 0, now
    _close_session(session, device, now)
    return device


def opened(session: Session, device: Device, visitor: Visitor) -> None:
    """The device opened this session: it ends with the device."""
    device.session_id = digest(visitor.token)
    session.flush()


def of_account(session: Session, account_id: int) -> Sequence[Device]:
    """The phones that open this account, the last used first."""
    return session.scalars(
        select(Device).where(Device.account_id == account_id, Device.revoked_at.is_(None))
        .order_by(Device.used_at.desc(), Device.id)
    ).all()


def here(session: Session, cookie: str, account_id: int) -> Device | None:
    """This account's device that is the browser with this cookie."""
    return session.scalar(
        select(Device).where(
            Device.account_id == account_id, Device.secret_digest.in_(_digests(cookie)), Device.revoked_at.is_(None)
        ).order_by(Device.id.desc()).limit(1)
    )


def change_pin(device: Device, *, old: str, new: str, again: str, key: str) -> None:
    """The new PIN is the only one. WrongPin for another old one, PinRefused for one that may not be."""
    if not passwords.matches(device.pin_hash, _keyed(old, device.secret_digest, key)):
        raise WrongPin(gettext("PIN lama tidak cocok."))
    check_new(new, again)
    device.pin_hash = _hash(new, device.secret_digest, key)


def revoke(session: Session, devices: Sequence[Device], now: datetime) -> None:
    """These phones open nothing any more, and what they had opened is closed."""
    for device in devices:
        device.revoked_at = now
        _close_session(session, device, now)
    session.flush()


def _close_session(session: Session, device: Device, now: datetime) -> None:
    if device.session_id is not None:
        session.execute(
            update(WebSession).where(WebSession.id == device.session_id, WebSession.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        device.session_id = None


def name_of(agent: str) -> str:
    """What the owner will know the phone by: "Chrome di Android"."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
                ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
               ("Mac OS", "Mac"), ("Linux", "Linux"))
    browser = next((name for mark, name in browsers if mark in agent), "Peramban")
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{browser} di {system}" if system else browser


def _secrets(cookie: str) -> list[str]:
    return [one for one in cookie.split(".") if 20 <= len(one) <= 64][:REMEMBERED]


def _digests(cookie: str) -> list[str]:
    return [digest(one) for one in _secrets(cookie)]


def _hash(pin: str, salt: str, key: str) -> str:
    return passwords.digest(_keyed(pin, salt, key))


def _keyed(pin: str, salt: str, key: str) -> str:
    """Six digits are guessed in no time from a stolen hash; without the installation's secret this one is not."""
    return hmac.new(key.encode(), f"tapak pin {salt} {pin}".encode(), hashlib.sha256).hexdigest()
