"""The forms of registers as they are posted: files kept at once, answers parsed, keys that make an act one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from engine.errors import FieldError
from engine.forms import Form
from web import sent_files, transaction
from web.access import current_actor
from web.evidence_page import hiding
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
    kept, wrong = sent_files.kept(form, lambda received: entries.keep_file(
        transaction.session(), sha256=received.sha256, name=received.name, type=received.type, size=received.size,
        sent=Sent(current_actor(), transaction.now(), ""),
    ))
    data = form.parse([*request.form.items(multi=True), *kept])
    if not any(form.files(data)):
        return data, wrong
    return form.attach(data, entries.files(transaction.session(), current_actor())), wrong


def page_of(form: Form, data: Mapping[str, Any], errors: Iterable[FieldError]) -> dict[str, Any]:
    """What the field templates need beside the answers."""
    context = {"today": today()}
    return {"errors": tuple(errors), "hidden": form.hidden(data, context=context), "context": context,
            "hiding": hiding}
