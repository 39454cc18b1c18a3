"""Reminding whoever must act for a blocked body: as text to copy into WhatsApp, or as a notice, once a day."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engine.errors import NotFound, Refused
from engine.host import Actor
from web import blocked as board
from web import board_words, transaction
from web.access import allow, current_actor, may_open, visible_scopes
from web.board_words import Words
from web.errors import sentence_of
from web.words import today
from workflows import blocked, dossier, reminders
from workflows.blocked import Blocked
from workflows.reminders import RemindedToday

bp = Blueprint("reminders", __name__, url_prefix="/terhambat")

SENDING = ("ppk_member", "operator", "commissioner", "supervisor", "province")
"""Who may send a reminder through Tapak, each within their own regions; who only looks may copy the text."""
MOST = 100
"""So many bodies at most stand in one text, and are reminded in one act."""


@bp.get("/<int:body_id>/ingatkan")
@allow(*board.READERS)
def one(body_id: int) -> ResponseReturnValue:
    row = _row(body_id, board.READERS)
    text = text_of(board_words.of_page(), row, current_actor())
    if "teks" in request.args:
        return _plain(text)
    return render_template(
        "blocked/remind.html", title=row.name, text=text, number=1, action=url_for("reminders.send", body_id=body_id),
        latest=reminders.latest(transaction.session(), body_id),
    )


@bp.post("/<int:body_id>/ingatkan")
@allow(*SENDING)
def send(body_id: int) -> ResponseReturnValue:
    row = _row(body_id, SENDING)
    try:
        with transaction.session().begin_nested():
            told = reminders.send(
                transaction.session(), row, actor=current_actor(), now=transaction.now(), today=today()
            )
    except Refused as refusal:
        flash(sentence_of(refusal), "warning")
    else:
        flash(ngettext("Pengingat dikirim kepada %(num)d orang.", "Pengingat dikirim kepada %(num)d orang.", told),
              "success")
    return redirect(url_for("reminders.one", body_id=body_id))


@bp.get("/ingatkan")
@allow(*board.READERS)
def group() -> ResponseReturnValue:
    """One text about all bodies that the filters leave, the longest blocked first."""
    rows, more = _rows(board.READERS)
    title = _group_title(rows)
    text = text_of_all(board_words.of_page(), rows, more, title)
    if "teks" in request.args:
        return _plain(text)
    link = board.linker()
    return render_template(
        "blocked/remind.html", title=title, text=text if rows else "", number=len(rows), latest=None,
        action=link("reminders.send_all"),
    )


@bp.post("/ingatkan")
@allow(*SENDING)
def send_all() -> ResponseReturnValue:
    """Each of these bodies is reminded, but for those that were today or whose people have no account."""
    session, sent, again, nobody = transaction.session(), 0, 0, 0
    rows, _ = _rows(SENDING)
    for row in sorted(rows, key=lambda one: one.instance_id):  # one order for all who lock several
        try:
            with session.begin_nested():
                reminders.send(session, row, actor=current_actor(), now=transaction.now(), today=today())
                sent += 1
        except RemindedToday:
            again += 1
        except Refused:
            nobody += 1
    flash(gettext(
        "%(sent)d badan diingatkan; %(again)d sudah diingatkan hari ini; %(nobody)d tanpa akun yang dapat diberi tahu.",
        sent=sent, again=again, nobody=nobody,
    ), "success" if sent else "warning")
    return redirect(board.linker()("reminders.group"))


def _row(body_id: int, roles: Sequence[str]) -> Blocked:
    """The blocked body; NotFound outside the actor's regions or when nothing holds it any more."""
    session, actor = transaction.session(), current_actor()
    body = dossier.find(session, body_id, actor)
    row = reminders.of_body(session, visible_scopes(actor, roles), body, transaction.now())
    if row is None:
        raise NotFound("Badan ini tidak terhambat lagi. Tidak ada yang perlu diingatkan.")
    g.zone = row.timezone
    return row


def _rows(roles: Sequence[str]) -> tuple[list[Blocked], bool]:
    found = blocked.page(
        transaction.session(), visible_scopes(current_actor(), roles), board.asked(), transaction.now(), size=MOST
    )
    if found.entries:
        g.zone = found.entries[0].timezone
    return found.entries, bool(found.after)


def _group_title(rows: Sequence[Blocked]) -> str:
    names = {row.district_name for row in rows}
    if len(names) == 1 and (name := names.pop()):
        return gettext("Terhambat di %(place)s", place=name)
    return gettext("Badan yang terhambat")


def text_of(said: Words, row: Blocked, actor: Actor) -> str:
    """The reminder of one body, as it is pasted into WhatsApp; what people wrote themselves is left out."""
    card = said.card(row, notes=False)
    who = ", ".join(dict.fromkeys(told.who for told in card.causes))
    lines = [
        f"*{gettext('Pengingat: %(body)s', body=card.name)}*", "", gettext("Yth. %(who)s,", who=who),
        gettext("%(body)s belum dapat maju sejak %(day)s (%(long)s). Tahap terakhir: %(stage)s.",
                body=card.name, day=card.day, long=card.long, stage=card.stage), "",
    ]
    for told in card.causes:
        lines += [f"- {told.why}", f"  {gettext('Agar bergerak')}: {told.frees}"]
    lines += ["", gettext("Mohon bantuannya untuk menindaklanjuti. Rinciannya: %(url)s", url=body_address(row)),
              gettext("Terima kasih."), actor.name]
    return "\n".join(lines)


def text_of_all(said: Words, rows: Sequence[Blocked], more: bool, title: str) -> str:
    """The reminder of many bodies: short lines, the address of the same list at the end."""
    count = ngettext("%(num)d badan", "%(num)d badan", len(rows))
    lines = [f"*{title}*", f"{said.day(said.now)} · {count}", "",
             gettext("Bapak/Ibu yang kami hormati, badan berikut menunggu tindakan:"), ""]
    for number, row in enumerate(rows, 1):
        card = said.card(row, notes=False)
        lines.append(f"{number}. *{card.name}* ({card.stage}, {card.long})")
        lines += [f"   - {told.why}. {told.who}: {told.frees}" for told in card.causes]
    if more:
        lines.append(gettext("… dan seterusnya; selengkapnya di Tapak."))
    address = request.url_root.rstrip("/") + board.linker()()
    lines += ["", gettext("Mohon bantuannya untuk menindaklanjuti. Rinciannya: %(url)s", url=address),
              gettext("Terima kasih.")]
    return "\n".join(lines)


def body_address(row: Blocked) -> str:
    """Where the body's page stands, as it can be opened from outside."""
    return url_for("bodies.show", body_id=row.body_id, _external=True)


@bp.app_template_global("may_remind")
def may_remind() -> bool:
    """Whether this reader may send reminders."""
    return may_open("reminders.send")


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
