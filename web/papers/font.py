"""The font of every letter: DejaVu Serif Condensed, whose licence lets it be embedded and passed on."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, cast

from fpdf import FPDF

FAMILY = "tapak"
FOLDER = Path(__file__).parent / "fonts"
REGULAR, BOLD = FOLDER / "DejaVuSerifCondensed.ttf", FOLDER / "DejaVuSerifCondensed-Bold.ttf"


@cache
def _known() -> frozenset[int]:
    """What both files can print."""
    page = FPDF()
    for style, file in (("", REGULAR), ("B", BOLD)):
        page.add_font(FAMILY, style, file)
    plain, bold = (frozenset(cast(Any, font).cmap) for font in page.fonts.values())
    return plain & bold


def composed(text: str) -> str:
    """The text with letters and their marks as one character each, as the font has them."""
    return unicodedata.normalize("NFC", text)


def unprintable(text: str) -> str:
    """The characters of the text that the font has no sign for, each once; "" when all can be printed."""
    known = _known()
    return "".join(dict.fromkeys(sign for sign in composed(text) if ord(sign) not in known and not sign.isspace()))
