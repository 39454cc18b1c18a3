"""What is refused, with its element and line, and what is only warned of. Every code of the table is met in a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import dmn
from engine.dmn.checking import check
from engine.dmn.problems import WORDS
from engine.errors import DrawingRefused, Problem
from tests.engine.dmn.draw import bkm, data, decision, literal, model, service, table


def refused(drawn: bytes, *imports: bytes) -> list[Problem]:
    with pytest.raises(DrawingRefused) as caught:
        dmn.read(drawn, imports)
    for problem in caught.value.problems:
        assert problem.message
        assert problem.message_en
        assert problem.severity == "error"
        assert problem.line
    return list(caught.value.problems)


TABLE = table("UNIQUE", ["n"], ["x"], [("1", "2")])
IMPORT = '<import name="{name}" namespace="{namespace}" importType="{kind}"/>'
DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"

CASES = {
    "root.not_dmn": model(decision("d", "1"), space="http://www.omg.org/spec/DMN/20130901"),
    "decision.none": model(data("n")),
    "id.missing": model(decision("d", "1").replace(' id="d"', "")),
    "id.duplicate": model(decision("d", "1"), decision("e", "1").replace('id="e"', 'id="d"')),
    "name.missing": model('<decision id="d"/>'),
    "reference.none": model(decision("d", "1", needs="a").replace(' href="#a"', "")),
    "reference.unknown": model(decision("d", "1", needs="a")),
    "reference.kind": model(bkm("f", "x", "x"), decision("d", "1", needs="f")),
    "requirement.cycle": model(decision("a", "1", needs="b"), decision("b", "1", needs="a")),
    "import.missing": model(IMPORT.format(name="o", namespace="other", kind=DMN), decision("d", "1")),
    "import.kind": model(IMPORT.format(name="p", namespace="x", kind="http://www.dmg.org/PMML"), decision("d", "1")),
    "language.unknown": model(decision("d", literal("a + 1", language="javascript"))),
    "boxed.empty": model(decision("d", "<conditional/>")),
    "boxed.imported_values": model(decision(
        "d", '<literalExpression><importedValues namespace="x" name="y" importType="z"/></literalExpression>')),
    "table.hit_policy": model(decision("d", TABLE.replace("UNIQUE", "BEST"))),
    "table.aggregation": model(decision("d", TABLE.replace('"UNIQUE"', '"COLLECT" aggregation="MEAN"'))),
    "table.aggregation_outputs": model(decision(
        "d", table("COLLECT", ["n"], ["x", "y"], [("1", "2", "3")], aggregation="SUM"))),
    "table.no_output": model(decision("d", table("UNIQUE", ["n"], [], [("1",)]))),
    "table.output_name": model(decision("d", table("UNIQUE", ["n"], ["x", ""], [("1", "2", "3")]))),
    "table.cells": model(decision("d", table("UNIQUE", ["n", "m"], ["x"], [("1", "2")]))),
    "relation.cells": model(decision("d", '<relation><column name="a"/><row/></relation>')),
}


@pytest.mark.parametrize("code", CASES)
def test_refused(code: str) -> None:
    assert code in {problem.code for problem in refused(CASES[code])}


def test_the_element_and_the_line_are_named() -> None:
    drawn = model(data("n"), decision("first", "1"), decision("second", literal("x", language="groovy")))
    (problem,) = refused(drawn)
    assert (problem.element, problem.line) == ("second", 4)
    assert "groovy" in problem.message


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    drawn = model(decision("a", literal("x", language="python")), decision("b", literal("x", language="groovy")))
    assert [problem.element for problem in refused(drawn)] == ["a", "b"]
    drawn = model(decision("a", "1", needs="x"), decision("b", "1", needs="y"))
    assert [problem.element for problem in refused(drawn)] == ["a", "b"]


@pytest.mark.parametrize(("tag", "part"), [
    ("conditional", "if"), ("for", "in"), ("some", "satisfies"), ("every", "satisfies"), ("filter", "match"),
    ("invocation", "literalExpression"),
])
def test_a_box_without_its_parts(tag: str, part: str) -> None:
    problems = refused(model(decision("d", f"<{tag}></{tag}>")))
    assert any(f"<{part}>" in problem.message for problem in problems)


def test_a_longer_circle_is_told_by_its_path() -> None:
    (problem,) = refused(model(
        decision("a", "1", needs="b"), decision("b", "1", needs="c"), decision("c", "1", needs="b"),
        decision("d", "1", needs="a")))
    assert problem.message_en == "Decision “b” requires itself by way of b → c → b. Delete one of these requirements."


def test_models_that_import_each_other() -> None:
    def one(namespace: str, other: str) -> bytes:
        return model(IMPORT.format(name="o", namespace=other, kind=DMN), decision("d", "1"), namespace=namespace)

    assert [problem.code for problem in refused(one("a", "b"), one("b", "a"))] == ["import.cycle"]
    assert [problem.code for problem in refused(one("a", "a"))] == ["import.cycle"]


def test_a_fault_in_an_imported_model_is_refused_too() -> None:
    other = model(decision("d", "1", needs="x"), namespace="other")
    drawn = model(IMPORT.format(name="o", namespace="other", kind=DMN), decision("d", "1"))
    assert [problem.code for problem in refused(drawn, other)] == ["reference.unknown"]


def test_a_service_leads_to_decisions_and_inputs_only() -> None:
    drawn = model(data("n"), decision("d", "1"), service("s", "n", inputs="d"))
    assert [problem.code for problem in refused(drawn)] == ["reference.kind"] * 2


def test_a_text_that_is_no_feel_is_an_error_that_refuses_nothing() -> None:
    drawn = dmn.read(model(decision("bad", "1 +"), decision("good", "1")))
    assert [(one.code, one.element, one.line, one.severity) for one in drawn.problems] == [
        ("expression.refused", "bad", 2, "error")]
    assert not drawn.ok
    assert drawn.evaluate("good", {}).value == 1
    outcome = drawn.evaluate("bad", {})
    assert (outcome.value, [one.code for one in outcome.reasons]) == (None, ["expression.refused"])


def test_a_cell_that_is_no_feel_is_told_with_its_line() -> None:
    rules = table("UNIQUE", ["n"], ["x"], [("1", "1"), ("2 +", "2")])
    drawn = dmn.read(model(data("n"), decision("d", rules, inputs="n")))
    assert [(one.element, one.line) for one in drawn.problems] == [("d", 5)]
    assert drawn.evaluate("d", {"n": 1}).value == 1


def test_two_elements_of_one_name_are_warned_of_and_told_apart_by_id() -> None:
    drawn = dmn.read(model(decision("same", "1"), decision("same", "2").replace('id="same"', 'id="other"')))
    assert [(one.code, one.severity, one.element) for one in drawn.problems] == [("name.duplicate", "warning", "other")]
    assert drawn.evaluate("same", {}).value == 1
    assert drawn.evaluate("other", {}).value == 2


@pytest.mark.parametrize("data_", [
    b"", b"no xml", b"<definitions/>", b"\x00\x01\x02", b"<!DOCTYPE x [<!ENTITY a 'b'>]><definitions/>",
    b"<a>" * 200 + b"</a>" * 200, "<definitions xmlns='x'/>".encode("utf-16"),
])
def test_hostile_bytes_are_refused(data_: bytes) -> None:
    verdict = check(data_)
    assert not verdict.ok
    assert verdict.decisions is None
    assert verdict.as_dict("f.dmn")["problems"][0]["line"]


def test_a_hostile_number_of_rules_is_read_and_asked() -> None:
    rules = [(str(number), str(number)) for number in range(5000)]
    drawn = dmn.read(model(data("n"), decision("d", table("UNIQUE", ["n"], ["x"], rules), inputs="n")))
    assert drawn.evaluate("d", {"n": 4999}).value == 4999


def test_a_verdict_says_what_there_is() -> None:
    verdict = check(model(decision("a", "1"), decision("b", "1 +")))
    told = verdict.as_dict("f.dmn")
    assert (told["file"], told["ok"], told["decisions"]) == ("f.dmn", False, ["a", "b"])
    assert [one["code"] for one in told["problems"]] == ["expression.refused"]


def test_every_code_is_met_somewhere_in_the_tests() -> None:
    texts = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    assert not [code for code in WORDS if f'"{code}"' not in texts]
