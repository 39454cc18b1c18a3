"""What was filed for one task of one body, read for the page that fills it in and the page that decides about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, exists, or_, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.bpmn.model import Node
from engine.definitions import Loaded
from engine.errors import Forbidden, NotFound, OutOfScope
from engine.forms import DynamicList, Form
from engine.host import Actor, Subject
from engine.machine import context_of
from engine.models import Attachment, Deed, Instance, Submission, Task
from engine.phrases import listed
from workflows import bodies, rounds, signposts
from workflows.host import HOST
from workflows.models import Account, Body, Membership, Person

HANDED_IN = ("submitted", "returned", "accepted")
KEPT = ("draft", "prepared")


@dataclass(frozen=True)
class Returned:
    """Why evidence was given back, in the words of the deciding form. `parts` are the ids of the parts to mend."""

    reason: str
    note: str
    rows: tuple[tuple[str, str], ...]
    parts: frozenset[str]
    at: datetime | None

    @property
    def short(self) -> str:
        """Reason and note in one line, a phrase."""
        return listed(filter(None, (self.reason, self.note)), " – ")


@dataclass(frozen=True)
class Place:
    """One body with its instance, its drawing and the names its forms may use; all read at one moment.

    `instance` is the body's own or a child's, `root` always the body's.
    """

    body: Body
    instance: Row[Any]
    root: Row[Any]
    loaded: Loaded
    context: Mapping[str, Any]
    timezone: str

    @property
    def is_child(self) -> bool:
        return bool(self.instance.id != self.root.id)

    @property
    def has_children(self) -> bool:
        """Whether a part of this place's work may run as child instances."""
        return self.loaded.has_children

    @property
    def family(self) -> tuple[int, ...]:
        """The instance and, for a child, those above it that its evidence is handed up to."""
        row = self.instance
        return tuple(dict.fromkeys((row.id, row.parent_id, row.root_id))) if self.is_child else (row.id,)

    def form(self, node: str) -> Form:
        """The form of this task. NotFound when the drawing has no such task or the task no form."""
        found = self.loaded.graph.process.nodes.get(node)
        form = self.loaded.form(node) if found is not None and found.kind == "userTask" else None
        if form is None:
            raise NotFound("Formulir ini tidak ada pada alur badan ini.")
        return form


class Principal(NamedTuple):
    """A member on whose behalf the secretariat may fill in: the membership's number, the name, who it is for four eyes.
    """

    number: int
    name: str
    person: str


@dataclass(frozen=True)
class Filing:
    """What stands about one evidence task.

    `mode`: "open" (hand it in), "later" (prepare it), "waiting" (handed in, not decided) or "past". `kept` is the
    draft or prepared evidence, `last` the newest that was handed in, `returned` why that came back, `task` the open
    task. `data` is what the form begins with. `address` is the task by which a child's page is found, else None.
    """

    place: Place
    node: Node
    form: Form
    role: str
    mode: str
    task: Row[Any] | None
    kept: Row[Any] | None
    last: Row[Any] | None
    returned: Returned | None
    data: Mapping[str, Any]
    principals: tuple[Principal, ...] = field(default=())
    address: int | None = None
    title: str = ""

    @property
    def edition(self) -> int | None:
        return self.kept.edition if self.kept is not None else None


def at(session: Session, body_id: int, now: datetime, instance_id: int | None = None) -> Place:
    """The body where it stands, or a child of its instance. NotFound when there is none or its flow has not begun."""
    body = session.get(Body, body_id)
    if body is None or body.instance_id is None:
        raise NotFound("Badan ini tidak ditemukan, atau alurnya belum dimulai.")
    table = Instance.__table__
    root = row = session.execute(select(table).where(table.c.id == body.instance_id)).one()
    if instance_id is not None and instance_id != root.id:
        row = session.execute(select(table).where(table.c.id == instance_id, table.c.root_id == root.id)).one()
    loaded = definitions.load(session, row.definition_id).of(row.part)
    subject = Subject(row.id, row.subject, row.scope, loaded.key, row.stage, row.state)
    around = HOST.surroundings(session, subject, now)
    return Place(body, row, root, loaded, context_of(row.variables, around.names), around.zone.key)


