"""The main menu: one list in the order it is shown. An entry appears to those whom its view allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l

from web.access import may_open


@dataclass(frozen=True)
class Entry:
    """`endpoint` is the view it opens, `label` what it is called, `icon` a symbol of img/icons.svg, `also` the other
    blueprints whose pages belong to it. A `rare` one stands in the folded menu only, also on a desk."""

    endpoint: str
    label: Any
    icon: str
    also: tuple[str, ...] = ()
    rare: bool = False

    @property
    def url(self) -> str:
        return address(self.endpoint)

    @property
    def current(self) -> bool:
        """Whether the page shown belongs to this entry: same blueprint, or one of the others."""
        return (request.endpoint or "").partition(".")[0] in (self.endpoint.partition(".")[0], *self.also)


def address(endpoint: str) -> str:
    """Where a page without a number in its address stands."""
    return _address(endpoint, request.script_root)


@cache
def _address(endpoint: str, _script_root: str) -> str:
    """Made once in a process: every page shows the same ones."""
    return url_for(endpoint)


ENTRIES = (
    Entry("tasks.index", _l("Tugas"), "check"),
    Entry("bodies.index", _l("Badan"), "people", ("replacements",)),
    Entry("activities.index", _l("Kegiatan"), "calendar"),
    Entry("registers.index", _l("Register"), "paper", ("stakeholders",)),
    Entry("blocked.index", _l("Terhambat"), "warning", ("reminders",)),
    Entry("overview.index", _l("Ringkasan"), "grid", ("pace",)),
    Entry("escalations.index", _l("Eskalasi"), "up", rare=True),
    Entry("people.index", _l("Orang"), "person", rare=True),
    Entry("letters.index", _l("Surat"), "paper"),
    Entry("agenda.index", _l("Agenda"), "calendar", rare=True),
    Entry("drawings.index", _l("Alur"), "flow", rare=True),
    Entry("health.index", _l("Kesehatan sistem"), "heart", rare=True),
)


def menu() -> list[Entry]:
    """The entries this reader may open; found once a request, though a page shows them twice."""
    if "menu" not in g:
        g.menu = [
            entry for entry in ENTRIES if entry.endpoint in current_app.view_functions and may_open(entry.endpoint)
        ]
    return cast("list[Entry]", g.menu)


def install(app: Flask) -> None:
    app.jinja_env.globals["address"] = address
    app.jinja_env.globals["menu"] = menu
    app.jinja_env.globals["may_open"] = may_open
