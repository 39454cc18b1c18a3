"""Small calls of other engines: what they evaluate to, which names they take, and that they mean the same in FEEL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.answers import nested, of
from engine.feel import compile
from engine.guards import way_missing

CONTEXT = {
    "s": "Kapal Tunda", "blank": "  ", "nothing": "", "n": 21, "half": Decimal("-2.5"), "yes": True, "none": None,
    "items": ["a", "b", "b"], "bare": [], "map": {"k": "v", "in": {"deep": [5, 6]}, "length": 9},
    "people": [{"name": "Ana"}, {"name": "Budi"}], "on": date(2024, 2, 29),
    "person": {"age": 21, "name": "Ana", "empty": None}, "i": 1, "key": "k", "digits": "12", "truth": "true",
}

TABLE = [
    ("${person.getName()}", "Ana"), ("${map.getIn().getDeep().size()}", 2), ("${person.getNobody()}", None),
    ("${person.isEmpty()}", False), ("${people.getSingleResult().name}", "Ana"), ("${people.getSingleEntry()}", "Ana"),
    ("${people.getFirstResult().getEntry('name')}", "Ana"), ("${people.collectEntries('name')}", ["Ana", "Budi"]),
    ("${n.compareTo(20) > 0}", True), ("${s.compareTo('Kapal Tunda') == 0}", True),
    ("${s.concat('!')}", "Kapal Tunda!"),
    ("${s.charAt(1)}", "a"), ("${items.subList(1, 3)}", ["b", "b"]), ("${map.keySet().contains('in')}", True),
    ("${map.containsValue('v')}", True), ("${map.containsValue('k')}", False), ("${none.isPresent()}", False),
    ("${s.isPresent()}", True), ("${Math.max(n, 30)}", 30), ("${Math.round(2.5)}", 3), ("${Math.abs(half)}", 2.5),
    ("${Arrays.asList('a', s).contains(s)}", True), ("${1.5e3 + 10L}", 1510), ("${n == 21.0f}", True),
    ("${on.getYear() + on.getMonthValue()}", 2026), ("${on.getDayOfMonth()}", 29),
    ("${on.plusDays(2)}", date(2024, 3, 2)), ("${on.minusMonths(1).isBefore(on)}", True),
    ("${on.plusYears(1).after(on.plusWeeks(1))}", True), ("${s.plusDays(2)}", None),
    ("${s.equals('Kapal Tunda')}", True), ("${'x'.equals(s)}", False), ("${!none.equals('x')}", True),
    ("${s.equalsIgnoreCase('kapal TUNDA')}", True), ("${none.equalsIgnoreCase('x')}", False),
    ("${s.isEmpty()}", False), ("${nothing.isEmpty()}", True), ("${bare.isEmpty()}", True), ("${none.isEmpty()}", True),
    ("${!items.isEmpty()}", True), ("${blank.isBlank()}", True), ("${s.isBlank()}", False),
    ("${s.length()}", 11), ("${items.size()}", 3), ("${map.size()}", 3), ("${none.size()}", None),
    ("${n.size()}", None),
    ("${none.size() > 1}", False), ("${items.size() > 1 && s.length() < 20}", True),
    ("${s.length}", 11), ("${items.length}", 3), ("${map.length}", 9), ("${none.length}", None), ("${items.size}", 3),
    ("${items.length > 2 ? 'many' : s}", "many"), ("${map.in.deep.size}", 2), ("${map.size}", None),
    ("${s.contains('Tunda')}", True), ("${s.contains('x')}", False), ("${items.contains('b')}", True),
    ("${items.contains('ab')}", False), ("${none.contains('a')}", None), ("${!none.contains('a')}", True),
    ("${s.contains(n)}", None), ("${map.containsKey('k')}", True), ("${map.containsKey('v')}", False),
    ("${items.includes('a')}", True), ("${s.startsWith('Ka')}", True), ("${s.endsWith('Ka')}", False),
    ("${s.indexOf('T')}", 6), ("${s.indexOf('x') == -1}", True), ("${items.indexOf('b')}", 1),
    ("${items.indexOf('x')}", -1), ("${s.toLowerCase()}", "kapal tunda"), ("${s.toUpperCase().trim()}", "KAPAL TUNDA"),
    ("${s.substring(6)}", "Tunda"), ("${s.substring(0, 5)}", "Kapal"), ("${s.substring(11)}", ""),
    ("${s.substring(5, 2)}", None), ("${s.substring(0, 99)}", None), ("${s.substring(i, i + 1)}", "a"),
    ("${items.get(0)}", "a"), ("${items.get(i)}", "b"), ("${items.get(7)}", None), ("${map.get('k')}", "v"),
    ("${map.get(key)}", "v"), ("${map.get('in').get('deep').get(1)}", 6), ("${map.getOrDefault('x', 4)}", 4),
    ("${n.toString() == '21'}", True), ("${yes.booleanValue()}", True), ("${half.intValue()}", -2),
    ("${n.longValue() >= 21}", True), ("${Boolean.TRUE.equals(yes)}", True), ("${yes == Boolean.FALSE}", False),
    ("${Boolean.valueOf(truth)}", True), ("${Boolean.parseBoolean(none)}", False),
    ("${Integer.parseInt(digits) + 1}", 13),
    ("${String.valueOf(n)}", "21"), ("${Objects.equals(n, 21)}", True), ("${Objects.nonNull(none)}", False),
    ("${StringUtils.isNotBlank(blank)}", False), ("${StringUtils.contains(s, 'T')}", True),
    ("${execution.getVariable('n') > 20}", True), ("${kcontext.getVariable(\"s\").length()}", 11),
    ("${execution.getVariableLocal('yes')}", True), ("${execution.hasVariable('none')}", True),
    ("${execution.hasVariable('missing')}", False), ("${!execution.hasVariable('missing')}", True),
    ("${variables:get(n)}", 21), ("${variables:get('n')}", 21), ("${vars:equals(n, 21)}", True),
    ("${var:ne(n, 21)}", False), ("${variables:notEquals(missing, 1)}", True), ("${var:lt(n, 3)}", False),
    ("${variables:greaterThanOrEquals(n, 21)}", True), ("${var:empty(nothing)}", True), ("${vars:exists(none)}", False),
    ("${variables:isNotEmpty(items)}", True), ("${variables:getOrDefault(none, 3)}", 3),
    ("${variables:contains(items, 'a', 'b')}", True), ("${variables:contains(items, 'a', 'x')}", False),
    ("${variables:containsAny(s, 'x', 'Kapal')}", True), ("${variables:containsAny(none, 'x', 'y')}", False),
    ("${fn:length(items)}", 3), ("${fn:contains(s, 'x')}", False), ("${fn:toLowerCase('A')}", "a"),
    ("${S(person).prop(\"age\").value() >= 21}", True), ("${person.prop('age').numberValue() < 21}", False),
    ("${JSON(person).prop('name').stringValue()}", "Ana"), ("${person.hasProp('x')}", False),
    ("${person.prop('empty').isNull()}", True), ("${S(map).jsonPath('$.in.deep').elements().size()}", 2),
    ("${KieFunctions.isTrue(yes)}", True), ("${!KieFunctions.isNull(none)}", False),
    ("${KieFunctions.greaterThan(n, \"10\")}", True), ("${KieFunctions.between(n, \"1\", \"21\")}", True),
    ("${KieFunctions.startsWith(s, 'K')}", True), ("${KieFunctions.equalsTo(s, \"A\")}", False),
    ("${n === 21}", True), ("${n !== 21}", False), ("${yes ? s : n}", "Kapal Tunda"), ("${yes ?n :s}", 21),
    ("${yes ? items.size() : fn:length(s)}", 3),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_a_call_evaluates_to_its_one_meaning(text: str, expected: object) -> None:
    result = compile(text).evaluate(CONTEXT)
    assert result == expected
    assert isinstance(result, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_it_means_the_same_written_as_feel_and_takes_the_same_names(text: str, expected: object) -> None:
    expression = compile(text)
    written = compile(expression.source(), dialect="feel")
    assert written.evaluate(CONTEXT) == expected
    assert written.names == expression.names <= {*CONTEXT, "missing"}


@pytest.mark.parametrize(("text", "paths"), [
    ("${S(customer).prop('age').numberValue() >= 21}", {"customer.age"}), ("${a.b.contains('x')}", {"a.b"}),
    ("${execution.getVariable('a') == b.get('c').d}", {"a", "b.c.d"}), ("${a.get(b)}", {"a", "b"}),
    ("${Boolean.TRUE.equals(a)}", {"a"}), ("${KieFunctions.isTrue(a)}", {"a"}), ("${vars:eq(a, b)}", {"a", "b"}),
    ("${list.length > 2}", {"list.length"}), ("${list.size() > 2}", {"list"}),
])
def test_paths_are_those_of_the_data(text: str, paths: set[str]) -> None:
    assert compile(text).paths == compile(compile(text).source(), dialect="feel").paths == paths


@pytest.mark.parametrize("text", [
    "${list.contains('a')}", "${x.equals('yes')}", "${x.toLowerCase().startsWith('ab')}", "${x.startsWith('ab')}",
    "${list.size() >= 3}", "${x.length() == 5}", "${x.isEmpty()}", "${x.indexOf('q') >= 0}", "${list.length > 2}",
    "${S(customer).prop('age').numberValue() >= 21}", "${x.equalsIgnoreCase('Yes')}", "${x.intValue() == 4}",
    "${KieFunctions.between(x, '5', '9')}", "${vars:containsAny(x, 'a', 'b')}",
    "${x.trim().length() >= 2}",
])
def test_the_answers_worth_trying_make_it_true_and_not_true(text: str) -> None:
    expression = compile(text)
    (path, values), = of([expression]).items()
    seen = {expression.evaluate(nested({path: value})) is True for value in values}
    assert seen == {True, False}


@pytest.mark.parametrize(("guards", "complete"), [
    (("${S(customer).prop('age').numberValue() >= 21}", "${S(customer).prop('age').numberValue() < 21}"), True),
    (("${S(customer).prop('age').numberValue() > 21}", "${S(customer).prop('age').numberValue() < 21}"), False),
    (("${list.length > 2}", "${list.length <= 2}"), True), (("${a.equals('x')}", "${!a.equals('x')}"), True),
    (("${a.equals('x')}", "${a.equals('y')}"), False), (("${a.contains('x')}", "${!a.contains('x')}"), True),
    (("${a.contains('x')}", "${a.contains('y')}"), False),
])
def test_whether_a_way_is_missing_is_told_for_calls_too(guards: tuple[str, ...], complete: bool) -> None:
    assert (way_missing([compile(one) for one in guards]) is None) == complete
