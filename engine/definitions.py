"""Published drawings: checked, stored once, and kept compiled in memory for the life of the process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import forms
from engine.bpmn import outline, reader
from engine.compile import compile_process
from engine.errors import NotFound
from engine.forms import Form
from engine.graph import Graph
from engine.machine import Steps
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
        """The form of this task, None when it has none."""
        node = self.graph.process.nodes[node_id]
        text = self.texts.get(node.form or node.id)
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
    """The drawing is stored as the next version of its process, or as it is when nothing in it has changed.

    Refused, with nothing stored: a drawing that cannot be read, compiled or proved sound (DrawingRefused), a form that
    cannot be read (FormRefused). Instances under way stay with the version they run by.
    """
    process = reader.read(drawing).process()
    prove(compile_process(process, handlers=handlers))
    for text in form_texts.values():
        forms.load(text)
    last = session.scalars(
        select(Definition).where(Definition.key == process.id).order_by(Definition.version.desc()).limit(1)
    ).first()
    if last is not None and last.drawing == drawing and last.forms == dict(form_texts):
        return last
    definition = Definition(
        key=process.id, version=last.version + 1 if last else 1, name=process.name or process.id, drawing=drawing,
        forms=dict(form_texts), outline=outline.outline(process), fingerprint=outline.fingerprint(process),
        published_at=now, published_by=by,
    )
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
            compile_process(reader.read(row.drawing).process(), handlers=None), dict(row.forms),
        )
    return found


def newest(session: Session, key: str) -> int:
    """The id of the newest version of this process. Refused with NotFound when none was published."""
    newest_version = select(func.max(Definition.version)).where(Definition.key == key).scalar_subquery()
    found = session.scalar(select(Definition.id).where(Definition.key == key, Definition.version == newest_version))
    if found is None:
        raise NotFound(f"Alur “{key}” belum diterbitkan.")
    return found
