"""What a move keeps, what it makes anew, and what it refuses; and that taking it back leaves what was there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import operations
from engine.arrivals import Subscription
from engine.base import table_of
from engine.errors import FourEyes
from engine.models import Deed, History, Instance, Message, Task, Timer, Vote
from tests.engine.migration.moving_world import BOTH, CLOCKED, MOVER, REVIEW, Drawn, Moves, person
from tests.engine.world import NOW

DAY = timedelta(days=1)


@pytest.fixture
def moves(session: Session) -> Moves:
    return Moves(session)


def last_entry(moves: Moves, number: int) -> History:
    return moves.session.scalars(
        select(History).where(History.instance_id == number).order_by(History.seq.desc()).limit(1)
    ).one()


def rows(moves: Moves, number: int) -> dict[str, list[dict[str, Any]]]:
    """Everything the engine keeps of an instance, but what only grows (history, version, messages)."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in (Instance, Task, Timer, Deed):
        table = table_of(model)
        own = table.c.id if model is Instance else table.c.instance_id
        found[table.name] = [
            {key: value for key, value in row._mapping.items() if key not in ("version", "seq", "head")}
            for row in moves.session.execute(select(table).where(own == number).order_by(table.c.id))
        ]
    return found


def test_an_open_task_keeps_its_priority_and_follow_up_date(moves: Moves) -> None:
    old = moves.publish(CLOCKED)
    number = moves.start(old)
    moves.session.execute(update(Task).values(priority=80, follow_up_at=NOW + DAY))
    moves.now += DAY
    moves.move(old, moves.publish(CLOCKED.named("after", "later")))
    task = moves.tasks(number)["submit"]
    assert moves.version_of(number) == 2
    assert (task.priority, task.follow_up_at) == (80, NOW + DAY)


def test_an_open_task_goes_on_with_its_claim_its_draft_and_its_due_moment(moves: Moves) -> None:
    old = moves.publish(CLOCKED)
    number = moves.start(old)
    ana = person(7, "member")
    operations.claim(moves.session, task_id=moves.tasks(number)["submit"].id, actor=ana, now=NOW, host=moves.host)
    operations.save_draft(moves.session, instance_id=number, node="submit", actor=ana, now=NOW, host=moves.host,
                          data={"note": "half"})
    before = moves.tasks(number)["submit"]
    was = (before.id, before.visit, before.opened_at, before.due_at, before.claimed_by)
    clocks = moves.clocks(number)
    version = moves.instance(number).version
    moves.now += DAY
    new = moves.publish(CLOCKED.named("after", "later").set("late", "boundary|submit|duration|P9D|dashed"))
    done = moves.move(old, new)
    assert (done.status, done.moved, done.refused, done.left) == ("moved", 1, 0, 0)
    after = moves.tasks(number)["submit"]
    assert (after.id, after.visit, after.opened_at, after.due_at, after.claimed_by) == was
    assert moves.clocks(number) == clocks
    assert moves.filed(number) == [("submit", "draft")]
    instance = moves.instance(number)
    assert (instance.version, instance.due_at) == (version + 1, was[3])
    assert moves.version_of(number) == 2
    entry = last_entry(moves, number)
    assert (entry.action, entry.source, entry.target, entry.actor) == ("instance.moved", "s/submit", "s/submit", "90")
    assert (entry.details["from"], entry.details["to"]) == (["p", 1], ["p", 2])
    moves.do(number, "submit", ana, note="whole")
    assert moves.whole()


