"""Letters through the pages: issued, read back from the PDF, cancelled, replaced, proved; wrong people, wrong codes."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader
from sqlalchemy.orm import Session

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PENDOWO, World, signed_in
from web import db, jobs
from web.auth import attempts
from web.papers import making
from workflows.models import Body, Letter, LetterSeries, Membership, Paper, PaperBatch, PaperFile, Person
from workflows.papers import codes
from workflows.papers.terbilang import date_in_words

ON = date.today()  # noqa: DTZ011 - any day near the agenda's
ISSUE = "/surat/terbitkan"


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.lay(session, villages=22)


@pytest.fixture
def session(app: Flask, world: World) -> Iterator[Session]:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as opened:
        yield opened


def wish(kind: str, key: str = "k-1", seen: str = "1", **more: str) -> dict[str, str]:
    return {"jenis": kind, "on": ON.isoformat(), "key": key, "seen": seen, **more}


def text_of(content: bytes) -> str:
    """The words of a PDF, lines and pages joined, without the breaks that hyphens and lines make."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return " ".join(" ".join(pages).split())


def one_letter(browser: Browser, world: World, kind: str = "oath_minutes", key: str = "k-1", **more: str) -> str:
    """The address of the page of a letter that was issued for the PPS of Pendowo."""
    answer = browser.send(ISSUE, wish(kind, key, badan=str(world.of(PENDOWO).id), **more))
    assert answer.status_code == 302, answer.text
    return answer.location


def _files(session: Session, *only: Any) -> dict[int, str | None]:
    return {row.id: row.sha256 for row in session.execute(sa.select(Paper.id, Paper.sha256).where(*only))}


def drain(app: Flask) -> int:
    return jobs.drain_outbox(app.extensions["tapak.engine"], jobs.effects(), seconds=120).count


