"""From the XML of one boxed expression to the model's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.bpmn.xml import Element, attribute, line_of, local, split
from engine.dmn.model import (
    AnyBoxed,
    Binding,
    Conditional,
    Context,
    Entry,
    Filter,
    Function,
    Invocation,
    ListOf,
    Literal,
    Loop,
    Relation,
)
from engine.dmn.reading import Reading, child, children, literal_of, type_of, variable_of
from engine.dmn.tables import table_of

KINDS = {"F": "FEEL", "J": "Java", "P": "PMML"}


def boxed_in(element: Element, reading: Reading) -> AnyBoxed | None:
    """The boxed expression among the children, or None."""
    return next(boxes(element, reading), None)


def boxes(element: Element, reading: Reading) -> Iterator[AnyBoxed]:
    """All boxed expressions among the children, in their order."""
    for found in children(element):
        reader = READERS.get(local(found))
        if reader is not None:
            yield reader(found, reading)


def _needed(element: Element, part: str, reading: Reading) -> AnyBoxed:
    """The boxed expression in a part such as <if>."""
    holder = child(element, part)
    found = None if holder is None else boxed_in(holder, reading)
    return found or _missing(element, part, reading)


def _missing(element: Element, part: str, reading: Reading) -> Literal:
    reading.refuse("boxed.empty", element, tag=local(element), part=part)
    return Literal(reading.within, line_of(element), None, "")


def _head(element: Element, reading: Reading) -> tuple[str, int, str | None]:
    return attribute(element, "id") or reading.within, line_of(element), type_of(element, reading)


def _invocation(element: Element, reading: Reading) -> Invocation:
    bindings = []
    for found in children(element, "binding"):
        parameter = child(found, "parameter")
        if parameter is None:
            reading.refuse("boxed.empty", found, tag="binding", part="parameter")
            continue
        bindings.append(Binding(variable_of(parameter, reading), boxed_in(found, reading)))
    called = boxed_in(element, reading) or _missing(element, "literalExpression", reading)
    return Invocation(*_head(element, reading), called, tuple(bindings))


def _context(element: Element, reading: Reading) -> Context:
    entries = []
    for found in children(element, "contextEntry"):
        variable = child(found, "variable", "informationItem")
        entries.append(Entry(None if variable is None else variable_of(variable, reading), boxed_in(found, reading)))
    return Context(*_head(element, reading), tuple(entries))


def _list(element: Element, reading: Reading) -> ListOf:
    return ListOf(*_head(element, reading), tuple(boxes(element, reading)))


def _relation(element: Element, reading: Reading) -> Relation:
    columns = tuple(variable_of(found, reading) for found in children(element, "column"))
    rows = []
    for found in children(element, "row"):
        cells = tuple(boxes(found, reading))
        if len(cells) != len(columns):
            reading.refuse("relation.cells", found, found=len(cells), wanted=len(columns))
        rows.append(cells)
    return Relation(*_head(element, reading), columns, tuple(rows))


def function_of(element: Element, reading: Reading) -> Function:
    """A boxed function, or the logic a knowledge model encapsulates."""
    kind = next((value for name, value in element.attrib.items() if split(name)[1] == "kind"), "FEEL")
    parameters = tuple(variable_of(found, reading) for found in children(element, "formalParameter"))
    return Function(*_head(element, reading), KINDS.get(kind, kind), parameters, boxed_in(element, reading))


def _conditional(element: Element, reading: Reading) -> Conditional:
    condition, chosen, otherwise = (_needed(element, part, reading) for part in ("if", "then", "else"))
    return Conditional(*_head(element, reading), condition, chosen, otherwise)


def _loop(element: Element, reading: Reading) -> Loop:
    kind = local(element)
    domain = _needed(element, "in", reading)
    body = _needed(element, "return" if kind == "for" else "satisfies", reading)
    return Loop(*_head(element, reading), kind, attribute(element, "iteratorVariable") or "item", domain, body)


def _filter(element: Element, reading: Reading) -> Filter:
    return Filter(*_head(element, reading), _needed(element, "in", reading), _needed(element, "match", reading))


READERS: dict[str, Callable[[Element, Reading], AnyBoxed]] = {
    "literalExpression": literal_of, "invocation": _invocation, "context": _context, "list": _list,
    "relation": _relation, "functionDefinition": function_of, "conditional": _conditional, "for": _loop,
    "some": _loop, "every": _loop, "filter": _filter, "decisionTable": table_of,
}
