"""The text of a letter as an office writes it: one line, one thing; placeholders in braces. Data, never code.

    # Judul             bold, in the middle          ^ teks     in the middle
    > teks              in the right half            **teks**   a bold line
    : Label | isi       label, colon, content        1. teks    an item (also a. and -)
    | Kepala | kepala |  and then | isi | isi |      a table; its first line is the heads
    TTD Jabatan | Nama | keterangan                  a signature; lines in a row stand beside each other
    ===                 a new page
    anything else       a paragraph; an empty line leaves room

A line with a placeholder of a list, such as {anggota.nama}, is repeated for each in the list.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import EvidenceRefused, FieldError
from engine.phrases import Phrase

LONGEST = 20_000
MOST_COLUMNS = 8
BLANK = "…" * 12
"""What stands where a value is still to be written by hand."""

Row = Mapping[str, str]
Values = Mapping[str, str | Sequence[Row]]
_PLACE = re.compile(r"\{([^{}]*)\}")
_ITEM = re.compile(r"(\d{1,2}\.|[a-z]\.|[a-z]\)|-)\s+(.*)")


@dataclass(frozen=True)
class Line:
    """A line of text; style "title", "center", "right", "bold", "item" (with its mark) or "plain"."""

    style: str
    text: str
    mark: str = ""


@dataclass(frozen=True)
class Pair:
    """A label and its content, in line with the others around it."""

    label: str
    text: str


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Signatures:
    """(office, name, what stands below the name) of each who signs."""

    signers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Room:
    """An empty line."""


@dataclass(frozen=True)
class NewPage:
    """What follows stands on a page of its own."""


Block = Line | Pair | Table | Signatures | Room | NewPage


def faults(text: str, names: Mapping[str, Sequence[str]]) -> list[FieldError]:
    """What is wrong with a template, each with its line and its mend; [] when it can be used.

    `names` are the placeholders: {name: ()} for a single value, {name: columns} for a list.
    """
    found: list[FieldError] = []
    if not text.strip():
        return [FieldError(("text",), "required", "Isi naskah surat ini.")]
    if len(text) > LONGEST:
        return [FieldError(("text",), "long", Phrase(
            "Naskah terlalu panjang; paling banyak %(most)s huruf.", most=str(LONGEST)
        ))]
    width = 0
    for number, line in enumerate(text.splitlines(), 1):
        found.extend(_wrong(number, message) for message in _faults_of(line, names))
        cells = len(_cells(line)) if line.startswith("|") else 0
        if cells and width and cells != width:
            found.append(_wrong(number, Phrase(
                "Baris tabel ini mempunyai %(cells)s kolom, kepalanya %(width)s. Samakan.", cells=str(cells),
                width=str(width),
            )))
        if cells > MOST_COLUMNS:
            found.append(_wrong(number, Phrase(
                "Tabel paling banyak %(most)s kolom. Kurangi kolomnya.", most=str(MOST_COLUMNS)
            )))
        width = (width or cells) if cells else 0
    return found


def _wrong(number: int, what: Phrase) -> FieldError:
    return FieldError(("text", number), "line", Phrase("Baris %(line)s: %(what)s", line=str(number), what=what))


def _faults_of(line: str, names: Mapping[str, Sequence[str]]) -> Iterator[Phrase]:
    used = [match[1].strip() for match in _PLACE.finditer(line)]
    every = [*(name for name in names if not names[name]),
             *(f"{name}.{column}" for name, columns in names.items() for column in columns)]
    for name in used:
        if name not in every:
            near = difflib.get_close_matches(name, every, 1, 0.5)
            mend = Phrase("Pilih dari daftar isian di samping naskah.")
            if near:
                mend = Phrase("Maksudnya {%(name)s}?", name=near[0])
            yield Phrase("isian {%(name)s} tidak dikenal. %(mend)s", name=name, mend=mend)
    lists = {name.partition(".")[0] for name in used if "." in name}
    if len(lists) > 1:
        yield Phrase(
            "satu baris hanya boleh memakai satu daftar, bukan beberapa: %(lists)s. Pisahkan barisnya.",
            lists=", ".join(sorted(lists)),
        )
    if re.search(r"[{}]", _PLACE.sub("", line)):
        yield Phrase("ada kurung kurawal yang tidak berpasangan. Setiap isian ditulis {nama_isian}.")


def used(text: str) -> set[str]:
    """The names of the placeholders in a template, a list's by the name of the list."""
    return {match[1].strip().partition(".")[0] for match in _PLACE.finditer(text)}


def fill(text: str, values: Values) -> list[Block]:
    """The letter, block by block. A single value that is missing is a line to write on; a list that is empty is a
    row of dashes. EvidenceRefused for a placeholder that `values` does not know."""
    blocks: list[Block] = []
    for line in text.splitlines():
        for filled in _filled(line, values):
            _add(blocks, filled)
    return blocks


def _filled(line: str, values: Values) -> Iterator[str]:
    """The line once, or once for each of the list it uses."""
    lists = {name.partition(".")[0] for name in _names(line) if "." in name}
    if not lists:
        yield _replaced(line, values, None)
        return
    rows = values.get(min(lists))
    if rows is None or isinstance(rows, str):
        raise _unknown(min(lists))
    for row in rows:
        yield _replaced(line, values, row)
    if not rows and line.startswith("|"):
        yield f"| {' | '.join('–' for _ in _cells(line))} |"


def _names(line: str) -> list[str]:
    return [match[1].strip() for match in _PLACE.finditer(line)]


def _replaced(line: str, values: Values, row: Row | None) -> str:
    in_table = line.startswith("|")

    def one(match: re.Match[str]) -> str:
        name = match[1].strip()
        _, dot, column = name.partition(".")
        value = (row or {}).get(column) if dot else values.get(name)
        if value is None or not isinstance(value, str):
            raise _unknown(name)
        shown = " ".join(value.replace("|", "/").split())
        return shown or ("" if in_table or dot else BLANK)

    return _PLACE.sub(one, line)


def _unknown(name: str) -> EvidenceRefused:
    return EvidenceRefused([FieldError(("text",), "placeholder", Phrase(
        "Isian {%(name)s} tidak dikenal untuk surat ini.", name=name
    ))])


def _add(blocks: list[Block], line: str) -> None:
    """The line as a block, or as a part of the one before it."""
    bare, last = line.strip(), blocks[-1] if blocks else None
    if bare.startswith("|"):
        cells = _cells(bare)
        if isinstance(last, Table):
            blocks[-1] = Table(last.head, (*last.rows, cells))
        else:
            blocks.append(Table(cells, ()))
    elif bare.startswith("TTD "):
        signer = tuple(part.strip() for part in bare[4:].split("|"))
        if isinstance(last, Signatures):
            blocks[-1] = Signatures((*last.signers, signer))
        else:
            blocks.append(Signatures((signer,)))
    else:
        blocks.append(_alone(bare))


def _alone(bare: str) -> Block:
    if not bare:
        return Room()
    if re.fullmatch(r"={3,}", bare):
        return NewPage()
    if bare.startswith(":"):
        label, _, text = bare[1:].partition("|")
        return Pair(label.strip(), text.strip())
    for sign, style in (("#", "title"), ("^", "center"), (">", "right")):
        if bare.startswith(sign):
            return Line(style, bare.lstrip(sign).strip())
    if len(bare) > 4 and bare.startswith("**") and bare.endswith("**"):
        return Line("bold", bare[2:-2].strip())
    item = _ITEM.fullmatch(bare)
    return Line("item", item[2], item[1]) if item else Line("plain", bare)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))
