"""The rows of the board of blocked bodies as a table that leaves the house: CSV while they are read, or Excel."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from web import board_words
from web.board_words import Words
from workflows.blocked import Blocked
from workflows.exports import tables
from workflows.exports.fields import Column, Field

FIELDS = {
    "code": Field("", 16), "body": Field("", 34), "kind": Field("", 12), "district": Field("", 18),
    "stage": Field("", 18), "since": Field("", 14, "day"), "days": Field("", 8, "number"), "reason": Field("", 26),
    "why": Field("", 44), "who": Field("", 26), "frees": Field("", 44), "promised": Field("", 14, "day"),
}


def _headings(said: Words) -> list[Column]:
    gettext = said.gettext
    names = (
        gettext("Kode wilayah"), gettext("Badan"), gettext("Jenis badan"), gettext("Kecamatan"), gettext("Tahap"),
        gettext("Terhambat sejak"), gettext("Hari"), gettext("Alasan"), gettext("Penjelasan"),
        gettext("Yang harus bertindak"), gettext("Agar bergerak"), gettext("Dijanjikan"),
    )
    return [Column(field, name) for field, name in zip(FIELDS, names, strict=True)]


def _told(said: Words, row: Blocked, *, notes: bool) -> dict[str, Any]:
    card = said.card(row, notes=notes)
    promised = min((cause.promised_at for cause in row.causes if cause.promised_at), default=None)
    return {
        "code": row.scope, "body": row.name, "kind": board_words.kind_name(row.kind), "district": row.district_name,
        "stage": card.stage, "since": said.local(row.since), "days": said.days(row.since),
        "reason": "; ".join(told.reason for told in card.causes), "why": "; ".join(told.why for told in card.causes),
        "who": "; ".join(dict.fromkeys(told.who for told in card.causes)),
        "frees": "; ".join(told.frees for told in card.causes),
        "promised": said.last_day(promised) if promised else None,
    }


def text(said: Words, rows: Iterator[Blocked], *, notes: bool) -> Iterator[str]:
    """CSV, line by line."""
    yield "\ufeff" + _line([column.heading for column in _headings(said)])
    for row in rows:
        yield _line([_cell(value) for value in _told(said, row, notes=notes).values()])


def excel(said: Words, rows: Iterator[Blocked], *, notes: bool) -> BinaryIO:
    """An Excel file, open for reading; it is gone from the disk when it is closed."""
    title, under = said.gettext("Badan yang terhambat"), said.day(said.now)
    with tempfile.TemporaryDirectory(prefix="tapak-") as folder:
        path = Path(folder, "table.xlsx")
        tables.excel(path, title, under, _headings(said), FIELDS, (_told(said, row, notes=notes) for row in rows))
        return path.open("rb")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _line(cells: list[str]) -> str:
    """One line; a cell that a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(tables.UNSAFE) else cell for cell in cells])
    return out.getvalue()
