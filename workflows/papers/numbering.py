"""The numbers of letters: the pattern an office writes them by, and the series that gives each number once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.phrases import Phrase
from workflows.models import Letter, LetterSeries
from workflows.papers.terbilang import roman_month

PLACEHOLDERS: Mapping[str, str] = {
    "nomor": Phrase("Nomor urut. {nomor:03} menulisnya tiga angka: 007."),
    "kode": Phrase("Kode klasifikasi arsip jenis surat ini, misalnya PP.04.2."),
    "jenis": Phrase("Singkatan jenis surat, misalnya SD, BA atau Kpt."),
    "satker": Phrase("Kode satuan kerja KPU kabupaten/kota tanpa titik, misalnya 3323."),
    "wilayah": Phrase("Kode wilayah yang menerbitkan tanpa titik: 3323 untuk KPU, 332313 untuk PPK."),
    "bulan_romawi": Phrase("Bulan tanggal surat dengan angka Romawi, misalnya V."),
    "bulan": Phrase("Bulan tanggal surat dengan dua angka, misalnya 05."),
    "tahun": Phrase("Tahun tanggal surat. Bila dipakai, nomor urut mulai lagi dari 1 setiap tahun."),
}
LONGEST = 100
_PLACE = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
_series = table_of(LetterSeries)


def faults(pattern: str) -> list[Phrase]:
    """What is wrong with a pattern, each with its mend; [] when numbers can be written by it."""
    found: list[Phrase] = []
    if not pattern.strip():
        return [Phrase("Isi pola nomor, misalnya {nomor:03}/{kode}-{jenis}/{wilayah}/{tahun}.")]
    names = [match[1].strip() for match in _PLACE.finditer(pattern)]
    for match in _PLACE.finditer(pattern):
        name, shape = match[1].strip(), match[2]
        if name not in PLACEHOLDERS:
            found.append(Phrase("Isian {%(name)s} tidak dikenal. %(mend)s", name=name, mend=_meant(name)))
        elif shape is not None and (name != "nomor" or not re.fullmatch(r"0?[1-9]", shape)):
            found.append(Phrase(
                "Bentuk {%(name)s:%(shape)s} tidak dikenal. Hanya nomor yang berbentuk, misalnya {nomor:03}.",
                name=name, shape=shape,
            ))
    if names.count("nomor") != 1:
        found.append(Phrase("Pola harus memuat {nomor} tepat satu kali, supaya setiap surat bernomor sendiri."))
    if re.search(r"[{}]", _PLACE.sub("", pattern)):
        found.append(Phrase("Ada kurung kurawal yang tidak berpasangan. Setiap isian ditulis {nama}."))
    if not found and len(written(pattern, 99999, dict.fromkeys(PLACEHOLDERS, "x" * 10), date(2000, 8, 1))) > LONGEST:
        found.append(Phrase("Nomor menurut pola ini terlalu panjang; paling banyak %(most)s huruf.", most=str(LONGEST)))
    return found


def _meant(name: str) -> Phrase:
    if near := difflib.get_close_matches(name, PLACEHOLDERS, 1, 0.5):
        return Phrase("Maksudnya {%(name)s}?", name=near[0])
    return Phrase("Pilih: %(names)s.", names=", ".join(PLACEHOLDERS))


def written(pattern: str, serial: int, values: Mapping[str, str], on: date) -> str:
    """The number as it stands on the letter. ValueError for a pattern with faults of its placeholders."""
    known = {
        **values, "bulan_romawi": roman_month(on), "bulan": f"{on.month:02d}", "tahun": str(on.year),
    }

    def one(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name == "nomor":
            shape = match[2] or "1"
            return f"{serial:0{int(shape)}d}"
        if name not in known:
            raise ValueError(f"no such placeholder: {name}")
        return known[name]

    return " ".join(_PLACE.sub(one, pattern).split())


def year_of(pattern: str, on: date) -> int:
    """The year whose numbers these are; 0 when the pattern does not say the year, for then they must not begin anew."""
    return on.year if "tahun" in {match[1].strip() for match in _PLACE.finditer(pattern)} else 0


def take(
    session: Session, *, agenda_id: int, series: str, issuer_code: str, year: int, count: int,
    write: Callable[[int], str],
) -> list[tuple[int, str]]:
    """The next `count` (serial, number) of the series, each given once and without a gap, to this transaction.

    Whoever asks for the same series waits until this transaction ends; rolled back, the numbers are free again. A
    number that this office already has in its register (written by hand before) is passed over.
    """
    last = _locked(session, agenda_id, series, issuer_code, year)
    taken: list[tuple[int, str]] = []
    while len(taken) < count:
        wanted = [(serial, write(serial)) for serial in range(last + 1, last + 1 + count - len(taken))]
        standing = set(session.scalars(select(Letter.number).where(
            Letter.agenda_id == agenda_id, Letter.issuer_code == issuer_code,
            Letter.number.in_([number for _, number in wanted]),
        )))
        taken.extend(one for one in wanted if one[1] not in standing)
        last = wanted[-1][0]
    _set(session, agenda_id, series, issuer_code, year, last)
    return taken


def begin_at(
    session: Session, *, agenda_id: int, series: str, issuer_code: str, year: int, last: int
) -> int:
    """The series goes on after `last`, if it has not come so far yet; the answer is the last number it has given."""
    standing = _locked(session, agenda_id, series, issuer_code, year)
    if last > standing:
        _set(session, agenda_id, series, issuer_code, year, last)
    return max(last, standing)


def _locked(session: Session, agenda_id: int, series: str, issuer_code: str, year: int) -> int:
    """The last number given; the series' row is this transaction's until it ends, also when it was made just now."""
    insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    key = {"agenda_id": agenda_id, "series": series, "issuer_code": issuer_code, "year": year}
    statement = insert(_series).values(**key, last=0)
    locking = statement.on_conflict_do_update(
        index_elements=list(key), set_={"last": _series.c["last"]}
    ).returning(_series.c["last"])
    return int(session.execute(locking).scalar_one())


def _set(session: Session, agenda_id: int, series: str, issuer_code: str, year: int, last: int) -> None:
    session.execute(_series.update().where(
        _series.c.agenda_id == agenda_id, _series.c.series == series, _series.c.issuer_code == issuer_code,
        _series.c.year == year,
    ).values(last=last))
