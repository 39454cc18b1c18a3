"""Children move with their root: rounds, branches beside and what is called, all or nothing, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import history, migration, operations
from engine.arrivals import Subscription
from engine.base import table_of
from engine.host import Actor
from engine.migration import CANNOT, LOSES, MOVES, NEEDS_MAPPING
from engine.migration.models import MoveStep
from engine.models import Deed, Definition, Instance, Message, Submission, Task, Timer, Vote
from tests.engine.family import EVERYBODY, Family
from tests.engine.world import SCOPE

MOVER = Actor("90", "Gita")
DAY = timedelta(days=1)

VISITS = """
    <startEvent id="s"/><userTask id="first"/><userTask id="last"/><endEvent id="e"/>
    s>first; first>visits; visits>last; last>e
    <subProcess id="visits">
    {loop}
    <startEvent id="i"/><userTask id="visit"/><userTask id="report"/><endEvent id="o"/>
    i>visit; visit>report; report>o
    <boundaryEvent id="late" attachedToRef="visit" cancelActivity="false"><timerEventDefinition><timeDuration
    xsi:type="tFormalExpression">P3D</timeDuration></timerEventDefinition></boundaryEvent>
    <intermediateThrowEvent id="told"/><endEvent id="after_told"/>
    late>told; told>after_told
    </subProcess>
"""
AT_ONCE = '<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>'
IN_TURN = AT_ONCE.replace("stics><loop", 'stics isSequential="true"><loop')
ROUNDS = VISITS.format(loop=AT_ONCE)


class Moved(Family):
    """A family, and how it goes to another version of its drawing."""

    def begin(self, body: str = ROUNDS, *acts: str, variables: Mapping[str, Any] | None = None) -> Moved:
        self.start(body, variables=variables)
        self.old = self.root.definition_id
        self.drain()
        for node in acts:
            self.act(node)
        return self

    def plan(self, new: int, mapping: Mapping[str, str] | None = None) -> migration.Group:
        (group,) = migration.plan(self.session, from_definition=self.old, to_definition=new, mapping=mapping).groups
        return group

    def move(self, new: int, mapping: Mapping[str, str] | None = None, **more: Any) -> migration.Progress:
        run = migration.begin(self.session, from_definition=self.old, to_definition=new, actor=MOVER, now=self.now,
                              mapping=mapping, **more)
        return migration.move(self.session, run_id=run, actor=MOVER, now=self.now, host=self.host)

    def undo(self, run: int) -> migration.Progress:
        return migration.undo(self.session, run_id=run, actor=MOVER, now=self.now, host=self.host)

    def versions(self) -> list[int]:
        """The version by which each running member of the family runs."""
        return [self.session.get_one(Definition, one.definition_id).version for one in self.rows()
                if one.status == "running"]

    def reason(self) -> tuple[str, str]:
        step = self.session.scalars(select(MoveStep).order_by(MoveStep.id.desc()).limit(1)).one()
        return step.reason, step.reason_en

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All the engine keeps, but what only grows."""
        return {
            table.name: [
                {key: value for key, value in row._mapping.items() if key not in ("version", "seq", "head", "done_at")}
                for row in self.session.execute(select(table).order_by(table.c.id))
            ]
            for table in map(table_of, (Instance, Task, Timer, Subscription, Deed, Submission, Vote))
        }

    def member(self, number: int) -> Instance:
        """The numberth round that runs."""
        return [one for one in self.rows() if one.parent_id is not None and one.status == "running"][number]


@pytest.fixture
def family(session: Session) -> Moved:
    return Moved(session)


def test_rounds_go_on_with_their_claims_drafts_clocks_and_due_moments(family: Moved) -> None:
    family.begin(ROUNDS, "first", "visit")
    child = family.member(2)
    task = family.session.scalars(
        select(Task).where(Task.instance_id == child.id, Task.closed_at.is_(None))
    ).one()
    operations.claim(family.session, task_id=task.id, actor=EVERYBODY, now=family.now, host=family.host)
    operations.save_draft(family.session, instance_id=child.id, node="visit", actor=EVERYBODY, now=family.now,
                          host=family.host, data={"note": "half"})
    before = family.everything()
    family.now += DAY
    new = family.publish(ROUNDS.replace("P3D", "P9D").replace('id="report"', 'id="report" name="Laporan"')).id
    assert family.plan(new).verdict == MOVES
    done = family.move(new)
    assert (done.moved, done.refused) == (1, 0)
    assert family.versions() == [2, 2, 2, 2]
    after = family.everything()
    assert after["task"] == before["task"]
    assert after["timer"] == before["timer"]
    assert after["submission"] == before["submission"]
    assert [one["state"] for one in after["instance"]] == [one["state"] for one in before["instance"]]
    assert [family.said(one.id)[-1] for one in family.rows()] == ["instance.moved"] * 4
    assert history.verify(family.session) == []
    family.later(days=3)
    assert family.session.scalars(select(Timer.fired)).all().count(True) == 2
    for _ in range(2):
        family.act("visit")
    for _ in range(3):
        family.act("report")
    family.act("last")
    assert family.root.status == "ended"
    family.nothing_left()
    assert history.verify(family.session) == []


