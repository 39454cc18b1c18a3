"""Each cause of a block in detail: who must act, since when, and what would free the body. For the rows of one page."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from engine import definitions
from engine.columns import UTCDateTime
from engine.models import Incident, Instance, Obstacle, Submission, Task
from engine.statements import AnyRow, Statement
from workflows import causes, rules, signposts
from workflows.bodies import MEMBERS
from workflows.models import (
    Agenda,
    Body,
    Contact,
    Membership,
    Person,
    Region,
    Replacement,
    Stakeholder,
    StakeholderMerge,
)
from workflows.models.accounts import MEMBER_ROLES
from workflows.models.stakeholder import OPEN
from workflows.people import MEMBER_POSTS
from workflows.rules import values
from workflows.stakeholders.standing import MERGED, STANDING

ASKED = ("submit_sowan", "submit_secretariat")
HALTING = causes.BIT["obstacle"] | causes.BIT["incident"] | causes.BIT["replacement"]
MOST_PROMISES = 2
FILED = ("draft", "prepared", "submitted", "returned")


@dataclass(frozen=True)
class Awaited:
    """An open promise for which the body waits: of which kind of office, what, until when."""

    kind: str
    office: str
    what: str
    due: date


@dataclass(frozen=True)
class Cause:
    """One reason why a body stands still.

    `owner` is the role that must act, or `causes.OUTSIDE`; `who` the body or office it is, "" where the role says all.
    `task` is the open task, `opened_at` when it last opened, `toward` the stage it leads to; `missing` names what it
    still lacks by name. `code`, `note` and `promised_at` are an obstacle's; `serving` of `wanted` members are there;
    `error` is an incident's. Of a replacement `code` is the late step, "oath" or "training", `note` the new member.
    `promises` are those that sowan and secretariat wait for, the earliest due first.
    """

    reason: str
    since: datetime
    owner: str
    who: str = ""
    task: str = ""
    toward: str = ""
    opened_at: datetime | None = None
    due_at: datetime | None = None
    missing: tuple[str, ...] = ()
    code: str = ""
    note: str = ""
    promised_at: datetime | None = None
    serving: int = 0
    wanted: int = 0
    error: str = ""
    promises: tuple[Awaited, ...] = ()


class Facts:
    """What is known of these instances, given as {number: the bits of its reasons}: their `bodies` and their open work
    with what was filed in one query; their obstacles, incidents and late replacements, where there are any, in a second
    one."""

    def __init__(self, session: Session, masks: Mapping[int, int], now: datetime) -> None:
        self.session, self.now = session, now
        self.signs: dict[tuple[int, str], tuple[str, str]] = {}
        standing = _STANDING.rows(session, _numbers(session, masks)) if masks else ()
        halting = [number for number, mask in masks.items() if mask & HALTING]
        self.bodies = {row.id: row for row in standing}
        self.tasks = _grouped((row.id, row) for row in standing if row.node is not None)
        halts = _HALTS.rows(session, {**_numbers(session, halting), "now": now}) if halting else ()
        self.halts = _grouped(((row.reason, row.instance_id), row) for row in halts)
        waiting = {row.body_id for row in standing if row.node in ASKED}
        awaited = _PROMISED.rows(session, _numbers(session, waiting)) if waiting else ()
        self.promises = _grouped((row.body_id, row) for row in awaited)

    def causes(self, number: int, mask: int) -> tuple[Cause, ...]:
        """The causes of this instance whose bits are set, in the order of `causes.REASONS`."""
        return tuple(
            cause for reason in causes.REASONS if mask & causes.BIT[reason] for cause in self._tell(number, reason)
        )

    def stage_name(self, number: int, stage: str) -> str:
        """What the instance's own drawing calls this stage."""
        return signposts.name_of(definitions.load(self.session, self.bodies[number].definition_id), stage)

    def _tell(self, number: int, reason: str) -> list[Cause]:
        if reason == "obstacle":
            return [self._obstacle(row) for row in self.halts.get((reason, number), ())]
        if reason == "incident":
            return [
                Cause(reason, row.at, "operator", task=self._sign(row.drawing, row.code)[0], error=row.who)
                for row in self.halts.get((reason, number), ())
            ]
        if reason == "replacement":
            return [self._replacement(row) for row in self.halts.get((reason, number), ())]
        if reason == "members":
            return [self._members(self.bodies[number])]
        return [self._work(reason, row) for row in self.tasks.get(number, ())]

    def _obstacle(self, row: AnyRow) -> Cause:
        return Cause("obstacle", row.at, causes.OUTSIDE, row.who, code=row.code, note=row.note,
                     promised_at=row.promised_at)

    def _replacement(self, row: AnyRow) -> Cause:
        part, _, state = row.code.partition(":")
        owner = "commissioner" if state == "proposed" else "operator"
        return Cause("replacement", row.at, owner, due_at=row.at, code=part, note=row.who)

    def _members(self, body: AnyRow) -> Cause:
        since = body.entered_at
        if body.left_on is not None:
            since = datetime.combine(body.left_on, datetime.min.time(), tzinfo=since.tzinfo)
        return Cause("members", since, "operator", serving=body.serving, wanted=MEMBERS[body.kind][0])

    def _work(self, reason: str, row: AnyRow) -> Cause:
        task, toward = self._sign(row.drawing, row.node)
        owner = "ppk_member" if reason == "parent" and row.kind == "pps" else row.role
        who = row.parent_name if reason == "parent" else row.name if owner in MEMBER_ROLES else ""
        late = row.due_at is not None and row.due_at < self.now
        return Cause(
            reason, row.due_at if late else row.opened_at, owner, who or "",
            task=task, toward=toward, opened_at=row.opened_at, due_at=row.due_at, missing=self._missing(row),
            promises=self._awaited(row),
        )

    def _awaited(self, row: AnyRow) -> tuple[Awaited, ...]:
        found = self.promises.get(row.body_id, ()) if row.node in ASKED else ()
        return tuple(Awaited(one.kind, one.office, one.promise, one.promise_due) for one in found[:MOST_PROMISES])

    def _sign(self, definition: int, node: str) -> tuple[str, str]:
        """What the task is called and the stage it leads to; of a page's tasks many are the same."""
        if (definition, node) not in self.signs:
            loaded = definitions.load(self.session, definition)
            toward = signposts.leads_to(loaded, node)
            self.signs[definition, node] = (
                signposts.name_of(loaded, node), signposts.name_of(loaded, toward) if toward else ""
            )
        return self.signs[definition, node]

    def _missing(self, row: AnyRow) -> tuple[str, ...]:
        """The documents or visits that the evidence lacks, by name."""
        if row.node not in ASKED:
            return ()
        data: Mapping[str, Any] = row.data or {}
        facts = rules.Facts(kind=row.kind, region_code=row.region_code, today=_day(self.now))
        if row.node == "submit_secretariat":
            return tuple(name for _, name in rules.missing_documents(data, facts).values())
        visited = {values.text(visit, "office") for visit in values.rows(data, "visits")}
        return tuple(facts.label(office) for office in rules.required_offices(facts) if office not in visited)


