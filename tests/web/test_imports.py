"""Members from a table, through the pages: sent, mapped, tried, applied; again without doubles; refused with words."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from flask import Flask
from python_calamine import CalamineWorkbook

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PENDOWO, World
from web import db, importing, jobs
from web.config import Config
from workflows.models import Body, ImportRow, Membership, Person, Region
from workflows.people import NikKeys

HEADINGS = ("Nama", "NIK", "L/P", "Tgl Lahir", "Kecamatan", "Desa/Kelurahan", "No. WA", "Peringkat", "Terpilih")


def nik(number: int, day: int = 41, month: int = 7, year: int = 90) -> str:
    return f"332313{day:02d}{month:02d}{year:02d}{number:04d}"


def row(number: int, name: str, village: str = "Pendowo", **other: Any) -> list[Any]:
    told = {"gender": "P", "born": "01/07/1990", "district": "Kranggan", "phone": "+62 812-0000-0001", "rank": 1,
            "chosen": "Ya", "nik": nik(number), **other}
    return [name, told["nik"], told["gender"], told["born"], told["district"], village, told["phone"], told["rank"],
            told["chosen"]]


def excel(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("Daftar")
    page.write_string(0, 0, "DAFTAR CALON ANGGOTA PPS")
    for place, cells in enumerate([headings, *rows], 2):
        for column, value in enumerate(cells):
            if isinstance(value, str) and value.startswith("="):
                page.write_formula(place, column, value, value=3)
            elif isinstance(value, str):
                page.write_string(place, column, value)
            else:
                page.write_number(place, column, value)
    book.close()
    return out.getvalue()


@pytest.fixture
def world(app: Flask) -> World:
    """Temanggung in small, its bodies without anybody."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        session.execute(sa.update(world_of.Account).values(person_id=None))
        session.execute(sa.delete(Membership))
        session.execute(sa.delete(Person))
        return world


@pytest.fixture
def operator(browser: Browser, world: World) -> Browser:
    return world_of.signed_in(browser, "operator")


@pytest.fixture
def drain(app: Flask, config: Config) -> Any:
    """Does what waits in the outbox about imports, as worker and sweep do."""
    from web import notify

    effects = {**notify.EFFECTS, **importing.effects(lambda: config)}
    return lambda: jobs.drain_outbox(app.extensions["tapak.engine"], effects)


def sent(browser: Browser, content: bytes, name: str = "calon.xlsx") -> Any:
    page = browser.get("/impor").text
    key = re.search(r'name="key" value="([^"]+)"', page)
    agenda = re.search(r'name="agenda" value="(\d+)"', page)
    assert key
    assert agenda
    return browser.send("/impor", {"key": key[1], "agenda": agenda[1], "file": (io.BytesIO(content), name)},
                        content_type="multipart/form-data")


def proposed(page: str) -> dict[str, str]:
    """What the mapping page proposes: {field name of the column: field}."""
    return {
        name: value for name, options in re.findall(r'<select name="(col-\d+)">(.*?)</select>', page)
        for value in re.findall(r'<option value="(\w+)" selected', options)
    }


def tried(browser: Browser, drain: Any, content: bytes, name: str = "calon.xlsx", **options: str) -> str:
    """Sent and mapped as proposed; the address of the import, whose rows have been tried."""
    answer = sent(browser, content, name)
    assert answer.status_code == 302, answer.text
    address = str(answer.headers["Location"])
    page = browser.get(address).text
    header = re.search(r'name="header"[^>]*value="(\d+)"', page)
    assert header
    answer = browser.send(f"{address}/kolom", {**proposed(page), "sheet": "0", "header": header[1], **options})
    assert answer.status_code == 302, answer.text
    drain()
    return address


def applied(browser: Browser, drain: Any, address: str) -> str:
    run = re.search(r'name="run" value="(\d+)"', browser.get(address).text)
    assert run, browser.get(address).text
    assert browser.send(f"{address}/terapkan", {"run": run[1]}).status_code == 302
    drain()
    return browser.get(address).text


