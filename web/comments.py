"""Remarks about a body: written, retracted; shown on its page and beside its evidence."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup, escape

from engine.errors import Refused
from web import transaction
from web.access import allow, current_actor
from web.errors import sentence_of
from web.gate import whole
from web.words import today
from workflows import comments, dossier
from workflows.comments import MENTION, READERS
from workflows.models import Body

bp = Blueprint("comments", __name__, url_prefix="/badan/<int:body_id>/komentar")


@bp.post("")
@allow(*READERS)
def add(body_id: int) -> ResponseReturnValue:
    """The remark stands; the page it was written on is shown again. Posted twice in a row it is one."""
    session, actor = transaction.session(), current_actor()
    body = dossier.find(session, body_id, actor)
    text, task_id = request.form.get("text", ""), request.form.get("task", type=whole)
    last = next(iter(reversed(comments.of_body(session, body, actor))), None)
    try:
        if last is None or not last.may_retract or last.text != text.strip():
            with session.begin_nested():
                comments.add(
                    session, body=body, actor=actor, text=text, now=transaction.now(), today=today(), task_id=task_id
                )
        flash(gettext("Komentar dicatat."), "success")
    except Refused as refusal:
        flash(sentence_of(refusal), "danger")
    return _back(body_id, task_id)


@bp.post("/<int:comment_id>/tarik")
@allow(*READERS)
def retract(body_id: int, comment_id: int) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    body = dossier.find(session, body_id, actor)
    comments.retract(session, comment_id=comment_id, body=body, actor=actor, now=transaction.now())
    flash(gettext("Komentar ditarik. Bahwa pernah ada tetap tercatat."), "success")
    return _back(body_id, request.form.get("task", type=whole))


def _back(body_id: int, task_id: int | None) -> ResponseReturnValue:
    if task_id is not None:
        return redirect(url_for("approval.show", task_id=task_id, _anchor="komentar"))
    return redirect(url_for("bodies.show", body_id=body_id, _anchor="komentar"))


@bp.app_template_filter("mentioning")
def mentioning(text: str) -> Markup:
    """The remark's text, escaped, its lines and mentions kept: `@login` stands out."""
    safe = MENTION.sub(lambda found: f"\0{found[1]}\1", text.replace("\0", "").replace("\1", ""))
    marked = str(escape(safe)).replace("\0", "<strong>@").replace("\1", "</strong>")
    return Markup(marked.replace("\n", "<br>"))  # noqa: S704 -- escaped above


@bp.app_template_global("remarks_about")
def remarks_about(body: Body) -> tuple[list[comments.Remark], bool]:
    """(the remarks about this body, whether this reader reads and writes them)."""
    session, actor = transaction.session(), current_actor()
    return comments.of_body(session, body, actor), comments.may_read(actor, body.scope)
