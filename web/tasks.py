"""My tasks: for a member of one body the one thing to do next, for the others a list to work through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.host import Actor
from web import transaction
from web.access import allow, current_actor
from web.trail import drawn
from workflows import desk, progress
from workflows.desk import Entry, Filters

bp = Blueprint("tasks", __name__, url_prefix="/tugas")

KINDS = (("ppk", "PPK"), ("pps", "PPS"), ("kpps", "KPPS"), ("pantarlih", "Pantarlih"))


@dataclass(frozen=True)
class Tab:
    """One tab of the page: `count` None where it is not counted."""

    key: str
    url: str
    count: int | None
    current: bool


@bp.get("")
@allow(*desk.WORKING)
def index() -> ResponseReturnValue:
    session, actor, now = transaction.session(), current_actor(), transaction.now()
    shown = request.args.get("tab", "mine")
    tab = shown if shown in desk.TABS else "mine"
    filters = _filters()
    own = desk.own_bodies(session, actor)
    page = desk.entries(session, actor, tab, now, filters=filters, after=request.args.get("after", ""))
    counts = desk.counts(session, actor)
    if page.entries:
        g.zone = page.entries[0].timezone
    body = progress.of_body(session, own[0], actor, now) if len(own) == 1 and tab == "mine" else None
    entries = [entry for entry in page.entries if body is None or entry.body_id != body.body_id]
    choices = desk.choices(session, actor)
    return render_template(
        "tasks/index.html", tab=tab, tabs=_tabs(tab, counts), filters=filters, page=page, entries=entries, own=body,
        choices=choices, stages=[(code, drawn(name)) for code, name in choices.stages], kinds=KINDS,
        steps=[replace(step, label=drawn(step.label)) for step in body.steps] if body else [],
        next=_next(tab, page.after), first=_next(tab, ""), started=bool(request.args.get("after")),
        bare=_is_bare(actor),
    )


def _filters() -> Filters:
    asked = request.args
    return Filters(
        search=asked.get("q", "").strip()[:100], district=asked.get("kecamatan", "")[:24], kind=asked.get("jenis", ""),
        stage=asked.get("tahap", "")[:100], overdue=asked.get("terlambat") == "1",
    )


def _tabs(current: str, counts: dict[str, int]) -> list[Tab]:
    return [Tab(key, url_for("tasks.index", tab=key), counts.get(key), key == current) for key in desk.TABS]


def _next(tab: str, after: str) -> str:
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in ("q", "kecamatan", "jenis", "tahap", "terlambat")
    }
    return url_for("tasks.index", **kept, tab=tab, after=after or None)


def _is_bare(actor: Actor) -> bool:
    """Whether filters would only be in the way: somebody who works for one village."""
    return all(grant.scope.count(".") >= 3 for grant in desk.working(actor))


def link_of(entry: Entry) -> str:
    """Where a row leads: to the form, to the decision, or else to the body."""
    if entry.may_do and entry.deciding:
        return url_for("approval.show", task_id=entry.task_id)
    if entry.may_do:
        its = entry.task_id if entry.child else None
        return url_for("evidence.edit", body_id=entry.body_id, node=entry.node, tugas=its)
    return body_link(entry.body_id)


def body_link(body_id: int) -> str:
    """The page of a body."""
    return _body_address(body_id, request.script_root)


@lru_cache(maxsize=10_000)
def _body_address(body_id: int, _script_root: str) -> str:
    """Made once: a list names the same bodies at each visit."""
    return url_for("bodies.show", body_id=body_id)


@bp.app_template_global("body_link")
def _body_link(body_id: int) -> str:
    return body_link(body_id)


@bp.app_template_global("task_link")
def _task_link(entry: Entry) -> str:
    return link_of(entry)
