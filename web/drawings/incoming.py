"""The files that somebody sends: a drawing, and the forms and decision models beside it, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from engine import definitions
from engine.errors import Refused
from workflows.drawing_drafts import DRAWING_BYTES, FORM_BYTES, Sent

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
XML_ENDS, FORM_ENDS = (".bpmn", ".xml"), (".form", ".json")
ACCEPT = ".bpmn,.xml,.form,.json,.dmn"


class FileRefused(Refused):
    """Berkas ini tidak dapat diterima."""


def read(files: Iterable[FileStorage], standing: Sent | None = None) -> Sent | None:
    """What these files make, put over what stands; None when there is no drawing at all.

    FileRefused, naming the file, for one that is too large, no text where text is due, or of an unknown ending. The
    drawing itself may be anything: it is kept, and the check says what is wrong with it.
    """
    name, drawing = (standing.file, standing.drawing) if standing else ("", b"")
    forms: dict[str, str] = dict(standing.forms) if standing else {}
    for file in files:
        called = PurePosixPath((file.filename or "").replace("\\", "/")).name
        if not called:
            continue
        if called.lower().endswith(XML_ENDS):
            name, drawing = called, _bytes(file, called, DRAWING_BYTES)
        else:
            forms[form_name(called)] = _text(file, called)
    return Sent(name, drawing, forms) if drawing else None


def form_name(called: str) -> str:
    """The form id of a file: its name without the ending; that of a decision model with it. FileRefused."""
    stem, dot, end = called.rpartition(".")
    if f".{end.lower()}" == definitions.DECISIONS:
        stem = called
    elif not dot or f".{end.lower()}" not in FORM_ENDS:
        raise FileRefused(gettext(
            "“%(name)s”: berkas jenis ini tidak dikenal. Kirim .bpmn untuk gambar, .form untuk formulir.", name=called
        ))
    if not NAME.fullmatch(stem):
        raise FileRefused(gettext(
            "“%(name)s”: nama formulir hanya boleh huruf, angka, titik, garis bawah dan tanda hubung. Beri nama "
            "seperti id tugasnya, misalnya submit_sowan.form.", name=called,
        ))
    return stem


def chosen(files: Iterable[FileStorage]) -> list[str]:
    """The names of the files that were sent, for a page that comes back."""
    return [file.filename for file in files if file.filename]


def typed(text: str, standing: Sent) -> Sent:
    """What stands, with this text as its drawing."""
    return Sent(standing.file, text.replace("\r\n", "\n").encode("utf-8", "replace"), standing.forms)


def without(standing: Sent, form: str) -> Sent:
    """What stands, without this form."""
    return Sent(standing.file, standing.drawing, {name: text for name, text in standing.forms.items() if name != form})


def with_form(standing: Sent, form: str, text: str) -> Sent:
    """What stands, with this text as this form."""
    forms: Mapping[str, str] = {**standing.forms, form: text.replace("\r\n", "\n")}
    return Sent(standing.file, standing.drawing, forms)


def _bytes(file: FileStorage, called: str, most: int) -> bytes:
    content = file.stream.read(most + 1)
    if len(content) > most:
        raise FileRefused(gettext(
            "“%(name)s” terlalu besar; yang diterima paling banyak %(most)s kB.", name=called, most=most // 1000
        ))
    if not content:
        raise FileRefused(gettext("“%(name)s” kosong. Pilih berkas yang benar.", name=called))
    return content


def _text(file: FileStorage, called: str) -> str:
    try:
        return _bytes(file, called, FORM_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused(
            gettext("“%(name)s” bukan teks. Simpan lagi dari penyunting formulir.", name=called)
        ) from None
