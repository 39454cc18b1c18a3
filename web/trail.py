"""A body's life in plain words: what was done, what is drawn, what is waited for; in both languages.

Names on the drawings and words of the forms are Indonesian. Those of our own are in the catalogue; what somebody else
drew is shown as it was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask.sansio.app import App
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l

from web.errors import translated
from web.words import role_name
from workflows.trail import Event

DUTIES = {
    "technical": _l("Teknis, partisipasi masyarakat dan hukum"),
    "administration": _l("Tata usaha, keuangan dan logistik"),
}
POSTS = {
    "ketua": _l("Ketua"), "anggota": _l("Anggota"), "sekretaris": _l("Sekretaris"), "staf": _l("Staf sekretariat"),
    "cadangan": _l("Cadangan"),
}
OBSTACLES = {
    "anggota_kurang": _l("Anggota kurang, menunggu PAW"), "belum_sumpah": _l("Belum diambil sumpah"),
    "pejabat_belum_ditemui": _l("Pejabat belum dapat ditemui"), "jabatan_kosong": _l("Jabatan pejabat kosong"),
    "menunggu_SK_bupati": _l("Menunggu SK bupati/wali kota"),
    "menunggu_SK_kades_lurah": _l("Menunggu SK kepala desa/lurah"), "kurang_ASN/staf": _l("Kekurangan ASN atau staf"),
    "sarpras": _l("Ruang dan perlengkapan belum ada"), "anggaran": _l("Anggaran belum tersedia"),
    "bukti_dikembalikan": _l("Bukti dikembalikan, sulit diperbaiki"),
    "netralitas/etik": _l("Masalah netralitas atau etik"),
    "sengketa/hukum": _l("Sengketa atau masalah hukum"), "keamanan": _l("Gangguan keamanan"),
    "bencana/akses": _l("Bencana atau akses terputus"), "sistem": _l("Gangguan sistem atau jaringan"),
}
"""The codes of obstacles: why a body cannot move, as people report it."""

VERBS = {"Ajukan": "mengajukan", "Periksa": "memeriksa", "Kirim": "mengirim", "Isi": "mengisi"}


@dataclass(frozen=True)
class Told:
    """One entry of a timeline."""

    at: datetime
    title: str
    text: str
    who: str
    tone: str


def drawn(name: str) -> str:
    """The name of a drawn element, or words of a form, in the language of the page."""
    return translated(name)


def obstacle_name(code: str) -> str:
    """What people call this obstacle; an unknown code is shown as it is."""
    return str(OBSTACLES.get(code, code))


def post_name(post: str) -> str:
    return str(POSTS.get(post, post))


def division_name(division: str) -> str:
    """A division or a duty of the secretariat, as people call it."""
    return str(DUTIES[division]) if division in DUTIES else drawn(division)


def to_do(title: str, role: str) -> str:
    """Whom is waited for to do what: "Menunggu Anggota PPS mengajukan bukti sowan"."""
    first, _, rest = title.partition(" ")
    if str(get_locale() or "id").startswith("id"):
        verb = VERBS.get(first)
        does = f"{verb} {rest}" if verb and rest else f"mengerjakan “{title}”"
    else:
        words = drawn(title)
        does = words[:1].lower() + words[1:]
    return gettext("Menunggu %(who)s %(does)s", who=role_name(role), does=does)


def evidence_name(title: str) -> str:
    """What is handed in, without the verb: "Ajukan bukti sowan" → "Bukti sowan"."""
    words = drawn(title)
    first, _, rest = words.partition(" ")
    return rest[:1].upper() + rest[1:] if rest and first in (*VERBS, "Submit") else words


def _instance_started(event: Event) -> tuple[str, str]:
    return (gettext("Dimulai: %(what)s", what=drawn(event.part)) if event.part else gettext("Alur dimulai")), ""


def _instance_cancelled(event: Event) -> tuple[str, str]:
    return gettext("Alur dibatalkan"), "danger"


def _instance_moved(event: Event) -> tuple[str, str]:
    return gettext("Dipindahkan ke versi alur yang lain"), ""


def _instance_moved_back(event: Event) -> tuple[str, str]:
    return gettext("Dikembalikan ke versi alur sebelumnya"), ""


def _task_completed(event: Event) -> tuple[str, str]:
    what = drawn(event.what)
    if event.decision == "return":
        return gettext("%(what)s: dikembalikan", what=what), "warning"
    if event.decision == "approve":
        return gettext("%(what)s: disetujui", what=what), "success"
    if event.decision:
        return gettext("%(what)s: diputuskan", what=what), ""
    return gettext("%(what)s: dikirim", what=what), ""


def _task_voted(event: Event) -> tuple[str, str]:
    return gettext("%(what)s: satu suara diberikan", what=drawn(event.what)), ""


def _task_claimed(event: Event) -> tuple[str, str]:
    return gettext("%(what)s: diambil untuk dikerjakan", what=drawn(event.what)), ""


def _task_released(event: Event) -> tuple[str, str]:
    return gettext("%(what)s: dilepas lagi", what=drawn(event.what)), ""


def _evidence_prepared(event: Event) -> tuple[str, str]:
    return gettext("%(what)s: bukti dini disiapkan", what=drawn(event.what)), ""


def _evidence_withdrawn(event: Event) -> tuple[str, str]:
    return gettext("%(what)s: isian ditarik kembali", what=drawn(event.what)), ""


def _evidence_held(event: Event) -> tuple[str, str]:
    what = drawn(event.what)
    return gettext("%(what)s: bukti dini tidak dikirim, penyusunnya tidak lagi bertugas", what=what), "warning"


def _message_retried(event: Event) -> tuple[str, str]:
    return gettext("Langkah sistem yang gagal dicoba lagi"), ""


def _obstacle_reported(event: Event) -> tuple[str, str]:
    return gettext("Kendala dilaporkan: %(what)s", what=obstacle_name(event.code)), "danger"


def _obstacle_lifted(event: Event) -> tuple[str, str]:
    return gettext("Kendala selesai: %(what)s", what=obstacle_name(event.code)), "success"


def _timer_fired(event: Event) -> tuple[str, str]:
    if event.late:
        return gettext("%(what)s terlewati", what=drawn(event.what)), "warning"
    return gettext("Waktunya tiba: %(what)s", what=drawn(event.what)), ""


def _message_received(event: Event) -> tuple[str, str]:
    return gettext("Pesan diterima: %(what)s", what=drawn(event.what)), ""


PLAIN = {
    "condition.met": _l("%(what)s: syaratnya terpenuhi"), "activity.begun": _l("%(what)s: dimulai"),
    "activity.finished": _l("%(what)s: selesai"), "timer.dropped": _l("%(what)s: jamnya ditiadakan"),
    "branch.ended": _l("%(what)s: satu cabang selesai"), "round.ended": _l("%(what)s: satu putaran selesai"),
    "round.undone": _l("%(what)s: satu putaran dibatalkan"),
    "children.ended": _l("%(what)s: semua bagiannya selesai"), "error.caught": _l("%(what)s: galatnya ditangani"),
    "error.acknowledged": _l("%(what)s: galatnya sudah dilihat"),
    "escalation.caught": _l("%(what)s: eskalasinya ditangani"),
    "compensation.begun": _l("%(what)s: yang sudah selesai mulai dibatalkan"),
    "compensation.ended": _l("%(what)s: yang sudah selesai telah dibatalkan"),
    "transaction.cancelled": _l("%(what)s: transaksinya dibatalkan"),
    "reminder.sent": _l("%(what)s: yang harus bertindak diingatkan"),
}
"""Deeds of the engine itself, for which one sentence is enough."""


def _plain(event: Event) -> tuple[str, str]:
    return str(PLAIN[event.action]) % {"what": drawn(event.what) or gettext("Alur")}, ""


def _decision_undone(event: Event) -> tuple[str, str]:
    return gettext("%(what)s: keputusan dibatalkan oleh yang memutuskan", what=drawn(event.what)), "warning"


WORDS = {
    "decision.undone": _decision_undone,
    **dict.fromkeys(PLAIN, _plain),
    "instance.started": _instance_started, "instance.cancelled": _instance_cancelled,
    "instance.moved": _instance_moved, "instance.moved_back": _instance_moved_back,
    "task.completed": _task_completed, "task.voted": _task_voted, "task.claimed": _task_claimed,
    "task.released": _task_released, "evidence.prepared": _evidence_prepared,
    "evidence.withdrawn": _evidence_withdrawn, "evidence.held": _evidence_held, "message.retried": _message_retried,
    "obstacle.reported": _obstacle_reported,
    "obstacle.lifted": _obstacle_lifted, "timer.fired": _timer_fired, "message.received": _message_received,
}


def told(event: Event) -> Told:
    """The event in words. An action nobody has words for is a KeyError: a test holds the list complete."""
    title, tone = WORDS[event.action](event)
    said = [gettext("Tahap “%(stage)s” tercapai.", stage=drawn(stage)) for stage in event.stages]
    if event.part and event.action != "instance.started":
        said.insert(0, gettext("Pada %(part)s.", part=drawn(event.part)))
    if event.reason:
        said.append(gettext("Alasan: %(why)s.", why=drawn(event.reason)))
    if event.warnings:
        said.append(gettext("Dikirim dengan %(count)d catatan bagi pemeriksa.", count=event.warnings))
    who = event.who
    if event.on_behalf_of:
        who = gettext("%(who)s atas nama %(whom)s", who=who, whom=event.on_behalf_of)
    return Told(event.at, title, " ".join(said), who, "success" if event.stages and not tone else tone)


def install(app: App) -> None:
    """Templates can say `{{ name | drawn }}` and the other words of this module."""
    filters: dict[str, Any] = {
        "drawn": drawn, "evidence_name": evidence_name, "obstacle_name": obstacle_name, "post_name": post_name,
        "division_name": division_name,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals["to_do"] = to_do
