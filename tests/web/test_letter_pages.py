"""How letters look on paper, read again from the PDF: no page with signatures alone, room where people sign."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from web.papers.drawing import Sheet, draw
from workflows.papers import template

SHEET = Sheet(["KPU KABUPATEN TEMANGGUNG"], None, "", "", False, "Surat", datetime(2026, 11, 23, tzinfo=UTC))
CLOSING = "Demikian berita acara ini dibuat dengan sesungguhnya."
SIGNED = f"{CLOSING}\n\n" + "".join(f"TTD Saksi {number} | Nama Saksi {number}\n" for number in (1, 2, 3, 4))


def pages(text: str) -> list[str]:
    content, count = draw(SHEET, template.fill(text, {}))
    found = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    assert len(found) == count
    return found


@pytest.mark.parametrize("lines", range(24, 40))
def test_signatures_stand_together_under_the_last_sentence(lines: int) -> None:
    told = pages("".join(f"Baris ke-{number}.\n" for number in range(lines)) + f"\n{SIGNED}")
    [page] = [page for page in told if "Saksi 1" in page]
    assert "Demikian berita acara" in page
    assert "Nama Saksi 4" in page


def test_the_room_of_a_table_is_where_people_sign() -> None:
    text = "| No | Nama | Tanda tangan |\n| 1 | Muh. Anwar Fauzi Kusumawardhana | |\n"
    content, _ = draw(SHEET, template.fill(text, {}))
    ends: list[float] = []

    def look(text: str, _cm: object, matrix: list[float], _font: object, _size: object) -> None:
        if text.strip() in ("Nama", "Tanda tangan"):
            ends.append(matrix[4])

    PdfReader(io.BytesIO(content)).pages[0].extract_text(visitor_text=look)
    name, sign = ends
    assert sign - name < 250  # of the 470 points of a line
