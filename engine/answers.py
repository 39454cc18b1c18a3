"""Typed answers for playing a drawing: the values worth trying for each name its expressions ask about.

A name is given the values it is compared with and values beside them; one that a text or a size is asked of gets texts
and lists that have it and that have it not; one that stands in arithmetic or in a count gets numbers; one that a loop
goes through gets lists; any other gets true, false, null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from engine import feel
from engine.feel.tree import Arithmetic, Between, Call, Compare, Filter, In, Literal, Name, Node, Path, children, step
from engine.graph import Graph

Answers = dict[str, list[Any]]
"""{dotted path: the values worth trying}."""
_NUMBERS: list[Any] = [Decimal(number) for number in (0, 1, 2, 5, 10, 100)]
_LISTS: list[Any] = [[], [Decimal(1)], [Decimal(1), Decimal(2)], [Decimal(1), Decimal(2), Decimal(3)]]
_ANY: list[Any] = [None, True, False]
_OF_TEXTS = {"contains", "starts with", "ends with"}
_OF_ANYTHING = {"holds part", "list contains", "place of"}
_SIZES = {"size of", "count", "string length"}
_LONGEST = 20
"""Members or letters of what is tried for a size."""
_CHANGED = {"lower case", "upper case", "trim", "string", "number", "round down", "get or else"}


def answers(graph: Graph) -> Answers:
    """The values worth trying for each name that a condition of this graph or its parts asks about."""
    found: Answers = {}
    for expression in graph.conditions.values():
        _gather(expression, found)
    for host in graph.catches.values():
        for catch in host:
            if catch.condition is not None:
                _gather(catch.condition, found)
    for repeat in graph.repeats.values():
        for asked in (repeat.until, repeat.again):
            if asked is not None:
                _gather(asked, found)
        _counted(repeat.count, _NUMBERS[:4], found)
        _counted(repeat.items, _LISTS, found)
    produced = {repeat.element for repeat in graph.repeats.values()} | {
        "loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances", "nrOfTerminatedInstances",
    }
    return {path: values for path, values in found.items() if path.partition(".")[0] not in produced}


def of(expressions: Iterable[feel.Expression]) -> Answers:
    """The values worth trying for these expressions alone."""
    found: Answers = {}
    for expression in expressions:
        _gather(expression, found)
    return found


def chosen(values: Answers, random: Random) -> dict[str, Any]:
    """One random answer for each path, put together: {"order.total": [5]} gives {"order": {"total": 5}}."""
    return nested({path: random.choice(some) for path, some in sorted(values.items())})


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Values by dotted path, as the contexts that hold them; "[]" stands for each of a list's three members."""
    found: dict[str, Any] = {}
    for path, value in flat.items():
        *around, last = path.split(".")
        here = found
        for name in around:
            inner = here.get(name)
            here[name] = inner = inner if isinstance(inner, dict) else {}
            here = inner
        if not isinstance(here.get(last), dict):
            here[last] = value
    return {name: _listed(value) for name, value in found.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "[]" in value:
        return [_listed(value["[]"])] * 3
    return {name: _listed(one) for name, one in value.items()}


def _counted(expression: feel.Expression | None, values: list[Any], found: Answers) -> None:
    for path in expression.paths if expression is not None else ():
        found[path] = values


def _gather(expression: feel.Expression, found: Answers) -> None:
    for path in expression.paths:
        found.setdefault(path, list(_ANY))
    todo: list[tuple[Node, bool]] = [(expression.tree, False)]
    while todo:
        node, numeric = todo.pop()
        parts = list(children(node))
        numeric = numeric or isinstance(node, Arithmetic)
        if isinstance(node, Call) and (values := _looked_for(node)) and (named := _asked(node)):
            _add(found, named, values)
        if isinstance(node, (Compare, In, Between)):
            literals = [inner.value for part in parts for inner in _literals(part)]
            paths = [named for part in parts if (named := dotted(part))]
            for part in parts:
                if isinstance(part, Call) and (values := _giving(part.function, literals)) and (named := _asked(part)):
                    _add(found, named, values)
            for named in paths:
                _add(found, named, _near(literals) if literals else _NUMBERS)
            if literals and not paths:
                numbers = [one for one in literals if isinstance(one, Decimal)]
                todo += [(part, bool(numbers)) for part in parts]
                continue
        if numeric and (named := dotted(node)):
            _add(found, named, _NUMBERS)
        todo += [(part, numeric) for part in parts if not dotted(node)]


def dotted(node: Node) -> str | None:
    """The path a reference names, "order.total", "orders.[].total"; None when the node is something else."""
    steps: list[str] = []
    while True:
        if (taken := step(node)) is not None:
            node, name = taken
            steps.append(name)
        elif isinstance(node, Filter):
            node = node.source
            steps.append("[]")
        else:
            break
    return ".".join([node.name, *reversed(steps)]) if isinstance(node, Name) else None


def _asked(call: Call) -> str | None:
    """The path a call asks something of, be it with other calls between."""
    node: Node = call
    while isinstance(node, Call) and not dotted(node) and node.arguments:
        node = node.arguments[0]
    return dotted(node)


def _looked_for(call: Call) -> list[Any]:
    """What holds what a call looks for, as a text and as a list, and what does not."""
    wanted = [one.value for one in call.arguments[1:] if isinstance(one, Literal)]
    if call.function in _OF_TEXTS:
        return [*wanted, ""]
    if call.function not in _OF_ANYTHING:
        return []
    return [*([one] for one in wanted), [], *(one for one in wanted if isinstance(one, str)), ""]


def _giving(function: str, literals: list[Any]) -> list[Any]:
    """The values for which a function gives these literals, and values beside them."""
    if function in _CHANGED:
        return _near(literals)
    if function not in _SIZES:
        return []
    sizes = sorted({int(one) for one in _near(literals) if isinstance(one, Decimal) and 0 <= one <= _LONGEST})
    lists = [[Decimal(place) for place in range(1, size + 1)] for size in sizes]
    texts = ["a" * size for size in sizes]
    return [*(lists if function != "string length" else ()), *(texts if function != "count" else ())]


def _near(literals: list[Any]) -> list[Any]:
    return [near for value in literals
            for near in ((value, value - 1, value + 1) if isinstance(value, Decimal) else (value,))]


def _add(found: Answers, path: str, values: list[Any]) -> None:
    known = found.setdefault(path, [None])
    known.extend(one for one in values if not any(one is old or (type(one) is type(old) and one == old)
                                                  for old in known))


def _literals(node: Node) -> list[Literal]:
    found, todo = list[Literal](), [node]
    while todo:
        one = todo.pop()
        if isinstance(one, Literal):
            found.append(one)
        elif not isinstance(one, (Name, Path)) and step(one) is None:
            todo.extend(children(one))
    return found
