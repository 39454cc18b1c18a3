"""Tables that leave the house: the rows of the page, in the columns of a template, safe to open, and recorded."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PENDOWO, World
from web import db
from web.config import Config
from workflows.models import Body, ExportRecord, Membership, Person
from workflows.people import NikKeys, name_key

NIK = "3323134107900001"
EVIL = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def world(app: Flask, config: Config) -> World:
    keys = NikKeys.from_secret(config.secret_key.encode())
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        chair = session.scalars(
            sa.select(Person).join(Membership, Membership.person_id == Person.id)
            .join(Body, Body.id == Membership.body_id)
            .where(Body.region_code == PENDOWO, Membership.post == "ketua")
        ).one()
        chair.name, chair.name_key, chair.phone = EVIL, name_key(EVIL), "081234567890"
        chair.born_on, chair.nik_sealed, chair.nik_digest = date(1990, 7, 1), keys.seal(NIK), keys.digest(NIK)
        return world


def taken(browser: Browser, where: str, **form: str) -> list[list[Any]]:
    """The cells of the Excel file that is sent, its heading row first."""
    answer = browser.send(f"/ekspor?{where}", {"format": "xlsx", **form})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    return sheet.to_python(skip_empty_area=False)[3:]


def test_types_are_proper_and_nothing_is_computed(browser: Browser, world: World) -> None:
    world_of.signed_in(browser, "operator")
    rows = taken(browser, f"dari=orang&tabel=nominatif&kecamatan={PENDOWO}", nik="1")
    heading, mine = rows[0], next(row for row in rows if row[1] == EVIL)
    told = dict(zip(heading, mine, strict=True))
    assert told["NIK"] == NIK
    assert told["No WA"] == "081234567890"
    assert told["Tanggal Lahir"] == date(1990, 7, 1)
    assert told["Kecamatan"] == "Kranggan"
    assert told["Desa/Kelurahan"] == "Pendowo"
    answer = browser.send(f"/ekspor?dari=orang&kecamatan={PENDOWO}", {"format": "csv", "nik": "1"})
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    line = next(line for line in lines if EVIL in line[1])
    assert line[1] == f"'{EVIL}"
    assert f"'{NIK}" in line
    assert "'081234567890" in line


@pytest.mark.parametrize("where", ["", f"kecamatan={KRANGGAN}", "jenis=ppk", "jabatan=ketua", "q=budi", "jenis=kpps"])
def test_the_rows_are_those_of_the_page(browser: Browser, world: World, where: str) -> None:
    world_of.signed_in(browser, "operator")
    page = browser.get(f"/orang?{where}").text
    names = set(re.findall(r'class="main"><div><a href="/orang/\d+">([^<]+)</a>', page))
    shown = browser.get(f"/ekspor?dari=orang&{where}").text
    if not names:
        assert "Tidak ada yang dapat diunduh" in shown
        assert browser.send(f"/ekspor?dari=orang&{where}", {"format": "xlsx"}).status_code == 422
        return
    link = re.search(r'href="(/ekspor\?[^"]+)"', page)
    assert link
    rows = taken(browser, link[1].partition("?")[2].replace("&amp;", "&"))
    assert {row[1] for row in rows[1:]} == {name.replace("&#34;", '"') for name in names}


def test_the_recap_adds_up(browser: Browser, world: World) -> None:
    world_of.signed_in(browser, "operator")
    rows = taken(browser, "dari=badan&tabel=rekap")
    heading, total = rows[0], rows[-1]
    told = dict(zip(heading, total, strict=True))
    bodies = list(world.bodies.values())
    assert told["Kecamatan"] == "Jumlah"
    assert told["PPK"] == sum(body.kind == "ppk" for body in bodies)
    assert told["PPS"] == sum(body.kind == "pps" for body in bodies)
    assert told["Anggota"] == told["Kebutuhan Anggota"] == 5 * told["PPK"] + 3 * told["PPS"]
    for place, name in enumerate(heading):
        if name not in ("No", "Kecamatan"):
            assert sum(row[place] for row in rows[1:-1]) == total[place], name
    one = taken(browser, f"dari=badan&tabel=rekap&kecamatan={KRANGGAN}")
    assert [row[heading.index("Kecamatan")] for row in one[1:]] == ["Kranggan", "Jumlah"]


def test_only_an_operator_is_given_the_whole_nik_and_it_is_recorded(browser: Browser, world: World, app: Flask) -> None:
    where = f"dari=orang&kecamatan={PENDOWO}"
    world_of.signed_in(browser, "komisioner")
    rows = taken(browser, where, nik="1")
    mine = next(row for row in rows if row[1] == EVIL)
    assert NIK not in str(rows)
    assert any("••••" in str(cell) for cell in mine)
    browser.send("/keluar")
    world_of.signed_in(browser, "operator")
    assert NIK not in str(taken(browser, where))
    assert NIK in str(taken(browser, where, nik="1"))
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        found = session.scalars(sa.select(ExportRecord).order_by(ExportRecord.id)).all()
        assert [(one.account_name, one.whole_nik, one.rows) for one in found] == [
            ("Komisioner", False, 3), ("Operator", False, 3), ("Operator", True, 3)]
        assert found[0].filters == {"source": "people", "district": PENDOWO}
    with pytest.raises(sa.exc.IntegrityError), db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(ExportRecord).values(whole_nik=False))
    assert "lengkap" in browser.get("/ekspor").text


@pytest.mark.parametrize("login", ["pps", "ppk", "bawaslu"])
def test_others_take_nothing(browser: Browser, world: World, login: str) -> None:
    world_of.signed_in(browser, login)
    assert browser.get("/ekspor").status_code == 403
    assert browser.send("/ekspor", {"format": "xlsx"}).status_code == 403
    assert "/ekspor" not in browser.get("/orang").text


def save(browser: Browser, path: str, columns: list[tuple[str, str]], **form: Any) -> Any:
    return browser.send(path, {
        "name": "Format Provinsi", "edition": "0", "order": [field for field, _ in columns],
        "use": [field for field, _ in columns], **{f"heading-{field}": text for field, text in columns}, **form,
    })


def test_a_template_chooses_orders_and_names_columns(browser: Browser, world: World) -> None:
    world_of.signed_in(browser, "operator")
    columns = [("nik", "Nomor KTP"), ("name", "NAMA LENGKAP"), ("post", "Jab.")]
    moved = save(browser, "/ekspor/templat/nominatif", columns, _down="nik")
    assert moved.status_code == 200
    order = re.findall(r'name="use" value="(\w+)" checked', moved.text)
    assert order == ["name", "nik", "post"]
    assert "NAMA LENGKAP" in moved.text
    answer = save(browser, "/ekspor/templat/nominatif", [columns[1], columns[0], columns[2]])
    assert answer.status_code == 302
    where = str(answer.headers["Location"]).partition("?")[2]
    assert taken(browser, where)[0] == ["NAMA LENGKAP", "Nomor KTP", "Jab."]
    number = re.search(r"templat=(\d+)", where)
    assert number
    path = f"/ekspor/templat/{number[1]}"
    assert save(browser, path, columns, edition="1").status_code == 302
    stale = save(browser, path, columns[:1], edition="1")
    assert stale.status_code == 409
    assert "sudah diubah orang lain" in stale.text
    empty = save(browser, path, [], edition="2")
    assert empty.status_code == 422
    nameless = save(browser, path, [("name", "")], edition="2")
    assert nameless.status_code == 422
    assert "Isi judul kolom ini" in nameless.text
    assert browser.send(f"{path}/hapus").status_code == 302
    assert browser.get(f"/ekspor?templat={number[1]}").status_code == 404


def test_a_template_is_the_operators(browser: Browser, world: World) -> None:
    world_of.signed_in(browser, "komisioner")
    assert browser.get("/ekspor/templat/nominatif").status_code == 403
    assert save(browser, "/ekspor/templat/nominatif", [("name", "Nama")]).status_code == 403
