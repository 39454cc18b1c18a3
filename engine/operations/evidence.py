"""What becomes of evidence: checked, kept as a draft, prepared early, handed in, returned or accepted.

Evidence is accepted when a stage is reached, and returned when its task opens again: the drawing decides, not a word
in the code. A called process that nobody decides in accepts nothing by ending: its caller's stages do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from engine import gathering, phrases
from engine.base import table_of
from engine.errors import EvidenceRefused, FieldError
from engine.graph import Transition
from engine.host import Actor, Finding
from engine.machine import context_of
from engine.models import Attachment, Instance, Submission, Task
from engine.operations.learning import inputs
from engine.operations.standing import Standing
from engine.statements import AnyRow, Statement, among, insert_of

_submission, _attachment = table_of(Submission), table_of(Attachment)
_ATTACHED = Statement(lambda dialect: select(_attachment.c.sha256).where(
    among(_attachment.c.instance_id, "instances", dialect), among(_attachment.c.sha256, "hashes", dialect)
))
_instance, _task = table_of(Instance), table_of(Task)
_HANDED_IN = ("task_id", "status", "data", "warnings", "form_fingerprint", "actor", "on_behalf_of", "saved_at",
              "submitted_at")

_PENDING = Statement(
    select(_submission)
    .where(
        _submission.c.instance_id == bindparam("i"),
        or_(_submission.c.status == "submitted", _submission.c.status == "prepared"),
    ).order_by(_submission.c.id)
)
_MADE_IN = Statement(
    select(_instance.c.id, _instance.c.parent_id, _instance.c.parent_node)
    .join(_task, _task.c.instance_id == _instance.c.id).where(_task.c.id == bindparam("task"))
)
_ABOVE = Statement(
    select(_instance.c.id, _instance.c.parent_id, _instance.c.parent_node).where(_instance.c.id == bindparam("parent"))
)
_DECIDE = Statement(update(_submission).where(_submission.c.id == bindparam("s")).values(
    status=bindparam("how"), decided_at=bindparam("at"), decided_by=bindparam("by"), decision=bindparam("what")
))
_HAND_IN = Statement(
    update(_submission).where(
        _submission.c.instance_id == bindparam("i"), _submission.c.node == bindparam("n"),
        or_(_submission.c.status == "draft", _submission.c.status == "prepared"),
    ).values({name: bindparam(f"new_{name}") for name in _HANDED_IN})
)
_INSERT = insert_of(_submission, "instance_id", "node", "edition", *_HANDED_IN)


@dataclass(slots=True)
class Settled:
    """Which submissions a step accepted and returned, by id."""

    accepted: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)

    @property
    def details(self) -> dict[str, Any]:
        pairs = (("accepted", self.accepted), ("returned", self.returned))
        return {key: list(value) for key, value in pairs if value}


def settle(
    session: Session, standing: Standing, step: Transition, actor: Actor, now: datetime,
    decision: Mapping[str, Any] | None,
) -> Settled:
    """The evidence handed in is accepted (a stage was passed) or returned (its task opens again), or goes on waiting.

    What is accepted is written into the product's registers by the host, in the order in which it was handed in.
    `standing.prepared` is the evidence that waits for a task which this step opens.
    """
    settled = Settled()
    if not step.stages and not step.entered:
        return settled
    decided = []
    for one in _pending(session, standing.row.id):
        if one.status == "prepared":
            if one.node in step.entered:
                standing.prepared.append(one)
            continue
        again = _opens_again(session, standing, one, step)
        if again:
            settled.returned.append(one.id)
        elif step.stages and not _left_to_caller(standing, step):
            settled.accepted.append(one.id)
            standing.accepted(session, one.node, one.data, actor, now)
        else:
            continue
        how = "returned" if again else "accepted"
        decided.append({"s": one.id, "how": how, "at": now, "by": actor.id, "what": decision and dict(decision)})
    if settled.accepted:
        standing.surroundings(session, now)  # read before what follows is written: see `engine.gathering`
    _DECIDE.write_all(session, decided)
    return settled


def _pending(session: Session, instance_id: int) -> list[AnyRow]:
    known: list[AnyRow] | None = gathering.taken(session, "pending", instance_id)
    return _PENDING.rows(session, {"i": instance_id}) if known is None else known


def gather_pending(
    session: Session, instance_ids: Sequence[int], gathered: gathering.Gathered
) -> dict[int, list[str]]:
    """What `settle` asks about each of these instances is known. The answer is the nodes whose evidence was handed in
    and waits, by instance."""
    gathered.known.update({("pending", number): [] for number in instance_ids})
    for row in session.execute(
        select(_submission)
        .where(_submission.c.instance_id.in_(instance_ids), _submission.c.status.in_(("submitted", "prepared")))
        .order_by(_submission.c.id)
    ):
        gathered.known["pending", row.instance_id].append(row)
    return {
        number: [row.node for row in gathered.known["pending", number] if row.status == "submitted"]
        for number in instance_ids
    }


def _left_to_caller(standing: Standing, step: Transition) -> bool:
    """Whether this is the mere end of a called process in which nobody decides: who called it decides there."""
    graph = standing.definition.graph
    return (
        standing.row.parent_id is not None and graph.root.kind == "process" and not standing.definition.deciding
        and all(graph.process.nodes[stage].kind == "endEvent" for stage in step.stages)
    )


def _opens_again(session: Session, standing: Standing, one: AnyRow, step: Transition) -> bool:
    """Whether this step opens the task of this evidence again, or the place whose child instances do it."""
    if not standing.definition.has_children:
        return one.node in step.entered
    graph = standing.definition.graph
    node = _done_at(session, standing, one) if graph.calls and step.entered else one.node
    return node in step.entered or any(
        graph.spawns(place) and place in graph.net.around(node) for place in step.entered
    )


def _done_at(session: Session, standing: Standing, one: AnyRow) -> str:
    """The task of this evidence; of what a child instance handed up, the place of the instance at which that lived."""
    node: str = one.node
    made = _MADE_IN.first(session, {"task": one.task_id})
    while made is not None and made.id != standing.row.id:
        node = made.parent_node
        made = _ABOVE.first(session, {"parent": made.parent_id})
    return node


@dataclass(frozen=True, slots=True)
class Checked:
    """Data that its form and its rules accept, cleaned, with the soft findings and the form's fingerprint."""

    data: dict[str, Any]
    warnings: tuple[Finding, ...]
    fingerprint: str


