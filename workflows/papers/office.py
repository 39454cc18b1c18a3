"""The office as its letters show it, and how each kind of letter is numbered: settings of one agenda."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, FieldError, Stale
from engine.host import Actor
from engine.phrases import Phrase
from workflows import regions
from workflows.models import Agenda, LetterSetting
from workflows.papers import numbering
from workflows.papers.kinds import KINDS, Kind

FIELDS: Mapping[str, str] = {
    "office": Phrase("Nama kantor"),
    "address": Phrase("Alamat dan kontak kantor"),
    "city": Phrase("Kota tempat surat ditandatangani"),
    "chair": Phrase("Nama Ketua KPU"),
    "secretary": Phrase("Nama Sekretaris KPU"),
    "secretary_nip": Phrase("NIP Sekretaris KPU"),
    "regent": Phrase("Jabatan kepala daerah"),
}
LONGEST = 200
LONGEST_LOGO = 200_000


@dataclass(frozen=True)
class Numbered:
    """How one kind is numbered; kinds of the same series count together."""

    pattern: str
    classification: str
    series: str


@dataclass(frozen=True)
class Office:
    """`edition` is what a page that changes it has seen; `work_unit` the office's code in numbers, "3323"."""

    words: Mapping[str, str]
    numbered: Mapping[str, Numbered]
    work_unit: str
    logo: bytes | None
    edition: int


def read(session: Session, agenda: Agenda) -> Office:
    """The office's settings, with what follows from its region where nothing was set."""
    standing = session.get(LetterSetting, agenda.id)
    said: Mapping[str, Any] = standing.settings if standing else {}
    words = {**_usual(session, agenda), **{name: text for name, text in said.get("words", {}).items() if text}}
    numbered = {
        code: Numbered(**{**_numbered(kind), **said.get("numbered", {}).get(code, {})}) for code, kind in KINDS.items()
    }
    return Office(
        words, numbered, agenda.scope.replace(".", ""), standing.logo if standing else None,
        standing.edition if standing else 0,
    )


def _usual(session: Session, agenda: Agenda) -> dict[str, str]:
    region = regions.get(session, agenda.scope)
    title, name = ("Kota", "Wali Kota") if region.level == "kota" else ("Kabupaten", "Bupati")
    bare = region.name.removeprefix(f"{title} ")
    return {
        **dict.fromkeys(FIELDS, ""), "office": f"Komisi Pemilihan Umum {title} {bare}", "city": bare,
        "regent": f"{name} {bare}",
    }


def _numbered(kind: Kind) -> dict[str, str]:
    return {"pattern": kind.pattern, "classification": kind.classification, "series": kind.series}


def save(
    session: Session, agenda: Agenda, *, words: Mapping[str, str], numbered: Mapping[str, Mapping[str, str]],
    logo: bytes | None, keep_logo: bool, seen: int, actor: Actor, now: datetime,
) -> None:
    """Letters reserved from now on show this office and are numbered like this; those that stand do not change.

    Refused: changed since `seen` (Stale); a field too long, a pattern that cannot number (EvidenceRefused by field:
    the name, or (kind, "pattern")).
    """
    office = read(session, agenda)
    if office.edition != seen:
        raise Stale("Pengaturan surat sudah diubah orang lain sejak halaman dibuka. Muat ulang, lalu ubah sekali lagi.")
    clean = {name: " ".join(words.get(name, "").split()) for name in FIELDS}
    errors = [
        FieldError((name,), "long", Phrase("Paling banyak %(most)s huruf.", most=str(LONGEST)))
        for name, text in clean.items() if len(text) > LONGEST
    ]
    if clean["secretary_nip"] and not re.fullmatch(r"\d{18}", clean["secretary_nip"].replace(" ", "")):
        errors.append(FieldError(("secretary_nip",), "nip", "NIP harus 18 angka."))
    rules = {code: _checked(code, numbered.get(code, {}), errors) for code in KINDS}
    if errors:
        raise EvidenceRefused(errors, "Pengaturan belum disimpan. Perbaiki bagian yang ditandai.")
    standing = session.get(LetterSetting, agenda.id)
    if standing is None:
        standing = LetterSetting(agenda_id=agenda.id, settings={}, edition=0, changed_at=now, changed_by=actor.name)
        session.add(standing)
    standing.settings = {"words": clean, "numbered": rules}
    standing.logo = logo if logo is not None or not keep_logo else standing.logo
    standing.edition += 1
    standing.changed_at, standing.changed_by = now, actor.name
    session.flush()


def _checked(code: str, typed: Mapping[str, str], errors: list[FieldError]) -> dict[str, str]:
    usual = _numbered(KINDS[code])
    found = {name: " ".join(typed.get(name, "").split()) or usual[name] for name in usual}
    errors.extend(FieldError((code, "pattern"), "pattern", text) for text in numbering.faults(found["pattern"]))
    if not re.fullmatch(r"[A-Za-z0-9.]{1,20}", found["classification"]):
        errors.append(FieldError((code, "classification"), "code", "Kode berisi huruf, angka dan titik saja."))
    if len(found["series"]) > 40:
        errors.append(FieldError((code, "series"), "long", "Nama seri paling banyak 40 huruf."))
    return found
