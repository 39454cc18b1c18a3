"""The list of activities, the page of one, its follow-ups, and those who still have to make it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engine.errors import EvidenceRefused, NotFound, Refused
from engine.forms import File
from web import activity_words as words
from web import transaction
from web.access import allow, current_actor
from web.activities.blueprint import Seen, asked_page, bp, new_key, posted_key, seen
from web.errors import sentence_of
from web.fields import called, said
from web.gate import whole
from web.i18n import language
from web.words import long_date, today
from workflows.activities import attendance, hand_in, invited, latecomers, register, rights, sheets
from workflows.activities.latecomers import Latecomer
from workflows.activities.rights import EDITING, LOOKING


@bp.get("")
@allow(*LOOKING)
def index() -> ResponseReturnValue:
    kind, search = request.args.get("jenis", ""), request.args.get("q", "").strip()[:100]
    actor, page = current_actor(), asked_page()
    kind = kind if kind in words.KINDS else ""
    rows, more = register.listed(transaction.session(), actor, kind=kind, search=search, page=page)
    kept: dict[str, Any] = {name: value for name, value in (("jenis", kind), ("q", search)) if value}
    return render_template(
        "activities/index.html", rows=rows, kind=kind, search=search, kinds=list(words.KINDS.items()),
        names=words.KINDS,
        may_begin=bool(rights.kinds_for(actor)),
        previous=url_for("activities.index", hal=page, **kept) if page else "",
        next=url_for("activities.index", hal=page + 2, **kept) if more else "",
    )


@bp.get("/baru")
@allow(*EDITING)
def new() -> ResponseReturnValue:
    return _begin_page({}, "", new_key())


@bp.post("/baru")
@allow(*EDITING)
def new_post() -> ResponseReturnValue:
    typed = {name: request.form.get(name, "").strip()[:200] for name in ("kind", "title", "held_on")}
    held_on = _day(typed["held_on"])
    if typed["kind"] not in sheets.MARKS or not typed["title"] or held_on is None:
        return _begin_page(typed, gettext("Pilih jenisnya, beri nama, dan isi tanggalnya."), posted_key()), 422
    try:
        activity = register.begin(
            transaction.session(), kind=typed["kind"], title=typed["title"], held_on=held_on, key=posted_key(),
            actor=current_actor(), now=transaction.now(),
        )
    except Refused as refusal:
        return _begin_page(typed, sentence_of(refusal), posted_key()), 422
    return redirect(url_for("activities.bodies", activity_id=activity.id))


def _begin_page(typed: Mapping[str, str], refusal: str, key: str) -> str:
    kinds = [(kind, words.KINDS[kind]) for kind in rights.kinds_for(current_actor())]
    return render_template("activities/new.html", typed=typed, refusal=refusal, key=key, kinds=kinds)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.get("/<int:activity_id>")
@allow(*LOOKING)
def show(activity_id: int) -> ResponseReturnValue:
    return _show(seen(activity_id))


def _show(found: Seen, refusal: str = "", typed: Mapping[str, str] | None = None) -> str:
    session, actor, activity = transaction.session(), current_actor(), found.activity
    scopes = rights.scopes_of(actor, LOOKING)
    form = sheets.form_of(activity.kind)
    rows = [row for row in form.describe(activity.data, language=language()) if not isinstance(row.field, File)
            and (row.heading or row.value not in ("", "–"))]
    bodies, members = register.counts(session, activity.id, scopes)
    return render_template(
        "activities/show.html", seen=found, activity=activity, rows=_without_empty_parts(rows), bodies=bodies,
        members=members, tally=attendance.tally(session, activity, scopes), names=words.KINDS, marks=words.MARKS,
        photos=activity.data.get("photos") or [], papers=_papers(activity.data) if found.is_full else [],
        follow_ups=register.follow_ups(session, activity.id), runs=hand_in.runs(session, activity.id),
        may_hand_in=found.hands_in and bodies > 0 and any(grant.role in EDITING or grant.role.endswith("_member")
                                                         for grant in actor.grants),
        refusal=refusal, typed=typed or {}, key=new_key(), moment=today(),
    )


def _without_empty_parts(rows: list[Any]) -> list[Any]:
    """Headings below which nothing was answered are left out."""
    return [
        row for place, row in enumerate(rows)
        if not row.heading or any(
            not later.heading for later in rows[place + 1:_end_of(rows, place)]
        )
    ]


def _end_of(rows: list[Any], place: int) -> int:
    later = (number for number in range(place + 1, len(rows))
             if rows[number].heading and rows[number].level <= rows[place].level)
    return next(later, len(rows))


def _papers(data: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    form = sheets.form_of("inauguration" if "oath_official" in data else "bimtek" if "speakers" in data else "rakor")
    found: list[tuple[str, Mapping[str, Any]]] = []
    for key, value in data.items():
        part = form.field((key,))
        if key != "photos" and isinstance(value, list):
            label = called(part.label) if part is not None else ""
            found += [(label, file) for file in value if isinstance(file, dict) and file.get("sha256")]
    for speaker in data.get("speakers") or ():
        found += [(f"{gettext('Materi')}: {speaker.get('name') or ''}", file) for file in speaker.get("material") or ()]
    return found


@bp.post("/<int:activity_id>/tindak-lanjut")
@allow(*EDITING)
def follow_up(activity_id: int) -> ResponseReturnValue:
    found = seen(activity_id, lock=True)
    session, now, actor, form = transaction.session(), transaction.now(), current_actor(), request.form
    number = form.get("number", type=whole)
    if number is not None:
        register.settle_follow_up(session, found.activity, number, done=form.get("act") == "done", actor=actor, now=now)
        return redirect(url_for("activities.show", activity_id=activity_id, _anchor="tindak-lanjut"))
    typed = {name: form.get(name, "") for name in ("what", "owner", "due_on")}
    try:
        register.add_follow_up(
            session, found.activity, what=typed["what"], owner=typed["owner"], due_on=_day(typed["due_on"]),
            actor=actor, now=now,
        )
    except EvidenceRefused as refusal:
        return _show(found, " ".join(map(said, refusal.errors)), typed), 422
    return redirect(url_for("activities.show", activity_id=activity_id, _anchor="tindak-lanjut"))


@bp.get("/susulan")
@allow(*LOOKING)
def late() -> ResponseReturnValue:
    """Those who still have to take the oath or the training, by activity, with a text for WhatsApp."""
    actor = current_actor()
    rows = latecomers.waiting(transaction.session(), actor)
    groups = [
        (number, group[0], group, _reminder(group))
        for (number, _), rows_of in groupby(rows, key=lambda row: (row.activity_id, row.kind))
        for group in [list(rows_of)]
    ]
    holding = set(rights.kinds_for(actor))
    return render_template(
        "activities/late.html", groups=groups, names=words.KINDS, marks=words.MARKS, holding=holding, key=new_key(),
        count=len(rows),
    )


def _reminder(rows: Iterable[Latecomer]) -> str:
    """The text to be sent: who is missing, of which body, since when, asked of whom."""
    people = list(rows)
    first = people[0]
    what = gettext("sumpah/janji") if first.kind == "inauguration" else gettext("bimtek")
    lines = [
        ngettext("*Susulan %(what)s: %(num)d orang*", "*Susulan %(what)s: %(num)d orang*", len(people), what=what),
        f"{first.activity}, {long_date(first.since)}" if first.activity_id else gettext("Anggota pengganti (PAW)"),
    ]
    for parent, group in groupby(sorted(people, key=lambda one: (one.parent or one.body, one.body)),
                                 key=lambda one: one.parent or one.body):
        lines.append("")
        lines.append(gettext("Yth. %(who)s, mohon mengingatkan:", who=parent))
        lines += [f"- {one.name} ({one.body})" for one in group]
    return "\n".join([*lines, "", gettext("Jadwal susulan akan disampaikan. Terima kasih.")])


@bp.post("/<int:activity_id>/susulan")
@allow(*EDITING)
def make_up(activity_id: int) -> ResponseReturnValue:
    """A make-up day for those who missed this activity: their bodies take part at once."""
    found = seen(activity_id)
    rights.require_edit(current_actor(), found.activity)
    session, actor = transaction.session(), current_actor()
    waiting = latecomers.waiting(session, actor, activity_id)
    if not waiting:
        flash(gettext("Tidak ada yang menunggu susulan dari kegiatan ini."), "info")
        return redirect(url_for("activities.show", activity_id=activity_id))
    activity = register.begin(
        session, kind=found.activity.kind, title=gettext("Susulan: %(title)s", title=found.activity.title)[:200],
        held_on=today(), key=posted_key(), actor=actor, now=transaction.now(), makes_up_for=found.activity,
        data={"place": found.activity.data.get("place"), "organiser": found.activity.data.get("organiser")},
    )
    invited.add(session, activity, {one.body_id for one in waiting}, actor=actor)
    flash(gettext("Kegiatan susulan dibuat. Periksa tanggalnya, lalu tandai siapa yang tetap tidak hadir."), "success")
    return redirect(url_for("activities.attendance_sheet", activity_id=activity.id))


@bp.post("/susulan/<kind>")
@allow(*EDITING)
def for_new_members(kind: str) -> ResponseReturnValue:
    """An activity for new members whose bodies took part in none before: their bodies take part at once."""
    if kind not in words.KINDS:
        raise NotFound
    session, actor = transaction.session(), current_actor()
    waiting = [one for one in latecomers.waiting(session, actor, 0) if one.kind == kind and not one.activity_id]
    if not waiting:
        flash(gettext("Tidak ada anggota pengganti yang menunggu kegiatan ini."), "info")
        return redirect(url_for("activities.late"))
    activity = register.begin(
        session, kind=kind, title=gettext("Susulan anggota pengganti"), held_on=today(), key=posted_key(), actor=actor,
        now=transaction.now(),
    )
    invited.add(session, activity, {one.body_id for one in waiting}, actor=actor)
    flash(gettext("Kegiatan dibuat. Isi tempat dan berkasnya, lalu serahkan."), "success")
    return redirect(url_for("activities.show", activity_id=activity.id))
