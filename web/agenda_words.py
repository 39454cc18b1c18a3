"""The settings of an agenda in words: what each is called, and what a change of it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from web import board_words
from web.stakeholder_words import office_name
from web.words import short_date
from workflows.settings import NUMBER_PATTERN

TOLD_NAMES = {
    "body": _l("Badan itu sendiri"), "ppk": _l("PPK-nya (bila PPK yang terlambat: komisioner)"),
    "korwil": _l("Koordinator wilayah"), "sdm": _l("Divisi SDM"), "teknis": _l("Divisi Teknis"),
    "data": _l("Divisi Data"), "hukum": _l("Divisi Hukum"), "ketua": _l("Ketua"),
    "ketua_hukum": _l("Ketua dan Divisi Hukum"), "province": _l("KPU provinsi"),
}
PERIODS = (
    ("inauguration", _l("Pelantikan: tenggang sesudah hari rencana")), ("sowan", _l("Sowan sesudah sumpah")),
    ("secretariat", _l("Sekretariat sesudah sumpah (aturan: 7)")), ("monitoring", _l("Monitoring setiap")),
    ("monitoring_grace", _l("Tenggang monitoring berikutnya")), ("approval", _l("Pemeriksaan oleh komisioner")),
    ("suggestion", _l("Jawaban atas saran perbaikan Bawaslu")), ("report", _l("Laporan bulanan sesudah akhir bulan")),
    ("issue", _l("Masalah: sampai ditangani")), ("handling", _l("Masalah: sampai selesai")),
    ("legal", _l("Masalah hukum: sampai selesai")), ("neutrality", _l("Laporan netralitas: sampai ditangani")),
    ("replacement_oath", _l("Penggantian: sumpah/janji sesudah disetujui")),
    ("replacement_training", _l("Penggantian: bimtek sesudah disetujui")),
)
LABEL_NAMES = {
    "ppk": _l("PPK"), "pps": _l("PPS"), "kpps": _l("KPPS"), "pantarlih": _l("Pantarlih"),
    "kecamatan": _l("Singkatan kecamatan"), "camat": _l("camat"), "kapolsek": _l("kapolsek"),
    "danramil": _l("danramil"), "kades": _l("kepala desa"), "lurah": _l("lurah"),
}
DAY_NAMES = {"calendar": _l("Hari kalender"), "working": _l("Hari kerja")}
HOUR_NAMES = {"opens": _l("Jam kerja mulai"), "closes": _l("Jam kerja selesai")}
STATUS_NAMES = {
    "made": _l("Diubah"), "consented": _l("Disetujui"), "declined": _l("Ditolak"), "withdrawn": _l("Ditarik"),
}


@dataclass(frozen=True)
class Line:
    """One thing that changes: what it is called, what it says and what it would say; "–" for nothing."""

    label: str
    before: str
    after: str


def lines(differences: list[Any]) -> list[Line]:
    """The rows of the register in words."""
    return [_line(tuple(one["path"]), one["before"], one["after"]) for one in differences]


def days(count: Any) -> str:
    """"10 hari"; no days at all is the day itself."""
    return ngettext("%(num)d hari", "%(num)d hari", int(count)) if count else gettext("hari itu juga")


def number_pattern(pattern: str) -> str:
    """The shape of a letter's number, for readers of letters and not of regular expressions."""
    if pattern == NUMBER_PATTERN:
        return gettext("Bawaan, misalnya %(example)s", example="12/PP.04.1-BA/3323/2024")
    return gettext("Pola kantor sendiri")


def _line(path: tuple[str, ...], before: Any, after: Any) -> Line:
    name, value = _named(path)
    return Line(name, *("–" if one is None else value(one) for one in (before, after)))


def _named(path: tuple[str, ...]) -> tuple[str, Any]:
    """What this leaf is called, and what puts its value into words."""
    top, last = path[0], path[-1]
    if top in ("inauguration_on", "term_ends"):
        words = gettext("Rencana pelantikan") if top == "inauguration_on" else gettext("Akhir masa kerja")
        return f"{words} {board_words.kind_name(last)}", _day
    if top == "periods":
        if path[1] == "bimtek":
            return gettext("Bimtek %(kind)s sesudah sumpah", kind=board_words.kind_name(last)), days
        return str(dict(PERIODS)[last]), days
    if top == "days":
        return f"{gettext('Hari libur kantor')} {_day(last)}", str
    if top == "working_hours":
        return str(HOUR_NAMES[last]), str
    if top == "contact_within":
        return f"{gettext('Lama tidak dihubungi')}: {office_name(last)}", days
    if top == "labels":
        return f"{gettext('Sebutan setempat')}: {LABEL_NAMES[last]}", str
    if top == "divisions":
        return gettext("Divisi %(kind)s", kind=board_words.kind_name(path[1])), str
    return _WHOLE[top][0], _WHOLE[top][1]


def _day(text: str) -> str:
    return short_date(date.fromisoformat(text))


def _day_type(code: str) -> str:
    return str(DAY_NAMES[code])


def _levels(levels: list[Mapping[str, Any]]) -> str:
    return "; ".join(f"+{level['after_days']} {TOLD_NAMES[level['told']]}" for level in levels)


_WHOLE: Mapping[str, tuple[Any, Any]] = {
    "day_type": (_l("Tenggat dihitung dalam"), _day_type), "levels": (_l("Tingkat eskalasi"), _levels),
    "levels_day_type": (_l("Hari eskalasi dihitung dalam"), _day_type),
    "number_pattern": (_l("Pola nomor surat"), number_pattern),
    "undo_minutes": (_l("Menit untuk membatalkan keputusan"), str),
    "bulk_sample": (_l("Contoh yang dibuka sebelum persetujuan massal"), str),
}
