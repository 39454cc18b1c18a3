"""FEEL (DMN 1.5, chapter 10) and the simple part of JUEL: read once into one typed tree, evaluated without `eval`.

>>> compile('= decision = "approve"').evaluate({"decision": "approve"})
True
>>> compile("${decision == 'approve'}").names
frozenset({'decision'})

Evaluating never raises for data: what FEEL cannot know is null (None), as the standard says. The engine reads no
clock: `now()` and `today()` need `clock=True` here, and the moment when evaluating: as `now=`, or in the context under
the name MOMENT, which no expression can write.

What a decision model needs:

Names with spaces and signs, which only the scope can tell from operators, and a model's lenience: what is null
whatever the data (an unknown function, wrong arguments) is null and not refused.

>>> compile("Monthly Income - tax-free", names=["Monthly Income", "tax-free"], strict=False).evaluate(
...     {"Monthly Income": 10, "tax-free": 4})
Decimal('6')

A cell of a decision table; True, False or None.

>>> compile_tests('< 18, [60..65], ? > limit', names=["limit"]).accepts(64, {"limit": 70})
True

Types, and what a value becomes where one is asked for (else None).

>>> coerced([Decimal(1)], types.NUMBER), coerced("a", read_type("list<string>")), conforms("a", types.NUMBER)
(Decimal('1'), ['a'], False)
>>> score = types.Allowed(types.NUMBER, lambda value: compile_tests("[0..100]").accepts(value, {}) is True)
>>> coerced(Decimal(101), score), compile("s instance of tScore", typed={"tScore": score}).evaluate({"s": 5})
(None, True)

Functions as values, brought by the caller or made in FEEL; `call` takes values by position or by name.

>>> double = Native([("n", types.NUMBER)], lambda values: values[0] * 2, result=types.NUMBER)
>>> compile("double(n: 4)", names=["double"]).evaluate({"double": double})
Decimal('8')
>>> compile("function(a, b) a - b").evaluate({}).call([Decimal(5), Decimal(3)])
Decimal('2')

Values, see engine.feel.values: `equal(a, b)` (True, False, None), `less`, `kind` ("number", "date and time", ...),
`from_python`; moments and durations from text with engine.feel.iso.read_moment and back with write_moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal as OneOf

from engine.errors import ExpressionRefused
from engine.feel import calls as _calls
from engine.feel import loops as _loops
from engine.feel import membership as _membership
from engine.feel import types
from engine.feel.building import Fault
from engine.feel.builtins import CLOCK
from engine.feel.closures import Closure, closure
from engine.feel.conforming import coerced, conforms, is_instance
from engine.feel.cursor import Cursor
from engine.feel.functions import Native
from engine.feel.juel import read_juel
from engine.feel.scope import Exhausted, Scope
from engine.feel.shapes import read_feel
from engine.feel.tree import Call, Node, parts, too_deep
from engine.feel.types import Type
from engine.feel.uses import uses
from engine.feel.values import Function, Interval, Value, YearMonth, equal, from_python, kind, less
from engine.feel.writing import literal, source
from engine.phrases import Phrase

__all__ = [
    "MOMENT", "Decimal", "Dialect", "Expression", "Function", "Interval", "Native", "Tests", "Type", "Value",
    "YearMonth", "coerced", "compile", "compile_tests", "conforms", "equal", "from_python", "is_instance", "kind",
    "less", "literal", "read_type", "types",
]

_REGISTERED = (_calls, _loops, _membership)
Dialect = OneOf["feel", "juel"]
LONGEST = 10_000
"""Letters of an expression."""
MOMENT = "\N{WATCH}"
"""The name under which a context may bring the moment that `now()` gives."""
DEEPEST = 100
"""Levels of an expression: brackets, and each further operator of a chain, except `and` and `or`."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was understood.

    `names` are the root names it takes from the context, `paths` the dotted paths among them ("agenda.term_ends").
    A name that stands inside a filter only may be a key of the filtered members; it is in `filter_names` alone.
    """

    text: str
    dialect: Dialect
    tree: Node = field(repr=False)
    names: frozenset[str]
    paths: frozenset[str]
    filter_names: frozenset[str]
    _run: Closure = field(repr=False, compare=False)

    def evaluate(self, context: Mapping[str, object], *, now: datetime | None = None) -> Value:
        """The value in this context. Nothing is changed, and nothing is raised for data: a name that is missing,
        kinds that do not go together, division by zero, impossible dates, and more work than one evaluation may do
        (scope.STEPS) are all null. `now` is what `now()` gives, and the day of `today()`; else context[MOMENT] is.
        """
        if now is None and isinstance(moment := context.get(MOMENT), datetime):
            now = moment
        try:
            return self._run(Scope(context) if now is None else Scope(context, None, now))
        except (Exhausted, RecursionError):
            return None

    def source(self) -> str:
        """The same expression as plain FEEL text, without comments and needless brackets."""
        return source(self.tree)


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests of a decision table's cell; `names` as of an Expression, without `?`."""

    text: str
    tree: Node = field(repr=False)
    names: frozenset[str]
    _run: Closure = field(repr=False, compare=False)

    def accepts(self, value: object, context: Mapping[str, object], *, now: datetime | None = None) -> bool | None:
        """Whether the value passes; None where that cannot be known. Raises nothing for data."""
        try:
            answer = self._run(Scope({"?": from_python(value)}, Scope(context, None, now)))
        except (Exhausted, RecursionError):
            return None
        return answer if isinstance(answer, bool) else None


