"""Files in pieces: whatever breaks on the way, the bytes that arrive are the bytes that were sent, or none."""

from __future__ import annotations

import base64
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from engine.models import Attachment
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PASSWORD, PENDOWO, World
from web import db, pieces, uploads
from web.pieces import NotWhole, Pieces, TooMuch, WrongOffset
from web.store import Store
from workflows.models import PhotoNote

NODE = "submit_sowan"
FIELD = "visits-0-photos"


def jpeg(colour: str = "teal", size: int = 300) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(made, "JPEG")
    return made.getvalue()


def named(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, KRANGGAN, PENDOWO, OTHER_VILLAGE)


class Phone:
    """Sends files in pieces, as the browser does."""

    def __init__(self, browser: Browser, world: World, login: str = "pps", code: str = PENDOWO) -> None:
        browser.sign_in(login, PASSWORD)
        self.browser, self.path = browser, f"/badan/{world.of(code).id}/bukti/{NODE}/potongan"
        self.token = browser.token()

    def begin(self, content: bytes, field: str = FIELD, length: int | None = None, sha256: str = "") -> TestResponse:
        told = {"sha256": sha256 or named(content), "field": field}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
        return self.browser.post(self.path, headers={
            "X-CSRFToken": self.token, "Upload-Length": str(length or len(content)), "Upload-Metadata": metadata,
        })

    def piece(self, content: bytes, offset: int, piece: bytes, **headers: str) -> TestResponse:
        return self.browser.patch(f"{self.path}/{named(content)}", data=piece, headers={
            "X-CSRFToken": self.token, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset),
            "Upload-Checksum": "sha256 " + base64.b64encode(hashlib.sha256(piece).digest()).decode(), **headers,
        })

    def finish(self, content: bytes, **said: str) -> TestResponse:
        return self.browser.post(f"{self.path}/{named(content)}/selesai", headers={"X-CSRFToken": self.token},
                                 data={"field": FIELD, "name": "kades.jpg", **said})


@pytest.fixture
def phone(browser: Browser, world: World) -> Phone:
    return Phone(browser, world)


def test_a_file_in_pieces_is_kept_as_any_other(phone: Phone, app: Flask) -> None:
    content = jpeg()
    begun = phone.begin(content)
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "0")
    assert begun.headers["Location"] == f"{phone.path}/{named(content)}"
    assert begun.headers["Tus-Resumable"] == "1.0.0"
    for offset in range(0, len(content), 700):
        answer = phone.piece(content, offset, content[offset:offset + 700])
        assert answer.status_code == 204
        told = phone.browser.head(f"{phone.path}/{named(content)}")
        assert told.headers["Upload-Offset"] == str(min(offset + 700, len(content))) == answer.headers["Upload-Offset"]
        assert told.headers["Upload-Length"] == str(len(content))
    place = {"latitude": "-7.3", "longitude": "110.1"}
    said = {"caption": "  Bersama   kades ", "taken_at": "2024-06-03T09:15:00", **place}
    for _ in range(2):  # the answer was lost, it is asked again
        kept = phone.finish(content, **said)
        assert kept.status_code == 200, kept.text
        assert kept.json == {"sha256": named(content), "name": "kades.jpg", "type": "image/jpeg", "size": len(content)}
    assert app.extensions[uploads.STORE].verify(named(content))
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Attachment.node == NODE)) == 1
        note = session.scalars(sa.select(PhotoNote)).one()
        assert (note.caption, note.taken_at) == ("Bersama kades", "2024-06-03T09:15:00")
        assert (note.latitude, note.longitude) == (-7.3, 110.1)
    assert not list(Path(app.extensions[uploads.STORE].root).glob("pieces/*/*.part"))


def test_a_file_that_is_there_is_not_sent_again(phone: Phone) -> None:
    content = jpeg()
    phone.begin(content)
    phone.piece(content, 0, content)
    assert phone.finish(content).status_code == 200
    assert phone.begin(content).headers["Upload-Offset"] == str(len(content))
    assert phone.finish(content, caption="Baru").status_code == 200


