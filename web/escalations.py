"""What was escalated, whether it helped, and what comes next."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web import board_words, transaction
from web.access import allow, current_actor, visible_scopes
from web.blocked import READERS
from web.words import role_name
from workflows import blocked, climbs
from workflows.climbs import Filters
from workflows.models.accounts import MEMBER_ROLES
from workflows.settings import KINDS

bp = Blueprint("escalations", __name__, url_prefix="/eskalasi")

KEPT = ("kecamatan", "jenis", "peran", "tingkat", "bergerak")
TOLD_ROLES = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "province")
LEVELS = 8


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    session = transaction.session()
    scopes, filters, after = visible_scopes(current_actor(), READERS), _asked(), request.args.get("after", "")
    page = climbs.told(session, scopes, filters, after=after)
    coming = climbs.coming(session, scopes, filters) if not after else []
    zones = [row.timezone for row in page.entries] + [row.timezone for row in coming]
    if zones:
        g.zone = zones[0]
    return render_template(
        "escalations/index.html", page=page, coming=coming, filters=filters, link=_link, started=bool(after),
        choices=blocked.choices(session, scopes), kinds=[(kind, board_words.kind_name(kind)) for kind in KINDS],
        roles=[(role, role_name(role)) for role in TOLD_ROLES], levels=range(LEVELS),
    )


def _asked() -> Filters:
    args = request.args
    kind, role, level = args.get("jenis", ""), args.get("peran", ""), args.get("tingkat", "")
    return Filters(
        district=args.get("kecamatan", "")[:24], kind=kind if kind in KINDS else "",
        role=role if role in TOLD_ROLES else "", moved={"ya": "yes", "belum": "no"}.get(args.get("bergerak", ""), ""),
        level=int(level) if level in map(str, range(LEVELS)) else None,
    )


def _link(**changed: Any) -> str:
    kept = {name: value for name, value in request.args.items() if name in KEPT and value}
    return url_for("escalations.index", **{**kept, **changed})
