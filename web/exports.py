"""Tables for others: those of the list on the page, in the columns of a template, as Excel or CSV; each is recorded."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, FieldError, NotFound, Refused
from web import transaction
from web.access import allow, current_actor, visible_scopes
from web.bodies import KEPT, asked_filters
from web.config import Config
from web.errors import sentence_of, status_of
from web.imports import EXCEL
from web.words import formatted, today
from workflows.dossier import LOOKING
from workflows.exports import nominative, recap, tables, templates
from workflows.exports.fields import FIELDS, Column, Field
from workflows.exports.nominative import Wish
from workflows.imports import runs
from workflows.models import ExportTemplate
from workflows.people import NikKeys
from workflows.profiles import PRIVATE

bp = Blueprint("exports", __name__, url_prefix="/ekspor")

TAKING = ("operator", "commissioner", "supervisor", "province")
"""Who may take tables out of the house, each within their own regions."""
TABLES = {"nominatif": "nominative", "rekap": "recap"}
TITLES = {"nominative": _l("Daftar nominatif"), "recap": _l("Rekap per kecamatan")}
FILE_NAMES = {"nominative": "daftar-nominatif", "recap": "rekap-per-kecamatan"}
SOURCES = {"orang": "people", "badan": "bodies"}


@bp.get("")
@allow(*TAKING)
def index() -> ResponseReturnValue:
    return _index()


@bp.post("")
@allow(*TAKING)
def take() -> ResponseReturnValue:
    """The table, as the page showed it: first it is recorded who takes it, then its rows are sent as they are read."""
    session, actor = transaction.session(), current_actor()
    kind, wish, template = _asked(session)
    columns = _readable(kind, templates.columns_of(template, kind))
    whole = "nik" in request.form and kind == "nominative" and _operates()
    format_ = "csv" if request.form.get("format") == "csv" else "xlsx"
    name = template.name if template else gettext("Bawaan")
    keys = _keys()
    count = nominative.count(session, wish, keys) if kind == "nominative" else recap.count(session, wish)
    if not count:
        return _index(gettext("Tidak ada baris untuk diunduh. Longgarkan saringannya."), 422)
    templates.record(
        session, wish, kind=kind, format_=format_, template=name, columns=columns, rows=count,
        whole_nik=whole and any(one.field == "nik" for one in columns), actor=actor,
        filters={"source": wish.source, **{key: value for key, value in asdict(wish.filters).items() if value}},
    )
    transaction.pause()  # it is recorded; whatever is sent from here on, nobody waits for its end
    file = f"{FILE_NAMES[kind]}-{today():%Y%m%d}.{format_}"
    if format_ == "csv":
        rows = tables.text(columns, _rows(kind, wish, keys, whole))
        answer = Response(stream_with_context(rows), mimetype="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    else:
        answer = _workbook(kind, columns, _rows(kind, wish, keys, whole), file)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _workbook(kind: str, columns: Sequence[Column], rows: Iterator[dict[str, Any]], file: str) -> Response:
    """Written to the disk row by row, then sent from there; the file is gone when the answer is."""
    under = gettext("Dari Tapak, %(day)s. %(note)s", day=formatted(today(), "d MMMM y", "id"), note=_narrowed_words())
    with tempfile.TemporaryDirectory(prefix="tapak-") as folder:
        path = Path(folder, "table.xlsx")
        tables.excel(path, str(TITLES[kind]), under.strip(), columns, FIELDS[kind], rows)
        opened = path.open("rb")
    return send_file(opened, mimetype=EXCEL, as_attachment=True, download_name=file)


def _rows(kind: str, wish: Wish, keys: NikKeys, whole: bool) -> Iterator[dict[str, Any]]:
    """The rows, read in a session that may outlive the request."""
    reader = transaction.own_reader()
    try:
        if kind == "recap":
            yield from recap.rows(reader, wish)
        else:
            seen = nominative.sight(reader, wish, current_actor(), keys, whole_nik=whole)
            yield from nominative.rows(reader, wish, seen)
    finally:
        reader.close()


def _asked(session: Session) -> tuple[str, Wish, ExportTemplate | None]:
    """Which table, which rows, which template: what the address says. NotFound for a template that is not there."""
    kind = TABLES.get(request.args.get("tabel", ""), "nominative")
    source = SOURCES.get(request.args.get("dari", ""), "people")
    wish = Wish(visible_scopes(current_actor(), LOOKING), asked_filters(), source, transaction.now())
    number = request.values.get("templat", 0, type=int)
    template = templates.get(session, current_actor(), number) if number else None
    if template is not None and template.kind != kind:
        raise NotFound(gettext("Templat ini untuk tabel lain. Pilih templat dari daftar."))
    return kind, wish, template


def _readable(kind: str, columns: Sequence[Column]) -> list[Column]:
    """The columns without those that this reader may not know anywhere."""
    private = any(grant.role in PRIVATE for grant in current_actor().grants)
    return [one for one in columns if private or not FIELDS[kind][one.field].private]


def _operates() -> bool:
    return any(grant.role == "operator" for grant in current_actor().grants)


def _keys() -> NikKeys:
    config: Config = current_app.extensions["tapak.config"]
    return NikKeys.from_secret(config.secret_key.encode())


def _kept() -> dict[str, Any]:
    """What the address says, to be said again by the links of the page."""
    wanted = (*KEPT, "dari", "tabel", "templat")
    return {name: value for name, value in request.args.items() if name in wanted and value}


def _narrowed_words() -> str:
    """The filters in a few words; "" where nothing is filtered."""
    asked = asked_filters()
    told = [one for one in (asked.search, asked.district, asked.kind.upper(), asked.stage, asked.post) if one]
    if asked.late:
        told.append(gettext("hanya yang terlambat"))
    return gettext("Disaring: %(filters)s", filters=", ".join(told)) if told else ""


def _index(refusal: str = "", status: int = 200) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    kind, wish, template = _asked(session)
    found = runs.agendas_of(session, actor)
    if found:
        g.zone = found[0].timezone
    count = nominative.count(session, wish, _keys()) if kind == "nominative" else recap.count(session, wish)
    columns = templates.columns_of(template, kind)
    kept = _kept()
    switch = {word: url_for("exports.index", **{**kept, "tabel": word, "templat": None}) for word in TABLES}
    return render_template(
        "exports/index.html", kind=kind, count=count, columns=_readable(kind, columns), hidden=len(columns),
        template=template, templates=templates.of(session, actor, kind), switch=switch, titles=TITLES, kept=kept,
        tables=TABLES, word=next(word for word, one in TABLES.items() if one == kind), operates=_operates(),
        narrowed=_narrowed_words(), records=templates.records(session, actor), refusal=refusal,
        back=url_for("bodies.index" if wish.source == "bodies" else "people.index",
                     **{name: kept[name] for name in KEPT if name in kept}), source=wish.source,
        whole=any(one.field == "nik" for one in columns),
    ), status


@bp.get("/templat/<word>")
@allow("operator")
def new(word: str) -> ResponseReturnValue:
    if word not in TABLES:
        raise NotFound
    return _edit(TABLES[word], None, templates.columns_of(None, TABLES[word]), "")


@bp.get("/templat/<int:template_id>")
@allow("operator")
def edit(template_id: int) -> ResponseReturnValue:
    found = templates.get(transaction.session(), current_actor(), template_id)
    return _edit(found.kind, found, templates.columns_of(found, found.kind), found.name)


@bp.post("/templat/<word>")
@allow("operator")
def create(word: str) -> ResponseReturnValue:
    if word not in TABLES:
        raise NotFound
    return _save(TABLES[word], None)


@bp.post("/templat/<int:template_id>")
@allow("operator")
def change(template_id: int) -> ResponseReturnValue:
    found = templates.get(transaction.session(), current_actor(), template_id)
    return _save(found.kind, found)


@bp.post("/templat/<int:template_id>/hapus")
@allow("operator")
def remove(template_id: int) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    found = templates.get(session, actor, template_id)
    templates.remove(session, found, actor=actor, now=transaction.now())
    flash(gettext("Templat “%(name)s” dihapus.", name=found.name), "info")
    return redirect(url_for("exports.index", tabel=_word(found.kind)))


def _word(kind: str) -> str:
    return next(word for word, one in TABLES.items() if one == kind)


def _save(kind: str, template: ExportTemplate | None) -> ResponseReturnValue:
    """The template is saved; or a button moved a column up or down, and the page is shown again."""
    session, name = transaction.session(), request.form.get("name", "")[:200]
    columns, rest = _posted(kind)
    if pressed := next((button for button in ("_up", "_down") if button in request.form), None):
        _move(columns, request.form[pressed], -1 if pressed == "_up" else 1)
        return _edit(kind, template, columns, name, headings=rest)
    try:
        with session.begin_nested():
            saved = templates.save(
                session, template, kind=kind, name=name, columns=columns,
                edition=request.form.get("edition", 0, type=int), actor=current_actor(), now=transaction.now(),
            )
    except EvidenceRefused as refusal:
        return _edit(kind, template, columns, name, refusal.errors, sentence_of(refusal), 422, rest)
    except Refused as refusal:
        return _edit(kind, template, columns, name, (), sentence_of(refusal), status_of(refusal), rest)
    flash(gettext("Templat “%(name)s” disimpan.", name=saved.name), "success")
    return redirect(url_for("exports.index", tabel=_word(kind), templat=saved.id))


def _posted(kind: str) -> tuple[list[Column], dict[str, str]]:
    """The chosen columns in the order of the form, and the headings typed for the others."""
    order = [field for field in request.form.getlist("order") if field in FIELDS[kind]]
    order = list(dict.fromkeys(order)) + [field for field in FIELDS[kind] if field not in order]
    headings = {field: request.form.get(f"heading-{field}", "")[:200].strip() for field in order}
    chosen = set(request.form.getlist("use"))
    return [Column(field, headings[field]) for field in order if field in chosen], headings


def _move(columns: list[Column], field: str, by: int) -> None:
    """The column changes places with its neighbour; the first stays first and the last stays last."""
    here = next((place for place, one in enumerate(columns) if one.field == field), None)
    if here is not None and 0 <= here + by < len(columns):
        columns[here], columns[here + by] = columns[here + by], columns[here]


def _edit(
    kind: str, template: ExportTemplate | None, columns: Sequence[Column], name: str, errors: Sequence[FieldError] = (),
    refusal: str = "", status: int = 200, headings: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    used = {one.field: one.heading for one in columns}
    others = [(field, (headings or {}).get(field) or told.heading) for field, told in FIELDS[kind].items()
              if field not in used]
    wrong = {error.path[0] for error in errors}
    fields: Mapping[str, Field] = FIELDS[kind]
    return render_template(
        "exports/template.html", kind=kind, template=template, name=name, used=list(used.items()), others=others,
        fields=fields, errors=errors, wrong=wrong, refusal=refusal, title=TITLES[kind], word=_word(kind),
        key=str(uuid.uuid4()),
    ), status
