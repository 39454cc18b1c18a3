"""A tree made into nested Python functions, once, so that evaluating is only calling.

Every function takes a `Scope` and gives a value; for data it raises nothing but `Exhausted`. Calls stand in
engine.feel.calls, loops in engine.feel.loops, tests in engine.feel.membership; each registers itself here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import TypeAlias

from engine.feel import tree
from engine.feel.arithmetic import arithmetic, negative
from engine.feel.builtins import BUILTINS, PATTERNS, BuiltinFunction
from engine.feel.conforming import is_instance
from engine.feel.filtering import filtered
from engine.feel.properties import member
from engine.feel.ranges import whole
from engine.feel.scope import Scope, weight
from engine.feel.tree import Node
from engine.feel.values import Interval, Value, equal, less

Closure: TypeAlias = Callable[[Scope], Value]
_DEEP = (list, dict)


@singledispatch
def closure(node: Node) -> Closure:
    """The function that evaluates a node."""
    raise TypeError(node)


def cost(node: Node) -> int:
    """About how much work one evaluation of a node is, its loops counted as one round."""
    total, waiting = 0, [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tree.Call):
            total += 20 if part.function in PATTERNS else 5
        else:
            total += 200 if isinstance(part, tree.Arithmetic) and part.operator == "**" else 1
        waiting.extend(tree.children(part))
    return total


@closure.register(tree.Literal)
def _literal(node: tree.Literal) -> Closure:
    value = node.value
    return lambda scope: value


@closure.register(tree.Name)
def _name(node: tree.Name) -> Closure:
    name = node.name
    if name in BUILTINS:
        function = BuiltinFunction(name, BUILTINS[name])
        return lambda scope: scope.find(name) if scope.holds(name) else function
    return lambda scope: scope.find(name)


@closure.register(tree.Path)
def _path(node: tree.Path) -> Closure:
    names = [node.name]
    root = node.source
    while isinstance(root, tree.Path):
        names.append(root.name)
        root = root.source
    steps = tuple(reversed(names))
    if isinstance(root, tree.Name):
        return _rooted((root.name, *steps))
    source = closure(root)

    def run(scope: Scope) -> Value:
        value = source(scope)
        for step in steps:
            value = member(value, step)
        return value

    return run


def _rooted(path: tuple[str, ...]) -> Closure:
    def run(scope: Scope) -> Value:
        value, used = scope.find_path(path)
        for step in path[used:]:
            value = member(value, step)
        return value

    return run


@closure.register(tree.Filter)
def _filter(node: tree.Filter) -> Closure:
    source, condition, price = closure(node.source), closure(node.condition), cost(node.condition)
    return lambda scope: filtered(source(scope), scope, condition, price)


@closure.register(tree.Element)
def _element(node: tree.Element) -> Closure:
    source, key = closure(node.source), closure(node.key)

    def run(scope: Scope) -> Value:
        value, wanted = source(scope), key(scope)
        if isinstance(value, dict):
            return value.get(wanted) if isinstance(wanted, str) else None
        place = whole(wanted)
        return value[place] if isinstance(value, list) and place is not None and 0 <= place < len(value) else None

    return run


@closure.register(tree.Negate)
def _negate(node: tree.Negate) -> Closure:
    operand = closure(node.operand)
    return lambda scope: negative(operand(scope))


@closure.register(tree.Truth)
def _truth(node: tree.Truth) -> Closure:
    operand = closure(node.operand)
    return lambda scope: operand(scope) is True


@closure.register(tree.Arithmetic)
def _arithmetic(node: tree.Arithmetic) -> Closure:
    left, right, run_operator = closure(node.left), closure(node.right), arithmetic(node.operator)

    def run(scope: Scope) -> Value:
        result = run_operator(left(scope), right(scope))
        if type(result) is str:
            scope.spend(weight(result))
        return result

    return run


def comparison(operator: str) -> Callable[[Value, Value], bool | None]:
    """The function of a comparing operator."""
    match operator:
        case "=":
            return equal
        case "!=":
            return lambda left, right: None if (same := equal(left, right)) is None else not same
        case "<" | "<=":
            return lambda left, right: less(left, right, or_equal=operator == "<=")
        case _:
            return lambda left, right: less(right, left, or_equal=operator == ">=")


@closure.register(tree.Compare)
def _compare(node: tree.Compare) -> Closure:
    left, right, compare = closure(node.left), closure(node.right), comparison(node.operator)

    def run(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        if type(first) in _DEEP:
            scope.spend(weight(first))
        return compare(first, second)

    return run


@closure.register(tree.And)
def _and(node: tree.And) -> Closure:
    parts = [closure(part) for part in node.parts]

    def run(scope: Scope) -> Value:
        answer: Value = True
        for part in parts:
            value = part(scope)
            if value is False:
                return False
            if value is not True:
                answer = None
        return answer

    return run


@closure.register(tree.Or)
def _or(node: tree.Or) -> Closure:
    parts = [closure(part) for part in node.parts]

    def run(scope: Scope) -> Value:
        answer: Value = False
        for part in parts:
            value = part(scope)
            if value is True:
                return True
            if value is not False:
                answer = None
        return answer

    return run


@closure.register(tree.If)
def _if(node: tree.If) -> Closure:
    condition, chosen, otherwise = closure(node.condition), closure(node.chosen), closure(node.otherwise)
    return lambda scope: chosen(scope) if condition(scope) is True else otherwise(scope)


@closure.register(tree.List)
def _list(node: tree.List) -> Closure:
    items = [closure(item) for item in node.items]

    def run(scope: Scope) -> Value:
        values = [item(scope) for item in items]
        scope.spend(weight(values))
        return values

    return run


@closure.register(tree.Context)
def _context(node: tree.Context) -> Closure:
    entries = [(entry.key, closure(entry.value)) for entry in node.entries]

    def run(scope: Scope) -> Value:
        values: dict[str, Value] = {}
        inner = Scope(values, scope)
        for key, entry in entries:
            values[key] = entry(inner)
        scope.spend(weight(values))
        return values

    return run


@closure.register(tree.Range)
def _range(node: tree.Range) -> Closure:
    low, high, low_closed, high_closed = closure(node.low), closure(node.high), node.low_closed, node.high_closed
    downwards = node.downwards

    def run(scope: Scope) -> Value:
        first, last = low(scope), high(scope)
        ordered = less(first, last, or_equal=True)
        if ordered is None or (ordered is False and not downwards):
            return None
        return Interval(first, last, low_closed, high_closed)

    return run


@closure.register(tree.InstanceOf)
def _instance_of(node: tree.InstanceOf) -> Closure:
    value, wanted = closure(node.value), node.type
    return lambda scope: is_instance(value(scope), wanted)
