"""Decision tables: each hit policy, the tests of cells, allowed values, defaults."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import dmn
from engine.dmn.hits import aggregated
from tests.engine.dmn.draw import ask, codes, data, decision, item, model, table

OVERLAP = [("< 10", '"low"'), ("< 100", '"middle"'), ("> 1000", '"high"')]


def asked(hit: str, n: object, rules: list[tuple[str, ...]] | None = None, **more: object) -> dmn.Outcome:
    return ask(table(hit, ["n"], ["grade"], rules or OVERLAP, **more), n=n)  # type: ignore[arg-type]


def test_unique_gives_the_one_rule_and_null_for_two() -> None:
    assert asked("UNIQUE", 50).value == "middle"
    two = asked("UNIQUE", 5)
    assert two.value is None
    assert codes(two) == {"table.not_unique"}
    assert "2 rules match" in two.reasons[0].message_en
    assert two.reasons[0].line == 3


def test_unique_is_the_policy_when_none_is_written() -> None:
    drawn = table("UNIQUE", ["n"], ["grade"], OVERLAP).replace(' hitPolicy="UNIQUE"', "")
    assert codes(ask(drawn, n=5)) == {"table.not_unique"}


def test_no_rule_is_null_and_told() -> None:
    none = asked("UNIQUE", 500)
    assert (none.value, codes(none)) == (None, {"table.no_match"})


def test_any_wants_the_same_results() -> None:
    same = [("< 10", '"low"'), ("< 5", '"low"'), ("3", '"three"')]
    assert asked("ANY", 4, same).value == "low"
    differ = asked("ANY", 3, same)
    assert (differ.value, codes(differ)) == (None, {"table.not_same"})


def test_first_takes_the_first_rule() -> None:
    assert asked("FIRST", 5).value == "low"
    assert asked("FIRST", 50).value == "middle"


def test_priority_goes_by_the_order_of_the_output_values() -> None:
    assert asked("PRIORITY", 5, values={"grade": '"high", "middle", "low"'}).value == "middle"
    assert asked("PRIORITY", 5, values={"grade": '"low", "middle", "high"'}).value == "low"


def test_priority_without_values_uses_rule_order_and_says_so() -> None:
    decisions = dmn.read(model(data("n"), decision("d", table("PRIORITY", ["n"], ["grade"], OVERLAP), inputs="n")))
    assert [(one.code, one.severity) for one in decisions.problems] == [("table.no_order", "warning")]
    assert decisions.evaluate("d", {"n": 5}).value == "low"


def test_priority_takes_the_order_from_the_type_of_the_output() -> None:
    drawn = table("PRIORITY", ["n"], ["grade"], OVERLAP)
    drawn = drawn.replace('<output name="grade">', '<output name="grade" typeRef="g">')
    grades = item("g", "string", allowed='"middle", "low", "high"')
    decisions = dmn.read(model(grades, data("n"), decision("d", drawn, inputs="n")))
    assert decisions.evaluate("d", {"n": 5}).value == "middle"


def test_priority_of_several_outputs_goes_by_the_first_then_the_second() -> None:
    drawn = table("PRIORITY", ["n"], ["a", "b"], [("-", '"x"', "2"), ("-", '"y"', "1"), ("-", '"x"', "1")],
                  values={"a": '"x", "y"', "b": "1, 2"})
    assert ask(drawn, n=0).value == {"a": "x", "b": Decimal(1)}


def test_rule_order_lists_in_the_order_of_the_rules() -> None:
    assert asked("RULE ORDER", 5).value == ["low", "middle"]


def test_output_order_lists_in_the_order_of_the_values() -> None:
    assert asked("OUTPUT ORDER", 5, values={"grade": '"high", "middle", "low"'}).value == ["middle", "low"]


def test_collect_lists_what_matches() -> None:
    assert asked("COLLECT", 5).value == ["low", "middle"]
    assert asked("COLLECT", 500).value == []


@pytest.mark.parametrize(("how", "value"), [("SUM", 60), ("MIN", 10), ("MAX", 30), ("COUNT", 3)])
def test_collect_aggregates(how: str, value: int) -> None:
    rules = [("> 1", "10"), ("> 2", "20"), ("> 3", "30"), ("> 100", "5")]
    assert asked("COLLECT", 9, rules, aggregation=how).value == Decimal(value)


def test_collect_of_nothing_counts_zero_and_sums_null() -> None:
    rules = [("> 1", "10")]
    assert asked("COLLECT", 0, rules, aggregation="COUNT").value == 0
    assert asked("COLLECT", 0, rules, aggregation="SUM").value is None


def test_what_cannot_be_aggregated_is_null_and_told() -> None:
    for how in ("SUM", "MAX"):
        mixed = asked("COLLECT", 9, [("> 1", "10"), ("> 2", '"x"')], aggregation=how)
        assert (mixed.value, codes(mixed)) == (None, {"table.aggregate"})


def test_smallest_goes_by_the_order_of_the_kind() -> None:
    assert aggregated(["b", "a", "c"], "MIN") == "a"


def test_several_outputs_come_by_their_names() -> None:
    drawn = table("UNIQUE", ["n"], ["grade", "fee due"], [("1", '"a"', "n + 1")])
    assert ask(drawn, n=1).value == {"grade": "a", "fee due": Decimal(2)}
    drawn = table("COLLECT", ["n"], ["grade", "fee"], [("1", '"a"', "1"), ("-", '"b"', "2")])
    assert ask(drawn, n=1).value == [{"grade": "a", "fee": 1}, {"grade": "b", "fee": 2}]


def test_defaults_stand_in_when_no_rule_matches() -> None:
    assert asked("UNIQUE", 500, defaults={"grade": '"none"'}).value == "none"
    drawn = table("FIRST", ["n"], ["a", "b"], [("1", "1", "2")], defaults={"a": "n * 2"})
    assert ask(drawn, n=4).value == {"a": Decimal(8), "b": None}


def test_an_empty_cell_and_a_dash_pass_any_value() -> None:
    assert ask(table("UNIQUE", ["n", "m"], ["x"], [("", "-", "true")]), n=None, m=3).value is True


@pytest.mark.parametrize(("cell", "value", "passes"), [
    ("1, 2, 3", 2, True), ("[1..5)", 5, False), ("not(1, 2)", 2, False), ("not(1, 2)", 3, True), ("> m", 9, True),
    ("? > 3 and ? < 5", 4, True), ('"a"', 1, False), ("null", None, True), ("[1,2,3]", 2, True), ("m", 7, True),
])
def test_cells(cell: str, value: object, passes: bool) -> None:
    asked = ask(table("UNIQUE", ["n"], ["x"], [(cell, "true")]), n=value, m=7)
    assert (asked.value is True) == passes


def test_every_input_must_pass() -> None:
    drawn = table("UNIQUE", ["n", "m + 1"], ["x"], [("1", "3", "true")])
    assert ask(drawn, n=1, m=2).value is True
    assert ask(drawn, n=1, m=3).value is None


def test_an_input_outside_its_values_is_null_and_told() -> None:
    drawn = table("FIRST", ["colour"], ["x"], [("-", "1")], allowed={"colour": '"red", "blue"'})
    assert ask(drawn, colour="red").value == 1
    wrong = ask(drawn, colour="pink")
    assert (wrong.value, codes(wrong)) == (None, {"table.input_value"})
    assert "“colour”" in wrong.reasons[0].message


def test_a_result_outside_its_values_is_null_and_told() -> None:
    wrong = asked("UNIQUE", 50, values={"grade": '"low", "high"'})
    assert (wrong.value, codes(wrong)) == (None, {"table.output_value"})


def test_a_table_without_inputs_gives_its_rules() -> None:
    assert ask(table("COLLECT", [], ["x"], [("1",), ("2",)])).value == [1, 2]


def test_looks_and_annotations_change_nothing() -> None:
    drawn = table("UNIQUE", ["n"], ["x"], [("1", '"one"')])
    drawn = drawn.replace("<decisionTable ", '<decisionTable preferredOrientation="Rule-as-Column" outputLabel="X" ')
    drawn = drawn.replace("<rule>", '<annotation name="why"/><rule>').replace(
        "</rule>", "<annotationEntry><text>because</text></annotationEntry></rule>")
    assert ask(drawn, n=1).value == "one"
