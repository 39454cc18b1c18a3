"""Published drawings: checked, stored once, and kept compiled in memory for the life of the process."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import repeat
from weakref import WeakKeyDictionary

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine import dmn, feel, forms
from engine.asking import answers_of
from engine.bpmn import outline, reader
from engine.bpmn.model import MessageFlow, Process
from engine.compile import compile_process
from engine.dmn import model as dmn_model
from engine.errors import DrawingRefused, ExpressionRefused, NotFound, Problem
from engine.forms import Form
from engine.graph import Catch, Graph
from engine.machine import Steps
from engine.missing import missing, roles_missing
from engine.models import Definition
from engine.net import gathers, parts, parts_of
from engine.soundness import prove

DECISIONS = ".dmn"
"""How the name of a decision model ends among the files beside a drawing; all others are forms."""


@dataclass(frozen=True)
class Loaded:
    """One definition, or a part of one that runs as a child instance, ready to run.

    `texts` are the files beside the drawing: forms by form id, decision models by their file's name ("dish.dmn").
    """

    id: int
    key: str
    version: int
    name: str
    graph: Graph
    texts: Mapping[str, str]
    published_at: datetime | None = None
    flows: tuple[MessageFlow, ...] = ()
    _parts: dict[str, Loaded] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.graph)

    def of(self, part: str) -> Loaded:
        """The same definition with the machine of this part; the whole process for ""."""
        if not part:
            return self
        if (found := self._parts.get(part)) is None:
            found = self._parts[part] = replace(self, graph=self.graph.parts[part], _parts=self._parts)
        return found

    @cached_property
    def has_children(self) -> bool:
        """Whether anything of it is done by child instances."""
        return bool(self.graph.parts or self.graph.calls)

    @cached_property
    def has_branches(self) -> bool:
        """Whether a dashed event can begin a branch that lives beside."""
        return any(part.root.kind == "branch" for part in self.graph.parts.values())

    @cached_property
    def conditional(self) -> Mapping[str, Catch]:
        """The conditions that are waited for, by their event."""
        return {
            catch.node: catch for catches in self.graph.catches.values() for catch in catches
            if catch.kind == "conditional"
        }

    @cached_property
    def begins(self) -> Mapping[tuple[str, str], str]:
        """{(kind, name): the event that begins an instance when this message or signal comes}."""
        steps = (step for step in self.graph.transitions if not step.source and step.path)
        nodes = [node for step in steps if (node := self.graph.node(step.path[0])) is not None]
        return {
            (part.kind, part.ref or node.id): name
            for node in reversed(nodes)
            for part, name in zip(parts(node.event), parts_of(node) if gathers(node) else repeat(node.id), strict=False)
            if part.kind in ("message", "signal")
        }

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that are asked about: by the drawing's expressions, and by the decisions beside it."""
        return self.graph.names.union(*map(_asked, self._models.values()))

    @cached_property
    def _models(self) -> Mapping[str, dmn.Decisions]:
        return {file: dmn.read(text.encode()) for file, text in self.texts.items() if file.endswith(DECISIONS)}

    def decisions(self, name: str) -> dmn.Decisions:
        """The decision model that has this decision: the file named like it, else the first file that has it.

        Refused with NotFound when no file beside the drawing has it.
        """
        for file in sorted(self._models, key=lambda one: (one != name + DECISIONS, one)):
            found = self._models[file]
            if file == name + DECISIONS or name in found.model.elements or name in found.decisions:
                return found
        raise NotFound(
            "Keputusan “%(name)s” tidak ada di samping gambar. Terbitkan bersama berkas “%(name)s.dmn”.", name=name
        )

    def form(self, node_id: str) -> Form | None:
        """The form of this task, beside the drawing or inside it; None when it has none or the drawing no such task."""
        node = self.graph.process.nodes.get(node_id)
        text = self.texts.get(node.form or node.id if node else node_id)
        if text is None and node is not None:
            text = node.embedded
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


def _asked(decisions: dmn.Decisions) -> Iterator[str]:
    """The names that a decision model takes from who asks it."""
    for element in decisions.model.elements.values():
        if isinstance(element, dmn_model.InputData):
            yield from (element.name, element.alias)
        logic = element.logic if isinstance(element, dmn_model.Decision) else None
        texts = [one.expression for one in logic.inputs] if isinstance(logic, dmn_model.Table) else [logic]
        for text in texts:
            if isinstance(text, dmn_model.Literal) and text.text:
                try:
                    yield from feel.compile(text.text, strict=False, clock=True).names
                except ExpressionRefused:
                    yield text.text.strip()  # what is told as a problem of the model, and null when asked


@dataclass(frozen=True)
class Proved:
    """What is stored of a drawing that may be published: the process's id and name, its outline and fingerprint."""

    key: str
    name: str
    outline: str
    fingerprint: str


KEPT = 32
"""So many drawings are kept compiled, and so many sets of files proved, whatever database they stand in."""
_loaded: WeakKeyDictionary[object, dict[int, Loaded]] = WeakKeyDictionary()
"""By connection pool: ids are one database's own, and engines made by `execution_options` share their pool."""


