"""Attachments as they leave the house: photos as pictures of our own making, papers as sandboxed downloads."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from engine.errors import NotFound
from engine.models import Attachment, Instance
from web import transaction, uploads
from web.access import allow, current_actor, may_see
from workflows import exhibits, register
from workflows.activities import register as activities
from workflows.models import ActivityFile, Body, RegisterFile
from workflows.models.accounts import MEMBER_ROLES
from workflows.registers import entries

bp = Blueprint("files", __name__, url_prefix="/berkas")

WORKING = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "province")
LOOKING = (*WORKING, "observer", "auditor")
Shown = Attachment | ActivityFile | RegisterFile


@bp.get("/<sha256>/foto/<size>")
@allow(*LOOKING)
def photo(sha256: str, size: str) -> ResponseReturnValue:
    if size not in uploads.SIZES:
        abort(404)
    found: Shown | None = _seen(sha256, WORKING) or _photo(sha256) or _of_activity(sha256) or _own(sha256)
    if found is None or found.type not in uploads.KINDS or uploads.KINDS[found.type].pillow is None:
        raise NotFound
    return uploads.show(found.sha256, found.type, size)


@bp.get("/<sha256>/asli")
@allow(*WORKING)
def paper(sha256: str) -> ResponseReturnValue:
    found = _seen(sha256, WORKING) or _of_activity(sha256)
    if found is None:
        raise NotFound
    return uploads.download(found.sha256, found.type, found.name)


def _own(sha256: str) -> RegisterFile | None:
    """The file that the reader has just sent for a register, which nobody else sees before an entry names it."""
    return entries.own_file(transaction.session(), sha256, current_actor())


def _of_activity(sha256: str) -> ActivityFile | None:
    """The file of an activity that the reader may see, before it is anybody's evidence."""
    return activities.shown_file(transaction.session(), sha256, current_actor())


def _photo(sha256: str) -> Attachment | None:
    """The same for who may only look: what was handed in as a photo, never a paper that somebody photographed."""
    found = _seen(sha256, LOOKING)
    return found if found is not None and exhibits.is_photo(transaction.session(), found) else None


def _seen(sha256: str, roles: tuple[str, ...]) -> Attachment | None:
    """The attachment with these bytes in a place where the reader holds one of these roles, and is near enough to the
    body for papers about health."""
    session, actor = transaction.session(), current_actor()
    rows = (
        select(Attachment, Instance.scope, Body.kind).join(Instance, Instance.id == Attachment.instance_id)
        .outerjoin(Body, Body.instance_id == func.coalesce(Instance.root_id, Instance.id))
    )
    for attachment, scope, kind in session.execute(rows.where(Attachment.sha256 == sha256)):
        near = attachment.added_by == actor.id or register.phones_of(actor, kind or "", scope)
        if may_see(actor, scope, roles) and (near or not exhibits.is_close(session, attachment)):
            return attachment
    return None
