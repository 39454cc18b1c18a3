"""`for`, `some` and `every`, made into Python functions: see engine.feel.closures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.feel import tree
from engine.feel.closures import Closure, closure, cost
from engine.feel.ranges import domain
from engine.feel.scope import Scope, weight
from engine.feel.values import Value, conjunction, disjunction


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
    partial = any(isinstance(part, tree.Name) and part.name == "partial" for part in tree.parts(node.body))

    def run(scope: Scope) -> Value:
        results: list[Value] = []
        for inner in rounds(scope):
            if inner is None:
                return None
            if partial:
                scope.spend(len(results))
                result = body(Scope({"partial": list(results)}, inner))
            else:
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
