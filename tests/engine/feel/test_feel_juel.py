"""What simple JUEL expressions evaluate to, and how dialects are told apart."""

from __future__ import annotations

import pytest

from engine.feel import compile

CONTEXT = {
    "decision": "approve", "n": 3, "done": True, "blank": "", "none": None, "items": ["a", "b"], "empty_list": [],
    "map": {"key": {"inner": 5}}, "order": 7,
    "which": "key",
}

TABLE = [
    ("${decision == 'approve'}", True), ('${decision == "approve"}', True), ("#{decision != 'return'}", True),
    ("${decision eq 'approve' and n ne 4}", True), ("${n < 4 && n > 2}", True), ("${n lt 3 || n gt 3}", False),
    ("${n <= 3}", True), ("${n ge 3}", True), ("${n le 2 or done}", True), ("${!done}", False), ("${not done}", False),
    ("${!unknown}", True), ("${unknown == 'a'}", False), ("${unknown != 'a'}", True), ("${n == '3'}", False),
    ("${unknown && true}", False), ("${unknown > 1}", False), ("${none == null}", True),
    ("${n + 1 * 2}", 5), ("${7 div 2}", 3.5), ("${7 / 2}", 3.5), ("${7 % 2}", 1), ("${7 mod 4}", 3), ("${-n}", -3),
    ("${n > 2 ? 'many' : 'few'}", "many"), ("${unknown ? 1 : n > 5 ? 2 : 3}", 3),
    ("${empty blank}", True), ("${empty none}", True), ("${empty empty_list}", True), ("${empty items}", False),
    ("${not empty items}", True), ("${empty unknown}", True),
    ("${map.key.inner}", 5), ("${map['key']['inner']}", 5), ('${map["key"].inner}', 5), ("${items[0]}", "a"),
    ("${order}", 7),
    ("${items[n - 2]}", "b"), ("${items[n]}", None), ("${map[items[0]]}", None), ("${map[which].inner}", 5),
    ("${items[which]}", None), ("${none[n]}", None),
    ("${true}", True), ("${null}", None), ("${'it\\'s'}", "it's"), ("${'}'}", "}"),
    ("PT${n}H", "PT3H"), ("a${none}b#{n}", "ab3"), ("${n}${n}", "33"), ("${(n + 1) * 2}", 8),
    ("${nrOfCompletedInstances/nrOfInstances >= 0.5}", False),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_juel_evaluates(text: str, expected: object) -> None:
    result = compile(text).evaluate(CONTEXT)
    assert result == expected
    assert isinstance(result, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_juel_written_as_feel_evaluates_to_the_same(text: str, expected: object) -> None:
    assert compile(compile(text).source(), dialect="feel").evaluate(CONTEXT) == expected


@pytest.mark.parametrize(
    ("text", "dialect", "value"),
    [('= "${a}"', "feel", "${a}"), ("${1}", "juel", 1), ("#{1}", "juel", 1), ("1 + 1", "feel", 2), (" = 1", "feel", 1)],
)
def test_the_dialect_is_seen_from_the_text(text: str, dialect: str, value: object) -> None:
    expression = compile(text)
    assert (expression.dialect, expression.evaluate({})) == (dialect, value)


def test_plain_text_asked_for_as_juel_is_itself() -> None:
    assert compile("PT5M", dialect="juel").evaluate({}) == "PT5M"


def test_both_dialects_read_into_one_tree_with_names() -> None:
    assert compile("${body.kind == 'ppk' && n > 1}").paths == {"body.kind", "n"}
