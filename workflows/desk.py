"""The desk: what there is to do, for whom, by when. Each list takes a number of queries that does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from engine import definitions
from engine.host import Actor, Grant
from engine.models import Deed, Definition, Instance, Submission, Task
from workflows import regions, rounds, signposts, turning
from workflows.filings import HANDED_IN, Returned, returned_words
from workflows.models import Agenda, Body, Region
from workflows.models.accounts import MEMBER_ROLES
from workflows.rounds import Round

TABS = ("mine", "later", "team", "done")
WORKING = (*MEMBER_ROLES, "operator", "commissioner")
PAGE = 50
NO_DUE = datetime(9999, 1, 1, tzinfo=UTC)
_URGENT: tuple[ColumnElement[Any], ...] = (
    func.coalesce(Task.due_at, NO_DUE, type_=Task.due_at.type), -Task.priority, cast(ColumnElement[int], Task.id)
)
"""The order of open tasks: what is due first, of these the more urgent first."""


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed by; "" and False narrow nothing."""

    search: str = ""
    district: str = ""
    kind: str = ""
    stage: str = ""
    overdue: bool = False

    @property
    def count(self) -> int:
        return sum(map(bool, (self.search, self.district, self.kind, self.stage, self.overdue)))


@dataclass(frozen=True)
class Filed:
    """What waits for a decision: since when, with how many warnings, how often it was returned before."""

    at: datetime | None
    warnings: int
    returned: int


@dataclass(frozen=True)
class Entry:
    """One task as a row. `may_do` whether this actor may do it now, `child` whether it is a child instance's."""

    task_id: int
    node: str
    title: str
    asked: str
    role: str
    deciding: bool
    body_id: int
    body: str
    kind: str
    stage: str
    timezone: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    follow_up_at: datetime | None
    may_do: bool
    status: str = ""
    returned: Returned | None = None
    child: bool = False
    filed: Filed | None = None


@dataclass(frozen=True)
class Page:
    """Some rows of a list; `after` is where the next page begins, "" at the end."""

    entries: list[Entry]
    after: str = ""


@dataclass(frozen=True)
class Choices:
    """What the filters offer: (value, label)."""

    districts: list[tuple[str, str]] = field(default_factory=list)
    stages: list[tuple[str, str]] = field(default_factory=list)


def within(column: InstrumentedAttribute[str], scope: str) -> ColumnElement[bool]:
    """`column` holds a code that lies within `scope` ("" is everything)."""
    return regions.within(column, scope) if scope else true()


def working(actor: Actor) -> tuple[Grant, ...]:
    """The grants by which the actor does tasks."""
    return tuple(grant for grant in actor.grants if grant.role in WORKING)


def _of_role(grants: Iterable[Grant]) -> ColumnElement[bool]:
    return or_(false(), *(and_(Task.role == grant.role, within(Task.scope, grant.scope)) for grant in grants))


def _in_region(grants: Iterable[Grant]) -> ColumnElement[bool]:
    return or_(false(), *(within(Instance.scope, scope) for scope in {grant.scope for grant in grants}))


def _acted(actor: Actor) -> ColumnElement[bool]:
    """The actor acted in another lane during this stay: four eyes forbid the task."""
    return exists().where(
        Deed.instance_id == Task.root_id, Deed.stage_version == Instance.stage_version,
        Deed.person.in_({actor.who, actor.principal or actor.who}),
        Deed.role != Task.role,
    )


def _doable(actor: Actor) -> ColumnElement[bool]:
    """The tasks this actor may do now: role and region, four eyes, claimed by nobody else."""
    free = or_(Task.claimed_by.is_(None), Task.claimed_by == actor.id)
    return and_(_of_role(working(actor)), free, not_(_acted(actor)))


def _in_tab(actor: Actor, tab: str, now: datetime) -> ColumnElement[bool]:
    """A task whose follow-up date is still to come lies under "later" until then."""
    grants = working(actor)
    if tab in ("mine", "later"):
        later = and_(Task.follow_up_at.is_not(None), Task.follow_up_at > now)
        asked = later if tab == "later" else not_(later)
        return and_(Task.closed_at.is_(None), Instance.status == "running", _doable(actor), asked)
    if tab == "team":
        return and_(
            Task.closed_at.is_(None), Instance.status == "running", Task.role != "", _in_region(grants),
            not_(_doable(actor)),
        )
    by_me = or_(Task.closed_by == actor.id, _of_role(grants))
    return and_(Task.outcome == "completed", Task.role != "", _in_region(grants), by_me)


def _narrowed(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.search:
        found.append(Body.name.icontains(filters.search, autoescape=True))
    if filters.district:
        found.append(within(Instance.scope, filters.district))
    if filters.kind:
        found.append(Body.kind == filters.kind)
    if filters.stage:
        found.append(Instance.stage == filters.stage)
    if filters.overdue:
        found.append(Task.due_at < now)
    return found


def _tasks() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Task.id, Task.node, Task.role, Task.opened_at, Task.due_at, Task.closed_at, Task.instance_id,
        Task.root_id, Task.follow_up_at, Task.priority,
        Instance.definition_id, Instance.stage, Body.id.label("body_id"), Body.name, Body.kind, Agenda.timezone,
    )
    return (
        select(*columns)
        .join(Instance, Instance.id == Task.root_id)
        .join(Body, Body.instance_id == Instance.id)
        .join(Agenda, Agenda.id == Body.agenda_id)
    )


