"""Who may see an entry, who may take a step, and about what somebody may write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from engine.errors import Forbidden, NotFound
from engine.host import Actor
from workflows import register
from workflows.desk import within
from workflows.models import Agenda, Body, Region, RegisterEntry
from workflows.models.accounts import MEMBER_ROLES
from workflows.notices import scopes_around
from workflows.registers.kinds import AUTHOR, KINDS, Act, Kind

OFFERED = ("ppk", "pps")
"""The bodies that who works for a whole region may choose from; a KPPS writes about itself."""


@dataclass(frozen=True)
class Target:
    """What an entry may be about: a body, or with `body_id` None the region of an agenda."""

    agenda_id: int
    scope: str
    name: str
    body_id: int | None = None
    kind: str = ""
    oath_on: date | None = None


def number_of(actor: Actor) -> int:
    """The actor's account; 0, which no account has, for the engine itself."""
    return int(actor.id) if actor.id.isdecimal() else 0


def seen_by(actor: Actor, *kinds: Kind) -> ColumnElement[bool]:
    """The entries (of these kinds, by default of all) that the actor may read: within the regions where they hold a
    role that the kind names, and their own."""
    own = RegisterEntry.written_by == number_of(actor)
    readable = [
        and_(RegisterEntry.kind == kind.code, or_(own, false(), *(
            within(RegisterEntry.scope, scope)
            for scope in sorted({grant.scope for grant in actor.grants if grant.role in kind.see})
        )))
        for kind in kinds or KINDS.values()
    ]
    return or_(false(), *readable)


def find(session: Session, entry_id: int, actor: Actor, *, lock: bool = False) -> RegisterEntry:
    """The entry, for who may read it. For all others there is none: NotFound, whatever the reason."""
    query = select(RegisterEntry).where(RegisterEntry.id == entry_id, seen_by(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None or found.kind not in KINDS:
        raise NotFound
    return found


def shows_author(actor: Actor, kind: Kind, entry: RegisterEntry) -> bool:
    """Whether the actor is told who wrote the entry."""
    return (
        not kind.confidential or entry.written_by == number_of(actor)
        or any(actor.holds(role, entry.scope) for role in kind.names_to)
    )


def may_act(actor: Actor, act: Act, entry: RegisterEntry) -> bool:
    """Whether the actor holds one of the roles that may take this step about this entry."""
    return any(
        entry.written_by == number_of(actor) if role == AUTHOR else actor.holds(role, entry.scope)
        for role in act.roles
    )


def open_acts(actor: Actor, kind: Kind, entry: RegisterEntry) -> list[tuple[str, Act]]:
    """The steps that the actor may take now, in the order of the kind."""
    return [
        (name, kind.acts[name]) for name in kind.ways.triggers(entry.state)
        if may_act(actor, kind.acts[name], entry)
    ]


def may_write(actor: Actor, kind: Kind) -> bool:
    """Whether the actor holds a role that writes entries of this kind."""
    return any(grant.role in kind.write for grant in actor.grants)


def offered(actor: Actor) -> list[Kind]:
    """The kinds this actor may read in some region, or write."""
    return [
        kind for kind in KINDS.values()
        if any(grant.role in kind.see or grant.role in kind.write for grant in actor.grants)
    ]


def targets(session: Session, kind: Kind, actor: Actor) -> list[Target]:
    """What the actor may write an entry of this kind about: the region first, then bodies by code. Two statements."""
    rows = session.execute(
        select(Body.id, Body.agenda_id, Body.kind, Body.region_code, Body.unit, Body.name, Body.oath_on)
        .where(Body.kind.in_(kind.bodies), or_(false(), *_bodies(kind, actor)))
        .order_by(Body.region_code, Body.kind, Body.unit, Body.id)
    )
    bodies = [
        Target(row.agenda_id, f"{row.region_code}.{row.unit:03d}" if row.unit else row.region_code, row.name, row.id,
               row.kind, row.oath_on)
        for row in rows
    ]
    return [*_regions(session, kind, actor), *bodies]


def target(session: Session, kind: Kind, actor: Actor, body_id: int | None) -> Target:
    """The one of `targets` that is this body, or the region. Refused with Forbidden."""
    for one in targets(session, kind, actor):
        if one.body_id == body_id:
            return one
    raise Forbidden("Anda tidak dapat menulis tentang badan ini. Pilih salah satu badan yang ditawarkan.")


def _bodies(kind: Kind, actor: Actor) -> Iterator[ColumnElement[bool]]:
    for grant in actor.grants:
        if grant.role not in kind.write:
            continue
        if grant.role in MEMBER_ROLES:
            own = Body.kind == grant.role.removesuffix("_member")
            yield and_(own, register.in_scopes([grant.scope]))
        if kind.everywhere or grant.role not in MEMBER_ROLES:
            around = _regency(grant.scope) if kind.everywhere else grant.scope
            yield and_(Body.kind.in_(OFFERED), register.in_scopes([around]))


def _regency(scope: str) -> str:
    return ".".join(scope.split(".")[:2])


def _regions(session: Session, kind: Kind, actor: Actor) -> list[Target]:
    """The regency of the newest agenda around each region the actor writes for, each once."""
    around = {
        scope for grant in actor.grants
        if grant.role in kind.write and (kind.everywhere or grant.role not in MEMBER_ROLES)
        for scope in scopes_around(_regency(grant.scope)) if kind.regional
    }
    if not around:
        return []
    rows = session.execute(
        select(Agenda.id, Agenda.scope, Region.name).join(Region, Region.code == Agenda.scope)
        .where(Agenda.scope.in_(sorted(around))).order_by(Agenda.scope, Agenda.voting_day.desc(), Agenda.id)
    )
    first: dict[str, Target] = {}
    for row in rows:
        first.setdefault(row.scope, Target(row.id, row.scope, row.name))
    return list(first.values())[:1]
