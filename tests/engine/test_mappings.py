"""What goes into a task and out of it, conditions that become true, work chosen ad hoc, decisions, and who may act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import handlers, operations
from engine.errors import Forbidden, FourEyes, NotFound, WrongState
from engine.handlers import Job
from engine.host import Actor, Grant
from engine.models import Instance, Submission, Task, Timer
from tests.engine.family import Family
from tests.engine.world import SCOPE

JOBS: list[Job] = []


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(handlers, "_registered", {})
    answer: dict[str, Any] = {}
    JOBS.clear()

    def worker(session: Session, job: Job, now: datetime) -> Mapping[str, Any]:
        JOBS.append(job)
        return answer

    handlers.handler("work")(worker)
    return answer


def mapped(*pairs: str) -> str:
    return f"<extensionElements><z:ioMapping>{''.join(pairs)}</z:ioMapping></extensionElements>"


SERVICE = """
    <startEvent id="s"/><serviceTask id="work">{inside}</serviceTask><exclusiveGateway id="g" default="g_e"/>
    <userTask id="a"/><endEvent id="e"/>
    s>work; work>g; g>a = total > 10; g>e; a>e
"""


def test_a_handler_gets_its_inputs_and_its_answer_is_mapped_out(session: Session, work: dict[str, Any]) -> None:
    family = Family(session).start(SERVICE.format(inside=mapped(
        '<z:input source="= amount + 1" target="more"/>', '<z:output source="= price * more" target="total"/>',
    )), variables={"amount": 2})
    work["price"] = 4
    family.drain()
    assert JOBS[0].variables == {"amount": 2, "more": 3}
    assert family.root.variables == {"amount": 2, "price": 4, "total": 12}
    assert family.root.state == "s/a"


def test_an_answer_has_the_name_of_the_result_variable(session: Session, work: dict[str, Any]) -> None:
    family = Family(session).start(SERVICE.format(inside="").replace(
        '<serviceTask id="work">', '<serviceTask id="work" camunda:type="external" camunda:topic="work" '
        'camunda:resultVariable="answer">').replace("total > 10", "answer.total > 10"))
    work["total"] = 11
    family.drain()
    if family.root.state == "s/a":
        assert family.root.variables == {"answer": {"total": 11}}
    else:  # this dialect has no result variable on an external task: then the answer's own names count
        assert family.root.variables == {}


def test_a_passed_task_maps_too_and_a_message_brings_what_its_event_maps(session: Session) -> None:
    family = Family(session).start(f"""
        <startEvent id="s"/><task id="t">{mapped('<z:output source="= 3 * 4" target="total"/>')}</task>
        <intermediateCatchEvent id="c">{mapped('<z:output source="= total + extra" target="total"/>')}
        <messageEventDefinition messageRef="m_hello"/></intermediateCatchEvent>
        <exclusiveGateway id="g" default="g_e"/><userTask id="a"/><endEvent id="e"/>
        s>t; t>c; c>g; g>a = total > 12; g>e; a>e
    """)
    assert family.root.variables == {"total": 12}
    operations.deliver(session, name="hello", data={"extra": 1}, now=family.now, host=family.host)
    assert (family.root.state, family.root.variables["total"]) == ("s/a", 13)


CONDITION = """
    <startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>
    <userTask id="x"/><boundaryEvent id="on" attachedToRef="b"{dashed}><conditionalEventDefinition>
    <condition>= level > 5</condition></conditionalEventDefinition></boundaryEvent>
    <endEvent id="e"/><endEvent id="h"/><endEvent id="i"/>
    s>f; f>a; f>b; a>c; c>e; b>h; on>x; x>i
"""


def test_what_waits_for_a_condition_happens_when_it_becomes_true(session: Session) -> None:
    family = Family(session).start(CONDITION.format(dashed=""))
    family.act("a", {"level": 3})
    assert [node for _, node in family.open()] == ["b", "c"]
    family.act("c", {"level": 6})
    assert [node for _, node in family.open()] == ["x"]
    assert family.said(family.instance_id)[-1] == "condition.met"
    family.act("x")
    family.nothing_left()


def test_a_condition_that_stays_true_happens_once_and_again_when_it_becomes_true_anew(session: Session) -> None:
    family = Family(session).start(CONDITION.format(dashed=' cancelActivity="false"').replace(
        "a>c", "a>a2; a2>a3; a3>c").replace('<userTask id="x"/>', '<userTask id="x"/><userTask id="a2"/>'
                                            '<userTask id="a3"/>'))
    for node, level in (("a", 6), ("a2", 7), ("a3", 1), ("c", 9)):
        family.act(node, {"level": level})
    assert [node for _, node in family.open()] == ["b", "x", "x"]


def test_a_condition_that_holds_from_the_start_happens_at_once(session: Session) -> None:
    family = Family(session).start("""
        <startEvent id="s"/><intermediateCatchEvent id="c"><conditionalEventDefinition><condition>= ready</condition>
        </conditionalEventDefinition></intermediateCatchEvent><userTask id="a"/><endEvent id="e"/>
        s>c; c>a; a>e
    """, variables={"ready": True})
    assert family.root.state == "s/a"


AD_HOC = """
    <startEvent id="s"/><endEvent id="e"/>
    <laneSet id="ls"><lane id="member"><flowNodeRef>h</flowNodeRef></lane></laneSet>
    <adHocSubProcess id="h"><userTask id="x"/><userTask id="y"/>{over}</adHocSubProcess>
    s>h; h>e
