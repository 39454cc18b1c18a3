"""One step of a flow: this engine's machine beside SpiffWorkflow and python-statemachine, and what an instance weighs.

The flow is the same for all: a start, LENGTH user tasks with a review after each that sends back or leads on, an end.
Every way leads one instance through its whole life, answering "approve"; figures are of one step. What is measured is
deciding alone, without a database: `bench approval` measures a durable one.
"""

from __future__ import annotations

import importlib.util
import io
import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks.measure import interleaved
from engine.graph import Graph
from engine.machine import Choices, Steps, Token, context_of
from tests.engine import draw

LENGTH = 20
RUNS = 60
CROWD = 500
"""Instances kept at once to weigh one."""


def run() -> dict[str, Any]:
    """{way: {"median_us": of one step, "times_ours", "bytes": of one instance at rest}}, or why a way was skipped."""
    source = _drawing()
    graph = draw.reader.read(source).process()
    compiled = draw.compile_process(graph)
    ways: dict[str, Callable[[], object]] = {"tapak": _ours(compiled)}
    crowds: dict[str, Callable[[], object]] = {"tapak": lambda: Token(str(compiled.root.id))}
    skipped = {}
    for name, package, maker in (
        ("spiffworkflow", "SpiffWorkflow", _spiff), ("python-statemachine", "statemachine", _statemachine),
    ):
        if importlib.util.find_spec(package) is None:
            skipped[name] = f"skipped: the package {package} is not installed"
        else:
            ways[name], crowds[name] = maker(source, compiled)
    steps = 2 * LENGTH
    measured = interleaved(ways, RUNS, 3)
    ours = measured["tapak"].median
    return {
        **{
            name: {
                "median_us": round(found.median / steps * 1e6, 2), "times_ours": round(found.median / ours, 1),
                "bytes": _weight(crowds[name]),
            }
            for name, found in measured.items()
        },
        **skipped,
    }


def _drawing() -> bytes:
    nodes, flows, defaults = {"s": "startEvent"}, [], {}
    before = "s"
    for number in range(LENGTH):
        work, review, gate = f"work{number}", f"review{number}", f"gate{number}"
        nodes |= {work: "userTask", review: "userTask", gate: "exclusiveGateway"}
        flows += [(before, work, "= decision = 'approve'") if before != "s" else (before, work)]
        flows += [(work, review), (review, gate), (gate, work)]
        defaults[gate] = work
        before = gate
    nodes["e"] = "endEvent"
    flows.append((before, "e", "= decision = 'approve'"))
    return draw.xml(nodes, [tuple(part.replace("'", '"') for part in flow) for flow in flows], defaults=defaults)


def _ours(graph: Graph) -> Callable[[], object]:
    steps = Steps(graph)

    def life() -> str:
        state = steps.step("", "start", Choices(graph, {})).target
        while not graph.states[state].final:
            (trigger,) = steps.triggers(state)
            context = context_of({"decision": "approve"}, {})
            state = steps.step(state, trigger, Choices(graph, context)).target
        return state

    return life


def _spiff(source: bytes, graph: Graph) -> tuple[Callable[[], object], Callable[[], object]]:
    from SpiffWorkflow import TaskState
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

    parser = BpmnParser()
    parser.add_bpmn_io(io.BytesIO(source.replace(b"= decision = ", b"decision == ")))
    spec = parser.get_spec("p")

    def begun() -> Any:
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        return workflow

    def life() -> object:
        workflow = begun()
        while not workflow.completed:
            (task,) = workflow.get_tasks(state=TaskState.READY)
            task.data["decision"] = "approve"
            task.run()
            workflow.do_engine_steps()
        return workflow

    return life, begun


def _statemachine(source: bytes, graph: Graph) -> tuple[Callable[[], object], Callable[[], object]]:
    from statemachine import State, StateMachine

    first = next(one.target for one in graph.transitions if not one.source)
    names = {name: f"s{number}" for number, name in enumerate(graph.states)}
    states = {
        names[name]: State(name, initial=name == first, final=state.final) for name, state in graph.states.items()
    }
    body: dict[str, Any] = dict(states)
    for one in graph.transitions:
        if one.source:
            approves = not one.choices or one.choices[0][1][0] != f"gate{one.trigger[15:]}_work{one.trigger[15:]}"
            guard = {"cond": "approved"} if approves and one.choices else {"unless": "approved"} if one.choices else {}
            way = states[names[one.source]].to(states[names[one.target]], **guard)
            event = one.trigger.replace(".", "_")
            body[event] = body[event] | way if event in body else way
    body["approved"] = lambda self: self.decision == "approve"
    machine = type("Flow", (StateMachine,), body)
    order = {
        names[state.name]: one.trigger.replace(".", "_") for state in graph.states.values()
        for one in graph.leaving[state.name]
    }

    def begun() -> Any:
        one = machine()
        one.decision = "approve"
        return one

    def life() -> object:
        one = begun()
        while not one.current_state.final:
            one.send(order[one.current_state.id])
        return one

    return life, begun


def _weight(make: Callable[[], object]) -> int:
    """The bytes one instance holds, of CROWD kept at once."""
    make()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [make() for _ in range(CROWD)]
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) // len(kept)
