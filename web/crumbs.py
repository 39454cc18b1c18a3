"""Where a page stands: the menu entry it belongs to and the pages above it, read from its address.

An address is its own path: /kegiatan/7/kehadiran stands below /kegiatan/7, which stands below /kegiatan. A page above
is named when it can be opened by who reads; nothing has to be said in a template.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from web.access import may_open
from web.navigation import ENTRIES

NAMES: dict[str, Any] = {
    **{entry.endpoint: entry.label for entry in ENTRIES},
    "bodies.show": _l("Badan ini"), "people.show": _l("Orang ini"), "activities.show": _l("Kegiatan ini"),
    "letters.show": _l("Surat ini"), "agenda.show": _l("Agenda ini"), "drawings.show": _l("Alur ini"),
    "letter_templates.index": _l("Naskah surat"), "letter_office.edit": _l("Kop dan nomor surat"),
    "imports.index": _l("Impor anggota"), "imports.show": _l("Impor ini"), "exports.index": _l("Ekspor"),
    "notices.index": _l("Pemberitahuan"), "pace.index": _l("Laju"), "auth.account": _l("Akun saya"),
    "guide.show": _l("Panduan"), "delegations.index": _l("Delegasi"), "pleno.index": _l("Rapat pleno"),
}
"""What the pages are called that may stand above others."""
BELOW = {"pace": "overview.index", "imports": "people.index", "invite": "people.index", "receipts": "tasks.index",
         "delegations": "tasks.index", "pleno": "tasks.index", "bulk": "tasks.index"}
"""Parts whose address does not say to which entry of the menu they belong."""


def crumbs() -> list[tuple[str, str]]:
    """(address, name) of the pages above the one shown, the outermost first; none for an entry of the menu itself."""
    endpoint = request.endpoint or ""
    if not endpoint:
        return []
    found: list[tuple[str, str]] = []
    first = BELOW.get(endpoint.partition(".")[0])
    if first and _may(first):
        found.append((current_app.url_for(first), str(NAMES[first])))
    parts = request.path.strip("/").split("/")
    for end in range(1, len(parts)):
        place = "/" + "/".join(parts[:end])
        above = _page_at(place)
        if above and above != endpoint and above in NAMES and _may(above):
            found.append((request.script_root + place, str(NAMES[above])))
    return found


def _may(endpoint: str) -> bool:
    return endpoint in current_app.view_functions and may_open(endpoint)


def _page_at(place: str) -> str:
    """The endpoint that answers at this address; "" where there is none."""
    try:
        endpoint, _values = current_app.create_url_adapter(request).match(place, "GET")  # type: ignore[union-attr]  # in a request there is one
    except (RequestRedirect, HTTPException):
        return ""
    return str(endpoint)


def install(app: Flask) -> None:
    app.jinja_env.globals["crumbs"] = crumbs
