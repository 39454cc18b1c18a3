"""Deciding on behalf of another, from one day to another: given, used, revoked; never wider than what the giver holds.

A delegation adds nothing to what the taker may do by themselves: who acts by it is an actor of its own, with the
giver's role alone, and four eyes count both. What was delegated to somebody cannot be delegated on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session, aliased

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound
from engine.host import Actor, Grant, lies_within
from engine.phrases import Phrase
from workflows import notices
from workflows.models import Delegation
from workflows.models.accounts import Account, Assignment

ROLES = ("commissioner",)
"""The roles that may be delegated; only to who holds the same role somewhere in the same office."""
LONGEST_DAYS = 92
_OFFICE_PARTS = 2
"""A regency's code has two parts ("33.23"): one office."""


@dataclass(frozen=True)
class Mandate:
    """One delegation as its list shows it. `runs` says whether it may be used on the day asked about."""

    id: int
    giver_id: int
    giver: str
    taker_id: int
    taker: str
    role: str
    scope: str
    from_on: date
    until_on: date
    reason: str
    revoked_at: datetime | None
    runs: bool


def give(
    session: Session, *, actor: Actor, taker_id: int, grant: Grant, from_on: date, until_on: date, reason: str,
    today: date, now: datetime,
) -> Delegation:
    """The taker may decide on behalf of the actor on these days; both have been told.

    Refused: what the actor does not hold themselves (Forbidden); a taker without that role in the same office; days in
    the past, the wrong way round, or more than LONGEST_DAYS; and a circle, also over others (EvidenceRefused).
    """
    if grant.role not in ROLES or not actor.holds(grant.role, grant.scope):
        raise Forbidden("Anda hanya dapat mendelegasikan wewenang yang Anda pegang sendiri.")
    errors = _wrong_days(from_on, until_on, today)
    if not reason.strip():
        errors.append(FieldError(("reason",), "reason", "Sebutkan alasannya, misalnya dinas luar atau cuti."))
    # Two delegations that are given at once would not see each other's circle: one waits for the other here.
    session.execute(select(Account.id).order_by(Account.id).limit(1).with_for_update())
    if taker_id not in {row.id for row in takers(session, actor, grant, today)}:
        errors.append(FieldError(("taker",), "taker", "Pilih anggota KPU lain dari kantor yang sama."))
    elif _leads_back(session, int(actor.id), taker_id, from_on, until_on):
        errors.append(FieldError(
            ("taker",), "taker", "Delegasi ini berputar kembali kepada Anda. Pilih orang lain, atau cabut dahulu "
            "delegasi yang Anda terima pada hari-hari itu.",
        ))
    if errors:
        raise EvidenceRefused(errors)
    made = Delegation(
        giver_id=int(actor.id), taker_id=taker_id, role=grant.role, scope=grant.scope, from_on=from_on,
        until_on=until_on, reason=reason.strip()[:500], created_at=now,
    )
    session.add(made)
    session.flush()
    _tell(session, "delegation.given", made, now)
    return made


def revoke(session: Session, *, delegation_id: int, actor: Actor, now: datetime) -> None:
    """The delegation ends at once; both have been told. By who gave or who took it; done twice it is one act."""
    found = session.get(Delegation, delegation_id, with_for_update=True, populate_existing=True)
    if found is None or int(actor.id) not in (found.giver_id, found.taker_id):
        raise NotFound("Delegasi ini tidak ditemukan.")
    if found.revoked_at is None:
        found.revoked_at, found.revoked_by = now, int(actor.id)
        session.flush()
        _tell(session, "delegation.revoked", found, now)


def of(session: Session, account_id: int, today: date) -> list[Mandate]:
    """The delegations this account gave or took, the newest first; the last 50."""
    rows = session.execute(
        _joined().where(or_(Delegation.giver_id == account_id, Delegation.taker_id == account_id))
        .order_by(Delegation.id.desc()).limit(50)
    ).all()
    return [_mandate(row, today) for row in rows]


def taken(session: Session, account_id: int, today: date) -> list[Mandate]:
    """The delegations this account may use today: not revoked, within their days, and held by their giver still."""
    held = select(Assignment.id).where(
        Assignment.account_id == Delegation.giver_id, Assignment.role == Delegation.role, *_running(today),
        or_(Assignment.scope == "", Assignment.scope == Delegation.scope,
            Delegation.scope.startswith(Assignment.scope.concat("."))),
    ).exists()
    rows = session.execute(
        _joined().where(
            Delegation.taker_id == account_id, Delegation.revoked_at.is_(None), Delegation.from_on <= today,
            Delegation.until_on >= today, held,
        ).order_by(Delegation.id)
    ).all()
    return [_mandate(row, today) for row in rows if row.giver_active]


