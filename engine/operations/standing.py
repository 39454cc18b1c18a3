"""Loading what an operation is about: the instance, locked, with its definition and what lies around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from engine import definitions, feel, gathering
from engine.base import table_of
from engine.definitions import Loaded
from engine.errors import Forbidden, NotFound, NotOpen, OutOfScope, Stale
from engine.host import SYSTEM, Actor, Host, Subject, Surroundings
from engine.machine import context_of
from engine.models import Deed, History, Instance, Task, Timer
from engine.phrases import Phrase
from engine.statements import AnyRow, Statement

_instance = table_of(Instance)
_task, _timer = table_of(Task), table_of(Timer)
_deed = table_of(Deed)
_history = table_of(History)

_INSTANCE = Statement(select(_instance).where(_instance.c.id == bindparam("instance")).with_for_update())
_INSTANCE_OF_TASK = Statement(
    select(_instance)
    .where(_instance.c.id == select(_task.c.instance_id).where(_task.c.id == bindparam("task")).scalar_subquery())
    .with_for_update()
)
_INSTANCE_OF_TIMER = Statement(
    select(_instance)
    .where(_instance.c.id == select(_timer.c.instance_id).where(_timer.c.id == bindparam("timer")).scalar_subquery())
    .with_for_update()
)
_STAY = Statement(
    select(_instance.c.id, _instance.c.stage_version).where(_instance.c.id == bindparam("root"))
)
_TASK = Statement(select(
    _task,
    exists().where(
        _deed.c.instance_id == bindparam("instance"), _deed.c.stage_version == bindparam("stay"),
        _deed.c.person.in_((bindparam("person"), bindparam("principal"))), _deed.c.role != _task.c.role,
    ).label("acted"),
).where(_task.c.id == bindparam("task")))


@dataclass(slots=True)
class Standing:
    """One instance under the lock of this transaction.

    `row` is its row as read; `variables` may be changed; `prepared` is the evidence that a step found waiting for it,
    `taken_up` those rows of it that the act has dealt with; `written` is what the host needs to write its registers
    back: {"node", "before"} in the order in which evidence was accepted.
    """

    row: AnyRow
    definition: Loaded
    variables: dict[str, Any]
    host: Host
    prepared: list[AnyRow] = field(default_factory=list)
    taken_up: list[AnyRow] = field(default_factory=list)
    written: list[dict[str, Any]] = field(default_factory=list)
    _around: dict[datetime, Surroundings] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        row = self.row
        return Subject(row.id, row.subject, row.scope, self.definition.key, row.stage, row.state, self._known)

    def surroundings(self, session: Session, now: datetime) -> Surroundings:
        """What lies around the subject, asked once until `accepted`: nobody else changes it under this lock."""
        if (found := self._around.get(now)) is None:
            found = self._around[now] = _at(now, self.host.surroundings(session, self.subject, now))
        return found

    def accepted(self, session: Session, node: str, data: Mapping[str, Any], actor: Actor, now: datetime) -> None:
        """The host has written this evidence into its registers; the surroundings are asked anew."""
        if (gathered := gathering.of(session)) is not None:
            gathered.wrote = True
        before = self.host.accepted(session, self.subject, node, data, actor, now)
        if before is not None:
            self.written.append({"node": node, "before": before})
        self._around.clear()

    def join(self, inner: Standing) -> None:
        """What a further step of the same act has taken up and written counts as this one's."""
        self.taken_up += inner.taken_up
        self.written += inner.written

    def context(self, surroundings: Surroundings) -> dict[str, Any]:
        return context_of(self.variables, surroundings.names)

    @property
    def names(self) -> frozenset[str]:
        """The variables it keeps: those its drawing asks about, and those its parent waits for."""
        names, origin = self.definition.names, self.row.origin
        return names if origin is None else names.union(origin["keeps"])

    def keep(self, values: Mapping[str, Any]) -> None:
        """Of these values its variables have those that are asked about."""
        names = self.names
        self.variables.update({key: value for key, value in values.items() if key in names})


def _at(now: datetime, around: Surroundings) -> Surroundings:
    """With the moment of the act, which `now()` and `today()` of the drawing give, by the subject's own clock."""
    return replace(around, names={**around.names, feel.MOMENT: now.astimezone(around.zone)})


def standing_of(session: Session, row: AnyRow, host: Host) -> Standing:
    """The instance of this locked row, with the machine it runs by."""
    return Standing(row, definitions.load(session, row.definition_id).of(row.part), dict(row.variables), host)


def stay(session: Session, row: AnyRow) -> tuple[int, int]:
    """(instance, stage version) of the stay that four eyes are counted by: a child acts in its root's."""
    if row.root_id is None:
        return row.id, row.stage_version
    root = _STAY.first(session, {"root": row.root_id})
    return root.id, root.stage_version


