"""Who may be a member: their number, age, schooling, home, NIK. Source: PKPU 8/2022 ps. 35; domain, section 7."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from engine.host import Finding
from engine.phrases import Phrase
from workflows.bodies import MEMBERS
from workflows.people import is_nik, nik_agrees
from workflows.regions import is_within
from workflows.rules.common import hard, soft
from workflows.rules.facts import Facts
from workflows.rules.values import Data, Path, day, rows, text

YOUNGEST = 17
OLDEST_KPPS = 55
WOMEN_SHARE = 0.3
SCHOOLED = frozenset({"sma", "smk", "ma", "sederajat", "d1", "d2", "d3", "d4", "s1", "s2", "s3"})


def age_on(born_on: date, day: date) -> int:
    """Whole years lived on `day`."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def right_number(path: Path, number: int, facts: Facts, mend: Phrase) -> Iterator[Finding]:
    """Five members for a PPK, three for a PPS, seven for a KPPS, one or two Pantarlih."""
    least, most = MEMBERS[facts.kind]
    if not least <= number <= most:
        wanted = Phrase("%(least)s sampai %(most)s", least=str(least), most=str(most)) if least < most else str(least)
        yield hard(path, "members.count", Phrase(
            "Anggota harus %(wanted)s orang; sekarang %(number)s. %(mend)s", wanted=wanted, number=str(number),
            mend=mend,
        ))


def old_enough(path: Path, name: str, born_on: date | None, on: date, facts: Facts) -> Iterator[Finding]:
    """At least 17 on the day of the oath (hard); a KPPS member at most 55 on voting day (warns)."""
    if born_on is None:
        return
    age = age_on(born_on, on)
    if age < YOUNGEST:
        yield hard(path, "age.young", Phrase(
            "%(name)s baru %(age)s tahun; paling muda %(least)s tahun pada hari sumpah.", name=name, age=str(age),
            least=str(YOUNGEST),
        ))
    if facts.kind == "kpps" and facts.voting_day and age_on(born_on, facts.voting_day) > OLDEST_KPPS:
        yield soft(path, "age.old", Phrase(
            "%(name)s lebih dari %(most)s tahun pada hari pemungutan suara. Periksa lagi.", name=name,
            most=str(OLDEST_KPPS),
        ))


def women_share(path: Path, genders: Sequence[str | None], facts: Facts) -> Iterator[Finding]:
    """A PPK and a PPS heed 30 per cent women. Only warns, and only where every gender is known."""
    if facts.kind not in ("ppk", "pps") or not genders or not all(genders):
        return
    women = sum(gender == "P" for gender in genders)
    if women < WOMEN_SHARE * len(genders):
        yield soft(path, "members.women", Phrase(
            "Keterwakilan perempuan %(women)s dari %(all)s, kurang dari 30 persen. Jelaskan dalam uraian.",
            women=str(women), all=str(len(genders)),
        ))


def recruited_number(data: Data, facts: Facts) -> Iterator[Finding]:
    """The number of those chosen, and the share of women among them. Reserves do not count."""
    chosen = _chosen(data)
    yield from right_number(("members",), len(chosen), facts, Phrase("Tambah atau hapus calon terpilih."))
    yield from women_share(("members",), [text(row, "gender") or None for _, row in chosen], facts)


def recruited_niks(data: Data, facts: Facts) -> Iterator[Finding]:
    """Each NIK has 16 digits and stands once, here and among those who serve; odd digits only warn."""
    seen: dict[str, str] = {}
    for place, row in enumerate(rows(data, "members")):
        path, nik, name = ("members", place, "nik"), text(row, "nik"), text(row, "name")
        if not is_nik(nik):
            yield hard(path, "nik.digits", Phrase(
                "NIK %(name)s harus 16 angka; sekarang %(count)s tanda. Salin dari KTP-el.", name=name,
                count=str(len(nik)),
            ))
            continue
        if nik in seen:
            yield hard(path, "nik.twice", Phrase(
                "NIK %(name)s sama dengan NIK %(other)s. Perbaiki salah satunya.", name=name, other=seen[nik]
            ))
        if nik in facts.taken_niks:
            yield hard(path, "nik.taken", Phrase(
                "%(name)s masih bertugas di %(body)s. Pilih orang lain.", name=name, body=facts.taken_niks[nik]
            ))
        if not nik_agrees(nik, day(row, "born_on"), text(row, "gender") or None):
            yield soft(path, "nik.unlikely", Phrase(
                "NIK %(name)s tidak cocok dengan tanggal lahir atau jenis kelaminnya.", name=name
            ))
        seen.setdefault(nik, name)


def recruited_requirements(data: Data, facts: Facts) -> Iterator[Finding]:
    """Age on the planned day of the oath, schooling of SMA or above, home within the working area."""
    on = facts.planned_on or facts.today
    for place, row in enumerate(rows(data, "members")):
        name, path = text(row, "name"), ("members", place)
        yield from old_enough((*path, "born_on"), name, day(row, "born_on"), on, facts)
        education = text(row, "education")
        if education and not text(row, "exception_note") and not SCHOOLED & set(_words(education)):
            yield hard((*path, "education"), "education", Phrase(
                "Pendidikan %(name)s di bawah SMA atau sederajat. Pilih orang lain, atau isi catatan pengecualian.",
                name=name,
            ))
        home = text(row, "domicile_code")
        if home and not is_within(home, facts.region_code):
            yield hard((*path, "domicile_code"), "domicile", Phrase(
                "%(name)s berdomisili di luar wilayah kerja badan ini.", name=name
            ))


def _chosen(data: Data) -> list[tuple[int, Data]]:
    return [(place, row) for place, row in enumerate(rows(data, "members")) if row.get("chosen", True)]


def _words(education: str) -> list[str]:
    return education.casefold().replace("-", "").replace("/", " ").replace(".", "").split()


RULES = (recruited_number, recruited_niks, recruited_requirements)
