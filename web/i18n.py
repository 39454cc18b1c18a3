"""Two languages. Indonesian is the language of the source; English is a complete catalogue beside it.

The language of a page is the account's, else the cookie's, else Indonesian; never the browser's, because a shared
office computer set to English is no wish of the person who signs in.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from flask import Flask, request
from flask_babel import Babel, get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

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


def spoken() -> str:
    """The language of the words said now: the request's, or the one that was forced; Indonesian outside a request."""
    locale = get_locale()
    return locale.language if locale else "id"


@cache
def _catalogue(_language: str) -> Any:
    """Read once in a process; Flask-Babel asks a dozen questions about the request before it opens the same one."""
    return get_translations()


@lru_cache(maxsize=8192)
def _word(language: str, message: str) -> Markup:
    """A message of a template without values, ready to be shown."""
    return Markup(_catalogue(language).ugettext(message)) % {}  # noqa: S704 - our own catalogue


@pass_eval_context
def _gettext(context: EvalContext, message: str, /, **values: Any) -> str:
    """As Jinja's own: the values are escaped where the page escapes."""
    spoken_now = spoken()
    if context.autoescape and not values and not isinstance(message, Markup):
        return _word(spoken_now, message)
    return _filled(context, _catalogue(spoken_now).ugettext(message), values)


@pass_eval_context
def _ngettext(context: EvalContext, singular: str, plural: str, num: int, /, **values: Any) -> str:
    values.setdefault("num", num)
    return _filled(context, _catalogue(spoken()).ungettext(singular, plural, num), values)


def _filled(context: EvalContext, text: str, values: dict[str, Any]) -> str:
    return (Markup(text) if context.autoescape else text) % values  # noqa: S704 - our own catalogue


def install(app: Flask) -> None:
    """Pages speak the language of their reader."""
    app.config["BABEL_DEFAULT_LOCALE"] = "id"
    Babel(app, locale_selector=language)
    app.jinja_env.globals.update(
        {"languages": LANGUAGES, "language": language, "_": _gettext, "gettext": _gettext, "ngettext": _ngettext}
    )
