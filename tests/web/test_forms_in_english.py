"""The English pages of evidence, approvals and activities carry no word of a form that stayed Indonesian.

What the forms say is read from their files, not from the catalogue: a word that a page does not translate is found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from engine.bpmn import reader
from engine.phrases import Phrase
from tests.web import desk_world as world_of
from tests.web import test_activities
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PASSWORD, PENDOWO, World
from tests.web.test_evidence import send
from web import catalogue, db
from web.fields import as_said, called, ruled
from web.trail import drawn
from workflows.reviews import DEMANDS, SENTENCE

FOLDER = Path(catalogue.ROOT) / "workflows"
WORDS = ("label", "dateLabel", "timeLabel", "description", "text")
OWN = ("help", "error", "rowLabel")
READ = ("aria-label", "placeholder", "alt", "title")
"""The attributes that people read."""
OPTIONAL = " (opsional)"
LONG = 20
"""Words so long are found within a text too; shorter ones may stand in somebody's answer."""


class Texts(HTMLParser):
    """The texts of a page, of its elements and of the attributes that people read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found.add(" ".join(data.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if name in READ and value}


def words_of(part: Any) -> Iterator[str]:
    """All that people read of a form's file, as it stands there."""
    if isinstance(part, dict):
        own: dict[str, Any] = part.get("properties") or {}
        for said in (*map(part.get, WORDS), *map(own.get, OWN)):
            if isinstance(said, str) and said.strip():
                yield said
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from words_of(inner)


def read(pattern: str) -> set[str]:
    paths = list(FOLDER.glob(pattern))
    assert paths
    return {said for path in paths for said in words_of(json.loads(path.read_text("utf-8")))}


def pieces(said: str) -> list[str]:
    """The words as texts of a page: the first row's number in its heading, what is made strong by itself."""
    return [piece.strip() for piece in said.removesuffix(OPTIONAL).replace("{n}", "1").split("**") if piece.strip()]


def in_english(said: str) -> str:
    row = said.endswith("{n}")
    return called(Phrase(said.replace("{n}", "%(n)s"), n="1") if row else said)


def left_indonesian(page: str, forms: set[str], app: Flask) -> list[str]:
    """The words of the forms that this English page shows as they stand in the files."""
    with app.test_request_context(headers={"Cookie": "tapak_language=en"}):
        told = {said: in_english(said) for said in forms}
    other = {piece for said, english in told.items() for piece in pieces(said) if piece not in english}
    texts = Texts(page).found - set(told.values())
    return sorted(one for one in other if one in texts or (len(one) > LONG and any(one in text for text in texts)))


@pytest.fixture
def world(app: Flask) -> World:
    """PPS Pendowo's sowan was returned once and waits for its decision; the PPK has still to hand in its own."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.inaugurated(session, KRANGGAN, PENDOWO)
        body = world.of(PENDOWO)
        world_of.hand_in(session, world, body, "pps", "submit_sowan")
        world_of.decide(session, world, body, "komisioner", "approve_sowan", decision="return",
                        reason="outcome_unclear", fields=["group_visits"], note="Siapa berjanji apa?")
        return world


def reading_english(browser: Browser, login: str) -> None:
    browser.sign_in(login, PASSWORD)
    browser.send("/bahasa", {"language": "en", "next": "/"})


def mended(app: Flask, world: World) -> int:
    """The deciding task of the evidence that was handed in again."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        data = world_of.evidence(world, "pps", "submit_sowan")
        data["visits"][0] |= {"manner": "represented", "deputy": "Sri, Sekretaris Desa"}
        world_of.hand_in(session, world, world.of(PENDOWO), "pps", "submit_sowan", data=data)
        return world_of.open_task(session, world.of(PENDOWO), "approve_sowan")


