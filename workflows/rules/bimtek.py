"""Bimtek: who trained, who watched, how long, who was there. Source: seed practice of Temanggung; domain, section 7."""

from __future__ import annotations

from collections.abc import Iterator

from engine.host import Finding
from engine.phrases import Figure, Phrase
from workflows.people import name_key
from workflows.rules.attendance import everyone_counted
from workflows.rules.common import hard, held_since_oath, soft
from workflows.rules.facts import Facts
from workflows.rules.values import Data, day, number, rows, text

HOURS = {"ppk": 6, "pps": 2, "kpps": 2, "pantarlih": 2}


def trainers(data: Data, facts: Facts) -> Iterator[Finding]:
    """Somebody trained; a PPS is trained by at least one member of its own PPK."""
    trained_by = {name_key(text(row, "name")) for row in rows(data, "trainers")} - {""}
    if not trained_by:
        yield hard(("trainers",), "trainers.missing", Phrase("Isi paling sedikit satu narasumber."))
    elif facts.kind == "pps" and not trained_by & {member.key for member in facts.parent_members}:
        yield hard(("trainers",), "trainers.parent", _by_the_parent(facts))


def _by_the_parent(facts: Facts) -> Phrase:
    parent = facts.parent or Phrase("PPK kecamatan ini")
    if not facts.parent_members:
        return Phrase(
            "Bimtek PPS diberikan oleh PPK: tulis paling sedikit satu anggota %(parent)s sebagai narasumber. Daftar "
            "anggotanya belum tercatat; hubungi operator.", parent=parent,
        )
    return Phrase(
        "Bimtek PPS diberikan oleh PPK: tulis paling sedikit satu anggota %(parent)s sebagai narasumber, yaitu "
        "%(names)s.", parent=parent, names=", ".join(member.name for member in facts.parent_members),
    )


def watched(data: Data, facts: Facts) -> Iterator[Finding]:
    """KPU watched the training of a PPS: who, and what they noted."""
    if facts.kind != "pps":
        return
    if not text(data, "kpu_monitor"):
        yield hard(("kpu_monitor",), "monitor.missing", Phrase("Isi nama petugas KPU yang memantau bimtek ini."))
    if not text(data, "kpu_monitor_note"):
        yield hard(("kpu_monitor_note",), "monitor.note", Phrase("Isi catatan pemantauan dari KPU atas bimtek ini."))


def on_the_day_of_the_oath(data: Data, facts: Facts) -> Iterator[Finding]:
    """A PPS is trained on the day of its oath; another day warns."""
    held_on = day(data, "held_on")
    if facts.kind == "pps" and held_on and facts.oath_on and held_on > facts.oath_on:
        yield soft(("held_on",), "date.not_oath_day", Phrase(
            "Bimtek PPS biasanya pada hari sumpah, %(oath)s. Jelaskan alasannya dalam uraian.",
            oath=Figure(facts.oath_on),
        ))


def long_enough(data: Data, facts: Facts) -> Iterator[Finding]:
    """A full day for a PPK (six hours), two hours for the others; less warns."""
    hours, usual = number(data, "hours"), HOURS[facts.kind]
    if hours is not None and hours < usual:
        yield soft(("hours",), "hours.short", Phrase(
            "Lama bimtek %(hours)s jam, kurang dari %(usual)s jam yang lazim. Jelaskan alasannya dalam uraian.",
            hours=Figure(hours), usual=str(usual),
        ))


RULES = (held_since_oath, trainers, watched, on_the_day_of_the_oath, long_enough, everyone_counted)
