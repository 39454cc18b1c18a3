"""The built-in functions of FEEL (DMN 1.5, 10.3.4), those that Camunda's drawings use besides, and what small calls in
other languages mean (engine.feel.idioms), one table each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel.builtins import contexts, intervals, lists, manifold, moments, numbers, ordering, texts
from engine.feel.builtins.intervals import of_ranges, point_first, reversed_sides, with_points
from engine.feel.builtins.signatures import Builtin, BuiltinFunction, signature
from engine.feel.values import Value, negation

__all__ = ["BUILTINS", "CLOCK", "FORMS", "PATTERNS", "Builtin", "BuiltinFunction", "pattern_work"]

Ways = list[tuple[str, Callable[..., Any]]]


def _form(*_: Value) -> Value:
    """What a form of its own has here: engine.feel.calls evaluates it."""
    return None


_CONVERSIONS: dict[str, Ways] = {
    "date": [
        ("from: string/date/date and time", moments.to_date),
        ("year: number, month: number, day: number", moments.date_of_parts),
    ],
    "time": [
        ("from: string/time/date/date and time", moments.to_time),
        ("hour: number, minute: number, second: number, offset?: days and time duration?", moments.time_of_parts),
    ],
    "date and time": [
        ("from: string/date and time", moments.to_datetime),
        ("date: date/date and time, time: time", moments.datetime_of_parts),
    ],
    "duration": [("from: string/days and time duration/years and months duration", moments.duration)],
    "years and months duration": [("from: date/date and time, to: date/date and time", moments.years_and_months)],
    "number": [("from: string, grouping separator?: any?, decimal separator?: any?", moments.to_number),
               ("from: number", moments.same)],
    "string": [("from", moments.to_string)],
    "range": [("from: string", _form)],
}
_LOGIC: dict[str, Ways] = {
    "not": [("negand: boolean", negation)],
    "is": [("value1, value2", ordering.same)],
    "now": [("", _form)],
    "today": [("", _form)],
}
_TEXTS: dict[str, Ways] = {
    "contains": [("string: string, match: string", texts.contains)],
    "starts with": [("string: string, match: string", texts.starts_with)],
    "ends with": [("string: string, match: string", texts.ends_with)],
    "upper case": [("string: string", texts.upper_case)],
    "lower case": [("string: string", texts.lower_case)],
    "string length": [("string: string", texts.string_length)],
    "substring": [("string: string, start position: number, length?: number?", texts.substring)],
    "substring before": [("string: string, match: string", texts.substring_before)],
    "substring after": [("string: string, match: string", texts.substring_after)],
    "string join": [("list: list, delimiter?: string?", texts.string_join)],
    "matches": [("input: string, pattern: string, flags?: string?", texts.matches)],
    "replace": [("input: string, pattern: string, replacement: string, flags?: string?", texts.replace)],
    "split": [("string: string, delimiter: string", texts.split)],
}
_NUMBERS: dict[str, Ways] = {
    "decimal": [("n: number, scale: number", numbers.half_even)],
    "floor": [("n: number, scale?: number", numbers.floor)],
    "ceiling": [("n: number, scale?: number", numbers.ceiling)],
    "round up": [("n: number, scale: number", numbers.round_up)],
    "round down": [("n: number, scale: number", numbers.round_down)],
    "round half up": [("n: number, scale: number", numbers.round_half_up)],
    "round half down": [("n: number, scale: number", numbers.round_half_down)],
    "abs": [("n: number/days and time duration/years and months duration", numbers.absolute)],
    "modulo": [("dividend: number, divisor: number", numbers.modulo)],
    "sqrt": [("number: number", numbers.square_root)],
    "log": [("number: number", numbers.logarithm)],
    "exp": [("number: number", numbers.exponential)],
    "even": [("number: number", numbers.even)],
    "odd": [("number: number", numbers.odd)],
}
_LISTS: dict[str, Ways] = {
    "list contains": [("list: list, element", lists.list_contains)],
    "count": [("list: list", lists.count)],
    "sublist": [("list: list, start position: number, length?: number?", lists.sublist)],
    "append": [("list: list, item...", lists.append)],
    "concatenate": [("list: list...", lists.concatenate)],
    "union": [("list: list...", lists.union)],
    "insert before": [("list: list, position: number, newItem", lists.insert_before)],
    "remove": [("list: list, position: number", lists.remove)],
    "list replace": [
        ("list: list, position: number, newItem", lists.list_replace),
        ("list: list, match: function, newItem", lists.list_replace_where),
    ],
    "reverse": [("list: list", lists.reverse)],
    "index of": [("list: list, match", lists.index_of)],
    "distinct values": [("list: list", lists.distinct_values)],
    "flatten": [("list: list", lists.flatten)],
    "sort": [("list: list, precedes?: function", ordering.sort)],
}
_SPREAD: dict[str, Callable[..., Any]] = {
    "min": lists.smallest, "max": lists.largest, "all": lists.every, "any": lists.some, "sum": numbers.total,
    "mean": numbers.mean, "median": numbers.median, "product": numbers.product, "stddev": numbers.stddev,
    "mode": numbers.mode,
}
_DATES: dict[str, Ways] = {
    "day of year": [("date: date/date and time", moments.day_of_year)],
    "day of week": [("date: date/date and time", moments.day_of_week)],
    "month of year": [("date: date/date and time", moments.month_of_year)],
    "week of year": [("date: date/date and time", moments.week_of_year)],
}
_CONTEXTS: dict[str, Ways] = {
    "get value": [("m: context, key: string", contexts.get_value), ("m: context, keys: list", contexts.get_value)],
    "get entries": [("m: context", contexts.get_entries)],
    "context": [("entries: list", contexts.to_context)],
    "context put": [
        ("context: context, key: string, value", contexts.put),
        ("context: context, keys: list, value", contexts.put_deep),
    ],
    "context merge": [("contexts: list", contexts.merge)],
}
_POINT = "number/string/date/time/date and time/days and time duration/years and months duration"
_POINTS, _RANGES = f"point1: {_POINT}, point2: {_POINT}", "range1: range, range2: range"
_POINT_RANGE, _RANGE_POINT = f"point: {_POINT}, range: range", f"range: range, point: {_POINT}"


def _orders(compare: Callable[..., Any]) -> Ways:
    return [
        (_POINTS, with_points(compare)), (_POINT_RANGE, with_points(compare, 1)),
        (_RANGE_POINT, with_points(compare, 0)), (_RANGES, with_points(compare, 0, 1)),
    ]


_INTERVALS: dict[str, Ways] = {
    "before": _orders(intervals.before),
    "after": _orders(intervals.after),
    "meets": [(_RANGES, of_ranges(intervals.meets))],
    "met by": [(_RANGES, of_ranges(intervals.met_by))],
    "overlaps": [(_RANGES, of_ranges(intervals.overlaps))],
    "overlaps before": [(_RANGES, of_ranges(intervals.overlaps_before))],
    "overlaps after": [(_RANGES, of_ranges(intervals.overlaps_after))],
    "finishes": [(_POINT_RANGE, point_first(intervals.finishes_at)), (_RANGES, of_ranges(intervals.finishes))],
    "finished by": [(_RANGE_POINT, reversed_sides(intervals.finishes_at)), (_RANGES, of_ranges(intervals.finished_by))],
    "includes": [(_RANGE_POINT, with_points(intervals.includes, 0)), (_RANGES, of_ranges(intervals.includes))],
    "during": [(_POINT_RANGE, with_points(intervals.during, 1)), (_RANGES, of_ranges(intervals.during))],
    "starts": [(_POINT_RANGE, point_first(intervals.starts_at)), (_RANGES, of_ranges(intervals.starts))],
    "started by": [(_RANGE_POINT, reversed_sides(intervals.starts_at)), (_RANGES, of_ranges(intervals.started_by))],
    "coincides": [(_POINTS, with_points(intervals.coincides)), (_RANGES, of_ranges(intervals.coincides))],
}
_CAMUNDA: dict[str, Ways] = {
    "is defined": [("value", _form)],
    "get or else": [("value, default", contexts.get_or_else)],
    "is empty": [("list: list", lists.is_empty)],
    "duplicate values": [("list: list", lists.duplicate_values)],
    "partition": [("list: list, size: number", lists.partition)],
    "extract": [("string: string, pattern: string", texts.extract)],
    "trim": [("string: string", texts.trim)],
    "is blank": [("string: string", texts.is_blank)],
    "to base64": [("value: string", texts.to_base64)],
    "last day of month": [("date: date/date and time", moments.last_day_of_month)],
}
_MANIFOLD: dict[str, Ways] = {
    "size of": [("value", manifold.size_of)],
    "entry or size": [("value, key: string", manifold.entry_or_size)],
    "holds part": [("value, part", manifold.holds_part)],
    "place of": [("value, part", manifold.place_of)],
    "letters between": [("string: string, begin: number, end?: number?", manifold.letters)],
}


def _table(rows: dict[str, Ways]) -> dict[str, Builtin]:
    return {name: Builtin(tuple(signature(text, run) for text, run in ways)) for name, ways in rows.items()}


BUILTINS: dict[str, Builtin] = {
    name: Builtin((signature("list: list", run, spread=True),)) for name, run in _SPREAD.items()
}
for _rows in (_CONVERSIONS, _LOGIC, _TEXTS, _NUMBERS, _LISTS, _DATES, _CONTEXTS, _INTERVALS, _CAMUNDA, _MANIFOLD):
    BUILTINS |= _table(_rows)

PATTERNS = frozenset({"matches", "replace", "split", "extract"})
"""Functions whose work grows with a text and a pattern, see `pattern_work`."""
pattern_work = texts.pattern_work

FORMS = frozenset({"range", "is defined"})
"""Functions that are more than a function of values."""

CLOCK = dict.fromkeys(
    ("now", "today"), "Mesin alur tidak membaca jam. Pakai nama dari agenda atau badan, misalnya agenda.voting_day"
)
"""Functions that need the caller to say what time it is, and how to do without."""
