"""What may stand in a column of an export, and the columns that stand there when nobody chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One column: its usual heading, its width in letters, and whether its values are text, numbers or days.

    `private` is for operator and commissioner alone.
    """

    heading: str
    width: int
    type: str = "text"
    private: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table: which field, and what is written above it."""

    field: str
    heading: str


NOMINATIVE: Mapping[str, Field] = {
    "number": Field("No", 6, "number"), "name": Field("Nama", 30), "nik": Field("NIK", 20),
    "gender": Field("L/P", 6), "born_on": Field("Tanggal Lahir", 14, "day", private=True),
    "education": Field("Pendidikan", 12), "address": Field("Alamat", 34, private=True),
    "domicile_code": Field("Kode Domisili", 16, private=True), "phone": Field("No WA", 16, private=True),
    "kind": Field("Jenis Badan", 12), "body": Field("Badan", 34), "code": Field("Kode Wilayah", 16),
    "district": Field("Kecamatan", 18), "village": Field("Desa/Kelurahan", 20), "unit": Field("TPS", 6),
    "post": Field("Jabatan", 12), "division": Field("Divisi", 34), "rank": Field("Peringkat", 10, "number"),
    "from_on": Field("Mulai Bertugas", 14, "day"), "sworn_on": Field("Tanggal Sumpah", 14, "day"),
    "trained_on": Field("Tanggal Bimtek", 14, "day"), "letter": Field("Nomor SK", 26),
}

STAGES = ("recruited", "inaugurated", "sowan_done", "secretariat_formed", "bimtek_complete", "monitored")

RECAP: Mapping[str, Field] = {
    "number": Field("No", 6, "number"), "code": Field("Kode Wilayah", 14), "district": Field("Kecamatan", 22),
    "bodies": Field("Jumlah Badan", 13, "number"), "ppk": Field("PPK", 8, "number"), "pps": Field("PPS", 8, "number"),
    "kpps": Field("KPPS", 8, "number"), "pantarlih": Field("Pantarlih", 10, "number"),
    "seats": Field("Kebutuhan Anggota", 18, "number"), "members": Field("Anggota", 10, "number"),
    "missing": Field("Kekurangan", 12, "number"), "men": Field("Laki-laki", 10, "number"),
    "women": Field("Perempuan", 10, "number"), "reserves": Field("Cadangan", 10, "number"),
    "secretariat": Field("Sekretariat", 12, "number"), "sworn": Field("Sudah Disumpah", 15, "number"),
    "trained": Field("Sudah Bimtek", 13, "number"), "not_begun": Field("Belum Dimulai", 14, "number"),
    "recruited": Field("Direkrut", 10, "number"), "inaugurated": Field("Dilantik", 10, "number"),
    "sowan_done": Field("Sowan Selesai", 14, "number"),
    "secretariat_formed": Field("Sekretariat Terbentuk", 20, "number"),
    "bimtek_complete": Field("Bimtek Selesai", 14, "number"), "monitored": Field("Dimonitor", 11, "number"),
    "late": Field("Terlambat", 10, "number"), "held": Field("Ada Kendala", 12, "number"),
}

FIELDS: Mapping[str, Mapping[str, Field]] = {"nominative": NOMINATIVE, "recap": RECAP}

_USUAL: Mapping[str, Sequence[str]] = {
    "nominative": ("number", "name", "nik", "gender", "born_on", "education", "phone", "kind", "district", "village",
                   "post", "sworn_on", "trained_on"),
    "recap": ("number", "district", "ppk", "pps", "seats", "members", "missing", "women", "inaugurated", "sowan_done",
              "secretariat_formed", "bimtek_complete", "monitored", "late"),
}


def usual(kind: str) -> list[Column]:
    """The columns of this kind of table while no template says otherwise. KeyError for an unknown kind."""
    return [Column(field, FIELDS[kind][field].heading) for field in _USUAL[kind]]
