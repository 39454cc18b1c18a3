"""Instances that do a part of another's work: calls, loops, multi-instance, branches beside, and how they end."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history, operations
from engine.errors import Refused
from engine.host import Actor, Grant
from engine.models import Instance, Message, Task
from tests.engine.family import Family
from tests.engine.world import SCOPE

LOOP = """
    <startEvent id="s"/><endEvent id="e"/>
    <userTask id="a">{loop}</userTask>
    s>a; a>e
"""


def multi(inside: str = "", sequential: bool = False, zeebe: str = "") -> str:
    extra = f"<extensionElements><z:loopCharacteristics {zeebe}/></extensionElements>" if zeebe else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">{extra}{inside}'
        "</multiInstanceLoopCharacteristics>"
    )


def looped(session: Session, loop: str, **variables: object) -> Family:
    return Family(session).start(LOOP.format(loop=loop), variables=variables)


EACH = multi(zeebe='inputCollection="= things" inputElement="thing" outputCollection="scores" outputElement="= score"')


def test_each_thing_of_a_list_is_done_at_once_and_results_come_in_order(session: Session) -> None:
    family = looped(session, EACH, things=["x", "y", "z"])
    first, second, third = (number for number, node in family.open())
    assert [one.variables["thing"] for one in family.rows()[1:]] == ["x", "y", "z"]
    assert family.tree()[0] == ("", "s/a", "running")
    family.act("a", {"score": 3}, of=third)
    family.act("a", {"score": 1}, of=first)
    assert family.root.status == "running"
    family.act("a", {"score": 2}, of=second)
    assert (family.root.state, family.root.variables["scores"]) == ("e", [1, 2, 3])
    assert "thing" not in family.root.variables
    family.nothing_left()
    assert history.verify(session) == []


def test_one_after_the_other(session: Session) -> None:
    family = looped(session, EACH.replace('isSequential="false"', 'isSequential="true"'), things=["x", "y"])
    assert len(family.open()) == 1
    family.act("a", {"score": 1})
    assert [one.variables["thing"] for one in family.rows()[1:]] == ["x", "y"]
    family.act("a", {"score": 2})
    assert (family.root.state, family.root.variables["scores"]) == ("e", [1, 2])
    family.nothing_left()


def test_no_thing_at_all_is_done_at_once(session: Session) -> None:
    family = looped(session, EACH, things=[])
    family.drain()
    assert (family.root.status, family.root.variables["scores"]) == ("ended", [])
    family.nothing_left()


def test_the_completion_condition_takes_the_rest_away(session: Session) -> None:
    done = "<completionCondition>= nrOfCompletedInstances / nrOfInstances >= 0.5</completionCondition>"
    family = looped(session, EACH.replace("</multi", f"{done}</multi"), things=["x", "y", "z", "w"])
    family.act("a", {"score": 1})
    assert len(family.open()) == 3
    family.act("a", {"score": 2})
    assert family.root.status == "ended"
    assert [status for _, _, status in family.tree()[1:]] == ["ended", "ended", "cancelled", "cancelled"]
    assert family.root.variables["scores"] == [1, 2, None, None]
    family.nothing_left()
    assert history.verify(session) == []


@pytest.mark.parametrize("things", ["x", None, 3])
def test_a_list_that_is_none_is_an_incident_that_names_the_element_and_can_be_tried_again(
    session: Session, things: object
) -> None:
    family = looped(session, EACH, things=things)
    [(instance, node, error)] = family.incidents()
    assert (instance, node) == (family.instance_id, "a")
    assert "“a”" in error
    assert "things" in error
    session.get_one(Instance, instance).variables = {"things": ["x"]}
    message = session.scalars(select(Message).where(Message.kind == "child.begin")).one()
    message.available_at, message.attempts = family.now, 0
    session.flush()
    family.drain()
    family.act("a", {"score": 1})
    assert family.root.status == "ended"


@pytest.mark.parametrize(("before", "maximum", "rounds"), [("true", "", 0), ("false", "", 1), ("false", "3", 1)])
def test_a_standard_loop_asks_before_or_after(session: Session, before: str, maximum: str, rounds: int) -> None:
    most = f' loopMaximum="{maximum}"' if maximum else ""
    loop = f'<standardLoopCharacteristics testBefore="{before}"{most}><loopCondition>= more</loopCondition>' \
           "</standardLoopCharacteristics>"
    family = looped(session, loop, more=False)
    family.drain()
    for _ in range(rounds):
        family.act("a")
    assert family.root.status == "ended"
    assert len(family.rows()) == 1 + rounds


def test_a_standard_loop_goes_on_while_its_condition_holds_and_at_most_so_often(session: Session) -> None:
    loop = '<standardLoopCharacteristics loopMaximum="3"><loopCondition>= more and loopCounter &lt; 9</loopCondition>' \
           "</standardLoopCharacteristics>"
    family = looped(session, loop)
    for more in (True, True, True):
        family.act("a", {"more": more})
    assert (family.root.status, len(family.rows())) == ("ended", 4)
    assert [one.variables.get("loopCounter") for one in family.rows()] == [None, 1, 2, 3]


CALLED = """
    <startEvent id="s"/><userTask id="work"/><endEvent id="e"/>
    s>work; work>e
