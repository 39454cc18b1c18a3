"""Errors and escalations: caught along scopes and parents; what nobody catches is an incident, no lost token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import handlers, history, operations
from engine.errors import BpmnError, Forbidden, NotOpen
from engine.handlers import Job
from engine.host import Actor, Grant
from engine.models import Heartbeat, Message, Task
from tests.engine.family import Family

BOSS = Actor("8", "Boss", (Grant("operator", "33"),))


class Worker:
    """A handler for all automatic tasks of a drawing: answers, or fails with an error code, as it is told."""

    def __init__(self) -> None:
        self.code: str | None = None
        self.jobs: list[Job] = []
        self.answer: Mapping[str, Any] = {}

    def __call__(self, session: Session, job: Job, now: datetime) -> Mapping[str, Any]:
        self.jobs.append(job)
        if self.code is not None:
            session.add(Heartbeat(name="half done", at=now))
            session.flush()
            raise BpmnError(self.code, "it went wrong")
        return self.answer


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr(handlers, "_registered", {})
    made = Worker()
    for name in ("work", "inner"):
        handlers.handler(name)(made)
    return made


CAUGHT = """
    <startEvent id="s"/><serviceTask id="work"/><userTask id="mend"/><userTask id="any"/><endEvent id="e"/>
    <boundaryEvent id="b" attachedToRef="work"><errorEventDefinition errorRef="err_x"/></boundaryEvent>
    s>work; work>e; b>mend; mend>e
"""


def begun(session: Session, body: str, **more: Any) -> Family:
    family = Family(session).start(body.replace('<userTask id="any"/>', ""), **more)
    family.drain()
    return family


def test_the_error_of_a_handler_goes_where_the_drawing_says_and_what_it_wrote_is_taken_back(
    session: Session, worker: Worker
) -> None:
    worker.code = "X"
    family = begun(session, CAUGHT)
    assert family.open() == [(family.instance_id, "mend")]
    assert session.scalars(select(Heartbeat)).all() == []
    assert family.said(family.instance_id) == ["instance.started", "error.caught"]
    family.act("mend")
    family.nothing_left()


def test_an_error_that_nobody_catches_is_an_incident_at_once_and_tried_again_when_asked(
    session: Session, worker: Worker
) -> None:
    worker.code = "Y"
    family = begun(session, CAUGHT)
    assert family.incidents() == [(family.instance_id, "work", "it went wrong")]
    assert family.open() == [(family.instance_id, "work")], "the token stays"
    family.later(days=3)
    assert len(worker.jobs) == 1
    worker.code = None
    again(family)
    assert family.root.status == "ended"
    assert family.incidents() == []
    family.nothing_left()


def again(family: Family) -> None:
    """What a person's "try again" does to the one message that is stuck."""
    message = family.session.scalars(select(Message).where(Message.done_at.is_(None))).one()
    message.available_at = family.now
    family.session.flush()
    family.drain()


def test_failing_again_is_an_incident_again(session: Session, worker: Worker) -> None:
    worker.code = "Y"
    family = begun(session, CAUGHT)
    again(family)
    assert len(family.incidents()) == 1
    assert len(worker.jobs) == 2


INSIDE = """
    <startEvent id="s"/><userTask id="mend"/><endEvent id="e"/>
    <{outer} id="sub" {attributes}>{loop}{body}</{outer}>
    {catch}
    s>sub; sub>e; {flows}
    mend>e
"""
BODY = '<startEvent id="is"/><serviceTask id="work"/><endEvent id="ie"/>\nis>work; work>ie\n'
BOUNDARY = (
    '<boundaryEvent id="b" attachedToRef="sub"><errorEventDefinition errorRef="err_x"/></boundaryEvent>', "b>mend"
)
THREE = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"


def inside(body: str, loop: str = "", catch: tuple[str, str] = BOUNDARY) -> str:
    drawn = INSIDE.format(outer="subProcess", attributes="", loop=loop, body=body, catch=catch[0], flows=catch[1])
    return drawn.replace("; \n", "\n")


@pytest.mark.parametrize("loop", ["", THREE])
def test_an_error_inside_is_caught_at_the_edge_and_all_rounds_are_taken_away(
    session: Session, worker: Worker, loop: str
) -> None:
    worker.code = "X"
    family = begun(session, inside(BODY, loop))
    assert family.open() == [(family.instance_id, "mend")]
    assert {one.status for one in family.rows()[1:]} <= {"cancelled"}
    family.act("mend")
    family.nothing_left()
    assert history.verify(session) == []


ENDS = '<startEvent id="is"/><userTask id="x"/><endEvent id="ie"><errorEventDefinition errorRef="err_x"/>' \
       "</endEvent>\nis>x; x>ie\n"


def test_an_error_end_inside_a_round_is_caught_by_the_parent(session: Session) -> None:
    family = begun(session, inside(ENDS, THREE))
    family.act("x")
    assert family.open() == [(family.instance_id, "mend")]
    assert [one.status for one in family.rows()] == ["running", *["cancelled"] * 3]


CALLED = """
    <startEvent id="s"/><userTask id="x"/><endEvent id="e"><errorEventDefinition errorRef="err_x"/></endEvent>
    s>x; x>e
"""


