"""The groups of a graph in which each can be reached from each."""

from __future__ import annotations

from collections.abc import Mapping


def components(after: Mapping[str, list[str]]) -> list[list[str]]:
    """The strongly connected groups (Tarjan 1972), without recursion."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    held: set[str] = set()
    groups: list[list[str]] = []
    for first in after:
        if first in number:
            continue
        work = [(first, iter(after[first]))]
        number[first] = low[first] = len(number)
        stack.append(first)
        held.add(first)
        while work:
            name, rest = work[-1]
            for other in rest:
                if other not in number:
                    number[other] = low[other] = len(number)
                    stack.append(other)
                    held.add(other)
                    work.append((other, iter(after[other])))
                    break
                if other in held:
                    low[name] = min(low[name], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == number[name]:
                    group: list[str] = []
                    while not group or group[-1] != name:
                        group.append(stack.pop())
                        held.discard(group[-1])
                    groups.append(group)
    return groups