def entries(
    session: Session, actor: Actor, tab: str, now: datetime, *, filters: Filters | None = None, after: str = "",
    size: int = PAGE,
) -> Page:
    """One page of a tab: "mine", "later" and "team" by due date, the longest overdue first, then the more urgent;
    "done" the latest first.

    `after` is the `after` of the page before; anything else begins at the beginning.
    """
    query = _tasks().where(_in_tab(actor, tab, now), *_narrowed(filters or Filters(), now)).limit(size + 1)
    if tab == "done":
        place = turning.place(after)
        query = query.order_by(Task.closed_at.desc(), Task.id.desc())
        if place:
            query = query.where(tuple_(Task.closed_at, Task.id) < tuple_(*_literals(place)))
    else:
        query = query.order_by(*_URGENT)
        if behind := turning.ranked(after):
            query = query.where(tuple_(*_URGENT) > tuple_(*_literals(behind)))
    rows = session.execute(query).all()
    more = len(rows) > size
    rows = rows[:size]
    return Page(_read(session, rows, may_do=tab in ("mine", "later")), _cursor(rows[-1], tab) if more else "")


def _literals(place: tuple[datetime, int] | tuple[datetime, int, int]) -> tuple[Any, ...]:
    moment, *numbers = place
    return literal(moment, Task.due_at.type), *map(literal, numbers)


def _cursor(row: Row[Any], tab: str) -> str:
    if tab == "done":
        return f"{row.closed_at.isoformat()},{row.id}"
    return f"{(row.due_at or NO_DUE).isoformat()},{-row.priority},{row.id}"


def _read(session: Session, rows: Iterable[Row[Any]], *, may_do: bool) -> list[Entry]:
    rows = list(rows)
    latest = _latest(session, rows)
    inside = rounds.of_tasks(session, (row.id for row in rows if row.root_id != row.instance_id))
    filed = _filed(session, {row.instance_id for row in rows if row.closed_at is None and row.role == "commissioner"})
    return [
        replace(
            _entry(session, row, latest.get((row.instance_id, row.node)), inside.get(row.id), may_do=may_do),
            filed=filed.get(row.instance_id),
        )
        for row in rows
    ]


def _filed(session: Session, instances: set[int]) -> dict[int, Filed]:
    """What waits for a decision in each of these instances; of several, the newest."""
    if not instances:
        return {}
    rows = session.execute(
        select(Submission.instance_id, Submission.node, Submission.status, Submission.warnings, Submission.submitted_at)
        .where(Submission.instance_id.in_(instances), Submission.status.in_(("submitted", "returned")))
        .order_by(Submission.id)
    ).all()
    times: dict[tuple[int, str], int] = {}
    found: dict[int, Filed] = {}
    for row in rows:
        key = (row.instance_id, row.node)
        if row.status == "returned":
            times[key] = times.get(key, 0) + 1
        else:
            found[row.instance_id] = Filed(row.submitted_at, len(row.warnings), times.get(key, 0))
    return found


def _latest(session: Session, rows: Iterable[Row[Any]]) -> Mapping[tuple[int, str], tuple[Any, Any]]:
    """Of each row's node the newest submission, and the newest that was handed in; without those taken back."""
    instances, nodes = {row.instance_id for row in rows}, {row.node for row in rows}
    if not instances:
        return {}
    newest = (
        select(func.max(Submission.id))
        .where(Submission.instance_id.in_(instances), Submission.node.in_(nodes), Submission.status != "withdrawn")
        .group_by(Submission.instance_id, Submission.node, Submission.status)
    )
    columns = (Submission.instance_id, Submission.node, Submission.status, Submission.decision, Submission.decided_at)
    found = session.execute(select(*columns).where(Submission.id.in_(newest)).order_by(Submission.id))
    latest: dict[tuple[int, str], tuple[Any, Any]] = {}
    for one in found:
        key = (one.instance_id, one.node)
        handed_in = one if one.status in HANDED_IN else latest.get(key, (None, None))[1]
        latest[key] = (one, handed_in)
    return latest


def _entry(
    session: Session, row: Row[Any], known: tuple[Any, Any] | None, inside: Round | None, *, may_do: bool
) -> Entry:
    loaded = definitions.load(session, inside.definition_id if inside is not None else row.definition_id)
    node = loaded.graph.process.nodes[row.node]
    newest, decided = known or (None, None)
    returned = None
    if decided is not None and decided.status == "returned" and row.closed_at is None:
        returned = returned_words(loaded, row.node, decided)
    return Entry(
        task_id=row.id, node=row.node, title=rounds.titled(loaded, row.node, inside), asked=node.documentation,
        role=row.role, deciding=row.node in loaded.deciding, body_id=row.body_id, body=row.name, kind=row.kind,
        stage=row.stage, timezone=row.timezone, opened_at=row.opened_at, due_at=row.due_at, closed_at=row.closed_at,
        follow_up_at=row.follow_up_at, may_do=may_do,
        status=newest.status if newest is not None else "", returned=returned,
        child=inside is not None,
    )


