"""What the pages call kinds of offices, ways to meet, and what became of a promise."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

KINDS = {
    "camat": _l("Camat"), "kapolsek": _l("Kapolsek"), "danramil": _l("Danramil"), "puskesmas": _l("Puskesmas"),
    "kua": _l("KUA"), "panwascam": _l("Panwaslu kecamatan"), "kades": _l("Kepala desa"), "lurah": _l("Lurah"),
    "village_head": _l("Kepala desa atau lurah"), "bpd": _l("BPD atau LPMK"), "babinsa": _l("Babinsa"),
    "bhabinkamtibmas": _l("Bhabinkamtibmas"), "pkd": _l("Pengawas kelurahan/desa (PKD)"),
    "midwife": _l("Bidan atau puskesmas pembantu"), "rt_rw": _l("RT atau RW"), "regent": _l("Bupati atau wali kota"),
    "secretary": _l("Sekretaris daerah"), "bakesbangpol": _l("Bakesbangpol"), "kominfo": _l("Dinas Kominfo"),
    "dukcapil": _l("Disdukcapil"), "polres": _l("Polres"), "kodim": _l("Kodim"),
    "prosecutor": _l("Kejaksaan negeri"), "bawaslu": _l("Bawaslu kabupaten/kota"), "lapas": _l("Lapas atau rutan"),
    "party": _l("Partai politik"), "organisation": _l("Organisasi masyarakat"),
    "religious": _l("Organisasi keagamaan"), "civil_society": _l("Masyarakat sipil"),
    "public_figure": _l("Tokoh masyarakat"), "education": _l("Sekolah atau kampus"), "media": _l("Media"),
    "other": _l("Lainnya"),
}
MANNERS = {
    "in_person": _l("Tatap muka"), "represented": _l("Diwakili"), "online": _l("Daring"), "phone": _l("Telepon"),
    "letter": _l("Surat"),
}
STATES = {
    "requested": _l("Diminta"), "promised": _l("Dijanjikan"), "received": _l("Diterima"),
    "broken": _l("Tidak ditepati"),
}
TONES = {
    "requested": ("send", "info"), "promised": ("clock", "info"), "received": ("check", "success"),
    "broken": ("cross", "danger"),
}
"""Of each state its symbol and tone."""


def office_name(kind: Any) -> str:
    """"Camat"; a kind nobody knows as it is."""
    return str(KINDS.get(str(kind), kind))


def manner_name(manner: str) -> str:
    return str(MANNERS.get(manner, manner))
