"""What a template may say in braces: each placeholder with its meaning, for people who write templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workflows.papers.kinds import Kind


class Item(NamedTuple):
    """A column of a list."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Placeholder:
    """`columns` are those of a list, () for a single value; `asked`: it is filled in by who issues the letter."""

    name: str
    meaning: str
    columns: tuple[Item, ...] = ()
    asked: bool = False


_NO = Item("no", "nomor urut")
_NAME, _OFFICE, _NIP = Item("nama", "nama lengkap"), Item("jabatan", "jabatan"), Item("nip", "NIP")
_PEOPLE = (_NO, _NAME, _OFFICE)
_TYPED = {one.name: one for one in (_NAME, _OFFICE, _NIP)}

COMMON: tuple[Placeholder, ...] = (
    Placeholder("nomor_surat", "Nomor surat ini, dari seri penomoran"),
    Placeholder("tanggal", "Tanggal surat: 16 Mei 2024"),
    Placeholder("hari", "Hari tanggal surat: Kamis"),
    Placeholder("tanggal_terbilang", "Kamis, tanggal enam belas bulan Mei tahun dua ribu dua puluh empat"),
    Placeholder("tahun", "Tahun surat: 2024"),
    Placeholder("kantor", "Nama kantor KPU"),
    Placeholder("kantor_kapital", "Nama kantor KPU, huruf besar"),
    Placeholder("kota", "Kota tempat surat ditandatangani"),
    Placeholder("ketua_kpu", "Nama Ketua KPU"),
    Placeholder("sekretaris_kpu", "Nama Sekretaris KPU"),
    Placeholder("nip_sekretaris_kpu", "NIP Sekretaris KPU"),
    Placeholder("kepala_daerah", "Jabatan kepala daerah: Bupati Temanggung"),
    Placeholder("kabupaten", "Nama kabupaten/kota: Kabupaten Temanggung"),
    Placeholder("pemilihan", "Nama agenda"),
    Placeholder("hari_pemungutan", "Tanggal pemungutan suara"),
)
OF_BODY: tuple[Placeholder, ...] = (
    Placeholder("badan", "Nama badan: PPS Pendowo, Kec. Kranggan"),
    Placeholder("jenis_badan", "PPK, PPS, KPPS atau Pantarlih"),
    Placeholder("jenis_badan_panjang", "Panitia Pemungutan Suara"),
    Placeholder("nama_panjang", "Nama lengkap: Panitia Pemungutan Suara Desa Pendowo Kecamatan Kranggan"),
    Placeholder("wilayah", "Nama desa/kelurahan atau kecamatan badan"),
    Placeholder("kecamatan", "Nama kecamatan badan"),
    Placeholder("kode_wilayah", "Kode wilayah badan: 33.23.13.2007"),
    Placeholder("kepala_wilayah", "Kepala Desa, Lurah atau Camat di wilayah badan"),
    Placeholder("ppk_induk", "PPK di atas badan ini"),
    Placeholder("ketua_ppk_induk", "Nama ketua PPK di atas badan ini"),
    Placeholder("ketua", "Nama ketua badan"),
    Placeholder("jumlah_anggota", "Jumlah anggota: 3"),
    Placeholder("jumlah_anggota_terbilang", "Jumlah anggota dengan huruf: tiga"),
    Placeholder("tanggal_sumpah", "Tanggal sumpah/janji"),
    Placeholder("anggota", "Daftar anggota yang bertugas", (
        *_PEOPLE, Item("jenis_kelamin", "Laki-laki/Perempuan"), Item("divisi", "divisi yang dipegang"),
        Item("disumpah", "tanggal sumpah/janji"))),
    Placeholder("hadir", "Anggota, lalu sekretaris dan staf, dalam satu daftar", _PEOPLE),
    Placeholder("sekretariat", "Daftar sekretaris dan staf", (
        *_PEOPLE, _NIP, Item("tugas", "tugas staf"))),
)
OF_KIND: Mapping[str, tuple[Placeholder, ...]] = {
    "monitoring_report": (
        Placeholder("tanggal_monitoring", "Tanggal monitoring terakhir"),
        Placeholder("cara_monitoring", "Cara monitoring"),
        Placeholder("uraian", "Uraian singkat dari bukti"),
        Placeholder("tindak_lanjut", "Tindak lanjut dari bukti"),
        Placeholder("butir", "Daftar butir yang diperiksa", (
            _NO, Item("butir", "yang diperiksa"), Item("hasil", "hasilnya"))),
        Placeholder("temuan", "Daftar temuan", (
            _NO, Item("uraian", "uraian temuan"), Item("tingkat", "tingkat"),
            Item("penanggung_jawab", "penanggung jawab"), Item("tenggat", "tenggat"))),
    ),
    "district_recap": (
        Placeholder("jumlah_badan", "Jumlah badan di kecamatan"),
        Placeholder("badan_kecamatan", "Daftar badan di kecamatan", (
            _NO, Item("badan", "nama badan"), Item("tahap", "tahap sekarang"), Item("anggota", "jumlah anggota"),
            Item("perempuan", "jumlah perempuan"), Item("disumpah", "tanggal sumpah/janji"))),
    ),
    "regency_recap": (
        Placeholder("jumlah_badan", "Jumlah badan seluruhnya"),
        Placeholder("jumlah_anggota", "Jumlah anggota seluruhnya"),
        Placeholder("jumlah_perempuan", "Jumlah anggota perempuan seluruhnya"),
        Placeholder("kecamatan_semua", "Daftar kecamatan", (
            _NO, Item("kecamatan", "nama kecamatan"), Item("ppk", "jumlah PPK"), Item("pps", "jumlah PPS"),
            Item("anggota", "jumlah anggota"), Item("perempuan", "jumlah perempuan"),
            Item("disumpah", "badan yang sudah disumpah"), Item("sekretariat", "orang di sekretariat"))),
    ),
}


def of(kind: Kind) -> tuple[Placeholder, ...]:
    """Every placeholder that templates of this kind may use."""
    asked = tuple(
        Placeholder(
            ask.name, ask.label, (_NO, *(_TYPED[name] for name in ask.columns)) if ask.columns else (), asked=True
        )
        for ask in kind.asks
    )
    return (*COMMON, *(OF_BODY if kind.bodies else ()), *asked, *OF_KIND.get(kind.code, ()))


def names(kind: Kind) -> dict[str, Sequence[str]]:
    """The same as {name: columns}, for `template.faults`."""
    return {one.name: tuple(name for name, _ in one.columns) for one in of(kind)}
