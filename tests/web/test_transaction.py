"""One request is one transaction, and what it refuses becomes a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from engine import errors
from engine.models import Heartbeat, Message
from tests.web.conftest import Browser
from web import db, transaction
from web.access import PUBLIC, allow
from web.uploads import UploadRefused


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Views are added to it."""
    return own_app


def view(app: Flask, work: Callable[[], None]) -> None:
    """POST /t/work does `work` in the request's transaction."""

    def run() -> str:
        work()
        return "done"

    app.add_url_rule("/t/work", "work", allow(PUBLIC)(run), methods=["GET", "POST"])


def beat() -> None:
    transaction.session().add(Heartbeat(name="test", at=transaction.now()))
    transaction.session().flush()


def written(app: Flask) -> int:
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        return session.scalar(select(func.count()).select_from(Heartbeat)) or 0


def test_what_a_view_wrote_stands_when_it_answered(app: Flask, browser: Browser) -> None:
    view(app, beat)
    assert browser.send("/t/work").text == "done"
    assert written(app) == 1


@pytest.mark.parametrize(("error", "status"), [
    (errors.NotFound(), 404),
    (errors.Forbidden(), 403),
    (errors.OutOfScope(), 403),
    (errors.FourEyes(), 403),
    (errors.Stale(), 409),
    (errors.NotOpen(), 409),
    (errors.WrongState(), 409),
    (errors.AlreadyDone(), 409),
    (errors.EvidenceRefused([]), 422),
    (errors.Refused(), 400),
    (UploadRefused(), 400),
    (StaleDataError(), 409),
])
def test_nothing_stands_when_it_raised(app: Flask, browser: Browser, error: Exception, status: int) -> None:
    def work() -> None:
        beat()
        raise error

    view(app, work)
    answer = browser.send("/t/work")
    assert answer.status_code == status
    assert written(app) == 0
    if type(error) is errors.Forbidden:
        assert "Hubungi operator" in answer.text  # without words of its own, the page says whom to ask
    elif isinstance(error, errors.TapakError):
        assert error.message in answer.text


def test_a_refusal_at_commit_is_a_page_too(app: Flask, browser: Browser) -> None:
    def work() -> None:
        transaction.session().add_all([Heartbeat(name="one", at=transaction.now()) for _ in range(2)])

    view(app, work)
    app.testing = False
    assert browser.send("/t/work").status_code == 500
    assert written(app) == 0


def test_an_unforeseen_error_shows_a_number_and_nothing_of_itself(
    app: Flask, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> None:
        beat()
        raise RuntimeError("the secret of the house")

    view(app, work)
    app.testing = False
    answer = browser.send("/t/work")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    number = caplog.messages[-1].split()[1]
    assert number in answer.text
    assert written(app) == 0


def message(seconds: int) -> Message:
    now = transaction.now()
    return Message(kind="test", dedupe="1", payload={}, created_at=now, available_at=now + timedelta(seconds=seconds))


@pytest.mark.parametrize(("seconds", "rung"), [(0, 1), (60, 0), (None, 0)])
def test_the_doorbell_rings_after_the_commit_when_a_message_is_due(
    app: Flask, browser: Browser, seconds: int | None, rung: int
) -> None:
    seen: list[int] = []

    def bell() -> None:
        with db.session_factory(app.extensions["tapak.engine"])() as session:
            seen.append(session.scalar(select(func.count()).select_from(Message)) or 0)

    def work() -> None:
        if seconds is not None:
            transaction.session().add(message(seconds))

    view(app, work)
    token = browser.token()
    app.extensions[transaction.DOORBELL] = bell
    browser.post("/t/work", data={"csrf_token": token})
    assert seen == [1] * rung


def test_the_moment_is_one_throughout_a_request(app: Flask, browser: Browser) -> None:
    moments = []
    view(app, lambda: moments.extend([transaction.now(), transaction.now()]))
    browser.send("/t/work")
    assert moments[0] == moments[1]
    assert moments[0].utcoffset() == timedelta(0)


def test_without_the_token_nothing_is_done(app: Flask, browser: Browser) -> None:
    view(app, beat)
    answer = browser.post("/t/work")
    assert answer.status_code == 400
    assert "terlalu lama terbuka" in answer.text
    assert written(app) == 0


def test_every_answer_carries_the_headers(browser: Browser) -> None:
    for path in ("/masuk", "/tidak-ada", "/healthz"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_no_page_has_inline_script_or_style(browser: Browser) -> None:
    text = browser.get("/masuk").text
    assert "<style" not in text
    assert " style=" not in text
    assert "onclick" not in text
    assert text.count("<script") == text.count("<script src=")


def test_static_files_are_kept_for_a_year_under_their_version(app: Flask, browser: Browser) -> None:
    text = browser.get("/masuk").text
    start = text.index("/static/css/tapak.css?v=")
    answer = browser.get(text[start:text.index('"', start)])
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_too_large_a_request_is_413_in_words(app: Flask, browser: Browser) -> None:
    token = browser.token()
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = browser.post("/masuk", data={"csrf_token": token, "login": "x" * 2000})
    assert answer.status_code == 413
    assert "terlalu besar" in answer.text


def test_healthz(browser: Browser) -> None:
    answer = browser.get("/healthz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["database"] == {"ok": True, "kind": "sqlite"}
