"""The directory of stakeholders, one office with its contacts, and the forms that add to them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, Forbidden, Refused
from web import stakeholder_words, transaction
from web.access import allow, current_actor, visible_scopes
from web.errors import sentence_of, status_of
from web.gate import whole
from web.words import today
from workflows import dossier, regions, register
from workflows.models import Body, Contact, Stakeholder
from workflows.stakeholders import contacts, directory, lapses, offices, rights
from workflows.stakeholders.contacts import Told
from workflows.stakeholders.directory import Filters
from workflows.stakeholders.rights import KEEPERS, READERS

bp = Blueprint("stakeholders", __name__, url_prefix="/pemangku")
bp.app_template_filter("office_kind")(stakeholder_words.office_name)
bp.app_template_filter("manner_name")(stakeholder_words.manner_name)

KEPT = ("q", "kecamatan", "jenis", "lama", "janji", "badan")


@dataclass(frozen=True)
class Typed:
    """A form as it was typed: its fields by name, what is wrong, its key, the edition it was seen in."""

    fields: dict[str, str]
    key: str = ""
    seen: int = 0
    errors: tuple[FieldError, ...] = field(default=())
    refusal: str = ""

    def __getattr__(self, name: str) -> str:
        return self.fields.get(name, "")

    def day(self, name: str) -> date | None:
        """The day in this field, None for an empty one. Refused by field."""
        try:
            return date.fromisoformat(self.fields[name]) if self.fields.get(name) else None
        except ValueError:
            raise EvidenceRefused([FieldError((name,), "date", gettext("Tanggal ini tidak dapat dibaca."))]) from None


def _scopes() -> tuple[str, ...]:
    return visible_scopes(current_actor(), READERS)


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    session, actor, asked = transaction.session(), current_actor(), request.args
    about = _about(asked.get("badan", type=whole))
    filters = Filters(
        search=asked.get("q", "").strip()[:100], district=asked.get("kecamatan", "")[:24],
        kind=asked.get("jenis", "")[:40], lapsed=asked.get("lama") == "1", open=asked.get("janji") == "1",
        around=about.region_code if about else "",
    )
    found = directory.page(session, _scopes(), actor, filters, transaction.now(), asked.get("hal", 1, type=whole))
    return render_template(
        "stakeholders/index.html", page=found, filters=filters, kinds=list(stakeholder_words.KINDS.items()),
        districts=register.choices(session, _scopes()).districts, about=about, may_add=_may_add(),
        may_record=about is not None and rights.records_of(actor, about),
        previous=_page_link(found.number - 1) if found.number > 1 else "",
        next=_page_link(found.number + 1) if found.more else "",
    )


def _page_link(number: int) -> str:
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in KEPT and value}
    return url_for("stakeholders.index", **kept, hal=number)


def _about(body_id: int | None) -> Body | None:
    """The body in question, if the address names one that this reader may see."""
    return dossier.find(transaction.session(), body_id, current_actor()) if body_id else None


def _may_add() -> bool:
    return any(grant.role in KEEPERS for grant in current_actor().grants)


@bp.get("/baru")
@allow(*KEEPERS)
def new() -> ResponseReturnValue:
    about = _about(request.args.get("badan", type=whole))
    return _edit(Typed({"region": about.region_code if about else ""}, str(uuid.uuid4())))


@bp.post("/baru")
@allow(*KEEPERS)
def add() -> ResponseReturnValue:
    typed = _typed("kind", "region", "office", "official", "phone", "since")
    session = transaction.session()
    try:
        with session.begin_nested():
            made = offices.add(session, _said(typed), key=typed.key, actor=current_actor(), today=today())
    except Refused as refusal:
        return _edit(_refused(typed, refusal), status=status_of(refusal))
    flash(gettext("Tercatat. Sekarang catat kontaknya di sini."), "success")
    return redirect(_office_url(made.id))


@bp.get("/<int:stakeholder_id>")
@allow(*READERS)
def show(stakeholder_id: int) -> ResponseReturnValue:
    session = transaction.session()
    office = offices.get(session, stakeholder_id, _scopes())
    into = offices.merged_into(session, office.id)
    if into is not None:
        return redirect(_office_url(into))
    return _show(office)


def _show(office: Stakeholder, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    session, actor, scopes = transaction.session(), current_actor(), _scopes()
    number = max(1, min(request.args.get("hal", 1, type=whole), 10_000))
    told, more = contacts.of_office(session, office.id, scopes, actor, transaction.now(), number)
    keeps = rights.keeps(actor, office.region_code)
    return render_template(
        "stakeholders/show.html", office=office, told=told, keeps=keeps, place=_place(office.region_code),
        phones=rights.sees_phone(actor, office.region_code), holders=offices.holders(session, office.id),
        doubles=offices.doubles(session, office.id), others=offices.others(session, office) if keeps else [],
        may_record=bool(contacts.bodies_for(session, office, actor)), badan=request.args.get("badan", type=whole),
        previous=_office_url(office.id, hal=number - 1) if number > 1 else "", refusal=refusal,
        next=_office_url(office.id, hal=number + 1) if more else "", states=stakeholder_words.STATES,
        tones=stakeholder_words.TONES,
    ), status


def _place(code: str) -> str:
    return ", ".join(reversed(regions.names(transaction.session(), [code, regions.parent_code(code) or ""])))


def _office_url(stakeholder_id: int, **more: Any) -> str:
    return url_for("stakeholders.show", stakeholder_id=stakeholder_id, **more)


@bp.get("/<int:stakeholder_id>/ubah")
@allow(*KEEPERS)
def edit(stakeholder_id: int) -> ResponseReturnValue:
    office = offices.get(transaction.session(), stakeholder_id, _scopes())
    offices.require_keeping(current_actor(), office)
    return _edit(Typed({
        "kind": office.kind, "region": office.region_code, "office": office.office, "official": office.official or "",
        "phone": office.phone or "", "since": office.held_since.isoformat() if office.held_since else "",
    }, seen=office.edition), office)


@bp.post("/<int:stakeholder_id>/ubah")
@allow(*KEEPERS)
def correct(stakeholder_id: int) -> ResponseReturnValue:
    session, typed = transaction.session(), _typed("kind", "office", "official", "phone", "since", "change")
    office = offices.get(session, stakeholder_id, _scopes(), lock=True)
    try:
        with session.begin_nested():
            offices.correct(
                session, office, replace(_said(typed), region=office.region_code), edition=typed.seen,
                actor=current_actor(), today=today(),
            )
    except Refused as refusal:
        return _edit(_refused(typed, refusal), office, status_of(refusal))
    flash(gettext("Data pemangku disimpan. Kontak sebelumnya tetap tercatat."), "success")
    return redirect(_office_url(office.id))


@bp.post("/<int:stakeholder_id>/gabung")
@allow(*KEEPERS)
def merge(stakeholder_id: int) -> ResponseReturnValue:
    """The chosen office is shown with this one from now on."""
    session, scopes = transaction.session(), _scopes()
    office = offices.get(session, stakeholder_id, scopes, lock=True)
    try:
        with session.begin_nested():
            double = offices.get(session, request.form.get("double", 0, type=whole), scopes, lock=True)
            offices.merge(session, double=double, into=office, actor=current_actor(), now=transaction.now())
    except Refused as refusal:
        return _show(office, sentence_of(refusal), status_of(refusal))
    flash(gettext("Digabungkan. Bila keliru, batalkan di bawah: tidak ada yang hilang."), "success")
    return redirect(_office_url(office.id))


@bp.post("/<int:stakeholder_id>/gabung/<int:merge_id>/batal")
@allow(*KEEPERS)
def part(stakeholder_id: int, merge_id: int) -> ResponseReturnValue:
    session = transaction.session()
    office = offices.get(session, stakeholder_id, _scopes(), lock=True)
    offices.part(session, merge_id=merge_id, into=office, actor=current_actor(), now=transaction.now())
    flash(gettext("Penggabungan dibatalkan; keduanya berdiri sendiri lagi."), "success")
    return redirect(_office_url(office.id))


@bp.get("/<int:stakeholder_id>/kontak")
@allow(*KEEPERS)
def contact(stakeholder_id: int) -> ResponseReturnValue:
    office = offices.get(transaction.session(), stakeholder_id, _scopes())
    return _contact_page(office, Typed({
        "met_on": today().isoformat(), "received_by": office.official or "", "state": "promised",
        "badan": request.args.get("badan", "")[:20],
    }, str(uuid.uuid4())))


FIELDS = ("badan", "met_on", "received_by", "manner", "outcome", "promise", "quantity", "due", "state")


@bp.post("/<int:stakeholder_id>/kontak")
@allow(*KEEPERS)
def record(stakeholder_id: int) -> ResponseReturnValue:
    session, typed = transaction.session(), _typed(*FIELDS)
    office = offices.get(session, stakeholder_id, _scopes())
    number = request.form.get("badan", type=whole)
    if number is None:
        wrong = FieldError(("badan",), "body", gettext("Pilih badan yang menghubungi."))
        return _contact_page(office, replace(typed, errors=(wrong,)), status=422)
    body = dossier.find(session, number, current_actor())
    try:
        with session.begin_nested():
            contacts.record(
                session, office=office, body=body, said=_contact_said(typed), key=typed.key, actor=current_actor(),
                today=today(),
            )
    except Refused as refusal:
        return _contact_page(office, _refused(typed, refusal), status=status_of(refusal))
    flash(gettext("Kontak tercatat."), "success")
    return redirect(_office_url(office.id, badan=body.id))


@bp.get("/kontak/<int:contact_id>")
@allow(*KEEPERS)
def contact_edit(contact_id: int) -> ResponseReturnValue:
    found = contacts.get(transaction.session(), contact_id, _scopes())
    contacts.require_recording(transaction.session(), current_actor(), found)
    return _contact_page(_its_office(found), Typed({
        "badan": str(found.body_id), "met_on": found.met_on.isoformat(), "received_by": found.received_by or "",
        "manner": found.manner or "", "outcome": found.outcome or "", "promise": found.promise or "",
        "quantity": found.quantity or "", "due": found.promise_due.isoformat() if found.promise_due else "",
        "state": found.promise_state,
    }, seen=found.edition), found)


@bp.post("/kontak/<int:contact_id>")
@allow(*KEEPERS)
def contact_correct(contact_id: int) -> ResponseReturnValue:
    session, typed = transaction.session(), _typed(*FIELDS)
    found = contacts.get(session, contact_id, _scopes(), lock=True)
    office = _its_office(found)
    try:
        with session.begin_nested():
            contacts.correct(
                session, found, _contact_said(typed), edition=typed.seen, actor=current_actor(), today=today()
            )
    except Refused as refusal:
        session.refresh(found)
        return _contact_page(office, _refused(typed, refusal), found, status_of(refusal))
    flash(gettext("Catatan kontak disimpan."), "success")
    return redirect(_office_url(office.id, badan=found.body_id))


@bp.post("/kontak/<int:contact_id>/janji")
@allow(*KEEPERS)
def settle(contact_id: int) -> ResponseReturnValue:
    """What became of the promise is recorded."""
    session, typed = transaction.session(), _typed("state", "note")
    found = contacts.get(session, contact_id, _scopes(), lock=True)
    office = _its_office(found)
    try:
        with session.begin_nested():
            contacts.settle(
                session, found, state=typed.state, note=typed.note, edition=typed.seen, actor=current_actor(),
                today=today(),
            )
    except Refused as refusal:
        session.refresh(found)
        return _show(office, sentence_of(refusal), status_of(refusal))
    flash(gettext("Keadaan janji dicatat."), "success")
    return redirect(_office_url(office.id, badan=found.body_id))


def _its_office(found: Contact) -> Stakeholder:
    """The office the contact counts for."""
    session = transaction.session()
    into = offices.merged_into(session, found.stakeholder_id)
    return offices.get(session, into or found.stakeholder_id, _scopes())


def _typed(*names: str) -> Typed:
    posted = request.form
    seen = posted.get("seen", "")
    return Typed(
        {name: posted.get(name, "")[:2000] for name in names}, posted.get("key", "")[:40],
        int(seen) if seen.isdecimal() and len(seen) < 9 else -1,
    )


def _refused(typed: Typed, refusal: Refused) -> Typed:
    if isinstance(refusal, EvidenceRefused):
        return replace(typed, errors=refusal.errors)
    return replace(typed, refusal=sentence_of(refusal))


def _said(typed: Typed) -> offices.Said:
    return offices.Said(
        typed.kind, typed.region, typed.office, typed.official, typed.phone, typed.day("since"),
        typed.change == "successor",
    )


def _contact_said(typed: Typed) -> contacts.Said:
    return contacts.Said(
        typed.day("met_on"), typed.received_by, typed.manner, typed.outcome, typed.promise, typed.quantity,
        typed.day("due"), typed.state,
    )


def _edit(typed: Typed, office: Stakeholder | None = None, status: int = 200) -> ResponseReturnValue:
    session = transaction.session()
    scopes = visible_scopes(current_actor(), KEEPERS)
    return render_template(
        "stakeholders/edit.html", typed=typed, office=office, kinds=list(stakeholder_words.KINDS.items()),
        places=[] if office else offices.regions_for(session, scopes), latest=today(),
    ), status


def _contact_page(
    office: Stakeholder, typed: Typed, found: Contact | None = None, status: int = 200
) -> ResponseReturnValue:
    choices = contacts.bodies_for(transaction.session(), office, current_actor())
    if not choices:
        raise Forbidden(gettext("Kontak di luar wilayah tugas Anda tidak dapat Anda catat."))
    return render_template(
        "stakeholders/contact.html", office=office, typed=typed, contact=found, bodies=choices, latest=today(),
        manners=list(stakeholder_words.MANNERS.items()), states=list(stakeholder_words.STATES.items()),
    ), status


@bp.app_template_global("contacts_of")
def contacts_of(body: Body) -> tuple[list[Told], list[Told]]:
    """(the latest contacts of this body, one for each office; its open promises, the earliest due first)."""
    told = contacts.of_body(transaction.session(), body, current_actor(), transaction.now())
    latest: dict[int, Told] = {}
    for one in told:
        latest.setdefault(one.stakeholder_id, one)
    return list(latest.values()), contacts.open_ones(told)


@bp.app_template_global("lapsed_contacts")
def lapsed_contacts() -> int:
    """How many pairs of body and office in the reader's regions have not met for too long."""
    return lapses.count(transaction.session(), _scopes(), transaction.now())