def require(actor: Actor, role: str, scope: str) -> None:
    """Refused with OutOfScope when the role is held elsewhere only, with Forbidden when it is not held."""
    if not actor.holds(role, scope):
        raise OutOfScope() if actor.has_role(role, scope) else Forbidden()


def filing(
    session: Session, body_id: int, node: str, actor: Actor, now: datetime, task_id: int | None = None
) -> Filing:
    """What stands about this evidence task of this body; `task_id` names one of a child's.

    NotFound; Forbidden and OutOfScope as for handing in.
    """
    place = at(session, body_id, now, _instance_of(session, body_id, node, task_id) if task_id is not None else None)
    form, loaded = place.form(node), place.loaded
    if node in loaded.deciding:
        raise NotFound("Formulir ini tidak ada pada alur badan ini.")
    role = loaded.graph.role(node)
    require(actor, role, place.instance.scope)
    tasks = Task.__table__
    task = session.execute(
        select(tasks)
        .where(tasks.c.instance_id == place.instance.id, tasks.c.node == node, tasks.c.closed_at.is_(None))
    ).one_or_none()
    filed = submissions(session, place, node)
    kept = next((one for one in filed if one.status in KEPT), None)
    last = next((one for one in filed if one.status in HANDED_IN), None)
    returned = returned_words(loaded, node, last) if last is not None and last.status == "returned" else None
    mode = _mode(place, node, task, last)
    return Filing(
        place, loaded.graph.process.nodes[node], form, role, mode, task, kept, last, returned,
        _beginning(session, place, form, mode, (kept, last)), _principals(session, place.body, role, actor),
        address=task_id if place.is_child else None, title=_title(session, place, node, task_id),
    )


def _instance_of(session: Session, body_id: int, node: str, task_id: int) -> int:
    """The instance of this task, which is one of the body's. NotFound for any other."""
    found = session.scalar(
        select(Task.instance_id).join(Body, Body.instance_id == Task.root_id)
        .where(Task.id == task_id, Task.node == node, Body.id == body_id)
    )
    if found is None:
        raise NotFound("Tugas ini tidak ditemukan. Mungkin tautannya sudah tidak berlaku.")
    return found


def _title(session: Session, place: Place, node: str, task_id: int | None) -> str:
    name = signposts.name_of(place.loaded, node)
    inside = rounds.of_tasks(session, (task_id,)) if task_id is not None and place.is_child else {}
    return inside[task_id].named(name) if task_id in inside else name


def submissions(session: Session, place: Place, node: str) -> list[Row[Any]]:
    """Everything filed for this task, the newest first, without what was taken back.

    For a child's task also what was handed in for the same round before, wherever it was handed up to.
    """
    table, row = Submission.__table__, place.instance
    wanted = table.c.instance_id == row.id
    if place.is_child:
        same = select(Task.id).join(Instance, Instance.id == Task.instance_id).where(
            Instance.parent_id == row.parent_id, Instance.parent_node == row.parent_node,
            Instance.number == row.number, Task.node == node,
        )
        wanted = and_(table.c.instance_id.in_(place.family), or_(wanted, table.c.task_id.in_(same)))
    return list(session.execute(
        select(table).where(wanted, table.c.node == node, table.c.status != "withdrawn").order_by(table.c.id.desc())
    ).all())


def _mode(place: Place, node: str, task: Row[Any] | None, last: Row[Any] | None) -> str:
    if task is not None and place.instance.status == "running":
        return "open"
    if last is not None and last.status == "submitted":
        return "waiting"
    if place.instance.status == "running" and signposts.can_come(place.loaded, place.instance.state, node):
        return "later"
    return "past"


def _beginning(
    session: Session, place: Place, form: Form, mode: str, filed: tuple[Row[Any] | None, Row[Any] | None]
) -> Mapping[str, Any]:
    """What was kept, else what came back, else a blank form in which the members' names stand already."""
    kept, last = filed
    if kept is not None:
        return dict(kept.data)
    if last is not None and (last.status == "returned" or mode in ("waiting", "past")):
        return dict(last.data)
    data = form.blank()
    attendance = form.field(("attendance",))
    if isinstance(attendance, DynamicList) and form.field(("attendance", "member_name")) is not None:
        data["attendance"] = [{"member_name": person.name} for _, person in bodies.members(session, place.body)] or [{}]
    return data


