"""The bodies of an activity with all that handing in asks of them, read in a number of statements that stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.definitions import Loaded
from engine.forms import Form
from engine.host import Actor
from engine.machine import context_of
from engine.models import Deed, Instance, Submission, Task
from workflows import agendas
from workflows.activities import rights, sheets
from workflows.activities.attendance import PENDING, PRESENT, Mark
from workflows.agendas import Almanac
from workflows.models import Activity, ActivityAttendance, ActivityBody, Agenda, Body, Membership, Person
from workflows.people import MEMBER_POSTS
from workflows.rules import Facts, Serving


@dataclass(frozen=True)
class Noted:
    """A member's mark and, for who missed it, the day it was made up."""

    mark: Mark
    made_up_on: date | None


@dataclass(frozen=True)
class Case:
    """One body before the verdict. `row` are its columns and its instance's; `own` what only it knows; `shared` what
    is the same for all; `actor` who may hand in for it, None when the asker may not."""

    activity: Activity
    row: Row[Any]
    loaded: Loaded | None
    form: Form | None
    node: str
    role: str
    scope: str
    actor: Actor | None
    members: tuple[Serving, ...]
    noted: Mapping[str, Noted]
    facts: Facts
    context: Mapping[str, Any]
    task: Row[Any] | None
    kept: Row[Any] | None
    last: Row[Any] | None
    acted: bool

    @property
    def body(self) -> Any:
        """The body's columns: id, name, kind, region_code, unit, oath_on, monitored_on."""
        return self.row

    @property
    def own(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.row.own
        return found

    @property
    def shared(self) -> Mapping[str, Any]:
        return self.activity.data


def source_of(session: Session, activity: Activity) -> Activity:
    """The activity whose evidence is handed in: for a make-up day the one that was missed."""
    if activity.makes_up_for is None:
        return activity
    return session.get_one(Activity, activity.makes_up_for)


def load(
    session: Session, activity: Activity, bodies: Sequence[int], actor: Actor, now: datetime
) -> list[Case]:
    """These bodies that take part, in the order of their regions."""
    source = source_of(session, activity)
    node = sheets.NODES.get(source.kind, "")
    rows = _rows(session, source, bodies)
    members = _members(session, {row.id for row in rows} | {row.parent_id for row in rows if row.parent_id})
    noted = _noted(session, source, activity)
    parents = _names(session, {row.parent_id for row in rows if row.parent_id})
    instances = [row.instance_id for row in rows if row.instance_id]
    tasks = {one.instance_id: one for one in _tasks(session, node, instances)}
    filed = _filed(session, node, instances)
    acted = _acted(session, rows, actor)
    almanac = agendas.load_almanac(session, session.get_one(Agenda, source.agenda_id))
    known: dict[int, Loaded] = {}
    cases = []
    for row in rows:
        loaded = None
        if row.definition_id is not None:
            loaded = known.get(row.definition_id) or known.setdefault(
                row.definition_id, definitions.load(session, row.definition_id)
            )
        drawn = loaded.graph.process.nodes.get(node) if loaded else None
        form = loaded.form(node) if loaded and drawn is not None and drawn.kind == "userTask" else None
        role = loaded.graph.role(node) if loaded and form else ""
        scope = f"{row.region_code}.{row.unit:03d}" if row.unit else row.region_code
        own = members.get(row.id, ())
        cases.append(Case(
            source, row, loaded, form, node, role, scope,
            rights.acting(actor, node, role, scope, row.kind, row.name) if role else None,
            tuple(serving for _, serving in own),
            {serving.key: noted[number] for number, serving in own if number in noted},
            _facts(row, own, parents, members, almanac, now), _context(row, almanac, now),
            tasks.get(row.instance_id), _first(filed.get(row.instance_id), ("draft", "prepared")),
            _first(filed.get(row.instance_id), ("submitted", "returned", "accepted")),
            (row.instance_id, role) in acted if role else False,
        ))
    return cases


def _rows(session: Session, activity: Activity, bodies: Iterable[int]) -> list[Row[Any]]:
    columns: tuple[Any, ...] = (
        Body.id, Body.name, Body.kind, Body.region_code, Body.unit, Body.parent_id, Body.oath_on, Body.monitored_on,
        Body.instance_id, ActivityBody.id.label("number"), ActivityBody.data.label("own"), ActivityBody.edition,
        ActivityBody.draft, ActivityBody.digest, Instance.definition_id, Instance.status, Instance.state,
        Instance.variables, Instance.version, Instance.stage_version,
    )
    return list(session.execute(
        select(*columns)
        .join(ActivityBody, ActivityBody.body_id == Body.id)
        .outerjoin(Instance, Instance.id == Body.instance_id)
        .where(ActivityBody.activity_id == activity.id, Body.id.in_(list(bodies)))
        .order_by(Body.region_code, Body.unit, Body.id)
    ).all())


def _members(session: Session, bodies: Iterable[int]) -> dict[int, tuple[tuple[int, Serving], ...]]:
    found: dict[int, list[tuple[int, Serving, int]]] = {}
    for row in session.execute(
        select(
            Membership.id, Membership.body_id, Membership.post, Membership.division, Membership.rank,
            Membership.sworn_on, Membership.trained_on, Person.name, Person.gender, Person.born_on,
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id.in_(list(bodies)), Membership.until_on.is_(None), Membership.post.in_(MEMBER_POSTS))
    ):
        found.setdefault(row.body_id, []).append((row.id, Serving(
            row.name, row.post, division=row.division, gender=row.gender, born_on=row.born_on, sworn_on=row.sworn_on,
            trained_on=row.trained_on,
        ), row.rank or 99))
    return {
        body: tuple((number, one) for number, one, _ in sorted(
            serving, key=lambda it: (MEMBER_POSTS.index(it[1].post), it[2], it[1].name)
        ))
        for body, serving in found.items()
    }


def _noted(session: Session, source: Activity, activity: Activity) -> dict[int, Noted]:
    """The marks by membership. Who was present at the make-up day that is handed in counts as having made it up."""
    found: dict[int, dict[int, Row[Any]]] = {}
    columns: tuple[Any, ...] = (
        ActivityAttendance.activity_id, ActivityAttendance.membership_id, ActivityAttendance.status,
        ActivityAttendance.reason, ActivityAttendance.pact_signed, ActivityAttendance.made_up_on,
    )
    for row in session.execute(
        select(*columns)
        .where(ActivityAttendance.activity_id.in_({source.id, activity.id}))
    ):
        found.setdefault(row.activity_id, {})[row.membership_id] = row
    missed_again = {
        number for number, row in found.get(activity.id, {}).items() if row.status != PRESENT
    }

    def made_up(row: Row[Any]) -> date | None:
        waits = row.made_up_on is None and row.status in PENDING and source.id != activity.id
        return activity.held_on if waits and row.membership_id not in missed_again else row.made_up_on

    return {
        number: Noted(Mark(row.status, row.reason, row.pact_signed), made_up(row))
        for number, row in found.get(source.id, {}).items()
    }


def _names(session: Session, bodies: Iterable[int]) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(Body.id, Body.name).where(Body.id.in_(list(bodies))))}


