"""FEEL text read into the tree (DMN 1.5, 10.3.1.2), by descent: one method, one rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.feel import tree
from engine.feel.arithmetic import negative
from engine.feel.building import Fault, unquoted
from engine.feel.builtins import BUILTINS, CLOCK
from engine.feel.cursor import Cursor
from engine.feel.iso import read_moment
from engine.feel.names import Names, joined, spelled
from engine.feel.tokens import Token
from engine.feel.tree import Node
from engine.feel.types import Type
from engine.feel.values import NUMBERS, Value

_COMPARING = frozenset({"=", "!=", "<", "<=", ">", ">="})
_LEVELS = {
    "or": 1, "and": 2, "between": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 6, **dict.fromkeys(_COMPARING, 3)
}
_SUM = 4
_PROPERTIES = Names(("time offset", "start included", "end included"))
_BUILTINS = Names(BUILTINS)
CONSTANTS = {"true": True, "false": False, "null": None}
FORMS = frozenset({*CONSTANTS, "if", "for", "some", "every", "function", "and", "or", "in", "between", "then", "else"})
_BEGINS_VALUE = frozenset({"(", "[", "{", "-", "<", ">", "<=", ">=", "=", "!="})


class Reader(Cursor, ABC):
    """The rules of operators, paths, filters, calls and what they stand between.

    `names` are those in scope; `bound` those bound by what is being read, innermost last.
    """

    def __init__(self, text: str, names: Iterable[str], types: Mapping[str, Type], *, clock: bool) -> None:
        super().__init__(text, types)
        self.names = frozenset(names)
        self.known = Names(self.names)
        self.bound: list[str] = []
        self.clock = clock
        self.filters = 0
        self.tested = "?" in self.names
        self._closing = False

    def expression(self) -> Node:
        """Rule 1, and the simple tests of rule 7, which are ranges."""
        self.deeper()
        closing, self._closing = self._closing, False
        node = self.simple_test() if self.sees(*_COMPARING) else self.operators(1)
        self._closing = closing
        self.shallower()
        return node

    def simple_test(self) -> Node:
        """`< 5`."""
        operator = self.take()
        return tree.UnaryTest(operator.position, operator.text, self.operators(_SUM))

    def operators(self, least: int) -> Node:
        """An operand and all operators behind it that bind at least so tightly."""
        node, before = self.operand(), 0
        while self.here.kind in ("sign", "word"):
            level = _LEVELS.get(self.here.text, 0)
            if level < least or not level:
                break
            if level == before == _LEVELS["<"] and self.here.text not in ("=", "!="):
                mend = "Untuk dua batas tulis: a between b and c"
                self.doubts.append(Fault(self.here.position, f"{self.here.text!r} tidak pada tempatnya. {mend}"))
            node, before = self._combined(node, level), level
        return node

    def _combined(self, left: Node, level: int) -> Node:
        token, position = self.here, left.position
        if token.text in ("and", "or"):
            parts = [left]
            while self.sees(token.text):
                self.take()
                parts.append(self.operators(level + 1))
            return tree.And(position, tuple(parts)) if token.text == "and" else tree.Or(position, tuple(parts))
        self.take()
        if token.text == "between":
            low = self.operators(_SUM)
            self.expect("and")
            return tree.Between(position, left, low, self.operators(_SUM))
        if token.text == "in":
            return tree.In(position, left, self._tests_behind_in())
        right = self.operators(level + 1)
        if token.text in _COMPARING:
            return tree.Compare(position, token.text, left, right)
        return tree.Arithmetic(position, token.text, left, right)

    def _tests_behind_in(self) -> tuple[Node, ...]:
        tested, self.tested = self.tested, True
        node = self.simple_test() if self.sees(*_COMPARING) else self.operators(_SUM)
        self.tested = tested
        return node.tests if isinstance(node, tree.Tests) else (node,)

    def operand(self) -> Node:
        """What stands between operators: signs, `instance of`, paths, filters, calls."""
        if self.sees("-"):
            minus = self.take()
            self.deeper()
            node = self.operand()
            self.shallower()
            if isinstance(node, tree.Literal) and isinstance(node.value, Decimal):
                return tree.Literal(minus.position, negative(node.value))
            return tree.Negate(minus.position, node)
        node = self.behind(self.primary())
        while self.sees("instance") and self.follows("of"):
            self.take(2)
            doubts = len(self.doubts)
            node = tree.InstanceOf(node.position, node, self.type())
            if len(self.doubts) > doubts:
                node = tree.Literal(node.position, None)
        return node

    def behind(self, node: Node) -> Node:
        """A value with the paths, filters and calls behind it."""
        while self.here.kind == "sign":
            if self.here.text == ".":
                node = self._path(node)
            elif self.here.text == "[" and not self._closes():
                node = self._filter(node)
            elif self.here.text == "(":
                node = self._call(node)
            else:
                break
        if isinstance(node, tree.Tests) and not self.tested:
            raise self.misplaced()
        return node

    def _closes(self) -> bool:
        """Whether the "[" here ends a range, `]1..5[`: then no value follows."""
        token = self.tokens[self.place + 1]
        begins = token.kind in ("number", "string", "at") or token.text in _BEGINS_VALUE
        return self._closing and not begins and not (token.kind == "word" and token.text not in _LEVELS)

    def _path(self, source: Node) -> Node:
        self.take()
        first = self.here
        if first.kind != "word":
            raise self.misplaced()
        for names in (self.known, _PROPERTIES):
            name, count = names.longest(self.tokens, self.place)
            if count:
                self.take(count)
                return tree.Path(source.position, source, name)
        count = joined(self.tokens, self.place)
        name = spelled(self.text, first, self.tokens[self.place + count - 1])
        self.take(count)
        return tree.Path(source.position, source, name)

    def _filter(self, source: Node) -> Node:
        self.take()
        self.filters += 1
        self.bound.append("item")
        condition = self.expression()
        self.bound.pop()
        self.filters -= 1
        self.expect("]")
        return tree.Filter(source.position, source, condition)

    def _call(self, function: Node) -> Node:
        names, arguments = self._arguments()
        position = function.position
        if not isinstance(function, tree.Name):
            return tree.Invoke(position, function, arguments, names)
        name = function.name
        if name in self.bound or name in self.names:
            return tree.Invoke(position, function, arguments, names)
        if name not in BUILTINS:
            self.doubts.append(Fault(position, f"Fungsi {name!r} tidak ada. Periksa ejaannya"))
            return tree.Invoke(position, function, arguments, names)
        if name in CLOCK and not self.clock:
            self.doubts.append(Fault(position, CLOCK[name]))
        fault = BUILTINS[name].fault(names, len(arguments))
        if fault is not None:
            self.doubts.append(Fault(position, f"Isi fungsi {name!r} tidak cocok. {fault}"))
            return tree.Literal(position, None)
        return tree.Call(position, name, arguments, names)

    def _arguments(self) -> tuple[tuple[str, ...], tuple[Node, ...]]:
        self.expect("(")
        names: list[str] = []
        values: list[Node] = []
        while not self.sees(")"):
            if values:
                self.expect(",")
            named = self.argument_name()
            if named:
                names.append(named)
            values.append(self.expression())
            if names and len(names) < len(values):
                raise Fault(values[-1].position, "Isi fungsi ditulis semua dengan nama, atau semua tanpa nama")
        self.take()
        return tuple(names), tuple(values)

    @abstractmethod
    def argument_name(self) -> str:
        """The parameter's name and the ":" behind it, or ""."""

    def primary(self) -> Node:
        """A value with nothing behind it yet."""
        token = self.here
        if token.kind == "word":
            return self._word(token)
        if token.kind == "sign":
            return self.bracketed(token)
        if token.kind == "end":
            raise self.misplaced()
        self.take()
        if token.kind == "number":
            return tree.Literal(token.position, self._number(token))
        if token.kind == "string":
            return tree.Literal(token.position, unquoted(token.text))
        value = read_moment(token.text[2:-1])
        if value is None:
            self.doubts.append(Fault(
                token.position, 'Bukan tanggal, jam, atau durasi. Contoh: @"2029-02-14", @"P7D", @"PT12H"'
            ))
        return tree.Literal(token.position, value)

    def _number(self, token: Token) -> Value:
        try:
            return NUMBERS.create_decimal(token.text)
        except ArithmeticError:
            self.doubts.append(Fault(token.position, "Angka terlalu besar"))
            return None

    def _word(self, token: Token) -> Node:
        name, count = self.known.longest(self.tokens, self.place)
        if count:
            self.take(count)
            return tree.Name(token.position, name)
        if token.text in FORMS and (token.text not in self.names or token.text in CONSTANTS):
            return self.form(token)
        name, count = self._builtin()
        if not count and self.filters:
            count = joined(self.tokens, self.place)
            name = spelled(self.text, token, self.tokens[self.place + count - 1])
        self.take(count or 1)
        return tree.Name(token.position, name or token.text)

    def _builtin(self) -> tuple[str, int]:
        """A built-in's name of several words, where it is called or stands alone as an argument."""
        name, count = _BUILTINS.longest(self.tokens, self.place)
        if count and (self.follows("(", count) or (" and " not in name and self._alone(count))):
            return name, count
        return "", 0

    def _alone(self, count: int) -> bool:
        token = self.tokens[self.place + count]
        return token.kind == "end" or token.text in (",", ")", "]", "}")

    @abstractmethod
    def form(self, token: Token) -> Node:
        """What begins with a word of the language."""

    @abstractmethod
    def bracketed(self, token: Token) -> Node:
        """What begins with a sign."""
