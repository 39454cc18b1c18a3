"""What a workbook may not be: a bomb, a program, a letter in another's envelope. Looked at before it is opened.

Everything here runs in the process of `workflows.imports.child`, whose memory and time are limited.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

import olefile

MEMBERS = 2_000
WHOLE_BYTES = 250_000_000
RATIO = 250
SMALL = 1_000_000
"""A part of under so many bytes may be packed as tightly as it likes."""
CHUNK = 1 << 18
OVERLAP = 4_096
MOST_ROWS, MOST_COLUMNS = 50_000, 300

ZIP, OLE, RTF, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"%PDF"
ODS_MEDIA = b"application/vnd.oasis.opendocument.spreadsheet"
ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,9})"')
FORMULA = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<(?:\w+:)?f[\s/>]'
)
SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
ODS_PART = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
ODS_TIMES = re.compile(rb'table:number-(?:rows|columns)-repeated="(\d{1,9})"')
XLS_FORMULA, XLS_PASSWORD, XLS_SHEET = 0x0006, 0x002F, 0x0809


class Hostile(Exception):
    """This file is not read; `kind` says why, `named` what the sentence names."""

    def __init__(self, kind: str, /, **named: str) -> None:
        super().__init__(kind)
        self.kind, self.named = kind, named


def kind_of(content: bytes, name: str) -> str:
    """"xlsx", "ods", "xls" or "csv", by its bytes. Hostile: empty, of another kind, or called what it is not."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if not content.strip():
        raise Hostile("empty")
    if ending in ("xlsm", "xltm", "xlsb", "xlam", "xla"):
        raise Hostile("macros")
    found = _by_bytes(content)
    wanted = {"xlsx": "xlsx", "ods": "ods", "xls": "xls", "csv": "csv", "txt": "csv", "tsv": "csv"}.get(ending)
    if wanted is None:
        raise Hostile("ending", ending=ending or "-")
    if found == "html":
        raise Hostile("html")
    if found != wanted:
        raise Hostile("lying", ending=ending, found=found)
    return found


def _by_bytes(content: bytes) -> str:
    if content.startswith(ZIP):
        return _kind_of_zip(content)
    if content.startswith(OLE):
        return _kind_of_ole(content)
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta")):
        return "html"
    if content.startswith((RTF, PDF)) or _is_binary(content):
        return "binary"
    return "csv"


def _is_binary(content: bytes) -> bool:
    """Whether there are control characters that no text has; UTF-16 has every second byte zero."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    zeros = content[:4096].count(0)
    if zeros:
        return zeros < len(content[:4096]) // 3 or len(content) % 2 == 1
    return any(byte < 9 or 13 < byte < 32 for byte in content[:65536])


def _kind_of_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {info.filename for info in archive.infolist()}
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "xl/workbook.bin" in names:
                raise Hostile("macros")
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return "ods" if archive.read("mimetype").strip() == ODS_MEDIA else "binary"
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError):
        raise Hostile("damaged") from None
    return "binary"


def _kind_of_ole(content: bytes) -> str:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            if ole.exists("EncryptedPackage"):
                raise Hostile("password")
            return "xls" if ole.exists("Workbook") or ole.exists("Book") else "binary"
    except (OSError, ValueError, IndexError, TypeError):
        raise Hostile("damaged") from None


def look(content: bytes, kind: str) -> frozenset[str]:
    """The workbook may be opened. Answers with what is computed in it: "0!C5" for a formula in cell
    C5 of the first sheet. Hostile for all else."""
    if kind == "xls":
        return _look_xls(content)
    if kind == "csv":
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_archive(archive)
            return _look_xlsx(archive) if kind == "xlsx" else _look_ods(archive)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, OSError):
        raise Hostile("damaged") from None


def _look_archive(archive: zipfile.ZipFile) -> None:
    """Its parts are few, not packed too tightly, hold no program and point at nothing outside."""
    parts = archive.infolist()
    if len(parts) > MEMBERS:
        raise Hostile("bomb")
    packed, whole = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
    tight = any(part.file_size > SMALL and part.file_size > RATIO * max(part.compress_size, 1) for part in parts)
    if whole > WHOLE_BYTES or whole > max(RATIO * packed, SMALL) or tight:
        raise Hostile("bomb")
    for part in parts:
        name = part.filename.lower()
        if part.flag_bits & 1:
            raise Hostile("password")
        if "vbaproject" in name or name.startswith(("basic/", "scripts/")) or "/macrosheets/" in name:
            raise Hostile("macros")
        if "externallinks/" in name or name.endswith("connections.xml"):
            raise Hostile("links")
        if name.endswith((".xml", ".rels", ".vml")):
            for piece in _pieces(archive, part):
                if ENTITY.search(piece):
                    raise Hostile("entities")
                if name.endswith("[content_types].xml") and b"macroEnabled" in piece:
                    raise Hostile("macros")


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part, unpacked piece by piece; each begins with the end of the one before."""
    kept = b""
    with archive.open(part) as stream:
        while piece := stream.read(CHUNK):
            yield kept + piece
            kept = piece[-OVERLAP:]


