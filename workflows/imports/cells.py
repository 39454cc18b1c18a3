"""One cell as a value of the register. What cannot be one raises `Wrong`; nothing is guessed, no NIK is repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from workflows.imports.fields import plain
from workflows.imports.reading import Cell
from workflows.people import is_nik

MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate((
        ("jan", "januari", "january"), ("feb", "februari", "pebruari", "february"), ("mar", "maret", "march"),
        ("apr", "april"), ("mei", "may"), ("jun", "juni", "june"), ("jul", "juli", "july"),
        ("agu", "agt", "ags", "agst", "agustus", "aug", "august"), ("sep", "sept", "september"),
        ("okt", "oktober", "oct", "october"), ("nov", "nopember", "november"), ("des", "desember", "dec", "december"),
    ), 1) for name in names
}
SERIAL_BEGINS = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 3_654, 73_050  # 1910 to 2099
ELDEST, YEARS_TWO = 1910, 30
GENDERS = {
    **dict.fromkeys(("l", "lk", "lki", "laki", "laki laki", "pria", "m", "male"), "L"),
    **dict.fromkeys(("p", "pr", "prp", "perempuan", "wanita", "f", "female"), "P"),
}
YES = frozenset({"ya", "y", "1", "terpilih", "lulus", "true", "ditetapkan", "v", "x", "ok", "lulus terpilih",
                 "calon terpilih", "anggota terpilih", "yes"})
NO = frozenset({"tidak", "t", "n", "0", "tidak terpilih", "cadangan", "paw", "calon paw", "calon pengganti", "false",
                "no", "tidak lulus", "calon pengganti antarwaktu", "calon pengganti antar waktu", 
                "pengganti antarwaktu",
                "cadangan paw", "daftar tunggu", "belum terpilih"})
POSTS = {
    **dict.fromkeys(("ketua", "ketua merangkap anggota", "ketua anggota", "ketua ppk", "ketua pps"), "ketua"),
    **dict.fromkeys(("anggota", "anggota ppk", "anggota pps", "anggota kpps", "pantarlih"), "anggota"),
    **dict.fromkeys(("cadangan", "paw", "calon paw", "calon pengganti", "calon pengganti antarwaktu", "cadangan paw"),
                    "cadangan"),
}
KINDS = {
    "ppk": "ppk", "ppd": "ppk", "pps": "pps", "kpps": "kpps", "pantarlih": "pantarlih", "ppdp": "pantarlih",
    "panitia pemilihan kecamatan": "ppk", "panitia pemungutan suara": "pps",
    "kelompok penyelenggara pemungutan suara": "kpps", "petugas pemutakhiran data pemilih": "pantarlih",
}
_DAY_FIRST = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{2}|\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:[ T][\d:.]+)?")
_IN_WORDS = re.compile(r"(\d{1,2})[\s.-]+([a-z]+)\.?[\s.-]+(\d{2}|\d{4})")
_PHONE = re.compile(r"0\d{8,13}")
_SCIENTIFIC = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)


class Wrong(Exception):
    """The cell is no such value; `kind` says why, `named` what the sentence names."""

    def __init__(self, kind: str, /, **named: str) -> None:
        super().__init__(kind)
        self.kind, self.named = kind, named


def text(cell: Cell, most: int) -> str:
    """The cell as one line; a whole number without its ".0". Wrong when it is longer than `most`."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    said = " ".join(str(cell).split())
    if len(said) > most:
        raise Wrong("long", most=str(most))
    return said


def name(cell: Cell) -> str:
    """A person's name: at least three letters, no number. Wrong otherwise."""
    said = text(cell, 200)
    if not said:
        raise Wrong("name_missing")
    if len(said) > 4 and said.replace(" ", "").isalpha():
        return said
    if sum(letter.isalpha() for letter in said) < 3 or sum(letter.isdigit() for letter in said) > 2:
        raise Wrong("name")
    return said


def nik(cell: Cell) -> str:
    """Sixteen digits that were kept as text. A number has lost its last digits for good: Wrong "nik_number"."""
    if cell is None:
        raise Wrong("nik_missing")
    if isinstance(cell, bool | date):
        raise Wrong("nik", count="0")
    if isinstance(cell, int | float):
        raise Wrong("nik_number")
    if _SCIENTIFIC.fullmatch(cell.strip()):
        raise Wrong("nik_number")
    digits = re.sub(r"[\s'’`.\-\xa0]", "", cell)
    if not is_nik(digits):
        raise Wrong("nik", count=str(sum(letter.isdigit() for letter in digits)))
    return digits


