"""Variables that vendors let events fill: the code and message of what was caught, and who began."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import definitions, handlers, operations
from engine.errors import BpmnError
from engine.handlers import Job
from tests.engine.family import Family, drawing
from tests.engine.world import ANA, NOW, SCOPE, RuleHost

KEPT = 'camunda:errorCodeVariable="code" camunda:errorMessageVariable="why"'
ROUTED = """
    <userTask id="known"/><userTask id="other"/><exclusiveGateway id="g" default="g_other"/><endEvent id="e"/>
    g>known = code = "X" and why = "it went wrong"; g>other; known>e; other>e
"""


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "_registered", {})

    def fail(session: Session, job: Job, now: datetime) -> Mapping[str, Any]:
        raise BpmnError("X", "it went wrong")

    handlers.handler("work")(fail)


def begun(session: Session, body: str) -> Family:
    family = Family(session).start(body)
    family.drain()
    return family


def places(family: Family) -> list[str]:
    return [node for _, node in family.open()]


def test_a_caught_error_of_a_handler_gives_its_code_and_message(session: Session, failing: None) -> None:
    family = begun(session, f"""
        <startEvent id="s"/><serviceTask id="work"/>
        <boundaryEvent id="b" attachedToRef="work"><errorEventDefinition {KEPT}/></boundaryEvent>
        s>work; work>e; b>g
        {ROUTED}
    """)
    assert places(family) == ["known"]
    assert {name: family.instance.variables[name] for name in ("code", "why")} == {
        "code": "X", "why": "it went wrong",
    }


def test_a_caught_error_of_an_end_event_gives_its_code(session: Session) -> None:
    family = begun(session, f"""
        <startEvent id="s"/><subProcess id="sub"><startEvent id="t"/><userTask id="u"/>
        <endEvent id="bad"><errorEventDefinition errorRef="err_x"/></endEvent>
        t>u; u>bad
        </subProcess>
        <boundaryEvent id="b" attachedToRef="sub"><errorEventDefinition {KEPT}/></boundaryEvent>
        <userTask id="x"/><endEvent id="e"/>
        s>sub; sub>e; b>x; x>e
    """)
    family.act("u")
    assert family.instance.variables["code"] == "X"


def test_a_caught_escalation_gives_its_code(session: Session) -> None:
    family = begun(session, """
        <startEvent id="s"/><subProcess id="sub"><startEvent id="t"/><userTask id="u"/>
        <endEvent id="up"><escalationEventDefinition escalationRef="esc_x"/></endEvent>
        t>u; u>up
        </subProcess>
        <boundaryEvent id="b" attachedToRef="sub">
        <escalationEventDefinition camunda:escalationCodeVariable="level"/></boundaryEvent>
        <userTask id="x"/><endEvent id="e"/>
        s>sub; sub>e; b>x; x>e
    """)
    family.act("u")
    assert family.instance.variables["level"] == "E"


def test_who_began_is_known_under_the_name_the_start_event_gives(session: Session) -> None:
    body = """
        <startEvent id="s" camunda:initiator="who"/><userTask id="u"/><userTask id="mine"/><endEvent id="e"/>
        <exclusiveGateway id="g" default="g_u"/>
        s>g; g>u; g>mine = who = "1"; u>e; mine>e
    """
    definition = definitions.publish(session, drawing=drawing(body), form_texts={}, by="test", now=NOW)
    family = Family(session)
    family.instance_id = operations.start(
        session, definition_id=definition.id, subject="thing:1", scope=SCOPE, actor=ANA, now=NOW, host=RuleHost(),
    ).instance_id
    assert family.instance.variables == {"who": ANA.id}
