"""Bodies under way go over to another version: first the dry run, then batch after batch; stopped, and taken back."""

from __future__ import annotations

from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from engine import definitions, migration
from engine.errors import NotFound, Refused
from engine.migration import Plan, Progress
from web import transaction
from web.access import allow, current_actor
from web.drawings import sight
from web.drawings.blueprint import LOOKING, bp, mapping_of, may, new_key, posted_key, scopes
from web.drawings.sight import Rehearsal
from web.errors import sentence_of, status_of
from workflows import drawing_moves, drawing_register
from workflows.drawing_register import Process, Version
from workflows.versions import MOVERS


@bp.get("/pindah")
@allow(*MOVERS)
def prepare_move() -> ResponseReturnValue:
    return _dry_run(request.args.get("dari", 0, type=int), mapping_of(request.args))


@bp.post("/pindah")
@allow(*MOVERS)
def begin_move() -> ResponseReturnValue:
    """The bodies are being moved in the background; the run's page shows how far it is."""
    session, old = transaction.session(), request.form.get("dari", 0, type=int)
    mapping = mapping_of(request.form)
    _, _, target = _ends(session, old)
    if target.id != request.form.get("ke", 0, type=int):
        said = gettext("Versi yang berlaku sudah berganti sejak halaman ini dibuka. Periksa dahulu akibatnya.")
        return _dry_run(old, mapping, said, 409)
    try:
        with session.begin_nested():
            run = drawing_moves.begin(
                session, from_definition=old, to_definition=target.id, mapping=mapping,
                lose_work="lose_work" in request.form, key=posted_key(), actor=current_actor(), now=transaction.now(),
            )
    except Refused as refusal:
        return _dry_run(old, mapping, sentence_of(refusal), status_of(refusal))
    return redirect(url_for("drawings.run", run_id=run))


@bp.get("/pindah/<int:run_id>")
@allow(*LOOKING)
def run(run_id: int) -> ResponseReturnValue:
    return _run(run_id)


@bp.get("/pindah/<int:run_id>/kemajuan")
@allow(*LOOKING)
def run_progress(run_id: int) -> ResponseReturnValue:
    """The part of the page that changes."""
    done = migration.progress(transaction.session(), run_id)
    return render_template("drawings/progress.html", done=done, share=_share(done), run_id=run_id)


@bp.post("/pindah/<int:run_id>")
@allow(*MOVERS)
def steer(run_id: int) -> ResponseReturnValue:
    """The run is stopped, goes on, or is taken back."""
    session, actor, now, act = transaction.session(), current_actor(), transaction.now(), request.form.get("act", "")
    try:
        with session.begin_nested():
            if act == "stop":
                drawing_moves.stop(session, run_id, actor=actor)
                said = gettext("Pemindahan dihentikan. Yang sudah pindah tetap pindah.")
            elif act == "resume":
                drawing_moves.resume(session, run_id, key=posted_key(), actor=actor, now=now)
                said = gettext("Pemindahan dilanjutkan.")
            elif act == "undo":
                drawing_moves.undo(session, run_id, key=posted_key(), actor=actor, now=now)
                said = gettext("Pemindahan sedang dibatalkan. Badan yang sudah bertindak sesudah pindah tetap.")
            else:
                raise Refused(gettext("Tombol ini tidak dikenal. Muat ulang halaman, lalu kirim lagi."))
    except Refused as refusal:
        return _run(run_id, sentence_of(refusal), status_of(refusal))
    flash(said, "info")
    return redirect(url_for("drawings.run", run_id=run_id))


def _ends(session: Session, old: int) -> tuple[Process, Version, Version]:
    """The process of an older version, that version, and the one that is current. Refused with NotFound."""
    process = drawing_register.process(session, scopes(), drawing_register.version(session, old).key)
    source = next(one for one in process.versions if one.id == old)
    if process.current is None or process.current.id == old:
        raise NotFound(gettext("Versi ini yang berlaku; tidak ada versi lain untuk dituju."))
    return process, source, process.current


def _dry_run(old: int, mapping: dict[str, str], refusal: str = "", status: int = 200) -> ResponseReturnValue:
    session = transaction.session()
    process, source, target = _ends(session, old)
    drawn = definitions.load(session, target.id).graph.process
    rehearsal: Rehearsal = sight.rehearsal(
        session, source, drawn, mapping, partial(_planned, session, source.id, target.id)
    )
    return render_template(
        "drawings/move.html", process=process, source=source, target=target, rehearsal=rehearsal, refusal=refusal,
        key=new_key(),
    ), status


def _planned(session: Session, old: int, new: int, mapping: dict[str, str]) -> Plan:
    return migration.plan(session, from_definition=old, to_definition=new, mapping=mapping)


def _run(run_id: int, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    session = transaction.session()
    found, done = drawing_moves.find(session, run_id), migration.progress(session, run_id)
    versions = {
        one.id: one for one in
        drawing_register.process(session, scopes(), drawing_register.version(session, found.from_id).key).versions
    }
    return render_template(
        "drawings/run.html", found=found, done=done, share=_share(done), old=versions[found.from_id],
        new=versions[found.to_id], refusals=drawing_moves.refusals(session, run_id, scopes()), may=may(),
        refusal=refusal, key=new_key(), run_id=run_id,
    ), status


def _share(done: Progress) -> int:
    """How much of the run is done, in hundredths."""
    over = done.undone + done.kept if done.status in ("undoing", "undone") else done.moved + done.refused
    return 100 * over // (over + done.left) if over + done.left else 100
