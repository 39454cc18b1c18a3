"""Issuing letters: which kind, for which bodies, with what; a look at one first, then numbers for all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused, Stale
from web import transaction
from web.access import allow, current_actor, visible_scopes
from web.bodies import KINDS as BODY_KINDS
from web.errors import sentence_of, status_of
from web.gate import whole
from web.letters import ISSUING, pdf
from web.papers import font, making
from web.papers.drawing import Sheet, draw
from web.words import today
from workflows import agenda_changes, agendas, letter_register, register, replacement, replacement_lists
from workflows.models import Agenda, Body, Paper, PaperBatch
from workflows.papers import issuing, office, template, templates
from workflows.papers.issuing import Wish
from workflows.papers.kinds import KINDS, Kind

bp = Blueprint("letter_issue", __name__, url_prefix="/surat/terbitkan")

ASKED = ("agenda", "jenis", "badan_jenis", "kecamatan", "tahap", "badan", "ganti")


@dataclass(frozen=True)
class Chosen:
    """What the address or the form asks for; `kind` None before one was chosen. `asked` are its words, to be kept."""

    agenda: Agenda
    kind: Kind | None
    kinds: list[Kind]
    bodies: list[Body]
    asked: Mapping[str, str]
    replaces: Paper | None


@bp.get("")
@allow(*ISSUING)
def index() -> ResponseReturnValue:
    """The form; of a replacement that the address names it holds who left, who follows and why."""
    return _page(_chosen(request.args), {"on": today().isoformat(), **_of_replacement()}, key=str(uuid.uuid4()))


@bp.post("/contoh")
@allow(*ISSUING)
def preview() -> ResponseReturnValue:
    """The first of these letters as it would be; nothing is reserved."""
    chosen, posted = _chosen(request.form), request.form
    try:
        wish = _wish(chosen, posted, bodies=chosen.bodies[:1])
        text, _ = templates.text_of(transaction.session(), chosen.agenda.id, wish.kind)
        return pdf(sample(wish, text), "contoh")
    except EvidenceRefused as refusal:
        return _page(chosen, posted, key=posted.get("key", ""), errors=refusal.errors, status=422)


@bp.post("")
@allow(*ISSUING)
def issue() -> ResponseReturnValue:
    chosen, posted, session = _chosen(request.form), request.form, transaction.session()
    key = posted.get("key", "")[:36] or str(uuid.uuid4())
    try:
        with session.begin_nested():
            batch = _issued(chosen, posted, key)
    except EvidenceRefused as refusal:
        return _page(chosen, posted, key=key, errors=refusal.errors, status=422)
    except Refused as refusal:
        return _page(chosen, posted, key=key, refusal=sentence_of(refusal), status=status_of(refusal))
    if batch.total == 1:
        only = letter_register.work(session, batch.id, current_actor()).papers[0]
        flash(gettext("Surat %(number)s diterbitkan.", number=only.number), "success")
        return redirect(url_for("letters.show", paper_id=only.id))
    return redirect(url_for("letters.batch", batch_id=batch.id))


def _issued(chosen: Chosen, posted: Mapping[str, str], key: str) -> PaperBatch:
    session, actor, now = transaction.session(), current_actor(), transaction.now()
    wish = _wish(chosen, posted, bodies=chosen.bodies)
    if wish.kind.bodies and posted.get("seen", "") != str(len(chosen.bodies)):
        raise Stale("Jumlah badan berubah sejak halaman dibuka. Periksa kembali jumlahnya, lalu terbitkan.")
    batch = issuing.issue(
        session, wish, key=f"{actor.id}:{key}", address=current_app.extensions["tapak.config"].public_url,
        printable=font.unprintable, actor=actor, now=now, replaces=chosen.replaces,
    )
    if batch.total == 1 and batch.done_at is None:
        making.draw_some(session, batch, now)
        making.finish(session, batch, now)
    return batch


def sample(wish: Wish, text: str) -> bytes:
    """The first letter of the wish as a PDF that says it is a sample. Refused: as `issuing.prepare`; what cannot be
    printed."""
    session = transaction.session()
    one = issuing.prepare(session, wish, font.unprintable)[0]
    if one.refused:
        raise EvidenceRefused([FieldError(("bodies",), "unprintable", one.refused)])
    one.values["nomor_surat"] = issuing.next_number(session, wish)
    sheet = Sheet(one.head, office.read(session, wish.almanac.agenda).logo, "", "", wish.kind.draft, wish.kind.label,
                  transaction.now())
    return draw(sheet, template.fill(text, one.values))[0]


def agenda_of(asked: str) -> Agenda:
    """The agenda that is meant: by its number, else the newest the reader sees. NotFound where there is none."""
    found = agenda_changes.visible(transaction.session(), current_actor())
    chosen = [one for one in found if str(one.id) == asked] or sorted(found, key=lambda one: one.voting_day)[-1:]
    if not chosen:
        raise NotFound("Belum ada agenda di wilayah Anda. Minta admin membuatnya.")
    g.zone = chosen[0].timezone
    return chosen[0]


def _chosen(source: Mapping[str, str]) -> Chosen:
    asked = {name: source.get(name, "")[:40] for name in ASKED if source.get(name, "")}
    actor, agenda = current_actor(), agenda_of(asked.get("agenda", ""))
    operator = actor.holds("operator", agenda.scope)
    own = {grant.role.removesuffix("_member") for grant in actor.grants if grant.role.endswith("_member")}
    kinds = [kind for kind in KINDS.values() if operator or (kind.issuer == "body" and own & set(kind.bodies))]
    replaces = _replaced(asked)
    kind = next((one for one in kinds if one.code == asked.get("jenis")), None)
    bodies = _bodies(agenda, kind, asked, replaces) if kind is not None and kind.bodies else []
    if not operator and kind is not None:
        bodies = [body for body in bodies if issuing.may_issue(actor, agenda.scope, kind, body)]
    return Chosen(agenda, kind, kinds, bodies, asked, replaces)


def _bodies(agenda: Agenda, kind: Kind, asked: Mapping[str, str], replaces: Paper | None) -> list[Body]:
    wanted, one = asked.get("badan_jenis"), asked.get("badan", "")
    kinds = [wanted] if wanted in kind.bodies else list(kind.bodies)
    if len(kind.bodies) > 1 and not one and wanted not in kind.bodies:
        kinds = ["pps"] if "pps" in kind.bodies else kinds[:1]
    body = int(one) if one.isdecimal() and len(one) < 19 else 0
    return letter_register.of_bodies(
        transaction.session(), agenda, kinds if not body else list(kind.bodies), district=asked.get("kecamatan", ""),
        stage=asked.get("tahap", ""), body=body,
    )


def _replaced(asked: dict[str, str]) -> Paper | None:
    """The paper that the new one stands in for; the wish then follows it: same kind, same body."""
    number = asked.get("ganti", "")
    if not (number.isdecimal() and len(number) < 19):
        return None
    found = letter_register.opened(transaction.session(), int(number), current_actor(), ISSUING)
    kind, ids = KINDS[found.kind], [body[0] for body in found.bodies] or [0]
    bodies = [transaction.session().get(Body, number) for number in ids]
    if not all(issuing.may_issue(current_actor(), found.agenda.scope, kind, body) for body in bodies):
        raise Forbidden("Surat ini hanya dapat diganti oleh yang berwenang menerbitkannya.")
    asked.update({"jenis": found.kind, "badan": str(found.bodies[0][0]) if found.bodies else ""})
    return found.paper


def _of_replacement() -> dict[str, str]:
    """What the letters of this replacement say, where the reader may see it."""
    number = request.args.get("penggantian", type=whole)
    session, actor = transaction.session(), current_actor()
    found = replacement_lists.listed(session, actor, today(), number=number)[0] if number else []
    if not found:
        return {}
    why, place = str(replacement.GROUNDS[found[0].ground]), replacement.place_of_oath(session, found[0].id)
    return {"anggota_lama": found[0].old, "anggota_baru": found[0].new, "alasan": why[0].lower() + why[1:],
            "tempat": place}


def _wish(chosen: Chosen, posted: Mapping[str, str], *, bodies: list[Body]) -> Wish:
    kind = chosen.kind
    if kind is None:
        raise EvidenceRefused([FieldError(("jenis",), "required", "Pilih jenis surat.")])
    try:
        on = date.fromisoformat(posted.get("on", ""))
    except ValueError:
        raise EvidenceRefused([FieldError(("on",), "date", "Isi tanggal surat.")]) from None
    typed = {ask.name: posted.get(ask.name, "")[:4_000] for ask in kind.asks}
    return Wish(agendas.load_almanac(transaction.session(), chosen.agenda), kind, on, typed, tuple(bodies))


def _page(
    chosen: Chosen, typed: Mapping[str, str], *, key: str, errors: tuple[FieldError, ...] = (), refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session = transaction.session()
    choices = register.choices(session, visible_scopes(current_actor(), ISSUING))
    extra: dict[str, Any] = {"number": ""}
    if chosen.kind is not None and (chosen.bodies or not chosen.kind.bodies):
        on = typed.get("on", "")
        wish = Wish(agendas.load_almanac(session, chosen.agenda), chosen.kind,
                    date.fromisoformat(on) if _is_day(on) else today(), {}, tuple(chosen.bodies[:1]))
        extra["number"] = issuing.next_number(session, wish)
    return render_template(
        "letters/issue.html", chosen=chosen, kind=chosen.kind, bodies=chosen.bodies, typed=typed, key=key,
        errors=errors, refusal=refusal, kinds=[(one.code, gettext(one.label)) for one in chosen.kinds],
        districts=choices.districts, stages=choices.stages, asked=chosen.asked,
        body_kinds=[pair for pair in BODY_KINDS if chosen.kind and pair[0] in chosen.kind.bodies], **extra,
    ), status


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
