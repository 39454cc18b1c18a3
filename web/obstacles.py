"""Reporting what keeps a body from moving, and saying that it is over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import operations
from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused
from engine.forms.cleaning import clean
from web import transaction
from web.access import allow, current_actor
from web.errors import sentence_of, status_of
from web.trail import OBSTACLES, obstacle_name
from web.words import today
from workflows import dossier
from workflows.calendar import last_moment
from workflows.dossier import REPORTING, Held
from workflows.host import HOST, almanac_of
from workflows.models import Body

bp = Blueprint("obstacles", __name__, url_prefix="/badan/<int:body_id>/kendala")

MOST_YEARS = 10
"""A promise may lie so far ahead."""


@dataclass(frozen=True)
class Report:
    """What was typed, what is wrong with it, and why the whole was refused."""

    code: str = ""
    owner: str = ""
    note: str = ""
    promised: str = ""
    errors: tuple[FieldError, ...] = field(default=())
    refusal: str = ""

    def promised_on(self) -> date | None:
        """The promised day; ValueError for what is no day, or lies beyond what anybody can promise."""
        day = date.fromisoformat(self.promised) if self.promised else None
        if day is not None and day.year > today().year + MOST_YEARS:
            raise ValueError(f"too far away: {day}")
        return day


@bp.get("")
@allow(*REPORTING)
def report(body_id: int) -> ResponseReturnValue:
    return _page(_body(body_id)[0], Report())


@bp.post("")
@allow(*REPORTING)
def report_post(body_id: int) -> ResponseReturnValue:
    body, role = _body(body_id)
    typed = _typed()
    try:
        with transaction.session().begin_nested():
            said = _report(body, role, typed)
    except EvidenceRefused as refusal:
        return _page(body, replace(typed, errors=refusal.errors), 422)
    except Refused as refusal:
        return _page(body, replace(typed, refusal=sentence_of(refusal)), status_of(refusal))
    flash(said, "success")
    return redirect(url_for("bodies.show", body_id=body.id))


@bp.post("/<int:obstacle_id>/selesai")
@allow(*REPORTING)
def lift(body_id: int, obstacle_id: int) -> ResponseReturnValue:
    body, role = _body(body_id)
    found = next((one for one in dossier.open_obstacles(transaction.session(), body) if one.id == obstacle_id), None)
    if found is None:
        refusal = Refused(gettext("Kendala ini sudah dinyatakan selesai, atau bukan kendala badan ini."))
        return _page(body, Report(refusal=refusal.message), 409)
    try:
        with transaction.session().begin_nested():
            operations.lift_obstacle(
                transaction.session(), obstacle_id=found.id, actor=current_actor(), role=role, now=transaction.now(),
                host=HOST,
            )
    except Refused as refused:
        return _page(body, Report(refusal=sentence_of(refused)), status_of(refused))
    flash(gettext("Kendala “%(what)s” dinyatakan selesai.", what=obstacle_name(found.code)), "success")
    return redirect(url_for("bodies.show", body_id=body.id))


def _body(body_id: int) -> tuple[Body, str]:
    """The body, and the role by which this person reports about it. NotFound, Forbidden."""
    body = dossier.find(transaction.session(), body_id, current_actor())
    g.zone = almanac_of(transaction.session(), body).tz.key
    role = dossier.sight(body, current_actor()).obstacle_role
    if not role:
        raise Forbidden
    if body.instance_id is None:
        raise NotFound(gettext("Alur badan ini belum dimulai, jadi belum ada yang terhambat."))
    return body, role


def _typed() -> Report:
    posted = request.form
    return Report(
        code=posted.get("code", "")[:60], owner=clean(posted.get("owner", ""))[:200],
        note=clean(posted.get("note", ""), lines=True)[:2000], promised=posted.get("promised", "")[:10],
    )


def _report(body: Body, role: str, typed: Report) -> str:
    """The obstacle stands; sent a second time just so, it is still the one. The answer says it in a sentence."""
    promised_at = _checked(typed, ZoneInfo(str(g.zone)))
    said = gettext("Kendala “%(what)s” dicatat. Hari tetap dihitung, tetapi semua tahu apa yang ditunggu.",
                   what=obstacle_name(typed.code))
    actor = current_actor()
    if any(_is_same(one, typed, actor.name) for one in dossier.open_obstacles(transaction.session(), body)):
        return said
    operations.report_obstacle(
        transaction.session(), instance_id=body.instance_id or 0, actor=actor, role=role, now=transaction.now(),
        host=HOST, code=typed.code, owner=typed.owner, note_text=typed.note, promised_at=promised_at,
    )
    return said


def _is_same(one: Held, typed: Report, who: str) -> bool:
    return (one.code, one.owner, one.note, one.reported_by) == (typed.code, typed.owner, typed.note, who)


def _checked(typed: Report, tz: ZoneInfo) -> datetime | None:
    """When the promise ends. EvidenceRefused with everything that is wrong with the report."""
    wrong: list[FieldError] = []
    if typed.code not in OBSTACLES:
        wrong.append(FieldError(("code",), "code", gettext("Pilih apa kendalanya.")))
    if not typed.owner:
        wrong.append(FieldError(("owner",), "owner", gettext("Sebutkan siapa yang harus bertindak.")))
    if len(typed.note) < 5:
        wrong.append(FieldError(("note",), "note", gettext("Ceritakan kendalanya dalam satu kalimat.")))
    day = None
    try:
        day = typed.promised_on()
    except ValueError:
        wrong.append(FieldError(("promised",), "promised", gettext("Tanggal ini tidak dapat dibaca.")))
    if day is not None and day < today():
        wrong.append(FieldError(("promised",), "promised", gettext("Tanggal janji tidak boleh sudah lewat.")))
    if wrong:
        raise EvidenceRefused(wrong)
    return last_moment(day, tz) if day is not None else None


def _page(body: Body, typed: Report, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "obstacles/report.html", body=body, typed=typed, codes=list(OBSTACLES.items()), least=today(),
        open=dossier.open_obstacles(transaction.session(), body),
    ), status
