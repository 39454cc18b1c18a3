"""Acting for another: four eyes count both, and nobody hands in by the name of who holds the role no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from engine import operations
from engine.errors import FourEyes, NotOpen
from engine.host import SYSTEM, Subject
from engine.operations.door import Act, note
from engine.operations.standing import lock
from tests.engine.world import ANA, BUDI, CICI, NOW, RuleHost, World

FOR_CICI = replace(ANA, on_behalf_of="Cici", principal=CICI.who)


@pytest.fixture
def world(session: Session) -> World:
    return World(session).begin()


def test_who_was_named_cannot_approve(world: World) -> None:
    world.do(FOR_CICI)
    with pytest.raises(FourEyes):
        world.do(CICI, {"decision": "approve"})
    with pytest.raises(FourEyes):
        operations.claim(world.session, task_id=world.task(), actor=CICI, now=NOW, host=world.host)
    with pytest.raises(FourEyes):
        world.do(replace(BUDI, principal=ANA.who), {"decision": "approve"})
    assert world.do(BUDI, {"decision": "approve"}).stages


def test_nobody_is_named_who_acted_in_another_lane(world: World) -> None:
    world.do(ANA)
    world.do(CICI, {"decision": "return"})
    with pytest.raises(FourEyes):
        world.do(FOR_CICI)
    world.do(ANA)


def test_early_evidence_for_another_counts_both_when_it_is_handed_in(world: World) -> None:
    operations.prepare(
        world.session, instance_id=world.instance_id, node="after", actor=FOR_CICI, now=NOW, host=world.host, data={}
    )
    world.do(ANA)
    assert world.do(CICI, {"decision": "approve"}).handed_in == ("after",)


class Dismissing(RuleHost):
    """A host by whose register Ana holds no role any more."""

    def still_holds(self, session: Session, subject: Subject, account: str, role: str, now: datetime) -> bool:
        return account != ANA.id


def test_early_evidence_of_who_left_waits_as_a_draft_for_the_others(session: Session) -> None:
    world = World(session, Dismissing()).begin()
    operations.prepare(
        session, instance_id=world.instance_id, node="after", actor=ANA, now=NOW, host=world.host, data={"a": 1}
    )
    world.do(CICI)
    assert world.do(BUDI, {"decision": "approve"}).handed_in == ()
    assert ("after", "draft") in world.submissions()
    assert world.actions()[-1] == "evidence.held"
    world.do(CICI, {"a": 1})
    assert ("after", "draft") not in world.submissions()


def test_a_stale_page_names_the_last_person_and_not_the_clock(world: World) -> None:
    task = world.task()
    world.do(ANA)
    note(world.session, lock(world.session, world.instance_id, world.host), Act("timer.fired", SYSTEM, NOW, "after"))
    with pytest.raises(NotOpen, match="oleh Ana") as refused:
        world.do(CICI, task_id=task)
    assert refused.value.values["who"] == "Ana"
    assert "%(who)s" in refused.value.template
