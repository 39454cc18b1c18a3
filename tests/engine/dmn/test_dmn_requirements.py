"""What decisions see of each other: inputs, decisions, knowledge models, decision services, imported models."""

from __future__ import annotations

import pytest

from engine import dmn
from engine.feel.values import Function
from tests.engine.dmn.draw import bkm, codes, data, decision, function, item, literal, model, service


def test_decisions_need_decisions() -> None:
    drawn = dmn.read(model(
        data("n"), decision("a", "n + 1", inputs="n"), decision("b", "a * 2", needs="a"),
        decision("c", "a + b", needs="a b")))
    assert drawn.evaluate("c", {"n": 1}).value == 6
    assert drawn.decisions == ("a", "b", "c")


def test_a_decision_is_found_by_id_and_by_name() -> None:
    drawn = dmn.read(model(decision("the answer", "42")))
    assert drawn.evaluate("the answer", {}).value == drawn.evaluate("the_answer", {}).value == 42


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    outcome = dmn.read(model(decision("a", "1"))).evaluate("b", {})
    assert (outcome.value, codes(outcome)) == (None, {"decision.unknown"})
    assert "a" in outcome.reasons[0].message


def test_a_decision_sees_only_what_it_requires() -> None:
    drawn = dmn.read(model(data("n"), decision("a", "n"), decision("b", "[n, a]", inputs="n")))
    assert drawn.evaluate("a", {"n": 1}).value is None
    assert drawn.evaluate("b", {"n": 1}).value == [1, None]


def test_what_an_input_is_not_given_is_null_and_told() -> None:
    outcome = dmn.read(model(data("n"), decision("a", "n = null", inputs="n"))).evaluate("a", {})
    assert (outcome.value, codes(outcome)) == (True, {"input.missing"})


def test_surroundings_are_seen_everywhere() -> None:
    drawn = dmn.read(model(
        decision("a", "agenda.days + 1"), decision("b", "f()", knows="f"), bkm("f", "", "agenda.days")))
    assert drawn.evaluate("a", {}, {"agenda": {"days": 7}}).value == 8
    assert drawn.evaluate("b", {}, {"agenda": {"days": 7}}).value == 7


def test_a_decision_without_logic_is_null_and_warned_of() -> None:
    drawn = dmn.read(model(decision("a", "")))
    assert drawn.evaluate("a", {}).value is None
    assert [(one.code, one.severity, one.element) for one in drawn.problems] == [("decision.no_logic", "warning", "a")]
    assert drawn.ok


def test_a_null_that_nothing_else_explains_is_told_with_what_was_given() -> None:
    drawn = dmn.read(model(data("n"), decision("d", "n + 1", inputs="n")))
    outcome = drawn.evaluate("d", {"n": "five"})
    assert (outcome.value, codes(outcome)) == (None, {"decision.null"})
    assert "(n: string)" in outcome.reasons[0].message
    assert drawn.evaluate("d", {"n": 1}).reasons == ()


def test_each_element_is_worked_out_once() -> None:
    chain = [decision("d0", "[1, 1]")] + [
        decision(f"d{n}", f"[sum(d{n - 1}), sum(d{n - 1})]", needs=f"d{n - 1}") for n in range(1, 60)]
    assert dmn.read(model(*chain)).evaluate("d59", {}).value == [2**59, 2**59]


def test_a_value_of_the_wrong_type_is_null_and_told() -> None:
    drawn = dmn.read(model(data("n", "number"), decision("a", "[n]", inputs="n"), decision("b", '"x"', type_="number")))
    wrong = drawn.evaluate("a", {"n": "five"})
    assert (wrong.value, codes(wrong), wrong.reasons[0].element) == ([None], {"value.type"}, "n")
    assert codes(drawn.evaluate("b", {})) == {"value.type"}


# knowledge models


def test_knowledge_models_call_each_other() -> None:
    drawn = dmn.read(model(
        bkm("double", "x", "x * 2"), bkm("double and one", "x", "double(x) + 1", knows="double"),
        decision("d", "double and one(4)", knows="double_and_one")))
    assert drawn.evaluate("d", {}).value == 9


def test_a_knowledge_model_sees_its_parameters_only() -> None:
    drawn = dmn.read(model(data("n"), bkm("f", "x", "n"), decision("d", "f(1)", knows="f", inputs="n")))
    assert drawn.evaluate("d", {"n": 5}).value is None


def test_a_knowledge_model_is_seen_only_where_it_is_required() -> None:
    drawn = dmn.read(model(bkm("f", "x", "x"), decision("d", "f(1)")))
    assert drawn.evaluate("d", {}).value is None
    assert [one.code for one in drawn.problems] == ["expression.null"]