def _tasks(session: Session, node: str, instances: Sequence[int]) -> list[Row[Any]]:
    columns: tuple[Any, ...] = (Task.id, Task.instance_id, Task.claimed_by)
    return list(session.execute(
        select(*columns)
        .where(Task.instance_id.in_(instances), Task.node == node, Task.closed_at.is_(None))
    ).all())


def _filed(session: Session, node: str, instances: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """What was filed for the task, the newest first."""
    found: dict[int, list[Row[Any]]] = {}
    columns: tuple[Any, ...] = (
        Submission.id, Submission.instance_id, Submission.status, Submission.edition, Submission.actor
    )
    for row in session.execute(
        select(*columns)
        .where(Submission.instance_id.in_(instances), Submission.node == node, Submission.status != "withdrawn")
        .order_by(Submission.id.desc())
    ):
        found.setdefault(row.instance_id, []).append(row)
    return found


def _first(filed: Sequence[Row[Any]] | None, statuses: tuple[str, ...]) -> Row[Any] | None:
    return next((one for one in filed or () if one.status in statuses), None)


def _acted(session: Session, rows: Sequence[Row[Any]], actor: Actor) -> frozenset[tuple[int, str]]:
    """(instance, the role of ours that four eyes close) where the actor acted in another lane of this stay."""
    stays = {row.instance_id: row.stage_version for row in rows if row.instance_id}
    deeds = [
        one for one in session.execute(
            select(Deed.instance_id, Deed.stage_version, Deed.role)
            .where(Deed.instance_id.in_(list(stays)), Deed.person == actor.who)
        ) if stays[one.instance_id] == one.stage_version
    ]
    ours = ("operator", "ppk_member", "pps_member", "kpps_member", "pantarlih_member", "commissioner")
    return frozenset((one.instance_id, role) for one in deeds for role in ours if role != one.role)


def _facts(
    row: Row[Any], own: tuple[tuple[int, Serving], ...], parents: Mapping[int, str],
    members: Mapping[int, tuple[tuple[int, Serving], ...]], almanac: Almanac, now: datetime,
) -> Facts:
    """What the rules of inauguration and bimtek ask, as `rules.gather_facts` would gather it body by body."""
    return Facts(
        kind=row.kind, region_code=row.region_code, today=almanac.today(now), body=row.name, oath_on=row.oath_on,
        voting_day=almanac.agenda.voting_day, members=tuple(one for _, one in own),
        parent=parents.get(row.parent_id, ""),
        parent_members=tuple(one for _, one in members.get(row.parent_id, ())),
        divisions=almanac.settings.divisions.get(row.kind, {}),
        planned_on=almanac.settings.inauguration_on.get(row.kind),
        monitoring_days=almanac.settings.periods.monitoring, labels=almanac.settings.labels,
        number_pattern=almanac.settings.number_pattern,
    )


def _context(row: Row[Any], almanac: Almanac, now: datetime) -> Mapping[str, Any]:
    return context_of(row.variables or {}, agendas.surroundings(almanac, row, now))
