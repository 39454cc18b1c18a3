"""A linked model made ready to be evaluated: each element a function of an evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.dmn.evaluation import Evaluated, Evaluation, Recorded, Worked
from engine.dmn.expressions import Texts
from engine.dmn.linking import Unit, units
from engine.dmn.logic import Logic
from engine.dmn.model import (
    AnyBoxed,
    Context,
    Decision,
    Element,
    InputData,
    Knowledge,
    Reference,
    Relation,
    Service,
    Table,
)
from engine.dmn.problems import problem
from engine.dmn.types import Types, names_in
from engine.dmn.written import as_typed
from engine.errors import Problem
from engine.feel.scope import Scope, weight
from engine.feel.types import ANY, FunctionType, Type, plain
from engine.feel.values import Function, Value, from_python


@dataclass(frozen=True, slots=True)
class Need:
    """What an element sees by a requirement: from which model (None: its own), the id there, and the names for it."""

    imported: str | None
    id: str
    names: tuple[str, ...]
    columns: tuple[str, ...] = ()

    @property
    def seen(self) -> tuple[str, ...]:
        """The names that come into scope."""
        if self.imported is None or self.imported.startswith(" "):
            return self.names + self.columns
        return (self.imported,)


def compile_models(root: Unit) -> tuple[Evaluated, tuple[Problem, ...]]:
    """The model and its imports, and what was found on the way: texts that cannot be read (errors), the rest warnings.

    Nothing is refused any more: what cannot be read is null where it would be evaluated.
    """
    every = units(root)
    done: dict[int, tuple[Evaluated, Types]] = {}
    problems: list[Problem] = []
    members = {name for unit in every for name in _members(unit)}
    members |= {element.name for unit in every if unit is not root for element in unit.model.elements.values()}
    for unit in every:
        texts = Texts(members)
        types = Types(unit, {name: done[id(one)][1] for name, one in unit.imports.items()}, texts.accepts)
        texts.know(types.named)
        compiler = _Compiler(unit, Logic(texts, types))
        elements = {name: compiler.of(element) for name, element in unit.model.elements.items()}
        done[id(unit)] = Evaluated(elements, {name: done[id(one)][0] for name, one in unit.imports.items()}), types
        problems += [*unit.model.warnings, *compiler.problems, *types.problems, *texts.problems]
    return done[id(root)][0], tuple(dict.fromkeys(problems))


def _members(unit: Unit) -> Iterator[str]:
    """Every name of components and keys, which may stand behind a dot."""
    yield from names_in(unit.model.items)
    for element in unit.model.elements.values():
        logic = element.logic if isinstance(element, Decision | Knowledge) else None
        yield from _keys(logic)


def _keys(boxed: object) -> Iterator[str]:
    """The keys of contexts that boxed expressions build, however deep."""
    match boxed:
        case Table():
            yield from (one.name for one in boxed.outputs)
        case Context():
            yield from (one.variable.name for one in boxed.entries if one.variable is not None)
        case Relation():
            yield from (one.name for one in boxed.columns)
    for inner in parts(boxed):
        yield from _keys(inner)


def parts(boxed: object) -> Iterator[AnyBoxed]:
    """The boxed expressions right inside one."""
    for name in getattr(boxed, "__dataclass_fields__", ()):
        waiting = [getattr(boxed, name)]
        while waiting:
            part = waiting.pop()
            if isinstance(part, tuple):
                waiting.extend(part)
            elif isinstance(part, AnyBoxed):
                yield part
            elif hasattr(part, "value") and hasattr(part, "__dataclass_fields__"):
                waiting.append(part.value)


class _Compiler:
    """Compiles the elements of one model."""

    def __init__(self, unit: Unit, logic: Logic) -> None:
        self.unit, self.logic = unit, logic
        self.problems: list[Problem] = []

    def of(self, element: Element) -> Worked:
        match element:
            case InputData():
                return self._input(element)
            case Decision():
                return self._decision(element)
            case Knowledge():
                return self._knowledge(element)
            case Service():
                return self._service(element)
        raise TypeError(element)

    def type_of(self, element: Element) -> Type | None:
        return self.logic.types.find(element.variable.type, element.id, element.variable.line)

    def needs(self, references: Iterable[Reference]) -> list[Need]:
        found = []
        for reference in references:
            resolved = self.unit.resolve(reference)
            if resolved is not None:
                imported, element = resolved
                found.append(Need(imported, element.id, self._names(element), self._columns(element)))
        return found

    def _names(self, element: Element) -> tuple[str, ...]:
        aliases = (element.alias, element.id) if self.unit.model.open else (element.alias,)
        return tuple(dict.fromkeys(name for name in (element.name, *aliases) if name))

    def _columns(self, element: Element) -> tuple[str, ...]:
        """In open models the results of a table are seen by its columns' names too."""
        table = element.logic if isinstance(element, Decision) and self.unit.model.open else None
        return tuple(one.name for one in table.outputs if one.name) if isinstance(table, Table) else ()

    def _input(self, element: InputData) -> Worked:
        type_, required = self.type_of(element), not self.unit.model.open
        names = self._names(element)

        def value(evaluation: Evaluation) -> Value:
            for name in names:
                if name in evaluation.context:
                    given = from_python(evaluation.context[name])
                    if evaluation.written and type_ is not None:
                        given = as_typed(given, type_)
                    return evaluation.coerced(given, type_, element.id, element.line)
            if required:
                evaluation.tell("input.missing", element.id, element.line, name=element.name)
            return None

        return value

    def _decision(self, element: Decision) -> Worked:
        if element.logic is None:
            self.problems.append(problem("decision.no_logic", element.id, element.line, severity="warning"))
        needs = self.needs((*element.information, *element.knowledge))
        run = self.logic.of(element.logic, frozenset(name for need in needs for name in need.seen))
        type_ = self.type_of(element)

        def value(evaluation: Evaluation) -> Value:
            found = run(_scope(evaluation, needs), evaluation)
            evaluation.root.spend(weight(found))
            return evaluation.coerced(found, type_, element.id, element.line)

        return value

    def _knowledge(self, element: Knowledge) -> Worked:
        if element.logic is None:
            self.problems.append(problem("decision.no_logic", element.id, element.line, severity="warning"))
            return lambda evaluation: None
        own = Need(None, element.id, self._names(element))
        needs = [own, *self.needs(element.knowledge)]
        make = self.logic.function(element.logic, frozenset(name for need in needs for name in need.seen))
        type_, result = self.type_of(element), self.logic.types.find(element.logic.type, element.id, element.line)
        if type_ is not None and isinstance(plain(type_), FunctionType):
            result = result or type_
        else:
            result = type_ or result

        def value(evaluation: Evaluation) -> Value:
            names: dict[str, object] = {}
            function = make(Scope(names, evaluation.root), evaluation, element.name, result)
            evaluation.values[element.id] = function  # it may call itself
            _fill(names, evaluation, needs)
            return function

        return value

    def _service(self, element: Service) -> Worked:
        inputs = self.needs((*element.inputs, *element.decisions))
        outputs = self.needs(element.outputs)
        parameters = tuple((need.names[0], self._type_of_need(need)) for need in inputs)
        type_ = self.type_of(element)
        if type_ is not None and isinstance(function := plain(type_), FunctionType):
            type_ = function.result

        def value(evaluation: Evaluation) -> Function:
            def run(values: list[Value]) -> Value:
                inner = evaluation.afresh()
                for need, given in zip(inputs, values, strict=True):
                    inner.of(need.imported).values[need.id] = given
                found = {need.names[0]: inner.of(need.imported).value(need.id) for need in outputs}
                return next(iter(found.values())) if len(found) == 1 else found

            return Recorded(evaluation, element.id, element.line, parameters, run, type_, element.name)

        return value

    def _type_of_need(self, need: Need) -> Type:
        unit = self.unit if need.imported is None else self.unit.imports[need.imported]
        name = unit.model.elements[need.id].variable.type
        if name is not None and need.imported is not None and f"{need.imported}.{name}" in self.logic.types.named:
            name = f"{need.imported}.{name}"
        return self.logic.types.find(name, need.id, unit.model.elements[need.id].line) or ANY


def _scope(evaluation: Evaluation, needs: list[Need]) -> Scope:
    names: dict[str, object] = {}
    _fill(names, evaluation, needs)
    return Scope(names, evaluation.root)


def _fill(names: dict[str, object], evaluation: Evaluation, needs: list[Need]) -> None:
    """Put what is needed under its names; what is imported behind the import's name."""
    for need in needs:
        value = evaluation.of(need.imported).value(need.id)
        if need.imported is None or need.imported.startswith(" "):
            _fill_columns(names, need.columns, value)
            names.update(dict.fromkeys(need.names, value))
        else:
            behind = names.setdefault(need.imported, {})
            if isinstance(behind, dict):
                behind.update(dict.fromkeys(need.names, value))


def _fill_columns(names: dict[str, object], columns: tuple[str, ...], value: Value) -> None:
    for column in columns:
        if len(columns) == 1:
            names.setdefault(column, value)
        elif isinstance(value, dict):
            names.setdefault(column, value.get(column))
        elif isinstance(value, list):
            names.setdefault(column, [one.get(column) for one in value if isinstance(one, dict)])
