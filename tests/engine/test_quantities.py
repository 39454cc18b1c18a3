"""How many tokens an activity needs to begin, and how many leave it (BPMN 2.0.2 clauses 10.3.1 and 13.3.2)."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy.orm import Session

from engine.bpmn.reader import read
from engine.checking import check
from engine.compile import compile_process
from engine.walk import Walk
from tests.engine.family import Family, drawing

TWO = """
    <startEvent id="s"/><userTask id="a"/><userTask id="b"/><{tag} id="x" startQuantity="2"{more}>{inside}</{tag}>
    <endEvent id="e"/>
    s>a; s>b; a>x; b>x; x>e
"""
BODY = '<startEvent id="i"/><userTask id="w"/><endEvent id="o"/>\n i>w; w>o\n'
GIVES = """
    <startEvent id="s"/><userTask id="a" completionQuantity="{given}"/><userTask id="x" startQuantity="{needed}"/>
    <endEvent id="e"/>
    s>a; a>x; x>e
"""


def codes(body: str) -> set[tuple[str, str | None, str]]:
    return {(one.code, one.element, one.severity) for one in check(drawing(body)).problems
            if one.severity != "missing"}


@pytest.mark.parametrize(("tag", "inside", "opens"), [("userTask", "", "x"), ("subProcess", BODY, "w")])
def test_an_activity_begins_when_enough_tokens_have_arrived(
    session: Session, tag: str, inside: str, opens: str
) -> None:
    family = Family(session).start(TWO.format(tag=tag, inside=inside, more=""))
    family.act("b")
    assert [node for _, node in family.open()] == ["a"]
    family.act("a")
    assert [node for _, node in family.open()] == [opens]
    family.act(opens)
    family.nothing_left()


@pytest.mark.parametrize("number", [2, 5, 9])
def test_as_many_leave_as_are_needed(session: Session, number: int) -> None:
    assert codes(GIVES.format(given=number, needed=number)) == set()
    family = Family(session).start(GIVES.format(given=number, needed=number))
    family.act("a")
    assert [node for _, node in family.open()] == ["x"]
    family.act("x")
    family.nothing_left()


def test_tokens_in_a_round_are_gathered(session: Session) -> None:
    around = """
        <startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="g_f"/><parallelGateway id="f"/>
        <exclusiveGateway id="m"/><userTask id="x" startQuantity="3"/><endEvent id="e"/>
        s>m; m>a; a>f; f>x; f>g; g>m = again; g>f2; x>e
    """.replace("g_f", "g_f2").replace("<endEvent", '<endEvent id="f2"/><endEvent', 1)
    family = Family(session)
    with pytest.raises(Exception, match="x"):
        family.start(around)
    graph = compile_process(read(drawing(around)).process())
    assert {place for state in graph.states.values() for place in state.places} >= {"f_x", "f_x*2"}


def test_too_few_are_told_with_the_activity_where_they_wait() -> None:
    assert codes(GIVES.format(given=1, needed=2)) >= {("completion.stuck", "x", "unsound")}
    found = check(drawing(GIVES.format(given=1, needed=2))).problems
    [stuck] = [one for one in found if one.code == "completion.stuck"]
    assert "2 token" in stuck.message
    assert "2 tokens" in stuck.message_en
    assert "gerbang" not in stuck.message
    assert "gateway" not in stuck.message_en


def test_too_many_are_told_with_the_activity_they_come_to() -> None:
    assert ("tokens.two_in_one_place", "x", "unsound") in codes(GIVES.format(given=2, needed=1))


@pytest.mark.parametrize("given", ["0", "10", "-1", "x", "1.5"])
def test_other_quantities_are_refused_with_their_place(given: str) -> None:
    found = next(one for one in check(drawing(GIVES.format(given=given, needed=1))).problems if one.severity == "error")
    assert (found.code, found.element) == ("unsupported.userTask", "a")
    assert found.line
    assert "1" in found.message_en


@pytest.mark.parametrize("seed", range(5))
def test_it_is_walked_to_the_end(seed: int) -> None:
    for body in (TWO.format(tag="userTask", inside="", more=""), GIVES.format(given=3, needed=3)):
        walk = Walk(compile_process(read(drawing(body)).process()), Random(seed))
        for _ in walk.play(100):
            pass
        assert walk.ended == "end"
