"""The list of processes, and one of them: its picture, its outline, its versions, and what the check says of it."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from engine.errors import NotFound
from web import transaction
from web.access import allow, current_actor
from web.drawings import sight
from web.drawings.blueprint import LOOKING, bp, may, new_key, scopes
from web.uploads import SANDBOX
from workflows import drawing_drafts, drawing_moves, drawing_register, versions


@bp.get("")
@allow(*LOOKING)
def index() -> ResponseReturnValue:
    session, allowed = transaction.session(), may()
    return render_template(
        "drawings/index.html", processes=drawing_register.processes(session, scopes()), may=allowed,
        drafts=drawing_drafts.own(session, current_actor()) if allowed["propose"] else (),
    )


@bp.get("/proses/<key>")
@allow(*LOOKING)
def show(key: str) -> ResponseReturnValue:
    session = transaction.session()
    process = drawing_register.process(session, scopes(), key)
    number = request.args.get("versi", type=int)
    shown = process.current or process.versions[0]
    if number is not None:
        shown = next((one for one in process.versions if one.version == number), shown)
        if shown.version != number:
            raise NotFound("Versi alur ini tidak ditemukan.")
    found = drawing_register.version(session, shown.id)
    return render_template(
        "drawings/show.html", process=process, shown=shown, may=may(), key=new_key(),
        checked=sight.check(found.drawing, found.forms), outline=found.outline, forms=sorted(found.forms),
        runs=drawing_moves.runs(session, key), movers=versions.MOVERS,
    )


@bp.get("/versi/<int:definition_id>/gambar")
@allow(*LOOKING)
def picture(definition_id: int) -> ResponseReturnValue:
    """The drawing of this version, for the viewer and to be taken along."""
    found = drawing_register.version(transaction.session(), definition_id)
    return drawing_file(found.drawing, f"{found.key}-{found.version}.bpmn", keep="private, max-age=3600")


def drawing_file(content: bytes, name: str, keep: str = "no-store") -> Response:
    """A drawing as a file: whatever stands in it, no browser runs it."""
    safe = "".join(letter if (letter.isalnum() and letter.isascii()) or letter in "-._" else "_" for letter in name)
    return Response(content, mimetype="application/xml", headers={
        "Content-Disposition": f'attachment; filename="{safe}"', "Content-Security-Policy": SANDBOX,
        "Cache-Control": keep,
    })
