"""Small calls of other engines' drawings that have one well-known meaning, each as a tree of our own.

Methods of Java's and JavaScript's texts, lists, maps and boxed values and of Spin's JSON; the variables of a running
flow; Flowable's, JSTL's and jBPM's functions. Nothing is called on data: what a name is not in these tables is refused.
Where a method means another thing for a text than for a list, the value decides (engine.feel.builtins.manifold).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import reduce

from engine.feel import tree
from engine.feel.building import Fault, at
from engine.feel.ranges import whole
from engine.feel.tree import Node, Truth
from engine.feel.values import NUMBERS, Value, YearMonth

Way = Callable[..., Node]
"""From the operand, if there is one, and the values in the brackets to the tree."""
Table = dict[tuple[str, int], Way]
"""By the name and the number of values in the brackets."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_JSON_PATH = re.compile(r"\$(\.[^\W\d]\w*)+")


def negated(operand: Node) -> Node:
    """`!operand`; what is not known to be true counts as false."""
    return tree.Call(at(operand), "not", (Truth(at(operand), operand),))


def compared(sign: str) -> Way:
    """`left sign right`, where the sign is FEEL's; never null."""
    return lambda left, right: Truth(at(left), tree.Compare(at(left), sign, left, right))


def empty(operand: Node) -> Node:
    """Whether it is null, or a text, a list or a context without anything in it."""
    position = at(operand)
    null, blank = tree.Literal(position, None), tree.Literal(position, "")
    nothing = (null, blank, tree.List(position, ()), tree.Context(position, ()))
    return Truth(position, tree.In(position, operand, nothing))


def entry(source: Node, key: Node) -> Node:
    """`source[key]`, `source.get(key)`: an entry by its name, a member by its number, which begins with 0."""
    if not isinstance(key, tree.Literal):
        return tree.Element(at(source), source, key)
    if isinstance(key.value, str):
        return tree.Call(at(source), "get value", (source, key))
    place = whole(key.value)
    if place is None or place < 0:
        raise Fault(at(key), "Tempat dalam daftar hanya nomor (dari 0) atau 'nama'")
    return tree.Filter(at(source), source, tree.Literal(at(key), Decimal(place + 1)))


def property_of(source: Node, name: str) -> Node:
    """`source.name`; `length` and `size` are those of a text or a list, unless a context has such an entry."""
    if isinstance(source, tree.Name) and source.name == "Boolean" and name in ("TRUE", "FALSE"):
        return tree.Literal(at(source), name == "TRUE")
    if name in ("length", "size"):
        return tree.Call(at(source), "entry or size", (source, tree.Literal(at(source), name)))
    return tree.Path(at(source), source, name)


def method(position: int, operand: Node, name: str, given: tuple[Node, ...]) -> Node:
    """`operand.name(given)`. Refused with Fault at `position` when it has no meaning here."""
    owner, called = operand.name if isinstance(operand, tree.Name) else "", (name, len(given))
    if called in _CLOCK.get(owner, ()):
        return _CLOCK[owner][called](position)
    table = _VARIABLES if owner in _RUNNING else _OWNED.get(owner)
    if table is not None and called in table:
        return table[called](*((_variable(position, name, given[0]),) if owner in _RUNNING else given))
    way = _METHODS.get(called) if table is None else None
    if way is None and (table is None or owner in _RUNNING) and name not in _NO_GETTERS and not given and (
            read := _GETTER.fullmatch(name)):
        return property_of(operand, _decapitalized(read["property"]))
    if way is None or (name in _WRAPPED and not isinstance(operand, tree.Call)):
        mend = _MENDS.get(name, "Pakai pembanding ==, !=, < atau >, atau tulis ungkapannya dalam FEEL")
        raise Fault(position, f"Pemanggilan {name}(...) tidak didukung. {mend}")
    return way(operand, *given)


def function(position: int, name: str, given: tuple[Node, ...]) -> Node:
    """`name(given)` or `prefix:name(given)`. Refused with Fault at `position` when it has no meaning here."""
    if name in _NOW and not given:
        return _NOW[name](position)
    prefix, _, short = name.rpartition(":")
    if prefix in _FLOWABLE:
        way = _ASKED.get((short, len(given)))
        if way is None and short in _ANY_NUMBER and len(given) > 1:
            way = _ANY_NUMBER[short]
        if way is not None:
            return way(_variable(position, name, given[0]), *given[1:])
    way = _JSTL.get((short, len(given))) if prefix == "fn" else _FUNCTIONS.get((name, len(given)))
    if way is None:
        raise Fault(position, f"Fungsi {name}(...) tidak didukung dalam JUEL. Tulis ungkapannya dalam FEEL (= ...)")
    return way(*given)


