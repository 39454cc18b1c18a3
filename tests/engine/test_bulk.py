"""Many decisions in one act: the same rules as one by one, a verdict for each, all that may or nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import history, operations
from engine.base import table_of
from engine.errors import FourEyes, NotOpen, OutOfScope, Refused, Stale
from engine.host import Actor, Grant, Subject
from engine.models import Deed, History, Instance, Message, Submission, Task, Timer
from engine.operations.bulk import Chosen, Verdict, decide_all, preview, undo_all
from tests.conftest import Database
from tests.engine.world import ANA, BUDI, CICI, NOW, RuleHost, World

EVA = Actor("5", "Eva", (Grant("commissioner", "33.23"),))
COUNTED = (Instance, Task, Timer, Submission, History, Message, Deed)


class Picky(RuleHost):
    """A host whose registers refuse some subjects, after it was asked to write."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self.refused = set(refused)

    def accepted(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], actor: Actor, now: datetime
    ) -> None:
        super().accepted(session, subject, node, data, actor, now)
        if subject.subject in self.refused:
            raise Refused("Sekretaris ini sudah bertugas di badan lain.")


def waiting(session: Session, count: int, host: RuleHost | None = None) -> list[World]:
    """So many instances that wait for a decision."""
    first = World(session, host or RuleHost()).begin()
    definition = first.instance.definition_id
    worlds = [first]
    for number in range(2, count + 1):
        started = operations.start(
            session, definition_id=definition, subject=f"thing:{number}", scope="33.23.01", actor=ANA, now=NOW,
            host=first.host,
        )
        worlds.append(replace(first, instance_id=started.instance_id))
    for world in worlds:
        world.do(ANA, {"x": world.instance_id})
    return worlds


def chosen(worlds: list[World]) -> list[Chosen]:
    return [Chosen(world.task(), world.instance.version) for world in worlds]


def act(session: Session, some: list[Chosen], world: World, actor: Actor = BUDI, **answer: str) -> list[Verdict]:
    return decide_all(
        session, chosen=some, actor=actor, now=world.now, host=world.host, data=answer or {"decision": "approve"}
    )


def counts(session: Session) -> dict[str, int]:
    return {
        model.__name__: session.scalar(select(func.count()).select_from(table_of(model))) or 0 for model in COUNTED
    }


def rows(session: Session, instance_id: int) -> dict[str, list[Any]]:
    """What one instance's act left, without numbers that must differ."""
    found: dict[str, list[Any]] = {}
    for model in (Task, Timer, Submission, History, Deed):
        table = table_of(model)
        hidden = ("id", "instance_id", "root_id", "task_id", "hash", "previous", "salt", "digest", "data", "details")
        found[model.__name__] = [
            {name: value for name, value in row.items() if name not in hidden}
            for row in session.execute(
                select(table).where(table.c.instance_id == instance_id).order_by(table.c.id)
            ).mappings()
        ]
    return found


@pytest.mark.parametrize("answer", ["approve", "return"])
def test_many_leave_the_same_as_one_by_one(session: Session, answer: str) -> None:
    alone, *worlds = waiting(session, 6)
    alone.do(BUDI, {"decision": answer})
    verdicts = act(session, chosen(worlds), alone, decision=answer)
    assert [one.refusal for one in verdicts] == [None] * 5
    assert {one.outcome.target for one in verdicts if one.outcome} == {alone.instance.state}
    for world in worlds:
        assert rows(session, world.instance_id) == rows(session, alone.instance_id)
        told = session.execute(
            select(table_of(History)).where(History.instance_id == world.instance_id).order_by(History.seq)
        ).mappings()
        instance = world.instance
        assert history.verify_rows(told, instance.id, instance.seq, instance.head) is None
    assert len(alone.host.taken) == (6 if answer == "approve" else 0)


def test_each_refusal_is_its_own_and_hinders_no_other(session: Session) -> None:
    worlds = waiting(session, 5)
    mine, stale, gone, free, last = worlds
    some = chosen(worlds)
    operations.complete_task(session, task_id=gone.task(), actor=EVA, now=NOW, host=gone.host,
                             data={"decision": "return"})
    some[1] = Chosen(stale.task(), 1)
    mine.do(EVA, {"decision": "return"})
    mine.do(CICI)
    some[0] = Chosen(mine.task(), mine.instance.version)
    before = {world.instance_id: world.instance.state for world in (mine, stale, gone)}
    verdicts = act(session, [*some, some[4]], mine, CICI)
    assert [type(one.refusal) for one in verdicts] == [FourEyes, Stale, NotOpen, type(None), type(None)]
    assert "Eva" in str(verdicts[2].refusal)
    assert {world.instance_id: world.instance.state for world in (mine, stale, gone)} == before
    assert free.instance.stage == last.instance.stage != mine.instance.stage


