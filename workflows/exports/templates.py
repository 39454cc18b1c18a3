"""Templates of columns, kept for a region, and the record of what left the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Stale
from engine.forms.cleaning import clean
from engine.host import Actor, lies_within
from workflows.exports.fields import FIELDS, Column, usual
from workflows.exports.nominative import Wish
from workflows.models import ExportRecord, ExportTemplate

LONGEST_NAME, LONGEST_HEADING, MOST = 100, 80, 60


def of(session: Session, actor: Actor, kind: str = "") -> list[ExportTemplate]:
    """The templates of the actor's regions, by name."""
    scopes = {grant.scope for grant in actor.grants}
    query = select(ExportTemplate).where(ExportTemplate.removed_at.is_(None))
    if kind:
        query = query.where(ExportTemplate.kind == kind)
    return [
        one for one in session.scalars(query.order_by(ExportTemplate.name, ExportTemplate.id))
        if any(lies_within(one.scope, scope) or lies_within(scope, one.scope) for scope in scopes)
    ]


def get(session: Session, actor: Actor, template_id: int) -> ExportTemplate:
    """This template, if the actor may use it. NotFound otherwise."""
    found = next((one for one in of(session, actor) if one.id == template_id), None)
    if found is None:
        raise NotFound("Templat ini tidak ditemukan. Mungkin sudah dihapus.")
    return found


def may_edit(actor: Actor, template: ExportTemplate) -> bool:
    return actor.holds("operator", template.scope)


def columns_of(template: ExportTemplate | None, kind: str) -> list[Column]:
    """The columns of the template, without fields that are no more; the usual ones without a template."""
    if template is None:
        return usual(kind)
    return [Column(one["field"], one["heading"]) for one in template.columns if one["field"] in FIELDS[template.kind]]


def save(
    session: Session, template: ExportTemplate | None, *, kind: str, name: str, columns: Sequence[Column], edition: int,
    actor: Actor, now: datetime,
) -> ExportTemplate:
    """The template, or a new one for the actor's region, has this name and these columns.

    Refused: who is no operator there (Forbidden); one that somebody saved meanwhile (Stale); without a name, without a
    column, with an empty heading (EvidenceRefused).
    """
    scope = template.scope if template else next((one.scope for one in actor.grants if one.role == "operator"), None)
    if scope is None or not actor.holds("operator", scope):
        raise Forbidden()
    if template is not None and template.edition != edition:
        raise Stale("Templat ini sudah diubah orang lain. Muat ulang, lalu ubah kembali.")
    name = clean(name)
    wrong = _wrong(kind, name, columns)
    if wrong:
        raise EvidenceRefused(wrong, "Templat belum disimpan. Perbaiki bagian yang ditandai.")
    if template is None:
        template = ExportTemplate(scope=scope, kind=kind, edition=0)
        session.add(template)
    template.name, template.columns = name, [asdict(one) for one in columns]
    template.edition, template.changed_at = template.edition + 1, now
    template.account, template.account_name = actor.id, actor.name
    session.flush()
    return template


def _wrong(kind: str, name: str, columns: Sequence[Column]) -> list[FieldError]:
    wrong = []
    if not 3 <= len(name) <= LONGEST_NAME:
        wrong.append(FieldError(("name",), "name", "Beri nama templat, 3 sampai 100 huruf."))
    if not columns or len(columns) > MOST or any(one.field not in FIELDS[kind] for one in columns):
        wrong.append(FieldError(("columns",), "columns", "Pilih paling sedikit satu kolom."))
    wrong += [
        FieldError((one.field,), "heading", "Isi judul kolom ini, paling banyak 80 huruf.")
        for one in columns if not 1 <= len(one.heading.strip()) <= LONGEST_HEADING
    ]
    return wrong


def remove(session: Session, template: ExportTemplate, *, actor: Actor, now: datetime) -> None:
    """Nobody is offered the template any more. Refused with Forbidden."""
    if not may_edit(actor, template):
        raise Forbidden()
    template.removed_at = now
    session.flush()


def record(
    session: Session, wish: Wish, *, kind: str, format_: str, template: str, columns: Sequence[Column], rows: int,
    whole_nik: bool, filters: Mapping[str, Any], actor: Actor,
) -> ExportRecord:
    """It stands for good who took which table at `wish.now`."""
    made = ExportRecord(
        kind=kind, format=format_, template=template, fields=[one.field for one in columns], filters=dict(filters),
        scopes=list(wish.scopes), whole_nik=whole_nik, rows=rows, account=actor.id, account_name=actor.name,
        at=wish.now,
    )
    session.add(made)
    session.flush()
    return made


def records(session: Session, actor: Actor, most: int = 20) -> Sequence[ExportRecord]:
    """The latest exports: the actor's own; an operator's also those of everybody who read within their regions."""
    scopes = [grant.scope for grant in actor.grants if grant.role == "operator"]
    query = select(ExportRecord).order_by(ExportRecord.id.desc()).limit(500)
    if not scopes:
        query = query.where(ExportRecord.account == actor.id)
    found = [
        one for one in session.scalars(query)
        if one.account == actor.id or any(lies_within(inner, scope) for inner in one.scopes for scope in scopes)
    ]
    return found[:most]
