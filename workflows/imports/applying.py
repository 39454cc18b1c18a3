"""A plan without objections is written into the register: all of it, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import definitions, operations
from engine.base import table_of
from engine.host import Actor
from engine.models import Definition
from workflows.bodies import MEMBERS
from workflows.host import HOST
from workflows.imports.plan import CHUNK, PARTICULARS, Act, Plan
from workflows.models import Agenda, Body, Membership, Person
from workflows.people import MEMBER_POSTS, name_key

_person, _membership = table_of(Person), table_of(Membership)


def write(session: Session, agenda: Agenda, plan: Plan) -> None:
    """The register says what the plan's rows say. Stands or falls with the caller's transaction.

    Those who leave a post are written before those who take one. What another has written since the plan was made
    raises IntegrityError.
    """
    persons = _new_persons(session, plan.acts)
    _change(session, _person, [(act.person, act.changes) for act in plan.acts if act.person and act.changes])
    services = [act for act in plan.acts if act.membership and act.service]
    leaving = [act for act in services if act.service.get("post") == "cadangan"]
    _change(session, _membership, [(act.membership, act.service) for act in leaving])
    _change(session, _membership, [(act.membership, act.service) for act in services if act not in leaving])
    new = [
        {
            "agenda_id": agenda.id, "body_id": act.place.id, "person_id": act.person or persons[act.row.nik_digest],
            "post": act.post, "division": act.row.division, "rank": act.row.rank, "is_asn": False,
            "from_on": agenda.term_begins if act.post in MEMBER_POSTS else None,
        }
        for act in plan.acts if act.membership is None
    ]
    if new:
        session.execute(insert(_membership), new)
    session.expire_all()


def _new_persons(session: Session, acts: Iterable[Act]) -> dict[str, int]:
    """Everybody the register did not know stands in it, once; their numbers by digest."""
    new: dict[str, dict[str, Any]] = {}
    for act in acts:
        if act.person is None:
            told = act.row.particulars
            new.setdefault(act.row.nik_digest, {
                **{name: told.get(name) for name in PARTICULARS}, "name_key": name_key(told["name"]),
                "born_on": date.fromisoformat(told["born_on"]) if told.get("born_on") else None,
                "nik_digest": act.row.nik_digest, "nik_sealed": act.row.nik_sealed,
            })
    if not new:
        return {}
    session.execute(insert(_person), list(new.values()))
    found: dict[str, int] = {}
    digests = list(new)
    for first in range(0, len(digests), CHUNK):
        asked = select(_person.c.nik_digest, _person.c.id).where(_person.c.nik_digest.in_(digests[first:first + CHUNK]))
        found.update((digest, number) for digest, number in session.execute(asked))
    return found


def _change(session: Session, table: Any, changes: Sequence[tuple[int | None, Mapping[str, Any]]]) -> None:
    """One statement for all rows in which the same columns change."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for number, values in changes:
        alike[tuple(sorted(values))].append({"b_id": number, **{f"b_{name}": one for name, one in values.items()}})
    for names, rows in alike.items():
        values = {name: bindparam(f"b_{name}") for name in names}
        session.connection().execute(update(table).where(table.c.id == bindparam("b_id")).values(values), rows)


def start(session: Session, plan: Plan, *, actor: Actor, now: datetime) -> int:
    """The flow of each body of the plan that has all its members, and had not begun, has begun; how many did.

    A kind whose drawing was never published is left as it is.
    """
    numbers = {act.place.id for act in plan.acts if not act.place.begun}
    if not numbers:
        return 0
    bodies = [
        body for first in range(0, len(numbers), CHUNK) for body in session.scalars(
            select(Body).where(Body.id.in_(sorted(numbers)[first:first + CHUNK]), Body.instance_id.is_(None))
        )
    ]
    members: dict[int, int] = defaultdict(int)
    for body_id in session.scalars(
        select(Membership.body_id).where(
            Membership.agenda_id.in_({body.agenda_id for body in bodies}), Membership.until_on.is_(None),
            Membership.post.in_(MEMBER_POSTS),
        )
    ):
        members[body_id] += 1
    published = set(session.scalars(select(Definition.key).where(Definition.status == "published").distinct()))
    begun = 0
    for body in bodies:
        if body.kind in published and members[body.id] >= MEMBERS[body.kind][0]:
            body.instance_id = operations.start(
                session, definition_id=definitions.newest(session, body.kind), subject=body.subject, scope=body.scope,
                actor=actor, now=now, host=HOST,
            ).instance_id
            begun += 1
    session.flush()
    return begun