"""
CALLING = """
    <startEvent id="s"/><callActivity id="call" calledElement="{called}">{inside}</callActivity><userTask id="after"/>
    <endEvent id="e"/><exclusiveGateway id="g" default="g_e"/>
    s>call; call>g; g>after = answer = "yes"; g>e; after>e
"""


def test_a_called_process_works_and_its_answer_comes_back(session: Session) -> None:
    family = Family(session)
    called = family.publish(CALLED, key="called")
    family.start(CALLING.format(called="called", inside=""))
    child = family.rows()[1]
    assert (child.definition_id, child.part, child.subject, child.scope) == (called.id, "", "thing:1", SCOPE)
    assert (child.parent_id, child.parent_node, child.root_id) == (family.instance_id, "call", family.instance_id)
    family.act("work", {"answer": "yes", "noise": 1})
    assert (family.root.state, family.root.variables) == ("s/after", {"answer": "yes"})
    family.act("after")
    family.nothing_left()


def test_what_is_mapped_goes_in_and_out_and_nothing_else(session: Session) -> None:
    mapping = (
        '<extensionElements><z:ioMapping><z:input source="= amount * 2" target="sum"/>'
        '<z:output source="= verdict + &quot;!&quot;" target="answer"/></z:ioMapping></extensionElements>'
    )
    family = Family(session)
    family.publish(CALLED.replace("work>e", "work>g; g>e = sum > 1; g>f").replace(
        '<endEvent id="e"/>', '<endEvent id="e"/><endEvent id="f"/><exclusiveGateway id="g" default="g_f"/>'
    ), key="called")
    family.start(CALLING.format(called="called", inside=mapping), variables={"amount": 4, "answer": "no"})
    assert family.rows()[1].variables == {"sum": 8}
    family.act("work", {"verdict": "yes", "answer": "other"})
    assert family.root.variables == {"amount": 4, "answer": "yes!"}
    assert family.root.state == "e"


def test_a_process_that_is_not_published_is_an_incident_and_begins_when_it_is(session: Session) -> None:
    family = Family(session).start(CALLING.format(called="later", inside=""))
    assert family.root.state == "s/call"
    [(_, node, error)] = family.incidents()
    assert node == "call"
    assert "later" in error
    family.publish(CALLED, key="later")
    family.later(hours=1)
    assert family.incidents() == []
    family.act("work", {"answer": "no"})
    assert family.root.status == "ended"


def test_a_process_that_calls_itself_without_end_is_stopped(session: Session) -> None:
    family = Family(session).start(CALLING.format(called="p", inside=""))
    [(_, node, error)] = family.incidents()
    assert node == "call"
    assert "tanpa henti" in error
    assert len(family.rows()) == 26


def test_a_version_is_bound_as_the_call_says(session: Session) -> None:
    family = Family(session)
    old = family.publish(CALLED, key="called")
    inside = '<extensionElements><z:calledElement processId="called" bindingType="{}"/></extensionElements>'
    bound = family.publish(CALLING.format(called="called", inside=inside.format("deployment")), key="bound")
    latest = family.publish(CALLING.format(called="called", inside=inside.format("latest")), key="latest")
    family.now = family.now.replace(hour=23)
    new = family.publish(CALLED.replace("work", "labour"), key="called")
    found = []
    for definition in (bound, latest):
        root = operations.start(
            session, definition_id=definition.id, subject=f"thing:{definition.id}", scope=SCOPE,
            actor=Actor("1", "A", (Grant("", ""),)), now=family.now, host=family.host,
        ).instance_id
        found.append(session.scalars(select(Instance.definition_id).where(Instance.parent_id == root)).one())
    assert found == [old.id, new.id]


BESIDE = """
    <startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>
    <boundaryEvent id="late" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeCycle>R2/PT1H
    </timeCycle></timerEventDefinition></boundaryEvent><userTask id="remind"/><endEvent id="reminded"/>
    s>a; a>b; b>e; late>remind; remind>reminded
