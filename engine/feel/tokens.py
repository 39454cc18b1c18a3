"""FEEL text cut into tokens (DMN 1.5, 10.3.1.2, rules 27 to 36 and 65 to 66)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.feel.building import Fault, misplaced

_START = (
    r"[A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF]"
)
_WORD = rf"{_START}(?:{_START}|[0-9\u00B7\u0300-\u036F\u203F\u2040])*"
_TOKEN = re.compile(
    r"(?P<space>[\s\uFEFF]+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r'|(?P<string>"(?:\\.|[^"\\])*")'
    r'|(?P<at>@"[^"]*")'
    rf"|(?P<word>{_WORD})"
    r"|(?P<sign>\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{},.:?'])",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: `kind` is "number", "string", "at", "word", "sign" or "end"."""

    kind: str
    text: str
    position: int

    @property
    def end(self) -> int:
        """The letter behind it."""
        return self.position + len(self.text)


def tokens(text: str, hints: dict[str, str] | None = None) -> list[Token]:
    """The tokens of a text, the last of kind "end"; spaces and comments are left out. Raises Fault at a letter that
    FEEL does not know, with the hint that fits it.
    """
    found: list[Token] = []
    place = 0
    while place < len(text):
        piece = _TOKEN.match(text, place)
        if piece is None:
            raise misplaced(text, place, "", hints or {})
        if piece.lastgroup != "space":
            found.append(Token(piece.lastgroup or "", piece[0], place))
        place = piece.end()
    found.append(Token("end", "", len(text)))
    return found


def pieces(name: str) -> tuple[str, ...]:
    """A name as its tokens' texts; () when it is no name that can be written."""
    try:
        return tuple(token.text for token in tokens(name)[:-1])
    except Fault:
        return ()
