"""Everything the engine refuses, as one tree. An exception's docstring is its default message.

    TapakError
      Refused                     the act cannot be done; nothing was changed
        NotFound                  no such task, instance, submission, definition
        Forbidden                 this person may not do this
          OutOfScope              ... in this region
          FourEyes                ... because they acted in another lane of the same stage
        Stale                     somebody else moved it meanwhile
        NotOpen                   the task is not open (any more)
        EvidenceRefused           the form or an evidence rule refuses the data
        WrongState                the machine knows no such step from here
        AlreadyDone               the same key was used for another act
      BpmnError                   a handler says: this ended as an error that the drawing may catch
      DrawingRefused              a drawing cannot be read, compiled or proved
      FormRefused                 a form file cannot be read
      ExpressionRefused           an expression cannot be parsed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.phrases import Phrase, parts


class TapakError(Exception):
    """Terjadi kesalahan."""

    def __init__(self, message: str | None = None, **values: str) -> None:
        """`values` fill the message's %(names)s; `template` is the message before that, for who translates it."""
        said = message or (type(self).__doc__ or "").strip()
        self.template, self.values = (said, values) if values else parts(said)
        self.message = said % values if values else str(said)
        super().__init__(self.message)


class Refused(TapakError):
    """Permintaan ini tidak dapat dijalankan. Tidak ada yang diubah."""


class NotFound(Refused):
    """Data yang dicari tidak ditemukan. Mungkin tautannya sudah tidak berlaku."""


class Forbidden(Refused):
    """Anda tidak berwenang melakukan ini."""


class OutOfScope(Forbidden):
    """Badan ini di luar wilayah kerja Anda."""


class FourEyes(Forbidden):
    """Anda sudah bertindak pada tahap ini. Pemeriksaan harus dilakukan orang lain."""


class Stale(Refused):
    """Keadaan sudah berubah sejak halaman ini dibuka. Muat ulang halaman, lalu periksa kembali."""


class NotOpen(Stale):
    """Tugas ini sudah tidak terbuka. Muat ulang halaman untuk melihat keadaan terakhir."""


class WrongState(Refused):
    """Langkah ini tidak dapat dilakukan dari keadaan sekarang."""


class AlreadyDone(Refused):
    """Kunci kiriman ini sudah dipakai untuk tindakan lain. Muat ulang halaman, lalu kirim lagi."""


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field.

    `path` leads to the field: keys and row numbers, e.g. ("visits", 0, "official"); () is the form as a whole.
    `code` is stable and English ("required", "pattern", "members.count"); `message` is Indonesian and says the mend: a
    plain sentence, or a `Phrase` where values stand in it.
    """

    path: tuple[str | int, ...]
    code: str
    message: str


class EvidenceRefused(Refused):
    """Isian belum lengkap atau belum benar. Perbaiki bagian yang ditandai; isian Anda tidak hilang."""

    def __init__(self, errors: Sequence[FieldError], message: str | None = None) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a drawing or its forms.

    `code` is stable and English ("gateway.no_default"); `element` is the id in the drawing (or None) and `line` its
    line in the file; `message` is Indonesian and says how to mend it; `message_en` the same in English; `path` is the
    shortest list of element ids that leads to the fault, () where there is none. `severity`:
    "error": it cannot run; "unsound": it can be played, but is not proved and so not published; "missing": something
    is still to be registered here before it is published; "warning": worth knowing. `reason` is the sentence of what
    could not be read inside it, which `message` ends with and `message_en` does not: a `Phrase`, for who translates it.
    """

    code: str
    message: str
    element: str | None = None
    line: int | None = None
    path: tuple[str, ...] = ()
    message_en: str = ""
    severity: str = "error"
    elements: tuple[str, ...] = field(default=())
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The shape `drawings check --json` prints."""
        return {
            "code": self.code, "element": self.element, "line": self.line, "message": self.message,
            "message_en": self.message_en, "path": list(self.path), "severity": self.severity,
            "elements": list(self.elements or ((self.element,) if self.element else ())),
        }


class BpmnError(TapakError):
    """Langkah otomatis ini berakhir dengan galat."""

    # Raised by a handler, for an outcome that the drawing deals with: an error event of this `code` catches it, along
    # the scopes and parents of the task; without one it is an incident.
    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message) if message else super().__init__(
            "Langkah otomatis ini berakhir dengan galat “%(code)s”.", code=code
        )
        self.code = code


class DrawingRefused(TapakError):
    """Gambar alur ini tidak dapat dijalankan."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(
            f"- {p.element or 'berkas'}{f' (baris {p.line})' if p.line else ''}: {p.message}" for p in self.problems
        )
        super().__init__(f"{(type(self).__doc__ or '').strip()}\n{lines}")


class FormRefused(TapakError):
    """Berkas formulir ini tidak dapat dibaca."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"- {p.element or 'formulir'}: {p.message}" for p in self.problems))


class ExpressionRefused(TapakError):
    """Ungkapan ini tidak dapat dibaca."""

    def __init__(self, text: str, position: int, message: str) -> None:
        self.text, self.position = text, position
        self.why = Phrase(
            "%(why)s (pada huruf ke-%(place)s dari: %(text)s)", why=message, place=str(position + 1), text=text
        )
        super().__init__(self.why)
