"""Alembic, without its configuration file: migrations are `migrations/versions/NNNN_what_it_does.py`."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.errors import TapakError
from web.config import ROOT
from web.db import make_engine, metadata

FOLDER = ROOT / "migrations"
NOT_COMPARED = ("alembic_version",)


class MigrationRefused(TapakError):
    """Migrasi tidak dapat dijalankan."""


def settings(url: str) -> AlembicConfig:
    """What Alembic has to know; the URL travels beside the ini options, where a % in a password means nothing."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes["url"] = url
    return config


def up(url: str, revision: str = "head") -> None:
    """The schema is at `revision`. Each migration stands or falls in a transaction of its own."""
    command.upgrade(settings(url), revision)


def down(url: str, revision: str = "-1") -> None:
    """The schema is back at `revision`; "base" is an empty database."""
    command.downgrade(settings(url), revision)


def heads() -> list[str]:
    """The newest migration; [] when there is none yet. More than one is a mistake the tests tell."""
    return list(ScriptDirectory.from_config(settings("")).get_heads())


def names() -> list[str]:
    """All migrations, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(settings("")).walk_revisions()][::-1]


def standing(url: str) -> str | None:
    """The migration a database stands at; None when it is empty."""
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def history(url: str) -> list[str]:
    """One line per migration, the database's place marked."""
    here = standing(url)
    return [f"{'→' if name == here else ' '} {name}" for name in names()]


def new(what_it_does: str, *, empty: bool = False) -> Path:
    """A new migration file stands in migrations/versions. Refuses a name that is not 3 to 27 lower case letters
    and digits: PostgreSQL keeps 32 in Alembic's own table."""
    name = re.sub(r"[\s-]+", "_", what_it_does.strip().lower())
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,26}", name):
        raise MigrationRefused(
            "Nama migrasi “%(name)s”: tulislah apa yang dilakukannya, huruf kecil a-z, paling banyak 27 huruf.",
            name=what_it_does,
        )
    revision = f"{len(names()) + 1:04d}_{name}"
    with tempfile.TemporaryDirectory() as folder:
        config = settings(f"sqlite:///{folder}/scratch.sqlite3")
        command.upgrade(config, "head")
        command.revision(config, message=name.replace("_", " "), rev_id=revision, autogenerate=not empty)
    return FOLDER / "versions" / f"{revision}.py"


def differences(url: str | None = None) -> list[str]:
    """Where models and migrations disagree, one line each; [] when they describe the same schema.

    Without `url` a scratch SQLite database is migrated and compared.
    """
    if url is None:
        with tempfile.TemporaryDirectory() as folder:
            return differences(f"sqlite:///{folder}/scratch.sqlite3")
    up(url)
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            return [_line(entry) for entry in compare(connection)]
    finally:
        engine.dispose()


def compare(connection: sa.Connection) -> list[Any]:
    """Alembic's differences between the database and the models, types and server defaults included."""
    context = MigrationContext.configure(connection, opts=comparison(connection.dialect.name))
    return list(compare_metadata(context, metadata()))


def comparison(dialect: str) -> dict[str, Any]:
    """How thoroughly models and database are compared. SQLite has no identity columns and needs none."""
    return {
        "compare_type": True, "include_name": include_name,
        "compare_server_default": _except_identity if dialect == "sqlite" else True,
    }


def _except_identity(*arguments: Any) -> bool | None:
    return False if isinstance(arguments[4], sa.Identity) else None


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a thing found in the database is the models' business."""
    return not (kind == "table" and name in NOT_COMPARED)


def _line(entry: Any) -> str:
    if isinstance(entry, list):
        return "; ".join(_line(part) for part in entry)
    return " ".join(str(part) for part in entry)
