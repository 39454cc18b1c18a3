"""Everything of Tapak that touches the outside: pages, files, jobs, settings. `create_app` puts it together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from web.config import Config


def create_app(config: Config | None = None) -> Flask:
    """The web application (see `web.app`), imported when it is asked for: most commands need none of it."""
    from web import app

    return app.create_app(config)
