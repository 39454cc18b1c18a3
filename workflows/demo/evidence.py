"""Evidence that satisfies every form and rule, for any body and task: what the demo and the journeys hand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from workflows.regions import head_of_village

File = Callable[[str, str], dict[str, Any]]
"""(scene of a photo, or "paper"; title) → how form data names the file, once it was attached."""

DIVISIONS = {"ppk": ("chair", "data", "technical", "outreach", "legal"), "pps": ("chair", "data", "technical")}
TOPICS = {
    "ppk": ("division_tasks", "ethics", "coordination", "administration", "voter_data", "counting"),
    "pps": ("pps_tasks", "forming", "coordination", "ethics", "administration"),
}
ITEMS = {
    "ppk": ("office", "plenary", "divisions", "coordination", "supervision", "neutrality", "voter_service", "finance",
            "logistics"),
    "pps": ("office", "secretariat", "coordination", "field_staff", "unregistered_voters", "information", "neutrality"),
}
OUTCOMES = (
    "Perkenalan pengurus baru dan penjelasan tahapan pemilihan. Pejabat menyatakan siap mendukung.",
    "Membahas rencana kerja, kebutuhan ruang sekretariat dan pengamanan logistik. Suasana hangat dan terbuka.",
    "Menyampaikan tugas dan jadwal; disepakati saluran komunikasi lewat grup bersama dan pertemuan bulanan.",
    "Koordinasi awal: data pemilih, lokasi TPS rawan, dan dukungan tempat untuk kegiatan sosialisasi.",
)
AGREEMENTS = (
    "Menyediakan satu ruang untuk sekretariat.", "Membantu sosialisasi dalam pertemuan rutin warga.",
    "Menunjuk seorang penghubung untuk setiap kegiatan.", "Mengusulkan calon sekretariat paling lambat minggu depan.",
)
NARRATIVES = (
    "Kegiatan berjalan tertib dan lancar, semua peserta hadir tepat waktu.",
    "Kegiatan terlaksana sesuai rencana. Dokumentasi dan daftar hadir terlampir.",
    "Pelaksanaan baik; beberapa hal kecil akan ditindaklanjuti pada rapat berikutnya.",
    "Terlaksana dengan sederhana di tengah hujan deras, tetapi semua acara selesai.",
)
MONITOR_NOTES = (
    "Materi lengkap, peserta aktif bertanya, waktu sedikit mundur dari jadwal.",
    "Bimtek sesuai rencana; penekanan koordinasi dengan pemerintah desa sudah disampaikan.",
    "Simulasi pengisian berita acara perlu diulang pada rapat kerja kecamatan.",
)
FOLLOW_UPS = (
    "Melengkapi papan informasi dan merapikan arsip pleno sebelum monitoring berikutnya.",
    "Melanjutkan koordinasi rutin dan menyisir pemilih yang belum terdaftar.",
    "Menyelesaikan laporan bulanan dan membagi jadwal piket sekretariat.",
)
STREETS = ("Jalan Raya", "Jalan Pahlawan", "Jalan Diponegoro", "Jalan Jenderal Sudirman", "Dusun Krajan")


@dataclass(frozen=True)
class Official:
    """Somebody who is visited: the office's code, the person, the post."""

    office: str
    name: str
    post: str


@dataclass(frozen=True)
class Case:
    """One body on the day on which it hands in: all that its evidence speaks of.

    `number` tells the bodies apart in letter numbers; `trainers` are members of the PPK (its own or the parent);
    `secretariat` are head and two staff as (name, NIP; "" for who is no civil servant). `flaws` are codes of soft
    warnings wanted on purpose: "represented", "short", "order", "high", "stranger".
    """

    kind: str
    code: str
    body: str
    place: str
    district: str
    number: int
    members: Sequence[str]
    oath_on: date
    today: date
    file: File
    trainers: Sequence[str] = ()
    officials: Sequence[Official] = ()
    secretariat: Sequence[tuple[str, str]] = ()
    flaws: frozenset[str] = frozenset()
    since: date | None = None
    random: Random = field(default_factory=lambda: Random(0))

    def between(self, share: float) -> date:
        """A day between `since` (or the oath) and today: 0 the first, 1 today."""
        first = max(self.oath_on, min(self.since or self.oath_on, self.today))
        return first + timedelta(days=round((self.today - first).days * share))

    def one_of(self, texts: Sequence[str]) -> str:
        return self.random.choice(texts)


def offices(kind: str, code: str) -> tuple[str, ...]:
    """Whom this body visits by law and custom: forkopimcam, or the head of the village."""
    return ("camat", "kapolsek", "danramil") if kind == "ppk" else (head_of_village(code),)