def test_a_knowledge_model_converts_what_it_takes_and_gives() -> None:
    drawn = dmn.read(model(
        bkm("f", "x:number", "[x]", type_="number"), decision("d", "f([3])", knows="f"),
        decision("wrong", 'f("x")', knows="f")))
    assert drawn.evaluate("d", {}).value == 3
    wrong = drawn.evaluate("wrong", {})
    assert (wrong.value, codes(wrong)) == (None, {"call.arguments"})


def test_a_knowledge_model_is_a_value_that_can_be_given_on() -> None:
    drawn = dmn.read(model(
        bkm("apply", "f x", "f(x)"), bkm("double", "x", "x * 2"),
        decision("d", "apply(double, 4)", knows="apply double"), decision("e", "double", knows="double")))
    assert drawn.evaluate("d", {}).value == 8
    assert isinstance(drawn.evaluate("e", {}).value, Function)


def test_a_knowledge_model_can_be_asked_itself() -> None:
    drawn = dmn.read(model(bkm("f", "x y", "x - y")))
    assert drawn.evaluate("f", {"x": 5, "y": 3}).value == 2


def test_a_decision_gives_a_function() -> None:
    drawn = dmn.read(model(
        data("n"), decision("times", function("x", "x * n"), inputs="n"), decision("d", "times(5)", needs="times")))
    assert drawn.evaluate("d", {"n": 3}).value == 15


# decision services

SERVED = (
    data("n"), decision("base", "n * 10", inputs="n"), decision("inner", "base + n", needs="base", inputs="n"),
    decision("out", "inner + 1", needs="inner"), decision("other", "inner + 2", needs="inner"),
)


def test_a_service_takes_its_inputs_then_its_decisions() -> None:
    drawn = dmn.read(model(
        *SERVED, service("s", "out", inside="inner", decisions="base", inputs="n"),
        decision("d", "s(1, 100)", knows="s"), decision("e", "s(base: 100, n: 1)", knows="s")))
    assert drawn.evaluate("d", {"n": 7}).value == 102
    assert drawn.evaluate("e", {"n": 7}).value == 102
    assert drawn.evaluate("out", {"n": 7}).value == 78  # outside nothing is changed


def test_a_service_with_several_outputs_gives_them_by_name() -> None:
    drawn = dmn.read(model(*SERVED, service("s", "out other", inside="inner base", inputs="n")))
    assert drawn.evaluate("s", {"n": 1}).value == {"out": 12, "other": 13}


def test_a_service_that_is_called_wrongly_is_null_and_told() -> None:
    calls = ("s()", "s(1, 2)", 's("x")', "s(m: 1)")
    drawn = dmn.read(model(
        data("n", "number"), decision("out", "n", inputs="n"), service("s", "out", inputs="n"),
        *(decision(f"d{place}", call, knows="s") for place, call in enumerate(calls))))
    for name in ("d0", "d1", "d2", "d3"):
        outcome = drawn.evaluate(name, {})
        assert (outcome.value, codes(outcome)) == (None, {"call.arguments"}), name


def test_a_service_converts_what_it_gives() -> None:
    drawn = dmn.read(model(decision("out", '"x"'), service("s", "out", type_="number")))
    assert drawn.evaluate("s", {}).value is None


# imported models


def imports(name: str, namespace: str) -> str:
    return f'<import name="{name}" namespace="{namespace}" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'


RATES = model(
    item("tRate", "number", allowed="[0..1]"), data("base rate", "tRate"),
    decision("full rate", "base rate * 2", inputs="base_rate"),
    bkm("times two", "x", "x * 2"), namespace="rates")


def test_an_imported_model_is_seen_behind_its_name() -> None:
    drawn = dmn.read(model(
        imports("rates", "rates"), data("r", "rates.tRate"),
        decision("d", "rates.full rate + rates.times two(r)", needs="rates#full_rate", knows="rates#times_two",
                 inputs="r")), [RATES])
    assert drawn.evaluate("d", {"r": 1, "rates": {"base rate": 0.5}}).value == 3
    assert drawn.evaluate("d", {"r": 1, "base rate": 0.5}).value == 3
    assert "value.type" in codes(drawn.evaluate("d", {"r": 2, "base rate": 0.5}))


def test_a_model_imported_without_a_name_is_seen_plainly() -> None:
    drawn = dmn.read(model(
        imports("", "rates"), data("r", "tRate"),
        decision("d", "full rate + times two(r)", needs="rates#full_rate", knows="rates#times_two", inputs="r")),
        [RATES])
    assert drawn.evaluate("d", {"r": 1, "base rate": 0.5}).value == 3


