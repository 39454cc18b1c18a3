"""FEEL text read into the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

from lark import Lark, Token
from lark.lark import PostLex

from engine.feel import tree
from engine.feel.building import Builder, Fault, at, nodes, parse, unquoted
from engine.feel.builtins import BUILTINS, REFUSED
from engine.feel.iso import read_moment
from engine.feel.tree import Binding, Entry, Node

MOST_BINDINGS = 10
"""Names one loop may bind."""

HINTS = {
    "==": "Untuk membandingkan pakai satu tanda: =",
    "&&": "Untuk 'dan' tulis: and",
    "||": "Untuk 'atau' tulis: or",
    "!": "Untuk 'tidak' tulis: not(...)",
    "not": "Untuk 'tidak' tulis: not(...)",
    "'": 'Teks ditulis di antara tanda kutip ganda, misalnya "approve"',
    "%": "Untuk sisa bagi tulis: modulo(a, b)",
    "?": "Untuk pilihan tulis: if ... then ... else ...",
    "${": "Ini ungkapan JUEL. Tulis seluruhnya di antara ${ dan }, atau buang tanda ${ }",
}
TYPES = {
    "Any", "null", "boolean", "number", "string", "date", "time", "date and time", "days and time duration",
    "years and months duration", "range", "list", "context",
}
_FUNCTION = re.compile(r"\bfunction\s*\(")
_ENDS_VALUE = {
    "NAME", "NUMBER", "STRING", "AT", "TRUE", "FALSE", "NULL", "RPAR", "RSQB", "RBRACE", "RANGE_CLOSE", "PROPERTY",
    "INSTANCE_OF",
}
_BEGINS_VALUE = {
    "NAME", "NUMBER", "STRING", "AT", "TRUE", "FALSE", "NULL", "LPAR", "LSQB", "LBRACE", "MINUS", "FUNCTION", "IF",
    "FOR", "SOME", "EVERY",
}


class ReversedBrackets(PostLex):
    """Tells the brackets of open ranges, `]1..5[`, from those of lists and filters.

    "]" where a value should begin opens a range. "[" behind a value, in brackets that hold "..", closes one, unless
    a value follows: then it begins a filter.
    """

    always_accept = ()

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        ranges = [False]  # for each open bracket: whether ".." was seen in it
        before = ""
        token = next(stream, None)
        while token is not None:
            following = next(stream, None)
            kind = token.type
            if kind == "RSQB" and before not in _ENDS_VALUE and before != "LSQB":
                kind = "RANGE_OPEN"
            elif kind == "LSQB" and before in _ENDS_VALUE and ranges[-1]:
                follows = following is not None and following.type in _BEGINS_VALUE
                kind = kind if follows else "RANGE_CLOSE"
            if kind in ("LPAR", "LSQB", "LBRACE", "RANGE_OPEN"):
                ranges.append(False)
            elif kind in ("RPAR", "RSQB", "RBRACE", "RANGE_CLOSE") and len(ranges) > 1:
                ranges.pop()
            elif kind == "DOTS":
                ranges[-1] = True
            yield Token.new_borrow_pos(kind, token.value, token)
            before, token = kind, following


class FeelBuilder(Builder):
    """The rules of feel.lark."""

    def at(self, parts: list[Any]) -> Node:
        value = read_moment(str(parts[0])[2:-1])
        if value is None:
            raise Fault(at(parts[0]), 'Bukan tanggal, jam, atau durasi. Contoh: @"2029-02-14", @"P7D", @"PT12H"')
        return tree.Literal(at(parts[0]), value)

    def disjunction(self, parts: list[Any]) -> Node:
        return tree.Or(at(parts[0]), nodes(parts))

    def conjunction(self, parts: list[Any]) -> Node:
        return tree.And(at(parts[0]), nodes(parts))

    def compare(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        return tree.Compare(at(left), str(operator), left, right)

    def between(self, parts: list[Any]) -> Node:
        value, low, high = nodes(parts)
        return tree.Between(at(value), value, low, high)

    def member(self, parts: list[Any]) -> Node:
        value, _, test = parts
        return tree.In(at(value), value, test if isinstance(test, tuple) else (test,))

    def tests(self, parts: list[Any]) -> tuple[Node, ...]:
        return nodes(parts)

    def unary_test(self, parts: list[Any]) -> Node:
        operator, value = parts
        return tree.UnaryTest(at(operator), str(operator), value)

    def instance_of(self, parts: list[Any]) -> Node:
        value, words = parts
        wanted = " ".join(str(words).split()[2:])
        if wanted not in TYPES:
            raise Fault(at(words), f"Jenis {wanted!r} tidak dikenal. Yang ada: {', '.join(sorted(TYPES))}")
        return tree.InstanceOf(at(value), value, wanted)

    def filter(self, parts: list[Any]) -> Node:
        source, condition = nodes(parts)
        return tree.Filter(at(source), source, condition)

    def positional(self, parts: list[Any]) -> tuple[tuple[str, ...], tuple[Node, ...]]:
        return (), nodes(parts)

    def by_name(self, parts: list[Any]) -> tuple[tuple[str, ...], tuple[Node, ...]]:
        given = [part for part in parts if isinstance(part, Entry)]
        return tuple(entry.key for entry in given), tuple(entry.value for entry in given)

    def call(self, parts: list[Any]) -> Node:
        function = " ".join(str(parts[0]).split())
        names, arguments = parts[2] if len(parts) == 4 else ((), ())
        position = at(parts[0])
        if function in REFUSED:
            raise Fault(position, REFUSED[function])
        if function not in BUILTINS:
            raise Fault(position, f"Fungsi {function!r} tidak ada. Periksa ejaannya")
        fault = BUILTINS[function].fault(names, len(arguments))
        if fault is not None:
            raise Fault(position, f"Isi fungsi {function!r} tidak cocok. {fault}")
        return tree.Call(position, function, arguments, names)

    def entry(self, parts: list[Any]) -> Node:
        key, _, value = parts
        text = str(key)
        return Entry(at(key), unquoted(text) if text.startswith('"') else text, value)

    named = entry

    def list(self, parts: list[Any]) -> Node:
        return tree.List(at(parts[0]), nodes(parts))

    def context(self, parts: Any) -> Node:
        entries = tuple(part for part in parts if isinstance(part, Entry))
        if len({entry.key for entry in entries}) < len(entries):
            raise Fault(at(parts[0]), "Kunci yang sama ditulis dua kali. Sisakan satu")
        return tree.Context(at(parts[0]), entries)

    def range(self, parts: Any) -> Node:
        opening, low, _, high, closing = parts
        return tree.Range(at(opening), low, high, opening.type == "LSQB", closing.type == "RSQB")

    def conditional(self, parts: Any) -> Node:
        condition, chosen, otherwise = nodes(parts)
        return tree.If(at(parts[0]), condition, chosen, otherwise)

    def bindings(self, parts: Any) -> tuple[Binding, ...]:
        bound = tuple(part for part in parts if isinstance(part, Binding))
        if len(bound) > MOST_BINDINGS:
            raise Fault(at(bound[0]), f"Paling banyak {MOST_BINDINGS} nama dalam satu putaran. Pecah ungkapannya")
        return bound

    def binding(self, parts: Any) -> Node:
        name, _, low, *rest = parts
        if rest:
            return Binding(at(name), str(name), tree.Range(at(low), low, rest[-1], True, True, downwards=True))
        return Binding(at(name), str(name), low)

    def loop(self, parts: Any) -> Node:
        return tree.For(at(parts[0]), parts[1], parts[3])

    def quantified(self, parts: Any) -> Node:
        return tree.Quantified(at(parts[0]), str(parts[0]) == "every", parts[1], parts[3])


def _parser() -> Lark:
    grammar = File(__file__).with_name("feel.lark").read_text(encoding="utf-8")
    spaced = sorted((name for name in BUILTINS if " " in name), key=len, reverse=True)
    names = "|".join(re.escape(name).replace("\\ ", "\\s+") for name in spaced)
    grammar += f"\nFUNCTION.10: /({names})(?=\\s*\\()/\n"
    return Lark(
        grammar, parser="lalr", lexer="basic", transformer=FeelBuilder(), postlex=ReversedBrackets(),
        keep_all_tokens=True, maybe_placeholders=False,
    )


_PARSER = _parser()


def read_feel(text: str) -> Node:
    """The tree of a FEEL text; raises Fault."""
    try:
        return parse(_PARSER, text, HINTS)
    except Fault:
        found = _FUNCTION.search(text)
        if found is None:
            raise
        raise Fault(found.start(), REFUSED["function"]) from None
