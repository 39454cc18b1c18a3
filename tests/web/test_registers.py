"""Registers through HTTP: who sees what, the whole way of each kind, doubles, stale pages, hostile text, files."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PENDOWO, REGENCY, World, signed_in
from tests.web.test_uploads import photo
from web import db
from web.words import DEFAULT_ZONE
from workflows.models import Notice, RegisterEntry, RegisterStep

HOSTILE = "🦶🏽 <script>alert(1)</script> \u202eRTL עברית %(x)s {{ 7*7 }} ' OR 1=1 --"
ISSUE = {"subject": "Listrik padam", "category": "technical", "severity": "medium", "story": "Sejak Senin padam."}
SECRET = {"subject": "Tekanan rahasia", "form_of": "pressure", "who": "official", "story": "Cerita sangat rahasia."}
ADVICE = {"subject": "Papan DPT", "topic": "voters", "story": "Papan pengumuman DPT belum dipasang."}


@pytest.fixture
def session(on_both: Flask) -> Iterator[Session]:
    with db.session_factory(on_both.extensions["tapak.engine"])() as opened:
        yield opened


@pytest.fixture
def world(session: Session) -> World:
    """PPK Kranggan and PPS Pendowo have taken their oath; Divisi Hukum, auditor and another regency look on."""
    made = world_of.lay(session)
    world_of.accounts(session, made.bodies, (
        ("hukum", "supervisor", REGENCY), ("auditor", "auditor", REGENCY), ("asing", "supervisor", "33.08"),
        ("asing2", "observer", "33.08"),
    ), made.now)
    for code in (KRANGGAN, PENDOWO):
        body = made.of(code)
        body.oath_on = today_of(made) - timedelta(days=70)
        session.merge(body)
    session.commit()
    return made


def today_of(world: World) -> Any:
    return world.now.astimezone(ZoneInfo(DEFAULT_ZONE)).date()


@pytest.fixture
def enter(on_both: Flask, world: World) -> Any:
    def open_as(login: str) -> Browser:
        client = on_both.test_client()
        assert isinstance(client, Browser)
        return signed_in(client, login)

    return open_as


def day(world: World) -> str:
    return today_of(world).isoformat()


def write(browser: Browser, kind: str, data: dict[str, Any], body: int | str = "", **options: Any) -> Any:
    fields = {"key": str(uuid.uuid4()), "badan": str(body), **data}
    return browser.send(f"/register/baru/{kind}", fields, **options)


def number_of(answer: Any) -> int:
    assert answer.status_code == 302, answer.text
    return int(answer.location.rpartition("/")[2])


def step(browser: Browser, entry: int, act: str, seen: int, **data: Any) -> Any:
    return browser.send(f"/register/{entry}/langkah/{act}", {"key": str(uuid.uuid4()), "seen": str(seen), **data})


def kept(session: Session, entry: int) -> Any:
    """The entry's row as it stands; the session holds no lock afterwards."""
    table = RegisterEntry.__table__
    row = session.execute(select(table).where(table.c.id == entry)).one()
    session.rollback()
    return row


def count(session: Session, model: Any) -> int:
    found = session.scalar(select(func.count()).select_from(model)) or 0
    session.rollback()
    return found


def test_an_issue_turns_legal_and_is_settled_by_hukum(enter: Any, world: World, session: Session) -> None:
    pps, commissioner, hukum = enter("pps"), enter("komisioner"), enter("hukum")
    entry = number_of(write(pps, "issue", ISSUE))
    assert "Listrik padam" in pps.get("/register?jenis=issue").text
    assert "Listrik padam" in pps.get(f"/badan/{world.of(PENDOWO).id}").text
    assert "masalah terbuka" in hukum.get("/ringkasan").text
    assert step(commissioner, entry, "take", 0).status_code == 302
    assert step(commissioner, entry, "hand_over", 1, note="Ada gugatan pemilik gedung.").status_code == 302
    assert step(commissioner, entry, "settle_legal", 2, note="Selesai saja.").status_code == 403
    assert step(hukum, entry, "settle_legal", 2, note="Gugatan dicabut, berita acara terlampir.").status_code == 302
    shown = pps.get(f"/register/{entry}").text
    assert "Gugatan dicabut" in shown
    assert "Menjadi masalah hukum" in shown
    assert kept(session, entry).state == "settled"
    told = session.execute(select(Notice.account_id, Notice.topic).where(Notice.topic == "register.moved")).all()
    session.rollback()
    assert {row.account_id for row in told} >= {int(world.actors["komisioner"].id), int(world.actors["pps"].id)}
    assert "Masalah: Selesai" in pps.get("/pemberitahuan").text


def test_a_legal_issue_goes_to_hukum_at_once(enter: Any, session: Session) -> None:
    entry = number_of(write(enter("pps"), "issue", {**ISSUE, "category": "legal"}))
    assert kept(session, entry).state == "legal"


