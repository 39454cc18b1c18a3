"""Registers: what is written down about bodies and regions, who owes an answer, and the trail of each entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused
from engine.forms import File, Form
from web import register_forms, transaction, uploads
from web.access import allow, current_actor
from web.errors import sentence_of, status_of
from web.fields import press
from web.gate import whole
from web.i18n import language
from web.register_forms import new_key, posted_key
from web.words import today
from workflows.models import Body, RegisterEntry
from workflows.models.accounts import MEMBER_ROLES
from workflows.registers import entries, lists, rights
from workflows.registers.entries import Sent
from workflows.registers.kinds import KINDS, Act, Kind, form_named
from workflows.registers.lists import Row, Wanted
from workflows.registers.rights import Target

bp = Blueprint("registers", __name__, url_prefix="/register")

READERS = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "province", "observer", "auditor")
WRITERS = (*MEMBER_ROLES, "operator", "commissioner", "supervisor", "observer")
REGION = "umum"
"""Stands in an address for the region itself, instead of a body's number."""
MONTHS = 6


@dataclass(frozen=True)
class Sheet:
    """What was filled in, what is wrong with it, and the key of the form."""

    data: Mapping[str, Any]
    errors: tuple[FieldError, ...] = ()
    refusal: str = ""
    key: str = field(default_factory=new_key)
    seen: int | None = None


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    session, actor, page = transaction.session(), current_actor(), _asked_page()
    kind, kinds = _kind(), rights.offered(actor)
    wanted = Wanted(request.args.get("keadaan", "")[:20], request.args.get("kecamatan", "")[:24])
    rows, more = lists.listed(session, kind, actor, wanted, today(), page)
    kept: dict[str, Any] = {"jenis": kind.code, "keadaan": wanted.state or None, "kecamatan": wanted.district or None}
    month = _month() or entries.month_before(today())
    owing = lists.missing(session, actor, month, wanted.district)[2] if kind.monthly else 0
    return render_template(
        "registers/index.html", kind=kind, kinds=kinds, counts=lists.counts(session, actor), rows=rows, wanted=wanted,
        districts=lists.districts(session, kind, actor), may_write=rights.may_write(actor, kind), owing=owing,
        month=month, tally=lists.by_district(session, actor) if kind.code == "socialisation" else {},
        previous=url_for("registers.index", hal=page, **kept) if page else "",
        next=url_for("registers.index", hal=page + 2, **kept) if more else "",
    )


@bp.get("/belum-lapor")
@allow(*READERS)
def missing() -> ResponseReturnValue:
    """The bodies whose report of a month is owed."""
    session, actor, page = transaction.session(), current_actor(), _asked_page()
    month, district = _month() or entries.month_before(today()), request.args.get("kecamatan", "")[:24]
    rows, more, number = lists.missing(session, actor, month, district, page)
    kept: dict[str, Any] = {"bulan": f"{month:%Y-%m}", "kecamatan": district or None}
    return render_template(
        "registers/missing.html", rows=rows, number=number, month=month, months=_months(), district=district,
        districts=lists.districts(session, KINDS["monthly"], actor), kind=KINDS["monthly"],
        previous=url_for("registers.missing", hal=page, **kept) if page else "",
        next=url_for("registers.missing", hal=page + 2, **kept) if more else "",
    )


@bp.get("/baru/<kind_code>")
@allow(*WRITERS)
def new(kind_code: str) -> ResponseReturnValue:
    kind = _writable(kind_code)
    targets = rights.targets(transaction.session(), kind, current_actor())
    chosen = _chosen(targets, request.args.get("badan", ""))
    return _new_page(kind, targets, chosen, Sheet(_first_answers(kind, chosen)))


@bp.post("/baru/<kind_code>")
@allow(*WRITERS)
def new_post(kind_code: str) -> ResponseReturnValue:
    kind = _writable(kind_code)
    targets = rights.targets(transaction.session(), kind, current_actor())
    chosen = _chosen(targets, request.form.get("badan", ""))
    form = kind.form_for(chosen.kind if chosen else "")
    data, wrong = register_forms.posted(form)
    sheet = Sheet(data, tuple(wrong), key=posted_key())
    if "_show" in request.form:
        return _new_page(kind, targets, chosen, Sheet(data, key=sheet.key))
    if (changed := press(form, data, request.form)) is not None:
        return _new_page(kind, targets, chosen, Sheet(changed, tuple(wrong), key=sheet.key))
    if chosen is None:
        wrong.append(FieldError(("badan",), "required", gettext("Pilih badan atau wilayahnya.")))
    if wrong or chosen is None:
        return _new_page(kind, targets, chosen, Sheet(data, tuple(wrong), key=sheet.key), 422)
    try:
        with transaction.session().begin_nested():
            number, _fresh = entries.write(transaction.session(), kind, chosen.body_id, data, _sent(), _month())
    except EvidenceRefused as refusal:
        return _new_page(kind, targets, chosen, Sheet(data, refusal.errors, key=sheet.key), 422)
    except Refused as refusal:
        told = Sheet(data, refusal=sentence_of(refusal), key=sheet.key)
        return _new_page(kind, targets, chosen, told, status_of(refusal))
    flash(gettext("Tercatat. Setiap langkah berikutnya tampil di halaman ini."), "success")
    return redirect(url_for("registers.show", entry_id=number))


