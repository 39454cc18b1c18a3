"""Where the benchmarks run: a SQLite file of their own, and a PostgreSQL that flushes each commit to the disk."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import sqlalchemy as sa

from tests.servers import NoServer, postgres_programs
from web import migrate
from web.db import make_engine

SETTINGS = {"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "shared_buffers": "128MB",
            "max_wal_size": "2GB"}


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """The URL of a new file with the schema of the product; it is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder) as inside:
        url = f"sqlite:///{inside}/bench.sqlite3"
        migrate.up(url)
        yield url


@contextmanager
def postgresql(server: str) -> Iterator[str]:
    """The URL of a new database with the schema on this server; it is dropped afterwards.

    Raises NoServer when the server does not answer or refuses to make one: a database that is in use is never touched.
    """
    name = f"tapak_bench_{os.getpid()}"
    maker = make_engine(server, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with maker.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except sa.exc.SQLAlchemyError as error:
        raise NoServer(f"no database can be made there: {error}") from error
    url = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    try:
        migrate.up(url)
        yield url
    finally:
        with maker.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        maker.dispose()


@contextmanager
def own_postgresql(folder: Path) -> Iterator[str]:
    """A private cluster runs while the block does, on a socket, with its safety settings on. Raises NoServer.

    The tests' cluster would not do: it forgets on a crash and so commits faster than any real one.
    """
    programs = postgres_programs()
    data, sockets, log = folder / "data", folder / "s", folder / "postgres.log"
    folder.chmod(0o711)
    for path in (data, sockets):
        path.mkdir(mode=0o700)
    user = _unprivileged(data, sockets)
    options = [part for name, value in {**SETTINGS, "unix_socket_directories": str(sockets)}.items()
               for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "tapak", "--auth=trust", "--encoding=UTF8", "--locale=C"],
            stdout=output, stderr=output, check=False, cwd=folder, **user,
        )
        if made.returncode != 0:
            raise NoServer(f"initdb failed: {log.read_text()[-500:]}")
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *options], stdout=output, stderr=output, cwd=folder, **user,
        )
    try:
        url = f"postgresql://tapak@/postgres?host={quote(str(sockets), safe='')}"
        _wait_for(sockets, server, log)
        yield url
    finally:
        server.send_signal(2)  # SIGINT is PostgreSQL's fast shutdown
        server.wait(30)


def _unprivileged(*folders: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root: then it runs as the user postgres or nobody, who is given the folders."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        for path in folders:
            os.chown(path, entry.pw_uid, entry.pw_gid)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoServer("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _wait_for(sockets: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and server.poll() is None:
        try:
            psycopg.connect(host=str(sockets), user="tapak", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoServer(f"PostgreSQL did not start: {log.read_text()[-500:]}")
