"""Evidence that satisfies every form and rule, and facts that go with it. Real places, invented people."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from hashlib import sha256
from typing import Any

from workflows.rules import Facts, Serving
from workflows.rules.inauguration import CHECKS

PPK_OATH, PPS_OATH = date(2024, 5, 16), date(2024, 5, 26)
APPOINTED = "2024-05-14"
KRANGGAN, PENDOWO, KELURAHAN = "33.23.13", "33.23.13.2007", "33.23.13.1001"

PPK_MEMBERS = ("Budi Santoso", "Sri Wahyuni", "Agus Prasetyo", "Dewi Lestari", "Eko Nugroho")
PPS_MEMBERS = ("Joko Susilo", "Ratna Sari", "Wahyu Hidayat")
KPPS_MEMBERS = ("Andi Putra", "Bayu Aji", "Citra Dewi", "Dian Ayu", "Endah Puji", "Fajar Nur", "Gilang Ramadan")
PANTARLIH = ("Hesti Rahayu",)
MEMBERS = {"ppk": PPK_MEMBERS, "pps": PPS_MEMBERS, "kpps": KPPS_MEMBERS, "pantarlih": PANTARLIH}
WOMEN = {"Sri Wahyuni", "Dewi Lestari", "Ratna Sari", "Citra Dewi", "Dian Ayu", "Endah Puji", "Hesti Rahayu"}
DIVISIONS = {"ppk": ("chair", "data", "technical", "outreach", "legal"), "pps": ("chair", "data", "technical")}
HEAD_NIP, STAFF_NIP = "198503122010011004", "199001012015032001"


def file(name: str, type_: str = "application/pdf") -> dict[str, Any]:
    return {"sha256": sha256(name.encode()).hexdigest(), "name": name, "size": 90_000, "type": type_}


def photo(name: str) -> dict[str, Any]:
    return file(f"{name}.jpg", "image/jpeg")


def paper(name: str) -> dict[str, Any]:
    return file(f"{name}.pdf")


def serving(kind: str, body: str = "") -> tuple[Serving, ...]:
    return tuple(
        Serving(name, "ketua" if place == 0 else "anggota", body, gender="P" if name in WOMEN else "L",
                born_on=date(1990, 1, 1 + place))
        for place, name in enumerate(MEMBERS[kind])
    )


def facts(kind: str, **changes: Any) -> Facts:
    """What the register says of a body that is in order, a month after the oaths."""
    usual: dict[str, Any] = {
        "kind": kind,
        "region_code": KRANGGAN if kind == "ppk" else PENDOWO,
        "today": date(2024, 6, 26),
        "body": "PPK Kranggan" if kind == "ppk" else "PPS Pendowo, Kec. Kranggan",
        "oath_on": PPK_OATH if kind == "ppk" else PPS_OATH,
        "voting_day": date(2024, 11, 27),
        "members": serving(kind),
        "parent": "PPK Kranggan" if kind == "pps" else "",
        "parent_members": serving("ppk", "PPK Kranggan") if kind == "pps" else (),
        "divisions": {code: code for code in DIVISIONS.get(kind, ())},
    }
    return Facts(**(usual | changes))


def evidence(kind: str, task_id: str) -> dict[str, Any]:
    """A fresh copy of evidence for this task that satisfies its form and every rule."""
    made: dict[str, Any] = deepcopy(_MAKERS[task_id](kind))
    closing = {"narrative": "Kegiatan berjalan tertib dan lancar.", "statement_true": True}
    return made | closing


def _oath(kind: str) -> str:
    return (PPK_OATH if kind == "ppk" else PPS_OATH).isoformat()


def _inauguration(kind: str) -> dict[str, Any]:
    names, divisions = MEMBERS[kind], DIVISIONS.get(kind)
    attendance = [
        {"member_name": name, "status": "present", "pact_signed": True}
        | ({"divisions": [divisions[place]]} if divisions else {})
        for place, name in enumerate(names)
    ]
    made: dict[str, Any] = {
        "appointment_number": "245 Tahun 2024", "appointment_on": APPOINTED, "checks": list(CHECKS),
        "held_on": _oath(kind), "method": "in_person", "place": "Pendopo Pengayoman",
        "oath_official": "Ketua KPU Kabupaten Temanggung", "clergy": "Rohaniwan Kemenag",
        "witnesses": [{"name": "Saksi Satu"}, {"name": "Saksi Dua"}], "attendance": attendance,
        "minutes_number": "101/PP.04.1-BA/3323/2024", "minutes_file": [paper("ba")],
        "attendance_list_file": [paper("hadir")], "integrity_pacts": [paper("pakta")],
        "photos": [photo("sumpah 1"), photo("sumpah 2")],
    }
    if kind != "pantarlih":
        made["chair_name"] = names[0]
    if divisions:
        made |= {
            "plenary_on": _oath(kind), "plenary_number": "1/PP.04.1-BA/332313/2024",
            "plenary_file": [paper("pleno")], "coordination_stressed": True,
        }
    return made


def _visit(office: str, official: str, post: str, on: str) -> dict[str, Any]:
    return {
        "office": office, "held_on": on, "place": "Kantor", "manner": "in_person", "official_name": official,
        "official_post": post, "present_members": "", "outcome": "Perkenalan dan komunikasi awal.",
        "agreement": "Menyiapkan ruang sekretariat.", "follow_up_due": "2024-06-20", "photos": [photo(office)],
    }


def _sowan(kind: str) -> dict[str, Any]:
    visits = (
        [
            _visit("camat", "Slamet Riyadi", "Camat Kranggan", "2024-05-17"),
            _visit("kapolsek", "Hadi Purnomo", "Kapolsek Kranggan", "2024-05-20"),
            _visit("danramil", "Tri Wibowo", "Danramil Kranggan", "2024-05-21"),
        ]
        if kind == "ppk"
        else [_visit("kades", "Mulyono", "Kepala Desa Pendowo", "2024-05-27")]
    )
    for visit in visits:
        visit["present_members"] = f"{MEMBERS[kind][0]} dan {MEMBERS[kind][1]}"
    return {"visits": visits, "secretariat_support": "promised", "neutrality_kept": True}


def _secretariat(kind: str) -> dict[str, Any]:
    return {
        "proposal_number": "12/PP.04.1-SD/3323/2024", "proposal_on": "2024-05-28", "secretary_candidate_count": 3,
        "staff_candidate_count": 4, "proposal_file": [paper("usulan")],
        "local_decree_number": "270/145 Tahun 2024", "local_decree_on": "2024-05-29",
        "local_decree_file": [paper("keputusan daerah")],
        "kpu_decree_number": "397 Tahun 2024", "kpu_decree_on": "2024-05-30",
        "kpu_decree_file": [paper("keputusan kpu")],
        "held_on": "2024-05-31", "place": "Aula kecamatan", "integrity_pacts": [paper("pakta sekretariat")],
        "secretary_name": "Suharto Wijaya, S.Sos.", "secretary_is_asn": True, "secretary_nip": HEAD_NIP,
        "staff": [
            {"name": "Lina Marlina", "duty": "technical", "is_asn": True, "nip": STAFF_NIP},
            {"name": "Yusuf Maulana", "duty": "administration", "is_asn": False},
        ],
        "no_spouse": True,
        "statements": [paper("pernyataan")], "health_letters": [paper("sehat")],
        "office_address": "Jalan Raya 1", "office_contact": "081234567890", "photos": [photo("kantor")],
    }


def _bimtek(kind: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "organiser": "KPU Kabupaten Temanggung", "held_on": _oath(kind), "place": "Gedung Pemuda", "hours": 8,
        "topics": ["ethics"],
        "trainers": [
            {"name": PPK_MEMBERS[1], "origin": "ppk_member", "institution": "PPK Kranggan"},
        ],
        "kpu_monitor": "Petugas KPU", "kpu_monitor_note": "Bimtek dipantau, materi lengkap.",
        "attendance": [{"member_name": name, "status": "present"} for name in MEMBERS[kind]],
        "attendance_list_file": [paper("hadir bimtek")], "materials_file": [paper("materi")],
        "photos": [photo("bimtek 1"), photo("bimtek 2")],
    }
    if kind in ("ppk", "pps"):
        made["coordination_stressed"] = True
    if kind == "ppk":
        made["division_sessions_complete"] = True
    return made


_ITEMS = {
    "ppk": ("office", "plenary", "divisions", "coordination", "supervision", "neutrality", "voter_service", "finance",
            "logistics"),
    "pps": ("office", "secretariat", "coordination", "field_staff", "unregistered_voters", "information", "neutrality"),
    "kpps": ("members", "understanding", "site", "logistics", "neutrality"),
    "pantarlih": ("progress", "accuracy", "stickers", "unregistered_voters", "neutrality"),
}


def _monitoring(kind: str) -> dict[str, Any]:
    return {
        "assignment_letter_number": "55/PP.04.1-ST/3323/2024",
        "monitors": [{"name": "Petugas KPU", "position": "Komisioner"}], "held_on": "2024-06-14", "method": "visit",
        "place": "Kantor sekretariat", **{f"item_{item}": "2" for item in _ITEMS[kind]},
        "follow_up": "Melanjutkan koordinasi rutin.", "next_on": "2024-07-12", "photos": [photo("monitoring")],
        "signed_report_file": [paper("laporan")],
    }


_MAKERS = {
    "submit_inauguration": _inauguration,
    "submit_sowan": _sowan,
    "submit_secretariat": _secretariat,
    "submit_bimtek": _bimtek,
    "submit_monitoring": _monitoring,
}
_UNCOORDINATED = ("submit_inauguration", "submit_bimtek", "submit_monitoring")
TASKS = {kind: tuple(_MAKERS) if kind in ("ppk", "pps") else _UNCOORDINATED for kind in MEMBERS}
