"""What both readers share: how tokens and parts become nodes. Method names are the rules of the grammars."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from lark import Lark, Token, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from engine.feel.tree import Arithmetic, Literal, Name, Negate, Node, Path
from engine.feel.values import NUMBERS, Value

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


class Fault(Exception):
    """What is wrong and how to mend it (Indonesian), at a position of the text."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position, self.message = position, message


def unquoted(text: str) -> str:
    """The letters of a string literal. A backslash that escapes nothing stays, so that patterns can be written
    ("\\d{18}"); two halves of a letter beyond the 16 bits become one.
    """
    if "\\" not in text:
        return text[1:-1]
    plain = _ESCAPE.sub(_unescaped, text[1:-1])
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(found: re.Match[str]) -> str:
    mark = found[1]
    if len(mark) > 1:
        code = int(mark[1:], 16)
        return chr(code) if code <= 0x10FFFF else found[0]
    return _LETTERS.get(mark, found[0])


def at(part: Any) -> int:
    """Where a token or a node begins."""
    if isinstance(part, Token):
        return part.start_pos or 0
    return int(part.position)


def nodes(parts: list[Any]) -> tuple[Node, ...]:
    """The nodes among tokens."""
    return tuple(part for part in parts if isinstance(part, Node))


class Builder:
    """The rules that the two grammars have in common."""

    def number(self, parts: list[Any]) -> Node:
        return Literal(at(parts[0]), NUMBERS.create_decimal(str(parts[0])))

    def string(self, parts: list[Any]) -> Node:
        return Literal(at(parts[0]), unquoted(str(parts[0])))

    def true(self, parts: list[Any]) -> Node:
        return _constant(parts, True)

    def false(self, parts: list[Any]) -> Node:
        return _constant(parts, False)

    def null(self, parts: list[Any]) -> Node:
        return _constant(parts, None)

    def name(self, parts: list[Any]) -> Node:
        return Name(at(parts[0]), str(parts[0]))

    def group(self, parts: list[Any]) -> Node:
        return nodes(parts)[0]

    def path(self, parts: list[Any]) -> Node:
        source, _, name = parts
        return Path(at(source), source, str(name))

    def arithmetic(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        return Arithmetic(at(left), str(operator), left, right)

    def negate(self, parts: list[Any]) -> Node:
        minus, operand = parts
        if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
            return Literal(at(minus), NUMBERS.minus(operand.value))
        return Negate(at(minus), operand)


def _constant(parts: list[Any], value: Value) -> Node:
    return Literal(at(parts[0]), value)


def parse(parser: Lark, text: str, hints: dict[str, str]) -> Node:
    """The tree of a text; raises Fault where it is not understood, with the hint that fits the place: a sign that
    stands there, or a word before it.
    """
    try:
        tree: Any = parser.parse(text)
    except UnexpectedInput as refused:
        raise _fault(refused, text, hints) from None
    node: Node = tree
    return node


def _fault(refused: UnexpectedInput, text: str, hints: dict[str, str]) -> Fault:
    if isinstance(refused, UnexpectedToken) and refused.token.type == "$END":
        return misplaced(text, len(text), "", hints)
    word = "" if isinstance(refused, UnexpectedCharacters) else str(getattr(refused, "token", ""))
    return misplaced(text, refused.pos_in_stream or 0, word, hints)


def misplaced(text: str, position: int, word: str, hints: dict[str, str]) -> Fault:
    """The fault of what stands at a position where it cannot stand; without a `word` it is a letter nobody knows, or
    the end.
    """
    before = text[:position].rstrip()
    for mark, mend in hints.items():
        if mark.isalpha():
            if re.search(rf"\b{mark}$", before):
                return Fault(len(before) - len(mark), mend)
        elif any(text.startswith(mark, begin) for begin in range(max(0, position - len(mark) + 1), position + 1)):
            return Fault(position, mend)
    if position >= len(text):
        return Fault(len(text), "Ungkapan terputus. Lengkapi bagian akhirnya, atau tutup kurungnya")
    if not word:
        return Fault(position, f"Huruf {text[position]!r} tidak dikenal di sini. Hapus, atau periksa tanda kutipnya")
    return Fault(position, f"{word[:40]!r} tidak pada tempatnya. Periksa kata atau kurung sebelumnya")
