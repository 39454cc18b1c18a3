"""Telling people inside Tapak: who holds a role at a place, and one notice to each of them, never twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.statements import Statement, among, insert_of
from workflows.models import Notice
from workflows.models.accounts import Account, Assignment

TOPICS = (
    "task.opened", "evidence.returned", "evidence.waiting", "stage.reached", "task.late", "incident.opened",
    "obstacle.reported", "agenda.proposed", "agenda.decided", "decision.undone", "delegation.given",
    "delegation.revoked", "comment.mentioned", "drawing.proposed", "drawing.decided",
    "address.refused", "body.reminded", "register.moved", "promise.overdue", "contact.lapsed",
    "replacement.moved", "totp.off",
)
"""What people are told about; the pages have words for each, in every language."""


_TELL = insert_of(
    table_of(Notice), "account_id", "topic", "instance_id", "params", "created_at", "dedupe", new=True
)

_account, _assignment = table_of(Account), table_of(Assignment)
_HOLDERS = Statement(lambda dialect: select(_account.c.id).join(_assignment, _assignment.c.account_id == _account.c.id)
    .where(
        _account.c.active, among(_assignment.c.role, "roles", dialect), among(_assignment.c.scope, "scopes", dialect),
        _assignment.c.from_on <= bindparam("day"),
        or_(_assignment.c.until_on.is_(None), _assignment.c.until_on >= bindparam("day")),
    ).distinct().order_by(_account.c.id))


def scopes_around(scope: str) -> list[str]:
    """The scopes that cover this one: "33.23.01" → ["", "33", "33.23", "33.23.01"]."""
    parts = scope.split(".")
    return ["", *(".".join(parts[:end]) for end in range(1, len(parts) + 1))]


def holders(
    session: Session, roles: Iterable[str], scope: str, day: date, *, exactly: bool = False
) -> list[int]:
    """The active accounts that hold one of these roles over this scope on this local day, by id.

    With `exactly` only those who hold it for this very scope, not for a larger one around it.
    """
    session.flush()  # who was given a role in this session holds it, written or not
    scopes = [scope] if exactly else scopes_around(scope)
    return [row.id for row in _HOLDERS.rows(session, {"roles": list(roles), "scopes": scopes, "day": day})]


def tell(
    session: Session, accounts: Iterable[int], *, topic: str, dedupe: str, instance_id: int | None,
    params: Mapping[str, Any], now: datetime,
) -> None:
    """Each of these accounts has this notice; one that has it already (by `dedupe`) is not told again.

    `params` are ids and words of ours (element ids, codes), no personal data.
    """
    rows = [
        {"account_id": account, "topic": topic, "instance_id": instance_id, "params": dict(params), "created_at": now,
         "dedupe": dedupe}
        for account in accounts
    ]
    _TELL.write_all(session, rows)


def unread(session: Session, account_id: int) -> int:
    """How many notices this account has not read."""
    return session.scalar(
        select(func.count()).select_from(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    ) or 0


def mark_read(session: Session, account_id: int, now: datetime, upto: int) -> None:
    """This account's notices up to this id are read."""
    session.execute(
        update(Notice).where(Notice.account_id == account_id, Notice.id <= upto, Notice.read_at.is_(None))
        .values(read_at=now)
    )
