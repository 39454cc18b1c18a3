"""Values as people read them, in Indonesian (and English): dates with weekday, decimal comma, yes and no."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
           "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}
YES_NO = {"id": ("Ya", "Tidak"), "en": ("Yes", "No")}
BLANK = "–"


def long_date(day: dt.date, language: str = "id", *, weekday: bool = True) -> str:
    """For example "Kamis, 16 Mei 2024"; without `weekday` "16 Mei 2024"."""
    written = f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"
    return f"{_DAYS[language][day.weekday()]}, {written}" if weekday else written


def moment(value: dt.date | dt.time, language: str = "id", *, weekday: bool = True) -> str:
    """A date, a time ("09.30") or both ("Kamis, 16 Mei 2024 pukul 09.30")."""
    if isinstance(value, dt.datetime):
        at = "pukul" if language == "id" else "at"
        return f"{long_date(value, language, weekday=weekday)} {at} {moment(value.time(), language)}"
    if isinstance(value, dt.time):
        return f"{value:%H.%M}" if language == "id" else f"{value:%H:%M}"
    return long_date(value, language, weekday=weekday)


def number(value: Decimal, language: str = "id") -> str:
    """A number with thousands grouped: "1.250,5" in Indonesian, "1,250.5" in English; at most the digits it has."""
    whole, _, part = format(value, "f").lstrip("-").partition(".")
    part = part.rstrip("0")
    grouped = f"{int(whole or '0'):,}"
    text = f"{grouped}.{part}" if part else grouped
    if language == "id":
        text = text.translate(str.maketrans(",.", ".,"))
    return f"-{text}" if value < 0 else text
