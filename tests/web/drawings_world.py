"""Changed drawings of PPS, and the acts on the pages about drawings that several tests need."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import Browser
from tests.web.desk_world import signed_in
from web import db, jobs
from workflows.drawings import drawing_file

PPS = drawing_file("pps").read_text("utf-8")
SOWAN_FORM = (drawing_file("pps").parent / "submit_sowan.form").read_bytes()
RENAMED = PPS.replace("Periksa bimtek", "Telaah bimtek").encode()
"""One step is called otherwise: everything moves by name."""
MAPPED = PPS.replace('"submit_sowan"', '"file_sowan"').replace(">submit_sowan<", ">file_sowan<").encode()
"""One task has another id: bodies that wait there need a mapping."""
_RETURNED = 'id="sowan_returned" name="Dikembalikan" sourceRef="sowan_decision" targetRef="submit_sowan" />'
UNSOUND = PPS.replace(' default="sowan_returned"', "").replace(
    _RETURNED, _RETURNED[:-2] + '><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">= decision = "return"'
    "</bpmn:conditionExpression></bpmn:sequenceFlow>"
).encode()
"""A gateway without a way out for every answer."""
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
)


def as_(app: Flask, login: str) -> Browser:
    """A browser of its own in which this person is signed in."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return signed_in(browser, login)


def upload(browser: Browser, *files: tuple[str, bytes], **fields: str) -> TestResponse:
    """These files were sent as a new version."""
    data: dict[str, Any] = {"key": str(uuid.uuid4()), "complete": "true", **fields}
    data["files"] = [(io.BytesIO(content), name) for name, content in files]
    return browser.send("/alur/baru", data, content_type="multipart/form-data")


def drafted(browser: Browser, *files: tuple[str, bytes]) -> str:
    """The address of the draft that these files made."""
    answer = upload(browser, *files)
    assert answer.status_code == 302, answer.text
    return answer.location


def seen(page: str) -> str:
    """The revision or version that a page says it has shown."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found, page
    return found[1]


def key(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found, page
    return found[1]


def proposed(browser: Browser, drawing: bytes, *forms: tuple[str, bytes]) -> str:
    """The address of the proposal that this drawing became."""
    draft = drafted(browser, ("pps.bpmn", drawing), *forms)
    answer = browser.send(f"{draft}/usulkan", {"seen": seen(browser.get(draft).text)})
    assert answer.status_code == 302, answer.text
    return answer.location


def consented(browser: Browser, proposal: str) -> TestResponse:
    return browser.send(proposal, {"act": "consent", "seen": seen(browser.get(proposal).text)})


def drained(app: Flask) -> None:
    """What waits in the outbox is done, as the worker does it."""
    jobs.drain_outbox(app.extensions["tapak.engine"], jobs.effects())


def rows(app: Flask, query: Any) -> list[Any]:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return list(session.execute(query).all())


