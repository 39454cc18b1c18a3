"""The short code printed on a paper: read out over the telephone and typed without a mistake going unseen.

Ten signs of an alphabet without 0, 1, I, L and O; the last is a check: 31 is prime, so any one sign mistyped, and any
two exchanged, are told from a code that is merely unknown.
"""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10


def new() -> str:
    """A code that nobody can guess: 31 to the 9th power of them."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def read(typed: str) -> str | None:
    """The code that was typed, whatever the case, with hyphens or spaces; None when it is mistyped."""
    code = "".join(sign for sign in typed.upper() if sign not in " -")
    if len(code) != LENGTH or any(sign not in ALPHABET for sign in code) or _check(code[:-1]) != code[-1]:
        return None
    return code


def shown(code: str) -> str:
    """"7KQF2-M9XBA"."""
    return f"{code[:5]}-{code[5:]}"


def _check(body: str) -> str:
    total = sum(place * ALPHABET.index(sign) for place, sign in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]
