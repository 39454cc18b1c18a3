"""The blueprint of these pages, and who may look at drawings at all: there is nothing personal in them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Blueprint, json, request
from flask_babel import gettext
from markupsafe import Markup, escape

from engine import errors
from engine.errors import TapakError
from engine.migration import Reason
from web.access import current_actor, visible_scopes
from web.errors import sentence_of, status_of
from web.i18n import language
from workflows import versions

bp = Blueprint("drawings", __name__, url_prefix="/alur")

LOOKING = ("admin", "operator", "commissioner", "supervisor", "province", "observer", "auditor")
REFUSALS = (errors.Refused, errors.DrawingRefused, errors.FormRefused, errors.ExpressionRefused)


def new_key() -> str:
    """The key of one form: sent twice, it is one act."""
    return str(uuid.uuid4())


def posted_key() -> str:
    """The key that the form was sent with; a fresh one when it has none that is one."""
    try:
        return str(uuid.UUID(request.form.get("key", "")))
    except ValueError:
        return new_key()


def scopes() -> tuple[str, ...]:
    """Where this reader may count bodies."""
    return visible_scopes(current_actor(), LOOKING)


def holds(roles: tuple[str, ...]) -> bool:
    """Whether the reader has one of these roles, so that a button may be shown."""
    return any(grant.role in roles for grant in current_actor().grants)


def may() -> dict[str, bool]:
    """What this reader may do here: `propose`, `consent`, `move`."""
    return {
        "propose": holds(versions.PROPOSERS), "consent": holds(versions.CONSENTERS), "move": holds(versions.MOVERS),
    }


def mapping_of(posted: Mapping[str, str]) -> dict[str, str]:
    """The mapping that was chosen: every field `map-<old id>` that has a value."""
    return {name[4:][:200]: value[:200] for name, value in posted.items() if name.startswith("map-") and value}


def told(error: TapakError) -> tuple[str, int]:
    """A refusal as a sentence and its status; what is wrong with each element stands in the findings."""
    if isinstance(error, errors.DrawingRefused | errors.FormRefused):
        return gettext("Belum dapat diusulkan. Perbaiki temuan di bawah, lalu periksa lagi."), 422
    return sentence_of(error), status_of(error)


def in_language(indonesian: str, english: str) -> str:
    """What the engine says in both languages, in the reader's."""
    return english if english and language() == "en" else indonesian


@bp.app_template_filter("reason")
def reason_said(reason: Reason) -> str:
    """Why something does not move, in the reader's language."""
    return in_language(reason.message, reason.message_en)


@bp.app_template_filter("json_attribute")
def json_attribute(value: object) -> Markup:
    """The value as JSON that may stand in an attribute."""
    return escape(json.dumps(value))