def test_a_piece_counts_only_at_its_place_and_unharmed(phone: Phone) -> None:
    content = jpeg()
    phone.begin(content)
    assert phone.piece(content, 0, content[:500]).status_code == 204
    for offset in (0, 499, 501, len(content)):
        answer = phone.piece(content, offset, content[offset:offset + 100] or b"x")
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "500")
    torn = phone.piece(content, 500, content[500:600], **{"Upload-Checksum": "sha256 AAAA"})
    assert (torn.status_code, torn.headers["Upload-Offset"]) == (460, "500")
    assert phone.piece(content, 500, content[500:] + b"more").status_code == 409
    assert phone.piece(content, 500, b"x", **{"Content-Type": "text/plain"}).status_code == 415
    assert phone.finish(content).status_code == 460
    assert phone.begin(content).headers["Upload-Offset"] == "500"


def test_what_is_not_what_was_announced_is_thrown_away(phone: Phone, app: Flask) -> None:
    content, other = jpeg("teal"), jpeg("red")
    phone.begin(content, length=len(other))
    phone.piece(content, 0, other)
    assert phone.finish(content).status_code == 460
    assert phone.browser.head(f"{phone.path}/{named(content)}").status_code == 404
    assert not app.extensions[uploads.STORE].holds(named(content))


def test_the_checks_are_those_of_any_upload(phone: Phone, app: Flask) -> None:
    content = b"MZ this is no photo at all"
    phone.begin(content)
    phone.piece(content, 0, content)
    answer = phone.finish(content)
    assert answer.status_code == 422
    assert "bukan foto" in answer.json["error"]  # type: ignore[index]
    assert not app.extensions[uploads.STORE].holds(named(content))
    assert phone.begin(content, length=900_000_000).status_code == 413
    assert phone.begin(content, field="narrative").status_code == 404
    assert phone.begin(content, sha256="../../etc/passwd").status_code == 404


def test_nobody_sees_anothers_pieces(phone: Phone, app: Flask, world: World) -> None:
    content = jpeg()
    phone.begin(content)
    phone.piece(content, 0, content[:300])
    other = app.test_client()
    assert isinstance(other, Browser)
    stranger = Phone(other, world, "jauh", OTHER_VILLAGE)
    assert other.head(f"{stranger.path}/{named(content)}").status_code == 404
    assert stranger.piece(content, 300, content[300:]).status_code == 404
    assert stranger.finish(content).status_code == 404
    assert other.post(phone.path, headers={"X-CSRFToken": stranger.token}).status_code == 403
    assert phone.browser.patch(f"{phone.path}/{named(content)}", data=b"x").status_code == 400  # no token


def test_two_phones_of_one_account_append_each_piece_once(tmp_path: Path) -> None:
    """Sixteen senders at once, each with the same pieces: every piece stands once, in order."""
    content = bytes(range(256)) * 40
    shelf = Pieces(Store(tmp_path))
    part = shelf.begin("7", named(content), len(content), datetime.now(UTC))

    def send(_: int) -> None:
        offset = 0
        while offset < len(content):
            try:
                offset = part.append(offset, content[offset:offset + 512])
            except WrongOffset as here:
                offset = here.offset

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(send, range(16)))
    with shelf.whole(part) as path:
        assert path.read_bytes() == content


def test_parts_have_an_end_and_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    shelf = Pieces(Store(tmp_path))
    old = shelf.begin("7", "a" * 64, 10, now - timedelta(days=9))
    shelf.begin("7", "a" * 64, 10, now - timedelta(days=9))
    later = now + pieces.KEPT + timedelta(minutes=1)
    fresh = shelf.begin("8", "b" * 64, 10, later)
    assert not old.path.exists()
    assert fresh.path.exists()
    monkeypatch.setattr(pieces, "MOST_PARTS", 2)
    shelf.begin("8", "c" * 64, 10, later)
    with pytest.raises(TooMuch):
        shelf.begin("8", "d" * 64, 10, later)
    fresh.append(0, b"0123456789")
    with pytest.raises(NotWhole), shelf.whole(fresh):
        pass
    assert shelf.find("8", "b" * 64) is None
