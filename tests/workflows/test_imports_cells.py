"""Cells as values of the register: many ways to write one thing, and nothing guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.imports import cells
from workflows.imports.cells import Wrong

UNTIL = date(2024, 5, 16)
NIK = "3323134107900001"


@pytest.mark.parametrize(
    "written",
    [
        date(1990, 5, 16),
        33009,
        "33009",
        "16/05/1990",
        "16-05-1990",
        "16.5.90",
        "1990-05-16",
        "16 Mei 1990",
        "Temanggung, 16 Mei 1990",
        "16 mei 90",
        "16-MEI-1990",
        "1990-05-16 00:00:00",
        "16 / 05 / 1990",
    ],
)
def test_a_day_is_read(written: Any) -> None:
    assert cells.day(written, UNTIL) == date(1990, 5, 16)


@pytest.mark.parametrize("written", ["31/02/1990", "05/16/1990", "Mei 1990", "kemarin", 12, True, "16 Meo 1990"])
def test_what_is_no_day_is_refused(written: Any) -> None:
    with pytest.raises(Wrong):
        cells.day(written, UNTIL)


@given(st.dates(date(1930, 1, 1), date(2007, 1, 1)))
def test_every_day_is_read_in_every_form(day: date) -> None:
    serial = (day - cells.SERIAL_BEGINS).days
    for written in (day.strftime("%d/%m/%Y"), day.isoformat(), serial, day):
        assert cells.day(written, UNTIL) == day


@pytest.mark.parametrize("written", [NIK, f"'{NIK}", "3323 1341 0790 0001", "332313.410790.0001", f" {NIK}\xa0"])
def test_a_nik_is_read(written: str) -> None:
    assert cells.nik(written) == NIK


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (3323134107900001, "nik_number"),
        (3.323134107900001e15, "nik_number"),
        ("3,32313E+15", "nik_number"),
        ("3.32313E+15", "nik_number"),
        ("33231341079", "nik"),
        ("", "nik"),
        (None, "nik_missing"),
        ("٣" * 16, "nik"),
    ],
)
def test_what_is_no_nik_is_refused_and_not_repeated(written: Any, kind: str) -> None:
    with pytest.raises(Wrong) as wrong:
        cells.nik(written)
    assert wrong.value.kind == kind
    assert "3323" not in str(wrong.value.named)


@pytest.mark.parametrize(
    "written",
    [
        "081234567890",
        "+62 812-3456-7890",
        "6281234567890",
        81234567890,
        81234567890.0,
        "(0812) 3456 7890",
        "+62 (0)81234567890",
    ],
)
def test_a_telephone_number_is_as_it_is_dialled(written: Any) -> None:
    assert cells.phone(written) == "081234567890"


@pytest.mark.parametrize("written", ["0812", "tidak ada", "081234567890 / 081234567891"])
def test_what_is_no_telephone_number_is_refused(written: str) -> None:
    with pytest.raises(Wrong):
        cells.phone(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3323132007", "33.23.13.2007"),
        (3323132007.0, "33.23.13.2007"),
        ("33.23.13.2007", "33.23.13.2007"),
        ("332313", "33.23.13"),
        ("", None),
    ],
)
def test_a_code_is_read(written: Any, meant: str | None) -> None:
    assert cells.code(written) == meant


def test_words_are_known() -> None:
    assert [cells.gender(one) for one in ("L", "Laki-Laki", "pr", "Wanita", "", None)] == [
        "L",
        "L",
        "P",
        "P",
        None,
        None,
    ]
    assert [cells.chosen(one) for one in ("Ya", "TERPILIH", True, "Cadangan", "tidak terpilih", 0)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert cells.post("Ketua merangkap Anggota") == "ketua"
    assert cells.kind("PPS Rejosari") == "pps"
    for reader, written in ((cells.chosen, ""), (cells.post, "Bendahara"), (cells.gender, "X"), (cells.kind, "KPU")):
        with pytest.raises(Wrong):
            reader(written)
