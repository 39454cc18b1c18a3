"""Each cause of a block in detail: who must act, since when, and what would free the body. For the rows of one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from engine import definitions
from engine.models import Incident, Instance, Obstacle, Submission, Task
from workflows import causes, rules, signposts
from workflows.bodies import MEMBERS
from workflows.models import Agenda, Body, Membership, Region
from workflows.models.accounts import MEMBER_ROLES
from workflows.people import MEMBER_POSTS
from workflows.rules import values

ASKED = ("submit_sowan", "submit_secretariat")
FILED = ("draft", "prepared", "submitted", "returned")


@dataclass(frozen=True)
class Cause:
    """One reason why a body stands still.

    `owner` is the role that must act, or `causes.OUTSIDE`; `who` the body or office it is, "" where the role says all.
    `task` is the open task, `opened_at` when it last opened, `toward` the stage it leads to; `missing` names what it
    still lacks by name. `code`, `note` and `promised_at` are an obstacle's; `serving` of `wanted` members are there;
    `error` is an incident's.
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


class Facts:
    """What is known of these instances, read in five queries: their `bodies`, their open work, what was filed."""

    def __init__(self, session: Session, numbers: Sequence[int], now: datetime) -> None:
        self.session, self.now = session, now
        bodies, tasks, obstacles, incidents, filed = (
            session.execute(statement, {"numbers": list(numbers)}).all() if numbers else ()
            for statement in _STATEMENTS
        )
        self.bodies = {row.id: row for row in bodies}
        self.tasks, self.obstacles, self.incidents = _grouped(tasks), _grouped(obstacles), _grouped(incidents)
        self.filed = {(row.instance_id, row.node): row for row in filed}

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
            return [self._obstacle(row) for row in self.obstacles.get(number, ())]
        if reason == "incident":
            return [
                Cause(reason, row.opened_at, "operator", task=self.stage_name(number, row.node), error=row.error)
                for row in self.incidents.get(number, ())
            ]
        if reason == "members":
            return [self._members(self.bodies[number])]
        return [self._work(reason, self.bodies[number], row) for row in self.tasks.get(number, ())]

    def _obstacle(self, row: Row[Any]) -> Cause:
        return Cause("obstacle", row.reported_at, causes.OUTSIDE, row.owner, code=row.code, note=row.note,
                     promised_at=row.promised_at)

    def _members(self, body: Row[Any]) -> Cause:
        since = body.entered_at
        if body.left_on is not None:
            since = datetime.combine(body.left_on, datetime.min.time(), tzinfo=since.tzinfo)
        return Cause("members", since, "operator", serving=body.serving, wanted=MEMBERS[body.kind][0])

    def _work(self, reason: str, body: Row[Any], task: Row[Any]) -> Cause:
        loaded = definitions.load(self.session, body.definition_id)
        owner = "ppk_member" if reason == "parent" and body.kind == "pps" else task.role
        who = body.parent_name if reason == "parent" else body.name if owner in MEMBER_ROLES else ""
        toward = signposts.leads_to(loaded, task.node)
        late = task.due_at is not None and task.due_at < self.now
        return Cause(
            reason, task.due_at if late else task.opened_at, owner, who or "",
            task=signposts.name_of(loaded, task.node), toward=signposts.name_of(loaded, toward) if toward else "",
            opened_at=task.opened_at, due_at=task.due_at, missing=self._missing(body, task.node),
        )

    def _missing(self, body: Row[Any], node: str) -> tuple[str, ...]:
        """The documents or visits that the evidence lacks, by name."""
        if node not in ASKED:
            return ()
        filed = self.filed.get((body.id, node))
        data: Mapping[str, Any] = filed.data if filed is not None else {}
        facts = rules.Facts(kind=body.kind, region_code=body.region_code, today=_day(self.now))
        if node == "submit_secretariat":
            return tuple(name for _, name in rules.missing_documents(data, facts).values())
        visited = {values.text(visit, "office") for visit in values.rows(data, "visits")}
        return tuple(facts.label(office) for office in rules.required_offices(facts) if office not in visited)


def _day(now: datetime) -> date:
    return now.date()


def _grouped(rows: Iterable[Row[Any]]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.instance_id, []).append(row)
    return found


def _statements() -> tuple[Any, ...]:
    """Bodies with who serves in them, open tasks, open obstacles, open incidents, the newest evidence asked for."""
    wanted: Any = bindparam("numbers", expanding=True)
    parent = aliased(Body)
    columns = (
        Instance.id, Instance.definition_id, Instance.entered_at, Body.id.label("body_id"), Body.kind, Body.name,
        Body.region_code, Agenda.timezone, Region.name.label("district"), parent.name.label("parent_name"),
    )
    serving = func.count(Membership.id).filter(Membership.until_on.is_(None))
    bodies = (
        select(*columns, serving.label("serving"), func.max(Membership.until_on).label("left_on"))
        .join(Body, Body.instance_id == Instance.id).join(Agenda, Agenda.id == Body.agenda_id)
        .outerjoin(Region, Region.code == func.substr(Instance.scope, 1, 8))
        .outerjoin(parent, parent.id == Body.parent_id)
        .outerjoin(Membership, (Membership.body_id == Body.id) & Membership.post.in_(MEMBER_POSTS))
        .where(Instance.id.in_(wanted)).group_by(*columns)
    )
    tasks = (
        select(Task.instance_id, Task.node, Task.role, Task.opened_at, Task.due_at)
        .where(Task.instance_id.in_(wanted), Task.closed_at.is_(None), Task.role != "").order_by(Task.due_at, Task.id)
    )
    obstacles = (
        select(Obstacle.instance_id, Obstacle.code, Obstacle.owner, Obstacle.note, Obstacle.promised_at,
               Obstacle.reported_at)
        .where(Obstacle.instance_id.in_(wanted), Obstacle.lifted_at.is_(None)).order_by(Obstacle.id)
    )
    incidents = (
        select(Incident.instance_id, Incident.node, Incident.error, Incident.opened_at)
        .where(Incident.instance_id.in_(wanted), Incident.resolved_at.is_(None)).order_by(Incident.id)
    )
    newest = (
        select(func.max(Submission.id))
        .where(Submission.instance_id.in_(wanted), Submission.node.in_(ASKED), Submission.status.in_(FILED))
        .group_by(Submission.instance_id, Submission.node)
    )
    filed = select(Submission.instance_id, Submission.node, Submission.data).where(Submission.id.in_(newest))
    return bodies, tasks, obstacles, incidents, filed


_STATEMENTS = _statements()
