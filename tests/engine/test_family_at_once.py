"""Several transactions at once on one family: nothing waits in a circle, nothing is told twice or lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import history, operations, outbox
from engine.errors import Refused, Stale
from engine.host import Actor, Grant
from engine.models import Instance, Message, Task
from tests.conftest import Database
from tests.engine.family import EVERYBODY, Family
from tests.engine.test_children import BESIDE, BODY, LOOP, multi
from tests.engine.test_messages import WAITS, ZEEBE_KEY
from tests.engine.world import NOW
from web.db import transaction

BOSS = Actor("8", "Boss", (Grant("operator", "33"),))
EACH = multi(zeebe='inputCollection="= things" inputElement="thing"')


def begun(database: Database, body: str, **variables: object) -> Family:
    with transaction(database.engine) as session:
        family = Family(session).start(body, variables=variables)
        family.drain()
    return family


def together(*acts: Callable[[], None]) -> None:
    """All acts at once, each in a thread of its own; the first error of any is raised."""
    errors: list[BaseException] = []
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        ready.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 -- raised below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    if errors:
        raise errors[0]


def worker(database: Database, family: Family) -> Callable[[], None]:
    """A worker: takes messages until there is none that another does not hold."""
    effects: dict[str, outbox.Effect] = {
        **operations.effects(family.host), "instance.moved": lambda session, taken, now: None,
    }

    def work() -> None:
        while True:
            with transaction(database.engine) as session:
                if outbox.take(session, now=NOW, effects=effects) is None:
                    return

    return work


def complete(database: Database, family: Family, task: int) -> Callable[[], None]:
    def act() -> None:
        try:
            with transaction(database.engine) as session:
                operations.complete_task(
                    session, task_id=task, actor=EVERYBODY, now=NOW, host=family.host, data={"score": task}
                )
        except Refused:
            pass  # taken away meanwhile

    return act


def tasks(database: Database, node: str) -> list[int]:
    with database.sessions() as session:
        return list(session.scalars(
            sa.select(Task.id).where(Task.node == node, Task.closed_at.is_(None), Task.instance_id > 1)
        ))


def standing(database: Database) -> list[tuple[str, str]]:
    with database.sessions() as session:
        return [(one.state, one.status) for one in session.scalars(sa.select(Instance).order_by(Instance.id))]


def left(database: Database) -> int:
    with database.sessions() as session:
        assert history.verify(session) == []
        return session.scalar(sa.select(sa.func.count()).select_from(Message).where(Message.done_at.is_(None))) or 0


def test_all_rounds_end_at_once_and_their_ends_are_told_at_once(database: Database) -> None:
    family = begun(database, LOOP.format(loop=EACH), things=[1, 2, 3, 4])
    together(*(complete(database, family, task) for task in tasks(database, "a")))
    assert standing(database)[0] == ("s/a", "running")
    together(*[worker(database, family)] * 4)
    worker(database, family)()
    assert standing(database) == [("e", "ended"), *[("a", "ended")] * 4]
    assert left(database) == 0
    with database.sessions() as session:
        assert Family(session).said(1).count("children.ended") == 1


@pytest.mark.parametrize("turn", range(3))
def test_the_parent_is_cancelled_while_its_children_work(database: Database, turn: int) -> None:
    family = begun(database, BODY.format(inside=multi("<loopCardinality>4</loopCardinality>")))

    def cancel() -> None:
        with transaction(database.engine) as session:
            operations.cancel(
                session, instance_id=1, actor=BOSS, now=NOW, host=family.host, role="operator", reason="x"
            )

    acts = [complete(database, family, task) for task in tasks(database, "x")]
    together(*acts[:2], cancel, *acts[2:], worker(database, family))
    worker(database, family)()
    assert {status for _, status in standing(database)} == {"cancelled"}
    assert left(database) == 0
    with database.sessions() as session:
        assert session.scalars(sa.select(Task).where(Task.closed_at.is_(None))).all() == []


def test_the_last_branch_and_the_instance_itself_end_at_once(database: Database) -> None:
    for _ in range(3):
        _end_both(database)


def _end_both(database: Database) -> None:
    with transaction(database.engine) as session:
        family = Family(session)
        definition = family.publish(BESIDE)
        family.instance_id = operations.start(
            session, definition_id=definition.id, subject=f"thing:{len(family.rows())}", scope="33", actor=EVERYBODY,
            now=NOW, host=family.host,
        ).instance_id
        family.later(hours=1)
        family.act("a")
        instance = family.instance_id
        pair = [number for number, _ in _open(session)]
    together(*(complete(database, family, task) for task in pair), worker(database, family))
    together(worker(database, family), worker(database, family))
    with database.sessions() as session:
        assert session.get_one(Instance, instance).status == "ended"
    assert left(database) == 0


def _open(session: Session) -> list[tuple[int, str]]:
    found = session.execute(sa.select(Task.id, Task.node).where(Task.closed_at.is_(None)).order_by(Task.id))
    return [(one.id, one.node) for one in found]


def test_several_messages_at_once_are_each_taken_by_one(database: Database) -> None:
    with transaction(database.engine) as session:
        family = Family(session)
        definition = family.publish(WAITS.format(ref="hello"), more=ZEEBE_KEY)
        for number in (1, 2):
            operations.start(session, definition_id=definition.id, subject=f"thing:{number}", scope="33",
                             actor=EVERYBODY, now=NOW, host=family.host)
    taken: list[int | None] = []

    def deliver() -> None:
        while True:
            try:
                with transaction(database.engine) as session:
                    delivery = operations.deliver(session, name="hello", now=NOW, host=family.host)
            except Stale:
                continue  # the other was faster: as the refusal says, once more
            taken.append(delivery.instance_id)
            return

    together(*[deliver] * 3)
    assert sorted(taken, key=str) == [1, 2, None]
    worker(database, family)()
    assert [status for _, status in standing(database)] == ["ended", "ended"]
    assert left(database) == 0
