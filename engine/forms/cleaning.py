"""Text as people paste it, made safe to keep; patterns as authors write them, made safe to run."""

from __future__ import annotations

import re
import unicodedata

# Embeddings, overrides and isolates can make a text read differently from what it is; joiners and plain direction
# marks stay, emoji and Arabic script need them.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_REPEAT = re.compile(r"[*+]|\{\d*,\}|\{(?:\d+,)?\d{2,}\}")  # without end, or ten times and more
_BRANCH = re.compile(rf"{_REPEAT.pattern}|[|]|(?<![(*+?}}])[?]")  # where a match may go more than one way
_WILD = re.compile(rf"[.](?:{_REPEAT.pattern})")
_MOST_WILD = 2
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


class SlowPattern(ValueError):
    """The pattern could take exponential time, or close to it."""


def clean(text: str, *, lines: bool = False) -> str:
    """`text` in NFC, without control characters, lone surrogates and direction overrides, stripped.

    With `lines`, line breaks stay (as "\\n"); otherwise each run of white space becomes one space.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept = "".join(c for c in text if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"}
                                                      and c not in _BIDI_CONTROLS))
    kept = unicodedata.normalize("NFC", kept)
    if lines:
        return "\n".join(line.replace("\t", " ").rstrip() for line in kept.split("\n")).strip()
    return " ".join(kept.split())


def pattern(source: str) -> re.Pattern[str]:
    """`source` compiled with JavaScript's idea of \\d, \\w and \\s (ASCII); to be used with `search`, as form-js does.

    Refused: what Python cannot read (re.error) and what could backtrack exponentially (SlowPattern).
    """
    compiled = re.compile(source, re.ASCII)
    if _slow(source):
        raise SlowPattern(source)
    return compiled


def _slow(source: str) -> bool:
    """Whether a group that can match in several ways is itself repeated, "anything" is asked for often, or a back
    reference is used."""
    if re.search(r"(?<!\\)(?:\\\\)*\\[1-9]|\(\?P=|\(\?\(", source):
        return True
    bare = re.sub(r"\\.", "x", _CLASS.sub("x", source), flags=re.DOTALL)
    if len(_WILD.findall(bare)) > _MOST_WILD:
        return True
    groups: list[bool] = []
    for place, letter in enumerate(bare):
        if letter == "(":
            groups.append(False)
        elif letter == ")":
            risky = groups.pop() if groups else False
            if risky and _REPEAT.match(bare, place + 1):
                return True
            if risky and groups:
                groups[-1] = True
        elif groups and _BRANCH.match(bare, place):
            groups[-1] = True
    return False
