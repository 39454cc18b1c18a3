"""Monitoring: when it was, when it comes again, what goes higher. Source: Kpt 476/2022 Bab VI; domain, section 7."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engine.host import Finding
from workflows.rules.common import date_of, held_since_oath, photos_of_others, soft
from workflows.rules.facts import Facts
from workflows.rules.values import Data, day, rows, text


def next_round(data: Data, facts: Facts) -> Iterator[Finding]:
    """The next monitoring comes after this one, and within the agenda's period."""
    held_on, next_on = day(data, "held_on"), day(data, "next_on")
    if not held_on or not next_on:
        return
    latest = held_on + timedelta(days=facts.monitoring_days)
    if next_on <= held_on:
        yield soft(("next_on",), "next.early", "Monitoring berikutnya harus sesudah tanggal monitoring ini.")
    elif next_on > latest:
        yield soft(
            ("next_on",), "next.late",
            f"Monitoring berikutnya paling lambat {date_of(latest)} ({facts.monitoring_days} hari). Majukan jadwalnya.",
        )


def findings(data: Data, facts: Facts) -> Iterator[Finding]:
    """A high finding concerns the Divisi Hukum; one that should be mended before it was found is a slip."""
    held_on = day(data, "held_on")
    for place, row in enumerate(rows(data, "findings")):
        due_on = day(row, "due_on")
        if text(row, "level") == "high":
            yield soft(
                ("findings", place, "level"), "finding.high",
                "Temuan tingkat tinggi: Divisi Hukum dan Pengawasan perlu segera diberi tahu.",
            )
        if held_on and due_on and due_on < held_on:
            yield soft(
                ("findings", place, "due_on"), "finding.due",
                f"Tenggat temuan mendahului monitoring pada {date_of(held_on)}. Periksa tanggalnya.",
            )


RULES = (held_since_oath, next_round, findings, photos_of_others)
