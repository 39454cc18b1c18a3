"""From the XML of a decision table to the model's."""

from __future__ import annotations

from engine.bpmn.xml import Element, attribute, line_of, split
from engine.dmn.model import Input, Literal, Output, Rule, Table
from engine.dmn.reading import Reading, child, children, literal_of, name_of, type_of

HITS = {
    "UNIQUE": "U", "ANY": "A", "PRIORITY": "P", "FIRST": "F", "RULE ORDER": "R", "OUTPUT ORDER": "O", "COLLECT": "C",
}
AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


def table_of(element: Element, reading: Reading) -> Table:
    """The table. Refused: an unknown hit policy or aggregation, rules whose cells do not match the columns, a table
    without outputs, several outputs without names, an aggregation over several outputs.
    """
    inputs = tuple(_input(found, reading) for found in children(element, "input"))
    outputs = tuple(_output(found, reading) for found in children(element, "output"))
    rules = tuple(_rule(found, len(inputs), len(outputs), reading) for found in children(element, "rule"))
    if not outputs:
        reading.refuse("table.no_output", element)
    if len(outputs) > 1:
        for found in children(element, "output"):
            if attribute(found, "name") is None:
                reading.refuse("table.output_name", found)
    hit, aggregation = _policy(element, len(outputs), reading)
    return Table(attribute(element, "id") or reading.within, line_of(element), type_of(element, reading), hit,
                 aggregation, inputs, outputs, rules)


def _policy(element: Element, outputs: int, reading: Reading) -> tuple[str, str]:
    named = attribute(element, "hitPolicy") or "UNIQUE"
    hit = HITS.get(named, named)
    if hit not in HITS.values():
        reading.refuse("table.hit_policy", element, policy=named)
    aggregation = (attribute(element, "aggregation") or "") if hit == "C" else ""
    if aggregation and aggregation not in AGGREGATIONS:
        reading.refuse("table.aggregation", element, policy=aggregation)
    if aggregation and aggregation != "COUNT" and outputs > 1:
        reading.refuse("table.aggregation_outputs", element, policy=aggregation)
    return hit, aggregation


def _input(element: Element, reading: Reading) -> Input:
    expression = child(element, "inputExpression")
    if expression is None:
        reading.refuse("boxed.empty", element, tag="input", part="inputExpression")
    bound = next((value for name, value in element.attrib.items() if split(name)[1] == "inputVariable"), "cellInput")
    return Input(
        attribute(element, "id") or reading.within, line_of(element), attribute(element, "label") or "",
        Literal(reading.within, line_of(element), None, "") if expression is None else literal_of(expression, reading),
        _optional(element, "inputValues", reading), bound.strip())


def _output(element: Element, reading: Reading) -> Output:
    return Output(
        attribute(element, "id") or reading.within, line_of(element), name_of(element),
        type_of(element, reading), _optional(element, "outputValues", reading),
        _optional(element, "defaultOutputEntry", reading))


def _optional(element: Element, tag: str, reading: Reading) -> Literal | None:
    """The expression in this part, None where it is absent or empty."""
    found = child(element, tag)
    literal = None if found is None else literal_of(found, reading)
    return literal if literal is not None and literal.text else None


def _rule(element: Element, inputs: int, outputs: int, reading: Reading) -> Rule:
    tests = tuple(literal_of(found, reading) for found in children(element, "inputEntry"))
    results = tuple(literal_of(found, reading) for found in children(element, "outputEntry"))
    for kind, found, wanted in (("input", len(tests), inputs), ("output", len(results), outputs)):
        if found != wanted:
            reading.refuse("table.cells", element, found=found, wanted=wanted, kind=kind)
    return Rule(attribute(element, "id") or reading.within, line_of(element), tests, results)
