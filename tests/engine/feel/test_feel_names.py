"""Names with spaces and signs, which only the names in scope tell from operators (DMN 1.5, 10.3.1.3)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import ExpressionRefused
from engine.feel import compile


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("Monthly Income * 2", {"Monthly Income": 3}, 6),
        ("a - b", {"a - b": 1, "a": 9, "b": 2}, 1),
        ("a-b", {"a-b": 1}, 1),
        ("a-b", {"a": 9, "b": 2}, 7),
        ("a b c", {"a b": 1, "a b c": 2}, 2),
        ("days in weekend", {"days in weekend": 2}, 2),
        ("for i in days in weekend return i + 1", {"days in weekend": [1, 2]}, [2, 3]),
        ("if ready or not then 1 else 2", {"ready or not": True}, 1),
        ("Person's name", {"Person's name": "Budi"}, "Budi"),
        ("Part 2 + 1", {"Part 2": 1}, 2),
        ("Total   Sum", {"Total Sum": 5}, 5),
        ("a/b/c", {"a/b/c": 5}, 5),
        ("\U0001f40e + 1", {"\U0001f40e": 1}, 2),
        ("Applicant.Monthly Income + 1", {"Applicant": {"Monthly Income": 2}}, 3),
        ("Applicant.Monthly Income < 5 and true", {"Applicant": {"Monthly Income": 2}}, True),
        ("r.start included", {"r": None}, None),
        ("[{first name: 1}, {first name: 2}][first name > 1].first name", {}, [2]),
        ('{"net price": 10, tax: net price * 0.1}.tax', {}, 1),
        ("for each one in [1, 2] return each one * 2", {}, [2, 4]),
        ("(function(net price) net price + 1)(1)", {}, 2),
        ("some big one in [1, 2] satisfies big one > 1", {}, True),
        ("count", {"count": 3}, 3),
        ("count + count([1, 2])", {"n": 3}, None),
        ("date and time", {"date": True, "time": False}, False),
    ],
)
def test_the_longest_name_in_scope_is_meant(text: str, context: dict[str, object], expected: object) -> None:
    names = [*context, "Monthly Income"]
    assert compile(text, names=names, dialect="feel").evaluate(context) == expected


def test_free_names_are_told_with_their_spaces() -> None:
    expression = compile("Loan.annual rate / 12 + Fee Total", names=["Loan", "Fee Total"])
    assert expression.names == {"Loan", "Fee Total"}
    assert expression.paths == {"Loan.annual rate", "Fee Total"}


def test_a_name_nobody_knows_is_refused_at_its_second_word() -> None:
    with pytest.raises(ExpressionRefused, match="'Income' tidak pada tempatnya") as refusal:
        compile("Monthly Income * 2")
    assert refusal.value.position == 8


def test_a_function_in_scope_hides_the_built_in_one() -> None:
    assert compile("{sum: function(a) a * 10, r: sum(2)}.r").evaluate({}) == 20
    assert compile("sum(2)").evaluate({"sum": 5}) == 2


def test_the_same_text_with_other_names_is_another_expression() -> None:
    context = {"a": 5, "b": 3, "a-b": 1}
    assert compile("a-b").evaluate(context) == Decimal(2)
    assert compile("a-b", names=["a-b"]).evaluate(context) == Decimal(1)
