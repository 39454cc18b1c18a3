"""A backup becomes an installation again, in an empty place, after every byte was looked at."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from web.audit_cli import verify_database
from web.backup import DUMP, SQLITE, BackupRefused, damaged, standing_of
from web.backup import run as run_tool
from web.backup import tool as tool_of
from web.config import Config
from web.db import make_engine
from web.store import Store, sync_folder


def restore(config: Config, folder: Path) -> dict[str, Any]:
    """The backup's database, attachments and checkpoints stand where the settings say; the answer is its manifest.

    Refused, with nothing written, for a damaged backup (each fault by name), another kind of database, and a target
    in which something stands already.
    """
    manifest, faults = damaged(folder)
    if faults:
        raise BackupRefused(*faults)
    engine = make_engine(config.database_url, pool_size=1)
    try:
        if manifest["kind"] != engine.dialect.name:
            raise BackupRefused(f"Cadangan ini {manifest['kind']}, bukan {engine.dialect.name} / is of another kind.")
        _refuse_what_stands(config, engine)
        for name, target in (("attachments", config.attachments), ("checkpoints", config.checkpoints)):
            if (folder / name).exists():
                shutil.copytree(folder / name, target, dirs_exist_ok=True)
        _database(folder, engine)
    finally:
        engine.dispose()
    return manifest


def _refuse_what_stands(config: Config, engine: sa.Engine) -> None:
    standing = [str(path) for path in (config.attachments, config.checkpoints) if path.exists() and any(path.iterdir())]
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        standing += [str(path)] if path.exists() and path.stat().st_size else []
    elif sa.inspect(engine).get_table_names():
        standing.append(str(engine.url.database))
    if standing:
        raise BackupRefused(*(f"{one} tidak kosong / is not empty." for one in standing))


def _database(folder: Path, engine: sa.Engine) -> None:
    """The database last: without it nothing starts."""
    if engine.dialect.name == "postgresql":
        run_tool([tool_of("pg_restore"), "--exit-on-error", "--single-transaction", "--no-owner",
                  f"--dbname={engine.url.database}", str(folder / DUMP)], engine.url)
        return
    target = Path(str(engine.url.database))
    fresh = target.with_name(f".{target.name}.new")
    shutil.copyfile(folder / SQLITE, fresh)
    fresh.chmod(0o600)
    fresh.rename(target)
    sync_folder(target.parent)


def differences(config: Config, manifest: dict[str, Any]) -> list[str]:
    """What the restored installation lacks against its manifest: entries, the checkpoint, files; broken pages."""
    found = standing_of(config.database_url)
    faults = [
        f"{name}: {found[name]}, semula/was {manifest[name]}" for name in ("migration", "entries", "checkpoint")
        if (found[name] != manifest[name] if name == "migration" else found[name] < manifest[name])
    ]
    store = Store(config.attachments)
    faults += [f"berkas hilang / file missing: {one}" for one in found["attachments"] if not store.holds(one)]
    engine = make_engine(config.database_url, pool_size=1)
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            faults += [line for line in told if line != "ok"]
    finally:
        engine.dispose()
    return faults


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--verify/--no-verify", default=True, help="Periksa semua rantai sesudahnya / check all chains after it.")
def restore_command(folder: Path, verify: bool) -> None:
    """Pulihkan cadangan FOLDER ke tempat kosong / restore a backup into an empty place and check all of it."""
    config = Config.from_environment()
    manifest = restore(config, folder)
    faults = differences(config, manifest)
    for line in faults:
        click.echo(line)
    broken = verify_database(config) if verify else 0
    click.echo(f"{manifest['at']}: {len(manifest['files'])} berkas / files, {manifest['entries']} catatan / entries")
    raise SystemExit(1 if faults or broken else 0)
