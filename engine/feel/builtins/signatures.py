"""How a built-in function may be called: names and types of its parameters, and what happens to the values.

A signature is written as the standard writes it: `substring(string: string, start position: number, length?: number?)`.
A name that ends in "?" may be left out, a type that ends in "?" takes null; "/" stands between types of which any will
do; a last name that ends in "..." takes any number of values. A null where none may be makes the result null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.feel.conforming import coerced, conforms
from engine.feel.types import ANY, NAMED, Type
from engine.feel.values import Function, Value

_EXACT: dict[str, type] = {"number": Decimal, "string": str, "boolean": bool, "list": list, "context": dict}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `exact` is the Python type that needs no converting, where there is one."""

    name: str
    types: tuple[Type, ...]
    optional: bool
    nullable: bool
    exact: type | None

    def taken(self, value: Value) -> Value:
        """The value as the parameter takes it, or null."""
        if type(value) is self.exact or self.types[0] is ANY:
            return value
        if any(conforms(value, type_) for type_ in self.types):
            return value
        if isinstance(value, list) and len(value) == 1 and any(conforms(value[0], type_) for type_ in self.types):
            return value[0]
        return coerced(value, self.types[0])


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function.

    `many`: the last parameter takes any number of values. `spread`: the one parameter is a list, and several values
    count as one list (`min(1, 2)` is `min([1, 2])`).
    """

    parameters: tuple[Parameter, ...]
    run: Callable[..., Value]
    many: bool = False
    spread: bool = False

    def places(self, names: Sequence[str], count: int) -> list[int] | None:
        """Which parameter each value of a call is for; None when the call does not fit."""
        known = [parameter.name for parameter in self.parameters]
        if names:
            if len(names) != count or len(set(names)) < len(names) or not set(names) <= set(known):
                return None
            places = [known.index(name) for name in names]
        elif self.spread:
            return list(range(count)) if count else None
        else:
            last = len(known) - 1
            places = [min(place, last) if self.many else place for place in range(count)]
        needed = {place for place, one in enumerate(self.parameters) if not one.optional}
        return places if needed <= set(places) and all(place < len(known) for place in places) else None

    def apply(self, places: list[int], values: Sequence[Value], *, named: bool) -> tuple[bool, Value]:
        """Whether the values fit the types, and what the function gives for them."""
        if self.spread and not named:
            values = [values[0] if len(values) == 1 else list(values)]
            places = [0]
        given: list[Value] = [None] * (max(len(places), max(places, default=-1) + 1))
        for order, (place, value) in enumerate(zip(places, values, strict=True)):
            parameter = self.parameters[place]
            if value is None:
                if not parameter.nullable:
                    return False, None
                continue
            taken = parameter.taken(value)
            if taken is None:
                return False, None
            given[place if named else order] = taken
        return True, self.run(*given)


def signature(text: str, run: Callable[..., Value], *, spread: bool = False) -> Signature:
    """The signature of a text, without the function's name."""
    parts = [_parameter(part.strip()) for part in text.split(",") if part.strip()]
    return Signature(tuple(parts), run, many=text.rstrip().endswith("..."), spread=spread)


def _parameter(text: str) -> Parameter:
    name, _, words = text.removesuffix("...").partition(":")
    words = words.strip()
    nullable = words.endswith("?") or not words
    names = words.removesuffix("?").split("/") if words else ["Any"]
    types = tuple(NAMED[one.strip()] for one in names)
    exact = _EXACT.get(names[0].strip())
    return Parameter(name.strip().removesuffix("?"), types, name.strip().endswith("?"), nullable, exact)


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function: the ways to call it, the first that fits and gives a value is taken."""

    signatures: tuple[Signature, ...]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the first way."""
        return self.signatures[0].parameters

    def fault(self, names: Sequence[str], count: int) -> str | None:
        """What is wrong with a call by these names (() = by position) and this many values, in Indonesian."""
        if any(one.places(names, count) is not None for one in self.signatures):
            return None
        ways = " atau ".join(", ".join(part.name for part in one.parameters) for one in self.signatures)
        return f"Nama parameternya: {ways}" if names else f"Isinya: {ways}"

    def bind(self, names: Sequence[str], count: int) -> Callable[[Sequence[Value]], Value]:
        """The function of the values of a call, in the order the call gives them. It raises for no values at all."""
        named = bool(names)
        ways = [(one, places) for one in self.signatures if (places := one.places(names, count)) is not None]
        first = self.signatures[0]
        exact = tuple(parameter.exact for parameter in first.parameters[:count])
        ordinary = not named and not first.many and None not in exact
        plain = first.run if ordinary and ways and ways[0][0] is first else None

        def run(values: Sequence[Value]) -> Value:
            try:
                if plain is not None and exact == tuple(map(type, values)):
                    return plain(*values)
                for way, places in ways:
                    fits, result = way.apply(places, values, named=named)
                    if fits and result is not None:
                        return result
            except (ArithmeticError, ValueError):  # a number or a date out of bounds
                return None
            return None

        return run


class BuiltinFunction(Function):
    """A built-in function as a value."""

    __slots__ = ("builtin",)

    def __init__(self, name: str, builtin: Builtin) -> None:
        parameters = tuple((part.name, part.types[0]) for part in builtin.parameters)
        super().__init__(parameters, ANY, name)
        self.builtin = builtin

    def call(self, values: Sequence[Value], names: Sequence[str] = ()) -> Value:
        """What the function gives; null for values that do not fit it."""
        return self.builtin.bind(names, len(values))(values)
