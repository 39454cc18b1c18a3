"""The form of an activity: what is the same for all bodies, filled in over days by several people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, Refused
from engine.forms import Form
from web import sent_files, transaction
from web.access import allow, current_actor
from web.activities.blueprint import Seen, bp, seen
from web.errors import sentence_of, status_of
from web.fields import press
from web.gate import whole
from web.words import today
from workflows.activities import register, rights, sheets
from workflows.activities.rights import EDITING


@bp.get("/<int:activity_id>/rincian")
@allow(*EDITING)
def edit(activity_id: int) -> ResponseReturnValue:
    found = seen(activity_id)
    rights.require_edit(current_actor(), found.activity)
    return _page(found, found.activity.data, edition=found.activity.edition)


@bp.post("/<int:activity_id>/rincian")
@allow(*EDITING)
def edit_post(activity_id: int) -> ResponseReturnValue:
    found = seen(activity_id)
    rights.require_edit(current_actor(), found.activity)
    form, edition = sheets.form_of(found.activity.kind), request.form.get("edition", type=whole)
    data, wrong = _posted(found, form)
    if "_show" in request.form:
        return _page(found, data, edition=edition)
    if (changed := press(form, data, request.form)) is not None:
        return _page(found, changed, tuple(wrong), edition=edition)
    if wrong:
        return _page(found, data, tuple(wrong), edition=edition), 422
    locked = seen(activity_id, lock=True)
    try:
        register.save(
            transaction.session(), locked.activity, data, edition=edition, actor=current_actor(),
            now=transaction.now(), today=today(),
        )
    except EvidenceRefused as refusal:
        return _page(locked, data, refusal.errors, edition=edition), 422
    except Refused as refusal:
        told = sentence_of(refusal)
        return _page(locked, data, refusal=told, edition=locked.activity.edition), status_of(refusal)
    flash(gettext("Rincian kegiatan disimpan."), "success")
    return redirect(url_for("activities.show", activity_id=activity_id))


def _posted(found: Seen, form: Form) -> tuple[dict[str, object], list[FieldError]]:
    """What the browser sent, its files kept and named among the answers; and which files could not be kept."""
    kept, wrong = sent_files.kept(form, lambda received: register.keep_file(
        transaction.session(), found.activity, sha256=received.sha256, name=received.name, type=received.type,
        size=received.size, actor=current_actor(), now=transaction.now(),
    ))
    data = form.parse([*request.form.items(multi=True), *kept])
    return form.attach(data, register.files(transaction.session(), found.activity.id)), wrong


def _page(
    found: Seen, data: Mapping[str, Any], errors: tuple[FieldError, ...] = (), *, refusal: str = "",
    edition: int | None = None,
) -> str:
    form = sheets.form_of(found.activity.kind)
    return render_template(
        "activities/edit.html", seen=found, activity=found.activity, form=form, data=data, errors=errors,
        refusal=refusal, edition=edition, page={"errors": errors, "hidden": frozenset(), "context": {"today": today()}},
    )
