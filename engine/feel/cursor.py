"""A place in a text that is being read, and the reading of types."""

from __future__ import annotations

from collections.abc import Mapping

from engine.feel.building import Fault, misplaced
from engine.feel.names import Names, spelled, written
from engine.feel.tokens import Token, tokens
from engine.feel.types import NAMED, UNKNOWN, ContextType, FunctionType, ListType, RangeType, Type

HINTS = {
    "==": "Untuk membandingkan pakai satu tanda: =",
    "&&": "Untuk 'dan' tulis: and",
    "||": "Untuk 'atau' tulis: or",
    "!": "Untuk 'tidak' tulis: not(...)",
    "not": "Untuk 'tidak' tulis: not(...)",
    "'": 'Teks ditulis di antara tanda kutip ganda, misalnya "approve"',
    '"': 'Teks ini belum ditutup. Tambahkan tanda kutip " di akhirnya',
    "%": "Untuk sisa bagi tulis: modulo(a, b)",
    "?": "Untuk pilihan tulis: if ... then ... else ...",
    "${": "Ini ungkapan JUEL. Tulis seluruhnya di antara ${ dan }, atau buang tanda ${ }",
}
DEEPEST_NESTING = 100
"""Brackets and other parts within one another."""
_COLON, _ENDS_TYPE = frozenset({":"}), frozenset({",", ")", ">", "]", "}", "", "="})
_TYPES = Names(NAMED)


class Cursor:
    """Tokens read one after the other.

    `doubts` are faults of what can be read but is null whatever the data: an unknown function, wrong arguments, a date
    that there is not.
    """

    def __init__(self, text: str, types: Mapping[str, Type]) -> None:
        self.text = text
        self.tokens = tokens(text, HINTS)
        self.place = 0
        self.here = self.tokens[0]
        self.types = types
        self._type_names = Names(types)
        self.doubts: list[Fault] = []
        self._nested = 0

    def take(self, count: int = 1) -> Token:
        """The token here; the cursor stands behind it, or behind so many."""
        token = self.here
        self.place += count
        self.here = self.tokens[self.place]
        return token

    def sees(self, *texts: str) -> bool:
        """Whether one of these signs or words stands here."""
        return self.here.text in texts and self.here.kind in ("sign", "word")

    def follows(self, text: str, ahead: int = 1) -> bool:
        """Whether this sign or word stands so many tokens further on."""
        place = min(self.place + ahead, len(self.tokens) - 1)
        return self.tokens[place].text == text and self.tokens[place].kind in ("sign", "word")

    def expect(self, text: str) -> Token:
        """The token here, which must be this sign or word."""
        if not self.sees(text):
            raise self.misplaced()
        return self.take()

    def misplaced(self) -> Fault:
        """The fault of the token here: it cannot stand where it stands."""
        return misplaced(self.text, self.here.position, self.here.text, HINTS)

    def deeper(self) -> None:
        """One part within another more; `shallower` undoes it."""
        self._nested += 1
        if self._nested > DEEPEST_NESTING:
            mend = f"Ungkapan terlalu berlapis; paling banyak {DEEPEST_NESTING} lapis. Pecah ungkapannya"
            raise Fault(self.here.position, mend)

    def shallower(self) -> None:
        self._nested -= 1

    def new_name(self, stops: frozenset[str]) -> tuple[str, Token]:
        """A name that is being given, up to one of these signs or words, and its first token."""
        count = written(self.tokens, self.place, stops)
        if not count:
            raise self.misplaced()
        first, last = self.here, self.tokens[self.place + count - 1]
        self.take(count)
        return spelled(self.text, first, last), first

    def type(self) -> Type:
        """A type (rule 52): `number`, `list<number>`, `context<a: string>`, `function<number> -> number`, or one of
        the model's own.
        """
        if self.follows("<"):
            return self._generic()
        for names, known in ((self._type_names, self.types), (_TYPES, NAMED)):
            name, count = names.longest(self.tokens, self.place)
            if count:
                self.take(count)
                return known[name]
        token = self.here
        if token.kind != "word":
            raise self.misplaced()
        found = self.types.get(token.text) or NAMED.get(token.text)
        if found is not None:
            self.take()
            return found
        return self._unknown_type()

    def _unknown_type(self) -> Type:
        token = self.take()
        while self.sees(".") and self.tokens[self.place + 1].kind == "word":
            self.take(2)
        wanted = spelled(self.text, token, self.tokens[self.place - 1])
        if wanted in self.types:
            return self.types[wanted]
        known = ", ".join(sorted({*self.types, *NAMED} - {"any", "null", "dateTime", "date time"}))
        self.doubts.append(Fault(token.position, f"Jenis {wanted!r} tidak dikenal. Yang ada: {known}"))
        return UNKNOWN

    def _generic(self) -> Type:
        word = self.take()
        self.expect("<")
        self.deeper()
        found: Type
        match word.text:
            case "list":
                found = ListType(self.type())
            case "range":
                found = RangeType(self.type())
            case "context":
                found = ContextType(tuple(self._typed_entries()))
            case "function":
                return self._function_type()
            case _:
                known = "list, range, context, function"
                raise Fault(word.position, f"Jenis {word.text!r} tidak dikenal. Yang memakai < >: {known}")
        self.expect(">")
        self.shallower()
        return found

    def _typed_entries(self) -> list[tuple[str, Type]]:
        entries = []
        while not self.sees(">"):
            name, _ = self.new_name(_COLON)
            self.expect(":")
            entries.append((name, self.type()))
            if not self.sees(">"):
                self.expect(",")
        return entries

    def _function_type(self) -> Type:
        parameters = []
        while not self.sees(">"):
            parameters.append(self.type())
            if not self.sees(">"):
                self.expect(",")
        self.expect(">")
        self.expect("->")
        result = self.type()
        self.shallower()
        return FunctionType(tuple(parameters), result)
