"""Where else one wants to be told: a person's own choice of channel, address, digest and quiet hours."""

from __future__ import annotations

import hmac
import logging
import re
import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from web import transaction
from web.access import SIGNED_IN, allow, current_actor
from web.auth.views import settings
from web.config import MAIL_ADDRESS
from web.errors import sentence_of, status_of
from web.mailing_sending import channels, code_for, lacking
from workflows import mailing
from workflows.mailing import TooManySendings
from workflows.models import NoticeChoice

log = logging.getLogger(__name__)
bp = Blueprint("mailing", __name__, url_prefix="/pemberitahuan/pilihan")

CHANNELS = {"": _l("Hanya di Tapak"), "email": _l("Surel"), "messenger": _l("Telegram atau WhatsApp")}
MODES = {"each": _l("Segera, setiap ada yang baru"), "digest": _l("Ringkasan sekali sehari")}
ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
MESSENGER = re.compile(r"[+@]?[A-Za-z0-9_-]{3,64}")
HOURS = range(24)


@bp.record_once
def _tell_what_lacks(state: BlueprintSetupState) -> None:
    for sentence in lacking(state.app.extensions["tapak.config"]):
        log.warning("%s", sentence)


@bp.get("")
@allow(SIGNED_IN)
def choices() -> ResponseReturnValue:
    return _page(_mine())


@bp.post("")
@allow(SIGNED_IN)
def save() -> ResponseReturnValue:
    """Hours and mode are kept at once; a new address only after its code."""
    choice, form = _mine(), request.form
    typed = {"channel": form.get("channel", ""), "address": form.get("address", "").strip()[:254]}
    if typed["channel"] not in ("", *channels(settings())):
        return _page(choice, gettext("Pilih salah satu cara yang ditawarkan."), typed=typed)
    if typed["channel"] and not _readable(**typed):
        return _page(choice, gettext("Alamat itu belum dapat dibaca. Surel: nama@contoh.id. Telegram atau WhatsApp: "
                                     "nomor dengan kode negara, misalnya 6281234567890, atau ID."), typed=typed)
    try:
        with transaction.session().begin_nested():
            _keep_hours(choice)
            asked = mailing.ask_for(
                transaction.session(), choice, channel=typed["channel"],
                address=typed["address"] if typed["channel"] else "", nonce=secrets.token_hex(8),
                now=transaction.now(),
            )
    except TooManySendings as refusal:
        return _page(choice, sentence_of(refusal), status_of(refusal), typed)
    flash(gettext("Tersimpan. Kode sedang dikirim; ketik di bawah bila sudah sampai.") if asked
          else gettext("Pilihan tersimpan."), "success")
    return redirect(url_for("mailing.choices"))


@bp.post("/kode")
@allow(SIGNED_IN)
def confirm() -> ResponseReturnValue:
    choice = _mine()
    typed = re.sub(r"\D", "", request.form.get("code", "")[:20])
    right = hmac.compare_digest(typed, code_for(settings(), choice))
    if mailing.confirm(choice, right=right, now=transaction.now()):
        flash(gettext("Alamat terbukti milik Anda. Pemberitahuan dikirim ke sana mulai sekarang."), "success")
    else:
        flash(gettext("Kode itu tidak cocok atau sudah lewat waktunya. Ketik lagi, atau simpan alamatnya untuk kode "
                      "baru."), "danger")
    return redirect(url_for("mailing.choices"))


@bp.post("/percobaan")
@allow(SIGNED_IN)
def trial() -> ResponseReturnValue:
    choice = _mine()
    if choice.channel not in channels(settings()):
        return redirect(url_for("mailing.choices"))
    try:
        mailing.try_out(transaction.session(), choice, transaction.now())
    except TooManySendings as refusal:
        return _page(choice, sentence_of(refusal), status_of(refusal))
    flash(gettext("Percobaan sedang dikirim."), "success")
    return redirect(url_for("mailing.choices"))


def _mine() -> NoticeChoice:
    return mailing.choice_of(transaction.session(), int(current_actor().id))


def _readable(channel: str, address: str) -> bool:
    return (MAIL_ADDRESS if channel == "email" else MESSENGER).fullmatch(address) is not None


def _keep_hours(choice: NoticeChoice) -> None:
    """What the form says about mode and hours stands in the choice; what it says otherwise is left as it was."""
    form = request.form
    choice.mode = form["mode"] if form.get("mode") in MODES else choice.mode
    choice.timezone = form["timezone"] if form.get("timezone") in ZONES else choice.timezone
    for name in ("digest_hour", "quiet_from", "quiet_until"):
        if form.get(name, "") in [str(hour) for hour in HOURS]:
            setattr(choice, name, int(form[name]))


def _page(
    choice: NoticeChoice, wrong: str = "", status: int = 422, typed: dict[str, str] | None = None
) -> ResponseReturnValue:
    offered = ("", *channels(settings()))
    asked = choice.asked_channel in offered[1:] and mailing.waits_for_code(choice, transaction.now())
    now = {"channel": choice.asked_channel if asked else choice.channel,
           "address": choice.asked_address if asked else choice.address}
    return render_template(
        "notices/choices.html", choice=choice, typed=typed or now, wrong=wrong, asked=asked, modes=MODES, zones=ZONES,
        hours=HOURS, channels={name: said for name, said in CHANNELS.items() if name in offered}, names=CHANNELS,
    ), status if wrong else 200
