"""`python3 manage.py audit`: the histories handed on and checked."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine import history
from web.audit import checking_key, lines, steady, verify
from web.config import Config
from web.db import make_engine
from web.signing import signer


@click.group(help="Riwayat dan titik periksa / histories and checkpoints: export, verify, key.")
def audit() -> None:
    """All commands about the trail."""


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(file: Path) -> None:
    """Tulis riwayat dan titik periksa tanpa data pribadi / histories and checkpoints, nothing personal, as JSON lines.

    A file that exists is refused.
    """
    click.echo(f"{write(Config.from_environment(), file)} rantai / chains: {file}")


def write(config: Config, file: Path) -> int:
    """The export stands in this file, which must not exist; how many chains."""
    engine = make_engine(config.database_url)
    try:
        with file.open("x", encoding="utf-8") as target, steady(engine) as session:
            count = -1
            for text in lines(session, checking_key(config)):
                target.write(text + "\n")
                count += 1
            return count
    except FileExistsError as error:
        raise click.ClickException(f"{file} sudah ada / exists already.") from error
    finally:
        engine.dispose()


@audit.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False)
def verify_command(file: Path | None) -> None:
    """Periksa ekspor FILE, atau seluruh basis data / check FILE, or the whole database; exit code 1 when not whole."""
    config = Config.from_environment()
    if file is not None:
        sys.exit(verify(config, file))
    sys.exit(verify_database(config))


def verify_database(config: Config) -> int:
    """0 when every chain with its content, every checkpoint and what is kept outside agree; else 1, and each fault was
    printed."""
    import tempfile

    engine = make_engine(config.database_url)
    try:
        with steady(engine) as session:
            breaks = history.verify(session)
    finally:
        engine.dispose()
    for one in breaks:
        click.echo(f"instansi/instance {one.instance_id}, catatan/entry {one.seq}: {SAYS[one.what]}")
    with tempfile.TemporaryDirectory(prefix="tapak-audit-", dir=config.var) as folder:
        file = Path(folder, "export.jsonl")
        write(config, file)
        return max(verify(config, file), 1 if breaks else 0)


SAYS = {
    "hash": "isinya diubah / its content was changed", "previous": "tidak menyambung / does not follow the one before",
    "gap": "dihapus / removed", "end": "ujung rantai tidak cocok / the end of the chain does not match",
    "orphan": "instansinya hilang / its instance is gone",
}


@audit.command("key")
def key() -> None:
    """Tampilkan kunci umum titik periksa / print the public key that checkpoints are signed with."""
    click.echo(signer(Config.from_environment()).key)
