"""A list filtered by a condition, or the one member that a number names (DMN 1.5, 10.3.2.5)."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel.ranges import picked
from engine.feel.scope import Scope, weight
from engine.feel.values import Value, kind


def filtered(value: Value, scope: Scope, condition: Callable[[Scope], Value], price: int) -> Value:
    """The members for which the condition is true, or the member at the place it gives; null for null. The condition
    sees each as `item`, and the entries of a context by their names. A value that is no list is a list of itself.
    `price` is the work of asking once.
    """
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