def sums(page: str) -> dict[str, int]:
    return {name: int(number) for name, number in re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)}


THREE = [row(1, "Siti Aminah"), row(2, "Dewi Lestari", rank=2), row(3, "Rina Wati", rank=3),
         row(4, "Tuti Cadangan", rank=4, chosen="Tidak")]


def test_members_come_in_and_a_second_time_changes_nothing(
    operator: Browser, drain: Any, app: Flask, config: Config, world: World
) -> None:
    address = tried(operator, drain, excel(THREE), start="1")
    page = operator.get(address).text
    assert sums(page) == {"Baris": 4, "Baru": 4, "Berubah": 0, "Sudah sama": 0, "Cadangan": 1, "Ditolak": 0}
    assert "Semua baris sudah tercatat" in applied(operator, drain, address)
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        found = session.execute(
            sa.select(Person, Membership).join(Membership, Membership.person_id == Person.id).order_by(Membership.rank)
        ).all()
        assert [(one.name, service.post, service.rank) for one, service in found] == [
            ("Siti Aminah", "anggota", 1), ("Dewi Lestari", "anggota", 2), ("Rina Wati", "anggota", 3),
            ("Tuti Cadangan", "cadangan", 4),
        ]
        first = found[0][0]
        assert (first.phone, first.gender, str(first.born_on)) == ("081200000001", "P", "1990-07-01")
        assert NikKeys.from_secret(config.secret_key.encode()).unseal(first.nik_sealed) == nik(1)
        body = session.scalars(sa.select(Body).where(Body.region_code == PENDOWO)).one()
        assert body.instance_id is not None, "a body with all its members begins"
        assert session.scalar(sa.select(sa.func.count()).select_from(ImportRow)) == 0
        assert all(service.body_id == body.id for _, service in found)
    again = tried(operator, drain, excel(THREE))
    page = operator.get(again).text
    assert sums(page)["Sudah sama"] == 4
    assert "Tidak ada yang perlu diterapkan" in page
    assert "Terapkan" not in page
    changed = [row(1, "Siti Aminah", phone="081299999999"), *THREE[1:]]
    third = tried(operator, drain, excel(changed))
    assert sums(operator.get(third).text) == {
        "Baris": 4, "Baru": 0, "Berubah": 1, "Sudah sama": 3, "Cadangan": 1, "Ditolak": 0}
    applied(operator, drain, third)
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 4
        assert session.scalars(sa.select(Person.phone).where(Person.name == "Siti Aminah")).one() == "081299999999"


def found(page: str) -> list[tuple[str, str]]:
    """(cell, sentence) of each finding on the page."""
    rows = re.findall(r'data-label="Sel"><div>([^<]*)</div>.*?</svg> ([^<]*)</span>', page, re.DOTALL)
    return [(cell.strip(), html.unescape(sentence)) for cell, sentence in rows]


WRONG: list[tuple[list[Any], str, str]] = [
    (row(10, "Ani Satu", nik=3323134107900010), "B4", "disimpan sebagai angka"),
    (row(10, "Ani Satu", nik="3,32313E+15"), "B4", "disimpan sebagai angka"),
    (row(10, "Ani Satu", nik="33231341"), "B4", "harus 16 angka; di sini 8"),
    (row(10, "Ani Satu", village="Pendawo"), "F4", "Mungkin maksudnya: Pendowo"),
    (row(10, "Ani Satu", district="Krangan"), "E4", "Mungkin maksudnya: Kranggan"),
    (row(10, "Ani Satu", born="31/02/1990"), "D4", "tidak terbaca sebagai tanggal"),
    (row(10, "Ani Satu", born="01/07/2020"), "D4", "paling muda 17 tahun"),
    (row(10, "Ani Satu", gender="X"), "C4", "Isi L atau P"),
    (row(10, "Ani Satu", phone="0812"), "G4", "bukan nomor telepon"),
    (row(10, "Ani Satu", chosen="mungkin"), "I4", "Isi Ya atau Tidak"),
    (row(10, "=1+2"), "A4", "Sel A4 berisi rumus"),
    (row(10, ""), "A4", "Nama belum diisi"),
]


