"""Runs: batches, stopping, being killed in the middle, two movers at once, refusals, and taking a run back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import history, migration
from engine.errors import NotFound, Refused
from engine.migration.models import MoveRun, MoveStep
from engine.models import History, Instance
from tests.conftest import Database
from tests.engine.migration.moving_world import MOVER, REVIEW, Moves
from tests.engine.world import NOW

NEW = REVIEW.named("approve", "examine")
MAP = {"approve": "examine"}


@pytest.fixture
def moves(session: Session) -> Moves:
    return Moves(session)


def crowd(moves: Moves, count: int) -> tuple[int, int, list[int]]:
    """So many instances, every third one step further, and the versions to move between."""
    old = moves.publish(REVIEW)
    some = [moves.start(old) for _ in range(count)]
    for number in some[::3]:
        moves.do(number, "submit")
    return old, moves.publish(NEW), some


def begin(moves: Moves, old: int, new: int, mapping: dict[str, str] | None = None) -> int:
    return migration.begin(moves.session, from_definition=old, to_definition=new, actor=MOVER, now=moves.now,
                           mapping=mapping)


def versions(moves: Moves, numbers: list[int]) -> list[int]:
    return [moves.version_of(number) for number in numbers]


def test_batch_by_batch(moves: Moves) -> None:
    old, new, some = crowd(moves, 5)
    run = begin(moves, old, new, MAP)
    assert versions(moves, some) == [1] * 5
    told = [moves.batch(run) for _ in range(3)]
    assert [(one.moved, one.left, one.over) for one in told] == [(2, 3, False), (4, 1, False), (5, 0, True)]
    assert versions(moves, some) == [2] * 5
    assert moves.batch(run) == told[-1]
    assert told[-1].as_dict()["status"] == "moved"
    assert moves.whole()


def test_what_cannot_move_stays_with_its_reason_and_moves_with_a_mapping_later(moves: Moves) -> None:
    old, new, some = crowd(moves, 5)
    done = moves.move(old, new)
    assert (done.moved, done.refused) == (3, 2)
    stayed = [(number, f"thing:{place}") for place, number in enumerate(some, 1) if number in some[::3]]
    told = migration.refusals(moves.session, done.run_id)
    assert [(number, subject) for number, subject, _ in told] == stayed
    assert all("approve" in reason.message and "approve" in reason.message_en for _, _, reason in told)
    again = moves.move(old, new, MAP)
    assert (again.moved, again.refused) == (2, 0)
    assert versions(moves, some) == [2] * 5


def test_a_stopped_run_goes_on_when_it_is_begun_again(moves: Moves) -> None:
    old, new, some = crowd(moves, 5)
    run = begin(moves, old, new, MAP)
    moves.batch(run)
    assert migration.stop(moves.session, run_id=run).over
    assert moves.batch(run).moved == 2
    assert begin(moves, old, new, MAP) == run
    assert moves.batch(run).moved == 4
    assert moves.batch(run).status == "moved"
    assert versions(moves, some) == [2] * 5


def test_only_one_run_from_a_version_at_a_time(moves: Moves) -> None:
    old, new, _ = crowd(moves, 3)
    run = begin(moves, old, new)
    with pytest.raises(Refused, match=f"nomor {run}"):
        begin(moves, old, new, MAP)
    with pytest.raises(IntegrityError), moves.session.begin_nested():
        moves.session.add(MoveRun(from_id=old, to_id=new, mapping={}, started_at=NOW, started_by="1"))
    moves.batch(run, 10)
    assert begin(moves, old, new, MAP) != run


def test_a_run_that_is_not_there(moves: Moves) -> None:
    with pytest.raises(NotFound):
        moves.batch(77)
    with pytest.raises(NotFound):
        moves.undo(77)


def test_taken_back_batch_by_batch(moves: Moves) -> None:
    old, new, some = crowd(moves, 5)
    run = moves.move(old, new, MAP).run_id
    first = migration.undo(moves.session, run_id=run, actor=MOVER, now=moves.now, host=moves.host, batch=2)
    assert (first.status, first.undone, first.left) == ("undoing", 2, 3)
    with pytest.raises(Refused, match="belum selesai"):
        begin(moves, old, new, MAP)
    assert moves.undo(run).undone == 5
    assert versions(moves, some) == [1] * 5
    assert moves.move(old, new, MAP).moved == 5
    assert moves.whole()


def test_killed_in_the_middle_it_goes_on(database: Database) -> None:
    """A batch that dies leaves nothing of itself; what was committed before stands; the next process goes on."""
    with database.sessions() as session:
        moves = Moves(session)
        old, new, some = crowd(moves, 6)
        run = begin(moves, old, new, MAP)
        session.commit()
        moves.batch(run)
        session.commit()
        moves.batch(run)
        session.rollback()  # killed before its commit
    with database.sessions() as session:
        moves = Moves(session)
        assert migration.progress(session, run).moved == 2
        assert sum(versions(moves, some)) == 8
        assert begin(moves, old, new, MAP) == run
        while not moves.batch(run).over:
            session.commit()
        session.commit()
        assert versions(moves, some) == [2] * 6
        assert session.scalar(select(func.count()).where(History.action == "instance.moved")) == 6
        assert session.scalar(select(func.count()).select_from(MoveStep)) == 6
        assert history.verify(session) == []


def test_two_movers_at_once_move_each_instance_once(database: Database) -> None:
    with database.sessions() as session:
        moves = Moves(session)
        old, new, some = crowd(moves, 12)
        run = begin(moves, old, new, MAP)
        session.commit()
    ready = Barrier(2)

    def mover(_: int) -> None:
        ready.wait()
        over = False
        while not over:
            with database.sessions() as session, session.begin():
                over = Moves(session).batch(run).over

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(mover, range(2))) == [None, None]
    with database.sessions() as session:
        assert versions(Moves(session), some) == [2] * 12
        assert session.scalar(select(func.count()).where(History.action == "instance.moved")) == 12
        assert migration.progress(session, run).moved == 12
        assert history.verify(session) == []


def test_what_starts_meanwhile_with_the_older_version_is_taken_along(moves: Moves) -> None:
    old, new, some = crowd(moves, 3)
    run = begin(moves, old, new, MAP)
    moves.batch(run)
    late = moves.start(old)
    while not moves.batch(run).over:
        pass
    assert versions(moves, [*some, late]) == [2] * 4


def test_an_instance_that_is_over_stays_as_it_is(moves: Moves) -> None:
    old, new, some = crowd(moves, 3)
    moves.do(some[0], "approve", decision="approve")
    moves.do(some[0], "after")
    done = moves.move(old, new, MAP)
    assert done.moved == 2
    assert moves.session.scalar(select(Instance.definition_id).where(Instance.id == some[0])) == old
