"""A decision table made into a Python function."""

from __future__ import annotations

from dataclasses import dataclass

from engine.dmn.evaluation import Evaluation, Run
from engine.dmn.expressions import SIMPLE, Cell, Texts
from engine.dmn.hits import Hit, aggregated, all_equal, by_priority
from engine.dmn.model import Input, Literal, Output, Rule, Table
from engine.dmn.problems import problem
from engine.dmn.types import Types
from engine.feel.scope import Scope
from engine.feel.types import Type
from engine.feel.values import Value, hashable


@dataclass(frozen=True, slots=True)
class _Column:
    """An input: its value, what it may be, its tests by rule (None for any value)."""

    drawn: Input
    value: Run
    type: Type | None
    allowed: Cell | None


@dataclass(frozen=True, slots=True)
class _Result:
    """An output: what it may be, the order of its values, its default."""

    drawn: Output
    type: Type | None
    allowed: Cell | None
    order: list[Value] | None
    default: Run | None


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule: the places of the inputs it tests with their tests, and its results."""

    drawn: Rule
    tests: tuple[tuple[int, Cell], ...]
    results: tuple[Run, ...]


class Tables:
    """Compiles the decision tables of one model."""

    def __init__(self, texts: Texts, types: Types) -> None:
        self.texts, self.types = texts, types

    def of(self, table: Table, names: frozenset[str]) -> Run:
        """What the table gives (DMN 1.5, 8.2): null, and told, where its inputs or results are not allowed or its hit
        policy does not hold.
        """
        columns = [self._column(one, names) for one in table.inputs]
        results = [self._result(one, table, names) for one in table.outputs]
        rows = [self._row(one, table, names) for one in table.rules]
        if table.hit in "PO" and not any(one.order for one in results):
            self.texts.problems.append(problem("table.no_order", table.id, table.line, severity="warning"))
        running = _Running(table, columns, results, rows)
        return running.value

    def _column(self, drawn: Input, names: frozenset[str]) -> _Column:
        return _Column(
            drawn, self.texts.expression(drawn.expression, names),
            self.types.find(drawn.expression.type, drawn.id, drawn.line),
            None if drawn.allowed is None else self.texts.tests(drawn.allowed, names | {"?"}))

    def _result(self, drawn: Output, table: Table, names: frozenset[str]) -> _Result:
        named = drawn.type or (table.type if len(table.outputs) == 1 else None)
        listed = drawn.values or self._listed_by_type(named)
        return _Result(
            drawn, self.types.find(drawn.type, drawn.id, drawn.line),
            None if drawn.values is None else self.texts.tests(drawn.values, names | {"?"}),
            None if listed is None or table.hit not in "PO" else self.texts.values(listed),
            None if drawn.default is None else self.texts.expression(drawn.default, names))

    def _listed_by_type(self, name: str | None) -> Literal | None:
        """The allowed values of an output's type stand for output values it has not."""
        item = self.types.items.get(name or "")
        return None if item is None or item.components else item.allowed

    def _row(self, drawn: Rule, table: Table, names: frozenset[str]) -> _Row:
        tests = []
        for place, (cell, column) in enumerate(zip(drawn.inputs, table.inputs, strict=True)):
            test = self.texts.tests(cell, names | {"?", column.bound})
            if test is not None:
                tests.append((place, test))
        return _Row(drawn, tuple(tests), tuple(self.texts.expression(cell, names) for cell in drawn.outputs))


