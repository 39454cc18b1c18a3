"""Sessions are rows: what is revoked here is signed out everywhere, whatever a copied cookie says."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g
from flask_login import AnonymousUserMixin, UserMixin, current_user
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from web import db
from web.config import Config
from workflows.models.accounts import Account, WebSession

log = logging.getLogger(__name__)

LONGEST = timedelta(days=14)
IDLE = timedelta(days=3)
TOUCH_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Visitor(UserMixin):
    """Who is signed in on this browser: what Flask-Login calls the user. Its id is the token of the session row."""

    account: Account
    row: WebSession
    token: str

    def get_id(self) -> str:
        return self.token


def visitor() -> Visitor | None:
    """Who is signed in on the browser of this request; None for nobody."""
    user = current_user._get_current_object()
    return user if isinstance(user, Visitor) else None


def show_nobody() -> None:
    """From here on the page is one for nobody: it can be drawn when the database does not answer."""
    g._login_user = AnonymousUserMixin()  # where Flask-Login keeps whom it has loaded for this request


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(session: Session, account: Account, now: datetime, user_agent: str) -> Visitor:
    """A fresh session row; its token exists in the returned visitor only."""
    token = secrets.token_urlsafe(32)
    row = WebSession(
        id=digest(token), account_id=account.id, created_at=now, seen_at=now, expires_at=now + LONGEST,
        user_agent=user_agent[:200],
    )
    session.add(row)
    session.flush()
    return Visitor(account, row, token)


def find(session: Session, token: str, now: datetime, config: Config) -> Visitor | None:
    """The visitor of this token; None when revoked, expired, idle too long, switched off, or a demo in production."""
    row = session.scalar(
        select(WebSession).options(joinedload(WebSession.account)).where(WebSession.id == digest(token))
    )
    if row is None or row.revoked_at is not None or now >= row.expires_at or now >= row.seen_at + IDLE:
        return None
    if not row.account.active or (row.account.demo and config.production):
        return None
    return Visitor(row.account, row, token)


def touch(engine: Engine, token: str, now: datetime) -> None:
    """The session was seen now, in a transaction of its own; or not, where somebody writes for long: nobody waits."""
    try:
        with db.transaction(db.impatient(engine)) as own:
            own.execute(update(WebSession).where(WebSession.id == digest(token)).values(seen_at=now))
    except OperationalError as error:
        log.warning("a session was not touched: %s", error.orig)


def revoke(session: Session, token: str, now: datetime) -> None:
    """This browser is signed out."""
    open_rows = WebSession.revoked_at.is_(None)
    session.execute(update(WebSession).where(WebSession.id == digest(token), open_rows).values(revoked_at=now))


def revoke_all(session: Session, account: Account, now: datetime) -> None:
    """The account is signed out on every browser."""
    open_rows = WebSession.revoked_at.is_(None)
    session.execute(update(WebSession).where(WebSession.account_id == account.id, open_rows).values(revoked_at=now))
