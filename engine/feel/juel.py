"""JUEL text, `${...}` and `#{...}` with or without text around, read into the tree.

JUEL reads null as false where a truth is asked, and as nothing where text is joined. Two things differ from the
language of Jakarta EE on purpose: values of different kinds are never equal (`'5' == 5` is false), and `+` joins
strings.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path as File
from typing import Any

from lark import Lark

from engine.feel import tree
from engine.feel.building import Builder, Fault, at, nodes, parse
from engine.feel.ranges import whole
from engine.feel.tree import Node, Truth

MOST_PIECES = 100
"""`${...}` one text may hold."""

HINTS = {
    "===": "Untuk membandingkan pakai ==",
    "=": "Untuk membandingkan pakai ==",
    "&": "Untuk 'dan' tulis && atau and",
    "|": "Untuk 'atau' tulis || atau or",
    "[": "Daftar tidak dapat ditulis dalam JUEL. Pakai FEEL, dimulai dengan tanda =",
}
_MENDS = {
    "equals": "Bandingkan dengan ==",
    "isEmpty": "Tulis: empty nama",
    "contains": "Pakai FEEL: = contains(nama, \"...\") atau = list contains(nama, \"...\")",
    "size": "Pakai FEEL: = count(nama)",
    "length": "Pakai FEEL: = string length(nama)",
    "startsWith": "Pakai FEEL: = starts with(nama, \"...\")",
}
_WORDS = {"eq": "=", "==": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "div": "/"}


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
        if operator in ("!=", "ne"):
            return _not(Truth(at(left), tree.Compare(at(left), "=", left, right)))
        return Truth(at(left), tree.Compare(at(left), _WORDS.get(operator, str(operator)), left, right))

    def arithmetic(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        if operator in ("%", "mod"):
            return tree.Call(at(left), "modulo", (left, right))
        return tree.Arithmetic(at(left), _WORDS.get(operator, str(operator)), left, right)

    def negate_truth(self, parts: list[Any]) -> Node:
        return _not(Truth(at(parts[0]), parts[1]))

    def empty(self, parts: list[Any]) -> Node:
        position, operand = at(parts[0]), parts[1]
        null, blank = tree.Literal(position, None), tree.Literal(position, "")
        nothing = (null, blank, tree.List(position, ()), tree.Context(position, ()))
        return Truth(position, tree.In(position, operand, nothing))

    def index(self, parts: list[Any]) -> Node:
        source, key = nodes(parts)
        if not isinstance(key, tree.Literal):
            return tree.Element(at(source), source, key)
        if isinstance(key.value, str):
            return tree.Call(at(source), "get value", (source, key))
        place = whole(key.value)
        if place is None or place < 0:
            raise Fault(at(key), "Di dalam [ ] hanya nomor (dari 0) atau 'nama'")
        return tree.Filter(at(source), source, tree.Literal(at(key), Decimal(place + 1)))

    def method(self, parts: list[Any]) -> Node:
        name = str(parts[2])
        mend = _MENDS.get(name, "Pakai pembanding ==, !=, < atau >, atau tulis ungkapannya dalam FEEL")
        raise Fault(at(parts[2]), f"Pemanggilan {name}(...) tidak didukung. {mend}")

    def function(self, parts: list[Any]) -> Node:
        name = str(parts[0])
        raise Fault(at(parts[0]), f"Fungsi {name}(...) tidak didukung dalam JUEL. Tulis ungkapannya dalam FEEL (= ...)")


def _not(operand: Node) -> Node:
    return tree.Call(at(operand), "not", (operand,))


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
