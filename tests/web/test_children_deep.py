"""Rounds within rounds, called processes, failures inside children and the chains of all of them, on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from engine import definitions, operations, outbox
from engine.host import SYSTEM
from engine.models import Incident, Instance, Message, Submission
from tests.engine.family import drawing, handlers_of
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PASSWORD, World
from tests.web.test_children import DECISION, NOTE, ROLE, address, drain, sent, tasks
from web import db
from workflows import blocked, failures
from workflows.blocked import Filters
from workflows.host import HOST

EACH = """<multiInstanceLoopCharacteristics><extensionElements>
    <z:loopCharacteristics inputCollection="= {}" inputElement="{}"/></extensionElements>
    </multiInstanceLoopCharacteristics>"""
CALLED = drawing(f"""
    <startEvent id="begun"/><userTask id="visit" name="Kunjungan lapangan">{ROLE.format("ppk_member")}</userTask>
    <endEvent id="visited"/>
    begun>visit; visit>visited
""", key="checking")
CALLING = drawing(f"""
    <startEvent id="recruited" name="Terpilih"/><endEvent id="over" name="Selesai"/>
    <subProcess id="villages" name="Tiap desa">{EACH.format("villages", "village")}
      <startEvent id="here"/><endEvent id="gone"/>
      <userTask id="ask" name="Wawancara calon">{ROLE.format("ppk_member")}{EACH.format("people", "person")}</userTask>
      here>ask; ask>gone
    </subProcess>
    <callActivity id="check" name="Periksa lapangan" calledElement="checking"/>
    <userTask id="approve" name="Periksa semuanya">{ROLE.format("commissioner")}</userTask>
    <exclusiveGateway id="good" default="good_check"/><intermediateThrowEvent id="agreed" name="Disetujui"/>
    <userTask id="rest" name="Umumkan">{ROLE.format("operator")}</userTask>
    recruited>villages; villages>check; check>approve; approve>good
    good>agreed = decision = "approve"
    agreed>rest; good>check; rest>over
""", key="choosing")


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
    return world


def begun(app: Flask, world: World, drawn: bytes, **variables: object) -> None:
    """The PPK's flow is this drawing, with what it calls."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        body, at = world.of(KRANGGAN), world.now - timedelta(hours=3)
        texts = {"ask": NOTE, "visit": NOTE, "approve": DECISION, "rest": NOTE}
        definitions.publish(session, drawing=CALLED, form_texts={"visit": NOTE}, by="1", now=at)
        made = definitions.publish(
            session, drawing=drawn, form_texts=texts, by="1", now=at, handlers=handlers_of(drawn)
        )
        body.instance_id = operations.start(
            session, definition_id=made.id, subject=body.subject, scope=body.scope, actor=SYSTEM, now=at, host=HOST,
            variables=variables,
        ).instance_id
        session.merge(body)
    work_off(app, world)


def work_off(app: Flask, world: World) -> None:
    """As `drain`; what fails is put off, as the worker does it."""
    while True:
        try:
            drain(app, world)
            return
        except outbox.EffectFailed as failed:
            with db.transaction(app.extensions["tapak.engine"]) as session:
                outbox.failed(session, message_id=failed.message_id, error=str(failed.cause),
                              now=world.now + timedelta(minutes=5))


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(db.reading(app.extensions["tapak.engine"]))() as opened:
        yield opened