def listed(actor: Actor, now: datetime, filters: Filters, tasks: Iterable[int] | None = None) -> Select[Any]:
    """The question for the tasks this actor may do, most urgent first; or for those named, within the actor's region,
    open or not, so that each can be told what hinders it."""
    if tasks is None:
        wanted: tuple[ColumnElement[bool], ...] = (_in_tab(actor, "mine", now), *_narrowed(filters, now))
    else:
        wanted = (Task.id.in_(list(tasks)), _in_region(working(actor)))
    return _tasks().where(*wanted).order_by(*_URGENT)


def groups(session: Session, actor: Actor, now: datetime, filters: Filters) -> list[tuple[str, str, int, int]]:
    """What waits for this actor by stage and kind: (stage, kind, how many, how many of them late)."""
    late = func.count().filter(Task.due_at < now).label("late")
    rows = session.execute(
        select(Instance.stage, Body.kind, func.count().label("all"), late)
        .select_from(Task).join(Instance, Instance.id == Task.root_id).join(Body, Body.instance_id == Instance.id)
        .where(_in_tab(actor, "mine", now), *_narrowed(replace(filters, stage="", kind=""), now))
        .group_by(Instance.stage, Body.kind).order_by(func.count().desc(), Instance.stage, Body.kind)
    )
    return [(row.stage, row.kind, row.all, row.late) for row in rows]


def counts(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    """How many tasks lie in "mine", "later" and "team"."""
    joined = (
        select(
            *(func.count().filter(_in_tab(actor, tab, now)).label(tab) for tab in ("mine", "later", "team")),
        )
        .select_from(Task).join(Instance, Instance.id == Task.root_id)
        .where(Task.closed_at.is_(None), or_(_of_role(working(actor)), _in_region(working(actor))))
    )
    row = session.execute(joined).one()
    return {"mine": row.mine, "later": row.later, "team": row.team}


def next_decision(session: Session, actor: Actor, now: datetime, after: int | None = None) -> Entry | None:
    """The next task this actor may decide, in the order of "mine": behind the task `after`, else from the beginning."""
    decisive = [
        (definition_id, node)
        for definition_id in session.scalars(select(Definition.id)).all()
        for node in definitions.load(session, definition_id).deciding
    ]
    if not decisive:
        return None
    query = (
        _tasks()
        .where(_in_tab(actor, "mine", now), or_(
            tuple_(Instance.definition_id, Task.node).in_(decisive),
            and_(Task.root_id != Task.instance_id, tuple_(_own_definition(), Task.node).in_(decisive)),
        ))
        .order_by(*_URGENT).limit(1)
    )
    if after is not None:
        here = session.execute(select(Task.due_at, Task.priority, Task.id).where(Task.id == after)).one_or_none()
        query = query.where(Task.id != after)
        if here is not None:
            place = tuple_(*_literals((here.due_at or NO_DUE, -here.priority, here.id)))
            behind = session.execute(query.where(tuple_(*_URGENT) > place)).all()
            if behind:
                return _read(session, behind, may_do=True)[0]
    return next(iter(_read(session, session.execute(query).all(), may_do=True)), None)


def _own_definition() -> ScalarSelect[int]:
    """The definition that the task's own instance runs by: a child may be of another drawing than its root."""
    own = aliased(Instance)
    return select(own.definition_id).where(own.id == Task.instance_id).scalar_subquery()


def choices(session: Session, actor: Actor) -> Choices:
    """The kecamatan within the actor's region and the stages of the drawings."""
    scopes = {grant.scope for grant in working(actor)}
    districts = session.execute(
        select(Region.code, Region.name)
        .where(Region.level == "kecamatan", or_(false(), *(within(Region.code, scope) for scope in scopes)))
        .order_by(Region.name)
    ).all()
    stages: dict[str, str] = {}
    for definition_id in definitions.newest_of_all(session):
        loaded = definitions.load(session, definition_id)
        stages.update((code, signposts.name_of(loaded, code)) for code in signposts.main_stages(loaded))
    return Choices([(code, name) for code, name in districts], list(stages.items()))


def own_bodies(session: Session, actor: Actor, limit: int = 2) -> list[int]:
    """The bodies the actor is a member of by role and region: a PPS's own, not those below a PPK; at most `limit`."""
    grants = [grant for grant in working(actor) if grant.role in MEMBER_ROLES]
    if not grants or len(grants) < len(working(actor)):
        return []
    own = or_(*(and_(Body.kind == grant.role.removesuffix("_member"), Instance.scope == grant.scope)
                for grant in grants))
    query = select(Body.id).join(Instance, Instance.id == Body.instance_id).where(own).order_by(Body.id).limit(limit)
    return list(session.scalars(query))
