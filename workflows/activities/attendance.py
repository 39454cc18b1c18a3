"""Who was there: every member is present until somebody marks otherwise; each mark stands for itself.

Several people mark at once. A mark is written only where it differs from what its page was drawn with, and only when
nobody else changed it meanwhile; the others are told by name, and nothing of theirs is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from engine.errors import Forbidden, NotFound
from engine.host import Actor
from engine.models import Submission
from workflows.activities import rights, sheets
from workflows.models import Activity, ActivityAttendance, ActivityBody, Body, Membership, Person, Replacement
from workflows.people import MEMBER_POSTS, name_key
from workflows.register import in_scopes
from workflows.replacement_lists import owes

BODIES = 20
"""Bodies on a page of the list."""
PRESENT = "present"
PENDING = ("late", "absent")


@dataclass(frozen=True)
class Mark:
    """How one member took part. `pact` whether the pact of integrity is signed."""

    status: str = PRESENT
    reason: str = ""
    pact: bool = True

    @property
    def text(self) -> str:
        """The mark as a page carries it along, to tell later whether somebody else changed it."""
        return "|".join((self.status, "1" if self.pact else "0", self.reason))


@dataclass(frozen=True)
class Member:
    """One member of one body that takes part."""

    membership_id: int
    name: str
    post: str
    mark: Mark
    made_up_on: date | None


@dataclass(frozen=True)
class Company:
    """One body with its members."""

    body_id: int
    name: str
    kind: str
    scope: str
    members: tuple[Member, ...]
    may_note: bool


@dataclass(frozen=True)
class Sheet:
    """One page of the list. `tally` counts all members within the reader's scopes by status."""

    companies: tuple[Company, ...]
    tally: dict[str, int]
    page: int = 0
    more: bool = False


@dataclass(frozen=True)
class Saved:
    """What became of the marks of one page: how many were written, and whose somebody else had changed meanwhile."""

    written: int
    clashes: tuple[str, ...] = field(default=())


def members_of(activity: Activity) -> Any:
    """The condition for the members an activity is about: of a make-up day those who wait for it, and new members who
    owe it since a replacement."""
    serving = and_(Membership.until_on.is_(None), Membership.post.in_(MEMBER_POSTS))
    if activity.makes_up_for is None:
        return serving
    waited = select(ActivityAttendance.membership_id).where(
        ActivityAttendance.activity_id == activity.makes_up_for, ActivityAttendance.status.in_(PENDING),
        or_(ActivityAttendance.made_up_on.is_(None), ActivityAttendance.made_up_in == activity.id),
    )
    follow = select(Replacement.new_id).where(owes(sheets.SETTLES[activity.kind]))
    return and_(serving, or_(Membership.id.in_(waited), Membership.id.in_(follow)))


def sheet(
    session: Session, activity: Activity, actor: Actor, *, district: str = "", search: str = "", only: str = "",
    page: int = 0,
) -> Sheet:
    """One page of the list, narrowed by kecamatan, by a name of a member or body, or by a mark ("exceptions": all but
    the present). Three statements, however many bodies take part."""
    scopes = rights.scopes_of(actor, rights.LOOKING)
    found = _bodies(session, activity, scopes, district, search, only, page)
    shown, more = found[:BODIES], len(found) > BODIES
    members = _members(session, activity, [row.id for row in shown], name_key(search) if search else "", only)
    full = rights.is_full(actor)
    companies = []
    for row in shown:
        scope = f"{row.region_code}.{row.unit:03d}" if row.unit else row.region_code
        companies.append(Company(
            row.id, row.name, row.kind, scope, tuple(_member(one, full) for one in members.get(row.id, ())),
            rights.may_note(actor, activity, scope, row.kind),
        ))
    return Sheet(tuple(companies), tally(session, activity, scopes), page, more)


def _noted(activity: Activity) -> Any:
    return and_(
        ActivityAttendance.activity_id == activity.id, ActivityAttendance.membership_id == Membership.id
    )


