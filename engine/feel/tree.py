"""The one tree that both dialects are read into.

A node is frozen and knows its `position`: the letter (from 0) of the whole text at which it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from engine.feel.types import Type
from engine.feel.values import Value


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression."""

    position: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value written out: `3`, `"a"`, `true`, `null`, `@"2026-01-01"`."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name from the context, or bound further out."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`; over a list it maps, on null it is null."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[condition]`: a number picks one member (1-based, negative from the end), a boolean keeps members."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Element(Node):
    """`source[key]` of JUEL: an entry by its name, or a member by its number, which begins with 0."""

    source: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A built-in function; `names` are the parameters' names, () where the arguments go by position."""

    function: str
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invoke(Node):
    """A function that is a value, called; `names` as in Call."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    """`function(a: number, b) body`; one that is `external` is never run, calling it is null."""

    parameters: tuple[tuple[str, Type], ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """True when the operand is true, else false, never null: how JUEL reads what FEEL leaves unknown."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left operator right`, the operator one of + - * / **."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left operator right`, the operator one of = != < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    """All parts; three-valued."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Any part; three-valued."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class UnaryTest(Node):
    """`> 5`: a test behind `in` and in a cell of a table; anywhere else the range of what fits."""

    operator: str
    value: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in test`: true when any of the tests holds."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """What a cell of a decision table says of the value named `?`: true when any of the tests holds, or with `negated`
    when none does. `-` passes anything: none of no tests.
    """

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then chosen else otherwise`; null counts as false."""

    condition: Node
    chosen: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Binding(Node):
    """`name in domain`, of a loop."""

    name: str
    domain: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for bindings return body`."""

    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some` or `every` bindings `satisfies` body; three-valued."""

    every: bool
    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class List(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """`key: value`, of a context."""

    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class Context(Node):
    """`{a: 1, b: a + 1}`: an entry sees those before it."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Range(Node):
    """`[low..high]`; an end that is not closed lies outside. One that leads downwards is null, except where a loop has
    it without brackets (`for i in 3..1`), which is what `downwards` says.
    """

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool
    downwards: bool = False


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: Type


ENTRIES = frozenset({"get value", "entry or size"})
"""Functions that take an entry out of a context."""


def children(node: Node) -> Iterator[Node]:
    """The parts of a node, in the order they are written."""
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Node))


def step(node: Node) -> tuple[Node, str] | None:
    """The source and the name of `source.name`, also where a function takes the entry (ENTRIES); None for anything
    else.
    """
    match node:
        case Path(source=source, name=name):
            return source, name
        case Call(arguments=(source, Literal(value=str(name)))) if node.function in ENTRIES and name.isidentifier():
            return source, name
    return None


def parts(root: Node) -> Iterator[Node]:
    """The node and all below it. Does not recurse."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))


def too_deep(root: Node, most: int) -> Node | None:
    """The first node found that lies more than `most` levels down, or None. Does not recurse itself."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > most:
            return node
        waiting.extend((child, depth + 1) for child in children(node))
    return None
