"""The notices of one account, with the names their words need. Three queries, however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.host import Actor, lies_within
from engine.models import Instance
from workflows import signposts, trail
from workflows.models import Body, Notice, NoticeSent

PAGE = 30


@dataclass(frozen=True)
class Told:
    """One notice. `element` is the name of the drawn element it is about, `reason` the words of a returning decision.

    `body_id` is None and `body` "" where the reader's regions do not reach the body any more.
    """

    id: int
    topic: str
    params: Mapping[str, Any]
    at: datetime
    unread: bool
    body_id: int | None
    body: str
    element: str
    reason: str


@dataclass(frozen=True)
class Page:
    """Some notices, the newest first; `after` is the id from which the next page goes on, None at the end."""

    told: list[Told]
    after: int | None


def page(session: Session, account_id: int, actor: Actor, before: int | None = None, size: int = PAGE) -> Page:
    """The newest notices of this account, or those older than the notice `before`."""
    query = _of(account_id).order_by(Notice.id.desc()).limit(size + 1)
    rows = session.execute(query.where(Notice.id < before) if before is not None else query).all()
    shown = rows[:size]
    return Page([_told(session, row, actor) for row in shown], shown[-1].id if len(rows) > size else None)


def sent_with(session: Session, sending_id: int, account_id: int, actor: Actor) -> list[Told]:
    """The notices of this account that went along with one message to it, the newest first."""
    query = _of(account_id).join(NoticeSent, NoticeSent.notice_id == Notice.id)
    rows = session.execute(query.where(NoticeSent.sending_id == sending_id).order_by(Notice.id.desc())).all()
    return [_told(session, row, actor) for row in rows]


def _of(account_id: int) -> Select[Any]:
    columns = (
        Notice.id, Notice.topic, Notice.params, Notice.created_at, Notice.read_at, Body.id.label("body_id"), Body.name,
        Instance.scope, Instance.definition_id,
    )
    return (
        select(*columns).outerjoin(Instance, Instance.id == Notice.instance_id)
        .outerjoin(Body, Body.instance_id == func.coalesce(Instance.root_id, Instance.id))
        .where(Notice.account_id == account_id)
    )


def _told(session: Session, row: Row[Any], actor: Actor) -> Told:
    params: Mapping[str, Any] = row.params
    element, reason = "", ""
    if row.definition_id is not None:
        loaded = definitions.load(session, row.definition_id)
        node = str(params.get("node") or params.get("stage") or "")
        element = signposts.name_of(loaded, node) if node else ""
        decider = signposts.decider(loaded, node) if node in loaded.graph.process.nodes else None
        reason = trail.reason_words(loaded, decider or "", str(params.get("reason") or ""))
    inside = row.scope is not None and any(lies_within(row.scope, grant.scope) for grant in actor.grants)
    return Told(
        row.id, row.topic, params, row.created_at, row.read_at is None, row.body_id if inside else None,
        row.name if inside else "", element, reason,
    )