def _day(now: datetime) -> date:
    return now.date()


def _grouped(pairs: Iterable[tuple[Hashable, AnyRow]]) -> dict[Any, list[AnyRow]]:
    found: dict[Any, list[AnyRow]] = {}
    for key, row in pairs:
        found.setdefault(key, []).append(row)
    return found


def _numbers(session: Session, numbers: Iterable[int]) -> dict[str, Any]:
    """The instances as one value, whatever their number, so that the statement's text is always the same."""
    wanted = list(numbers)
    return {"numbers": wanted if session.get_bind().dialect.name == "postgresql" else json.dumps(wanted)}


def _among(column: Any, dialect: str) -> ColumnElement[bool]:
    """`column` is one of `_numbers`."""
    known: ColumnElement[bool]
    if dialect == "postgresql":
        known = column == any_(bindparam("numbers", type_=ARRAY(BigInteger)))
    else:
        told = func.json_each(bindparam("numbers", type_=String())).table_valued("value")
        known = column.in_(select(told.c.value))
    return known


def _standing(dialect: str) -> Select[*tuple[Any, ...]]:
    """A row for each open task of an instance, one where there is none: its body, who serves in it, the task, and the
    data of the newest evidence for it, where something is asked by name."""
    parent = aliased(Body)
    seated = (Membership.body_id == Body.id, causes.one_of(Membership.post, MEMBER_POSTS))
    serving = select(func.count()).where(*seated, Membership.until_on.is_(None)).scalar_subquery()
    left = select(func.max(Membership.until_on)).where(*seated).scalar_subquery()
    filed = (
        select(Submission.data)
        .where(
            Submission.instance_id == Task.instance_id, Submission.node == Task.node,
            causes.one_of(Task.node, ASKED), causes.one_of(Submission.status, FILED),
        )
        .order_by(Submission.id.desc()).limit(1).scalar_subquery()
    )
    own = aliased(Instance)
    drawing = case(
        (Task.root_id == Task.instance_id, Instance.definition_id),
        else_=select(own.definition_id).where(own.id == Task.instance_id).scalar_subquery(),
    )
    return (
        select(
            Instance.id, Instance.definition_id, Instance.entered_at, Body.id.label("body_id"), Body.kind, Body.name,
            Body.region_code, Agenda.timezone, Region.name.label("district"), parent.name.label("parent_name"),
            serving.label("serving"), left.label("left_on"), Task.node, Task.role, Task.opened_at, Task.due_at,
            drawing.label("drawing"),
            filed.label("data"),
        )
        .join(Body, Body.instance_id == Instance.id).join(Agenda, Agenda.id == Body.agenda_id)
        .outerjoin(Region, Region.code == func.substr(Instance.scope, 1, 8))
        .outerjoin(parent, parent.id == Body.parent_id)
        .outerjoin(Task, and_(Task.root_id == Instance.id, Task.closed_at.is_(None), Task.role != ""))
        .where(_among(Instance.id, dialect)).order_by(Task.due_at, Task.id)
    )


