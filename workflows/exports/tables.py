"""Rows as a file: Excel with dates as dates, numbers as numbers, all else as text; or CSV. Nothing is computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from workflows.exports.fields import Column, Field

UNSAFE = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""How a cell may begin that a spreadsheet would compute."""


def excel(
    path: Path, title: str, under: str, columns: Sequence[Column], fields: Mapping[str, Field],
    rows: Iterable[Mapping[str, Any]],
) -> int:
    """The table stands in this file; how many rows. Rows are written as they come and not kept in memory.

    The headings stay in view and on every printed page; the paper is A4, lying, one page wide.
    """
    book = xlsxwriter.Workbook(str(path), {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    })
    page = book.add_worksheet(title[:31])
    _print(page, columns, fields)
    head = book.add_format({"bold": True, "bg_color": "#E0EFEE", "border": 1, "text_wrap": True, "valign": "vcenter"})
    formats = {
        "text": book.add_format({"num_format": "@", "border": 1, "valign": "top", "text_wrap": True}),
        "number": book.add_format({"num_format": "0", "border": 1, "valign": "top"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy", "border": 1, "valign": "top"}),
    }
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, under)
    for number, column in enumerate(columns):
        page.write_string(3, number, column.heading, head)
    count = 0
    for count, row in enumerate(rows, 1):
        for number, column in enumerate(columns):
            kind = fields[column.field].type
            _put(page, 3 + count, number, row.get(column.field), kind, formats[kind])
    page.autofilter(3, 0, 3 + count, len(columns) - 1)
    book.close()
    return count


def _print(page: Worksheet, columns: Sequence[Column], fields: Mapping[str, Field]) -> None:
    for number, column in enumerate(columns):
        page.set_column(number, number, fields[column.field].width)
    page.freeze_panes(4, 0)
    page.repeat_rows(3)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4)
    page.set_footer("&L&A&RHalaman &P dari &N")


def _put(page: Worksheet, row: int, column: int, value: Any, kind: str, format_: Any) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, format_)
    elif kind == "number":
        page.write_number(row, column, value, format_)
    elif kind == "day":
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), format_)  # noqa: DTZ001 - a day
    else:
        page.write_string(row, column, str(value), format_)


def text(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The table as CSV, piece by piece: semicolons, as Excel in Indonesia reads them, behind a mark for UTF-8.

    What a spreadsheet would compute, and every long row of digits, is led by an apostrophe.
    """
    yield "\ufeff" + _line([column.heading for column in columns])
    for row in rows:
        yield _line([_cell(row.get(column.field)) for column in columns])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    said = " ".join(str(value).split())
    digits = isinstance(value, str) and said.isdecimal() and (len(said) > 11 or said.startswith("0"))
    return f"'{said}" if digits else said


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerow([f"'{cell}" if cell.startswith(UNSAFE) else cell for cell in cells])
    return out.getvalue()
