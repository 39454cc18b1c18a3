"""One table: from evidence in order, one thing changed, exactly these findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.workflows import samples
from workflows import rules
from workflows.rules import Facts, Serving

Data = dict[str, Any]
Change = Callable[[Data], object]
Found = list[tuple[tuple[str | int, ...], str, bool]]
Case = tuple[str, Change, dict[str, Any], Found]
HARD, SOFT = True, False


def found(kind: str, task: str, change: Change, **known: Any) -> Found:
    data = samples.evidence(kind, task)
    change(data)
    return [(item.path, item.code, item.hard) for item in rules.check(kind, task, data, samples.facts(kind, **known))]


def nothing(data: Data) -> None:
    """The evidence stays as it is."""


def sets(*path: str | int, to: Any) -> Change:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = to

    return change


def drops(*path: str | int) -> Change:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return change


def members(kind: str, **changes: Any) -> tuple[Serving, ...]:
    first, *others = samples.serving(kind)
    return (replace(first, **changes), *others)


MALE_PPS = tuple(replace(member, gender="L") for member in samples.serving("pps"))
ONE_WOMAN = tuple(
    replace(member, gender="P" if place == 1 else "L") for place, member in enumerate(samples.serving("ppk"))
)

INAUGURATION: list[Case] = [
    ("ppk", nothing, {"members": samples.serving("ppk")[:4]}, [
        (("attendance",), "members.count", HARD),
        (("attendance", 4, "member_name"), "attendance.stranger", HARD),
    ]),
    ("pps", nothing, {"members": ()}, [(("attendance",), "members.count", HARD)]),
    ("pps", drops("attendance", 2), {}, [
        (("attendance",), "attendance.missing", HARD), (("attendance",), "division.empty", SOFT),
    ]),
    ("pps", sets("attendance", 2, "member_name", to="Orang Lain"), {}, [
        (("attendance", 2, "member_name"), "attendance.stranger", HARD),
        (("attendance",), "attendance.missing", HARD),
    ]),
    ("pps", sets("attendance", 2, "member_name", to="WAHYU  hidayat, S.Pd."), {}, []),
    ("pps", sets("attendance", 1, "status", to="cancelled"), {}, [(("attendance",), "attendance.cancelled", SOFT)]),
    ("pps", sets("attendance", 1, "pact_signed", to=False), {}, [(("attendance",), "pact.unsigned", SOFT)]),
    ("pps", sets("attendance", 1, "made_up_on", to="2024-05-25"), {}, [
        (("attendance", 1, "made_up_on"), "attendance.made_up_on", SOFT),
    ]),
    ("ppk", sets("chair_name", to="Orang Lain"), {}, [(("chair_name",), "chair.stranger", HARD)]),
    ("ppk", sets("attendance", 4, "divisions", to=["data"]), {}, [(("attendance",), "division.empty", SOFT)]),
    ("ppk", sets("appointment_on", to="2024-05-17"), {}, [(("appointment_on",), "appointment.after_oath", SOFT)]),
    ("ppk", sets("appointment_on", to="2030-01-01"), {}, [
        (("appointment_on",), "date.future", HARD), (("appointment_on",), "appointment.after_oath", SOFT),
    ]),
    ("ppk", sets("appointment_number", to="nomor dua"), {}, [(("appointment_number",), "letter.number", SOFT)]),
    ("ppk", sets("checks", to=["party", "response"]), {}, [(("checks",), "check.marriage", SOFT)]),
    ("kpps", drops("checks"), {}, [
        (("checks",), f"check.{code}", SOFT) for code in ("party", "marriage", "response")
    ]),
    ("ppk", sets("plenary_on", to="2024-05-15"), {}, [(("plenary_on",), "date.before_oath", HARD)]),
    ("ppk", nothing, {"planned_on": date(2024, 5, 17)}, [(("held_on",), "date.not_planned", SOFT)]),
    ("ppk", nothing, {"members": members("ppk", born_on=date(2007, 5, 17))}, [(("attendance",), "age.young", HARD)]),
    ("ppk", nothing, {"members": members("ppk", born_on=date(2007, 5, 16))}, []),
    ("ppk", nothing, {"members": ONE_WOMAN}, [(("attendance",), "members.women", SOFT)]),
    ("pps", nothing, {"members": MALE_PPS}, [(("attendance",), "members.women", SOFT)]),
    ("kpps", nothing, {"members": members("kpps", born_on=date(1968, 11, 27))}, [(("attendance",), "age.old", SOFT)]),
    ("kpps", nothing, {"members": members("kpps", born_on=date(1968, 11, 28))}, []),
]

SOWAN: list[Case] = [
    ("ppk", drops("visits", 0), {}, [(("visits",), "visits.camat", HARD)]),
    ("ppk", drops("visits", 1), {}, [(("visits",), "visits.kapolsek", HARD)]),
    ("ppk", drops("visits", 2), {}, [(("visits",), "visits.danramil", HARD)]),
    ("ppk", sets("visits", 2, "office", to="puskesmas"), {}, [(("visits",), "visits.danramil", HARD)]),
    ("pps", drops("visits", 0), {}, [(("visits",), "visits.kades", HARD)]),
    ("pps", sets("visits", 0, "office", to="lurah"), {}, [(("visits",), "visits.wrong_office", HARD)]),
    ("pps", nothing, {"region_code": samples.KELURAHAN}, [(("visits",), "visits.wrong_office", HARD)]),
    ("pps", sets("visits", 0, "office", to="lurah"), {"region_code": samples.KELURAHAN}, []),
    ("pps", sets("visits", 0, "held_on", to="2024-05-26"), {}, []),
    ("pps", sets("visits", 0, "held_on", to="2024-05-25"), {}, [
        (("visits", 0, "held_on"), "date.before_oath", HARD),
    ]),
    ("pps", nothing, {"oath_on": None}, [(("visits", 0, "held_on"), "date.oath_unknown", SOFT)]),
    ("pps", sets("visits", 0, "follow_up_due", to="2024-05-26"), {}, [
        (("visits", 0, "follow_up_due"), "visits.follow_up_due", SOFT),
    ]),
    ("pps", sets("visits", 0, "manner", to="represented"), {}, [
        (("visits", 0, "manner"), "visits.represented", SOFT),
    ]),
    ("pps", sets("visits", 0, "present_members", to="Joko Susilo, Si Fulan"), {}, [
        (("visits", 0, "present_members"), "visits.stranger", SOFT),
    ]),
    ("pps", nothing, {"photos_elsewhere": {samples.photo("kades")["sha256"]: "PPS Nguwet, Kec. Kranggan"}}, [
        (("visits", 0, "photos", 0), "photo.reused", SOFT),
    ]),
]

HEAD, STAFF = "Suharto Wijaya", "Lina Marlina"
SECRETARIAT: list[Case] = [
    ("ppk", drops("secretary_name"), {}, [(("secretary_name",), "secretary.missing", HARD)]),
    ("ppk", sets("secretary_is_asn", to=False), {}, [(("secretary_is_asn",), "secretary.asn", HARD)]),
    ("ppk", sets("secretary_nip", to="19850312201001100"), {}, [(("secretary_nip",), "nip.digits", HARD)]),
    ("ppk", sets("secretary_nip", to=""), {}, [(("secretary_nip",), "nip.digits", HARD)]),
    ("ppk", sets("secretary_nip", to="19850312 20100110"), {}, [(("secretary_nip",), "nip.digits", HARD)]),
    ("ppk", sets("secretary_nip", to="198513402010011004"), {}, [(("secretary_nip",), "nip.unlikely", SOFT)]),
    ("ppk", sets("secretary_nip", to="198503122010017004"), {}, [(("secretary_nip",), "nip.unlikely", SOFT)]),
    ("ppk", sets("secretary_nip", to="198503121990011004"), {}, [(("secretary_nip",), "nip.unlikely", SOFT)]),
    ("ppk", sets("secretary_nip", to="198503122022211004"), {}, []),  # a contract employee's NIP
    ("ppk", sets("staff", 0, "nip", to="1990"), {}, [(("staff", 0, "nip"), "nip.digits", HARD)]),
    ("ppk", drops("staff", 1), {}, [(("staff",), "staff.count", HARD)]),
    ("ppk", lambda data: data["staff"].append({"name": "Orang Ketiga", "is_asn": False}), {}, [
        (("staff",), "staff.count", HARD),
    ]),
    ("pps", lambda data: data.update(secretary_is_asn=False, secretary_nip=""), {}, []),
    ("pps", sets("staff", 1, "name", to="Lina Marlina"), {}, [(("staff", 1, "name"), "post.twice", HARD)]),
    ("pps", sets("secretary_name", to="Joko Susilo"), {}, [(("secretary_name",), "post.member", HARD)]),
    ("pps", nothing, {"elsewhere": (Serving("Nama Lain", "sekretaris", "PPS X", nip=samples.HEAD_NIP),)}, [
        (("secretary_name",), "post.elsewhere", HARD),
    ]),
    ("pps", nothing, {"elsewhere": (Serving(HEAD, "anggota", "PPS X", born_on=date(1985, 3, 12)),)}, [
        (("secretary_name",), "post.elsewhere", HARD),
    ]),
    ("pps", nothing, {"elsewhere": (Serving(HEAD, "anggota", "PPS X", born_on=date(1999, 1, 1)),)}, []),
    ("pps", nothing, {"elsewhere": (Serving("Yusuf Maulana", "anggota", "PPS X", born_on=date(1999, 1, 1)),)}, [
        (("staff", 1, "name"), "post.same_name", SOFT),
    ]),
    ("ppk", sets("no_spouse", to=False), {}, [(("no_spouse",), "post.spouse", SOFT)]),
    ("ppk", drops("proposal_number"), {}, [(("proposal_number",), "document.proposal", HARD)]),
    ("ppk", drops("local_decree_file"), {}, [(("local_decree_file",), "document.local_decree", HARD)]),
    ("ppk", drops("kpu_decree_on"), {}, [(("kpu_decree_on",), "document.kpu_decree", HARD)]),
    ("ppk", sets("integrity_pacts", to=[]), {}, [(("integrity_pacts",), "document.pact", HARD)]),
    ("ppk", sets("kpu_decree_on", to="2024-05-28"), {}, [(("kpu_decree_on",), "document.order", SOFT)]),
    ("ppk", sets("proposal_number", to="12 A"), {}, [(("proposal_number",), "letter.number", SOFT)]),
    ("ppk", nothing, {"letters_elsewhere": {"kpu_decree": date(2024, 5, 29)}}, [
        (("kpu_decree_number",), "letter.date", SOFT),
    ]),
    ("ppk", nothing, {"photos_elsewhere": {samples.photo("kantor")["sha256"]: "PPK Kedu"}}, [
        (("photos", 0), "photo.reused", SOFT),
    ]),
    ("ppk", nothing, {"photos_elsewhere": {samples.paper("keputusan kpu")["sha256"]: "PPK Kedu"}}, []),
]

BIMTEK: list[Case] = [
    ("pps", sets("trainers", 0, "name", to="Orang Lain"), {}, [(("trainers",), "trainers.parent", HARD)]),
    ("pps", nothing, {"parent_members": ()}, [(("trainers",), "trainers.parent", HARD)]),
    ("pps", sets("trainers", to=[]), {}, [(("trainers",), "trainers.missing", HARD)]),
    ("ppk", sets("trainers", 0, "name", to="Anggota KPU"), {}, []),
    ("pps", sets("kpu_monitor_note", to=" "), {}, [(("kpu_monitor_note",), "monitor.note", HARD)]),
    ("pps", drops("kpu_monitor"), {}, [(("kpu_monitor",), "monitor.missing", HARD)]),
    ("ppk", drops("kpu_monitor_note"), {}, []),
    ("pps", sets("held_on", to="2024-05-27"), {}, [(("held_on",), "date.not_oath_day", SOFT)]),
    ("ppk", sets("held_on", to="2024-05-27"), {}, []),
    ("ppk", sets("hours", to=5), {}, [(("hours",), "hours.short", SOFT)]),
    ("pps", sets("hours", to=2), {}, []),
    ("pps", sets("hours", to="1.5"), {}, [(("hours",), "hours.short", SOFT)]),
    ("pps", drops("attendance", 1), {}, [(("attendance",), "attendance.missing", SOFT)]),
    ("pps", sets("attendance", 1, "status", to="absent"), {}, [(("attendance",), "attendance.absent", SOFT)]),
    ("pps", sets("attendance", 1, "status", to="late"), {}, []),
    ("pps", nothing, {"photos_elsewhere": {samples.photo("bimtek 1")["sha256"]: "PPS Nguwet"}}, []),
]

MONITORING: list[Case] = [
    ("ppk", sets("next_on", to="2024-06-14"), {}, [(("next_on",), "next.early", SOFT)]),
    ("ppk", sets("next_on", to="2024-07-15"), {}, [(("next_on",), "next.late", SOFT)]),
    ("ppk", sets("next_on", to="2024-07-14"), {}, []),
    ("ppk", sets("findings", to=[{"level": "high", "due_on": "2024-06-13"}]), {}, [
        (("findings", 0, "level"), "finding.high", SOFT), (("findings", 0, "due_on"), "finding.due", SOFT),
    ]),
    ("pps", nothing, {"photos_elsewhere": {samples.photo("monitoring")["sha256"]: "PPS Nguwet"}}, [
        (("photos", 0), "photo.reused", SOFT),
    ]),
]


def _cases(task: str, table: list[Case]) -> list[Any]:
    return [pytest.param(task, *row, id=f"{task}-{place}-{row[0]}") for place, row in enumerate(table)]


@pytest.mark.parametrize(
    ("task", "kind", "change", "known", "expected"),
    [
        *_cases("submit_inauguration", INAUGURATION),
        *_cases("submit_sowan", SOWAN),
        *_cases("submit_secretariat", SECRETARIAT),
        *_cases("submit_bimtek", BIMTEK),
        *_cases("submit_monitoring", MONITORING),
    ],
)
def test_what_each_change_is_found_to_be(
    task: str, kind: str, change: Change, known: dict[str, Any], expected: Found
) -> None:
    assert sorted(found(kind, task, change, **known), key=str) == sorted(expected, key=str)


def recruits(kind: str = "pps") -> list[Data]:
    return [
        {
            "name": member.name, "nik": f"332313{number}{(member.born_on or date.min):%m%y}000{place}",
            "gender": member.gender, "born_on": member.born_on, "education": "SMA/sederajat",
            "domicile_code": samples.facts(kind).region_code, "chosen": True,
        }
        for place, member in enumerate(samples.serving(kind))
        for number in [f"{(member.born_on or date.min).day + (40 if member.gender == 'P' else 0):02d}"]
    ]


@pytest.mark.parametrize(
    ("change", "known", "expected"),
    [
        (lambda rows: None, {}, []),
        (lambda rows: rows.pop(), {}, [(("members",), "members.count", HARD)]),
        (lambda rows: rows.append(rows[0] | {"nik": "3323130101800009", "chosen": False, "born_on": None}), {}, []),
        (lambda rows: rows[0].update(nik="332313010190000"), {}, [(("members", 0, "nik"), "nik.digits", HARD)]),
        (lambda rows: rows[0].update(nik="３323130101900000"), {}, [(("members", 0, "nik"), "nik.digits", HARD)]),
        (lambda rows: rows[2].update(nik=rows[0]["nik"], born_on=rows[0]["born_on"]), {}, [
            (("members", 2, "nik"), "nik.twice", HARD),
        ]),
        (lambda rows: None, {"taken_niks": {"3323130101900000": "PPS Nguwet"}}, [
            (("members", 0, "nik"), "nik.taken", HARD),
        ]),
        (lambda rows: rows[0].update(gender="P"), {}, [(("members", 0, "nik"), "nik.unlikely", SOFT)]),
        (lambda rows: rows[0].update(born_on=date(2008, 1, 1), nik="3323130101080000"), {}, [
            (("members", 0, "born_on"), "age.young", HARD),
        ]),
        (lambda rows: rows[0].update(education="SMP"), {}, [(("members", 0, "education"), "education", HARD)]),
        (lambda rows: rows[0].update(education="SMP", exception_note="Tidak ada calon lain"), {}, []),
        (lambda rows: rows[0].update(domicile_code="33.23.13.2001"), {}, [
            (("members", 0, "domicile_code"), "domicile", HARD),
        ]),
    ],
)
def test_recruits(change: Callable[[list[Data]], object], known: dict[str, Any], expected: Found) -> None:
    rows = recruits()
    change(rows)
    facts: Facts = samples.facts("pps", **known)
    items = rules.check("pps", "recruited", {"members": rows}, facts)
    assert [(item.path, item.code, item.hard) for item in items] == expected


def test_the_missing_documents_are_named_in_words() -> None:
    data = samples.evidence("pps", "submit_secretariat")
    del data["local_decree_file"], data["integrity_pacts"]
    facts = samples.facts("pps")
    assert rules.missing_documents(data, facts) == {
        "local_decree": ("local_decree_file", "keputusan kepala desa/lurah"),
        "pact": ("integrity_pacts", "pakta integritas"),
    }
    assert [item.message for item in rules.check("pps", "submit_secretariat", data, facts)] == [
        "Dokumen belum lengkap: keputusan kepala desa/lurah. Isi berkas dokumen ini.",
        "Dokumen belum lengkap: pakta integritas. Isi berkas dokumen ini.",
    ]


def test_an_empty_secretariat_names_all_four_documents() -> None:
    items = rules.check("ppk", "submit_secretariat", {}, samples.facts("ppk"))
    assert [item.code for item in items if item.code.startswith("document.")] == [
        "document.proposal", "document.local_decree", "document.kpu_decree", "document.pact",
    ]
    assert all(item.message.endswith(".") for item in items)


def test_a_region_may_call_its_offices_otherwise() -> None:
    facts = samples.facts("ppk", labels={"camat": "panewu"})
    data = samples.evidence("ppk", "submit_sowan")
    del data["visits"][0]
    assert [item.message for item in rules.check("ppk", "submit_sowan", data, facts)] == [
        "Kunjungan kepada panewu belum ada. Tambahkan."
    ]
