"""The forms of registers as they are posted: files kept at once, answers parsed, keys that make an act one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app, request
from werkzeug.datastructures import FileStorage

from engine.errors import FieldError
from engine.forms import File, Form
from web import transaction, uploads
from web.access import current_actor
from web.config import Config
from web.errors import sentence_of
from web.evidence_page import hiding
from web.fields import path_of
from web.uploads import UploadRefused
from web.words import today
from workflows.registers import entries
from workflows.registers.entries import Sent


def new_key() -> str:
    """The key of one form: sent twice, it is one act."""
    return str(uuid.uuid4())


def posted_key() -> str:
    """The key that the form was sent with; a fresh one when it has none that is one."""
    try:
        return str(uuid.UUID(request.form.get("key", "")))
    except ValueError:
        return new_key()


def posted(form: Form) -> tuple[dict[str, object], list[FieldError]]:
    """What the browser sent, its files kept and named among the answers; and which files could not be kept."""
    kept: list[tuple[str, str]] = []
    wrong: list[FieldError] = []
    for name, sent in request.files.items(multi=True):
        path = path_of(name)
        part = form.field(path)
        if not sent.filename or not isinstance(part, File):
            continue
        try:
            kept.append((name, _keep(part, sent)))
        except UploadRefused as refusal:
            wrong.append(FieldError(path, "file", sentence_of(refusal)))
    data = form.parse([*request.form.items(multi=True), *kept])
    if not any(form.files(data)):
        return data, wrong
    return form.attach(data, entries.files(transaction.session(), current_actor())), wrong


def _keep(part: File, sent: FileStorage) -> str:
    config: Config = current_app.extensions["tapak.config"]
    transaction.pause()
    received = uploads.receive(sent, largest=min(config.max_file_bytes, part.max_size or config.max_file_bytes))
    entries.keep_file(
        transaction.session(), sha256=received.sha256, name=received.name, type=received.type, size=received.size,
        sent=Sent(current_actor(), transaction.now(), ""),
    )
    return received.sha256


def page_of(form: Form, data: Mapping[str, Any], errors: Iterable[FieldError]) -> dict[str, Any]:
    """What the field templates need beside the answers."""
    context = {"today": today()}
    return {"errors": tuple(errors), "hidden": form.hidden(data, context=context), "context": context,
            "hiding": hiding}
