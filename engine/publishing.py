"""A changed drawing becomes the current version by four eyes: one person proposes it, another consents.

Nothing changes for instances under way: they stay with the version they run by until they are moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import FourEyes, NotFound, Refused, Stale
from engine.host import Actor
from engine.models import Definition


def propose(
    session: Session, *, drawing: bytes, form_texts: Mapping[str, str], actor: Actor, now: datetime,
    handlers: Collection[str] = frozenset(), key: str | None = None, roles: Collection[str] | None = None,
) -> Definition:
    """The drawing with its forms is the proposed version of its process; one proposed before it is withdrawn.

    The current version, or the proposed one, is answered as it is when nothing in it has changed.
    Refused, with nothing stored: DrawingRefused and FormRefused as by `definitions.publish`.
    """
    found = definitions.proved(drawing, form_texts, handlers, key, roles)
    current = session.scalars(definitions.current_version(found.key)).first()
    if current is not None and definitions.is_same(current, drawing, form_texts):
        return current
    waiting = session.scalars(
        select(Definition).where(Definition.key == found.key, Definition.status == "proposed").with_for_update()
    ).one_or_none()
    if waiting is not None:
        if definitions.is_same(waiting, drawing, form_texts):
            return waiting
        waiting.status = "withdrawn"
        session.flush()
    return definitions.store(session, found, Definition(
        drawing=drawing, forms=dict(form_texts), published_at=now, published_by=actor.id, person=actor.who,
        status="proposed",
    ))


def proposed(session: Session) -> Sequence[Definition]:
    """The versions that wait for a second person, by key."""
    return session.scalars(select(Definition).where(Definition.status == "proposed").order_by(Definition.key)).all()


def consent(session: Session, *, definition_id: int, actor: Actor, now: datetime) -> Definition:
    """The proposed version is the current one: what starts from now on runs by it.

    Refused: NotFound; FourEyes for the very person who proposed it; it is not proposed (any more); a newer version was
    published meanwhile (Stale).
    """
    found = _waiting(session, definition_id)
    if actor.who == found.person:
        raise FourEyes("Anda sendiri yang mengusulkan versi ini. Minta orang kedua memeriksa dan menyetujuinya.")
    current = session.scalars(definitions.current_version(found.key)).first()
    if current is not None and current.version > found.version:
        raise Stale("Versi yang lebih baru sudah diterbitkan. Usulkan gambar ini sekali lagi.")
    found.status, found.consented_by, found.consented_at = "published", actor.id, now
    session.flush()
    return found


def withdraw(session: Session, *, definition_id: int) -> Definition:
    """The proposed version is proposed no more; it stays readable. Refused as `consent`, without four eyes."""
    found = _waiting(session, definition_id)
    found.status = "withdrawn"
    session.flush()
    return found


def _waiting(session: Session, definition_id: int) -> Definition:
    found = session.get(Definition, definition_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("Versi alur ini tidak ditemukan.")
    if found.status != "proposed":
        raise Refused("Versi ini tidak sedang menunggu persetujuan. Periksa daftar usulan.")
    return found