@bp.get("/<int:entry_id>")
@allow(*READERS)
def show(entry_id: int) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    entry = rights.find(session, entry_id, actor)
    kind, row = KINDS[entry.kind], lists.one(session, entry, actor, today())
    form = kind.form_for(_body_kind(entry))
    events = [(one, list(_files(one.data))) for one in lists.trail(session, entry, actor)]
    before = None
    if kind.monthly and entry.period and entry.body_id:
        before = lists.report_of(session, actor, entry.body_id, entries.month_before(entry.period))
    return render_template(
        "registers/show.html", entry=entry, kind=kind, row=row, events=events, answers=_answers(form, entry.data),
        files=list(_files(entry.data)), acts=rights.open_acts(actor, kind, entry), key=new_key(), before=before,
        may_open_body=_may_open_body(entry),
    )


@bp.get("/<int:entry_id>/langkah/<act>")
@allow(*READERS)
def step(entry_id: int, act: str) -> ResponseReturnValue:
    entry, wanted = _step(entry_id, act)
    return _step_page(entry, act, wanted, Sheet({}, seen=entry.edition))


@bp.post("/<int:entry_id>/langkah/<act>")
@allow(*READERS)
def step_post(entry_id: int, act: str) -> ResponseReturnValue:
    entry = rights.find(transaction.session(), entry_id, current_actor())
    wanted = KINDS[entry.kind].acts.get(act)
    if wanted is None or not rights.may_act(current_actor(), wanted, entry):
        raise Forbidden
    data, wrong = register_forms.posted(form_named(wanted.form)) if wanted.form else ({}, [])
    sheet = Sheet(data, tuple(wrong), key=posted_key(), seen=request.form.get("seen", type=whole))
    if wrong:
        return _step_page(entry, act, wanted, sheet, 422)
    try:
        with transaction.session().begin_nested():
            entries.act(transaction.session(), entry_id, act, data, _sent(), seen=sheet.seen)
    except EvidenceRefused as refusal:
        return _step_page(entry, act, wanted, Sheet(data, refusal.errors, key=sheet.key, seen=sheet.seen), 422)
    except Refused as refusal:
        told = Sheet(data, refusal=sentence_of(refusal), key=sheet.key, seen=entry.edition)
        return _step_page(entry, act, wanted, told, status_of(refusal))
    flash(gettext("Langkah dicatat."), "success")
    return redirect(url_for("registers.show", entry_id=entry_id))


@bp.get("/<int:entry_id>/berkas/<sha256>/<size>")
@allow(*READERS)
def file(entry_id: int, sha256: str, size: str) -> ResponseReturnValue:
    """A file that the entry or one of its steps names, for who may read the entry."""
    session, actor = transaction.session(), current_actor()
    entry = rights.find(session, entry_id, actor)
    said = (entry.data, *(one.data for one in lists.trail(session, entry, actor)))
    found = next((one for data in said for one in _files(data) if one["sha256"] == sha256), None)
    if found is None or found["type"] not in uploads.KINDS:
        raise NotFound
    if size == "asli":
        return uploads.download(sha256, found["type"], found["name"])
    if size not in uploads.SIZES or uploads.KINDS[found["type"]].pillow is None:
        abort(404)
    return uploads.show(sha256, found["type"], size)


@bp.app_template_global("register_about")
def register_about(body: Body) -> tuple[list[Row], list[Kind]]:
    """(the newest entries about this body, the kinds this reader may write about it): for its page."""
    actor = current_actor()
    own = {grant.scope for grant in actor.grants if grant.role == f"{body.kind}_member"}
    wide = any(grant.role in WRITERS and not grant.role.endswith("_member") for grant in actor.grants)
    writable = [
        kind for kind in KINDS.values()
        if body.kind in kind.bodies and not kind.confidential and rights.may_write(actor, kind)
        and (body.scope in own or (wide and body.kind in rights.OFFERED))
    ]
    return lists.of_body(transaction.session(), body.id, actor, today()), writable


@bp.app_template_global("issues_open")
def issues_open(district: str = "") -> tuple[int, int, int]:
    """(open issues, of them with Divisi Hukum, overdue) that this reader may read: for the overview."""
    return lists.open_issues(transaction.session(), current_actor(), today(), district)


