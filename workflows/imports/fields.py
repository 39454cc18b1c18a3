"""What a column may mean: the fields of a member's row, and the words offices write above them."""

from __future__ import annotations

import re
from collections.abc import Mapping

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "nama",
        "nama lengkap",
        "nama anggota",
        "nama calon",
        "nama calon anggota",
        "nama peserta",
        "nama pelamar",
        "nama sesuai ktp",
        "name",
    ),
    "nik": (
        "nik",
        "n i k",
        "no nik",
        "nomor nik",
        "nomor induk kependudukan",
        "no ktp",
        "nomor ktp",
        "nik ktp",
        "no ktp nik",
        "nik e ktp",
        "no induk kependudukan",
    ),
    "code": (
        "kode wilayah",
        "kode",
        "kode wilayah kerja",
        "kode desa",
        "kode kelurahan",
        "kode desa kelurahan",
        "kode kecamatan",
        "kode kemendagri",
        "kode badan",
        "id wilayah",
    ),
    "district": (
        "kecamatan",
        "nama kecamatan",
        "kec",
        "distrik",
        "kapanewon",
        "kemantren",
        "wilayah kerja kecamatan",
        "ppk kecamatan",
    ),
    "village": (
        "desa",
        "kelurahan",
        "desa kelurahan",
        "kelurahan desa",
        "nama desa",
        "nama kelurahan",
        "kel desa",
        "desa kel",
        "nama desa kelurahan",
        "kel",
        "gampong",
        "nagari",
        "kalurahan",
        "kampung",
        "pekon",
    ),
    "kind": (
        "jenis badan",
        "badan",
        "badan adhoc",
        "badan ad hoc",
        "jenis badan adhoc",
        "nama badan",
        "tingkat",
        "tingkatan",
    ),
    "unit": ("tps", "no tps", "nomor tps"),
    "gender": ("l p", "lp", "p l", "jk", "jenis kelamin", "kelamin", "gender", "sex", "j k", "laki laki perempuan"),
    "born_on": (
        "tanggal lahir",
        "tgl lahir",
        "tgl lhr",
        "tempat tanggal lahir",
        "tempat tgl lahir",
        "ttl",
        "lahir",
        "tanggal kelahiran",
    ),
    "education": ("pendidikan", "pendidikan terakhir", "ijazah", "ijazah terakhir", "jenjang pendidikan", "pend"),
    "address": (
        "alamat",
        "alamat lengkap",
        "alamat ktp",
        "alamat domisili",
        "alamat rumah",
        "alamat sesuai ktp",
        "domisili",
    ),
    "domicile_code": ("kode domisili", "kode wilayah domisili", "kode desa domisili"),
    "phone": (
        "no wa",
        "wa",
        "nomor wa",
        "no whatsapp",
        "whatsapp",
        "nomor whatsapp",
        "no hp",
        "hp",
        "nomor hp",
        "no telepon",
        "nomor telepon",
        "telepon",
        "telp",
        "no telp",
        "handphone",
        "no handphone",
        "kontak",
        "no kontak",
        "no hp wa",
        "nomor hp wa",
        "no wa hp",
    ),
    "rank": (
        "peringkat",
        "ranking",
        "rangking",
        "rank",
        "peringkat hasil",
        "urutan peringkat",
        "no urut peringkat",
        "nomor urut peringkat",
    ),
    "chosen": (
        "terpilih",
        "status terpilih",
        "status",
        "hasil",
        "hasil akhir",
        "hasil seleksi",
        "lulus",
        "keterangan terpilih",
        "ditetapkan",
    ),
    "post": ("jabatan", "posisi", "kedudukan", "jabatan dalam badan"),
    "division": ("divisi", "bidang", "divisi bidang", "korwil divisi"),
}
"""A heading, in small letters and without marks, by the field it stands for."""

FIELDS = tuple(SYNONYMS)
REQUIRED = ("name", "nik")
NOTE_HEADING = "Catatan Tapak"
"""The heading of the column that the marked file adds; it is nobody's field when that file comes back."""

_BY_WORDS = {words: field for field, many in SYNONYMS.items() for words in many}
_MARKS = re.compile(r"[^\w]+")
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^]]*\]")


def plain(text: object) -> str:
    """Words as they are compared: small letters, single spaces, no marks. "Desa/Kelurahan *" → "desa kelurahan"."""
    return _MARKS.sub(" ", str(text or "").casefold()).replace("_", " ").strip()


def field_of(heading: object) -> str | None:
    """The field that a heading names; what stands in brackets may be left out. None for one that is not known."""
    return _BY_WORDS.get(plain(heading)) or _BY_WORDS.get(plain(_IN_BRACKETS.sub(" ", str(heading or ""))))
