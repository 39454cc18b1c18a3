"""Calls of functions, and functions of one's own, made into Python functions: see engine.feel.closures."""

from __future__ import annotations

from datetime import date

from engine.feel import tree
from engine.feel.building import Fault
from engine.feel.builtins import BUILTINS, CLOCK, PATTERNS, pattern_work
from engine.feel.closures import Closure, closure, cost
from engine.feel.functions import Native
from engine.feel.properties import member
from engine.feel.scope import Scope, weight
from engine.feel.shapes import read_feel
from engine.feel.tree import Node
from engine.feel.types import ANY, Simple
from engine.feel.values import Function, Interval, Value, kind

LONGEST_RANGE_TEXT = 1000
_CONVERTING = {"date", "time", "date and time", "duration", "number", "string"}


@closure.register(tree.Call)
def _call(node: tree.Call) -> Closure:
    if node.function == "is defined":
        return _is_defined(node.arguments[0])
    if node.function == "range":
        return _read_range(closure(node.arguments[0]))
    if node.function in CLOCK:
        return _clock(node.function)
    arguments = [closure(argument) for argument in node.arguments]
    run_builtin, patterned = BUILTINS[node.function].bind(node.names, len(arguments)), node.function in PATTERNS

    def run(scope: Scope) -> Value:
        values = [argument(scope) for argument in arguments]
        scope.spend(sum(map(weight, values)))
        if patterned:
            scope.spend(pattern_work(values))
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


def _clock(function: str) -> Closure:
    """What time it is, as the caller said; null when nothing was said."""
    if function == "now":
        return lambda scope: getattr(scope.root, "now", None)

    def today(scope: Scope) -> Value:
        now = getattr(scope.root, "now", None)
        return None if now is None else date(now.year, now.month, now.day)

    return today


def _read_range(text: Closure) -> Closure:
    """`range("[1..5)")`: the range of a text whose ends are values written out; null for anything else."""

    def run(scope: Scope) -> Value:
        written = text(scope)
        if not isinstance(written, str) or len(written) > LONGEST_RANGE_TEXT:
            return None
        scope.spend(1000)
        try:
            node, doubts = read_feel(written)
        except Fault:
            return None
        if doubts or not isinstance(node, tree.Range) or not all(map(_written_out, tree.children(node))):
            return None
        found = closure(node)(scope)
        return found if isinstance(found, Interval) else None

    return run


def _written_out(end: Node) -> bool:
    if isinstance(end, tree.Call):
        return end.function in _CONVERTING and all(isinstance(one, tree.Literal) for one in end.arguments)
    return isinstance(end, tree.Literal)


@closure.register(tree.Invoke)
def _invoke(node: tree.Invoke) -> Closure:
    function, arguments, names = closure(node.function), [closure(one) for one in node.arguments], node.names

    def run(scope: Scope) -> Value:
        called = function(scope)
        values = [argument(scope) for argument in arguments]
        if not isinstance(called, Function):
            return None
        scope.spend(5 + sum(map(weight, values)))
        result = called.call(values, names)
        scope.spend(weight(result))
        return result

    return run


@closure.register(tree.Lambda)
def _lambda(node: tree.Lambda) -> Closure:
    body, parameters, price = closure(node.body), node.parameters, cost(node.body)
    names, result = [name for name, _ in parameters], ANY
    if isinstance(node.body, tree.Literal):
        result = Simple(kind(node.body.value))

    def run(scope: Scope) -> Value:
        def call(values: list[Value]) -> Value:
            scope.spend(price)
            return body(Scope(dict(zip(names, values, strict=True)), scope))

        return Native(parameters, (lambda values: None) if node.external else call, result=result)

    return run
