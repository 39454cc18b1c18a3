"""Decision models: read once, asked often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.dmn.compiling import compile_models
from engine.dmn.evaluation import Evaluated, Evaluation
from engine.dmn.linking import Unit, link
from engine.dmn.model import Decision, Element, Knowledge, Model, Service
from engine.dmn.problems import problem
from engine.errors import Problem
from engine.feel.scope import Exhausted, Scope
from engine.feel.values import Function, Value, from_python, kind

ASKED = (Decision, Service, Knowledge)
"""What can be asked by name, in this order where several bear the same."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The value of a decision, and why it, or something it needed, is null. `reasons` is () where nothing was."""

    value: Value
    reasons: tuple[Problem, ...] = ()


class Decisions:
    """A decision model ready to be asked.

    `problems` are errors for texts that cannot be read (their values are null) and warnings; `model` is the file.
    """

    def __init__(self, unit: Unit, evaluated: Evaluated, problems: tuple[Problem, ...]) -> None:
        self.model: Model = unit.model
        self.problems = problems
        self._evaluated = evaluated
        self._named: dict[str, Element] = {}
        for sort in reversed(ASKED):
            same = [one for one in unit.model.elements.values() if isinstance(one, sort)]
            self._named |= {one.name: one for one in reversed(same)}
        self._named |= {name: one for name, one in unit.model.elements.items() if isinstance(one, ASKED)}

    @property
    def ok(self) -> bool:
        """Whether every text could be read."""
        return not any(one.severity == "error" for one in self.problems)

    @property
    def decisions(self) -> tuple[str, ...]:
        """The names of the decisions, in the order of the file."""
        return tuple(one.name for one in self.model.elements.values() if isinstance(one, Decision))

    def find(self, name_or_id: str) -> Element | None:
        """The decision, service or knowledge model of this id or name."""
        return self._named.get(name_or_id)

    def evaluate(
        self, name_or_id: str, context: Mapping[str, object], surroundings: Mapping[str, object] | None = None, *,
        now: datetime | None = None, written: bool = False,
    ) -> Outcome:
        """The value of a decision, decision service or knowledge model, by its id or name.

        `context` holds the inputs by name, of imported models behind the import's name; `surroundings` are names that
        every expression sees; `now` is what `now()` and `today()` say; with `written`, texts stand for the moments
        and durations that inputs ask for, as JSON brings them. Nothing is raised for data: what is wrong with it is
        null, and told in the reasons; so is a name that is not there.
        """
        element = self._named.get(name_or_id)
        if element is None:
            return Outcome(None, (problem("decision.unknown", None, None, severity="warning", name=name_or_id,
                                          names=", ".join(self._named)),))
        names = {**(surroundings or {}), **context} if self.model.open else surroundings or {}
        reasons: list[Problem] = []
        evaluation = Evaluation(self._evaluated, context, Scope(names, None, now), reasons, written=written)
        try:
            value = evaluation.value(element.id)
            if isinstance(element, Service | Knowledge):
                value = _called(value, context)
        except (Exhausted, RecursionError):
            value = None
            evaluation.tell("evaluation.exhausted", element.id, element.line)
        if value is None and not reasons:
            given = ", ".join(f"{name}: {kind(from_python(one)) or 'null'}" for name, one in context.items())
            evaluation.tell("decision.null", element.id, element.line, name=element.name, given=given or "-")
        return Outcome(value, tuple(dict.fromkeys(reasons)))


def _called(function: Value, context: Mapping[str, object]) -> Value:
    """What a function gives for the inputs of its parameters' names."""
    if not isinstance(function, Function):
        return None
    names = [name for name, _ in function.parameters]
    return function.call([from_python(context.get(name)) for name in names], names)


def read(xml: bytes, imports: Iterable[bytes] = ()) -> Decisions:
    """The decision model in a DMN 1.1 to 1.5 file. `imports` are files it may import, found by their namespaces.

    Refused with DrawingRefused, by element id and line: see engine.dmn.reader.read_model and engine.dmn.linking.link.
    A text that is no FEEL refuses nothing: it stands in `problems`, and its value is null.
    """
    unit = link(xml, imports)
    evaluated, problems = compile_models(unit)
    return Decisions(unit, evaluated, problems)

