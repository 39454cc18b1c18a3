"""Getting in without a password: a code handed over once, a PIN on a known phone, limits, phones taken away."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from tests.web import desk_world
from tests.web.conftest import PASSWORD, Browser
from tests.web.desk_world import PENDOWO, World, signed_in
from web import db
from web.auth import devices
from web.auth.accounts import create_account
from web.auth.invitations import issue
from workflows.models import Account, Device, Invitation, Membership, WebSession

NOON = datetime(2026, 5, 20, 5, 0, tzinfo=UTC)
PIN = "480273"
MakePerson = Callable[..., int]


def code_for(app: Flask, account_id: int, now: datetime | None = None) -> str:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        account = session.get_one(Account, account_id)
        return issue(session, account, by=account_id, now=now or datetime.now(UTC))


def accept(browser: Browser, code: str, pin: str = PIN, again: str | None = None, **more: str) -> TestResponse:
    return browser.send(f"/undangan/{code}", {"pin": pin, "again": pin if again is None else again, **more})


def other(app: Flask) -> Browser:
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


def count(app: Flask, what: type) -> int:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def device_of(app: Flask) -> Device:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return session.scalars(select(Device).order_by(Device.id.desc()).limit(1)).one()


def test_a_code_opens_once_and_the_pin_from_then_on(app: Flask, browser: Browser, person: MakePerson) -> None:
    code = code_for(app, person("ani", ("pps_member", "33.23.13.2004")))
    page = browser.get(f"/undangan/{code}")
    assert page.status_code == 200
    assert "Selamat datang" in page.text
    assert accept(browser, code).status_code == 302
    assert browser.get("/akun").status_code == 200
    assert accept(other(app), code).status_code == 404
    browser.send("/keluar")
    assert browser.get("/akun").status_code == 302
    assert 'name="pin"' in browser.get("/masuk").text
    answer = browser.send("/masuk/pin", {"device": str(device_of(app).id), "pin": PIN, "next": "/akun"})
    assert answer.location == "/akun"
    assert browser.get("/akun").status_code == 200


def test_on_both_databases(on_both: Flask) -> None:
    config = on_both.extensions["tapak.config"]
    with db.transaction(on_both.extensions["tapak.engine"]) as session:
        account = create_account(session, config=config, login="ani", name="Ani", password=PASSWORD, now=NOON)
        code = issue(session, account, by=account.id, now=datetime.now(UTC))
    browser = other(on_both)
    assert accept(browser, code.lower().replace("-", " ")).status_code == 302
    browser.send("/keluar")
    number = str(device_of(on_both).id)
    assert browser.send("/masuk/pin", {"device": number, "pin": "111222"}).status_code == 422
    assert browser.send("/masuk/pin", {"device": number, "pin": PIN}).status_code == 302


def test_looking_at_the_link_uses_nothing_up(app: Flask, browser: Browser, person: MakePerson) -> None:
    code = code_for(app, person("ani"))
    for _ in range(3):
        assert other(app).get(f"/undangan/{code}").status_code == 200
    assert accept(browser, code).status_code == 302


def test_of_two_at_once_one_gets_in(on_both: Flask) -> None:
    config = on_both.extensions["tapak.config"]
    with db.transaction(on_both.extensions["tapak.engine"]) as session:
        account = create_account(session, config=config, login="ani", name="Ani", password=PASSWORD, now=NOON)
        code = issue(session, account, by=account.id, now=datetime.now(UTC))
    answers: list[int] = []
    browsers = [other(on_both) for _ in range(4)]
    tokens = [one.token() for one in browsers]

    def go(one: Browser, token: str) -> None:
        data = {"csrf_token": token, "pin": PIN, "again": PIN}
        answers.append(one.post(f"/undangan/{code}", data=data).status_code)

    threads = [threading.Thread(target=go, args=pair) for pair in zip(browsers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 404, 404, 404]
    assert count(on_both, Device) == 1


def test_a_new_code_voids_the_old_and_every_code_ends(app: Flask, browser: Browser, person: MakePerson) -> None:
    ani = person("ani")
    old, fresh = code_for(app, ani), code_for(app, ani)
    assert browser.get(f"/undangan/{old}").status_code == 404
    assert browser.get(f"/undangan/{fresh}").status_code == 200
    late = code_for(app, ani, datetime.now(UTC) - timedelta(days=3, minutes=1))
    assert browser.get(f"/undangan/{late}").status_code == 404
    assert "Minta kode baru" in browser.get(f"/undangan/{late}").text


@pytest.mark.parametrize(("pin", "again", "said"), [
    ("12345", "12345", "6 angka"), ("12345x", "12345x", "6 angka"), ("٤٨٠٢٧٣", "٤٨٠٢٧٣", "6 angka"),
    ("123456", "123456", "mudah ditebak"), ("987654", "987654", "mudah ditebak"), ("000000", "000000", "mudah ditebak"),
    ("112211", "112211", "mudah ditebak"), ("472472", "472472", "mudah ditebak"), (PIN, "480274", "tidak sama"),
])
def test_a_pin_that_is_refused_uses_no_code_up(
    app: Flask, browser: Browser, person: MakePerson, pin: str, again: str, said: str
) -> None:
    code = code_for(app, person("ani"))
    answer = accept(browser, code, pin, again)
    assert answer.status_code == 422
    assert said in answer.text
    assert accept(browser, code).status_code == 302


def test_once_only_leaves_no_phone_behind(app: Flask, browser: Browser, person: MakePerson) -> None:
    code = code_for(app, person("ani"))
    assert browser.send(f"/undangan/{code}", {"once": "1"}).status_code == 302
    assert browser.get("/akun").status_code == 200
    assert count(app, Device) == 0
    assert browser.get_cookie(devices.COOKIE) is None


def test_five_wrong_pins_end_the_phone(app: Flask, browser: Browser, person: MakePerson) -> None:
    accept(browser, code_for(app, person("ani")))
    browser.send("/keluar")
    number = str(device_of(app).id)
    said = [browser.send("/masuk/pin", {"device": number, "pin": f"48027{n}"}).text for n in (4, 5, 6, 7, 8)]
    assert "Sisa 4 kali" in said[0]
    assert "HP ini dikeluarkan" in said[4]
    assert device_of(app).revoked_at is not None
    late = datetime.now(UTC) + timedelta(hours=1)
    with time_machine.travel(late, tick=False):
        assert browser.send("/masuk/pin", {"device": number, "pin": PIN}).status_code == 422
    assert browser.get("/akun").status_code == 302


def test_a_right_pin_forgets_the_wrong_ones(app: Flask, browser: Browser, person: MakePerson) -> None:
    accept(browser, code_for(app, person("ani")))
    number = str(device_of(app).id)
    for _ in range(2):
        browser.send("/keluar")
        for wrong in ("480274", "480275", "480276"):
            assert browser.send("/masuk/pin", {"device": number, "pin": wrong}).status_code == 422
        assert browser.send("/masuk/pin", {"device": number, "pin": PIN}).status_code == 302
    assert device_of(app).failures == 0


def test_the_pin_is_worth_nothing_on_another_phone(app: Flask, browser: Browser, person: MakePerson) -> None:
    accept(browser, code_for(app, person("ani")))
    stranger = other(app)
    answer = stranger.send("/masuk/pin", {"device": str(device_of(app).id), "pin": PIN})
    assert answer.status_code == 422
    assert stranger.get("/akun").status_code == 302
    assert device_of(app).failures == 0


def test_codes_cannot_be_guessed_for_long(browser: Browser, person: MakePerson) -> None:
    person("ani")
    answers = [browser.send("/undangan", {"code": f"AAAA-BBBB-CCC{n}"}).status_code for n in range(6)]
    assert answers == [422] * 5 + [429]


def test_the_database_keeps_neither_code_nor_secret_nor_pin(app: Flask, browser: Browser, person: MakePerson) -> None:
    code = code_for(app, person("ani"))
    accept(browser, code)
    cookie = browser.get_cookie(devices.COOKIE)
    assert cookie is not None
    assert cookie.http_only
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        kept = [str(vars(row)) for what in (Invitation, Device) for row in session.scalars(select(what))]
    assert not any(secret in text for text in kept for secret in (code, code.replace("-", ""), cookie.value, PIN))


def test_two_people_share_a_phone(app: Flask, browser: Browser, person: MakePerson) -> None:
    accept(browser, code_for(app, person("ani")), "480273")
    ani = device_of(app).id
    browser.send("/keluar")
    accept(browser, code_for(app, person("budi")), "591384")
    budi = device_of(app).id
    browser.send("/keluar")
    page = browser.get("/masuk").text
    assert page.count('type="radio"') == 2
    assert browser.send("/masuk/pin", {"device": str(ani), "pin": "591384"}).status_code == 422
    assert browser.send("/masuk/pin", {"device": str(ani), "pin": "480273"}).status_code == 302
    assert "ani" in browser.get("/akun").text
    browser.send("/keluar")
    assert browser.send("/masuk/pin", {"device": str(budi), "pin": "591384"}).status_code == 302


def test_a_phone_that_is_taken_away_is_out_at_once(app: Flask, browser: Browser, person: MakePerson) -> None:
    ani = person("ani")
    accept(browser, code_for(app, ani))
    desk = other(app)
    desk.sign_in("ani")
    desk.send(f"/akun/perangkat/{device_of(app).id}/keluarkan")
    assert browser.get("/akun").status_code == 302
    assert desk.get("/akun").status_code == 200
    assert browser.send("/masuk/pin", {"device": str(device_of(app).id), "pin": PIN}).status_code == 422


def test_nobody_takes_away_the_phone_of_another(app: Flask, browser: Browser, person: MakePerson) -> None:
    accept(browser, code_for(app, person("ani")))
    person("budi")
    thief = other(app)
    thief.sign_in("budi")
    thief.send(f"/akun/perangkat/{device_of(app).id}/keluarkan")
    assert browser.get("/akun").status_code == 200


def test_an_account_switched_off_has_no_pin(app: Flask, browser: Browser, person: MakePerson) -> None:
    ani = person("ani")
    accept(browser, code_for(app, ani))
    browser.send("/keluar")
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(update(Account).where(Account.id == ani).values(active=False))
    assert browser.send("/masuk/pin", {"device": str(device_of(app).id), "pin": PIN}).status_code == 422
    assert 'name="pin"' not in browser.get("/masuk").text


def test_a_pin_is_set_with_the_password_and_changed_with_the_old_one(
    app: Flask, browser: Browser, person: MakePerson
) -> None:
    person("ani")
    browser.sign_in("ani")
    assert browser.send("/akun/pin", {"old": "salah", "pin": PIN, "again": PIN}).status_code == 422
    assert count(app, Device) == 0
    assert browser.send("/akun/pin", {"old": PASSWORD, "pin": PIN, "again": PIN}).status_code == 302
    assert browser.send("/akun/pin", {"old": "591384", "pin": "702815", "again": "702815"}).status_code == 422
    assert browser.send("/akun/pin", {"old": PIN, "pin": "702815", "again": "702815"}).status_code == 302
    assert count(app, Device) == 1
    browser.send("/keluar")
    number = str(device_of(app).id)
    assert browser.send("/masuk/pin", {"device": number, "pin": PIN}).status_code == 422
    assert browser.send("/masuk/pin", {"device": number, "pin": "702815"}).status_code == 302


def test_changing_the_password_closes_the_sessions_of_phones_too(
    app: Flask, browser: Browser, person: MakePerson
) -> None:
    ani = person("ani")
    accept(browser, code_for(app, ani))
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        device, row = device_of(app), session.scalars(select(WebSession)).one()
        assert device.session_id == row.id


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return desk_world.lay(session)


def chair_of(app: Flask, body_id: int) -> int:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        query = select(Membership.person_id).where(Membership.body_id == body_id, Membership.post == "ketua")
        return session.scalars(query).one()


def handed_code(text: str) -> str:
    found = re.search(r'<p class="secret"><code>([A-Z0-9-]{14})</code>', text)
    assert found, text
    return found[1]


def test_the_operator_lets_a_member_in_who_had_no_account(app: Flask, browser: Browser, world: World) -> None:
    someone = chair_of(app, world.of(PENDOWO).id) + 1
    operator = signed_in(browser, "operator")
    page = operator.send(f"/orang/{someone}/undangan")
    assert "https://wa.me/" in page.text
    member = other(app)
    assert accept(member, handed_code(page.text)).status_code == 302
    shown = member.get("/akun").text
    assert f"Anggota PPS · {PENDOWO}" in shown
    assert member.get(f"/badan/{world.of(PENDOWO).id}").status_code == 200
    operator.send(f"/orang/{someone}/undangan")
    assert count(app, Account) == len(world.actors) + 1


def test_a_whole_body_is_let_in_at_once_and_once(app: Flask, browser: Browser, world: World) -> None:
    pendowo = world.of(PENDOWO).id
    operator = signed_in(browser, "operator")
    assert "3 orang belum memasang PIN" in operator.get(f"/badan/{pendowo}/undangan").text
    page = operator.send(f"/badan/{pendowo}/undangan").text
    codes = re.findall(r'<p class="secret"><code>([A-Z0-9-]{14})</code>', page)
    assert len(set(codes)) == 3
    assert accept(other(app), codes[0]).status_code == 302
    again = operator.send(f"/badan/{pendowo}/undangan").text
    assert again.count('class="secret"') == 2
    assert "PIN terpasang" in again
    assert other(app).get(f"/undangan/{codes[1]}").status_code == 404


@pytest.mark.parametrize("login", ["pps", "komisioner", "bawaslu", "ppk"])
def test_only_the_operator_hands_codes_out(app: Flask, browser: Browser, world: World, login: str) -> None:
    chair, pendowo = chair_of(app, world.of(PENDOWO).id), world.of(PENDOWO).id
    someone = signed_in(browser, login)
    assert someone.send(f"/orang/{chair}/undangan").status_code == 403
    assert someone.send(f"/badan/{pendowo}/undangan").status_code == 403
    assert someone.get(f"/badan/{pendowo}/undangan").status_code == 403
    assert count(app, Invitation) == 0


def test_an_operator_of_another_region_hands_none_out(
    app: Flask, browser: Browser, world: World, person: MakePerson
) -> None:
    person("jauhsekali", ("operator", "33.08"))
    someone = signed_in(browser, "jauhsekali")
    assert someone.send(f"/orang/{chair_of(app, world.of(PENDOWO).id)}/undangan").status_code == 400
    assert someone.get(f"/badan/{world.of(PENDOWO).id}/undangan").status_code == 403
    assert count(app, Invitation) == 0


def test_nobody_takes_over_more_than_a_member(app: Flask, browser: Browser, world: World) -> None:
    chair = chair_of(app, world.of(PENDOWO).id)
    with db.transaction(app.extensions["tapak.engine"]) as session:
        commissioner = select(Account).where(Account.login == "komisioner")
        session.scalars(commissioner).one().person_id = chair
    operator = signed_in(browser, "operator")
    assert operator.send(f"/orang/{chair}/undangan").status_code == 403
    assert count(app, Invitation) == 0


def test_the_operator_signs_all_phones_of_a_member_out(app: Flask, browser: Browser, world: World) -> None:
    chair = chair_of(app, world.of(PENDOWO).id)
    operator, member = signed_in(browser, "operator"), other(app)
    accept(member, handed_code(operator.send(f"/orang/{chair}/undangan").text))
    account = device_of(app).account_id
    assert operator.send(f"/orang/{chair}/akun/{account}/keluarkan").status_code == 302
    assert member.get("/akun").status_code == 302
    assert member.send("/masuk/pin", {"device": str(device_of(app).id), "pin": PIN}).status_code == 422


def test_who_serves_nowhere_gets_no_way_in(app: Flask, browser: Browser, world: World) -> None:
    chair = chair_of(app, world.of(PENDOWO).id)
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(update(Membership).where(Membership.person_id == chair).values(until_on=world.now.date()))
    answer = signed_in(browser, "operator").send(f"/orang/{chair}/undangan")
    assert answer.status_code >= 400
    assert count(app, Invitation) == 0
