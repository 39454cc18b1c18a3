"""Numbers and dates in words, short codes, and the texts that offices write."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.errors import EvidenceRefused
from workflows.papers import codes, placeholders, template
from workflows.papers.kinds import KINDS, asked
from workflows.papers.template import BLANK, Line, NewPage, Pair, Room, Signatures, Table
from workflows.papers.terbilang import date_in_words, day_name, in_words, plain_date, roman_month

WORDS = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
}


def read_aloud(words: str) -> int:
    """The number that the words say, read from left to right: the other way round, and another way, than they are
    written."""
    total = part = 0
    for word in words.split():
        if word == "sepuluh":
            part += 10
        elif word == "sebelas":
            part += 11
        elif word == "belas":
            part += 10
        elif word == "puluh":
            part = part - part % 10 + part % 10 * 10
        elif word in ("seratus", "ratus"):
            part = part + 100 if word == "seratus" else part * 100
        elif word in ("seribu", "ribu"):
            total, part = total + (1 if word == "seribu" else part) * 1000, 0
        else:
            part += WORDS[word]
    return total + part


def test_every_number_up_to_9999_is_read_back_and_said_in_one_way_only() -> None:
    said = [in_words(number) for number in range(10_000)]
    assert [read_aloud(words) for words in said] == list(range(10_000))
    assert len(set(said)) == 10_000


def test_no_number_says_satu_where_indonesian_says_se() -> None:
    for number in range(10_000):
        words = in_words(number)
        assert not any(wrong in f"{words} " for wrong in ("satu ratus ", "satu belas ", "satu puluh ")), words
        assert not words.startswith("satu ribu")
        assert "nol" not in words or number == 0


@pytest.mark.parametrize(("number", "words"), [
    (10, "sepuluh"), (11, "sebelas"), (12, "dua belas"), (19, "sembilan belas"), (20, "dua puluh"),
    (21, "dua puluh satu"), (100, "seratus"), (110, "seratus sepuluh"), (111, "seratus sebelas"), (1000, "seribu"),
    (1111, "seribu seratus sebelas"), (2024, "dua ribu dua puluh empat"), (9999,
     "sembilan ribu sembilan ratus sembilan puluh sembilan"), (11_000, "sebelas ribu"), (100_000, "seratus ribu"),
    (1_001_000, "satu juta seribu"), (21_000_000, "dua puluh satu juta"),
])
def test_numbers_as_people_write_them(number: int, words: str) -> None:
    assert in_words(number) == words


def test_numbers_without_words_are_refused() -> None:
    for number in (-1, 10**12):
        with pytest.raises(ValueError, match="no words"):
            in_words(number)


def test_dates_in_words() -> None:
    assert date_in_words(date(2024, 5, 16)) == (
        "Kamis, tanggal enam belas bulan Mei tahun dua ribu dua puluh empat"
    )
    assert (plain_date(date(2024, 5, 6)), day_name(date(2024, 5, 6)), roman_month(date(2024, 5, 6))) == (
        "6 Mei 2024", "Senin", "V"
    )
    first = date(2024, 1, 1)
    names = {day_name(first + timedelta(days=number)) for number in range(7)}
    assert names == {"Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"}


def test_codes_are_told_from_mistyped_ones() -> None:
    code = codes.new()
    assert codes.read(codes.shown(code).lower()) == code
    assert not set(code) & set("01ILO")
    for place in range(codes.LENGTH):
        for sign in codes.ALPHABET:
            if sign != code[place]:
                assert codes.read(code[:place] + sign + code[place + 1:]) is None
    for one in range(codes.LENGTH):
        for other in range(one + 1, codes.LENGTH):
            swapped = list(code)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            if "".join(swapped) != code:
                assert codes.read("".join(swapped)) is None
    assert codes.read("") is None
    assert codes.read("0" * 10) is None


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_texts_that_come_with_tapak_have_no_fault(kind: object) -> None:
    assert template.faults(kind.default_text, placeholders.names(kind)) == []  # type: ignore[attr-defined]  # a Kind


NAMES = {"ketua": (), "tanggal": (), "anggota": ("no", "nama")}


@pytest.mark.parametrize(("text", "told"), [
    ("Ketua: {ketau}", "Baris 1: isian {ketau} tidak dikenal. Maksudnya {ketua}?"),
    ("satu\n{anggota.nam}", "Baris 2: isian {anggota.nam} tidak dikenal. Maksudnya {anggota.nama}?"),
    ("{anggota}", "Baris 1: isian {anggota} tidak dikenal."),
    ("{zzzzqqq}", "Pilih dari daftar isian"),
    ("{ketua", "kurung kurawal yang tidak berpasangan"),
    ("| a | b |\n| {ketua} |", "Baris 2: Baris tabel ini mempunyai 1 kolom, kepalanya 2."),
    ("", "Isi naskah"),
    ("{ketua.__class__}", "tidak dikenal"),
])
def test_faults_name_the_line_the_placeholder_and_the_mend(text: str, told: str) -> None:
    assert told in " ".join(error.message for error in template.faults(text, NAMES))


def test_a_template_becomes_blocks() -> None:
    text = (
        "# JUDUL {ketua}\n^ tengah\n> kanan\n: Nomor | {tanggal}\n\n**tebal**\n1. butir\nbiasa {ketua}\n"
        "| No | Nama | Ttd |\n| {anggota.no} | {anggota.nama} | |\nTTD Ketua | {ketua}\nTTD Saksi {anggota.no} | "
        "{anggota.nama}\n===\n"
    )
    people = [{"no": "1", "nama": "Ani | Budi"}, {"no": "2", "nama": ""}]
    assert template.fill(text, {"ketua": "Siti", "tanggal": "", "anggota": people}) == [
        Line("title", "JUDUL Siti"), Line("center", "tengah"), Line("right", "kanan"), Pair("Nomor", BLANK), Room(),
        Line("bold", "tebal"), Line("item", "butir", "1."), Line("plain", "biasa Siti"),
        Table(("No", "Nama", "Ttd"), (("1", "Ani / Budi", ""), ("2", "", ""))),
        Signatures((("Ketua", "Siti"), ("Saksi 1", "Ani / Budi"), ("Saksi 2", ""))), NewPage(),
    ]


def test_values_are_not_read_as_a_template() -> None:
    blocks = template.fill("Nama {ketua}", {"ketua": "{tanggal} **x** # y", "tanggal": "RAHASIA"})
    assert blocks == [Line("plain", "Nama {tanggal} **x** # y")]


def test_an_unknown_placeholder_is_refused_by_name() -> None:
    with pytest.raises(EvidenceRefused) as refusal:
        template.fill("{gaib}", {})
    assert "{gaib}" in refusal.value.errors[0].message


def test_what_was_typed_is_parted_into_rows() -> None:
    kind = KINDS["secretariat_proposal_ppk"]
    typed = asked(kind, {"calon_sekretaris": "Ani; 1985; Kasi\n\nBudi\n"})
    assert typed["calon_sekretaris"] == [
        {"no": "1", "nama": "Ani", "nip": "1985", "jabatan": "Kasi"},
        {"no": "2", "nama": "Budi", "nip": "", "jabatan": ""},
    ]
    assert [row["nama"] for row in typed["calon_staf"]] == ["", "", "", ""]  # type: ignore[index,union-attr]  # rows
