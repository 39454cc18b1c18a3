"""The health page tells what is late or missing, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine import outbox
from engine.models import Heartbeat
from tests.conftest import Database
from web.config import Config
from web.db import make_engine, transaction
from web.health import health


def config(tmp_path: Path, **environ: str) -> Config:
    return Config.from_environment({"TAPAK_VAR": str(tmp_path / "v"), **environ})


def beat(database: Database, ago: float) -> None:
    with transaction(database.engine) as session:
        session.merge(Heartbeat(name="sweep", at=datetime.now(UTC) - timedelta(seconds=ago), note=""))


def test_without_sweep_and_redis_it_is_degraded(database: Database, tmp_path: Path) -> None:
    told = health(database.engine, config(tmp_path))
    assert told["status"] == "degraded"
    assert told["database"] == {"ok": True, "kind": database.kind}
    assert told["sweep"] == {"ok": False, "heartbeat_age": None}
    assert told["messages"] == {"waiting": 0, "oldest_age": 0.0, "failing": 0}
    assert not told["redis"]["ok"]
    assert not told["worker"]["ok"]
    assert len(told["notes"]) == 2


def test_a_fresh_heartbeat_is_well_and_an_old_one_is_not(database: Database, tmp_path: Path) -> None:
    beat(database, 3)
    assert health(database.engine, config(tmp_path))["sweep"]["ok"]
    beat(database, 90)
    told = health(database.engine, config(tmp_path))["sweep"]
    assert not told["ok"]
    assert 89 < told["heartbeat_age"] < 95


def test_a_message_that_waits_is_told(database: Database, tmp_path: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    with transaction(database.engine) as session:
        outbox.put(session, [outbox.row("any", "a", {}, long_ago)])
    told = health(database.engine, config(tmp_path))
    assert told["messages"]["waiting"] == 1
    assert 299 < told["messages"]["oldest_age"] < 310
    assert any("satu menit" in note for note in told["notes"])


def test_redis_without_a_worker_is_told(sqlite: Database, tmp_path: Path, redis_url: str) -> None:
    beat(sqlite, 1)
    told = health(sqlite.engine, config(tmp_path, REDIS_URL=redis_url))
    assert told["redis"]["ok"]
    assert not told["worker"]["ok"]
    assert told["notes"] == ["Worker tidak berjalan: pesan dikirim oleh penyapu, terlambat beberapa detik."]


def test_a_database_that_is_away_is_down(tmp_path: Path) -> None:
    told = health(make_engine(f"sqlite:///{tmp_path}/no/such/folder.sqlite3"), config(tmp_path))
    assert told["status"] == "down"
    assert told["database"]["ok"] is False
