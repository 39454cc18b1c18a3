"""Who is told about a proposed version of a drawing: whoever may consent to it, and at last who proposed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.host import Actor
from engine.models import Definition
from workflows import notices
from workflows.calendar import local_date
from workflows.models import Account, Agenda


def proposed(session: Session, found: Definition, roles: Sequence[str], now: datetime) -> None:
    """Everybody who may consent has a notice of this proposal, once: those who hold such roles over all agendas, but
    not the very person who proposed it, whatever account they use."""
    able: set[int] | None = None
    for scope, zone in session.execute(select(Agenda.scope, Agenda.timezone).distinct()):
        here = set(notices.holders(session, roles, scope, local_date(now, ZoneInfo(zone))))
        able = here if able is None else able & here
    people = session.execute(select(Account.id, Account.person_id).where(Account.id.in_(able or ())))
    others = [
        row.id for row in people
        if found.person not in (str(row.id), f"person:{row.person_id}") and str(row.id) != found.published_by
    ]
    notices.tell(session, sorted(others), topic="drawing.proposed", dedupe=f"drawing:{found.id}", instance_id=None,
                 params=_about(found), now=now)


def settled(session: Session, found: Definition, status: str, actor: Actor, now: datetime) -> None:
    """Who proposed this version knows that it was published, refused, or replaced by a newer proposal, once; not told
    of what they did themselves."""
    if found.published_by.isdecimal() and found.published_by != actor.id and found.person != actor.who:
        notices.tell(
            session, [int(found.published_by)], topic="drawing.decided", dedupe=f"drawing:{found.id}:{status}",
            instance_id=None, params={**_about(found), "status": status}, now=now,
        )


def _about(found: Definition) -> dict[str, Any]:
    return {"definition": found.id, "drawing": found.name, "version": found.version}
