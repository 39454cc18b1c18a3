"""What every test may ask for.

    database       a `Database` with a fresh schema; the test runs twice, on SQLite and on PostgreSQL
    sqlite         the same, on SQLite only: for tests about something else than the database
    postgres       the same, on PostgreSQL only
    session        an open session on `database`, rolled back at the end
    durable        SQLite waits for the disk, as the product does; in this process no other test lets it
    slow_passwords passwords cost what they cost the product; elsewhere in this process hardly anything
    redis_url      an empty, real Redis
    chromium       the path of a Chromium that Playwright can drive

Under CI=true a missing server or browser is a failure; elsewhere the test is skipped with the reason.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import Pool

from tests import servers
from tests.postgres_kept import Kept
from web import migrate
from web.auth import passwords
from web.db import make_engine, metadata, session_factory, sqlite_module

# Hypothesis' deadline is a wall clock: on a busy machine it tells of the machine.
settings.register_profile("tapak", deadline=None)
settings.load_profile("tapak")

POSTGRES_VARIABLE, REDIS_VARIABLE = "TAPAK_TEST_POSTGRES", "TAPAK_TEST_REDIS"
ON_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage again and again took a tenth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _waits_for_no_disk(connection: Any, record: Any, _proxy: object) -> None:
    """PostgreSQL of the tests does not either: a power cut is not among what they try."""
    if isinstance(connection, sqlite_module().Connection) and "hasty" not in record.info:
        record.info["hasty"] = True
        connection.execute("PRAGMA synchronous=OFF")


event.listen(Pool, "checkout", _waits_for_no_disk)


@pytest.fixture
def durable() -> Iterator[None]:
    event.remove(Pool, "checkout", _waits_for_no_disk)
    yield
    event.listen(Pool, "checkout", _waits_for_no_disk)


_SLOW = passwords.HASHER
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def slow_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", _SLOW)
    monkeypatch.setattr(passwords, "_nobody", cache(passwords._nobody.__wrapped__))


@dataclass(frozen=True)
class Database:
    """One test's own database: `url` for programs, `engine` and `sessions` for the test."""

    url: str
    engine: sa.Engine
    sessions: sessionmaker[Session]

    @property
    def kind(self) -> str:
        return self.engine.dialect.name


def missing(reason: str) -> NoReturn:
    """Fails under CI, skips elsewhere."""
    if ON_CI:
        pytest.fail(f"{reason} (a failure, because CI=true)", pytrace=False)
    pytest.skip(reason)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-postgres", action="store_true", help="skip what runs on PostgreSQL (refused under CI)")
    parser.addoption("--pictures", action="store_true", help="the guide's pictures are taken anew, into docs/images")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A file's content names no test: some are made anew in each process, and xdist compares the names."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


def pytest_configure(config: pytest.Config) -> None:
    """Under xdist the controller starts the servers once; its workers find them in the environment."""
    if ON_CI and config.getoption("--no-postgres"):
        raise pytest.UsageError("--no-postgres is refused under CI=true")
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", default=None):
        return
    started = ExitStack()
    config.add_cleanup(started.close)
    folder = Path(started.enter_context(_short_folder()))
    for variable, server in ((POSTGRES_VARIABLE, servers.postgres), (REDIS_VARIABLE, servers.redis)):
        if variable == POSTGRES_VARIABLE and config.getoption("--no-postgres"):
            continue
        try:
            os.environ[variable] = started.enter_context(server(folder / variable.rsplit("_", 1)[1].lower()))
            started.callback(os.environ.pop, variable, None)
        except servers.NoServer as reason:
            os.environ[f"{variable}_MISSING"] = str(reason)


def _short_folder() -> tempfile.TemporaryDirectory[str]:
    """Directly below the system's temporary folder: a socket's path may have 107 bytes."""
    return tempfile.TemporaryDirectory(prefix="tapak-test-", ignore_cleanup_errors=True)


def _served(variable: str, name: str) -> Iterator[str]:
    if os.environ.get(variable):
        yield os.environ[variable]
    elif os.environ.get(f"{variable}_MISSING"):
        missing(os.environ[f"{variable}_MISSING"])
    else:
        with _short_folder() as folder, ExitStack() as started:
            try:
                url = started.enter_context(getattr(servers, name)(Path(folder, name)))
            except servers.NoServer as reason:
                missing(str(reason))
            yield url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    yield from _served(POSTGRES_VARIABLE, "postgres")


@pytest.fixture(scope="session")
def redis_server_url() -> Iterator[str]:
    yield from _served(REDIS_VARIABLE, "redis")


@pytest.fixture(scope="session")
def worker_name() -> str:
    """"main", or xdist's name of this process; keeps parallel processes apart."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def build_schema(url: str) -> None:
    """The schema the product would have: migrated, or, before the first migration exists, made from the models."""
    if migrate.heads():
        migrate.up(url)
        return
    engine = make_engine(url, pool_size=1)
    metadata().create_all(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    build_schema(f"sqlite:///{path}")
    connection = sqlite_module().connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, worker_name: str) -> Iterator[tuple[sa.Engine, str]]:
    """(an engine that may create databases, the name of the template)."""
    maker = make_engine(postgres_server, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    name = f"template_{worker_name}"
    with maker.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    build_schema(on_database(postgres_server, name))
    yield maker, name
    maker.dispose()


def on_database(url: str, name: str) -> str:
    """The same server, another database."""
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(sqlite_template: Path) -> str:
    """A fresh SQLite file with the schema, always at the same place. Who still has the last one open keeps that one."""
    path = sqlite_template.with_name("tapak.sqlite3")
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_kept(postgres_server: str, postgres_template: tuple[sa.Engine, str], worker_name: str) -> Iterator[Kept]:
    maker, template = postgres_template
    name = f"test_{worker_name}"
    kept = Kept(maker, template, name, on_database(postgres_server, name))
    yield kept
    kept.drop()


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    """A PostgreSQL database with the schema and nothing else, as if it were new."""
    if request.config.getoption("--no-postgres"):
        pytest.skip("--no-postgres")
    kept: Kept = request.getfixturevalue("postgres_kept")
    return kept.fresh()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Both kinds, one after the other."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@cache
def _engine(url: str) -> sa.Engine:
    """One for all tests on the same URL: it remembers how statements are written, nothing of what is in a database."""
    return make_engine(url, pool_size=4)


def _open(url: str) -> Iterator[Database]:
    engine = _engine(url)
    yield Database(url, engine, session_factory(engine))
    engine.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    yield from _open(database_url)


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    yield from _open(sqlite_url)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    yield from _open(postgres_url)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.sessions() as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def redis_url(redis_server_url: str, worker_name: str) -> Iterator[str]:
    """A database of the Redis server that is empty before and after; parallel test processes have one each."""
    import redis

    number = int(worker_name.removeprefix("gw")) + 1 if worker_name.startswith("gw") else 0
    url = f"{redis_server_url}?db={number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found and not os.path.realpath(found).startswith("/usr/bin/snap"):
            return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    own = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    if own:
        return str(own[-1])
    missing("no Chromium was found: apt-get install chromium, or: .venv/bin/python -m playwright install chromium")