def gender(cell: Cell) -> str | None:
    said = plain(text(cell, 40))
    if said and said not in GENDERS:
        raise Wrong("gender", said=said)
    return GENDERS.get(said)


def day(cell: Cell, until: date) -> date | None:
    """A birth date: a date, its Excel number, "16 Mei 2024", "16/05/2024", "2024-05-16", also behind a place. Wrong
    for another form, no such day, or one outside 1910 to `until`."""
    if cell is None or cell == "":
        return None
    found = _day(cell)
    if found is None:
        raise Wrong("date", said=text(cell, 2_000)[:40])
    if not ELDEST <= found.year <= until.year or found > until:
        raise Wrong("date_range", said=found.strftime("%d-%m-%Y"))
    return found


def _day(cell: Cell) -> date | None:
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        whole = int(cell) if FIRST_SERIAL <= cell <= LAST_SERIAL else None
        return SERIAL_BEGINS + timedelta(days=whole) if whole else None
    said = str(cell).rpartition(",")[2].strip().casefold()
    if said.isdecimal() and FIRST_SERIAL <= int(said) <= LAST_SERIAL:
        return SERIAL_BEGINS + timedelta(days=int(said))
    if found := _YEAR_FIRST.fullmatch(said):
        return _made(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(said):
        return _made(_year(found[3]), int(found[2]), int(found[1]))
    if (found := _IN_WORDS.fullmatch(said)) and found[2] in MONTHS:
        return _made(_year(found[3]), MONTHS[found[2]], int(found[1]))
    return None


def _year(digits: str) -> int:
    """Two digits are of the century in which a member can have been born."""
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < YEARS_TWO else 1900)


def _made(year: int, month: int, day_: int) -> date | None:
    try:
        return date(year, month, day_)
    except ValueError:
        return None


def phone(cell: Cell) -> str | None:
    """A number as people dial it: "+62 812-3456-7890" and 81234567890 → "081234567890". Wrong for what is none."""
    said = text(cell, 60)
    digits = re.sub(r"[\s().\-'’/]", "", said).removeprefix("+")
    if not digits or digits == "0":
        return None
    if digits.startswith("62"):
        digits = "0" + digits[2:].removeprefix("0")
    elif digits.startswith("8"):
        digits = "0" + digits
    if not _PHONE.fullmatch(digits):
        raise Wrong("phone")
    return digits


def rank(cell: Cell) -> int | None:
    said = text(cell, 20).rstrip(".")
    if not said:
        return None
    if not said.isdecimal() or not 1 <= int(said) <= 200:
        raise Wrong("rank", said=said)
    return int(said)


def chosen(cell: Cell) -> bool:
    """Whether the row says that this one was chosen. An empty cell does not say: Wrong."""
    said = plain("ya" if cell is True else "tidak" if cell is False else text(cell, 80))
    if said in YES:
        return True
    if said in NO:
        return False
    raise Wrong("chosen", said=said or "–")


def post(cell: Cell) -> str | None:
    said = plain(text(cell, 80))
    if said and said not in POSTS:
        raise Wrong("post_secretariat" if said.startswith(("sekretaris", "staf", "kepala sek")) else "post", said=said)
    return POSTS.get(said)


def kind(cell: Cell) -> str | None:
    """"ppk", "pps" … of a cell that says just that, or begins with it ("PPS Rejosari")."""
    said = plain(text(cell, 200))
    if not said:
        return None
    found = KINDS.get(said) or KINDS.get(said.split()[0])
    if found is None:
        raise Wrong("kind", said=said[:40])
    return found


def unit(cell: Cell) -> int | None:
    said = plain(text(cell, 20)).removeprefix("tps").strip()
    if not said:
        return None
    if not said.isdecimal() or not 1 <= int(said) <= 999:
        raise Wrong("unit", said=said)
    return int(said)


def code(cell: Cell) -> str | None:
    """A region's code with its dots; dots that were left out are put in: "3323132007" → "33.23.13.2007"."""
    said = re.sub(r"[\s'’]", "", text(cell, 40))
    if not said:
        return None
    if isinstance(cell, float) and not cell.is_integer():
        raise Wrong("code_number", said=said)
    if said.isdecimal() and len(said) in (6, 10):
        said = ".".join(filter(None, (said[:2], said[2:4], said[4:6], said[6:])))
    if not re.fullmatch(r"\d{2}(\.\d{2}){2}(\.\d{4})?", said):
        raise Wrong("code", said=said)
    return said