def test_each_way_to_an_imported_model_has_its_own_inputs() -> None:
    middle = [
        model(imports("rates", "rates"), decision("m", "rates.full rate", needs="rates#full_rate"), namespace=name)
        for name in ("one", "two")]
    drawn = dmn.read(model(
        imports("first", "one"), imports("second", "two"),
        decision("d", "[first.m, second.m]", needs="one#m two#m")), [RATES, *middle])
    given = {name: {"rates": {"base rate": rate}} for name, rate in (("first", 0.1), ("second", 0.2))}
    assert [float(one) for one in drawn.evaluate("d", given).value] == [0.2, 0.4]


def test_a_reference_may_name_its_own_model() -> None:
    drawn = dmn.read(model(decision("a", "1"), decision("b", "a", needs="n#a")))
    assert drawn.evaluate("b", {}).value == 1


# drawn for Camunda and its kin

OPEN = 'xmlns:camunda="http://camunda.org/schema/1.0/dmn" exporter="Camunda Modeler" exporterVersion="5"'
DISH = """
  <decision id="dish" name="Dish" camunda:historyTimeToLive="P30D">
    <informationRequirement id="i1"><requiredDecision href="#season" /></informationRequirement>
    <informationRequirement id="i2"><requiredInput href="#guests" /></informationRequirement>
    <decisionTable id="t1">
      <input id="c1" label="Season"><inputExpression id="e1" typeRef="string">
        <text>season</text></inputExpression></input>
      <input id="c2" label="Guests" camunda:inputVariable="guests">
        <inputExpression id="e2" typeRef="integer">
        <text>guestCount</text></inputExpression></input>
      <output id="o1" label="Dish" name="desiredDish" typeRef="string" />
      <rule id="r1"><inputEntry id="x1"><text>"Winter"</text></inputEntry>
        <inputEntry id="x2"><text>guests &lt;= 8</text></inputEntry>
        <outputEntry id="y1"><text>"Roastbeef"</text></outputEntry>
      </rule>
      <rule id="r2"><inputEntry id="x3"><text>not("Winter")</text></inputEntry>
        <inputEntry id="x4"><text></text></inputEntry>
        <outputEntry id="y2"><text>"Salad"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <decision id="season" name="Which season">
    <decisionTable id="t2" hitPolicy="FIRST">
      <input id="c3"><inputExpression id="e3" typeRef="double" expressionLanguage="juel">
        <text>${temperature}</text></inputExpression></input>
      <output id="o2" name="season" typeRef="string" />
      <rule id="r3"><inputEntry id="x5"><text>&lt; 10</text></inputEntry>
        <outputEntry id="y3"><text>"Winter"</text></outputEntry>
      </rule>
      <rule id="r4"><inputEntry id="x6"><text>-</text></inputEntry>
        <outputEntry id="y4"><text>"Summer"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <inputData id="guests" name="Guest count" />
"""


@pytest.mark.parametrize("space", [
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/DMN/20151101", "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/", "https://www.omg.org/spec/DMN/20211108/MODEL/",
])
def test_a_model_of_dmn_js_runs_as_it_is(space: str) -> None:
    drawn = dmn.read(model(DISH, space=space, root=OPEN))
    assert drawn.problems == ()
    assert drawn.evaluate("dish", {"temperature": 3, "guestCount": 5}).value == "Roastbeef"
    assert drawn.evaluate("Dish", {"temperature": 20, "guestCount": 50}).value == "Salad"
    assert codes(drawn.evaluate("dish", {"temperature": 3, "guestCount": 9})) == {"table.no_match"}


def test_in_such_a_model_columns_of_a_required_table_are_seen() -> None:
    rows = "".join(
        f"<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>{a}</text></outputEntry>"
        f"<outputEntry><text>{b}</text></outputEntry></rule>" for a, b in ((1, 2), (3, 4)))
    table = ('<decisionTable hitPolicy="{}"><input><inputExpression><text>n</text></inputExpression></input>'
             f'<output name="a"/><output name="b"/>{rows}</decisionTable>')
    for policy, value in (("FIRST", 3), ("RULE ORDER", [1, 3, 2, 4])):
        text = "a + b" if policy == "FIRST" else "concatenate(a, b)"
        drawn = dmn.read(model(decision("t", table.format(policy)), decision("d", text, needs="t"), root=OPEN))
        assert drawn.evaluate("d", {"n": 1}).value == value


def test_a_variable_of_another_name_is_seen_by_both() -> None:
    named = f'<decision id="a" name="A thing"><variable name="thing"/>{literal("1")}</decision>'
    drawn = dmn.read(model(named, decision("d", "[thing, A thing]", needs="a")))
    assert drawn.evaluate("d", {}).value == [1, 1]
