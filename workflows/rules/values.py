"""Reading what a form gave: dates as dates, rows as rows, files wherever they lie. Nothing here judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Path = tuple[str | int, ...]
Data = Mapping[str, Any]


def text(data: Data, key: str) -> str:
    """The text at `key` without spaces around it; "" where there is none."""
    value = data.get(key)
    return value.strip() if isinstance(value, str) else ""


def day(data: Data, key: str) -> date | None:
    """The date at `key`, given as a date or as 2024-05-16; None where there is none."""
    value = data.get(key)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def number(data: Data, key: str) -> Decimal | None:
    """The number at `key`; None where there is none."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def yes(data: Data, key: str) -> bool:
    """Whether the answer at `key` is yes: a ticked box or the choice "yes"."""
    return data.get(key) in (True, "true", "yes", "ya")


def rows(data: Data, key: str) -> list[Data]:
    """The rows of the list at `key`, each a mapping."""
    value = data.get(key)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []


def names(data: Data, key: str) -> list[str]:
    """The names at `key`: a list of texts, or one text with commas, lines or "dan" between."""
    value = data.get(key)
    if isinstance(value, str):
        return [part.strip() for part in value.replace("\n", ",").replace(" dan ", ",").split(",") if part.strip()]
    return [part.strip() for part in value if isinstance(part, str)] if isinstance(value, list | tuple) else []


@dataclass(frozen=True)
class FileAt:
    """One attached file and where it lies in the form; `key` is the field's own name, whatever list it stands in."""

    path: Path
    key: str
    sha256: str
    name: str


def files(value: Any, path: Path = ()) -> Iterator[FileAt]:
    """Every file in the data, at any depth. A file is an object with a "sha256"."""
    if isinstance(value, Mapping):
        if isinstance(value.get("sha256"), str):
            key = next((step for step in reversed(path) if isinstance(step, str)), "")
            yield FileAt(path, key, value["sha256"], str(value.get("name") or "berkas"))
            return
        for key, inner in value.items():
            yield from files(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from files(inner, (*path, place))


def has_file(data: Data, key: str) -> bool:
    """Whether at least one file is attached at `key`."""
    return any(True for _ in files(data.get(key)))
