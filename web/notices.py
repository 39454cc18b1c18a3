"""What this person was told: the record of every notice, and how many are unread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from web import transaction
from web.access import SIGNED_IN, allow, current_actor, may_open
from web.auth.sessions import visitor
from web.errors import translated
from web.gate import whole
from web.stakeholder_words import office_name
from web.trail import drawn, obstacle_name
from web.words import long_date
from workflows import inbox, notices
from workflows.inbox import Told
from workflows.registers.kinds import KINDS

bp = Blueprint("notices", __name__, url_prefix="/pemberitahuan")


@dataclass(frozen=True)
class Line:
    """One notice in words. `url` leads to its body, "" where the reader may not open it."""

    title: str
    text: str
    body: str
    url: str
    at: datetime
    unread: bool
    icon: str
    tone: str


def _task_opened(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    return gettext("Giliran Anda: %(what)s", what=drawn(told.element)), ""


def _evidence_returned(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    why = gettext("Alasan: %(why)s.", why=drawn(told.reason)) if told.reason else ""
    return gettext("Dikembalikan untuk diperbaiki: %(what)s", what=drawn(told.element)), why


def _stage_reached(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    return gettext("Tahap tercapai: %(stage)s", stage=drawn(told.element)), ""


def _task_late(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    level, waiting = int(params.get("level") or 0), str(params.get("waiting_for") or "")
    title = (
        gettext("Terlambat (eskalasi tingkat %(level)d): %(what)s", level=level, what=drawn(told.element))
        if level else gettext("Terlambat: %(what)s", what=drawn(told.element))
    )
    return title, gettext("Yang ditunggu: %(who)s.", who=waiting) if waiting else ""


def _incident_opened(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    return gettext("Langkah otomatis gagal: %(what)s", what=drawn(told.element) or gettext("tanpa nama")), ""


def _obstacle_reported(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    return gettext("Kendala dilaporkan: %(what)s", what=obstacle_name(str(params.get("code") or ""))), ""


def _evidence_waiting(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    title = gettext("Bukti dini belum terkirim: %(what)s", what=drawn(told.element))
    return title, gettext("Yang menyiapkannya tidak lagi bertugas. Periksa isiannya, lalu kirim.")


def _agenda_proposed(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    return gettext("Perubahan tenggat menunggu persetujuan Anda"), ""


def _agenda_decided(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    if params.get("status") == "consented":
        return gettext("Usulan perubahan tenggat Anda disetujui"), ""
    return gettext("Usulan perubahan tenggat Anda ditolak"), ""


def _drawing_proposed(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    title = gettext("Usulan perubahan alur menunggu persetujuan Anda: %(what)s", what=_drawing(params))
    return title, gettext("Bandingkan dengan versi yang berlaku, lalu setujui atau tolak.")


def _drawing_decided(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    what = _drawing(params)
    if params.get("status") == "published":
        return gettext("Usulan alur Anda disetujui dan berlaku: %(what)s", what=what), gettext(
            "Badan yang sedang berjalan tetap pada versinya sampai dipindahkan."
        )
    if params.get("status") == "replaced":
        return gettext("Usulan alur Anda diganti usulan orang lain yang lebih baru: %(what)s", what=what), ""
    return gettext("Usulan alur Anda ditolak: %(what)s", what=what), ""


def _drawing(params: Mapping[str, Any]) -> str:
    return gettext("%(drawing)s, versi %(version)s", drawing=drawn(str(params.get("drawing"))),
                   version=params.get("version"))


def _decision_undone(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    title = gettext("Keputusan dibatalkan: %(what)s", what=drawn(told.element))
    return title, gettext("Pemberitahuan sebelumnya tidak berlaku. Bukti menunggu pemeriksaan lagi.")


def _delegation_given(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    values = {"giver": params.get("giver", ""), "taker": params.get("taker", "")}
    title = gettext("Delegasi: %(taker)s memutuskan atas nama %(giver)s", **values)
    return title, gettext("Berlaku %(since)s sampai %(until)s. Lihat di halaman Delegasi.",
                          since=_day(params.get("from")), until=_day(params.get("until")))


def _delegation_revoked(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    values = {"giver": params.get("giver", ""), "taker": params.get("taker", "")}
    return gettext("Delegasi dicabut: %(taker)s tidak lagi memutuskan atas nama %(giver)s", **values), ""


def _comment_mentioned(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    title = gettext("%(who)s menyebut Anda dalam komentar", who=params.get("who", ""))
    return title, gettext("Baca dan jawab di halaman badannya.")


def _address_refused(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    title = gettext("Alamat Anda ditolak server surat; kiriman ke sana dihentikan")
    return title, gettext("Periksa alamatnya di Pilihan pemberitahuan, lalu simpan sekali lagi.")


def _promise_overdue(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    title = gettext("Janji lewat tenggat: %(office)s", office=office_name(params.get("office")))
    return title, gettext("Dijanjikan paling lambat %(day)s. Tanyakan, lalu catat apa yang terjadi.",
                          day=_day(params.get("due")))


def _body_reminded(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    return gettext("Pengingat: badan ini menunggu tindakan Anda"), gettext(
        "Buka halaman badannya: di situ tertulis apa yang masih kurang."
    )


def _contact_lapsed(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    title = gettext("Lama tidak dihubungi: %(office)s", office=office_name(params.get("office")))
    return title, gettext("Kontak terakhir %(day)s. Hubungi lagi, lalu catat.", day=_day(params.get("last")))


def _register_moved(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    kind = KINDS.get(str(params.get("kind")))
    if kind is None or kind.confidential:
        return gettext("Ada yang menunggu Anda di Register"), ""
    state = translated(kind.states[str(params.get("state"))].name)
    return gettext("%(what)s: %(state)s", what=translated(kind.one), state=state), gettext("Buka di halaman Register.")


def _replacement_moved(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    title, text = REPLACED[str(params.get("act"))]
    return str(title), str(text)


def _totp_off(told: Told, params: Mapping[str, Any]) -> tuple[str, str]:
    return gettext("Kode autentikator dimatikan oleh pengelola"), gettext(
        "Bukan atas permintaan Anda? Ganti kata sandi sekarang juga, lalu nyalakan lagi di Akun saya."
    )


def _day(text: Any) -> str:
    return long_date(date.fromisoformat(str(text)))


_NEW, _AGAIN = _l("Buka halaman penggantian, lalu putuskan."), _l("Baca alasannya, perbaiki, lalu kirim lagi.")
REPLACED = {
    "propose": (_l("Usulan penggantian anggota menunggu keputusan Anda"), _NEW),
    "oath": (_l("Catatan sumpah anggota pengganti menunggu keputusan Anda"), _NEW),
    "training": (_l("Catatan bimtek anggota pengganti menunggu keputusan Anda"), _NEW),
    "approve": (_l("Penggantian anggota disetujui"),
                _l("Anggota baru mengucapkan sumpah/janji dan mengikuti bimtek; keduanya punya batas hari.")),
    "approve_oath": (_l("Catatan sumpah anggota pengganti disetujui"), ""),
    "approve_training": (_l("Catatan bimtek anggota pengganti disetujui"), ""),
    "return": (_l("Usulan penggantian anggota dikembalikan"), _AGAIN),
    "return_oath": (_l("Catatan sumpah anggota pengganti dikembalikan"), _AGAIN),
    "return_training": (_l("Catatan bimtek anggota pengganti dikembalikan"), _AGAIN),
}
"""Of each act that is told of, its words."""

Words = Callable[[Told, Mapping[str, Any]], tuple[str, str]]
WORDS: dict[str, tuple[Words, str, str]] = {
    "task.opened": (_task_opened, "pen", "info"),
    "evidence.returned": (_evidence_returned, "back", "warning"),
    "stage.reached": (_stage_reached, "check", "success"),
    "task.late": (_task_late, "clock", "danger"),
    "incident.opened": (_incident_opened, "stop", "danger"),
    "obstacle.reported": (_obstacle_reported, "warning", "warning"),
    "evidence.waiting": (_evidence_waiting, "pen", "warning"),
    "agenda.proposed": (_agenda_proposed, "clock", "info"),
    "agenda.decided": (_agenda_decided, "check", "info"),
    "drawing.proposed": (_drawing_proposed, "clock", "info"),
    "drawing.decided": (_drawing_decided, "check", "info"),
    "decision.undone": (_decision_undone, "back", "warning"),
    "delegation.given": (_delegation_given, "people", "info"),
    "delegation.revoked": (_delegation_revoked, "people", "info"),
    "comment.mentioned": (_comment_mentioned, "pen", "info"),
    "address.refused": (_address_refused, "warning", "warning"),
    "register.moved": (_register_moved, "paper", "info"),
    "promise.overdue": (_promise_overdue, "clock", "warning"),
    "body.reminded": (_body_reminded, "bell", "warning"),
    "contact.lapsed": (_contact_lapsed, "people", "warning"),
    "replacement.moved": (_replacement_moved, "people", "info"),
    "totp.off": (_totp_off, "warning", "warning"),
}
"""Of each topic its words, its icon and its tone."""


@bp.get("")
@allow(SIGNED_IN)
def index() -> ResponseReturnValue:
    before = request.args.get("sebelum", type=whole)
    page = inbox.page(transaction.session(), int(current_actor().id), current_actor(), before)
    return render_template(
        "notices/index.html", lines=[line_of(told) for told in page.told], started=before is not None,
        next=url_for("notices.index", sebelum=page.after) if page.after else "",
        upto=page.told[0].id if page.told else 0, unread=unread(),
    )


def line_of(told: Told) -> Line:
    """The notice in words. A topic nobody has words for is a KeyError: a test holds the list complete."""
    words, icon, tone = WORDS[told.topic]
    title, text = words(told, told.params)
    url, place = "", told.body
    if "agenda" in told.params:
        url, place = url_for("agenda.show", agenda_id=told.params["agenda"]), gettext("Agenda")
    elif told.topic == "register.moved" and told.params.get("entry"):
        url = url_for("registers.show", entry_id=told.params["entry"])
    elif "replacement" in told.params and may_open("replacements.show"):
        url = url_for("replacements.show", number=told.params["replacement"])
    elif told.topic == "address.refused":
        url, place = url_for("mailing.choices"), gettext("Pilihan pemberitahuan")
    elif told.topic == "totp.off":
        url, place = url_for("auth.account"), gettext("Akun saya")
    elif "definition" in told.params and may_open("drawings.proposal"):
        url, place = url_for("drawings.proposal", definition_id=told.params["definition"]), gettext("Alur")
    elif told.body_id and "stakeholder" in told.params and may_open("stakeholders.show"):
        url = url_for("stakeholders.show", stakeholder_id=told.params["stakeholder"], badan=told.body_id)
    elif told.body_id and may_open("bodies.show"):
        url = url_for("bodies.show", body_id=told.body_id)
    return Line(title, text, place, url, told.at, told.unread, icon, tone)


@bp.post("/dibaca")
@allow(SIGNED_IN)
def read() -> ResponseReturnValue:
    upto = request.form.get("upto", 0, type=whole)
    notices.mark_read(
        transaction.session(), int(current_actor().id), transaction.now(), upto
    )
    return redirect(url_for("notices.index"))


@bp.app_template_global("unread_notices")
def unread() -> int:
    """How many notices the reader had not read when this request began; 0 for nobody."""
    reader = visitor()
    return reader.unread if reader is not None else 0
