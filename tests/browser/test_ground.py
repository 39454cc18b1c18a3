"""What only a browser can say: the strict policy holds, scripts of ours work, colours have contrast."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response, render_template_string
from PIL import Image
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from engine.forms import load
from web import create_app
from web.access import PUBLIC, allow
from web.config import ROOT, Config

DRAWING = """{% extends "base.html" %}
{% from "macros/data.html" import drawing, drawing_styles, drawing_scripts %}
{% block title %}x{% endblock %}{% block head %}{{ drawing_styles() }}{% endblock %}
{% block scripts %}{{ drawing_scripts() }}{% endblock %}
{% block content %}<h1>x</h1>{{ drawing("/t/ppk.bpmn", ["submit_sowan"], ["inaugurated"]) }}{% endblock %}"""
FORM = """{% extends "base.html" %}{% from "macros/form.html" import form_fields %}
{% block title %}x{% endblock %}
{% block content %}<h1>x</h1>
<form method="post" enctype="multipart/form-data">
{% set page = {"errors": [], "hidden": form.hidden({}), "context": {}} %}
{{ form_fields(form.fields, form.blank(), [], page) }}</form>{% endblock %}"""

pytestmark = pytest.mark.browser


def _pages(app: Flask) -> None:
    folder = ROOT / "workflows" / "ppk"
    views = {
        "/t/drawing": lambda: render_template_string(DRAWING),
        "/t/ppk.bpmn": lambda: Response((folder / "ppk.bpmn").read_bytes(), mimetype="application/xml"),
        "/t/form": lambda: render_template_string(FORM, form=load((folder / "submit_sowan.form").read_text())),
    }
    for path, view in views.items():
        app.add_url_rule(path, path, allow(PUBLIC)(view))


@pytest.fixture
def address(sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    var = tmp_path_factory.mktemp("var")
    app = create_app(Config.from_environment({"TAPAK_VAR": str(var), "DATABASE_URL": sqlite_url}))
    _pages(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    app.extensions["tapak.engine"].dispose()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def phone(chrome: Browser, complaints: list[str]) -> Iterator[Page]:
    context = chrome.new_context(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def test_the_drawing_is_shown_under_the_strict_policy(address: str, phone: Page, complaints: list[str]) -> None:
    phone.goto(f"{address}/t/drawing")
    phone.wait_for_selector("[data-ready]")
    assert phone.locator("[data-element-id=submit_sowan].here").count() == 1
    assert phone.locator("[data-element-id=inaugurated].passed").count() == 1
    assert phone.locator(".bjs-powered-by").is_visible()
    assert phone.locator("[data-element-id=submit_sowan]").bounding_box() is not None
    assert complaints == []


def jpeg() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "JPEG")
    return stream.getvalue()


def test_rows_and_photos_are_added_and_removed(address: str, phone: Page, complaints: list[str]) -> None:
    phone.goto(f"{address}/t/form")
    rows = phone.locator("[data-rows=visits] > [data-one]")
    before = rows.count()
    phone.locator("[data-rows=visits] > p > button[name=_add]").click()
    assert rows.count() == before + 1
    assert rows.nth(before).locator("select, input").first.get_attribute("name").startswith(f"visits-{before}-")
    photos = rows.nth(before).locator("[data-preview]").first
    sent = [{"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": jpeg()} for name in "ab"]
    photos.set_input_files(sent)
    rows.nth(before).locator("[data-camera]").first.set_input_files([{**sent[0], "name": "c.jpg"}])
    names = "input => [...input.files].map(file => file.name)"
    assert photos.evaluate(names) == ["a.jpg", "b.jpg", "c.jpg"]
    rows.nth(before).locator("[data-chosen] button").first.click()
    assert photos.evaluate(names) == ["b.jpg", "c.jpg"]
    rows.nth(before).locator("button[name=_remove]").click()
    assert rows.count() == before
    assert complaints == []


@pytest.mark.parametrize("path", ["/t/form", "/t/drawing"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_pages_are_accessible_and_fit(chrome: Browser, address: str, path: str, width: int, scheme: str) -> None:
    context = chrome.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{address}{path}")
    page.wait_for_load_state("networkidle")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    context.close()