@pytest.mark.parametrize(("wrong", "cell", "sentence"), WRONG)
def test_a_wrong_cell_is_told_and_marked_and_nothing_comes_in(
    operator: Browser, drain: Any, app: Flask, wrong: list[Any], cell: str, sentence: str
) -> None:
    address = tried(operator, drain, excel([wrong, row(2, "Dewi Lestari", rank=2)]))
    page = operator.get(address).text
    assert sums(page)["Ditolak"] == 1
    assert any(one == cell and sentence in said for one, said in found(page)), found(page)
    assert "Terapkan" not in page
    marked = operator.get(f"{address}/ditandai.xlsx")
    with zipfile.ZipFile(io.BytesIO(marked.data)) as archive:
        assert f'ref="{cell}"' in archive.read("xl/comments1.xml").decode()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(marked.data)).get_sheet_by_index(0).to_python()
    assert any(sentence in str(one[-1]) for one in rows)
    assert operator.send(f"{address}/terapkan", {"run": "1"}).status_code == 400
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0


def test_rows_are_weighed_against_each_other(operator: Browser, drain: Any) -> None:
    four = [row(number, f"Anggota {'abcdefg'[number]}wan", rank=number) for number in range(1, 5)]
    page = operator.get(tried(operator, drain, excel([*four, four[0], row(2, "Nama Lain", village="Sanggrahan")]))).text
    told = [sentence for _, sentence in found(page)]
    assert any("beranggota 4, seharusnya 3" in one for one in told), told
    assert any("Baris ini sama dengan baris 4" in one for one in told)
    assert any("NIK ini juga ada di baris 5" in one for one in told)


def test_the_same_name_in_two_kecamatan_is_never_guessed(operator: Browser, drain: Any, app: Flask) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Region).where(Region.code == OTHER_VILLAGE).values(name="Pendowo"))
    both = [row(1, "Siti Aminah"), row(2, "Dewi Lestari", district="Temanggung")]
    applied(operator, drain, tried(operator, drain, excel(both)))
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        serves = dict(session.execute(
            sa.select(Person.name, Body.region_code).join(Membership, Membership.person_id == Person.id)
            .join(Body, Body.id == Membership.body_id)
        ).all())
    assert serves == {"Siti Aminah": PENDOWO, "Dewi Lestari": OTHER_VILLAGE}
    without = [[*one[:4], *one[5:]] for one in both]
    answer = sent(operator, excel(without, [*HEADINGS[:4], *HEADINGS[5:]]))
    page = operator.get(answer.headers["Location"]).text
    refused = operator.send(f"{answer.headers['Location']}/kolom", {**proposed(page), "header": "3"})
    assert refused.status_code == 400
    assert "Nama desa saja tidak cukup" in refused.text


def test_what_is_sworn_is_changed_by_replacement_only(operator: Browser, drain: Any, app: Flask) -> None:
    applied(operator, drain, tried(operator, drain, excel(THREE)))
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Body).where(Body.region_code == PENDOWO).values(oath_on=date(2026, 1, 1)))
    page = operator.get(tried(operator, drain, excel([*THREE[:3], row(4, "Tuti Cadangan", chosen="Ya")]))).text
    assert any("penggantian antarwaktu" in sentence for _, sentence in found(page))
    assert sums(operator.get(tried(operator, drain, excel(THREE))).text)["Sudah sama"] == 4


def test_a_nik_mistyped_before_the_oath_is_put_right(operator: Browser, drain: Any, app: Flask) -> None:
    applied(operator, drain, tried(operator, drain, excel(THREE)))
    address = tried(operator, drain, excel([row(9, "Siti Aminah"), *THREE[1:]]))
    page = operator.get(address).text
    assert sums(page)["Berubah"] == 1
    assert any("akan diganti" in sentence for _, sentence in found(page))
    applied(operator, drain, address)
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 4


