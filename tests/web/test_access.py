"""Closed unless opened: each view says who may use it, and rights are those of this very moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from engine.host import Actor, Grant
from tests.web.conftest import Browser
from web import db
from web.access import PUBLIC, SIGNED_IN, ViewNotDeclared, allow, check_every_view, may_see, visible_scopes
from workflows.models import Assignment


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Views are added to it."""
    return own_app


def test_every_view_says_who_may_use_it(app: Flask) -> None:
    check_every_view(app)
    assert len(app.view_functions) > 5


def test_a_silent_view_stops_the_start_and_is_named(app: Flask) -> None:
    app.add_url_rule("/silent", "silent", lambda: "secret")
    with pytest.raises(ViewNotDeclared, match="silent"):
        check_every_view(app)


def test_a_silent_view_is_closed_to_everybody(app: Flask, browser: Browser, person: Callable[..., int]) -> None:
    app.add_url_rule("/silent", "silent", lambda: "secret")
    person("ani", ("admin", "33.23"))
    assert browser.get("/silent").status_code == 302
    browser.sign_in("ani")
    answer = browser.get("/silent")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize("who", [(), ("everybody",), ("operator", "king")])
def test_a_view_cannot_be_opened_to_roles_that_do_not_exist(who: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="roles"):
        allow(*who)


@pytest.fixture
def board(app: Flask) -> Flask:
    for name, who in (("operators", ("operator",)), ("members", (SIGNED_IN,)), ("all", (PUBLIC,))):
        app.add_url_rule(f"/t/{name}", name, allow(*who)(lambda: "inside"))
    return app


@pytest.mark.parametrize(("path", "nobody", "member", "operator"), [
    ("/t/operators", 302, 403, 200),
    ("/t/members", 302, 200, 200),
    ("/t/all", 200, 200, 200),
])
@pytest.mark.usefixtures("board")
def test_who_gets_in(
    browser: Browser, person: Callable[..., int], path: str, nobody: int, member: int, operator: int
) -> None:
    person("member", ("pps_member", "33.23.01.2001"))
    person("operator", ("operator", "33.23"))
    assert browser.get(path).status_code == nobody
    browser.sign_in("member")
    assert browser.get(path).status_code == member
    browser.send("/keluar")
    browser.sign_in("operator")
    assert browser.get(path).status_code == operator


@pytest.mark.usefixtures("board")
def test_a_right_taken_away_is_gone_at_the_next_request(
    app: Flask, browser: Browser, person: Callable[..., int]
) -> None:
    person("operator", ("operator", "33.23"))
    browser.sign_in("operator")
    assert browser.get("/t/operators").status_code == 200
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(update(Assignment).values(until_on=date(2024, 2, 1)))
    assert browser.get("/t/operators").status_code == 403


@pytest.mark.usefixtures("board")
def test_who_is_not_signed_in_comes_back_after_it(browser: Browser, person: Callable[..., int]) -> None:
    person("operator", ("operator", "33.23"))
    sent = browser.get("/t/operators?stage=sowan_done")
    assert sent.location == "/masuk?next=/t/operators?stage%3Dsowan_done"
    answer = browser.sign_in("operator", next="/t/operators?stage=sowan_done")
    assert answer.location == "/t/operators?stage=sowan_done"


def test_who_only_asks_for_the_head_is_sent_to_sign_in_too(browser: Browser) -> None:
    answer = browser.head("/tugas")
    assert answer.status_code == 302
    assert answer.headers["Location"] == browser.get("/tugas").headers["Location"]


@pytest.mark.usefixtures("board")
def test_a_program_is_told_401_in_json(browser: Browser) -> None:
    answer = browser.get("/t/operators", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"] == "Silakan masuk dahulu"


def actor(*grants: tuple[str, str]) -> Actor:
    return Actor("1", "Ani", tuple(Grant(role, scope) for role, scope in grants))


@pytest.mark.parametrize(("grants", "expected"), [
    ([], ()),
    ([("operator", "33.23")], ("33.23",)),
    ([("operator", "33.23"), ("commissioner", "33.23.01")], ("33.23",)),
    ([("operator", "33.2"), ("operator", "33.23")], ("33.2", "33.23")),
    ([("observer", "33.23"), ("operator", "33.24")], ("33.24",)),
    ([("operator", ""), ("operator", "33.24")], ("",)),
])
def test_visible_scopes(grants: list[tuple[str, str]], expected: tuple[str, ...]) -> None:
    assert visible_scopes(actor(*grants), ("operator", "commissioner")) == expected


@pytest.mark.parametrize(("scope", "seen"), [
    ("33.23", False), ("33.23.01", True), ("33.23.01.2001", True), ("33.23.011", False), ("33.23.02", False),
])
def test_may_see_what_lies_within(scope: str, seen: bool) -> None:
    assert may_see(actor(("ppk_member", "33.23.01")), scope) is seen
