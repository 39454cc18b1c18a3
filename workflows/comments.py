"""What colleagues say to one another about a body: never changed, retracted with a trace, seen by who may see the body.

Internal: observers and auditors of other houses do not read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from engine.errors import Forbidden, NotFound, Refused
from engine.host import Actor, Grant, lies_within
from workflows import notices
from workflows.models import Body, Comment
from workflows.models.accounts import MEMBER_ROLES, Account, Assignment

READERS = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "province")
"""Who reads and writes remarks, within their regions. Observer and auditor see the record itself, not what is said."""
LONGEST = 2000
MENTION = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9._-]{1,62}[a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class Remark:
    """One remark; `text` is "" once it is retracted. `may_retract`: by this reader."""

    id: int
    who: str
    text: str
    at: datetime
    task_id: int | None
    retracted_at: datetime | None
    retracted_by: str
    may_retract: bool


def may_read(actor: Actor, scope: str) -> bool:
    """Whether one of the actor's roles reads remarks about a body of this scope."""
    return any(grant.role in READERS and lies_within(scope, grant.scope) for grant in actor.grants)


def of_body(session: Session, body: Body, actor: Actor) -> list[Remark]:
    """All remarks about this body, oldest first; none for who may not read them."""
    if not may_read(actor, body.scope):
        return []
    author, other = aliased(Account), aliased(Account)
    rows = session.execute(
        select(Comment, author.name.label("who"), other.name.label("other"))
        .join(author, author.id == Comment.author_id).outerjoin(other, other.id == Comment.retracted_by)
        .where(Comment.body_id == body.id).order_by(Comment.id)
    )
    return [
        Remark(
            one.id, who, "" if one.retracted_at else one.text, one.at, one.task_id, one.retracted_at, by or "",
            one.retracted_at is None and str(one.author_id) == actor.id,
        )
        for one, who, by in rows
    ]


def add(
    session: Session, *, body: Body, actor: Actor, text: str, now: datetime, today: date, task_id: int | None = None
) -> Comment:
    """The remark stands; everybody it names by login who may read it has been told, once.

    Refused: who may not read remarks (Forbidden); an empty or too long text. The same text by the same person within
    this very moment's transaction twice is one: the page's key sees to that.
    """
    if not may_read(actor, body.scope):
        raise Forbidden
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Refused("Tulis komentar, paling panjang %(most)s huruf.", most=str(LONGEST))
    named = _named(session, MENTION.findall(text), body.scope, today)
    made = Comment(
        body_id=body.id, task_id=task_id, author_id=int(actor.id), text=text, mentions=sorted(named), at=now
    )
    session.add(made)
    session.flush()
    notices.tell(
        session, sorted(named - {int(actor.id)}), topic="comment.mentioned", dedupe=f"comment:{made.id}",
        instance_id=body.instance_id, params={"who": actor.name, "body": body.id}, now=now,
    )
    return made


def retract(session: Session, *, comment_id: int, body: Body, actor: Actor, now: datetime) -> None:
    """The remark's text is shown no more; that it was there, by whom and until when, stays. By its author alone."""
    found = session.get(Comment, comment_id, with_for_update=True, populate_existing=True)
    if found is None or found.body_id != body.id or not may_read(actor, body.scope):
        raise NotFound("Komentar ini tidak ditemukan.")
    if str(found.author_id) != actor.id:
        raise Forbidden("Hanya penulisnya yang dapat menarik komentar ini.")
    if found.retracted_at is None:
        found.retracted_at, found.retracted_by = now, int(actor.id)
        session.flush()


def colleagues(session: Session, scope: str, today: date) -> list[tuple[str, str]]:
    """Whom a remark about this scope may name: (login, name), by name."""
    rows = session.execute(
        select(Account.id, Account.login, Account.name, Assignment.role, Assignment.scope)
        .join(Assignment, Assignment.account_id == Account.id).where(Account.active, *_running(today))
        .order_by(Account.name)
    )
    return list(dict.fromkeys(
        (row.login, row.name) for row in rows
        if row.role in READERS and Grant(row.role, row.scope).covers(row.role, scope)
    ))


def _named(session: Session, logins: Iterable[str], scope: str, today: date) -> set[int]:
    wanted = {login.lower() for login in logins}
    if not wanted:
        return set()
    rows = session.execute(
        select(Account.id, Assignment.role, Assignment.scope)
        .join(Assignment, Assignment.account_id == Account.id)
        .where(Account.active, Account.login.in_(wanted), *_running(today))
    )
    return {row.id for row in rows if row.role in READERS and lies_within(scope, row.scope)}


def _running(today: date) -> tuple[ColumnElement[bool], ...]:
    return Assignment.from_on <= today, or_(Assignment.until_on.is_(None), Assignment.until_on >= today)
