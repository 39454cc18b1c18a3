"""Texts in drawings: FEEL, JUEL, mixtures of both with plain text, comparisons of other languages."""

from __future__ import annotations

import pytest

from engine.errors import ExpressionRefused
from engine.texts import expression_of, timer_of


@pytest.mark.parametrize(("text", "values", "expected"), [
    ('= a = "b"', {"a": "b"}, True),
    ("${a == 'b'}", {"a": "b"}, True),
    ("a == 'b' && c", {"a": "b", "c": True}, True),
    ("x > 3;", {"x": 4}, True),
    ("Halo ${name}, ${n + 1} kali", {"name": "Ana", "n": 2}, "Halo Ana, 3 kali"),
    ('Vacation Approval = "Approved"', {"Vacation Approval": "Approved"}, True),
])
def test_each_way_of_writing_means_the_same(text: str, values: dict[str, object], expected: object) -> None:
    assert expression_of(text, ["Vacation Approval"]).evaluate(values) == expected


@pytest.mark.parametrize(("text", "names", "values"), [
    ("Service Level == 'Premium'", {"Service Level"}, {"Service Level": "Premium"}),
    ("Service Level != 'a == b' && vip", {"Service Level", "vip"}, {"Service Level": "x", "vip": True}),
    ("not(in stock = 0) and total cost > 5", {"stock", "total cost"}, None),
    ("order total > 5 or not(is late)", {"order total", "is late"}, {"order total": 6}),
])
def test_words_side_by_side_in_a_comparison_are_one_name(
    text: str, names: set[str], values: dict[str, object] | None
) -> None:
    if values is None:
        with pytest.raises(ExpressionRefused):
            expression_of(text)
        return
    read = expression_of(text)
    assert read.names == names
    assert read.evaluate(values) is True


def test_a_timer_may_be_put_together() -> None:
    assert timer_of("duration", "PT${days}D").evaluate({"days": 3}) == "PT3D"
    assert timer_of("cycle", "R${n}/PT${m}M").evaluate({"n": 3, "m": 5}) == "R3/PT5M"


@pytest.mark.parametrize("text", ["= (((", "System.out.println(x); return x;", "${a.b(c)}", "Vacation Approval",
                                  "= order.close()"])
def test_code_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(ExpressionRefused, match="pada huruf"):
        expression_of(text)
