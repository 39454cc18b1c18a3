"""The board in words: why a body is blocked, who must act, what would free it; the same on page, in CSV and WhatsApp.

A row says a dozen of them, so what was looked up in a catalogue is kept by language.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, g
from flask_babel import get_locale, ngettext
from flask_babel import gettext as looked_up
from flask_babel import lazy_gettext as _l

from web import trail, transaction, words
from web.words import due_day, short_date
from workflows.causes import OUTSIDE, OWNERS, REASONS
from workflows.freeing import Cause

REASON_NAMES = {
    "obstacle": _l("Kendala dilaporkan"),
    "overdue": _l("Lewat tenggat"),
    "returned": _l("Dikembalikan, belum diperbaiki"),
    "approval": _l("Lama menunggu pemeriksaan"),
    "parent": _l("Menunggu badan di atasnya"),
    "members": _l("Anggota kurang"),
    "incident": _l("Langkah sistem gagal"),
}
REASON_ICONS = {
    "obstacle": "stop", "overdue": "clock", "returned": "back", "approval": "send", "parent": "up",
    "members": "people", "incident": "warning",
}
KIND_NAMES = {"ppk": "PPK", "pps": "PPS", "kpps": "KPPS", "pantarlih": "Pantarlih"}


@lru_cache(maxsize=4096)
def _kept(_language: str, word: Callable[[str], str], code: str) -> str:
    return word(code)


def _said(word: Callable[[str], str], code: str) -> str:
    """What `word` makes of this code in the language of the page."""
    if "board_language" not in g:
        locale = get_locale()
        g.board_language = locale.language if locale else "id"
    return _kept(g.board_language, word, code)


def gettext(message: str, **values: Any) -> str:
    """As flask_babel's."""
    text = _said(looked_up, message)
    return text % values if values else text


def drawn(name: str) -> str:
    """The name of a drawn element."""
    return _said(trail.drawn, name)


def obstacle_name(code: str) -> str:
    """What people call an obstacle."""
    return _said(trail.obstacle_name, code)


def role_name(role: str) -> str:
    """What people call a role."""
    return _said(words.role_name, role)


def reason_name(reason: str) -> str:
    """What people call a reason: "Lewat tenggat"."""
    return _said(_reason, reason)


def _reason(reason: str) -> str:
    return str(REASON_NAMES.get(reason, reason))


def reason_icon(reason: str) -> str:
    """The symbol of a reason in img/icons.svg."""
    return REASON_ICONS.get(reason, "info")


def kind_name(kind: str) -> str:
    """"PPS"."""
    return KIND_NAMES.get(kind, kind)


def owner_name(owner: str) -> str:
    """What people call who must act: a role, or somebody outside."""
    return gettext("Pihak luar") if owner == OUTSIDE else role_name(owner)


def days_since(moment: datetime) -> int:
    """Whole days since then, at least 0."""
    return max(0, (transaction.now() - moment).days)


def days_long(moment: datetime) -> str:
    """"3 hari", "3 days"; "kurang dari sehari"."""
    days = days_since(moment)
    return ngettext("%(num)d hari", "%(num)d hari", days) if days else gettext("kurang dari sehari")


def why(cause: Cause, *, notes: bool = True) -> str:
    """The reason in one sentence; `notes` False leaves out what people wrote themselves."""
    task = drawn(cause.task)
    if cause.reason == "obstacle":
        told = obstacle_name(cause.code)
        return f"{told}: {cause.note}" if notes and cause.note else told
    if cause.reason == "members":
        return gettext("Baru %(serving)d dari %(wanted)d anggota bertugas", serving=cause.serving, wanted=cause.wanted)
    if cause.reason == "incident":
        return gettext("Langkah “%(task)s” gagal dikerjakan sistem", task=task or gettext("otomatis"))
    if cause.reason == "returned":
        return gettext("%(task)s: bukti dikembalikan %(day)s", task=task, day=short_date(cause.opened_at))
    if cause.reason == "approval":
        return gettext("%(task)s: belum diputuskan", task=task)
    if cause.due_at is None:
        return task
    return gettext("%(task)s: batasnya %(day)s", task=task, day=short_date(due_day(cause.due_at)))


def who(cause: Cause) -> str:
    """Who must act: the body, the office outside, or else the role."""
    return cause.who or owner_name(cause.owner)


def frees(cause: Cause) -> str:
    """What would let the body move."""
    if cause.reason == "obstacle":
        if cause.promised_at is None:
            return gettext("tindakan %(who)s; belum ada janji tanggal", who=cause.who)
        return gettext("janji %(who)s: %(day)s", who=cause.who, day=short_date(due_day(cause.promised_at)))
    if cause.reason == "members":
        return gettext("penetapan pengganti sampai %(wanted)d anggota", wanted=cause.wanted)
    if cause.reason == "incident":
        return gettext("diulangi dari halaman Kesehatan sistem")
    if cause.reason == "approval":
        return gettext("setujui atau kembalikan buktinya")
    if cause.missing:
        return gettext("lengkapi %(missing)s", missing=", ".join(cause.missing))
    if cause.reason == "returned":
        return gettext("perbaiki bukti, lalu kirim ulang")
    if cause.reason == "parent" and cause.owner == "ppk_member":
        return gettext("%(who)s menyelesaikan bagiannya, lalu bukti dikirim", who=cause.who or role_name(cause.owner))
    if not cause.toward:
        return gettext("kirim bukti")
    return gettext("kirim bukti menuju tahap %(stage)s", stage=drawn(cause.toward))


def reasons() -> list[tuple[str, str]]:
    """(code, name) for a filter."""
    return [(reason, reason_name(reason)) for reason in REASONS]


def owners() -> list[tuple[str, str]]:
    """(code, name) for a filter."""
    return [(owner, owner_name(owner)) for owner in OWNERS]


def install(app: Flask) -> None:
    """Templates can say these words as filters."""
    for word in (drawn, reason_name, reason_icon, kind_name, owner_name, days_since, days_long, why, who, frees):
        app.jinja_env.filters[word.__name__] = word
