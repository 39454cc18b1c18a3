"""An export is checked by a program that knows nothing of Tapak; whoever tampers is found, by instance and entry."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from engine import checkpoints, history
from engine.models import History, Instance
from tests.conftest import Database
from tests.web.test_schedule import HOST, waiting_instances
from web import signing
from web.audit import VERIFIER, look
from web.audit_cli import audit, verify_database, write
from web.checkpoints import Keeper, publish
from web.config import Config
from web.db import transaction
from web.queue import Doorbell
from web.schedule import Sweep

NOW = datetime(2024, 6, 1, 5, 40, tzinfo=UTC)
STANDARD = {"hashlib", "json", "sys", "pathlib"}


class Office:
    """Three chains of two entries each and two checkpoints, in the database and outside."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.config = Config.from_environment({"TAPAK_VAR": str(folder / "var"), "DATABASE_URL": database.url})
        self.keeper = Keeper(database.engine, self.config.checkpoints, signing.signer(self.config))
        waiting_instances(database, 3)
        self.checkpoint(NOW)
        Sweep(engine=database.engine, bell=Doorbell(None), host=HOST).tick()
        self.checkpoint(NOW + timedelta(hours=1))

    def checkpoint(self, now: datetime) -> None:
        with transaction(self.database.engine) as session:
            checkpoints.gather(session, now=now, signer=self.keeper.signer)
        publish(self.database.engine, self.config.checkpoints)

    def tamper(self, *statements: str) -> None:
        """As the database's owner, who can switch its triggers off."""
        with self.database.engine.begin() as connection:
            if self.database.kind == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            else:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
                for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'").all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name[0]}")
            for statement in statements:
                connection.execute(sa.text(statement))

    def verdict(self, *, outside: bool = True, key: str | None = None) -> tuple[int, str]:
        """What the stand-alone program says of an export, in a process and a folder of its own."""
        export = self.folder / "export.jsonl"
        export.unlink(missing_ok=True)
        write(self.config, export)
        return self.check(export, key or self.keeper.signer.key, *([str(self.config.checkpoints)] * outside))

    def check(self, *arguments: object) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", VERIFIER, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout

    def rewrite(self, number: int, **changed: Any) -> None:
        """The chain of this instance anew from its start, with right hashes."""
        with transaction(self.database.engine) as session:
            rows = [chain_rows for chain in history.chains(session, [number]) for chain_rows in chain.rows]
        previous, statements = history.GENESIS, []
        for row in rows:
            row |= {"previous": previous, **changed}
            previous = history.link(row)
            statements.append(
                f"UPDATE history SET actor = '{row['actor']}', previous = '{row['previous']}', hash = '{previous}' "
                f"WHERE instance_id = {number} AND seq = {row['seq']}"
            )
        self.tamper(*statements, f"UPDATE instance SET head = '{previous}' WHERE id = {number}")


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


def test_what_nobody_touched_is_whole(office: Office) -> None:
    code, told = office.verdict()
    assert (code, told.splitlines()[-1]) == (0, "UTUH / WHOLE"), told
    assert "6 catatan/entries (0 lama/old" in told
    assert "2 titik periksa/checkpoint" in told
    assert verify_database(office.config) == 0
    assert look(office.database.engine, office.keeper.signer.key, seconds=30).whole


def test_the_program_is_short_and_imports_nothing_of_ours() -> None:
    text = VERIFIER.read_text()
    assert len(text.splitlines()) < 100
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported == STANDARD


