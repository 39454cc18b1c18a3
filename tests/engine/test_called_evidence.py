"""What was handed in inside a called process is decided by who called it, unless the called process decides itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import Submission
from tests.engine.family import Family

CALLED = '<startEvent id="cs"/><userTask id="work"/><endEvent id="ce"/> cs>work; work>ce'.replace(" cs>", "\ncs>")
MILESTONE = '<startEvent id="cs"/><userTask id="work"/><intermediateThrowEvent id="m"/><endEvent id="ce"/>\n' \
            "cs>work; work>m; m>ce"
DECIDES = '<startEvent id="cs"/><userTask id="work"/><userTask id="look"/><exclusiveGateway id="cg" default="cg_ce"/>' \
          '<endEvent id="ce"/>\ncs>work; work>look; look>cg; cg>ce; cg>work = bad'
CALLING = """
    <startEvent id="s"/><callActivity id="call" calledElement="called">{loop}</callActivity><userTask id="approve"/>
    <exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>
    s>call; call>approve; approve>g; g>e; g>call = again
"""
ROUNDS = (
    "<multiInstanceLoopCharacteristics isSequential='true'><loopCardinality>2</loopCardinality>"
    "</multiInstanceLoopCharacteristics>"
)


def handed_in(family: Family) -> list[tuple[str, str, int]]:
    """(node, status, instance) of all evidence, the oldest first, without decisions."""
    rows = family.session.scalars(
        select(Submission).order_by(Submission.id).execution_options(populate_existing=True)
    )
    return [(one.node, one.status, one.instance_id) for one in rows if one.node not in ("approve", "look")]


def called(session: Session, body: str, loop: str = "") -> Family:
    family = Family(session)
    family.publish(body, key="called")
    return family.start(CALLING.format(loop=loop))


@pytest.mark.parametrize("loop", ["", ROUNDS])
def test_the_end_of_a_called_process_accepts_nothing_the_caller_does(session: Session, loop: str) -> None:
    family = called(session, CALLED, loop)
    many = 2 if loop else 1
    for _ in range(many):
        family.act("work", {"number": 1})
    assert handed_in(family) == [("work", "submitted", family.instance_id)] * many
    family.act("approve", {"again": False})
    assert handed_in(family) == [("work", "accepted", family.instance_id)] * many
    decided = session.scalars(select(Submission.decision).where(Submission.node == "work")).all()
    assert decided == [{"again": False}] * many
    family.nothing_left()


@pytest.mark.parametrize("loop", ["", ROUNDS])
def test_what_the_caller_returns_is_returned_and_done_again(session: Session, loop: str) -> None:
    family = called(session, CALLED, loop)
    many = 2 if loop else 1
    for _ in range(many):
        family.act("work", {"number": 1})
    family.act("approve", {"again": True})
    assert [status for _, status, _ in handed_in(family)] == ["returned"] * many
    for _ in range(many):
        family.act("work", {"number": 2})
    family.act("approve", {"again": False})
    assert [status for _, status, _ in handed_in(family)] == ["returned"] * many + ["accepted"] * many
    family.nothing_left()


@pytest.mark.parametrize(("body", "acts"), [(MILESTONE, ["work"]), (DECIDES, ["work", "look"])])
def test_a_called_process_that_decides_accepts_itself(session: Session, body: str, acts: list[str]) -> None:
    family = called(session, body)
    child = family.rows()[1].id
    for node in acts:
        family.act(node, {})
    assert handed_in(family) == [("work", "accepted", child)]
    family.act("approve", {"again": True})
    assert handed_in(family) == [("work", "accepted", child)]


def test_a_task_of_the_same_name_in_the_caller_is_not_confused_with_the_called_one(session: Session) -> None:
    family = Family(session)
    family.publish(CALLED, key="called")
    family.start("""
        <startEvent id="s"/><callActivity id="call" calledElement="called"/><userTask id="work"/><endEvent id="e"/>
        s>call; call>work; work>e
    """)
    family.act("work", {"number": 1})
    assert handed_in(family) == [("work", "submitted", family.instance_id)]
    family.act("work", {"number": 2})
    assert [status for _, status, _ in handed_in(family)] == ["accepted", "accepted"]


def test_a_process_of_its_own_still_accepts_by_ending(session: Session) -> None:
    family = Family(session).start(CALLED)
    family.act("work", {"number": 1})
    assert handed_in(family) == [("work", "accepted", family.instance_id)]
