"""What no page of ours sends is turned away at the gate: numbers no row can have, and null letters."""

from __future__ import annotations

import re
from itertools import chain

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

_WHOLE = re.compile(r"[0-9]{1,18}")
"""Every such number fits a database's 64 bits."""


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: up to 18 digits; an address with more is not there."""

    regex = r"[0-9]{1,18}"


def whole(text: str) -> int:
    """The number, for `request.form.get(…, type=whole)`; ValueError for what cannot be a row's number or version."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"not a row's number: {text[:30]!r}")
    return int(text)


def refuse_null_letters() -> None:
    """400 when the address or the form holds a null letter: no keyboard makes one, and PostgreSQL keeps none."""
    sent = chain([request.path], *request.args.items(multi=True), *request.form.items(multi=True))
    if any("\0" in text for text in sent):
        abort(400)


def install(app: Flask) -> None:
    """The gate stands; before the pages, whose addresses are read with it."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(refuse_null_letters)
