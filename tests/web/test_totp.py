"""The second factor: set up, asked for at signing in and before deciding, spent once, turned off when the phone is
lost."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
import time_machine
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.web import desk_world as world_of
from tests.web.conftest import PASSWORD, Browser, application
from tests.web.desk_world import PENDOWO, World
from web import db
from web.account_cli import account as account_commands
from web.auth import totp
from web.auth.accounts import create_account
from web.auth.attempts import PER_LOGIN
from web.auth.invitations import issue
from web.auth.views import CODE
from web.config import Config
from workflows.models import Account, Assignment, Device, Notice, RecoveryCode, SignInStep, WebSession

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 5, 20, 5, 0, tzinfo=UTC)
PIN = "480273"


def client(app: Flask) -> Browser:
    made = app.test_client()
    assert isinstance(made, Browser)
    return made


def code(secret: str, moment: datetime, steps: int = 0) -> str:
    return pyotp.HOTP(secret).at(int(moment.timestamp()) // 30 + steps)


def stored(app: Flask, login: str = "ani") -> Account:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        return session.scalars(select(Account).where(Account.login == login)).one()


def count(app: Flask, what: type, *where: sa.ColumnElement[bool]) -> int:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        return session.scalar(select(func.count()).select_from(what).where(*where)) or 0


def make(app: Flask, login: str = "ani", *grants: tuple[str, str], secret: str | None = SECRET) -> int:
    """An account with its second factor on already."""
    config: Config = app.extensions["tapak.config"]
    with db.transaction(app.extensions["tapak.engine"]) as session:
        made = create_account(session, config=config, login=login, name=login.title(), password=PASSWORD, now=NOON)
        made.totp_secret = totp.seal(secret, config.secret_key) if secret else None
        session.add_all(
            Assignment(account_id=made.id, role=role, scope=scope, from_on=NOON.date().replace(2024))
            for role, scope in grants
        )
        return made.id


def enrol(
    browser: Browser, moment: datetime, password: str = PASSWORD, wrong: bool = False
) -> tuple[str, TestResponse]:
    """The page is opened, its secret typed over, and its code given; gives the secret and the answer."""
    page = browser.get("/akun/autentikator")
    secret = re.findall(r'class="secret"><code>([A-Z2-7 ]+)<', page.text)[0].replace(" ", "")
    sealed = html.unescape(re.findall(r'name="sealed" value="([^"]+)"', page.text)[0])
    given = code(secret, moment, 50 if wrong else 0)
    return secret, browser.send("/akun/autentikator", {"sealed": sealed, CODE: given, "password": password})


def to_the_code(browser: Browser, login: str = "ani", **fields: str) -> TestResponse:
    answer = browser.sign_in(login, PASSWORD, **fields)
    assert answer.status_code == 302
    assert answer.location.startswith("/masuk/kode")
    return answer


def give(browser: Browser, typed: str, **fields: str) -> TestResponse:
    return browser.send("/masuk/kode", {CODE: typed, **fields})


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def test_a_code_fits_one_step_either_way_and_never_before_the_last() -> None:
    middle = int(NOON.timestamp()) // 30
    for steps, counter in ((-1, middle - 1), (0, middle), (1, middle + 1), (-2, None), (2, None)):
        assert totp.counter_of(SECRET, code(SECRET, NOON, steps), NOON) == counter
    assert totp.counter_of(SECRET, code(SECRET, NOON), NOON, middle) is None
    assert totp.counter_of(SECRET, code(SECRET, NOON, -1), NOON, middle) is None
    assert totp.counter_of(SECRET, code(SECRET, NOON, 1), NOON, middle) == middle + 1
    assert totp.counter_of(SECRET, "١٢٣٤٥٦", NOON) is None


def test_the_rfc_example() -> None:
    """RFC 6238, appendix B, SHA-1 at 59 seconds: 94287082, of which we take six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.counter_of(secret, "287082", datetime.fromtimestamp(59, UTC)) == 1


