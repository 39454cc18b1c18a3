"""Evidence prepared early by who has left since: it waits, the others are told, and one of them hands it in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from engine import operations, outbox
from engine.models import Submission
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PASSWORD, PENDOWO, World, evidence, files
from web import db
from web.notify import EFFECTS
from workflows.host import HOST
from workflows.models import Account, Assignment


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    """A PPS whose member has handed in sowan and prepared the secretariat's papers."""
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        body = world.of(PENDOWO)
        world_of.inaugurate(session, world, body)
        world_of.hand_in(session, world, body, "pps", "submit_sowan")
        about: dict[str, Any] = {
            "instance_id": body.instance_id, "node": "submit_secretariat", "actor": world.actors["pps"],
            "now": world.now, "host": HOST,
        }
        data = evidence(world, "pps", "submit_secretariat")
        for file in files(data):
            operations.attach(session, **about, **file)
        operations.prepare(session, **about, data=data)
        return world


def approve(session: Session, world: World) -> operations.Outcome:
    outcome = world_of.decide(session, world, world.of(PENDOWO), "komisioner", "approve_sowan")
    while outbox.take(session, now=world.now + timedelta(seconds=1), effects=EFFECTS) is not None:
        session.flush()
    return outcome


def successor(session: Session, world: World) -> None:
    """Another member of the same body has an account."""
    session.add(Account(
        login="penerus", name="Penerus", password_hash=session.scalars(sa.select(Account.password_hash)).first(),
        created_at=world.now, assignments=[
            Assignment(role="pps_member", scope=PENDOWO, from_on=world.now.date() - timedelta(days=5)),
        ],
    ))
    session.flush()


def test_who_still_serves_hands_in_by_having_prepared(app: Flask, world: World) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        assert approve(session, world).handed_in == ("submit_secretariat",)


def test_who_left_hands_in_nothing_and_the_others_are_told(app: Flask, browser: Browser, world: World) -> None:
    member = int(world.actors["pps"].id)
    with db.transaction(app.extensions["tapak.engine"]) as session:
        successor(session, world)
        gone = world.now.date() - timedelta(days=2)
        session.execute(sa.update(Assignment).where(Assignment.account_id == member).values(until_on=gone))
        assert approve(session, world).handed_in == ()
        kept = session.execute(
            sa.select(Submission.status, Submission.actor).where(Submission.node == "submit_secretariat")
        ).one()
        assert kept == ("draft", str(member))
    browser.sign_in("penerus", PASSWORD)
    assert "Bukti dini belum terkirim: Ajukan berkas sekretariat" in browser.get("/pemberitahuan").text
    page = browser.get(f"/badan/{world.of(PENDOWO).id}").text
    assert "bukti dini tidak dikirim, penyusunnya tidak lagi bertugas" in page
    form = browser.get(f"/badan/{world.of(PENDOWO).id}/bukti/submit_secretariat").text
    assert "Draf tersimpan" in form
    assert 'value="send"' in form
