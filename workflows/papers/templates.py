"""Templates of an agenda: every version kept, the newest in use, Tapak's own text where the office has written none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, Stale
from engine.host import Actor
from workflows.models import Agenda, LetterTemplate
from workflows.papers import placeholders, template
from workflows.papers.kinds import Kind

OWN = "Tapak"


def versions(session: Session, agenda_id: int, kind: Kind) -> Sequence[LetterTemplate]:
    """The versions this office has used or written, the newest first; none before its first letter."""
    return session.scalars(
        select(LetterTemplate).where(LetterTemplate.agenda_id == agenda_id, LetterTemplate.kind == kind.code)
        .order_by(LetterTemplate.version.desc())
    ).all()


def text_of(session: Session, agenda_id: int, kind: Kind) -> tuple[str, int]:
    """(text, version) as letters are made now; version 0 is Tapak's own text, used by no letter yet."""
    found = versions(session, agenda_id, kind)
    return (found[0].text, found[0].version) if found else (kind.default_text, 0)


def current(session: Session, agenda_id: int, kind: Kind, now: datetime) -> LetterTemplate:
    """The version letters are made from now, kept from this transaction on."""
    found = versions(session, agenda_id, kind)
    if found:
        return found[0]
    insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(insert(LetterTemplate).values(
        agenda_id=agenda_id, kind=kind.code, version=1, text=kind.default_text, saved_by=OWN, saved_at=now,
    ).on_conflict_do_nothing())
    return versions(session, agenda_id, kind)[0]


def save(
    session: Session, agenda: Agenda, kind: Kind, text: str, *, seen: int, actor: Actor, now: datetime
) -> LetterTemplate:
    """The text is the newest version; letters that stand keep theirs. The same text again is no new version.

    Refused: another version came since `seen` (Stale); faults of the text, by line (EvidenceRefused).
    """
    clean = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip() + "\n"
    if errors := template.faults(clean, placeholders.names(kind)):
        raise EvidenceRefused(errors, "Naskah belum disimpan. Perbaiki baris yang disebut.")
    standing = versions(session, agenda.id, kind)
    if (standing[0].version if standing else 0) != seen:
        raise Stale("Naskah ini sudah diubah orang lain sejak halaman dibuka. Muat ulang, lalu ubah sekali lagi.")
    if standing and standing[0].text == clean:
        return standing[0]
    made = LetterTemplate(
        agenda_id=agenda.id, kind=kind.code, version=seen + 1, text=clean, saved_by=actor.name, saved_at=now
    )
    session.add(made)
    session.flush()
    return made
