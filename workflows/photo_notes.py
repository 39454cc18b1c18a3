"""What is known of a photo beside its bytes: caption, the camera's time, and the place where the member agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.statements import upsert_of
from workflows.models.receipt import PhotoNote

_note = table_of(PhotoNote)
_KEEP = upsert_of(
    _note, ("instance_id", "node", "sha256"), ("caption", "taken_at", "latitude", "longitude"),
)


@dataclass(frozen=True)
class Note:
    """`taken_at` is the camera's local time without a zone, None where it wrote none; `place` is (latitude, longitude)
    in degrees, None unless the member agreed."""

    caption: str = ""
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> Note:
        """What a browser says of a photo; what cannot be read is left out."""
        latitude, longitude = _degrees(sent.get("latitude"), 90), _degrees(sent.get("longitude"), 180)
        place = (latitude, longitude) if latitude is not None and longitude is not None else None
        return cls(" ".join(sent.get("caption", "").split())[:200], _moment(sent.get("taken_at", "")), place)


def keep(session: Session, instance_id: int, node: str, sha256: str, note: Note) -> None:
    """This is what is known of the photo from now on, in this task's evidence; the last word counts."""
    latitude, longitude = note.place or (None, None)
    taken = note.taken_at.isoformat(timespec="seconds") if note.taken_at else ""
    _KEEP.first(session, {
        "instance_id": instance_id, "node": node, "sha256": sha256, "caption": note.caption, "taken_at": taken,
        "latitude": latitude, "longitude": longitude,
    })


def of(session: Session, instances: Iterable[int], hashes: Iterable[str]) -> dict[str, Note]:
    """What is known of these photos, by SHA-256, without their places."""
    wanted = list(hashes)
    if not wanted:
        return {}
    rows = session.execute(
        select(_note.c.sha256, _note.c.caption, _note.c.taken_at)
        .where(_note.c.instance_id.in_(list(instances)), _note.c.sha256.in_(wanted)).order_by(_note.c.id)
    )
    return {row.sha256: Note(row.caption, _moment(row.taken_at)) for row in rows}


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text[:19]).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def _degrees(text: Any, most: int) -> float | None:
    try:
        found = float(text)
    except (TypeError, ValueError):
        return None
    return round(found, 6) if -most <= found <= most else None