"""
MEMBER = Actor("1", "Ana", (Grant("member", SCOPE),))


def test_people_of_the_lane_choose_what_to_do(session: Session) -> None:
    family = Family(session).start(AD_HOC.format(over=""))
    ids = {"instance_id": family.instance_id, "now": family.now, "host": family.host}
    with pytest.raises(Forbidden):
        operations.begin(session, activity="x", actor=Actor("2", "B"), **ids)
    operations.begin(session, activity="y", actor=MEMBER, **ids)
    operations.begin(session, activity="x", actor=MEMBER, **ids)
    with pytest.raises(WrongState):
        operations.begin(session, activity="x", actor=MEMBER, **ids)
    with pytest.raises(WrongState):
        operations.finish(session, activity="h", actor=MEMBER, **ids)
    for node in ("x", "y"):
        family.act(node)
    assert family.root.status == "running"
    operations.finish(session, activity="h", actor=MEMBER, **ids)
    assert family.root.status == "ended"


def test_a_completion_condition_ends_it(session: Session) -> None:
    family = Family(session).start(AD_HOC.format(over="<completionCondition>= enough</completionCondition>"))
    ids = {"instance_id": family.instance_id, "now": family.now, "host": family.host}
    operations.begin(session, activity="y", actor=MEMBER, **ids)
    family.act("y", {"enough": False})
    assert family.root.status == "running"
    operations.begin(session, activity="y", actor=MEMBER, **ids)
    family.act("y", {"enough": True})
    assert family.root.status == "ended"


OVER = "<completionCondition>= enough</completionCondition>"
TWO_WAYS = AD_HOC.replace("h>e", "h>a = late; h>b; a>e; b>e").replace(
    '<adHocSubProcess id="h"', '<userTask id="a"/><userTask id="b"/><adHocSubProcess id="h" default="h_b"')


@pytest.mark.parametrize(("late", "after"), [(True, "a"), (False, "b")])
def test_a_completion_condition_and_conditions_behind_it_are_two_questions(
    session: Session, late: bool, after: str
) -> None:
    family = Family(session).start(TWO_WAYS.format(over=OVER))
    ids = {"instance_id": family.instance_id, "now": family.now, "host": family.host}
    for enough in (False, True):
        operations.begin(session, activity="x", actor=MEMBER, **ids)
        family.act("x", {"enough": enough, "late": late})
    assert [node for _, node in family.open()] == [after]


def test_a_completion_condition_is_asked_after_each_activity_and_takes_the_others_away(session: Session) -> None:
    family = Family(session).start(AD_HOC.format(over=OVER))
    ids = {"instance_id": family.instance_id, "now": family.now, "host": family.host}
    for activity in ("x", "y"):
        operations.begin(session, activity=activity, actor=MEMBER, **ids)
    family.act("x", {"enough": False})
    assert [node for _, node in family.open()] == ["y"]
    operations.begin(session, activity="x", actor=MEMBER, **ids)
    family.act("x", {"enough": True})
    family.nothing_left()


def test_where_nothing_is_cancelled_the_others_are_waited_for_and_nothing_more_begins(session: Session) -> None:
    family = Family(session).start(
        AD_HOC.format(over=OVER).replace('id="h"', 'id="h" cancelRemainingInstances="false"')
    )
    ids = {"instance_id": family.instance_id, "now": family.now, "host": family.host}
    for activity in ("x", "y"):
        operations.begin(session, activity=activity, actor=MEMBER, **ids)
    family.act("x", {"enough": True})
    assert [node for _, node in family.open()] == ["y"]
    with pytest.raises(WrongState):
        operations.begin(session, activity="x", actor=MEMBER, **ids)
    family.act("y", {"enough": False})
    family.nothing_left()


RULE = """
    <startEvent id="s"/><businessRuleTask id="r"><extensionElements><z:calledDecision decisionId="dish"
    resultVariable="answer"/></extensionElements></businessRuleTask><exclusiveGateway id="g" default="g_e"/>
    <userTask id="a"/><endEvent id="e"/>
    s>r; r>g; g>a = answer = "soup"; g>e; a>e
