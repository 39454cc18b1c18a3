"""One row as a member of a body, as far as the row alone can tell; and everything that is wrong with it, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from workflows.bodies import MEMBERS
from workflows.imports import cells
from workflows.imports.cells import Wrong
from workflows.imports.fields import plain
from workflows.imports.hostile import column_name
from workflows.imports.places import Place, Places, covered
from workflows.imports.reading import Cell, Sheet, cell
from workflows.people import NikKeys, nik_agrees
from workflows.regions import is_within
from workflows.rules.roster import OLDEST_KPPS, SCHOOLED, YOUNGEST, age_on

T = TypeVar("T")
SCHOOLED_TOO = frozenset({"slta", "smu", "stm", "smea", "sarjana", "diploma", "aliyah", "magister", "diii"})
UNTOLD = ""
"""The post of somebody who serves, where the row does not tell whether as ketua."""


@dataclass(frozen=True)
class Found:
    """One thing wrong (`hard`), or odd, with a row; `column` from 0, -1 for the row as a whole."""

    line: int
    column: int
    kind: str
    hard: bool = True
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Staged:
    """A row as it would be written; the NIK sealed. `body` is None where the row does not say which."""

    line: int
    body: Place | None
    nik_digest: str | None
    nik_sealed: bytes | None
    post: str
    division: str | None
    rank: int | None
    particulars: Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """What all rows of one import share: what its columns mean, where, and when the members will be sworn in."""

    sheet: Sheet
    columns: Mapping[str, int]
    kind: str
    district: str
    places: Places
    scopes: Sequence[str]
    keys: NikKeys
    sworn_on: Mapping[str, date]
    voting_day: date
    today: date
    divisions: Mapping[str, Mapping[str, str]]


class Reader:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, setting: Setting, place: int) -> None:
        self.setting, self.line = setting, place + 1
        self.row = setting.sheet.rows[place]
        self.found: list[Found] = []

    def has(self, name: str) -> bool:
        return name in self.setting.columns

    def take(self, name: str, reader: Callable[[Cell], T]) -> T | None:
        """The field's value; None where it has no column, or what stands there is wrong."""
        column = self.setting.columns.get(name)
        if column is None:
            return None
        if self.setting.sheet.formulas and self.setting.sheet.computed(self.line - 1, column):
            self.wrong(name, "formula", cell=f"{column_name(column)}{self.line}")
            return None
        try:
            return reader(cell(self.row[column]) if column < len(self.row) else None)
        except Wrong as wrong:
            self.wrong(name, wrong.kind, **wrong.named)
            return None

    def wrong(self, name: str, kind: str, /, **named: str) -> None:
        """The row is refused for this field."""
        self._say(name, kind, True, named)

    def odd(self, name: str, kind: str, /, **named: str) -> None:
        """The row is taken, and this is told."""
        self._say(name, kind, False, named)

    def _say(self, name: str, kind: str, hard: bool, named: Mapping[str, str]) -> None:
        column = self.setting.columns.get(name, -1)
        told = {"column": column_name(column), **named} if column >= 0 else named
        self.found.append(Found(self.line, column, kind, hard, told))


def read(setting: Setting, place: int) -> tuple[Staged, list[Found]]:
    """The row at this place of the sheet, from 0, and what is wrong with it."""
    row = Reader(setting, place)
    name = row.take("name", cells.name)
    nik = row.take("nik", cells.nik)
    body = _body(row)
    born_on = row.take("born_on", lambda one: cells.day(one, setting.today))
    gender = row.take("gender", cells.gender)
    if nik and not nik_agrees(nik, born_on, gender):
        row.odd("nik", "nik_unlikely")
    if nik and gender is None and not any(one.kind == "gender" for one in row.found):
        gender = "P" if int(nik[6:8]) > 40 else "L"
    education = row.take("education", lambda one: cells.text(one, 40)) or None
    domicile = row.take("domicile_code", cells.code)
    particulars = {
        "name": name or "", "gender": gender, "born_on": born_on.isoformat() if born_on else None,
        "phone": row.take("phone", cells.phone), "education": education, "domicile_code": domicile,
        "address": row.take("address", lambda one: cells.text(one, 300)) or None,
    }
    rank = row.take("rank", cells.rank)
    staged = Staged(
        row.line, body, setting.keys.digest(nik) if nik else None, setting.keys.seal(nik) if nik else None,
        _post(row, body, rank), _division(row, body), rank, particulars,
    )
    if body is not None:
        _requirements(row, body, born_on, education, domicile)
    return staged, row.found