def _halts(dialect: str) -> Select[*tuple[Any, ...]]:
    """Open obstacles and incidents, of child instances too, and late replacements, as rows (reason, instance_id of the
    root, at, code, who, note, promised_at, drawing)."""
    nothing, own, child = cast(null(), UTCDateTime()), aliased(Instance), aliased(Instance)

    def incidents(of: Any, root: Any) -> Select[Any]:
        return select(
            literal("incident"), Incident.id, root, Incident.opened_at, Incident.node, Incident.error, literal(""),
            nothing, of.definition_id,
        ).join(of, of.id == Incident.instance_id).where(_among(root, dialect), Incident.resolved_at.is_(None))

    what = causes.owed(dialect)
    late = (
        select(
            literal("replacement"), Replacement.id, Body.instance_id, what.since, what.part + ":" + what.state,
            Person.name, literal(""), nothing, cast(null(), BigInteger),
        )
        .join(Body, Body.id == Replacement.body_id).join(Membership, Membership.id == Replacement.new_id)
        .join(Person, Person.id == Membership.person_id).where(_among(Body.instance_id, dialect), what.late)
    )
    both = union_all(
        select(
            literal("obstacle").label("reason"), Obstacle.id, Obstacle.instance_id, Obstacle.reported_at.label("at"),
            Obstacle.code, Obstacle.owner.label("who"), Obstacle.note, Obstacle.promised_at,
            cast(null(), BigInteger).label("drawing"),
        ).where(_among(Obstacle.instance_id, dialect), Obstacle.lifted_at.is_(None)),
        incidents(own, own.id), incidents(child, child.root_id).where(child.parent_id.is_not(None)), late,
    ).subquery("halt")
    return select(both).order_by(both.c.reason, both.c.id)


def _promised(dialect: str) -> Select[*tuple[Any, ...]]:
    """The open promises with a day that were given to these bodies."""
    return (
        select(Contact.body_id, Stakeholder.kind, Stakeholder.office, Contact.promise, Contact.promise_due)
        .outerjoin(StakeholderMerge, MERGED).join(Stakeholder, Stakeholder.id == STANDING)
        .where(
            _among(Contact.body_id, dialect), Contact.promise.is_not(None), Contact.promise_due.is_not(None),
            causes.one_of(Contact.promise_state, OPEN),
        )
        .order_by(Contact.promise_due, Contact.id)
    )


_STANDING, _HALTS, _PROMISED = Statement(_standing), Statement(_halts), Statement(_promised)
