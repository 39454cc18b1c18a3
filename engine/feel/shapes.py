"""The rest of FEEL's rules: lists, ranges, contexts, `if`, loops, functions of one's own, and cells of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.feel import tree
from engine.feel.building import Fault, unquoted
from engine.feel.names import written
from engine.feel.reading import CONSTANTS, Reader
from engine.feel.tokens import Token
from engine.feel.tree import Binding, Entry, Node
from engine.feel.types import ANY, Type

MOST_BINDINGS = 10
"""Names one loop may bind."""
_COLON, _IN, _ENDS_PARAMETER = frozenset({":"}), frozenset({"in"}), frozenset({":", ",", ")"})
_SUM = 4


class FeelReader(Reader):
    """All rules."""

    def whole(self) -> Node:
        """The text as one expression."""
        node = self.expression()
        if self.here.kind != "end":
            raise self.misplaced()
        return node

    def cell(self) -> Node:
        """The text as the tests of a decision table's cell (rules 14 to 17); nothing and `-` are true for any value."""
        self.tested = True
        if self.here.kind == "end" or (self.sees("-") and self.tokens[1].kind == "end"):
            return tree.Tests(0, (), negated=True)
        start = self.here.position
        if self.sees("not") and self.follows("("):
            closing = self._closing_bracket()
            if closing is not None and self.tokens[closing + 1].kind == "end":
                self.take(2)
                tests = self._items(")")
                return tree.Tests(start, tests, negated=True)
        tests = self._items("")
        return tree.Tests(start, tests)

    def _closing_bracket(self) -> int | None:
        """Where the bracket closes that the next token opens."""
        depth = 0
        for place in range(self.place + 1, len(self.tokens)):
            text, kind = self.tokens[place].text, self.tokens[place].kind
            if kind == "sign" and text in "([{":
                depth += 1
            elif kind == "sign" and text in ")]}":
                depth -= 1
                if not depth:
                    return place
        return None

    def _items(self, end: str) -> tuple[Node, ...]:
        """Expressions with commas between, up to a sign, which is taken, or the end."""
        items: list[Node] = []
        while not items or self.sees(","):
            if items:
                self.take()
            items.append(self.expression())
        if end:
            self.expect(end)
        elif self.here.kind != "end":
            raise self.misplaced()
        return tuple(items)

    def bracketed(self, token: Token) -> Node:
        match token.text:
            case "(":
                return self._group()
            case "[":
                return self._list()
            case "]":
                self.take()
                return self._range(token, self.operators(_SUM))
            case "{":
                return self._context()
            case "?" if self.tested:
                self.take()
                return tree.Name(token.position, "?")
            case _:
                raise self.misplaced()

    def _group(self) -> Node:
        """`(a)`, `(a..b)`, or the tests `(a, < b)`."""
        opening = self.take()
        first = self.expression()
        if self.sees(".."):
            return self._range(opening, first)
        if self.sees(",") and self.tested:
            items = [first]
            while self.sees(","):
                self.take()
                items.append(self.expression())
            self.expect(")")
            return tree.Tests(opening.position, tuple(items))
        self.expect(")")
        return first

    def _list(self) -> Node:
        opening = self.take()
        items: list[Node] = []
        while not self.sees("]"):
            if items:
                self.expect(",")
            items.append(self.expression())
            if len(items) == 1 and self.sees(".."):
                return self._range(opening, items[0])
        self.take()
        return tree.List(opening.position, tuple(items))

    def _range(self, opening: Token, low: Node) -> Node:
        """From the ".." on."""
        self.expect("..")
        self._closing = True
        high = self.operators(_SUM)
        self._closing = False
        if not self.sees("]", ")", "["):
            raise self.misplaced()
        closing = self.take()
        return tree.Range(opening.position, low, high, opening.text == "[", closing.text == "]")

    def _context(self) -> Node:
        opening = self.take()
        depth = len(self.bound)
        entries: list[Entry] = []
        while not self.sees("}"):
            if entries:
                self.expect(",")
            key, token = self._key()
            self.expect(":")
            entries.append(Entry(token.position, key, self.expression()))
            self.bound.append(key)
            self.known.add(key)
        self.take()
        del self.bound[depth:]
        if len({entry.key for entry in entries}) < len(entries):
            self.doubts.append(Fault(opening.position, "Kunci yang sama ditulis dua kali. Sisakan satu"))
            return tree.Literal(opening.position, None)
        return tree.Context(opening.position, tuple(entries))

    def _key(self) -> tuple[str, Token]:
        if self.here.kind == "string":
            token = self.take()
            return unquoted(token.text), token
        return self.new_name(_COLON)

    def argument_name(self) -> str:
        count = written(self.tokens, self.place, _COLON)
        if not count:
            return ""
        name, _ = self.new_name(_COLON)
        self.expect(":")
        return name

    def form(self, token: Token) -> Node:
        match token.text:
            case "true" | "false" | "null":
                self.take()
                return tree.Literal(token.position, CONSTANTS[token.text])
            case "if":
                return self._conditional()
            case "for" | "some" | "every":
                return self._loop()
            case "function":
                return self._function()
            case _:
                raise self.misplaced()

    def _conditional(self) -> Node:
        position = self.take().position
        condition = self.expression()
        self.expect("then")
        chosen = self.expression()
        self.expect("else")
        return tree.If(position, condition, chosen, self.expression())

    def _loop(self) -> Node:
        """`for ... return`, `some ... satisfies`, `every ... satisfies`."""
        word = self.take()
        depth, bindings = len(self.bound), [self._binding()]
        while self.sees(","):
            self.take()
            bindings.append(self._binding())
        if len(bindings) > MOST_BINDINGS:
            raise Fault(
                bindings[0].position, f"Paling banyak {MOST_BINDINGS} nama dalam satu putaran. Pecah ungkapannya"
            )
        self.expect("return" if word.text == "for" else "satisfies")
        if word.text == "for":
            self.bound.append("partial")
        body = self.expression()
        del self.bound[depth:]
        if word.text == "for":
            return tree.For(word.position, tuple(bindings), body)
        return tree.Quantified(word.position, word.text == "every", tuple(bindings), body)

    def _binding(self) -> Binding:
        name, token = self.new_name(_IN)
        self.expect("in")
        start = self.here
        domain = self.expression()
        if self.sees(".."):
            self.take()
            domain = tree.Range(start.position, domain, self.operators(_SUM), True, True, downwards=True)
        self.bound.append(name)
        self.known.add(name)
        return Binding(token.position, name, domain)

    def _function(self) -> Node:
        position = self.take().position
        self.expect("(")
        depth = len(self.bound)
        parameters: list[tuple[str, Type]] = []
        while not self.sees(")"):
            if parameters:
                self.expect(",")
            name, _ = self.new_name(_ENDS_PARAMETER)
            type_: Type = ANY
            if self.sees(":"):
                self.take()
                type_ = self.type()
            parameters.append((name, type_))
            self.bound.append(name)
            self.known.add(name)
        self.take()
        external = self.sees("external")
        if external:
            self.take()
        body = self.expression()
        del self.bound[depth:]
        return tree.Lambda(position, tuple(parameters), body, external)


def read_feel(
    text: str, names: Iterable[str] = (), types: Mapping[str, Type] | None = None, *, clock: bool = False,
    cell: bool = False,
) -> tuple[Node, tuple[Fault, ...]]:
    """The tree of a FEEL text, or of a table's cell, and what in it is null whatever the data; raises Fault."""
    reader = FeelReader(text, names, types or {}, clock=clock)
    node = reader.cell() if cell else reader.whole()
    return node, tuple(reader.doubts)
