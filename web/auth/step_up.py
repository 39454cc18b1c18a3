"""Who decides shows once more who they are: a commissioner whose code is older than twelve hours types a new one first.

The pages on which one decides ask before anything is typed. What was posted nevertheless comes back inside the page
that asks, and goes on to where it was sent together with the code: nothing is typed twice.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Refused
from web import transaction
from web.access import SIGNED_IN, allow, current_actor, wants_json
from web.auth import attempts, sessions, totp
from web.auth.second import locked, spend_code, status_for
from web.auth.views import CODE, me, safe_next, settings
from web.errors import page, sentence_of

bp = Blueprint("step_up", __name__)

PAGES = frozenset({"approval.show", "bulk.show", "pleno.index"})
ACTS = frozenset({
    "approval.decide", "approval.take_back", "bulk.prepare", "bulk.decide", "bulk.take_back", "pleno.record",
    "delegations.give", "replacements.act", "agenda.decide", "drawings.decide",
})
DECIDER = "commissioner"


class CodeWanted(Refused):
    """Ketik dahulu kode dari aplikasi autentikator Anda. Buka halaman keputusannya di peramban."""


def wanted() -> bool:
    """Whether the person of this request has to give a code before they decide."""
    reader = sessions.visitor()
    if reader is None or (not reader.second and settings().totp != "approvers"):
        return False
    if reader.second and reader.code_at is not None and transaction.now() - reader.code_at < totp.FRESH:
        return False
    return any(grant.role == DECIDER for grant in current_actor().grants)


@bp.before_app_request
def guard() -> ResponseReturnValue | None:
    """Stands before the pages and acts of deciding; lets through whoever gave a code of late, or gives one now."""
    if request.endpoint not in PAGES | ACTS or not wanted():
        return None
    if wants_json():
        refusal = CodeWanted()
        return page(403, sentence_of(refusal))
    if request.endpoint in PAGES:
        here = request.full_path.rstrip("?")
        return _page(here) if me().second else redirect(url_for("second.show", next=here))
    if me().second and CODE in request.form:
        refused = _spent()
        return None if refused is None else _page("", refused)
    return _page("")


@bp.post("/akun/kode")
@allow(SIGNED_IN)
def confirm() -> ResponseReturnValue:
    """The code was right: on to the page that asked for it."""
    target = safe_next(request.form.get("next"))
    refused = _spent() if me().second else None
    return redirect(target) if refused is None else _page(target, refused)


def _spent() -> Refused | None:
    """This session has given its code now, whatever becomes of the act behind it; or why it has not."""
    try:
        spend_code(locked(me().account.id))
    except (totp.WrongCode, attempts.TooManyAttempts) as refusal:
        transaction.pause()
        return refusal
    sessions.coded(transaction.session(), me().token, transaction.now())
    transaction.pause()
    return None


def _page(target: str, refusal: Refused | None = None) -> ResponseReturnValue:
    """The page that asks: with the address it goes on to, or with all that was posted to this one."""
    kept = [] if target else [
        (name, value) for name, value in request.form.items(multi=True) if name not in (CODE, "csrf_token")
    ]
    files = [] if target else [(name, sent.filename) for name, sent in request.files.items(multi=True) if sent.filename]
    return render_template(
        "auth/step_up.html", target=target, kept=kept, files=files, field=CODE, second=me().second,
        error=sentence_of(refusal) if refusal else None, action="" if target else request.full_path.rstrip("?"),
    ), status_for(refusal) if refusal else 200 if target else 403
