"""What is refused, where, and with which mend; and what hostile text and data cannot do."""

from __future__ import annotations

import re
import time

import pytest

from engine.errors import ExpressionRefused
from engine.feel import compile
from engine.feel.reading import Reader


@pytest.mark.parametrize(
    ("text", "position", "mend"),
    [
        ("a == 1", 3, "pakai satu tanda: ="),
        ("a = 1 && b", 6, "tulis: and"),
        ("a || b", 2, "tulis: or"),
        ("!a", 0, "not(...)"),
        ("not a", 0, "not(...)"),
        ("a = 'x'", 4, 'kutip ganda, misalnya "approve"'),
        ("a % 2", 2, "modulo(a, b)"),
        ("= a +", 5, "terputus"),
        ("= (a", 4, "tutup kurungnya"),
        ("", 0, "terputus"),
        ("a b", 2, "'b' tidak pada tempatnya"),
        ("1 < n < 5", 6, "tidak pada tempatnya"),
        ("= now()", 2, "tidak membaca jam"),
        ("today() > a", 0, "agenda.voting_day"),
        ("strats with(a, b)", 7, "tidak pada tempatnya"),
        ("foo(a)", 0, "'foo' tidak ada"),
        ('contains("a")', 0, "Isinya: string, match"),
        ('contains(text: "a", match: "b")', 0, "Nama parameternya: string, match"),
        ('@"2029-02-30"', 0, '@"2029-02-14"'),
        ("a instance of whale", 14, "'whale' tidak dikenal"),
        ("f(1, a: 2)", 8, "semua dengan nama"),
        ("f(a: 1, 2)", 8, "semua dengan nama"),
        ('"abc', 0, "belum ditutup"),
        ("1 < a < 2", 6, "a between b and c"),
        ("{a: 1, a: 2}", 0, "dua kali"),
        ("a # 1", 2, "tidak dikenal"),
        ("${a.getClass()}", 4, "Pemanggilan getClass(...)"),
        ("${a.matches('x')}", 4, "= matches(nama"),
        ("${items.size(1) > 1}", 8, "Pemanggilan size(...) tidak didukung"),
        ("${execution.getVariable(a + 'b')}", 12, "nama variabel"),
        ("${execution.equals(1)}", 12, "Pemanggilan equals(...)"),
        ("${amount.value()}", 9, "Pemanggilan value(...)"),
        ("${Boolean.equals(1)}", 10, "Pemanggilan equals(...)"),
        ("${a.jsonPath('$..b')}", 13, "jsonPath("),
        ("${a.get(-1)}", 8, "nomor (dari 0)"),
        ("${variables:base64(a)}", 2, "Fungsi variables:base64(...)"),
        ("${size(a)}", 2, "Fungsi size(...)"),
        ("${service.go()}", 10, "dalam FEEL"),
        ("${fn:split(a, ',')}", 2, "tidak didukung dalam JUEL"),
        ("${a = 1}", 4, "pakai =="),
        ("PT${a", 2, "penutup"),
        ("${}", 2, "terputus"),
        ("ok ${1} ${a b}", 12, "'b' tidak pada tempatnya"),
        ("${a[-1]}", 4, "nomor (dari 0)"),
    ],
)
def test_refusal_names_the_place_and_the_mend(text: str, position: int, mend: str) -> None:
    with pytest.raises(ExpressionRefused, match=re.escape(mend)) as refusal:
        compile(text)
    assert (refusal.value.text, refusal.value.position) == (text, position)


@pytest.mark.parametrize(
    "text",
    ["(" * 5000 + "1" + ")" * 4999, "[" * 300 + "]" * 300, "1" + "+1" * 300, "a" + ".b" * 300,
     "not(" * 200 + "a" + ")" * 200, "1 + " * 2500 + "1",
     "a" * 10_001, "${" + "!" * 300 + "a}", "if a then " * 200 + "1" + " else 2" * 200,
     "some " + ",".join(f"x{i} in a" for i in range(11)) + " satisfies x1", "${a}" * 200],
)
def test_overlong_and_overdeep_text_is_refused(text: str) -> None:
    with pytest.raises(ExpressionRefused):
        compile(text)


@pytest.mark.parametrize(
    "text", ["(" * 99 + "1" + ")" * 99, "[" * 99 + "]" * 99, "1" + "+1" * 98, " or ".join(["a"] * 2000)]
)
def test_long_text_within_the_limits_is_evaluated(text: str) -> None:
    assert compile(text).evaluate({"a": True}) is not None


DOUBLED = ", ".join(f"x{i}: [x{i - 1}, x{i - 1}]" for i in range(1, 60))
GROWN = ", ".join(f"x{i}: x{i - 1} + x{i - 1}" for i in range(1, 60))


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..100000, j in 1..100000 return i",
        "count(for i in 1..99999 return [1..99999])[for j in 1..99999, k in 1..99999 return k]",
        "some a in 1..99999, b in 1..99999 satisfies a + b < 0",
        f"{{x0: [1], {DOUBLED}}}",
        f'{{x0: "0123456789", {GROWN}}}.x59',
        "9 ** 9 ** 9 ** 9 ** 9",
        'for i in 1..99999 return matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a*a*b")',
        "9999999999 ** 99999",
        "some i in 1..99999 satisfies count(big) < i",
    ],
)
def test_hostile_expressions_end_soon_with_null(text: str) -> None:
    begun = time.process_time()
    assert compile(text).evaluate({"big": list(range(10_000))}) is None
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "text",
    ["a between 0 and (" * 60 + "a" + ")" * 60, "(" * 60 + "a" + " between 0 and 2)" * 60, "${" + "empty " * 45 + "a}",
     "a in ((" * 45 + "a" + "), a)" * 45, "${" + "!(a == " * 20 + "a" + ")" * 20 + "}"],
)
def test_nested_parts_are_evaluated_once_each(text: str) -> None:
    begun = time.process_time()
    compile(text).evaluate({"a": 1})
    assert time.process_time() - begun < 2


def test_hostile_data_is_null() -> None:
    ring: list[object] = []
    ring.append(ring)
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    context = {"ring": ring, "deep": deep, "nan": float("nan"), "huge": 10**7000, "thing": object()}
    assert [compile(name).evaluate(context) for name in context] == [None] * 5


def test_operators_alone_are_no_reader() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Reader("1", (), {}, clock=False)  # type: ignore[abstract] # -- that is what is refused
