"""Letters for all bodies in one go, fetched as one PDF each, read again and drawn as pictures to be looked at."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdfium2
from PIL import Image
from pypdf import PdfReader

from benchmarks.day.hands import Refused
from benchmarks.day.people import Day

KINDS = {"oath_minutes": "berita acara", "attendance": "daftar hadir", "assignment": "surat tugas"}
INK = 0.002
"""So small a share of dark points would be an empty page."""


def issue_all(day: Day) -> None:
    """Each kind for all PPS and all PPK: numbered, made, fetched, and each page has ink on it."""
    hand = day.staff("operator")
    for kind, words in KINDS.items():
        for bodies, count in (("pps", len(day.pps)), ("ppk", len(day.ppk))):
            with day.ledger.act(f"{words} for {count} {bodies.upper()}", "operator", hand) as act:
                place = f"&kecamatan={day.within}" if day.within.count(".") == 2 else ""
                hand.open(f"/surat/terbitkan?jenis={kind}&badan_jenis={bodies}{place}")
                if kind == "assignment":
                    hand.fill("petugas", "Sigit Contoh; Kasubbag Teknis\nRini Contoh; Staf")
                hand.press("Terbitkan")
                if count == 1:
                    content = hand.download("Unduh")
                else:
                    hand.wait_for("Satu PDF untuk dicetak")
                    content = hand.download("Satu PDF untuk dicetak")
                act.bodies = count
            _look(day, f"{kind}-{bodies}", content, [one.name for one in day.bodies.values() if one.kind == bodies])


def _look(day: Day, name: str, content: bytes, names: list[str]) -> None:
    """Every body has its letter in the file, and the first, the middle and the last page stand as pictures."""
    reader = PdfReader(io.BytesIO(content))
    told = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages)).lower()
    places = [one.partition(",")[0].partition(" ")[2].lower() for one in names]
    lost = [one for one in places if one not in told]
    if lost or len(reader.pages) < len(names):
        raise Refused(f"{name}: {len(reader.pages)} pages, without {lost[:5]}")
    folder = day.folder / "letters"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.pdf").write_bytes(content)
    book = pypdfium2.PdfDocument(content)
    for number in sorted({0, 1 % len(book), len(book) // 2, len(book) - 1}):
        path = folder / f"{name}-{number + 1}.png"
        picture = book[number].render(scale=1.4).to_pil().convert("RGB")
        picture.save(path)
        _has_ink(path, picture)
    book.close()


def _has_ink(path: Path, picture: Image.Image) -> None:
    grey = picture.convert("L").histogram()
    share = sum(grey[:128]) / sum(grey)
    if share < INK:
        raise Refused(f"{path.name} is empty: {share:.4f} of it is dark")
