"""Migrations go up, down and up again on both databases, and end in the schema the models describe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import on_database
from web import migrate
from web.config import ROOT
from web.db import make_engine

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, worker_name: str) -> str:
    """A database without anything in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    if request.config.getoption("--no-postgres"):
        pytest.skip("--no-postgres")
    server: str = request.getfixturevalue("postgres_server")
    name = f"migrations_{worker_name}"
    maker = make_engine(server, pool_size=1)
    with maker.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    maker.dispose()
    return on_database(server, name)


def tables(url: str) -> set[str]:
    engine = make_engine(url, pool_size=1)
    found = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return found


def test_there_is_one_head_and_names_tell_what_is_done() -> None:
    assert len(migrate.heads()) == 1
    for number, path in enumerate(VERSIONS, start=1):
        assert re.fullmatch(rf"{number:04d}_[a-z][a-z0-9_]{{2,26}}\.py", path.name), path.name
    assert migrate.names() == [path.stem for path in VERSIONS]


def test_up_down_up(empty_url: str) -> None:
    migrate.up(empty_url)
    first = tables(empty_url)
    assert {"instance", "message", "history", "body"} <= first
    assert migrate.standing(empty_url) == migrate.heads()[0]
    migrate.down(empty_url, "base")
    assert tables(empty_url) == set()
    migrate.up(empty_url)
    assert tables(empty_url) == first


def test_each_migration_goes_down_and_up_by_itself(empty_url: str) -> None:
    for name in migrate.names():
        migrate.up(empty_url, name)
        migrate.down(empty_url, "-1")
        migrate.up(empty_url, name)
    assert migrate.standing(empty_url) == migrate.heads()[0]


def test_tasks_that_stand_get_their_root(empty_url: str) -> None:
    migrate.up(empty_url, "0009_drawing_drafts")
    engine = make_engine(empty_url, pool_size=1)
    moment = "'2026-01-01 00:00:00+00:00'"
    with engine.begin() as connection:
        blob = "''" if engine.dialect.name == "sqlite" else "''::bytea"
        connection.exec_driver_sql(
            "INSERT INTO definition (id, key, version, name, drawing, forms, outline, fingerprint, published_at, "
            f"published_by) VALUES (1, 'p', 1, 'p', {blob}, '{{}}', '', '', {moment}, '1')"
        )
        for number, parent in ((1, "NULL"), (2, "1")):
            connection.exec_driver_sql(
                "INSERT INTO instance (id, definition_id, subject, scope, status, stage, state, variables, started_at, "
                "entered_at, staged_at, version, stage_version, seq, head, parent_id, root_id) VALUES "
                f"({number}, 1, 'thing:1', '33', 'running', '', '', '{{}}', {moment}, {moment}, {moment}, 0, 0, 0, '', "
                f"{parent}, {parent})"
            )
            connection.exec_driver_sql(
                "INSERT INTO task (instance_id, node, visit, stage, role, scope, opened_at) VALUES "
                f"({number}, 't', 0, '', 'r', '33', {moment})"
            )
    migrate.up(empty_url, "0010_tasks_by_root")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT instance_id, root_id FROM task ORDER BY id").all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [(1, 1), (2, 1)]


def test_models_equal_the_migrated_schema(empty_url: str) -> None:
    assert migrate.differences(empty_url) == []


def test_a_difference_is_seen(empty_url: str) -> None:
    migrate.up(empty_url)
    engine = make_engine(empty_url, pool_size=1)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE heartbeat ADD COLUMN forgotten INTEGER")
    with engine.connect() as connection:
        assert [entry[0] for entry in migrate.compare(connection)] == ["remove_column"]
    engine.dispose()


def test_a_new_migration_needs_a_telling_name() -> None:
    with pytest.raises(migrate.MigrationRefused):
        migrate.new("Änderung!")
