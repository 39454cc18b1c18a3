"""What the pages call kinds, marks and verdicts, and the sentences of verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from web.fields import recalled
from web.words import role_name

KINDS = {
    "inauguration": _l("Pelantikan"), "bimtek": _l("Bimtek"), "rakor": _l("Rakor"), "konsolidasi": _l("Konsolidasi"),
}
MARKS = {
    "present": _l("Hadir"), "late": _l("Susulan"), "absent": _l("Tidak hadir"), "cancelled": _l("Batal"),
}
VERDICTS: Mapping[str, tuple[Any, str, str]] = {
    "ready": (_l("Akan diserahkan"), "send", "info"),
    "later": (_l("Akan disiapkan untuk gilirannya"), "clock", "info"),
    "handed_in": (_l("Diserahkan"), "check", "success"),
    "prepared": (_l("Disiapkan, terkirim sendiri pada gilirannya"), "clock", "success"),
    "prepared_before": (_l("Sudah disiapkan, tidak diubah"), "clock", "grey"),
    "waiting": (_l("Sudah diserahkan, menunggu pemeriksaan"), "clock", "grey"),
    "approved": (_l("Sudah disetujui, tidak diubah"), "check", "grey"),
    "lacking": (_l("Belum lengkap"), "warning", "warning"),
    "drafted": (_l("Menjadi draf, belum lengkap"), "pen", "warning"),
    "refused": (_l("Ditolak aturan"), "stop", "danger"),
    "not_yours": (_l("Bukan Anda yang menyerahkan"), "person", "grey"),
    "gone": (_l("Tidak dapat diserahkan"), "cross", "grey"),
}
"""Each verdict: what it is called, its symbol, its tone; in the order in which they are listed."""
SENTENCES = {
    "not_begun": _l("Alur badan ini belum dimulai. Mulai alurnya dari halaman badan."),
    "ended": _l("Alur badan ini sudah berakhir."),
    "past": _l("Tahap untuk bukti ini sudah lewat."),
    "removed": _l("Badan ini dikeluarkan dari kegiatan sebelum gilirannya."),
    "by_others": _l("Bukti dini untuk badan ini sudah disiapkan orang lain dan dibiarkan."),
    "whose": _l("Yang menyerahkan: %(role)s. Mereka dapat menyerahkannya dari halaman kegiatan ini."),
    "four_eyes": _l("Anda sudah bertindak pada tahap ini. Minta rekan lain menyerahkannya."),
    "claimed": _l("Tugasnya sedang dikerjakan orang lain. Minta yang bersangkutan melepasnya."),
    "waits": _l("Masih menunggu susulan: %(names)s. Catat kegiatan susulannya."),
    "follower_ready": _l("Anggota pengganti %(name)s: langkah penggantiannya akan dicatat."),
    "follower_done": _l("Anggota pengganti %(name)s: langkah penggantiannya dicatat, menunggu keputusan anggota KPU."),
    "follower_waits": _l("Anggota pengganti %(name)s: langkah penggantiannya dicatat oleh operator KPU."),
    "draft_replaced": _l("Draf yang sudah ada untuk badan ini akan digantikan."),
    "draft_left": _l("Draf yang sudah diisi orang lain dibiarkan. Lengkapi dari halaman badan."),
}


def sentence(said: Mapping[str, Any]) -> str:
    """One sentence of a verdict in the reader's language."""
    values = dict(said.get("values") or {})
    if (known := SENTENCES.get(str(said.get("code") or ""))) is not None:
        if "role" in values:
            values["role"] = role_name(values["role"])
        return str(known) % values if values else str(known)
    text = said.get("text") or ""
    told = recalled({"message": text, "template": text, "values": values} if values else text)
    return f"{recalled(said['name'])}: {told}" if said.get("name") else told


def sentences(said: Iterable[Mapping[str, Any]]) -> list[str]:
    """The sentences of a verdict, each once."""
    return list(dict.fromkeys(filter(None, map(sentence, said))))


def verdict(code: str | None) -> tuple[str, str, str]:
    """(what it is called, symbol, tone); None waits for its turn."""
    name, symbol, tone = VERDICTS.get(code or "", (_l("Menunggu giliran"), "clock", "grey"))
    return str(name), symbol, tone