def test_a_neutrality_report_is_there_for_nobody_else(enter: Any, world: World) -> None:
    """Not for members of the body it is about, the operator, Bawaslu, the auditor or another regency's Hukum."""
    reporter = enter("sanggrahan")
    answer = write(reporter, "neutrality", {**SECRET, "happened_on": day(world)}, world.of(PENDOWO).id)
    entry = number_of(answer)
    assert "Tekanan rahasia" in reporter.get(f"/register/{entry}").text
    for login in ("pps", "ppk", "jauh", "operator", "bawaslu", "auditor", "asing"):
        other = enter(login)
        assert other.get(f"/register/{entry}").status_code == 404, login
        assert other.get(f"/register/{entry}/langkah/take").status_code == 404, login
        assert step(other, entry, "take", 0).status_code == 404, login
        assert other.get(f"/register/{entry + 1}").status_code == 404
        for page in ("/register", "/register?jenis=neutrality", f"/badan/{world.of(PENDOWO).id}", "/pemberitahuan"):
            assert "rahasia." not in other.get(page).text.replace("Pelapor dirahasiakan.", ""), (login, page)
            assert "Tekanan rahasia" not in other.get(page).text, (login, page)
    hukum, commissioner = enter("hukum").get(f"/register/{entry}"), enter("komisioner").get(f"/register/{entry}")
    assert "Sanggrahan" in hukum.text
    assert "Cerita sangat rahasia." in commissioner.text
    assert "Sanggrahan" not in commissioner.text
    assert "Pelapor dirahasiakan" in commissioner.text


def test_what_hukum_is_told_says_nothing_of_the_report(enter: Any, world: World, session: Session) -> None:
    number_of(write(enter("pps"), "neutrality", {**SECRET, "happened_on": day(world)}, "umum"))
    page = enter("hukum").get("/pemberitahuan").text
    assert "Ada yang menunggu Anda di Register" in page
    assert "etralitas" not in page.partition("<main")[2]
    params = session.scalars(select(Notice.params).where(Notice.topic == "register.moved")).all()
    assert all(set(one) == {"kind", "state", "entry"} for one in params)


def test_hukum_answers_and_the_reporter_reads_it(enter: Any, world: World) -> None:
    reporter, hukum = enter("pps"), enter("hukum")
    entry = number_of(write(reporter, "neutrality", {**SECRET, "happened_on": day(world)}, world.of(KRANGGAN).id))
    assert step(enter("komisioner"), entry, "take", 0).status_code == 403
    assert step(hukum, entry, "take", 0).status_code == 302
    assert step(hukum, entry, "settle", 1, note="Sudah ditegur tertulis.").status_code == 302
    assert "Sudah ditegur tertulis." in reporter.get(f"/register/{entry}").text


def test_bawaslu_suggests_and_kpu_answers_late(enter: Any, world: World, session: Session) -> None:
    bawaslu, commissioner = enter("bawaslu"), enter("komisioner")
    entry = number_of(write(bawaslu, "suggestion", ADVICE, world.of(PENDOWO).id))
    assert "Menunggu jawaban KPU" in enter("pps").get(f"/register/{entry}").text
    assert kept(session, entry).due_on == today_of(world) + timedelta(days=3)
    session.get_one(RegisterEntry, entry).due_on = today_of(world) - timedelta(days=1)
    session.commit()
    assert "Papan DPT" in enter("hukum").get("/register?jenis=suggestion&keadaan=late").text
    assert step(bawaslu, entry, "answer", 0, note="Jawab sendiri.").status_code == 403
    assert step(commissioner, entry, "answer", 0, note="Papan dipasang hari ini.").status_code == 302
    assert "Dijawab terlambat" in enter("hukum").get("/register?jenis=suggestion&keadaan=late").text
    assert "Papan dipasang hari ini." in bawaslu.get(f"/register/{entry}").text
    assert step(bawaslu, entry, "ask_again", 1, note="Foto papannya belum ada.").status_code == 302
    assert step(commissioner, entry, "answer", 2, note="Foto terlampir.").status_code == 302
    assert step(bawaslu, entry, "close", 3).status_code == 302
    assert step(commissioner, entry, "remark", 4, note="Terima kasih.").status_code == 409


def test_only_the_observer_suggests_and_only_in_its_region(enter: Any, world: World, session: Session) -> None:
    for login in ("pps", "operator", "komisioner", "hukum"):
        assert write(enter(login), "suggestion", ADVICE, world.of(PENDOWO).id).status_code == 404, login
    assert enter("auditor").get("/register/baru/suggestion").status_code == 403
    assert write(enter("asing2"), "suggestion", ADVICE, world.of(PENDOWO).id).status_code == 422
    number_of(write(enter("bawaslu"), "suggestion", ADVICE, "umum"))
    assert session.scalars(select(RegisterEntry.scope)).all() == [REGENCY]


