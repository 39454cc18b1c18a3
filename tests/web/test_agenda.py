"""The agenda's settings: read by all concerned, changed by the operator alone, nothing typed is lost."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.models import Task
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PENDOWO, World, signed_in
from web import db
from workflows import agenda_changes, settings
from workflows.models import Account, Agenda, AgendaChange, AgendaDay, Person


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO)


def posted(page: str) -> dict[str, str]:
    """What the form on this page would send, without its row buttons."""
    form = page[page.index('class="settings"'):]
    typed = re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form)
    found = {name: html.unescape(value) for name, value in typed}
    for name, body in re.findall(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrf_token", None)
    return found


def stored(app: Flask, world: World) -> settings.Settings:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return settings.read(session.get_one(Agenda, world.agenda.id).settings)


def changes(app: Flask) -> list[str]:
    """What became of each change, the first one first."""
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return list(session.scalars(sa.select(AgendaChange.status).order_by(AgendaChange.id)))


def decision(app: Flask, world: World) -> str:
    """Where the newest change is decided."""
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return f"/agenda/{world.agenda.id}/usulan/{session.scalar(sa.select(sa.func.max(AgendaChange.id)))}"


def consented(app: Flask, world: World) -> None:
    """A commissioner has consented to the newest change."""
    other = app.test_client()
    assert isinstance(other, Browser)
    assert signed_in(other, "komisioner").send(decision(app, world), {"act": "consent"}).status_code == 302


def test_the_form_changes_nothing_when_nothing_was_changed(app: Flask, browser: Browser, world: World) -> None:
    path, before = f"/agenda/{world.agenda.id}/ubah", stored(app, world)
    answer = signed_in(browser, "operator").send(path, posted(browser.get(path).text))
    assert answer.status_code == 302, answer.text
    assert stored(app, world) == before


def test_an_operator_changes_periods_levels_and_days_off(app: Flask, browser: Browser, world: World) -> None:
    path = f"/agenda/{world.agenda.id}/ubah"
    page = signed_in(browser, "operator").get(path).text
    assert "Berlaku untuk tugas yang dibuka sesudah ini" in page
    assert "tetap memakai tenggatnya" in page
    form = posted(page) | {
        "periods-sowan": "10", "day_type": "working", "levels-1-after_days": "5", "labels-ppk": "PPD",
        "days-0-on": "2026-12-24", "days-0-name": "Libur kantor",
    }
    assert browser.send(path, form).status_code == 302
    consented(app, world)
    now = stored(app, world)
    assert (now.periods.sowan, now.levels[1].after_days, now.labels["ppk"]) == (10, 5, "PPD")
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.get_one(Agenda, world.agenda.id).day_type == "working"
        assert session.execute(sa.select(AgendaDay.on, AgendaDay.name)).all() == [(date(2026, 12, 24), "Libur kantor")]
        due = session.scalars(sa.select(Task.due_at).where(Task.closed_at.is_(None))).one()
        assert due is not None
        assert due > world.now
    assert "Libur kantor" in browser.get("/agenda").text


def test_what_is_wrong_is_told_by_field_and_nothing_is_lost(app: Flask, browser: Browser, world: World) -> None:
    path, before = f"/agenda/{world.agenda.id}/ubah", stored(app, world)
    form = posted(signed_in(browser, "operator").get(path).text) | {
        "periods-sowan": "banyak", "levels-2-after_days": "1", "inauguration_on-ppk": "1999-01-01",
        "days-0-on": "", "days-0-name": "Tanpa tanggal", "labels-camat": "Panewu",
    }
    answer = browser.send(path, form)
    assert answer.status_code == 422
    assert 'value="banyak"' in answer.text
    assert 'value="Panewu"' in answer.text
    assert 'value="Tanpa tanggal"' in answer.text
    for field in ("periods-sowan", "levels-2-after_days", "days-0-on"):
        assert f'id="{field}-error"' in answer.text
    assert stored(app, world) == before
    outside = browser.send(path, form | {"periods-sowan": "9", "levels-2-after_days": "7", "days-0-on": "2026-12-24"})
    assert outside.status_code == 422
    assert 'id="inauguration_on-ppk-error"' in outside.text
    assert stored(app, world) == before
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.scalars(sa.select(AgendaDay)).all() == []


def test_rows_come_and_go_without_a_script(browser: Browser, world: World) -> None:
    path = f"/agenda/{world.agenda.id}/ubah"
    form = posted(signed_in(browser, "operator").get(path).text) | {"labels-camat": "Panewu"}
    more = browser.send(path, form | {"_add": "days"}).text
    assert 'name="days-0-on"' in more
    assert 'value="Panewu"' in more
    fewer = browser.send(path, posted(more) | {"_remove": "levels-4"}).text
    assert 'name="levels-3-told"' in fewer
    assert 'name="levels-4-told"' not in fewer


def test_a_stale_page_overwrites_nothing(app: Flask, browser: Browser, world: World) -> None:
    path = f"/agenda/{world.agenda.id}/ubah"
    form = posted(signed_in(browser, "operator").get(path).text)
    assert browser.send(path, form | {"labels-camat": "Panewu"}).status_code == 302
    answer = browser.send(path, form | {"labels-camat": "Mantri"})
    assert answer.status_code == 409
    assert "sudah diubah orang lain" in answer.text
    assert 'value="Mantri"' in answer.text
    assert stored(app, world).labels["camat"] == "Panewu"


def test_what_moves_no_deadline_is_in_force_at_once_and_stands_in_the_register(
    app: Flask, browser: Browser, world: World
) -> None:
    path = f"/agenda/{world.agenda.id}/ubah"
    form = posted(signed_in(browser, "operator").get(path).text)
    assert browser.send(path, form | {"labels-camat": "Panewu", "levels-1-after_days": "5"}).status_code == 302
    assert stored(app, world).labels["camat"] == "Panewu"
    page = browser.get("/agenda").text
    register = page[page.index("Riwayat perubahan"):]
    for words in ("Diubah", "Operator", "Sebutan setempat: camat", "Panewu", "+3 ", "+5 "):
        assert words in register
    assert browser.send(path, posted(browser.get(path).text)).status_code == 302
    assert changes(app) == ["made"]


def test_a_deadline_waits_for_a_second_person(app: Flask, browser: Browser, world: World) -> None:
    path, before = f"/agenda/{world.agenda.id}/ubah", stored(app, world)
    form = posted(signed_in(browser, "operator").get(path).text)
    assert browser.send(path, form | {"periods-sowan": "9"}).status_code == 302
    assert stored(app, world) == before
    page = browser.get("/agenda").text
    assert "menunggu orang kedua" in page
    assert "9 hari" in page
    assert "Tarik usulan" in page
    assert "Setujui perubahan" not in page
    assert browser.send(decision(app, world), {"act": "consent"}).status_code == 403
    assert browser.send(path, form | {"labels-camat": "Panewu"}).status_code == 400
    assert (stored(app, world), changes(app)) == (before, ["proposed"])
    signed_in(browser, "komisioner")
    assert "Perubahan tenggat menunggu persetujuan Anda" in browser.get("/pemberitahuan").text
    assert "Setujui perubahan" in browser.get("/agenda").text
    address = decision(app, world)
    assert browser.send(address, {"act": "consent"}).status_code == 302
    assert stored(app, world).periods.sowan == 9
    assert browser.send(address, {"act": "decline"}).status_code == 409
    page = browser.get("/agenda").text
    assert "diputuskan oleh Komisioner" in page
    assert "menunggu orang kedua" not in page
    signed_in(browser, "operator")
    assert "Usulan perubahan tenggat Anda disetujui" in browser.get("/pemberitahuan").text


def test_two_accounts_of_one_person_are_no_second_person(app: Flask, browser: Browser, world: World) -> None:
    path = f"/agenda/{world.agenda.id}/ubah"
    with db.transaction(app.extensions["tapak.engine"]) as session:
        person = session.scalars(sa.select(Person.id)).first()
        both = Account.login.in_(["operator", "komisioner"])
        session.execute(sa.update(Account).where(both).values(person_id=person))
    form = posted(signed_in(browser, "operator").get(path).text)
    assert browser.send(path, form | {"day_type": "working"}).status_code == 302
    address = decision(app, world)
    signed_in(browser, "komisioner")
    assert browser.send(address, {"act": "consent"}).status_code == 403
    signed_in(browser, "pps")
    assert browser.send(address, {"act": "consent"}).status_code == 403
    assert changes(app) == ["proposed"]


@pytest.mark.parametrize(("login", "act", "status"), [
    ("operator", "withdraw", "withdrawn"), ("komisioner", "decline", "declined"),
    ("komisioner", "withdraw", "proposed"),
])
def test_a_proposal_is_withdrawn_by_its_author_or_declined_by_another(
    app: Flask, browser: Browser, world: World, login: str, act: str, status: str
) -> None:
    path, before = f"/agenda/{world.agenda.id}/ubah", stored(app, world)
    form = posted(signed_in(browser, "operator").get(path).text)
    browser.send(path, form | {"days-0-on": "2026-12-24", "days-0-name": "Libur kantor"})
    signed_in(browser, login).send(decision(app, world), {"act": act})
    assert (changes(app), stored(app, world)) == ([status], before)


def test_the_database_keeps_what_is_settled(app: Flask, world: World) -> None:
    engine = app.extensions["tapak.engine"]
    with db.transaction(engine) as session:
        session.add(AgendaChange(
            agenda_id=world.agenda.id, status="made", base="0", wish={}, differences=[], actor="1",
            actor_name="Operator", person="1", at=world.now,
        ))
    for change in ("update agenda_change set actor_name = 'Lain'", "delete from agenda_change"):
        with pytest.raises(sa.exc.DBAPIError, match="kept as it is"), db.transaction(engine) as session:
            session.execute(sa.text(change))


@pytest.mark.parametrize("login", ["komisioner", "pps", "bawaslu"])
def test_others_read_and_change_nothing(app: Flask, browser: Browser, world: World, login: str) -> None:
    page = signed_in(browser, login).get("/agenda")
    assert page.status_code == 200
    assert "Ubah pengaturan" not in page.text
    path = f"/agenda/{world.agenda.id}/ubah"
    assert browser.get(path).status_code == 403
    assert browser.send(path, {"seen": ""}).status_code == 403


def test_an_office_elsewhere_sees_no_agenda_of_this_one(app: Flask, browser: Browser, world: World) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.text("update assignment set scope = '33.24' where role = 'operator'"))
    signed_in(browser, "operator")
    assert browser.get(f"/agenda/{world.agenda.id}").status_code == 404
    assert browser.get(f"/agenda/{world.agenda.id}/ubah").status_code == 404
    assert "Belum ada agenda" in browser.get("/agenda").text


def test_open_tasks_are_counted(app: Flask, world: World) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        agenda = session.get_one(Agenda, world.agenda.id)
        assert agenda_changes.open_tasks(session, agenda) == 1
        session.execute(sa.update(Task).values(closed_at=world.now + timedelta(days=1)))
        assert agenda_changes.open_tasks(session, agenda) == 0