def _kind() -> Kind:
    """The kind the address asks for; without one the first this reader has. NotFound for another."""
    kinds = rights.offered(current_actor())
    wanted = request.args.get("jenis", "")
    found = next((kind for kind in kinds if not wanted or kind.code == wanted), None)
    if found is None:
        raise NotFound
    return found


def _writable(code: str) -> Kind:
    kind = KINDS.get(code)
    if kind is None or not rights.may_write(current_actor(), kind):
        raise NotFound
    return kind


def _chosen(targets: list[Target], wanted: str) -> Target | None:
    """What the entry is to be about; the only one there is stands without a choice."""
    if len(targets) == 1:
        return targets[0]
    return next((one for one in targets if wanted and wanted == str(one.body_id or REGION)), None)


def _first_answers(kind: Kind, chosen: Target | None) -> Mapping[str, Any]:
    """A new form's answers: empty, or those of an earlier entry of one's own that the address names."""
    form, source = kind.form_for(chosen.kind if chosen else ""), request.args.get("dari", type=whole)
    if source is None:
        return form.blank()
    entry = rights.find(transaction.session(), source, current_actor())
    mine = entry.written_by == rights.number_of(current_actor()) or (chosen and chosen.body_id == entry.body_id)
    if entry.kind != kind.code or not mine:
        raise NotFound
    return {name: value for name, value in entry.data.items() if not _is_file(form, name)}


def _is_file(form: Form, name: str) -> bool:
    return isinstance(form.field((name,)), File)


def _new_page(
    kind: Kind, targets: list[Target], chosen: Target | None, sheet: Sheet, status: int = 200
) -> ResponseReturnValue:
    form = kind.form_for(chosen.kind if chosen else "")
    months = [month for month in _months() if kind.monthly and chosen and chosen.oath_on
              and month >= chosen.oath_on.replace(day=1)]
    month = _month() or (months[min(1, len(months) - 1)] if months else None)
    before = None
    if month and chosen and chosen.body_id:
        before = lists.report_of(transaction.session(), current_actor(), chosen.body_id, entries.month_before(month))
    return render_template(
        "registers/new.html", kind=kind, form=form, targets=targets, chosen=chosen, sheet=sheet, region=REGION,
        months=months, month=month, before=before, page=register_forms.page_of(form, sheet.data, sheet.errors),
    ), status


def _step(entry_id: int, act: str) -> tuple[RegisterEntry, Act]:
    """The entry and the step that this reader may take now. NotFound, Forbidden."""
    entry = rights.find(transaction.session(), entry_id, current_actor())
    wanted = dict(rights.open_acts(current_actor(), KINDS[entry.kind], entry)).get(act)
    if wanted is None:
        raise Forbidden
    return entry, wanted


def _step_page(entry: RegisterEntry, name: str, wanted: Act, sheet: Sheet, status: int = 200) -> ResponseReturnValue:
    row = lists.one(transaction.session(), entry, current_actor(), today())
    form = form_named(wanted.form) if wanted.form else None
    return render_template(
        "registers/step.html", entry=entry, row=row, kind=row.kind, name=name, act=wanted, form=form, sheet=sheet,
        page=register_forms.page_of(form, sheet.data, sheet.errors) if form else {},
    ), status


def _answers(form: Form, data: Mapping[str, Any]) -> list[Any]:
    """The answers but the files."""
    return [
        row for row in form.describe(data, context={"today": today()}, language=language())
        if not isinstance(row.field, File) and (row.heading or row.value not in ("", "–"))
    ]


def _files(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every file named in the answers."""
    if isinstance(value, Mapping):
        if "sha256" in value and "name" in value:
            yield value
        else:
            for part in value.values():
                yield from _files(part)
    elif isinstance(value, list):
        for part in value:
            yield from _files(part)


def _body_kind(entry: RegisterEntry) -> str:
    if entry.body_id is None:
        return ""
    return transaction.session().get_one(Body, entry.body_id).kind


def _may_open_body(entry: RegisterEntry) -> bool:
    covers = current_actor().grants
    return entry.body_id is not None and any(
        grant.role in READERS and current_actor().holds(grant.role, entry.scope) for grant in covers
    )


def _sent() -> Sent:
    return Sent(current_actor(), transaction.now(), posted_key())


def _asked_page() -> int:
    return min(max((request.args.get("hal", type=whole) or 1) - 1, 0), lists.LAST_PAGE)


def _month() -> date | None:
    """The month that the address or the form names, as its first day."""
    try:
        return date.fromisoformat(f"{request.values.get('bulan', '')[:7]}-01")
    except ValueError:
        return None


def _months() -> list[date]:
    """This month and the last ones, the newest first."""
    found = [today().replace(day=1)]
    while len(found) < MONTHS:
        found.append(entries.month_before(found[-1]))
    return found
