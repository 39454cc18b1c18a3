"""Text leaves the house packed: a page of 40 kB is 8 kB on the line, and on 64 kbit/s that is four seconds."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import secrets
from pathlib import Path
from typing import Any, cast
from wsgiref.headers import Headers

from flask import Flask, Response, request
from whitenoise import WhiteNoise
from whitenoise.responders import MissingFileError, StaticFile

SMALLEST = 700
PACKED = ("text/html", "text/css", "text/javascript", "text/csv", "application/json", "application/manifest+json",
          "image/svg+xml")
ENDINGS = (".css", ".js", ".svg", ".json")
LONGEST_PADDING = 100


def pack(response: Response) -> Response:
    """The answer is packed where the browser takes it and it is text that stands whole in memory."""
    whole = not (response.direct_passthrough or response.is_streamed or response.status_code in (204, 206, 304))
    marked = "Content-Encoding" in response.headers or "ETag" in response.headers
    if not whole or marked or response.mimetype not in PACKED:
        return response
    response.headers.add("Vary", "Accept-Encoding")
    content = response.get_data()
    if len(content) < SMALLEST or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    response.set_data(padded(content))
    response.headers["Content-Encoding"] = "gzip"
    return response


def padded(content: bytes) -> bytes:
    """The content packed, with a name of random length in its header: the packed length tells nobody on the line what
    a page repeats of an address (the BREACH attack)."""
    name = secrets.token_hex(LONGEST_PADDING // 2)[:secrets.randbelow(LONGEST_PADDING) + 1]
    packed = io.BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=6, fileobj=packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()


class PackedFiles(WhiteNoise):
    """WhiteNoise that packs our scripts and styles by itself, once for each content, into a folder of its own."""

    def __init__(self, *args: Any, folder: Path, **options: Any) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(*args, **options)

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        if not os.path.exists(path):
            raise MissingFileError(path)
        headers, untyped = Headers([]), cast(Any, self)
        untyped.add_mime_headers(headers, path, url)
        untyped.add_cache_headers(headers, path, url)
        if self.add_headers_function is not None:
            self.add_headers_function(headers, path, url)
        return cast(Any, StaticFile)(path, headers.items(), encodings={"gzip": str(self._packed(Path(path)))})

    def _packed(self, path: Path) -> Path:
        beside = path.with_name(f"{path.name}.gz")
        if beside.exists() or path.suffix not in ENDINGS:
            return beside
        content = path.read_bytes()
        packed = self.folder / f"{hashlib.sha256(content).hexdigest()[:20]}.gz"
        if not packed.exists():
            fresh = packed.with_name(f".{packed.name}.{os.getpid()}.{secrets.token_hex(4)}")
            fresh.write_bytes(gzip.compress(content, 9, mtime=0))
            fresh.rename(packed)
        return packed


def install(app: Flask) -> None:
    """Pages leave packed; the last thing that is done to an answer."""
    app.after_request(pack)
