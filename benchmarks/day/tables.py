"""What goes to the province: both tables fetched, opened again, and compared cell by cell with the database."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from benchmarks.day.hands import Refused
from benchmarks.day.people import Day
from engine.models import Instance
from workflows.models import Body, Membership, Person, Region
from workflows.people import NikKeys

POSTS = {"ketua": "Ketua", "anggota": "Anggota", "sekretaris": "Sekretaris", "staf": "Staf"}


def export(day: Day) -> None:
    """The operator's nominative list with whole NIK, the province's recap; each cell as the database has it."""
    operator, province = day.staff("operator"), day.staff("provinsi")
    with day.ledger.act("nominative list as Excel", "operator", operator) as act:
        operator.open("/ekspor?tabel=nominatif")
        operator.choose("nik", "1")
        nominative = operator.download("Unduh Excel")
        act.bodies = len(day.bodies)
    with day.ledger.act("recap as Excel", "provinsi", province) as act:
        province.open("/ekspor?tabel=rekap")
        recap = province.download("Unduh Excel")
        act.bodies = len(day.bodies)
    cells = _same("nominative", nominative, list(_people(day))) + _same("recap", recap, list(_districts(day)))
    print(f"    {cells} cells of both tables are as the database has them", flush=True)


def _same(name: str, content: bytes, wanted: list[dict[str, Any]]) -> int:
    """How many cells were compared; Refused at the first that differs."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    start = next(number for number, row in enumerate(rows) if row[0] == "No")
    headings, lines = rows[start], rows[start + 1:]
    lines = [line for line in lines if any(cell not in ("", None) for cell in line)]
    if len(lines) != len(wanted):
        raise Refused(f"{name}: {len(lines)} rows, the database has {len(wanted)}")
    for number, (line, want) in enumerate(zip(lines, wanted, strict=True), 1):
        for heading, cell in zip(headings, line, strict=True):
            if _told(cell) != _told(want[str(heading)]):
                raise Refused(f"{name}, row {number}, {heading}: {cell!r}, the database has {want[str(heading)]!r}")
    return len(lines) * len(headings)


def _told(value: object) -> object:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if value == "" else value


def _people(day: Day) -> Iterator[dict[str, Any]]:
    keys = NikKeys.from_secret(day.house.config.secret_key.encode())
    with day.house.looking() as session:
        names = dict(session.execute(sa.select(Region.code, Region.name)).all())
        found = session.execute(
            sa.select(Person, Membership, Body).join(Membership, Membership.person_id == Person.id)
            .join(Body, Body.id == Membership.body_id).where(Membership.until_on.is_(None))
            .order_by(Body.region_code, Membership.post != "ketua", Membership.rank, Membership.id)
        ).all()
        found = sorted(found, key=lambda row: row.Body.region_code)
        for number, (person, serves, body) in enumerate(found, 1):
            yield {
                "No": number, "Nama": person.name, "NIK": keys.unseal(person.nik_sealed) if person.nik_sealed else None,
                "L/P": person.gender, "Tanggal Lahir": person.born_on, "Pendidikan": person.education,
                "No WA": person.phone, "Jenis Badan": body.kind.upper(), "Kecamatan": names[body.region_code[:8]],
                "Desa/Kelurahan": names[body.region_code] if body.kind == "pps" else None,
                "Jabatan": POSTS[serves.post], "Tanggal Sumpah": serves.sworn_on, "Tanggal Bimtek": serves.trained_on,
            }


def _districts(day: Day) -> Iterator[dict[str, Any]]:
    sums: dict[str, Counter[str]] = {}
    with day.house.looking() as session:
        names = dict(session.execute(sa.select(Region.code, Region.name)).all())
        for body, stage in session.execute(
            sa.select(Body, Instance.stage).outerjoin(Instance, Instance.id == Body.instance_id)
        ):
            one = sums.setdefault(body.region_code[:8], Counter())
            one.update({body.kind.upper(): 1, "Kebutuhan Anggota": 5 if body.kind == "ppk" else 3, str(stage): 1})
        for code, gender in session.execute(
            sa.select(Body.region_code, Person.gender).join(Membership, Membership.body_id == Body.id)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.until_on.is_(None), Membership.post.in_(("ketua", "anggota")))
        ):
            sums[code[:8]].update({"Anggota": 1, "Perempuan": int(gender == "P")})
    total: Counter[str] = Counter()
    for number, code in enumerate(sorted(sums), 1):
        total.update(sums[code])
        yield _recap(number, names[code], sums[code])
    yield _recap(None, "Jumlah", total)


def _recap(number: int | None, district: str, sums: Counter[str]) -> dict[str, Any]:
    stages = {"Dilantik": "inaugurated", "Sowan Selesai": "sowan_done", "Sekretariat Terbentuk": "secretariat_formed",
              "Bimtek Selesai": "bimtek_complete", "Dimonitor": "monitored"}
    counted = {name: sums[name] for name in ("PPK", "PPS", "Kebutuhan Anggota", "Anggota", "Perempuan")}
    return {
        "No": number, "Kecamatan": district, **counted, "Kekurangan": sums["Kebutuhan Anggota"] - sums["Anggota"],
        **{name: sums[stage] for name, stage in stages.items()}, "Terlambat": 0,
    }
