"""The compiled machine against an independent token game: no token lost or doubled, in any order of the moves.

The game below knows nothing of the compiler. It holds a bag of tokens on flows and in waiting nodes, moves them one at
a time in a random order, and asks the same questions of the gateways.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn import reader
from engine.bpmn.model import Process
from engine.compile import compile_process
from engine.errors import DrawingRefused
from engine.graph import Graph, Transition
from engine.soundness import problems_of
from tests.engine import draw
from workflows import drawings
from workflows.settings import KINDS

WAITS = {"userTask", "intermediateCatchEvent", "eventBasedGateway"}


class Game:
    """Tokens on a drawing."""

    def __init__(self, process: Process, random: Random) -> None:
        self.process, self.random = process, random
        self.tokens: Counter[str] = Counter()
        self.stage = ""

    def leave(self, node: str) -> None:
        for flow in self.process.nodes[node].outgoing:
            self.tokens[flow] += 1

    def settle(self, choices: dict[str, str]) -> None:
        """Move tokens on flows, any one first, until none can move."""
        while movable := [flow for flow in self.tokens if flow in self.process.flows and self._can_move(flow)]:
            self._move(self.random.choice(sorted(movable)), choices)
            self.tokens += Counter()

    def _can_move(self, flow: str) -> bool:
        target = self.process.nodes[self.process.flows[flow].target]
        return target.kind != "parallelGateway" or all(self.tokens[one] for one in target.incoming)

    def _move(self, flow: str, choices: dict[str, str]) -> None:
        node = self.process.nodes[self.process.flows[flow].target]
        if node.kind == "parallelGateway":
            for one in node.incoming:
                self.tokens[one] -= 1
            self.leave(node.id)
            return
        self.tokens[flow] -= 1
        if node.kind in WAITS:
            self.tokens[node.id] += 1
        elif node.kind == "exclusiveGateway" and len(node.outgoing) > 1:
            self.tokens[choices[node.id]] += 1
        elif node.kind == "endEvent":
            if node.event and node.event.kind == "terminate":
                self.tokens.clear()
            self.ended = node.id
        else:
            if node.kind == "intermediateThrowEvent" and not (node.event and node.event.kind == "escalation"):
                self.stage = node.id
            self.leave(node.id)

    def act(self, trigger: str) -> None:
        """Take the waiting token that this trigger releases, and put it behind what happened."""
        element = trigger.partition(".")[2]
        node = self.process.nodes.get(element)
        if trigger == "start":
            self.stage = self.process.starts[0].id
            self.leave(self.stage)
            return
        assert node is not None
        host = node.attached_to or element
        if self.tokens[host] == 0:
            host = next(self.process.flows[flow].source for flow in node.incoming)
        assert self.tokens[host] == 1, f"{trigger}: {host} holds {self.tokens[host]} tokens"
        if node.interrupting or not node.attached_to:
            self.tokens[host] -= 1
        self.leave(element)


def play(graph: Graph, seed: int, steps: int = 60) -> list[Transition]:
    """Walk the machine at random and hold the game beside it at each step."""
    random, game, state, taken = Random(seed), Game(graph.process, Random(seed + 1)), "", []
    for _ in range(steps):
        offers = [one for one in graph.transitions if one.source == state]
        if not offers:
            break
        step = random.choice(offers)
        game.act(step.trigger)
        game.settle({gateway: flows[0] for gateway, flows in step.choices})
        tokens = +game.tokens
        assert set(tokens.values()) <= {1}, f"two tokens in one place after {step.trigger}: {tokens}"
        assert frozenset(tokens) == graph.states[step.target].places, f"after {step.trigger} from {state}"
        if not graph.states[step.target].final:
            assert game.stage == graph.states[step.target].stage
        state = step.target
        taken.append(step)
    return taken


@pytest.mark.parametrize("kind", KINDS)
def test_our_drawings_lose_no_token_and_double_none(kind: str) -> None:
    graph = compile_process(reader.read(drawings.drawing_file(kind).read_bytes()).process())
    seen = {(step.source, step.trigger, step.choices) for seed in range(1500) for step in play(graph, seed)}
    assert seen == {(one.source, one.trigger, one.choices) for one in graph.transitions}


@st.composite
def block(draw_: st.DrawFn, depth: int = 3) -> tuple[str, ...]:
    """A random well-formed block: ("task",), ("seq", …), ("and", …), ("xor", …), ("loop", body)."""
    if depth == 0:
        return ("task",)
    kind = draw_(st.sampled_from(["task", "seq", "and", "xor", "loop"]))
    if kind == "task":
        return ("task",)
    if kind == "loop":
        return ("loop", draw_(block(depth - 1)))
    parts = draw_(st.lists(block(depth - 1), min_size=2, max_size=3))
    return (kind, *parts)


def build(tree: tuple[object, ...]) -> tuple[dict[str, str], list[draw.Flow], dict[str, str]]:
    nodes: dict[str, str] = {"s": "startEvent", "e": "endEvent"}
    flows: list[draw.Flow] = []
    defaults: dict[str, str] = {}

    def name(prefix: str) -> str:
        return f"{prefix}{len(nodes)}"

    def add(part: tuple[object, ...]) -> tuple[str, str]:
        kind, *inner = part
        if kind == "task":
            nodes[task := name("t")] = "userTask"
            return task, task
        if kind == "seq":
            ends = [add(one) for one in inner]  # type: ignore[arg-type]
            flows.extend((left[1], right[0]) for left, right in pairwise(ends))
            return ends[0][0], ends[-1][1]
        gateway = "parallelGateway" if kind == "and" else "exclusiveGateway"
        nodes[split := name("g")] = gateway
        nodes[join := name("g")] = gateway
        if kind == "loop":
            first, last = add(inner[0])  # type: ignore[arg-type]
            flows.extend([(join, first), (last, split), (split, join, f"= again_{split}")])
            nodes[out := name("t")] = "userTask"
            flows.append((split, out))
            defaults[split] = out
            return join, out
        for index, one in enumerate(inner):
            first, last = add(one)  # type: ignore[arg-type]
            last_one = index == len(inner) - 1
            flows.append((split, first) if kind == "and" or last_one else (split, first, f"= way_{split} = {index}"))
            flows.append((last, join))
            if kind == "xor" and last_one:
                defaults[split] = first
        return split, join

    first, last = add(tree)
    flows.extend([("s", first), (last, "e")])
    return nodes, flows, defaults


@settings(max_examples=120, deadline=None)
@given(block(depth=2), st.integers(0, 10_000))
def test_random_block_structured_drawings_are_sound_and_play_like_tokens(tree: tuple[str, ...], seed: int) -> None:
    nodes, flows, defaults = build(tree)
    graph = draw.graph(nodes, flows, defaults=defaults)
    assert list(problems_of(graph)) == []
    play(graph, seed)


@settings(max_examples=200, deadline=None)
@given(block(depth=2), st.randoms(use_true_random=False), st.integers(0, 10_000))
def test_a_flow_led_elsewhere_is_refused_or_plays_like_tokens(
    tree: tuple[str, ...], random: Random, seed: int
) -> None:
    """Rewired drawings: whatever the compiler accepts, it plays as the game does; two tokens are never overlooked."""
    nodes, flows, defaults = build(tree)
    index = random.randrange(len(flows))
    source, _, *condition = flows[index]
    target = random.choice([node for node in nodes if node not in ("s", source)])
    if any(one[:2] == (source, target) for one in flows):
        return
    if defaults.get(source) == flows[index][1]:
        defaults[source] = target
    flows[index] = (source, target, *condition)  # type: ignore[assignment]
    try:
        graph = draw.graph(nodes, flows, defaults=defaults)
    except DrawingRefused:
        return
    if not graph.faults:
        play(graph, seed)
