"""A tree made into nested Python functions, once, so that evaluating is only calling.

Every function takes a `Scope` and gives a value; for data it raises nothing but `Exhausted`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import singledispatch
from typing import TypeAlias

from engine.feel import tree
from engine.feel.arithmetic import arithmetic, negative
from engine.feel.builtins import BUILTINS, EXPENSIVE
from engine.feel.properties import member
from engine.feel.ranges import domain, holds, picked
from engine.feel.scope import Scope, weight
from engine.feel.tree import Node
from engine.feel.values import Interval, Value, conjunction, disjunction, equal, inside, kind, less

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
            total += EXPENSIVE.get(part.function, 5)
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

    def run(scope: Scope) -> Value:
        value = source(scope)
        if value is None:
            return None
        items: list[Value] = value if isinstance(value, list) else [value]
        if not items:
            return None if kind(condition(scope)) == "number" else []
        kept: list[Value] = []
        for item in items:
            scope.spend(price)
            names = {"item": item, **item} if isinstance(item, dict) else {"item": item}
            answer = condition(Scope(names, scope))
            if kind(answer) == "number":
                return picked(items, answer)
            if answer is True:
                kept.append(item)
        scope.spend(weight(kept))
        return kept

    return run


@closure.register(tree.Call)
def _call(node: tree.Call) -> Closure:
    if node.function == "is defined":
        return _is_defined(node.arguments[0])
    arguments = [closure(argument) for argument in node.arguments]
    run_builtin = BUILTINS[node.function].bind(node.names, len(arguments))

    def run(scope: Scope) -> Value:
        values = [argument(scope) for argument in arguments]
        scope.spend(sum(map(weight, values)))
        result = run_builtin(values)
        scope.spend(weight(result))
        return result

    return run


def _is_defined(node: Node) -> Closure:
    """A name or path is defined when it leads somewhere, be it to null; any other expression when it is not null."""
    if isinstance(node, tree.Name):
        name = node.name
        return lambda scope: scope.holds(name)
    if isinstance(node, tree.Path):
        source, key = closure(node.source), node.name

        def run(scope: Scope) -> Value:
            value = source(scope)
            return key in value if isinstance(value, dict) else member(value, key) is not None

        return run
    inner = closure(node)
    return lambda scope: inner(scope) is not None


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


@closure.register(tree.Between)
def _between(node: tree.Between) -> Closure:
    value, low, high = closure(node.value), closure(node.low), closure(node.high)

    def run(scope: Scope) -> Value:
        first, last = low(scope), high(scope)
        return None if first is None or last is None else inside(value(scope), Interval(first, last))

    return run


@closure.register(tree.In)
def _in(node: tree.In) -> Closure:
    value, tests = closure(node.value), [_test(test) for test in node.tests]

    def run(scope: Scope) -> Value:
        tested = value(scope)
        return disjunction([test(scope, tested) for test in tests])

    return run


def _test(node: Node) -> Callable[[Scope, Value], bool | None]:
    if isinstance(node, tree.UnaryTest):
        bound, compare = closure(node.value), comparison(node.operator)
        return lambda scope, value: compare(value, bound(scope))
    among, needed = closure(node), isinstance(node, tree.Range)

    def test(scope: Scope, value: Value) -> bool | None:
        members = among(scope)
        if members is None and needed:
            return None
        scope.spend(weight(members) + (weight(value) * len(members) if isinstance(members, list) else 0))
        return holds(value, members)

    return test


@closure.register(tree.If)
def _if(node: tree.If) -> Closure:
    condition, chosen, otherwise = closure(node.condition), closure(node.chosen), closure(node.otherwise)
    return lambda scope: chosen(scope) if condition(scope) is True else otherwise(scope)


def _rounds(bindings: tuple[tree.Binding, ...], price: int) -> Callable[[Scope], Iterator[Scope | None]]:
    """One scope for each combination of the bindings' members; None where a domain cannot be gone through."""
    domains = [(binding.name, closure(binding.domain)) for binding in bindings]

    def rounds(scope: Scope, depth: int = 0) -> Iterator[Scope | None]:
        name, source = domains[depth]
        members = domain(source(scope))
        if members is None:
            yield None
            return
        for value in members:
            scope.spend(price)
            inner = Scope({name: value}, scope)
            if depth + 1 < len(domains):
                yield from rounds(inner, depth + 1)
            else:
                yield inner

    return rounds


@closure.register(tree.For)
def _for(node: tree.For) -> Closure:
    rounds, body = _rounds(node.bindings, cost(node.body) + len(node.bindings)), closure(node.body)

    def run(scope: Scope) -> Value:
        results: list[Value] = []
        for inner in rounds(scope):
            if inner is None:
                return None
            result = body(inner)
            scope.spend(weight(result))
            results.append(result)
        return results

    return run


@closure.register(tree.Quantified)
def _quantified(node: tree.Quantified) -> Closure:
    rounds, body = _rounds(node.bindings, cost(node.body) + len(node.bindings)), closure(node.body)
    combine = conjunction if node.every else disjunction

    def run(scope: Scope) -> Value:
        return combine([None if inner is None else body(inner) for inner in rounds(scope)])

    return run


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

    def run(scope: Scope) -> Value:
        found = kind(value(scope))
        return found != "null" if wanted == "Any" else found == wanted

    return run
