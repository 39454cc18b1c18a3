"""The register of regions: loaded from the Kemendagri list, asked by code, named the way people say it."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.errors import NotFound
from engine.phrases import Phrase
from workflows.models import Region

SOURCE = Path(__file__).parent / "data" / "wilayah_indonesia.csv.gz"
TEMANGGUNG = "33.23"
BATCH = 5_000
ABOVE_DOT = "/"  # the character after "." in byte order: codes below "33.23" lie from "33.23." up to "33.23/"

LABELS: Mapping[str, str] = {
    "ppk": "PPK",
    "pps": "PPS",
    "kpps": "KPPS",
    "pantarlih": "Pantarlih",
    "kecamatan": "Kec.",
    "camat": Phrase("camat"),
    "kapolsek": Phrase("kapolsek"),
    "danramil": Phrase("danramil"),
    "kades": Phrase("kepala desa"),
    "lurah": Phrase("lurah"),
}


@dataclass(frozen=True)
class Loaded:
    """How many regions a load inserted, renamed and found as they were."""

    inserted: int
    updated: int
    unchanged: int


def load(session: Session, *, within: str | None = TEMANGGUNG, source: Path = SOURCE) -> Loaded:
    """The regions of the list stand in the register; a second load changes nothing. `within=None` loads all 91,599.

    With a code, that region, everything below it and the regions above it are loaded. Regions that the list no longer
    has are kept, for bodies may stand on them. A code that the list lacks is refused with NotFound.
    """
    rows = list(_read(source)) if within is None else _part(source, within)
    if within is not None and not any(row["code"] == within for row in rows):
        raise NotFound(
            "Kode wilayah %(code)s tidak ada dalam daftar Kemendagri. Contoh penulisan: 33.23.", code=within
        )
    columns = (Region.code, Region.name, Region.level, Region.parent_code)
    known = {code: (name, level, parent) for code, name, level, parent in session.execute(select(*columns))}
    new = [row for row in rows if row["code"] not in known]
    changed = [
        row
        for row in rows
        if row["code"] in known and known[str(row["code"])] != (row["name"], row["level"], row["parent_code"])
    ]
    for start in range(0, len(new), BATCH):
        session.execute(insert(Region), new[start : start + BATCH])
    if changed:
        session.execute(update(Region), changed)
    return Loaded(len(new), len(changed), len(rows) - len(new) - len(changed))


@lru_cache(maxsize=4)
def _part(source: Path, within: str) -> list[dict[str, str | None]]:
    """The region, everything below it and the regions above it."""
    return [
        row for row in _read(source) if is_within(code := str(row["code"]), within) or is_within(within, code)
    ]


def _read(source: Path) -> Iterator[dict[str, str | None]]:
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for code, name, level, parent in rows:
            yield {"code": code, "name": " ".join(name.split()), "level": level, "parent_code": parent or None}


def is_within(code: str, prefix: str) -> bool:
    """Whether `code` is `prefix` itself or lies below it."""
    return code == prefix or code.startswith(prefix + ".")


def within(column: InstrumentedAttribute[str], prefix: str | ColumnElement[str]) -> ColumnElement[bool]:
    """The same as a condition that an index on `column` answers, on SQLite and PostgreSQL."""
    return or_(column == prefix, and_(column > prefix + ".", column < prefix + ABOVE_DOT))


def parent_code(code: str) -> str | None:
    """The code without its last part; None for a province."""
    return code.rpartition(".")[0] or None


def get(session: Session, code: str) -> Region:
    """The region of this code. Refused with NotFound."""
    region = session.get(Region, code)
    if region is None:
        raise NotFound("Wilayah %(code)s belum ada dalam daftar. Muat dulu daftar wilayahnya.", code=code)
    return region


def names(session: Session, codes: Sequence[str]) -> list[str]:
    """What these regions are called, in the order of their codes; unknown codes are left out."""
    return list(session.scalars(select(Region.name).where(Region.code.in_(codes)).order_by(Region.code)))


def head_of_village(code: str) -> str:
    """Who leads this desa or kelurahan: "lurah" or "kades".

    Source: Permendagri 58/2021, the first of the last four digits: 1 kelurahan, 2 desa, 3 desa adat. Other codes are
    refused with ValueError.
    """
    village = code.split(".")[3] if code.count(".") >= 3 else ""
    if len(village) != 4 or village[0] not in "123":
        raise ValueError(f"{code} is not the code of a desa or kelurahan")
    return "lurah" if village[0] == "1" else "kades"


def label(labels: Mapping[str, str], key: str) -> str:
    """What this region calls it: the agenda's own label, otherwise the usual one."""
    return labels.get(key) or LABELS[key]


def body_name(kind: str, name: str, kecamatan: str, unit: int = 0, labels: Mapping[str, str] = LABELS) -> str:
    """How people tell this body from all others: "PPK Kranggan", "PPS Rejosari, Kec. Pringsurat", "KPPS 003 ...".

    The kecamatan is always said below a PPK, for names of villages repeat within one regency.
    """
    first = f"{label(labels, kind)} {unit:03d} {name}" if unit else f"{label(labels, kind)} {name}"
    return first if kind == "ppk" else f"{first}, {label(labels, 'kecamatan')} {kecamatan}"
