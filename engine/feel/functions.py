"""Functions as values: those written in FEEL, and those the caller brings (knowledge models, decision services)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.feel.conforming import coerced
from engine.feel.types import ANY, Type
from engine.feel.values import Function, Value


class Native(Function):
    """A function whose values a Python function works out: `run` gets them in the parameters' order, each converted to
    its type, and what it gives is converted to `result`.

    A call with too many, too few or wrongly named values is null, and so is one whose value does not conform.
    """

    __slots__ = ("run",)

    def __init__(
        self, parameters: Sequence[str | tuple[str, Type]], run: Callable[[list[Value]], Value], *, result: Type = ANY,
        name: str = "",
    ) -> None:
        typed = tuple((one, ANY) if isinstance(one, str) else one for one in parameters)
        super().__init__(typed, result, name)
        self.run = run

    def call(self, values: Sequence[Value], names: Sequence[str] = ()) -> Value:
        """What `run` gives."""
        ordered = _ordered(self.parameters, values, names)
        if ordered is None:
            return None
        converted = [coerced(value, type_) for value, (_, type_) in zip(ordered, self.parameters, strict=True)]
        if any(new is None and old is not None for new, old in zip(converted, ordered, strict=True)):
            return None
        return coerced(self.run(converted), self.result)


def _ordered(
    parameters: tuple[tuple[str, Type], ...], values: Sequence[Value], names: Sequence[str]
) -> Sequence[Value] | None:
    """The values in the parameters' order; None when they do not fit."""
    if len(values) != len(parameters) or (names and len(names) != len(values)):
        return None
    if not names:
        return values
    given = dict(zip(names, values, strict=True))
    if given.keys() != {name for name, _ in parameters}:
        return None
    return [given[name] for name, _ in parameters]
