"""Members from a table, through the pages: sent, mapped, tried, applied; again without doubles; refused with words."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PASSWORD, PENDOWO, World
from web import db, importing, jobs
from web.config import Config
from workflows.models import Body, ImportFinding, ImportRow, MemberImport, Membership, Person
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
            else:
                page.write(place, column, value) if not isinstance(value, str) else page.write_string(place, column, value)
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
    assert key and agenda
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