def test_an_error_end_of_a_called_process_is_caught_at_the_call(session: Session) -> None:
    family = Family(session)
    family.publish(CALLED, key="called")
    family.start(INSIDE.format(
        outer="callActivity", attributes='calledElement="called"', loop="", body="", catch=BOUNDARY[0],
        flows=BOUNDARY[1],
    ))
    family.act("x")
    assert family.tree()[0] == ("", "s/mend", "running")
    assert family.rows()[1].status == "cancelled"


def test_an_error_end_that_nobody_catches_waits_for_a_person(session: Session) -> None:
    family = Family(session).start(CALLED)
    family.act("x")
    assert family.root.state == "s/e"
    [(instance, node, error)] = family.incidents()
    assert (instance, node) == (family.instance_id, "e")
    assert "X" in error
    family.later(days=30)
    assert family.root.status == "running"
    args = {"instance_id": instance, "node": "e", "now": family.now, "host": family.host}
    with pytest.raises(Forbidden):
        operations.acknowledge(session, actor=Actor("1", "A"), role="operator", **args)
    operations.acknowledge(session, actor=BOSS, role="operator", **args)
    family.drain()
    assert (family.root.status, family.incidents()) == ("ended", [])
    family.nothing_left()
    with pytest.raises(NotOpen):
        operations.acknowledge(session, actor=BOSS, role="operator", **args)


def test_an_error_end_deep_inside_is_an_incident_where_it_stands_and_trying_again_acknowledges_it(
    session: Session,
) -> None:
    family = Family(session)
    family.publish(CALLED, key="called")
    family.start(INSIDE.format(
        outer="callActivity", attributes='calledElement="called"', loop="", body="", catch="", flows=""
    ).replace('<userTask id="mend"/>', "").replace("s>sub; sub>e; ", "s>sub; sub>e").replace("mend>e", ""))
    family.act("x")
    [(instance, node, _)] = family.incidents()
    assert (instance, node) == (family.rows()[1].id, "e")
    again(family)
    assert [one.status for one in family.rows()] == ["ended", "ended"]
    assert family.incidents() == []


def test_an_error_of_a_task_inside_a_called_process_climbs_and_stays_there_when_nobody_catches_it(
    session: Session, worker: Worker
) -> None:
    worker.code = "Z"
    family = begun(session, inside(BODY, THREE))
    assert [(instance, node) for instance, node, _ in family.incidents()] == [(2, "work"), (3, "work"), (4, "work")]
    worker.code = None
    for message in session.scalars(select(Message).where(Message.done_at.is_(None))):
        message.available_at = family.now
    session.flush()
    family.drain()
    assert family.root.status == "ended"
    family.nothing_left()


HANDLED = """
    <startEvent id="s"/><serviceTask id="work"/><endEvent id="e"/>
    <subProcess id="h" triggeredByEvent="true"><startEvent id="hs"><errorEventDefinition errorRef="err_x"/></startEvent>
    <userTask id="mend"/><endEvent id="he"/>
    hs>mend; mend>he
    </subProcess>
    s>work; work>e
"""


def test_an_event_sub_process_catches_the_error_of_its_scope(session: Session, worker: Worker) -> None:
    worker.code = "X"
    family = begun(session, HANDLED)
    assert family.open() == [(family.instance_id, "mend")]
    family.act("mend")
    family.nothing_left()


ESCALATES = '<startEvent id="is"/><userTask id="x"/><endEvent id="ie"><escalationEventDefinition ' \
            'escalationRef="esc_x"/></endEvent>\nis>x; x>ie\n'
DASHED = (
    '<boundaryEvent id="b" attachedToRef="sub" cancelActivity="false">'
    '<escalationEventDefinition escalationRef="esc_x"/></boundaryEvent>', "b>mend",
)


def test_an_escalation_of_a_round_begins_a_branch_of_the_parent_and_the_round_ends(session: Session) -> None:
    family = begun(session, inside(ESCALATES, THREE, DASHED))
    for _ in range(3):
        family.act("x")
    assert [node for _, node in family.open()] == ["mend"] * 3
    assert family.root.status == "running"
    for _ in range(3):
        family.act("mend")
    family.nothing_left()
    assert family.told == []
    assert history.verify(session) == []


def test_an_escalation_that_no_parent_catches_is_told_once(session: Session) -> None:
    family = begun(session, inside(ESCALATES, THREE, ("", "")).replace("; \n", "\n").replace(
        '<userTask id="mend"/>', "").replace("mend>e", ""))
    family.act("x")
    assert family.told == ["ie"]


def test_a_solid_escalation_takes_the_other_rounds_away(session: Session) -> None:
    solid = (DASHED[0].replace(' cancelActivity="false"', ""), DASHED[1])
    family = begun(session, inside(ESCALATES, THREE, solid))
    family.act("x")
    assert [node for _, node in family.open()] == ["mend"]
    assert sorted(one.status for one in family.rows()[1:]) == ["cancelled", "cancelled", "ended"]


def test_a_cancelled_child_runs_no_handler_any_more(session: Session, worker: Worker) -> None:
    family = Family(session).start(inside(BODY, THREE))
    operations.cancel(session, instance_id=family.instance_id, actor=BOSS, now=family.now, host=family.host,
                      role="operator", reason="x")
    family.drain()
    assert worker.jobs == []
    assert session.scalars(select(Task).where(Task.closed_at.is_(None))).all() == []
    family.nothing_left()
