"""The evidence form as a page: its answers, marks and mistakes, and what somebody else has kept meanwhile."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import FieldError
from engine.feel import Expression
from engine.forms import File, Form, Group, Row
from engine.forms import fields as parts
from web import transaction
from web.access import current_actor
from web.fields import as_said, called
from web.i18n import language
from web.trail import evidence_name
from workflows import filings, photo_notes, signposts
from workflows.filings import Filing

READING = ("waiting", "past")
SIMPLE = re.compile(r"=?\s*(this\.)?([a-z_][a-z0-9_]*)\s*(!?=)\s*(?:\"([^\"]*)\"|(true|false))\s*", re.IGNORECASE)
"""A condition that a phone can decide by itself: one answer compared with one value."""


@dataclass(frozen=True)
class Sheet:
    """What a drawing of the form needs beside the filing itself: answers, mistakes, and what was posted with them."""

    data: Mapping[str, Any]
    errors: tuple[FieldError, ...] = ()
    refusal: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    seen: int | None = None
    edition: int | None = None
    task: int | None = None
    principal: str = ""


@dataclass(frozen=True)
class Difference:
    """One answer that two people gave differently: theirs and ours, as people read them."""

    label: str
    mine: str
    theirs: str


def page(filing: Filing, sheet: Sheet, status: int = 200) -> ResponseReturnValue:
    """The form with these answers, or what was handed in to read."""
    place, form, mode = filing.place, filing.form, filing.mode
    marks = _marks(form, filing) if mode == "open" else []
    hidden = form.hidden(sheet.data, context=place.context)
    fresh = request.method == "GET" or bool(sheet.refusal)
    reading, told = mode in READING, filing.last if mode in READING else filing.kept
    shown: Any = filing.kept or filing.last
    answer = make_response(render_template(
        "evidence/edit.html", filing=filing, sheet=sheet, form=form, body=place.body, mode=mode, title=title(filing),
        page={"errors": [*sheet.errors, *marks], "hidden": hidden, "context": place.context, "hiding": hiding,
              "notes": _notes(filing, sheet.data)},
        seen=place.instance.version if fresh else sheet.seen, edition=filing.edition if fresh else sheet.edition,
        task=(filing.task.id if filing.task is not None else None) if fresh else sheet.task,
        live=" ".join(sorted(_asked_by_conditions(form, of_the_server=True))),
        depends=bool(_asked_by_conditions(form, of_the_server=False)),
        rows=_described(filing, told.data) if reading and told is not None else (),
        unsent=_described(filing, sheet.data) if reading and sheet.refusal else (),
        other=_differences(filing, sheet.data, told.data) if sheet.refusal and not reading and told is not None else (),
        warnings=list(shown.warnings) if shown is not None and shown.status in ("submitted", "prepared") else [],
        has_photos=any(isinstance(part, File) and part.of == "photo" for _, part in form.walk()),
        handed_in_by=_author(filing), decider=_decider_role(filing), account=current_actor().id, here=here(filing),
        place_key=f"{place.body.id}/{filing.node.id}/{filing.address or ''}",
    ), status)
    answer.headers["X-Tapak-Account"] = current_actor().id
    return answer


def title(filing: Filing) -> str:
    return evidence_name(filing.title)


def here(filing: Filing) -> str:
    return url_for("evidence.edit", body_id=filing.place.body.id, node=filing.node.id, tugas=filing.address)


def hiding(part: Any) -> str:
    """The condition that hides this field as JSON ["this" or "", key, is it "=", value]; "" for what only the server
    can decide."""
    found = SIMPLE.fullmatch(part.hide.text) if isinstance(part.hide, Expression) else None
    if found is None:
        return ""
    this, key, operator, text, truth = found.groups()
    return json.dumps(["this" if this else "", key, operator == "=", text if truth is None else truth.lower()])


def _notes(filing: Filing, data: Mapping[str, Any]) -> Mapping[str, photo_notes.Note]:
    hashes = {sha256 for _, sha256 in filing.form.files(data)}
    return photo_notes.of(transaction.session(), filing.place.family, hashes)


def _described(filing: Filing, data: Mapping[str, Any]) -> tuple[Row, ...]:
    return filing.form.describe(data, context=filing.place.context, language=language())


def _differences(filing: Filing, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The answers that differ, each once, in the order of the form."""
    own = {row.path: row for row in _described(filing, mine) if not row.heading}
    other = {row.path: row for row in _described(filing, theirs) if not row.heading}
    found = []
    for path in dict.fromkeys((*own, *other)):
        texts = [rows[path].value if path in rows else "–" for rows in (own, other)]
        if texts[0] != texts[1]:
            found.append(Difference((own.get(path) or other[path]).label, *texts))
    return tuple(found)


def _author(filing: Filing) -> str:
    shown = filing.last if filing.mode in READING else filing.kept
    if shown is None:
        return ""
    return filings.account_names(transaction.session(), {shown.actor}).get(shown.actor, "")


def _decider_role(filing: Filing) -> str:
    decider = signposts.decider(filing.place.loaded, filing.node.id)
    return filing.place.loaded.graph.role(decider) if decider else ""


def _marks(form: Form, filing: Filing) -> list[FieldError]:
    """A mark on the first field of each part that the returning decision named."""
    if filing.returned is None:
        return []
    why = as_said(filing.returned.short) or gettext("lihat catatan di atas")
    found = []
    for path, part in form.walk():
        if part.id in filing.returned.parts or part.key in filing.returned.parts:
            first = next((one.key for one in parts.level(part.fields)), "") if isinstance(part, Group) else part.key
            inside = (*path[:-1], *((part.key,) if part.key and part.key != first else ()), first)
            words = gettext("Bagian “%(part)s” diminta diperbaiki: %(why)s", part=called(part.label), why=why)
            found.append(FieldError(inside, "returned", words))
    return found


def _asked_by_conditions(form: Form, *, of_the_server: bool) -> set[str]:
    """The keys of the choices on which the visibility of other fields depends; those that only the server can tell,
    or all."""
    formulas = [
        part.hide.text for _, part in form.walk()
        if isinstance(part.hide, Expression) and not (of_the_server and hiding(part))
    ]
    keys = {part.key for _, part in form.walk() if part.kind in ("radio", "select", "checkbox", "checklist")}
    return {key for key in keys if any(re.search(rf"\b{re.escape(key)}\b", text) for text in formulas)}