def test_what_columns_mean_is_remembered(operator: Browser, drain: Any) -> None:
    headings = ("Kolom satu", "Kolom dua", *HEADINGS[2:])
    answer = sent(operator, excel(THREE, headings))
    page = operator.get(answer.headers["Location"]).text
    assert proposed(page)["col-1"] == "nik", "known by what stands in it"
    operator.send(f"{answer.headers['Location']}/kolom", {**proposed(page), "col-0": "name", "header": "3"})
    again = operator.get(sent(operator, excel(THREE, headings)).headers["Location"]).text
    assert "pernah dikirim" in again
    assert proposed(again)["col-0"] == "name"


def test_pressed_twice_it_applies_once_and_a_stale_page_nothing(operator: Browser, drain: Any, app: Flask) -> None:
    address = tried(operator, drain, excel(THREE))
    assert operator.send(f"{address}/terapkan", {"run": "9"}).status_code == 409
    for _ in range(2):
        assert operator.send(f"{address}/terapkan", {"run": "1"}).status_code == 302
    drain()
    assert operator.send(f"{address}/terapkan", {"run": "1"}).status_code == 302
    drain()
    assert operator.send(f"{address}/buang").status_code == 409
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Membership)) == 4


def test_what_came_in_between_stops_all_of_it(operator: Browser, drain: Any, app: Flask, config: Config) -> None:
    address = tried(operator, drain, excel(THREE))
    other = tried(operator, drain, excel([row(number, f"Lain {'abc'[number]}wati") for number in range(3)]))
    assert "Semua baris sudah tercatat" not in operator.get(address).text
    applied(operator, drain, other)
    assert operator.send(f"{address}/terapkan", {"run": "1"}).status_code == 302
    drain()
    page = operator.get(address).text
    assert "Tidak ada yang diterapkan" in page
    assert sums(page)["Ditolak"] > 0
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Membership)) == 3


@pytest.mark.parametrize("login", ["pps", "komisioner", "bawaslu"])
def test_only_an_operator_imports(browser: Browser, world: World, login: str) -> None:
    world_of.signed_in(browser, login)
    assert browser.get("/impor").status_code == 403
    assert browser.send("/impor/1/terapkan", {"run": "1"}).status_code == 403


def test_another_regencys_operator_sees_nothing_and_rows_outside_are_refused(
    operator: Browser, drain: Any, app: Flask, person: Any
) -> None:
    address = tried(operator, drain, excel(THREE))
    operator.send("/keluar")
    person("tetangga", ("operator", "33.08"))
    operator.sign_in("tetangga")
    assert operator.get(address).status_code == 404
    assert operator.get(f"{address}/ditandai.xlsx").status_code == 404
    assert "Belum ada agenda" in operator.get("/impor").text
    operator.send("/keluar")
    person("sebagian", ("operator", KRANGGAN))
    operator.sign_in("sebagian")
    page = operator.get(tried(operator, drain, excel([row(1, "Siti Aminah"), row(
        2, "Dewi Lestari", district="Temanggung", village="Joho")]))).text
    assert [sentence for _, sentence in found(page) if "di luar wilayah Anda" in sentence]
    assert sums(page)["Ditolak"] == 1


def test_no_nik_stands_anywhere_in_clear(
    operator: Browser, drain: Any, app: Flask, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    applied(operator, drain, tried(operator, drain, excel([*THREE, row(77, "Salah Tanggal", born="31/02/1990")][:4])))
    tried(operator, drain, excel([row(77, "Salah Tanggal", born="31/02/1990")]))
    secret = nik(77).encode(), nik(1).encode()
    kept = [path.read_bytes() for path in config.attachments.rglob("*") if path.is_file()]
    kept.append(Path(str(sa.make_url(config.database_url).database)).read_bytes())
    assert len(kept) > 4
    assert not [one for one in kept for digits in secret if digits in one]
    assert not any(digits.decode() in caplog.text for digits in secret)
