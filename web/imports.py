"""Members from a table: the operator sends it, confirms its columns, sees what each row would do, applies all."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engine.errors import Refused
from web import import_words, importing, transaction
from web.access import allow, current_actor
from web.bodies import KINDS
from web.config import Config
from web.errors import sentence_of, status_of
from workflows.imports import columns, example, marked, places, runs
from workflows.imports.fields import FIELDS, REQUIRED, plain
from workflows.imports.hostile import column_name
from workflows.imports.reading import Table, TableRefused, cell
from workflows.models import Agenda, MemberImport

bp = Blueprint("imports", __name__, url_prefix="/impor")
bp.app_template_filter("import_field")(import_words.field_name)
bp.app_template_filter("finding_kind")(import_words.kind_name)
bp.app_template_filter("finding_said")(import_words.said)

ACCEPT = ".xlsx,.xls,.ods,.csv,.txt,.tsv"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLE, WIDEST = 3, 60


@bp.get("")
@allow("operator")
def index() -> ResponseReturnValue:
    return _index()


@bp.post("")
@allow("operator")
def send() -> ResponseReturnValue:
    """The file is read and kept; its columns are to be confirmed next."""
    session, actor, now = transaction.session(), current_actor(), transaction.now()
    agenda = next((one for one in runs.agendas_of(session, actor) if str(one.id) == request.form.get("agenda")), None)
    upload = request.files.get("file")
    if agenda is None or upload is None or not upload.filename:
        return _index(gettext("Pilih berkasnya dulu.") if agenda else gettext("Pilih agendanya dulu."), 422)
    transaction.pause()  # reading takes a second: nobody else's writing waits for it
    try:
        table, sent = importing.receive(upload, _config())
    except TableRefused as refusal:
        return _index(import_words.why(refusal), 422)
    begins = columns.beginning(table)
    where = places.of(session, agenda)
    proposed = columns.proposed(table, begins, *_names(where))
    begun = runs.begin(session, agenda, sent, begins, proposed, key=_posted_key(), actor=actor, now=now)
    return redirect(url_for("imports.show", import_id=begun.id))


def _names(where: places.Places) -> tuple[frozenset[str], frozenset[str]]:
    """The plain names of kecamatan and of villages."""
    levels = where.levels
    return (
        frozenset(plain(name) for code, name in where.names.items() if levels[code] == "kecamatan"),
        frozenset(plain(name) for code, name in where.names.items() if code.count(".") == 3),
    )


@bp.get("/contoh.xlsx")
@allow("operator")
def sample() -> ResponseReturnValue:
    """An empty table with the headings that are known, and how to fill them."""
    return _workbook(example.workbook(), gettext("contoh-impor-anggota") + ".xlsx")


@bp.get("/<int:import_id>")
@allow("operator")
def show(import_id: int) -> ResponseReturnValue:
    chosen = runs.get(transaction.session(), current_actor(), import_id)
    if chosen.status == "mapping":
        return _mapping(chosen)
    return _result(chosen)


@bp.get("/<int:import_id>/kolom")
@allow("operator")
def remap(import_id: int) -> ResponseReturnValue:
    return _mapping(runs.get(transaction.session(), current_actor(), import_id))


@bp.post("/<int:import_id>/kolom")
@allow("operator")
def choose(import_id: int) -> ResponseReturnValue:
    """The columns mean what was chosen; or another sheet or heading row is looked at first."""
    session, actor = transaction.session(), current_actor()
    chosen = runs.get(session, actor, import_id)
    table = importing.opened(chosen, _config())
    sheet, header = _place(table, request.form.get("sheet", ""), request.form.get("header", ""), chosen)
    if "look" in request.form:
        return _mapping(chosen, table, sheet, header)
    said = {name[4:]: value for name, value in request.form.items() if name.startswith("col-") and value in FIELDS}
    options = {"kind": request.form.get("kind", "")[:20], "district": request.form.get("district", "")[:24],
               "start": "start" in request.form}
    try:
        with session.begin_nested():
            runs.choose(
                session, runs.get(session, actor, import_id, lock=True), table, sheet=sheet, header=header,
                columns=said, options=options, actor=actor, now=transaction.now(),
            )
    except Refused as refusal:
        return _mapping(chosen, table, sheet, header, said, options, sentence_of(refusal), status_of(refusal))
    return redirect(url_for("imports.show", import_id=import_id))


def _place(table: Table, sheet: str, header: str, chosen: MemberImport) -> tuple[int, int]:
    """The sheet and heading row that were chosen, from 0; what is none of them stays as it was."""
    number = int(sheet) if sheet.isdecimal() and int(sheet) < len(table.sheets) else chosen.sheet
    rows = len(table.sheets[number].rows)
    row = int(header) - 1 if header.isdecimal() and 1 <= int(header) <= rows else min(chosen.header, max(rows - 1, 0))
    return number, row


@bp.get("/<int:import_id>/kemajuan")
@allow("operator")
def progress(import_id: int) -> ResponseReturnValue:
    """How far it is, for the bar."""
    return jsonify(_told(runs.get(transaction.session(), current_actor(), import_id)))


@bp.get("/<int:import_id>/ditandai.xlsx")
@allow("operator")
def marked_file(import_id: int) -> ResponseReturnValue:
    """The table as it was sent, with what is wrong marked in its cells."""
    session = transaction.session()
    chosen = runs.get(session, current_actor(), import_id)
    table = importing.opened(chosen, _config())
    content = marked.workbook(
        table.sheets[chosen.sheet], chosen.header, runs.marked(session, chosen.id), import_words.said
    )
    stem = chosen.file.rpartition(".")[0] or chosen.file
    return _workbook(content, f"{stem}-{gettext('ditandai')}.xlsx")


@bp.post("/<int:import_id>/terapkan")
@allow("operator")
def apply(import_id: int) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    chosen = runs.get(session, actor, import_id, lock=True)
    try:
        with session.begin_nested():
            runs.apply(session, chosen, run=request.form.get("run", -1, type=int), actor=actor, now=transaction.now())
    except Refused as refusal:
        return _result(chosen, sentence_of(refusal), status_of(refusal))
    return redirect(url_for("imports.show", import_id=import_id))


@bp.post("/<int:import_id>/buang")
@allow("operator")
def discard(import_id: int) -> ResponseReturnValue:
    session = transaction.session()
    chosen = runs.get(session, current_actor(), import_id, lock=True)
    runs.discard(session, chosen, now=transaction.now())
    flash(gettext("Impor dibuang. Tidak ada yang dicatat dari berkas itu."), "info")
    return redirect(url_for("imports.index"))


def _config() -> Config:
    config: Config = current_app.extensions["tapak.config"]
    return config


def _posted_key() -> str:
    try:
        return str(uuid.UUID(request.form.get("key", "")))
    except ValueError:
        return str(uuid.uuid4())


def _index(refusal: str = "", status: int = 200) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    found = runs.agendas_of(session, actor)
    return render_template(
        "imports/index.html", agendas=found, recent=runs.recent(session, actor), refusal=refusal, accept=ACCEPT,
        key=str(uuid.uuid4()), statuses=import_words.STATUS_NAMES,
        chosen=request.form.get("agenda", str(found[0].id) if found else ""),
    ), status


def _mapping(
    chosen: MemberImport, table: Table | None = None, sheet: int | None = None, header: int | None = None,
    said: dict[str, str] | None = None, options: dict[str, Any] | None = None, refusal: str = "", status: int = 200,
) -> ResponseReturnValue:
    """The columns with their first cells, and what each means."""
    session = transaction.session()
    table = table or importing.opened(chosen, _config())
    here = (chosen.sheet if sheet is None else sheet, chosen.header if header is None else header)
    begins = columns.at(table, *here) if table.sheets[here[0]].rows else columns.beginning(table)
    where = places.of(session, session.get_one(Agenda, chosen.agenda_id))
    if said is None:
        looked = here != (chosen.sheet, chosen.header)
        said = columns.proposed(table, begins, *_names(where)) if looked else dict(chosen.columns)
    usual = {"kind": "", "district": "", "start": True}
    districts = sorted((name, code) for code, name in where.names.items() if where.levels[code] == "kecamatan")
    return render_template(
        "imports/mapping.html", chosen=chosen, table=table, begins=begins, columns=_columns(table, begins),
        said=said, options={**usual, **(chosen.options if options is None else options)}, kinds=KINDS,
        districts=[(code, name) for name, code in districts], fields=FIELDS, required=REQUIRED, refusal=refusal,
        remembered=bool(chosen.counts.get("remembered")),
    ), status


def _columns(table: Table, begins: columns.Beginning) -> list[dict[str, Any]]:
    """The columns that hold anything: number, letter, heading, first cells. A NIK is shown covered."""
    rows = table.sheets[begins.sheet].rows[begins.header + 1:]
    found = []
    for number, heading in enumerate(begins.headings[:WIDEST]):
        cells = [cell(row[number]) for row in rows[:50] if number < len(row) and row[number] is not None]
        if heading or cells:
            found.append({
                "number": str(number), "letter": column_name(number), "heading": heading,
                "sample": [_covered(one) for one in cells[:SAMPLE]],
            })
    return found


def _covered(value: object) -> str:
    said = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    digits = sum(letter.isdigit() for letter in said)
    return f"{said[:6]}••••••••••" if digits >= 14 else said[:40]


def _told(chosen: MemberImport) -> dict[str, Any]:
    """The bar of an import: without an end while it is being applied, for that is one act."""
    checking = chosen.status == "checking"
    state = "running" if chosen.status in ("checking", "applying") else "done"
    said = (
        ngettext("%(done)s dari %(num)d baris diperiksa", "%(done)s dari %(num)d baris diperiksa", chosen.total,
                 done=chosen.done)
        if checking else gettext("Sedang diterapkan: semua baris sekaligus, atau tidak sama sekali.")
    )
    return {"done": chosen.done, "total": chosen.total if checking else 0, "state": state, "said": said}


def _result(chosen: MemberImport, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    session = transaction.session()
    agenda = session.get_one(Agenda, chosen.agenda_id)
    g.zone = agenda.timezone
    kind, after = request.args.get("jenis", "")[:40], request.args.get("sesudah", 0, type=int)
    over = chosen.status in ("checked", "applied")
    hard = bool(over and chosen.counts["refused"])
    found = runs.findings(session, chosen.id, kind=kind, hard=hard, after=after) if over else None
    return render_template(
        "imports/show.html", chosen=chosen, agenda=agenda, counts=chosen.counts, bar=_told(chosen), found=found,
        kind=kind, refusal=refusal, letter=column_name,
        next=url_for("imports.show", import_id=chosen.id, jenis=kind or None, sesudah=found.after)
        if found and found.after else "",
        first=url_for("imports.show", import_id=chosen.id, jenis=kind or None) if after else "",
    ), status


def _workbook(content: bytes, name: str) -> ResponseReturnValue:
    answer = send_file(io.BytesIO(content), mimetype=EXCEL, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
