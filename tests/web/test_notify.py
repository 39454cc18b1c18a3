"""Every kind of message the engine writes has an effect, and each effect may run twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import definitions, handlers, history, operations, outbox
from engine.handlers import Job
from engine.host import SYSTEM
from engine.models import History, Incident, Instance, Message, Task
from tests.conftest import Database
from tests.workflows.late_world import PENDOWO, Regency, lay, wib
from web import jobs, notify
from web.config import ROOT
from web.db import clock, transaction
from workflows.host import HOST

AT = datetime(2024, 6, 1, tzinfo=UTC)
WEIGHED = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
             targetNamespace="tapak:test">
  <process id="weighed" name="Weighed" isExecutable="true">
    <startEvent id="recruited" name="Recruited"><outgoing>a</outgoing></startEvent>
    <sequenceFlow id="a" sourceRef="recruited" targetRef="weigh"/>
    <serviceTask id="weigh" name="Weigh">
      <extensionElements><zeebe:taskDefinition type="test.weigh"/></extensionElements>
      <incoming>a</incoming><outgoing>b</outgoing></serviceTask>
    <sequenceFlow id="b" sourceRef="weigh" targetRef="g"/>
    <exclusiveGateway id="g" default="light"><incoming>b</incoming><outgoing>heavy</outgoing><outgoing>light</outgoing>
    </exclusiveGateway>
    <sequenceFlow id="heavy" sourceRef="g" targetRef="full">
      <conditionExpression>= grams &gt; 100</conditionExpression></sequenceFlow>
    <sequenceFlow id="light" sourceRef="g" targetRef="empty"/>
    <endEvent id="full" name="Full"><incoming>heavy</incoming></endEvent>
    <endEvent id="empty" name="Empty"><incoming>light</incoming></endEvent>
  </process>
</definitions>"""


