"""Files that people send: looked at to the last byte, kept sealed, never shown as they came.

Accepted are photos (JPEG, PNG, WebP up to 20 MB, or less where the installation says so) and papers (PDF up to 5 MB).
What a file is, its first bytes and a full decode decide; its name and what the browser says decide nothing. The
original is kept as evidence. Shown is a picture of our own making, without place and camera data, 1600 or 320 pixels
on its longest side; a paper leaves only as a sandboxed download.
"""

from __future__ import annotations

import io
import logging
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Response, current_app, send_file
from flask_babel import gettext
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from werkzeug.datastructures import FileStorage

from engine.errors import Refused
from web.store import Incoming, Store, TooLarge

log = logging.getLogger(__name__)

STORE = "tapak.store"
MEGABYTE = 1_000_000
PHOTO_BYTES = 20 * MEGABYTE
PAPER_BYTES = 5 * MEGABYTE
JPEG_PIXELS = 64_000_000  # decoded at a reduced scale, so memory stays small
OTHER_PIXELS = 24_000_000
PAPER_PAGES = 500
SIZES = {"large": 1600, "small": 320}
SANDBOX = "sandbox; default-src 'none'"

_one_decode_at_a_time = threading.Semaphore(2)


class UploadRefused(Refused):
    """Berkas ini tidak dapat diterima."""


@dataclass(frozen=True)
class Kind:
    """One type of file that is accepted. `pillow` is the only decoder that may look at it."""

    type: str
    pillow: str | None
    ending: str


JPEG = Kind("image/jpeg", "JPEG", ".jpg")
PNG = Kind("image/png", "PNG", ".png")
WEBP = Kind("image/webp", "WEBP", ".webp")
PDF = Kind("application/pdf", None, ".pdf")
KINDS = {kind.type: kind for kind in (JPEG, PNG, WEBP, PDF)}
ACCEPT = ",".join(KINDS)


@dataclass(frozen=True)
class Received:
    """A file that was accepted and sealed: what an attachment row is made of. `size` in bytes."""

    sha256: str
    name: str
    type: str
    size: int


def store() -> Store:
    """The application's attachments."""
    return cast(Store, current_app.extensions[STORE])


def receive(upload: FileStorage, *, into: Store | None = None, largest: int | None = None) -> Received:
    """The file is sealed, and of a photo the pictures to show exist.

    UploadRefused, with nothing kept, when it is empty, too large (`largest` bytes, by default the installation's;
    papers 5 MB), of another type, not what it seems, damaged, or locked by a password; and, logged, when the disk is
    full or may not be written.
    """
    kept = into or store()
    limit = min(PHOTO_BYTES, largest or current_app.extensions["tapak.config"].max_file_bytes)
    name = clean_name(upload.filename or "")
    try:
        with kept.incoming(upload.stream, limit) as incoming:
            kind, shown = look(incoming, name)
            incoming.seal()
            if shown is not None:
                for size, longest in SIZES.items():
                    _keep_picture(shown, longest, _picture_path(kept, incoming.sha256, size))
            return Received(incoming.sha256, name, kind.type, incoming.size)
    except TooLarge:
        raise UploadRefused(gettext(
            "%(name)s terlalu besar. Foto paling besar %(photo)d MB, PDF paling besar %(paper)d MB.",
            name=name, photo=limit // MEGABYTE, paper=PAPER_BYTES // MEGABYTE,
        )) from None
    except OSError as error:
        log.exception("an upload could not be kept in %s", kept.root)
        raise UploadRefused(gettext(
            "%(name)s belum tersimpan: penyimpanan di server penuh atau terkunci. Isian lain tidak hilang; simpan "
            "draf, beri tahu operator, lalu kirim lagi berkas ini.", name=name,
        )) from error


def look(incoming: Incoming, name: str) -> tuple[Kind, Image.Image | None]:
    """What the file is, and a photo's picture, after its whole content was read; UploadRefused when it may not stay."""
    if incoming.size == 0:
        raise UploadRefused(gettext("%(name)s kosong. Pilih berkas itu sekali lagi.", name=name))
    with incoming.path.open("rb") as file:
        kind = _by_signature(file.read(16))
    if kind is None:
        raise UploadRefused(gettext(
            "%(name)s bukan foto (JPEG, PNG, WebP) atau PDF. Simpan sebagai salah satunya, lalu kirim lagi.", name=name
        ))
    if kind is PDF:
        _read_paper(incoming, name)
        return kind, None
    return kind, _read_photo(incoming.path, kind, name)


def _by_signature(head: bytes) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return PDF if head.startswith(b"%PDF-") else None