def test_it_is_set_up_and_asked_for_on_both_databases(on_both: Flask) -> None:
    make(on_both, secret=None)
    now = datetime.now(UTC)
    browser, elsewhere = client(on_both), client(on_both)
    browser.sign_in("ani")
    elsewhere.sign_in("ani")
    secret, wrong = enrol(browser, now, wrong=True)
    assert wrong.status_code == 422
    assert totp.in_groups(secret) in wrong.text, "the same secret, for who mistyped"
    assert stored(on_both).totp_secret is None
    secret, answer = enrol(browser, datetime.now(UTC))
    codes = re.findall(r"<code>([A-Z2-9-]{14})</code>", answer.text)
    assert len(codes) == totp.RECOVERY_CODES == len(set(codes))
    assert browser.get("/akun").status_code == 200
    assert elsewhere.get("/akun").status_code == 302, "signed out elsewhere"
    kept = stored(on_both)
    assert kept.totp_secret is not None
    assert secret not in kept.totp_secret
    assert secret not in browser.get("/akun/autentikator").text.replace(" ", "")
    to_the_code(elsewhere, next="/akun")
    assert elsewhere.get("/akun").status_code == 302, "no session before the code"
    assert give(elsewhere, "000 000").status_code == 422
    again = datetime.now(UTC)
    assert give(elsewhere, code(secret, again, 1), next="/akun").location == "/akun"
    assert elsewhere.get("/akun").status_code == 200
    third = client(on_both)
    to_the_code(third)
    assert give(third, code(secret, again, 1)).status_code == 422, "a code is taken once"
    assert give(third, codes[0].lower().replace("-", " ")).status_code == 302, "a recovery code instead"
    fourth = client(on_both)
    to_the_code(fourth)
    assert give(fourth, codes[0]).status_code == 422
    assert count(on_both, RecoveryCode, RecoveryCode.used_at.is_(None)) == 9


def test_setting_up_takes_the_password(app: Flask, browser: Browser) -> None:
    make(app, secret=None)
    browser.sign_in("ani")
    _, answer = enrol(browser, datetime.now(UTC), password="bukan ini")
    assert answer.status_code == 422
    assert stored(app).totp_secret is None


def test_a_step_ends_after_five_minutes_and_opens_once(
    app: Flask, browser: Browser, clock: time_machine.Traveller
) -> None:
    make(app)
    to_the_code(browser)
    clock.shift(timedelta(minutes=5))
    assert browser.get("/masuk/kode").status_code == 302
    assert give(browser, code(SECRET, NOON + timedelta(minutes=5))).status_code == 422
    assert count(app, WebSession) == 0
    to_the_code(browser)
    with browser.session_transaction() as kept:
        step = kept["second_step"]
    assert give(browser, code(SECRET, NOON + timedelta(minutes=5))).status_code == 302
    assert count(app, SignInStep) == 0
    thief = client(app)
    thief.get("/masuk")
    with thief.session_transaction() as kept:
        kept["second_step"] = step
    clock.shift(timedelta(minutes=1))
    assert give(thief, code(SECRET, NOON + timedelta(minutes=6))).status_code == 422
    assert thief.get("/akun").status_code == 302


def test_wrong_codes_count_and_a_right_password_buys_no_more(
    app: Flask, browser: Browser, clock: time_machine.Traveller
) -> None:
    make(app)
    for _ in range(PER_LOGIN):
        to_the_code(browser)
        assert give(browser, "000000").status_code == 422
    assert give(browser, code(SECRET, NOON)).status_code == 429
    assert browser.sign_in("ani", PASSWORD).status_code == 429
    clock.shift(timedelta(minutes=16))
    to_the_code(browser)
    assert give(browser, code(SECRET, NOON + timedelta(minutes=16))).status_code == 302


def test_turning_off_takes_password_and_code(app: Flask, browser: Browser, clock: time_machine.Traveller) -> None:
    make(app)
    to_the_code(browser)
    give(browser, code(SECRET, NOON))
    for password, typed in (("bukan ini", code(SECRET, NOON, 1)), (PASSWORD, code(SECRET, NOON))):
        assert browser.send("/akun/autentikator/matikan", {"password": password, CODE: typed}).status_code == 422
    assert stored(app).totp_secret is not None
    right = {"password": PASSWORD, CODE: code(SECRET, NOON, 1)}
    assert browser.send("/akun/autentikator/matikan", right).status_code == 302
    assert stored(app).totp_secret is None
    assert client(app).sign_in("ani", PASSWORD).location == "/"