def test_what_is_printed_is_what_the_database_says(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    page = one_letter(browser, world, tempat="Pendopo Ñandé", rohaniwan="KH. Ahmad")
    answer = browser.get(f"{page}/berkas.pdf")
    assert answer.mimetype == "application/pdf"
    said = text_of(answer.data)
    paper, letter = session.execute(sa.select(Paper, Letter).join(Letter, Letter.id == Paper.letter_id)).one()
    names = session.scalars(
        sa.select(Person.name).join(Membership, Membership.person_id == Person.id)
        .where(Membership.body_id == world.of(PENDOWO).id)
    ).all()
    assert len(names) == 3
    for words in (letter.number, date_in_words(ON), "Pendopo Ñandé", "3 (tiga) anggota", "Desa Pendowo",
                  codes.shown(paper.code), f"/surat/{paper.code}", "Halaman 1 dari", *names):
        assert words in said, words
    assert "{" not in said
    assert paper.sha256 == hashlib.sha256(answer.data).hexdigest()
    assert (letter.on, letter.kind, letter.issuer_code) == (ON, "oath_minutes", "33.23")


def test_the_same_again_is_one_letter(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    assert one_letter(browser, world) == one_letter(browser, world)
    assert session.scalar(sa.select(sa.func.count()).select_from(Paper)) == 1


def test_many_are_made_behind_the_page(app: Flask, browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    count = session.scalar(sa.select(sa.func.count()).select_from(Body).where(Body.kind == "pps"))
    assert count == 25
    session.rollback()
    form = browser.get(f"{ISSUE}?jenis=oath_minutes&badan_jenis=pps").text
    assert f"Terbitkan {count} surat" in form
    page = browser.send(ISSUE, wish("oath_minutes", seen=str(count), badan_jenis="pps")).location
    assert browser.get(f"{page}/kemajuan").json == {
        "done": 0, "total": count, "state": "running", "said": f"0 dari {count} surat selesai dibuat"
    }
    assert browser.get(f"{page}/gabungan.pdf").status_code == 404
    drain(app)
    told = browser.get(f"{page}/kemajuan").json
    assert told is not None
    assert (told["done"], told["state"]) == (count, "done")
    merged = PdfReader(io.BytesIO(browser.get(f"{page}/gabungan.pdf").data))
    pages = session.scalars(sa.select(PaperFile.pages).join(Paper, Paper.sha256 == PaperFile.sha256)).all()
    assert len(merged.pages) == sum(pages)
    said = " ".join(" ".join(one.extract_text() for one in merged.pages).split())
    for number in session.scalars(sa.select(Letter.number)):
        assert number in said
    with zipfile.ZipFile(io.BytesIO(browser.get(f"{page}/semua.zip").data)) as archive:
        assert len(archive.namelist()) == count
        kept = set(session.scalars(sa.select(Paper.sha256)))
        assert {hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()} == kept


def test_a_killed_worker_goes_on(
    app: Flask, browser: Browser, world: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle of a message nothing of it stands; the next worker draws each paper once."""
    signed_in(browser, "operator")
    browser.send(ISSUE, wish("attendance", seen="25", badan_jenis="pps"))
    engine, made = app.extensions["tapak.engine"], making._make
    drawn: list[int] = []

    def dies(session: Session, paper: Paper, *rest: object) -> None:
        drawn.append(paper.id)
        if len(drawn) == 11:
            raise KeyboardInterrupt
        made(session, paper, *rest)  # type: ignore[arg-type]  # the same arguments

    monkeypatch.setattr(making, "_make", dies)
    with pytest.raises(KeyboardInterrupt):
        drain(app)
    monkeypatch.undo()
    standing = _files(session, Paper.status == "made")
    assert len(standing) == making.AT_ONCE
    session.rollback()
    assert jobs.drain_outbox(engine, jobs.effects(), seconds=120).count
    after = _files(session)
    assert len(after) == 25
    assert all(after.values())
    assert {number: after[number] for number in standing} == standing
    assert session.scalars(sa.select(PaperBatch.done_at)).one() is not None


def test_a_look_reserves_nothing(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    answer = browser.send(f"{ISSUE}/contoh", wish("oath_minutes", seen="25", badan_jenis="pps"))
    assert answer.mimetype == "application/pdf"
    assert "Contoh: belum bernomor" in text_of(answer.data)
    for table in (Paper, Letter, LetterSeries, PaperBatch):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_bodies_that_changed_since_the_page_was_opened(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    answer = browser.send(ISSUE, wish("oath_minutes", seen="24", badan_jenis="pps", tempat="Pendopo"))
    assert answer.status_code == 409
    assert 'value="Pendopo"' in answer.text
    assert browser.send(ISSUE, {**wish("oath_minutes", seen="25"), "on": "kemarin"}).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Paper)) == 0


def test_members_issue_their_own_letters_only(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "pps")
    form = browser.get(f"{ISSUE}?jenis=secretariat_proposal_pps").text
    assert "Pendowo" in form
    assert "Sanggrahan" not in form
    assert "Konsep keputusan" not in form
    page = one_letter(browser, world, "secretariat_proposal_pps", calon_sekretaris="Ani; 198001012005011001; Kasi")
    said = text_of(browser.get(f"{page}/berkas.pdf").data)
    assert "PANITIA PEMUNGUTAN SUARA DESA PENDOWO" in said
    assert "198001012005011001" in said
    for body in (world.of("33.23.13.2008").id, world.of(KRANGGAN).id):
        assert browser.send(ISSUE, wish("secretariat_proposal_pps", "x", badan=str(body))).status_code in (409, 422)
    assert browser.send(ISSUE, wish("oath_minutes", "y", badan=str(world.of(PENDOWO).id))).status_code in (409, 422)
    assert session.scalar(sa.select(sa.func.count()).select_from(Paper)) == 1


@pytest.mark.parametrize(("login", "seen", "file"), [
    ("operator", 200, 200), ("komisioner", 200, 200), ("pps", 200, 200), ("sanggrahan", 404, 404), ("jauh", 404, 404),
    ("bawaslu", 200, 403),
])
def test_who_sees_a_letter_and_its_file(browser: Browser, world: World, login: str, seen: int, file: int) -> None:
    signed_in(browser, "operator")
    page = one_letter(browser, world)
    browser.send("/keluar")
    signed_in(browser, login)
    assert browser.get(page).status_code == seen
    assert browser.get(f"{page}/berkas.pdf").status_code == file
    assert ("Pendowo" in browser.get("/surat").text) == (seen == 200)
    if login != "operator":
        assert browser.send(f"{page}/batal", {"reason": "iseng saja"}).status_code in (403, 404)


@pytest.mark.parametrize("login", ["komisioner", "pps", "bawaslu"])
@pytest.mark.parametrize("path", ["/surat/naskah", "/surat/naskah/attendance", "/surat/pengaturan"])
def test_only_the_office_changes_texts_and_numbers(browser: Browser, world: World, login: str, path: str) -> None:
    signed_in(browser, login)
    assert browser.get(path).status_code == 403
    assert browser.send(path, {"text": "x"}).status_code in (403, 405)


def test_cancelled_and_replaced_say_so(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    page = one_letter(browser, world)
    assert browser.send(f"{page}/batal", {"reason": ""}).status_code == 422
    number = page.rpartition("/")[2]
    new = browser.send(ISSUE, wish("oath_minutes", "k-2", ganti=number)).location
    assert new != page
    old, fresh = session.execute(
        sa.select(Paper.code, Letter.number).join(Letter, Letter.id == Paper.letter_id).order_by(Paper.id)
    ).all()
    browser.send("/keluar")
    proof = browser.get(f"/surat/{old.code}").text
    assert "tidak berlaku" in proof
    assert fresh.number in proof
    signed_in(browser, "operator")
    assert browser.send(f"{new}/batal", {"reason": "salah tanggal"}).status_code == 302
    assert browser.send(f"{new}/batal", {"reason": "sekali lagi"}).status_code == 409
    register = browser.get("/surat").text
    assert register.count("Dibatalkan") == 2
    assert "salah tanggal" in browser.get(new).text
    browser.send("/keluar")
    assert "salah tanggal" not in browser.get(f"/surat/{fresh.code}").text


def test_everybody_may_prove_a_paper_and_reads_nobodys_name(
    browser: Browser, world: World, session: Session
) -> None:
    signed_in(browser, "operator")
    one_letter(browser, world, rohaniwan="KH. Ahmad")
    code, sha256, number = session.execute(
        sa.select(Paper.code, Paper.sha256, Letter.number).join(Letter, Letter.id == Paper.letter_id)
    ).one()
    names = session.scalars(sa.select(Person.name)).all()
    browser.send("/keluar")
    moved = browser.get(f"/surat/periksa?kode={codes.shown(code).lower()}")
    assert moved.location.endswith(f"/surat/{code}")
    page = browser.get(moved.location).text
    for words in ("Surat asli", number, "PPS Pendowo", str(sha256), "KOMISI PEMILIHAN UMUM KABUPATEN TEMANGGUNG"):
        assert words in page
    for name in (*names, "KH. Ahmad", "Operator"):
        assert name not in page


def test_wrong_codes_are_told_apart_and_counted(app: Flask, browser: Browser, world: World) -> None:
    signed_in(browser, "operator")
    one_letter(browser, world)
    browser.send("/keluar")
    for _ in range(attempts.PER_ADDRESS + 5):
        assert "salah ketik" in browser.get("/surat/23456ABCDE").text
    for _ in range(attempts.PER_ADDRESS):
        answer = browser.get(f"/surat/{codes.new()}")
        assert (answer.status_code, "tidak dikenal" in answer.text) == (404, True)
    assert browser.get(f"/surat/{codes.new()}").status_code == 429
    assert signed_in(browser, "operator").get("/surat").status_code == 200, "no one is locked out of signing in"


def test_the_register_is_searched_and_warns_of_doubles(app: Flask, browser: Browser, world: World) -> None:
    signed_in(browser, "operator")
    one_letter(browser, world)
    assert "Nomor ganda" not in browser.get("/surat").text
    with db.transaction(app.extensions["tapak.engine"]) as session:
        number = session.scalars(sa.select(Letter.number)).one()
        session.add(Letter(agenda_id=world.agenda.id, kind="oath_minutes", number=number, on=date(2024, 1, 1),
                           issuer_code="33.23", subject="Dari buku agenda"))
    assert browser.get("/surat").text.count("Nomor ganda") == 2
    found = {
        "?q=buku": (False, True), "?q=zzz": (False, False), "?jenis=oath_minutes": (True, True),
        "?jenis=assignment": (False, False), f"?kecamatan={KRANGGAN}": (True, False),
        "?kecamatan=33.23.03": (False, False), "?sampai=2024-02-01": (False, True),
        f"?dari={ON.isoformat()}": (True, False), f"?badan={world.of(PENDOWO).id}": (True, False),
        "?dari=kapan&sesudah=x,y": (True, True),
    }
    for asked, (own, book) in found.items():
        page = browser.get(f"/surat{asked}").text
        assert ("PPS Pendowo" in page, "1 Jan 2024" in page) == (own, book), asked


def test_texts_are_changed_seen_and_kept(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    first = one_letter(browser, world)
    path = "/surat/naskah/oath_minutes"
    wrong = browser.send(path, {"text": "# {badn}\n{ketua", "seen": "1"})
    assert wrong.status_code == 422
    assert "isian {badn} tidak dikenal. Maksudnya {badan}?" in wrong.text
    assert "{ketua</textarea>" in wrong.text
    assert browser.send(f"{path}/contoh", {"text": "{badn}", "seen": "1"}).status_code == 422
    look = browser.send(f"{path}/contoh", {"text": "# COBA {badan}", "seen": "1", "badan": str(world.of(PENDOWO).id)})
    assert "COBA PPS PENDOWO" in text_of(look.data)
    assert browser.send(path, {"text": "# BARU {badan}", "seen": "1"}).status_code == 302
    assert browser.send(path, {"text": "# LAIN {badan}", "seen": "1"}).status_code == 409
    second = one_letter(browser, world, key="k-2")
    assert "BARU PPS PENDOWO" in text_of(browser.get(f"{second}/berkas.pdf").data)
    assert "BERITA ACARA" in text_of(browser.get(f"{first}/berkas.pdf").data)
    assert "Demi Allah" in browser.get(f"{path}?versi=1").text
    assert browser.get("/surat/naskah/gaib").status_code == 404


def test_the_office_sets_head_numbers_and_logo(browser: Browser, world: World, session: Session) -> None:
    from PIL import Image

    signed_in(browser, "operator")
    picture = io.BytesIO()
    Image.new("RGB", (900, 900), "red").save(picture, "PNG")
    sent = {"seen": "0", "office": "KPU Uji", "address": "Jalan Uji 1", "chair": "Dra. Šiti",
            "oath_minutes-pattern": "{nomor}/BA/{tahun}", "oath_minutes-last": "396"}
    wrong = browser.send("/surat/pengaturan", {**sent, "oath_minutes-pattern": "{nomer}"})
    assert (wrong.status_code, "Maksudnya {nomor}?" in wrong.text, "Jalan Uji 1" in wrong.text) == (422, True, True)
    bad = browser.send("/surat/pengaturan", {**sent, "logo": (io.BytesIO(b"<svg/>"), "x.png")})
    assert bad.status_code == 422
    good = browser.send("/surat/pengaturan", {**sent, "logo": (io.BytesIO(picture.getvalue()), "x.png")})
    assert good.status_code == 302
    assert Image.open(io.BytesIO(browser.get("/surat/pengaturan/lambang").data)).size == (400, 400)
    assert browser.send("/surat/pengaturan", sent).status_code == 409
    content = browser.get(f"{one_letter(browser, world)}/berkas.pdf").data
    said = text_of(content)
    assert f"397/BA/{ON.year}" in said
    assert "KPU UJI Jalan Uji 1" in said
    assert len(PdfReader(io.BytesIO(content)).pages[0].images) == 1


def test_what_cannot_be_printed_is_told(browser: Browser, world: World, session: Session) -> None:
    signed_in(browser, "operator")
    answer = browser.send(ISSUE, wish("oath_minutes", badan=str(world.of(PENDOWO).id), rohaniwan="王"))
    assert answer.status_code == 422
    assert re.search(r"Huruf 王 pada isian \{rohaniwan\} tidak dapat dicetak", answer.text)
    assert session.scalar(sa.select(sa.func.count()).select_from(Letter)) == 0


def test_tables_go_on_with_their_heads(browser: Browser, world: World) -> None:
    signed_in(browser, "operator")
    page = browser.send(ISSUE, wish("district_recap", badan=str(world.of(KRANGGAN).id))).location
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(browser.get(f"{page}/berkas.pdf").data)).pages]
    assert len(pages) == 2
    for number, said in enumerate(pages, 1):
        assert f"Halaman {number} dari 2" in said
        assert "Sumpah/janji" in said or "Sekretaris" in said
    for place in range(22):
        assert f"Desa {place:03d}" in " ".join(pages)


def test_a_page_asks_as_much_for_many_letters_as_for_few(app: Flask, browser: Browser, world: World) -> None:
    signed_in(browser, "operator")
    engine = app.extensions["tapak.engine"]

    def asked(path: str) -> int:
        count: list[str] = []

        def heard(*told: object) -> None:
            count.append(str(told[2]))

        sa.event.listen(engine, "before_cursor_execute", heard)
        assert browser.get(path).status_code == 200
        sa.event.remove(engine, "before_cursor_execute", heard)
        return len(count)

    one_letter(browser, world)
    asked("/surat")  # what a process reads once
    few = asked("/surat")
    browser.send(ISSUE, wish("attendance", "k-3", seen="25", badan_jenis="pps"))
    assert asked("/surat") == few
