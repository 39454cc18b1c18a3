"""Drawings that somebody prepares: kept as they were sent, right or wrong, until they are proposed or put away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import DrawingRefused, NotFound, Refused, Stale
from engine.host import Actor
from engine.models import Definition
from workflows import versions
from workflows.models import DrawingDraft

DRAWING_BYTES, FORM_BYTES, MOST_FORMS = 2_000_000, 500_000, 100


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent: the drawing's bytes, and the files beside it, {form id: text}."""

    file: str
    drawing: bytes
    forms: Mapping[str, str]


def begin(
    session: Session, sent: Sent, *, base: int | None, begun: str, actor: Actor, now: datetime
) -> DrawingDraft:
    """A draft of this person's holds what was sent; the one that the same key (`begun`) had begun is answered as it is.

    Refused: Forbidden without a role of PROPOSERS; NotFound for an unknown `base`; what is too large (`fits`).
    """
    versions.require_everywhere(session, actor, versions.PROPOSERS)
    known = session.scalars(
        select(DrawingDraft).where(DrawingDraft.account == actor.id, DrawingDraft.begun == begun)
    ).one_or_none()
    if known is not None:
        return known
    fits(sent)
    found = session.get(Definition, base) if base is not None else None
    if base is not None and found is None:
        raise NotFound("Versi alur ini tidak ditemukan.")
    draft = DrawingDraft(
        key=key_of(sent.drawing) or (found.key if found else ""), base_id=base, file=sent.file[:200],
        drawing=sent.drawing, forms=dict(sent.forms), begun=begun, account=actor.id, name=actor.name,
        created_at=now, changed_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def save(
    session: Session, draft_id: int, sent: Sent, *, revision: int, key: str, actor: Actor, now: datetime
) -> DrawingDraft:
    """The draft holds what was sent; sent again with the same `key` it is answered as it is.

    Refused: NotFound for another's draft; it is proposed or put away; somebody (the same person, in another window)
    saved it since `revision` (Stale); what is too large (`fits`).
    """
    draft = get(session, draft_id, actor, lock=True)
    if key and draft.sent == key:
        return draft
    _is_open(draft)
    if draft.revision != revision:
        raise Stale("Draf ini sudah disimpan dari jendela lain. Bandingkan dahulu sebelum menyimpan lagi.")
    fits(sent)
    draft.drawing, draft.forms, draft.file = sent.drawing, dict(sent.forms), sent.file[:200]
    draft.key = key_of(sent.drawing) or draft.key
    draft.revision, draft.sent, draft.changed_at = revision + 1, key, now
    session.flush()
    return draft


def propose(session: Session, draft_id: int, *, revision: int, actor: Actor, now: datetime) -> Definition:
    """The draft is the proposed version of its process; proposed already, that version is answered.

    Refused as `save` and as `publishing.propose`; nothing in it differs from the current version.
    """
    versions.require_everywhere(session, actor, versions.PROPOSERS)
    draft = get(session, draft_id, actor, lock=True)
    if draft.definition_id is not None:
        return session.get_one(Definition, draft.definition_id)
    _is_open(draft)
    if draft.revision != revision:
        raise Stale("Draf ini sudah disimpan dari jendela lain. Periksa dahulu isinya yang terakhir.")
    made = versions.propose(session, draft.drawing, draft.forms, actor, now)
    if made.status == "published":
        raise Refused("Gambar dan formulirnya sama dengan versi yang berlaku. Tidak ada yang perlu diusulkan.")
    draft.status, draft.definition_id, draft.key = "proposed", made.id, made.key
    session.flush()
    return made


def discard(session: Session, draft_id: int, *, actor: Actor) -> None:
    """The draft is in no list any more; what was in it is kept. Refused as `save`."""
    draft = get(session, draft_id, actor, lock=True)
    if draft.status != "discarded":
        _is_open(draft)
        draft.status = "discarded"
        session.flush()


def get(session: Session, draft_id: int, actor: Actor, *, lock: bool = False) -> DrawingDraft:
    """This person's own draft. Refused with NotFound, also for somebody else's."""
    query = select(DrawingDraft).where(DrawingDraft.id == draft_id, DrawingDraft.account == actor.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    draft = session.scalars(query).one_or_none()
    if draft is None:
        raise NotFound("Draf ini tidak ditemukan.")
    return draft


def own(session: Session, actor: Actor) -> Sequence[Row[int, str, str, datetime]]:
    """The open drafts of this person, the last one changed first: (id, key, file, changed_at)."""
    return session.execute(
        select(DrawingDraft.id, DrawingDraft.key, DrawingDraft.file, DrawingDraft.changed_at)
        .where(DrawingDraft.account == actor.id, DrawingDraft.status == "open")
        .order_by(DrawingDraft.changed_at.desc(), DrawingDraft.id.desc())
    ).all()


def standing(session: Session, key: str) -> Definition | None:
    """The version that is current now; None for a new process."""
    return session.scalars(definitions.current_version(key)).first() if key else None


def fits(sent: Sent) -> None:
    """What was sent can be kept. Refused with what is too large, too many, or no text."""
    if len(sent.drawing) > DRAWING_BYTES:
        raise Refused("Gambar ini terlalu besar; yang diterima paling banyak 2 MB. Bagi menjadi beberapa alur.")
    if len(sent.forms) > MOST_FORMS:
        raise Refused("Terlalu banyak formulir; paling banyak 100 untuk satu gambar.")
    for name, text in sent.forms.items():
        if len(text.encode()) > FORM_BYTES:
            raise Refused("Formulir “%(name)s” terlalu besar; yang diterima paling banyak 500 kB.", name=name)
        if "\0" in text:
            raise Refused("Formulir “%(name)s” bukan teks. Simpan lagi dari penyunting formulir.", name=name)


def _is_open(draft: DrawingDraft) -> None:
    if draft.status != "open":
        raise Stale("Draf ini sudah diusulkan atau dibuang. Mulai draf baru dari versi yang berlaku.")


def key_of(drawing: bytes) -> str:
    """The id of the process this drawing is of; "" when it does not tell."""
    try:
        return versions.process_key(drawing)[:100]
    except DrawingRefused:
        return ""