"""


def test_a_branch_lives_beside_and_the_instance_ends_with_the_last(session: Session) -> None:
    family = Family(session).start(BESIDE)
    family.later(hours=1)
    family.later(hours=1)
    assert family.tree() == [("", "s/a", "running"), *[("late", "late/remind", "running")] * 2]
    family.act("a")
    family.act("b")
    assert family.tree()[0] == ("", "e", "running"), "the branches outlive the place they hang on"
    family.act("remind")
    assert family.root.status == "running"
    family.act("remind")
    assert family.root.status == "ended"
    family.nothing_left()
    assert history.verify(session) == []


def test_a_terminate_end_takes_the_branches_away(session: Session) -> None:
    family = Family(session).start(BESIDE.replace(
        '<endEvent id="e"/>', '<endEvent id="e"><terminateEventDefinition/></endEvent>'
    ))
    family.later(hours=1)
    family.act("a")
    family.act("b")
    assert [status for _, _, status in family.tree()] == ["ended", "cancelled"]
    family.nothing_left()


def test_a_terminate_end_of_a_branch_ends_the_scope_around(session: Session) -> None:
    family = Family(session).start(BESIDE.replace(
        '<endEvent id="reminded"/>', '<endEvent id="reminded"><terminateEventDefinition/></endEvent>'
    ))
    family.later(hours=1)
    family.later(hours=1)
    family.act("remind")
    assert [status for _, _, status in family.tree()] == ["ended", "ended", "cancelled"]
    family.nothing_left()
    assert history.verify(session) == []


def test_a_branch_that_cannot_begin_is_an_incident_and_the_clock_has_struck(session: Session) -> None:
    family = Family(session).start(BESIDE.replace('<userTask id="remind"/>', '<userTask id="remind"/><boundaryEvent '
        'id="until" attachedToRef="remind"><timerEventDefinition><timeDate>= deadline</timeDate></timerEventDefinition>'
        '</boundaryEvent>').replace("remind>reminded", "remind>reminded; until>reminded"))
    family.later(hours=1)
    assert family.open() == [(family.instance_id, "a")]
    [(instance, node, error)] = family.incidents()
    assert (instance, node) == (family.instance_id, "late")
    assert "until" in error
    session.get_one(Instance, instance).variables = {"deadline": "2030-01-01T00:00:00Z"}
    session.flush()
    family.later(hours=2)
    assert [node for _, node in family.open()] == ["a", "remind", "remind"]
    assert family.incidents() == []


BODY = """
    <startEvent id="s"/><endEvent id="e"/><endEvent id="gone"/><userTask id="instead"/>
    <subProcess id="sub">
    {inside}
    <startEvent id="is"/><userTask id="x"/><userTask id="y"/><endEvent id="ie"/>
    is>x; x>y; y>ie
    <boundaryEvent id="nudge" attachedToRef="x" cancelActivity="false"><timerEventDefinition><timeDuration>PT1H
    </timeDuration></timerEventDefinition></boundaryEvent><userTask id="nudged"/>
    nudge>nudged
    </subProcess>
    <boundaryEvent id="over" attachedToRef="sub"><timerEventDefinition><timeDuration>PT5H</timeDuration>
    </timerEventDefinition></boundaryEvent>
    s>sub; sub>e; over>instead; instead>gone
