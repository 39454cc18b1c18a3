"""Forms for the tests of engine.forms."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from engine.forms import Form, load

SHA = "ab" * 32
PHOTO = {"sha256": SHA, "name": "foto.jpg", "size": 120_000, "type": "image/jpeg"}
OPTIONS = [{"label": "Camat", "value": "camat"}, {"label": "Kapolsek", "value": "kapolsek"},
           {"label": "Danramil", "value": "danramil"}]
OATH = dt.date(2024, 5, 16)
CONTEXT = {"body": {"oath_on": OATH, "members": [{"value": "m1", "label": "Sri"}, {"value": "m2", "label": "Joko"}]},
           "today": dt.date(2024, 6, 1)}


def text_of(*components: dict[str, Any], **more: Any) -> str:
    """A form file's text."""
    return json.dumps({"type": "default", "id": "submit_test", "schemaVersion": 18, "components": list(components),
                       **more})


def form_of(*components: dict[str, Any]) -> Form:
    """A form read from these components."""
    return load(text_of(*components))


def part(kind: str, key: str = "answer", **more: Any) -> dict[str, Any]:
    """One component; containers get their key as `path`."""
    where = "path" if kind in ("group", "dynamiclist") else "key"
    return {"type": kind, "id": f"Field_{key}", "label": f"Label {key}", where: key, **more}


def one(kind: str, **more: Any) -> Form:
    """A form of one field with the key "answer"."""
    return form_of(part(kind, **more))


def sowan() -> Form:
    """A form with every kind of field, as an evidence form has them."""
    return form_of(
        {"type": "text", "id": "Intro", "text": "Isi setelah **kunjungan** selesai."},
        part("datetime", "held_on", subtype="date", validate={"required": True},
             properties={"notBefore": "= body.oath_on", "notAfter": "= today"}),
        part("datetime", "held_at", subtype="time"),
        part("datetime", "noted_at", subtype="datetime"),
        part("textfield", "place", validate={"required": True, "minLength": 3, "maxLength": 200}),
        part("textarea", "story", validate={"minLength": 10}),
        part("number", "guests", decimalDigits=0, validate={"min": 0, "max": 500}),
        {"type": "separator", "id": "Line"},
        part("dynamiclist", "visits", defaultRepetitions=1, properties={"minItems": "1", "rowLabel": "Kunjungan {n}"},
             components=[
                 part("select", "official", values=OPTIONS, validate={"required": True}),
                 part("textfield", "name", validate={"required": True}),
                 part("radio", "manner", values=[{"label": "Tatap muka", "value": "met"},
                                                 {"label": "Diwakili", "value": "deputy"}]),
                 part("textfield", "deputy", validate={"required": True},
                      conditional={"hide": '= manner != "deputy"'}),
                 part("checklist", "topics", values=[{"label": "Sekretariat", "value": "secretariat"},
                                                     {"label": "Keamanan", "value": "safety"}]),
                 part("filepicker", "photos", multiple=True, properties={"kind": "photo", "maxFiles": "3"}),
             ]),
        {"type": "group", "id": "Office", "label": "Kantor", "path": "office", "components": [
            part("textfield", "address"), part("textfield", "phone", validate={"validationType": "phone"})]},
        {"type": "group", "id": "Plain", "label": "Pernyataan", "components": [
            part("checkbox", "neutral", validate={"required": True})]},
        {"type": "button", "id": "Send", "label": "Kirim", "action": "submit"},
    )


GOOD: dict[str, Any] = {
    "held_on": "2024-05-20", "held_at": "09:30", "noted_at": "2024-05-20T13:05", "place": "Kantor Kecamatan",
    "story": "Camat menyambut dengan baik.", "guests": 12, "neutral": True,
    "visits": [{"official": "camat", "name": "Bapak Camat", "manner": "met", "topics": ["safety"], "photos": [PHOTO]},
               {"official": "danramil", "name": "Danramil", "manner": "deputy", "deputy": "Serma Budi", "topics": [],
                "photos": []}],
    "office": {"address": "Jalan Raya 1", "phone": "0812-3456-7890"},
}
