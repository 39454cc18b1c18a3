"""A boxed expression made into a Python function, once, so that evaluating is only calling."""

from __future__ import annotations

from functools import singledispatchmethod

from engine.dmn.evaluation import Evaluation, Recorded, Run
from engine.dmn.expressions import Texts
from engine.dmn.model import (
    AnyBoxed,
    Boxed,
    Conditional,
    Context,
    Filter,
    Function,
    Invocation,
    ListOf,
    Literal,
    Loop,
    Relation,
    Table,
    Variable,
)
from engine.dmn.problems import problem
from engine.dmn.table_logic import Tables
from engine.dmn.types import Types
from engine.feel.filtering import filtered
from engine.feel.functions import Native
from engine.feel.ranges import domain
from engine.feel.scope import Scope, weight
from engine.feel.types import ANY, FunctionType, Type, plain
from engine.feel.values import Function as FunctionValue
from engine.feel.values import Value, conjunction, disjunction

PRICE = 10
"""Work of one call of a function."""


class MakeFunction:
    """Makes the function value of a boxed function, with what its scope holds."""

    def __init__(self, boxed: Function, parameters: tuple[tuple[str, Type], ...], body: Run) -> None:
        self.boxed, self.parameters, self.body = boxed, parameters, body

    def __call__(self, scope: Scope, evaluation: Evaluation, name: str, result: Type | None) -> FunctionValue:
        """The function; `result` is the type of what it gives, or the function's own type."""
        names, body = [one for one, _ in self.parameters], self.body
        wanted = plain(result) if result is not None else None
        if isinstance(wanted, FunctionType):
            result = wanted.result

        def run(values: list[Value]) -> Value:
            scope.spend(PRICE)
            return body(Scope(dict(zip(names, values, strict=True)), scope), evaluation)

        return Recorded(evaluation, self.boxed.id, self.boxed.line, self.parameters, run, result, name)

