"""The regular expressions of XPath 3.1, and that none of them runs away."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import Value, compile


def fits(text: str, pattern: str, flags: str | None = None) -> Value:
    return compile("matches(t, p, f)").evaluate({"t": text, "p": pattern, "f": flags})


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("abracadabra", "bra", None, True), ("abracadabra", "^a.*a$", None, True), ("abracadabra", "^bra", None, False),
        ("Mum\nhums", "^hums$", None, False), ("Mum\nhums", "^hums$", "m", True), ("a\nb", "a.b", None, False),
        ("a\nb", "a.b", "s", True), ("HELLO", "hello", "i", True), ("helloworld", "hello world", "x", True),
        ("hello world", "hello\\ sworld", "x", True), ("a", "\\p{ IsBasicLatin }", "x", True),
        ("helloworld", "hello[ ]world", "x", False),
        ("a.b", ".", "q", True), ("ab", ".", "q", False),
        ("aa", "(a)\\1", None, True), ("ab", "(a)\\1", None, False), ("x", "[a-z-[aeiou]]", None, True),
        ("e", "[a-z-[aeiou]]", None, False), ("\u212a", "k", "i", True), ("\u212a", "[A-Z]", "i", True),
        ("É", "\\p{Lu}", None, True), ("é", "\\P{Lu}", None, True), ("α", "\\p{IsGreek}", None, True),
        ("a", "\\p{IsGreek}", None, False), ("٣", "\\d", None, True), ("_", "\\i", None, True),
        ("-", "\\i", None, False),
        ("-", "\\c", None, True), ("!", "\\w", None, False), ("+", "\\w", None, True), ("a-b", "a[\\-x]b", None, True),
        ("a]b", "a[\\]]b", None, True), ("-", "[a-]", None, True), ("^", "[\\^]", None, True),
        ("b", "[^a]", None, True),
        ("A", "[^a]", "i", False), ("aaa", "^a{3}$", None, True), ("aaaa", "^a{2,3}$", None, False),
        ("", "^$", None, True), ("ab", "^(?:a|b)+$", None, True), ("\U0001f40e", "^.$", None, True),
        ("198503302003121002", "^\\d{18}$", None, True), ("a.b@c.go.id", "^[\\w.]+@\\w+(\\.\\w+)+$", None, True),
    ],
)
def test_patterns_fit(text: str, pattern: str, flags: str | None, expected: bool) -> None:
    assert fits(text, pattern, flags) is expected


@pytest.mark.parametrize(
    "pattern",
    ["[", "a{2,1}", "a{,3}", "(a", "a)", "*a", "a**", "\\b", "(?=a)", "(?<n>a)", "\\p{Xx}", "\\p{IsNowhere}", "[]",
     "[z-a]",
     "\\1(a)", "(a\\1)", "[a[b]]", "a{1", "}", "\\", "a" * 1001, "((((a{99}){99}){99}){99})",
     "(" * 60 + ")" * 60, "a++"],
)
def test_what_xpath_does_not_know_is_null(pattern: str) -> None:
    assert fits("a", pattern) is None


@pytest.mark.parametrize("flags", ["p", "ii", "g"])
def test_flags(flags: str) -> None:
    assert fits("A", "a", flags) is (True if flags == "ii" else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('replace("abracadabra", "bra", "*")', "a*cada*"), ('replace("abracadabra", "a.*a", "*")', "*"),
        ('replace("abracadabra", "a.*?a", "*")', "*c*bra"), ('replace("abracadabra", "a", "")', "brcdbr"),
        ('replace("abracadabra", "a(.)", "a$1$1")', "abbraccaddabbra"), ('replace("abracadabra", ".*?", "$1")', None),
        ('replace("AAAA", "A+", "b")', "b"), ('replace("AAAA", "A+?", "b")', "bbbb"),
        ('replace("darted", "^(.*?)d(.*)$", "$1c$2")', "carted"), ('replace("a.b", ".", "$", "q")', "a$b"),
        ('replace("abc", "b", "[$0]")', "a[b]c"), ('replace("abc", "(b)|(x)", "[$1|$2]")', "a[b|]c"),
        ('replace("abc", "b", "$")', None), ('replace("abc", "b", "\\\\x")', None),
        ('replace("abc", "b", "\\\\$")', "a$c"),
        ('replace("abcdefghijkl", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)", "$11$12")', "ka2l"),
        ('split("a, b,c", ",\\s*")', ["a", "b", "c"]), ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
        ('split("abc", "")', None), ('split("", ",")', [""]), ('extract("a1b22", "[0-9]+")', ["1", "22"]),
        ('replace("The cat", "[a-z]", "#", "i")', "### ###"),
    ],
)
def test_texts_are_replaced_and_split(text: str, expected: object) -> None:
    assert compile(text).evaluate({}) == expected


SIMPLE = st.recursive(
    st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "\\d", "(a)", "(b|c)", "^", "$"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join), st.tuples(inner, inner).map(lambda t: f"({t[0]}|{t[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "*?", "+?", "??", "{0,2}?"])).map(
            lambda t: f"(?:{t[0]}){t[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(SIMPLE, st.text("abc1\n", max_size=8))
def test_what_python_also_knows_fits_as_python_says(pattern: str, text: str) -> None:
    """Python's `$` also stands before a last line end, XPath's does not."""
    theirs = re.compile(pattern.replace("$", "\\Z"), re.ASCII)
    assert fits(text, pattern) is (theirs.search(text) is not None)
    if theirs.search("") is None:
        found = compile("extract(t, p)").evaluate({"t": text, "p": pattern})
        assert found == [hit[0] for hit in theirs.finditer(text)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("(a+)+$", "a" * 20_000 + "!"), ("(a|aa)*$", "a" * 20_000 + "!"), ("a*a*a*a*a*a*a*a*b", "a" * 20_000),
     ("(a?){30}a{30}", "a" * 1000), ("((a*)*)*b", "a" * 20_000), ("(a*)\\1b", "a" * 800)],
)
def test_no_pattern_runs_away(pattern: str, text: str) -> None:
    begun = time.process_time()
    assert fits(text, pattern) in (True, False, None)
    assert time.process_time() - begun < 10
