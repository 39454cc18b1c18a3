"""Files people send: the first bytes and the whole content decide; what is kept is never overwritten."""

from __future__ import annotations

import hashlib
import io
import resource
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfWriter
from werkzeug.datastructures import FileStorage

from engine.models import Attachment, Definition, Instance
from tests.web.conftest import Browser
from web import db, uploads
from web.store import Store
from web.uploads import Received, UploadRefused, clean_name, receive


def photo(kind: str = "JPEG", size: tuple[int, int] = (800, 600), **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "#336699").save(stream, kind, **options)
    return stream.getvalue()


def paper(pages: int = 1, password: str | None = None) -> bytes:
    writer, stream = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(210, 297)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(stream)
    return stream.getvalue()


def bomb() -> bytes:
    """A PNG of 30,000 by 30,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * 3751 * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.fixture
def inside(app: Flask) -> Iterator[Store]:
    with app.test_request_context():
        yield uploads.store()


def send(content: bytes, name: str = "foto.jpg", largest: int | None = None) -> Received:
    return receive(FileStorage(io.BytesIO(content), filename=name), largest=largest)


def kept(store: Store) -> list[str]:
    return [path.name for path in store.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("content", "media_type"), [
    (photo("JPEG"), "image/jpeg"), (photo("PNG"), "image/png"), (photo("WEBP"), "image/webp"),
    (paper(), "application/pdf"),
])
def test_what_is_accepted_is_kept_as_it_came(inside: Store, content: bytes, media_type: str) -> None:
    received = send(content, "bukti.dat")
    assert received == Received(hashlib.sha256(content).hexdigest(), "bukti.dat", media_type, len(content))
    assert inside.path(received.sha256).read_bytes() == content
    assert inside.verify(received.sha256)
    assert kept(inside) == [received.sha256]


@pytest.mark.parametrize(("content", "said"), [
    (b"", "kosong"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "bukan foto"),
    (b"<html><script>alert(1)</script></html>", "bukan foto"),
    (b"GIF89a" + bytes(100), "bukan foto"),
    (b"MZ" + bytes(100), "bukan foto"),
    (photo()[:-4000] if len(photo()) > 8000 else photo()[: len(photo()) // 2], "rusak"),
    (b"\xff\xd8\xff" + b"not a photo at all" * 50, "rusak"),
    (b"\x89PNG\r\n\x1a\n" + bytes(200), "rusak"),
    (b"RIFF\x00\x00\x00\x00WEBP" + bytes(200), "rusak"),
    (b"%PDF-1.7\n" + bytes(200), "rusak"),
    (paper(password="rahasia"), "terkunci"),
    (paper(pages=0), "tidak berisi halaman"),
    (bomb(), "terlalu luas"),
])
def test_what_is_refused_leaves_nothing_behind(inside: Store, content: bytes, said: str) -> None:
    with pytest.raises(UploadRefused, match=said):
        send(content)
    assert kept(inside) == []


def test_too_large_is_told_with_the_limits(inside: Store) -> None:
    with pytest.raises(UploadRefused, match="Foto paling besar 1 MB"):
        send(photo() + bytes(1_000_000), largest=1_000_000)
    with pytest.raises(UploadRefused, match="PDF paling besar 5 MB"):
        send(paper() + bytes(5_000_000))
    assert kept(inside) == []


def test_the_same_file_twice_is_kept_once_and_not_touched(inside: Store) -> None:
    first = send(photo())
    before = inside.path(first.sha256).stat()
    second = send(photo(), "lain.jpg")
    after = inside.path(second.sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert after.st_mode & 0o222 == 0


def test_the_picture_shown_is_small_upright_and_without_place(inside: Store) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (7.0, 19.0, 0.0)  # GPS latitude
    content = photo(size=(4000, 3000), exif=exif)
    assert b"Exif" in content
    received = send(content)
    for size, longest in uploads.SIZES.items():
        path = uploads.picture(inside, received.sha256, received.type, size)
        with Image.open(path) as shown:
            assert shown.format == "JPEG"
            assert max(shown.size) <= longest
            assert shown.height > shown.width
            assert len(shown.getexif()) == 0
        assert b"Exif" not in path.read_bytes()
        assert path.stat().st_size < len(content)


def test_a_missing_picture_is_made_again(inside: Store) -> None:
    received = send(photo())
    path = uploads.picture(inside, received.sha256, received.type, "small")
    path.unlink()
    assert uploads.picture(inside, received.sha256, received.type, "small").exists()


@pytest.mark.parametrize(("given", "shown"), [
    ("foto.jpg", "foto.jpg"), ("../../etc/passwd", "passwd"), ("C:\\Users\\ani\\foto.jpg", "foto.jpg"),
    ("a\r\nb\x00.pdf", "ab.pdf"), ("", "berkas"), ("...", "berkas"), ("x" * 300 + ".jpg", "x" * 110 + ".jpg"),
    ("\u202egpj.exe", "gpj.exe"),
])
def test_names_are_cleaned(app: Flask, given: str, shown: str) -> None:
    with app.test_request_context():
        assert clean_name(given) == shown


def attach(app: Flask, content: bytes, scope: str) -> Received:
    with app.test_request_context():
        received = send(content, "bukti acara.jpg")
    now = datetime.now(UTC)
    with db.transaction(app.extensions["tapak.engine"]) as session:
        definition = Definition(key="k", version=1, name="k", drawing=b"", forms={}, outline="", fingerprint="",
                                published_at=now, published_by="1")
        session.add(definition)
        session.flush()
        instance = Instance(definition_id=definition.id, subject="body:1", scope=scope, stage="s", state="s/t",
                            variables={}, started_at=now, entered_at=now, staged_at=now)
        session.add(instance)
        session.flush()
        session.add(Attachment(instance_id=instance.id, node="n", sha256=received.sha256, name=received.name,
                               type=received.type, size=received.size, added_by="1", added_at=now))
    return received


@pytest.mark.parametrize(("role", "scope", "picture", "original"), [
    ("pps_member", "33.23.01.2001", 200, 200),
    ("commissioner", "33.23", 200, 200),
    ("pps_member", "33.23.01.2002", 404, 404),
    ("observer", "33.23", 404, 403),  # not handed in; what is, test_hostile_files shows
    ("admin", "33.23", 403, 403),
])
def test_who_sees_an_attachment(
    app: Flask, browser: Browser, person: Callable[..., int], role: str, scope: str, picture: int, original: int
) -> None:
    received = attach(app, photo(), "33.23.01.2001")
    person("ani", (role, scope))
    browser.sign_in("ani")
    assert browser.get(f"/berkas/{received.sha256}/foto/large").status_code == picture
    assert browser.get(f"/berkas/{received.sha256}/asli").status_code == original


def test_how_an_attachment_leaves(app: Flask, browser: Browser, person: Callable[..., int]) -> None:
    received = attach(app, photo(), "33.23.01.2001")
    person("ani", ("commissioner", "33.23"))
    browser.sign_in("ani")
    shown = browser.get(f"/berkas/{received.sha256}/foto/small")
    assert shown.content_type == "image/jpeg"
    assert shown.data != photo()
    original = browser.get(f"/berkas/{received.sha256}/asli")
    assert original.data == photo()
    assert original.headers["Content-Disposition"].startswith("attachment;")
    for answer in (shown, original):
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
    again = {"If-None-Match": shown.headers["ETag"]}
    assert browser.get(f"/berkas/{received.sha256}/foto/small", headers=again).status_code == 304
    assert browser.get(f"/berkas/{received.sha256}/foto/huge").status_code == 404
    assert browser.get(f"/berkas/{'0' * 64}/asli").status_code == 404
    assert browser.get("/berkas/..%2f..%2fsecret_key/asli").status_code == 404
    browser.send("/keluar")
    assert browser.get(f"/berkas/{received.sha256}/foto/small", headers=again).status_code == 302


def test_a_paper_is_not_shown_as_a_photo(app: Flask, browser: Browser, person: Callable[..., int]) -> None:
    received = attach(app, paper(), "33.23.01.2001")
    person("ani", ("commissioner", "33.23"))
    browser.sign_in("ani")
    assert browser.get(f"/berkas/{received.sha256}/foto/large").status_code == 404
    assert browser.get(f"/berkas/{received.sha256}/asli").content_type == "application/pdf"


def test_what_breaks_off_leaves_nothing(inside: Store) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("connection lost")
            return super().read(10)

    with pytest.raises(OSError, match="lost"), inside.incoming(Broken(photo()), 1_000_000):
        pass
    assert kept(inside) == []


def test_a_full_disk_refuses_in_words_and_leaves_nothing(inside: Store) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))  # no file of this process can grow beyond it
    try:
        with pytest.raises(UploadRefused, match="penyimpanan di server penuh"):
            send(photo())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert kept(inside) == []


@pytest.mark.parametrize("name", ["", "..", "A" * 64, "0" * 63, "../" + "0" * 61])
def test_a_store_knows_only_hashes(inside: Store, name: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        inside.path(name)


def test_a_changed_byte_is_noticed(inside: Store) -> None:
    received = send(photo())
    path = inside.path(received.sha256)
    path.chmod(0o640)
    path.write_bytes(photo() + b"!")
    assert not inside.verify(received.sha256)
    assert not inside.verify("0" * 64)
