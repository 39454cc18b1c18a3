"""Putting the web application together."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from web import (
    access,
    assets,
    crumbs,
    db,
    errors,
    fields,
    gate,
    i18n,
    navigation,
    packing,
    pages,
    queue,
    security,
    transaction,
    uploads,
    words,
)
from web.auth import sessions
from web.config import Config
from web.store import Store


def create_app(config: Config | None = None) -> Flask:
    """The web application on this configuration (None: the environment's). ViewNotDeclared when a view does
    not say who may use it."""
    config = config or Config.from_environment()
    app = transaction.TransactionalFlask("web")
    app.config.update(_flask_settings(config))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["tapak.config"] = config
    app.extensions[transaction.ENGINE] = db.make_engine(config.database_url)
    app.extensions[transaction.DOORBELL] = queue.Doorbell(config.redis_url).ring
    app.extensions[uploads.STORE] = Store(config.attachments)

    _sign_in_by_session_rows(app, config)
    CSRFProtect(app)
    app.before_request(access.guard)
    app.teardown_request(transaction.close)
    for part in (packing, gate, i18n, words, navigation, crumbs, fields, errors, security, pages, assets):
        part.install(app)
    if config.proxies:
        behind = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)
        app.wsgi_app = behind  # type: ignore[method-assign]  # as Flask's documentation wraps it
    access.allow(access.PUBLIC)(app.view_functions["static"])
    access.check_every_view(app)
    return app


def _flask_settings(config: Config) -> dict[str, object]:
    return {
        "SECRET_KEY": config.secret_key,
        "MAX_CONTENT_LENGTH": config.max_request_bytes,
        "MAX_FORM_MEMORY_SIZE": 2_000_000,
        "MAX_FORM_PARTS": 3_000,
        "SESSION_COOKIE_NAME": "tapak",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": sessions.LONGEST,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form may stay open for hours where signal is poor
        "WTF_CSRF_SSL_STRICT": False,  # the referrer is missing behind some proxies; the token decides
    }


def _sign_in_by_session_rows(app: Flask, config: Config) -> None:
    manager = LoginManager(app)
    manager.session_protection = ""  # phones change their address all day; the row decides

    @manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
    def load(token: str) -> sessions.Visitor | None:
        visitor = sessions.find(transaction.session(), token, config)
        if visitor is not None:
            transaction.begin_at(visitor.at)
            if visitor.at - visitor.seen_at >= sessions.TOUCH_EVERY:
                transaction.close()
                sessions.touch(transaction.engine(), token, visitor.at)
        return visitor
