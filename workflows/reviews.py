"""Evidence as who decides about it sees it: what was asked and answered, warnings, pictures, what changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import phrases
from engine.bpmn.model import Node
from engine.errors import NotFound
from engine.forms import File, Form
from engine.forms import Row as Answer
from engine.host import Actor
from engine.models import Task
from engine.phrases import listed, worded
from workflows import called, filings, photo_notes, rounds, signposts
from workflows.field_names import named, plain
from workflows.filings import HANDED_IN, Place, Returned
from workflows.models import Body
from workflows.photo_notes import Note

SENTENCE = re.compile(r"(?<=[.!?])\s+")
DEMANDS = re.compile(r"\b(wajib|harus|paling|sedikitnya|antara|tidak boleh|setiap|angka|hanya|sesuai)\b", re.IGNORECASE)
GUIDES = re.compile(r"apa|contoh|misalnya|centang|pilih|salin|ceritakan", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One answer beside what was asked: its label, and the help that `rule_in` reads. `before` is the answer of the
    version that was returned, None when equal."""

    label: str
    help: str
    value: str
    level: int
    heading: bool
    files: tuple[Mapping[str, Any], ...] = ()
    changed: bool = False
    before: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Photo:
    """A picture with the words under which it was filed, and what its member and camera say of it."""

    sha256: str
    name: str
    caption: str
    fresh: bool
    note: Note


@dataclass(frozen=True)
class Earlier:
    """A version that was returned, and why."""

    submitted_at: datetime | None
    by: str
    returned: Returned


@dataclass(frozen=True)
class Exhibit:
    """One submission that waits for the decision (or was decided)."""

    node: Node
    title: str
    status: str
    lines: tuple[Line, ...]
    photos: tuple[Photo, ...]
    papers: tuple[tuple[str, Mapping[str, Any]], ...]
    warnings: tuple[tuple[str, str], ...]
    submitted_at: datetime | None
    by: str
    on_behalf_of: str | None
    earlier: tuple[Earlier, ...]
    compared: bool

    @property
    def changes(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.changed)


@dataclass(frozen=True)
class Review:
    """A deciding task with all that is to be looked at. `acted`: four eyes forbid it to this actor."""

    task: Row[Any]
    place: Place
    node: Node
    form: Form
    exhibits: tuple[Exhibit, ...]
    acted: bool
    claimed_by: str
    closed_by: str


def review(session: Session, task_id: int, actor: Actor, now: datetime, language: str = "id") -> Review:
    """The deciding task `task_id`. NotFound for another kind of task; Forbidden and OutOfScope without its role."""
    table = Task.__table__
    found = session.execute(
        select(table, Body.id.label("body_id"))
        .join(Body, Body.instance_id == table.c.root_id).where(table.c.id == task_id)
    ).one_or_none()
    if found is None:
        raise NotFound("Tugas ini tidak ditemukan. Mungkin tautannya sudah tidak berlaku.")
    filings.require(actor, found.role, found.scope)
    place = filings.at(session, found.body_id, now, found.instance_id)
    if found.node not in place.loaded.deciding:
        raise NotFound("Tugas ini bukan pemeriksaan. Buka dari daftar tugas.")
    filed = [*_filed(session, place, found.node), *called.filed(session, place, found.node)]
    people = {one.actor for *_, some in filed for one in some} | {found.claimed_by, found.closed_by}
    names = filings.account_names(session, people)
    notes = photo_notes.of(
        session, {number for where, *_ in filed for number in where.family},
        {sha256 for where, node, _, some in filed for _, sha256 in where.form(node).files(some[0].data)},
    )
    return Review(
        task=found, place=place, node=place.loaded.graph.process.nodes[found.node], form=place.form(found.node),
        exhibits=tuple(
            _exhibit(where, node, title, some, names, notes, language) for where, node, title, some in filed
        ),
        acted=filings.acted(session, place, actor, found.role),
        claimed_by=names.get(found.claimed_by or "", "") if found.claimed_by != actor.id else "",
        closed_by=names.get(found.closed_by or "", found.closed_by or ""),
    )


def _filed(session: Session, place: Place, decider: str) -> list[called.Filed]:
    """What this task decides about in the body's own drawing; of a repeated task, by its rounds."""
    found: list[called.Filed] = []
    for node in _decided_by(place, decider):
        filed = [one for one in filings.submissions(session, place, node) if one.status in HANDED_IN]
        tasks = [one.task_id for one in filed if one.task_id is not None] if place.has_children else []
        inside = rounds.of_tasks(session, tasks)
        by_name: dict[tuple[tuple[int, ...], str], list[Row[Any]]] = {}
        name = signposts.name_of(place.loaded, node)
        for one in filed:
            its = inside.get(one.task_id)
            by_name.setdefault((its.place, its.named(name)) if its else ((), name), []).append(one)
        found += [(place, node, title, by_name[number, title]) for number, title in sorted(by_name)]
    return found