def _bodies(
    session: Session, activity: Activity, scopes: Sequence[str], district: str, search: str, only: str, page: int
) -> list[Row[Any]]:
    conditions: list[Any] = [ActivityBody.activity_id == activity.id, in_scopes(scopes)]
    if district:
        conditions.append(in_scopes([district]))
    if search:
        named = select(Membership.body_id).join(Person, Person.id == Membership.person_id).where(
            Person.name_key.contains(name_key(search) or search.casefold(), autoescape=True), members_of(activity)
        )
        conditions.append(or_(Body.name.icontains(search, autoescape=True), Body.id.in_(named)))
    if only:
        marked = select(Membership.body_id).join(ActivityAttendance, _noted(activity)).where(
            members_of(activity), _is(only)
        )
        conditions.append(Body.id.in_(marked))
    columns: tuple[Any, ...] = (Body.id, Body.name, Body.kind, Body.region_code, Body.unit)
    return list(session.execute(
        select(*columns)
        .join(ActivityBody, ActivityBody.body_id == Body.id).where(*conditions)
        .order_by(Body.region_code, Body.unit, Body.id).limit(BODIES + 1).offset(page * BODIES)
    ).all())


def _is(only: str) -> Any:
    status = ActivityAttendance.status
    if only == "pending":
        return and_(status.in_(PENDING), ActivityAttendance.made_up_on.is_(None))
    return status != PRESENT if only == "exceptions" else status == only


def _members(
    session: Session, activity: Activity, bodies: Sequence[int], wanted: str, only: str
) -> dict[int, list[Row[Any]]]:
    """The members by body. Where members were found by their names or marks only those are shown of their body."""
    columns: tuple[Any, ...] = (
        Membership.id, Membership.body_id, Membership.post, Person.name, Person.name_key, ActivityAttendance.status,
        ActivityAttendance.reason, ActivityAttendance.pact_signed, ActivityAttendance.made_up_on,
    )
    rows = session.execute(
        select(*columns)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(ActivityAttendance, _noted(activity))
        .where(Membership.body_id.in_(bodies), members_of(activity), *([_is(only)] if only else []))
        .order_by(Membership.body_id, case((Membership.post == "ketua", 0), else_=1), Membership.rank, Person.name)
    ).all()
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.body_id, []).append(row)
    if not wanted:
        return found
    return {
        number: [row for row in of_body if wanted in row.name_key] or of_body for number, of_body in found.items()
    }


def _member(row: Row[Any], full: bool) -> Member:
    mark = Mark(row.status, row.reason if full else "", row.pact_signed) if row.status else Mark()
    return Member(row.id, row.name, row.post, mark, row.made_up_on)


def tally(session: Session, activity: Activity, scopes: Sequence[str]) -> dict[str, int]:
    """How many members took part how, and "pending", those who wait for a make-up day. One statement."""
    status = func.coalesce(ActivityAttendance.status, PRESENT)
    rows = session.execute(
        select(status.label("status"), func.count().label("members"),
               func.count().filter(ActivityAttendance.made_up_on.is_(None)).label("open"))
        .select_from(Membership).join(Body, Body.id == Membership.body_id)
        .join(ActivityBody, and_(ActivityBody.body_id == Body.id, ActivityBody.activity_id == activity.id))
        .outerjoin(ActivityAttendance, _noted(activity))
        .where(in_scopes(scopes), members_of(activity)).group_by(status)
    ).all()
    found = {row.status: row.members for row in rows}
    found["pending"] = sum(row.open for row in rows if row.status in PENDING)
    return found


