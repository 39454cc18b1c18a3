"""A real office begins with one command, and its operator forms polling stations from a pasted list."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from tests.web.conftest import Browser
from web.account_cli import account
from web.config import Config
from web.db import make_engine
from web.office_cli import office
from web.prepare import prepare
from workflows.models import Agenda, Body

Command = Callable[..., Result]
GIVEN = ("33.71", "--voting-day", "2027-11-24", "--begins", "2027-03-01", "--admin", "budi=Budi Santoso", "--operator",
         "siti.op=Siti Rahayu")


@pytest.fixture
def begin(sqlite_url: str, tmp_path: Path) -> Command:
    environ = {"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": sqlite_url, "TAPAK_ENV": "production"}

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner(env=environ).invoke(office, list(arguments), input=typed)

    return run


def passwords_in(output: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) +\S+ +(\S+)$", output, re.MULTILINE))


def test_the_two_who_begin_get_in_with_what_was_printed(begin: Command, app: Flask, browser: Browser) -> None:
    said = begin(*GIVEN)
    assert said.exit_code == 0, said.output
    assert "Pilkada 2027 Kota Magelang: 20 badan" in said.output
    printed = passwords_in(said.output)
    assert set(printed) == {"admin", "operator"}
    assert browser.sign_in("siti.op", printed["operator"]).status_code == 302
    page = browser.get("/badan").text
    assert "20 badan" in page
    assert "Bentuk KPPS" in page
    again = begin(*GIVEN)
    assert "0 badan" in again.output
    assert passwords_in(again.output) == {}
    admin = app.test_client()
    assert isinstance(admin, Browser)
    assert admin.sign_in("budi", printed["admin"]).status_code == 302
    assert admin.get("/kesehatan").status_code == 200
    assert admin.get("/badan/bentuk").status_code == 403


def test_who_begins_is_asked_for_when_not_given(begin: Command) -> None:
    said = begin(*GIVEN[:5], typed="budi\nBudi Santoso\nsiti.op\nSiti Rahayu\n")
    assert said.exit_code == 0, said.output
    assert set(passwords_in(said.output)) == {"admin", "operator"}


@pytest.mark.parametrize("given", [
    ("99.99", *GIVEN[1:]), ("33", *GIVEN[1:]), (*GIVEN[:-1], "budi=Orang Lain"), (*GIVEN[:-1], "x=Siti"),
])
def test_what_is_refused_leaves_nothing(begin: Command, sqlite_url: str, given: tuple[str, ...]) -> None:
    said = begin(*given)
    assert said.exception is not None
    engine = make_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Agenda)) == 0
    engine.dispose()


def test_an_empty_production_says_how_to_begin(
    begin: Command, sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": sqlite_url, "TAPAK_ENV": "production"}
    prepare(Config.from_environment(environ))
    assert "manage.py office" in capsys.readouterr().out
    begin(*GIVEN)
    prepare(Config.from_environment(environ))
    assert capsys.readouterr().out == ""


def test_polling_stations_from_a_pasted_list(begin: Command, app: Flask, browser: Browser) -> None:
    browser.sign_in("siti.op", passwords_in(begin(*GIVEN).output)["operator"])
    page = browser.get("/badan/bentuk").text
    number = re.search(r'name="agenda" value="(\d+)"', page)
    assert number
    wish = {"agenda": number[1], "kind": "kpps", "lines": "33.71.01.1007\tMagersari <b>\t2\n33.71.01.9999 1"}
    wrong = browser.send("/badan/bentuk", wish)
    assert wrong.status_code == 422
    assert "Baris 2: 33.71.01.9999 tidak mempunyai PPS" in wrong.text
    assert "Magersari &lt;b&gt;" in wrong.text
    wish["lines"] = wish["lines"].splitlines()[0]
    looked = browser.send("/badan/bentuk", wish)
    assert "Bentuk 2 badan" in looked.text
    assert "PPS Magersari, Kec. Magelang Selatan" in looked.text
    formed = browser.send("/badan/bentuk", wish | {"act": "form"}, follow_redirects=True)
    assert "2 badan dibentuk" in formed.text
    assert "KPPS 002 Magersari, Kec. Magelang Selatan" in formed.text
    assert "Belum dimulai" in formed.text
    twice = browser.send("/badan/bentuk", wish | {"act": "form"}, follow_redirects=True)
    assert "0 badan dibentuk" in twice.text
    assert browser.send("/badan/bentuk", wish | {"agenda": "99"}).status_code == 404
    with app.extensions["tapak.engine"].connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Body).where(Body.kind == "kpps")) == 2


@pytest.fixture
def command(begin: Command, sqlite_url: str, tmp_path: Path) -> Command:
    """`account …` on an installation whose office has begun."""
    assert begin(*GIVEN).exit_code == 0
    environ = {"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": sqlite_url, "TAPAK_ENV": "production"}
    return lambda *arguments: CliRunner(env=environ).invoke(account, list(arguments))


def test_a_commissioner_is_let_in_and_out(command: Command, browser: Browser) -> None:
    grant = ("grant", "rina", "--role", "commissioner", "--scope", "33.71")
    unknown = command(*grant)
    assert unknown.exit_code == 1
    assert "no such account" in unknown.output
    made = command(*grant, "--name", "Rina Wulandari", "--since", "2020-01-01")
    password = re.search(r"^  (\S+)$", made.output, re.MULTILINE)
    assert password, made.output
    assert "already" in command(*grant).output
    assert browser.sign_in("rina", password[1]).status_code == 302
    assert browser.get("/tugas").status_code == 200
    assert "commissioner" in command("list").output
    assert command("end", *grant[1:]).exit_code == 0
    assert browser.get("/tugas").status_code == 403
    assert command("end", *grant[1:]).exit_code == 1


@pytest.mark.parametrize(("given", "words"), [
    (("grant", "budi", "--role", "pps_member", "--scope", "33.71"), "Invalid value"),
    (("grant", "budi", "--role", "auditor", "--scope", "33.71", "--until", "2020-01-01"), "before the first"),
    (("grant", "B!", "--role", "auditor", "--scope", "33.71", "--name", "X"), ""),
    (("grant", "budi", "--role", "auditor", "--scope", "99.99"), ""),
    (("end", "siapa", "--role", "auditor", "--scope", "33.71"), "no such account"),
])
def test_roles_that_cannot_be_given_are_refused(command: Command, given: tuple[str, ...], words: str) -> None:
    said = command(*given)
    assert said.exit_code != 0
    assert words in said.output
    assert "auditor" not in command("list").output
