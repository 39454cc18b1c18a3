"""People: found by name within one's region; private things by right; corrections and passwords by the operator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PASSWORD, PENDOWO, World
from tests.workflows import samples
from web import db
from web.config import Config
from web.people import new_password
from workflows.models import Account, Assignment, Body, Membership, Person
from workflows.people import NikKeys

NIK, PHONE = "3323074107900001", "081234567890"
CHAIR = samples.MEMBERS["pps"][0]


@pytest.fixture
def world(app: Flask, config: Config) -> World:
    keys = NikKeys.from_secret(config.secret_key.encode())
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        chair = session.get_one(Person, chair_of(session, world.of(PENDOWO)))
        chair.phone, chair.nik_sealed, chair.nik_digest = PHONE, keys.seal(NIK), keys.digest(NIK)
        return world


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as opened:
        yield opened


def chair_of(session: Session, body: Body) -> int:
    return session.scalars(
        sa.select(Membership.person_id).where(Membership.body_id == body.id, Membership.post == "ketua")
    ).one()


@pytest.fixture
def chair(world: World, session: Session) -> int:
    found = chair_of(session, world.of(PENDOWO))
    session.rollback()
    return found


def names(page: str) -> list[str]:
    return re.findall(r'class="main"><div><a href="/orang/\d+">([^<]+)</a>', page)


def test_the_list_is_what_one_may_see(browser: Browser, world: World) -> None:
    browser.sign_in("pps", PASSWORD)
    page = browser.get("/orang").text
    assert sorted(names(page)) == sorted(samples.MEMBERS["pps"])
    assert PHONE in page
    browser.send("/keluar")
    browser.sign_in("ppk", PASSWORD)
    page = browser.get("/orang").text
    assert len(names(page)) == 5 + 2 * 3
    assert PHONE not in page


def test_the_list_is_filtered_and_paged(browser: Browser, world: World) -> None:
    browser.sign_in("operator", PASSWORD)
    assert len(names(browser.get("/orang").text)) == 2 * 5 + 3 * 3
    assert set(names(browser.get("/orang?jenis=ppk&jabatan=ketua").text)) == {samples.MEMBERS["ppk"][0]}
    assert len(names(browser.get("/orang?kecamatan=33.23.03").text)) == 8
    first = CHAIR.split()[0].lower()
    assert names(browser.get(f"/orang?q={first}&kecamatan=33.23.13&jenis=pps").text) == [CHAIR, CHAIR]
    assert names(browser.get(f"/orang?q={NIK}").text) == [CHAIR]
    assert "Tidak ada yang cocok" in browser.get("/orang?q=%25%25").text


def test_a_nik_is_no_way_in_for_others(browser: Browser, world: World) -> None:
    browser.sign_in("bawaslu", PASSWORD)
    assert names(browser.get(f"/orang?q={NIK}").text) == []


@pytest.mark.parametrize(("login", "nik", "phone", "mend"), [
    ("operator", True, True, True), ("komisioner", True, True, False), ("pps", False, True, False),
    ("ppk", False, False, False), ("bawaslu", False, False, False),
])
def test_private_things_by_right(
    browser: Browser, chair: int, login: str, nik: bool, phone: bool, mend: bool
) -> None:
    browser.sign_in(login, PASSWORD)
    page = browser.get(f"/orang/{chair}").text
    assert CHAIR in page
    assert NIK not in page
    assert ("332307••••••••••" in page, PHONE in page, "Perbaiki nama" in page) == (nik, phone, mend)


def test_somebody_elsewhere_is_not_there(browser: Browser, chair: int) -> None:
    browser.sign_in("jauh", PASSWORD)
    answer = browser.get(f"/orang/{chair}")
    assert answer.status_code == 404
    assert CHAIR not in answer.text
    assert browser.get("/orang/99999").status_code == 404


def edition(browser: Browser, person: int) -> str:
    found = re.search(r'name="edition" value="(\w+)"', browser.get(f"/orang/{person}").text)
    assert found
    return found[1]


def test_the_operator_corrects(browser: Browser, chair: int, session: Session) -> None:
    browser.sign_in("operator", PASSWORD)
    seen = edition(browser, chair)
    sent = {"name": "  Siti   Aminah, S.Pd. ", "phone": "0813-1111 2222", "edition": seen}
    assert browser.send(f"/orang/{chair}", sent).status_code == 302
    person = session.get_one(Person, chair)
    assert (person.name, person.name_key, person.phone) == ("Siti Aminah, S.Pd.", "siti aminah", "081311112222")
    stale = browser.send(f"/orang/{chair}", {**sent, "name": "Orang Lain"})
    assert stale.status_code == 409
    assert "Orang Lain" in stale.text
    assert "diubah orang lain" in stale.text


@pytest.mark.parametrize(("sent", "said"), [
    ({"name": "S"}, "paling sedikit 3 huruf"), ({"phone": "telepon rumah"}, "hanya angka"),
    ({"phone": "123"}, "hanya angka"),
])
def test_what_cannot_be_is_refused(
    browser: Browser, chair: int, session: Session, sent: dict[str, str], said: str
) -> None:
    browser.sign_in("operator", PASSWORD)
    seen = edition(browser, chair)
    answer = browser.send(f"/orang/{chair}", {"name": CHAIR, "phone": PHONE, "edition": seen, **sent})
    assert answer.status_code == 422
    assert said in answer.text
    assert session.get_one(Person, chair).phone == PHONE


@pytest.mark.parametrize("login", ["komisioner", "pps", "bawaslu"])
def test_nobody_else_corrects(browser: Browser, chair: int, login: str) -> None:
    browser.sign_in(login, PASSWORD)
    assert browser.send(f"/orang/{chair}", {"name": "Lain Lagi", "phone": ""}).status_code == 403


def test_an_operator_elsewhere_corrects_nothing(
    browser: Browser, chair: int, person: Callable[..., int]
) -> None:
    person("tetangga", ("operator", "33.08"))
    browser.sign_in("tetangga")
    assert browser.get(f"/orang/{chair}").status_code == 404
    answer = browser.send(f"/orang/{chair}", {"name": "Lain Lagi", "phone": "", "edition": "x"})
    assert answer.status_code in (403, 404)
    assert CHAIR not in answer.text


def account_of(session: Session, person: int) -> int:
    found = session.scalars(sa.select(Account.id).where(Account.person_id == person)).one()
    session.rollback()
    return found


def test_a_fresh_password_is_shown_once_and_works(app: Flask, browser: Browser, chair: int, session: Session) -> None:
    number = account_of(session, chair)
    member = app.test_client()
    assert isinstance(member, Browser)
    member.sign_in("pps", PASSWORD)
    browser.sign_in("operator", PASSWORD)
    page = browser.send(f"/orang/{chair}/akun/{number}/kata-sandi").text
    fresh = re.search(r'class="secret"><code>([a-z-]+)</code>', page)
    assert fresh
    assert fresh[1] not in browser.get(f"/orang/{chair}").text
    assert member.get("/badan").status_code == 302
    assert member.sign_in("pps", PASSWORD).status_code == 422
    assert member.sign_in("pps", fresh[1]).status_code == 302


def test_no_account_of_the_office_is_taken_over(
    app: Flask, browser: Browser, chair: int, session: Session
) -> None:
    number = account_of(session, chair)
    with db.transaction(app.extensions["tapak.engine"]) as writing:
        held = writing.scalars(sa.select(Assignment).where(Assignment.account_id == number)).one()
        writing.add(Assignment(account_id=number, role="commissioner", scope="33.23", from_on=held.from_on))
    browser.sign_in("operator", PASSWORD)
    answer = browser.send(f"/orang/{chair}/akun/{number}/kata-sandi")
    assert answer.status_code == 403
    assert "class=\"secret\"" not in answer.text
    assert browser.send(f"/orang/{chair}/akun/99999/kata-sandi").status_code == 404


def test_the_number_of_queries_does_not_grow(app: Flask, browser: Browser, world: World) -> None:
    told: list[str] = []

    def count(*event: object) -> None:
        told.append(str(event[2]))

    browser.sign_in("operator", PASSWORD)
    browser.get("/orang")
    sa.event.listen(app.extensions["tapak.engine"], "before_cursor_execute", count)
    browser.get(f"/orang?q={NIK}")
    few = len(told)
    told.clear()
    assert len(names(browser.get("/orang").text)) > 15
    assert len(told) == few
    sa.event.remove(app.extensions["tapak.engine"], "before_cursor_execute", count)
    assert KRANGGAN in world.bodies


def test_a_new_password_is_one_its_owner_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["li", "bu", "di"] * 4 + ["ja", "ka", "ku"] * 4)
    monkeypatch.setattr("web.people.secrets.choice", lambda _of: next(drawn))
    assert new_password("budi") == "jakaku-jakaku-jakaku-jakaku"
