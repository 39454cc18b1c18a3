"""Events that happen when several things have come (parallel multiple, BPMN 2.0.2 clause 10.5.1)."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from engine import operations
from engine.bpmn.reader import read
from engine.checking import check
from engine.compile import compile_process
from engine.walk import Walk
from tests.engine.family import Family, drawing

TWO = '<messageEventDefinition messageRef="m_hello"/><signalEventDefinition signalRef="sig_all"/>'
CATCH = f'''
    <startEvent id="s"/><intermediateCatchEvent id="c" parallelMultiple="true">{TWO}</intermediateCatchEvent>
    <userTask id="a"/><endEvent id="e"/>
    s>c; c>a; a>e
'''
EDGE = f'''
    <startEvent id="s"/><userTask id="w"/><boundaryEvent id="b" attachedToRef="w" parallelMultiple="true"{{dashed}}>
    {TWO}</boundaryEvent><userTask id="x"/><userTask id="a"/><endEvent id="e"/><endEvent id="e2"/>
    s>w; w>a; a>e; b>x; x>e2
'''
OVER = f'''
    <startEvent id="s"/><userTask id="w"/><endEvent id="e"/><userTask id="w2"/>
    <subProcess id="E" triggeredByEvent="true"><startEvent id="es" parallelMultiple="true">{TWO}</startEvent>
    <userTask id="x"/><endEvent id="ee"/>
    es>x; x>ee
    </subProcess>
    s>w; w>w2; w2>e
'''
GATEWAY = f'''
    <startEvent id="s"/><eventBasedGateway id="g"/>
    <intermediateCatchEvent id="c" parallelMultiple="true">{TWO}</intermediateCatchEvent>
    <intermediateCatchEvent id="d"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>
    </intermediateCatchEvent><userTask id="a"/><userTask id="late"/><endEvent id="e"/><endEvent id="e2"/>
    s>g; g>c; g>d; c>a; a>e; d>late; late>e2
'''


def message(family: Family) -> bool:
    """Whether somebody took the message."""
    found = operations.deliver(family.session, name="hello", now=family.now, host=family.host)
    family.drain()
    return found.instance_id is not None


def signal(family: Family) -> int:
    told = operations.broadcast(family.session, name="all", now=family.now, host=family.host)
    family.drain()
    return told


def over(family: Family) -> None:
    family.later(days=8)  # signals are kept for a week
    family.nothing_left()


def nodes(family: Family) -> list[str]:
    return [node for _, node in family.open()]


def test_a_catch_goes_on_when_both_have_come_in_either_order(session: Session) -> None:
    family = Family(session).start(CATCH)
    assert signal(family) == 1
    assert nodes(family) == []
    assert signal(family) == 0, "what has come is waited for no more"
    assert message(family)
    assert nodes(family) == ["a"]
    assert family.said().count("signal.received") == family.said().count("message.received") == 1
    family.act("a")
    over(family)


def test_an_edge_event_interrupts_when_both_have_come(session: Session) -> None:
    family = Family(session).start(EDGE.format(dashed=""))
    assert message(family)
    assert nodes(family) == ["w"]
    signal(family)
    assert nodes(family) == ["x"]
    family.act("x")
    over(family)


def test_what_came_is_forgotten_with_what_it_hangs_on(session: Session) -> None:
    family = Family(session).start(EDGE.format(dashed=""))
    assert message(family)
    family.act("w")
    assert nodes(family) == ["a"]
    assert "#" not in family.root.state
    assert signal(family) == 0


def test_a_dashed_edge_event_happens_again_each_time_both_have_come(session: Session) -> None:
    family = Family(session).start(EDGE.format(dashed=' cancelActivity="false"'))
    for times in (1, 2):
        assert message(family)
        assert nodes(family).count("x") == times - 1
        assert signal(family) == 1
        assert nodes(family).count("x") == times
    for node in ("x", "x", "w", "a"):
        family.act(node)
    over(family)


def test_an_event_sub_process_begins_when_both_have_come(session: Session) -> None:
    family = Family(session).start(OVER)
    signal(family)
    family.act("w")
    assert nodes(family) == ["w2"]
    assert message(family)
    assert nodes(family) == ["x"]
    family.act("x")
    over(family)


@pytest.mark.parametrize("late", [True, False])
def test_an_event_gateway_is_decided_by_both_or_by_another(session: Session, late: bool) -> None:
    family = Family(session).start(GATEWAY)
    assert message(family)
    if late:
        family.later(days=2)
    else:
        assert signal(family) == 1
    assert nodes(family) == ["late" if late else "a"]
    family.act(nodes(family)[0])
    over(family)


def test_a_clock_may_be_one_of_them(session: Session) -> None:
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    family = Family(session).start(CATCH.replace('<signalEventDefinition signalRef="sig_all"/>', timer))
    family.later(hours=1)
    assert "^c#2" in family.root.state
    assert nodes(family) == []
    family.now += timedelta(days=3)
    assert message(family)
    assert nodes(family) == ["a"]


START = f'''
    <startEvent id="s" parallelMultiple="true">{TWO}</startEvent><userTask id="a"/><endEvent id="e"/>
    s>a; a>e
'''


def test_the_first_that_comes_begins_an_instance_that_waits_for_the_other(session: Session) -> None:
    family = Family(session)
    family.publish(START)
    operations.deliver(session, name="hello", now=family.now, host=family.host, subject="thing:1", scope="33.23.01")
    family.drain()
    assert [(one.state, one.status) for one in family.rows()] == [("s/s^s#1", "running")]
    signal(family)
    assert family.rows()[0].state == "s/a"


def test_a_person_may_begin_it_by_hand(session: Session) -> None:
    assert nodes(Family(session).start(START)) == ["a"]


@pytest.mark.parametrize("source", [CATCH, EDGE.format(dashed=""), EDGE.format(dashed=' cancelActivity="false"'), OVER,
                                    GATEWAY, START])
def test_it_is_sound_and_walked_to_the_end(source: str) -> None:
    file = drawing(source)
    assert [one for one in check(file).problems if one.severity != "missing"] == []
    for seed in range(5):
        walk = Walk(compile_process(read(file).process()), Random(seed))
        for _ in walk.play(300):
            pass
        assert walk.ended == "end"


def test_an_error_cannot_be_one_of_them() -> None:
    file = drawing(EDGE.format(dashed="").replace(
        '<signalEventDefinition signalRef="sig_all"/>', '<errorEventDefinition errorRef="err_x"/>'
    ))
    found = next(one for one in check(file).problems if one.code == "unsupported.parallel_multiple")
    assert (found.element, found.severity) == ("b", "error")
    assert found.line