def _variable(position: int, name: str, given: Node) -> Node:
    """The variable whose name stands in the brackets, in quotes or, as Flowable has it, without."""
    match given:
        case tree.Name():
            return given
        case tree.Literal(value=str(word)) if word.isidentifier():
            return tree.Name(at(given), word)
    raise Fault(position, f"Di dalam {name}(...) hanya nama variabel yang tertulis, misalnya {name}('nama')")


def _call(builtin: str) -> Way:
    return lambda *given: tree.Call(at(given[0]), builtin, given)


def _same(operand: Node) -> Node:
    return operand


def _constant(operand: Node, value: Value) -> Node:
    return tree.Literal(at(operand), value)


def _is(value: Value) -> Way:
    return lambda operand: compared("=")(operand, _constant(operand, value))


def _not(way: Way) -> Way:
    return lambda *given: negated(way(*given))


def _any_case(left: Node, right: Node) -> Node:
    return compared("=")(_call("lower case")(left), _call("lower case")(right))


def _blank(operand: Node) -> Node:
    return empty(_call("trim")(operand))


def _towards_zero(operand: Node) -> Node:
    return _call("round down")(operand, _constant(operand, Decimal(0)))


def _or_default(source: Node, key: Node, default: Node) -> Node:
    return _call("get or else")(entry(source, key), default)


def _inwards(operand: Node, path: Node) -> Node:
    """Spin's `jsonPath("$.customer.age")`."""
    if not isinstance(path, tree.Literal) or not isinstance(path.value, str) or not _JSON_PATH.fullmatch(path.value):
        raise Fault(at(path), 'Di dalam jsonPath(...) hanya nama, misalnya jsonPath("$.pemohon.umur")')
    names = [tree.Literal(at(path), name) for name in path.value.split(".")[1:]]
    return reduce(entry, names, operand)


def _boolean(operand: Node) -> Node:
    return Truth(at(operand), tree.In(at(operand), operand, (_constant(operand, True), _constant(operand, "true"))))


def _all_held(source: Node, *wanted: Node) -> Node:
    held = tuple(Truth(at(one), _call("holds part")(source, one)) for one in wanted)
    return tree.And(at(source), held)


def _any_held(source: Node, *wanted: Node) -> Node:
    held = tuple(Truth(at(one), _call("holds part")(source, one)) for one in wanted)
    return tree.Or(at(source), held)


def _number(node: Node) -> Node:
    """KieFunctions writes numbers as texts."""
    if isinstance(node, tree.Literal) and isinstance(node.value, str) and _NUMBER.fullmatch(node.value):
        return tree.Literal(at(node), NUMBERS.create_decimal(node.value))
    return node


def _ordered(sign: str) -> Way:
    return lambda left, right: compared(sign)(left, _number(right))


def _between(value: Node, low: Node, high: Node) -> Node:
    return Truth(at(value), tree.Between(at(value), value, _number(low), _number(high)))


def _decapitalized(name: str) -> str:
    """The property of a getter as JavaBeans has it: `getTotal` reads `total`, `getURL` reads `URL`."""
    return name if name[1:2].isupper() else name[0].lower() + name[1:]


def _now(position: int) -> Node:
    return tree.Call(position, "now", ())


def _today(position: int) -> Node:
    return tree.Call(position, "today", ())


def _later(unit: timedelta | YearMonth, sign: str) -> Way:
    """`moment.plusDays(3)`, of Java's and Joda's times: so many units later or earlier."""
    return lambda moment, count: tree.Arithmetic(
        at(moment), sign, moment, tree.Arithmetic(at(moment), "*", tree.Literal(at(moment), unit), count)
    )


def _order(left: Node, right: Node) -> Node:
    """`compareTo`: below, at or above 0 as the left comes before, with or after the right."""
    signs = [tree.Literal(at(left), Decimal(sign)) for sign in (-1, 1, 0)]
    after = tree.If(at(left), compared(">")(left, right), signs[1], signs[2])
    return tree.If(at(left), compared("<")(left, right), signs[0], after)


def _joined(left: Node, right: Node) -> Node:
    return tree.Arithmetic(at(left), "+", left, right)


def _letter(text: Node, place: Node) -> Node:
    behind = tree.Arithmetic(at(place), "+", place, tree.Literal(at(place), Decimal(1)))
    return _call("letters between")(text, place, behind)


