"""Published drawings: checked, stored once, and kept compiled in memory for the life of the process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from weakref import WeakKeyDictionary

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine import forms
from engine.bpmn import outline, reader
from engine.bpmn.model import Process
from engine.compile import compile_process
from engine.errors import DrawingRefused, NotFound
from engine.forms import Form
from engine.graph import Graph
from engine.machine import Steps
from engine.missing import missing
from engine.models import Definition
from engine.soundness import prove


@dataclass(frozen=True)
class Loaded:
    """One definition, ready to run. `texts` are the form files by form id."""

    id: int
    key: str
    version: int
    name: str
    graph: Graph
    texts: Mapping[str, str]

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.graph)

    def form(self, node_id: str) -> Form | None:
        """The form of this task, None when it has none, or when the drawing has no such task (any more)."""
        node = self.graph.process.nodes.get(node_id)
        text = self.texts.get(node.form or node.id if node else node_id)
        return forms.load(text) if text is not None else None

    @cached_property
    def deciding(self) -> frozenset[str]:
        """The tasks whose answer decides about evidence: user tasks with an exclusive gateway right behind them."""
        process = self.graph.process
        return frozenset(
            node.id for node in process.nodes.values()
            if node.kind == "userTask" and len(node.outgoing) == 1
            and process.nodes[process.flows[node.outgoing[0]].target].kind == "exclusiveGateway"
            and len(process.nodes[process.flows[node.outgoing[0]].target].outgoing) > 1
        )


_loaded: WeakKeyDictionary[object, dict[int, Loaded]] = WeakKeyDictionary()
"""By connection pool: ids are one database's own, and engines made by `execution_options` share their pool."""


def publish(
    session: Session, *, drawing: bytes, form_texts: Mapping[str, str], by: str, now: datetime,
    handlers: Collection[str] = frozenset(),
) -> Definition:
    """The drawing is the current version of its process at once, as a set-up does it; the same one as it is when
    nothing in it has changed. What people change goes through `engine.publishing`, which asks a second person.

    Refused, with nothing stored: a drawing that cannot be read, compiled or proved sound (DrawingRefused), a form that
    cannot be read (FormRefused). Instances under way stay with the version they run by.
    """
    process = proved(drawing, form_texts, handlers)
    current = session.scalars(current_version(process.id)).first()
    if current is not None and is_same(current, drawing, form_texts):
        return current
    return store(session, process, Definition(
        drawing=drawing, forms=dict(form_texts), published_at=now, published_by=by, status="published",
    ))


def proved(drawing: bytes, form_texts: Mapping[str, str], handlers: Collection[str] = frozenset()) -> Process:
    """The process of a drawing that may be published with these forms. Refused as `publish`."""
    process = reader.read(drawing).process()
    graph = compile_process(process)
    prove(graph)
    if problems := list(missing(graph, handlers=handlers, forms=form_texts)):
        raise DrawingRefused(problems)
    for text in form_texts.values():
        forms.load(text)
    return process


def is_same(definition: Definition, drawing: bytes, form_texts: Mapping[str, str]) -> bool:
    """Whether this version has the very same file and forms."""
    return definition.drawing == drawing and definition.forms == dict(form_texts)


def store(session: Session, process: Process, definition: Definition) -> Definition:
    """The definition is in the database as the next version of this proved process, with its name and outline."""
    last = session.scalar(select(func.max(Definition.version)).where(Definition.key == process.id)) or 0
    definition.key, definition.version, definition.name = process.id, last + 1, process.name or process.id
    definition.outline, definition.fingerprint = outline.outline(process), outline.fingerprint(process)
    session.add(definition)
    session.flush()
    return definition


def load(session: Session, definition_id: int) -> Loaded:
    """The compiled definition. Refused with NotFound when there is none with this id.

    A definition never changes once stored, so it is compiled once per process and database.
    """
    cache = _loaded.setdefault(session.get_bind().engine.pool, {})
    if (found := cache.get(definition_id)) is None:
        row = session.get(Definition, definition_id)
        if row is None:
            raise NotFound("Alur ini tidak ditemukan.")
        found = cache[definition_id] = Loaded(
            row.id, row.key, row.version, row.name,
            compile_process(reader.read(row.drawing).process()), dict(row.forms),
        )
    return found


def newest(session: Session, key: str) -> int:
    """The id of the current version of this process: the newest that is published. Refused with NotFound without."""
    found = session.scalars(current_version(key)).first()
    if found is None:
        raise NotFound(f"Alur “{key}” belum diterbitkan.")
    return found.id


def newest_of_all(session: Session) -> list[int]:
    """The ids of the current versions of all processes, the oldest first."""
    return sorted(session.scalars(
        select(func.max(Definition.id)).where(Definition.status == "published").group_by(Definition.key)
    ))


def current_version(key: str) -> Select[Definition]:
    """The query for the newest published version of this process."""
    published = Definition.key == key, Definition.status == "published"
    return select(Definition).where(*published).order_by(Definition.version.desc()).limit(1)
