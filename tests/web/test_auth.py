"""Signing in: sessions are rows, guessing is limited, demo accounts stay out of production."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from tests.web.conftest import PASSWORD, Browser, application
from web import db
from web.auth import attempts, passwords, sessions
from web.auth.accounts import DEMO_PASSWORD, DemoRefused, LoginRefused, LoginTaken, create_account, normal_login
from web.auth.views import safe_next
from web.config import Config
from workflows.models import Account, SignInAttempt, WebSession

NOON = datetime(2026, 5, 20, 5, 0, tzinfo=UTC)
MakePerson = Callable[..., int]


def test_signing_in_and_out(browser: Browser, person: MakePerson) -> None:
    person("ani", ("operator", "33.23"))
    assert browser.get("/akun").status_code == 302
    assert browser.sign_in("ani").location == "/"
    page = browser.get("/akun")
    assert page.status_code == 200
    assert "Operator KPU · 33.23" in page.text
    browser.send("/keluar")
    assert browser.get("/akun").status_code == 302


def test_signing_in_on_both_databases(on_both: Flask) -> None:
    config = on_both.extensions["tapak.config"]
    with db.transaction(on_both.extensions["tapak.engine"]) as session:
        create_account(session, config=config, login="ani", name="Ani", password=PASSWORD, now=NOON)
    browser = on_both.test_client()
    assert isinstance(browser, Browser)
    assert browser.sign_in("ani", "salah").status_code == 422
    assert browser.sign_in("ani").status_code == 302
    assert browser.get("/akun").status_code == 200
    browser.send("/keluar")
    assert browser.get("/akun").status_code == 302


def test_a_copied_cookie_does_not_survive_signing_out(app: Flask, browser: Browser, person: MakePerson) -> None:
    person("ani")
    browser.sign_in("ani")
    cookie = browser.get_cookie("tapak")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("tapak", cookie.value)
    assert thief.get("/akun").status_code == 200
    browser.send("/keluar")
    assert thief.get("/akun").status_code == 302


def test_the_database_keeps_no_token_that_a_cookie_has(app: Flask, browser: Browser, person: MakePerson) -> None:
    person("ani")
    browser.sign_in("ani")
    with browser.session_transaction() as cookie, db.session_factory(app.extensions["tapak.engine"])() as session:
        row = session.scalars(select(WebSession)).one()
        assert row.id == sessions.digest(cookie["_user_id"])
        assert row.id != cookie["_user_id"]


def test_each_sign_in_has_a_fresh_token(browser: Browser, person: MakePerson) -> None:
    person("ani")
    tokens = set()
    for _ in range(2):
        browser.sign_in("ani")
        browser.token()
        with browser.session_transaction() as cookie:
            tokens.add((cookie["_user_id"], cookie["csrf_token"]))
        browser.send("/keluar")
    assert len({one for one, _ in tokens}) == 2
    assert len({two for _, two in tokens}) == 2


def test_changing_the_password_signs_out_everywhere_else(app: Flask, browser: Browser, person: MakePerson) -> None:
    person("ani")
    browser.sign_in("ani")
    other = app.test_client()
    assert isinstance(other, Browser)
    other.sign_in("ani")
    new = "lain kata lepas"
    answer = browser.send("/akun/kata-sandi", {"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert browser.get("/akun").status_code == 200
    assert other.get("/akun").status_code == 302
    assert other.sign_in("ani").status_code == 422
    assert other.sign_in("ani", new).status_code == 302


@pytest.mark.parametrize(("old", "new", "again", "said"), [
    ("salah", "lain kata lepas", "lain kata lepas", "Kata sandi lama tidak benar"),
    (PASSWORD, "lain kata lepas", "lain kata lupas", "tidak sama"),
    (PASSWORD, "pendek", "pendek", "terlalu pendek"),
    (PASSWORD, "bismillah123", "bismillah123", "mudah ditebak"),
    (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "mudah ditebak"),
    (PASSWORD, "ani-siti-2024", "ani-siti-2024", "mudah ditebak"),
    (PASSWORD, "panjang " * 40, "panjang " * 40, "terlalu panjang"),
])
def test_a_password_that_is_refused(
    browser: Browser, person: MakePerson, old: str, new: str, again: str, said: str
) -> None:
    person("ani-siti")
    browser.sign_in("ani-siti")
    answer = browser.send("/akun/kata-sandi", {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert said in answer.text
    browser.send("/keluar")
    assert browser.sign_in("ani-siti").status_code == 302


def test_guessing_a_login_ends_after_five(browser: Browser, person: MakePerson) -> None:
    person("ani")
    person("budi")
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(attempts.PER_LOGIN):
            assert browser.sign_in("ani", "salah").status_code == 422
        answer = browser.sign_in("ani")
        assert answer.status_code == 429
        assert "Tunggu 15 menit" in answer.text
        assert browser.sign_in("budi").status_code == 302
        browser.send("/keluar")
        clock.shift(timedelta(minutes=14, seconds=30))
        assert "Tunggu 1 menit" in browser.sign_in("ani").text
        clock.shift(timedelta(seconds=31))
        assert browser.sign_in("ani").status_code == 302


def test_guessing_from_an_address_ends_after_thirty(app: Flask, browser: Browser, person: MakePerson) -> None:
    person("ani")
    with db.transaction(app.extensions["tapak.engine"]) as session:
        for number in range(attempts.PER_ADDRESS):
            attempts.record_failure(session, f"login{number}", "127.0.0.1", datetime.now(UTC))
    assert browser.sign_in("ani").status_code == 429
    elsewhere = browser.send(
        "/masuk", {"login": "ani", "password": PASSWORD}, environ_overrides={"REMOTE_ADDR": "10.0.0.7"}
    )
    assert elsewhere.status_code == 302


def test_what_was_typed_as_login_is_not_kept(app: Flask, browser: Browser) -> None:
    browser.sign_in("my secret password")
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        row = session.scalars(select(SignInAttempt)).one()
        assert "secret" not in row.login
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 1


def test_an_unknown_login_takes_as_long_as_a_wrong_password(slow_passwords: None) -> None:
    stored = passwords.digest(PASSWORD)
    passwords.matches(None, "first use computes the stand-in")

    def seconds(kept: str | None) -> float:
        spent = []
        for _ in range(5):
            start = time.process_time()
            assert not passwords.matches(kept, "salah")
            spent.append(time.process_time() - start)
        return min(spent)

    known, unknown = seconds(stored), seconds(None)
    assert 0.5 < unknown / known < 2


def test_passwords_are_argon2id_with_19_mib(slow_passwords: None) -> None:
    assert passwords.digest(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_session_ends_when_idle_for_three_days(browser: Browser, person: MakePerson) -> None:
    person("ani")
    with time_machine.travel(NOON, tick=False) as clock:
        browser.sign_in("ani")
        for _ in range(4):
            clock.shift(timedelta(days=2))
            assert browser.get("/akun").status_code == 200
        clock.shift(timedelta(days=3))
        assert browser.get("/akun").status_code == 302


def test_a_session_ends_after_fourteen_days_at_most(browser: Browser, person: MakePerson) -> None:
    person("ani")
    with time_machine.travel(NOON, tick=False) as clock:
        browser.sign_in("ani")
        for _ in range(13):
            clock.shift(timedelta(days=1))
            assert browser.get("/akun").status_code == 200
        clock.shift(timedelta(days=1))
        assert browser.get("/akun").status_code == 302


def test_an_account_switched_off_is_out_at_once(app: Flask, browser: Browser, person: MakePerson) -> None:
    person("ani")
    browser.sign_in("ani")
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(update(Account).values(active=False))
    assert browser.get("/akun").status_code == 302
    assert browser.sign_in("ani").status_code == 422


def test_demo_accounts_stand_on_the_page_of_a_demo_only(
    app: Flask, browser: Browser, person: MakePerson, config: Config
) -> None:
    person("ani.demo", ("pps_member", "33.23.01.2001"), demo=True, password=DEMO_PASSWORD)
    assert "Ani.Demo" in browser.get("/masuk").text
    assert browser.sign_in("ani.demo", DEMO_PASSWORD).status_code == 302
    cookie = browser.get_cookie("tapak")
    assert cookie is not None
    real = application(replace(config, environment="production"))
    outside = real.test_client()
    assert isinstance(outside, Browser)
    assert "Ani.Demo" not in outside.get("/masuk").text
    assert DEMO_PASSWORD not in outside.get("/masuk").text
    assert outside.sign_in("ani.demo", DEMO_PASSWORD).status_code == 422
    outside.set_cookie("tapak", cookie.value)
    assert outside.get("/akun").status_code == 302
    real.extensions["tapak.engine"].dispose()


def test_a_demo_account_cannot_be_made_in_production(app: Flask, config: Config) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session, pytest.raises(DemoRefused):
        create_account(
            session, config=replace(config, environment="production"), login="ani", name="Ani",
            password=DEMO_PASSWORD, now=NOON, demo=True,
        )


def test_a_login_is_one_persons(person: MakePerson) -> None:
    person("0812-3456-7890")
    with pytest.raises(LoginTaken):
        person("+62 812 3456 7890")


@pytest.mark.parametrize("login", ["a", "ani siti!", "<b>", "-ani", "é" * 5, "x" * 65])
def test_a_login_of_another_shape_is_refused(person: MakePerson, login: str) -> None:
    with pytest.raises(LoginRefused):
        person(login)


@pytest.mark.parametrize(("typed", "login"), [
    ("  Ani.Siti ", "ani.siti"), ("0812 3456 7890", "6281234567890"), ("+62-812-3456-7890", "6281234567890"),
    ("(0293) 491234", "62293491234"), ("ppk01", "ppk01"),
])
def test_logins_are_stored_in_one_shape(typed: str, login: str) -> None:
    assert normal_login(typed) == login


@pytest.mark.parametrize("target", [
    "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/ok\r\nX: 1",
    "/a\\b", "", None, "http:/evil.example", "\t//evil.example",
])
def test_nobody_is_led_elsewhere(app: Flask, target: str | None) -> None:
    with app.test_request_context():
        assert safe_next(target) == "/"


def test_one_is_led_on_within_the_house(app: Flask) -> None:
    with app.test_request_context():
        assert safe_next("/badan/7?tab=riwayat") == "/badan/7?tab=riwayat"


def test_the_cookie_is_closed_to_scripts_and_other_sites(
    browser: Browser, person: MakePerson, config: Config
) -> None:
    person("ani")
    cookie = browser.sign_in("ani").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    app = application(replace(config, public_url="https://tapak.example"))
    assert "Secure" in app.test_client().get("/masuk", base_url="https://tapak.example").headers["Set-Cookie"]
    app.extensions["tapak.engine"].dispose()


def test_the_language_is_kept_on_the_account_and_in_the_cookie(
    app: Flask, browser: Browser, person: MakePerson, account_of: Callable[[int], Account]
) -> None:
    number = person("ani")
    browser.send("/bahasa", {"language": "en"})
    assert '<html lang="en">' in browser.get("/masuk").text
    assert "Password" in browser.get("/masuk").text
    browser.sign_in("ani")
    browser.send("/bahasa", {"language": "id"})
    assert account_of(number).locale == "id"
    other = app.test_client()
    assert isinstance(other, Browser)
    other.set_cookie("tapak_language", "en")
    other.sign_in("ani")
    assert "Akun saya" in other.get("/akun").text
    browser.send("/bahasa", {"language": "xx"})
    assert account_of(number).locale == "id"
