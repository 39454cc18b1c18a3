"""Search, what was opened last, where a page stands, and the guide inside the product."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.web import desk_world as world_of
from tests.web import test_blocked
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PENDOWO, World, signed_in
from web import crumbs, db, guide, navigation
from workflows import search
from workflows.models import Letter, Person

app, session = test_blocked.app, test_blocked.session


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as opened:
        return world_of.inaugurated(opened, KRANGGAN, PENDOWO)


def hits(page: str) -> list[str]:
    return re.findall(r"<li><a href=\"[^\"]+\"><b>([^<]+)</b>", page)


@pytest.mark.parametrize(("asked", "wanted"), [
    ("pendowo", ["PPS Pendowo, Kec. Kranggan"]), ("PPS PENDOWO kranggan", ["PPS Pendowo, Kec. Kranggan"]),
    ("ppk kranggan", ["PPK Kranggan"]), (PENDOWO, ["PPS Pendowo, Kec. Kranggan"]), ("pendowo temanggung", []),
    ("%", []), ("_", []), ("' OR 1=1 --", []), ("<script>", []),
])
def test_bodies_by_the_words_of_their_region(browser: Browser, world: World, asked: str, wanted: list[str]) -> None:
    page = signed_in(browser, "operator").get("/cari", query_string={"q": asked})
    assert page.status_code == 200
    assert hits(page.text) == wanted
    assert "<script>" not in page.text.split("<main")[1]


def test_people_by_words_of_their_name_and_never_by_numbers(
    browser: Browser, world: World, session: Session
) -> None:
    person = session.scalars(sa.select(Person).order_by(Person.id).limit(1)).one()
    person.phone = "081234567890"
    session.commit()
    last = person.name_key.split()[-1]
    page = signed_in(browser, "operator").get("/cari", query_string={"q": last}).text
    assert person.name in hits(page)
    for secret in ("081234567890", "0812 3456 7890", "3323131203900001", "+62 812-3456-7890"):
        told = browser.get("/cari", query_string={"q": secret}, follow_redirects=True).text
        assert hits(told) == []
        assert "NIK dan nomor telepon tidak dicari" in told
        assert secret not in told
    observed = signed_in(browser, "bawaslu").get("/cari", query_string={"q": last}).text
    assert person.name in hits(observed)
    assert "0812" not in observed
    assert search.people(session, [""], person.name_key)[0].id == person.id
    assert search.people(session, [""], last) == [] or person.name_key.startswith(last)


def test_letters_by_number(browser: Browser, world: World, session: Session) -> None:
    session.add(Letter(agenda_id=world.agenda.id, kind="other", number="17/PP.04.2/3323/2026", on=world.now.date(),
                       issuer_code="33.23", subject="Undangan rakor"))
    session.commit()
    signed_in(browser, "operator")
    for asked in ("17/PP.04", "rakor"):
        assert hits(browser.get("/cari", query_string={"q": asked}).text) == ["17/PP.04.2/3323/2026"]
    assert hits(signed_in(browser, "jauh").get("/cari?q=rakor").text) == []


@pytest.mark.parametrize(("login", "wanted"), [("jauh", []), ("pps", ["PPS Pendowo, Kec. Kranggan"])])
def test_nobody_finds_what_lies_outside(browser: Browser, world: World, login: str, wanted: list[str]) -> None:
    assert hits(signed_in(browser, login).get("/cari?q=pendowo").text) == wanted
    assert hits(browser.get("/cari?q=ppk+kranggan").text) == []


def test_what_was_opened_last_is_this_accounts_own(browser: Browser, world: World) -> None:
    signed_in(browser, "operator")
    for code in (PENDOWO, OTHER_VILLAGE, PENDOWO):
        browser.get(f"/badan/{world.of(code).id}")
    browser.get("/badan/999999")
    assert hits(browser.get("/cari").text) == [world.of(PENDOWO).name, world.of(OTHER_VILLAGE).name]
    assert hits(signed_in(browser, "komisioner").get("/cari").text) == []
    browser.set_cookie("tapak_recent", "nonsense.forged")
    assert browser.get("/cari").status_code == 200


def test_the_number_of_queries_does_not_grow_with_what_is_found(
    app: Flask, browser: Browser, world: World
) -> None:
    counted: list[str] = []

    def count(*told: object) -> None:
        counted.append(str(told[2]))

    signed_in(browser, "operator")
    browser.get("/cari?q=pendowo")
    sa.event.listen(app.extensions["tapak.engine"], "before_cursor_execute", count)
    numbers = []
    for asked in ("pendowo", "kranggan"):
        counted.clear()
        browser.get(f"/cari?q={asked}")
        numbers.append(len(counted))
    sa.event.remove(app.extensions["tapak.engine"], "before_cursor_execute", count)
    assert numbers[0] == numbers[1] < 14


def test_a_page_says_where_it_stands(browser: Browser, world: World) -> None:
    signed_in(browser, "komisioner")
    body = world.of(PENDOWO).id

    def above(path: str) -> list[str]:
        page = browser.get(path).text
        part = re.search(r'<nav class="crumbs".*?</nav>', page, re.DOTALL)
        return re.findall(r'<a href="([^"]+)">', part[0]) if part else []

    assert above(f"/badan/{body}") == ["/badan"]
    assert above(f"/badan/{body}/komentar-tidak-ada") == []
    assert above("/badan") == above("/terhambat") == []
    assert above("/laju/peta") == ["/ringkasan", "/laju"]
    signed_in(browser, "pps")
    assert above(f"/badan/{body}/kendala") == ["/badan", f"/badan/{body}"]


def test_every_page_above_has_a_name_and_exists(app: Flask) -> None:
    assert set(crumbs.NAMES) <= set(app.view_functions)
    assert set(crumbs.BELOW) <= set(app.blueprints)
    assert {entry.endpoint for entry in navigation.ENTRIES} <= set(crumbs.NAMES)


def test_the_guide_is_served_with_its_pictures(app: Flask, browser: Browser) -> None:
    for name in guide.names():
        page = browser.get(f"/panduan/{name}")
        assert page.status_code == 200
        for link in set(re.findall(r'(?:src|href)="(/panduan/[^"#]+)', page.text)):
            assert browser.get(link).status_code == 200, (name, link)
        assert ".md" not in re.sub(r"<code>.*?</code>", "", page.text, flags=re.DOTALL)
    assert browser.get("/panduan/tidak-ada").status_code == 404
    assert browser.get("/panduan/..%2fREADME").status_code == 404
    assert browser.get("/panduan/gambar/..%2f..%2fREADME.md").status_code == 404


def test_help_leads_to_a_part_that_stands_in_the_guide(app: Flask) -> None:
    with app.test_request_context():
        for part, where in {**guide.HELP, **guide.MEMBERS, **guide.LOOKING}.items():
            assert part in app.blueprints, part
            name, _, anchor = where.partition("#")
            assert not anchor or anchor in guide.read(name).anchors, where
