"""My tasks: for a member of one body the one thing to do next, for the others a list to work through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.host import Actor
from web import transaction
from web.access import allow, current_actor
from web.acting import acting, mandate_id, mandates
from web.gate import whole
from web.trail import drawn
from workflows import decisions, desk, progress, replacement_lists
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
    session, actor, now = transaction.session(), acting(), transaction.now()
    shown = request.args.get("tab", "mine")
    tab = shown if shown in desk.TABS else "mine"
    decides = any(grant.role == "commissioner" for grant in actor.grants)
    own_district = decisions.own_district(session, actor) if decides else ""
    filters = filters_asked(own_district)
    own = desk.own_bodies(session, actor)
    page = desk.entries(session, actor, tab, now, filters=filters, after=request.args.get("after", ""))
    counts = desk.counts(session, actor, now)
    if page.entries:
        g.zone = page.entries[0].timezone
    body = progress.of_body(session, own[0], actor, now) if len(own) == 1 and tab == "mine" else None
    put_off = [one for one in body.now if one.follow_up_at is not None and one.follow_up_at > now] if body else []
    entries = [entry for entry in page.entries if body is None or entry.body_id != body.body_id]
    choices = desk.choices(session, actor)
    return render_template(
        "tasks/index.html", tab=tab, tabs=_tabs(tab, counts), filters=filters, page=page, entries=entries,
        own=replace(body, now=tuple(one for one in body.now if one not in put_off)) if body else None, put_off=put_off,
        choices=choices, stages=[(code, drawn(name)) for code, name in choices.stages], kinds=KINDS,
        steps=[replace(step, label=drawn(step.label)) for step in body.steps] if body else [],
        next=_next(tab, page.after), first=_next(tab, ""), started=bool(request.args.get("after")),
        bare=_is_bare(actor), decides=decides and tab == "mine", own_district=own_district,
        stage_names={code: drawn(name) for code, name in choices.stages},
        groups=_groups(actor, filters) if decides and tab == "mine" else (), mandates=mandates() if decides else (),
        mandate=next((one for one in mandates() if one.id == mandate_id()), None) if decides else None,
        recent=_recent(actor) if decides else None,
        replacements=replacement_lists.decidable(session, current_actor()) if decides and tab == "mine" else 0,
    )


@bp.post("/wilayah")
@allow("commissioner")
def keep_district() -> ResponseReturnValue:
    """The district chosen here stays until another is."""
    session, actor = transaction.session(), current_actor()
    wanted = request.form.get("kecamatan", "")[:24]
    known = {code for code, _ in desk.choices(session, actor).districts}
    decisions.keep_district(session, actor, wanted if wanted in known else "")
    return redirect(url_for("tasks.index"))


@dataclass(frozen=True)
class Group:
    """What waits at one stage for one kind of body, and where it is listed alone."""

    stage: str
    kind: str
    count: int
    late: int
    url: str
    current: bool


def _groups(actor: Actor, filters: Filters) -> list[Group]:
    found = desk.groups(transaction.session(), actor, transaction.now(), filters)
    return [
        Group(stage, kind, count, late, url_for(
            "tasks.index", tab="mine", tahap=stage, jenis=kind, kecamatan=filters.district, an=mandate_id()
        ), (filters.stage, filters.kind) == (stage, kind))
        for stage, kind, count, late in found
    ]


def _recent(actor: Actor) -> decisions.Recent | None:
    """The decision just made, as long as it may be taken back."""
    number = request.args.get("baru", type=whole)
    return decisions.recent(transaction.session(), number, actor, transaction.now()) if number is not None else None


def filters_asked(district: str = "") -> Filters:
    """What the address or the form narrows the list by; the district, where none is named, is the account's own."""
    asked = request.values
    return Filters(
        search=asked.get("q", "").strip()[:100], district=asked.get("kecamatan", district)[:24],
        kind=asked.get("jenis", ""), stage=asked.get("tahap", "")[:100], overdue=asked.get("terlambat") == "1",
    )


def _tabs(current: str, counts: dict[str, int]) -> list[Tab]:
    """What is to be taken up later has a tab only when there is some of it."""
    number = mandate_id()
    shown = [key for key in desk.TABS if key != "later" or key == current or counts.get(key)]
    return [Tab(key, url_for("tasks.index", tab=key, an=number), counts.get(key), key == current) for key in shown]


def _next(tab: str, after: str) -> str:
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items()
        if name in ("q", "kecamatan", "jenis", "tahap", "terlambat", "an")
    }
    return url_for("tasks.index", **kept, tab=tab, after=after or None)


def _is_bare(actor: Actor) -> bool:
    """Whether filters would only be in the way: somebody who works for one village."""
    return all(grant.scope.count(".") >= 3 for grant in desk.working(actor))


def link_of(entry: Entry) -> str:
    """Where a row leads: to the form, to the decision, or else to the body."""
    if entry.may_do and entry.deciding:
        return url_for("approval.show", task_id=entry.task_id, an=mandate_id())
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