def test_a_known_phone_is_not_asked_and_becomes_known_with_a_code(
    app: Flask, browser: Browser, clock: time_machine.Traveller
) -> None:
    number = make(app, "ani", ("pps_member", PENDOWO))
    with db.transaction(app.extensions["tapak.engine"]) as session:
        invited = issue(session, session.get_one(Account, number), by=number, now=NOON)
    chosen = {"pin": PIN, "again": PIN}
    assert browser.send(f"/undangan/{invited}", chosen).status_code == 422, "a code is missing"
    assert browser.send(f"/undangan/{invited}", {**chosen, CODE: code(SECRET, NOON)}).status_code == 302
    browser.send("/keluar")
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        device = session.scalars(select(Device.id)).one()
    assert browser.send("/masuk/pin", {"device": str(device), "pin": PIN, "next": "/akun"}).location == "/akun"
    assert browser.get("/akun").status_code == 200


def test_a_pin_on_a_new_phone_takes_a_code_too(app: Flask, browser: Browser, clock: time_machine.Traveller) -> None:
    make(app)
    to_the_code(browser)
    give(browser, code(SECRET, NOON))
    chosen = {"old": PASSWORD, "pin": PIN, "again": PIN}
    assert browser.send("/akun/pin", chosen).status_code == 422
    assert count(app, Device) == 0
    assert browser.send("/akun/pin", {**chosen, CODE: code(SECRET, NOON, 1)}).status_code == 302
    assert count(app, Device) == 1


@pytest.fixture
def world(app: Flask) -> World:
    """PPS Pendowo's sowan waits for the commissioner, who has a second factor."""
    config: Config = app.extensions["tapak.config"]
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        world_of.inaugurate(session, world, world.of(PENDOWO))
        world_of.hand_in(session, world, world.of(PENDOWO), "pps", "submit_sowan")
        deciding = session.scalars(select(Account).where(Account.login == "komisioner")).one()
        deciding.totp_secret = totp.seal(SECRET, config.secret_key)
        return world


def task(app: Flask, world: World) -> int:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        return world_of.open_task(session, world.of(PENDOWO), "approve_sowan")


def stage(app: Flask, world: World) -> str:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as session:
        return world_of.stage_of(session, world.of(PENDOWO))


