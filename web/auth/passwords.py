"""Passwords: argon2id with 19 MiB and two passes; the same work for a login that exists and one that does not."""

from __future__ import annotations

import hashlib
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext

from engine.errors import Refused

SHORTEST = 10
LONGEST = 200
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
TOO_COMMON = frozenset({
    "1234567890", "0123456789", "0987654321", "1122334455", "9876543210", "qwertyuiop", "password12", "password123",
    "kata sandi", "katasandi1", "katasandi123", "rahasia123", "indonesia1", "indonesia123", "pemilu2024", "pilkada2024",
    "pemilu2029", "bismillah1", "bismillah123", "sayangku123", "temanggung", "temanggung1", "kpu12345678",
})


class PasswordRefused(Refused):
    """Kata sandi ini tidak dapat dipakai."""


def digest(password: str) -> str:
    """The argon2id hash that is stored."""
    return HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password; with `stored` None the same time is spent, and the answer is False."""
    try:
        HASHER.verify(stored or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return HASHER.check_needs_rehash(stored)


def check_new(password: str, login: str) -> None:
    """The password may be used from now on. PasswordRefused when short, too long, common or the login itself."""
    plain = password.strip().lower()
    if len(password) < SHORTEST:
        raise PasswordRefused(gettext(
            "Kata sandi terlalu pendek. Pakailah paling sedikit %(count)d huruf, misalnya tiga kata yang Anda ingat.",
            count=SHORTEST,
        ))
    if len(password) > LONGEST:
        raise PasswordRefused(gettext("Kata sandi terlalu panjang. Paling banyak %(count)d huruf.", count=LONGEST))
    if plain in TOO_COMMON or len(set(plain)) < 4 or login in plain:
        raise PasswordRefused(gettext("Kata sandi ini mudah ditebak. Pilih yang lain, misalnya tiga kata lepas."))


@cache
def _nobody() -> str:
    return HASHER.hash(hashlib.sha256(b"nobody has this password").hexdigest())
