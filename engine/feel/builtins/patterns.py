"""Regular expressions, kept from running away.

Python's matcher goes back and tries again, which can take exponential time. So before a pattern runs, the work it may
cost at worst is estimated from its form and the text's length; where that is too much, and where a repeated group
itself repeats or chooses (`(a+)+`, `(a|b)*`), there is no answer. Ordinary checks (`[0-9]{18}`, `^[A-Z]\\w*$`) pass.
Write `[ab]*` for `(a|b)*`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.feel.values import Value

LONGEST_PATTERN = 1000
MOST_WORK = 5_000_000
_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
_PIECE = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?[^)]?)?)|(?P<close>\))"
    r"|(?P<exact>\{[0-9]+\})|(?P<many>[*+]\??|\{[0-9]*,[0-9]*\}\??)|(?P<maybe>\?\??)|(?P<either>\|)|(?P<other>.)",
    re.DOTALL,
)


def pattern(expression: Value, flags: Value, length: int) -> re.Pattern[str] | None:
    """The pattern, ready for a text of that many letters; None when it is not understood or might run away."""
    if not isinstance(expression, str) or not isinstance(flags, str | None):
        return None
    if len(expression) > LONGEST_PATTERN or not set(flags or "") <= _FLAGS.keys():
        return None
    exponent, factor = _danger(expression)
    if exponent < 0 or factor * (length + 1) ** exponent > MOST_WORK:
        return None
    return _compiled(expression, flags or "")


@lru_cache(maxsize=512)
def _compiled(expression: str, flags: str) -> re.Pattern[str] | None:
    options = re.NOFLAG
    for flag in flags:
        options |= _FLAGS[flag]
    try:
        return re.compile(expression, options)
    except (re.error, OverflowError, RecursionError):
        return None


@lru_cache(maxsize=512)
def _danger(expression: str) -> tuple[int, int]:
    """The work at worst, as (exponent of the text's length, factor); (-1, 0) for a repeated group that repeats.

    The first place to try is one power of the length, unless the pattern is tied to the beginning.
    """
    exponent, factor = (0 if expression.startswith("^") else 1), 1
    branching = [False]  # whether the group at each level repeats or chooses
    closed = False  # whether the piece before is a group that does
    for piece in _PIECE.finditer(expression):
        what = piece.lastgroup
        if what in ("many", "exact", "maybe") and closed:
            return -1, 0
        closed = False
        if what == "open":
            branching.append(False)
        elif what == "close" and len(branching) > 1:
            closed = branching.pop()
            branching[-1] |= closed
        elif what == "many":
            exponent += 1
            branching[-1] = True
        elif what in ("maybe", "either"):
            factor *= 2
            branching[-1] = True
    return min(exponent, 50), min(factor, MOST_WORK + 1)
