"""One evaluation of a model: what was worked out so far, and why anything became null."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from engine.dmn.problems import problem
from engine.errors import Problem
from engine.feel.conforming import coerced
from engine.feel.functions import Native
from engine.feel.scope import Scope
from engine.feel.types import ANY, Type
from engine.feel.values import Value

MOST_REASONS = 100
"""Reasons kept; a table that is asked in a loop would give thousands."""


class Evaluation:
    """The values of one model's elements for one context, each worked out once, when it is first needed.

    `context` holds what the caller brings for this model; `root` is the outermost scope, which counts the work.
    An imported model has an evaluation of its own, whose context is what the caller brings under the import's name.
    `written`: texts stand for the moments that inputs ask for, as in JSON.
    """

    __slots__ = ("context", "imported", "reasons", "root", "unit", "values", "written")

    def __init__(
        self, unit: Evaluated, context: Mapping[str, object], root: Scope, reasons: list[Problem], *,
        written: bool = False,
    ) -> None:
        self.unit, self.context, self.root, self.reasons, self.written = unit, context, root, reasons, written
        self.values: dict[str, Value] = {}
        self.imported: dict[str, Evaluation] = {}

    def value(self, name: str) -> Value:
        """The value of an element of this model, by its id: of a decision or input, or the function it is."""
        if name not in self.values:
            self.values[name] = self.unit.elements[name](self)
        return self.values[name]

    def of(self, imported: str | None) -> Evaluation:
        """The evaluation of the model behind an import's name, this one for None."""
        if imported is None:
            return self
        if imported not in self.imported:
            brought = self.context.get(imported)
            context = brought if isinstance(brought, Mapping) else self.context
            self.imported[imported] = self._another(self.unit.imports[imported], context)
        return self.imported[imported]

    def afresh(self) -> Evaluation:
        """Another evaluation of the same model, of which nothing is worked out yet."""
        return self._another(self.unit, self.context)

    def _another(self, unit: Evaluated, context: Mapping[str, object]) -> Evaluation:
        return Evaluation(unit, context, self.root, self.reasons, written=self.written)

    def tell(self, code: str, element: str, line: int, **words: str | int) -> None:
        """One more reason for a null."""
        self.keep(problem(code, element, line, severity="warning", **words))

    def keep(self, reason: Problem) -> None:
        """The same, of a problem known before."""
        if len(self.reasons) < MOST_REASONS:
            self.reasons.append(reason)

    def coerced(self, value: Value, type_: Type | None, element: str, line: int) -> Value:
        """The value as one of the type's; null, and a reason, where it is none."""
        if type_ is None or value is None:
            return value
        fitting = coerced(value, type_)
        if fitting is None:
            self.tell("value.type", element, line)
        return fitting


Worked: TypeAlias = Callable[[Evaluation], Value]
"""How an element gets its value."""
Run: TypeAlias = Callable[[Scope, Evaluation], Value]
"""How a boxed expression gets its value."""


class Evaluated:
    """A model ready to be evaluated: how each element gets its value, and the models it imports."""

    __slots__ = ("elements", "imports")

    def __init__(self, elements: Mapping[str, Worked], imports: Mapping[str, Evaluated]) -> None:
        self.elements, self.imports = elements, imports


class Recorded(Native):
    """A function of the model: a call that does not fit it is null, and told."""

    __slots__ = ("element", "evaluation", "line")

    def __init__(
        self, evaluation: Evaluation, element: str, line: int, parameters: Sequence[tuple[str, Type]],
        run: Callable[[list[Value]], Value], result: Type | None, name: str,
    ) -> None:
        super().__init__(parameters, run, result=result or ANY, name=name)
        self.evaluation, self.element, self.line = evaluation, element, line

    def call(self, values: Sequence[Value], names: Sequence[str] = ()) -> Value:
        result = super().call(values, names)
        if result is None and not self._fits(values, names):
            self.evaluation.tell("call.arguments", self.element, self.line, name=self.name,
                                 parameters=", ".join(name for name, _ in self.parameters))
        return result

    def _fits(self, values: Sequence[Value], names: Sequence[str]) -> bool:
        if len(values) != len(self.parameters):
            return False
        types = dict(self.parameters)
        order = list(names) or list(types)
        return types.keys() == set(order) and all(
            value is None or coerced(value, types[name]) is not None for name, value in zip(order, values, strict=True))
