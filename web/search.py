"""One box for bodies, people and letters, and the pages that were opened last.

What was opened last is kept in a signed cookie of this browser, not in rows: a page that is only read writes nothing,
and a telephone that somebody else uses shows nothing of another account. It holds ids alone; names are looked up each
time within what the reader may see then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from itsdangerous import BadData, URLSafeSerializer

from web import transaction
from web.access import allow, current_actor, may_open, visible_scopes
from web.auth.sessions import visitor
from web.config import Config
from web.trail import post_name
from web.words import short_date
from workflows import search
from workflows.dossier import LOOKING
from workflows.letter_register import LISTING
from workflows.search import Hit

bp = Blueprint("search", __name__, url_prefix="/cari")

COOKIE, KEPT, DAYS = "tapak_recent", 8, 90
OPENED = {
    "bodies.show": ("body", "body_id"), "people.show": ("person", "person_id"), "letters.show": ("paper", "paper_id"),
}
PAGES = {kind: (endpoint, name) for endpoint, (kind, name) in OPENED.items()}


@bp.get("")
@allow(*LOOKING)
def index() -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    text = " ".join(request.args.get("q", "").split())[: search.LONGEST]
    if search.private(text):
        return redirect(url_for("search.index", bukan=1))  # it does not stay in the address
    secret = "bukan" in request.args
    groups: list[tuple[str, list[Hit]]] = []
    if text:
        scopes = visible_scopes(actor, LOOKING)
        groups = [(gettext("Badan"), search.bodies(session, scopes, text))]
        if may_open("people.show"):
            groups.append((gettext("Orang"), search.people(session, scopes, text)))
        if may_open("letters.index"):
            groups.append((gettext("Surat"), search.letters(session, visible_scopes(actor, LISTING), text)))
    elif not secret and (opened := recent()):
        groups = [(gettext("Terakhir dibuka"), search.named(session, actor, visible_scopes(actor, LOOKING), opened))]
    answer = current_app.make_response(render_template(
        "search/index.html", text=text, secret=secret, groups=[one for one in groups if one[1]],
        note=note_of, most=search.MOST,
    ))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def note_of(hit: Hit) -> str:
    """What stands below the name."""
    if hit.kind == "person" and hit.note:
        post, _, body = hit.note.partition("|")
        return f"{post_name(post)} · {body}"
    if hit.on:
        return f"{short_date(hit.on)} · {hit.note}"
    return hit.note


def recent() -> list[tuple[str, int]]:
    """What this account opened last in this browser, the latest first."""
    reader = visitor()
    if reader is None:
        return []
    try:
        account, opened = _signer().loads(request.cookies.get(COOKIE, ""))
    except (BadData, ValueError):
        return []
    if account != reader.account.id:
        return []
    return [(str(kind), int(number)) for kind, number in cast("Sequence[tuple[str, int]]", opened) if kind in PAGES]


@bp.after_app_request
def remember(answer: Response) -> Response:
    """A page of a body, a person or a letter that was shown is the latest one."""
    kind, name = OPENED.get(request.endpoint or "", ("", ""))
    reader = visitor() if kind else None
    if reader is None or request.method != "GET" or answer.status_code != 200:
        return answer
    this = (kind, int((request.view_args or {})[name]))
    opened = [this, *(one for one in recent() if one != this)][:KEPT]
    config: Config = current_app.extensions["tapak.config"]
    answer.set_cookie(
        COOKIE, _signer().dumps([reader.account.id, opened]), max_age=DAYS * 24 * 3600, httponly=True,
        samesite="Lax", secure=config.secure_cookies,
    )
    return answer


def _signer() -> URLSafeSerializer:
    config: Config = current_app.extensions["tapak.config"]
    return URLSafeSerializer(config.secret_key, salt="recent", serializer=json)


@bp.app_template_global("hit_link")
def hit_link(hit: Hit) -> str:
    """The page of what was found; a letter without a page of its own, or for who may not open it, in the register."""
    if hit.kind == "letter" or (hit.kind == "paper" and not may_open("letters.show")):
        return url_for("letters.index", q=hit.name)
    endpoint, name = PAGES[hit.kind]
    values: dict[str, Any] = {name: hit.id}
    return url_for(endpoint, **values)
