"""The texts of a model, compiled by engine.feel with the names that are in scope where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine import feel
from engine.dmn.evaluation import Evaluated, Evaluation, Run
from engine.dmn.model import Literal
from engine.dmn.problems import problem
from engine.errors import ExpressionRefused, Problem
from engine.feel.builtins import BUILTINS
from engine.feel.scope import Scope
from engine.feel.tree import Lambda, Node, Tests, parts
from engine.feel.tree import Literal as Constant
from engine.feel.types import Type
from engine.feel.values import Value, hashable

EMPTY = frozenset({"", "-"})


SIMPLE = (str, Decimal, bool)


@dataclass(frozen=True, slots=True)
class Cell:
    """The tests of a cell. `constants`: the keys of the values that pass, where it only lists constants; they tell for
    the value of a SIMPLE kind, without evaluating.
    """

    run: Run
    constants: frozenset[object] | None


def _constants(read: Node) -> frozenset[object] | None:
    if not isinstance(read, Tests) or read.negated:
        return None
    values = [one.value for one in read.tests if isinstance(one, Constant) and isinstance(one.value, SIMPLE)]
    return frozenset(map(hashable, values)) if len(values) == len(read.tests) else None


class Texts:
    """Compiles the texts of one model. What cannot be read is kept in `problems`, and is null where it would be
    evaluated, which is then told.

    `members` are the names of components and entries, which may stand behind a dot.
    """

    def __init__(self, members: Iterable[str]) -> None:
        self.members = frozenset(name for name in members if not name.isidentifier() and name not in BUILTINS)
        self.types: Mapping[str, Type] = {}
        self.problems: list[Problem] = []
        self._known: dict[tuple[str, str, frozenset[str], bool, bool], tuple[Run, Node]] = {}
        """What was compiled before: cells of tables say the same again and again."""

    def know(self, types: Mapping[str, Type]) -> None:
        """From here on texts may name these types."""
        self.types = types
        self._known.clear()

    def expression(self, literal: Literal, names: frozenset[str]) -> Run:
        """What the text is worth in a scope; null for an empty one."""
        if not literal.text:
            return lambda scope, evaluation: None
        return self._compiled(literal, names, tests=False)[0]

    def domain(self, literal: Literal, names: frozenset[str]) -> Run:
        """What a loop goes through, which may be written with two ends only, as behind `in`: `1..3`."""
        if ".." in literal.text:
            try:
                loop = replace(literal, text=f"for i in {literal.text} return i")
                return self._feel(loop, names | self.members, tests=False, strict=True)[0]
            except ExpressionRefused:
                return self.expression(literal, names)
        return self.expression(literal, names)

    def tests(self, literal: Literal, names: frozenset[str]) -> Cell | None:
        """What the text of a cell says of the value that the scope calls `?`; None for one that any value passes."""
        if literal.text in EMPTY:
            return None
        run, read = self._compiled(literal, names, tests=True)
        return Cell(run, None if read is None else _constants(read))

    def values(self, literal: Literal) -> list[Value] | None:
        """The values a text lists, in their order: `"high", "low"`; None when it cannot be read or is no list."""
        try:
            found = feel.compile(f"[{literal.text}]", dialect="feel", strict=False).evaluate({})
        except ExpressionRefused:
            return None
        return found if isinstance(found, list) else None

    def accepts(self, literal: Literal) -> Callable[[Value], bool]:
        """Whether a value passes the tests of allowed values; any value passes what cannot be read."""
        cell = self.tests(literal, frozenset())
        if cell is None or isinstance(cell.run, _Refused):
            return lambda value: True
        run = cell.run
        return lambda value: run(Scope({"?": value}, Scope({})), _NOWHERE) is True

    def _compiled(self, literal: Literal, names: frozenset[str], *, tests: bool) -> tuple[Run, Node | None]:
        try:
            return self._feel(literal, names | self.members, tests=tests, strict=True)
        except ExpressionRefused as doubt:
            try:
                found = self._feel(literal, names | self.members, tests=tests, strict=False)
            except ExpressionRefused as refused:
                self.problems.append(problem("expression.refused", literal.id, literal.line, reason=refused.why))
                return _Refused(self.problems[-1]), None
            self.problems.append(
                problem("expression.null", literal.id, literal.line, severity="warning", reason=doubt.why))
            return found

    def _feel(
        self, literal: Literal, names: frozenset[str], *, tests: bool, strict: bool
    ) -> tuple[Run, Node | None]:
        key = (literal.text, literal.language, names, tests, strict)
        known = self._known.get(key)
        if known is not None:
            return known
        if literal.language == "juel":
            compiled: feel.Expression | feel.Tests = feel.compile(literal.text, dialect="juel")
        elif tests:
            compiled = feel.compile_tests(literal.text, names=names, typed=self.types, strict=strict, clock=True)
        else:
            compiled = feel.compile(
                literal.text, dialect="feel", names=names, typed=self.types, strict=strict, clock=True)
        run = compiled._run
        if not any(isinstance(part, Lambda) and part.external for part in parts(compiled.tree)):
            self._known[key] = lambda scope, evaluation: run(scope), compiled.tree
            return self._known[key]
        why = problem("function.external", literal.id, literal.line, severity="warning", kind="Java / PMML")
        self.problems.append(why)
        return _Told(why, run), None


class _Told:
    """The value of a text that brings a function from outside, which is told."""

    def __init__(self, why: Problem, run: Callable[[Scope], Value]) -> None:
        self.why, self.run = why, run

    def __call__(self, scope: Scope, evaluation: Evaluation) -> Value:
        evaluation.keep(self.why)
        return self.run(scope)


class _Refused:
    """The value of a text that cannot be read: null, and told."""

    def __init__(self, why: Problem) -> None:
        self.why = why

    def __call__(self, scope: Scope, evaluation: Evaluation) -> Value:
        evaluation.keep(self.why)
        return None


_NOWHERE = Evaluation(Evaluated({}, {}), {}, Scope({}), [])
"""Where the tests of a type are asked, which need no model."""
