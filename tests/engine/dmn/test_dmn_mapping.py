"""The shapes in which a business rule task of Camunda 7 takes a decision's result."""

from __future__ import annotations

import pytest

from engine import dmn
from engine.dmn.mapping import mapped
from tests.engine.dmn.draw import data, decision, model, table

ONE = table("FIRST", ["n"], ["fee"], [("> 0", "10"), ("> 1", "20")])
PAIR = table("FIRST", ["n"], ["fee", "why"], [("> 0", "10", '"a"')])
MANY = table("RULE ORDER", ["n"], ["fee"], [("> 0", "10"), ("> 1", "20")])
PAIRS = table("COLLECT", ["n"], ["fee", "why"], [("> 0", "10", '"a"'), ("> 1", "20", '"b"')])
SUM = table("COLLECT", ["n"], ["fee"], [("> 0", "10"), ("> 1", "20")], aggregation="SUM")
A, B = {"fee": 10, "why": "a"}, {"fee": 20, "why": "b"}


def shaped(logic: str, shape: str | None, n: int = 2) -> object:
    decisions = dmn.read(model(data("n"), decision("d", logic, inputs="n")))
    return mapped(decisions, "d", decisions.evaluate("d", {"n": n}).value, shape)


@pytest.mark.parametrize(("logic", "shape", "value"), [
    (ONE, None, 10), (ONE, "singleEntry", 10), (ONE, "singleResult", {"fee": 10}), (ONE, "resultList", [{"fee": 10}]),
    (ONE, "collectEntries", [10]), (PAIR, "singleResult", A), (PAIR, "resultList", [A]), (MANY, None, [10, 20]),
    (MANY, "collectEntries", [10, 20]), (MANY, "resultList", [{"fee": 10}, {"fee": 20}]), (PAIRS, "resultList", [A, B]),
    (SUM, "singleEntry", 30), ("n + 1", "singleResult", {"d": 3}), ("[n, 1]", "singleEntry", [2, 1]),
])
def test_shapes(logic: str, shape: str | None, value: object) -> None:
    assert shaped(logic, shape) == value


@pytest.mark.parametrize(("shape", "value"), [
    (None, None), ("singleEntry", None), ("singleResult", None), ("collectEntries", []), ("resultList", []),
])
def test_nothing_matched(shape: str | None, value: object) -> None:
    assert shaped(ONE, shape, 0) == value


@pytest.mark.parametrize(("logic", "shape"), [
    (MANY, "singleEntry"), (MANY, "singleResult"), (PAIR, "singleEntry"), (PAIRS, "collectEntries"), (ONE, "all"),
])
def test_what_does_not_fit_its_shape(logic: str, shape: str) -> None:
    with pytest.raises(ValueError, match=r"where one is asked for|none of"):
        shaped(logic, shape)