def test_members_write_about_their_own_body_only(enter: Any, world: World, session: Session) -> None:
    own, other = world.of(PENDOWO).id, world.of(KRANGGAN).id
    entry = number_of(write(enter("pps"), "issue", ISSUE, other))
    assert kept(session, entry).body_id == own
    assert enter("sanggrahan").get(f"/register/{entry}").status_code == 404
    assert enter("ppk").get(f"/register/{entry}").status_code == 200
    assert step(enter("ppk"), entry, "take", 0).status_code == 403


def test_a_monthly_report_is_one_for_each_body_and_month(enter: Any, world: World, session: Session) -> None:
    pps, operator = enter("pps"), enter("operator")
    last = (today_of(world).replace(day=1) - timedelta(days=1)).replace(day=1)
    report = {"bulan": f"{last:%Y-%m}", "summary": "Dua rapat.", "meetings": "2", "coordination": "1", "board": "yes",
              "unregistered": "0", "problems": "no", "plans": "Coklit."}
    owed = operator.get(f"/register/belum-lapor?bulan={last:%Y-%m}").text
    assert "2 badan belum mengirim" in owed
    wrong = write(pps, "monthly", {**report, "problems": "yes"})
    assert wrong.status_code == 422
    assert "Masalah dan penanganannya" in wrong.text
    entry = number_of(write(pps, "monthly", report))
    assert "1 badan belum mengirim" in operator.get(f"/register/belum-lapor?bulan={last:%Y-%m}").text
    again = write(pps, "monthly", report)
    assert again.status_code == 409
    assert "sudah ada" in again.text
    assert "Dua rapat." in again.text
    assert step(pps, entry, "withdraw", 0, note="Salah angka.").status_code == 302
    number_of(write(pps, "monthly", report))
    early = (last.replace(day=1) - timedelta(days=120)).strftime("%Y-%m")
    assert write(pps, "monthly", {**report, "bulan": early}).status_code == 422
    assert write(pps, "monthly", {**report, "bulan": "2999-01"}).status_code == 422
    assert write(pps, "monthly", {**report, "bulan": "entah"}).status_code == 422
    this = f"{today_of(world):%Y-%m}"
    fresh = pps.get(f"/register/baru/monthly?bulan={this}").text
    assert "Lihat laporan" in fresh
    assert "Salin isinya" in fresh


def test_socialisation_is_counted_by_kecamatan(enter: Any, world: World) -> None:
    pps = enter("pps")
    done = {"subject": "both", "held_on": day(world), "place": "Balai desa", "manner": "meeting", "people": "45",
            "posko": "Balai desa, 08.00 sampai 16.00"}
    for _ in range(2):
        number_of(write(pps, "socialisation", done))
    shown = enter("komisioner").get("/register?jenis=socialisation").text
    table = shown.partition("Sosialisasi per kecamatan")[2]
    assert ">90<" in table.replace("<div>", "").replace("</div>", "").replace(" ", "")
    assert write(pps, "socialisation", {**done, "held_on": "2999-01-01"}).status_code == 422
    assert write(pps, "socialisation", {**done, "manner": "other"}).status_code == 422


def test_sent_twice_it_is_one(enter: Any, session: Session) -> None:
    pps, commissioner, key = enter("pps"), enter("komisioner"), str(uuid.uuid4())
    first, second = (number_of(write(pps, "issue", {**ISSUE, "key": key})) for _ in range(2))
    assert first == second
    assert count(session, RegisterEntry) == count(session, RegisterStep) == 1
    act = {"key": str(uuid.uuid4()), "seen": "0"}
    for _ in range(2):
        assert commissioner.send(f"/register/{first}/langkah/take", act).status_code == 302
    assert count(session, RegisterStep) == 2
    assert step(enter("hukum"), first, "remark", 1, note="Kunci orang lain.", key=act["key"]).status_code == 409


def test_a_stale_page_changes_nothing_and_loses_nothing(enter: Any, session: Session) -> None:
    entry = number_of(write(enter("pps"), "issue", ISSUE))
    assert step(enter("komisioner"), entry, "take", 0).status_code == 302
    late = step(enter("komisioner2"), entry, "hand_over", 0, note="Tulisan yang tidak boleh hilang.")
    assert late.status_code == 409
    assert "Tulisan yang tidak boleh hilang." in late.text
    assert kept(session, entry).state == "in_hand"


