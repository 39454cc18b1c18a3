"""JUEL text, `${...}` and `#{...}` with or without text around, read into the tree.

JUEL reads null as false where a truth is asked, and as nothing where text is joined. Two things differ from the
language of Jakarta EE on purpose: values of different kinds are never equal (`'5' == 5` is false), and `+` joins
strings. Calls run nothing: those with one well-known meaning stand in engine.feel.idioms, any other is refused.
"""

from __future__ import annotations

from pathlib import Path as File
from typing import Any

from lark import Lark

from engine.feel import tree
from engine.feel.building import Builder, Fault, at, nodes, parse
from engine.feel.idioms import compared, empty, entry, function, method, negated, property_of
from engine.feel.tree import Node, Truth
from engine.feel.values import NUMBERS

MOST_PIECES = 100
"""`${...}` one text may hold."""

HINTS = {
    "=": "Untuk membandingkan pakai ==",
    "&": "Untuk 'dan' tulis && atau and",
    "|": "Untuk 'atau' tulis || atau or",
    "[": "Daftar tidak dapat ditulis dalam JUEL. Pakai FEEL, dimulai dengan tanda =",
}
_WORDS = {"eq": "=", "==": "=", "===": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "div": "/"}


class JuelBuilder(Builder):
    """The rules of juel.lark."""

    def conditional(self, parts: list[Any]) -> Node:
        condition, chosen, otherwise = nodes(parts)
        return tree.If(at(condition), condition, chosen, otherwise)

    def either(self, parts: list[Any]) -> Node:
        return tree.Or(at(parts[0]), _truths(parts))

    def both(self, parts: list[Any]) -> Node:
        return tree.And(at(parts[0]), _truths(parts))

    def compare(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        if operator in ("!=", "!==", "ne"):
            return negated(compared("=")(left, right))
        return compared(_WORDS.get(operator, str(operator)))(left, right)

    def arithmetic(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        if operator in ("%", "mod"):
            return tree.Call(at(left), "modulo", (left, right))
        return tree.Arithmetic(at(left), _WORDS.get(operator, str(operator)), left, right)

    def number(self, parts: list[Any]) -> Node:
        """Java's mark of a number's size says nothing here."""
        return tree.Literal(at(parts[0]), NUMBERS.create_decimal(str(parts[0]).rstrip("LlFfDd")))

    def negate_truth(self, parts: list[Any]) -> Node:
        return negated(parts[1])

    def empty(self, parts: list[Any]) -> Node:
        return empty(parts[1])

    def path(self, parts: list[Any]) -> Node:
        source, _, name = parts
        return property_of(source, str(name))

    def index(self, parts: list[Any]) -> Node:
        return entry(*nodes(parts))

    def method(self, parts: list[Any]) -> Node:
        operand, _, name, *given = parts
        return method(at(name), operand, str(name), nodes(given))

    def function(self, parts: list[Any]) -> Node:
        name, *given = parts
        return function(at(name), str(name), nodes(given))


def _truths(parts: list[Any]) -> tuple[Node, ...]:
    return tuple(Truth(at(node), node) for node in nodes(parts))


_PARSER = Lark(
    File(__file__).with_name("juel.lark").read_text(encoding="utf-8"),
    parser="lalr", lexer="basic", transformer=JuelBuilder(),
    keep_all_tokens=True, maybe_placeholders=False,
)


def read_juel(text: str) -> Node:
    """The tree of a text: one `${...}` alone is its value, otherwise the pieces are joined as text; raises Fault."""
    pieces: list[Node] = []
    place = 0
    while place < len(text):
        begin = _opening(text, place)
        if begin > place:
            pieces.append(tree.Literal(place, text[place:begin]))
        if begin == len(text):
            break
        end = _closing(text, begin + 2)
        # Spaces in front keep the positions those of the whole text.
        pieces.append(parse(_PARSER, " " * (begin + 2) + text[begin + 2 : end], HINTS))
        place = end + 1
        if len(pieces) > MOST_PIECES:
            raise Fault(begin, f"Terlalu banyak bagian ${{...}}; paling banyak {MOST_PIECES // 2}. Pecah teksnya")
    if len(pieces) == 1:
        return pieces[0]
    texts = [piece if _is_text(piece) else tree.Call(piece.position, "string", (piece,)) for piece in pieces]
    return tree.Call(0, "string join", (tree.List(0, tuple(texts)),))


def _is_text(node: Node) -> bool:
    return isinstance(node, tree.Literal) and isinstance(node.value, str)


def _opening(text: str, place: int) -> int:
    """Where the next `${` or `#{` stands, or the end."""
    found = [begin for mark in ("${", "#{") if (begin := text.find(mark, place)) >= 0]
    return min(found, default=len(text))


def _closing(text: str, place: int) -> int:
    """Where the "}" stands that closes; those inside quotes do not."""
    quote = ""
    begin = place
    while place < len(text):
        letter = text[place]
        if quote and letter == "\\":
            place += 1
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "}":
            return place
        place += 1
    raise Fault(begin - 2, "Tanda } penutup tidak ada. Tambahkan di akhir ungkapan")