"""
DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="dish" name="Dish"><variable name="Dish" typeRef="string"/>
<decisionTable hitPolicy="UNIQUE"><input><inputExpression><text>season</text></inputExpression></input><output/>
<rule><inputEntry><text>"winter"</text></inputEntry><outputEntry><text>"soup"</text></outputEntry></rule>
<rule><inputEntry><text>"summer"</text></inputEntry><outputEntry><text>"salad"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.mark.parametrize(("season", "answer"), [("winter", "soup"), ("summer", "salad"), ("autumn", None)])
def test_a_rule_task_asks_its_decision(session: Session, season: str, answer: str | None) -> None:
    family = Family(session).start(RULE, files={"menu.dmn": DMN}, variables={"season": season})
    family.drain()
    assert family.root.variables == {"season": season, "answer": answer}
    assert family.root.state == ("s/a" if answer == "soup" else "e")


@pytest.mark.parametrize(("shape", "answer"), [("singleEntry", "soup"), ("resultList", [{"Dish": "soup"}])])
def test_a_rule_task_takes_the_shape_it_asks_for(session: Session, shape: str, answer: object) -> None:
    said = (
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:decisionRef="dish" camunda:resultVariable="answer" '
        f'camunda:mapDecisionResult="{shape}"'
    )
    rule = RULE[:RULE.index("<extension")].replace('id="r"', f'id="r" {said}')
    family = Family(session).start(
        rule + RULE[RULE.index("</businessRuleTask>"):], files={"menu.dmn": DMN}, variables={"season": "winter"}
    )
    family.drain()
    assert family.root.variables["answer"] == answer


@pytest.mark.parametrize(("written", "answer"), [
    ("${decisionResult.getSingleEntry()}", "soup"), ("${decisionResult.getSingleResult().Dish}", "soup"),
    ("${decisionResult.getFirstResult().getEntry('Dish')}", "soup"), ("${decisionResult.size()}", 1),
])
def test_output_mappings_see_all_results_of_a_decision(session: Session, written: str, answer: object) -> None:
    said = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:decisionRef="dish"'
    rule = RULE[:RULE.index("<extension")].replace('id="r"', f'id="r" {said}') + (
        "<extensionElements><camunda:inputOutput><camunda:outputParameter name=\"answer\">"
        f"{written}</camunda:outputParameter></camunda:inputOutput></extensionElements>"
    )
    family = Family(session).start(
        rule + RULE[RULE.index("</businessRuleTask>"):], files={"menu.dmn": DMN}, variables={"season": "winter"}
    )
    family.drain()
    assert family.root.variables["answer"] == answer


def test_a_decision_that_is_not_there_is_told(session: Session) -> None:
    family = Family(session).start(RULE)
    with pytest.raises(Exception, match=r"dish\.dmn") as failed:
        family.drain()
    assert isinstance(failed.value.__cause__, NotFound)


def test_a_clock_that_the_state_knows_no_more_is_closed_and_told(session: Session) -> None:
    family = Family(session).start("""
        <startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/><boundaryEvent id="late"
        attachedToRef="a"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>
        s>a; a>b; b>e; late>b
    """)
    session.get_one(Instance, family.instance_id).state = "s/b"
    session.flush()
    family.later(hours=1)
    assert family.said(family.instance_id)[-1] == "timer.dropped"
    timer = session.scalars(select(Timer).execution_options(populate_existing=True)).one()
    assert (timer.closed_at, timer.fired) == (family.now, False)


TOGETHER = """
    <laneSet id="ls"><lane id="member"><flowNodeRef>sub</flowNodeRef><flowNodeRef>s</flowNodeRef></lane>
    <lane id="commissioner"><flowNodeRef>approve</flowNodeRef></lane></laneSet>
    <startEvent id="s"/><subProcess id="sub"><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>
    </multiInstanceLoopCharacteristics><userTask id="submit"/></subProcess><userTask id="approve"/>
    <exclusiveGateway id="g" default="g_sub"/><intermediateThrowEvent id="done"/><endEvent id="e"/>
    s>sub; sub>approve; approve>g; g>done = decision = "approve"; g>sub; done>e
"""
BOTH = Actor("3", "Cici", (Grant("member", "33"), Grant("commissioner", "33")))
OTHER = Actor("4", "Dedi", (Grant("commissioner", "33"),))


def test_four_eyes_and_evidence_reach_from_the_children_to_the_parent(session: Session) -> None:
    family = Family(session).start(TOGETHER)

    def task(node: str) -> int:
        return session.scalars(
            select(Task.id).where(Task.node == node, Task.closed_at.is_(None)).order_by(Task.id).limit(1)
        ).one()

    def do(actor: Actor, node: str, **data: str) -> None:
        operations.complete_task(session, task_id=task(node), actor=actor, now=family.now, host=family.host, data=data)
        family.drain()

    do(BOTH, "submit", note="one")
    do(BOTH, "submit", note="two")
    with pytest.raises(FourEyes):
        do(BOTH, "approve", decision="approve")
    do(OTHER, "approve", decision="return")
    found = select(Submission.status, Submission.instance_id)
    statuses = found.where(Submission.node == "submit").order_by(Submission.id)
    assert session.execute(statuses).all() == [("returned", family.instance_id)] * 2
    do(BOTH, "submit", note="three")
    do(BOTH, "submit", note="four")
    do(OTHER, "approve", decision="approve")
    assert [one.status for one in session.execute(statuses)] == ["returned", "returned", "accepted", "accepted"]
    assert [data["note"] for node, data in family.host.taken if node == "submit"] == ["three", "four"]
    family.nothing_left()
