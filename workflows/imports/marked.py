"""The sent table as a workbook with its wrong cells marked: mended there, it can be sent again as it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workflows.imports.fields import NOTE_HEADING
from workflows.imports.reading import Sheet, cell
from workflows.models import ImportFinding

WIDEST, NARROWEST = 40, 6


def workbook(
    sheet: Sheet, header: int, found: Mapping[int, Sequence[ImportFinding]], said: Callable[[ImportFinding], str]
) -> bytes:
    """Every row of the sheet in its place; a wrong cell is red and an odd one yellow, with its sentence as a comment,
    and all sentences of a row stand in the last column. Text stays text: nothing is computed."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                     "strings_to_numbers": False, "default_date_format": "dd/mm/yyyy"})
    page = book.add_worksheet((sheet.name or "Anggota")[:31])
    formats = {
        True: book.add_format({"bg_color": "#FBD5D0", "border": 1, "border_color": "#A5251F"}),
        False: book.add_format({"bg_color": "#FCEFD2", "border": 1, "border_color": "#7D4A00"}),
    }
    bold = book.add_format({"bold": True, "text_wrap": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    last = max((len(row) for row in sheet.rows), default=0)
    if header < len(sheet.rows) and NOTE_HEADING in sheet.rows[header]:
        last = list(sheet.rows[header]).index(NOTE_HEADING)
    for place, row in enumerate(sheet.rows):
        its = found.get(place + 1, ())
        marks = {one.column: one.hard for one in sorted(its, key=lambda one: one.hard)}  # hard wins
        for column, value in enumerate(row[:last]):
            mark = formats[marks[column]] if column in marks else bold if place == header else None
            _put(page, place, column, cell(value), mark)
        if its and place != header:
            _note(page, place, last, its, said, formats, wrap)
    page.write_string(header, last, NOTE_HEADING, bold)
    page.freeze_panes(header + 1, 0)
    _widths(page, sheet, header, last)
    book.close()
    return out.getvalue()


def _put(page: Worksheet, row: int, column: int, value: object, mark: Format | None) -> None:
    if value is None:
        if mark is not None:
            page.write_blank(row, column, None, mark)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, mark)
    elif isinstance(value, int | float):
        page.write_number(row, column, value, mark)
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), mark)  # noqa: DTZ001 - a day
    else:
        page.write_string(row, column, str(value), mark)


def _note(
    page: Worksheet, row: int, last: int, its: Sequence[ImportFinding], said: Callable[[ImportFinding], str],
    formats: Mapping[bool, Format], wrap: Format,
) -> None:
    by_column: dict[int, list[str]] = {}
    for one in its:
        by_column.setdefault(one.column, []).append(said(one))
    for column, sentences in by_column.items():
        if 0 <= column < last:
            page.write_comment(row, column, "\n".join(sentences), {"x_scale": 2, "author": "Tapak"})
    page.write_string(row, last, "\n".join(said(one) for one in its), wrap)


def _widths(page: Worksheet, sheet: Sheet, header: int, last: int) -> None:
    """Each column as wide as its longest cell of the first rows."""
    for column in range(last):
        texts = [str(cell(row[column])) for row in sheet.rows[header:header + 200] if column < len(row) and row[column]]
        page.set_column(column, column, min(max((len(text) for text in texts), default=0) + 2, WIDEST) or NARROWEST)
    page.set_column(last, last, 70)
