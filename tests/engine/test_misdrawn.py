"""What BPMN forbids though a token could pass is told with element, line and mend; what is merely odd is not."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from engine.checking import check
from engine.errors import DrawingRefused
from tests.engine.family import Family, drawing

TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
CASES = {
    "flow.into_start": ("s", """
        <startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>
        s>a; a>g; g>e; g>s = x > 1"""),
    "flow.into_boundary": ("b", f"""
        <startEvent id="s"/><userTask id="a"/><userTask id="c"/><endEvent id="e"/>
        <boundaryEvent id="b" attachedToRef="a">{TIMER}</boundaryEvent>
        s>a; a>c; c>b; b>e"""),
    "flow.out_of_end": ("e", """
        <startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/><endEvent id="e2"/>
        s>a; a>e; e>b; b>e2"""),
    "event.caught_twice": ("c", """
        <startEvent id="s"/><serviceTask id="a"/><endEvent id="e"/>
        <boundaryEvent id="b" attachedToRef="a"><errorEventDefinition errorRef="err_x"/></boundaryEvent>
        <boundaryEvent id="c" attachedToRef="a"><errorEventDefinition errorRef="err_x"/></boundaryEvent>
        s>a; a>e; b>e; c>e"""),
    "flow.other_scope": ("s_u", """
        <startEvent id="s"/><subProcess id="p1"><startEvent id="t"/><userTask id="u"/><endEvent id="v"/>
        t>u; u>v
        </subProcess><endEvent id="e"/>
        s>u; p1>e"""),
    "loop.never_waits": ("g", """
        <startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_g"/><endEvent id="e"/>
        s>a; a>g; g>e = x > 1; g>g"""),
}
WARNED = {
    "default.condition": ("g_e", """
        <startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_e"/><userTask id="b"/>
        <endEvent id="e"/>
        s>a; a>g; g>e = x > 1; g>b = x > 5; b>e"""),
    "element.twice": ("a", """
        <startEvent id="s"/><userTask id="a"><standardLoopCharacteristics/><multiInstanceLoopCharacteristics>
        <loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></userTask><endEvent id="e"/>
        s>a; a>e"""),
}


@pytest.mark.parametrize("code", CASES)
def test_it_is_a_fault_with_its_place_and_mend(code: str) -> None:
    element, body = CASES[code]
    verdict = check(drawing(body))
    found = [one for one in verdict.problems if one.code == code]
    assert not verdict.ok
    assert [(one.element, one.severity in ("error", "unsound"), one.line) for one in found] == [(element, True, 1)]
    assert all(one.message and one.message_en for one in found)


@pytest.mark.parametrize("code", WARNED)
def test_what_changes_nothing_is_a_warning(code: str) -> None:
    element, body = WARNED[code]
    verdict = check(drawing(body))
    assert [(one.element, one.severity) for one in verdict.problems if one.code == code] == [(element, "warning")]
    assert verdict.ok


def test_such_a_drawing_is_not_published(session: Session) -> None:
    with pytest.raises(DrawingRefused) as refused:
        Family(session).publish(CASES["flow.into_start"][1])
    assert [one.code for one in refused.value.problems] == ["flow.into_start"]


@pytest.mark.parametrize("second", [
    '<boundaryEvent id="c" attachedToRef="a"><errorEventDefinition/></boundaryEvent>',
    f'<boundaryEvent id="c" attachedToRef="a">{TIMER}</boundaryEvent>',
])
def test_events_that_catch_something_else_may_stand_beside_each_other(second: str) -> None:
    body = CASES["event.caught_twice"][1]
    start = body.index('<boundaryEvent id="c"')
    body = body[:start] + second + body[body.index("\n", start):]
    assert check(drawing(body)).ok
