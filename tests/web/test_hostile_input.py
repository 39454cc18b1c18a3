"""Addresses and forms that no page of ours sends: an answer below 500 each time, and nothing of it kept."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.models import Obstacle, Submission
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PASSWORD, PENDOWO, World
from web import db
from workflows.models import Person

BEYOND, ENDLESS = "9" * 20, "9" * 5000
"""More than a row's number can be; more digits than Python reads."""


@pytest.fixture
def world(on_both: Flask) -> World:
    with db.transaction(on_both.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        world_of.inaugurate(session, world, world.of(PENDOWO))
        return world


@pytest.fixture
def session(on_both: Flask) -> Iterator[Session]:
    with db.session_factory(on_both.extensions["tapak.engine"])() as opened:
        yield opened


def signed_in(app: Flask, login: str) -> Browser:
    client = app.test_client()
    assert isinstance(client, Browser)
    assert client.sign_in(login, PASSWORD).status_code == 302
    return client


@pytest.mark.usefixtures("world")
def test_a_number_no_row_can_have_is_a_page_that_is_not_there(on_both: Flask) -> None:
    operator = signed_in(on_both, "operator")
    token = operator.token()
    numbered = [rule for rule in on_both.url_map.iter_rules()
                if rule.arguments and rule.endpoint not in ("static", "files.photo", "files.paper")]
    assert len(numbered) > 10
    for rule in numbered:
        for number in (BEYOND, ENDLESS):
            address = rule.rule
            for name in rule.arguments:
                address = address.replace(f"<int:{name}>", number).replace(f"<{name}>", "submit_sowan")
            for method in (rule.methods or set()) & {"GET", "POST"}:
                answer = operator.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
                assert answer.status_code == 404, (method, rule.rule)


@pytest.mark.usefixtures("world")
def test_a_tampered_place_in_a_list_is_no_error(on_both: Flask) -> None:
    operator = signed_in(on_both, "operator")
    for asked in (
        f"/tugas?after=2026-01-01T00:00:00%2B00:00,{BEYOND}", "/tugas?after=0001-01-01T00:00:00%2B14:00,1",
        "/tugas?tab=done&after=0001-01-01T00:00:00%2B14:00,1", f"/tugas?after=2026-01-01T00:00:00%2B00:00,{ENDLESS}",
        f"/terhambat?after=2026-01-01T00:00:00%2B00:00,{BEYOND}", "/terhambat?after=0001-01-01T00:00:00%2B14:00,1",
        "/terhambat?after=9999-12-31T23:59:59-14:00,1", f"/eskalasi?after={ENDLESS}", f"/eskalasi?after={BEYOND}",
        f"/badan?sesudah=a,{BEYOND}", f"/orang?sebelum=a,{ENDLESS}", f"/pemberitahuan?sebelum={BEYOND}",
        f"/pemberitahuan?sebelum=-{BEYOND}", f"/terhambat?umur={ENDLESS}", f"/eskalasi?umur={ENDLESS}",
    ):
        assert operator.get(asked).status_code == 200, asked


@pytest.mark.usefixtures("world")
def test_a_null_letter_in_an_address_is_refused(on_both: Flask) -> None:
    operator = signed_in(on_both, "operator")
    for asked in ("/tugas?q=a%00", "/badan?kecamatan=%00", "/orang?q=%00", "/terhambat?tahap=%00", "/masuk?next=/%00",
                  "/ringkasan?kecamatan=33%00", "/eskalasi?q=%00", "/badan/1/bukti/%00", "/tugas?%00=1"):
        assert operator.get(asked).status_code in (400, 404), asked


def test_a_null_letter_in_a_form_is_refused_and_nothing_of_it_is_kept(
    on_both: Flask, world: World, session: Session
) -> None:
    member, body = signed_in(on_both, "pps"), world.of(PENDOWO)
    assert member.send("/masuk", {"login": "a\0b", "password": "x"}).status_code == 400
    for fields in ({"visits-0-official_name": "a\0b"}, {"key": "\0"}, {"principal": "\0"}, {"a\0": "b"}):
        answer = member.send(f"/badan/{body.id}/bukti/submit_sowan", {"act": "draft", **fields})
        assert answer.status_code == 400, fields
    told = {"code": "sarpras", "owner": "Camat\0", "note": "Ruang belum ada"}
    assert member.send(f"/badan/{body.id}/kendala", told).status_code == 400
    kept = select(func.count()).select_from(Submission).where(Submission.status == "draft")
    assert session.scalar(kept) == 0


def test_tampered_hidden_fields_of_evidence_are_no_error(on_both: Flask, world: World) -> None:
    member, path = signed_in(on_both, "pps"), f"/badan/{world.of(PENDOWO).id}/bukti/submit_sowan"
    for fields in (
        {"_add": ENDLESS}, {"_add": f"visits-{ENDLESS}"}, {"_add": "visits-99"}, {"_add": "visits-٣"}, {"_add": ""},
        {"_remove": f"visits-{ENDLESS}"}, {"_remove": "visits-0"}, {"act": "send", "task": BEYOND},
        {"act": "send", "task": ENDLESS}, {"act": "send", "task": "1", "seen": BEYOND},
        {"act": "draft", "edition": BEYOND},
    ):
        assert member.send(path, fields).status_code < 500, fields


def test_thousands_of_rows_are_not_drawn(on_both: Flask, world: World) -> None:
    member, path = signed_in(on_both, "pps"), f"/badan/{world.of(PENDOWO).id}/bukti/submit_sowan"
    rows = {f"visits-{n}-official_name": "x" for n in range(2900)}
    answer = member.send(path, {"_show": "1", **rows})
    assert answer.status_code == 200
    assert answer.text.count("-official_name\"") < 500
    task = {"act": "send", "task": "1"}
    assert member.send(path, {**task, **rows}).status_code in (404, 422)


def test_what_waits_for_a_decision_is_not_prepared_once_more(
    on_both: Flask, world: World, session: Session
) -> None:
    """It would go out again by itself the moment it is returned, unmended."""
    body = world.of(PENDOWO)
    with db.transaction(on_both.extensions["tapak.engine"]) as own:
        world_of.hand_in(own, world, body, "pps", "submit_sowan")
        pairs = world_of.posted(own, body, "submit_sowan", world_of.evidence(world, "pps", "submit_sowan"))
    member = signed_in(on_both, "pps")
    sent = MultiDict([*pairs, ("act", "prepare"), ("csrf_token", member.token())])
    assert member.post(f"/badan/{body.id}/bukti/submit_sowan", data=sent).status_code == 400
    assert session.scalars(select(Submission.status).where(Submission.node == "submit_sowan")).all() == ["submitted"]


def test_a_file_for_a_field_that_cannot_be_is_refused(on_both: Flask, world: World) -> None:
    member, path = signed_in(on_both, "pps"), f"/badan/{world.of(PENDOWO).id}/bukti/submit_sowan"
    photo = {"field": f"visits-{ENDLESS}-photos", "file": (io.BytesIO(b"x"), "a.jpg")}
    assert member.send(f"{path}/berkas", photo, content_type="multipart/form-data").status_code == 404
    posted = {"act": "draft", f"visits-{ENDLESS}-photos": (io.BytesIO(b"x"), "a.jpg")}
    assert member.send(path, posted, content_type="multipart/form-data").status_code < 500


def test_a_promise_at_the_end_of_time_is_no_error(on_both: Flask, world: World) -> None:
    member = signed_in(on_both, "pps")
    for day in ("9999-12-31", "0001-01-01", "2026-02-30", "٢٠٢٦-01-01", "x"):
        told = {"code": "sarpras", "owner": "Camat", "note": "Ruang belum ada", "promised": day}
        assert member.send(f"/badan/{world.of(PENDOWO).id}/kendala", told).status_code == 422, day


def test_letters_that_turn_a_text_around_are_not_kept(on_both: Flask, world: World, session: Session) -> None:
    told = {"code": "sarpras", "owner": "Camat \u202etamaC", "note": "Ruang\u2066 belum\x07 ada\r\nsama sekali"}
    member, path = signed_in(on_both, "pps"), f"/badan/{world.of(PENDOWO).id}/kendala"
    assert member.send(path, told).status_code == 302
    kept = session.scalars(select(Obstacle)).one()
    assert (kept.owner, kept.note) == ("Camat tamaC", "Ruang belum ada\nsama sekali")
    session.rollback()  # on SQLite a session that looks holds the writers' lock
    operator, person = signed_in(on_both, "operator"), 1
    edition = re.search(r'name="edition" value="([^"]+)"', operator.get(f"/orang/{person}").text)
    assert edition
    named = {"name": "Ani \u202eitaW", "phone": "", "edition": edition[1]}
    assert operator.send(f"/orang/{person}", named).status_code == 302
    assert session.get_one(Person, person).name == "Ani itaW"
