"""Values as JSON writes them, and back: moments, durations and ranges are texts there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel.conforming import conforms
from engine.feel.iso import read_moment, write_moment
from engine.feel.types import ContextType, ListType, Type, plain
from engine.feel.values import Function, Interval, Value
from engine.feel.writing import literal


def to_json(value: Value) -> Any:
    """What JSON can hold: whole numbers as int, others as float, moments and durations as ISO 8601, ranges as FEEL
    writes them, functions by what they take.
    """
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case list():
            return [to_json(one) for one in value]
        case dict():
            return {key: to_json(one) for key, one in value.items()}
        case Interval():
            return literal(value)
        case Function():
            return f"function({', '.join(name for name, _ in value.parameters)})"
    return write_moment(value)


def as_typed(value: Value, type_: Type) -> Value:
    """The value with texts read as the moments and durations that the type asks for; a text that is none stays."""
    wanted = plain(type_)
    if isinstance(value, str) and not conforms(value, wanted):
        moment = read_moment(value)
        return moment if moment is not None and conforms(moment, wanted) else value
    if isinstance(value, list) and isinstance(wanted, ListType):
        return [as_typed(one, wanted.item) for one in value]
    if isinstance(value, dict) and isinstance(wanted, ContextType):
        types = dict(wanted.entries)
        return {key: as_typed(one, types[key]) if key in types else one for key, one in value.items()}
    return value
