"""The database: SQLite in a file, or PostgreSQL. One transaction per request; writers on SQLite begin immediately."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import select
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

log = logging.getLogger(__name__)

WAL_IS_SAFE_FROM = (3, 51, 3)
BUSY_SECONDS = 15
IMPATIENT_MILLISECONDS = 100
STATEMENT_SECONDS, LOCK_SECONDS, IDLE_SECONDS = 30, 10, 60
ASKED_AFTER_SECONDS = 60
METADATA_MODULES = (
    "engine.models", "engine.arrivals", "engine.reversals", "engine.checkpoints", "engine.migration.models",
    "workflows.models", "web.models",
)


def make_engine(url: str, *, pool_size: int = 8) -> sa.Engine:
    """An engine on `url` with the settings below; nothing is connected yet.

    SQLite: `BEGIN IMMEDIATE` for every transaction except those of `reading(engine)`, synchronous=FULL, foreign keys
    on, WAL where the library is free of the checkpoint fault. PostgreSQL: psycopg 3, sessions in UTC, limits on
    statements, locks and idle transactions. `postgres://` and `postgresql://` mean the same.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, pool_size)
    options = {
        "statement_timeout": STATEMENT_SECONDS * 1000, "lock_timeout": LOCK_SECONDS * 1000,
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000, "timezone": "UTC",
    }
    settings = " ".join(f"-c {name}={value}" for name, value in options.items())
    engine = sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"), pool_size=pool_size, max_overflow=pool_size, pool_recycle=1800,
        connect_args={"options": settings, "connect_timeout": 5, "application_name": "tapak"},
    )
    _hand_out_what_lives(engine)
    return engine


def _hand_out_what_lives(engine: sa.Engine) -> None:
    """A connection that ended while it lay in the pool is replaced before anybody uses it.

    A server that ends a connection says so on its socket, where nothing else is said in between: looking there costs
    no round trip, as asking at each use (`pool_pre_ping`) would. One that lay for long is asked nevertheless, for a
    network in between may have dropped it in silence.
    """

    @event.listens_for(engine, "checkin")
    def lies(_connection: Any, record: Any) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def lives(connection: Any, record: Any, _proxy: object) -> None:
        since = record.info.get("since")
        if since is None:
            return
        socket = select.poll()
        socket.register(connection.fileno(), select.POLLIN)
        try:
            lay_long = time.monotonic() - since > ASKED_AFTER_SECONDS
            if socket.poll(0) or (lay_long and not engine.dialect.do_ping(connection)):
                raise sa.exc.InvalidatePoolError
        except engine.dialect.loaded_dbapi.Error as ended:
            raise sa.exc.InvalidatePoolError from ended


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: the wheel's where it exists, else Python's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def journal_mode(version: tuple[int, ...]) -> str:
    """WAL; but TRUNCATE where the library can corrupt a WAL database (3.7.0 to 3.51.2, two checkpoints at once)."""
    return "WAL" if version >= WAL_IS_SAFE_FROM else "TRUNCATE"


def _sqlite(url: sa.URL, pool_size: int) -> sa.Engine:
    module = sqlite_module()
    mode = journal_mode(module.sqlite_version_info)
    if mode != "WAL":
        log.warning("SQLite %s can corrupt a WAL database; using journal_mode=%s", module.sqlite_version, mode)
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"), module=module,
        pool_size=pool_size, max_overflow=pool_size, connect_args={"timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions; `begin` below does
        cursor = connection.cursor()
        for pragma in (f"journal_mode={mode}", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY",
                       "cache_size=-16000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get("tapak_impatient"):
            connection.exec_driver_sql(f"PRAGMA busy_timeout={IMPATIENT_MILLISECONDS}")
        try:
            connection.exec_driver_sql("BEGIN" if options.get("tapak_reading") else "BEGIN IMMEDIATE")
        finally:
            if options.get("tapak_impatient"):
                connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    return engine


def reading(engine: sa.Engine) -> sa.Engine:
    """The same engine and pool for requests that only read: they wait for no writer. A write on it is an error."""
    options: dict[str, Any] = {"tapak_reading": True}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    return engine.execution_options(**options)


def impatient(engine: sa.Engine) -> sa.Engine:
    """The same engine for a small write that may as well not happen: on SQLite it hardly waits for another writer."""
    return engine.execution_options(tapak_impatient=True)


def glancing(engine: sa.Engine) -> sa.Engine:
    """The same engine for single reading statements without a transaction around them: the fewest round trips."""
    return engine.execution_options(tapak_reading=True, isolation_level="AUTOCOMMIT")


def session_factory(engine: sa.Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[Session]:
    """One session, one transaction: all that was written stands when the block ends; nothing does if it raises."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def clock(session: Session) -> datetime:
    """The legal now, aware, in UTC: PostgreSQL's clock; with SQLite database and program share the machine's."""
    if session.get_bind().dialect.name == "postgresql":
        told: datetime = session.execute(sa.text("select clock_timestamp()")).scalar_one()
        return told.astimezone(UTC)
    return datetime.now(UTC)


def clock_in_sql(engine: sa.Engine) -> sa.ColumnElement[Any]:
    """`clock` as part of a statement; steady while the statement runs, so that an index on a moment is used."""
    if engine.dialect.name == "postgresql":
        return sa.func.statement_timestamp()
    return sa.literal(datetime.now(UTC), sa.DateTime(timezone=True))


def metadata() -> sa.MetaData:
    """All tables of the product, those of every floor registered on the engine's one metadata."""
    for name in METADATA_MODULES:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    base = importlib.import_module("engine.models").Base
    told: sa.MetaData = base.metadata
    return told