"""


def test_a_body_is_over_when_its_branches_are(session: Session) -> None:
    family = Family(session).start(BODY.format(inside=""))
    assert [part for part, _, _ in family.tree()] == ["", "sub"]
    family.later(hours=1)
    family.act("x")
    family.act("y")
    assert family.root.state == "s/sub"
    family.act("nudged")
    assert family.root.status == "ended"
    family.nothing_left()


def test_a_solid_clock_takes_the_body_and_all_below_it_away(session: Session) -> None:
    family = Family(session).start(BODY.format(inside=""))
    family.later(hours=1)
    assert len(family.rows()) == 3
    family.later(hours=4)
    assert family.root.state == "s/instead"
    assert [one.status for one in family.rows()] == ["running", "cancelled", "cancelled"]
    assert family.open() == [(family.instance_id, "instead")]
    assert set(session.scalars(select(Task.outcome).where(Task.closed_at.is_not(None)))) == {"cancelled", "taken_away"}
    assert history.verify(session) == []


def test_cancelling_cancels_the_children(session: Session) -> None:
    family = Family(session).start(BODY.format(inside=multi("<loopCardinality>3</loopCardinality>")))
    assert len(family.open()) == 3
    boss = Actor("8", "Boss", (Grant("operator", "33"),))
    with pytest.raises(Refused, match="induknya"):
        operations.cancel(session, instance_id=family.rows()[1].id, actor=boss, now=family.now, host=family.host,
                          role="operator", reason="x")
    operations.cancel(
        session, instance_id=family.instance_id, actor=boss, now=family.now, host=family.host, role="operator",
        reason="x",
    )
    family.drain()
    assert {one.status for one in family.rows()} == {"cancelled"}
    family.nothing_left()
    assert history.verify(session) == []
    with pytest.raises(Refused):
        operations.cancel(session, instance_id=family.instance_id, actor=boss, now=family.now, host=family.host,
                          role="operator", reason="x")


def test_rounds_of_a_body_give_what_they_change_and_their_number_is_settled_at_first(session: Session) -> None:
    inside = multi("<loopCardinality>= total + 1</loopCardinality>", sequential=True)
    family = Family(session).start(BODY.format(inside=inside), variables={"total": 1})
    for total in (5, 7):
        family.act("x", {"total": total})
        family.act("y")
    assert (family.root.status, family.root.variables) == ("ended", {"total": 7})


def test_two_ends_told_twice_are_told_once(session: Session) -> None:
    family = looped(session, multi("<loopCardinality>2</loopCardinality>", zeebe='inputElement="n"'))
    children = [number for number, _ in family.open()]
    for child in children:
        family.act("a", of=child)
    assert family.root.status == "ended"
    for child in children:
        assert operations.child_ended(
            session, instance_id=family.instance_id, node="a", visit=1, child=child, now=family.now, host=family.host
        ) is None
    assert family.said(family.instance_id).count("children.ended") == 1


def test_one_subject_is_one_root_and_any_number_of_children(session: Session) -> None:
    family = looped(session, EACH, things=[1, 2])
    with pytest.raises(Refused, match="sudah dimulai"):
        operations.start(session, definition_id=family.root.definition_id, subject="thing:1", scope=SCOPE,
                         actor=Actor("1", "A"), now=family.now, host=family.host)