def test_hostile_text_stays_text(enter: Any) -> None:
    pps = enter("pps")
    long = HOSTILE + "ß" * (10_000 - len(HOSTILE))
    entry = number_of(write(pps, "issue", {**ISSUE, "subject": HOSTILE, "story": long}))
    for page in (f"/register/{entry}", "/register?jenis=issue"):
        shown = pps.get(page).text
        assert "<script>alert(1)" not in shown
        assert "&lt;script&gt;alert(1)" in shown
        assert "{{ 7*7 }}" in shown
    assert write(pps, "issue", {**ISSUE, "story": "x" * 10_001}).status_code == 422
    assert write(pps, "issue", {**ISSUE, "subject": "\0"}).status_code == 400
    assert pps.get("/register?jenis=entah").status_code == 404
    assert pps.get("/register?jenis=issue&keadaan=%27&kecamatan=%25&hal=999999").status_code == 200


def test_files_are_seen_by_who_reads_the_entry(enter: Any, world: World) -> None:
    reporter = enter("sanggrahan")
    data = {**SECRET, "happened_on": day(world)}
    empty = write(reporter, "neutrality", {**data, "files": (io.BytesIO(b""), "bukti.jpg")}, "umum",
                  content_type="multipart/form-data")
    assert empty.status_code == 422
    assert "kosong" in empty.text
    assert "Cerita sangat rahasia." in empty.text
    entry = number_of(write(reporter, "neutrality", {**data, "files": (io.BytesIO(photo()), "bukti.jpg")}, "umum",
                            content_type="multipart/form-data"))
    shown = reporter.get(f"/register/{entry}").text
    address = shown.partition(f'href="/register/{entry}/berkas/')[2].partition('"')[0]
    sha256 = address.partition("/")[0]
    for size in ("small", "large", "asli"):
        assert reporter.get(f"/register/{entry}/berkas/{sha256}/{size}").status_code == 200
        assert enter("hukum").get(f"/register/{entry}/berkas/{sha256}/{size}").status_code == 200
        for login in ("operator", "pps", "bawaslu"):
            assert enter(login).get(f"/register/{entry}/berkas/{sha256}/{size}").status_code == 404
    assert enter("operator").get(f"/berkas/{sha256}/foto/small").status_code == 404
    assert enter("operator").get(f"/berkas/{sha256}/asli").status_code == 404
    assert reporter.get(f"/register/{entry}/berkas/{'0' * 64}/asli").status_code == 404


def test_conditional_fields_come_without_a_script(enter: Any) -> None:
    pps = enter("pps")
    plain = pps.send("/register/baru/issue", {**ISSUE, "_show": "1"}).text
    assert 'data-hide' in plain
    high = pps.send("/register/baru/issue", {**ISSUE, "severity": "high", "_show": "1"}).text
    field = high.partition('id="f-risk"')[0].rpartition("<fieldset")[2]
    assert "hidden" not in field.partition(">")[0]
    assert write(pps, "issue", {**ISSUE, "severity": "high"}).status_code == 422


def test_pages_follow_and_statements_do_not_grow(
    on_both: Flask, enter: Any, world: World, session: Session
) -> None:
    pps = enter("pps")
    entry = number_of(write(pps, "issue", ISSUE))
    ran: list[str] = []

    def told(*said: Any) -> None:
        ran.append(str(said[2]))

    def asked() -> dict[str, int]:
        found = {}
        for page in ("/register?jenis=issue", f"/register/{entry}", "/register?jenis=socialisation",
                     "/register?jenis=monthly", "/register/belum-lapor", "/register/baru/issue"):
            pps.get(page)
            ran.clear()
            assert pps.get(page).status_code == 200
            found[page] = len(ran)
        return found

    event.listen(on_both.extensions["tapak.engine"], "before_cursor_execute", told)
    few = asked()
    model = kept(session, entry)
    session.add_all(
        RegisterEntry(kind="issue", agenda_id=model.agenda_id, body_id=model.body_id, scope=model.scope,
                      state="reported", data={"subject": f"Masalah {n}"}, written_by=model.written_by,
                      written_at=world.now, key=str(n)) for n in range(300)
    )
    session.commit()
    assert asked() == few
    event.remove(on_both.extensions["tapak.engine"], "before_cursor_execute", told)
    first = pps.get("/register?jenis=issue").text
    assert first.count("Masalah 2") + first.count("Masalah 1") > 0
    assert 'rel="next"' in first
    assert "Masalah 299" in first
    assert "Masalah 299" not in pps.get("/register?jenis=issue&hal=2").text


def test_forms_and_answers_speak_english_to_an_english_reader(enter: Any, world: World) -> None:
    pps = enter("pps")
    number = number_of(write(pps, "issue", ISSUE))
    pps.set_cookie("tapak_language", "en")
    page = pps.get("/register/baru/issue").text
    assert "The issue, in one sentence" in page
    assert "Law or dispute" in page
    assert "Masalahnya, dalam satu kalimat" not in page
    shown = pps.get(f"/register/{number}").text
    assert "Tell what happened" in shown
    assert "Medium" in shown
    assert "Listrik padam" in shown
