"""`between`, `in` and the cells of decision tables, made into Python functions: see engine.feel.closures."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel import tree
from engine.feel.closures import Closure, closure, comparison
from engine.feel.ranges import holds
from engine.feel.scope import Scope, weight
from engine.feel.tree import Node
from engine.feel.values import Interval, Value, disjunction, inside, negation


@closure.register(tree.UnaryTest)
def _unary_test(node: tree.UnaryTest) -> Closure:
    """The range of what fits the test; `!= a` has none."""
    value, operator = closure(node.value), node.operator

    def run(scope: Scope) -> Value:
        end = value(scope)
        if end is None or operator == "!=":
            return None
        low, high = (end, None) if operator in (">", ">=") else (None, end)
        if operator == "=":
            return Interval(end, end)
        return Interval(low, high, operator == ">=", operator == "<=")

    return run


@closure.register(tree.Tests)
def _tests(node: tree.Tests) -> Closure:
    """Whether `?` passes."""
    tests, negated = [_test(test) for test in node.tests], node.negated

    def run(scope: Scope) -> Value:
        tested = scope.find("?")
        answer = disjunction([test(scope, tested) for test in tests])
        return negation(answer) if negated else answer

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
    """A test of a value. An expression that speaks of `?` is true or not; any other is a value to be equal to, or holds
    the value; one that is true or false by itself answers for any value that is no boolean.
    """
    if isinstance(node, tree.UnaryTest):
        bound, compare = closure(node.value), comparison(node.operator)
        return lambda scope, value: compare(value, bound(Scope({"?": value}, scope)))
    among, asks = closure(node), _asks(node)

    def test(scope: Scope, value: Value) -> bool | None:
        members = among(Scope({"?": value}, scope) if asks else scope)
        if asks and (members is None or type(members) is bool):
            return members
        if type(members) is bool and type(value) is not bool and not constant:
            return members
        if members is None and needed:
            return None
        scope.spend(weight(members) + (weight(value) * len(members) if isinstance(members, list) else 0))
        return holds(value, members)

    constant, needed = isinstance(node, tree.Literal), not isinstance(node, tree.Literal)
    return test


def _asks(node: Node) -> bool:
    """Whether `?` stands in it, otherwise than in a test of its own."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tree.Name) and part.name == "?":
            return True
        waiting.extend(part.value if isinstance(part, tree.In) else one for one in tree.children(part))
    return False
