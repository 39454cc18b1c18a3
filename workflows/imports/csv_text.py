"""A table as text: which letters its bytes are, and what stands between its cells."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator

DELIMITERS = (";", ",", "\t", "|")
LOOKED_AT = 50


def decoded(content: bytes) -> str:
    """The text: UTF-8 or UTF-16, by its mark or its bytes; otherwise Windows-1252, what Excel writes in Indonesia."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    zeros = content[:2048].count(0)
    if zeros > len(content[:2048]) // 3:
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def delimiter_of(text: str) -> str:
    """The sign by which most of the first lines fall into the same number of cells, the more the better."""
    told = text[:200].splitlines()[:1]
    if told and told[0].lower().startswith("sep=") and len(told[0]) == 5:
        return told[0][4]
    best, most = ",", (0, 0)
    for sign in DELIMITERS:
        widths = Counter(len(row) for _, row in zip(range(LOOKED_AT), _rows(text, sign), strict=False) if len(row) > 1)
        if widths:
            width, lines = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
            if (lines, width) > most:
                best, most = sign, (lines, width)
    return best


def rows(content: bytes) -> list[list[str]]:
    """The rows of cells; a leading line "sep=;" is kept empty, so that line numbers stay those of the file."""
    text = decoded(content)
    found = list(_rows(text, delimiter_of(text)))
    if found and found[0] and found[0][0].lower().startswith("sep="):
        found[0] = []
    return found


def _rows(text: str, sign: str) -> Iterator[list[str]]:
    csv.field_size_limit(min(sys.maxsize, 100_000))
    return csv.reader(io.StringIO(text, newline=""), delimiter=sign)