def publish(
    session: Session, *, drawing: bytes, form_texts: Mapping[str, str], by: str, now: datetime,
    handlers: Collection[str] = frozenset(), key: str | None = None, roles: Collection[str] | None = None,
) -> Definition:
    """The drawing is the current version of its process at once, as a set-up does it; the same one as it is when
    nothing in it has changed. What people change goes through `engine.publishing`, which asks a second person. `key`
    is the id of the process meant, where the file holds several pools that run; each is published by itself.

    Refused, with nothing stored: a drawing that cannot be read, compiled or proved sound (DrawingRefused), a form that
    cannot be read (FormRefused). Instances under way stay with the version they run by.
    """
    found = proved(drawing, form_texts, handlers, key, roles)
    current = session.scalars(current_version(found.key)).first()
    if current is not None and is_same(current, drawing, form_texts):
        return current
    return store(session, found, Definition(
        drawing=drawing, forms=dict(form_texts), published_at=now, published_by=by, status="published",
    ))


def proved(
    drawing: bytes, form_texts: Mapping[str, str], handlers: Collection[str] = frozenset(), key: str | None = None,
    roles: Collection[str] | None = None,
) -> Proved:
    """A drawing that may be published with these forms. Refused as `publish`.

    `roles` are the roles that exist; a task that none of them may do is refused. None: not asked.
    """
    known = None if roles is None else frozenset(roles)
    return _proved(drawing, tuple(sorted(form_texts.items())), frozenset(handlers), key, known)


@lru_cache(maxsize=KEPT)
def _proved(
    drawing: bytes, texts: tuple[tuple[str, str], ...], handlers: frozenset[str], key: str | None,
    roles: frozenset[str] | None,
) -> Proved:
    """What was proved of the same files stays proved."""
    form_texts = dict(texts)
    process = chosen(drawing, key)
    graph = compile_process(process)
    prove(graph, answers_of(graph, form_texts).given)
    needed = list(missing(graph, handlers=handlers, forms=form_texts))
    if problems := needed + (list(roles_missing(graph, roles)) if roles is not None else []):
        raise DrawingRefused(problems)
    for name, text in form_texts.items():
        if name.endswith(DECISIONS):
            dmn.read(text.encode())
        else:
            forms.load(text)
    return Proved(process.id, process.name or process.id, outline.outline(process), outline.fingerprint(process))


def chosen(drawing: bytes, key: str | None = None) -> Process:
    """The process with this id; without one, the only one that is to run. DrawingRefused when there is not just one."""
    try:
        return reader.read(drawing).process(key)
    except KeyError:
        raise DrawingRefused([Problem(
            "drawing.which_process",
            "Berkas ini tidak memuat tepat satu alur yang dapat dijalankan. Tandai satu sebagai executable.",
            message_en="This file does not hold exactly one process that can run. Mark one as executable.",
        )]) from None


def is_same(definition: Definition, drawing: bytes, form_texts: Mapping[str, str]) -> bool:
    """Whether this version has the very same file and forms."""
    return definition.drawing == drawing and definition.forms == dict(form_texts)


def store(session: Session, found: Proved, definition: Definition) -> Definition:
    """The definition is in the database as the next version of what was proved, with its name and outline."""
    last = session.scalar(select(func.max(Definition.version)).where(Definition.key == found.key)) or 0
    definition.key, definition.version, definition.name = found.key, last + 1, found.name
    definition.outline, definition.fingerprint = found.outline, found.fingerprint
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
        graph, flows = _compiled(row.drawing, row.key)
        found = cache[definition_id] = Loaded(
            row.id, row.key, row.version, row.name, graph, dict(row.forms), row.published_at, flows,
        )
    return found


@lru_cache(maxsize=KEPT)
def _compiled(drawing: bytes, key: str) -> tuple[Graph, tuple[MessageFlow, ...]]:
    read = reader.read(drawing)
    return compile_process(read.process(key)), read.message_flows


def newest(session: Session, key: str) -> int:
    """The id of the current version of this process: the newest that is published. Refused with NotFound without."""
    found = session.scalars(current_version(key)).first()
    if found is None:
        raise NotFound("Alur “%(key)s” belum diterbitkan.", key=key)
    return found.id


def bound(session: Session, key: str, *, binding: str, version: str | None, caller: Loaded) -> int:
    """The id of the version of this process that a call asks for. Refused with NotFound when none is published.

    "version" is the one of that number; "deployment" the one that was current when the caller's own version was
    published; "latest", and all that leads nowhere, the current one.
    """
    wanted = Definition.key == key, Definition.status == "published"
    if binding == "version" and version is not None and version.isdigit():
        found = session.scalar(select(Definition.id).where(*wanted, Definition.version == int(version)))
    elif binding == "deployment" and caller.published_at is not None:
        found = session.scalar(
            select(Definition.id).where(*wanted, Definition.published_at <= caller.published_at)
            .order_by(Definition.version.desc()).limit(1)
        )
    else:
        found = None
    return found if found is not None else newest(session, key)


def newest_of_all(session: Session) -> list[int]:
    """The ids of the current versions of all processes, the oldest first."""
    return sorted(session.scalars(
        select(func.max(Definition.id)).where(Definition.status == "published").group_by(Definition.key)
    ))


def current_version(key: str) -> Select[Definition]:
    """The query for the newest published version of this process."""
    published = Definition.key == key, Definition.status == "published"
    return select(Definition).where(*published).order_by(Definition.version.desc()).limit(1)
