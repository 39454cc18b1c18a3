"""Models and what they import, each reference led to its element, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.dmn.model import Decision, Element, InputData, Knowledge, Model, Reference, Service
from engine.dmn.problems import problem
from engine.dmn.reader import read_model
from engine.errors import DrawingRefused, Problem

WORDS = {Decision: "keputusan", InputData: "data masukan", Knowledge: "fungsi", Service: "layanan keputusan"}


@dataclass(eq=False, slots=True)
class Unit:
    """A model with the units it imports, by the names it gives them."""

    model: Model
    imports: dict[str, Unit] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    """The import's name by its namespace."""

    def resolve(self, reference: Reference) -> tuple[str | None, Element] | None:
        """The import's name (None for this model) and the element; None where there is no such element."""
        if not reference.namespace:
            local = self.model.elements.get(reference.id)
            return None if local is None else (None, local)
        name = self.named.get(reference.namespace)
        found = None if name is None else self.imports[name].model.elements.get(reference.id)
        return None if found is None else (name, found)


def link(xml: bytes, others: Iterable[bytes]) -> Unit:
    """The unit of a file. Of the other files those are read that it imports, by their namespaces.

    Refuses with DrawingRefused: what the reader refuses in any of them, imports that are missing or go round in a
    circle, references that lead nowhere or to the wrong kind, decisions that require themselves.
    """
    model = read_model(xml)
    spare = list(others) if model.imports else []
    unit = _unit(model, _by_namespace(spare), (), {})
    problems = [one for each in units(unit) for one in _check(each)]
    if problems:
        raise DrawingRefused(problems)
    return unit


def _by_namespace(files: list[bytes]) -> dict[str, Model]:
    """Models that can be imported; a file that cannot be read is missing, as if it were not there."""
    found: dict[str, Model] = {}
    for data in files:
        try:
            model = read_model(data)
        except DrawingRefused:
            continue
        found.setdefault(model.namespace, model)
    return found


def units(root: Unit) -> list[Unit]:
    """The unit and all that it imports, however far, each once, what is imported first."""
    found: list[Unit] = []

    def visit(unit: Unit) -> None:
        for imported in unit.imports.values():
            if imported not in found:
                visit(imported)
        found.append(unit)

    visit(root)
    return found


def _unit(model: Model, others: Mapping[str, Model], above: tuple[str, ...], built: dict[str, Unit]) -> Unit:
    if model.namespace in built:
        return built[model.namespace]
    unit = Unit(model)
    for wanted in model.imports:
        if wanted.kind and "/DMN/" not in wanted.kind:
            raise DrawingRefused([problem("import.kind", None, wanted.line, name=wanted.name, kind=wanted.kind)])
        if wanted.namespace in (model.namespace, *above):
            raise DrawingRefused([problem("import.cycle", None, wanted.line, name=model.name)])
        if wanted.namespace not in others:
            raise DrawingRefused([problem("import.missing", None, wanted.line, name=wanted.name,
                                          namespace=wanted.namespace)])
        name = wanted.name or f" {wanted.namespace}"
        unit.named.setdefault(wanted.namespace, name)
        unit.imports[name] = _unit(others[wanted.namespace], others, (*above, model.namespace), built)
    built[model.namespace] = unit
    return unit


def _check(unit: Unit) -> Iterator[Problem]:
    """Every reference of this model that leads nowhere or to the wrong kind, and every circle of decisions."""
    for element in unit.model.elements.values():
        for reference, kinds in references(element):
            found = unit.resolve(reference)
            if found is None:
                yield problem("reference.unknown", element.id, reference.line, ref=reference.id)
            elif not isinstance(found[1], kinds):
                wanted = " / ".join(WORDS[kind] for kind in kinds)
                yield problem("reference.kind", element.id, reference.line, ref=reference.id, wanted=wanted)
    yield from _circles(unit)


def references(element: Element) -> Iterator[tuple[Reference, tuple[type[Element], ...]]]:
    """Each reference of an element with the kinds it may lead to."""
    if isinstance(element, Decision):
        yield from ((one, (Decision, InputData)) for one in element.information)
    if isinstance(element, Decision | Knowledge):
        yield from ((one, (Knowledge, Service)) for one in element.knowledge)
    if isinstance(element, Service):
        yield from ((one, (Decision,)) for one in (*element.outputs, *element.encapsulated, *element.decisions))
        yield from ((one, (InputData,)) for one in element.inputs)


def _circles(unit: Unit) -> Iterator[Problem]:
    """One problem for each decision at which a circle closes; a circle cannot leave the model, imports have none."""
    done: set[str] = set()
    for start in unit.model.elements:
        path: list[str] = []
        waiting: list[tuple[str, bool]] = [(start, False)]
        while waiting:
            name, leaving = waiting.pop()
            if leaving:
                path.pop()
                done.add(name)
            elif name in path:
                element = unit.model.elements[name]
                circle = " → ".join([*path[path.index(name):], name])
                yield problem("requirement.cycle", name, element.line, path=circle)
            elif name not in done:
                path.append(name)
                waiting.append((name, True))
                waiting.extend((one, False) for one in _required(unit.model.elements.get(name)))


def _required(element: Element | None) -> list[str]:
    if not isinstance(element, Decision):
        return []
    return [one.id for one in element.information if not one.namespace]
