"""Sowan: who has to be visited, and whether it was so. Source: seed practice of Temanggung; domain, section 7."""

from __future__ import annotations

from collections.abc import Iterator

from engine.host import Finding
from engine.phrases import Figure, Phrase
from workflows.people import name_key
from workflows.regions import head_of_village
from workflows.rules.common import hard, since_oath, soft
from workflows.rules.facts import Facts
from workflows.rules.values import Data, day, names, rows, text

FORKOPIMCAM = ("camat", "kapolsek", "danramil")


def required_offices(facts: Facts) -> tuple[str, ...]:
    """Whom this body must visit: the three of forkopimcam for a PPK, kades or lurah by the code for a PPS."""
    return FORKOPIMCAM if facts.kind == "ppk" else (head_of_village(facts.region_code),)


def required_visits(data: Data, facts: Facts) -> Iterator[Finding]:
    """Every required office was visited; which one is missing is named."""
    visited = {text(visit, "office") for visit in rows(data, "visits")}
    for office in required_offices(facts):
        if office in visited:
            continue
        other = {"kades": "lurah", "lurah": "kades"}.get(office)
        if other in visited:
            yield hard(("visits",), "visits.wrong_office", Phrase(
                "Wilayah ini %(village)s: yang dikunjungi adalah %(office)s, bukan %(other)s. Perbaiki jenis "
                "pejabatnya.",
                village=Phrase("kelurahan") if office == "lurah" else Phrase("desa"), office=facts.label(office),
                other=facts.label(other),
            ))
        else:
            yield hard(("visits",), f"visits.{office}", Phrase(
                "Kunjungan kepada %(office)s belum ada. Tambahkan.", office=facts.label(office)
            ))


def visit_dates(data: Data, facts: Facts) -> Iterator[Finding]:
    """Each visit lies between the oath and today; what was agreed is due after the visit."""
    for place, visit in enumerate(rows(data, "visits")):
        held_on, promised = day(visit, "held_on"), day(visit, "follow_up_due")
        yield from since_oath(("visits", place, "held_on"), held_on, facts)
        if held_on and promised and promised < held_on:
            yield soft(("visits", place, "follow_up_due"), "visits.follow_up_due", Phrase(
                "Tenggat tindak lanjut mendahului kunjungan pada %(day)s. Periksa tanggalnya.", day=Figure(held_on)
            ))


def who_was_there(data: Data, facts: Facts) -> Iterator[Finding]:
    """A deputy may receive the visit, with name and post; visitors are members or staff of the body."""
    own = {serving.key for serving in (*facts.members, *facts.secretariat)}
    for place, visit in enumerate(rows(data, "visits")):
        if text(visit, "manner") == "represented":
            yield soft(("visits", place, "manner"), "visits.represented", Phrase(
                "%(official)s diwakili %(deputy)s. Pastikan nama dan jabatan yang mewakili tertulis.",
                official=text(visit, "official_name"), deputy=text(visit, "deputy") or Phrase("orang lain"),
            ))
        strangers = [name for name in names(visit, "present_members") if own and name_key(name) not in own]
        if strangers:
            yield soft(("visits", place, "present_members"), "visits.stranger", Phrase(
                "%(names)s tidak tercatat di badan ini. Periksa nama anggota yang hadir.", names=", ".join(strangers)
            ))


RULES = (required_visits, visit_dates, who_was_there)
