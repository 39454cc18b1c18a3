"""A backup made while people write can be put back, and says by name what was damaged."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.models import Attachment, Instance
from tests.conftest import Database, on_database
from tests.web.test_audit import Office
from web.audit_cli import verify_database
from web.backup import MANIFEST, BackupRefused, backup, last_backup, tool
from web.config import Config
from web.db import make_engine, transaction
from web.restore import differences, restore
from web.store import Store

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def attach(office: Office, content: bytes) -> str:
    with Store(office.config.attachments).incoming(io.BytesIO(content), 1000) as incoming:
        incoming.seal()
        sha256 = incoming.sha256
    with transaction(office.database.engine) as session:
        session.add(Attachment(
            instance_id=session.scalar(sa.select(sa.func.min(Instance.id))), node="n", sha256=sha256, name="a.jpg",
            type="image/jpeg", size=len(content), added_by="1", added_at=NOW,
        ))
    return sha256


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    office = Office(database, tmp_path)
    attach(office, b"a photo")
    return office


@pytest.fixture
def target(database: Database, tmp_path: Path, request: pytest.FixtureRequest, worker_name: str) -> Config:
    """An empty place of the same kind."""
    url = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    if database.kind == "postgresql":
        server: str = request.getfixturevalue("postgres_server")
        name = f"restored_{worker_name}"
        maker = make_engine(server, pool_size=1)
        with maker.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        maker.dispose()
        url = on_database(server, name)
    return Config.from_environment({"TAPAK_VAR": str(tmp_path / "restored"), "DATABASE_URL": url})


def test_what_is_restored_is_what_was_backed_up(office: Office, target: Config, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    assert last_backup(office.config) is None
    made = backup(office.config, folder)
    assert (made["entries"], made["checkpoint"]) == (6, 2)
    assert last_backup(office.config) == datetime.fromisoformat(made["at"])
    assert not any("_key" in name for name in made["files"])
    assert differences(target, restore(target, folder)) == []
    assert verify_database(target) == 0
    with pytest.raises(BackupRefused, match="tidak kosong"):
        restore(target, folder)
    with pytest.raises(BackupRefused, match="tidak kosong"):
        backup(office.config, folder)


def test_it_is_whole_while_somebody_writes(office: Office, target: Config, tmp_path: Path) -> None:
    stop, begun, photos = threading.Event(), threading.Event(), list[str]()

    def write() -> None:
        while not stop.is_set():
            photos.append(attach(office, f"photo {len(photos)}".encode()))
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(20)
        made = backup(office.config, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
    assert differences(target, restore(target, tmp_path / "backup")) == []
    assert verify_database(target) == 0
    engine = make_engine(target.database_url)
    with transaction(engine) as session:
        kept = set(session.scalars(sa.select(Attachment.sha256)))
    engine.dispose()
    assert kept & set(photos)
    assert len(made["files"]) >= len(kept)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def in_attachment(folder: Path) -> str:
    path = next(one for one in (folder / "attachments").rglob("*") if one.is_file())
    flip(path)
    return path.name


def in_database(folder: Path) -> str:
    path = next(folder.glob("database.*"))
    flip(path)
    return path.name


def manifest_line(folder: Path) -> str:
    told = json.loads((folder / MANIFEST).read_text())
    name = next(one for one in told["files"] if one.startswith("attachments"))
    del told["files"][name]
    (folder / MANIFEST).write_text(json.dumps(told))
    return name


def file_gone(folder: Path) -> str:
    path = folder / "checkpoints" / "heads.jsonl"
    path.unlink()
    return path.name


def no_manifest(folder: Path) -> str:
    (folder / MANIFEST).unlink()
    return MANIFEST


@pytest.mark.parametrize("damage", [in_attachment, in_database, manifest_line, file_gone, no_manifest])
def test_a_damaged_backup_is_refused_by_name(
    office: Office, target: Config, tmp_path: Path, damage: Callable[[Path], str]
) -> None:
    backup(office.config, tmp_path / "backup")
    name = damage(tmp_path / "backup")
    with pytest.raises(BackupRefused, match=name):
        restore(target, tmp_path / "backup")
    assert not target.attachments.exists()


def test_a_backup_of_a_tampered_history_is_told(office: Office, target: Config, tmp_path: Path) -> None:
    office.tamper("UPDATE history SET actor = 'somebody' WHERE instance_id = 2 AND seq = 1")
    restore(target, backup_of(office, tmp_path))
    assert verify_database(target) == 1


def backup_of(office: Office, tmp_path: Path) -> Path:
    backup(office.config, tmp_path / "backup")
    return tmp_path / "backup"


def test_a_file_that_is_missing_is_told_at_once(office: Office, tmp_path: Path) -> None:
    sha256 = attach(office, b"another")
    Store(office.config.attachments).path(sha256).unlink()
    with pytest.raises(BackupRefused, match=sha256):
        backup(office.config, tmp_path / "backup")
    assert last_backup(office.config) is None


def test_rows_that_are_lost_are_told(office: Office, target: Config, tmp_path: Path) -> None:
    manifest = restore(target, backup_of(office, tmp_path))
    assert differences(target, manifest | {"entries": manifest["entries"] + 1}) != []


def test_another_kind_of_database_is_refused(postgres: Database, tmp_path: Path) -> None:
    folder = backup_of(Office(postgres, tmp_path), tmp_path)
    other = Config.from_environment({"TAPAK_VAR": str(tmp_path / "o"), "DATABASE_URL": f"sqlite:///{tmp_path}/o.db"})
    with pytest.raises(BackupRefused, match="another kind"):
        restore(other, folder)


def test_without_the_program_there_is_a_clear_word(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match="postgresql-client"):
        tool("pg_dump")
