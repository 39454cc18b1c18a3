"""What the branch of a dashed event cannot do is told with the gateway or event, the line and the mend."""

from __future__ import annotations

import pytest

from engine.checking import check
from engine.errors import Problem
from tests.engine.family import drawing

EVENT = '<messageEventDefinition messageRef="m_hello"/>'
JOINED = f"""
    <startEvent id="s"/><userTask id="a"/><userTask id="x"/><{{join}} id="j"/><endEvent id="e"/>
    <boundaryEvent id="b" attachedToRef="a" cancelActivity="{{solid}}">{EVENT}</boundaryEvent>
    s>a; a>j; b>x; x>j; j>e
"""
APART = f"""
    <startEvent id="s"/><userTask id="a"/><userTask id="x"/><userTask id="y"/><parallelGateway id="f"/>
    <parallelGateway id="j"/><endEvent id="e"/><endEvent id="e2"/>
    <boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{EVENT}</boundaryEvent>
    s>a; a>e; b>f; f>x; f>y; x>j; y>j; j>e2
"""
UNDOES = f"""
    <startEvent id="s"/><userTask id="w"/><userTask id="a"/><userTask id="x"/><endEvent id="e"/><endEvent id="e2"/>
    <boundaryEvent id="c" attachedToRef="w"><compensateEventDefinition/></boundaryEvent>
    <userTask id="u" isForCompensation="true"/><association id="l" sourceRef="c" targetRef="u"/>
    <intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>
    <boundaryEvent id="b" attachedToRef="a" cancelActivity="{{solid}}">{EVENT}</boundaryEvent>
    s>w; w>a; a>e; b>x; x>t; t>e2
"""


def wrong(body: str) -> list[Problem]:
    return [one for one in check(drawing(body)).problems if one.severity in ("error", "unsound")]


@pytest.mark.parametrize("join", ["parallelGateway", "inclusiveGateway"])
def test_a_join_of_a_dashed_branch_with_the_main_flow_is_told(join: str) -> None:
    found = wrong(JOINED.format(join=join, solid="false"))
    assert (found[0].code, found[0].element, found[0].elements) == ("branch.joins", "j", ("b", "x_j", "j"))
    assert {one.code for one in found[1:]} <= {"element.dead", "completion.stuck"}
    assert found[0].line
    for text in (found[0].message, found[0].message_en):
        assert "x_j" in text
        assert "a_j" in text
    assert "end event of its own" in found[0].message_en


@pytest.mark.parametrize("body", [JOINED.format(join="exclusiveGateway", solid="true"), APART])
def test_a_branch_that_keeps_to_itself_is_not_blamed(body: str) -> None:
    assert wrong(body) == []


def test_a_dashed_branch_that_would_undo_the_main_flow_is_told() -> None:
    found = wrong(UNDOES.format(solid="false"))
    assert [(one.code, one.element, one.elements) for one in found] == [("branch.compensates", "t", ("b", "t"))]
    assert "“w”" in found[0].message_en
    assert wrong(UNDOES.format(solid="true")) == []
