"""One drawing asked twice: the compiler and the oracle, and where they say different things."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import Process
from engine.graph import Graph
from engine.soundness import problems_of
from tests.engine.oracle import Found, ask, dead
from tests.engine.oracle_plane import Plane

PROOFS = {"tokens.two_in_one_place": "unsafe", "loop.never_waits": "spins", "completion.stuck": "stuck",
          "completion.endless": "endless"}


def differences(graph: Graph, process: Process) -> Iterator[str]:
    """Each thing the two say differently about this process. NotCovered and TooMuch as the oracle raises them.

    Where a drawing is unsafe, or turns round without waiting, neither follows it to the end: then only that is
    compared.
    """
    found = ask(process)
    if (ours := sorted(verdicts(graph))) != (theirs := sorted(judged(found))):
        yield f"verdict: {ours}, oracle {theirs}"
        return
    if any(one.unsafe or one.spins for one in found.values()):
        return
    for root, one in found.items():
        machine = graph if root == process.id else graph.parts[root]
        yield from _same(f"markings of {root}", {state.places for state in machine.states.values()}, one.rests)
        last = {step.stages[-1] for step in machine.transitions if machine.states[step.target].final and step.stages}
        nodes = graph.process.nodes
        if strange := {name for name in last if nodes[name].kind == "endEvent"} - one.ends:
            yield f"outcomes of {root}: {strange} never ends it"
    ours = {name for one in problems_of(graph) if one.code in ("element.dead", "event.never_happens")
            for name in one.elements or (one.element,)}
    plane = Plane(process)
    exempt = {node.id for node in plane.nodes.values() if node.by_event or (
        node.kind == "startEvent" and plane.scope[node.id] in plane.nodes
        and not plane.nodes[plane.scope[node.id]].by_event)}
    yield from _same("dead", ours - exempt, dead(process, found) - exempt)


def verdicts(graph: Graph) -> set[str]:
    """What the compiler's machine is proved not to be."""
    return _known({PROOFS[one.code] for one in problems_of(graph) if one.code in PROOFS})


def judged(found: dict[str, Found]) -> set[str]:
    """The same by the oracle."""
    return _known({name for one in found.values() for name in PROOFS.values() if getattr(one, name)})


def _known(said: set[str]) -> set[str]:
    """Tokens that multiply without waiting are both unsafe and turning round, whichever is seen first."""
    return {"multiplies"} if said & {"unsafe", "spins"} else said


def _same(what: str, ours: set[object] | set[str], theirs: set[object] | set[str]) -> Iterator[str]:
    if ours != theirs:
        yield f"{what}: only ours {_few(ours - theirs)}, only the oracle's {_few(theirs - ours)}"


def _few(some: set[object]) -> str:
    return str(sorted(sorted(one) if isinstance(one, frozenset) else [one] for one in some)[:3])