def _body(row: Reader) -> Place | None:
    """The body by the row's code, or by its names; its kind as the row, the choice for the file, or the place says."""
    setting, before = row.setting, len(row.found)
    said_kind = row.take("kind", cells.kind)
    unit = row.take("unit", cells.unit) or 0
    told = row.take("code", cells.code)
    district, village = (row.take(one, lambda value: cells.text(value, 100)) for one in ("district", "village"))
    if len(row.found) > before:
        return None
    kind = said_kind or setting.kind
    where = "code" if told else "village" if village and kind != "ppk" else "district"
    try:
        code = told or _by_names(setting, kind, district or "", village or "")
        if told and told not in setting.places.names:
            raise Wrong("code_unknown", said=told)
        kind = kind or ("ppk" if code.count(".") == 2 else "pps")
        if kind == "ppk" and code.count(".") == 3:
            code = code.rpartition(".")[0]
        elif kind != "ppk" and code.count(".") == 2:
            raise Wrong("village_missing", kind=kind.upper())
        if kind in ("kpps", "pantarlih") and not unit:
            raise Wrong("unit_missing", kind=kind.upper())
        found = setting.places.body(kind, code, unit if kind in ("kpps", "pantarlih") else 0)
    except Wrong as wrong:
        here = "district" if wrong.kind.startswith("district") or not row.has(where) else where
        row.wrong(here, wrong.kind, **wrong.named)
        return None
    if not covered(found, setting.scopes):
        row.wrong(where if row.has(where) else "district", "outside", body=found.name)
        return None
    return found


def _by_names(setting: Setting, kind: str, district: str, village: str) -> str:
    """The code of the region named; a village is looked for in its kecamatan alone."""
    if not district and not setting.district:
        raise Wrong("place_missing")
    above = setting.places.district(district) if district else setting.district
    return setting.places.village(above, village) if village and kind != "ppk" else above


def _post(row: Reader, body: Place | None, rank: int | None) -> str:
    """"ketua", "anggota", "cadangan", or UNTOLD for who serves without more being said. Without a word on who was
    chosen, those serve whose rank is within the seats."""
    post = row.take("post", cells.post)
    chosen = row.take("chosen", cells.chosen)
    if chosen is False:
        return "cadangan"
    if post or chosen:
        return post or UNTOLD
    seats = MEMBERS[body.kind][1] if body else 0
    return "cadangan" if rank and body and rank > seats else UNTOLD


def _division(row: Reader, body: Place | None) -> str | None:
    """The code of a division of the agenda. Only warned, and left out, where the agenda knows none of that name."""
    said = row.take("division", lambda one: cells.text(one, 200))
    if not said or body is None:
        return None
    names = row.setting.divisions.get(body.kind, {})
    wanted = plain(said).removeprefix("divisi ").removeprefix("bidang ")
    found = [code for code, name in names.items() if wanted in (code, plain(name))] or [
        code for code, name in names.items() if plain(name).startswith(wanted) or wanted.startswith(
            plain(name.partition(",")[0]))
    ]
    if len(found) != 1:
        row.odd("division", "division", said=said[:60])
        return None
    return found[0]


def _requirements(row: Reader, body: Place, born_on: date | None, education: str | None, domicile: str | None) -> None:
    """Age on the day of the oath and home, which bind; schooling, which may have its exception. PKPU 8/2022 ps. 35."""
    setting = row.setting
    sworn = body.oath_on or setting.sworn_on.get(body.kind) or setting.today
    if born_on and (age := age_on(born_on, sworn)) < YOUNGEST:
        row.wrong("born_on", "young", age=str(age))
    if born_on and body.kind == "kpps" and age_on(born_on, setting.voting_day) > OLDEST_KPPS:
        row.odd("born_on", "old")
    words = set((education or "").casefold().replace("-", "").replace("/", " ").replace(".", "").split())
    if education and not SCHOOLED & words and not words & SCHOOLED_TOO:
        row.odd("education", "education", said=education)
    if domicile and not is_within(domicile, body.code):
        row.wrong("domicile_code", "domicile")
