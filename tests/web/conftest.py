"""The web application on a fresh SQLite file, and people who sign in to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from web import create_app, db
from web.auth.accounts import create_account
from web.config import Config
from workflows.models import Account, Assignment

PASSWORD = "tiga kata lepas"


class Browser(FlaskClient):
    """A client that sends the CSRF token of the sign-in page or, once signed in, of the account page."""

    def token(self) -> str:
        page = self.get("/akun")
        page = self.get("/masuk") if page.status_code != 200 else page
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found, page.text
        return found[1]

    def send(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self.post(path, data={"csrf_token": self.token(), **(data or {})}, **options)

    def sign_in(self, login: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.send("/masuk", {"login": login, "password": password, **fields})


@pytest.fixture
def config(sqlite_url: str, tmp_path: Path) -> Config:
    return Config.from_environment({"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": sqlite_url})


def application(config: Config) -> Flask:
    app = create_app(config)
    app.testing = True
    app.test_client_class = Browser
    return app


@pytest.fixture
def on_both(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application, once on SQLite and once on PostgreSQL."""
    app = application(Config.from_environment({"TAPAK_VAR": str(tmp_path / "both"), "DATABASE_URL": database_url}))
    yield app
    app.extensions["tapak.engine"].dispose()


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    app = application(config)
    yield app
    app.extensions["tapak.engine"].dispose()


@pytest.fixture
def browser(app: Flask) -> Browser:
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


@pytest.fixture
def person(app: Flask, config: Config) -> Callable[..., int]:
    """Makes an account with these (role, scope) assignments; gives its id."""

    def make(login: str, *grants: tuple[str, str], until_on: date | None = None, **options: Any) -> int:
        with db.transaction(app.extensions["tapak.engine"]) as session:
            account = create_account(
                session, config=config, login=login, name=login.title(),
                **{"password": PASSWORD, "now": datetime.now(UTC), **options},
            )
            session.add_all(
                Assignment(account_id=account.id, role=role, scope=scope, from_on=date(2024, 1, 1), until_on=until_on)
                for role, scope in grants
            )
            return account.id

    return make


@pytest.fixture
def account_of(app: Flask) -> Callable[[int], Account]:
    def get(number: int) -> Account:
        with db.session_factory(app.extensions["tapak.engine"])() as session:
            return session.get_one(Account, number)

    return get
