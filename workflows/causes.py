"""Why a body is blocked, as rows: one select per reason over open work, obstacles, incidents and memberships.

A body is blocked when it cannot move without somebody doing something that is late or missing. All of it is computed
from what the engine and the registers hold; nothing is typed in. The selects start from the bodies of a region, a range
of the index on the instance's scope, so that one regency costs the same among a thousand bodies and among a million.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Select,
    and_,
    bindparam,
    case,
    cast,
    distinct,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from engine import definitions
from engine.base import table_of
from engine.columns import UTCDateTime
from engine.definitions import Loaded
from engine.models import Definition, Incident, Instance, Submission, Task
from engine.statements import Statement
from workflows import signposts
from workflows.bodies import MEMBERS
from workflows.models import Body, Membership, Replacement
from workflows.models.accounts import MEMBER_ROLES
from workflows.people import MEMBER_POSTS

REASONS = ("obstacle", "overdue", "returned", "approval", "parent", "members", "incident", "replacement")
"""Every reason, in the order in which they are told of one body."""
BIT = {reason: 1 << place for place, reason in enumerate(REASONS)}
OUTSIDE = "outside"
"""The owner of an obstacle: somebody who has no account here."""
OWNERS = (*MEMBER_ROLES, "commissioner", "operator", OUTSIDE)
MEND_WITHIN = timedelta(days=3)
"""Returned evidence that is not mended after so long blocks its body, whatever its due day."""
TRAINED, TRAINING = "bimtek_complete", "submit_bimtek"
DAY_ENDS = time(17)
"""UTC: midnight of western Indonesia, the first of the three zones to be told; elsewhere it is 1 or 2 o'clock."""


@dataclass(frozen=True)
class Flows:
    """What the published drawings say and the database does not.

    `deciding`: of each definition the nodes that decide; `untrained`: the stages of a body before its training;
    `stages`: (code, name) of every stage on a body's way, in the order of the longest way of the newest drawings.
    """

    deciding: tuple[tuple[int, tuple[str, ...]], ...]
    untrained: tuple[str, ...]
    stages: tuple[tuple[str, str], ...]


def flows(session: Session) -> Flows:
    """Of every drawing ever published; they are kept compiled, and this until another one is published."""
    rows = _PUBLISHED.rows(session, {})
    published = tuple(row.id for row in rows)
    pool = session.get_bind().engine.pool
    kept = _flows.get(pool)
    if kept is None or kept[0] != published:
        loaded = [definitions.load(session, number) for number in published]
        newest = {one.key: one for one in loaded}
        kept = _flows[pool] = (published, _drawn(loaded, newest.values()))
    return kept[1]


_definition = table_of(Definition)
_PUBLISHED = Statement(
    select(_definition.c.id).where(_definition.c.status == "published").order_by(_definition.c.id)
)
_flows: WeakKeyDictionary[object, tuple[tuple[int, ...], Flows]] = WeakKeyDictionary()
"""By connection pool, as the compiled drawings themselves."""


def _drawn(loaded: Iterable[Loaded], newest: Iterable[Loaded]) -> Flows:
    untrained: dict[str, None] = {}
    for one in loaded:
        stages = signposts.main_stages(one)
        untrained.update(dict.fromkeys(stages[: stages.index(TRAINED)] if TRAINED in stages else ()))
    named: dict[str, str] = {}
    for way, one in sorted(((signposts.main_stages(one), one) for one in newest), key=lambda pair: -len(pair[0])):
        for code in way:
            named.setdefault(code, signposts.name_of(one, code))
    deciding = tuple((one.id, tuple(sorted(one.deciding))) for one in loaded if one.deciding)
    return Flows(deciding, tuple(untrained), tuple(named.items()))


def one_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """`column` is one of these values, written out once: a list that could change would be written at each call."""
    written = [literal(value) for value in values]
    return column.in_(written) if written else false()


