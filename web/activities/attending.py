"""Who was there: everybody, until somebody marks an exception. Works by search, by body, by hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from web import activity_words as words
from web import transaction
from web.access import allow, current_actor
from web.activities.blueprint import asked_page, bp, seen
from web.gate import whole
from workflows import register
from workflows.activities import attendance, sheets
from workflows.activities.attendance import Mark
from workflows.activities.rights import EDITING, LOOKING

ONLY = ("exceptions", "pending", "late", "absent", "cancelled")
MOST = 400
KEPT = ("q", "kecamatan", "tanda", "hal")


@bp.get("/<int:activity_id>/kehadiran")
@allow(*LOOKING)
def attendance_sheet(activity_id: int) -> ResponseReturnValue:
    found = seen(activity_id)
    session, asked, page = transaction.session(), request.args, asked_page()
    search, district = asked.get("q", "").strip()[:100], asked.get("kecamatan", "")[:24]
    only = asked.get("tanda", "") if asked.get("tanda") in ONLY else ""
    sheet = attendance.sheet(
        session, found.activity, current_actor(), district=district, search=search, only=only, page=page
    )
    wished = (("q", search), ("kecamatan", district), ("tanda", only))
    kept: dict[str, Any] = {name: value for name, value in wished if value}
    marks = sheets.MARKS[found.activity.kind]
    return render_template(
        "activities/attendance.html", seen=found, activity=found.activity, sheet=sheet, search=search,
        district=district, only=only, names=words.MARKS, marks=[(mark, words.MARKS[mark]) for mark in marks],
        districts=register.choices(session, (found.activity.scope,)).districts, kept=kept, page=page + 1,
        onlys=[("exceptions", gettext("Semua yang tidak hadir")), ("pending", gettext("Menunggu susulan")),
               *((mark, words.MARKS[mark]) for mark in marks if mark != "present")],
        may_note=any(company.may_note for company in sheet.companies), pact=found.has_plenary,
        previous=url_for("activities.attendance_sheet", activity_id=activity_id, hal=page, **kept) if page else "",
        next=url_for("activities.attendance_sheet", activity_id=activity_id, hal=page + 2, **kept)
        if sheet.more else "",
    )


@bp.post("/<int:activity_id>/kehadiran")
@allow(*EDITING)
def attendance_post(activity_id: int) -> ResponseReturnValue:
    found = seen(activity_id, lock=True)
    saved = attendance.save(
        transaction.session(), found.activity, list(_wishes()), actor=current_actor(), now=transaction.now()
    )
    flash(ngettext("%(num)d tanda disimpan.", "%(num)d tanda disimpan.", saved.written), "success")
    if saved.clashes:
        flash(gettext("Sudah ditandai orang lain dan dibiarkan: %(names)s. Periksa tandanya.",
                      names=", ".join(saved.clashes)), "warning")
    kept: dict[str, Any] = {name: value for name in KEPT if (value := request.form.get(name))}
    return redirect(url_for("activities.attendance_sheet", activity_id=activity_id, **kept))


def _wishes() -> Iterator[tuple[int, str, Mark]]:
    """(membership, mark as drawn, mark as wished) of each member on the page."""
    form = request.form
    for text in form.getlist("member")[:MOST]:
        number, status = whole(text), form.get(f"status-{text}", "")
        if number is None or not status:
            continue
        pact = f"pact-{text}" in form if f"asked-{text}" in form else True
        reason = "" if status == "present" else form.get(f"reason-{text}", "").strip()[:300]
        yield number, form.get(f"was-{text}", "")[:400], Mark(status, reason, pact)
