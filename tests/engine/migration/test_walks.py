"""Random walks to random states, a drawing edited in a known way, a move, and a walk on to an end.

Whatever the state, what was open is open still, under its name of today; no stay's clock strikes twice; the chain of
the history holds; and taking the move back leaves the very rows there were.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.migration import MOVES
from engine.models import Timer
from tests.engine.migration.moving_world import BOTH, CLOCKED, Drawn, Moves

MOST_STEPS = 60
SEEDS = 2
Edit = tuple[Drawn, Drawn, dict[str, str]]


def clocked_soon() -> Drawn:
    return CLOCKED.with_node("soon", "boundary|approve|duration|P1D|dashed", ("soon", "said")).with_node(
        "said", "escalation")


EDITS: dict[str, Edit] = {
    "a task renamed": (CLOCKED, CLOCKED.named("approve", "examine"), {"approve": "examine"}),
    "all tasks renamed": (
        CLOCKED, CLOCKED.named("approve", "examine").named("submit", "hand_in").named("after", "later"),
        {"approve": "examine", "submit": "hand_in", "after": "later"},
    ),
    "lanes renamed": (CLOCKED, CLOCKED.named("member", "staff").named("commissioner", "board"), {}),
    "a stage renamed": (CLOCKED, CLOCKED.named("done", "finished"), {"done": "finished"}),
    "a task inserted": (CLOCKED, CLOCKED.between("done", "after", "middle"), {}),
    "a clock added": (CLOCKED, clocked_soon(), {}),
    "a clock removed": (clocked_soon(), CLOCKED, {}),
    "clocks changed": (
        CLOCKED, CLOCKED.set("late", "boundary|submit|duration|P1D|dashed").set(
            "again", "boundary|after|cycle|R2/P1D|dashed"), {},
    ),
    "clocks renamed": (CLOCKED, CLOCKED.named("late", "overdue").named("again", "remind").named("ends", "term"), {}),
    "branches renamed": (BOTH, BOTH.named("a", "first").named("b", "second"), {"a": "first", "b": "second"}),
    "the gate's events renamed": (BOTH, BOTH.named("soon", "sooner").named("word", "spoken"), {}),
    "a task behind the gate": (BOTH, BOTH.between("soon", "last", "middle"), {}),
}


def walked(moves: Moves, number: int, random: Random, steps: int) -> None:
    for _ in range(steps):
        if moves.instance(number).status != "running" or not moves.step(number, random):
            return


def is_consistent(moves: Moves, number: int) -> bool:
    """The rows open are those its state asks for: tasks for its tasks, clocks only of its own places."""
    instance = moves.instance(number)
    graph = definitions.load(moves.session, instance.definition_id).graph
    state = graph.states[instance.state]
    tasks = {place for place in state.places if (node := graph.node(place)) and node.kind == "userTask"}
    clocks = {clock.node: clock for place in state.places for clock in graph.clocks.get(place, ())}
    must = {name for name, clock in clocks.items() if clock.interrupting}
    opened = moves.tasks(number)
    roles = all(task.role == graph.role(node) for node, task in opened.items())
    return set(opened) == tasks and must <= set(moves.clocks(number)) <= set(clocks) and roles


@pytest.mark.parametrize("edit", EDITS)
def test_moved_anywhere_it_goes_on_to_an_end(session: Session, edit: str) -> None:
    moves = Moves(session)
    for seed in range(SEEDS):
        _lead(moves, Random(f"{edit} {seed}"), *EDITS[edit], taken_back=bool(seed % 2))
    strikes = Counter(session.execute(
        select(Timer.instance_id, Timer.node, Timer.visit, Timer.round).where(Timer.fired)
    ).all())
    assert all(times == 1 for times in strikes.values())
    assert moves.whole()


def _lead(
    moves: Moves, random: Random, drawn: Drawn, redrawn: Drawn, mapping: dict[str, str], *, taken_back: bool
) -> None:
    """Some instances walk, move (and back, and again), and walk on until all are over."""
    old = moves.publish(drawn)
    some = [moves.start(old) for _ in range(3)]
    for number in some:
        walked(moves, number, random, random.randint(0, 9))
    here = [number for number in some if moves.instance(number).status == "running"]
    was = {number: stays(moves, number, mapping) for number in here}
    struck = fired(moves)
    new = moves.publish(redrawn)
    plan = moves.plan(old, new, mapping)
    assert plan.count() == plan.count(MOVES) == len(here), [group.as_dict() for group in plan.groups]
    done = moves.move(old, new, mapping)
    assert (done.moved, done.refused) == (len(here), 0)
    assert {number: stays(moves, number, {}) for number in here} == was
    assert all(is_consistent(moves, number) for number in here)
    if taken_back:
        moves.undo(done.run_id)
        assert {number: stays(moves, number, mapping) for number in here} == was
        assert all(is_consistent(moves, number) for number in here)
        moves.move(old, new, mapping)
    assert fired(moves) == struck
    assert {moves.instance(number).definition_id for number in here} <= {new}
    for number in here:
        for _ in range(MOST_STEPS):
            walked(moves, number, random, 1)
            assert moves.instance(number).status != "running" or is_consistent(moves, number)
        assert moves.instance(number).status == "ended"


def stays(moves: Moves, number: int, mapping: dict[str, str]) -> dict[str, object]:
    """The open tasks under their names after the mapping."""
    return {mapping.get(node, node): (task.id, task.opened_at, task.visit)
            for node, task in moves.tasks(number).items()}


def fired(moves: Moves) -> int:
    return len(moves.session.scalars(select(Timer.id).where(Timer.fired)).all())


@pytest.mark.parametrize("seed", range(4))
def test_the_first_suggestion_is_a_mapping_that_moves(session: Session, seed: int) -> None:
    random = Random(seed)
    drawn, redrawn, _ = EDITS[random.choice(["a task renamed", "all tasks renamed", "branches renamed"])]
    moves = Moves(session)
    old = moves.publish(drawn)
    for _ in range(4):
        walked(moves, moves.start(old), random, random.randint(0, 5))
    new, mapping = moves.publish(redrawn), {}
    while suggestions := (plan := moves.plan(old, new, mapping)).suggestions:
        was, _, now = suggestions[0].partition("=")
        assert was not in mapping
        mapping[was] = now
    assert plan.count() == plan.count(MOVES)
    assert moves.move(old, new, mapping).refused == 0