def acting(session: Session, actor: Actor, delegation_id: int, today: date) -> Actor:
    """The actor as they act on behalf of the giver: with the giver's role over that scope, and nothing of their own.

    Refused with Forbidden when the delegation is not theirs, has ended or was revoked, or its giver lost the role.
    """
    found = next((one for one in taken(session, int(actor.id), today) if one.id == delegation_id), None)
    if found is None:
        raise Forbidden("Delegasi ini tidak berlaku (lagi). Buka daftar tugas Anda sendiri.")
    giver = session.get_one(Account, found.giver_id)
    principal = f"person:{giver.person_id}" if giver.person_id else str(giver.id)
    return Actor(
        actor.id, actor.name, (Grant(found.role, found.scope),), on_behalf_of=giver.name, person=actor.person,
        principal=principal,
    )


def takers(session: Session, actor: Actor, grant: Grant, today: date) -> list[Any]:
    """The accounts to whom this may be delegated: (id, name) of who holds the role in the same office, by name."""
    office = ".".join(grant.scope.split(".")[:_OFFICE_PARTS])
    rows = session.execute(
        select(Account.id, Account.name, Assignment.scope)
        .join(Assignment, Assignment.account_id == Account.id)
        .where(Account.active, Assignment.role == grant.role, Account.id != int(actor.id), *_running(today))
        .order_by(Account.name, Account.id)
    ).all()
    found = {row.id: row for row in rows if lies_within(row.scope, office) or lies_within(office, row.scope)}
    return list(found.values())


def _wrong_days(from_on: date, until_on: date, today: date) -> list[FieldError]:
    if until_on < from_on:
        return [FieldError(("until",), "until", "Hari terakhir tidak boleh sebelum hari pertama.")]
    if until_on < today:
        return [FieldError(("until",), "until", "Hari terakhir sudah lewat.")]
    if (until_on - from_on).days >= LONGEST_DAYS:
        return [FieldError(("until",), "until", Phrase(
            "Paling lama %(days)s hari. Perpanjang nanti bila masih perlu.", days=str(LONGEST_DAYS)
        ))]
    return []


def _leads_back(session: Session, giver: int, taker: int, from_on: date, until_on: date) -> bool:
    """Whether, on some of these days, whoever the taker delegates to delegates, in the end, to the giver."""
    rows = session.execute(
        select(Delegation.giver_id, Delegation.taker_id).where(
            Delegation.revoked_at.is_(None), Delegation.from_on <= until_on, Delegation.until_on >= from_on
        )
    ).all()
    reached, fresh = {taker}, {taker}
    while fresh:
        fresh = {row.taker_id for row in rows if row.giver_id in fresh} - reached
        reached |= fresh
    return giver in reached


def _running(today: date) -> tuple[Any, ...]:
    return Assignment.from_on <= today, or_(Assignment.until_on.is_(None), Assignment.until_on >= today)


def _joined() -> Any:
    giver, taker = aliased(Account), aliased(Account)
    return (
        select(*Delegation.__table__.columns, giver.name.label("giver"), taker.name.label("taker"),
               giver.active.label("giver_active"))
        .join(giver, giver.id == Delegation.giver_id).join(taker, taker.id == Delegation.taker_id)
    )


def _mandate(row: Row[Any], today: date) -> Mandate:
    return Mandate(
        row.id, row.giver_id, row.giver, row.taker_id, row.taker, row.role, row.scope, row.from_on, row.until_on,
        row.reason, row.revoked_at, row.revoked_at is None and row.from_on <= today <= row.until_on,
    )


def _tell(session: Session, topic: str, one: Delegation, now: datetime) -> None:
    names = dict(session.execute(
        select(Account.id, Account.name).where(Account.id.in_((one.giver_id, one.taker_id)))
    ).all())
    notices.tell(
        session, sorted(names), topic=topic, dedupe=f"{topic}:{one.id}", instance_id=None, now=now,
        params={"giver": names[one.giver_id], "taker": names[one.taker_id], "from": one.from_on.isoformat(),
                "until": one.until_on.isoformat()},
    )