def _part_of_list(source: Node, begin: Node, end: Node) -> Node:
    first = tree.Arithmetic(at(begin), "+", begin, tree.Literal(at(begin), Decimal(1)))
    return _call("sublist")(source, first, tree.Arithmetic(at(begin), "-", end, begin))


def _of_entries(what: str) -> Way:
    return lambda source: tree.Path(at(source), _call("get entries")(source), what)


def _value_held(source: Node, value: Node) -> Node:
    return _call("holds part")(_of_entries("value")(source), value)


def _member(name: str) -> Way:
    return lambda source: tree.Path(at(source), source, name)


def _listed(*members: Node) -> Node:
    return tree.List(at(members[0]), members)


def _half_up(number: Node) -> Node:
    return _call("round half up")(number, _constant(number, Decimal(0)))


def _first(source: Node) -> Node:
    return tree.Filter(at(source), source, tree.Literal(at(source), Decimal(1)))


def _only_entry(source: Node) -> Node:
    """The value of the first entry of a decision's first result."""
    return tree.Path(at(source), _first(_call("get entries")(_first(source))), "value")


def _entries(source: Node, key: Node) -> Node:
    """What each result of a decision has under this name."""
    if not isinstance(key, tree.Literal) or not isinstance(key.value, str):
        raise Fault(at(key), "Di dalam collectEntries(...) hanya nama, misalnya collectEntries('hasil')")
    return tree.Path(at(source), source, key.value)


