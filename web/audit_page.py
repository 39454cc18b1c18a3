"""The trail for those who must be able to believe it: the newest checkpoint, a check on demand, the export."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import Forbidden
from web import transaction
from web.access import allow, current_actor, visible_scopes
from web.audit import VERIFIER, all_within, lines, look, steady
from web.checkpoints import standing
from web.config import Config
from web.signing import signer

bp = Blueprint("audit", __name__, url_prefix="/riwayat")

READERS = ("auditor", "observer", "admin")
LOOK_SECONDS = 3.0


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    """Where the checkpoints stand; with `periksa` what a look of LOOK_SECONDS found, from the instance after it on."""
    config: Config = current_app.extensions["tapak.config"]
    session, key = transaction.session(), signer(config).key
    after = request.args.get("periksa", "")
    looked = None
    if after.isdecimal() and len(after) < 19:
        looked = look(transaction.engine(), key, seconds=LOOK_SECONDS, after=int(after))
    return render_template(
        "audit/index.html", standing=standing(session, config.checkpoints), key=key, looked=looked,
        whole_office=all_within(session, _scopes()),
    )


@bp.get("/ekspor")
@allow(*READERS)
def export() -> ResponseReturnValue:
    """The export as a file. Refused where histories lie outside of the reader's regions."""
    if not all_within(transaction.session(), _scopes()):
        raise Forbidden(gettext("Ekspor memuat wilayah di luar kewenangan Anda. Mintalah kepada admin."))
    engine, config = transaction.engine(), current_app.extensions["tapak.config"]
    key = signer(config).key

    def told() -> Iterator[str]:
        with steady(engine) as session:
            for line in lines(session, key):
                yield line + "\n"

    return Response(told(), mimetype="application/jsonl", headers={
        "Content-Disposition": "attachment; filename=riwayat-tapak.jsonl", "Cache-Control": "no-store",
    })


@bp.get("/pemeriksa")
@allow(*READERS)
def verifier() -> ResponseReturnValue:
    """The program that checks an export without Tapak."""
    return send_file(VERIFIER, mimetype="text/x-python", as_attachment=True)


def _scopes() -> tuple[str, ...]:
    return visible_scopes(current_actor(), READERS)
