"""One body with all that belongs to it, for its page: a number of queries that does not grow with its age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import definitions, history
from engine.errors import NotFound
from engine.host import Actor, lies_within
from engine.models import Deed, Definition, History, Instance, Obstacle, Submission, Task, Timer
from workflows import bodies, exhibits, filings, needs, photo_notes, register, rounds, signposts, trail
from workflows.exhibits import Exhibit
from workflows.filings import Place
from workflows.host import almanac_of
from workflows.models import Body, Membership, Person
from workflows.models.accounts import MEMBER_ROLES
from workflows.needs import Stage
from workflows.people import MEMBER_POSTS
from workflows.rounds import Round
from workflows.signposts import Step
from workflows.trail import Event

WORKING = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "province")
LOOKING = (*WORKING, "observer", "auditor")
REPORTING = (*MEMBER_ROLES, "operator", "commissioner", "supervisor")
"""The roles that may report and lift an obstacle."""


@dataclass(frozen=True)
class Sight:
    """What a reader may see of a body: `full`, papers and personal answers; `phones`; `obstacle_role`, by which they
    report obstacles, "" for who may not."""

    full: bool
    phones: bool
    obstacle_role: str


@dataclass(frozen=True)
class Awaited:
    """An open task of a person. `acted`: four eyes forbid it to this reader; `claimed_by` is somebody else's name;
    `child` says that it is a child instance's."""

    task_id: int
    node: str
    title: str
    role: str
    since: datetime
    due_at: datetime | None
    deciding: bool
    may_do: bool
    acted: bool
    claimed_by: str
    child: bool = False


@dataclass(frozen=True)
class Next:
    """A clock the body waits for when no person has to act."""

    title: str
    at: datetime


@dataclass(frozen=True)
class Held:
    """An obstacle, open while `lifted_at` is None."""

    id: int
    code: str
    owner: str
    note: str
    promised_at: datetime | None
    reported_by: str
    reported_at: datetime
    lifted_by: str
    lifted_at: datetime | None


@dataclass(frozen=True)
class Served:
    """Somebody who serves in the body now; `phone` is "" for a reader who may not see it.

    `divisions` are names; of the secretariat's staff codes of their duty.
    """

    person_id: int
    name: str
    post: str
    divisions: tuple[str, ...]
    sworn_on: date | None
    trained_on: date | None
    phone: str


@dataclass(frozen=True)
class Chain:
    """The end of the body's history chain: a short code of it, how many entries, and whether every one is unaltered,
    those in the chains of its child instances too, of which there are `children`."""

    code: str
    entries: int
    whole: bool
    children: int = 0


@dataclass(frozen=True)
class Flow:
    """Where the body stands on its drawing. `here`, `late` and `passed` are ids of drawn elements."""

    place: Place
    steps: tuple[Step, ...]
    stages: tuple[Stage, ...]
    awaited: tuple[Awaited, ...]
    next: tuple[Next, ...]
    obstacles: tuple[Held, ...]
    exhibits: tuple[Exhibit, ...]
    events: tuple[Event, ...]
    chain: Chain
    outline: str
    here: tuple[str, ...]
    passed: tuple[str, ...]
    late: tuple[str, ...]

    @property
    def open_obstacles(self) -> tuple[Held, ...]:
        return tuple(one for one in self.obstacles if one.lifted_at is None)


@dataclass(frozen=True)
class Dossier:
    """One body; `flow` is None until its flow has begun. `seats` are the least and the most members it may have."""

    body: Body
    agenda: str
    timezone: str
    parent: tuple[int, str] | None
    members: tuple[Served, ...]
    secretariat: tuple[Served, ...]
    seats: tuple[int, int]
    sight: Sight
    flow: Flow | None


def find(session: Session, body_id: int, actor: Actor) -> Body:
    """The body. NotFound when there is none, and no less when it lies outside the actor's regions."""
    body = session.get(Body, body_id)
    if body is None or not any(
        grant.role in LOOKING and lies_within(body.scope, grant.scope) for grant in actor.grants
    ):
        raise NotFound("Badan ini tidak ditemukan, atau di luar wilayah kerja Anda.")
    return body


def sight(body: Body, actor: Actor) -> Sight:
    """What the actor may see of this body, by the grants that cover it."""
    held = [grant.role for grant in actor.grants if lies_within(body.scope, grant.scope)]
    return Sight(
        full=any(role in WORKING for role in held),
        phones=register.phones_of(actor, body.kind, body.scope),
        obstacle_role=next((role for role in held if role in REPORTING), ""),
    )


