"""Does a set of guards always leave a way out? Decided by trying every case that the expressions tell apart.

Each name takes the values it is compared with, values beside and between them, and one that is none of them; a name
that is only ever true or false takes these two. Null is a case only where an expression speaks of null: what a form
asks for is given. With more cases than MOST_CASES the question stays open, and a default flow is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from engine import feel
from engine.feel.tree import (
    And,
    Between,
    Call,
    Compare,
    In,
    List,
    Literal,
    Name,
    Negate,
    Node,
    Or,
    Range,
    Tests,
    Truth,
    UnaryTest,
    children,
)

MOST_CASES = 4_096
Case = Mapping[str, Any]


def way_missing(guards: Iterable[feel.Expression]) -> Case | None:
    """A case in which no guard is true, None when there is none.

    The case {} stands for a question that stayed open: too many cases, or values that cannot be told from the text.
    """
    expressions = list(guards)
    domains: dict[str, list[Any]] = {}
    for expression in expressions:
        if expression.names and not _simple(expression.tree):
            return None if _opposite(expressions) else {}
        for name in expression.names:
            domains.setdefault(name, [])
        _compared(expression.tree, domains)
    names = sorted(domains)
    values = [_cases(domains[name]) for name in names]
    size = 1
    for some in values:
        size *= len(some)
    if size > MOST_CASES:
        return {}
    for case in product(*values):
        context = dict(zip(names, case, strict=True))
        if not any(one.evaluate(context) is True for one in expressions):
            return context
    return None


def _opposite(expressions: list[feel.Expression]) -> bool:
    """One of them is word for word the negation of another."""
    texts = {_plain(one.text) for one in expressions}
    return any(
        f"not({text})" in texts or f"!({text})" in texts or f"!{text}" in texts
        or ("!=" not in text and text.count("=") == 1 and text.replace("=", "!=") in texts)
        for text in texts
    )


def _plain(text: str) -> str:
    bare = "".join(text.split()).removeprefix("=").removeprefix("${").removeprefix("#{").removesuffix("}")
    return bare.replace("==", "=")


_PLAIN = (Literal, Name, And, Or, Between, In, UnaryTest, Tests, Range, List, Truth, Negate)


def _simple(tree: Node) -> bool:
    """Only names compared with literals, joined by logic: then the compared values tell all cases apart."""
    todo: list[Node] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Compare):
            if not any(isinstance(side, (Literal, Negate)) for side in (node.left, node.right)):
                return False
        elif not isinstance(node, _PLAIN) and not (isinstance(node, Call) and node.function == "not"):
            return False
        todo += children(node)
    return True


def _compared(tree: Node, domains: dict[str, list[Any]]) -> None:
    todo: list[Node] = [tree]
    while todo:
        node = todo.pop()
        parts = list(children(node))
        todo += parts
        names = [part.name for part in parts if isinstance(part, Name)]
        literals = [inner.value for part in parts for inner in _literals(part)]
        for name in names:
            domains.setdefault(name, []).extend(one for one in literals if one not in domains.get(name, []))


def _literals(tree: Node) -> list[Literal]:
    found: list[Literal] = []
    todo: list[Node] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Literal):
            found.append(node)
        todo += children(node)
    return found


def _cases(compared: list[Any]) -> list[Any]:
    """The values worth trying for a name that is compared with these."""
    values = [one for one in compared if one is not None]
    none = [None] if None in compared else []
    if all(isinstance(one, bool) for one in values):
        return [True, False, *none]
    cases: list[Any] = [*values, *none]
    for one in values:
        if isinstance(one, bool):
            cases += [True, False]
        elif isinstance(one, Decimal):
            cases += [one - 1, one + 1, one + Decimal("0.5")]
        elif isinstance(one, str):
            cases.append("\N{WHITE SQUARE}")
        elif isinstance(one, (date, datetime)):
            cases += [one - timedelta(days=1), one + timedelta(days=1)]
    return [one for place, one in enumerate(cases) if one not in cases[:place]]
