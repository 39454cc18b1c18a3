"""Work inside child instances on the pages: rounds of a repeated task and a branch beside, listed and answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from engine import definitions, operations, outbox, timers
from engine.host import SYSTEM
from engine.models import Deed, Instance, Submission, Task
from tests.engine.family import drawing
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PASSWORD, World
from web import db
from workflows import blocked, desk, register
from workflows.blocked import Filters
from workflows.host import HOST

ROLE = '<extensionElements><z:assignmentDefinition candidateGroups="{}"/></extensionElements>'
DRAWN = drawing(f"""
    <startEvent id="recruited" name="Terpilih"/><endEvent id="over" name="Selesai"/>
    <userTask id="interview" name="Wawancara calon">{ROLE.format("ppk_member")}
      <multiInstanceLoopCharacteristics><extensionElements>
        <z:loopCharacteristics inputCollection="= candidates" inputElement="candidate"/>
      </extensionElements></multiInstanceLoopCharacteristics></userTask>
    <boundaryEvent id="slow" attachedToRef="interview" cancelActivity="false">
      <timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition></boundaryEvent>
    <userTask id="explain" name="Jelaskan kelambatan">{ROLE.format("ppk_member")}</userTask>
    <endEvent id="explained"/>
    <userTask id="approve" name="Periksa wawancara">{ROLE.format("commissioner")}</userTask>
    <exclusiveGateway id="good" default="good_interview"/>
    <intermediateThrowEvent id="chosen" name="Calon ditetapkan"/>
    <userTask id="rest" name="Umumkan">{ROLE.format("operator")}</userTask>
    recruited>interview; interview>approve; approve>good
    good>chosen = decision = "approve"
    good>interview; chosen>rest; rest>over; slow>explain; explain>explained
""", key="choosing")


def form(*components: dict[str, object]) -> str:
    return json.dumps({"type": "default", "id": "f", "components": list(components)})


NOTE = form({"type": "textfield", "id": "note", "key": "note", "label": "Catatan", "validate": {"required": True}})
DECISION = form({
    "type": "radio", "id": "decision", "key": "decision", "label": "Keputusan", "validate": {"required": True},
    "values": [{"label": "Setujui", "value": "approve"}, {"label": "Kembalikan", "value": "return"}],
}, {"type": "textfield", "id": "note", "key": "note", "label": "Catatan"})
FORMS = {"interview": NOTE, "explain": NOTE, "approve": DECISION, "rest": NOTE}


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    """The PPK interviews three candidates since three hours; its branch beside has begun, for it is slow."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        body, at = world.of(KRANGGAN), world.now - timedelta(hours=3)
        drawn = definitions.publish(session, drawing=DRAWN, form_texts=FORMS, by="1", now=at)
        body.instance_id = operations.start(
            session, definition_id=drawn.id, subject=body.subject, scope=body.scope, actor=SYSTEM, now=at, host=HOST,
            variables={"candidates": ["Ani", "Budi", "Cici"]},
        ).instance_id
        session.merge(body)
    drain(app, world)
    with db.transaction(app.extensions["tapak.engine"]) as session:
        for timer in timers.due(session, now=world.now):
            operations.fire_timer(session, timer_id=timer, now=world.now, host=HOST)
    drain(app, world)
    return world