@dataclass(frozen=True, slots=True)
class _Running:
    """A table ready to be evaluated."""

    table: Table
    columns: list[_Column]
    results: list[_Result]
    rows: list[_Row]

    def value(self, scope: Scope, evaluation: Evaluation) -> Value:
        scope.spend(1 + len(self.rows))
        tested = self._tested(scope, evaluation)
        if tested is None:
            return None
        matching = self._matching(tested, evaluation)
        if not matching:
            return self._default(scope, evaluation)
        if not self._may(matching, evaluation):
            return None
        hits = [self._hit(row, scope, evaluation) for row in matching]
        if any(hit is None for hit in hits):
            return None
        return self._by_policy([hit for hit in hits if hit is not None], matching, evaluation)

    def _tested(self, scope: Scope, evaluation: Evaluation) -> list[tuple[Scope, object]] | None:
        """For each input the scope in which its cells are asked, and the key of a SIMPLE value; None when a value is
        not allowed.
        """
        scopes = []
        for column in self.columns:
            drawn = column.drawn
            value = evaluation.coerced(column.value(scope, evaluation), column.type, drawn.id, drawn.line)
            inner = Scope({"?": value, drawn.bound: value}, scope)
            if column.allowed is not None and column.allowed.run(inner, evaluation) is not True:
                evaluation.tell("table.input_value", drawn.id, drawn.line, name=drawn.label or drawn.expression.text)
                return None
            scopes.append((inner, hashable(value) if isinstance(value, SIMPLE) else None))
        return scopes

    def _matching(self, tested: list[tuple[Scope, object]], evaluation: Evaluation) -> list[_Row]:
        found = []
        for row in self.rows:
            for place, cell in row.tests:
                scope, key = tested[place]
                if cell.constants is not None and key is not None:
                    if key not in cell.constants:
                        break
                elif cell.run(scope, evaluation) is not True:
                    break
            else:
                found.append(row)
                if self.table.hit == "F":
                    break
        return found

    def _may(self, matching: list[_Row], evaluation: Evaluation) -> bool:
        if self.table.hit == "U" and len(matching) > 1:
            evaluation.tell("table.not_unique", self.table.id, self.table.line, count=len(matching),
                            lines=_lines(matching))
            return False
        return True

    def _hit(self, row: _Row, scope: Scope, evaluation: Evaluation) -> Hit | None:
        """The rule's results; None when one is not among its output's values."""
        found = []
        for cell, result in zip(row.results, self.results, strict=True):
            drawn = result.drawn
            value = evaluation.coerced(cell(scope, evaluation), result.type, drawn.id, row.drawn.line)
            allowed, inner = result.allowed, Scope({"?": value}, scope)
            if value is not None and allowed is not None and allowed.run(inner, evaluation) is not True:
                evaluation.tell("table.output_value", drawn.id, row.drawn.line, name=drawn.name or drawn.id)
                return None
            found.append(value)
        return tuple(found)

    def _default(self, scope: Scope, evaluation: Evaluation) -> Value:
        if any(one.default is not None for one in self.results):
            return self._given(tuple(
                None if one.default is None else evaluation.coerced(
                    one.default(scope, evaluation), one.type, one.drawn.id, one.drawn.line)
                for one in self.results))
        if self.table.hit == "C" and self.table.aggregation in ("", "COUNT"):
            return aggregated([], "COUNT") if self.table.aggregation else []
        evaluation.tell("table.no_match", self.table.id, self.table.line)
        return None

    def _by_policy(self, hits: list[Hit], matching: list[_Row], evaluation: Evaluation) -> Value:
        match self.table.hit:
            case "A" if not all_equal(hits):
                evaluation.tell("table.not_same", self.table.id, self.table.line, lines=_lines(matching))
                return None
            case "P" | "O":
                hits = by_priority(hits, [one.order for one in self.results])
            case "C" if self.table.aggregation:
                value = aggregated([hit[0] for hit in hits], self.table.aggregation)
                if value is None:
                    evaluation.tell("table.aggregate", self.table.id, self.table.line, policy=self.table.aggregation)
                return value
        if self.table.hit in "ROC":
            return [self._given(hit) for hit in hits]
        return self._given(hits[0])

    def _given(self, hit: Hit) -> Value:
        """One result as it is, several by their names."""
        if len(hit) == 1:
            return hit[0]
        return {one.drawn.name: value for one, value in zip(self.results, hit, strict=True)}


def _lines(rows: list[_Row]) -> str:
    return ", ".join(str(row.drawn.line) for row in rows)