def _look_xlsx(archive: zipfile.ZipFile) -> frozenset[str]:
    formulas: set[str] = set()
    numbers = _numbers_of_sheets(archive)
    for part in archive.infolist():
        if not part.filename.startswith("xl/worksheets/") or not part.filename.endswith(".xml"):
            continue
        number = numbers.get(part.filename.removeprefix("xl/"), 0)
        for piece in _pieces(archive, part):
            if any(int(row) > MOST_ROWS for row in ROW.findall(piece)):
                raise Hostile("rows")
            for column, row in CELL.findall(piece):
                if int(row) > MOST_ROWS or column_number(column.decode()) >= MOST_COLUMNS:
                    raise Hostile("rows")
            formulas.update(f"{number}!{cell.decode()}" for cell in FORMULA.findall(piece))
    return frozenset(formulas)


def _numbers_of_sheets(archive: zipfile.ZipFile) -> dict[str, int]:
    """Which sheet, in the order of the workbook, each part is: {"worksheets/sheet1.xml": 0}."""
    targets = {}
    for tag in RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        said = dict(ATTRIBUTE.findall(tag))
        targets[said.get(b"Id", b"")] = said.get(b"Target", b"").decode("utf-8", "replace").removeprefix("/xl/")
    sheets = [dict(ATTRIBUTE.findall(tag)) for tag in SHEET.findall(archive.read("xl/workbook.xml"))]
    return {targets.get(next((said[key] for key in said if key.endswith(b"id") and key != b"sheetId"), b""), ""): place
            for place, said in enumerate(sheets)}


def _look_ods(archive: zipfile.ZipFile) -> frozenset[str]:
    """The tables are walked tag by tag: a cell that has a value and stands, or is repeated, too far out is refused."""
    if b"manifest:encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Hostile("password")
    formulas: set[str] = set()
    sheet, row, column, row_times = -1, 0, 0, 0
    for found in ODS_PART.finditer(archive.read("content.xml")):
        part, said = found.groups()
        repeated = ODS_TIMES.search(said)
        times = int(repeated[1]) if repeated else 1
        if part == b"table":
            sheet, row, row_times = sheet + 1, 0, 0
        elif part == b"table-row":
            row, column, row_times = row + row_times, 0, times
        else:
            filled = b"value-type=" in said
            if filled and (column + times > MOST_COLUMNS or row + row_times > MOST_ROWS):
                raise Hostile("rows")
            if b"table:formula=" in said:
                formulas.add(f"{sheet}!{column_name(column)}{row + 1}")
            column += times
    return frozenset(formulas)


def _look_xls(content: bytes) -> frozenset[str]:
    """BIFF: a stream of records, each with its number and length; sheets begin with a BOF of their own."""
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        if ole.exists("_VBA_PROJECT_CUR") or ole.exists("VBA"):
            raise Hostile("macros")
        stream = ole.openstream("Workbook" if ole.exists("Workbook") else "Book").read()
    formulas: set[str] = set()
    place, sheet = 0, -2  # the first BOF is that of the whole book
    while place + 4 <= len(stream):
        number, length = (int.from_bytes(stream[at:at + 2], "little") for at in (place, place + 2))
        body = stream[place + 4:place + 4 + length]
        if number == XLS_PASSWORD:
            raise Hostile("password")
        if number == XLS_SHEET:
            sheet += 1
        if number == XLS_FORMULA and length >= 4:
            row, column = int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little")
            formulas.add(f"{sheet + 1 if sheet < 0 else sheet}!{column_name(column)}{row + 1}")
        place += 4 + length
    return frozenset(formulas)


def column_number(name: str) -> int:
    """"A" → 0, "AB" → 27."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_name(number: int) -> str:
    """0 → "A", 27 → "AB"."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
