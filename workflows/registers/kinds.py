"""The kinds of register: their words, forms, rights, days and steps. A new kind is one more entry of KINDS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from engine import forms
from engine.forms import Form
from engine.machine import Ways
from engine.phrases import Phrase
from workflows.models.accounts import MEMBER_ROLES

FOLDER = Path(__file__).parent / "forms"
AUTHOR = "author"
"""Stands among the roles of an act for whoever wrote the entry."""
OFFICE = ("operator", "commissioner", "supervisor")
KPU = ("commissioner", "supervisor")


@dataclass(frozen=True)
class State:
    """Where an entry stands. `owed_by` is the role that owes the next step, "" for nobody, within `days`: the name of
    one of the agenda's periods, "" for no limit. `answered`: what was owed has been given."""

    name: Phrase
    tone: str
    owed_by: str = ""
    days: str = ""
    answered: bool = False


@dataclass(frozen=True)
class Act:
    """A step: from these states (to the same one when `target` is "") by these roles. `form` is what is said with it,
    "" for nothing; `label` stands on the button, `done` in the trail."""

    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    label: Phrase
    done: Phrase
    form: str = "note"
    quiet: bool = True


@dataclass(frozen=True)
class Kind:
    """One kind of register.

    `forms` by the kind of the body, "" for all others. `write` may write: members about their own body, others about
    the bodies of their regions, with `everywhere` all about any body of the regency; `regional` ones may be about the
    region itself. `see` may read within their regions; in a `confidential` kind `see` are the only readers beside
    the author, whose name only `names_to` are shown. `begin` is the state it is written into, or the one of `begins`
    for an answer of its form: (key, value, state). `monthly`: one for each body and month. `title` is the answer
    shown in lists.
    """

    code: str
    name: Phrase
    one: Phrase
    help: Phrase
    new: Phrase
    forms: Mapping[str, str]
    write: tuple[str, ...]
    see: tuple[str, ...]
    states: Mapping[str, State]
    acts: Mapping[str, Act]
    begin: str
    title: str
    begins: tuple[tuple[str, str, str], ...] = ()
    everywhere: bool = False
    regional: bool = False
    confidential: bool = False
    names_to: tuple[str, ...] = ()
    monthly: bool = False
    bodies: tuple[str, ...] = field(default=("ppk", "pps", "kpps", "pantarlih"))

    @cached_property
    def ways(self) -> Ways:
        """The machine of this kind, made once."""
        begun = {self.begin, *(state for _, _, state in self.begins)}
        return Ways([
            *(("", f"write_{state}", state) for state in sorted(begun)),
            *((source, name, act.target or source) for name, act in self.acts.items() for source in act.sources),
        ])

    @property
    def owed_states(self) -> tuple[str, ...]:
        """The states in which somebody owes a step."""
        return tuple(name for name, state in self.states.items() if state.owed_by)

    def form_for(self, body_kind: str) -> Form:
        """The form for a body of this kind, "" for none."""
        return form_named(self.forms.get(body_kind) or self.forms[""])


@cache
def form_named(name: str) -> Form:
    """The form of an entry or of a step."""
    return forms.load((FOLDER / f"{name}.form").read_text(encoding="utf-8"))


LOOKING = (*MEMBER_ROLES, *OFFICE, "province", "observer", "auditor")
WITHDRAWN = State(Phrase("Ditarik"), "grey", answered=True)


def _withdraw(*sources: str) -> Act:
    return Act(sources, "withdrawn", (AUTHOR,), Phrase("Tarik"), Phrase("Ditarik"))


def _remark(*sources: str, roles: tuple[str, ...]) -> Act:
    return Act(sources, "", roles, Phrase("Tambah keterangan"), Phrase("Keterangan"))


SOCIALISATION = Kind(
    "socialisation", Phrase("Sosialisasi DPT/DPTb"), Phrase("Sosialisasi DPT/DPTb"),
    Phrase("Kegiatan yang memberi tahu warga tentang DPT dan DPTb, dan di mana mereka dapat melapor."),
    Phrase("Catat sosialisasi"), {"": "socialisation"},
    write=(*MEMBER_ROLES, "operator"), see=LOOKING,
    states={"noted": State(Phrase("Tercatat"), "success", answered=True), "withdrawn": WITHDRAWN},
    acts={"remark": _remark("noted", roles=(AUTHOR, "operator")), "withdraw": _withdraw("noted")},
    begin="noted", title="place",
)

