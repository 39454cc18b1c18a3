"""Taking a decision back: everything stands as before, the history says so, and only who decided may, in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history, operations
from engine.base import table_of
from engine.errors import Forbidden, NotFound, Refused
from engine.host import SYSTEM, Actor, Grant, Subject
from engine.models import History, Instance, Message, Submission, Task, Timer, Vote
from engine.operations.door import Act, note
from engine.operations.standing import lock
from engine.reversals import Reversal
from tests.engine.world import ANA, BUDI, CICI, NOW, SCOPE, RuleHost, World

EVA = Actor("5", "Eva", (Grant("commissioner", "33.23"),))


class Registers(RuleHost):
    """A host that writes one register and can write it back."""

    def __init__(self) -> None:
        super().__init__()
        self.register: dict[str, Any] = {}

    def accepted(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], actor: Actor, now: datetime
    ) -> Mapping[str, Any]:
        before = dict(self.register)
        self.register[node] = dict(data)
        return {"was": before}

    def take_back(
        self, session: Session, subject: Subject, node: str, before: Mapping[str, Any], actor: Actor, now: datetime
    ) -> None:
        self.register = dict(before["was"])


@pytest.fixture
def world(session: Session) -> World:
    return World(session, Registers()).begin()


def image(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Everything an act may change but the history, with what has to differ after an undoing left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in (Instance, Task, Timer, Submission, Vote):
        table = table_of(model)
        rows = session.execute(select(table).order_by(table.c.id)).mappings()
        found[model.__name__] = [
            {name: value for name, value in row.items() if name not in ("version", "seq", "head")} for row in rows
        ]
    return found


def undo(world: World, seq: int | None = None, actor: Actor = BUDI, **more: Any) -> operations.Outcome:
    return operations.undo(
        world.session, instance_id=world.instance_id, seq=seq or world.instance.seq, actor=actor, now=world.now,
        host=world.host, **more,
    )


@pytest.mark.parametrize("answer", ["approve", "return"])
def test_everything_is_as_before(world: World, session: Session, answer: str) -> None:
    world.do(ANA, {"x": 1})
    operations.claim(session, task_id=world.task(), actor=BUDI, now=world.now, host=world.host)
    before, version, task = image(session), world.instance.version, world.task()
    world.pass_days(0.01)
    world.do(BUDI, {"decision": answer})
    assert image(session) != before
    seq = world.instance.seq
    world.now += timedelta(minutes=9)
    outcome = undo(world)
    after = image(session)
    own = [row for row in after["Submission"] if row["status"] == "withdrawn"]
    assert [row["data"] for row in own] == [{"decision": answer}]
    after["Submission"] = [row for row in after["Submission"] if row["status"] != "withdrawn"]
    opened = [row for row in after["Task"] if row["outcome"] == "taken_away"]
    after["Task"] = [row for row in after["Task"] if row["outcome"] != "taken_away"]
    after["Timer"] = [row for row in after["Timer"] if row["id"] in {one["id"] for one in before["Timer"]}]
    assert after == before
    assert all(row["closed_at"] == world.now for row in opened)
    assert world.task() == task
    assert world.host.register == {}  # type: ignore[attr-defined] # -- the host of this test
    assert world.instance.version == outcome.version == version + 2
    last = session.scalars(select(History).order_by(History.seq.desc()).limit(1)).one()
    assert (last.action, last.details["undoes"], last.actor) == ("decision.undone", [seq, seq], BUDI.id)
    rows = session.execute(select(table_of(History)).order_by(History.seq)).mappings()
    assert history.verify_rows(rows, world.instance_id, world.instance.seq, world.instance.head) is None


def test_it_can_be_decided_anew_and_taken_back_again(world: World) -> None:
    world.do(ANA, {"x": 1})
    for _ in range(3):
        world.do(BUDI, {"decision": "return", "reason": "salah"})
        undo(world)
    assert world.do(BUDI, {"decision": "approve"}).stages
    undo(world)
    assert world.do(EVA, {"decision": "approve"}).stages
    assert world.submissions().count(("submit", "accepted")) == 1


def test_early_evidence_waits_again_as_it_did(world: World, session: Session) -> None:
    operations.prepare(
        session, instance_id=world.instance_id, node="after", actor=ANA, now=NOW, host=world.host, data={"y": 2}
    )
    world.do(ANA)
    waiting = [row for row in image(session)["Submission"] if row["status"] == "prepared"]
    assert world.do(BUDI, {"decision": "approve"}).handed_in == ("after",)
    kept = session.get_one(Reversal, world.instance_id)
    assert kept.last > kept.seq
    undo(world, kept.seq)
    again = [row for row in image(session)["Submission"] if row["status"] == "prepared"]
    assert again == waiting
    assert world.do(EVA, {"decision": "approve"}).handed_in == ("after",)


def test_not_after_ten_minutes(world: World) -> None:
    world.do(ANA)
    world.do(BUDI, {"decision": "approve"})
    world.now += timedelta(minutes=10, seconds=1)
    with pytest.raises(Refused, match="10 menit"):
        undo(world)
    assert undo(world, within=timedelta(minutes=11)).action == "decision.undone"


def test_not_by_somebody_else_nor_without_the_role(world: World) -> None:
    world.do(ANA)
    world.do(BUDI, {"decision": "approve"})
    for actor in (EVA, CICI, ANA):
        with pytest.raises(Forbidden, match="memutuskan"):
            undo(world, actor=actor)
    with pytest.raises(Forbidden):
        undo(world, actor=replace(BUDI, grants=()))


def test_not_after_another_act_and_the_words_say_whose(world: World, session: Session) -> None:
    world.do(ANA)
    world.do(BUDI, {"decision": "approve"})
    seq = world.instance.seq
    operations.claim(session, task_id=world.task("after"), actor=ANA, now=world.now, host=world.host)
    with pytest.raises(Refused, match="Ana"):
        undo(world, seq)
    assert world.instance.stage != ""


def test_an_older_decision_cannot_be_taken_back(world: World) -> None:
    world.do(ANA)
    first = world.instance.seq + 1
    world.do(BUDI, {"decision": "return"})
    world.do(ANA)
    world.do(BUDI, {"decision": "approve"})
    with pytest.raises(Refused, match="bergerak"):
        undo(world, first)
    with pytest.raises(NotFound):
        undo(world, 99)


def test_twice_is_once(world: World) -> None:
    world.do(ANA)
    world.do(BUDI, {"decision": "approve"})
    seq = world.instance.seq
    first = undo(world, seq)
    again = undo(world, seq)
    assert (again.target, again.version) == (first.target, first.version)
    assert world.actions().count("decision.undone") == 1


def test_what_was_not_told_yet_is_withdrawn(world: World, session: Session) -> None:
    world.do(ANA)
    world.do(BUDI, {"decision": "approve"})
    seq = world.instance.seq
    undo(world)
    rows = {row.dedupe: row for row in session.scalars(select(Message))}
    assert rows[f"moved:{world.instance_id}:{seq}"].done_at == world.now
    assert "withdrawn" in (rows[f"moved:{world.instance_id}:{seq}"].last_error or "")
    assert rows[f"moved:{world.instance_id}:{seq + 1}"].done_at is None
    assert rows[f"moved:{world.instance_id}:{seq - 1}"].done_at is None


def test_who_may_is_listed(world: World, session: Session) -> None:
    world.do(ANA)
    world.do(BUDI, {"decision": "approve"})

    def listed(actor: Actor, minutes: int = 0) -> dict[int, Any]:
        return operations.undoable(
            session, instance_ids=[world.instance_id], actor=actor, now=world.now + timedelta(minutes=minutes)
        )

    assert listed(BUDI) == {world.instance_id: (world.instance.seq, world.now + timedelta(minutes=10))}
    assert listed(EVA) == {} == listed(BUDI, 11)
    undo(world)
    assert listed(BUDI) == {}


def test_scope_is_asked(world: World) -> None:
    world.do(ANA)
    world.do(BUDI, {"decision": "approve"})
    elsewhere = replace(BUDI, grants=(Grant("commissioner", "33.24"),))
    assert SCOPE.startswith("33.23")
    with pytest.raises(Forbidden):
        undo(world, actor=elsewhere)


def test_a_clock_that_only_told_of_lateness_does_not_hinder(session: Session) -> None:
    world = World(session, Registers())
    world.begin()
    world.do(ANA)
    before = world.instance.state
    world.do(BUDI, {"decision": "approve"})
    seq = world.instance.seq
    standing = lock(session, world.instance_id, world.host)
    note(session, standing, Act("timer.fired", SYSTEM, world.now, "late"))
    assert operations.undoable(session, instance_ids=[world.instance_id], actor=BUDI, now=world.now)
    undo(world, seq)
    assert world.instance.state == before
    world.do(BUDI, {"decision": "approve"})
    seq = world.instance.seq
    note(session, lock(session, world.instance_id, world.host), Act("timer.fired", ANA, world.now, "late"))
    assert not operations.undoable(session, instance_ids=[world.instance_id], actor=BUDI, now=world.now)
    with pytest.raises(Refused, match="bergerak"):
        undo(world, seq)
