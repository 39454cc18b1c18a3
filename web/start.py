"""The door: where one arrives, and whether the house stands."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, redirect, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from web import assets, health, transaction
from web.access import PUBLIC, SIGNED_IN, allow
from web.config import Config
from web.navigation import menu

bp = Blueprint("start", __name__)


@bp.get("/")
@allow(SIGNED_IN)
def index() -> ResponseReturnValue:
    entries = menu()
    if entries:
        return redirect(entries[0].url)
    return render_template("start.html")


@bp.get("/healthz")
@allow(PUBLIC)
def healthz() -> ResponseReturnValue:
    config: Config = current_app.extensions["tapak.config"]
    told = health.health(transaction.engine(), config)
    return jsonify(told), 503 if told["status"] == "down" else 200


@bp.get("/favicon.ico")
@allow(PUBLIC)
def favicon() -> ResponseReturnValue:
    return send_from_directory(assets.STATIC / "img", "tapak.svg", max_age=assets.ONE_YEAR)