class Logic:
    """Compiles the boxed expressions of one model."""

    def __init__(self, texts: Texts, types: Types) -> None:
        self.texts, self.types = texts, types
        self.tables = Tables(texts, types)

    def of(self, boxed: AnyBoxed | None, names: frozenset[str]) -> Run:
        """The value of a boxed expression where these names are in scope, as one of its type's; null for none."""
        if boxed is None:
            return _null
        return self.typed(self._of(boxed, names), boxed.type, boxed)

    def typed(self, run: Run, name: str | None, where: Boxed | Variable, element: str = "") -> Run:
        """The same, converted to a type by its name."""
        said = element or (where.id if isinstance(where, Boxed) else where.name)
        type_, line = self.types.find(name, said, where.line), where.line
        if type_ is None:
            return run
        return lambda scope, evaluation: evaluation.coerced(run(scope, evaluation), type_, said, line)

    @singledispatchmethod
    def _of(self, boxed: Boxed, names: frozenset[str]) -> Run:
        raise TypeError(boxed)

    @_of.register(Literal)
    def _literal(self, boxed: Literal, names: frozenset[str]) -> Run:
        return self.texts.expression(boxed, names)

    @_of.register(Table)
    def _table(self, boxed: Table, names: frozenset[str]) -> Run:
        return self.tables.of(boxed, names)

    @_of.register(Invocation)
    def _invocation(self, boxed: Invocation, names: frozenset[str]) -> Run:
        called = self._called(boxed.called, names)
        bound = [
            (one.parameter.name, self.typed(self.of(one.value, names), one.parameter.type, one.parameter))
            for one in boxed.bindings
        ]

        def run(scope: Scope, evaluation: Evaluation) -> Value:
            function = called(scope, evaluation)
            if not isinstance(function, FunctionValue):
                evaluation.tell("call.no_function", boxed.id, boxed.line)
                return None
            given = {name: value(scope, evaluation) for name, value in bound}
            if isinstance(function, Native):  # a parameter nobody binds is null; built-in ones may be left out
                given |= {name: None for name, _ in function.parameters if name not in given}
            value = function.call(list(given.values()), list(given))
            scope.spend(weight(value))
            return value

        return run

    def _called(self, boxed: AnyBoxed, names: frozenset[str]) -> Run:
        """What an invocation calls: a name as it stands, whatever signs it has in it, or an expression."""
        if isinstance(boxed, Literal):
            name = " ".join(boxed.text.split())
            if name in names:
                return lambda scope, evaluation: scope.find(name)
        return self.of(boxed, names)

    @_of.register(Context)
    def _context(self, boxed: Context, names: frozenset[str]) -> Run:
        entries: list[tuple[str | None, Run]] = []
        for entry in boxed.entries:
            run = self.of(entry.value, names)
            if entry.variable is None:
                entries.append((None, run))
                continue
            entries.append((entry.variable.name, self.typed(run, entry.variable.type, entry.variable, boxed.id)))
            names = names | {entry.variable.name}

        def run_entries(scope: Scope, evaluation: Evaluation) -> Value:
            values: dict[str, Value] = {}
            inner = Scope(values, scope)
            for name, run in entries:
                value = run(inner, evaluation)
                if name is None:
                    return value
                values[name] = value
            scope.spend(weight(values))
            return values

        return run_entries

    @_of.register(ListOf)
    def _list(self, boxed: ListOf, names: frozenset[str]) -> Run:
        items = [self.of(item, names) for item in boxed.items]

        def run(scope: Scope, evaluation: Evaluation) -> Value:
            values = [item(scope, evaluation) for item in items]
            scope.spend(weight(values))
            return values

        return run

    @_of.register(Relation)
    def _relation(self, boxed: Relation, names: frozenset[str]) -> Run:
        rows = [
            [(column.name, self.typed(self.of(cell, names), column.type, column, boxed.id))
             for column, cell in zip(boxed.columns, row, strict=False)]
            for row in boxed.rows
        ]

        def run(scope: Scope, evaluation: Evaluation) -> Value:
            values: list[Value] = [{name: cell(scope, evaluation) for name, cell in row} for row in rows]
            scope.spend(weight(values))
            return values

        return run

    @_of.register(Function)
    def _function(self, boxed: Function, names: frozenset[str]) -> Run:
        make = self.function(boxed, names)
        return lambda scope, evaluation: make(scope, evaluation, boxed.id, None)

    def function(self, boxed: Function, names: frozenset[str]) -> MakeFunction:
        """What makes the function in a scope; calling an external one is null, and told."""
        parameters = tuple(
            (one.name, self.types.find(one.type, boxed.id, one.line) or ANY) for one in boxed.parameters)
        if boxed.kind != "FEEL":
            self.texts.problems.append(
                problem("function.external", boxed.id, boxed.line, severity="warning", kind=boxed.kind))
            return MakeFunction(boxed, parameters, _external(boxed))
        return MakeFunction(boxed, parameters, self.of(boxed.body, names | {name for name, _ in parameters}))

    @_of.register(Conditional)
    def _conditional(self, boxed: Conditional, names: frozenset[str]) -> Run:
        condition, chosen, otherwise = (
            self.of(part, names) for part in (boxed.condition, boxed.chosen, boxed.otherwise))
        return lambda scope, evaluation: (
            chosen(scope, evaluation) if condition(scope, evaluation) is True else otherwise(scope, evaluation))

    @_of.register(Loop)
    def _loop(self, boxed: Loop, names: frozenset[str]) -> Run:
        if isinstance(boxed.domain, Literal) and boxed.domain.type is None:
            source = self.texts.domain(boxed.domain, names)
        else:
            source = self.of(boxed.domain, names)
        variable = boxed.variable
        body = self.of(boxed.body, names | {variable, "partial"})

        def run(scope: Scope, evaluation: Evaluation) -> Value:
            members = domain(source(scope, evaluation))
            if members is None:
                evaluation.tell("loop.domain", boxed.id, boxed.line)
                return None
            results: list[Value] = []
            for member in members:
                scope.spend(1)
                bound = {variable: member, "partial": results} if boxed.kind == "for" else {variable: member}
                results.append(body(Scope(bound, scope), evaluation))
            if boxed.kind == "for":
                scope.spend(weight(results))
                return results
            return conjunction(results) if boxed.kind == "every" else disjunction(results)

        return run

    @_of.register(Filter)
    def _filter(self, boxed: Filter, names: frozenset[str]) -> Run:
        source, match = self.of(boxed.source, names), self.of(boxed.match, names | {"item"})
        return lambda scope, evaluation: filtered(
            source(scope, evaluation), scope, lambda inner: match(inner, evaluation), 1
        )


def _null(scope: Scope, evaluation: Evaluation) -> Value:
    return None


def _external(boxed: Function) -> Run:
    def run(scope: Scope, evaluation: Evaluation) -> Value:
        evaluation.tell("function.external", boxed.id, boxed.line, kind=boxed.kind)
        return None

    return run
