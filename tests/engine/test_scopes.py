"""Clocks and conditions of scopes that lie in the plane of their instance: sub-processes and event sub-processes."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history
from engine.models import Timer
from tests.engine.family import Family

PLANE = """
    <startEvent id="s"/><endEvent id="e"/><endEvent id="f"/><userTask id="instead"/>
    <subProcess id="sub"><startEvent id="is"/><userTask id="x"/><userTask id="y"/><endEvent id="ie"/>
    is>x; x>y; y>ie
    </subProcess>
    <boundaryEvent id="over" attachedToRef="sub"><timerEventDefinition><timeDuration>PT5H</timeDuration>
    </timerEventDefinition></boundaryEvent>
    s>sub; sub>e; over>instead; instead>f
"""


def clocks(family: Family) -> list[str]:
    return list(family.session.scalars(select(Timer.host).where(Timer.closed_at.is_(None)).order_by(Timer.id)))


def test_a_clock_on_a_sub_process_runs_through_the_steps_inside(session: Session) -> None:
    family = Family(session).start(PLANE)
    assert [part for part, _, _ in family.tree()] == [""], "nothing in it needs a child"
    family.later(hours=3)
    family.act("x")
    assert clocks(family) == ["sub"]
    family.later(hours=2)
    assert family.open() == [(family.instance_id, "instead")]
    assert clocks(family) == []


def test_a_clock_on_a_sub_process_is_cleared_when_it_is_over(session: Session) -> None:
    family = Family(session).start(PLANE)
    family.act("x")
    family.act("y")
    family.later(hours=9)
    assert family.root.status == "ended"
    family.nothing_left()


HANDLED = """
    <startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>
    <subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="{solid}">{what}</startEvent>
    <userTask id="x"/><endEvent id="he"/>
    hs>x; x>he
    </subProcess>
    s>a; a>b; b>e
"""
TIMER = "<timerEventDefinition><timeDuration>PT5H</timeDuration></timerEventDefinition>"
CYCLE = "<timerEventDefinition><timeCycle>R3/PT5H</timeCycle></timerEventDefinition>"
CONDITION = "<conditionalEventDefinition><condition>= alarm</condition></conditionalEventDefinition>"


def test_a_clock_of_the_whole_process_runs_from_its_start_and_takes_over(session: Session) -> None:
    family = Family(session).start(HANDLED.format(solid="true", what=TIMER))
    assert clocks(family) == ["p!"]
    family.later(hours=4)
    family.act("a")
    family.later(hours=1)
    assert family.open() == [(family.instance_id, "x")]
    assert clocks(family) == []
    family.act("x")
    family.nothing_left()


def test_a_dashed_cycle_begins_beside_from_its_planned_moments(session: Session) -> None:
    family = Family(session).start(HANDLED.format(solid="false", what=CYCLE))
    begun = family.now
    family.later(hours=7)
    assert [node for _, node in family.open()] == ["a", "x"]
    due = session.scalars(select(Timer.due_at).where(Timer.closed_at.is_(None))).one()
    assert (due - begun).total_seconds() == 10 * 3600
    family.later(hours=3)
    assert [node for _, node in family.open()] == ["a", "x", "x"]
    for node in ("a", "b", "x", "x"):
        assert family.root.status == "running"
        family.act(node)
    family.nothing_left()
    assert history.verify(session) == []


@pytest.mark.parametrize(("solid", "opened"), [("true", ["x"]), ("false", ["b", "x"])])
def test_a_condition_of_the_whole_process(session: Session, solid: str, opened: list[str]) -> None:
    family = Family(session).start(HANDLED.format(solid=solid, what=CONDITION))
    family.act("a", {"alarm": True})
    assert [node for _, node in family.open()] == opened
    for node in opened:
        family.act(node, {"alarm": False})
    family.nothing_left()


def test_a_child_whose_rounds_have_clocks_has_them_on_the_stay_and_not_on_each_round(session: Session) -> None:
    family = Family(session).start("""
        <startEvent id="s"/><userTask id="a"><multiInstanceLoopCharacteristics><extensionElements><z:loopCharacteristics
        inputCollection="= [1, 2, 3]" inputElement="n"/></extensionElements></multiInstanceLoopCharacteristics>
        </userTask><endEvent id="e"/><boundaryEvent id="late" attachedToRef="a"><timerEventDefinition><timeDuration>PT5H
        </timeDuration></timerEventDefinition></boundaryEvent>
        s>a; a>e; late>e
    """)
    assert clocks(family) == ["a"]
    family.act("a")
    family.later(hours=5)
    assert family.root.status == "ended"
    family.nothing_left()
