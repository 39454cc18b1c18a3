"""Files that come with one of our forms: looked at, kept, and named among its answers."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, request

from engine.errors import FieldError
from engine.forms import File, Form
from web import transaction, uploads
from web.config import Config
from web.errors import sentence_of
from web.fields import path_of
from web.uploads import Received, UploadRefused


def kept(form: Form, note: Callable[[Received], object]) -> tuple[list[tuple[str, str]], list[FieldError]]:
    """(name of the input, sha256) of each file that was kept, and the refusals of the others.

    `note` writes down who keeps the file and for what; nobody else's writing waits while a file is looked at.
    """
    names: list[tuple[str, str]] = []
    wrong: list[FieldError] = []
    for name, sent in request.files.items(multi=True):
        path = path_of(name)
        part = form.field(path)
        if not sent.filename or not isinstance(part, File):
            continue
        transaction.pause()
        try:
            received = uploads.receive(sent, largest=largest_of(part))
        except UploadRefused as refusal:
            wrong.append(FieldError(path, "file", sentence_of(refusal)))
        else:
            note(received)
            names.append((name, received.sha256))
    return names, wrong


def largest_of(part: File) -> int:
    """The bytes that a file of this field may have."""
    config: Config = current_app.extensions["tapak.config"]
    return min(config.max_file_bytes, part.max_size or config.max_file_bytes)