def lock(session: Session, instance_id: int, host: Host) -> Standing:
    """The instance, locked until the transaction ends. Refused with NotFound when there is none."""
    row = gathering.taken(session, "instance", instance_id) or _INSTANCE.first(session, {"instance": instance_id})
    if row is None:
        raise NotFound()
    return standing_of(session, row, host)


def lock_timer(session: Session, timer_id: int, host: Host) -> Standing:
    """The instance this clock belongs to, locked until the transaction ends. Refused with NotFound."""
    row = _INSTANCE_OF_TIMER.first(session, {"timer": timer_id})
    if row is None:
        raise NotFound("Jam ini tidak ditemukan.")
    return standing_of(session, row, host)


def lock_task(session: Session, task_id: int, host: Host, actor: Actor) -> tuple[Standing, AnyRow]:
    """The task's instance, locked, and the task as it stands under that lock. Refused with NotFound.

    The task's row has one more column, `acted`: whether the actor, or the one on whose behalf they act, acted in
    another lane during this stay in the stage.
    """
    if (known := gathering.taken(session, "task", task_id)) is not None:
        return standing_of(session, known[0], host), known[1]
    row = _INSTANCE_OF_TASK.first(session, {"task": task_id})
    if row is None:
        raise NotFound("Tugas ini tidak ditemukan. Mungkin tautannya sudah tidak berlaku.")
    instance, version = stay(session, row)
    task = _TASK.first(session, {
        "task": task_id, "person": actor.who, "principal": actor.principal, "instance": instance, "stay": version,
    })
    return standing_of(session, row, host), task


def lock_all(session: Session, instance_ids: Sequence[int]) -> dict[int, AnyRow]:
    """These instances, locked in one order, so that two acts on the same ones wait and never deadlock; by id."""
    found = session.execute(
        select(_instance).where(_instance.c.id.in_(instance_ids)).order_by(_instance.c.id).with_for_update()
    )
    return {row.id: row for row in found}


def gather_tasks(
    session: Session, task_ids: Sequence[int], actor: Actor, gathered: gathering.Gathered
) -> dict[int, AnyRow]:
    """The instances of these tasks are locked, and what `lock_task` asks about each is known; of child instances,
    whose four eyes are counted by their root, it is asked one by one. The answer is the others, by id."""
    locked = lock_all(session, session.execute(
        select(_task.c.instance_id).where(_task.c.id.in_(task_ids)).distinct()
    ).scalars().all())
    acted = exists().where(
        _deed.c.instance_id == _instance.c.id, _deed.c.stage_version == _instance.c.stage_version,
        _deed.c.person.in_((actor.who, actor.principal)), _deed.c.role != _task.c.role,
    ).label("acted")
    for task in session.execute(
        select(_task, acted).join(_instance, _instance.c.id == _task.c.instance_id)
        .where(_task.c.id.in_(task_ids), _instance.c.root_id.is_(None))
    ):
        gathered.known["task", task.id] = locked[task.instance_id], task
    return {number: row for number, row in locked.items() if row.root_id is None}


def require_open(session: Session, standing: Standing, task: AnyRow) -> None:
    """Refused with NotOpen when the task is closed; the refusal says what was done meanwhile and by whom."""
    if task.closed_at is None:
        return
    raise NotOpen(
        "Tugas ini sudah tidak terbuka. Terakhir: “%(what)s” oleh %(who)s. Muat ulang halaman, lalu periksa kembali; "
        "isian Anda tidak hilang.", **meanwhile(session, standing)
    )


def require_seen(session: Session, standing: Standing, seen: int | None) -> None:
    """Refused with Stale when the instance moved since the version the page was drawn with (None: not asked)."""
    if seen is not None and seen != standing.row.version:
        raise Stale(
            "Keadaan badan ini sudah berubah sejak halaman dibuka. Terakhir: “%(what)s” oleh %(who)s. Muat ulang "
            "halaman, lalu periksa kembali; isian Anda tidak hilang.", **meanwhile(session, standing)
        )


def meanwhile(session: Session, standing: Standing) -> dict[str, str]:
    """What was done last, and by whom; of people's deeds, where there are any, rather than of the engine's own."""
    last = session.execute(
        select(_history.c.actor, _history.c.action, _history.c.node, _history.c.details)
        .where(_history.c.instance_id == standing.row.id)
        .order_by(_history.c.actor == SYSTEM.id, _history.c.seq.desc()).limit(1)
    ).one()
    node = standing.definition.graph.process.nodes.get(last.node or "")
    what = node.name or node.id if node else last.action
    return {
        "what": Phrase(what),
        "who": last.details.get("actor_name") or last.actor,
    }


def require_role(actor: Actor, role: str, scope: str) -> None:
    """Refused with Forbidden when the actor lacks the role, with OutOfScope when it is held elsewhere only."""
    if actor.holds(role, scope):
        return
    raise OutOfScope() if actor.has_role(role, scope) else Forbidden()
