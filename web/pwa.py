"""Tapak on the phone's home screen, and what of it works without a signal.

The service worker stands at the root, so that it serves every page; it knows by name and version the files that the
form needs. Pages that only one account may see are kept in a cache of that account, gone when it signs out.
"""

from __future__ import annotations

import hashlib
import json

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from web.access import PUBLIC, SIGNED_IN, allow, current_actor
from web.assets import STATIC, asset

bp = Blueprint("pwa", __name__)

SHELL = (
    "css/tapak.css", "css/desk.css", "css/offline.css", "img/tapak.svg", "img/icons.svg", "js/tapak.js",
    "js/offline.js", "js/offline_page.js", "js/form.js",
)
"""What the form and the page of the phone's outbox are made of."""
WORKER = ("js/offline.js",)
COLOUR, PAPER = "#0e5a5e", "#f5f4ef"


@bp.get("/manifest.webmanifest")
@allow(PUBLIC)
def manifest() -> ResponseReturnValue:
    icons = [
        {"src": asset(f"img/{name}"), "sizes": sizes, "type": kind, "purpose": purpose}
        for name, sizes, kind, purpose in (
            ("tapak.svg", "any", "image/svg+xml", "any"), ("tapak-192.png", "192x192", "image/png", "any"),
            ("tapak-512.png", "512x512", "image/png", "any"),
            ("tapak-maskable.png", "512x512", "image/png", "maskable"),
        )
    ]
    answer = jsonify({
        "id": "/", "name": gettext("Tapak: jejak pembentukan badan adhoc"), "short_name": "Tapak", "lang": "id",
        "description": gettext("Bukti dan tahapan PPK, PPS, KPPS, dan Pantarlih. Tetap jalan tanpa sinyal."),
        "start_url": "/tugas", "scope": "/", "display": "standalone", "orientation": "portrait",
        "theme_color": COLOUR, "background_color": PAPER, "icons": icons,
        "shortcuts": [{"name": gettext("Kiriman di HP ini"), "url": "/luring"}],
    })
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@bp.get("/sw.js")
@allow(PUBLIC)
def worker() -> ResponseReturnValue:
    """The service worker of exactly these files: when one of them changes, so does its text, and it is set up anew."""
    told = json.dumps({"version": version(), "shell": [asset(name) for name in SHELL], "offline": "/luring"})
    scripts = ", ".join(json.dumps(asset(name)) for name in WORKER)
    body = (STATIC / "js/sw.js").read_text(encoding="utf-8")
    answer = Response(
        f'"use strict";\nimportScripts({scripts});\nconst HOUSE = {told};\n{body}', mimetype="text/javascript"
    )
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


def version() -> str:
    """Twelve hex digits that change when a file of the shell or the worker's own text does."""
    digest = hashlib.sha256((STATIC / "js/sw.js").read_bytes())
    for name in SHELL:
        digest.update(asset(name).encode())
    return digest.hexdigest()[:12]


@bp.get("/luring")
@allow(PUBLIC)
def outbox() -> ResponseReturnValue:
    """What waits on this phone. The same for everybody: the phone itself fills it in, so it can be kept offline."""
    return render_template("evidence/outbox.html")


@bp.get("/luring/saya")
@allow(SIGNED_IN)
def me() -> ResponseReturnValue:
    """Who is signed in on this browser now, and the token its next request needs."""
    return jsonify(account=current_actor().id, csrf=generate_csrf())
