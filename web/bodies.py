"""The register of bodies, and one body: where it stands, what is missing, who must act, who serves, what happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from web import trail, transaction
from web.access import allow, current_actor, may_open, visible_scopes
from web.activity_words import KINDS as KINDS_OF_ACTIVITY
from web.i18n import language
from web.words import short_date
from workflows import dossier, register
from workflows.activities import register as activities
from workflows.dossier import LOOKING, Awaited, Dossier
from workflows.register import Filters, Turn
from workflows.signposts import Step

bp = Blueprint("bodies", __name__, url_prefix="/badan")
bp.record_once(lambda state: trail.install(state.app))

KINDS = (("ppk", "PPK"), ("pps", "PPS"), ("kpps", "KPPS"), ("pantarlih", "Pantarlih"))
NOT_BEGUN = _l("Belum dimulai")
KEPT = ("q", "kecamatan", "jenis", "tahap", "jabatan", "terlambat")
LATEST = 8
"""So many entries of the history are shown at once; the others stand folded."""


@dataclass(frozen=True)
class Button:
    """The one thing this reader can do for the body now."""

    url: str
    label: str
    icon: str


@bp.get("")
@allow(*LOOKING)
def index() -> ResponseReturnValue:
    session, now = transaction.session(), transaction.now()
    scopes = visible_scopes(current_actor(), LOOKING)
    filters = asked_filters()
    page = register.bodies(session, scopes, now, filters, asked_turn())
    if page.rows:
        g.zone = page.rows[0].timezone
    choices = register.choices(session, scopes)
    stages = [(code, trail.drawn(name)) for code, name in choices.stages]
    return render_template(
        "bodies/index.html", page=page, filters=filters, tally=register.tally(session, scopes, now, filters),
        districts=choices.districts, stages=[(register.NOT_BEGUN, NOT_BEGUN), *stages], kinds=KINDS,
        export=export_link("badan", "rekap"),
        previous=page_link("bodies.index", sebelum=page.before), next=page_link("bodies.index", sesudah=page.after),
    )


def asked_filters() -> Filters:
    """What the address asks for."""
    asked = request.args
    return Filters(
        search=asked.get("q", "").strip()[:100], district=asked.get("kecamatan", "")[:24],
        kind=asked.get("jenis", "")[:20], stage=asked.get("tahap", "")[:100], post=asked.get("jabatan", "")[:20],
        late=asked.get("terlambat") == "1",
    )


def asked_turn() -> Turn:
    return Turn(request.args.get("sesudah", "")[:300], request.args.get("sebelum", "")[:300])


def page_link(endpoint: str, **place: str) -> str:
    """The address of another page of the same list; "" where there is none."""
    if not any(place.values()):
        return ""
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in KEPT and value}
    return url_for(endpoint, **{**kept, **place})


def export_link(source: str, table: str) -> str:
    """The address where this list, filtered as it is, is taken as a table."""
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in KEPT and value}
    return url_for("exports.index", dari=source, tabel=table, **kept)


@bp.get("/<int:body_id>")
@allow(*LOOKING)
def show(body_id: int) -> ResponseReturnValue:
    found = dossier.read(transaction.session(), body_id, current_actor(), transaction.now(), language())
    g.zone = found.timezone
    flow = found.flow
    events = [trail.told(event) for event in flow.events] if flow else []
    return render_template(
        "bodies/show.html", dossier=found, body=found.body, flow=flow, steps=_steps(found),
        button=_button(found), latest=events[:LATEST], earlier=events[LATEST:],
        short=0 < len(found.members) < found.seats[0], moment=transaction.now(),
        activities=activities.of_body(transaction.session(), body_id), activity_names=KINDS_OF_ACTIVITY,
    )


def _steps(found: Dossier) -> list[Step]:
    """The stages with the day each was reached."""
    if found.flow is None:
        return []
    reached = {stage.code: stage.reached_at for stage in found.flow.stages}
    return [
        replace(step, label=trail.drawn(step.label),
                note=short_date(reached[step.code]) if step.state == "done" and reached.get(step.code) else "")
        for step in found.flow.steps
    ]


def _button(found: Dossier) -> Button | None:
    """The link to the form or the decision, for who may act now."""
    for task in found.flow.awaited if found.flow else ():
        if task.may_do and (button := _act(found, task)):
            return button
    return None


def _act(found: Dossier, task: Awaited) -> Button | None:
    if task.deciding:
        return Button(url_for("approval.show", task_id=task.task_id), trail.drawn(task.title), "check")
    flow = found.flow
    statuses = {need.node: need.status for stage in flow.stages for need in stage.needs} if flow else {}
    labels = {"returned": gettext("Perbaiki bukti"), "draft": gettext("Lanjutkan mengisi")}
    label = labels.get(statuses.get(task.node, ""), trail.drawn(task.title))
    its = task.task_id if task.child else None
    address = url_for("evidence.edit", body_id=found.body.id, node=task.node, tugas=its)
    return Button(address, label, "pen")


@bp.get("/<int:body_id>/alur")
@allow(*LOOKING)
def drawing(body_id: int) -> ResponseReturnValue:
    """The drawing of the version this body runs by, for the viewer on its page."""
    content = dossier.drawing(transaction.session(), body_id, current_actor())
    return Response(content, mimetype="application/xml", headers={"Cache-Control": "private, max-age=300"})


@bp.app_template_global("person_link")
def person_link(person_id: int) -> str:
    """The page of a person; "" where this reader may not open it."""
    return url_for("people.show", person_id=person_id) if may_open("people.show") else ""
