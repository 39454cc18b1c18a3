"""The settings of an agenda: everybody concerned may read them, the office's operator may change them.

What moves a deadline waits on this page for a second person; what was changed, and by whom, is read below it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, Forbidden, Refused
from web import agenda_words, board_words, stakeholder_words, transaction
from web.access import allow, current_actor
from web.agenda_words import DAY_NAMES, LABEL_NAMES, PERIODS, TOLD_NAMES
from web.errors import sentence_of, status_of
from web.words import ZONE_NAMES
from workflows import agenda_changes, regions
from workflows.agenda_differences import Wish
from workflows.models import Agenda
from workflows.models.accounts import ROLES
from workflows.settings import KINDS, TOLD, Settings, write
from workflows.stakeholders.kinds import KINDS as OFFICES

bp = Blueprint("agenda", __name__, url_prefix="/agenda")

MOST_ROWS = 60
@bp.get("")
@allow(*ROLES)
def index() -> ResponseReturnValue:
    found = agenda_changes.visible(transaction.session(), current_actor())
    if len(found) == 1:
        return _show(found[0])
    return render_template("agenda/index.html", agendas=found)


@bp.get("/<int:agenda_id>")
@allow(*ROLES)
def show(agenda_id: int) -> ResponseReturnValue:
    return _show(agenda_changes.get(transaction.session(), current_actor(), agenda_id))


@bp.get("/<int:agenda_id>/ubah")
@allow("operator")
def edit(agenda_id: int) -> ResponseReturnValue:
    agenda = _editable(agenda_id)
    wish = agenda_changes.standing(transaction.session(), agenda)
    return _form(agenda, wish, agenda_changes.fingerprint(wish))


@bp.post("/<int:agenda_id>/ubah")
@allow("operator")
def save(agenda_id: int) -> ResponseReturnValue:
    agenda, seen = _editable(agenda_id, lock=True), request.form.get("seen", "")
    wish = _press(_typed(request.form), request.form)
    if "_add" in request.form or "_remove" in request.form:
        return _form(agenda, wish, seen)
    try:
        with transaction.session().begin_nested():
            entry = agenda_changes.change(
                transaction.session(), agenda, wish, seen=seen, actor=current_actor(), now=transaction.now()
            )
    except EvidenceRefused as refusal:
        return _form(agenda, wish, seen, refusal.errors, sentence_of(refusal)), 422
    except Refused as refusal:
        return _form(agenda, wish, seen, refusal=sentence_of(refusal)), status_of(refusal)
    if entry is None:
        flash(gettext("Tidak ada yang berubah."), "info")
    elif entry.status == "proposed":
        flash(gettext("Usulan disimpan. Perubahan tenggat berlaku sesudah disetujui orang kedua."), "success")
    else:
        flash(gettext("Pengaturan disimpan. Berlaku untuk tugas yang dibuka sesudah ini."), "success")
    return redirect(url_for("agenda.show", agenda_id=agenda.id))


@bp.post("/<int:agenda_id>/usulan/<int:entry_id>")
@allow(*agenda_changes.DECIDERS)
def decide(agenda_id: int, entry_id: int) -> ResponseReturnValue:
    """The waiting change is consented to, declined, or withdrawn by who proposed it."""
    acts = {
        "consent": (agenda_changes.consent, gettext("Perubahan disetujui dan berlaku sejak sekarang.")),
        "decline": (agenda_changes.decline, gettext("Usulan ditolak. Pengaturan tetap seperti semula.")),
        "withdraw": (agenda_changes.withdraw, gettext("Usulan ditarik. Pengaturan tetap seperti semula.")),
    }
    actor, session = current_actor(), transaction.session()
    agenda = agenda_changes.get(session, actor, agenda_id, lock=True)
    if (act := acts.get(request.form.get("act", ""))) is None:
        raise Refused(gettext("Tombol ini tidak dikenal. Muat ulang halaman, lalu kirim lagi."))
    act[0](session, agenda, entry_id, actor=actor, now=transaction.now())
    flash(act[1], "success")
    return redirect(url_for("agenda.show", agenda_id=agenda.id))


@bp.app_template_filter("iso_day")
def iso_day(text: str) -> date:
    """The day that settings keep as "2024-05-16"."""
    return date.fromisoformat(text)


def _editable(agenda_id: int, *, lock: bool = False) -> Agenda:
    actor = current_actor()
    agenda = agenda_changes.get(transaction.session(), actor, agenda_id, lock=lock)
    if not actor.holds("operator", agenda.scope):
        raise Forbidden
    return agenda


def _show(agenda: Agenda) -> str:
    g.zone = agenda.timezone
    session, actor = transaction.session(), current_actor()
    waiting = agenda_changes.waiting(session, agenda)
    return render_template(
        "agenda/show.html", agenda=agenda, wish=agenda_changes.standing(session, agenda), waiting=waiting,
        own=waiting is not None and waiting.person == actor.who, place=regions.get(session, agenda.scope).name,
        may_decide=agenda_changes.may_decide(actor, agenda), register=agenda_changes.register(session, agenda),
        may_edit=actor.holds("operator", agenda.scope), **_words(),
    )


def _form(
    agenda: Agenda, wish: Wish, seen: str, errors: Any = (), refusal: str = ""
) -> str:
    g.zone = agenda.timezone
    shown: tuple[FieldError, ...] = tuple(errors)
    return render_template(
        "agenda/edit.html", agenda=agenda, wish=wish, seen=seen, errors=shown, refusal=refusal,
        keeping=agenda_changes.open_tasks(transaction.session(), agenda), usual=write(Settings()), **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "kinds": [(kind, board_words.kind_name(kind)) for kind in KINDS], "periods": PERIODS,
        "told": [(code, TOLD_NAMES[code]) for code in TOLD], "labels": LABEL_NAMES, "day_names": DAY_NAMES,
        "lines": agenda_words.lines, "in_days": agenda_words.days, "number_pattern": agenda_words.number_pattern,
        "statuses": agenda_words.STATUS_NAMES, "zone_name": ZONE_NAMES.get, "offices": stakeholder_words.KINDS,
    }


def _typed(form: Mapping[str, str]) -> Wish:
    """What was typed, in the shape of the settings; numbers where digits stand, an empty field left out."""
    settings: dict[str, Any] = {
        "inauguration_on": _group(form, "inauguration_on", KINDS), "term_ends": _group(form, "term_ends", KINDS),
        "periods": {
            **{name: _number(form.get(f"periods-{name}", "")) for name, _ in PERIODS},
            "bimtek": {kind: _number(form.get(f"periods-bimtek-{kind}", "")) for kind in KINDS},
        },
        "levels": [
            {"after_days": _number(row.get("after_days", "")), "told": row.get("told", "")}
            for row in _rows(form, "levels")
        ],
        "levels_day_type": form.get("levels_day_type", ""),
        "working_hours": {name: form.get(f"working_hours-{name}", "") for name in ("opens", "closes")},
        "labels": {code: form.get(f"labels-{code}", "") for code in LABEL_NAMES},
        "divisions": {
            kind: {code: form.get(f"divisions-{kind}-{code}", "") for code in names}
            for kind, names in write(Settings())["divisions"].items()
        },
    }
    pattern = form.get("number_pattern", "").strip()
    if pattern:
        settings["number_pattern"] = pattern
    for name in ("undo_minutes", "bulk_sample"):
        if form.get(name, "").strip():
            settings[name] = _number(form[name])
    settings["contact_within"] = {
        kind: _number(days) for kind, days in _group(form, "contact_within", OFFICES).items()
    }
    return Wish(settings, form.get("day_type", ""), _rows(form, "days"))


def _group(form: Mapping[str, str], name: str, keys: tuple[str, ...]) -> dict[str, str]:
    typed = {key: form.get(f"{name}-{key}", "").strip() for key in keys}
    return {key: value for key, value in typed.items() if value}


def _number(text: str) -> int | str:
    text = text.strip()
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else text


def _rows(form: Mapping[str, str], name: str) -> list[dict[str, str]]:
    """The rows of a list, in the order of their numbers."""
    found: dict[int, dict[str, str]] = {}
    for field, value in form.items():
        part = re.fullmatch(rf"{name}-(\d{{1,3}})-([a-z_]+)", field, re.ASCII)
        if part:
            found.setdefault(int(part[1]), {})[part[2]] = value
    return [found[number] for number in sorted(found)][:MOST_ROWS]


def _press(wish: Wish, form: Mapping[str, str]) -> Wish:
    """The wish after a row button: one row more or one row less."""
    levels, days = list(wish.settings["levels"]), list(wish.days)
    added, (name, _, place) = form.get("_add", ""), form.get("_remove", "").partition("-")
    if added == "levels":
        levels.append({"after_days": "", "told": "body"})
    elif added == "days":
        days.append({"on": "", "name": ""})
    rows: list[Any] = {"levels": levels, "days": days}.get(name, [])
    if place.isdecimal() and place.isascii() and int(place) < len(rows):
        del rows[int(place)]
    return replace(wish, settings={**wish.settings, "levels": levels[:MOST_ROWS]}, days=days[:MOST_ROWS])
