"""Who was there: the rows {member_name, status, made_up_on} against the register."""

from __future__ import annotations

from collections.abc import Iterator

from engine.host import Finding
from engine.phrases import Phrase
from workflows.people import name_key
from workflows.rules.common import past, soft
from workflows.rules.facts import Facts, Serving
from workflows.rules.values import Data, day, rows, text

PRESENT, LATE = "present", "late"


def row_of(data: Data, member: Serving) -> Data | None:
    """The member's own row of the attendance."""
    return next((row for row in rows(data, "attendance") if name_key(text(row, "member_name")) == member.key), None)


def everyone_counted(data: Data, facts: Facts) -> Iterator[Finding]:
    """Every member of the register was there, or made it up by today; who did not is named. Only warns."""
    for member in facts.members:
        row = row_of(data, member)
        if row is None:
            yield soft(
                ("attendance",), "attendance.missing",
                Phrase("%(name)s belum ada dalam daftar kehadiran. Tambahkan barisnya.", name=member.name),
            )
        elif text(row, "status") not in (PRESENT, LATE):
            yield soft(
                ("attendance",), "attendance.absent",
                Phrase("%(name)s tidak hadir. Adakan susulan sebelum bukti ini disetujui.", name=member.name),
            )
    yield from make_up_dates(data, facts)


def make_up_dates(data: Data, facts: Facts) -> Iterator[Finding]:
    """Who made it up did so after the event and by today."""
    held_on = day(data, "held_on")
    for place, row in enumerate(rows(data, "attendance")):
        made_up_on = day(row, "made_up_on")
        path = ("attendance", place, "made_up_on")
        yield from past(path, made_up_on, facts)
        if made_up_on and held_on and made_up_on < held_on:
            yield soft(
                path, "attendance.made_up_on", Phrase("Tanggal susulan mendahului kegiatannya. Periksa tanggalnya.")
            )
