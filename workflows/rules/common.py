"""Rules that hold for every stage's evidence: its dates, its photos, its letter numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from engine.host import Finding
from engine.phrases import Figure, Phrase
from workflows.rules.facts import Facts
from workflows.rules.values import Data, Path, day, files, text

Rule = Callable[[Data, Facts], Iterable[Finding]]
DECREE_NUMBER = re.compile(r"\d{1,5}( Tahun \d{4})?", re.IGNORECASE)


def hard(path: Path, code: str, message: Phrase) -> Finding:
    """A finding that refuses the evidence."""
    return Finding(path, code, message, True)


def soft(path: Path, code: str, message: Phrase) -> Finding:
    """A finding that warns, and is shown to who approves."""
    return Finding(path, code, message, False)


def past(path: Path, value: date | None, facts: Facts) -> Iterator[Finding]:
    """What was done was done by today."""
    if value is not None and value > facts.today:
        yield hard(path, "date.future", Phrase(
            "Tanggal %(day)s belum terjadi. Isi tanggal paling lambat hari ini.", day=Figure(value)
        ))


def since_oath(path: Path, value: date | None, facts: Facts) -> Iterator[Finding]:
    """Nothing is done before the oath, and nothing in the future. Never compared with the order of the stages:
    a PPS is trained on the very day of its oath, before sowan and secretariat.
    """
    yield from past(path, value, facts)
    if value is None:
        return
    if facts.oath_on is None:
        yield soft(
            path, "date.oath_unknown", Phrase("Sumpah badan ini belum tercatat; tanggal diperiksa sesudahnya.")
        )
    elif value < facts.oath_on:
        yield hard(path, "date.before_oath", Phrase(
            "Tanggal %(day)s mendahului sumpah pada %(oath)s. Perbaiki tanggal ini.", day=Figure(value),
            oath=Figure(facts.oath_on),
        ))


def held_since_oath(data: Data, facts: Facts) -> Iterator[Finding]:
    """The day on which the evidence says it was held."""
    yield from since_oath(("held_on",), day(data, "held_on"), facts)


def photos_of_others(data: Data, facts: Facts) -> Iterator[Finding]:
    """A photo that another body handed in before. Only warns, and is not asked of events that many bodies share."""
    for file in files(data):
        other = facts.photos_elsewhere.get(file.sha256)
        if file.key == "photos" and other:
            yield soft(file.path, "photo.reused", Phrase(
                "Foto “%(photo)s” sama dengan foto dari %(body)s. Pastikan foto ini milik kegiatan badan Anda.",
                photo=file.name, body=other,
            ))


def letter_number(data: Data, facts: Facts, document: str, *, decree: bool) -> Iterator[Finding]:
    """A number written unlike the office's guide, or registered with another date. Only warns: guides differ."""
    key = f"{document}_number"
    number = text(data, key)
    usual = re.fullmatch(facts.number_pattern, number) or (decree and DECREE_NUMBER.fullmatch(number))
    if number and not usual:
        yield soft((key,), "letter.number", Phrase(
            "Nomor “%(number)s” tidak seperti pola biasanya, misalnya 397/PL.01.3-PU/3323/2024. Periksa sekali lagi.",
            number=number,
        ))
    registered = facts.letters_elsewhere.get(document)
    if registered is not None:
        yield soft((key,), "letter.date", Phrase(
            "Nomor “%(number)s” sudah terdaftar dengan tanggal %(day)s. Periksa nomor dan tanggalnya.", number=number,
            day=Figure(registered),
        ))
