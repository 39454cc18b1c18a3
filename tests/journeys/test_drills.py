"""Worker, sweep and Redis are killed in the middle of their work: nothing changes but the time it takes."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from tests.conftest import on_database
from tests.journeys import drill_world
from tests.journeys.drill_house import House, run
from web.db import make_engine

pytestmark = pytest.mark.xdist_group("supervisor")

SEED = 20241127
APPROVED = 2
"""So many bodies find their secretariat late the moment their sowan is approved; the levels come another day."""
Copy = Callable[[str], str]


@pytest.fixture
def drill(database_url: str) -> drill_world.Drill:
    engine = make_engine(database_url, pool_size=1)
    try:
        return drill_world.lay(engine)
    finally:
        engine.dispose()


@pytest.fixture
def copy(database_url: str, tmp_path: Path) -> Iterator[Copy]:
    """Gives the URL of a copy of the test's database under this name; nobody may be connected to it."""
    with ExitStack() as afterwards:
        yield lambda name: _copied(database_url, name, tmp_path, afterwards)


def _copied(url: str, name: str, folder: Path, afterwards: ExitStack) -> str:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = make_engine(url, pool_size=1)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        engine.dispose()
        target = folder / f"{name}.sqlite3"
        shutil.copyfile(str(parsed.database), target)
        return f"sqlite:///{target}"
    copied = f"{parsed.database}_{name}"
    maker = make_engine(on_database(url, "postgres"), pool_size=1).execution_options(isolation_level="AUTOCOMMIT")

    def drop() -> None:
        with maker.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {copied} WITH (FORCE)")

    drop()
    with maker.connect() as connection:
        connection.exec_driver_sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{parsed.database}'")
        connection.exec_driver_sql(f"CREATE DATABASE {copied} TEMPLATE {parsed.database}")
    afterwards.callback(maker.dispose)
    afterwards.callback(drop)
    return on_database(url, copied)


@pytest.fixture
def house(copy: Copy, tmp_path: Path) -> Iterator[Callable[[str], House]]:
    """Makes an installation on a copy of the prepared database; all of its processes end with the test."""
    with ExitStack() as started:
        def make(name: str) -> House:
            made = House.on(tmp_path / name, copy(name))
            started.callback(made.stop)
            return made

        yield make


def test_faults_change_nothing_but_the_time(drill: drill_world.Drill, house: Callable[[str], House]) -> None:
    quiet = house("quiet")
    before = drill_world.picture(quiet.engine)
    took = run(quiet, drill_world.acts(drill), arming=Random(SEED), seconds=2)
    expected = drill_world.picture(quiet.engine)
    quiet.stop()
    print(f"without a fault: {took:.1f} s")
    assert expected.wrong == []
    _everything_happened(before, expected)

    killed = house("killed")
    took = run(killed, drill_world.acts(drill), arming=Random(SEED), seconds=12, faults=Random(SEED), most=14)
    print(f"killed {killed.kills.total()} times {dict(killed.kills)}: {took:.1f} s")
    assert drill_world.picture(killed.engine) == expected
    assert killed.kills.total() >= 6, killed.kills
    assert {*killed.kills} == {"worker", "sweep", "redis"}
    killed.stop()

    alone = house("alone")
    alone.gone.add("redis")
    people = [lambda _: alone.kill("redis", 0), *drill_world.acts(drill)]
    took = run(alone, people, arming=Random(SEED), seconds=4, faults=Random(SEED + 1), most=6)
    print(f"Redis dead for good, others killed {alone.kills.total() - 1} times {dict(alone.kills)}: {took:.1f} s")
    assert alone.kills["redis"] == 1
    assert not alone.children["redis"].alive
    assert drill_world.picture(alone.engine) == expected


def _everything_happened(before: drill_world.Picture, after: drill_world.Picture) -> None:
    """The drill is worth its name: each late body was told of at every level, and the others moved."""
    late = len(drill_world.NO_SOWAN) + len(drill_world.NEVER_SWORN)
    assert before.escalations == []
    levels = Counter(level for *_, level, _ in after.escalations)
    assert levels == {0: late + APPROVED, **dict.fromkeys(range(1, 5), late)}
    assert len(after.climbing) == APPROVED
    stages = Counter(stage for _, stage, *_ in after.bodies.values())
    assert stages["dissolved"] == 1
    assert stages["sowan_done"] == APPROVED
    assert sum(state.endswith("/submit_monitoring") for _, _, state, *_ in after.bodies.values()) == 1
    assert Counter(topic for _, topic, *_ in after.notices)["evidence.returned"] >= 1
    assert len(after.notices) > len(before.notices) + late * 5
