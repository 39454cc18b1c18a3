"""Each drawing in refused/ is wrong in one way; its name is the code of the problem it must be refused with."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn.problems import WORDS
from engine.bpmn.reader import read
from engine.errors import DrawingRefused

FOLDER = Path(__file__).parent / "refused"

# code: (element, line, what the message says)
EXPECTED: dict[str, tuple[str | None, int, str]] = {
    "xml.empty": (None, 1, "Berkas kosong. Pilih berkas .bpmn yang sudah disimpan."),
    "xml.malformed": (None, 5, "Simpan ulang gambar dari aplikasi penggambarnya."),
    "xml.doctype": (None, 2, "Hapus baris <!DOCTYPE …>."),
    "xml.too_deep": (None, 102, "Ratakan subproses atau hapus isian asing."),
    "xml.include": (None, 4, "Gabungkan isinya ke dalam satu berkas."),
    "root.not_bpmn": (None, 3, "Simpan gambar sebagai BPMN 2.0 XML."),
    "process.none": (None, 2, "Gambar setidaknya satu kolam atau proses"),
    "id.missing": (None, 9, "Unsur <userTask> tidak mempunyai id. Beri id yang belum dipakai."),
    "id.duplicate": ("submit", 9, "Id “submit” dipakai dua kali; yang pertama di baris 5."),
    "id.invalid": ('a "b" <i>', 9, "Pakai huruf, angka, garis bawah, titik, dan tanda hubung saja."),
    "flow.no_source": ("f3", 9, "Sambungkan pangkalnya ke sebuah unsur."),
    "flow.no_target": ("f3", 9, "Sambungkan ujungnya ke sebuah unsur."),
    "flow.source_unknown": ("f3", 9, "berasal dari “gone” yang tidak ada"),
    "flow.target_unknown": ("f3", 9, "menuju “gone” yang tidak ada"),
    "flow.other_scope": ("f3", 12, "ke “deep”. Panah alur harus tetap di dalam batasnya"),
    "boundary.no_host": ("edge", 9, "Tempelkan pada tepi sebuah tugas."),
    "boundary.host_unknown": ("edge", 9, "menempel pada “gone” yang tidak ada di lingkup yang sama"),
    "boundary.host_not_activity": ("edge", 9, "menempel pada “begun” yang bukan tugas atau subproses"),
    "default.not_outgoing": ("choice", 9, "Alur bawaan “f1” dari “choice” bukan panah yang keluar darinya."),
}


@pytest.mark.parametrize("code", sorted(EXPECTED))
def test_a_drawing_wrong_in_one_way_is_refused_for_just_that(code: str) -> None:
    with pytest.raises(DrawingRefused) as refused:
        read((FOLDER / f"{code}.bpmn").read_bytes())
    assert [problem.code for problem in refused.value.problems] == [code]
    found = refused.value.problems[0]
    element, line, words = EXPECTED[code]
    assert (found.element, found.line, found.severity) == (element, line, "error")
    assert words in found.message
    assert found.message_en


def test_every_drawing_and_every_code_of_a_refusal_is_tested() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(EXPECTED)
    warnings = {"lane.node_unknown", "lane.node_twice", "flow.order", "event.unknown_ref", "pool.process_unknown",
                "id.shared", "message.keys", "form.simplified", "form.unreadable", "extension.ignored",
                "extension.no_effect", "element.twice", "foreign.ignored"}
    assert set(WORDS) - set(EXPECTED) == warnings | {"xml.too_large", "xml.too_many"}


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    drawing = (FOLDER / "id.missing.bpmn").read_text().replace(
        "</process>", '<sequenceFlow id="a"/>\n<boundaryEvent id="b"/></process>')
    with pytest.raises(DrawingRefused) as refused:
        read(drawing.encode())
    assert [(one.code, one.line) for one in refused.value.problems] == [
        ("id.missing", 9), ("flow.no_source", 10), ("flow.no_target", 10), ("boundary.no_host", 11)]
