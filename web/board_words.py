"""The board in words: why a body is blocked, who must act, what frees it; the same on page, in CSV and WhatsApp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import gettext as looked_up
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from web import i18n, trail, transaction, words
from web.stakeholder_words import office_name
from workflows.blocked import Blocked
from workflows.causes import OUTSIDE, OWNERS, REASONS
from workflows.freeing import Awaited, Cause

REASON_NAMES = {
    "obstacle": _l("Kendala dilaporkan"),
    "overdue": _l("Lewat tenggat"),
    "returned": _l("Dikembalikan, belum diperbaiki"),
    "approval": _l("Lama menunggu pemeriksaan"),
    "parent": _l("Menunggu badan di atasnya"),
    "members": _l("Anggota kurang"),
    "incident": _l("Langkah sistem gagal"),
    "replacement": _l("Anggota pengganti belum lengkap"),
}
REASON_ICONS = {
    "obstacle": "stop", "overdue": "clock", "returned": "back", "approval": "send", "parent": "up",
    "members": "people", "incident": "warning", "replacement": "people",
}
KIND_NAMES = {"ppk": "PPK", "pps": "PPS", "kpps": "KPPS", "pantarlih": "Pantarlih"}


@lru_cache(maxsize=4096)
def _kept(_language: str, word: Callable[[Any], str], code: Any) -> str:
    """Looked up once in a process: a row says a dozen words."""
    return word(code)


@dataclass(frozen=True, slots=True)
class Told:
    """One cause of a card in words; `icon` is a symbol of img/icons.svg."""

    icon: str
    reason: str
    why: str
    who: str
    frees: str


@dataclass(frozen=True, slots=True)
class Card:
    """One blocked body in words: `long` is how long, `day` since when, `since` the same for programs."""

    body_id: int
    name: str
    stage: str
    long: str
    day: str
    since: str
    causes: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What the board says in this language at this moment in this zone: asked once a page, not once a word."""

    language: str
    now: datetime
    zone: ZoneInfo

    def gettext(self, message: str, **values: Any) -> str:
        """As flask_babel's."""
        text = _kept(self.language, looked_up, message)
        return text % values if values else text

    def drawn(self, name: str) -> str:
        """The name of a drawn element."""
        return _kept(self.language, trail.drawn, name)

    def reason(self, reason: str) -> str:
        """What people call a reason: "Lewat tenggat"."""
        return _kept(self.language, _reason, reason)

    def owner(self, owner: str) -> str:
        """What people call who must act: a role, or somebody outside."""
        return self.gettext("Pihak luar") if owner == OUTSIDE else _kept(self.language, words.role_name, owner)

    def days(self, moment: datetime) -> int:
        """Whole days since then, at least 0."""
        return max(0, (self.now - moment).days)

    def long(self, moment: datetime) -> str:
        """"3 hari", "3 days"; "kurang dari sehari"."""
        days = self.days(moment)
        return _kept(self.language, _days, days) if days else self.gettext("kurang dari sehari")

    def day(self, moment: datetime | None) -> str:
        """"16 Mei 2024", "16 May 2024"; "–" for None."""
        return self._short(moment.astimezone(self.zone).date()) if moment else "–"

    def local(self, moment: datetime) -> date:
        """The local day of a moment."""
        return moment.astimezone(self.zone).date()

    def last_day(self, deadline: datetime) -> date:
        """The last local day of a deadline."""
        return self.local(deadline - timedelta(microseconds=1))

    def due(self, deadline: datetime) -> str:
        """The last day of a deadline, which is the local midnight that ends it."""
        return self._short((deadline.astimezone(self.zone) - timedelta(microseconds=1)).date())

    def _short(self, day: date) -> str:
        return words.formatted(day, words.SHORT, self.language)

    def card(self, row: Blocked, *, notes: bool) -> Card:
        """The row in words; `notes` False leaves out what people wrote themselves."""
        return Card(
            row.body_id, row.name, self.drawn(row.stage_name), self.long(row.since), self.day(row.since),
            row.since.isoformat(), tuple(
                Told(REASON_ICONS.get(cause.reason, "info"), self.reason(cause.reason), self.why(cause, notes=notes),
                     self.who(cause), self.frees(cause))
                for cause in row.causes
            ),
        )

    def why(self, cause: Cause, *, notes: bool = True) -> str:
        """The reason in one sentence; `notes` False leaves out what people wrote themselves."""
        task, gettext = self.drawn(cause.task), self.gettext
        if cause.reason == "obstacle":
            told = _kept(self.language, trail.obstacle_name, cause.code)
            return f"{told}: {cause.note}" if notes and cause.note else told
        if cause.reason == "members":
            return gettext(
                "Baru %(serving)d dari %(wanted)d anggota bertugas", serving=cause.serving, wanted=cause.wanted
            )
        if cause.reason == "incident":
            return gettext("Langkah “%(task)s” gagal dikerjakan sistem", task=task or gettext("otomatis"))
        if cause.reason == "replacement":
            return self._follower(cause, notes=notes)
        if cause.reason == "returned":
            return gettext("%(task)s: bukti dikembalikan %(day)s", task=task, day=self.day(cause.opened_at))
        if cause.reason == "approval":
            return gettext("%(task)s: belum diputuskan", task=task)
        told = task if cause.due_at is None else gettext(
            "%(task)s: batasnya %(day)s", task=task, day=self.due(cause.due_at)
        )
        return "; ".join((told, *(self._awaited(one, notes=notes) for one in cause.promises)))

    def _follower(self, cause: Cause, *, notes: bool) -> str:
        """Which step of a new member is late: "Sumpah/janji anggota pengganti (Siti): batasnya 3 Jun 2024"."""
        gettext, ends = self.gettext, cause.due_at or cause.since
        who = f"{gettext('anggota pengganti')} ({cause.note})" if notes else gettext("anggota pengganti")
        what = gettext("Sumpah/janji") if cause.code == "oath" else gettext("Bimtek")
        return gettext("%(what)s %(who)s: batasnya %(day)s", what=what, who=who, day=self.due(ends))

    def _awaited(self, one: Awaited, *, notes: bool) -> str:
        """A promise the body waits for: "menunggu janji Camat (ruang sekretariat) sampai 3 Jun 2024"."""
        who = _kept(self.language, office_name, one.kind)
        what = " ".join(one.what.split())
        said = f"{who} ({what[:60]}{'…' if len(what) > 60 else ''})" if notes else who
        if one.due < self.now.astimezone(self.zone).date():
            return self.gettext("janji %(who)s sampai %(day)s sudah lewat", who=said, day=self._short(one.due))
        return self.gettext("menunggu janji %(who)s sampai %(day)s", who=said, day=self._short(one.due))

    def who(self, cause: Cause) -> str:
        """Who must act: the body, the office outside, or else the role."""
        return cause.who or self.owner(cause.owner)

    def frees(self, cause: Cause) -> str:
        """What would let the body move."""
        gettext = self.gettext
        if cause.reason == "obstacle":
            if cause.promised_at is None:
                return gettext("tindakan %(who)s; belum ada janji tanggal", who=cause.who)
            return gettext("janji %(who)s: %(day)s", who=cause.who, day=self.due(cause.promised_at))
        if cause.reason == "members":
            return gettext("penetapan pengganti sampai %(wanted)d anggota", wanted=cause.wanted)
        if cause.reason == "incident":
            return gettext("diulangi dari halaman Kesehatan sistem")
        if cause.reason == "replacement":
            if cause.owner == "commissioner":
                return gettext("setujui atau kembalikan catatannya di halaman Penggantian")
            return gettext("catat di halaman Penggantian, atau adakan kegiatan susulan")
        if cause.reason == "approval":
            return gettext("setujui atau kembalikan buktinya")
        if cause.missing:
            return gettext("lengkapi %(missing)s", missing=", ".join(map(self.drawn, cause.missing)))
        if cause.reason == "returned":
            return gettext("perbaiki bukti, lalu kirim ulang")
        if cause.reason == "parent" and cause.owner == "ppk_member":
            return gettext("%(who)s menyelesaikan bagiannya, lalu bukti dikirim", who=self.who(cause))
        if not cause.toward:
            return gettext("kirim bukti")
        return gettext("kirim bukti menuju tahap %(stage)s", stage=self.drawn(cause.toward))


def of_page() -> Words:
    """The words of this request: its language, its moment, the zone the page speaks in."""
    return Words(i18n.spoken(), transaction.now(), words.zone())


def _reason(reason: str) -> str:
    return str(REASON_NAMES.get(reason, reason))


def _days(days: int) -> str:
    return ngettext("%(num)d hari", "%(num)d hari", days)


def drawn(name: str) -> str:
    """The name of a drawn element in the language of the page."""
    return _kept(i18n.spoken(), trail.drawn, name)


def kind_name(kind: str) -> str:
    """"PPS"."""
    return KIND_NAMES.get(kind, kind)


def reason_icon(reason: str) -> str:
    """The symbol of a reason in img/icons.svg."""
    return REASON_ICONS.get(reason, "info")


def reasons(said: Words) -> list[tuple[str, str]]:
    """(code, name) for a filter."""
    return [(reason, said.reason(reason)) for reason in REASONS]


def owners(said: Words) -> list[tuple[str, str]]:
    """(code, name) for a filter."""
    return [(owner, said.owner(owner)) for owner in OWNERS]


def install(app: Flask) -> None:
    """Templates can say these words as filters."""
    for word in (drawn, kind_name, reason_icon):
        app.jinja_env.filters[word.__name__] = word
