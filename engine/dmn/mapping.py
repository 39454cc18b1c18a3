"""What a business rule task makes of a decision's value, in the shapes that drawings for Camunda 7 ask for."""

from __future__ import annotations

from engine.dmn.decisions import Decisions
from engine.dmn.model import Decision, Table
from engine.feel.values import Value

SHAPES = ("singleEntry", "singleResult", "collectEntries", "resultList")


def mapped(decisions: Decisions, name_or_id: str, value: Value, shape: str | None) -> Value:
    """The value in the shape of `mapDecisionResult`: one entry, one result by the columns' names, the entries of all
    results, or the list of results. Without a shape the value as the standard gives it.

    ValueError for an unknown shape, and for several results or entries where one is asked for.
    """
    if shape is None:
        return value
    if shape not in SHAPES:
        raise ValueError(f"{shape} is none of {', '.join(SHAPES)}")
    results = _results(decisions, name_or_id, value)
    if shape == "resultList":
        return list(results)
    if shape == "collectEntries":
        return [_only(list(one.values())) for one in results]
    result = _only(results)
    if shape == "singleEntry":
        return _only(list(result.values())) if isinstance(result, dict) else None
    return result


def _results(decisions: Decisions, name_or_id: str, value: Value) -> list[dict[str, Value]]:
    """Each result by the names of the columns; a decision that is no table has one, by its variable's name."""
    if value is None:
        return []
    element = decisions.find(name_or_id)
    name, several = "" if element is None else element.alias or element.name, False
    if isinstance(element, Decision) and isinstance(table := element.logic, Table):
        several = table.hit in "ROC" and not table.aggregation
        name = table.outputs[0].name or name
        if len(table.outputs) > 1:
            return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
    return [{name: one} for one in (value if several and isinstance(value, list) else [value])]


def _only(values: list[Value] | list[dict[str, Value]]) -> Value:
    if len(values) > 1:
        raise ValueError(f"{len(values)} results or entries where one is asked for")
    return values[0] if values else None
