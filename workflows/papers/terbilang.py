"""Numbers and dates in Indonesian words, as official letters write them."""

from __future__ import annotations

from datetime import date

ONES = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
SCALES = ((1_000_000_000, "miliar"), (1_000_000, "juta"), (1_000, "ribu"), (100, "ratus"))


def in_words(number: int) -> str:
    """The number in words: 2024 is "dua ribu dua puluh empat", 1111 "seribu seratus sebelas".

    ValueError outside 0 to 999,999,999,999.
    """
    if not 0 <= number < 10**12:
        raise ValueError(f"{number} has no words here")
    if number < len(ONES):
        return ONES[number]
    if number < 20:
        return f"{ONES[number - 10]} belas"
    if number < 100:
        return _with_rest(f"{ONES[number // 10]} puluh", number % 10)
    size, name = next(scale for scale in SCALES if number >= scale[0])
    many, rest = divmod(number, size)
    first = f"se{name}" if many == 1 and size <= 1_000 else f"{in_words(many)} {name}"
    return _with_rest(first, rest)


def _with_rest(first: str, rest: int) -> str:
    return f"{first} {in_words(rest)}" if rest else first


def day_name(day: date) -> str:
    """"Kamis"."""
    return DAYS[day.weekday()]


def plain_date(day: date) -> str:
    """"16 Mei 2024"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def date_in_words(day: date) -> str:
    """"Kamis, tanggal enam belas bulan Mei tahun dua ribu dua puluh empat"."""
    return (
        f"{day_name(day)}, tanggal {in_words(day.day)} bulan {MONTHS[day.month - 1]} tahun {in_words(day.year)}"
    )


def roman_month(day: date) -> str:
    """"V" for May."""
    return ROMAN[day.month - 1]
