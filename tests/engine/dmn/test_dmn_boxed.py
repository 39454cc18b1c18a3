"""Every boxed expression, and the types that boxes may name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import dmn
from engine.dmn.written import to_json
from tests.engine.dmn.draw import ask, bkm, boxed, codes, data, decision, function, literal, model


def entries(*lines: tuple[str, str], types: dict[str, str] | None = None) -> str:
    """A boxed context; "" is the name of the result."""
    def variable(name: str) -> str:
        type_ = (types or {}).get(name)
        return f'<variable name="{name}"' + (f' typeRef="{type_}"/>' if type_ else "/>") if name else ""

    drawn = "".join(f"<contextEntry>{variable(name)}{boxed(value)}</contextEntry>" for name, value in lines)
    return f"<context>{drawn}</context>"


def test_a_literal_expression() -> None:
    assert ask("n * 2", n=21).value == 42
    assert ask("").value is None


def test_a_context_shows_each_entry_to_those_below() -> None:
    assert ask(entries(("monthly fee", "n * 2"), ("b", "monthly fee + 1")), n=1).value == {"monthly fee": 2, "b": 3}


def test_the_entry_without_a_name_is_the_result() -> None:
    assert ask(entries(("a", "n"), ("", "a + 1")), n=1).value == 2


def test_an_entry_of_the_wrong_type_is_null_and_told() -> None:
    outcome = ask(entries(("a", '"x"'), ("b", "1"), types={"a": "number"}))
    assert outcome.value == {"a": None, "b": 1}
    assert codes(outcome) == {"value.type"}


def test_a_list() -> None:
    assert ask(f"<list>{literal('n')}{literal('n + 1')}<list/></list>", n=1).value == [1, 2, []]


def test_a_relation() -> None:
    drawn = f"""<relation><column name="a"/><column name="first name"/>
    <row>{literal('1')}{literal('"x"')}</row><row>{literal('n')}{literal('"y"')}</row></relation>"""
    assert ask(drawn, n=5).value == [{"a": 1, "first name": "x"}, {"a": 5, "first name": "y"}]


def test_a_function_and_its_call() -> None:
    assert ask(entries(("twice", function("a", "a * 2")), ("", "twice(n)")), n=4).value == 8
    assert ask(entries(("twice", function("a", "a * 2")), ("", "twice(a: n)")), n=4).value == 8


def test_a_function_sees_what_stands_around_it() -> None:
    assert ask(entries(("rate", "n"), ("f", function("a", "a * rate")), ("", "f(10)")), n=3).value == 30


def test_a_function_is_a_value() -> None:
    outcome = ask(function("a b", "a + b"))
    assert to_json(outcome.value) == "function(a, b)"


def test_a_call_that_does_not_fit_is_null_and_told() -> None:
    for call in ("f(1, 2)", 'f("x")', "f(b: 1)"):
        outcome = ask(entries(("f", function("a:number", "1")), ("", call)))
        assert (outcome.value, codes(outcome)) == (None, {"call.arguments"}), call


@pytest.mark.parametrize("kind", ["Java", "PMML"])
def test_a_function_from_outside_is_null_and_told(kind: str) -> None:
    outside = function("a", "<context/>", attributes=f'kind="{kind}"')
    outcome = ask(entries(("f", outside), ("", "f(1)")))
    assert (outcome.value, codes(outcome)) == (None, {"function.external"})
    assert kind in outcome.reasons[0].message_en


def test_a_function_from_outside_in_a_text_is_told_too() -> None:
    java = '{java: {class: "java.lang.Math", method signature: "cos(double)"}}'
    outcome = ask(f"{{f: function(a) external {java}, r: f(1)}}.r")
    assert (outcome.value, codes(outcome)) == (None, {"function.external"})


def invocation(called: str, **bindings: str) -> str:
    drawn = "".join(f'<binding><parameter name="{name}"/>{boxed(value)}</binding>' for name, value in bindings.items())
    return f"<invocation>{boxed(called)}{drawn}</invocation>"


def asked(*parts: str) -> dmn.Outcome:
    return dmn.read(model(*parts)).evaluate("d", {})


def test_an_invocation_names_its_arguments() -> None:
    minus = bkm("minus", "a b", "a - b")
    assert asked(minus, decision("d", invocation("minus", b="1", a="10"), knows="minus")).value == 9


def test_an_invocation_finds_a_function_whose_name_holds_signs() -> None:
    best = bkm("pre-bureau best/worst", "a", "a")
    drawn = decision("d", invocation("pre-bureau best/worst", a="3"), knows="pre_bureau_best/worst")
    assert asked(best, drawn).value == 3


def test_an_invocation_of_a_boxed_function() -> None:
    assert ask(invocation(function("a", "a + 1"), a="2")).value == 3


def test_an_invocation_of_a_built_in_function() -> None:
    assert ask(invocation("sum", list="[1, 2]")).value == 3


def test_what_is_not_bound_is_null() -> None:
    assert asked(bkm("f", "a b", "[a, b]"), decision("d", invocation("f", a="1"), knows="f")).value == [1, None]


def test_an_invocation_of_no_function_is_null_and_told() -> None:
    outcome = ask(invocation("n", a="1"), n=5)
    assert (outcome.value, codes(outcome)) == (None, {"call.no_function"})


def test_an_unknown_argument_is_null_and_told() -> None:
    outcome = asked(bkm("f", "a", "a"), decision("d", invocation("f", b="1"), knows="f"))
    assert (outcome.value, codes(outcome)) == (None, {"call.arguments"})


@pytest.mark.parametrize(("condition", "value"), [("true", "yes"), ("false", "no"), ("null", "no"), ('"x"', "no")])
def test_a_conditional(condition: str, value: str) -> None:
    parts = {"if": condition, "then": '"yes"', "else": '"no"'}
    inner = "".join(f"<{tag}>{literal(text)}</{tag}>" for tag, text in parts.items())
    drawn = f"<conditional>{inner}</conditional>"
    assert ask(drawn).value == value


def loop(kind: str, domain: str, body: str, variable: str = "x") -> str:
    part = "return" if kind == "for" else "satisfies"
    return f'<{kind} iteratorVariable="{variable}"><in>{boxed(domain)}</in><{part}>{boxed(body)}</{part}></{kind}>'


def test_for() -> None:
    assert ask(loop("for", "[1, 2, 3]", "x * n"), n=2).value == [2, 4, 6]
    assert ask(loop("for", "1..3", "each one * 2", "each one")).value == [2, 4, 6]
    assert ask(loop("for", "[1, 2, 3]", "sum(partial) + x")).value is not None


def test_for_within_for_sees_both() -> None:
    inner = loop("for", "[10, 20]", "x + y", "y")
    assert ask(loop("for", "[1, 2]", inner)).value == [[11, 21], [12, 22]]


@pytest.mark.parametrize(("kind", "body", "value"), [
    ("some", "x > 2", True), ("some", "x > 9", False), ("every", "x > 0", True), ("every", "x > 1", False),
    ("every", '"no boolean"', None), ("some", "null", None),
])
def test_some_and_every(kind: str, body: str, value: bool | None) -> None:
    assert ask(loop(kind, "[1, 2, 3]", body)).value is value


def test_every_and_some_of_nothing() -> None:
    assert ask(loop("every", "[]", "x > 0")).value is True
    assert ask(loop("some", "[]", "x > 0")).value is False


@pytest.mark.parametrize("kind", ["for", "some", "every"])
def test_a_loop_through_nothing_that_can_be_gone_through_is_null_and_told(kind: str) -> None:
    outcome = ask(loop(kind, "null", "x"))
    assert (outcome.value, codes(outcome)) == (None, {"loop.domain"})


def chosen(source: str, match: str) -> str:
    return f"<filter><in>{boxed(source)}</in><match>{boxed(match)}</match></filter>"


def test_a_filter() -> None:
    assert ask(chosen("[1, 2, 3]", "item > n"), n=1).value == [2, 3]
    assert ask(chosen("[{a: 1}, {a: 2}]", "a = 2")).value == [{"a": 2}]
    assert ask(chosen("[1, 2, 3]", "-1")).value == 3
    assert ask(chosen("[1, 2, 3]", '"x"')).value == []
    assert ask(chosen("5", "item = 5")).value == [5]
    assert ask(chosen("null", "true")).value is None


def test_juel_is_read_where_the_drawing_says_so() -> None:
    assert ask(literal("${n + 1}", language="juel"), n=1).value == 2


def test_typed_boxes_convert_or_are_null() -> None:
    assert ask(literal("[n]", "number"), n=3).value == 3
    outcome = ask(literal("n", "string"), n=3)
    assert (outcome.value, codes(outcome)) == (None, {"value.type"})


def test_boxes_lie_within_boxes() -> None:
    drawn = entries(("rows", f"<list>{entries(('a', 'n'))}{entries(('a', 'n + 1'))}</list>"),
                    ("", chosen("rows", "a > n")))
    assert ask(drawn, n=1).value == [{"a": 2}]


def test_a_box_that_is_too_much_work_is_null_and_told() -> None:
    heavy = loop("for", "1..20000", "for y in 1..200 return x * y")
    outcome = ask(heavy)
    assert (outcome.value, codes(outcome)) == (None, {"evaluation.exhausted"})


def test_lists_that_double_again_and_again_are_too_much_work() -> None:
    twice = "<list>" + literal("{}") * 2 + "</list>"
    lines = [("a0", "[1]")] + [(f"a{n}", twice.replace("{}", f"a{n - 1}")) for n in range(1, 40)]
    assert codes(ask(entries(*lines))) == {"evaluation.exhausted"}
    pair = "<context><contextEntry><variable name='x'/>{0}</contextEntry>" \
           "<contextEntry><variable name='y'/>{0}</contextEntry></context>"
    chain = [decision("d0", "[1]")] + [
        decision(f"d{n}", pair.format(literal(f"d{n - 1}")), needs=f"d{n - 1}") for n in range(1, 40)]
    assert codes(dmn.read(model(*chain)).evaluate("d39", {})) == {"evaluation.exhausted"}


def test_a_function_without_end_is_null_and_told() -> None:
    outcome = asked(bkm("f", "a", "f(a + 1)"), decision("d", "f(1)", knows="f"))
    assert (outcome.value, codes(outcome)) == (None, {"evaluation.exhausted"})


def test_a_function_may_call_itself() -> None:
    factorial = bkm("factorial", "n:number", "if n = 0 then 1 else n * factorial(n - 1)")
    assert asked(factorial, decision("d", "factorial(20)", knows="factorial")).value == Decimal(2432902008176640000)


def test_inputs_with_blanks_in_their_names() -> None:
    drawn = model(data("Monthly Income", "number"), decision("d", "Monthly Income * 12", inputs="Monthly_Income"))
    assert dmn.read(drawn).evaluate("d", {"Monthly Income": 10}).value == 120