def test_the_inner_round_is_told_with_the_outer_one(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    begun(app, world, CALLING, villages=["A", "B"], people=["x", "y", "z"])
    browser.sign_in("ppk", PASSWORD)
    page = browser.get("/tugas").text
    for outer in (1, 2):
        for inner in (1, 2, 3):
            assert f"Wawancara calon (putaran {outer}.{inner})" in page
    told = browser.get(f"/badan/{world.of(KRANGGAN).id}").text
    assert told.count("Alur dimulai") == 1
    assert re.search(r"Dimulai: [^<]+\(putaran 2\.3\)", told)
    ids = tasks(session, world, "ask")
    assert "Wawancara calon (putaran 2.3)" in browser.get(address(world, "ask", ids[-1])).text


def test_evidence_of_a_called_process_is_decided_on_its_callers_page(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    begun(app, world, CALLING, villages=[], people=[])
    browser.sign_in("ppk", PASSWORD)
    [visit] = tasks(session, world, "visit")
    assert sent(browser, world, "visit", visit, "Tiga rumah rusak") == 302
    drain(app, world)
    [approve] = tasks(session, world, "approve")
    browser.sign_in("komisioner", PASSWORD)
    page = browser.get(f"/tugas/{approve}/periksa").text
    assert "Periksa lapangan: Kunjungan lapangan" in page
    assert "Tiga rumah rusak" in page
    status = sa.select(Submission.status).where(Submission.node == "visit")
    assert session.scalars(status).all() == ["submitted"]
    session.rollback()
    kept = dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)"', page))
    assert browser.send(f"/tugas/{approve}/periksa", {**kept, "decision": "approve"}).status_code == 302
    assert session.scalars(status).all() == ["accepted"]
    session.rollback()
    assert [node for node in ("approve", "rest") if tasks(session, world, node)] == ["rest"]


FAILING = drawing(f"""
    <startEvent id="recruited" name="Terpilih"/><endEvent id="over" name="Selesai"/>
    <subProcess id="villages" name="Tiap desa">{EACH.format("villages", "village")}
      <startEvent id="here"/><endEvent id="gone"/>
      <callActivity id="visit_it" name="Kunjungi desa" calledElement="= village"/>
      here>visit_it; visit_it>gone
    </subProcess>
    <userTask id="rest" name="Umumkan">{ROLE.format("operator")}</userTask>
    recruited>villages; villages>rest; rest>over
""", key="choosing")


def test_what_failed_inside_a_child_is_on_the_board_and_tried_again_from_there(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    begun(app, world, FAILING, villages=["checking", "unknown"])
    body = world.of(KRANGGAN)
    [entry] = [one for one in blocked.page(session, [""], Filters(reason="incident"), world.now).entries
               if one.body_id == body.id]
    assert blocked.counts(session, [""], Filters(), world.now).reasons["incident"] == 1
    [cause] = [one for one in entry.causes if one.reason == "incident"]
    assert (cause.owner, cause.task) == ("operator", "Kunjungi desa")
    assert "unknown" in cause.error
    assert cause.since == entry.since <= world.now
    browser.sign_in("operator", PASSWORD)
    page = browser.get("/terhambat?alasan=incident").text
    assert "Kunjungi desa" in page
    [failure] = failures.failing(session, [""])
    assert (failure.body_id, failure.step) == (body.id, "Kunjungi desa")
    child = session.scalars(sa.select(Incident.instance_id)).one()
    assert child != body.instance_id
    session.rollback()
    with db.transaction(app.extensions["tapak.engine"]) as writing:
        definitions.publish(
            writing, drawing=CALLED.replace(b'"checking"', b'"unknown"'), form_texts={"visit": NOTE}, by="1",
            now=world.now,
        )
        failures.retry(writing, message_id=failure.message_id, actor=world.actors["operator"], now=world.now)
    drain(app, world)
    assert len(tasks(session, world, "visit")) == 2
    assert blocked.counts(session, [""], Filters(), world.now).reasons["incident"] == 0
    assert session.scalars(sa.select(Message.id).where(Message.done_at.is_(None))).all() == []
    session.rollback()


def test_the_chains_of_children_are_verified_with_the_bodys(
    app: Flask, browser: Browser, world: World, session: Session
) -> None:
    begun(app, world, CALLING, villages=["A", "B"], people=["x"])
    browser.sign_in("operator", PASSWORD)
    address_of_body = f"/badan/{world.of(KRANGGAN).id}"
    page = browser.get(address_of_body).text
    assert "Rantai riwayat utuh" in page
    assert "Termasuk 4 rantai bagiannya sendiri" in page
    with db.transaction(app.extensions["tapak.engine"]) as writing:
        inner = writing.scalars(sa.select(Instance.id).where(Instance.parent_id.is_not(None))).all()
        writing.execute(sa.update(Instance).where(Instance.id == inner[-1]).values(head="0" * 64))
    assert "Rantai riwayat rusak" in browser.get(address_of_body).text