def drain(app: Flask, world: World) -> None:
    """What the worker does with the messages between a child and its parent."""
    quiet = dict.fromkeys(("instance.moved", "escalation.thrown"), lambda session, taken, now: None)
    effects = {**operations.effects(HOST), **quiet}
    for _ in range(50):
        with db.transaction(app.extensions["tapak.engine"]) as session:
            if outbox.take(session, now=world.now + timedelta(minutes=5), effects=effects) is None:
                return
    raise AssertionError("the outbox is not empty after so many messages")


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Looks only."""
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as opened:
        yield opened


def tasks(session: Session, world: World, node: str) -> list[int]:
    """The open tasks of this name in the family of the body, in their order."""
    found = list(session.scalars(
        sa.select(Task.id).where(
            Task.root_id == world.of(KRANGGAN).instance_id, Task.node == node, Task.role != "",
            Task.closed_at.is_(None),
        ).order_by(Task.id)
    ))
    session.rollback()
    return found


def address(world: World, node: str, task: int) -> str:
    return f"/badan/{world.of(KRANGGAN).id}/bukti/{node}?tugas={task}"


def sent(browser: Browser, world: World, node: str, task: int, note: str) -> int:
    """The status of the answer when this page is opened, filled in and sent."""
    page = browser.get(address(world, node, task))
    assert page.status_code == 200, page.text
    kept = dict(re.findall(r'<input type="hidden" name="(key|seen|task|edition)" value="([^"]*)"', page.text))
    answer = browser.send(address(world, node, task), {**kept, "act": "send", "note": note})
    return answer.status_code


def all_sent(app: Flask, browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("ppk", PASSWORD)
    for number, task in enumerate(tasks(session, world, "interview")):
        assert sent(browser, world, "interview", task, f"Cakap {number}") == 302
    drain(app, world)


def decided(app: Flask, browser: Browser, world: World, session: Session, **answer: str) -> str:
    [task] = tasks(session, world, "approve")
    browser.sign_in("komisioner", PASSWORD)
    page = browser.get(f"/tugas/{task}/periksa")
    assert page.status_code == 200
    kept = dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)"', page.text))
    assert browser.send(f"/tugas/{task}/periksa", {**kept, **answer}).status_code == 302
    drain(app, world)
    return page.text


def test_every_round_is_listed_and_opened(browser: Browser, world: World, session: Session) -> None:
    browser.sign_in("ppk", PASSWORD)
    page = browser.get("/tugas").text
    for number, task in enumerate(tasks(session, world, "interview"), start=1):
        assert f"Wawancara calon ({number} dari 3)" in page
        assert f"bukti/interview?tugas={task}" in page
        opened = browser.get(address(world, "interview", task))
        assert opened.status_code == 200
        assert f"Wawancara calon ({number} dari 3)" in opened.text
    assert "Jelaskan kelambatan" in page
    assert browser.get(address(world, "explain", tasks(session, world, "explain")[0])).status_code == 200


def test_the_others_see_them_as_their_teams(browser: Browser, world: World) -> None:
    browser.sign_in("komisioner", PASSWORD)
    page = browser.get("/tugas?tab=team").text
    assert "Wawancara calon (2 dari 3)" in page
    assert "Jelaskan kelambatan" in page


def test_rounds_and_branch_are_handed_in_approved_and_shown(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    all_sent(app, browser, world, session)
    assert sent(browser, world, "explain", tasks(session, world, "explain")[0], "Banjir") == 302
    drain(app, world)
    browser.sign_in("operator", PASSWORD)
    page = browser.get(f"/badan/{world.of(KRANGGAN).id}").text
    assert page.count("Wawancara calon") >= 3
    assert "Cakap 2" in page
    assert "Banjir" in page
    shown = decided(app, browser, world, session, decision="approve")
    for number in range(3):
        assert f"Wawancara calon ({number + 1} dari 3)" in shown
        assert f"Cakap {number}" in shown
    session.rollback()
    assert set(session.scalars(sa.select(Submission.status).where(Submission.node.in_(["interview", "explain"])))) == {
        "accepted"
    }
    assert session.get_one(Instance, world.of(KRANGGAN).instance_id).stage == "chosen"


def test_what_is_given_back_opens_again_round_by_round(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    all_sent(app, browser, world, session)
    decided(app, browser, world, session, decision="return", note="Lengkapi")
    again = tasks(session, world, "interview")
    assert len(again) == 3
    browser.sign_in("ppk", PASSWORD)
    page = browser.get(address(world, "interview", again[1])).text
    assert "Cakap 1" in page
    assert "Cakap 0" not in page
    assert "Lengkapi" in page
    assert sent(browser, world, "interview", again[1], "Cakap sekali") == 302


def test_wrong_region_role_and_task_are_refused(browser: Browser, world: World, session: Session) -> None:
    [first, *_] = tasks(session, world, "interview")
    browser.sign_in("pps", PASSWORD)
    assert browser.get(address(world, "interview", first)).status_code == 403
    browser.sign_in("operator", PASSWORD)
    assert browser.get(address(world, "interview", first)).status_code == 403
    browser.sign_in("ppk", PASSWORD)
    assert browser.get(address(world, "explain", first)).status_code == 404
    assert browser.get(address(world, "interview", 987654)).status_code == 404


def test_a_page_that_is_old_is_told_so(browser: Browser, world: World, session: Session) -> None:
    [first, *_] = tasks(session, world, "interview")
    browser.sign_in("ppk", PASSWORD)
    assert sent(browser, world, "interview", first, "Satu") == 302
    fields = {"act": "send", "note": "Dua", "task": str(first), "seen": "1", "key": "another"}
    assert browser.send(address(world, "interview", first), fields).status_code == 409


def test_who_acted_in_a_round_may_not_decide(app: Flask, world: World, session: Session) -> None:
    """Four eyes count at the root: the list leaves the task out for who acted in another lane inside a child."""
    body, actor = world.of(KRANGGAN), world.actors["ppk"]
    assert desk.counts(session, actor, world.now)["mine"] == 4
    stay = session.get_one(Instance, body.instance_id).stage_version
    session.rollback()
    with db.transaction(app.extensions["tapak.engine"]) as writing:
        writing.add(Deed(instance_id=body.instance_id, stage_version=stay, person=actor.who, role="commissioner"))
    assert desk.counts(session, actor, world.now)["mine"] == 0


def test_late_work_inside_makes_the_body_late_and_blocked(app: Flask, world: World, session: Session) -> None:
    body = world.of(KRANGGAN)
    with db.transaction(app.extensions["tapak.engine"]) as writing:
        writing.execute(sa.update(Task).where(Task.node == "interview", Task.role != "").values(
            due_at=world.now - timedelta(days=1)
        ))
        writing.execute(sa.update(Instance).where(Instance.id == body.instance_id).values(due_at=None))
    assert register.tally(session, [""], world.now).late == 1
    found = blocked.page(session, [""], Filters(), world.now).entries
    [mine] = [one for one in found if one.body_id == body.id]
    assert [cause.task for cause in mine.causes if cause.reason == "overdue"].count("Wawancara calon") == 3
