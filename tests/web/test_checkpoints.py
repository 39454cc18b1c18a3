"""Each hour has one signed checkpoint, in the database and outside of it, whoever else makes one."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from engine import checkpoints
from engine.checkpoints import Broken, Checkpoint, CheckpointHead
from tests.conftest import Database
from tests.web.test_schedule import HOST, waiting_instances
from web import signing
from web.checkpoints import HEADS, LINES, Keeper, outside, publish, standing
from web.config import Config, SettingsRefused
from web.db import transaction
from web.queue import Doorbell
from web.schedule import Sweep

NOW = datetime(2024, 6, 1, 5, 40, tzinfo=UTC)


@pytest.fixture
def keeper(database: Database, tmp_path: Path) -> Keeper:
    config = Config.from_environment({"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": database.url})
    return Keeper(database.engine, config.checkpoints, signing.signer(config))


def gather(keeper: Keeper, now: datetime = NOW) -> int | None:
    with transaction(keeper.engine) as session:
        return checkpoints.gather(session, now=now, signer=keeper.signer)


def faults(keeper: Keeper) -> list[Broken]:
    with transaction(keeper.engine) as session:
        return [*checkpoints.verify(session, signing.signed, keeper.signer.key), *checkpoints.entries(session)]


def test_an_hour_has_one_checkpoint_that_names_what_grew(database: Database, keeper: Keeper) -> None:
    waiting_instances(database, 3)
    assert gather(keeper) == 1
    assert gather(keeper, NOW + timedelta(minutes=19)) is None
    assert gather(keeper, NOW + timedelta(hours=1)) == 2
    Sweep(engine=database.engine, bell=Doorbell(None), host=HOST).tick()
    assert gather(keeper, NOW + timedelta(hours=2)) == 3
    assert gather(keeper, NOW) is None
    with transaction(database.engine) as session:
        rows = session.execute(sa.select(Checkpoint.number, Checkpoint.chains, Checkpoint.changed)).all()
        assert sorted(map(tuple, rows)) == [(1, 3, 3), (2, 3, 0), (3, 3, 3)]
        assert session.scalar(sa.select(sa.func.count()).select_from(CheckpointHead)) == 6
    assert faults(keeper) == []


def test_many_at_once_make_one(database: Database, keeper: Keeper) -> None:
    waiting_instances(database, 20)
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: keeper.keep(), range(6)))
    assert sorted(made, key=str) == [1, None, None, None, None, None]
    assert faults(keeper) == []
    publish(keeper.engine, keeper.folder)
    lines = (keeper.folder / LINES).read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1]
    assert len((keeper.folder / HEADS).read_text().splitlines()) == 20


def test_the_sweep_keeps_them(database: Database, keeper: Keeper) -> None:
    Sweep(engine=database.engine, bell=Doorbell(None), host=HOST, keeper=keeper).tick()
    with transaction(database.engine) as session:
        assert standing(session, keeper.folder).outside == "same"
        assert outside(keeper.folder)["key"] == keeper.signer.key


def test_a_folder_that_is_away_is_caught_up_with(database: Database, keeper: Keeper) -> None:
    keeper.folder.parent.mkdir(exist_ok=True)
    keeper.folder.write_text("in the way")
    Sweep(engine=database.engine, bell=Doorbell(None), host=HOST, keeper=keeper).tick()
    keeper.folder.unlink()
    with transaction(database.engine) as session:
        assert standing(session, keeper.folder).outside == "behind"
    assert publish(database.engine, keeper.folder) == 1
    with (keeper.folder / LINES).open("a") as file:
        file.write('{"number":2,"torn')
    assert gather(keeper, datetime.now(UTC) + timedelta(hours=1)) == 2
    assert publish(database.engine, keeper.folder) == 1
    assert outside(keeper.folder)["number"] == 2


def test_the_database_refuses_to_change_one(database: Database, keeper: Keeper) -> None:
    waiting_instances(database, 1)
    gather(keeper)
    for statement in (
        "UPDATE checkpoint SET chains = 9", "DELETE FROM checkpoint", "UPDATE checkpoint_head SET seq = 9",
        "DELETE FROM checkpoint_head",
    ):
        with pytest.raises(DBAPIError, match="append only"), transaction(database.engine) as session:
            session.execute(sa.text(statement))


def test_a_database_of_an_older_day_is_seen(database: Database, keeper: Keeper) -> None:
    gather(keeper)
    publish(keeper.engine, keeper.folder)
    line = json.loads((keeper.folder / LINES).read_text())
    with (keeper.folder / LINES).open("a") as file:
        file.write(json.dumps({**line, "number": 2, "hash": "1" * 64}) + "\n")
    with transaction(database.engine) as session:
        assert standing(session, keeper.folder).outside == "other"


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    config = Config.from_environment({"TAPAK_VAR": str(tmp_path)})
    first = signing.signer(config)
    path = tmp_path / signing.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signing.signer(config).key == first.key
    assert signing.signed(first.key, b"said", first.sign(b"said"))
    assert not signing.signed(first.key, b"SAID", first.sign(b"said"))
    assert not signing.signed("zz", b"said", "zz")
    path.chmod(0o640)
    with pytest.raises(SettingsRefused, match="chmod 600"):
        signing.signer(config)
    path.chmod(0o600)
    path.write_text("half")
    with pytest.raises(SettingsRefused, match="rusak"):
        signing.signer(config)