def _decided_by(place: Place, decider: str) -> list[str]:
    nodes = place.loaded.graph.process.nodes
    return [
        node.id for node in nodes.values()
        if node.kind == "userTask" and signposts.decider(place.loaded, node.id) == decider
    ]


def _exhibit(
    place: Place, node_id: str, title: str, filed: list[Row[Any]], names: Mapping[str, str], notes: Mapping[str, Note],
    language: str,
) -> Exhibit:
    """The newest submission of a task, compared with the one before it when that was returned."""
    form, newest = place.form(node_id), filed[0]
    earlier = []
    for one in filed[1:]:
        if one.status != "returned":
            break
        earlier.append(one)
    before = earlier[0].data if earlier else None
    lines = tuple(_lines(form, newest, before, place.context, language))
    files = list(_captioned(lines))
    old = {sha for _, sha in form.files(before)} if before is not None else None
    pictures = [(caption, file) for caption, file in files if str(file.get("type", "")).startswith("image/")]
    return Exhibit(
        node=place.loaded.graph.process.nodes[node_id], title=title, status=newest.status, lines=lines,
        photos=tuple(
            Photo(file["sha256"], file["name"], caption, old is not None and file["sha256"] not in old,
                  notes.get(file["sha256"], Note()))
            for caption, file in pictures
        ),
        papers=tuple(one for one in files if one not in pictures),
        warnings=tuple((named(form, one.get("path") or ()), phrases.from_dict(one)) for one in newest.warnings),
        submitted_at=newest.submitted_at, by=names.get(newest.actor, newest.actor), on_behalf_of=newest.on_behalf_of,
        earlier=tuple(
            Earlier(one.submitted_at, names.get(one.actor, one.actor),
                    filings.returned_words(place.loaded, node_id, one))
            for one in earlier
        ),
        compared=before is not None,
    )


def _captioned(lines: tuple[Line, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each file with the words under which it was filed: "Kunjungan 2 · Foto"."""
    under = ""
    for line in lines:
        if line.heading:
            under = line.label
        label = worded(plain(line.label))
        caption = listed((worded(under), label), " · ") if under and under != label else label
        yield from ((caption, file) for file in line.files)


def rule_in(help: str, told: str = "") -> str:
    """What a field's help demands of the answer, without its examples and without what only helps to fill it in.

    `told` is the same help in another language, sentence by sentence; all of it where their number differs.
    """
    asked = SENTENCE.split(help)
    said = SENTENCE.split(told or help)
    demands = [place for place, one in enumerate(asked) if DEMANDS.search(one) and not GUIDES.match(one)]
    if demands and len(said) != len(asked):
        return told
    return " ".join(said[place] for place in demands)


def _lines(
    form: Form, newest: Row[Any], before: Mapping[str, Any] | None, context: Mapping[str, Any], language: str
) -> Iterator[Line]:
    data = newest.data
    old = {row.path: row for row in form.describe(before, context=context, language=language)} if before else {}
    warned: dict[tuple[Any, ...], list[str]] = {}
    for one in newest.warnings:
        warned.setdefault(tuple(one.get("path") or ()), []).append(phrases.from_dict(one))
    for row in form.describe(data, context=context, language=language):
        line = Line(
            row.label, "" if row.heading else row.field.help, row.value, row.level, row.heading,
            files=tuple(_files(row, data)), warnings=tuple(warned.get(row.path, ())),
        )
        yield line if before is None or row.heading else _compared(line, row, old.get(row.path), data, before)


def _compared(
    line: Line, row: Answer, old: Answer | None, data: Mapping[str, Any], before: Mapping[str, Any]
) -> Line:
    if isinstance(row.field, File):
        changed = {one["sha256"] for one in _files(row, data)} != {one["sha256"] for one in _files(row, before)}
    else:
        changed = old is None or old.value != row.value
    return replace(line, changed=changed, before=old.value if changed and old is not None else None)


def _files(row: Answer, data: Any) -> Iterator[Mapping[str, Any]]:
    """The files that were given as this answer."""
    if not isinstance(row.field, File):
        return
    here = data
    for step in row.path:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return
    yield from (one for one in here or () if isinstance(one, Mapping) and {"sha256", "name", "size"} <= set(one))
