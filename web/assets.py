"""Files of ours that browsers keep for a year, because their address changes with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, cast
from wsgiref.headers import Headers

from flask import Flask, current_app, request, url_for

from web.config import Config
from web.joining import JOINED, joined, write
from web.packing import PackedFiles

STATIC = Path(__file__).parent / "static"
ONE_YEAR = 365 * 24 * 3600


def asset(name: str) -> str:
    """The address of a static file with its version. FileNotFoundError for a file that is not there."""
    if current_app.debug:
        _address.cache_clear()
    return _address(name, request.script_root)


@cache
def _address(name: str, _script_root: str) -> str:
    """Made once in a process: a page names its icons a hundred times, and files change only when it starts anew."""
    return url_for("static", filename=name, v=version(name))


def version(name: str) -> str:
    """Twelve hex digits of the content's SHA-256."""
    content = joined(name, STATIC).encode() if name in JOINED else (STATIC / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]


def _nosniff(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def install(app: Flask) -> None:
    """Static files are served before the application is asked; templates name them with `asset()`."""
    app.jinja_env.globals["asset"] = asset
    config: Config = app.extensions["tapak.config"]
    write(STATIC, config.run / "joined")
    files = PackedFiles(
        app.wsgi_app, root=str(STATIC), prefix="static/", max_age=ONE_YEAR, allow_all_origins=False,
        add_headers_function=_nosniff, autorefresh=app.debug, folder=config.run / "packed",
    )
    cast(Any, files).add_files(str(config.run / "joined"), prefix="static/")
    app.wsgi_app = files  # type: ignore[method-assign]  # as Flask's documentation wraps it
