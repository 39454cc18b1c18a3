"""Two languages. Indonesian is the language of the source; English is a complete catalogue beside it.

The language of a page is the account's, else the cookie's, else Indonesian; never the browser's, because a shared
office computer set to English is no wish of the person who signs in.
"""

from __future__ import annotations

from flask import Flask, request
from flask_babel import Babel

from web.auth.sessions import visitor

LANGUAGES = {"id": "Indonesia", "en": "English"}
COOKIE = "tapak_language"


def language() -> str:
    """The language of this request: one of `LANGUAGES`."""
    wishes = [request.cookies.get(COOKIE)]
    reader = visitor()
    if reader is not None:
        wishes.insert(0, reader.account.locale)
    return next((wish for wish in wishes if wish in LANGUAGES), "id")


def install(app: Flask) -> None:
    """Pages speak the language of their reader."""
    app.config["BABEL_DEFAULT_LOCALE"] = "id"
    Babel(app, locale_selector=language)
    app.jinja_env.globals["languages"] = LANGUAGES
    app.jinja_env.globals["language"] = language
