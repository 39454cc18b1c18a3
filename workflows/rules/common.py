"""Rules that hold for every stage's evidence: its dates, its photos, its letter numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from engine.host import Finding
from workflows.rules.facts import Facts
from workflows.rules.values import Data, Path, day, files, text

Rule = Callable[[Data, Facts], Iterable[Finding]]
DECREE_NUMBER = re.compile(r"\d{1,5}( Tahun \d{4})?", re.IGNORECASE)


def hard(path: Path, code: str, message: str) -> Finding:
    """A finding that refuses the evidence."""
    return Finding(path, code, message, True)


def soft(path: Path, code: str, message: str) -> Finding:
    """A finding that warns, and is shown to who approves."""
    return Finding(path, code, message, False)


def date_of(value: date) -> str:
    """A date in digits, as forms show it: 16-05-2024."""
    return f"{value:%d-%m-%Y}"


def past(path: Path, value: date | None, facts: Facts) -> Iterator[Finding]:
    """What was done was done by today."""
    if value is not None and value > facts.today:
        yield hard(path, "date.future", f"Tanggal {date_of(value)} belum terjadi. Isi tanggal paling lambat hari ini.")


def since_oath(path: Path, value: date | None, facts: Facts) -> Iterator[Finding]:
    """Nothing is done before the oath, and nothing in the future. Never compared with the order of the stages:
    a PPS is trained on the very day of its oath, before sowan and secretariat.
    """
    yield from past(path, value, facts)
    if value is None:
        return
    if facts.oath_on is None:
        yield soft(path, "date.oath_unknown", "Sumpah badan ini belum tercatat; tanggal diperiksa sesudahnya.")
    elif value < facts.oath_on:
        yield hard(
            path,
            "date.before_oath",
            f"Tanggal {date_of(value)} mendahului sumpah pada {date_of(facts.oath_on)}. Perbaiki tanggal ini.",
        )


def held_since_oath(data: Data, facts: Facts) -> Iterator[Finding]:
    """The day on which the evidence says it was held."""
    yield from since_oath(("held_on",), day(data, "held_on"), facts)


def photos_of_others(data: Data, facts: Facts) -> Iterator[Finding]:
    """A photo that another body handed in before. Only warns, and is not asked of events that many bodies share."""
    for file in files(data):
        other = facts.photos_elsewhere.get(file.sha256)
        if file.key == "photos" and other:
            yield soft(
                file.path,
                "photo.reused",
                f"Foto “{file.name}” sama dengan foto dari {other}. Pastikan foto ini milik kegiatan badan Anda.",
            )


def letter_number(data: Data, facts: Facts, document: str, *, decree: bool) -> Iterator[Finding]:
    """A number written unlike the office's guide, or registered with another date. Only warns: guides differ."""
    key = f"{document}_number"
    number = text(data, key)
    usual = re.fullmatch(facts.number_pattern, number) or (decree and DECREE_NUMBER.fullmatch(number))
    if number and not usual:
        yield soft(
            (key,),
            "letter.number",
            f"Nomor “{number}” tidak seperti pola biasanya, misalnya 397/PL.01.3-PU/3323/2024. Periksa sekali lagi.",
        )
    registered = facts.letters_elsewhere.get(document)
    if registered is not None:
        yield soft(
            (key,),
            "letter.date",
            f"Nomor “{number}” sudah terdaftar dengan tanggal {date_of(registered)}. Periksa nomor dan tanggalnya.",
        )
