"""The public page behind the code of a paper: genuine or not, withdrawn or not. Nobody's name stands on it."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import checkpoints
from web import db, transaction
from web.access import PUBLIC, allow
from web.letters import registered_kinds
from web.papers import guesses
from workflows import letter_register
from workflows.papers import codes

bp = Blueprint("letter_proof", __name__, url_prefix="/surat")


@bp.get("/periksa")
@allow(PUBLIC)
def ask() -> ResponseReturnValue:
    """Where the code is typed; what was typed leads to its page."""
    typed = request.args.get("kode", "").strip()[:40]
    if not typed:
        return render_template("letters/ask.html", typed="", wrong="")
    code = codes.read(typed)
    if code is None:
        return render_template("letters/ask.html", typed=typed, wrong="mistyped"), 404
    return redirect(url_for("letter_proof.show", code=code))


@bp.get("/<code>")
@allow(PUBLIC)
def show(code: str) -> ResponseReturnValue:
    """What a paper is; 404 for a mistyped code and, counted, for one that does not exist; 429 after too many."""
    session, address = transaction.session(), request.remote_addr or ""
    read = codes.read(code[:40])
    if read is None:
        return render_template("letters/ask.html", typed=code[:40], wrong="mistyped"), 404
    if guesses.too_many(session, address, transaction.now()):
        abort(429)
    found = letter_register.proof(session, read)
    if found is None:
        _count(read, address)
        return render_template("letters/ask.html", typed=codes.shown(read), wrong="unknown"), 404
    g.zone = found.timezone
    return render_template("letters/proof.html", proof=found, code=codes.shown(read), kinds=registered_kinds(),
                           checkpoint=checkpoints.last(session), checkpoint_code=checkpoints.newest_code(session))


def _count(code: str, address: str) -> None:
    """In a transaction of its own, for this request only reads."""
    now = transaction.now()
    transaction.close()
    with db.transaction(transaction.engine()) as session:
        guesses.record(session, code, address, now)
