"""Where all bodies stand: one table of place and stage, for a regency its kecamatan, for a province its regencies."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from web import board_words, transaction
from web.access import allow, current_actor, visible_scopes
from web.blocked import READERS
from web.board_words import drawn
from workflows import blocked, overview
from workflows.blocked import Filters
from workflows.overview import NOT_BEGUN
from workflows.settings import KINDS

bp = Blueprint("overview", __name__, url_prefix="/ringkasan")

ENDED = "dissolved"


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    session, now = transaction.session(), transaction.now()
    scopes = visible_scopes(current_actor(), READERS)
    kind = request.args.get("jenis", "")
    filters = Filters(district=request.args.get("kecamatan", "")[:24], kind=kind if kind in KINDS else "")
    seen = overview.of_region(session, scopes, now, district=filters.district, kind=filters.kind)
    choices = blocked.choices(session, scopes, filters)
    return render_template(
        "overview/index.html", seen=seen, choices=choices, filters=filters, stages=_stages(choices.stages, seen),
        kinds=[(one, board_words.kind_name(one)) for one in KINDS], blocked_link=_blocked_link,
        bodies_link=_bodies_link,
        place=next((name for code, name in choices.districts if code == filters.district), ""),
        regencies=blocked.unit_length(scopes, filters) == blocked.REGENCY, narrowed=kept_link, kept_link=kept_link,
    )


def _stages(known: list[tuple[str, str]], seen: overview.Overview) -> list[tuple[str, str]]:
    """The stages in their order; before and behind them the bodies that have not begun and those that have ended."""
    named = [(code, drawn(name)) for code, name in known]
    if NOT_BEGUN in seen.stages:
        named.insert(0, (NOT_BEGUN, gettext("Belum mulai")))
    if ENDED in seen.stages:
        named.append((ENDED, gettext("Dibubarkan")))
    return named


def kept_link(endpoint: str = "overview.index", **changed: Any) -> str:
    """The address of a page of these, narrowed as this one but for the changes; None leaves one out."""
    kept = {name: value for name, value in request.args.items() if name in ("kecamatan", "jenis") and value}
    return url_for(endpoint, **{**kept, **changed})


def _blocked_link(**wanted: Any) -> str:
    return kept_link("blocked.index", **wanted)


def _bodies_link(**wanted: Any) -> str:
    """The list of bodies, narrowed; "" where this installation has none."""
    if "bodies.index" not in current_app.view_functions:
        return ""
    kept = {name: value for name, value in request.args.items() if name in ("kecamatan", "jenis") and value}
    asked = {**kept, **wanted}
    return url_for("bodies.index", kecamatan=asked.get("kecamatan"), jenis=asked.get("jenis"), tahap=asked.get("tahap"))