ISSUE = Kind(
    "issue", Phrase("Masalah"), Phrase("Masalah"),
    Phrase("Persoalan yang harus ditangani KPU. Yang menjadi masalah hukum diserahkan ke Divisi Hukum. Yang membuat "
           "tahapan badan berhenti dilaporkan sebagai kendala di halaman badannya."),
    Phrase("Laporkan masalah"), {"": "issue"},
    write=(*MEMBER_ROLES, *OFFICE), see=(*MEMBER_ROLES, *OFFICE, "province", "auditor"), regional=True,
    states={
        "reported": State(Phrase("Dilaporkan"), "info", "commissioner", "issue"),
        "in_hand": State(Phrase("Ditangani"), "info", "commissioner", "handling"),
        "legal": State(Phrase("Masalah hukum"), "warning", "supervisor", "legal"),
        "settled": State(Phrase("Selesai"), "success", answered=True), "withdrawn": WITHDRAWN,
    },
    acts={
        "take": Act(("reported",), "in_hand", KPU, Phrase("Tangani"), Phrase("Ditangani"), form="", quiet=False),
        "settle": Act(("in_hand",), "settled", KPU, Phrase("Jawab dan selesaikan"), Phrase("Dijawab dan selesai"),
                      form="answer", quiet=False),
        "settle_legal": Act(("legal",), "settled", ("supervisor",), Phrase("Jawab dan selesaikan"),
                            Phrase("Dijawab Divisi Hukum dan selesai"), form="answer", quiet=False),
        "hand_over": Act(("reported", "in_hand"), "legal", OFFICE, Phrase("Menjadi masalah hukum"),
                         Phrase("Menjadi masalah hukum, diserahkan ke Divisi Hukum")),
        "hand_back": Act(("legal",), "in_hand", ("supervisor",), Phrase("Bukan masalah hukum"),
                         Phrase("Bukan masalah hukum, dikembalikan ke komisioner")),
        "remark": _remark("reported", "in_hand", "legal", roles=(AUTHOR, *OFFICE)),
        "reopen": Act(("settled",), "in_hand", (AUTHOR, *KPU), Phrase("Buka lagi"), Phrase("Dibuka lagi")),
        "withdraw": _withdraw("reported"),
    },
    begin="reported", begins=(("category", "legal", "legal"),), title="subject",
)

NEUTRALITY = Kind(
    "neutrality", Phrase("Laporan netralitas"), Phrase("Laporan netralitas"),
    Phrase("Dibaca hanya oleh pelapor, Divisi Hukum dan anggota KPU. Nama pelapor hanya diketahui Divisi Hukum. Tidak "
           "ikut pencarian dan ekspor, dan tidak terlihat oleh badan yang dilaporkan."),
    Phrase("Laporkan secara rahasia"), {"": "neutrality"},
    write=(*MEMBER_ROLES, *OFFICE), see=KPU, everywhere=True, regional=True, confidential=True,
    names_to=("supervisor",),
    states={
        "reported": State(Phrase("Dilaporkan"), "info", "supervisor", "neutrality"),
        "in_hand": State(Phrase("Ditangani"), "info", "supervisor", "handling"),
        "settled": State(Phrase("Selesai"), "success", answered=True), "withdrawn": WITHDRAWN,
    },
    acts={
        "take": Act(("reported",), "in_hand", ("supervisor",), Phrase("Tangani"), Phrase("Ditangani"), form="",
                    quiet=False),
        "settle": Act(("in_hand",), "settled", ("supervisor",), Phrase("Jawab dan selesaikan"),
                      Phrase("Dijawab dan selesai"), form="answer", quiet=False),
        "remark": _remark("reported", "in_hand", roles=(AUTHOR, *KPU)),
        "withdraw": _withdraw("reported"),
    },
    begin="reported", title="subject",
)

SUGGESTION = Kind(
    "suggestion", Phrase("Saran perbaikan Bawaslu"), Phrase("Saran perbaikan"),
    Phrase("Ditulis Bawaslu; KPU wajib menjawab dalam tenggat. Jawaban yang terlambat terlihat oleh Divisi Hukum dan "
           "KPU provinsi."),
    Phrase("Tulis saran perbaikan"), {"": "suggestion"},
    write=("observer",), see=LOOKING, regional=True,
    states={
        "suggested": State(Phrase("Menunggu jawaban KPU"), "warning", "commissioner", "suggestion"),
        "answered": State(Phrase("Dijawab"), "success", answered=True),
        "closed": State(Phrase("Ditutup"), "grey", answered=True), "withdrawn": WITHDRAWN,
    },
    acts={
        "answer": Act(("suggested",), "answered", KPU, Phrase("Jawab"), Phrase("Dijawab KPU"), form="answer",
                      quiet=False),
        "close": Act(("answered",), "closed", ("observer",), Phrase("Terima jawaban dan tutup"),
                     Phrase("Jawaban diterima, ditutup"), form="", quiet=False),
        "ask_again": Act(("answered",), "suggested", ("observer",), Phrase("Belum memadai, minta jawaban lagi"),
                         Phrase("Jawaban belum memadai, diminta lagi")),
        "remark": _remark("suggested", roles=(AUTHOR, *KPU)),
        "withdraw": _withdraw("suggested"),
    },
    begin="suggested", title="subject",
)

MONTHLY = Kind(
    "monthly", Phrase("Laporan bulanan"), Phrase("Laporan bulanan"),
    Phrase("Satu laporan untuk setiap badan dan bulan. PPK melapor ke KPU, PPS ke KPU melalui PPK (Kpt KPU 476/2022)."),
    Phrase("Tulis laporan bulanan"), {"ppk": "monthly_ppk", "pps": "monthly_pps", "": "monthly_pps"},
    write=("ppk_member", "pps_member"), see=LOOKING,
    states={
        "sent": State(Phrase("Terkirim"), "info", answered=True),
        "received": State(Phrase("Diterima"), "success", answered=True), "withdrawn": WITHDRAWN,
    },
    acts={
        "receive": Act(("sent",), "received", OFFICE, Phrase("Terima"), Phrase("Diterima KPU"), form="", quiet=False),
        "remark": _remark("sent", "received", roles=(AUTHOR, *OFFICE)),
        "withdraw": _withdraw("sent"),
    },
    begin="sent", title="summary", monthly=True, bodies=("ppk", "pps"),
)

KINDS: Mapping[str, Kind] = {one.code: one for one in (SOCIALISATION, ISSUE, NEUTRALITY, SUGGESTION, MONTHLY)}