def make(task: str, case: Case) -> dict[str, Any]:
    """The data for this task of this case, its files attached. KeyError for a task that hands nothing in."""
    closing = {"narrative": case.one_of(NARRATIVES), "statement_true": True}
    return _MAKERS[task](case) | closing


def approve(number: int, year: int) -> dict[str, Any]:
    """The answer of an approving task."""
    return {"decision": "approve", "ba_pleno_number": f"{number}/PP.04.1-BA/3323/{year}"}


def send_back(reason: str, fields: Sequence[str], note: str) -> dict[str, Any]:
    """The answer that returns, with one of the form's preset reasons."""
    return {"decision": "return", "reason": reason, "fields": list(fields), "note": note}


def _inauguration(case: Case) -> dict[str, Any]:
    codes, paper = DIVISIONS[case.kind], [case.file("paper", "Berkas pelantikan")]
    attendance = [
        {"member_name": name, "status": "present", "pact_signed": "unsigned" not in case.flaws or place > 0,
         "divisions": [codes[place % len(codes)]]}
        for place, name in enumerate(case.members)
    ]
    on = case.oath_on.isoformat()
    return {
        "appointment_number": f"{210 if case.kind == 'ppk' else 245} Tahun {case.oath_on.year}",
        "appointment_on": (case.oath_on - timedelta(days=2)).isoformat(), "checks": ["party", "marriage", "response"],
        "held_on": on, "method": "in_person", "place": "Pendopo Pengayoman Temanggung",
        "oath_official": "Ketua KPU Kabupaten Temanggung", "clergy": "Rohaniwan Kementerian Agama",
        "witnesses": [{"name": "Sekretaris KPU Kabupaten", "position": "Saksi"},
                      {"name": "Kasubbag Teknis KPU", "position": "Saksi"}],
        "attendance": attendance, "plenary_on": on, "chair_name": case.members[0],
        "plenary_number": f"{case.number}/PP.04.1-BA/3323/{case.oath_on.year}", "plenary_file": paper,
        "minutes_number": f"{101 if case.kind == 'ppk' else 102}/PP.04.1-BA/3323/{case.oath_on.year}",
        "minutes_file": paper, "attendance_list_file": paper, "integrity_pacts": paper,
        "photos": [case.file("oath", "Pengambilan sumpah"), case.file("oath", "Penandatanganan berita acara")],
        "coordination_stressed": True,
    }


def _sowan(case: Case) -> dict[str, Any]:
    visits = [_visit(case, place, one) for place, one in enumerate(case.officials)]
    support = case.one_of(("promised", "promised", "names_given", "none"))
    facilities = [] if support == "none" else ["room", "desk", "electricity"]
    return {"visits": visits, "secretariat_support": support, "facilities": facilities, "neutrality_kept": True}


def _visit(case: Case, place: int, official: Official) -> dict[str, Any]:
    held_on = case.between((place + 1) / (len(case.officials) + 1))
    present = " dan ".join(case.members[:2])
    visit: dict[str, Any] = {
        "office": official.office, "held_on": held_on.isoformat(), "place": f"Kantor {official.post}",
        "manner": "in_person", "official_name": official.name, "official_post": official.post,
        "present_members": present + (" dan Tamu Undangan" if "stranger" in case.flaws else ""),
        "outcome": case.one_of(OUTCOMES), "agreement": case.one_of(AGREEMENTS),
        "follow_up": "Menghubungi kembali lewat telepon.",
        "follow_up_due": (held_on + timedelta(days=10)).isoformat(),
        "photos": [case.file("visit", f"Sowan {official.post}")],
    }
    if "represented" in case.flaws and place == 0:
        visit |= {"manner": "represented", "deputy": f"Sekretaris, mewakili {official.post}"}
    return visit


