"""What FEEL expressions evaluate to, as tables: text, value (the value may be FEEL text of its own)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.feel import Interval, YearMonth, compile

JAKARTA = ZoneInfo("Asia/Jakarta")
CONTEXT = {
    "decision": "approve",
    "n": 3,
    "price": 1.1,
    "nothing": None,
    "numbers": [1, 2, 3, 4],
    "visits": [
        {"official": "camat", "minutes": 30, "on": date(2029, 1, 3)},
        {"official": "kapolsek", "minutes": 45, "on": date(2029, 1, 4)},
    ],
    "agenda": {"voting_day": date(2029, 2, 14), "term_ends": datetime(2029, 4, 1, tzinfo=JAKARTA)},
}


def value(text: str) -> object:
    return compile(text, dialect="feel").evaluate(CONTEXT)


LITERALS = [
    ("1", Decimal(1)), ("-1.50", Decimal("-1.5")), (".5", Decimal("0.5")), ("true", True), ("null", None),
    ('"a\\"b\\n\\u0041"', 'a"b\nA'), ('"\\d+"', "\\d+"), ('"\\uD83D\\uDC0E"', "\U0001f40e"),
    ('@"2029-02-14"', date(2029, 2, 14)), ('@"10:00:00Z"', time(10, tzinfo=UTC)),
    ('@"2029-02-14T07:00:00@Asia/Jakarta"', datetime(2029, 2, 14, 7, tzinfo=JAKARTA)),
    ('@"P1DT2H"', timedelta(days=1, hours=2)), ('@"-P1Y2M"', YearMonth(-14)), ('@"P2W"', timedelta(days=14)),
    ("[1, [2]]", [Decimal(1), [Decimal(2)]]), ("[]", []), ("{}", {}),
    ('{a: 1, "b c": a + 1}', {"a": Decimal(1), "b c": Decimal(2)}),
    ("[1..5)", Interval(Decimal(1), Decimal(5), True, False)),
    ("]1..5[", Interval(Decimal(1), Decimal(5), False, False)),
    ("[1..numbers[2]]", Interval(Decimal(1), Decimal(2))), ("1 /* one */ // rest", Decimal(1)),
]

OPERATORS = [
    ("1 + 2 * 3", Decimal(7)), ("(1 + 2) * 3", Decimal(9)), ("10 / 4", Decimal("2.5")), ("1 / 0", None),
    ("-2 ** 2", Decimal(4)), ("2 ** 3 ** 2", Decimal(64)), ("0.1 + 0.2 = 0.3", True), ("price * 3 = 3.3", True),
    ('"a" + "b"', "ab"), ('"a" + 1', None), ("nothing + 1", None), ("2 ** 9999999", None),
    ('decision = "approve"', True), ('decision != "approve"', False), ('decision = "return"', False),
    ("1 = true", None), ("nothing = null", True), ("n = null", False), ("n != null", True), ("n < nothing", None),
    ("[1, 2] = [1, 2]", True), ("[1, 2] = [2, 1]", False), ("{a: 1} = {a: 1.0}", True), ("n >= 3 and n <= 3", True),
    ("true and null", None), ("false and null", False), ("true or null", True), ("false or null", None),
    ("not(true)", False), ("not(null)", None), ("not(1)", None), ("true and 1", None),
    ("n between 1 and 3", True), ("n between 4 and 5", False), ("n between nothing and 5", None),
    ("n in [1..3]", True), ("n in [1..3)", False), ("n in (1, 2, 3)", True), ("n in [1, 2]", False),
    ("n in (< 2, >= 3)", True), ("n in > 5", False), ("n in (1..3)", False),
    ('decision in ("approve", "return")', True),
    ("n in ([1..2], [3..4])", True), ("nothing in [1..3]", None), ("[5..1]", None),
    ("if n = 3 then 1 else 2", Decimal(1)), ("if nothing then 1 else 2", Decimal(2)), ("1 + if true then 2 else 3", 3),
    ("n instance of number", True), ("nothing instance of Any", False),
    ('@"P1D" instance of days and time duration', True), ("agenda.voting_day instance of date", True),
]

PATHS = [
    ("agenda.voting_day", date(2029, 2, 14)), ("agenda.unknown.deeper", None), ("unknown.deeper", None),
    ("visits.official", ["camat", "kapolsek"]), ("numbers[1]", Decimal(1)), ("numbers[-1]", Decimal(4)),
    ("numbers[5]", None), ("numbers[0]", None), ("numbers[n]", Decimal(3)), ("numbers[item > 2]", [3, 4]),
    ('visits[official = "camat"].minutes', [30]), ('visits[item.minutes > 40][1].official', "kapolsek"),
    ("visits[minutes > n * 12].official", ["kapolsek"]), ("[][1]", None), ("[][item > 1]", []), ("n[1]", Decimal(3)),
    ("agenda.voting_day.year", Decimal(2029)), ("agenda.voting_day.weekday", Decimal(3)),
    ("agenda.term_ends.hour", Decimal(0)), ("agenda.term_ends.time offset", timedelta(hours=7)),
    ("agenda.term_ends.timezone", "Asia/Jakarta"), ('@"-P1DT2H3M4S".hours', Decimal(-2)), ('@"P1Y2M".months', 2),
    ("[1..5].end", Decimal(5)), ("(1..5].start included", False), ("{a: {b: 1}}.a.b", Decimal(1)),
]

LOOPS = [
    ("for x in numbers return x * 2", [2, 4, 6, 8]), ("for i in 3..1 return i", [3, 2, 1]),
    ("for i in [1..3) return i", [1, 2]), ("for x in [1, 2], y in [x, 10] return x * y", [1, 10, 4, 20]),
    ("for x in nothing return x", None), ("for i in 1..100001 return i", None),
    ('for d in @"2029-01-30"..@"2029-02-01" return d.day', [30, 31, 1]),
    ("some x in numbers satisfies x > 3", True), ("every x in numbers satisfies x > 3", False),
    ("every x in [] satisfies x", True), ("some x in [null, 1] satisfies x > 2", None),
    ('some v in visits satisfies v.official = "camat" and v.minutes >= 30', True),
    ("some x in [1, 2], y in [2, 3] satisfies x = y", True),
]

MIDNIGHT = datetime.combine(date(2029, 2, 14), time())  # without a zone

MOMENTS = [
    ('date("2029-02-30")', None), ("date(2029, 2, 14)", date(2029, 2, 14)),
    ("date(year: 2029, month: 2, day: 14)", date(2029, 2, 14)),
    ('date and time("2029-02-14")', MIDNIGHT),
    ('date and time("2029-02-14T24:00:00")', None), ('time("25:00:00")', None), ('time(10, 30, 0)', time(10, 30)),
    ('date and time(agenda.voting_day, time("07:00:00"))', MIDNIGHT.replace(hour=7)),
    ('agenda.voting_day - duration("P7D")', date(2029, 2, 7)), ('agenda.voting_day + @"P1M"', date(2029, 3, 14)),
    ('@"2029-01-31" + @"P1M"', date(2029, 2, 28)), ('@"2029-03-31" - @"P1M"', date(2029, 2, 28)),
    ('agenda.voting_day - @"2029-02-01"', timedelta(days=13)), ('string(@"9999-12-31" + @"P1D")', "10000-01-01"),
    ('agenda.term_ends + @"PT90M"', datetime(2029, 4, 1, 1, 30, tzinfo=JAKARTA)),
    ('agenda.term_ends = @"2029-03-31T17:00:00Z"', True), ('agenda.term_ends > @"2029-03-31T17:00:00"', None),
    ('@"2029-03-25T00:30:00@Europe/Paris" + @"PT2H"', datetime(2029, 3, 25, 3, 30, tzinfo=ZoneInfo("Europe/Paris"))),
    ('@"23:00:00" + @"PT2H"', time(1)), ('@"P1D" * 1.5', timedelta(hours=36)), ('@"P1Y" / 2', YearMonth(6)),
    ('@"P2D" / @"P1D"', Decimal(2)), ('@"P1D" + @"P1M"', None), ('-@"P1D"', timedelta(days=-1)),
    ('years and months duration(@"2028-03-15", @"2029-02-14")', YearMonth(10)),
    ('day of week(agenda.voting_day)', "Wednesday"), ("month of year(agenda.voting_day)", "February"),
    ("day of year(agenda.voting_day)", Decimal(45)), ("week of year(agenda.voting_day)", Decimal(7)),
    ('@"2029-02-14" < @"2029-02-15"', True), ('@"P1D" > @"PT23H"', True),
    ('@"2029-02-14" < @"2029-02-15T00:00:00"', None),
    ('duration("PT")', None), ('@"P1D" = duration("PT24H")', True),
]

FUNCTIONS = [
    ('contains("sowan", "owa")', True), ('starts with("sowan", "so")', True), ('ends with("sowan", "n")', True),
    ("contains(1, 2)", None), ('upper case("a")', "A"), ('lower case("A")', "a"),
    ('string length("a\\uD83D\\uDC0E")', 2),
    ('substring("foobar", 3)', "obar"), ('substring("foobar", -2, 1)', "a"), ('substring("foo", 0)', None),
    ('substring before("a-b", "-")', "a"), ('substring after("a-b", "-")', "b"), ('substring after("a", "x")', ""),
    ('substring(string: "foobar", start position: 3)', "obar"),
    ('string join(["a", null, "b"], "-")', "a-b"), ('split("a, b,c", ",\\s*")', ["a", "b", "c"]),
    ('matches("198503302003121002", "^\\d{18}$")', True), ('matches("a", "[")', None),
    ('matches("AB", "ab", "i")', True),
    ('replace("abcd", "(b)(c)", "$2$1")', "acbd"), ('number("1.234,5", ".", ",")', Decimal("1234.5")),
    ('number("x")', None), ("string(1.50)", "1.5"), ('string(@"P1D")', "P1D"), ('string(["a", 1])', '["a", 1]'),
    ("list contains(numbers, 2)", True), ("list contains([null], null)", True), ("count(numbers)", 4),
    ("min(3, 1, 2)", 1),
    ("max(numbers)", 4), ("max([])", None), ('min(1, "a")', None), ("sum(numbers)", 10), ("sum([])", None),
    ("mean(numbers)", Decimal("2.5")),
    ("median(3, 1, 2)", 2), ("all([true, null])", None), ("all([])", True), ("any([false, true])", True),
    ("append([1], 2, 3)", [1, 2, 3]), ("concatenate([1], [2])", [1, 2]), ("insert before([1, 3], 2, 2)", [1, 2, 3]),
    ("remove([1, 2], -1)", [1]), ("reverse([1, 2])", [2, 1]), ("index of([1, 2, 1], 1)", [1, 3]),
    ("union([1, 2], [2, 3])", [1, 2, 3]), ("distinct values([1, 1.0, \"1\", null])", [1, "1", None]),
    ("flatten([1, [2, [3]]])", [1, 2, 3]), ("sort([3, 1, 2])", [1, 2, 3]), ('sort([1, "a"])', None),
    ("floor(-1.5)", -2), ("ceiling(1.2)", 2), ("round half up(2.5, 0)", 3), ("round half down(2.5, 0)", 2),
    ("round half up(-1.125, 2)", Decimal("-1.13")), ("abs(-3)", 3), ("modulo(-12, 5)", 3), ("modulo(1, 0)", None),
    ("sqrt(16)", 4), ("sqrt(-1)", None), ("even(2)", True), ("odd(-1)", True), ("even(1.5)", None),
    ('get value({a: 1}, "a")', 1), ("get entries({a: 1})", [{"key": "a", "value": 1}]), ("is defined(unknown)", False),
    ("is defined(nothing)", True), ("is defined(agenda.voting_day)", True), ("is defined(agenda.unknown)", False),
]


@pytest.mark.parametrize(("text", "expected"), LITERALS + OPERATORS + PATHS + LOOPS + MOMENTS + FUNCTIONS)
def test_feel_evaluates(text: str, expected: object) -> None:
    result = value(text)
    assert result == expected
    assert isinstance(result, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    ("text", "names", "paths", "filter_names"),
    [
        ('decision = "approve"', {"decision"}, {"decision"}, set()),
        ("agenda.term_ends + agenda.grace", {"agenda"}, {"agenda.term_ends", "agenda.grace"}, set()),
        ("for x in visits, y in x.people return y + n", {"visits", "n"}, {"visits", "n"}, set()),
        ("some x in x satisfies x", {"x"}, {"x"}, set()),
        (
            "visits[official = kind and item.on > agenda.start].on",
            {"visits"}, {"visits"}, {"official", "kind", "agenda"},
        ),
        ("{a: n, b: a}.b", {"n"}, {"n"}, set()),
        ("body.visits[1].on", {"body"}, {"body.visits"}, set()),
        ("count(numbers)", {"numbers"}, {"numbers"}, set()),
    ],
)
def test_names_are_those_taken_from_the_context(
    text: str, names: set[str], paths: set[str], filter_names: set[str]
) -> None:
    expression = compile(text)
    assert (expression.names, expression.paths, expression.filter_names) == (names, paths, filter_names)


def test_the_context_is_read_without_being_changed() -> None:
    context = {"items": (1, 2.5), "note": {"a": {1}}}
    assert compile("append(items, note.a)").evaluate(context) == [1, Decimal("2.5"), [1]]
    assert context == {"items": (1, 2.5), "note": {"a": {1}}}


def test_compiling_the_same_text_again_gives_the_same_expression() -> None:
    assert compile("a = 1") is compile("a = 1")
