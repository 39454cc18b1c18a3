"""The web application on a fresh SQLite file, and people who sign in to it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
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


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Config]:
    """The settings of an installation on this database. Its folder is the same each time, and then empty."""
    var = tmp_path_factory.mktemp("var")

    @cache
    def first(url: str) -> Config:
        return Config.from_environment({"TAPAK_VAR": str(var), "DATABASE_URL": url})

    def get(url: str) -> Config:
        for kept in var.iterdir():
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
        return first(url)

    return get


@pytest.fixture
def config(installed: Callable[[str], Config], sqlite_url: str) -> Config:
    return installed(sqlite_url)


def application(config: Config) -> Flask:
    app = create_app(config)
    app.testing = True
    app.test_client_class = Browser
    return app


@pytest.fixture(scope="session")
def kept_application() -> Callable[[Config], Flask]:
    """One application for all tests on the same database URL: what it knows is in its database and folder, which are
    new for each test, and putting it together takes as long as ten pages."""
    return cache(application)


def lent(app: Flask) -> Iterator[Flask]:
    """For one test; what it put in the place of a part of the application is taken back."""
    parts = dict(app.extensions)
    yield app
    app.extensions["tapak.engine"].dispose()
    app.extensions.update(parts)


@pytest.fixture
def on_both(
    database_url: str, installed: Callable[[str], Config], kept_application: Callable[[Config], Flask]
) -> Iterator[Flask]:
    """The application, once on SQLite and once on PostgreSQL."""
    yield from lent(kept_application(installed(database_url)))


@pytest.fixture
def app(config: Config, kept_application: Callable[[Config], Flask]) -> Iterator[Flask]:
    yield from lent(kept_application(config))


@pytest.fixture
def own_app(config: Config) -> Iterator[Flask]:
    """An application that the test may change: nobody else gets it."""
    yield from lent(application(config))


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
