"""Inauguration: everyone appointed and sworn, or said why not; the first plenary. Source: PKPU 8/2022 ps. 35, 42;
domain, section 7."""

from __future__ import annotations

from collections.abc import Iterator

from engine.host import Finding
from engine.phrases import Figure, Phrase
from workflows.people import name_key
from workflows.rules.attendance import LATE, PRESENT, make_up_dates, row_of
from workflows.rules.common import hard, letter_number, past, soft
from workflows.rules.facts import Facts
from workflows.rules.roster import old_enough, right_number, women_share
from workflows.rules.values import Data, day, rows, text

CHECKS = {
    "party": Phrase("bukan anggota partai politik (Sipol)"),
    "marriage": Phrase("tidak terikat perkawinan dengan sesama penyelenggara"),
    "response": Phrase("tanggapan masyarakat sudah diklarifikasi"),
}
"""What is checked of whoever is to be a member, by the form's codes."""


def appointment(data: Data, facts: Facts) -> Iterator[Finding]:
    """The decree that appointed the members does not lie in the future; one after the oath warns, and so does each of
    the checks that was left out."""
    decided_on, held_on = day(data, "appointment_on"), day(data, "held_on")
    yield from past(("appointment_on",), decided_on, facts)
    if decided_on and held_on and decided_on > held_on:
        yield soft(("appointment_on",), "appointment.after_oath", Phrase(
            "Keputusan pengangkatan bertanggal %(day)s, sesudah pelantikan. Periksa tanggalnya.", day=Figure(decided_on)
        ))
    yield from letter_number(data, facts, "appointment", decree=True)
    for code, what in CHECKS.items():
        if code not in (data.get("checks") or ()):
            yield soft(("checks",), f"check.{code}", Phrase("Belum diperiksa: %(what)s.", what=what))


def dates(data: Data, facts: Facts) -> Iterator[Finding]:
    """The oath lies not in the future, nor the plenary before it; another day than planned warns."""
    held_on, plenary_on = day(data, "held_on"), day(data, "plenary_on")
    yield from past(("held_on",), held_on, facts)
    yield from past(("plenary_on",), plenary_on, facts)
    if held_on and plenary_on and plenary_on < held_on:
        yield hard(("plenary_on",), "date.before_oath", Phrase(
            "Pleno perdana tidak boleh mendahului sumpah pada %(oath)s. Perbaiki tanggalnya.", oath=Figure(held_on)
        ))
    if held_on and facts.planned_on and held_on != facts.planned_on:
        yield soft(("held_on",), "date.not_planned", Phrase(
            "Jadwal pelantikan %(planned)s. Pastikan tanggal %(day)s benar.", planned=Figure(facts.planned_on),
            day=Figure(held_on),
        ))
    yield from make_up_dates(data, facts)


def members(data: Data, facts: Facts) -> Iterator[Finding]:
    """The register has the right number of members, old enough on the day, and the share of women is heeded."""
    yield from right_number(
        ("attendance",), len(facts.members), facts, Phrase("Minta operator melengkapi daftar anggota badan ini.")
    )
    held_on = day(data, "held_on") or facts.today
    for member in facts.members:
        yield from old_enough(("attendance",), member.name, member.born_on, held_on, facts)
    yield from women_share(("attendance",), [member.gender for member in facts.members], facts)


def everyone_sworn(data: Data, facts: Facts) -> Iterator[Finding]:
    """Every member of the register has a row, and no stranger has one; who was not sworn, or signed no pact, warns."""
    known = {member.key for member in facts.members}
    listed = ", ".join(member.name for member in facts.members)
    for place, row in enumerate(rows(data, "attendance")):
        name = text(row, "member_name")
        if known and name and name_key(name) not in known:
            yield hard(("attendance", place, "member_name"), "attendance.stranger", Phrase(
                "%(name)s tidak tercatat sebagai anggota. Tulis nama sesuai daftar: %(names)s.", name=name, names=listed
            ))
    for member in facts.members:
        own = row_of(data, member)
        if own is None:
            yield hard(("attendance",), "attendance.missing", Phrase(
                "%(name)s belum ada dalam kehadiran. Tambahkan.", name=member.name
            ))
            continue
        if text(own, "status") not in (PRESENT, LATE):
            yield soft(("attendance",), "attendance.cancelled", Phrase(
                "%(name)s batal dilantik. Perlu penetapan pengganti sebelum badan ini lengkap.", name=member.name
            ))
        elif own.get("pact_signed") is not True:
            yield soft(("attendance",), "pact.unsigned", Phrase(
                "Pakta integritas %(name)s belum ditandatangani.", name=member.name
            ))


def chair(data: Data, facts: Facts) -> Iterator[Finding]:
    """The chosen ketua is one of the members. Pantarlih have none."""
    name = text(data, "chair_name")
    if facts.kind == "pantarlih" or not name or not facts.members:
        return
    if name_key(name) not in {member.key for member in facts.members}:
        listed = ", ".join(member.name for member in facts.members)
        yield hard(("chair_name",), "chair.stranger", Phrase(
            "Ketua harus salah satu anggota. Tulis salah satu nama: %(names)s.", names=listed
        ))


def divisions(data: Data, facts: Facts) -> Iterator[Finding]:
    """Every division has somebody. Only warns: offices combine divisions differently."""
    held = {code for row in rows(data, "attendance") for code in row.get("divisions") or ()}
    for code, name in facts.divisions.items():
        if held and code not in held:
            yield soft(("attendance",), "division.empty", Phrase(
                "Divisi “%(division)s” belum ada pemegangnya. Tentukan dulu.", division=Phrase(name)
            ))


RULES = (appointment, dates, members, everyone_sworn, chair, divisions)
