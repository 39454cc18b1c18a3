"""The members as the selection left them: an Excel of the operator's own, with invented people for every seat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.bodies import MEMBERS
from workflows.demo.names import Invented, People
from workflows.models import Body, Region
from workflows.regions import TEMANGGUNG, is_within

HEADINGS = ("No", "Nama Lengkap", "NIK", "L/P", "Tgl Lahir", "Pendidikan", "No WA", "Badan", "Kecamatan", "Desa",
            "Kode Wilayah", "Peringkat")


@dataclass(frozen=True)
class Company:
    """One body of the day: its number, its name, and its members in the order of the selection."""

    id: int
    kind: str
    code: str
    name: str
    members: Sequence[Invented]

    @property
    def place(self) -> str:
        return self.name.partition(",")[0].partition(" ")[2]

    @property
    def district(self) -> str:
        return self.code[:8]


def companies(session: Session, within: str = TEMANGGUNG) -> dict[str, Company]:
    """The bodies within this region by code, each with invented members for all of its seats."""
    people, found = People(seed=967), {}
    for body in session.scalars(select(Body).order_by(Body.region_code, Body.id)):
        if is_within(body.region_code, within):
            genders = "LPLPL"[:MEMBERS[body.kind][1]] if body.id % 2 else "PLPLP"[:MEMBERS[body.kind][1]]
            members = [people.somebody(one, body.region_code) for one in genders]
            found[body.region_code] = Company(body.id, body.kind, body.region_code, body.name, members)
    return found


def write(path: Path, bodies: Mapping[str, Company], names: Mapping[str, str]) -> int:
    """The table stands in an .xlsx under a title, NIK and telephone as text, days of birth as days; so many rows."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Terpilih")
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "dd/mm/yyyy"})
    page.write_string(0, 0, "DAFTAR ANGGOTA PPK DAN PPS TERPILIH (REKAAN)", book.add_format({"bold": True}))
    for column, heading in enumerate(HEADINGS):
        page.write_string(2, column, heading)
    number = 0
    for one in bodies.values():
        for rank, member in enumerate(one.members, 1):
            number += 1
            row = number + 2
            page.write_number(row, 0, number)
            for column, value in enumerate((member.name, member.nik, member.gender), 1):
                page.write_string(row, column, value, text)
            page.write_datetime(row, 4, member.born_on, day)
            village = names[one.code] if one.kind == "pps" else ""
            told = (member.education, member.phone, one.kind.upper(), names[one.district], village, one.code)
            for column, value in enumerate(told, 5):
                page.write_string(row, column, value, text)
            page.write_number(row, 11, rank)
    book.close()
    return number


def region_names(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Region.code, Region.name)).all())
