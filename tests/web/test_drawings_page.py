"""The pages about drawings: looking, preparing, and what happens to what is hostile, stale or sent twice."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.models import Definition
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PENDOWO, World
from tests.web.drawings_world import BOMB, MAPPED, PPS, RENAMED, SOWAN_FORM, UNSOUND, as_, drafted, rows, seen, upload
from web import db
from workflows.models import Account, Agenda, DrawingDraft


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO)


@pytest.fixture
def operator(app: Flask, world: World) -> Browser:
    return as_(app, "operator")


def drafts(app: Flask) -> list[tuple[bytes, int, str]]:
    query = sa.select(DrawingDraft.drawing, DrawingDraft.revision, DrawingDraft.status).order_by(DrawingDraft.id)
    return [tuple(row) for row in rows(app, query)]


def test_the_list_says_which_version_each_body_runs_by(operator: Browser) -> None:
    page = operator.get("/alur").text
    assert "Pembentukan PPS" in page
    assert "versi 1: 1" in page
    assert "Versi baru" in page


def test_the_list_asks_the_same_few_questions_however_much_there_is(app: Flask, operator: Browser) -> None:
    asked: list[str] = []

    def count(*of: object) -> None:
        asked.append(str(of[2]))

    def questions() -> int:
        asked.clear()
        assert operator.get("/alur").status_code == 200
        return len(asked)

    engine = app.extensions["tapak.engine"]
    operator.get("/alur")
    sa.event.listen(engine, "before_cursor_execute", count)
    few = questions()
    for number in range(20):
        drafted(operator, (f"{number}.bpmn", RENAMED))
    with db.transaction(engine) as session:
        row = {**session.execute(sa.select(*Definition.__table__.c).where(Definition.key == "pps")).one()._mapping}
        session.execute(sa.insert(Definition), [
            {**row, "id": 1000 + number, "version": 2 + number} for number in range(300)
        ])
    assert questions() == few
    sa.event.remove(engine, "before_cursor_execute", count)


def test_one_drawing_with_its_outline_check_and_versions(operator: Browser, world: World) -> None:
    page = operator.get("/alur/proses/pps").text
    assert "terbukti baik" in page
    assert "PROSES pps" in page
    assert "Ubah di halaman ini" in page
    assert operator.get("/alur/proses/tidak-ada").status_code == 404
    assert operator.get("/alur/proses/pps?versi=9").status_code == 404
    picture = operator.get(f"/alur/versi/{world.definitions['pps'].id}/gambar")
    assert picture.data == PPS.encode()
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert picture.headers["Content-Disposition"].startswith("attachment")


def test_who_may_look_and_who_may_prepare(app: Flask, world: World) -> None:
    number = world.definitions["pps"].id
    assert as_(app, "pps").get("/alur").status_code == 403
    for login in ("bawaslu", "komisioner"):
        browser = as_(app, login)
        page = browser.get("/alur/proses/pps")
        assert page.status_code == 200
        assert "Ubah di halaman ini" not in page.text
        assert browser.get("/alur/baru").status_code == 403
        assert browser.send(f"/alur/versi/{number}/draf").status_code == 403
        assert browser.get(f"/alur/pindah?dari={number}").status_code == 403
        assert browser.send("/alur/pindah", {"dari": str(number)}).status_code == 403
    assert as_(app, "bawaslu").send(f"/alur/usulan/{number}", {"act": "consent"}).status_code == 403


def test_an_office_does_not_change_what_other_offices_run_by(app: Flask, operator: Browser, world: World) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        first = session.get_one(Agenda, world.agenda.id)
        session.add(Agenda(
            code="LAIN", name="Lain", kind="pilkada", scope="33.24", timezone=first.timezone,
            voting_day=first.voting_day, term_begins=first.term_begins, term_ends=first.term_ends, day_type="calendar",
        ))
    answer = upload(operator, ("pps.bpmn", RENAMED))
    assert answer.status_code == 403
    assert "di luar wilayah kerja Anda" in answer.text
    assert drafts(app) == []


def test_a_drawing_alone_takes_the_forms_of_the_version_that_runs(operator: Browser) -> None:
    page = operator.get(drafted(operator, ("pps.bpmn", RENAMED))).text
    assert "terbukti baik" in page
    assert "Telaah bimtek" in page
    assert "1 badan: 1 pindah menurut nama, 0 perlu padanan, 0 kehilangan pekerjaan" in page
    assert "submit_sowan.form" in page


def test_the_rehearsal_asks_for_a_mapping_and_takes_it(operator: Browser) -> None:
    draft = drafted(operator, ("pps.bpmn", MAPPED), ("file_sowan.form", SOWAN_FORM))
    page = operator.get(draft).text
    assert "1 badan: 0 pindah menurut nama, 1 perlu padanan" in page
    assert 'value="file_sowan" selected' in page
    assert "1 menurut padanan, 0 perlu padanan" in operator.get(f"{draft}?map-submit_sowan=file_sowan").text
    refused = operator.get(f"{draft}?map-submit_sowan=nirwana").text
    assert "nirwana" in refused
    assert "1 perlu padanan" in refused


def test_a_fault_is_marked_told_and_played(app: Flask, operator: Browser) -> None:
    address = drafted(operator, ("pps.bpmn", UNSOUND))
    page = operator.get(address).text
    assert "Belum dapat dipakai" in page
    assert "&#34;sowan_decision&#34;: &#34;danger&#34;" in page
    assert 'data-play="gambar"' in page
    assert "Jalan terpendek ke sana" in page
    assert "Usulkan kepada orang kedua" not in page
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Account).values(locale="en"))
    english = operator.get(address).text
    assert "default" in english
    assert "Cannot be used yet" in english


@pytest.mark.parametrize(("files", "said"), [
    ([("x.bpmn", b"")], "kosong"),
    ([("x.bpmn", b"<" * 20_000_000)], "terlalu besar"),
    ([("x.bpmn", RENAMED), ("submit_sowan.form", b"{" * 600_000)], "terlalu besar"),
    ([("x.bpmn", RENAMED), ("submit_sowan.form", b"\xff\xfe\x00")], "bukan teks"),
    ([("x.bpmn", RENAMED), ("submit_sowan.form", b"{}\x00")], "bukan teks"),
    ([("x.bpmn", RENAMED), ("a b<c>.form", b"{}")], "nama formulir hanya boleh"),
    ([("x.bpmn", RENAMED), ("virus.exe", b"MZ")], "tidak dikenal"),
    ([], "Belum ada gambar"),
    ([("submit_sowan.form", SOWAN_FORM)], "Belum ada gambar"),
])
def test_what_cannot_be_kept_is_refused_and_the_page_comes_back(
    app: Flask, operator: Browser, files: list[tuple[str, bytes]], said: str
) -> None:
    answer = upload(operator, *files)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'id="files"' in answer.text
    for name, _ in files:
        assert name.split("<")[0] in answer.text
    assert drafts(app) == []


@pytest.mark.parametrize(("drawing", "said"), [
    (BOMB, "Belum dapat dipakai"), (b"PK\x03\x04 bukan xml", "Belum dapat dipakai"),
    (b"<html><script>alert(1)</script></html>", "Belum dapat dipakai"), (b"\x00\x01\x02", "Belum dapat dipakai"),
])
def test_what_is_no_drawing_is_kept_and_refused_in_words(
    app: Flask, operator: Browser, drawing: bytes, said: str
) -> None:
    address = drafted(operator, ("jahat.bpmn", drawing))
    page = operator.get(address).text
    assert said in page
    assert "<script>alert" not in page
    assert "Usulkan kepada orang kedua" not in page
    assert [one[0] for one in drafts(app)] == [drawing]
    assert operator.get(f"{address}/ubah").status_code == 200
    answer = operator.send(f"{address}/usulkan", {"seen": seen(page)})
    assert answer.status_code == 422
    assert "Belum dapat diusulkan" in answer.text


def test_a_form_that_is_no_json_is_told_with_its_name(operator: Browser) -> None:
    address = drafted(operator, ("pps.bpmn", RENAMED), ("submit_sowan.form", b"{bukan json"))
    page = operator.get(address).text
    assert "Formulir “submit_sowan”" in page
    assert "bukan JSON" in page
    assert operator.send(f"{address}/usulkan", {"seen": seen(page)}).status_code == 422
    assert "{bukan json" in operator.get(f"{address}/formulir/submit_sowan").text


GUARD = '>= decision = "approve"<'
DECISIONS = (
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" namespace="n" name="n" id="d">'
    b'<decision id="one" name="one"><variable name="one"/><literalExpression id="bad"><text>1 +* 2</text>'
    b"</literalExpression></decision></definitions>"
)


def test_what_an_expression_lacks_is_said_in_the_readers_language(app: Flask, operator: Browser) -> None:
    """Of a condition, a decision and a formula of a form; `drawings check` goes on saying it in both."""
    assert GUARD in PPS
    form = SOWAN_FORM.replace(b'"components": [', b'"components": [{"type": "textfield", "key": "odd", "id": "odd", '
                              b'"label": "Odd", "conditional": {"hide": "=1 +* 2"}},', 1)
    files = (("pps.bpmn", PPS.replace(GUARD, ">= decision =* 1<", 1).encode()), ("submit_sowan.form", form),
             ("one.dmn", DECISIONS))
    address = drafted(operator, *files)
    page = operator.get(address).text
    assert page.count("(pada huruf ke-") == 3
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Account).values(locale="en"))
    english = operator.get(address).text
    assert "Cannot read this expression" in english
    assert english.count("(at character ") == 3
    assert "pada huruf" not in english
    assert "tidak dapat dibaca" not in english


def test_sent_twice_is_sent_once(app: Flask, operator: Browser) -> None:
    key = str(uuid.uuid4())
    first, second = (upload(operator, ("pps.bpmn", RENAMED), key=key) for _ in range(2))
    assert first.location == second.location
    text, again = PPS.replace("Periksa bimtek", "Tinjau bimtek"), {"key": str(uuid.uuid4()), "seen": "1"}
    for _ in range(2):
        assert operator.send(f"{first.location}/ubah", {**again, "text": text}).status_code == 302
    assert [(revision, status) for _, revision, status in drafts(app)] == [(2, "open")]


def test_another_window_saved_meanwhile_and_nothing_is_lost(app: Flask, operator: Browser) -> None:
    address = drafted(operator, ("pps.bpmn", RENAMED))
    one, two = (PPS.replace("Periksa bimtek", name) for name in ("Satu", "Dua"))
    assert operator.send(f"{address}/ubah", {"seen": "1", "text": one}).status_code == 302
    answer = operator.send(f"{address}/ubah", {"seen": "1", "text": two})
    assert answer.status_code == 409
    assert "disimpan dari jendela lain" in answer.text
    assert "tidak hilang" in answer.text
    assert "Dua" in answer.text
    assert [b"Satu" in kept[0] or b"Dua" in kept[0] for kept in drafts(app)] == [True, True]
    asked = operator.send(f"{address}/ubah", {"seen": "1", "text": two}, headers={"Accept": "application/json"})
    assert asked.status_code == 409
    assert len(drafts(app)) == 2


def test_the_script_saves_in_between(operator: Browser) -> None:
    address = drafted(operator, ("pps.bpmn", RENAMED))
    answer = operator.send(f"{address}/formulir/submit_sowan", {"seen": "1", "text": "{"},
                           headers={"Accept": "application/json"})
    assert answer.get_json()["seen"] == 2
    assert "bukan JSON" in operator.get(address).text
    taken = operator.send(f"{address}/berkas", {"seen": "2", "remove": "submit_sowan"})
    assert taken.status_code == 302
    assert 'formulir/submit_sowan"' not in operator.get(address).text


def test_a_draft_is_its_authors_own(app: Flask, operator: Browser, world: World) -> None:
    address = drafted(operator, ("pps.bpmn", RENAMED))
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world_of.accounts(session, {}, [("operator2", "operator", "33.23")], world.now)
    other = as_(app, "operator2")
    for path in ("", "/gambar", "/ubah", "/formulir/submit_sowan"):
        assert other.get(f"{address}{path}").status_code == 404
    assert other.send(f"{address}/buang").status_code == 404
    assert operator.send(f"{address}/buang").status_code == 302
    assert drafts(app)[0][2] == "discarded"
    assert operator.send(f"{address}/usulkan", {"seen": "1"}).status_code == 409


def test_what_differs_in_nothing_is_not_proposed(app: Flask, operator: Browser, world: World) -> None:
    answer = operator.send(f"/alur/versi/{world.definitions['pps'].id}/draf", {"key": str(uuid.uuid4())})
    address = answer.location.removesuffix("/ubah")
    assert "sama dengan versi yang berlaku" in operator.get(address).text
    refused = operator.send(f"{address}/usulkan", {"seen": "1"})
    assert refused.status_code == 400
    assert "Tidak ada yang perlu diusulkan" in refused.text
    assert rows(app, sa.select(sa.func.count()).select_from(Definition).where(Definition.key == "pps"))[0][0] == 1