LAST = "instance_id = 2 AND seq = 2"
ATTACKS: dict[str, tuple[tuple[str, ...], str]] = {
    "changed": (("UPDATE history SET actor = 'somebody' WHERE instance_id = 2 AND seq = 1",),
                "instansi/instance 2, catatan/entry 1"),
    "a sealed part changed": ((f"UPDATE history SET on_behalf_of = 'X' WHERE {LAST}",),
                              "instansi/instance 2, catatan/entry 2"),
    "removed": (("DELETE FROM history WHERE instance_id = 2 AND seq = 1",), "instansi/instance 2, catatan/entry 1"),
    "inserted": ((
        "INSERT INTO history (id, instance_id, seq, at, actor, action, source, target, details, digest, previous, hash,"
        " salt) SELECT 999, instance_id, 3, at, actor, action, source, target, details, digest, hash, hash, salt FROM "
        f"history WHERE {LAST}", "UPDATE instance SET seq = 3 WHERE id = 2",
    ), "instansi/instance 2, catatan/entry 3"),
    "the tail cut off": ((
        f"DELETE FROM history WHERE {LAST}", "UPDATE instance SET seq = 1, head = "
        "(SELECT hash FROM history WHERE instance_id = 2 AND seq = 1) WHERE id = 2",
    ), "instansi/instance 2, catatan/entry 2"),
    "a whole chain removed": ((
        "DELETE FROM history WHERE instance_id = 2", "DELETE FROM timer WHERE instance_id = 2",
        "DELETE FROM instance WHERE id = 2",
    ), "instansi/instance 2: seluruh rantai hilang"),
    "and its heads": ((
        "DELETE FROM history WHERE instance_id = 2", "DELETE FROM timer WHERE instance_id = 2",
        "DELETE FROM instance WHERE id = 2", "DELETE FROM checkpoint_head WHERE instance_id = 2",
    ), "titik periksa/checkpoint 1: kepala rantainya diubah"),
    "a checkpoint changed": (("UPDATE checkpoint SET chains = 2 WHERE number = 2",),
                             "titik periksa/checkpoint 2: isi, kunci atau tanda tangan salah"),
    "a checkpoint removed": (("DELETE FROM checkpoint WHERE number = 1",),
                             "titik periksa/checkpoint 2: tidak menyambung"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_who_tampers_is_found_by_the_chain_and_its_checkpoints(office: Office, attack: str) -> None:
    statements, expected = ATTACKS[attack]
    office.tamper(*statements)
    code, told = office.verdict(outside=False)
    assert code == 1
    assert expected in told, told
    assert verify_database(office.config) == 1
    assert not look(office.database.engine, office.keeper.signer.key, seconds=30).whole


def test_a_chain_written_anew_with_right_hashes_is_found(office: Office) -> None:
    office.rewrite(2, actor="somebody")
    with transaction(office.database.engine) as session:
        assert history.verify(session) == []
    code, told = office.verdict(outside=False)
    assert code == 1
    assert "instansi/instance 2, catatan/entry 1: lain dari titik periksa" in told
    assert "instance 1" not in told


def test_who_has_the_key_too_is_found_by_what_is_outside(office: Office) -> None:
    """Chain, heads and checkpoints are all written anew and signed with the right key: inside, all agrees."""
    office.rewrite(2, actor="somebody")
    office.tamper("DELETE FROM checkpoint", "DELETE FROM checkpoint_head")
    with transaction(office.database.engine) as session:
        checkpoints.gather(session, now=NOW, signer=office.keeper.signer)
    assert office.verdict(outside=False)[0] == 0
    code, told = office.verdict()
    assert code == 1
    assert "titik periksa/checkpoint 1: yang di luar tidak ada di sini" in told
    assert "instansi/instance 2, catatan/entry 2: lain dari titik periksa" in told


def test_a_database_of_an_older_day_is_found(database: Database, tmp_path: Path) -> None:
    """Everything since the first checkpoint is gone, without a trace inside."""
    office = Office(database, tmp_path)
    office.tamper(
        "DELETE FROM checkpoint WHERE number = 2", "DELETE FROM checkpoint_head WHERE number = 2",
        "DELETE FROM history WHERE seq = 2", "UPDATE instance SET seq = 1, head = "
        "(SELECT hash FROM history WHERE instance_id = instance.id AND seq = 1)",
    )
    assert office.verdict(outside=False)[0] == 0
    code, told = office.verdict()
    assert code == 1
    assert "titik periksa/checkpoint 2: yang di luar tidak ada di sini" in told
    for number in (1, 2, 3):
        assert f"instansi/instance {number}, catatan/entry 2: ada di titik periksa, kini hilang" in told


def test_another_key_is_no_key(office: Office, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = signing.signer(Config.from_environment({"TAPAK_VAR": str(tmp_path / "other")}))
    assert "kunci atau tanda tangan salah" in office.verdict(key=other.key)[1]


def test_what_was_kept_outside_is_checked_itself(office: Office) -> None:
    path = office.config.checkpoints / "heads.jsonl"
    path.write_text(path.read_text().replace("[1,2,1,", "[1,2,7,"))
    assert "luar/outside, titik periksa/checkpoint 1: kepala rantainya diubah" in office.verdict()[1]


def change(line: dict[str, Any]) -> None:
    line["entries"][0]["action"] = "instance.cancelled"


def cut(line: dict[str, Any]) -> None:
    del line["entries"][1]


def name(line: dict[str, Any]) -> None:
    line["anchors"] = []


@pytest.mark.parametrize("tampered", [change, cut, name])
def test_an_export_that_was_changed_afterwards_is_found(office: Office, tampered: Callable[[Any], None]) -> None:
    export = office.folder / "e.jsonl"
    write(office.config, export)
    first, *chains = map(json.loads, export.read_text().splitlines())
    tampered(chains[0])
    export.write_text("".join(json.dumps(line) + "\n" for line in (first, *chains)))
    assert office.check(export, office.keeper.signer.key)[0] == 1


def test_the_export_names_nobody(office: Office) -> None:
    with transaction(office.database.engine) as session:
        row = session.scalars(sa.select(Instance).limit(1)).one()
        given = history.entry(
            instance_id=row.id, seq=row.seq + 1, previous=row.head, at=NOW, actor="7", on_behalf_of="Siti Aminah",
            action="task.completed", node=None, source="a", target="b", digest="0" * 64,
            details={"actor_name": "Budi Santoso", "reason": "NIK 3323010101900001"},
        )
        session.execute(sa.insert(History).values(given))
        row.seq, row.head = given["seq"], given["hash"]
    code, told = office.verdict()
    assert code == 0, told
    text = (office.folder / "export.jsonl").read_text()
    assert all(word not in text for word in ("Siti", "Budi", "3323010101900001", given["salt"]))


def test_entries_from_before_the_salt_are_told(office: Office) -> None:
    with transaction(office.database.engine) as session:
        rows = [row for chain in history.chains(session, [3]) for row in chain.rows]
    previous, statements = history.GENESIS, []
    for row in rows:
        previous = history.link(row | {"salt": None, "previous": previous})
        before = statements[-1] if statements else ""
        statements.append(previous)
        office.tamper(f"UPDATE history SET salt = NULL, hash = '{previous}', "
                      f"previous = '{before or history.GENESIS}' WHERE id = {row['id']}")
    office.tamper(f"UPDATE instance SET head = '{previous}' WHERE id = 3", "DELETE FROM checkpoint",
                  "DELETE FROM checkpoint_head")
    shutil.rmtree(office.config.checkpoints)
    code, told = office.verdict(outside=False)
    assert code == 0, told
    assert "(2 lama/old" in told
    assert verify_database(office.config) == 0
    office.tamper("UPDATE history SET actor = 'somebody' WHERE instance_id = 3 AND seq = 1")
    assert verify_database(office.config) == 1


def test_the_commands(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPAK_VAR", str(office.config.var))
    monkeypatch.setenv("DATABASE_URL", office.database.url)
    file = str(office.folder / "given.jsonl")
    run = CliRunner()
    assert run.invoke(audit, ["key"]).output.strip() == office.keeper.signer.key
    assert "3 rantai" in run.invoke(audit, ["export", file]).output
    assert "sudah ada" in run.invoke(audit, ["export", file]).output
    assert run.invoke(audit, ["verify", file]).exit_code == 0
    assert run.invoke(audit, ["verify"]).exit_code == 0