_OF_TEXTS: Table = {
    ("equalsIgnoreCase", 1): _any_case, ("contains", 1): _call("holds part"), ("startsWith", 1): _call("starts with"),
    ("endsWith", 1): _call("ends with"), ("indexOf", 1): _call("place of"), ("toLowerCase", 0): _call("lower case"),
    ("toUpperCase", 0): _call("upper case"), ("trim", 0): _call("trim"), ("length", 0): _call("size of"),
}
_METHODS: Table = {
    **_OF_TEXTS,
    ("equals", 1): compared("="), ("isEmpty", 0): empty, ("isBlank", 0): _blank, ("strip", 0): _call("trim"),
    ("includes", 1): _call("holds part"), ("containsKey", 1): _call("holds part"),
    ("substring", 1): _call("letters between"), ("substring", 2): _call("letters between"),
    ("compareTo", 1): _order, ("concat", 1): _joined, ("charAt", 1): _letter, ("isPresent", 0): _not(_is(None)),
    ("subList", 2): _part_of_list, ("keySet", 0): _of_entries("key"), ("values", 0): _of_entries("value"),
    ("containsValue", 1): _value_held, ("getMonthValue", 0): _member("month"), ("getDayOfMonth", 0): _member("day"),
    ("size", 0): _call("size of"), ("get", 1): entry, ("getOrDefault", 2): _or_default,
    ("toString", 0): _call("string"), ("intValue", 0): _towards_zero, ("longValue", 0): _towards_zero,
    **dict.fromkeys((("booleanValue", 0), ("doubleValue", 0), ("floatValue", 0)), _same),
    # of Java's and Joda's times
    **{(f"{verb}{name}", 1): _later(unit, sign) for verb, sign in (("plus", "+"), ("minus", "-")) for name, unit in (
        ("Seconds", timedelta(seconds=1)), ("Minutes", timedelta(minutes=1)), ("Hours", timedelta(hours=1)),
        ("Days", timedelta(days=1)), ("Weeks", timedelta(days=7)), ("Months", YearMonth(1)), ("Years", YearMonth(12)),
    )},
    **dict.fromkeys((("before", 1), ("isBefore", 1)), compared("<")),
    **dict.fromkeys((("after", 1), ("isAfter", 1)), compared(">")),
    **dict.fromkeys((("toDate", 0), ("toInstant", 0)), _same),
    # of Camunda's decision results
    **dict.fromkeys((("getSingleResult", 0), ("getFirstResult", 0)), _first),
    **dict.fromkeys((("getSingleEntry", 0), ("getFirstEntry", 0)), _only_entry),
    ("getEntry", 1): lambda source, key: entry(_first(source), key), ("collectEntries", 1): _entries,
    # of Camunda's Spin
    ("prop", 1): entry, ("hasProp", 1): _call("holds part"), ("jsonPath", 1): _inwards, ("isNull", 0): _is(None),
    **dict.fromkeys(((name, 0) for name in ("value", "numberValue", "stringValue", "boolValue", "element", "elements")),
                    _same),
}
_WRAPPED = {"value", "element", "elements", "isNull"}
"""Names too common to mean Spin's anywhere but behind another call."""
_FUNCTIONS: Table = {("S", 1): _same, ("JSON", 1): _same}
_NO_GETTERS = {"getClass", "getTime", "getMonth", "getDayOfWeek", "getBytes"}
"""Of Java's own values, and no property of data."""
_GETTER = re.compile(r"(?:get|is)(?P<property>[A-Z]\w*)")
_NOW: dict[str, Callable[[int], Node]] = {"now": _now, "today": _today, "dateTime": _now}
"""FEEL's own, and Camunda 7's."""
_CLOCK: dict[str, dict[tuple[str, int], Callable[[int], Node]]] = {
    **{owner: {("now", 0): _now} for owner in (
        "LocalDateTime", "ZonedDateTime", "OffsetDateTime", "Instant", "DateTime")},
    "LocalDate": {("now", 0): _today},
}
_RUNNING = {"execution", "kcontext"}
_VARIABLES: Table = {
    **dict.fromkeys((("getVariable", 1), ("getVariableLocal", 1)), _same),
    **dict.fromkeys((("hasVariable", 1), ("hasVariableLocal", 1)), _call("is defined")),
}
_FLOWABLE = {"variables", "vars", "var"}
_ASKED: Table = {
    ("get", 1): _same, ("getOrDefault", 2): _call("get or else"),
    **dict.fromkeys((("isEmpty", 1), ("empty", 1)), empty),
    **dict.fromkeys((("isNotEmpty", 1), ("notEmpty", 1)), _not(empty)),
    **dict.fromkeys((("exists", 1), ("exist", 1)), _not(_is(None))),
    **dict.fromkeys((("equals", 2), ("eq", 2)), compared("=")),
    **dict.fromkeys((("notEquals", 2), ("ne", 2)), _not(compared("="))),
    **dict.fromkeys((("lowerThan", 2), ("lessThan", 2), ("lt", 2)), compared("<")),
    **dict.fromkeys((("lowerThanOrEquals", 2), ("lessThanOrEquals", 2), ("lte", 2)), compared("<=")),
    **dict.fromkeys((("greaterThan", 2), ("gt", 2)), compared(">")),
    **dict.fromkeys((("greaterThanOrEquals", 2), ("gte", 2)), compared(">=")),
}
_ANY_NUMBER: dict[str, Way] = {"contains": _all_held, "containsAny": _any_held}
_JSTL: Table = {(name, count + 1): way for (name, count), way in _OF_TEXTS.items()}
_TEXT_TESTS: Table = {
    **_JSTL, ("equals", 2): compared("="), ("isEmpty", 1): empty, ("isNotEmpty", 1): _not(empty),
    ("isBlank", 1): _blank, ("isNotBlank", 1): _not(_blank),
}
_TO_NUMBER: Table = {
    (name, 1): _call("number") for name in ("parseInt", "parseLong", "parseDouble", "valueOf")
}
_OWNED: dict[str, Table] = {
    "KieFunctions": {
        ("isTrue", 1): _is(True), ("isFalse", 1): _is(False), ("isNull", 1): _is(None), ("equalsTo", 2): compared("="),
        ("isEmpty", 1): empty, ("between", 3): _between, ("contains", 2): _call("holds part"),
        ("startsWith", 2): _call("starts with"), ("endsWith", 2): _call("ends with"),
        ("greaterThan", 2): _ordered(">"), ("greaterOrEqualThan", 2): _ordered(">="),
        ("lessThan", 2): _ordered("<"), ("lessOrEqualThan", 2): _ordered("<="),
    },
    "Boolean": {("valueOf", 1): _boolean, ("parseBoolean", 1): _boolean},
    **dict.fromkeys(("Integer", "Long", "Double"), _TO_NUMBER),
    "Math": {
        ("max", 2): _call("max"), ("min", 2): _call("min"), ("abs", 1): _call("abs"), ("floor", 1): _call("floor"),
        ("ceil", 1): _call("ceiling"), ("round", 1): _half_up,
    },
    **{owner: {(name, count): _listed for count in range(1, 11)} for owner, name in (
        ("Arrays", "asList"), ("List", "of"), ("Set", "of"))},
    "String": {("valueOf", 1): _call("string")},
    "Objects": {("equals", 2): compared("="), ("isNull", 1): _is(None), ("nonNull", 1): _not(_is(None))},
    "StringUtils": _TEXT_TESTS,
}
_MENDS = {
    "matches": "Pakai FEEL: = matches(nama, \"...\")",
    "getVariable": "Tulis nama variabelnya saja",
}
