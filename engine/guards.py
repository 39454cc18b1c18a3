"""Does a set of guards always leave a way out? Decided by trying every case that the expressions tell apart.

Each name, or path of names (`order.total`), takes the values it is compared with, values beside and between them, and
one that is none of them; a name that is only ever true or false takes these two. Where a form gives a fixed choice,
that choice is all there is. Null is a case only where an expression speaks of null: what a form
asks for is given. With more cases than MOST_CASES the question stays open, and a default flow is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from engine import feel
from engine.answers import dotted, nested
from engine.feel.builtins import CLOCK
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
    parts,
)

MOST_CASES = 4_096
OTHER = "\N{WHITE SQUARE}"
"""A text that is none of those a name is compared with."""
Case = Mapping[str, Any]
"""{dotted path: value}."""
Domains = Mapping[str, Collection[Any]]
"""{dotted path: all the values it can have}."""
_NONE: Domains = {}


def way_missing(guards: Iterable[feel.Expression], given: Domains = _NONE) -> Case | None:
    """A case in which no guard is true, None when there is none.

    `given` are the values that are all a name can have, where that is known. The case {} stands for a question that
    stayed open: too many cases, or values that cannot be told from the text.
    """
    expressions = list(guards)
    if not all(map(_decided, expressions)):
        return None if _opposite(expressions) else {}
    cases = _all_cases(expressions, given)
    if cases is None:
        return {}
    return next((case for case in cases if not any(_holds(one, case) for one in expressions)), None)


def both_true(one: feel.Expression, other: feel.Expression, given: Domains = _NONE) -> Case | None:
    """A case in which both guards are true, so that only their order decides; None when there is none, or when the
    expressions do not tell all cases apart.
    """
    if not (_decided(one) and _decided(other)):
        return None
    cases = _all_cases([one, other], given) or []
    return next((case for case in cases if _holds(one, case) and _holds(other, case)), None)


def never_true(guard: feel.Expression, given: Domains) -> bool:
    """Whether no answer that can be given makes this guard true; told only where all its names are given."""
    if not guard.names or not guard.paths <= given.keys() or not _simple(guard.tree):
        return False
    cases = _all_cases([guard], given)
    return cases is not None and not any(_holds(guard, case) for case in cases)


def _holds(guard: feel.Expression, case: Case) -> bool:
    return guard.evaluate(nested(case)) is True


def _all_cases(expressions: list[feel.Expression], given: Domains) -> list[Case] | None:
    """Every case the expressions tell apart; None with more than MOST_CASES."""
    domains: dict[str, list[Any]] = {}
    for expression in expressions:
        for name in expression.paths:
            domains.setdefault(name, [])
        _compared(expression.tree, domains)
    if any(other.startswith(f"{name}.") for name in domains for other in domains):
        return None
    names = sorted(domains)
    values = [list(given[name]) if name in given else _cases(domains[name]) for name in names]
    if prod(map(len, values)) > MOST_CASES:
        return None
    return [dict(zip(names, case, strict=True)) for case in product(*values)]


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


def _decided(guard: feel.Expression) -> bool:
    """Whether the cases tell what it says: it compares names with values, or is the same whatever they are."""
    asks = any(isinstance(part, Call) and part.function in CLOCK for part in parts(guard.tree))
    return not asks and (_simple(guard.tree) or not guard.names)


_PLAIN = (Literal, Name, And, Or, Between, In, UnaryTest, Tests, Range, List, Truth, Negate)


def _simple(tree: Node) -> bool:
    """Only names compared with literals, joined by logic: then the compared values tell all cases apart."""
    todo: list[Node] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Compare):
            if not any(isinstance(side, (Literal, Negate)) for side in (node.left, node.right)):
                return False
        elif not _is_path(node) and not isinstance(node, _PLAIN) and not (
            isinstance(node, Call) and node.function == "not"
        ):
            return False
        todo += () if _is_path(node) else children(node)
    return True


def _is_path(node: Node) -> bool:
    """Whether this is a name or a path of names, and no member of a list."""
    path = dotted(node)
    return path is not None and "[]" not in path


def _compared(tree: Node, domains: dict[str, list[Any]]) -> None:
    todo: list[Node] = [tree]
    while todo:
        node = todo.pop()
        parts = [] if _is_path(node) else list(children(node))
        todo += (part for part in parts if not _is_path(part))
        names = [dotted(part) or "" for part in parts if _is_path(part)]
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
        todo += () if _is_path(node) else children(node)
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
            cases.append(OTHER)
        elif isinstance(one, (date, datetime)):
            cases += [one - timedelta(days=1), one + timedelta(days=1)]
    return [one for place, one in enumerate(cases) if one not in cases[:place]]