RENAMED = ROUNDS.replace("visits", "trips").replace("visit", "call_on").replace("report", "write")
NAMES = {"visits": "trips", "visit": "call_on", "report": "write"}


def test_a_renamed_part_and_what_is_inside_it_go_on_by_the_mapping(family: Moved) -> None:
    family.begin(ROUNDS, "first", "visit", "visit", "report")
    family.move(family.publish(RENAMED).id, NAMES)
    assert {(one.part, one.parent_node) for one in family.rows()[1:]} == {("trips", "trips"), ("visits", "trips")}
    assert sorted(node for _, node in family.open()) == ["call_on", "write"]
    family.act("call_on")
    for _ in range(2):
        family.act("write")
    assert [node for _, node in family.open()] == ["last"]
    family.act("last")
    family.nothing_left()


@pytest.mark.parametrize("acts", [(), ("first",), ("first", "visit"), ("first", "visit", "report")])
@pytest.mark.parametrize("loop", [AT_ONCE, IN_TURN])
def test_taking_it_back_leaves_the_family_as_it_was(family: Moved, acts: tuple[str, ...], loop: str) -> None:
    family.begin(VISITS.format(loop=loop), *acts)
    before = family.everything()
    new = family.publish(VISITS.format(loop=loop).replace("visits", "trips").replace("visit", "call_on")
                         .replace("report", "write")).id
    family.now += DAY
    done = family.move(new, NAMES)
    assert done.moved == 1
    assert set(family.versions()) == {2}
    family.now += DAY
    undone = family.undo(done.run_id)
    assert (undone.undone, undone.kept) == (1, 0)
    assert family.everything() == before
    assert [family.said(one.id)[-1] for one in family.rows() if one.status == "running"] == (
        ["instance.moved_back"] * len(family.versions())
    )
    assert history.verify(family.session) == []


def test_an_act_or_a_draft_in_a_child_keeps_the_move_from_being_taken_back(family: Moved) -> None:
    family.begin(ROUNDS, "first")
    new = family.publish(ROUNDS.replace('id="last"', 'id="last" name="Terakhir"')).id
    done = family.move(new)
    family.now += DAY
    operations.save_draft(family.session, instance_id=family.member(1).id, node="visit", actor=EVERYBODY,
                          now=family.now, host=family.host, data={"note": "new"})
    assert family.undo(done.run_id).kept == 1
    assert family.versions() == [2, 2, 2, 2]
    said, said_en = family.reason()
    assert "draf" in said
    assert "draft" in said_en
    family.old, new = new, family.publish(ROUNDS.replace('id="last"', 'id="last" name="Akhir"')).id
    done = family.move(new)
    family.act("visit")
    assert family.undo(done.run_id).kept == 1
    assert "taken back" in family.reason()[1]
    assert set(family.versions()) == {3}


def test_a_step_that_is_gone_inside_a_part_is_named_and_nobody_of_the_family_moves(family: Moved) -> None:
    family.begin(ROUNDS, "first", "visit")
    before = family.everything()
    without = ROUNDS.replace('<userTask id="report"/>', "").replace("visit>report; report>o", "visit>o")
    new = family.publish(without).id
    group = family.plan(new)
    assert (group.verdict, group.count, group.pairing.element) == (NEEDS_MAPPING, 1, "report")
    assert "report" in group.reason.message
    assert "not in the new drawing" in group.reason.message_en
    done = family.move(new)
    assert (done.moved, done.refused) == (0, 1)
    assert family.reason() == (group.reason.message, group.reason.message_en)
    assert family.everything() == before
    assert history.verify(family.session) == []
    assert family.plan(new, {"report": "visit"}).verdict == MOVES
    assert family.move(new, {"report": "visit"}).moved == 1
    assert [node for _, node in family.open()] == ["visit"] * 3


