"""Which names a text may write with spaces and signs in them.

FEEL lets a name hold spaces and `. / - ' + *`; only the names in scope tell whether `a - b` is one name or a
subtraction (DMN 1.5, 10.3.1.3). The longest name that is known wins.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel.tokens import Token, pieces

KEYWORDS = frozenset({
    "and", "or", "in", "between", "then", "else", "return", "satisfies", "instance", "of", "if", "for", "some", "every",
    "function", "true", "false", "null", "external",
})
"""Words that end a name made of several words, unless the name as a whole is known."""
_JOINING = frozenset({"number"})
_SIGNS = frozenset("./-'+*?")


class Names:
    """The known names, by their first word."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in known:
            self.add(name)

    def add(self, name: str) -> None:
        """From here on the name is known."""
        parts = pieces(name)
        if len(parts) < 2:
            return
        found = self._known.setdefault(parts[0], [])
        if not any(parts == other for other, _ in found):
            found.append((parts, " ".join(name.split())))
            found.sort(key=lambda one: -len(one[0]))

    def longest(self, tokens: list[Token], place: int) -> tuple[str, int]:
        """The longest known name of several tokens that begins here and how many tokens it takes; ("", 0) for none."""
        for parts, name in self._known.get(tokens[place].text, ()):
            there = tokens[place : place + len(parts)]
            if tuple(token.text for token in there) == parts and there[-1].kind != "string":
                return name, len(parts)
        return "", 0


def written(tokens: list[Token], place: int, stops: frozenset[str]) -> int:
    """How many tokens from here could be one new name, up to a stop; 0 when that is no name."""
    count = 0
    while True:
        token = tokens[place + count]
        if token.text in stops and token.kind != "string":
            return count if count == 0 or tokens[place].kind == "word" or tokens[place].text == "?" else 0
        fits = token.kind in ("word", "number") or (token.kind == "sign" and token.text in _SIGNS)
        if not fits:
            return 0
        count += 1


def joined(tokens: list[Token], place: int) -> int:
    """How many tokens a name takes that nobody knows: its first word and the words and numbers beside it."""
    count = 1
    while True:
        token = tokens[place + count]
        if (token.kind == "word" and token.text not in KEYWORDS) or token.kind in _JOINING:
            count += 1
        else:
            return count


def spelled(text: str, first: Token, last: Token) -> str:
    """The name as it is written from one token to another, its spaces made single."""
    return " ".join(text[first.position : last.end].split())