def written_kinds() -> Iterator[tuple[Path, str]]:
    """(file, kind) of each message that engine, workflows or web put into the outbox."""
    for path in sorted(file for floor in ("engine", "workflows", "web") for file in (ROOT / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "outbox.row":
                kind = node.args[0]
                assert isinstance(kind, ast.Constant), f"{path}: the kind of a message is a word, so that it is found"
                yield path, str(kind.value)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("outbox.stuck", "not_caught"):
                yield from ((path, str(one.value.value)) for one in node.keywords
                            if one.arg == "kind" and isinstance(one.value, ast.Constant))


def test_every_kind_that_is_written_has_an_effect_and_no_effect_waits_in_vain() -> None:
    assert {kind for _, kind in written_kinds()} == set(notify.EFFECTS)


def test_jobs_and_sweep_use_these_effects() -> None:
    assert jobs.effects() is notify.EFFECTS


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A handler whose answer the test sets; "broken" makes it raise. It counts how often it was asked."""
    said: dict[str, Any] = {"grams": 150, "asked": 0}

    def weigh(session: Session, job: Job, now: datetime) -> Mapping[str, Any]:
        said["asked"] += 1
        assert (job.node, job.scope) == ("weigh", "33.23.13.2007")
        if said.get("broken"):
            raise OSError("the scale is broken")
        return {"grams": said["grams"], "colour": "no condition asks for it"}

    monkeypatch.setitem(handlers._registered, "test.weigh", weigh)
    return said


def start_weighing(regency: Regency, count: int = 1) -> list[int]:
    with transaction(regency.engine) as session:
        definition = definitions.publish(
            session, drawing=WEIGHED, form_texts={}, by="test", now=AT, handlers=handlers.registered()
        )
        body = regency.body(session, PENDOWO)
        return [
            operations.start(
                session, definition_id=definition.id, subject=body.subject, scope=body.scope, actor=SYSTEM, now=AT,
                host=HOST,
            ).instance_id
            for _ in range(count)
        ]


@pytest.fixture
def regency(database: Database) -> Regency:
    return lay(database.engine)


def test_an_automatic_task_is_done_by_its_handler(regency: Regency, scale: dict[str, Any]) -> None:
    (number,) = start_weighing(regency)
    assert jobs.drain_outbox(regency.engine, notify.EFFECTS).count == 3
    with transaction(regency.engine) as session:
        instance = session.get_one(Instance, number)
        assert (instance.status, instance.stage, instance.variables) == ("ended", "full", {"grams": 150})
        assert history.verify(session) == []
    assert scale["asked"] == 1


def test_an_automatic_task_read_twice_is_done_once(regency: Regency, scale: dict[str, Any]) -> None:
    (number,) = start_weighing(regency)
    jobs.drain_outbox(regency.engine, notify.EFFECTS)
    scale["grams"] = 1
    with transaction(regency.engine) as session:
        session.execute(sa.update(Message).values(done_at=None))
    assert jobs.drain_outbox(regency.engine, notify.EFFECTS).count == 3
    with transaction(regency.engine) as session:
        assert session.get_one(Instance, number).stage == "full"
        assert session.scalar(sa.select(sa.func.count()).select_from(History)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(Task)) == 1


def test_a_handler_that_fails_leaves_nothing_and_after_six_times_an_incident(
    regency: Regency, scale: dict[str, Any]
) -> None:
    (number,) = start_weighing(regency)
    scale["broken"] = True
    for _ in range(outbox.ATTEMPTS + 1):
        jobs.drain_outbox(regency.engine, notify.EFFECTS)
        with transaction(regency.engine) as session:
            session.execute(sa.update(Message).where(Message.done_at.is_(None)).values(available_at=clock(session)))
    with transaction(regency.engine) as session:
        message = session.scalars(sa.select(Message).where(Message.kind == "task.run")).one()
        assert (message.attempts, message.done_at) == (outbox.ATTEMPTS + 1, None)
        incident = session.scalars(sa.select(Incident)).one()
        assert (incident.instance_id, incident.node, incident.message_id) == (number, "weigh", message.id)
        assert "the scale is broken" in incident.error
        assert session.get_one(Instance, number).status == "running"
    scale["broken"] = False
    with transaction(regency.engine) as session:
        session.execute(sa.update(Message).where(Message.done_at.is_(None)).values(available_at=clock(session)))
    jobs.drain_outbox(regency.engine, notify.EFFECTS)
    with transaction(regency.engine) as session:
        assert session.get_one(Instance, number).stage == "full"


def test_a_drawing_without_its_handler_is_refused_before_it_runs(regency: Regency) -> None:
    from engine.errors import DrawingRefused

    with pytest.raises(DrawingRefused) as refused, transaction(regency.engine) as session:
        definitions.publish(session, drawing=WEIGHED, form_texts={}, by="test", now=AT)
    assert [(one.code, one.element) for one in refused.value.problems] == [("task.no_handler", "weigh")]


def test_each_effect_of_a_real_body_may_run_twice(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    late = wib(7, 1, 10)
    regency.sweep(late)
    before = regency.notices(), regency.told()
    with transaction(regency.engine) as session:
        messages = session.scalars(sa.select(Message).order_by(Message.id)).all()
        assert {one.kind for one in messages} == {"instance.moved", "escalation.thrown"}
        for one in reversed(messages):
            taken = outbox.Taken(one.id, one.kind, one.payload)
            for _ in range(2):
                notify.EFFECTS[one.kind](session, replace(taken), late + timedelta(minutes=1))
    assert (regency.notices(), regency.told()) == before
    assert before[1]


def test_nothing_personal_goes_into_a_message_or_a_notice(regency: Regency) -> None:
    """Ids and words of ours only: no name of a person, no text somebody typed."""
    regency.inaugurate(PENDOWO)
    regency.hand_in(PENDOWO, "pps", "submit_sowan", wib(6, 3, 9))
    regency.decide(PENDOWO, "approve_sowan", wib(6, 3, 15), decision="return", reason="blurry", note="Joko Susilo lupa")
    regency.drain(wib(6, 3, 15))
    with transaction(regency.engine) as session:
        said = [*session.scalars(sa.text("select payload from message")), *session.scalars(
            sa.text("select params from notice"))]
    assert len(said) > 8
    assert not [one for one in said if "Joko" in str(one) or "Mulyono" in str(one)]
