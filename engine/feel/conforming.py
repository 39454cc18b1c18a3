"""What values have to do with types: whether one conforms, and what it becomes where a type is asked for.

DMN 1.5, 10.3.2.9.4: a list of one stands for its member where no list is asked for, any other value for the list of
it where a list is, and a date for its midnight in UTC where a date and time is. What does not conform becomes null.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from engine.feel.far import DATES, DATETIMES, datetime_of, day_number
from engine.feel.types import (
    ANY,
    DATE_AND_TIME,
    Allowed,
    ContextType,
    FunctionType,
    Later,
    ListType,
    RangeType,
    Simple,
    Type,
    is_subtype,
    plain,
)
from engine.feel.values import Function, Interval, Value, kind


def conforms(value: Value, type_: Type) -> bool:
    """Whether a value is one of the type's, as it stands; null conforms to every type."""
    if value is None or type_ == ANY:
        return True
    match type_:
        case Later():
            return conforms(value, type_.found())
        case Allowed():
            return conforms(value, type_.base) and type_.accepts(value)
        case Simple(name=name):
            return kind(value) == name
        case ListType(item=item):
            return isinstance(value, list) and all(conforms(member, item) for member in value)
        case RangeType(of=of):
            return isinstance(value, Interval) and conforms(value.low, of) and conforms(value.high, of)
        case ContextType(entries=entries):
            return isinstance(value, dict) and all(
                name in value and conforms(value[name], inner) for name, inner in entries
            )
        case FunctionType():
            return isinstance(value, Function) and is_subtype(function_type(value), type_)
    return False


def is_instance(value: Value, type_: Type) -> bool:
    """`value instance of type`: null is an instance of Null alone, and allowed values do not count."""
    if value is None:
        return plain(type_) == Simple("Null")
    return conforms(value, _unnarrowed(type_))


def _unnarrowed(type_: Type) -> Type:
    type_ = plain(type_)
    match type_:
        case ListType(item=item):
            return ListType(_unnarrowed(item)) if isinstance(item, Allowed) else type_
        case _:
            return type_


def function_type(function: Function) -> FunctionType:
    """The type of a function; its result is Any where nobody said what it is."""
    return FunctionType(tuple(type_ for _, type_ in function.parameters), function.result)


def coerced(value: Value, type_: Type) -> Value:
    """The value as one of the type's: itself, or what it is implicitly converted to, or null."""
    if value is None or type_ == ANY:
        return value
    if conforms(value, type_):
        return value
    wanted = plain(type_)
    if isinstance(wanted, ListType):
        return _as_list(value, wanted, type_)
    if isinstance(value, list):
        return coerced(value[0], type_) if len(value) == 1 and not isinstance(value[0], list) else None
    if isinstance(wanted, FunctionType) and isinstance(value, Function) and value.result == ANY:
        return value if is_subtype(replace(function_type(value), result=wanted.result), wanted) else None
    if wanted == DATE_AND_TIME and isinstance(value, DATES) and not isinstance(value, DATETIMES):
        return _kept(datetime_of(day_number(value), 0, UTC), type_)
    if isinstance(wanted, ContextType) and isinstance(value, dict):
        return _as_context(value, wanted, type_)
    return None


def _as_list(value: Value, wanted: ListType, type_: Type) -> Value:
    """The list of a value that is none; in a list, members that are dates may become dates and times."""
    if not isinstance(value, list):
        member = coerced(value, wanted.item)
        return None if member is None else _kept([member], type_)
    if plain(wanted.item) not in (DATE_AND_TIME,) and not isinstance(plain(wanted.item), ContextType):
        return None
    members = [member if isinstance(member, list) else coerced(member, wanted.item) for member in value]
    kept = all((old is None) == (new is None) for old, new in zip(value, members, strict=True))
    return _kept(members, type_) if kept else None


def _as_context(value: dict[str, Value], wanted: ContextType, type_: Type) -> Value:
    changed = dict(value)
    for name, inner in wanted.entries:
        if name not in value:
            return None
        changed[name] = coerced(value[name], inner)
        if changed[name] is None and value[name] is not None:
            return None
    return _kept(changed, type_)


def _kept(value: Value, type_: Type) -> Value:
    return value if conforms(value, type_) else None
