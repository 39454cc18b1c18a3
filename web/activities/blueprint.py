"""The blueprint of these pages, and what all of them ask first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import Blueprint, g, request
from sqlalchemy import select

from web import transaction
from web.access import current_actor
from web.gate import whole
from workflows.activities import rights, sheets
from workflows.models import Activity, Agenda

bp = Blueprint("activities", __name__, url_prefix="/kegiatan")


@dataclass(frozen=True)
class Seen:
    """An activity as this reader meets it: whether they may change it, whether they work with the bodies."""

    activity: Activity
    may_edit: bool
    is_full: bool

    @property
    def hands_in(self) -> bool:
        return self.activity.kind in sheets.NODES

    @property
    def has_plenary(self) -> bool:
        return self.activity.kind == "inauguration" and self.activity.makes_up_for is None


def seen(activity_id: int, *, lock: bool = False) -> Seen:
    """The activity, in the words of its agenda's zone. Refused with NotFound for who may not see it."""
    actor, session = current_actor(), transaction.session()
    activity = rights.find(session, activity_id, actor, lock=lock)
    g.zone = session.scalar(select(Agenda.timezone).where(Agenda.id == activity.agenda_id))
    return Seen(activity, rights.may_edit(actor, activity), rights.is_full(actor))


def new_key() -> str:
    """The key of one form: sent twice, it is one act."""
    return str(uuid.uuid4())


def posted_key() -> str:
    """The key that the form was sent with; a fresh one when it has none that is one."""
    try:
        return str(uuid.UUID(request.form.get("key", "")))
    except ValueError:
        return new_key()


def asked_page() -> int:
    """The page the address asks for, from 0."""
    return min(max((request.values.get("hal", type=whole) or 1) - 1, 0), 9999)
