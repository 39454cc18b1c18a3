"""What the registers say about bodies, as the values of a letter's placeholders; as many queries for 289 as for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import Instance, Submission
from workflows import regions
from workflows.agendas import Almanac
from workflows.models import Body, Membership, Person, Region
from workflows.papers.kinds import Kind
from workflows.papers.office import Office
from workflows.papers.terbilang import date_in_words, day_name, in_words, plain_date
from workflows.people import MEMBER_POSTS, SECRETARIAT_POSTS
from workflows.rules.values import day, rows, text

LONG: Mapping[str, str] = {
    "ppk": "Panitia Pemilihan Kecamatan", "pps": "Panitia Pemungutan Suara",
    "kpps": "Kelompok Penyelenggara Pemungutan Suara", "pantarlih": "Petugas Pemutakhiran Data Pemilih",
}
POSTS = {"ketua": "Ketua", "anggota": "Anggota", "sekretaris": "Sekretaris", "staf": "Staf"}
DUTIES = {"technical": "Teknis, parmas, humas dan hukum", "administration": "Tata usaha, keuangan dan logistik"}
_EVIDENCE = {"monitoring_report": "submit_monitoring", "oath_minutes": "submit_inauguration",
             "kpu_decree": "submit_secretariat"}
_FINDING = {"uraian": "description", "tingkat": "level", "penanggung_jawab": "owner", "tenggat": "due_on"}

Value = str | list[dict[str, str]]
Values = dict[str, Value]


@dataclass
class Ground:
    """What was read about many bodies at once."""

    regions: Mapping[str, Region]
    serving: Mapping[int, list[Any]]
    parents: Mapping[int, tuple[str, str]]
    evidence: Mapping[int, tuple[Mapping[str, Any], Any]] = field(default_factory=dict)


def common(session: Session, almanac: Almanac, office: Office, on: date) -> Values:
    """The values that every letter of this day has; the number is still to come."""
    agenda, words = almanac.agenda, office.words
    return {
        "nomor_surat": "", "tanggal": plain_date(on), "hari": day_name(on), "tanggal_terbilang": date_in_words(on),
        "tahun": str(on.year), "kantor": words["office"], "kantor_kapital": words["office"].upper(),
        "kota": words["city"], "ketua_kpu": words["chair"], "sekretaris_kpu": words["secretary"],
        "nip_sekretaris_kpu": words["secretary_nip"], "kepala_daerah": words["regent"],
        "kabupaten": place(regions.get(session, agenda.scope)), "pemilihan": agenda.name,
        "hari_pemungutan": plain_date(agenda.voting_day),
    }


def place(region: Region) -> str:
    """"Kabupaten Temanggung", "Kecamatan Kranggan", "Desa Pendowo"."""
    level = {"desa_adat": "Desa"}.get(region.level, region.level.capitalize())
    return region.name if region.name.startswith(f"{level} ") else f"{level} {region.name}"


def of_bodies(session: Session, almanac: Almanac, kind: Kind, bodies: Sequence[Body]) -> list[Values]:
    """The values about each of these bodies, in their order."""
    ground = _read(session, kind, bodies)
    return [{**_about(almanac, ground, body), **_of_kind(kind, ground, body)} for body in bodies]


def _read(session: Session, kind: Kind, bodies: Sequence[Body]) -> Ground:
    wanted = {code for body in bodies for code in (body.region_code, *_above(body.region_code))}
    found = {one.code: one for one in session.scalars(select(Region).where(Region.code.in_(wanted)))}
    parents = [body.parent_id for body in bodies if body.parent_id]
    chairs = session.execute(
        select(Body.id, Body.name, Person.name.label("chair"))
        .outerjoin(Membership, (Membership.body_id == Body.id) & Membership.until_on.is_(None)
                   & (Membership.post == "ketua"))
        .outerjoin(Person, Person.id == Membership.person_id).where(Body.id.in_(parents))
    )
    return Ground(
        found, _serving(session, [body.id for body in bodies]),
        {row.id: (row.name, row.chair or "") for row in chairs}, _evidence(session, kind, bodies),
    )


def _above(code: str) -> Iterable[str]:
    parts = code.split(".")
    return (".".join(parts[:length]) for length in range(2, len(parts)))


def _serving(session: Session, bodies: Sequence[int]) -> dict[int, list[Any]]:
    posts = (*MEMBER_POSTS, *SECRETARIAT_POSTS)
    rows_ = session.execute(
        select(Membership.body_id, Membership.post, Membership.division, Membership.rank, Membership.nip,
               Membership.sworn_on, Person.name, Person.gender)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id.in_(bodies), Membership.until_on.is_(None), Membership.post.in_(posts))
    ).all()
    found: dict[int, list[Any]] = {}
    for row in sorted(rows_, key=lambda one: (posts.index(one.post), one.rank or 99, one.name)):
        found.setdefault(row.body_id, []).append(row)
    return found


def _evidence(session: Session, kind: Kind, bodies: Sequence[Body]) -> dict[int, tuple[Mapping[str, Any], Any]]:
    """The answers last handed in for the task this kind of letter tells of, with their form, by body."""
    node = _EVIDENCE.get(kind.code)
    instances = {body.instance_id: body.id for body in bodies if body.instance_id}
    if node is None or not instances:
        return {}
    last = (
        select(func.max(Submission.id)).where(
            Submission.instance_id.in_(instances), Submission.node == node,
            Submission.status.in_(("submitted", "accepted")),
        ).group_by(Submission.instance_id)
    )
    found = session.execute(
        select(Submission.instance_id, Submission.data, Instance.definition_id)
        .join(Instance, Instance.id == Submission.instance_id).where(Submission.id.in_(last))
    )
    return {
        instances[row.instance_id]: (row.data, definitions.load(session, row.definition_id).form(node)) for row in found
    }


def _about(almanac: Almanac, ground: Ground, body: Body) -> Values:
    serving = ground.serving.get(body.id, [])
    divisions = almanac.settings.divisions.get(body.kind, {})
    members = [row for row in serving if row.post in MEMBER_POSTS]
    staff = [row for row in serving if row.post in SECRETARIAT_POSTS]
    code, district = body.region_code, ".".join(body.region_code.split(".")[:3])
    parent = ground.parents.get(body.parent_id or 0, ("", ""))
    label = almanac.settings.labels.get(body.kind) or body.kind.upper()
    office = [_staff(row, number) for number, row in enumerate(staff, 1)]
    here = place(ground.regions[code]) + (f" TPS {body.unit:03d}" if body.unit else "")
    listed = [_member(row, number, divisions) for number, row in enumerate(members, 1)]
    return {
        "badan": body.name, "jenis_badan": label, "jenis_badan_panjang": LONG[body.kind],
        "wilayah": here, "nama_panjang": _whole_name(body, here, ground.regions[district].name),
        "hadir": [{"no": str(number), "nama": one["nama"], "jabatan": one["jabatan"]}
                  for number, one in enumerate((*listed, *office), 1)],
        "kecamatan": ground.regions[district].name, "kode_wilayah": body.scope,
        "kepala_wilayah": _head(almanac, ground.regions[code]), "ppk_induk": parent[0], "ketua_ppk_induk": parent[1],
        "ketua": next((row.name for row in members if row.post == "ketua"), ""),
        "jumlah_anggota": str(len(members)), "jumlah_anggota_terbilang": in_words(len(members)),
        "tanggal_sumpah": plain_date(body.oath_on) if body.oath_on else "",
        "anggota": listed, "sekretariat": office or _proposed(ground, body),
    }


def _whole_name(body: Body, here: str, district: str) -> str:
    """"Panitia Pemilihan Kecamatan Kranggan", "Panitia Pemungutan Suara Desa Pendowo Kecamatan Kranggan"."""
    return f"{LONG['ppk']} {district}" if body.kind == "ppk" else f"{LONG[body.kind]} {here} Kecamatan {district}"


def _head(almanac: Almanac, region: Region) -> str:
    """"Kepala Desa Pendowo", by the words of this region."""
    if region.level == "kecamatan":
        title = regions.label(almanac.settings.labels, "camat")
    else:
        title = regions.label(almanac.settings.labels, regions.head_of_village(region.code))
    return f"{' '.join(word.capitalize() for word in title.split())} {region.name}"


def _member(row: Row[Any], number: int, divisions: Mapping[str, str]) -> dict[str, str]:
    held = [divisions.get(code, code) for code in (row.division or "").split(",") if code]
    return {
        "no": str(number), "nama": row.name, "jabatan": POSTS[row.post], "divisi": "; ".join(held),
        "jenis_kelamin": {"L": "Laki-laki", "P": "Perempuan"}.get(row.gender or "", ""),
        "disumpah": plain_date(row.sworn_on) if row.sworn_on else "",
    }


def _staff(row: Row[Any], number: int) -> dict[str, str]:
    return {"no": str(number), "nama": row.name, "jabatan": POSTS[row.post], "nip": row.nip or "",
            "tugas": DUTIES.get(row.division or "", row.division or "")}


def _proposed(ground: Ground, body: Body) -> list[dict[str, str]]:
    """The secretariat as the evidence handed in names it; without one three rows to fill in by hand."""
    data, _ = ground.evidence.get(body.id, ({}, None))
    blank = {"nama": "", "nip": "", "tugas": ""}
    people = [{**blank, "nama": text(data, "secretary_name"), "nip": text(data, "secretary_nip")}]
    staff = [{**blank, "nama": text(row, "name"), "nip": text(row, "nip"),
              "tugas": DUTIES.get(text(row, "duty"), text(row, "duty"))} for row in rows(data, "staff")]
    people.extend(staff or [blank, blank])
    return [
        {**one, "no": str(number), "jabatan": "Sekretaris" if number == 1 else "Staf"}
        for number, one in enumerate(people, 1)
    ]


def _of_kind(kind: Kind, ground: Ground, body: Body) -> Values:
    data, form = ground.evidence.get(body.id, ({}, None))
    if kind.code == "oath_minutes":
        witnesses = [{"no": str(number), "nama": text(row, "name"), "jabatan": text(row, "position")}
                     for number, row in enumerate(rows(data, "witnesses"), 1)]
        return {"tempat": text(data, "place"), "pejabat_pelantik": text(data, "oath_official"),
                "rohaniwan": text(data, "clergy"), **({"saksi": witnesses} if witnesses else {})}
    if kind.code == "monitoring_report":
        return _monitored(data, form)
    return {}


def _monitored(data: Mapping[str, Any], form: Any) -> Values:
    told = [row for row in form.describe(data) if not row.heading] if form is not None else []
    items = [row for row in told if str(row.path[0]).startswith("item_")]
    held_on, officers = day(data, "held_on"), rows(data, "monitors")
    said: dict[tuple[int, str], str] = {
        (row.path[1], str(row.path[2])): row.value for row in told if row.path[0] == "findings" and len(row.path) == 3
    }
    findings: list[dict[str, str]] = [
        {"no": str(place + 1), **{name: said.get((place, key), "") for name, key in _FINDING.items()}}
        for place in range(len(rows(data, "findings")))
    ]
    found: Values = {
        "tanggal_monitoring": plain_date(held_on) if held_on else "", "uraian": text(data, "narrative"),
        "cara_monitoring": next((row.value for row in told if row.path[0] == "method"), ""),
        "tindak_lanjut": text(data, "follow_up"), "temuan": findings,
        "butir": [{"no": str(number), "butir": row.label, "hasil": row.value} for number, row in enumerate(items, 1)],
    }
    if officers:
        found["petugas"] = [{"no": str(number), "nama": text(row, "name"), "jabatan": text(row, "position")}
                            for number, row in enumerate(officers, 1)]
    if text(data, "place"):
        found["tempat"] = text(data, "place")
    return found
