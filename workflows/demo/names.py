"""Invented people: names put together from common Javanese parts, numbers of the right shape that nobody has."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random

MEN = (
    "Agus", "Slamet", "Budi", "Joko", "Eko", "Wahyu", "Bambang", "Supri", "Teguh", "Hadi", "Nur", "Arif", "Dwi", "Tri",
    "Yulianto", "Sugeng", "Heri", "Fajar", "Imam", "Rudi", "Galih", "Bayu", "Danang", "Aditya", "Rizki", "Muh. Anwar",
    "Ahmad", "Taufik", "Sigit", "Wawan", "Purnomo", "Untung", "Catur", "Gunawan", "Lukman", "Yusuf", "Ilham", "Dimas",
    "Anton", "Edi", "Sapto", "Toni", "Hendra", "Irwan", "Joni", "Kusno", "Mugi", "Paryono", "Rohmat", "Sarjono",
)
WOMEN = (
    "Siti", "Sri", "Dewi", "Ratna", "Wahyuni", "Endang", "Rini", "Tutik", "Nurul", "Lestari", "Puji", "Indah", "Ani",
    "Yuni", "Eni", "Fitri", "Dian", "Retno", "Umi", "Kartika", "Wulan", "Ayu", "Novi", "Ika", "Lilis", "Marlina",
    "Suryani", "Nita", "Titik", "Anisa", "Mega", "Restu", "Rahma", "Sulis", "Tri Astuti", "Murni",
)
MEN_LAST = (
    "Santoso", "Prasetyo", "Wibowo", "Nugroho", "Susilo", "Hidayat", "Setiawan", "Kurniawan", "Saputra", "Raharjo",
    "Widodo", "Utomo", "Purwanto", "Riyadi", "Suharto", "Wijaya", "Mulyono", "Hartono", "Sutrisno", "Budiman",
    "Pamungkas", "Ramadhan", "Maulana", "Fauzi", "Haryanto", "Subekti", "Triyono", "Waluyo", "Kuncoro", "Laksono",
    "Atmojo", "Basuki", "Cahyono", "Darmawan", "Firmansyah", "Hermawan", "Irawan", "Kusuma", "Marwanto", "Prakoso",
)
WOMEN_LAST = (
    "Wahyuningsih", "Lestari", "Rahayu", "Handayani", "Astuti", "Hidayah", "Kusumawati", "Puspitasari", "Wulandari",
    "Utami", "Setyowati", "Widiastuti", "Purwanti", "Aisyah", "Rohmah", "Khasanah", "Maryati", "Susanti", "Mulyani",
    "Safitri", "Anggraini", "Fatimah", "Novitasari", "Hastuti", "Winarsih", "Kurniasih", "Sulistyowati", "Permatasari",
)
SCHOOLS = ("SMA", "SMA", "SMK", "MA", "D3", "S1", "S1", "S1", "S2")
ELDEST, YOUNGEST = date(1968, 1, 1), date(2004, 12, 31)


@dataclass(frozen=True)
class Invented:
    """One person who does not exist. `nik` has the shape of a NIK, `phone` lies in a block that nobody was given."""

    name: str
    gender: str
    born_on: date
    nik: str
    phone: str
    education: str


class People:
    """Ever new people, the same ones for the same seed; no two share a name or a number."""

    def __init__(self, seed: int, *, taken: Container[str] = (), after: int = 0) -> None:
        """Nobody gets a name of `taken`; their numbers begin behind `after`, at most 9,000 of them."""
        self._random = Random(seed)
        self._taken, self._count = taken, after
        self._names = {"L": self._shuffled(MEN, MEN_LAST), "P": self._shuffled(WOMEN, WOMEN_LAST)}

    def _shuffled(self, first: tuple[str, ...], last: tuple[str, ...]) -> Iterator[str]:
        pairs = [f"{one} {other}" for one, other in product(first, last) if one not in other]
        self._random.shuffle(pairs)
        return iter(pairs)

    def name(self, gender: str) -> str:
        """A full name that was not given before."""
        return next(name for name in self._names[gender] if name not in self._taken)

    def somebody(self, gender: str, region_code: str) -> Invented:
        """A person at home in this region; the NIK's first digits are the kecamatan's, as on an identity card."""
        self._count += 1
        born_on = ELDEST + timedelta(days=self._random.randrange((YOUNGEST - ELDEST).days))
        day = born_on.day + (40 if gender == "P" else 0)
        nik = f"{region_code.replace('.', '')[:6]}{day:02d}{born_on:%m%y}{9000 - self._count:04d}"
        return Invented(
            self.name(gender), gender, born_on, nik, f"08120000{self._count:04d}", self._random.choice(SCHOOLS)
        )


def nip(number: int, gender: str) -> str:
    """An 18-digit NIP of the right shape, another one for each number."""
    born_on = date(1970, 1, 1) + timedelta(days=number * 7 % 8000)
    return f"{born_on:%Y%m%d}{born_on.year + 26}03{1 if gender == 'L' else 2}{number % 1000:03d}"
