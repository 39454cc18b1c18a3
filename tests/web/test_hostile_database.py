"""A database that another program holds, or that is not there: pages say so, and nothing that was typed is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Database
from tests.web import desk_world as world_of
from tests.web.conftest import Browser, application
from tests.web.desk_world import PASSWORD, PENDOWO
from web import db
from web.config import Config
from workflows.models import WebSession

WAIT = 2


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, config: Config) -> Iterator[Flask]:
    """The application, which waits two seconds for other writers instead of fifteen."""
    monkeypatch.setattr(db, "BUSY_SECONDS", WAIT)
    app = application(config)
    app.testing = False
    yield app
    app.extensions["tapak.engine"].dispose()


@pytest.fixture
def member(hasty: Flask) -> tuple[Browser, str]:
    """A member signed in, and the address of their evidence form."""
    with db.transaction(hasty.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        world_of.inaugurate(session, world, world.of(PENDOWO))
    client = hasty.test_client()
    assert isinstance(client, Browser)
    assert client.sign_in("pps", PASSWORD).status_code == 302
    return client, f"/badan/{world.of(PENDOWO).id}/bukti/submit_sowan"


@contextmanager
def writing(database: Database) -> Iterator[None]:
    """Another program writes and does not end."""
    with database.engine.connect() as other:
        other.exec_driver_sql("SELECT 1")  # BEGIN IMMEDIATE
        yield
        other.rollback()


def test_a_form_that_met_a_held_database_can_be_sent_again(sqlite: Database, member: tuple[Browser, str]) -> None:
    client, path = member
    typed = {"csrf_token": client.token(), "act": "draft", "visits-0-official_name": 'Bu "Camat" <Kranggan>'}
    with writing(sqlite):
        answer = client.post(path, data=typed)
    assert answer.status_code == 503
    assert "Sistem sedang sibuk" in answer.text
    form = answer.text[answer.text.index('<form method="post"', answer.text.index("Sistem sedang sibuk</h1>")):]
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    assert kept.keys() == typed.keys()
    assert "&lt;Kranggan&gt;" in kept["visits-0-official_name"]
    assert client.post(path, data=typed).status_code == 302
    assert "Bu &#34;Camat&#34; &lt;Kranggan&gt;" in client.get(path).text


def test_a_password_is_not_written_into_the_page_of_a_held_database(
    sqlite: Database, member: tuple[Browser, str]
) -> None:
    client, _ = member
    typed = {"csrf_token": client.token(), "old": PASSWORD, "new": "empat kata baru saja", "again": "x"}
    with writing(sqlite):
        answer = client.post("/akun/kata-sandi", data=typed)
    assert answer.status_code == 503
    assert "empat kata" not in answer.text


def test_who_only_reads_waits_for_no_writer_even_after_an_hour(sqlite: Database, member: tuple[Browser, str]) -> None:
    client, path = member
    with sqlite.sessions() as session:
        session.execute(sa.update(WebSession).values(seen_at=db.clock(session) - timedelta(hours=2)))
        session.commit()
    with writing(sqlite):
        begun = time.monotonic()
        assert client.get(path).status_code == 200
        assert time.monotonic() - begun < WAIT
    assert client.get(path).status_code == 200
    with sqlite.sessions() as session:
        seen = session.scalars(sa.select(WebSession.seen_at)).one()
        assert db.clock(session) - seen < timedelta(minutes=1)


def test_a_database_that_is_away_is_a_page_that_says_so(tmp_path: Path) -> None:
    app = application(Config.from_environment({
        "TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }))
    app.testing = False
    answer = app.test_client().get("/masuk")
    assert answer.status_code == 503
    assert "Sistem sedang sibuk" in answer.text
    with app.test_client() as client:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = "somebody"
        answer = client.get("/tugas")
        assert answer.status_code == 503
        assert "Sistem sedang sibuk" in answer.text
        assert client.get("/healthz").status_code == 503
