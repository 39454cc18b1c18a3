"""Receipts: what somebody sent arrived, once, under a number they can quote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from engine import history
from engine.base import table_of
from engine.models import Instance, Submission
from engine.statements import insert_of
from workflows.models import Body
from workflows.models.receipt import Receipt

_receipt = table_of(Receipt)
_TAKE = insert_of(
    _receipt, "account_id", "key", "digest", "act", "body_id", "node", "title", "photos", "at", new=True, returning="id"
)


class Sent(NamedTuple):
    """An act as it came: whose, under which key, on which form of which body, with which content."""

    account: int
    key: str
    act: str
    body: int
    node: str
    title: str
    content: Mapping[str, Any]
    photos: int


def take(session: Session, sent: Sent, now: datetime) -> tuple[Any, bool]:
    """The receipt of this act, and whether it is new: then the act is still to be done, in the same transaction.

    Two at once: the second waits for the first one's transaction and gets its receipt.
    """
    digest = history.digest({"act": sent.act, "body": sent.body, "node": sent.node, "content": dict(sent.content)})
    fresh = _TAKE.first(session, {
        "account_id": sent.account, "key": sent.key, "digest": digest, "act": sent.act, "body_id": sent.body,
        "node": sent.node, "title": sent.title[:300], "photos": sent.photos, "at": now,
    })
    row = session.execute(select(_receipt).where(
        _receipt.c.account_id == sent.account, _receipt.c.key == sent.key, _receipt.c.digest == digest
    )).one()
    return row, fresh is not None


def saved_as(session: Session, receipt: int, edition: int) -> Row[Any]:
    """The receipt of a draft tells which edition it became; the answer is the receipt."""
    session.execute(update(_receipt).where(_receipt.c.id == receipt).values(edition=edition))
    return session.execute(select(_receipt).where(_receipt.c.id == receipt)).one()


def listed(session: Session, account: int, most: int = 50) -> list[Row[Any]]:
    """The newest receipts of this account, with the body's name."""
    rows = (
        select(_receipt, Body.name.label("body"), Body.kind)
        .join(Body, Body.id == _receipt.c.body_id)
        .where(_receipt.c.account_id == account).order_by(_receipt.c.at.desc(), _receipt.c.id.desc()).limit(most)
    )
    return list(session.execute(rows))


def lock_edition(session: Session, instance_id: int, node: str) -> int | None:
    """The edition of what is kept for this task, None where nothing is; nobody changes it before this transaction
    ends."""
    session.execute(select(Instance.id).where(Instance.id == instance_id).with_for_update())
    return session.execute(
        select(Submission.edition).where(
            Submission.instance_id == instance_id, Submission.node == node,
            Submission.status.in_(("draft", "prepared")),
        )
    ).scalar_one_or_none()