def read(session: Session, body_id: int, actor: Actor, now: datetime, language: str = "id") -> Dossier:
    """All that the actor may read about this body at `now`. NotFound as `find`."""
    body = find(session, body_id, actor)
    may, almanac = sight(body, actor), almanac_of(session, body)
    parent = session.get(Body, body.parent_id) if body.parent_id else None
    inside = parent is not None and any(lies_within(parent.scope, grant.scope) for grant in actor.grants)
    divisions = almanac.settings.divisions.get(body.kind, {})
    serving = [(one, _served(one, person, divisions, may)) for one, person in _serving(session, body)]
    return Dossier(
        body=body, agenda=almanac.agenda.name, timezone=almanac.tz.key,
        parent=(parent.id if inside else 0, parent.name) if parent is not None else None,
        members=tuple(served for one, served in serving if one.post in MEMBER_POSTS),
        secretariat=tuple(served for one, served in serving if one.post not in MEMBER_POSTS),
        seats=bodies.MEMBERS[body.kind], sight=may,
        flow=_flow(session, filings.at(session, body.id, now), actor, now, may, language)
        if body.instance_id is not None else None,
    )


POSTS = ("ketua", "anggota", "sekretaris", "staf")


def _serving(session: Session, body: Body) -> list[tuple[Membership, Person]]:
    found = session.execute(
        select(Membership, Person).join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id == body.id, Membership.until_on.is_(None), Membership.post.in_(POSTS))
    ).all()
    pairs = [(one, person) for one, person in found]
    return sorted(pairs, key=lambda row: (POSTS.index(row[0].post), row[0].rank or 99, row[1].name))


def _served(one: Membership, person: Person, divisions: Mapping[str, str], may: Sight) -> Served:
    codes = [code for code in (one.division or "").split(",") if code]
    names = divisions if one.post in MEMBER_POSTS else {}
    return Served(
        person.id, person.name, one.post, tuple(names.get(code, code) for code in codes), one.sworn_on,
        one.trained_on, (person.phone or "") if may.phones else "",
    )


def _flow(session: Session, place: Place, actor: Actor, now: datetime, may: Sight, language: str) -> Flow:
    row, loaded = place.instance, place.loaded
    family = _family(session, place)
    opened = _opened(session, row.id)
    inside = rounds.of_tasks(session, (task.id for task in opened if task.instance_id != row.id))
    filed = _of_instances(session, Submission, family, Submission.status != "withdrawn")
    obstacles = _of_instance(session, Obstacle, row.id)
    told = [one for one in _of_instances(session, History, family) if one.seq <= family[one.instance_id].seq]
    entries = [one for one in told if one.instance_id == row.id]
    names = filings.account_names(session, {
        *(one.actor for one in (*filed, *told)), *(one.decided_by for one in filed),
        *(who for one in obstacles for who in (one.reported_by, one.lifted_by)),
        *(one.claimed_by for one in opened),
    })
    reached = trail.reached(entries)
    due_at = rounds.first_due(row, opened)
    steps = tuple(signposts.steps(loaded, row.stage, running=row.status == "running", due_at=due_at, now=now))
    stages = needs.by_stage(place, steps, reached, filed, opened, inside, actor, names)
    waiting = sorted(loaded.graph.states[row.state].places | {task.node for task in opened if task.id in inside})
    asked = _asked(place, stages, filed)
    return Flow(
        place=place, steps=steps, stages=stages,
        awaited=_awaited(session, place, opened, inside, actor, names), next=_next(session, place, opened),
        obstacles=tuple(_held(one, names, full=may.full) for one in reversed(obstacles)),
        exhibits=exhibits.exhibits(
            place, asked, filed, names,
            _photo_notes(session, place, family, [one for one in filed if one.node in asked]),
            full=may.full, phones=may.phones, language=language,
        ),
        events=_events(session, family, told, names, {one.id: one.code for one in obstacles}),
        chain=_chain(row, family, told),
        outline=session.execute(select(Definition.outline).where(Definition.id == row.definition_id)).scalar_one(),
        here=tuple(waiting), passed=trail.passed(loaded, entries, set(waiting)),
        late=tuple(task.node for task in opened if task.due_at is not None and task.due_at < now),
    )


def _photo_notes(
    session: Session, place: Place, family: Iterable[int], filed: Iterable[Row[Any]]
) -> Mapping[str, photo_notes.Note]:
    hashes = {sha256 for one in filed for _, sha256 in place.form(one.node).files(one.data)}
    return photo_notes.of(session, family, hashes)


def _of_instance(session: Session, model: Any, instance_id: int, *conditions: Any) -> list[Row[Any]]:
    """The rows of one of the engine's tables that belong to this instance, the oldest first."""
    return _of_instances(session, model, (instance_id,), *conditions)


def _of_instances(session: Session, model: Any, numbers: Iterable[int], *conditions: Any) -> list[Row[Any]]:
    table = model.__table__
    query = select(table).where(table.c.instance_id.in_(list(numbers)), *conditions).order_by(table.c.id)
    return list(session.execute(query).all())


def _family(session: Session, place: Place) -> dict[int, Row[Any]]:
    """The body's instance and, where its drawing has any, all children below it, by id."""
    row, table = place.instance, Instance.__table__
    if not place.has_children:
        return {row.id: row}
    found = session.execute(select(table).where(table.c.root_id == row.id, table.c.parent_id.is_not(None)))
    return {row.id: row, **{one.id: one for one in found}}


