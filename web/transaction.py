"""One request is one transaction.

The view works in `session()`; a request that only asks (GET, HEAD) has one that only reads and waits for
no writer. When the view has answered, everything is committed together, and when it raised, nothing was. Then, if
something waits in the outbox, the doorbell is rung. A view that catches a refusal and answers itself wraps the refused
act in `session().begin_nested()`, so that nothing of it stays.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine.models import Message
from web import db

ENGINE = "tapak.engine"
DOORBELL = "tapak.doorbell"


def engine() -> Engine:
    """The application's database."""
    return cast(Engine, current_app.extensions[ENGINE])


def session() -> Session:
    """The one database session of this request; opened at the first call."""
    if "session" not in g:
        asks = request.method in ("GET", "HEAD", "OPTIONS")
        g.session = db.session_factory(db.reading(engine()) if asks else engine())()
    return cast(Session, g.session)


def own_reader() -> Session:
    """A session that only reads and may outlive the request: for an answer that is sent while it is read. Whoever asked
    for it closes it."""
    return db.session_factory(db.reading(engine()))()


def now() -> datetime:
    """The moment of this request by the database's clock: the same at every call while it lasts, aware, in UTC."""
    if "now" not in g:
        g.now = db.clock(session())
    return cast(datetime, g.now)


def begin_at(moment: datetime) -> None:
    """The database has told its clock along with something else; a moment that was told before stays."""
    g.setdefault("now", moment)


def commit() -> None:
    """What the request wrote is kept, all of it; then the doorbell is rung if a message is due."""
    if "session" not in g:
        return
    session().commit()
    if request.method not in ("GET", "HEAD", "OPTIONS") and _message_is_due():
        cast("Callable[[], object]", current_app.extensions[DOORBELL])()


def _message_is_due() -> bool:
    due = select(Message.id).where(Message.done_at.is_(None), Message.available_at <= now()).limit(1)
    with db.reading(engine()).connect() as connection:
        return connection.execute(due).first() is not None


def pause() -> None:
    """What the request wrote so far is kept, and until its next question it holds no lock.

    For slow work in the middle, such as reading a large photo: on SQLite everybody else's writing would wait for it.
    """
    if "session" in g:
        session().commit()


def roll_back() -> None:
    """Nothing of what the request wrote so far is kept; the session can be used again."""
    if "session" in g:
        session().rollback()


def close(_error: BaseException | None = None) -> None:
    """The request's session is given back; what was not committed is gone."""
    opened = g.pop("session", None)
    if opened is not None:
        opened.close()


class TransactionalFlask(Flask):
    """Flask whose views succeed or fail together with their transaction.

    The commit stands inside the dispatch, so that a refusal at commit (a constraint, a stale version) reaches the
    same table of error pages as one raised by the view.
    """

    def dispatch_request(self) -> ResponseReturnValue:
        answer = self.ensure_sync(super().dispatch_request)()
        commit()
        return cast(ResponseReturnValue, answer)
