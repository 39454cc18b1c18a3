"""The evidence form: nothing that was filled in or sent is lost, and nobody fills in what is not theirs."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from pypdf import PdfWriter
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from engine.models import Attachment, History, Submission
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PASSWORD, PENDOWO, World
from web import db, uploads
from workflows.models import Membership, Person
from workflows.people import name_key

NODE = "submit_sowan"


def paper() -> bytes:
    made = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(made)
    return made.getvalue()


PAPER = paper()


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, KRANGGAN, PENDOWO, OTHER_VILLAGE)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(app.extensions["tapak.engine"])() as opened:
        yield opened


def photo(colour: str = "teal", size: int = 400) -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(made, "JPEG")
    made.seek(0)
    return made


def path(world: World, node: str = NODE, code: str = PENDOWO) -> str:
    return f"/badan/{world.of(code).id}/bukti/{node}"


def hidden(page: str) -> dict[str, str]:
    """The hidden inputs of the evidence form (the CSRF token is the browser's own affair)."""
    form = page[page.index("data-upload="):]
    form = form[:form.index("</form>")]
    found = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', form))
    found.pop("csrf_token")
    return found


def answers(world: World, session: Session, node: str = NODE, code: str = PENDOWO) -> MultiDict[str, Any]:
    """The pairs a filled-in page would post, without files."""
    data = world_of.evidence(world, world.of(code).kind, node)
    pairs = world_of.posted(session, world.of(code), node, data)
    session.rollback()  # on SQLite a session that looks holds the writers' lock
    hashes = {one["sha256"] for one in world_of.files(data)}
    return MultiDict((name, value) for name, value in pairs if value not in hashes)


def send(
    browser: Browser, world: World, fields: MultiDict[str, Any], node: str = NODE, act: str = "send", **options: Any
) -> TestResponse:
    """The form as it was just opened, filled in and sent with one button."""
    page = browser.get(path(world, node))
    assert page.status_code == 200, page.text
    return again(browser, world, fields, hidden(page.text), node, act, **options)


def again(
    browser: Browser, world: World, fields: MultiDict[str, Any], kept: dict[str, str], node: str = NODE,
    act: str = "send", **options: Any,
) -> TestResponse:
    data = MultiDict(fields)
    data.update({**kept, "csrf_token": browser.token()})
    if act:
        data["act"] = act
    return browser.post(path(world, node), data=data, content_type="multipart/form-data", **options)


def filed(session: Session, world: World, node: str = NODE) -> list[Submission]:
    session.rollback()
    found = list(session.scalars(
        sa.select(Submission).where(
            Submission.instance_id == world.of(PENDOWO).instance_id, Submission.node == node
        ).order_by(Submission.id)
    ))
    session.expunge_all()
    session.rollback()
    return found


def test_evidence_with_photos_is_handed_in_without_a_script(
    browser: Browser, world: World, session: Session
) -> None:
    browser.sign_in("pps", PASSWORD)
    fields = answers(world, session)
    fields.setlist("visits-0-photos", [(photo("teal"), "a.jpg"), (photo("olive"), "b.jpg")])
    answer = send(browser, world, fields, follow_redirects=True)
    assert answer.status_code == 200
    assert "Bukti sowan untuk PPS Pendowo, Kec. Kranggan sudah terkirim" in answer.text
    assert "Menunggu pemeriksaan" in answer.text
    [one] = filed(session, world)
    assert (one.status, len(one.data["visits"][0]["photos"])) == ("submitted", 2)
    assert "Mulyono" in answer.text


def test_a_wrong_field_keeps_everything_else(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    fields = answers(world, session)
    fields["visits-0-official_name"] = ""
    fields["visits-0-photos"] = (photo(), "kades.jpg")
    answer = send(browser, world, fields)
    assert answer.status_code == 422
    assert "Ada 1 hal yang perlu diperbaiki" in answer.text
    assert 'href="#visits-0-official_name"' in answer.text
    assert "kades.jpg" in answer.text
    assert "Kantor" in answer.text
    sha = session.scalars(sa.select(Attachment.sha256).where(Attachment.name == "kades.jpg")).one()
    session.rollback()
    assert f'value="{sha}" checked' in answer.text
    mended = answers(world, session)
    mended["visits-0-photos"] = sha
    assert again(browser, world, mended, hidden(answer.text)).status_code == 302
    assert filed(session, world)[0].status == "submitted"


def test_a_file_that_is_none_is_refused_and_the_others_stay(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    fields = answers(world, session)
    fields.setlist("visits-0-photos", [(photo(), "baik.jpg"), (io.BytesIO(b"<script>"), "jahat.jpg")])
    answer = send(browser, world, fields)
    assert answer.status_code == 422
    assert "jahat.jpg bukan foto" in answer.text
    assert "baik.jpg" in answer.text
    assert filed(session, world) == []


def test_a_photo_that_cannot_be_kept_takes_nothing_else_with_it(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    browser.sign_in("pps", PASSWORD)
    folder = app.extensions[uploads.STORE].incoming_folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a folder that cannot be written")
    fields = answers(world, session)
    fields["narrative"], fields["visits-0-photos"] = "Kades menerima kami di balai.", (photo(), "kades.jpg")
    answer = send(browser, world, fields)
    assert answer.status_code == 422
    assert "kades.jpg belum tersimpan: penyimpanan di server penuh atau terkunci" in answer.text
    assert "Kades menerima kami di balai." in answer.text
    assert filed(session, world) == []


def test_the_same_request_twice_is_one_act(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    kept = hidden(browser.get(path(world)).text)
    for _ in range(2):
        fields = answers(world, session)
        fields["visits-0-photos"] = (photo(), "a.jpg")
        assert again(browser, world, fields, kept).status_code == 302
    assert [one.status for one in filed(session, world)] == ["submitted"]


def test_a_draft_is_kept_as_it_was_typed(browser: Browser, world: World) -> None:
    browser.sign_in("pps", PASSWORD)
    fields = MultiDict({"visits-0-official_name": "Mul", "narrative": "belum"})
    answer = send(browser, world, fields, act="draft", follow_redirects=True)
    assert "Draf disimpan" in answer.text
    assert 'value="Mul"' in answer.text
    start = browser.get("/tugas").text
    assert "Lanjutkan mengisi" in start
    assert "Yang belum diisi" in start


def test_two_people_who_save_the_same_draft_are_told(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    kept = hidden(browser.get(path(world)).text)
    assert again(browser, world, MultiDict({"narrative": "yang pertama"}), kept, act="draft").status_code == 302
    answer = again(browser, world, MultiDict({"narrative": "yang kedua"}), kept, act="draft")
    assert answer.status_code == 409
    assert "sudah diubah orang lain" in answer.text
    assert "yang kedua" in answer.text
    assert "yang pertama" in answer.text
    assert again(
        browser, world, MultiDict({"narrative": "yang kedua"}), hidden(answer.text), act="draft"
    ).status_code == 302
    assert filed(session, world)[0].data["narrative"] == "yang kedua"


def test_a_row_is_added_without_a_script_and_nothing_is_lost(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    fields = answers(world, session)
    fields["_add"] = "visits"
    answer = send(browser, world, fields, act="")
    assert answer.status_code == 200
    assert "Kunjungan 2" in answer.text
    assert "Mulyono" in answer.text
    assert 'role="alert"' not in answer.text


def test_a_field_that_depends_on_an_answer_comes_when_the_form_is_drawn_again(
    browser: Browser, world: World, session: Session
) -> None:
    browser.sign_in("pps", PASSWORD)
    fields = answers(world, session)
    away = re.compile(r'<fieldset class="maybe" data-hide="[^"]*manner[^"]*" hidden disabled>')
    assert away.search(browser.get(path(world)).text)
    fields["visits-0-manner"] = "represented"
    fields["_show"] = "1"
    drawn = send(browser, world, fields, act="").text
    assert 'id="visits-0-deputy"' in drawn
    assert not away.search(drawn.partition("<template")[0])


def test_returned_evidence_comes_back_filled_in_with_marks(browser: Browser, world: World, session: Session) -> None:
    world_of.hand_in(session, world, world.of(PENDOWO), "pps", NODE)
    world_of.decide(session, world, world.of(PENDOWO), "komisioner", "approve_sowan", decision="return",
                    reason="outcome_unclear", fields=["group_visits"], note="Siapa berjanji apa?")
    session.commit()
    browser.sign_in("pps", PASSWORD)
    page = browser.get(path(world)).text
    assert "Dikembalikan pada" in page
    assert "Siapa berjanji apa?" in page
    assert "diminta diperbaiki: Hasil pertemuan belum jelas" in page
    assert 'value="Mulyono"' in page
    assert "Kirim lagi" in page


def test_later_evidence_is_prepared_and_handed_in_by_itself(
    browser: Browser, world: World, session: Session
) -> None:
    node = "submit_secretariat"
    body = world.of(PENDOWO)
    browser.sign_in("pps", PASSWORD)
    page = browser.get(path(world, node)).text
    assert "belum gilirannya" in page
    assert 'value="send"' not in page
    fields = answers(world, session, node)
    data = world_of.evidence(world, "pps", node)
    for name in {name for name, _ in world_of.posted(session, body, node, data)} - set(fields):
        fields[name] = (io.BytesIO(PAPER), f"{name}.pdf") if name != "photos" else (photo(), "kantor.jpg")
    session.rollback()
    answer = send(browser, world, fields, node, "prepare", follow_redirects=True)
    assert "Bukti ini sudah siap" in answer.text, answer.text
    world_of.hand_in(session, world, body, "pps", NODE)
    world_of.decide(session, world, body, "komisioner", "approve_sowan")
    session.commit()
    assert filed(session, world, node)[0].status == "submitted"


def test_prepared_evidence_can_be_withdrawn(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    send(browser, world, MultiDict({"narrative": "nanti"}), "submit_bimtek", "draft")
    answer = browser.send(f"{path(world, 'submit_bimtek')}/tarik", follow_redirects=True)
    assert "ditarik" in answer.text
    assert [one.status for one in filed(session, world, "submit_bimtek")] == ["withdrawn"]
    assert browser.send(f"{path(world, 'submit_bimtek')}/tarik").status_code == 409


@pytest.mark.parametrize(("login", "node", "status"), [
    ("jauh", NODE, 403), ("komisioner", NODE, 403), ("operator", NODE, 403), ("bawaslu", NODE, 403),
    ("pps", "approve_sowan", 404), ("pps", "sowan_done", 404), ("pps", "nothing", 404),
    ("pps", "submit_inauguration", 403), ("ppk", "submit_monitoring", 200), ("operator", "submit_inauguration", 200),
])
def test_who_may_fill_in_what(browser: Browser, world: World, login: str, node: str, status: int) -> None:
    browser.sign_in(login, PASSWORD)
    assert browser.get(path(world, node)).status_code == status


def test_another_bodys_file_and_task_cannot_be_named(browser: Browser, world: World, session: Session) -> None:
    world_of.hand_in(session, world, world.of(OTHER_VILLAGE), "jauh", NODE)
    session.commit()
    theirs = session.scalars(
        sa.select(Attachment.sha256).where(Attachment.instance_id == world.of(OTHER_VILLAGE).instance_id)
    ).first()
    session.rollback()
    browser.sign_in("pps", PASSWORD)
    fields = answers(world, session)
    fields["visits-0-photos"] = theirs
    assert send(browser, world, fields).status_code == 422
    kept = hidden(browser.get(path(world)).text)
    kept["task"] = str(world_of.open_task(session, world.of(KRANGGAN), NODE))
    session.rollback()
    fields["visits-0-photos"] = (photo(), "a.jpg")
    assert again(browser, world, fields, kept).status_code == 404


def test_a_stale_page_is_told_and_keeps_what_was_typed(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("pps", PASSWORD)
    kept = hidden(browser.get(path(world)).text)
    world_of.hand_in(session, world, world.of(PENDOWO), "pps", NODE, world.now + timedelta(seconds=1))
    session.commit()
    fields = answers(world, session)
    fields["narrative"] = "Yang saya tulis sendiri di sini."
    fields["visits-0-photos"] = (photo(), "a.jpg")
    answer = again(browser, world, fields, kept)
    assert answer.status_code == 409
    assert "Terakhir: “Ajukan bukti sowan” oleh Pps" in answer.text
    assert "Yang saya tulis sendiri di sini." in answer.text


def test_the_secretariat_fills_in_on_behalf_of_a_member(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as own:
        person = Person(name="Sekar Arum", name_key=name_key("Sekar Arum"), gender="P")
        own.add(person)
        own.flush()
        own.add(Membership(agenda_id=1, body_id=world.of(PENDOWO).id, person_id=person.id, post="sekretaris"))
        own.execute(sa.text("UPDATE account SET person_id = :p WHERE login = 'pps'"), {"p": person.id})
    browser.sign_in("pps", PASSWORD)
    fields = answers(world, session)
    fields["visits-0-photos"] = (photo(), "a.jpg")
    asked = send(browser, world, fields)
    assert asked.status_code == 422
    assert "Pilih atas nama siapa" in asked.text
    number = re.search(r'<option value="(\d+)">Joko Susilo', asked.text)
    assert number
    fields = answers(world, session)
    fields["visits-0-photos"] = (photo(), "a.jpg")
    fields["principal"] = "999999"
    assert again(browser, world, fields, hidden(asked.text)).status_code == 403
    fields["visits-0-photos"] = (photo(), "a.jpg")
    fields["principal"] = number[1]
    assert again(browser, world, fields, hidden(asked.text)).status_code == 302
    assert filed(session, world)[0].on_behalf_of == "Joko Susilo"
    last = session.scalars(sa.select(History).order_by(History.id.desc()).limit(1)).one()
    assert last.on_behalf_of == "Joko Susilo"


def test_warnings_are_shown_after_handing_in(browser: Browser, world: World, session: Session) -> None:
    fields = answers(world, session)
    fields["visits-0-photos"] = (photo(), "sama.jpg")
    browser.sign_in("jauh", PASSWORD)
    other = browser.get(path(world, NODE, OTHER_VILLAGE))
    data = MultiDict(answers(world, session, NODE, OTHER_VILLAGE))
    data.update({**hidden(other.text), "csrf_token": browser.token(), "act": "send"})
    data["visits-0-photos"] = (photo(), "sama.jpg")
    assert browser.post(path(world, NODE, OTHER_VILLAGE), data=data).status_code == 302
    browser.send("/keluar")
    browser.sign_in("pps", PASSWORD)
    answer = send(browser, world, fields, follow_redirects=True)
    assert "Catatan untuk pemeriksa" in answer.text
    assert "sama dengan foto dari PPS Joho" in answer.text
