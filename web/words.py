"""Dates, times and spans as people read them, in the language of the page.

Days are counted in the zone of the region. A deadline is the local midnight that ends its last day, so the day shown
for it is the day before that midnight.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta
from flask import Flask, g, has_request_context
from flask_babel import get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l

from web import transaction

DEFAULT_ZONE = "Asia/Jakarta"
SHORT = "d MMM y"
ZONE_NAMES = {
    "Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT",
}


def zone() -> ZoneInfo:
    """The zone this page speaks in: `g.zone` where a view has set it (the agenda's), else WIB."""
    name = g.get("zone", DEFAULT_ZONE) if has_request_context() else DEFAULT_ZONE
    return ZoneInfo(name)


def today() -> date:
    """The day it is in the page's zone at the moment of this request."""
    return transaction.now().astimezone(zone()).date()


def _language() -> str:
    return str(get_locale() or "id")


def long_date(day: date | None) -> str:
    """"Kamis, 16 Mei 2024", "Thursday, 16 May 2024"; a moment is shown as its day in the page's zone; None is "–"."""
    return _shape(day, "EEEE, d MMMM y")


def short_date(day: date | None) -> str:
    """"16 Mei 2024", "16 May 2024"."""
    return _shape(day, SHORT)


def month_name(day: date | None) -> str:
    """"Mei 2024", "May 2024": the month a day lies in."""
    return _shape(day, "MMMM y")


def _shape(day: date | None, pattern: str) -> str:
    if day is None:
        return "–"
    if isinstance(day, datetime):
        day = day.astimezone(zone()).date()
    return formatted(day, pattern, _language())


@lru_cache(maxsize=4096)
def formatted(day: date, pattern: str, language: str) -> str:
    """The day by a pattern; kept, for the same few days stand in every row of a list, and Babel takes its time."""
    return format_date(day, pattern, locale=language)


def clock(moment: datetime | None) -> str:
    """"16 Mei 2024 pukul 14.05 WIB", "16 May 2024, 14:05 WIB"."""
    if moment is None:
        return "–"
    local = moment.astimezone(zone())
    name = ZONE_NAMES.get(zone().key, local.strftime("%Z"))
    if _language().startswith("id"):
        return f"{short_date(moment)} pukul {local:%H.%M} {name}"
    return f"{short_date(moment)}, {local:%H:%M} {name}"


def camera_clock(taken: datetime) -> str:
    """"16 Mei 2024 pukul 14.05", "16 May 2024, 14:05": a camera writes the time of its place, without the zone."""
    day = formatted(taken.date(), SHORT, _language())
    return f"{day} pukul {taken:%H.%M}" if _language().startswith("id") else f"{day}, {taken:%H:%M}"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """"3 hari yang lalu", "3 days ago"; "baru saja" under a minute; "–" for None."""
    if moment is None:
        return "–"
    span = moment - (now or transaction.now())
    if abs(span) < timedelta(minutes=1):
        return gettext("baru saja")
    return format_timedelta(span, add_direction=True, locale=_language())


def due_day(deadline: date) -> date:
    """The last day of a deadline: of a local midnight the day it ends, of a plain date that date."""
    if isinstance(deadline, datetime):
        return (deadline.astimezone(zone()) - timedelta(microseconds=1)).date()
    return deadline


def days_late(deadline: date, on: date | None = None) -> int:
    """Whole days since the last day of the deadline: 0 on that day, negative before."""
    return ((on or today()) - due_day(deadline)).days


def lateness(deadline: date, on: date | None = None) -> str:
    """"terlambat 3 hari", "hari ini", "besok", "3 hari lagi", or the same in English."""
    late = days_late(deadline, on)
    if late > 0:
        return ngettext("terlambat %(num)d hari", "terlambat %(num)d hari", late)
    if late == 0:
        return gettext("hari ini")
    if late == -1:
        return gettext("besok")
    return ngettext("%(num)d hari lagi", "%(num)d hari lagi", -late)


ROLE_NAMES = {
    "ppk_member": _l("Anggota PPK"),
    "pps_member": _l("Anggota PPS"),
    "kpps_member": _l("Anggota KPPS"),
    "pantarlih_member": _l("Pantarlih"),
    "operator": _l("Operator KPU"),
    "commissioner": _l("Anggota KPU (komisioner)"),
    "supervisor": _l("Divisi Hukum dan Pengawasan"),
    "province": _l("KPU provinsi"),
    "observer": _l("Pengamat Bawaslu"),
    "auditor": _l("Auditor"),
    "admin": _l("Admin sistem"),
}


def role_name(role: str) -> str:
    """What people call a role: "Anggota PPK"; an unknown one is shown as it is."""
    return str(ROLE_NAMES.get(role, role))


def file_size(size: int) -> str:
    """"340 kB", "4,2 MB", "4.2 MB"."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    number = f"{size / 1_000_000:.1f}"
    return f"{number.replace('.', ',') if _language().startswith('id') else number} MB"


def install(app: Flask) -> None:
    """Templates can say `{{ day | long_date }}` and the other words of this module."""
    for word in (
        long_date, short_date, month_name, clock, camera_clock, ago, due_day, days_late, lateness, file_size, role_name,
    ):
        app.jinja_env.filters[word.__name__] = word
    app.jinja_env.globals["today"] = today
