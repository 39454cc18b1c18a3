"""The auditor sees the newest checkpoint, checks on demand and takes the export home."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import OTHER_VILLAGE, PENDOWO, World, signed_in
from web import db, signing
from web.checkpoints import Keeper
from web.config import Config


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def keeper(app: Flask) -> Keeper:
    config: Config = app.extensions["tapak.config"]
    return Keeper(app.extensions["tapak.engine"], config.checkpoints, signing.signer(config))


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO, OTHER_VILLAGE)


def test_it_shows_the_checkpoint_and_checks(app: Flask, browser: Browser, world: World, keeper: Keeper) -> None:
    signed_in(browser, "bawaslu")
    assert "Belum ada." in browser.get("/riwayat").text
    keeper.keep()
    page = browser.get("/riwayat").text
    assert keeper.signer.key in page
    assert "Sama dengan yang disimpan di luar" in page
    assert "Tidak ada yang diubah" in browser.get("/riwayat?periksa=0").text
    assert browser.get("/riwayat?periksa=-1").status_code == 200
    with app.extensions["tapak.engine"].begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER history_no_update")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(sa.text("UPDATE history SET action = 'x' WHERE instance_id = 1 AND seq = 1"))
    assert "Instansi 1, catatan 1: diubah" in browser.get("/riwayat?periksa=0").text


def test_the_export_is_checked_away_from_here(
    browser: Browser, world: World, keeper: Keeper, tmp_path: Path
) -> None:
    keeper.keep()
    signed_in(browser, "bawaslu")
    export, program = tmp_path / "e.jsonl", tmp_path / "v.py"
    export.write_bytes(browser.get("/riwayat/ekspor").data)
    program.write_bytes(browser.get("/riwayat/pemeriksa").data)
    assert json.loads(export.read_text().splitlines()[0])["key"] == keeper.signer.key
    done = subprocess.run(
        [sys.executable, "-I", program, export, keeper.signer.key], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "UTUH / WHOLE"), done.stdout + done.stderr


@pytest.mark.parametrize("login", ["pps", "komisioner", "operator"])
def test_others_do_not_see_it(browser: Browser, world: World, login: str) -> None:
    signed_in(browser, login)
    assert {browser.get(path).status_code for path in ("/riwayat", "/riwayat/ekspor")} == {403}


def test_who_watches_a_part_takes_no_export_of_the_rest(app: Flask, browser: Browser, world: World) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.text("update assignment set scope = '33.24' where role = 'observer'"))
    signed_in(browser, "bawaslu")
    assert "di luar kewenangan" in browser.get("/riwayat").text
    assert browser.get("/riwayat/ekspor").status_code == 403