def test_another_region_is_refused(session: Session) -> None:
    worlds = waiting(session, 2)
    far = replace(BUDI, grants=(Grant("commissioner", "33.24"),))
    before = counts(session)
    assert [type(one.refusal) for one in act(session, chosen(worlds), worlds[0], far)] == [OutOfScope] * 2
    assert counts(session) == before


@pytest.mark.parametrize("refused", [1, 4])
def test_a_refusal_of_the_registers_leaves_nothing_of_that_one(session: Session, refused: int) -> None:
    picky = Picky(*(f"thing:{number}" for number in range(2, 2 + refused)))
    worlds = waiting(session, 7, picky)
    verdicts = act(session, chosen(worlds), worlds[0])
    assert [one.refusal is not None for one in verdicts] == [1 < number < 2 + refused for number in range(1, 8)]
    for world, verdict in zip(worlds, verdicts, strict=True):
        assert world.actions().count("task.completed") == (1 if verdict.refusal else 2)
        assert (world.instance.stage == worlds[0].instance.stage) == (verdict.refusal is None)
        assert (("submit", "submitted") in world.submissions()) == (verdict.refusal is not None)


def test_a_preview_says_what_the_act_will_do_and_changes_nothing(session: Session) -> None:
    worlds = waiting(session, 4, Picky("thing:3"))
    some, before = chosen(worlds), counts(session)
    seen = preview(session, chosen=some, actor=BUDI, now=NOW, host=worlds[0].host, data={"decision": "approve"})
    assert counts(session) == before
    done = act(session, some, worlds[0])
    assert [(one.id, one.outcome, str(one.refusal)) for one in seen] == [
        (one.id, one.outcome, str(one.refusal)) for one in done
    ]


def test_early_evidence_is_handed_in_among_many(session: Session) -> None:
    worlds = waiting(session, 3)
    operations.prepare(
        session, instance_id=worlds[1].instance_id, node="after", actor=ANA, now=NOW, host=worlds[0].host, data={}
    )
    verdicts = act(session, chosen(worlds), worlds[0])
    assert [one.outcome.handed_in for one in verdicts if one.outcome] == [(), ("after",), ()]
    assert worlds[0].instance.state == worlds[2].instance.state != worlds[1].instance.state


def test_many_are_taken_back_in_one_act(session: Session) -> None:
    worlds = waiting(session, 4)
    before = [world.instance.state for world in worlds]
    verdicts = act(session, chosen(worlds), worlds[0])
    worlds[2].do(ANA, node="after")
    decided = [(one.outcome.instance_id, 3) for one in verdicts if one.outcome]
    assert {world.instance.seq for world in worlds} == {3, 4}
    back = undo_all(session, decided=decided, actor=BUDI, now=NOW, host=worlds[0].host, details={"bulk": 7})
    assert [one.refusal is None for one in back] == [True, True, False, True]
    assert "Ana" in str(back[2].refusal)
    assert [world.instance.state == was for world, was in zip(worlds, before, strict=True)] == [True, True, False, True]
    assert act(session, chosen(worlds[:2]), worlds[0], EVA)[0].outcome


def test_what_breaks_in_the_middle_leaves_nothing(session: Session) -> None:
    class Dying(RuleHost):
        def accepted(self, session: Session, subject: Subject, *more: Any) -> None:
            if subject.subject == "thing:3":
                raise MemoryError

    worlds = waiting(session, 5)
    before, some = counts(session), chosen(worlds)
    with pytest.raises(MemoryError), session.begin_nested():
        decide_all(session, chosen=some, actor=BUDI, now=NOW, host=Dying(), data={"decision": "approve"})
    assert counts(session) == before
    assert all(one.outcome for one in act(session, some, worlds[0]))


def test_two_at_once_decide_each_body_once(database: Database) -> None:
    with database.sessions() as session:
        worlds = waiting(session, 12)
        some = chosen(worlds)
        host = worlds[0].host
        session.commit()
    found: dict[str, list[Verdict]] = {}
    ready = threading.Barrier(2)

    def decide(actor: Actor, order: list[Chosen]) -> None:
        with database.sessions() as own:
            ready.wait()
            found[actor.id] = decide_all(
                own, chosen=order, actor=actor, now=NOW, host=host, data={"decision": "approve"}
            )
            own.commit()

    threads = [threading.Thread(target=decide, args=(BUDI, some)),
               threading.Thread(target=decide, args=(EVA, some[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    done = {who: sum(one.outcome is not None for one in verdicts) for who, verdicts in found.items()}
    assert sorted(done.values()) == [0, 12]
    loser = next(who for who, count in done.items() if not count)
    assert {type(one.refusal) for one in found[loser]} <= {NotOpen, Stale}
    with database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(History).where(History.node == "approve")) == 12
