"""The dry run: what would become of every instance, by state."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from engine import definitions, migration, publishing
from engine.errors import Refused
from engine.migration import CANNOT, LOSES, MOVES, NEEDS_MAPPING, MappingRefused
from tests.engine.migration.moving_world import BOTH, CLOCKED, MOVER, REVIEW, Drawn, Moves


def verdicts(plan: migration.Plan) -> dict[str, tuple[int, str]]:
    return {group.state: (group.count, group.verdict) for group in plan.groups}


@pytest.fixture
def moves(session: Session) -> Moves:
    return Moves(session)


def test_by_name_by_mapping_and_what_is_in_the_way(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    some = [moves.start(old) for _ in range(5)]
    for number in some[:3]:
        moves.do(number, "submit")
    moves.do(some[0], "approve", decision="approve")
    new = moves.publish(REVIEW.named("approve", "examine"))
    plan = moves.plan(old, new)
    assert verdicts(plan) == {"s/submit": (2, MOVES), "s/approve": (2, NEEDS_MAPPING), "done/after": (1, MOVES)}
    assert plan.summary() == "5 badan: 3 pindah menurut nama, 2 perlu padanan, 0 kehilangan pekerjaan"
    (stuck,) = [group for group in plan.groups if group.verdict == NEEDS_MAPPING]
    assert stuck.pairing.element == "approve"
    assert "approve" in stuck.reason.message
    assert plan.suggestions == ("approve=examine",)
    again = moves.plan(old, new, {"approve": "examine"})
    assert again.count(MOVES) == again.count() == 5
    assert again.summary() == (
        "5 badan: 3 pindah menurut nama, 2 menurut padanan, 0 perlu padanan, 0 kehilangan pekerjaan"
    )
    told = again.as_dict()
    assert told["counts"] == {"all": 5, MOVES: 5, NEEDS_MAPPING: 0, CANNOT: 0, LOSES: 0}
    assert {group["target"] for group in told["groups"]} == {"s/submit", "s/examine", "done/after"}


def test_another_kind_of_wait_needs_a_mapping(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    moves.start(old)
    new = moves.publish(REVIEW.set("submit", "message|go").without("approve").with_node(
        "approve", "userTask", ("submit", "approve"), ("approve", "g"), lane="commissioner"))
    (group,) = moves.plan(old, new).groups
    assert (group.verdict, group.pairing.element) == (NEEDS_MAPPING, "submit")
    assert "tugas orang" in group.reason.message


def test_a_new_stage_on_the_way_is_asked_about(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    number = moves.start(old)
    moves.do(number, "submit")
    new = moves.publish(REVIEW.between("submit", "approve", "handed", "intermediateThrowEvent"))
    (group,) = moves.plan(old, new).groups
    assert (group.verdict, group.pairing.element) == (NEEDS_MAPPING, "s")
    assert group.suggestions == ("s/approve=handed/approve",)
    (group,) = moves.plan(old, new, {"s/approve": "handed/approve"}).groups
    assert (group.verdict, group.pairing.kept) == (MOVES, (("approve", "approve"),))


def test_waits_that_never_come_together_cannot_move(moves: Moves) -> None:
    old = moves.publish(BOTH)
    moves.start(old)
    flows = (("s", "a"), ("a", "b"), ("b", "rest"), *(flow for flow in BOTH.flows if flow[0] in (
        "late", "rest", "soon", "word", "last")))
    one_by_one = Drawn(BOTH.nodes, BOTH.flows, BOTH.lanes).without("split", "join")
    new = moves.publish(Drawn(one_by_one.nodes, flows, one_by_one.lanes))
    (group,) = moves.plan(old, new).groups
    assert group.verdict == CANNOT
    assert "bersamaan" in group.reason.message
    (group,) = moves.plan(old, new, {"s/a+b": "s/a"}).groups
    assert (group.verdict, group.pairing.left) == (MOVES, ("b",))


def test_work_without_a_task_is_told_instance_by_instance(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    some = [moves.start(old) for _ in range(4)]
    moves.draft(some[0], "after", note="early")
    moves.draft(some[1], "submit", note="x")
    new = moves.publish(REVIEW.without("after").with_node("close", "userTask", ("done", "close"), ("close", "e")))
    plan = moves.plan(old, new)
    assert [(group.verdict, group.count) for group in plan.groups] == [(LOSES, 1), (MOVES, 3)]
    assert plan.groups[0].lost == ("draf untuk after",)
    assert plan.count(LOSES) == 1
    assert plan.suggestions == ("after=close",)
    assert moves.plan(old, new, {"after": "close"}).count(LOSES) == 0


def test_votes_hold_back_when_their_rules_change(moves: Moves) -> None:
    decided = REVIEW.set("approve", "quorum|3|= count(votes) > 1")
    old = moves.publish(decided)
    voted, not_voted = moves.start(old), moves.start(old)
    for number in (voted, not_voted):
        moves.do(number, "submit")
    moves.do(voted, "approve", decision="approve")
    looser = moves.publish(REVIEW.set("approve", "quorum|5|= count(votes) > 3"))
    plan = moves.plan(old, looser)
    assert [(group.verdict, group.count) for group in plan.groups] == [(CANNOT, 1), (MOVES, 1)]
    assert "suara" in plan.groups[0].reason.message
    alone = moves.publish(REVIEW)
    assert [(group.verdict, group.count) for group in moves.plan(old, alone).groups] == [(LOSES, 1), (MOVES, 1)]


def test_clocks_and_roles_that_change_are_told(moves: Moves) -> None:
    old = moves.publish(CLOCKED)
    moves.start(old)
    new = moves.publish(
        CLOCKED.without("late", "told").with_node("soon", "boundary|submit|duration|P9D|dashed", ("soon", "said"))
        .with_node("said", "escalation").named("member", "staff")
    )
    (group,) = moves.plan(old, new).groups
    assert (group.verdict, group.clocks_new, group.clocks_gone) == (MOVES, ("soon",), ("late",))
    assert group.roles == (("submit", "member", "staff"),)


def test_a_proposed_version_may_be_rehearsed_and_not_moved_to(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    moves.start(old)
    candidate = publishing.propose(moves.session, drawing=REVIEW.named("after", "later").xml(), form_texts={},
                                   actor=MOVER, now=moves.now).id
    assert moves.plan(old, candidate).count(MOVES) == 1
    with pytest.raises(Refused, match="diterbitkan"):
        moves.move(old, candidate)


def test_what_cannot_be_planned_is_refused(moves: Moves) -> None:
    old, new = moves.publish(REVIEW), moves.publish(REVIEW.named("after", "later"))
    for mapping in ({"nothing": "later"}, {"after": "nothing"}, {"s/submit": "submit"}):
        with pytest.raises(MappingRefused):
            moves.plan(old, new, mapping)
    with pytest.raises(Refused):
        moves.plan(old, old)
    other = definitions.publish(moves.session, drawing=REVIEW.xml().replace(b'process id="p"', b'process id="q"'),
                                form_texts={}, by="test", now=moves.now).id
    with pytest.raises(Refused, match="dua alur"):
        moves.plan(old, other)


def test_the_cost_is_that_of_the_states(moves: Moves) -> None:
    old, new = moves.publish(REVIEW), moves.publish(REVIEW.named("after", "later"))
    asked: list[str] = []
    moves.plan(old, new)

    @event.listens_for(moves.session.get_bind(), "before_cursor_execute")
    def count(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    counts = []
    for _ in range(3):
        for _ in range(4):
            moves.start(old)
        asked.clear()
        assert moves.plan(old, new).count() > 0
        counts.append(len(asked))
    assert len(set(counts)) == 1
