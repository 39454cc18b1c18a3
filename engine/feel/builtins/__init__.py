"""The built-in functions of FEEL, one table.

Not among them: `now()` and `today()` (the engine reads no clock), and whatever takes a function as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.feel.builtins import lists, moments, numbers, texts
from engine.feel.types import ANY
from engine.feel.values import Function, Value, equal, negation


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function with its parameters' names; those ending in "?" may be left out, a last "..." takes any number, "|"
    stands between two names of one parameter.

    `spread`: the function takes one list, and several arguments count as one (`min(1, 2)` is `min([1, 2])`).
    """

    run: Callable[..., Value]
    parameters: tuple[str, ...]
    spread: bool = False

    def fault(self, names: tuple[str, ...], count: int) -> str | None:
        """What is wrong with a call by these names (() = by position) and this many arguments, in Indonesian."""
        needed = sum(not parameter.endswith(("?", "...")) for parameter in self.parameters)
        usage = ", ".join(parameter.strip("?.") for parameter in self.parameters)
        if names:
            places = [self._place(name) for name in names]
            fits = None not in places and len(set(places)) == len(places) and set(range(needed)) <= set(places)
            return None if fits else f"Nama parameternya: {usage}"
        many = self.spread or (self.parameters and self.parameters[-1].endswith("..."))
        fits = count >= needed and (many or count <= len(self.parameters))
        return None if fits else f"Isinya: {usage}"

    def _place(self, name: str) -> int | None:
        """Which parameter bears the name."""
        known = (parameter.strip("?.").split("|") for parameter in self.parameters)
        return next((place for place, names in enumerate(known) if name in names), None)

    def bind(self, names: tuple[str, ...], count: int) -> Callable[[list[Value]], Value]:
        """The function of a list of values, in the order the call gives them. It raises for no values at all."""
        run = self.run
        if self.spread:
            return lambda values: _safe(run, [_one_list(values)])
        if not names:
            return lambda values: _safe(run, values)
        places = [self._place(name) for name in names]
        width = 1 + max(place for place in places if place is not None)

        def by_name(values: list[Value]) -> Value:
            given = dict(zip(places, values, strict=True))
            return _safe(run, [given.get(place) for place in range(width)])

        return by_name


def _one_list(values: list[Value]) -> list[Value]:
    only = values[0] if len(values) == 1 else values
    return only if isinstance(only, list) else [only]


def _safe(run: Callable[..., Value], values: list[Value]) -> Value:
    try:
        return run(*values)
    except (ArithmeticError, ValueError):  # a number or a date out of bounds
        return None


def _is(left: Value, right: Value) -> Value:
    return equal(left, right) is True


def _table(rows: dict[str, tuple[Any, ...]]) -> dict[str, Builtin]:
    return {name: Builtin(row[0], tuple(row[1:])) for name, row in rows.items()}


BUILTINS: dict[str, Builtin] = _table({
    "not": (negation, "negand"),
    "is": (_is, "value1", "value2"),
    "now": (lambda: None,),  # forms of their own, see closures
    "today": (lambda: None,),
    "is defined": (negation, "value"),
    "date": (moments.to_date, "from|year", "month?", "day?"),
    "time": (moments.to_time, "from|hour", "minute?", "second?", "offset?"),
    "date and time": (moments.date_and_time, "from|date", "time?"),
    "duration": (moments.duration, "from"),
    "years and months duration": (moments.years_and_months, "from", "to"),
    "number": (moments.to_number, "from", "grouping separator?", "decimal separator?"),
    "string": (moments.to_string, "from"),
    "day of week": (moments.day_of_week, "date"),
    "month of year": (moments.month_of_year, "date"),
    "day of year": (moments.day_of_year, "date"),
    "week of year": (moments.week_of_year, "date"),
    "last day of month": (moments.last_day_of_month, "date"),
    "contains": (texts.contains, "string", "match"),
    "starts with": (texts.starts_with, "string", "match"),
    "ends with": (texts.ends_with, "string", "match"),
    "upper case": (texts.upper_case, "string"),
    "lower case": (texts.lower_case, "string"),
    "string length": (texts.string_length, "string"),
    "substring": (texts.substring, "string", "start position", "length?"),
    "substring before": (texts.substring_before, "string", "match"),
    "substring after": (texts.substring_after, "string", "match"),
    "string join": (texts.string_join, "list", "delimiter?"),
    "matches": (texts.matches, "input", "pattern", "flags?"),
    "replace": (texts.replace, "input", "pattern", "replacement", "flags?"),
    "split": (texts.split, "string", "delimiter"),
    "floor": (numbers.floor, "n", "scale?"),
    "ceiling": (numbers.ceiling, "n", "scale?"),
    "decimal": (numbers.half_even, "n", "scale"),
    "round up": (numbers.round_up, "n", "scale"),
    "round down": (numbers.round_down, "n", "scale"),
    "round half up": (numbers.round_half_up, "n", "scale"),
    "round half down": (numbers.round_half_down, "n", "scale"),
    "abs": (numbers.absolute, "n"),
    "modulo": (numbers.modulo, "dividend", "divisor"),
    "sqrt": (numbers.square_root, "number"),
    "even": (numbers.even, "number"),
    "odd": (numbers.odd, "number"),
    "list contains": (lists.list_contains, "list", "element"),
    "count": (lists.count, "list"),
    "append": (lists.append, "list", "item..."),
    "concatenate": (lists.concatenate, "list", "list..."),
    "union": (lists.union, "list", "list..."),
    "distinct values": (lists.distinct_values, "list"),
    "insert before": (lists.insert_before, "list", "position", "newItem"),
    "remove": (lists.remove, "list", "position"),
    "list replace": (lists.list_replace, "list", "position", "newItem"),
    "sublist": (lists.sublist, "list", "start position", "length?"),
    "reverse": (lists.reverse, "list"),
    "index of": (lists.index_of, "list", "match"),
    "flatten": (lists.flatten, "list"),
    "sort": (lists.sort, "list"),
    "get value": (lists.get_value, "m", "key"),
    "get entries": (lists.get_entries, "m"),
    "context": (lists.to_context, "entries"),
    "context put": (lists.context_put, "context", "key", "value"),
}) | {
    name: Builtin(run, ("list",), spread=True)
    for name, run in {
        "min": lists.smallest, "max": lists.largest, "all": lists.every, "any": lists.some,
        "sum": numbers.total, "mean": numbers.mean, "median": numbers.median, "product": numbers.product,
        "stddev": numbers.stddev,
    }.items()
}

EXPENSIVE = {"matches": 1000, "replace": 1000, "split": 1000}
"""What a call of these costs in a loop, in steps of work."""

CLOCK = dict.fromkeys(
    ("now", "today"), "Mesin alur tidak membaca jam. Pakai nama dari agenda atau badan, misalnya agenda.voting_day"
)
"""Functions that need the caller to say what time it is, and how to do without."""


class BuiltinFunction(Function):
    """A built-in function as a value."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        parameters = tuple((one.strip("?.").partition("|")[0], ANY) for one in BUILTINS[name].parameters)
        super().__init__(parameters, ANY, name)

    def call(self, values: Sequence[Value], names: Sequence[str] = ()) -> Value:
        """What the function gives; null for values that do not fit it."""
        builtin = BUILTINS[self.name]
        if builtin.fault(tuple(names), len(values)) is not None:
            return None
        return builtin.bind(tuple(names), len(values))(list(values))