def test_a_part_that_is_gone_or_run_in_another_way_is_named(family: Moved) -> None:
    family.begin(ROUNDS, "first")
    flat = """
        <startEvent id="s"/><userTask id="first"/><userTask id="last"/><endEvent id="e"/>
        s>first; first>last; last>e
    """
    group = family.plan(family.publish(flat).id)
    assert (group.verdict, group.pairing.element) == (NEEDS_MAPPING, "visits")
    new = family.publish(VISITS.format(loop=IN_TURN)).id
    group = family.plan(new)
    assert (group.verdict, group.pairing.element) == (CANNOT, "visits")
    assert "another way" in group.reason.message_en
    assert family.move(new).refused == 1
    assert set(family.versions()) == {1}
    once = VISITS.format(loop="")
    group = family.plan(family.publish(once).id)
    assert (group.verdict, group.pairing.element) == (NEEDS_MAPPING, "visits")


def test_work_in_a_child_that_would_be_lost_is_told(family: Moved) -> None:
    family.begin(ROUNDS, "first", "visit")
    operations.save_draft(family.session, instance_id=family.member(0).id, node="report", actor=EVERYBODY,
                          now=family.now, host=family.host, data={"note": "half"})
    without = ROUNDS.replace('<userTask id="report"/>', "").replace("visit>report; report>o", "visit>o")
    new = family.publish(without).id
    group = family.plan(new, {"report": "visit"})
    assert (group.verdict, group.lost) == (LOSES, ("draf untuk report",))
    assert group.reason.message_en == "Would be lost: the draft for report."
    assert family.move(new, {"report": "visit"}).refused == 1
    done = family.move(new, {"report": "visit"}, lose_work=True)
    drafts = select(Submission.status).where(Submission.node == "report")
    assert (done.moved, family.session.scalars(drafts).all()) == (1, ["withdrawn"])
    family.undo(done.run_id)
    assert family.session.scalars(drafts).all() == ["draft"]


CALLED = """
    <startEvent id="s"/><userTask id="work"/><endEvent id="e"/>
    s>work; work>e
"""
CALLING = """
    <startEvent id="s"/><callActivity id="call" calledElement="called"/><userTask id="after"/><endEvent id="e"/>
    s>call; call>after; after>e
"""


def test_what_is_called_goes_on_by_its_own_version_and_answers_where_its_caller_is(family: Moved) -> None:
    family.publish(CALLED, key="called")
    family.begin(CALLING)
    called = family.rows()[1].definition_id
    family.publish(CALLED.replace('id="work"', 'id="work" name="Kerja"'), key="called")
    new = family.publish(CALLING.replace('"call"', '"ask"').replace("s>call; call>after", "s>ask; ask>after")).id
    before = family.everything()
    done = family.move(new, {"call": "ask"})
    assert done.moved == 1
    assert family.rows()[1].definition_id == called
    family.undo(done.run_id)
    assert family.everything() == before
    done = family.move(family.publish(CALLING.replace('id="after"', 'id="after" name="Sesudah"')).id)
    assert done.moved == 1
    family.act("work")
    assert [node for _, node in family.open()] == ["after"]
    family.act("after")
    family.nothing_left()


def test_an_answer_on_its_way_finds_the_place_under_its_new_name(family: Moved) -> None:
    family.publish(CALLED, key="called")
    family.begin(CALLING)
    task = family.session.scalars(select(Task.id).where(Task.node == "work")).one()
    operations.complete_task(family.session, task_id=task, actor=EVERYBODY, now=family.now, host=family.host, data={})
    on_its_way = select(Message).where(Message.kind == "child.ended", Message.done_at.is_(None))
    assert family.session.scalars(on_its_way).one().payload["node"] == "call"
    new = family.publish(CALLING.replace('"call"', '"ask"').replace("s>call; call>after", "s>ask; ask>after")).id
    done = family.move(new, {"call": "ask"})
    family.undo(done.run_id)
    family.session.expire_all()
    assert family.session.scalars(on_its_way).one().payload["node"] == "call"
    family.move(family.publish(CALLING.replace('"call"', '"beg"').replace("s>call; call>after", "s>beg; beg>after")).id,
                {"call": "beg"})
    family.drain()
    assert [node for _, node in family.open()] == ["after"]


BESIDE = """
    <startEvent id="s"/><userTask id="main"/><endEvent id="e"/><userTask id="ask"/><endEvent id="asked"/>
    <boundaryEvent id="word" attachedToRef="main" cancelActivity="false"><messageEventDefinition messageRef="m_hello"/>
    </boundaryEvent>
    s>main; main>e; word>ask; ask>asked
"""


