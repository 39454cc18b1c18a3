"""`now()` and `today()` in a drawing are the moment of the act, by the subject's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from engine.bpmn import reader
from engine.checking import check
from engine.compile import compile_process
from engine.walk import Walk
from tests.engine.family import Family, drawing

BY_CLOCK = """
    <startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_late"/>
    <userTask id="soon"/><userTask id="late"/><endEvent id="e"/>
    s>a; a>g; g>soon %s; g>late; soon>e; late>e
"""


@pytest.mark.parametrize(("condition", "days", "place"), [
    ('= now() < date and time("2024-05-20T00:00:00@Asia/Jakarta")', 1, "soon"),
    ('= now() < date and time("2024-05-20T00:00:00@Asia/Jakarta")', 9, "late"),
    ('= today() = date("2024-05-17")', 1, "soon"), ('= today() = date("2024-05-17")', 2, "late"),
    ("${now().before(dateTime().plusDays(1).toDate())}", 1, "soon"),
    ("${dateTime().minusHours(1).after(now())}", 1, "late"),
])
def test_a_condition_asks_at_the_moment_of_the_act(session: Session, condition: str, days: int, place: str) -> None:
    family = Family(session).start(BY_CLOCK.replace("%s", condition))
    family.later(days=days)
    family.act("a")
    assert [node for _, node in family.open()] == [place]


def test_today_is_the_subjects_own_day(session: Session) -> None:
    """20.00 UTC is the next day in Jakarta."""
    family = Family(session).start(BY_CLOCK.replace("%s", '= today() = date("2024-05-17")'))
    family.now = datetime(2024, 5, 16, 20, 0, tzinfo=UTC)
    family.act("a")
    assert [node for _, node in family.open()] == ["soon"]


@pytest.mark.parametrize("text", ['= now() + duration("PT36H")', "${dateTime().plusHours(36).toDate()}"])
def test_a_timer_counts_from_the_moment_it_is_set(session: Session, text: str) -> None:
    family = Family(session).start(f"""
        <startEvent id="s"/><userTask id="a"/><endEvent id="e"/>
        <boundaryEvent id="b" attachedToRef="a"><timerEventDefinition><timeDate>{text}</timeDate></timerEventDefinition>
        </boundaryEvent>
        s>a; a>e; b>e
    """)
    assert family.clocks() == {"b": family.now + timedelta(hours=36)}


def test_a_mapping_keeps_the_moment(session: Session) -> None:
    family = Family(session).start("""
        <startEvent id="s"/><userTask id="a"><extensionElements><z:ioMapping>
        <z:output source="=string(today())" target="on"/></z:ioMapping></extensionElements></userTask>
        <userTask id="b"/><endEvent id="e"/>
        s>a; a>b; b>e
    """)
    family.later(days=3)
    family.act("a")
    assert family.instance.variables == {"on": "2024-05-19"}


def test_the_walk_has_a_clock_of_its_own() -> None:
    """Its days pass, so a moment to come is passed at last."""
    body = """
        <startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_a"/><endEvent id="e"/>
        s>a; a>g; g>e = now() > date and time("2024-06-10T00:00:00Z"); g>a
    """
    walk = Walk(compile_process(reader.read(drawing(body)).process()), Random(1), {})
    moments = [one.at for one in walk.play(300)]
    assert walk.ended == "end"
    assert moments[-1] > datetime(2024, 6, 10, tzinfo=UTC) > moments[-3]


def test_conditions_that_ask_the_clock_are_asked_for_a_default() -> None:
    body = BY_CLOCK.replace("%s", '= now() > date and time("2024-06-10T00:00:00Z")').replace(' default="g_late"', "")
    body = body.replace("g>late;", 'g>late = now() <= date and time("2024-06-10T00:00:00Z");')
    assert "gateway.no_default" in {one.code for one in check(drawing(body)).problems}
