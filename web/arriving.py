"""Files over a bad line: a small part of the tus protocol (1.0.0: creation, checksum, expiration).

    POST   …/potongan                 begins a file: Upload-Length, and its SHA-256 in Upload-Metadata
    HEAD   …/potongan/<sha256>        how far it came: Upload-Offset
    PATCH  …/potongan/<sha256>        the next piece, with Upload-Offset and Upload-Checksum (sha256)
    POST   …/potongan/<sha256>/selesai  the whole file is looked at and kept, as any other upload

Each step may be repeated: a file is named by its content, so whoever lost the answer asks again and goes on.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.http import http_date

from engine.errors import NotFound
from engine.forms import File
from web import transaction, uploads
from web.access import allow, current_actor
from web.errors import sentence_of
from web.evidence import FILLING, attached, reading_filing
from web.fields import path_of
from web.pieces import KEPT, LARGEST_PIECE, NotWhole, Part, Pieces, TooMuch, WrongOffset
from web.sent_files import largest_of
from web.store import SHA256
from web.uploads import UploadRefused
from workflows import filings, photo_notes
from workflows.filings import Filing
from workflows.photo_notes import Note

bp = Blueprint("arriving", __name__, url_prefix="/badan/<int:body_id>/bukti/<node>/potongan")

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460  # the number that tus gives it


@bp.after_request
def _say_version(answer: Response) -> Response:
    answer.headers["Tus-Resumable"] = VERSION
    return answer


@bp.post("")
@allow(*FILLING)
def begin(body_id: int, node: str) -> ResponseReturnValue:
    """The file is begun, or goes on where it stopped; complete already when this evidence has it."""
    filing = reading_filing(body_id, node)
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    sha256, length = told.get("sha256", ""), _number("Upload-Length")
    part = filing.form.field(path_of(told.get("field", "")))
    if not isinstance(part, File) or not SHA256.fullmatch(sha256) or length is None or length < 1:
        raise NotFound
    if length > largest_of(part):
        return _refused(gettext("Berkas ini terlalu besar. Foto paling besar %(photo)d MB.",
                                photo=largest_of(part) // uploads.MEGABYTE), 413)
    transaction.pause()
    here = url_for("arriving.append", body_id=body_id, node=node, sha256=sha256, tugas=filing.address)
    if filings.attached(transaction.session(), filing.place, {sha256}):
        return _at(length, 201, {"Location": here})
    now = transaction.now()
    transaction.pause()
    try:
        begun = _pieces().begin(current_actor().id, sha256, length, now)
    except TooMuch:
        return _refused(gettext(
            "Terlalu banyak berkas Anda yang belum selesai terkirim. Tunggu yang lain selesai."), 413)
    return _at(begun.offset, 201, {"Location": here, "Upload-Expires": http_date(now + KEPT)})


@bp.route("/<sha256>", methods=["HEAD"])
@allow(*FILLING)
def offset(body_id: int, node: str, sha256: str) -> ResponseReturnValue:
    part = _mine(sha256)
    return _at(part.offset, 200, {"Upload-Length": str(part.length)})


@bp.patch("/<sha256>")
@allow(*FILLING)
def append(body_id: int, node: str, sha256: str) -> ResponseReturnValue:
    """The piece is on the disk behind what was there. 409 with the true offset, 460 for other bytes than were sent."""
    part, claimed = _mine(sha256), _number("Upload-Offset")
    transaction.pause()  # the line is slow: nobody waits for the database while a piece arrives
    if request.mimetype != PIECE or claimed is None:
        return _refused(gettext("Potongan berkas ini tidak dapat dibaca. Muat ulang halaman."), 415)
    if (request.content_length or 0) > LARGEST_PIECE:
        return _refused(gettext("Potongan berkas ini terlalu besar. Muat ulang halaman."), 413)
    piece = request.stream.read(LARGEST_PIECE + 1)
    if len(piece) != request.content_length or not _is_unharmed(piece):
        return _at(part.offset, CHECKSUM_MISMATCH)
    try:
        return _at(part.append(claimed, piece), 204)
    except WrongOffset as here:
        return _at(here.offset, 409)
    except FileNotFoundError:
        raise NotFound from None
    except OSError:
        return _refused(gettext("Penyimpanan di server penuh. Foto tetap tersimpan di HP dan dikirim lagi nanti."), 507)


@bp.post("/<sha256>/selesai")
@allow(*FILLING)
def finish(body_id: int, node: str, sha256: str) -> ResponseReturnValue:
    """The file belongs to this evidence, looked at to the last byte, with what the member says of it."""
    filing = reading_filing(body_id, node)
    field = filing.form.field(path_of(request.form.get("field", "")))
    if not isinstance(field, File) or not SHA256.fullmatch(sha256):
        raise NotFound
    session = transaction.session()
    known = filings.attached(session, filing.place, {sha256})
    if sha256 in known:
        kept: dict[str, Any] = {"sha256": sha256, **known[sha256]}
    else:
        try:
            kept = _attach(filing, field, _mine(sha256))
        except (NotWhole, WrongOffset):
            return _refused(gettext("Berkas ini rusak di jalan dan dikirim ulang."), CHECKSUM_MISMATCH)
        except UploadRefused as refusal:
            return _refused(sentence_of(refusal), 422)
    photo_notes.keep(session, filing.place.instance.id, filing.node.id, sha256, Note.of(request.form))
    return jsonify(**kept)


def _attach(filing: Filing, field: File, part: Part) -> dict[str, Any]:
    transaction.pause()
    with _pieces().whole(part) as path, path.open("rb") as file:
        sent = FileStorage(file, filename=request.form.get("name", ""))
        try:
            received = uploads.receive(sent, largest=largest_of(field))
        except UploadRefused:
            part.remove()
            raise
    kept = attached(filing, received)
    transaction.pause()
    part.remove()
    return kept


def _pieces() -> Pieces:
    return Pieces(uploads.store())


def _mine(sha256: str) -> Part:
    found = _pieces().find(current_actor().id, sha256)
    if found is None:
        raise NotFound
    return found


def _at(offset: int, status: int, more: dict[str, str] | None = None) -> Response:
    answer = make_response("", status)
    answer.headers.update({"Upload-Offset": str(offset), "Cache-Control": "no-store", **(more or {})})
    return answer


def _refused(sentence: str, status: int) -> ResponseReturnValue:
    return jsonify(error=sentence), status


def _number(header: str) -> int | None:
    told = request.headers.get(header, "")
    return int(told) if told.isdecimal() and len(told) < 16 else None


def _is_unharmed(piece: bytes) -> bool:
    """Whether these are the bytes that the browser summed up; a piece without a sum is taken as it is."""
    told = request.headers.get("Upload-Checksum", "")
    if not told:
        return True
    name, _, sum_ = told.partition(" ")
    return name == "sha256" and base64.b64encode(hashlib.sha256(piece).digest()).decode() == sum_


def _metadata(header: str) -> dict[str, str]:
    """The pairs of Upload-Metadata: "key base64,key base64"."""
    found = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found
