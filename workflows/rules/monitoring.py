"""Monitoring: when it was, when it comes again, what goes higher. Source: Kpt 476/2022 Bab VI; domain, section 7."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engine.host import Finding
from engine.phrases import Figure, Phrase
from workflows.rules.common import held_since_oath, photos_of_others, soft
from workflows.rules.facts import Facts
from workflows.rules.values import Data, day, rows, text


def next_round(data: Data, facts: Facts) -> Iterator[Finding]:
    """The next monitoring comes after this one, and within the agenda's period."""
    held_on, next_on = day(data, "held_on"), day(data, "next_on")
    if not held_on or not next_on:
        return
    latest = held_on + timedelta(days=facts.monitoring_days)
    if next_on <= held_on:
        yield soft(("next_on",), "next.early", Phrase("Monitoring berikutnya harus sesudah tanggal monitoring ini."))
    elif next_on > latest:
        yield soft(("next_on",), "next.late", Phrase(
            "Monitoring berikutnya paling lambat %(day)s (%(days)s hari). Majukan jadwalnya.", day=Figure(latest),
            days=str(facts.monitoring_days),
        ))


def findings(data: Data, facts: Facts) -> Iterator[Finding]:
    """A high finding concerns the Divisi Hukum; one that should be mended before it was found is a slip."""
    held_on = day(data, "held_on")
    for place, row in enumerate(rows(data, "findings")):
        due_on = day(row, "due_on")
        if text(row, "level") == "high":
            yield soft(("findings", place, "level"), "finding.high", Phrase(
                "Temuan tingkat tinggi: Divisi Hukum dan Pengawasan perlu segera diberi tahu."
            ))
        if held_on and due_on and due_on < held_on:
            yield soft(("findings", place, "due_on"), "finding.due", Phrase(
                "Tenggat temuan mendahului monitoring pada %(day)s. Periksa tanggalnya.", day=Figure(held_on)
            ))


RULES = (held_since_oath, next_round, findings, photos_of_others)