def places(conditions: Iterable[ColumnElement[bool]]) -> CTE:
    """The bodies under way for which the conditions (on Instance and Body) hold."""
    query = (
        select(
            Instance.id, Instance.scope, Instance.stage, Instance.entered_at, Instance.held_since,
            Instance.definition_id, Body.id.label("body_id"), Body.kind, Body.parent_id,
        )
        .join(Body, Body.instance_id == Instance.id)
        .where(Instance.status == "running", *conditions)
    )
    return query.cte("place").prefix_with("MATERIALIZED")


def found(place: CTE, drawn: Flows, dialect: str) -> CTE:
    """One row per blocked body of `place`: instance_id, mask (the bits of its reasons), since (its oldest), owners.

    The statement wants the values of `moments`.
    """
    causes = union_all(
        _of_work(place, drawn), _of_obstacles(place), _of_incidents(place), _of_incidents_inside(place),
        _of_members(place, dialect), _of_replacements(place, dialect),
    ).subquery("cause")
    return (
        select(
            causes.c.instance_id, func.sum(distinct(causes.c.bit)).label("mask"),
            func.min(causes.c.since).label("since"), func.sum(distinct(causes.c.owner)).label("owners"),
        )
        .group_by(causes.c.instance_id).cte("found").prefix_with("MATERIALIZED")
    )


def moments(now: datetime) -> dict[str, datetime]:
    """The values of a statement over `found`."""
    return {"now": now, "mend": now - MEND_WITHIN}


def owner_bit(owner: str) -> int:
    """The bit of this owner in `owners`; 0 for an unknown one."""
    return 1 << OWNERS.index(owner) if owner in OWNERS else 0


def of_parent(role: Any, kind: Any) -> ColumnElement[bool]:
    """The task is for members of another body than this one: those of its parent."""
    return and_(one_of(role, MEMBER_ROLES), role != kind + "_member")


def _of_work(place: CTE, drawn: Flows) -> Select[Any]:
    """Open tasks that are late, and returned evidence that nobody mends. One reason a task: the most telling one."""
    returned = exists().where(
        Submission.instance_id == Task.instance_id, Submission.node == Task.node, Submission.status == "returned",
        Submission.decided_at >= Task.opened_at,
    )
    parent, above = aliased(Body), aliased(Instance)
    own = aliased(Instance)
    drawing = case(
        (Task.root_id == Task.instance_id, place.c.definition_id),
        else_=select(own.definition_id).where(own.id == Task.instance_id).scalar_subquery(),
    )
    deciding = or_(false(), *(
        and_(drawing == definition, one_of(Task.node, nodes)) for definition, nodes in drawn.deciding
    ))
    trains = and_(place.c.kind == "pps", Task.node == TRAINING)
    untrained = and_(trains, one_of(above.stage, drawn.untrained))
    reason = case(
        (or_(of_parent(Task.role, place.c.kind), untrained), BIT["parent"]), (deciding, BIT["approval"]),
        (returned, BIT["returned"]), else_=BIT["overdue"],
    )
    owner = case(
        (untrained, owner_bit("ppk_member")),
        *((Task.role == role, owner_bit(role)) for role in OWNERS if role != OUTSIDE), else_=0,
    )
    late = Task.due_at < bindparam("now", type_=UTCDateTime())
    long_ago = Task.opened_at < bindparam("mend", type_=UTCDateTime())
    return (
        select(
            place.c.id.label("instance_id"), reason.label("bit"),
            case((late, Task.due_at), else_=Task.opened_at).label("since"), owner.label("owner"),
        )
        .join(Task, and_(Task.root_id == place.c.id, Task.closed_at.is_(None)))
        .outerjoin(parent, parent.id == case((trains, place.c.parent_id)))  # looked up only where it is needed
        .outerjoin(above, above.id == parent.instance_id)
        .where(or_(late, and_(long_ago, returned)), Task.role != "")
    )


