"""Who may hold an activity, who may see it, and who may hand in for a body from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from engine.errors import Forbidden, NotFound
from engine.host import Actor, Grant, lies_within
from workflows.activities.training import TRAINED_BY
from workflows.desk import within
from workflows.models import Account, Activity, ActivityBody, Assignment, Body
from workflows.models.accounts import MEMBER_ROLES
from workflows.register import in_scopes

HOLDERS = {
    "inauguration": ("operator", "pps_member"), "bimtek": ("operator", "ppk_member", "pps_member"),
    "rakor": ("operator", "commissioner", "supervisor", "ppk_member", "pps_member"),
    "konsolidasi": ("operator", "commissioner", "supervisor", "ppk_member", "pps_member"),
}
"""Who may hold which kind: a PPK trains its PPS, a PPS swears in and trains its KPPS and Pantarlih."""
EDITING = ("operator", "commissioner", "supervisor", "ppk_member", "pps_member")
WORKING = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "province")
LOOKING = (*WORKING, "observer", "auditor")


def scopes_of(actor: Actor, roles: Iterable[str]) -> tuple[str, ...]:
    """The scopes in which the actor holds one of these roles, sorted, each once."""
    wanted = frozenset(roles)
    return tuple(sorted({grant.scope for grant in actor.grants if grant.role in wanted}))


def kinds_for(actor: Actor) -> dict[str, str]:
    """The kinds of activity this actor may hold, each with the scope in which: their widest."""
    found = {}
    for kind, roles in HOLDERS.items():
        scopes = scopes_of(actor, roles)
        if scopes:
            found[kind] = min(scopes, key=len)
    return found


def may_edit(actor: Actor, activity: Activity) -> bool:
    """Whether the actor holds a role that may hold this kind of activity, over all of its scope."""
    return any(actor.holds(role, activity.scope) for role in HOLDERS[activity.kind])


def require_edit(actor: Actor, activity: Activity) -> None:
    """Refused with Forbidden unless `may_edit`."""
    if not may_edit(actor, activity):
        raise Forbidden("Kegiatan ini dikelola penyelenggaranya. Minta penyelenggara mengubahnya.")


def may_note(actor: Actor, activity: Activity, scope: str, kind: str) -> bool:
    """Whether the actor may note who was there of this body: the holder, and the PPK for its own PPS."""
    return may_edit(actor, activity) or (kind == "pps" and actor.holds("ppk_member", scope))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The activities held within the actor's regions, or in which a body of theirs takes part."""
    scopes = scopes_of(actor, LOOKING)
    takes_part = exists().where(
        ActivityBody.activity_id == Activity.id, ActivityBody.body_id == Body.id, in_scopes(scopes)
    )
    return or_(false(), *(within(Activity.scope, scope) for scope in scopes), takes_part)


def find(session: Session, activity_id: int, actor: Actor, *, lock: bool = False) -> Activity:
    """The activity, for who may see it. Refused with NotFound."""
    query = select(Activity).where(Activity.id == activity_id, seen_by(actor))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("Kegiatan ini tidak ditemukan, atau di luar wilayah kerja Anda.")
    return found


def is_full(actor: Actor) -> bool:
    """Whether the actor works with the bodies: sees papers and reasons, not only dates, numbers and photos."""
    return any(grant.role in WORKING for grant in actor.grants)


def acting(actor: Actor, node: str, role: str, scope: str, kind: str, name: str) -> Actor | None:
    """The actor as they may hand in this task of this body; None when they may not.

    Who held the bimtek hands it in for the bodies trained: the PPK for its PPS, recorded as on behalf of that body.
    """
    if actor.holds(role, scope):
        return actor
    trainer = TRAINED_BY.get(kind)
    if node == "submit_bimtek" and trainer and actor.holds(trainer, scope):
        return replace(actor, grants=(*actor.grants, Grant(role, scope)), on_behalf_of=name)
    return None


def actor_of(session: Session, account: str, today: date) -> Actor:
    """Who this account is on this local day, for work that goes on behind the page: without grants when it is gone."""
    found = session.get(Account, int(account)) if account.isdecimal() else None
    if found is None or not found.active:
        return Actor(account, found.name if found else account)
    running = session.execute(
        select(Assignment.role, Assignment.scope).where(
            Assignment.account_id == found.id, Assignment.from_on <= today,
            or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
        )
    )
    person = f"person:{found.person_id}" if found.person_id else ""
    return Actor(account, found.name, tuple(Grant(role, scope) for role, scope in running), person=person)


def covers_any(actor: Actor, roles: Iterable[str], scope: str) -> bool:
    """Whether one of these roles of the actor covers the scope."""
    wanted = frozenset(roles)
    return any(grant.role in wanted and lies_within(scope, grant.scope) for grant in actor.grants)


