"""A backup while everybody works, and putting it back with a look at every byte.

    FOLDER/database.sqlite3 or database.dump    SQLite's backup API, or pg_dump's custom format
    FOLDER/attachments/aa/bb/aabb…              the bytes by their SHA-256
    FOLDER/checkpoints/…                        the checkpoints as they stand outside the database
    FOLDER/manifest.json                        sha256 of each of these, and the newest checkpoint; written last

The checkpoints are copied first, so that none is newer than the database, and the attachments last: a file is on the
disk before a row names it, so every row's file is there. The keys of the installation (secret_key, checkpoint_key) are
not in a backup: who finds one must not be able to sign.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.errors import TapakError
from web.checkpoints import alone
from web.config import Config
from web.db import clock, make_engine, sqlite_module, transaction
from web.store import CHUNK, SHA256, sync_folder

MANIFEST, STAMP = "manifest.json", "last_backup"
SQLITE, DUMP = "database.sqlite3", "database.dump"
FORMAT = 1


class BackupRefused(TapakError):
    """Cadangan tidak dapat dibuat atau dipulihkan."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join([(type(self).__doc__ or "").strip(), *(f"- {line}" for line in problems)]))


def backup(config: Config, folder: Path) -> dict[str, Any]:
    """The folder, which must not exist or be empty, holds a complete backup; the answer is its manifest.

    Killed or refused before the end it has no manifest, and cannot be restored. Refused when files that the database
    names are missing, and without pg_dump for PostgreSQL.
    """
    _empty(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if config.checkpoints.exists():
        with alone(config.checkpoints):
            shutil.copytree(config.checkpoints, folder / "checkpoints", ignore=shutil.ignore_patterns(".lock"))
    name, standing = _copy_database(config, folder)
    missing = _copy_attachments(config, folder, standing.pop("attachments"))
    if missing:
        raise BackupRefused(*(f"berkas hilang / file missing: {one}" for one in missing[:20]))
    files = {str(path.relative_to(folder)): digest(path) for path in _files(folder)}
    os.sync()
    manifest = {"format": FORMAT, "kind": name, **standing, "files": files}
    manifest["digest"] = _digest_of(manifest)
    _write(folder / MANIFEST, json.dumps(manifest, indent=1))
    _write(config.var / STAMP, standing["at"])
    return manifest


def last_backup(config: Config) -> datetime | None:
    """When this installation's last complete backup was made; None when there is none."""
    path = config.var / STAMP
    return datetime.fromisoformat(path.read_text().strip()) if path.exists() else None


def _empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused(f"{folder} tidak kosong / is not empty.")


def _copy_database(config: Config, folder: Path) -> tuple[str, dict[str, Any]]:
    """(kind, what the copy says of itself): the moment, migration and heads are read from the copy where it can be."""
    engine = make_engine(config.database_url, pool_size=2)
    try:
        if engine.dialect.name == "sqlite":
            target = folder / SQLITE
            _copy_sqlite(Path(str(engine.url.database)), target)
            return "sqlite", standing_of(f"sqlite:///{target}")
        before = standing_of(config.database_url)
        program = tool("pg_dump")
        run([program, "--format=custom", "--no-owner", f"--file={folder / DUMP}"], engine.url)
        return "postgresql", before
    finally:
        engine.dispose()


def _copy_sqlite(source: Path, target: Path) -> None:
    module = sqlite_module()
    with closing(module.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(module.connect(target)) as new:
        old.backup(new)  # all pages in one step: one picture of the database
        new.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)
    _sync(target)


def standing_of(url: str) -> dict[str, Any]:
    """What a database says: the moment, its migration, how many entries, the newest checkpoint, the files it names."""
    engine = make_engine(url, pool_size=1)
    try:
        with transaction(engine) as session:
            number = session.execute(sa.text("SELECT max(number) FROM checkpoint")).scalar_one()
            last = session.execute(
                sa.text("SELECT hash FROM checkpoint WHERE number = :number"), {"number": number or 0}
            ).scalar_one_or_none()
            return {
                "at": clock(session).astimezone(UTC).isoformat(timespec="seconds"),
                "migration": session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one(),
                "entries": session.execute(sa.text("SELECT count(*) FROM history")).scalar_one(),
                "checkpoint": number or 0, "checkpoint_hash": last or "",
                "attachments": sorted(session.execute(sa.text("SELECT DISTINCT sha256 FROM attachment")).scalars()),
            }
    finally:
        engine.dispose()


def tool(name: str) -> str:
    """Where this program of PostgreSQL's client stands. Refused when it is missing."""
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} tidak ada. Pasang: apt-get install postgresql-client / {name} is missing.")
    return found


def run(command: list[str], url: sa.URL) -> None:
    """The program has run against this database; its password is in its environment, not among its arguments."""
    given = {"PGHOST": url.query.get("host") or url.host, "PGPORT": url.port, "PGUSER": url.username,
             "PGPASSWORD": url.password, "PGDATABASE": url.database}
    environ = {**os.environ, **{name: str(value) for name, value in given.items() if value}}
    done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True)
    if done.returncode:
        raise BackupRefused(done.stderr.strip()[-2000:])


def _copy_attachments(config: Config, folder: Path, named: list[str]) -> list[str]:
    """Every sealed file stands in the backup, with what the rows name; those that are missing."""
    source, target = config.attachments, folder / "attachments"
    target.mkdir(mode=0o700)
    for path in _files(source) if source.exists() else ():
        if SHA256.fullmatch(path.name):
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(path, place)
    return [one for one in named if not (target / one[:2] / one[2:4] / one).exists()]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def digest(path: Path) -> str:
    """sha256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _digest_of(manifest: dict[str, Any]) -> str:
    said = {name: value for name, value in manifest.items() if name != "digest"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text)
    _sync(fresh)
    fresh.rename(path)
    sync_folder(path.parent)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def damaged(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """(manifest, every fault by name): a file that is missing, changed or not in the manifest, a changed manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        files = dict(manifest["files"])
        wrong = manifest["digest"] != _digest_of(manifest) or manifest["format"] != FORMAT
    except (OSError, ValueError, KeyError, TypeError) as error:
        return {}, [f"{MANIFEST} tidak ada atau rusak / is missing or damaged ({type(error).__name__})."]
    faults = [f"{MANIFEST} diubah / was changed."] if wrong else []
    there = {str(path.relative_to(folder)): path for path in _files(folder) if path.name != MANIFEST}
    faults += [f"{name} hilang / is missing." for name in sorted(files.keys() - there.keys())]
    faults += [f"{name} tidak ada dalam {MANIFEST} / is not in it." for name in sorted(there.keys() - files.keys())]
    faults += [f"{name} rusak / is damaged." for name in sorted(files.keys() & there.keys())
               if digest(there[name]) != files[name]]
    return manifest, faults
