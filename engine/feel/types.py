"""The types of FEEL (DMN 1.5, 10.3.2.9) and of a model's item definitions, as a small tree of their own.

What a value has to do with a type (`conforms`, `coerced`, `is_instance`) stands in engine.feel.conforming.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class Type:
    """Any of the types below."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Simple(Type):
    """A type that has a name and nothing else: "number", "date and time", "Any", "Null"."""

    name: str


@dataclass(frozen=True, slots=True)
class ListType(Type):
    """`list<item>`."""

    item: Type


@dataclass(frozen=True, slots=True)
class RangeType(Type):
    """`range<of>`."""

    of: Type


@dataclass(frozen=True, slots=True)
class ContextType(Type):
    """`context<name: type, ...>`: these entries and perhaps more."""

    entries: tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class FunctionType(Type):
    """`function<parameter types> -> result`."""

    parameters: tuple[Type, ...]
    result: Type


@dataclass(frozen=True, slots=True)
class Allowed(Type):
    """A type whose values are narrowed further: `accepts` says of a value whether it may be (allowed values or a type
    constraint of an item definition).
    """

    base: Type
    accepts: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Later(Type):
    """A type known by name, looked up when it is needed: item definitions may be written in any order and may name
    themselves. A name that is not there stands for Any.
    """

    name: str
    among: Mapping[str, Type]

    def found(self) -> Type:
        """The type of that name, however many names lead there."""
        seen, type_ = {self.name}, self.among.get(self.name, ANY)
        while isinstance(type_, Later):
            if type_.name in seen:
                return ANY
            seen.add(type_.name)
            type_ = type_.among.get(type_.name, ANY)
        return type_

    def __hash__(self) -> int:
        return hash(self.name)


ANY = Simple("Any")
NULL = Simple("Null")
BOOLEAN = Simple("boolean")
NUMBER = Simple("number")
STRING = Simple("string")
DATE = Simple("date")
TIME = Simple("time")
DATE_AND_TIME = Simple("date and time")
DAYS = Simple("days and time duration")
MONTHS = Simple("years and months duration")
LIST = ListType(ANY)
CONTEXT = ContextType(())
RANGE = RangeType(ANY)
FUNCTION = Simple("function")
"""Any function, whatever it takes and gives."""

UNKNOWN = Simple("?")
"""A type that nobody knows; nothing conforms to it."""

NAMED: dict[str, Type] = {
    type_.name: type_
    for type_ in (ANY, NULL, BOOLEAN, NUMBER, STRING, DATE, TIME, DATE_AND_TIME, DAYS, MONTHS, FUNCTION)
} | {
    "list": LIST, "context": CONTEXT, "range": RANGE, "any": ANY, "null": NULL, "dateTime": DATE_AND_TIME,
    "date time": DATE_AND_TIME, "dayTimeDuration": DAYS, "yearMonthDuration": MONTHS,
}
"""The types that FEEL itself names, with the spellings of older drawings."""


def plain(type_: Type) -> Type:
    """The type without narrowing and without a name to look up."""
    while True:
        if isinstance(type_, Allowed):
            type_ = type_.base
        elif isinstance(type_, Later):
            type_ = type_.found()
        else:
            return type_


def is_subtype(type_: Type, wanted: Type) -> bool:
    """Whether every value of the one type is a value of the other (10.3.2.9.2, "conforms to")."""
    type_, wanted = plain(type_), plain(wanted)
    if wanted in (type_, ANY) or type_ == NULL:
        return True
    match type_, wanted:
        case ListType(), ListType():
            return is_subtype(type_.item, wanted.item)
        case RangeType(), RangeType():
            return is_subtype(type_.of, wanted.of)
        case ContextType(), ContextType():
            has = dict(type_.entries)
            return all(name in has and is_subtype(has[name], inner) for name, inner in wanted.entries)
        case FunctionType(), FunctionType():
            return (
                len(type_.parameters) == len(wanted.parameters)
                and all(is_subtype(b, a) for a, b in zip(type_.parameters, wanted.parameters, strict=True))
                and is_subtype(type_.result, wanted.result)
            )
        case FunctionType(), _:
            return wanted == FUNCTION
    return False
