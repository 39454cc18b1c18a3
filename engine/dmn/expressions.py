"""The texts of a model, compiled by engine.feel with the names that are in scope where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from engine import feel
from engine.dmn.evaluation import Evaluated, Evaluation, Run
from engine.dmn.model import Literal
from engine.dmn.problems import problem
from engine.errors import ExpressionRefused, Problem
from engine.feel.builtins import BUILTINS
from engine.feel.scope import Scope
from engine.feel.tree import Lambda, parts
from engine.feel.types import Type
from engine.feel.values import Value

EMPTY = frozenset({"", "-"})


class Texts:
    """Compiles the texts of one model. What cannot be read is kept in `problems`, and is null where it would be
    evaluated, which is then told.

    `members` are the names of components and entries, which may stand behind a dot.
    """

    def __init__(self, members: Iterable[str]) -> None:
        self.members = frozenset(name for name in members if not name.isidentifier() and name not in BUILTINS)
        self.types: Mapping[str, Type] = {}
        self.problems: list[Problem] = []

    def expression(self, literal: Literal, names: frozenset[str]) -> Run:
        """What the text is worth in a scope; null for an empty one."""
        if not literal.text:
            return lambda scope, evaluation: None
        return self._compiled(literal, names, tests=False)

    def domain(self, literal: Literal, names: frozenset[str]) -> Run:
        """What a loop goes through, which may be written with two ends only, as behind `in`: `1..3`."""
        if ".." in literal.text:
            try:
                return self._feel(replace(literal, text=f"for i in {literal.text} return i"), names | self.members,
                                  tests=False, strict=True)
            except ExpressionRefused:
                return self.expression(literal, names)
        return self.expression(literal, names)

    def tests(self, literal: Literal, names: frozenset[str]) -> Run | None:
        """What the text of a cell says of the value that the scope calls `?`; None for one that any value passes."""
        if literal.text in EMPTY:
            return None
        return self._compiled(literal, names, tests=True)

    def values(self, literal: Literal) -> list[Value] | None:
        """The values a text lists, in their order: `"high", "low"`; None when it cannot be read or is no list."""
        try:
            found = feel.compile(f"[{literal.text}]", dialect="feel", strict=False).evaluate({})
        except ExpressionRefused:
            return None
        return found if isinstance(found, list) else None

    def accepts(self, literal: Literal) -> Callable[[Value], bool]:
        """Whether a value passes the tests of allowed values; any value passes what cannot be read."""
        test = self.tests(literal, frozenset())
        if test is None or isinstance(test, _Refused):
            return lambda value: True
        return lambda value: test(Scope({"?": value}, Scope({})), _NOWHERE) is True

    def _compiled(self, literal: Literal, names: frozenset[str], *, tests: bool) -> Run:
        try:
            return self._feel(literal, names | self.members, tests=tests, strict=True)
        except ExpressionRefused as doubt:
            try:
                run = self._feel(literal, names | self.members, tests=tests, strict=False)
            except ExpressionRefused as refused:
                self.problems.append(problem("expression.refused", literal.id, literal.line, detail=str(refused)))
                return _Refused(self.problems[-1])
            self.problems.append(
                problem("expression.null", literal.id, literal.line, severity="warning", detail=str(doubt)))
            return run

    def _feel(self, literal: Literal, names: frozenset[str], *, tests: bool, strict: bool) -> Run:
        if literal.language == "juel":
            compiled: feel.Expression | feel.Tests = feel.compile(literal.text, dialect="juel")
        elif tests:
            compiled = feel.compile_tests(literal.text, names=names, typed=self.types, strict=strict, clock=True)
        else:
            compiled = feel.compile(
                literal.text, dialect="feel", names=names, typed=self.types, strict=strict, clock=True)
        run = compiled._run
        if not any(isinstance(part, Lambda) and part.external for part in parts(compiled.tree)):
            return lambda scope, evaluation: run(scope)
        why = problem("function.external", literal.id, literal.line, severity="warning", kind="Java / PMML")
        self.problems.append(why)
        return _Told(why, run)


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
