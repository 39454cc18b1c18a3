"""A letter as a PDF: letterhead, text, tables whose heads are repeated, signatures, page numbers, QR and code."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import segno
from fpdf import FPDF
from fpdf.fonts import FontFace

from web.papers import font
from web.papers.font import FAMILY
from workflows.papers.codes import shown
from workflows.papers.template import Block, Line, NewPage, Pair, Room, Signatures, Table

LEFT, RIGHT, TOP, FOOT = 25.0, 20.0, 15.0, 28.0
WIDE = 210.0 - LEFT - RIGHT
SIZE, SMALL, LEADING = 10.5, 8.0, 5.2
LABEL, SIGN_ROOM, QR = 38.0, 17.0, 17.0
SIGN_ROW, WRITE_ROW = 10.0, 6.3


@dataclass(frozen=True)
class Sheet:
    """Everything a letter shows beside its text. `head` are the lines of the letterhead, the last one the address;
    `address` where the public page stands; `code` is "" for a preview, which proves nothing;
    `checkpoint` the code of the newest checkpoint of the histories, "" before the first."""

    head: Sequence[str]
    logo: bytes | None
    code: str
    address: str
    draft: bool
    title: str
    made_at: datetime
    checkpoint: str = ""


def draw(sheet: Sheet, blocks: Iterable[Block]) -> tuple[bytes, int]:
    """(the PDF, how many pages); the same sheet and blocks give the same bytes."""
    page = _Page(sheet)
    page.add_page()
    page.letterhead()
    for group in _together(blocks):
        page.put(group)
    return bytes(page.output()), page.pages_count


def _together(blocks: Iterable[Block]) -> list[list[Block]]:
    """What a new page must not part stands in one group: the last sentence, place and date, all signatures. No page
    has signatures alone, for they could be put under anything."""
    groups: list[list[Block]] = []
    for block in blocks:
        if groups and _closes(groups[-1][-1]) and (_closes(block) or isinstance(block, Signatures)):
            groups[-1].append(block)
        else:
            groups.append([block])
        if isinstance(block, Signatures):
            _take_along(groups)
    return groups


def _take_along(groups: list[list[Block]]) -> None:
    """The sentence before the signatures, and the space between, belong to their group."""
    *before, signed = groups
    if before and isinstance(before[-1][0], Room):
        signed = [*before.pop(), *signed]
    if before and isinstance(last := before[-1][-1], Line) and last.style == "plain":
        signed = [*before.pop(), *signed]
        groups[:] = [*before, signed]


def _closes(block: Block) -> bool:
    return isinstance(block, Line) and block.style == "right"


class _Page(FPDF):
    """A4 with the margins of official letters."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(format="A4", unit="mm")
        self.sheet = sheet
        self.add_font(FAMILY, "", font.REGULAR)
        self.add_font(FAMILY, "B", font.BOLD)
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(True, margin=FOOT)
        self.set_title(font.composed(sheet.title))
        self.set_creator("Tapak")
        self.set_lang("id-ID")
        self.set_creation_date(sheet.made_at)
        self.set_font(FAMILY, "", SIZE)

    def text_font(self, style: str = "", size: float = SIZE) -> None:
        self.set_font(FAMILY, style, size)

    def letterhead(self) -> None:
        """The office, centred; its logo at the left; a double rule below."""
        *names, address = self.sheet.head
        top = self.get_y()
        if self.sheet.logo:
            self.image(io.BytesIO(self.sheet.logo), LEFT, top, h=20)
        inset = 24.0 if self.sheet.logo else 0.0
        for place, name in enumerate(names):
            self._fitting(font.composed(name), WIDE - 2 * inset - 2, 13 if place == 0 else 11)
            self.set_x(LEFT + inset)
            self.multi_cell(WIDE - 2 * inset, 6, font.composed(name), align="C", new_x="LMARGIN", new_y="NEXT")
        if address:
            self.text_font("", SMALL + 0.5)
            self.set_x(LEFT + inset)
            self.multi_cell(WIDE - 2 * inset, 4.2, font.composed(address), align="C", new_x="LMARGIN", new_y="NEXT")
        below = max(self.get_y(), top + 21 if self.sheet.logo else 0) + 1.5
        for width, offset in ((0.8, 0.0), (0.25, 1.0)):
            self.set_line_width(width)
            self.line(LEFT, below + offset, 210 - RIGHT, below + offset)
        self.set_line_width(0.2)
        self.set_y(below + 6)
        self.text_font()

    def _fitting(self, text: str, wide: float, size: float) -> None:
        """Bold, at this size or as much smaller as the text needs to stand on one line, but never too small to read."""
        self.text_font("B", size)
        while size > 9.5 and self.get_string_width(text) > wide:
            size -= 0.5
            self.text_font("B", size)

    def footer(self) -> None:
        """Page number, and what leads to the proof that the paper is genuine."""
        sheet, top = self.sheet, 297 - FOOT + 5
        self.set_line_width(0.2)
        self.line(LEFT, top - 1.5, 210 - RIGHT, top - 1.5)
        if sheet.code:
            self._code(LEFT, top)
        self.text_font("", SMALL)
        inset = QR + 3 if sheet.code else 0
        lines = [f"Kode {shown(sheet.code)}. Periksa keaslian surat ini:", f"{sheet.address}/surat/{sheet.code}"]
        if not sheet.code:
            lines = ["Contoh: belum bernomor dan tidak berlaku."]
        if sheet.draft:
            lines.append("Konsep: berlaku sesudah ditandatangani.")
        if sheet.code and sheet.checkpoint:
            lines.append(f"Titik periksa riwayat {sheet.checkpoint}")
        for place, line in enumerate(lines):
            self.set_xy(LEFT + inset, top + place * 4.2)
            self.cell(WIDE - inset - 38, 4.2, line)
        self.set_xy(210 - RIGHT - 38, top)
        self.cell(38, 4.2, f"Halaman {self.page_no()} dari {{nb}}", align="R")
        self.text_font()

    def _code(self, left: float, top: float) -> None:
        code = segno.make(f"{self.sheet.address}/surat/{self.sheet.code}", error="m", micro=False)
        rows = [bytes(row) for row in code.matrix]
        side = QR / len(rows)
        self.set_fill_color(0)
        for y, row in enumerate(rows):
            x = 0
            while x < len(row):
                end = x
                while end < len(row) and row[end]:
                    end += 1
                if end > x:
                    self.rect(left + x * side, top + y * side, (end - x) * side, side, style="F")
                x = end + 1

    def put(self, group: Sequence[Block]) -> None:
        """The blocks stand on the page, together on one page when there are several."""
        room = sum(self._height(block) for block in group) if len(group) > 1 or isinstance(group[0], Signatures) else 0
        if room and self.get_y() + room > self.page_break_trigger and room < 200:
            self.add_page()
        for block in group:
            self._one(block)

    def _one(self, block: Block) -> None:
        if isinstance(block, NewPage):
            self.add_page()
        elif isinstance(block, Room):
            self.ln(LEADING * 0.6)
        elif isinstance(block, Pair):
            self._pair(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Signatures):
            self._signatures(block)
        else:
            self._line(block)

    def _height(self, block: Block) -> float:
        if isinstance(block, Signatures):
            rows = [block.signers[at : at + 2] for at in range(0, len(block.signers), 2)]
            return 4 + sum(self._sign_height(row) + 5 for row in rows) - 5
        if isinstance(block, Room):
            return LEADING * 0.6
        return LEADING * self._count(font.composed(block.text), WIDE) if isinstance(block, Line) else LEADING

    def _line(self, line: Line) -> None:
        text = font.composed(line.text)
        if line.style == "item":
            self.set_x(LEFT + 2)
            self.cell(7, LEADING, line.mark)
            self.multi_cell(WIDE - 9, LEADING, text, align="J", new_x="LMARGIN", new_y="NEXT")
            return
        bold, align, inset = {
            "title": ("B", "C", 0.0), "center": ("", "C", 0.0), "right": ("", "L", WIDE / 2 + 5),
            "bold": ("B", "L", 0.0),
        }.get(line.style, ("", "J", 0.0))
        self.text_font(bold, SIZE + 0.5 if line.style == "title" else SIZE)
        self.set_x(LEFT + inset)
        self.multi_cell(WIDE - inset, LEADING, text.upper() if line.style == "title" else text, align=align,
                        new_x="LMARGIN", new_y="NEXT")
        self.text_font()

    def _pair(self, pair: Pair) -> None:
        label, text = font.composed(pair.label), font.composed(pair.text)
        if self.will_page_break(LEADING):
            self.add_page()
        top = self.get_y()
        self.multi_cell(LABEL - 2, LEADING, label, align="L", new_x="RIGHT", new_y="TOP")
        after = top + LEADING * max(1, self._count(label, LABEL - 2))
        self.set_xy(LEFT + LABEL - 2, top)
        self.cell(4, LEADING, ":")
        began = self.page
        self.multi_cell(WIDE - LABEL - 2, LEADING, text, align="J", new_x="LMARGIN", new_y="NEXT")
        if self.page == began:
            self.set_y(max(self.get_y(), after))

    def _table(self, table: Table) -> None:
        rows = [tuple(font.composed(cell) for cell in row) for row in table.rows]
        self.ln(1)
        self.text_font("", SIZE - 1)
        aligns = [
            "C" if head.strip(".").casefold() == "no" or (rows and all(row[at].isdecimal() for row in rows)) else "L"
            for at, head in enumerate(table.head)
        ]
        blank = sum(not any(row[at] for row in rows) for at in range(len(table.head))) if rows else 0
        tall = {0: None, 1: SIGN_ROW}.get(blank, WRITE_ROW)
        with self.table(
            col_widths=self._widths(table.head, rows), width=WIDE, align="LEFT", text_align="L",
            line_height=LEADING - 0.6, headings_style=FontFace(emphasis="BOLD", fill_color=(232, 238, 238)),
            padding=(0.8, 1.4), borders_layout="ALL", min_row_height=tall,
        ) as drawn:
            for row in (tuple(font.composed(head) for head in table.head), *rows):
                line = drawn.row()
                for cell, align in zip(row, aligns, strict=True):
                    line.cell(cell, align=align)
        self.text_font()
        self.ln(2)

    def _widths(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
        """The columns' widths by what they hold, their longest words whole where that is possible; one that is to be
        written in has room for a hand."""
        least, most = [], []
        for at, name in enumerate(head):
            cells = [row[at] for row in rows]
            words = [word for text in (name, *cells) for word in text.split()]
            written = 34.0 if not any(cells) and len(name) > 2 else 0.0
            least.append(max(8.0, written, *(self.get_string_width(word) * 1.12 + 3.4 for word in words), 8.0))
            wished = (self.get_string_width(text) * 1.1 + 3.4 for text in (name, *cells))
            most.append(max(least[-1], 2 * written, *wished))
        return _shares(least, most)

    def _sign_height(self, signers: Sequence[Sequence[str]]) -> float:
        office = max((self._lines(signer[0]) for signer in signers), default=1)
        name = max((self._lines(_at(signer, 1), "B") for signer in signers), default=1)
        under = max((self._lines(" ".join(signer[2:])) for signer in signers), default=0)
        return LEADING * (office + name + under) + SIGN_ROOM

    def _lines(self, text: str, style: str = "") -> int:
        if not text:
            return 0
        self.text_font(style)
        found = self._count(font.composed(text), WIDE / 2 - 5)
        self.text_font()
        return found

    def _count(self, text: str, wide: float) -> int:
        """How many lines the text takes."""
        return len(cast("list[str]", self.multi_cell(wide, LEADING, text, dry_run=True, output="LINES")))

    def _signatures(self, block: Signatures) -> None:
        """One at the right, two beside each other, more in rows of two."""
        signers = list(block.signers)
        self.ln(4)
        rows = [signers[at : at + 2] for at in range(0, len(signers), 2)]
        for row in rows:
            height = self._sign_height(row)
            if self.get_y() + height > self.page_break_trigger:
                self.add_page()
            top = self.get_y()
            office = max(self._lines(signer[0]) for signer in row)
            for at, signer in enumerate(row):
                left = LEFT + WIDE / 2 + 5 if at or len(signers) == 1 else LEFT
                self._signer(signer, left, top, office)
            self.set_y(top + height + (5 if row is not rows[-1] else 0))

    def _signer(self, signer: Sequence[str], left: float, top: float, office: int) -> None:
        wide = WIDE / 2 - 5
        self.set_xy(left, top)
        self.multi_cell(wide, LEADING, font.composed(signer[0]), align="L", new_x="LEFT", new_y="NEXT")
        self.set_xy(left, top + office * LEADING + SIGN_ROOM)
        self.text_font("B")
        self.multi_cell(wide, LEADING, font.composed(_at(signer, 1) or "…" * 18), align="L", new_x="LEFT", new_y="NEXT")
        self.text_font()
        if under := " ".join(part for part in signer[2:] if part):
            self.multi_cell(wide, LEADING, font.composed(under), align="L", new_x="LEFT", new_y="NEXT")


def _at(signer: Sequence[str], place: int) -> str:
    return signer[place] if len(signer) > place else ""


def _shares(least: Sequence[float], most: Sequence[float]) -> list[float]:
    """Widths that fill the line: all have what they want at least, the rest goes to those that want more."""
    if sum(least) > WIDE:
        narrow = [min(one, WIDE / len(least)) for one in least]
        room, over = WIDE - sum(narrow), [a - b for a, b in zip(least, narrow, strict=True)]
        return [one + room * more / (sum(over) or 1) for one, more in zip(narrow, over, strict=True)]
    wishes = [b - a for a, b in zip(least, most, strict=True)]
    room = WIDE - sum(least)
    if sum(wishes) > room:
        return [one + room * wish / sum(wishes) for one, wish in zip(least, wishes, strict=True)]
    spare = WIDE - sum(most)
    widest = max(range(len(most)), key=most.__getitem__)
    return [one + (spare if at == widest else 0.0) for at, one in enumerate(most)]
