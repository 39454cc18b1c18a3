"""The kinds of letters that Tapak makes, and what each asks of who issues it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.phrases import Phrase

DEFAULTS = Path(__file__).parent.parent / "data" / "letters"
ALL = ("ppk", "pps", "kpps", "pantarlih")
OUTGOING = "{nomor:03}/{kode}-{jenis}/{wilayah}/{tahun}"
DECREE = "{nomor} Tahun {tahun}"


@dataclass(frozen=True)
class Ask:
    """Something that only who issues the letter knows. With `columns` a list: one a line, parted by semicolons;
    `blanks` empty rows stand where none was given."""

    name: str
    label: str
    help: str = ""
    columns: tuple[str, ...] = ()
    blanks: int = 0


@dataclass(frozen=True)
class Kind:
    """`letter` is the kind in the register, `short` the sign in its number, `classification` that of the archive.

    `issuer` is who numbers it: "kpu", or the "body" it concerns. `bodies` are the kinds it can concern, () when it is
    about the whole regency. A `draft` says on every page that it binds nobody before it is signed.
    """

    code: str
    letter: str
    label: str
    short: str
    series: str
    classification: str
    issuer: str
    bodies: tuple[str, ...]
    asks: tuple[Ask, ...] = ()
    pattern: str = OUTGOING
    draft: bool = False

    @property
    def default_text(self) -> str:
        """The template that comes with Tapak."""
        return (DEFAULTS / f"{self.code}.txt").read_text(encoding="utf-8")


_CANDIDATES = (
    Ask("calon_sekretaris", "Calon sekretaris", "Satu orang satu baris: nama; NIP; jabatan. Kosong: diisi tangan.",
        ("nama", "nip", "jabatan"), 3),
    Ask("calon_staf", "Calon staf", "Satu orang satu baris: nama; NIP; jabatan. Kosong: diisi tangan.",
        ("nama", "nip", "jabatan"), 4),
)
_PLACE = Ask("tempat", "Tempat")
_OFFICERS = Ask("petugas", "Petugas", "Satu orang satu baris: nama; jabatan.", ("nama", "jabatan"), 2)

_KINDS = (
    Kind("secretariat_proposal_ppk", "secretariat_proposal", Phrase("Surat usulan sekretariat PPK"), "SD",
         "Surat keluar", "PP.04.2", "body", ("ppk",), _CANDIDATES),
    Kind("secretariat_proposal_pps", "secretariat_proposal", Phrase("Surat usulan sekretariat PPS"), "SD",
         "Surat keluar", "PP.04.2", "body", ("pps",), _CANDIDATES),
    Kind("oath_minutes", "oath_minutes", Phrase("Berita acara sumpah/janji"), "BA", "Berita acara", "PP.04.2", "kpu",
         ALL, (Ask("tempat", "Tempat", "Kosong: dari bukti pelantikan."), Ask("pejabat_pelantik",
         "Pejabat yang melantik"), Ask("rohaniwan", "Rohaniwan"), Ask("saksi", "Saksi",
         "Satu orang satu baris: nama; jabatan.", ("nama", "jabatan"), 2))),
    Kind("attendance", "attendance", Phrase("Daftar hadir"), "DH", "Daftar hadir", "PP.04.2", "body", ALL,
         (Ask("acara", "Acara", "Misalnya Bimbingan teknis PPS."), _PLACE, Ask("waktu", "Waktu", "Misalnya 09.00."))),
    Kind("assignment", "assignment", Phrase("Surat tugas monitoring"), "ST", "Surat keluar", "PP.04.2", "kpu", ALL,
         (_OFFICERS, Ask("waktu", "Waktu pelaksanaan", "Misalnya 3 sampai dengan 7 Juni 2024."))),
    Kind("monitoring_report", "monitoring_report", Phrase("Laporan monitoring"), "Lap", "Laporan", "PP.04.2", "kpu",
         ALL, (_OFFICERS, _PLACE)),
    Kind("kpu_decree", "kpu_decree", Phrase("Konsep keputusan sekretariat"), "Kpt", "Keputusan", "PP.04.2", "kpu",
         ("ppk", "pps"), pattern=DECREE, draft=True),
    Kind("replacement_decree", "replacement_decree", Phrase("Konsep keputusan penggantian antarwaktu"), "Kpt",
         "Keputusan", "PP.04.2", "kpu", ALL,
         (Ask("anggota_lama", "Anggota yang diganti", "Kosong: penggantian terakhir yang tercatat."),
          Ask("anggota_baru", "Anggota pengganti"), Ask("alasan", "Alasan", "Misalnya mengundurkan diri.")),
         pattern=DECREE, draft=True),
    Kind("district_recap", "district_recap", Phrase("Rekap badan per kecamatan"), "Rkp",
         "Rekap", "PP.04.2", "kpu", ("ppk",)),
    Kind("regency_recap", "regency_recap", Phrase("Rekap seluruh kecamatan"), "Rkp", "Rekap", "PP.04.2", "kpu", ()),
)
KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _KINDS}

REGISTERED: Mapping[str, str] = {
    **{kind.letter: kind.label for kind in _KINDS},
    "appointment_decree": Phrase("Keputusan pengangkatan anggota"),
    "secretariat_proposal": Phrase("Surat usulan sekretariat"), "plenary_minutes": Phrase("Berita acara pleno"),
    "local_decree": Phrase("Keputusan pemerintah daerah/desa"),
    "kpu_decree": Phrase("Keputusan KPU tentang sekretariat"),
    "replacement_decree": Phrase("Keputusan penggantian antarwaktu"),
}
"""What people call each kind in the register."""


def asked(kind: Kind, typed: Mapping[str, str]) -> dict[str, str | list[dict[str, str]]]:
    """What was typed for this kind, by the names of its placeholders; a list left empty has its blank rows."""
    found: dict[str, str | list[dict[str, str]]] = {}
    for ask in kind.asks:
        text = typed.get(ask.name, "").strip()
        found[ask.name] = _rows(ask, text) if ask.columns else " ".join(text.split())
    return found


def _rows(ask: Ask, text: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    parted = [[part.strip() for part in line.split(";")] for line in lines]
    parted = parted or [["" for _ in ask.columns] for _ in range(ask.blanks)]
    return [
        {"no": str(place), **{column: row[at] if at < len(row) else "" for at, column in enumerate(ask.columns)}}
        for place, row in enumerate(parted, 1)
    ]
