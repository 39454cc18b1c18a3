"""Where a table begins, and what its columns mean: by their headings, by what stands in them, or as it was said."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.imports import cells
from workflows.imports.cells import Wrong
from workflows.imports.fields import NOTE_HEADING, field_of, plain
from workflows.imports.reading import Cell, Sheet, Table, cell

HEADER_WITHIN = 30
LOOKED_AT = 60
SURE = 0.8
"""So large a share of the cells must look like a field before their column is taken for it."""


@dataclass(frozen=True)
class Beginning:
    """The sheet and row, from 0, in which the headings stand, and the headings."""

    sheet: int
    header: int
    headings: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Names these headings; a column that the marked file added does not count."""
        told = [plain(one) for one in self.headings if one != NOTE_HEADING]
        while told and not told[-1]:
            told.pop()
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def beginning(table: Table) -> Beginning:
    """The row with the most headings that are known, of the sheet where that is; else the first row with two cells."""
    best, most = (0, _first_filled(table.sheets[0])), 1
    for number, sheet in enumerate(table.sheets):
        for place, row in enumerate(sheet.rows[:HEADER_WITHIN]):
            known = len({found for one in row if isinstance(one, str) and (found := field_of(one))})
            if known > most:
                best, most = (number, place), known
    return at(table, *best)


def at(table: Table, sheet: int, header: int) -> Beginning:
    """The headings in that row. IndexError for a sheet or row that is not there."""
    row = table.sheets[sheet].rows[header]
    return Beginning(sheet, header, tuple(" ".join(str(one).split()) if one is not None else "" for one in row))


def _first_filled(sheet: Sheet) -> int:
    return next((place for place, row in enumerate(sheet.rows) if sum(one is not None for one in row) > 1), 0)


def proposed(
    table: Table, begins: Beginning, districts: frozenset[str], villages: frozenset[str]
) -> dict[str, str]:
    """{column number: field}: by headings first, each field once; then by content for columns without a known one.

    `districts` and `villages` are the plain names of the regions that rows may speak of.
    """
    found: dict[str, str] = {}
    for number, heading in enumerate(begins.headings):
        field = field_of(heading)
        if field and field not in found.values():
            found[str(number)] = field
    lines = table.sheets[begins.sheet].rows[begins.header + 1:][:LOOKED_AT]
    for number, heading in enumerate(begins.headings):
        if str(number) in found or heading == NOTE_HEADING or field_of(heading):
            continue
        values = [cell(row[number]) for row in lines if number < len(row) and row[number] is not None]
        field = _by_content(values, districts, villages)
        if field and field not in found.values():
            found[str(number)] = field
    return found


def _by_content(values: Sequence[Cell], districts: frozenset[str], villages: frozenset[str]) -> str | None:
    if len(values) < 2:
        return None
    looks: Mapping[str, Callable[[Cell], bool]] = {
        "nik": lambda one: _reads(cells.nik, one),
        "phone": lambda one: re.fullmatch(r"(\+?62|0)?8\d{8,11}", plain(one).replace(" ", "")) is not None,
        "code": lambda one: isinstance(one, str) and "." in one and _reads(cells.code, one),
        "gender": lambda one: plain(one) in cells.GENDERS,
        "district": lambda one: plain(one) in districts,
        "village": lambda one: plain(one) in villages,
    }
    counts = Counter(field for one in values for field, look in looks.items() if look(one))
    field, count = max(counts.items(), key=lambda pair: pair[1], default=("", 0))
    return field if count >= SURE * len(values) else None


def _reads(reader: Callable[[Cell], Any], one: Cell) -> bool:
    try:
        return reader(one) is not None
    except Wrong:
        return False


def lines(sheet: Sheet, begins: int, columns: Mapping[str, str]) -> list[int]:
    """The rows, from 0, below the headings in which a mapped cell is filled; a row that only numbers the columns, as
    forms have below their headings, is none."""
    numbers = sorted(int(column) for column in columns)
    return [
        place for place, row in enumerate(sheet.rows[begins + 1:], begins + 1)
        if _filled(row, numbers) and not (place == begins + 1 and _numbers_columns(row))
    ]


def _filled(row: Sequence[Any], numbers: Sequence[int]) -> bool:
    """Whether one of these cells is; the numbers rise."""
    for number in numbers:
        if number >= len(row):
            return False
        if row[number] is not None:
            return True
    return False


def _numbers_columns(row: Sequence[Any]) -> bool:
    """Whether the cells are 1, 2, 3 … or (1), (2), (3) …"""
    told = [plain(int(one) if isinstance(one, float) else one) for one in row if one is not None]
    return len(told) > 2 and told == [str(number) for number in range(1, len(told) + 1)]