def test_a_branch_beside_moves_too_under_another_name_of_its_event(family: Moved) -> None:
    family.begin(BESIDE)
    operations.receive(family.session, instance_id=family.instance_id, message="hello", actor=EVERYBODY,
                       now=family.now, host=family.host)
    family.drain()
    assert sorted(node for _, node in family.open()) == ["ask", "main"]
    before = family.everything()
    new = family.publish(BESIDE.replace('"word"', '"spoken"').replace("word>ask", "spoken>ask")).id
    done = family.move(new)
    assert (done.moved, family.versions()) == (1, [2, 2])
    assert family.rows()[1].part == family.rows()[1].parent_node == "spoken"
    family.undo(done.run_id)
    assert family.everything() == before
    gone = """
        <startEvent id="s"/><userTask id="main"/><endEvent id="e"/>
        s>main; main>e
    """
    group = family.plan(family.publish(gone).id)
    assert (group.verdict, group.pairing.element) == (NEEDS_MAPPING, "word")
    again = family.publish(BESIDE.replace('id="ask"', 'id="ask" name="Tanya"')).id
    family.move(again)
    family.act("ask")
    family.act("main")
    family.nothing_left()


def test_a_jump_into_a_part_begins_its_rounds(family: Moved) -> None:
    family.begin(ROUNDS)
    without = ROUNDS.replace('<userTask id="first"/>', "").replace("s>first; first>visits", "s>visits")
    done = family.move(family.publish(without).id, {"first": "visits"})
    assert done.moved == 1
    assert family.root.state == "s/visits"
    family.drain()
    assert [node for _, node in family.open()] == ["visit"] * 3
    assert family.undo(done.run_id).kept == 1


NESTED = """
    <startEvent id="s"/><endEvent id="e"/>
    <subProcess id="outer">
    <multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>
    <startEvent id="i"/><endEvent id="o"/>
    <userTask id="inner"><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>
    <extensionElements><z:loopCharacteristics inputElement="x"/></extensionElements>
    </multiInstanceLoopCharacteristics></userTask>
    i>inner; inner>o
    </subProcess>
    s>outer; outer>e
"""


def test_rounds_within_rounds_move(family: Moved) -> None:
    listed = NESTED.replace("<loopCardinality>2</loopCardinality>\n    <ext", "<ext").replace(
        'inputElement="x"', 'inputCollection="= xs" inputElement="x"')
    family.begin(listed, variables={"xs": [1, 2]})
    assert len(family.rows()) == 7
    before = family.everything()
    new = family.publish(listed.replace('"inner"', '"within"').replace("i>inner; inner>o", "i>within; within>o")).id
    assert family.plan(new).verdict == NEEDS_MAPPING
    assert family.plan(new).pairing.element == "inner"
    done = family.move(new, {"inner": "within"})
    assert (done.moved, family.versions()) == (1, [2] * 7)
    family.undo(done.run_id)
    assert family.everything() == before
    done = family.move(family.publish(listed.replace('id="inner"', 'id="inner" name="Dalam"')).id)
    for _ in range(4):
        family.act("inner")
    family.nothing_left()
    assert history.verify(family.session) == []


def test_the_dry_run_tells_the_clocks_of_child_instances(family: Moved) -> None:
    family.begin(ROUNDS, "first")
    begin, end = ROUNDS.index("    <boundaryEvent"), ROUNDS.index("    </subProcess>")
    bare = family.plan(family.publish(ROUNDS[:begin] + ROUNDS[end:]).id)
    assert (bare.verdict, bare.clocks_new, bare.clocks_gone) == (MOVES, (), ("late",))
    soon = ROUNDS[begin:ROUNDS.index("    <intermediateThrow")].replace('"late"', '"soon"')
    new = family.publish(ROUNDS[:begin] + soon.replace(' cancelActivity="false"', "") + ROUNDS[begin:].replace(
        "late>told", "soon>told; late>told")).id
    group = family.plan(new)
    assert (group.verdict, group.clocks_new, group.clocks_gone) == (MOVES, ("soon",), ())
    assert family.move(new).moved == 1
    armed = select(Timer.node, Timer.instance_id).where(Timer.closed_at.is_(None), Timer.fired.is_(False))
    assert sorted(row.node for row in family.session.execute(armed)) == ["late"] * 3 + ["soon"] * 3


def test_the_dry_run_costs_the_same_however_many_children_there_are(family: Moved) -> None:
    family.begin(ROUNDS, "first")
    new = family.publish(ROUNDS.replace('id="last"', 'id="last" name="Terakhir"')).id
    asked: list[str] = []
    family.plan(new)

    @event.listens_for(family.session.get_bind(), "before_cursor_execute")
    def count(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    family.plan(new)
    few, family.now = len(asked), family.now + DAY
    for number in range(2, 5):
        operations.start(family.session, definition_id=family.old, subject=f"thing:{number}", scope=SCOPE,
                         actor=EVERYBODY, now=family.now, host=family.host)
        family.drain()
        family.act("first")
    asked.clear()
    migration.plan(family.session, from_definition=family.old, to_definition=new)
    assert len(asked) == few