def test_a_renamed_task_takes_its_work_along(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    number = moves.start(old)
    task = moves.tasks(number)["submit"].id
    moves.draft(number, "submit", note="half")
    moves.move(old, moves.publish(REVIEW.named("submit", "hand_in")), {"submit": "hand_in"})
    assert moves.tasks(number)["hand_in"].id == task
    assert moves.filed(number) == [("hand_in", "draft")]
    assert moves.instance(number).state == "s/hand_in"
    moves.do(number, "hand_in", note="whole")
    assert moves.filed(number) == [("hand_in", "submitted")]
    moves.do(number, "approve", decision="approve")
    assert moves.filed(number)[0] == ("hand_in", "accepted")
    assert moves.host.taken[-1][0] == "hand_in"


def test_evidence_under_review_is_returned_to_the_renamed_task(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    number = moves.start(old)
    moves.do(number, "submit", note="x")
    moves.move(old, moves.publish(REVIEW.named("submit", "hand_in")), {"submit": "hand_in"})
    moves.do(number, "approve", decision="return")
    assert moves.filed(number) == [("hand_in", "returned"), ("approve", "accepted")]
    assert list(moves.tasks(number)) == ["hand_in"]


def test_prepared_evidence_is_handed_in_when_its_task_opens_in_the_newer_version(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    number = moves.start(old)
    operations.prepare(moves.session, instance_id=number, node="after", actor=person(3, "member"), now=NOW,
                       host=moves.host, data={"note": "early"})
    moves.move(old, moves.publish(REVIEW.named("submit", "hand_in").named("after", "later")),
               {"submit": "hand_in", "after": "later"})
    moves.do(number, "hand_in")
    moves.do(number, "approve", decision="approve")
    assert ("later", "accepted") in moves.filed(number)
    assert moves.instance(number).status == "ended"


def test_votes_go_on(moves: Moves) -> None:
    decided = REVIEW.set("approve", "quorum|3|= count(votes) > 1")
    old = moves.publish(decided)
    number = moves.start(old)
    moves.do(number, "submit")
    first = person(50, "commissioner")
    moves.do(number, "approve", first, decision="approve")
    moves.move(old, moves.publish(decided.named("approve", "decide")), {"approve": "decide"})
    assert moves.session.scalars(select(Vote.person)).all() == ["50"]
    with pytest.raises(Exception, match="sudah memberikan suara"):
        moves.do(number, "decide", first, decision="approve")
    moves.do(number, "decide", decision="approve")
    assert moves.instance(number).state == "done/after"


def test_four_eyes_see_what_was_done_before_the_move_even_when_lanes_have_other_names(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    number, both = moves.start(old), person(60, "member", "commissioner", "board", "staff")
    moves.do(number, "submit", both)
    moves.move(old, moves.publish(REVIEW.named("commissioner", "board").named("member", "staff")))
    assert moves.tasks(number)["approve"].role == "board"
    with pytest.raises(FourEyes):
        moves.do(number, "approve", both, decision="approve")
    moves.do(number, "approve", person(61, "board"), decision="return")
    moves.do(number, "submit", both)
    moves.do(number, "approve", person(61, "board"), decision="approve")


def test_a_clock_that_struck_does_not_strike_again(moves: Moves) -> None:
    old = moves.publish(CLOCKED)
    number = moves.start(old)
    moves.strike(number, "late")
    due = moves.tasks(number)["submit"].due_at
    assert moves.clocks(number) == {}
    second = CLOCKED.set("late", "boundary|submit|duration|P5D|dashed").named("after", "later")
    third = second.named("late", "overdue")
    for version in (second, third, third.named("told", "said")):
        new = moves.publish(version)
        moves.move(old, new)
        assert moves.clocks(number) == {}
        assert moves.tasks(number)["submit"].due_at == due
        old = new
    assert moves.session.scalars(select(Timer.fired)).all() == [True]


def test_a_cycle_goes_on_from_its_planned_moment(moves: Moves) -> None:
    old = moves.publish(CLOCKED)
    number = moves.start(old)
    moves.do(number, "submit")
    moves.do(number, "approve", decision="approve")
    moves.strike(number, "again")
    planned, moves.now = moves.clocks(number), moves.now + timedelta(hours=5)
    moves.move(old, moves.publish(CLOCKED.named("after", "later")))
    assert moves.clocks(number) == planned
    moves.strike(number, "again")
    assert moves.clocks(number)["again"] - planned["again"] == 2 * DAY


def test_new_clocks_count_from_when_the_stay_began_and_gone_ones_are_removed(moves: Moves) -> None:
    old = moves.publish(CLOCKED)
    number = moves.start(old)
    late = moves.clocks(number)["late"]
    moves.now += 2 * DAY
    new = moves.publish(
        CLOCKED.without("late", "told").with_node("soon", "boundary|submit|duration|PT60H|dashed", ("soon", "said"))
        .with_node("said", "escalation")
    )
    moves.move(old, new)
    assert moves.clocks(number) == {"soon": NOW + timedelta(hours=60)}
    assert moves.tasks(number)["submit"].due_at == moves.instance(number).due_at == NOW + timedelta(hours=60) != late
    without = moves.publish(REVIEW)
    moves.move(new, without)
    assert moves.clocks(number) == {}
    assert moves.tasks(number)["submit"].due_at is moves.instance(number).due_at is None


def test_waits_without_a_task_move_too(moves: Moves) -> None:
    old = moves.publish(BOTH)
    at_join, at_gate = moves.start(old), moves.start(old)
    moves.do(at_join, "a")
    for node in ("a", "b"):
        moves.do(at_gate, node)
    clocks = moves.clocks(at_gate)
    new = moves.publish(BOTH.named("a", "first").named("soon", "sooner").named("word", "spoken"))
    moves.move(old, new, {"a": "first"})
    assert moves.clocks(at_gate) == {"sooner": clocks["soon"]}
    assert moves.instance(at_join).state == "s/b+first_join"
    moves.do(at_join, "b")
    moves.strike(at_gate, "sooner")
    assert list(moves.tasks(at_gate)) == ["last"]
    assert moves.instance(at_join).state == "s/rest"


def test_a_jump_ends_the_wait_and_begins_another(moves: Moves) -> None:
    old = moves.publish(CLOCKED)
    number = moves.start(old)
    moves.draft(number, "submit", note="x")
    gone = Drawn(CLOCKED.nodes, (("s", "approve"), *CLOCKED.flows[2:]), CLOCKED.lanes, {"g": "after"}).without(
        "submit", "late", "told")
    gone = Drawn(gone.nodes, (*gone.flows, ("g", "after")), gone.lanes, gone.defaults)
    new = moves.publish(gone)
    assert moves.move(old, new, {"submit": "approve"}).refused == 1
    assert "draf untuk submit" in moves.reason(number)
    assert moves.version_of(number) == 1
    moves.now += DAY
    done = moves.move(old, new, {"submit": "approve"}, lose_work=True)
    assert done.moved == 1
    assert moves.filed(number) == [("submit", "withdrawn")]
    task = moves.tasks(number)["approve"]
    assert (task.opened_at, task.role, task.visit) == (moves.now, "commissioner", moves.instance(number).version)
    assert list(moves.clocks(number)) == ["ends"]
    closed = moves.session.scalars(select(Task).where(Task.node == "submit")).one()
    assert (closed.outcome, closed.closed_by) == ("taken_away", MOVER.id)
    moves.undo(done.run_id)
    assert moves.filed(number) == [("submit", "draft")]
    assert list(moves.tasks(number)) == ["submit"]
    assert list(moves.clocks(number)) == ["late"]


def test_answers_the_newer_drawing_asks_about_are_found_again(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    number = moves.start(old)
    moves.do(number, "submit", urgent=True)
    flows = tuple(flow if flow[:2] != ("done", "after") else ("done", "how") for flow in REVIEW.flows)
    asking = Drawn(REVIEW.nodes, (*flows, ("how", "after", "= urgent"), ("how", "slow"), ("slow", "e")), REVIEW.lanes,
                   {**REVIEW.defaults, "how": "slow"})
    new = moves.publish(asking.with_node("how", "exclusiveGateway").with_node("slow", "userTask"))
    moves.move(old, new)
    assert moves.instance(number).variables["urgent"] is True
    moves.do(number, "approve", decision="approve")
    assert moves.instance(number).state == "done/after"


def automatic(node: str) -> Drawn:
    return Drawn({"s": "startEvent", "a": "userTask", node: "serviceTask", "e": "endEvent"},
                 (("s", "a"), ("a", node), (node, "e")), {"member": ("s", "a", node, "e")})


def test_an_automatic_task_is_run_once_under_its_new_name(moves: Moves) -> None:
    old = moves.publish(automatic("count"), handlers={"count"})
    number = moves.start(old)
    moves.do(number, "a")
    done = moves.move(old, moves.publish(automatic("sum"), handlers={"sum"}), {"count": "sum"})

    def waiting() -> list[tuple[str, int]]:
        found = moves.session.execute(
            select(Message.payload).where(Message.kind == "task.run", Message.done_at.is_(None))
        ).scalars()
        return [(payload["node"], payload["visit"]) for payload in found]

    visit = moves.tasks(number)["sum"].visit
    assert waiting() == [("sum", visit)]
    moves.undo(done.run_id)
    assert waiting() == [("count", visit)]
    moves.move(old, moves.session.scalars(select(Instance.definition_id)).one() + 1, {"count": "sum"})
    assert waiting() == [("sum", visit)]
    operations.run_done(moves.session, instance_id=number, node="sum", visit=visit, result={}, now=moves.now,
                        host=moves.host)
    assert moves.instance(number).status == "ended"


@pytest.mark.parametrize("acts", [(), ("submit",), ("submit", "approve")])
def test_undo_leaves_what_was_there(moves: Moves, acts: tuple[str, ...]) -> None:
    old = moves.publish(CLOCKED)
    number = moves.start(old)
    for node in acts:
        moves.do(number, node, decision="approve")
    before, filed = rows(moves, number), moves.filed(number)
    new = moves.publish(
        CLOCKED.named("submit", "hand_in").named("approve", "examine").named("after", "later")
        .named("commissioner", "board").named("again", "remind").without("late", "told")
        .with_node("soon", "boundary|hand_in|duration|PT60H|dashed", ("soon", "said"))
        .with_node("said", "escalation")
    )
    moves.now += DAY
    done = moves.move(old, new, {"submit": "hand_in", "approve": "examine", "after": "later"})
    assert done.moved == 1
    assert rows(moves, number) != before
    moves.now += DAY
    undone = moves.undo(done.run_id)
    assert (undone.status, undone.undone, undone.kept) == ("undone", 1, 0)
    after = rows(moves, number)
    made = [row for row in after["timer"] if row["node"] == "soon"]
    assert all(row["closed_at"] == moves.now and not row["fired"] for row in made)
    after["timer"] = [row for row in after["timer"] if row["node"] != "soon"]
    assert after == before
    assert moves.filed(number) == filed
    assert last_entry(moves, number).action == "instance.moved_back"
    assert moves.whole()


def test_undo_is_refused_after_the_first_act(moves: Moves) -> None:
    old = moves.publish(REVIEW)
    acted, drafted, still = (moves.start(old) for _ in range(3))
    done = moves.move(old, moves.publish(REVIEW.named("after", "later")))
    moves.now += DAY
    moves.do(acted, "submit")
    moves.draft(drafted, "later", note="new")
    undone = moves.undo(done.run_id)
    assert (undone.undone, undone.kept) == (1, 2)
    assert [moves.version_of(number) for number in (acted, drafted, still)] == [2, 2, 1]
    assert "tindakan" in moves.reason(acted)
    assert "draf" in moves.reason(drafted)
    assert moves.whole()


def test_who_waits_for_a_message_goes_on_waiting(moves: Moves) -> None:
    old = moves.publish(BOTH)
    number = moves.start(old)
    for node in ("a", "b"):
        moves.do(number, node)

    def open_ones() -> list[tuple[str, str, str]]:
        found = select(Subscription.node, Subscription.host, Subscription.ref).where(Subscription.closed_at.is_(None))
        return [tuple(row) for row in moves.session.execute(found)]  # type: ignore[misc]

    done = moves.move(old, moves.publish(BOTH.named("word", "spoken").named("rest", "pause")), {"rest": "pause"})
    assert open_ones() == [("spoken", "pause", "go")]
    moves.undo(done.run_id)
    assert open_ones() == [("word", "rest", "go")]
    done = moves.move(old, moves.publish(BOTH.without("word")))
    assert open_ones() == []
    moves.undo(done.run_id)
    assert open_ones() == [("word", "rest", "go")]
    operations.receive(moves.session, instance_id=number, message="go", actor=person(1), now=moves.now,
                       host=moves.host)
    assert list(moves.tasks(number)) == ["last"]