@pytest.mark.parametrize(("member", "monitor", "code"), [("pps", "ppk", PENDOWO), ("ppk", "operator", KRANGGAN)])
def test_evidence_forms(app: Flask, browser: Browser, world: World, member: str, monitor: str, code: str) -> None:
    body = world.of(code)
    forms, seen = read(f"{body.kind}/*.form"), {}
    for login, nodes in (
        (member, ("submit_sowan", "submit_secretariat", "submit_bimtek")), ("operator", ("submit_inauguration",)),
        (monitor, ("submit_monitoring",)),
    ):
        reading_english(browser, login)
        for node in nodes:
            seen[node] = browser.get(f"/badan/{body.id}/bukti/{node}")
        seen[f"{login}: body"], seen[f"{login}: tasks"] = browser.get(f"/badan/{body.id}"), browser.get("/tugas")
        browser.send("/keluar")
    assert {name: page.status_code for name, page in seen.items() if page.status_code != 200} == {}
    assert {name: found for name, page in seen.items() if (found := left_indonesian(page.text, forms, app))} == {}
    for words in ("Visit 1", "Name of the official", "At least 1 photo of the meeting."):
        assert words in seen["submit_sowan"].text
    assert "Number of the letter of proposal" in seen["submit_secretariat"].text
    assert "Score <strong>0</strong> for not there yet" in seen["submit_monitoring"].text


def test_what_is_wrong_is_named_in_english(app: Flask, browser: Browser, world: World) -> None:
    reading_english(browser, "pps")
    at = f"/badan/{world.of(PENDOWO).id}/bukti"
    returned = browser.get(f"{at}/submit_sowan").text
    assert "Reason: The outcome of the meeting is unclear" in returned
    assert "Siapa berjanji apa?" in returned  # what a person wrote stays as it is
    lacking = MultiDict({"visits-0-place": "Balai"})
    wrong = send(browser, world, lacking)
    assert wrong.status_code == 422
    assert "Visit 1, Name of the official: This is required." in wrong.text
    told = send(browser, world, lacking, headers={"Accept": "application/json"})
    assert "Visit 1, Name of the official" in {one["label"] for one in json.loads(told.text)["errors"]}
    forms = read("pps/*.form")
    assert left_indonesian(returned + wrong.text, forms, app) == []


def test_an_approval(app: Flask, browser: Browser, world: World) -> None:
    number = mended(app, world)
    reading_english(browser, "komisioner2")
    page = browser.get(f"/tugas/{number}/periksa").text
    assert left_indonesian(page, read("pps/*.form"), app) == []
    for words in ("Visit 1", "Represented", "At least 1 photo of the meeting.", "The outcome of the meeting is unclear",
                  "Compare the required visits, dates and photos; approve, or return with a reason."):
        assert words in page


@pytest.mark.parametrize("kind", ["inauguration", "bimtek", "rakor"])
def test_the_particulars_of_an_activity(app: Flask, browser: Browser, world: World, kind: str) -> None:
    number = test_activities.begun(browser, world, kind)
    browser.send("/bahasa", {"language": "en", "next": "/"})
    seen = [browser.get(f"/kegiatan/{number}{part}").text for part in ("/rincian", "")]
    seen.append(browser.send(f"/kegiatan/{number}/rincian", {"act": "save"}, follow_redirects=True).text)
    assert [left_indonesian(page, read("activities/*.form"), app) for page in seen] == [[], [], []]
    assert "Name of the activity" in seen[0]


def test_every_drawn_name_and_explanation_has_english(app: Flask) -> None:
    kept = {str(message.id): str(message.string) for message in catalogue.english() if message.id}
    paths = sorted(FOLDER.glob("**/*.bpmn"))
    assert paths
    for path in paths:
        for process in reader.read(path.read_bytes()).processes:
            nodes = process.nodes.values()
            words = {process.name, *(lane.name for lane in process.lanes)}
            words |= {said for node in nodes for said in (node.name, node.documentation)}
            assert [one for one in words if one and not kept.get(one)] == []


def test_a_rule_is_told_as_in_indonesian(app: Flask) -> None:
    """The approval shows those sentences of a help that demand something: English has as many, in the same order."""
    helps = {said for said in read("**/*.form") if DEMANDS.search(said)}
    with app.test_request_context(headers={"Cookie": "tapak_language=en"}):
        assert [one for one in helps if len(SENTENCE.split(drawn(one))) != len(SENTENCE.split(one))] == []
        assert ruled("Sekretaris PPK wajib ASN.") == "The secretary of a PPK must be ASN."
        assert ruled("Keputusan KPU kabupaten/kota. Contoh: 154 Tahun 2024") == ""
        assert as_said("Ketua") == "Ketua"
        assert as_said(Phrase("Ketua")) == "Chair"
    with app.test_request_context():
        assert ruled("Sehari penuh, sedikitnya 6 jam. Contoh: 8") == "Sehari penuh, sedikitnya 6 jam."
