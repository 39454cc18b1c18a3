"""A process of its own that opens one file nobody trusts, with little memory and little time, and tells its cells.

`python -m workflows.imports.child NAME < file` prints JSON: {"kind", "sheets": [{"name", "rows", "formulas"}]}, or
{"refused": kind, "named": {…}}. A cell is null, text, a number, true or false, or ["d", "2024-05-16"] for a date.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from workflows.imports import csv_text, hostile
from workflows.imports.hostile import MOST_COLUMNS, MOST_ROWS, Hostile

MEMORY, SECONDS = 1_500_000_000, 25
LONGEST_CELL = 2_000


def main() -> None:
    """Prints what standard input holds, or why it is not read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told = read(sys.stdin.buffer.read(), sys.argv[1])
    except Hostile as refusal:
        told = {"refused": refusal.kind, "named": refusal.named}
    except MemoryError:
        told = {"refused": "bomb", "named": {}}
    json.dump(told, sys.stdout, ensure_ascii=True)


def read(content: bytes, name: str) -> dict[str, Any]:
    """The visible sheets of this file. Hostile when it may not be opened or holds nothing."""
    kind = hostile.kind_of(content, name)
    formulas = hostile.look(content, kind)
    sheets = _csv(content) if kind == "csv" else _workbook(content, formulas)
    if not any(any(row) for sheet in sheets for row in sheet["rows"]):
        raise Hostile("empty")
    return {"kind": kind, "sheets": sheets}


def _csv(content: bytes) -> list[dict[str, Any]]:
    try:
        rows = csv_text.rows(content)
    except csv.Error:
        raise Hostile("damaged") from None
    if len(rows) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in rows):
        raise Hostile("rows")
    return [{"name": "", "rows": [[_cell(cell) for cell in row] for row in rows], "formulas": []}]


def _workbook(content: bytes, formulas: frozenset[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            for number, told in enumerate(book.sheets_metadata):
                if told.visible is not SheetVisibleEnum.Visible:
                    raise Hostile("hidden", sheet=told.name)
                if told.typ is SheetTypeEnum.WorkSheet:
                    here = [cell.partition("!")[2] for cell in formulas if cell.startswith(f"{number}!")]
                    found.append({"name": told.name, "rows": _rows(book, told.name), "formulas": here})
    except PasswordError:
        raise Hostile("password") from None
    except CalamineError:
        raise Hostile("damaged") from None
    return found


def _rows(book: CalamineWorkbook, name: str) -> list[list[Any]]:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        raise Hostile("rows")
    return [[_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return ["d", value.date().isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, bool | int | float):
        return value
    text = str(value).replace("\x00", "").strip()
    return text[:LONGEST_CELL] or None


if __name__ == "__main__":
    main()
