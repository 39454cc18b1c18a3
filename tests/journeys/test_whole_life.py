"""One PPK and one PPS, from recruited to monitored, in the browser's own requests: forms, photos, approvals."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from engine import definitions, history, outbox
from engine.forms.naming import pairs
from engine.models import Attachment, Instance, Message, Submission, Task
from tests import demo as loaded
from tests.web.conftest import Browser, application
from web.auth import passwords
from web.auth.accounts import DEMO_PASSWORD
from web.config import Config
from web.db import transaction
from web.notify import EFFECTS
from web.store import Store
from workflows import drawings
from workflows.demo import evidence, ground, lead, pictures
from workflows.demo.acts import Player
from workflows.demo.plans import STAGES
from workflows.models import Body, Notice

REACHED = ("inaugurated", "sowan_done", "secretariat_formed", "bimtek_complete", "monitored")


@dataclass
class Life:
    """One body, and the people who lead it on by signing in one after another."""

    app: Flask
    code: str
    member: str
    monitor: str
    contents: dict[str, bytes] = field(default_factory=dict)

    def session(self) -> Session:
        return Session(self.app.extensions["tapak.engine"])

    def signed_in(self, login: str) -> Browser:
        browser = self.app.test_client()
        assert isinstance(browser, Browser)
        assert browser.sign_in(login, DEMO_PASSWORD).status_code == 302
        return browser

    def player(self, session: Session) -> Player:
        return lead.player_of(session, now=datetime.now(UTC), keep=loaded.forget)

    def body(self, session: Session) -> Body:
        return session.scalars(select(Body).where(Body.region_code == self.code)).one()

    def stage(self) -> tuple[str, str]:
        with self.session() as session:
            instance = session.get_one(Instance, self.body(session).instance_id)
            return instance.stage, instance.state

    def filled(self, node: str) -> tuple[int, MultiDict[str, Any]]:
        """The body's id and what a filled-in page posts: texts, and every photo and paper as a file."""
        with self.session() as session:
            body, player = self.body(session), self.player(session)
            case = player.case(body, node, player.laid.actors[self.code], datetime.now(UTC))
            data = evidence.make(node, evidence.with_files(case, self._file))
            instance = session.get_one(Instance, body.instance_id)
            form = definitions.load(session, instance.definition_id).form(node)
            assert form is not None
            posted: MultiDict[str, Any] = MultiDict()
            for name, value in pairs(form.fields, data):
                content = self.contents.get(value)
                posted.add(name, (io.BytesIO(content), "bukti.pdf" if content[:4] == b"%PDF" else "bukti.jpg")
                           if content else value)
            return body.id, posted

    def _file(self, scene: str, title: str) -> dict[str, Any]:
        caption = f"{title} · {self.code}"
        content = pictures.paper(title, ()) if scene == "paper" else pictures.photo(scene, len(title), caption)
        name = sha256(content).hexdigest()
        self.contents[name] = content
        return {"sha256": name, "name": title, "size": len(content), "type": "image/jpeg"}

    def hand_in(self, login: str, node: str, act: str = "send", **changed: str) -> TestResponse:
        browser, (body_id, posted) = self.signed_in(login), self.filled(node)
        path = f"/badan/{body_id}/bukti/{node}"
        page = browser.get(path)
        assert page.status_code == 200, page.text
        form = page.text[page.text.index("data-upload="):].partition("</form>")[0]
        posted.update(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', form))
        for name, value in changed.items():
            posted[name.replace("__", "-")] = value
        posted["act"], posted["csrf_token"] = act, browser.token()
        return self.told(browser.post(path, data=posted, content_type="multipart/form-data"))

    def told(self, answer: TestResponse) -> TestResponse:
        """The same answer, after the messages of the act had their effects."""
        with transaction(self.app.extensions["tapak.engine"]) as session:
            while outbox.take(session, now=datetime.now(UTC), effects=EFFECTS) is not None:
                pass
        return answer

    def decide(self, login: str, stage: str, **answer: str) -> TestResponse:
        with self.session() as session:
            task = session.scalars(
                select(Task).where(
                    Task.instance_id == self.body(session).instance_id, Task.node == f"approve_{stage}",
                    Task.closed_at.is_(None),
                )
            ).one()
            number = task.id
        browser = self.signed_in(login)
        page = browser.get(f"/tugas/{number}/periksa")
        assert page.status_code == 200, page.text
        seen = re.search(r'name="seen" value="(\d+)"', page.text)
        assert seen
        return self.told(browser.send(f"/tugas/{number}/periksa", {"seen": seen[1], **answer}))

    def returned_and_mended(self) -> None:
        """The sowan is given back with a reason, which the member reads, mends and sends again."""
        given = {"decision": "return", "reason": "blurry", "note": "Foto kunjungan buram."}
        answer = self.decide("komisioner-sdm", "sowan", **given)
        assert answer.status_code == 302
        assert self.stage() == ("inaugurated", "inaugurated/submit_sowan")
        with self.session() as session:
            path = f"/badan/{self.body(session).id}/bukti/submit_sowan"
        assert "Foto kunjungan buram." in self.signed_in(self.member).get(path).text
        assert self.hand_in(self.member, "submit_sowan").status_code == 302


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on registers where nobody has begun."""
    config = Config.from_environment({"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": sqlite_url})
    made = application(config)
    with transaction(made.extensions["tapak.engine"]) as session:
        now = datetime.now(UTC)
        ground.lay(session, now=now, keys=loaded.KEYS, password_hash=passwords.digest(DEMO_PASSWORD))
        drawings.publish_all(session, "1", now)
    yield made
    made.extensions["tapak.engine"].dispose()


@pytest.fixture(params=[
    (ground.PPK_MEMBER, "ppk-kranggan", "operator"), (ground.OPEN_PPS, "pps-pare-kranggan", "ppk-kranggan"),
], ids=["ppk", "pps"])
def life(request: pytest.FixtureRequest, app: Flask) -> Life:
    made = Life(app, *request.param)
    with transaction(app.extensions["tapak.engine"]) as session:
        made.player(session).start(made.body(session), datetime.now(UTC))
    return made


def test_a_body_goes_from_recruited_to_monitored(life: Life) -> None:
    early = life.member.startswith("pps")
    for number, stage in enumerate(STAGES):
        who = "operator" if number == 0 else life.monitor if number == 4 else life.member
        if not (stage == "bimtek" and early):
            answer = life.hand_in(who, f"submit_{stage}")
            assert answer.status_code == 302, answer.text
        if stage == "sowan":
            life.returned_and_mended()
        answer = life.decide("komisioner-teknis", stage, decision="approve")
        assert answer.status_code == 302, answer.text
        assert life.stage()[0] == REACHED[number]
        if stage == "inauguration" and early:
            assert life.hand_in(life.member, "submit_bimtek", "prepare").status_code == 302
    assert life.stage() == ("monitored", "monitored/monitoring_rest")
    _everything_is_in_order(life)


def test_a_secretariat_is_refused_for_the_nip_and_the_missing_document(life: Life) -> None:
    """What is wrong is said at its field; what was typed and sent is still there; nothing was handed in."""
    for number in (0, 1):
        assert life.hand_in(("operator", life.member)[number], f"submit_{STAGES[number]}").status_code == 302
        assert life.decide("komisioner-sdm", STAGES[number], decision="approve").status_code == 302
    answer = life.hand_in(life.member, "submit_secretariat", secretary_nip="19850312", kpu_decree_number="")
    assert answer.status_code == 422
    assert "18 angka" in answer.text
    assert "19850312" in answer.text
    assert life.stage() == ("sowan_done", "sowan_done/submit_secretariat")
    with life.session() as session:
        filed = select(Submission.id).where(Submission.node == "submit_secretariat", Submission.status == "submitted")
        assert session.scalars(filed).all() == []


def _everything_is_in_order(life: Life) -> None:
    """Files are in the store, the history holds, and the messages tell those whom it concerns."""
    engine = life.app.extensions["tapak.engine"]
    with transaction(engine) as session:
        assert history.verify(session) == []
        store = Store(life.app.extensions["tapak.config"].attachments)
        hashes = set(session.scalars(select(Attachment.sha256)))
        assert hashes
        assert all(store.verify(one) for one in hashes)
        assert session.scalars(select(Message.id).where(Message.done_at.is_(None))).all() == []
        assert {"task.opened", "stage.reached", "evidence.returned"} <= set(session.scalars(select(Notice.topic)))
