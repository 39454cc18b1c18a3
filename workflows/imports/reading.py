"""A file that somebody sent becomes a table: sheets of cells, or a sentence that says why not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import Refused
from workflows.imports.hostile import column_name

ROOT = Path(__file__).resolve().parents[2]
LARGEST_BYTES = 12_000_000
SECONDS = 40

Cell = str | int | float | bool | date | None


class TableRefused(Refused):
    """Berkas ini tidak dapat dibaca sebagai daftar anggota. Simpan sebagai .xlsx dari Excel, lalu kirim lagi."""

    def __init__(self, kind: str, **named: str) -> None:
        """`kind` is one of `workflows.imports.hostile` and "large"; its sentence stands in `web.import_words`."""
        super().__init__()
        self.kind, self.named = kind, named


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet, row by row from its first; `formulas` are the cells ("C5") that are computed."""

    name: str
    rows: Sequence[Sequence[Cell]]
    formulas: frozenset[str] = field(default_factory=frozenset)

    def computed(self, row: int, column: int) -> bool:
        """Whether this cell, both counted from 0, holds a formula."""
        return f"{column_name(column)}{row + 1}" in self.formulas


@dataclass(frozen=True)
class Table:
    """A file as it was understood: "xlsx", "xls", "ods" or "csv", and its visible sheets."""

    kind: str
    sheets: Sequence[Sheet]


def read(content: bytes, name: str) -> tuple[Table, bytes]:
    """The table, and the JSON it can be had from again with `loaded`. TableRefused, with what to do, for what is no
    table, too large, or not to be trusted. The file is opened by another process, with limits of memory and time."""
    if len(content) > LARGEST_BYTES:
        raise TableRefused(kind="large")
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "workflows.imports.child", name[-100:]], input=content, cwd=ROOT, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise TableRefused(kind="bomb") from None
    if answer.returncode != 0:  # the limits, or the reader itself, put an end to it
        raise TableRefused("bomb" if answer.returncode < 0 else "damaged")
    told = json.loads(answer.stdout)
    if "refused" in told:
        raise TableRefused(told["refused"], **{name: str(value) for name, value in told["named"].items()})
    return _table(told), answer.stdout


def loaded(content: bytes) -> Table:
    """The table that `read` told as JSON."""
    return _table(json.loads(content))


def _table(told: Mapping[str, Any]) -> Table:
    return Table(told["kind"], [
        Sheet(sheet["name"], sheet["rows"], frozenset(sheet["formulas"])) for sheet in told["sheets"]
    ])


def cell(value: Any) -> Cell:
    """A cell of the JSON as a value."""
    return date.fromisoformat(value[1]) if isinstance(value, list) else value
