"""A decision model as its author drew it: frozen, without any looks, nothing worked out yet.

`type` is the typeRef as written (None where there is none), `line` the line in the file, `id` "" where none is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import Problem


@dataclass(frozen=True, slots=True)
class Boxed:
    """Any boxed expression."""

    id: str
    line: int
    type: str | None


@dataclass(frozen=True, slots=True)
class Literal(Boxed):
    """A text in an expression language; "" for an empty box. `language` is "feel" or "juel"."""

    text: str
    language: str = "feel"


@dataclass(frozen=True, slots=True)
class Variable:
    """A name with a type: of a decision, an input, a parameter, an entry, a column."""

    name: str
    type: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions. `allowed` is the text of its input values; `bound` a name that cells may use for `?`."""

    id: str
    line: int
    label: str
    expression: Literal
    allowed: Literal | None
    bound: str


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results; its values in the order of their priority."""

    id: str
    line: int
    name: str
    type: str | None
    values: Literal | None
    default: Literal | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: one cell for each input, one for each output."""

    id: str
    line: int
    inputs: tuple[Literal, ...]
    outputs: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Table(Boxed):
    """A decision table. `hit` is one letter of U A P F R O C, `aggregation` one of "" SUM COUNT MIN MAX."""

    hit: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """What a parameter of an invocation is given."""

    parameter: Variable
    value: AnyBoxed | None


@dataclass(frozen=True, slots=True)
class Invocation(Boxed):
    """A call with named arguments."""

    called: AnyBoxed
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a boxed context; the one without a variable is its result."""

    variable: Variable | None
    value: AnyBoxed | None


@dataclass(frozen=True, slots=True)
class Context(Boxed):
    """A boxed context: each entry sees those above it."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ListOf(Boxed):
    """A boxed list."""

    items: tuple[AnyBoxed, ...]


@dataclass(frozen=True, slots=True)
class Relation(Boxed):
    """A list of contexts with the same keys."""

    columns: tuple[Variable, ...]
    rows: tuple[tuple[AnyBoxed, ...], ...]


@dataclass(frozen=True, slots=True)
class Function(Boxed):
    """A boxed function. `kind` is FEEL, Java or PMML."""

    kind: str
    parameters: tuple[Variable, ...]
    body: AnyBoxed | None


@dataclass(frozen=True, slots=True)
class Conditional(Boxed):
    """If, then, else."""

    condition: AnyBoxed
    chosen: AnyBoxed
    otherwise: AnyBoxed


@dataclass(frozen=True, slots=True)
class Loop(Boxed):
    """`kind` is for, some or every; the body sees each member under the variable's name."""

    kind: str
    variable: str
    domain: AnyBoxed
    body: AnyBoxed


@dataclass(frozen=True, slots=True)
class Filter(Boxed):
    """The members of a list for which the match holds."""

    source: AnyBoxed
    match: AnyBoxed


AnyBoxed = Literal | Table | Invocation | Context | ListOf | Relation | Function | Conditional | Loop | Filter


@dataclass(frozen=True, slots=True)
class Reference:
    """An href: the namespace of another model ("" for the same), and the id there."""

    namespace: str
    id: str
    line: int


@dataclass(frozen=True, slots=True)
class Element:
    """What stands in the diagram of requirements."""

    id: str
    line: int
    variable: Variable
    alias: str
    """The name of its variable, where that is another."""

    @property
    def name(self) -> str:
        return self.variable.name


@dataclass(frozen=True, slots=True)
class InputData(Element):
    """What the caller brings."""


@dataclass(frozen=True, slots=True)
class Decision(Element):
    """A decision; without logic its value is null. `information` leads to inputs and decisions, `knowledge` to
    knowledge models and services.
    """

    information: tuple[Reference, ...]
    knowledge: tuple[Reference, ...]
    logic: AnyBoxed | None


@dataclass(frozen=True, slots=True)
class Knowledge(Element):
    """A business knowledge model: a function by name."""

    knowledge: tuple[Reference, ...]
    logic: Function | None


@dataclass(frozen=True, slots=True)
class Service(Element):
    """A decision service: decisions behind one door, a function by name. Its parameters are the inputs, then the
    input decisions.
    """

    outputs: tuple[Reference, ...]
    encapsulated: tuple[Reference, ...]
    decisions: tuple[Reference, ...]
    inputs: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A type by name, or a component of one. Exactly one of: another type (`type`), components, a function.

    `allowed` are tests for each member of a collection (or the value), `constraint` for the value as a whole.
    """

    id: str
    line: int
    name: str
    type: str | None
    collection: bool
    components: tuple[Item, ...]
    function: tuple[tuple[Variable, ...], str | None] | None
    allowed: Literal | None
    constraint: Literal | None


@dataclass(frozen=True, slots=True)
class Import:
    """Another model, whose names are seen behind this name and a dot; "" shows them plainly."""

    name: str
    namespace: str
    kind: str
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """One file. `elements` by id, in the order of the file.

    `open`: drawn for Camunda and its kin, where a decision sees all the caller brings, and the results of required
    decisions by their ids and columns too; else it sees what its requirements lead to.
    """

    name: str
    namespace: str
    open: bool
    items: tuple[Item, ...]
    elements: Mapping[str, Element]
    imports: tuple[Import, ...]
    warnings: tuple[Problem, ...]
