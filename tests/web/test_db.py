"""The database behaves as the design asks, on both kinds."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.models import Heartbeat, Task
from tests.conftest import Database
from web.db import clock, journal_mode, make_engine, reading, sqlite_module, transaction

AT = datetime(2024, 6, 1, tzinfo=UTC)


def value(engine: sa.Engine, sql: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(sql).scalar()


def test_sqlite_is_durable_and_keeps_foreign_keys(durable: None, sqlite: Database) -> None:
    assert value(sqlite.engine, "PRAGMA synchronous") == 2
    assert value(sqlite.engine, "PRAGMA foreign_keys") == 1
    assert value(sqlite.engine, "PRAGMA busy_timeout") == 15000
    expected = journal_mode(sqlite_module().sqlite_version_info).lower()
    assert value(sqlite.engine, "PRAGMA journal_mode") == expected


def test_an_old_sqlite_does_not_get_wal() -> None:
    assert journal_mode((3, 51, 2)) == "TRUNCATE"
    assert journal_mode((3, 40, 1)) == "TRUNCATE"
    assert journal_mode((3, 51, 3)) == "WAL"


def test_postgresql_has_limits(postgres: Database) -> None:
    assert value(postgres.engine, "show statement_timeout") == "30s"
    assert value(postgres.engine, "show lock_timeout") == "10s"
    assert value(postgres.engine, "show idle_in_transaction_session_timeout") == "1min"
    assert value(postgres.engine, "show timezone") == "UTC"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_goes_by_several_names(scheme: str) -> None:
    engine = make_engine(f"{scheme.replace('postgres:', 'postgresql:')}://u:p%40@h/d")
    assert engine.url.drivername == "postgresql+psycopg"
    assert engine.url.password == "p@"


def test_writers_wait_for_each_other(database: Database) -> None:
    """Read, think, write by 6 threads: with a deferred BEGIN most of these would fail on SQLite."""
    with transaction(database.engine) as session:
        session.add(Heartbeat(name="count", at=AT, note="0"))
    failures: list[DBAPIError] = []

    def count() -> None:
        try:
            for _ in range(10):
                with transaction(database.engine) as session:
                    row = session.get_one(Heartbeat, "count", with_for_update=True, populate_existing=True)
                    row.note = str(int(row.note) + 1)
        except DBAPIError as error:
            failures.append(error)

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with transaction(database.engine) as session:
        assert session.get_one(Heartbeat, "count").note == "60"


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with transaction(database.engine) as writer:
        writer.add(Heartbeat(name="open", at=AT))
        writer.flush()
        with reading(database.engine).connect() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(Heartbeat)).scalar() == 0


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with transaction(database.engine) as session:
            session.add(Heartbeat(name="lost", at=AT))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with transaction(database.engine) as session:
        assert session.get(Heartbeat, "lost") is None


def test_foreign_keys_are_enforced(database: Database) -> None:
    orphan = {"instance_id": 404, "node": "n", "visit": 1, "stage": "s", "role": "", "scope": "", "opened_at": AT}
    with pytest.raises(IntegrityError), transaction(database.engine) as session:
        session.execute(sa.insert(Task).values(orphan))


def test_moments_come_back_aware_in_utc(database: Database) -> None:
    with transaction(database.engine) as session:
        session.add(Heartbeat(name="zone", at=datetime.fromisoformat("2024-06-01T07:00:00+07:00")))
    with transaction(database.engine) as session:
        assert session.get_one(Heartbeat, "zone").at == AT
        assert session.get_one(Heartbeat, "zone").at.utcoffset() == timedelta(0)
        assert abs(clock(session) - datetime.now(UTC)) < timedelta(seconds=5)


def test_writing_while_reading_is_refused_on_postgresql(postgres: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"), reading(postgres.engine).begin() as connection:
        connection.execute(sa.insert(Heartbeat).values(name="no", at=AT))


@pytest.mark.parametrize("asked_after", [60, 0])
def test_a_connection_that_ended_in_the_pool_is_not_handed_out(
    postgres: Database, monkeypatch: pytest.MonkeyPatch, asked_after: int
) -> None:
    monkeypatch.setattr("web.db.ASKED_AFTER_SECONDS", asked_after)
    one = value(postgres.engine, "select pg_backend_pid()")
    assert value(postgres.engine, "select pg_backend_pid()") == one
    other = make_engine(postgres.engine.url.render_as_string(hide_password=False))
    assert value(other, f"select pg_terminate_backend({one}, 5000)") is True
    other.dispose()
    assert value(postgres.engine, "select pg_backend_pid()") != one