def compile(
    text: str, *, dialect: Dialect | None = None, names: Iterable[str] = (), typed: Mapping[str, Type] | None = None,
    strict: bool = True, clock: bool = False,
) -> Expression:
    """The expression of a text. Without a dialect, a leading "=" is FEEL, "${" or "#{" anywhere is JUEL, and anything
    else FEEL. `names` are those in scope that hold spaces or signs, or functions (more do no harm), also members'
    ("Monthly Income" of `Applicant.Monthly Income`); `typed` are types of one's own, by name.

    Refused with ExpressionRefused, which names the position and the mend: what is not understood, JUEL calls, over
    LONGEST letters, over DEEPEST levels. When `strict` also what is null whatever the data: unknown functions and
    types, wrong arguments, impossible dates, and without `clock` also `now()` and `today()`.
    """
    if typed is None:
        return _remembered(text, dialect, names if isinstance(names, frozenset) else frozenset(names), strict, clock)
    return _compiled(text, dialect, frozenset(names), typed, strict, clock)


def compile_tests(
    text: str, *, names: Iterable[str] = (), typed: Mapping[str, Type] | None = None, strict: bool = False,
    clock: bool = True,
) -> Tests:
    """The tests of a decision table's cell: `-`, `< 5, [8..10)`, `not("a", "b")`, expressions of `?`. Refused as by
    `compile`.
    """
    tree = _read(text, "feel", frozenset(names), typed or {}, strict, clock, cell=True)
    return Tests(text, tree, frozenset(uses(tree).names), closure(tree))


def read_type(text: str, typed: Mapping[str, Type] | None = None) -> Type:
    """The type of a text such as "number", "list<string>" or the name of one of `typed`. Refused with
    ExpressionRefused when there is no such type.
    """
    try:
        cursor = Cursor(text, typed or {})
        found = cursor.type()
        fault = cursor.doubts[0] if cursor.doubts else cursor.misplaced() if cursor.here.kind != "end" else None
    except Fault as refused:
        fault = refused
    if fault is not None:
        raise ExpressionRefused(text, fault.position, fault.message) from None
    return found


@lru_cache(maxsize=4096)
def _remembered(
    text: str, dialect: Dialect | None, names: frozenset[str], strict: bool, clock: bool
) -> Expression:
    return _compiled(text, dialect, names, {}, strict, clock)


def _compiled(
    text: str, dialect: Dialect | None, names: frozenset[str], typed: Mapping[str, Type], strict: bool, clock: bool
) -> Expression:
    chosen: Dialect = dialect or _dialect(text)
    tree = _read(text, chosen, names, typed, strict, clock)
    found = uses(tree)
    return Expression(
        text=text, dialect=chosen, tree=tree, names=frozenset(found.names), paths=frozenset(found.paths),
        filter_names=frozenset(found.filter_names - found.names), _run=closure(tree),
    )


def _read(
    text: str, dialect: Dialect, names: frozenset[str], typed: Mapping[str, Type], strict: bool, clock: bool, *,
    cell: bool = False,
) -> Node:
    if len(text) > LONGEST:
        raise ExpressionRefused(text[:80], LONGEST, Phrase(
            "Ungkapan terlalu panjang; paling banyak %(most)s huruf", most=str(LONGEST)
        ))
    doubts: tuple[Fault, ...] = ()
    try:
        if dialect == "juel":
            tree = read_juel(text)
            doubts = () if clock else tuple(_asking(tree))
        else:
            tree, doubts = read_feel(_without_mark(text), names, typed, clock=clock, cell=cell)
        deep = too_deep(tree, DEEPEST)
        if deep is not None:
            raise Fault(deep.position, f"Ungkapan terlalu berlapis; paling banyak {DEEPEST} lapis. Pecah ungkapannya")
        if strict and doubts:
            raise doubts[0]
    except Fault as fault:
        raise ExpressionRefused(text, fault.position, fault.message) from None
    except RecursionError:  # when little of Python's stack was left
        raise ExpressionRefused(text, 0, "Ungkapan terlalu berlapis. Pecah ungkapannya") from None
    return tree


def _asking(tree: Node) -> Iterator[Fault]:
    """A fault for each part that asks what time it is."""
    return (Fault(one.position, CLOCK[one.function]) for one in parts(tree)
            if isinstance(one, Call) and one.function in CLOCK)


def _dialect(text: str) -> Dialect:
    if text.lstrip().startswith("="):
        return "feel"
    return "juel" if "${" in text or "#{" in text else "feel"


def _without_mark(text: str) -> str:
    """A space instead of the leading "=", so that positions stay those of the text."""
    bare = text.lstrip()
    return " " * (len(text) - len(bare) + 1) + bare[1:] if bare.startswith("=") else text