def _of_obstacles(place: CTE) -> Select[Any]:
    """What is held: the engine keeps since when beside the instance."""
    return (
        select(place.c.id, literal(BIT["obstacle"]), place.c.held_since, literal(owner_bit(OUTSIDE)))
        .where(place.c.held_since.is_not(None))
    )


def _of_incidents(place: CTE) -> Select[Any]:
    return (
        select(place.c.id, literal(BIT["incident"]), Incident.opened_at, literal(owner_bit("operator")))
        .join(Incident, and_(Incident.instance_id == place.c.id, Incident.resolved_at.is_(None)))
    )


def _of_incidents_inside(place: CTE) -> Select[Any]:
    """Those of the body's child instances, found from the few that are open at all."""
    child = aliased(Instance)
    return (
        select(place.c.id, literal(BIT["incident"]), Incident.opened_at, literal(owner_bit("operator")))
        .select_from(Incident).join(child, and_(child.id == Incident.instance_id, child.parent_id.is_not(None)))
        .join(place, place.c.id == child.root_id).where(Incident.resolved_at.is_(None))
    )


def _of_members(place: CTE, dialect: str) -> Select[Any]:
    """Fewer serve than the law asks: since the last one left, or since the body came where it stands."""
    seated = (Membership.body_id == place.c.body_id, one_of(Membership.post, MEMBER_POSTS))
    left: Any = select(func.max(Membership.until_on)).where(*seated).scalar_subquery()
    moment = (
        cast(left, UTCDateTime()) if dialect == "postgresql"
        else type_coerce(left.op("||")(" 00:00:00.000000"), UTCDateTime())
    )
    serving = select(func.count()).where(*seated, Membership.until_on.is_(None)).scalar_subquery()
    least = case(*((place.c.kind == kind, fewest) for kind, (fewest, _) in MEMBERS.items()), else_=0)
    return (
        select(
            place.c.id, literal(BIT["members"]), func.coalesce(moment, place.c.entered_at),
            literal(owner_bit("operator")),
        )
        .where(serving < least)
    )


@dataclass(frozen=True)
class Owed:
    """What a replacement owes as columns: `late` whether a last day is over, `part` the first step of which it is,
    `state` how far that step has come ("" | "proposed"), `since` when its day ended."""

    late: ColumnElement[bool]
    part: ColumnElement[str]
    state: ColumnElement[str]
    since: ColumnElement[datetime]


def owed(dialect: str) -> Owed:
    """Of each approved replacement the oath, then the training. The statement wants "now" of `moments`."""
    now = bindparam("now", type_=UTCDateTime())
    oath_ends, training_ends = (_ends(day, dialect) for day in (Replacement.oath_due, Replacement.training_due))
    oath = and_(Replacement.oath != "approved", oath_ends < now)
    training = and_(Replacement.training != "approved", training_ends < now)
    return Owed(
        and_(Replacement.status == "approved", or_(oath, training)),
        case((oath, literal("oath")), else_=literal("training")),
        case((oath, Replacement.oath), else_=Replacement.training),
        case((oath, oath_ends), else_=training_ends),
    )


def _ends(day: Any, dialect: str) -> ColumnElement[datetime]:
    """The moment at which this local day is over."""
    if dialect == "postgresql":
        return cast(func.timezone("UTC", cast(day, DateTime) + timedelta(hours=DAY_ENDS.hour)), UTCDateTime())
    return type_coerce(day.op("||")(f" {DAY_ENDS}.000000"), UTCDateTime())


def _of_replacements(place: CTE, dialect: str) -> Select[Any]:
    """A new member whose oath or training is late, from the few replacements that are owed anything."""
    what = owed(dialect)
    owner = case((what.state == "proposed", owner_bit("commissioner")), else_=owner_bit("operator"))
    return (
        select(place.c.id, literal(BIT["replacement"]), what.since, owner)
        .join(Replacement, Replacement.body_id == place.c.body_id).where(what.late)
    )