def age(app: Flask, hours: int) -> None:
    """All sessions gave their code so many hours ago, and the codes given until now lie behind."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(WebSession).values(code_at=datetime.now(UTC) - timedelta(hours=hours)))
        session.execute(sa.update(Account).values(totp_counter=None))


def carried(page: str) -> dict[str, str]:
    form = page[page.index('<form class="card"'):]
    return {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    }


def deciding(browser: Browser) -> None:
    to_the_code(browser, "komisioner")
    assert give(browser, code(SECRET, datetime.now(UTC))).status_code == 302


def test_who_decides_is_asked_again_after_twelve_hours_and_loses_nothing(
    app: Flask, browser: Browser, world: World
) -> None:
    number = task(app, world)
    deciding(browser)
    page = browser.get(f"/tugas/{number}/periksa").text
    assert CODE not in page, "a fresh code stands"
    typed = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("key", "seen")}
    typed |= {"decision": "return", "reason": "blurry", "note": 'Foto "kedua" <buram>'}
    age(app, 13)
    asked = browser.send(f"/tugas/{number}/periksa", typed)
    assert asked.status_code == 403
    assert {**carried(asked.text), "csrf_token": ""} == {**typed, "csrf_token": ""}
    assert stage(app, world) == "inaugurated"
    wrong = browser.send(f"/tugas/{number}/periksa", {**carried(asked.text), CODE: "000000"})
    assert wrong.status_code == 422
    right = {**carried(wrong.text), CODE: code(SECRET, datetime.now(UTC))}
    done = browser.send(f"/tugas/{number}/periksa", right)
    assert done.status_code == 302, done.text
    assert "dikembalikan" in browser.get(done.location).text


def test_all_that_was_ticked_in_the_queue_is_carried_along(app: Flask, browser: Browser, world: World) -> None:
    number = task(app, world)
    deciding(browser)
    age(app, 13)
    asked = browser.send("/massal", {"task": [str(number), "999999"], "decision": "approve"})
    assert asked.status_code == 403
    ticked = re.findall(r'name="task" value="(\d+)"', asked.text)
    assert ticked == [str(number), "999999"]
    sent = {**carried(asked.text), "task": ticked, CODE: code(SECRET, datetime.now(UTC))}
    assert re.fullmatch(r"/massal/\d+", browser.send("/massal", sent).location)


def test_opening_the_decision_asks_first_and_comes_back(app: Flask, browser: Browser, world: World) -> None:
    number = task(app, world)
    deciding(browser)
    age(app, 13)
    asked = browser.get(f"/tugas/{number}/periksa?baru=3")
    assert CODE in asked.text
    back = browser.send("/akun/kode", {**carried(asked.text), CODE: code(SECRET, datetime.now(UTC))})
    assert back.location == f"/tugas/{number}/periksa?baru=3"
    assert CODE not in browser.get(back.location).text


def test_a_code_given_with_an_act_that_is_refused_is_spent(app: Flask, browser: Browser, world: World) -> None:
    deciding(browser)
    age(app, 13)
    given = code(SECRET, datetime.now(UTC))
    assert browser.send("/tugas/999999/batalkan", {CODE: given}).status_code in (302, 403, 404)
    age_of_code = stored(app, "komisioner").totp_counter
    assert age_of_code is not None


def test_only_who_decides_is_asked(app: Flask, browser: Browser) -> None:
    make(app, "opi", ("operator", "33.23"))
    to_the_code(browser, "opi")
    give(browser, code(SECRET, datetime.now(UTC)))
    age(app, 13)
    assert CODE not in browser.get("/tugas/999999/periksa").text
    assert browser.get("/pleno").status_code == 403


def test_whoever_must_have_one_is_led_to_it(own_app: Flask, config: Config) -> None:
    strict = application(Config.from_environment({
        "TAPAK_VAR": str(config.var), "DATABASE_URL": config.database_url, "TAPAK_TOTP": "approvers",
    }))
    make(strict, "kiki", ("commissioner", "33.23"), secret=None)
    browser = client(strict)
    browser.sign_in("kiki")
    assert browser.get("/pleno").location == "/akun/autentikator?next=/pleno"
    asked = browser.send("/pleno", {"number": "12", "subject": "Rapat"})
    assert asked.status_code == 403
    assert carried(asked.text)["subject"] == "Rapat"
    secret, _ = enrol(browser, datetime.now(UTC))
    assert browser.get("/pleno").status_code == 200
    assert secret
    strict.extensions["tapak.engine"].dispose()


def test_where_it_is_off_nothing_is_asked(app: Flask, browser: Browser) -> None:
    make(app, "kiki", ("commissioner", "33.23"), secret=None)
    browser.sign_in("kiki")
    assert CODE not in browser.get("/pleno").text


def test_a_lost_phone_is_turned_off_from_the_command_line(
    on_both: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(on_both)
    config: Config = on_both.extensions["tapak.config"]
    browser = client(on_both)
    to_the_code(browser)
    give(browser, code(SECRET, datetime.now(UTC)))
    monkeypatch.setenv("TAPAK_VAR", str(config.var))
    monkeypatch.setenv("DATABASE_URL", config.database_url)
    monkeypatch.setattr("web.logging.configure", lambda _process: None)
    assert CliRunner().invoke(account_commands, ["totp-off", "tiada"]).exit_code == 1
    done = CliRunner().invoke(account_commands, ["totp-off", "Ani"])
    assert done.exit_code == 0, done.output
    assert SECRET not in done.output
    assert browser.get("/akun").status_code == 302
    assert browser.sign_in("ani", PASSWORD).location == "/"
    assert "dimatikan oleh pengelola" in browser.get("/pemberitahuan").text
    assert count(on_both, RecoveryCode) == 0
    assert count(on_both, Notice) == 1
    assert CliRunner().invoke(account_commands, ["totp-off", "ani"]).exit_code == 1


def test_another_key_opens_nothing_and_breaks_nothing(app: Flask, browser: Browser) -> None:
    make(app)
    sealed = stored(app).totp_secret
    assert sealed is not None
    assert totp.unseal(sealed, "another key of at least 32 letters") is None
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Account).values(totp_secret=totp.seal(SECRET, "another key of at least 32 letters")))
    to_the_code(browser)
    assert give(browser, code(SECRET, datetime.now(UTC))).status_code == 422
