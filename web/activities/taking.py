"""Which bodies take part, and what only each of them knows of its first plenary."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from web import trail, transaction
from web.access import allow, current_actor
from web.activities.blueprint import asked_page, bp, seen
from web.bodies import KINDS
from web.gate import whole
from workflows import register as bodies_register
from workflows.activities import invited, plenary, rights
from workflows.activities.invited import Choice
from workflows.activities.rights import EDITING

NARROWED = ("jenis", "kecamatan", "tahap", "q")


@bp.get("/<int:activity_id>/badan")
@allow(*EDITING)
def bodies(activity_id: int) -> ResponseReturnValue:
    found = seen(activity_id)
    rights.require_edit(current_actor(), found.activity)
    session, choice = transaction.session(), _choice()
    rows = invited.choosable(session, found.activity, choice, transaction.now())
    choices = bodies_register.choices(session, (found.activity.scope,))
    return render_template(
        "activities/bodies.html", seen=found, activity=found.activity, rows=rows, choice=choice, kinds=KINDS,
        districts=choices.districts, stages=[(code, trail.drawn(name)) for code, name in choices.stages],
        taking=sum(row.taking for row in rows), most=invited.MOST,
        narrowed=sum(map(bool, (choice.kind, choice.district, choice.stage, choice.search, choice.late))),
    )


def _choice() -> Choice:
    asked = request.values
    return Choice(
        kind=asked.get("jenis", "")[:20], district=asked.get("kecamatan", "")[:24], stage=asked.get("tahap", "")[:100],
        search=asked.get("q", "").strip()[:100], late=asked.get("terlambat") == "1",
    )


@bp.post("/<int:activity_id>/badan")
@allow(*EDITING)
def bodies_post(activity_id: int) -> ResponseReturnValue:
    """The ticked bodies of the list take part, the others of the list do not; or all that fit the filter are added."""
    found = seen(activity_id, lock=True)
    rights.require_edit(current_actor(), found.activity)
    session, actor = transaction.session(), current_actor()
    shown = [row.id for row in invited.choosable(session, found.activity, _choice(), transaction.now())]
    if request.form.get("act") == "all":
        added, gone = invited.add(session, found.activity, shown, actor=actor), 0
    else:
        listed = set(_numbers("shown"))
        ticked = set(_numbers("body")) & listed
        added = invited.add(session, found.activity, ticked, actor=actor)
        gone = invited.remove(session, found.activity, listed - ticked, actor=actor)
    told = [ngettext("%(num)d badan ditambahkan.", "%(num)d badan ditambahkan.", added)]
    if gone:
        told.append(ngettext("%(num)d badan dikeluarkan.", "%(num)d badan dikeluarkan.", gone))
    flash(" ".join(told), "success")
    kept: dict[str, Any] = {name: value for name in NARROWED if (value := request.form.get(name))}
    return redirect(url_for("activities.bodies", activity_id=activity_id, **kept))


def _numbers(name: str) -> list[int]:
    return [number for text in request.form.getlist(name)[:invited.MOST] if (number := whole(text)) is not None]


@bp.get("/<int:activity_id>/pleno")
@allow(*EDITING)
def first_plenary(activity_id: int) -> ResponseReturnValue:
    found = seen(activity_id)
    rights.require_edit(current_actor(), found.activity)
    only, page = request.args.get("kurang") == "1", asked_page()
    tables, count, done = plenary.tables(
        transaction.session(), found.activity, actor=current_actor(), now=transaction.now(), page=page, only_open=only,
    )
    total = count - done if only else count
    kept: dict[str, Any] = {"kurang": "1"} if only else {}
    return render_template(
        "activities/plenary.html", seen=found, activity=found.activity, tables=tables, count=count, done=done,
        only=only, page=page + 1,
        previous=url_for("activities.first_plenary", activity_id=activity_id, hal=page, **kept) if page else "",
        next=url_for("activities.first_plenary", activity_id=activity_id, hal=page + 2, **kept)
        if total > (page + 1) * plenary.PAGE else "",
    )


@bp.post("/<int:activity_id>/pleno")
@allow(*EDITING)
def first_plenary_post(activity_id: int) -> ResponseReturnValue:
    found = seen(activity_id, lock=True)
    rights.require_edit(current_actor(), found.activity)
    session, now, actor = transaction.session(), transaction.now(), current_actor()
    if request.form.get("act") == "propose":
        filled = plenary.propose_all(session, found.activity, actor=actor, now=now)
        flash(ngettext("Usulan diisikan untuk %(num)d badan. Periksa, lalu perbaiki yang berbeda.",
                       "Usulan diisikan untuk %(num)d badan. Periksa, lalu perbaiki yang berbeda.", filled), "success")
    else:
        written, clashes = plenary.save(session, found.activity, list(_typed()), actor=actor, now=now)
        flash(ngettext("%(num)d badan disimpan.", "%(num)d badan disimpan.", written), "success")
        if clashes:
            flash(gettext("Sudah diubah orang lain dan dibiarkan: %(names)s. Periksa isiannya.",
                          names=", ".join(clashes)), "warning")
    kept: dict[str, Any] = {"kurang": "1"} if request.form.get("kurang") == "1" else {}
    return redirect(url_for("activities.first_plenary", activity_id=activity_id, hal=asked_page() + 1, **kept))


def _typed() -> Any:
    """(body, edition, what was typed) of each body on the page. Members are named by their place in the list."""
    form = request.form
    for text in form.getlist("body")[:plenary.PAGE]:
        body, edition = whole(text), form.get(f"edition-{text}", type=whole)
        if body is None or edition is None:
            continue
        keys = form.getlist(f"key-{text}")[:20]
        yield body, edition, {
            "chair": form.get(f"chair-{text}", ""), "plenary_number": form.get(f"number-{text}", ""),
            "plenary_on": form.get(f"on-{text}", ""),
            "divisions": {key: form.getlist(f"division-{text}-{place}") for place, key in enumerate(keys)},
        }
