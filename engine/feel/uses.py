"""Which names an expression takes from its context."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.feel.tree import (
    Call,
    Context,
    Filter,
    For,
    In,
    Lambda,
    Name,
    Node,
    Path,
    Quantified,
    Tests,
    children,
    step,
)


@dataclass
class Uses:
    """What was found: root names, dotted paths, and the names that stand inside a filter only.

    A name inside a filter (`visits[official = "camat"]`) may be a key of the members or a name of the context; which
    one is known only when there is data. So it is in `filter_names`, not in `names` or `paths`.
    """

    names: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    filter_names: set[str] = field(default_factory=set)


def uses(tree: Node) -> Uses:
    """The free names and paths of a tree."""
    found = Uses()
    _collect(tree, frozenset(), False, found)
    return found


def _collect(node: Node, bound: frozenset[str], filtered: bool, found: Uses) -> None:
    match node:
        case Name() | Path() | Call():
            _reference(node, bound, filtered, found)
        case Filter(source=source, condition=condition):
            _collect(source, bound, filtered, found)
            _collect(condition, bound | {"item"}, True, found)
        case For() | Quantified():
            for binding in node.bindings:
                _collect(binding.domain, bound, filtered, found)
                bound |= {binding.name}
            _collect(node.body, bound | {"partial"} if isinstance(node, For) else bound, filtered, found)
        case Lambda(parameters=parameters, body=body):
            _collect(body, bound | {name for name, _ in parameters}, filtered, found)
        case In() | Tests():
            if isinstance(node, In):
                _collect(node.value, bound, filtered, found)
            for test in node.tests:
                _collect(test, bound | {"?"}, filtered, found)
        case Context(entries=entries):
            for entry in entries:
                _collect(entry.value, bound, filtered, found)
                bound |= {entry.key}
        case _:
            for child in children(node):
                _collect(child, bound, filtered, found)


def _reference(node: Name | Path | Call, bound: frozenset[str], filtered: bool, found: Uses) -> None:
    steps: list[str] = []
    root: Node = node
    while (taken := step(root)) is not None:
        root, name = taken
        steps.append(name)
    if isinstance(root, Call) and root is node:
        for child in root.arguments:
            _collect(child, bound, filtered, found)
    elif not isinstance(root, Name):
        _collect(root, bound, filtered, found)
    elif root.name in bound:
        return
    elif filtered:
        found.filter_names.add(root.name)
    else:
        found.names.add(root.name)
        found.paths.add(".".join([root.name, *reversed(steps)]))