def _principals(session: Session, body: Body, role: str, actor: Actor) -> tuple[Principal, ...]:
    """The members for whom this actor may fill in: all of the body's for one of its secretariat, else none.

    The body is the one whose members the task asks: a PPS's monitoring is its PPK's to tell.
    """
    number = actor.person.removeprefix("person:")
    if not number.isdecimal():
        return ()
    serving = session.execute(
        select(Membership.id, Membership.post, Membership.person_id, Person.name)
        .join(Person, Person.id == Membership.person_id).join(Body, Body.id == Membership.body_id)
        .where(Body.id.in_((body.id, body.parent_id)), Body.kind == role.removesuffix("_member"))
        .where(Membership.until_on.is_(None), Membership.post != "cadangan")
        .order_by(Membership.id)
    ).all()
    posts = {row.person_id: row.post for row in serving}
    if posts.get(int(number)) not in ("sekretaris", "staf"):
        return ()
    members = [row for row in serving if row.post in ("ketua", "anggota")]
    chair_first = sorted(members, key=lambda row: row.post != "ketua")
    return tuple(Principal(row.id, row.name, f"person:{row.person_id}") for row in chair_first)


def attached(session: Session, place: Place, hashes: set[str]) -> dict[str, dict[str, Any]]:
    """The files of this place among these: {sha256: {"name", "size", "type"}}."""
    if not hashes:
        return {}
    found = session.execute(
        select(Attachment.sha256, Attachment.name, Attachment.size, Attachment.type)
        .where(Attachment.instance_id.in_(place.family), Attachment.sha256.in_(hashes)).order_by(Attachment.id.desc())
    )
    return {row.sha256: {"name": row.name, "size": row.size, "type": row.type} for row in found}


def returned_words(loaded: Loaded, node: str, submission: Any) -> Returned:
    """The decision that gave this submission back, in the words of the form it was made with."""
    decision: Mapping[str, Any] = submission.decision or {}
    decider = signposts.decider(loaded, node)
    form = loaded.form(decider) if decider else None
    if form is None:
        return Returned("", str(decision.get("note") or ""), (), frozenset(), submission.decided_at)
    rows = [row for row in form.describe(decision) if not row.heading and row.path != ("decision",)]
    said = {row.path[-1]: row.value for row in rows if decision.get(str(row.path[-1]))}
    parts = decision.get("fields")
    return Returned(
        reason=said.get("reason", ""), note=said.get("note", ""),
        rows=tuple((row.label, row.value) for row in rows if row.path[-1] in said),
        parts=frozenset(parts if isinstance(parts, list) else ()), at=submission.decided_at,
    )


def account_names(session: Session, ids: set[str | None]) -> dict[str, str]:
    """The names of these accounts by id as text; the engine itself is "Tapak"."""
    numbers = {int(one) for one in ids if one and one.isdecimal()}
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(numbers))).all() if numbers else ()
    return {"system": "Tapak", **{str(number): name for number, name in found}}


def acted(session: Session, place: Place, actor: Actor, role: str) -> bool:
    """Whether the actor acted in another lane during this stay in the stage: four eyes."""
    return bool(session.scalar(select(exists().where(
        Deed.instance_id == place.root.id, Deed.stage_version == place.root.stage_version,
        Deed.person.in_({actor.who, actor.principal or actor.who}), Deed.role != role,
    ))))


def task_of(session: Session, task_id: int, instance_id: int, node: str) -> int:
    """`task_id`, which is a task of this instance and element, open or not. NotFound for any other."""
    found = session.scalar(
        select(Task.id).where(Task.id == task_id, Task.instance_id == instance_id, Task.node == node)
    )
    if found is None:
        raise NotFound("Tugas ini tidak ditemukan. Mungkin tautannya sudah tidak berlaku.")
    return found