def _secretariat(case: Case) -> dict[str, Any]:
    year, days = case.today.year, [case.between(share) for share in (0.1, 0.4, 0.7, 1.0)]
    if "order" in case.flaws:
        days[1], days[2] = days[2], days[0]
    proposal, local, kpu, held_on = (day.isoformat() for day in days)
    papers, decrees = [case.file("paper", "Berkas sekretariat")], [case.file("paper", "Keputusan sekretariat")]
    (head, head_nip), *staff = case.secretariat
    duties = ("technical", "administration")
    local_number = f"{case.number}/SK/{year}" if case.kind == "pps" else f"270/{100 + case.number} Tahun {year}"
    return {
        "proposal_number": f"{case.number}/PP.04.1-SD/3323/{year}", "proposal_on": proposal,
        "secretary_candidate_count": 3, "staff_candidate_count": 4, "proposal_file": papers,
        "local_decree_number": local_number, "local_decree_on": local, "local_decree_file": decrees,
        "kpu_decree_number": f"{400 + case.number} Tahun {year}", "kpu_decree_on": kpu, "kpu_decree_file": decrees,
        "held_on": held_on, "place": f"Balai {case.place}", "integrity_pacts": papers,
        "secretary_name": head, "secretary_is_asn": bool(head_nip), **({"secretary_nip": head_nip} if head_nip else {}),
        "staff": [
            {"name": name, "duty": duties[place], "is_asn": bool(nip), **({"nip": nip} if nip else {})}
            for place, (name, nip) in enumerate(staff)
        ],
        "no_spouse": True,
        "statements": papers, "health_letters": papers,
        "office_address": f"{case.one_of(STREETS)} {case.number % 90 + 1}, {case.place}",
        "office_contact": f"08120009{case.number:04d}", "photos": [case.file("office", "Kantor sekretariat")],
    }


def _bimtek(case: Case) -> dict[str, Any]:
    ppk = case.kind == "ppk"
    held_on = case.oath_on if not ppk else case.between(0.5)
    hours = (6, 7, 8) if ppk else (2, 3, 4)
    made: dict[str, Any] = {
        "organiser": "KPU Kabupaten Temanggung" if ppk else f"PPK {case.district}", "held_on": held_on.isoformat(),
        "place": "Gedung Pemuda Temanggung" if ppk else f"Aula Kecamatan {case.district}",
        "hours": 1 if "short" in case.flaws else case.random.choice(hours), "topics": list(TOPICS[case.kind]),
        "coordination_stressed": True,
        "trainers": [
            {"name": case.trainers[0], "origin": "ppk_member", "institution": f"PPK {case.district}",
             "topic": "Tugas dan kode etik"},
        ],
        "kpu_monitor": "Petugas Divisi SDM KPU", "kpu_monitor_note": case.one_of(MONITOR_NOTES),
        "attendance": [{"member_name": name, "status": "present"} for name in case.members],
        "pre_test_score": case.random.randrange(45, 70), "post_test_score": case.random.randrange(72, 96),
        "photos": [case.file("training", "Penyampaian materi"), case.file("training", "Peserta bimtek")],
    }
    made["attendance_list_file"] = made["materials_file"] = [case.file("paper", "Daftar hadir dan materi bimtek")]
    if ppk:
        made["division_sessions_complete"] = True
        made["trainers"] = [{"name": "Ketua KPU Kabupaten Temanggung", "origin": "commissioner",
                             "institution": "KPU Kabupaten Temanggung", "topic": "Tugas pokok PPK"}]
    return made


def _monitoring(case: Case) -> dict[str, Any]:
    held_on = case.between(0.9)
    made: dict[str, Any] = {
        "assignment_letter_number": f"{case.number}/PP.04.1-ST/3323/{held_on.year}",
        "monitors": [{"name": case.trainers[0] if case.trainers else "Petugas Divisi SDM KPU",
                      "position": "Anggota PPK" if case.kind == "pps" else "Staf KPU"}],
        "held_on": held_on.isoformat(), "method": case.one_of(("visit", "visit", "meeting")),
        "place": f"Sekretariat {case.body.partition(',')[0]}",
        **{f"item_{item}": case.one_of(("2", "2", "1")) for item in ITEMS[case.kind]},
        "has_findings": "high" in case.flaws, "follow_up": case.one_of(FOLLOW_UPS),
        "next_on": (held_on + timedelta(days=28)).isoformat(),
        "photos": [case.file("monitoring", "Monitoring lapangan")],
        "signed_report_file": [case.file("paper", "Laporan monitoring")],
    }
    if "high" in case.flaws:
        made["findings"] = [{
            "description": "Pemilih pindahan belum tercatat dan papan informasi belum terpasang.",
            "category": "voter_data", "level": "high", "owner": case.body.partition(",")[0],
            "due_on": (held_on + timedelta(days=7)).isoformat(),
        }]
    return made


_MAKERS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "submit_inauguration": _inauguration,
    "submit_sowan": _sowan,
    "submit_secretariat": _secretariat,
    "submit_bimtek": _bimtek,
    "submit_monitoring": _monitoring,
}


def with_files(case: Case, file: File) -> Case:
    """The same case, its files made and named by `file`."""
    return replace(case, file=file)
