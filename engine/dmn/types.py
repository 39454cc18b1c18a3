"""Item definitions as types of FEEL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from engine import feel
from engine.dmn.linking import Unit
from engine.dmn.model import Item, Literal
from engine.dmn.problems import problem
from engine.errors import ExpressionRefused, Problem
from engine.feel.types import ANY, NAMED, NUMBER, Allowed, ContextType, FunctionType, Later, ListType, Type
from engine.feel.values import Value

Tests: TypeAlias = Callable[[Literal], Callable[[Value], bool]]
"""What makes allowed values into a question about a value."""

SPELLINGS: Mapping[str, Type] = {**NAMED, "integer": NUMBER, "long": NUMBER, "double": NUMBER, "int": NUMBER,
                                 "float": NUMBER, "short": NUMBER, "decimal": NUMBER}
"""What FEEL names, and what tools of other worlds write instead."""


class Types:
    """The types of one model by name, those of its imports behind the imports' names."""

    def __init__(self, unit: Unit, imported: Mapping[str, Types], tests: Tests) -> None:
        self.problems: list[Problem] = []
        self.items: dict[str, Item] = {}
        self.named: dict[str, Type] = {}
        self._tests = tests
        for prefix, types in imported.items():
            hidden = prefix.startswith(" ")
            for name, item in types.items.items():
                self.items[name if hidden else f"{prefix}.{name}"] = item
            for name, type_ in types.named.items():
                self.named[name if hidden else f"{prefix}.{name}"] = type_
        for item in unit.model.items:
            self.items[item.name] = item
        for item in unit.model.items:
            self.named[item.name] = self._of(item)

    def find(self, name: str | None, element: str, line: int) -> Type | None:
        """The type of a typeRef; None for no type, Any, and (with a warning) an unknown one."""
        if name is None:
            return None
        found = self.named.get(name) or SPELLINGS.get(name) or self._written(name)
        if found is None:
            self.problems.append(problem("type.unknown", element, line, severity="warning", name=name))
        return None if found is ANY else found

    def _written(self, name: str) -> Type | None:
        """A type in FEEL's own spelling, such as list<number>."""
        try:
            return feel.read_type(name, self.named)
        except ExpressionRefused:
            return None

    def _of(self, item: Item) -> Type:
        base = self._base(item)
        if item.allowed is not None and item.allowed.text:
            base = Allowed(base, self._tests(item.allowed))
        if item.collection:
            base = ListType(base)
        if item.constraint is not None and item.constraint.text:
            base = Allowed(base, self._tests(item.constraint))
        return base

    def _base(self, item: Item) -> Type:
        if item.components:
            return ContextType(tuple((one.name, self._of(one)) for one in item.components))
        if item.function is not None:
            parameters, result = item.function
            return FunctionType(tuple(self._named(one.type, item) for one in parameters), self._named(result, item))
        return self._named(item.type, item)

    def _named(self, name: str | None, item: Item) -> Type:
        if name is None:
            return ANY
        if name in self.items:
            return Later(name, self.named)
        return self.find(name, item.id, item.line) or ANY


def names_in(items: tuple[Item, ...]) -> Iterator[str]:
    """The names of all components, however deep."""
    for item in items:
        for component in item.components:
            yield component.name
        yield from names_in(item.components)