def check(
    session: Session, standing: Standing, node_id: str, data: Mapping[str, Any], now: datetime
) -> Checked:
    """The data as its form cleans it. Refused with EvidenceRefused, naming every field that is wrong.

    The form of the instance's own version is the authority; then the host's rules, of which the hard ones refuse. A
    file must have been attached to this very instance.
    """
    form = standing.definition.form(node_id)
    surroundings = standing.surroundings(session, now)
    if form is None:
        clean, fingerprint = dict(data), ""
    else:
        context = {**standing.context(surroundings), **context_of(inputs(standing, node_id, surroundings), {})}
        found = form.check(data, context=context)
        if found.errors:
            raise EvidenceRefused(found.errors)
        clean, fingerprint = found.data, form.fingerprint
    errors = list(unattached(session, standing.row, clean))
    findings = standing.host.check(session, standing.subject, node_id, clean, now)
    errors += [FieldError(one.path, one.code, one.message) for one in findings if one.hard]
    if errors:
        raise EvidenceRefused(errors)
    return Checked(clean, tuple(one for one in findings if not one.hard), fingerprint)


def unattached(session: Session, row: AnyRow, data: Mapping[str, Any]) -> Iterator[FieldError]:
    """The files in the data that were not attached to this instance: nobody can name another's file by its hash.

    What was handed up from a child counts as attached to it, for evidence that was given back.
    """
    named = dict(_files(data, ()))
    if not named:
        return
    attached = {one.sha256 for one in _ATTACHED.rows(session, {
        "instances": sorted({row.id, row.parent_id, row.root_id} - {None}), "hashes": sorted({*named.values()}),
    })}
    for path, sha256 in named.items():
        if sha256 not in attached:
            yield FieldError(path, "file.not_attached", "Berkas ini belum terunggah. Pilih dan unggah kembali.")


def _files(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("sha256"), str):
            yield path, value["sha256"]
            return
        for key, part in value.items():
            yield from _files(part, (*path, str(key)))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _files(part, (*path, index))


def waits(session: Session, instance_id: int, node: str) -> bool:
    """Whether evidence of this node was handed in and is neither accepted nor returned yet."""
    return any(one.status == "submitted" and one.node == node for one in _PENDING.rows(session, {"i": instance_id}))


def as_rows(warnings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Soft findings as they are stored and shown: [{"path": [...], "code": …, and the message as phrases keep it}]."""
    return [{"path": list(one.path), "code": one.code, **phrases.as_dict(one.message)} for one in warnings]


def hand_in(
    session: Session, standing: Standing, node_id: str, task_id: int, checked: Checked, actor: Actor, now: datetime,
    *, deciding: bool,
) -> None:
    """The data is a submission: the open draft or prepared evidence becomes it, else a new row.

    A deciding task's answer needs nobody's acceptance: it is stored as accepted.
    """
    values: dict[str, Any] = {
        "task_id": task_id, "status": "accepted" if deciding else "submitted", "data": checked.data,
        "warnings": as_rows(checked.warnings), "form_fingerprint": checked.fingerprint, "actor": actor.id,
        "on_behalf_of": actor.on_behalf_of, "saved_at": now, "submitted_at": now,
    }
    if not deciding:
        given = {"i": standing.row.id, "n": node_id, **{f"new_{name}": value for name, value in values.items()}}
        if _HAND_IN.write(session, given) == 1:
            return
    _INSERT.write(session, {"instance_id": standing.row.id, "node": node_id, "edition": 1, **values})