def _read_photo(path: Path, kind: Kind, name: str) -> Image.Image:
    try:
        return _shrunk(path, kind, max(SIZES.values()))
    except (Image.DecompressionBombError, MemoryError):
        raise UploadRefused(gettext(
            "%(name)s terlalu luas gambarnya. Ambil foto yang lebih kecil (paling banyak %(count)d megapiksel).",
            name=name, count=(JPEG_PIXELS if kind is JPEG else OTHER_PIXELS) // 1_000_000,
        )) from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning):
        raise UploadRefused(gettext(
            "%(name)s rusak atau terpotong saat dikirim. Ambil atau pilih lagi foto itu.", name=name
        )) from None


def _read_paper(incoming: Incoming, name: str) -> None:
    if incoming.size > PAPER_BYTES:
        raise UploadRefused(gettext(
            "%(name)s terlalu besar. PDF paling besar %(paper)d MB; pindai dengan mutu lebih rendah.",
            name=name, paper=PAPER_BYTES // MEGABYTE,
        ))
    try:
        reader = PdfReader(incoming.path)
        if reader.is_encrypted:
            raise UploadRefused(gettext("%(name)s terkunci kata sandi. Simpan tanpa kata sandi.", name=name))
        pages = len(reader.pages)
        sizes = [page.mediabox.width for page in reader.pages[:PAPER_PAGES]]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        raise UploadRefused(gettext("%(name)s rusak dan tidak dapat dibuka. Pindai lagi.", name=name)) from None
    if pages == 0 or not all(sizes) or pages > PAPER_PAGES:
        raise UploadRefused(gettext(
            "%(name)s tidak berisi halaman yang dapat dibaca, atau lebih dari %(count)d halaman.",
            name=name, count=PAPER_PAGES,
        ))


def _shrunk(path: Path, kind: Kind, longest: int) -> Image.Image:
    """The whole picture decoded, upright, in RGB on white, without its metadata, at most `longest` pixels a side."""
    with _one_decode_at_a_time, Image.open(path, formats=[cast(str, kind.pillow)]) as source:
        width, height = source.size
        if width * height > (JPEG_PIXELS if kind is JPEG else OTHER_PIXELS):
            raise Image.DecompressionBombError
        if kind is JPEG:
            source.draft("RGB", (longest, longest))
        source.load()
        upright = ImageOps.exif_transpose(source)
        upright.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        shown = Image.new("RGB", upright.size, "white")
        alpha = upright.convert("RGBA")
        shown.paste(alpha, mask=alpha.getchannel("A"))
        return shown


def picture(kept: Store, sha256: str, media_type: str, size: str) -> Path:
    """The file of the picture that stands for a photo, made again where it is missing. KeyError for another size."""
    path = _picture_path(kept, sha256, size)
    if not path.exists():
        _keep_picture(_shrunk(kept.path(sha256), KINDS[media_type], SIZES[size]), SIZES[size], path)
    return path


def _picture_path(kept: Store, sha256: str, size: str) -> Path:
    return kept.root.parent / "pictures" / size / sha256[:2] / f"{kept.path(sha256).name}.jpg"


def _keep_picture(shown: Image.Image, longest: int, path: Path) -> None:
    smaller = shown.copy()
    smaller.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    smaller.save(encoded, "JPEG", quality=82, optimize=True, progressive=True)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    fresh = path.with_name(f".{path.name}.{threading.get_ident()}")
    fresh.write_bytes(encoded.getvalue())
    fresh.rename(path)


def show(sha256: str, media_type: str, size: str = "large") -> Response:
    """The answer that shows a photo: our own picture of it. The caller has decided that it may be seen."""
    answer = send_file(picture(store(), sha256, media_type, size), mimetype="image/jpeg", etag=f"{sha256}-{size}")
    return _sealed(answer)


def download(sha256: str, media_type: str, name: str) -> Response:
    """The original as a download that no browser will run. The caller has decided that it may be had."""
    answer = send_file(
        store().path(sha256), mimetype=media_type, as_attachment=True, etag=sha256,
        download_name=_ending_told(clean_name(name), KINDS[media_type]),
    )
    return _sealed(answer)


def _ending_told(name: str, kind: Kind) -> str:
    """The name with an ending that says what the file is, whatever it was called: no photo is saved as a program."""
    endings = (".jpg", ".jpeg") if kind is JPEG else (kind.ending,)
    return name if name.lower().endswith(endings) else name + kind.ending


def _sealed(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "private, no-cache"  # asked again each time: after signing out nothing is shown
    return answer


def clean_name(name: str) -> str:
    """The last part of the name without control letters, at most 120 letters, never empty."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip(" .")
    if len(plain) > 120:
        stem, dot, ending = plain.rpartition(".")
        plain = f"{stem[:110]}{dot}{ending[:9]}" if dot else plain[:120]
    return plain or gettext("berkas")