def save(
    session: Session, activity: Activity, wishes: Iterable[tuple[int, str, Mark]], *, actor: Actor, now: datetime
) -> Saved:
    """The marks of one page are written: (membership, the mark as it was drawn, the mark as it is wished).

    A mark that somebody else changed since stays as they left it, and its member is named. Refused, with nothing
    written: a member of no body that takes part, or a mark this kind does not know (NotFound); Forbidden.
    """
    changed = {number: (was, wish) for number, was, wish in wishes if was != wish.text}
    if not changed:
        return Saved(0)
    rows = session.execute(
        select(
            Membership.id, Person.name, Body.kind, Body.region_code, Body.unit,
            ActivityAttendance.id.label("noted"), ActivityAttendance.status, ActivityAttendance.reason,
            ActivityAttendance.pact_signed,
        )
        .join(Person, Person.id == Membership.person_id).join(Body, Body.id == Membership.body_id)
        .join(ActivityBody, and_(ActivityBody.body_id == Body.id, ActivityBody.activity_id == activity.id))
        .outerjoin(ActivityAttendance, _noted(activity))
        .where(Membership.id.in_(changed), members_of(activity))
    ).all()
    if len(rows) != len(changed) or any(wish.status not in sheets.MARKS[activity.kind] for _, wish in changed.values()):
        raise NotFound("Daftar ini sudah berubah. Muat ulang halaman, lalu tandai lagi.")
    clashes, new = [], list[dict[str, Any]]()
    for row in rows:
        scope = f"{row.region_code}.{row.unit:03d}" if row.unit else row.region_code
        if not rights.may_note(actor, activity, scope, row.kind):
            raise Forbidden("Kehadiran badan ini dicatat penyelenggara kegiatan.")
        was, wish = changed[row.id]
        stands = Mark(row.status, row.reason, row.pact_signed) if row.noted else Mark()
        if stands.text != was and stands != wish:
            clashes.append(row.name)
        elif stands != wish:
            written = _row(activity, row.id, wish, actor, now)
            if row.noted:
                session.execute(update(ActivityAttendance).where(ActivityAttendance.id == row.noted).values(**written))
            else:
                new.append(written)
    _insert(session, new)
    return Saved(len(changed) - len(clashes), tuple(sorted(clashes)))


def _row(activity: Activity, membership: int, mark: Mark, actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "activity_id": activity.id, "membership_id": membership, "status": mark.status, "reason": mark.reason[:300],
        "pact_signed": mark.pact, "noted_by": actor.id, "noted_at": now,
    }


def _insert(session: Session, new: Sequence[dict[str, Any]]) -> None:
    if new:
        session.execute(insert(ActivityAttendance), list(new))


def settle(session: Session, activity: Activity, *, actor: Actor, now: datetime) -> int:
    """Those who were present at this make-up day have made it up; the answer is how many. Again changes nothing.

    Of a body whose evidence was accepted before, the register has their day at once; of the others when it is accepted.
    Nothing for an activity that makes up for none. Stands or falls with the handing in.
    """
    if activity.makes_up_for is None:
        return 0
    missed = (
        select(ActivityAttendance.membership_id)
        .where(ActivityAttendance.activity_id == activity.id, ActivityAttendance.status != PRESENT)
    )
    of_bodies = (
        select(Membership.id).join(ActivityBody, ActivityBody.body_id == Membership.body_id)
        .where(ActivityBody.activity_id == activity.id)
    )
    touched = session.execute(
        update(ActivityAttendance).where(
            ActivityAttendance.activity_id == activity.makes_up_for, ActivityAttendance.status.in_(PENDING),
            ActivityAttendance.made_up_on.is_(None), ActivityAttendance.membership_id.in_(of_bodies),
            ActivityAttendance.membership_id.not_in(missed),
        ).values(made_up_on=activity.held_on, made_up_in=activity.id, noted_by=actor.id, noted_at=now)
        .execution_options(synchronize_session=False).returning(ActivityAttendance.membership_id)
    ).scalars().all()
    accepted = select(Body.id).join(Submission, Submission.instance_id == Body.instance_id).where(
        Submission.node == sheets.NODES[activity.kind], Submission.status == "accepted"
    )
    name = "sworn_on" if activity.kind == "inauguration" else "trained_on"
    session.execute(
        update(Membership).where(
            Membership.id.in_(touched), Membership.body_id.in_(accepted), getattr(Membership, name).is_(None)
        ).values({name: activity.held_on}).execution_options(synchronize_session=False)
    )
    return len(touched)
