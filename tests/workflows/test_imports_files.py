"""Files nobody trusts: each hostile one is refused with its reason; each honest one gives the same cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
import xlsxwriter

from workflows.imports import columns, reading
from workflows.imports.reading import Table, TableRefused, cell

HEAD, LINE = ["Nama", "NIK", "Tgl Lahir"], ["Siti Aminah", "3323134107900001", "01/07/1990"]


def workbook(*, formula: bool = False, hidden: bool = False, far: int = 0) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("Satu")
    page.write_row(0, 0, HEAD)
    page.write_row(1, 0, LINE)
    if formula:
        page.write_formula(1, 2, "=TODAY()", value=45000)
    if far:
        page.write_string(far, 0, "x")
    if hidden:
        book.add_worksheet("Rahasia").hide()
    book.close()
    return out.getvalue()


def altered(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def with_part(name: str, part: bytes) -> bytes:
    return altered(workbook(), lambda parts: parts.__setitem__(name, part))


def with_entity() -> bytes:
    sheet = "xl/worksheets/sheet1.xml"
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    return altered(workbook(), lambda parts: parts.__setitem__(sheet, parts[sheet].replace(b"?>", b"?>" + doctype, 1)))


def with_far_row_unnamed() -> bytes:
    """A row that says it is the last one of the sheet, its cells without a place of their own."""
    sheet = "xl/worksheets/sheet1.xml"
    row = b'<row r="1048576"><c t="n"><v>1</v></c></row></sheetData>'
    return altered(workbook(), lambda parts: parts.__setitem__(sheet, parts[sheet].replace(b"</sheetData>", row)))


def ods(rows: bytes, *, extra: bytes = b"") -> bytes:
    """A small OpenDocument spreadsheet with these rows."""
    namespaces = b" ".join(
        b'xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (name, name)
        for name in (b"office", b"table", b"text")
    )
    content = (
        b"<office:document-content " + namespaces + b"><office:body><office:spreadsheet>"
        b'<table:table table:name="Satu">'
        + rows
        + b"</table:table>"
        + extra
        + b"</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", b"<manifest/>")
        archive.writestr("content.xml", content)
    return out.getvalue()


def ods_row(cells: list[str], said: bytes = b"") -> bytes:
    return (
        b"<table:table-row>"
        + b"".join(
            b'<table:table-cell office:value-type="string"'
            + said
            + b"><text:p>"
            + one.encode()
            + b"</text:p></table:table-cell>"
            for one in cells
        )
        + b"</table:table-row>"
    )


HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "a.xlsx", "empty"),
    "blank": (b"  \r\n\r\n", "a.csv", "empty"),
    "zeros": (b"\0" * 5000, "a.csv", "empty"),
    "no cells": (ods(b""), "a.ods", "empty"),
    "pdf": (b"%PDF-1.7 ...", "a.pdf", "ending"),
    "lying": (b"%PDF-1.7 ...", "a.xlsx", "lying"),
    "excel called csv": (workbook(), "a.csv", "lying"),
    "excel called xls": (workbook(), "a.xls", "lying"),
    "text called excel": (b"Nama;NIK\nA;1\n", "a.xlsx", "lying"),
    "a page called xls": (b"<html><table><tr><td>Nama</td></tr></table></html>", "a.xls", "html"),
    "truncated": (workbook()[:-200], "a.xlsx", "damaged"),
    "half": (b"PK\x03\x04" + b"x" * 400, "a.xlsx", "damaged"),
    "ole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", "damaged"),
    "macro ending": (workbook(), "a.xlsm", "macros"),
    "macro inside": (with_part("xl/vbaProject.bin", b"x"), "a.xlsx", "macros"),
    "links": (with_part("xl/externalLinks/externalLink1.xml", b"<x/>"), "a.xlsx", "links"),
    "entity": (with_entity(), "a.xlsx", "entities"),
    "entity outside": (
        with_part("xl/other.xml", b'<!doctype x SYSTEM "file:///etc/passwd"><x/>'),
        "a.xlsx",
        "entities",
    ),
    "bomb": (with_part("xl/media/a.bin", b"\0" * 40_000_000), "a.xlsx", "bomb"),
    "many parts": (
        altered(workbook(), lambda parts: parts.update({f"x/{n}": b"" for n in range(2_100)})),
        "a.xlsx",
        "bomb",
    ),
    "a million rows": (workbook(far=1_048_575), "a.xlsx", "rows"),
    "a million rows, unnamed": (with_far_row_unnamed(), "a.xlsx", "rows"),
    "wide text": ((";".join("x" * 400) + "\n").encode() * 3, "a.csv", "rows"),
    "long text": (b"Nama;NIK\n" * 50_100, "a.csv", "rows"),
    "hidden": (workbook(hidden=True), "a.xlsx", "hidden"),
    "repeated cell": (ods(ods_row(["x"], b' table:number-columns-repeated="16384"')), "a.ods", "rows"),
    "large": (b"Nama;NIK\n" * 2_000_000, "a.csv", "large"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(case: str) -> None:
    content, name, kind = HOSTILE[case]
    with pytest.raises(TableRefused) as refusal:
        reading.read(content, name)
    assert refusal.value.kind == kind


def cells(table: Table) -> list[list[object]]:
    return [[cell(one) for one in row] for row in table.sheets[0].rows if any(one is not None for one in row)]


TEXT = "Nama;NIK;Tgl Lahir\nSiti Aminah;3323134107900001;01/07/1990\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (workbook(), "a.xlsx"),
        (ods(ods_row(HEAD) + ods_row(LINE)), "a.ods"),
        (TEXT.encode(), "a.csv"),
        (TEXT.encode("utf-8-sig"), "a.csv"),
        (TEXT.replace(";", ",").encode(), "a.csv"),
        (TEXT.replace(";", "\t").encode("utf-16"), "a.txt"),
        (TEXT.encode("utf-16-le"), "a.csv"),
        (f"sep=;\r\n{TEXT}".encode(), "a.csv"),
    ],
)
def test_an_honest_file_gives_its_cells(content: bytes, name: str) -> None:
    assert cells(reading.read(content, name)[0]) == [HEAD, LINE]


def test_windows_letters_are_read() -> None:
    table, _ = reading.read("Nama;NIK\nRené Müller;1\n".encode("cp1252"), "a.csv")
    assert cells(table)[1][0] == "René Müller"


def test_dates_and_formulas_are_told() -> None:
    table, told = reading.read(workbook(formula=True), "a.xlsx")
    assert table.sheets[0].formulas == {"C2"}
    assert reading.loaded(told) == table
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    book.add_worksheet().write_datetime(3, 1, date(2024, 5, 16))
    book.close()
    assert cell(reading.read(out.getvalue(), "a.xlsx")[0].sheets[0].rows[3][1]) == date(2024, 5, 16)


def test_a_formula_in_a_text_table_is_told_too() -> None:
    formula = b' table:formula="of:=1+1"'
    table, _ = reading.read(ods(ods_row(HEAD) + ods_row(LINE, formula)), "a.ods")
    assert table.sheets[0].formulas == {"A2", "B2", "C2"}


def test_the_headings_are_found_below_a_title_and_on_the_second_sheet() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Sampul").write_string(0, 0, "KPU Kabupaten")
    page = book.add_worksheet("Daftar")
    page.write_string(0, 0, "DAFTAR NAMA ANGGOTA")
    page.write_row(
        4,
        1,
        ["No.", "NAMA LENGKAP (sesuai KTP)", "N I K", "Jenis Kelamin (L/P)", "TTL", "Kec.", "Desa/Kel.", "No. HP/WA"],
    )
    page.write_row(5, 1, [1, 2, 3, 4, 5, 6, 7, 8])
    page.write_row(
        6, 1, [1, "Siti", "3323134107900001", "P", "Temanggung, 1 Juli 1990", "Kranggan", "Pendowo", "08120"]
    )
    page.write_row(
        7, 1, [2, "Dewi", "3323134107900002", "P", "Temanggung, 1 Juli 1990", "Kranggan", "Pendowo", "08120"]
    )
    book.close()
    table, _ = reading.read(out.getvalue(), "a.xlsx")
    begins = columns.beginning(table)
    assert (begins.sheet, begins.header) == (1, 4)
    told = columns.proposed(table, begins, frozenset(), frozenset())
    assert told == {
        "2": "name",
        "3": "nik",
        "4": "gender",
        "5": "born_on",
        "6": "district",
        "7": "village",
        "8": "phone",
    }
    assert columns.lines(table.sheets[1], 4, told) == [6, 7], "the row that numbers the columns is no member"


def test_every_reason_has_its_sentence() -> None:
    from web.import_words import FILES

    raised = {kind for _, _, kind in HOSTILE.values()}
    source = "".join(
        (reading.ROOT / "workflows" / "imports" / name).read_text() for name in ("hostile.py", "child.py", "reading.py")
    )
    raised |= set(re.findall(r'(?:Hostile|TableRefused)\((?:kind=)?"(\w+)"', source))
    assert raised == set(FILES)
