"""What the evidence rules find, to readers of English: on the form, on the approval, in bulk, and in old rows."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from babel.messages.catalog import Catalog
from flask import Flask
from markupsafe import escape

from engine.host import Finding
from engine.models import Submission
from engine.phrases import Figure, Phrase, as_dict, from_dict, listed
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PENDOWO, World, signed_in
from tests.web.test_evidence import answers, photo, send
from tests.workflows import samples, test_rules
from web import activity_words, catalogue, db
from web.errors import translated
from web.fields import recalled
from workflows import rules
from workflows.activities.verdicts import Said

MODULES = sorted(Path(rules.__file__).parent.glob("*.py"))
TABLES = {
    "submit_inauguration": test_rules.INAUGURATION, "submit_sowan": test_rules.SOWAN,
    "submit_secretariat": test_rules.SECRETARIAT, "submit_bimtek": test_rules.BIMTEK,
    "submit_monitoring": test_rules.MONITORING,
}
OLD = {"path": ["visits", 0, "manner"], "code": "visits.represented", "message": "Mulyono diwakili Sri. Periksa."}


def templates(sentence: str) -> Iterator[str]:
    """The templates of a phrase and of the phrases within it."""
    assert isinstance(sentence, Phrase)
    yield sentence.template
    for value in sentence.values.values():
        if isinstance(value, Phrase):
            yield from templates(value)


def in_english(english: Catalog, message: str) -> str:
    """What the catalogue has for this message, "" for nothing."""
    known = english.get(message)
    return str(known.string or "") if known is not None else ""


def found(task: str) -> Iterator[Finding]:
    """What the rules find in every case of the table of this task."""
    for kind, change, known, _ in TABLES[task]:
        data = samples.evidence(kind, task)
        change(data)
        usual = {"divisions": {"data": "Data dan informasi"}} if kind == "ppk" else {"divisions": {}}
        yield from rules.check(kind, task, data, samples.facts(kind, **(usual | known)))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_phrase_of_a_rule_has_english(module: Path) -> None:
    english = catalogue.english()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Phrase":
            said = node.args[0]
            if isinstance(said, ast.Constant):
                assert in_english(english, said.value), said.value


@pytest.mark.parametrize("task", TABLES)
def test_every_finding_is_a_phrase_with_english_all_through(app: Flask, task: str) -> None:
    english, seen = catalogue.english(), list(found(task))
    assert seen
    for one in seen:
        for template in templates(one.message):
            assert in_english(english, template), template
        with app.test_request_context(headers={"Cookie": "tapak_language=en"}):
            told = translated(one.message)
            assert told != one.message
            assert "%(" not in told
            kept = json.loads(json.dumps(as_dict(one.message)))
            assert kept["message"] == one.message
            assert recalled(kept) == told


def test_days_and_numbers_are_said_as_the_reader_writes_them(app: Flask) -> None:
    data = samples.evidence("pps", "submit_bimtek")
    data |= {"hours": "1.5", "held_on": "2024-05-27"}
    day, hours = (one.message for one in rules.check("pps", "submit_bimtek", data, samples.facts("pps")))
    assert day == "Bimtek PPS biasanya pada hari sumpah, 26-05-2024. Jelaskan alasannya dalam uraian."
    assert "1,5 jam" in hours
    with app.test_request_context(headers={"Cookie": "tapak_language=en"}):
        assert "on the day of its oath, 26 May 2024." in translated(day)
        assert "took 1.5 hours, less than the usual 2." in translated(hours)
    with app.test_request_context():
        assert "pada hari sumpah, 26 Mei 2024." in translated(day)
        assert "Lama bimtek 1,5 jam" in translated(hours)


def test_json_gives_back_what_it_kept() -> None:
    sentence = Phrase(
        "%(a)s %(b)s %(c)s %(d)s", a="100 %(x)s", b=Phrase("dalam %(x)s", x="<b>"), c=Figure(date(2024, 5, 6)),
        d=Figure(Decimal("2.5")),
    )
    again = from_dict(json.loads(json.dumps(as_dict(sentence))))
    for one in (again, deepcopy(sentence)):
        assert isinstance(one, Phrase)
        assert one == sentence == "100 %(x)s dalam <b> 06-05-2024 2,5"
        assert [type(value) for value in one.values.values()] == [str, Phrase, Figure, Figure]
    assert from_dict({"message": "100 % lama"}) == "100 % lama"
    assert from_dict("teks lama") == "teks lama"


def test_a_verdict_of_an_activity_keeps_what_it_was_made_of(app: Flask) -> None:
    text = Phrase("%(name)s belum ada dalam kehadiran. Tambahkan.", name="Sri %")
    said = Said("", listed(("Sri %", Phrase("Kehadiran"))), text)
    row = json.loads(json.dumps(said.as_dict()))
    old = {"code": "", "name": "", "text": "Alur “%(key)s” belum diterbitkan.", "values": {"key": "pps"}}
    with app.test_request_context(headers={"Cookie": "tapak_language=en"}):
        assert activity_words.sentence(row) == "Sri %, Attendance: Sri % is missing in the attendance. Add them."
        assert activity_words.sentence(old) == "The flow “pps” is not published yet."
        assert activity_words.sentence({**old, "values": {}, "text": "Wajib diisi."}) == "This is required."
        assert activity_words.sentence({**old, "values": {}, "text": "100 % lain."}) == "100 % lain."


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO)


def english_reader(browser: Browser, login: str) -> Browser:
    signed_in(browser, login)
    browser.send("/bahasa", {"language": "en", "next": "/"})
    return browser


def represented(app: Flask, world: World) -> tuple[int, date]:
    """Sowan evidence with two warnings was handed in; the task that decides, and the day of the visit."""
    data: dict[str, Any] = world_of.evidence(world, "pps", "submit_sowan")
    visit = data["visits"][0]
    held_on = date.fromisoformat(visit["held_on"])
    visit |= {"manner": "represented", "deputy": "Sri <b>"}
    visit["follow_up_due"] = date.fromordinal(held_on.toordinal() - 1).isoformat()
    with db.transaction(app.extensions["tapak.engine"]) as session:
        body = world.of(PENDOWO)
        outcome = world_of.hand_in(session, world, body, "pps", "submit_sowan", data=data)
        assert {one["code"] for one in outcome.warnings} == {"visits.represented", "visits.follow_up_due"}
        return world_of.open_task(session, body, "approve_sowan"), held_on


def test_the_refused_form_says_why_in_english(app: Flask, browser: Browser, world: World) -> None:
    english_reader(browser, "pps")
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        fields = answers(world, session)
    fields["visits-0-office"], fields["visits-0-official_name"] = "bpd", "Ketua BPD Pendowo"
    fields["visits-0-photos"] = (photo(), "a.jpg")
    refused = send(browser, world, fields)
    assert refused.status_code == 422
    assert "The visit to the village head is missing. Add it." in refused.text
    assert "belum ada. Tambahkan" not in refused.text
    assert "Ketua BPD Pendowo" in refused.text


def test_the_approval_form_and_bulk_say_the_warnings_in_english(app: Flask, browser: Browser, world: World) -> None:
    task, held_on = represented(app, world)
    english_reader(browser, "komisioner")
    page = browser.get(f"/tugas/{task}/periksa").text
    deputy = str(escape("Mulyono was represented by Sri <b>. Make sure"))
    due = f"The follow-up is due before the visit of {held_on.day} {held_on:%b %Y}. Check the date."
    assert page.count(deputy) == 2  # on top and at the answer
    assert page.count(due) == 2
    assert "diwakili" not in page
    bulk = browser.send("/massal", {"task": [task]}, follow_redirects=True).text
    assert deputy in bulk
    assert due in bulk
    english_reader(browser, "pps")
    mine = browser.get(f"/badan/{world.of(PENDOWO).id}/bukti/submit_sowan").text
    assert deputy in mine
    assert due in mine
    browser.send("/bahasa", {"language": "id", "next": "/"})
    assert "Mulyono diwakili Sri &lt;b&gt;." in browser.get(f"/badan/{world.of(PENDOWO).id}/bukti/submit_sowan").text


def test_rows_from_before_are_shown_as_they_were_written(app: Flask, browser: Browser, world: World) -> None:
    task, _ = represented(app, world)
    plain = {"path": ["visits"], "code": "x", "message": "Isi paling sedikit satu narasumber."}
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(
            sa.update(Submission).where(Submission.node == "submit_sowan").values(warnings=[OLD, plain])
        )
    english_reader(browser, "komisioner")
    approval = browser.get(f"/tugas/{task}/periksa").text
    for page in (approval, browser.send("/massal", {"task": [task]}, follow_redirects=True).text):
        assert OLD["message"] in page
        assert "Name at least one speaker." in page
