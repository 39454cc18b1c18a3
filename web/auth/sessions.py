"""Sessions are rows: what is revoked here is signed out everywhere, whatever a copied cookie says."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import g
from flask_login import AnonymousUserMixin, UserMixin, current_user
from sqlalchemy import Engine, Select, bindparam, func, literal, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.columns import UTCDateTime
from engine.host import Grant
from engine.statements import Statement
from web import db
from web.config import Config
from workflows.models import Notice
from workflows.models.accounts import Account, Assignment, WebSession

log = logging.getLogger(__name__)

LONGEST = timedelta(days=14)
IDLE = timedelta(days=3)
TOUCH_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Reader:
    """What pages know of the account that is signed in; to change it, its row is loaded."""

    id: int
    login: str
    name: str
    locale: str | None
    person_id: int | None


@dataclass(frozen=True)
class Visitor(UserMixin):
    """Who is signed in on this browser: what Flask-Login calls the user. Its id is the token of the session row.

    As the database knew it at `at`, the moment of this request: `assignments` are (role, scope, first day, last day
    or None), `unread` counts the notices not read, `seen_at` is when the browser was last noted; `second` tells whether
    the account has a second factor, `code_at` when this session last gave one.
    """

    account: Reader
    token: str
    at: datetime
    seen_at: datetime
    assignments: tuple[tuple[str, str, date, date | None], ...] = ()
    unread: int = 0
    second: bool = False
    code_at: datetime | None = None

    def get_id(self) -> str:
        return self.token

    def grants(self, day: date) -> tuple[Grant, ...]:
        """One for each assignment that runs on this day."""
        return tuple(
            Grant(role, scope) for role, scope, first, last in self.assignments
            if first <= day and (last is None or last >= day)
        )


def visitor() -> Visitor | None:
    """Who is signed in on the browser of this request; None for nobody."""
    user = g.get("_login_user") or current_user._get_current_object()
    return user if isinstance(user, Visitor) else None


def show_nobody() -> None:
    """From here on the page is one for nobody: it can be drawn when the database does not answer."""
    g._login_user = AnonymousUserMixin()  # where Flask-Login keeps whom it has loaded for this request


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    session: Session, account: Account, now: datetime, user_agent: str, code_at: datetime | None = None
) -> Visitor:
    """A fresh session row; its token exists in the returned visitor only. `code_at`: when a second factor was given."""
    token = secrets.token_urlsafe(32)
    row = WebSession(
        id=digest(token), account_id=account.id, created_at=now, seen_at=now, expires_at=now + LONGEST,
        user_agent=user_agent[:200], code_at=code_at,
    )
    session.add(row)
    session.flush()
    rows = _VISIT.rows(session, {"id": row.id})
    return _visitor(rows, token, now)


def find(session: Session, token: str, config: Config) -> Visitor | None:
    """The visitor of this token; None when revoked, expired, idle too long, switched off, or a demo in production.

    One question tells the moment, the account, its assignments and its unread notices.
    """
    rows = _VISIT.rows(session, {"id": digest(token)})
    if not rows:
        return None
    row = rows[0]
    now = row.now or datetime.now(UTC)
    if row.revoked_at is not None or now >= row.expires_at or now >= row.seen_at + IDLE:
        return None
    if not row.active or (row.demo and config.production):
        return None
    return _visitor(rows, token, now)


def _visitor(rows: list[Any], token: str, now: datetime) -> Visitor:
    row = rows[0]
    return Visitor(
        Reader(row.account_id, row.login, row.name, row.locale, row.person_id), token, now, row.seen_at,
        tuple((one.role, one.scope, one.from_on, one.until_on) for one in rows if one.role is not None),
        row.unread, row.second, row.code_at,
    )


def _visit(dialect: str) -> Select[Any]:
    """A row for each assignment, one where there is none; `now` is the database's clock, NULL on SQLite (see
    `db.clock`)."""
    visit, account, held, notice = (table_of(model) for model in (WebSession, Account, Assignment, Notice))
    moment = func.clock_timestamp(type_=UTCDateTime()) if dialect == "postgresql" else literal(None, UTCDateTime())
    unread = (
        select(func.count()).select_from(notice)
        .where(notice.c.account_id == account.c.id, notice.c.read_at.is_(None)).scalar_subquery()
    )
    return (
        select(
            visit.c.seen_at, visit.c.expires_at, visit.c.revoked_at, visit.c.account_id, account.c.login,
            account.c.name, account.c.locale, account.c.person_id, account.c.active, account.c.demo, held.c.role,
            held.c.scope, held.c.from_on, held.c.until_on, unread.label("unread"), moment.label("now"),
            account.c.totp_secret.is_not(None).label("second"), visit.c.code_at,
        )
        .join_from(visit, account, account.c.id == visit.c.account_id)
        .outerjoin(held, held.c.account_id == account.c.id)
        .where(visit.c.id == bindparam("id")).order_by(held.c.id)
    )


_VISIT = Statement(_visit)


def touch(engine: Engine, token: str, now: datetime) -> None:
    """The session was seen now, in a transaction of its own; or not, where somebody writes for long: nobody waits."""
    try:
        with db.transaction(db.impatient(engine)) as own:
            own.execute(update(WebSession).where(WebSession.id == digest(token)).values(seen_at=now))
    except OperationalError as error:
        log.warning("a session was not touched: %s", error.orig)


def coded(session: Session, token: str, now: datetime) -> None:
    """This browser gave a second factor now."""
    session.execute(update(WebSession).where(WebSession.id == digest(token)).values(code_at=now))


def revoke(session: Session, token: str, now: datetime) -> None:
    """This browser is signed out."""
    open_rows = WebSession.revoked_at.is_(None)
    session.execute(update(WebSession).where(WebSession.id == digest(token), open_rows).values(revoked_at=now))


def revoke_all(session: Session, account: Account, now: datetime) -> None:
    """The account is signed out on every browser."""
    open_rows = WebSession.revoked_at.is_(None)
    session.execute(update(WebSession).where(WebSession.account_id == account.id, open_rows).values(revoked_at=now))