def _opened(session: Session, root_id: int) -> list[Row[Any]]:
    """The open tasks of this instance and of its children, the oldest first."""
    table = Task.__table__
    return list(session.execute(
        select(table).where(table.c.root_id == root_id, table.c.closed_at.is_(None)).order_by(table.c.id)
    ).all())


def _asked(place: Place, stages: Iterable[Stage], filed: Iterable[Row[Any]]) -> list[str]:
    """The evidence tasks in the order of their stages, then those of branches beside that led to no stage."""
    nodes, deciding = place.loaded.graph.process.nodes, place.loaded.deciding
    asked = dict.fromkeys(need.node for stage in stages for need in stage.needs)
    if place.has_children:
        asked.update(dict.fromkeys(one.node for one in filed if one.node in nodes and one.node not in deciding))
    return list(asked)


def _events(
    session: Session, family: Mapping[int, Row[Any]], entries: Iterable[Row[Any]], names: Mapping[str, str],
    obstacles: Mapping[int, str],
) -> tuple[Event, ...]:
    """What happened to the body and in its children, the newest first."""
    in_time = sorted(entries, key=lambda one: (one.at, one.id), reverse=True)
    drawn = {number: definitions.load(session, one.definition_id) for number, one in family.items()}
    parts = {number: rounds.part_of(family, number, lambda definition, node: signposts.name_of(
        definitions.load(session, definition), node)) for number in family}
    return tuple(
        event for one in in_time
        for event in trail.events(drawn[one.instance_id], (one,), names, obstacles, parts[one.instance_id])
    )


def _awaited(
    session: Session, place: Place, opened: Iterable[Row[Any]], inside: Mapping[int, Round], actor: Actor,
    names: Mapping[str, str],
) -> tuple[Awaited, ...]:
    row = place.instance
    lanes = set(session.scalars(select(Deed.role).where(
        Deed.instance_id == row.id, Deed.stage_version == row.stage_version, Deed.person == actor.who
    )))
    found = []
    for task in opened:
        its = inside.get(task.id)
        loaded = definitions.load(session, its.definition_id) if its is not None else place.loaded
        acted = bool(lanes - {task.role})
        taken = task.claimed_by is not None and task.claimed_by != actor.id
        found.append(Awaited(
            task_id=task.id, node=task.node, title=rounds.titled(loaded, task.node, its), role=task.role,
            since=task.opened_at, due_at=task.due_at, deciding=task.node in loaded.deciding,
            may_do=actor.holds(task.role, task.scope) and not acted and not taken and row.status == "running",
            acted=acted and actor.holds(task.role, task.scope),
            claimed_by=names.get(task.claimed_by, task.claimed_by) if taken else "", child=its is not None,
        ))
    return tuple(found)


def _next(session: Session, place: Place, opened: Iterable[Row[Any]]) -> tuple[Next, ...]:
    """The clocks that will move the body on, when it waits for nothing else; the nearest first."""
    found = session.execute(
        select(Timer.node, Timer.due_at)
        .where(Timer.instance_id == place.instance.id, Timer.closed_at.is_(None)).order_by(Timer.due_at)
    ).all()
    if list(opened) or place.instance.status != "running":
        return ()
    return tuple(Next(signposts.name_of(place.loaded, row.node), row.due_at) for row in found)


def _held(one: Row[Any], names: Mapping[str, str], *, full: bool) -> Held:
    """`full`: with what was written about it, in which names may stand."""
    return Held(
        one.id, one.code, one.owner, one.note if full else "", one.promised_at,
        names.get(one.reported_by, one.reported_by), one.reported_at,
        names.get(one.lifted_by or "", one.lifted_by or ""), one.lifted_at,
    )


def _chain(row: Row[Any], family: Mapping[int, Row[Any]], told: Iterable[Row[Any]]) -> Chain:
    rows: dict[int, list[Mapping[str, Any]]] = {number: [] for number in family}
    for one in told:
        rows[one.instance_id].append(dict(one._mapping))
    whole = all(
        history.verify_rows(rows[number], number, one.seq, one.head) is None for number, one in family.items()
    )
    return Chain(row.head[:12].upper(), sum(map(len, rows.values())), whole, len(family) - 1)


def drawing(session: Session, body_id: int, actor: Actor) -> bytes:
    """The BPMN file of the very version this body runs by. NotFound as `find`, and before its flow has begun."""
    body = find(session, body_id, actor)
    if body.instance_id is None:
        raise NotFound("Alur badan ini belum dimulai.")
    return session.execute(
        select(Definition.drawing).join(Instance, Instance.definition_id == Definition.id)
        .where(Instance.id == body.instance_id)
    ).scalar_one()


def open_obstacles(session: Session, body: Body) -> tuple[Held, ...]:
    """The obstacles of this body that are open, the latest first."""
    if body.instance_id is None:
        return ()
    found = _of_instance(session, Obstacle, body.instance_id, Obstacle.lifted_at.is_(None))
    names = filings.account_names(session, {one.reported_by for one in found})
    return tuple(_held(one, names, full=True) for one in reversed(found))
