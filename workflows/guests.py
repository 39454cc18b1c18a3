"""Who may be let in without a password, and as what: the people who serve in a body, as members of that body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine.errors import Forbidden, NotFound, Refused
from engine.host import Actor
from workflows import profiles
from workflows.models import Account, Assignment, Body, Device, Membership, Person


class ServesNowhere(Refused):
    """Orang ini tidak sedang bertugas di badan mana pun di wilayah Anda, jadi belum dapat diberi jalan masuk."""


@dataclass(frozen=True)
class Guest:
    """One person who serves in a body: with an account or without, with a phone that is known or without."""

    person_id: int
    name: str
    post: str
    phone: str | None
    account_id: int | None
    has_device: bool


def of_body(session: Session, body_id: int, actor: Actor) -> tuple[Body, list[Guest]]:
    """The body and those who serve in it. NotFound; Forbidden for all but the operator of its region."""
    body = session.get(Body, body_id)
    if body is None:
        raise NotFound("Badan ini tidak ditemukan.")
    if not actor.holds("operator", body.scope):
        raise Forbidden
    member = exists().where(
        Assignment.account_id == Account.id, Assignment.role == f"{body.kind}_member", Assignment.scope == body.scope
    )
    known = exists().where(Device.account_id == Account.id, Device.revoked_at.is_(None))
    rows = session.execute(
        select(Person.id, Person.name, Membership.post, Person.phone, Account.id, known)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Account, (Account.person_id == Person.id) & Account.active & member)
        .where(Membership.body_id == body_id, Membership.until_on.is_(None), Membership.post != "cadangan")
        .order_by(Membership.rank.is_(None), Membership.rank, Person.name, Account.id)
    )
    guests: dict[int, Guest] = {}
    for row in rows:
        guests.setdefault(row[0], Guest(*row[:5], has_device=bool(row[4] is not None and row[5])))
    return body, list(guests.values())


def account_of(session: Session, person_id: int, account_id: int, actor: Actor) -> Account:
    """The person's account, which this operator may let in; refused as `profiles.resettable` says."""
    return profiles.resettable(session, person_id, account_id, actor)


def posts_of(session: Session, person_id: int, actor: Actor) -> tuple[Person, list[Body]]:
    """The person, and the bodies in which they serve now and this actor is operator.

    NotFound for nobody such, ServesNowhere where there is no such body: an account is made from a service in the
    register, never from nothing.
    """
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound("Orang ini tidak ditemukan.")
    bodies = session.scalars(
        select(Body).join(Membership, Membership.body_id == Body.id)
        .where(Membership.person_id == person_id, Membership.until_on.is_(None), Membership.post != "cadangan")
        .order_by(Body.id)
    )
    mine = [body for body in bodies if actor.holds("operator", body.scope)]
    if not mine:
        raise ServesNowhere
    return person, mine


def enrol(session: Session, account: Account, bodies: list[Body], day: date) -> None:
    """The account acts for these bodies from this day on, as their member; what it may already do stays as it is."""
    held = {
        (one.role, one.scope)
        for one in session.scalars(select(Assignment).where(Assignment.account_id == account.id))
        if one.until_on is None or one.until_on >= day
    }
    for body in bodies:
        if (f"{body.kind}_member", body.scope) not in held:
            session.add(Assignment(account_id=account.id, role=f"{body.kind}_member", scope=body.scope, from_on=day))
    session.flush()
