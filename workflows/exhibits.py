"""The evidence of a body to read: every version that was handed in, with its answers, photos and papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.forms import Field, File, Form
from engine.forms import Row as Answer
from engine.models import Attachment, Instance, Submission
from workflows import filings, signposts
from workflows.filings import HANDED_IN, Place
from workflows.photo_notes import Note

MOST_VERSIONS = 12
PERSONAL = frozenset({"nik", "nip", "secretary_nip", "phone", "office_contact"})
"""The keys of answers that only who works with the body may read."""
TELEPHONES = frozenset({"phone", "office_contact"})
"""Those of them that only the office and the body's own members may read."""
HEALTH = frozenset({"health_letters"})
"""The keys of papers about somebody's health: for the office and the body's own members alone."""


@dataclass(frozen=True)
class Picture:
    """One photo under the label of the field it was given for, and what its member and camera say of it."""

    sha256: str
    name: str
    caption: str
    note: Note


@dataclass(frozen=True)
class Paper:
    """One file that is no photo; `sha256` is "" for a reader who may know of it but not open it."""

    sha256: str
    name: str
    caption: str
    type: str
    size: int


@dataclass(frozen=True)
class Version:
    """One submission as it was handed in, and what was decided about it."""

    status: str
    submitted_at: datetime | None
    by: str
    on_behalf_of: str
    decided_at: datetime | None
    decided_by: str
    reason: str
    rows: tuple[Answer, ...]
    photos: tuple[Picture, ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class Exhibit:
    """All versions for one task, the newest first; `older` are those beyond the most that are shown."""

    node: str
    title: str
    versions: tuple[Version, ...]
    older: int


def exhibits(
    place: Place, nodes: Iterable[str], filed: Iterable[Row[Any]], names: Mapping[str, str],
    notes: Mapping[str, Note], *, full: bool, phones: bool, language: str,
) -> tuple[Exhibit, ...]:
    """What was handed in for these tasks, in their order. Without `full`: no papers to open, no personal answers;
    without `phones` no telephone numbers and no papers about health to open."""
    unseen = (frozenset() if full else PERSONAL) | (frozenset() if phones else TELEPHONES)

    def shut(part: File) -> bool:
        return not full or (part.key in HEALTH and not phones)

    handed_in = [one for one in filed if one.status in HANDED_IN]
    found = []
    for node in nodes:
        versions = [one for one in reversed(handed_in) if one.node == node]
        if versions:
            found.append(Exhibit(
                node, signposts.name_of(place.loaded, node),
                tuple(_version(place, one, names, notes, shut, unseen, language) for one in versions[:MOST_VERSIONS]),
                max(0, len(versions) - MOST_VERSIONS),
            ))
    return tuple(found)


def _version(
    place: Place, one: Row[Any], names: Mapping[str, str], notes: Mapping[str, Note], shut: Callable[[File], bool],
    unseen: frozenset[str], language: str,
) -> Version:
    form = place.form(one.node)
    photos, papers = _files(form, one.data, notes, shut)
    rows = form.describe(one.data, context=place.context, language=language)
    returned = filings.returned_words(place.loaded, one.node, one) if one.status == "returned" else None
    return Version(
        status=one.status, submitted_at=one.submitted_at, by=names.get(one.actor, one.actor),
        on_behalf_of=one.on_behalf_of or "", decided_at=one.decided_at,
        decided_by=names.get(one.decided_by or "", one.decided_by or ""),
        reason=returned.short if returned is not None else "",
        rows=tuple(row for row in rows if _is_shown(row, unseen)), photos=photos, papers=papers,
    )


def is_photo(session: Session, attachment: Attachment) -> bool:
    """Whether the file was handed in as a photo; not so a paper that somebody photographed, such as a health letter."""
    given = _given_for(session, attachment, Submission.status.in_(HANDED_IN))
    return bool(given) and all(isinstance(part, File) and part.of == "photo" for part in given)


def is_close(session: Session, attachment: Attachment) -> bool:
    """Whether only the office and the body's own members may open the file: it is about somebody's health, or nobody
    has filed it yet."""
    given = _given_for(session, attachment, Submission.status != "withdrawn")
    return all(part is not None and part.key in HEALTH for part in given)


def _given_for(session: Session, attachment: Attachment, filed_as: ColumnElement[bool]) -> list[Field | None]:
    """The fields for which the file was given in this task's evidence."""
    filed = session.execute(
        select(Submission.data, Instance.definition_id).join(Instance, Instance.id == Submission.instance_id).where(
            Instance.id == attachment.instance_id, Submission.node == attachment.node, filed_as
        )
    ).all()
    form = definitions.load(session, filed[0].definition_id).form(attachment.node) if filed else None
    if form is None:
        return []
    return [
        form.field(path[:-1]) for one in filed for path, sha256 in form.files(one.data) if sha256 == attachment.sha256
    ]


def _is_shown(row: Answer, unseen: frozenset[str]) -> bool:
    return not isinstance(row.field, File) and row.field.key not in unseen


def _files(
    form: Form, data: Mapping[str, Any], notes: Mapping[str, Note], shut: Callable[[File], bool]
) -> tuple[tuple[Picture, ...], tuple[Paper, ...]]:
    """Photos are pictures given for a photo field; a photographed paper is a paper. A shut one is known, not opened."""
    photos, papers = [], []
    for path, sha256 in form.files(data):
        part, file = form.field(path[:-1]), _at(data, path)
        if not isinstance(part, File):
            continue
        if part.of == "photo" and str(file.get("type", "")).startswith("image/"):
            photos.append(Picture(sha256, str(file.get("name", "")), part.label, notes.get(sha256, Note())))
        elif not shut(part):
            papers.append(Paper(sha256, str(file.get("name", "")), part.label, str(file.get("type", "")),
                                int(file.get("size") or 0)))
        else:
            papers.append(Paper("", part.label, part.label, "", 0))
    return tuple(photos), tuple(dict.fromkeys(papers))


def _at(data: Any, path: Iterable[str | int]) -> Mapping[str, Any]:
    """What stands at this path of the data."""
    for step in path:
        data = data[step]
    found: Mapping[str, Any] = data
    return found
