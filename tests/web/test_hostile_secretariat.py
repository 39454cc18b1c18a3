"""A PPK's secretariat fills in what its members have to tell about their PPS: only in a member's name."""

from __future__ import annotations

import re
from datetime import date

from flask import Flask
from sqlalchemy import select

from engine.models import Submission
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, PASSWORD, PENDOWO
from web import db
from workflows.models import Account, Assignment, Membership, Person
from workflows.people import name_key


def test_the_secretariat_of_a_ppk_tells_of_a_pps_in_a_members_name(app: Flask, browser: Browser) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session)
        world_of.inaugurate(session, world, world.of(PENDOWO))
        person = Person(name="Sri Sekretaris", name_key=name_key("Sri Sekretaris"))
        session.add(person)
        session.flush()
        session.add(Membership(agenda_id=1, body_id=world.of(KRANGGAN).id, person_id=person.id, post="sekretaris"))
        session.add(Account(
            login="sri", name="Sri", person_id=person.id, created_at=world.now,
            password_hash=session.get_one(Account, int(world.actors["ppk"].id)).password_hash,
            assignments=[Assignment(role="ppk_member", scope=KRANGGAN, from_on=date(2024, 1, 1))],
        ))
        member = session.scalars(
            select(Membership).where(Membership.body_id == world.of(KRANGGAN).id, Membership.post == "ketua")
        ).one()
        chair = (str(member.id), session.get_one(Person, member.person_id).name)
        stranger = str(session.scalars(
            select(Membership.id).where(Membership.body_id == world.of(PENDOWO).id, Membership.post == "ketua")
        ).one())
    assert browser.sign_in("sri", PASSWORD).status_code == 302
    path = f"/badan/{world.of(PENDOWO).id}/bukti/submit_monitoring"
    assert re.search(rf'value="{chair[0]}"', browser.get(path).text)
    assert browser.send(path, {"act": "draft"}).status_code == 422
    assert browser.send(path, {"act": "draft", "principal": stranger}).status_code == 403
    assert browser.send(path, {"act": "draft", "principal": chair[0]}).status_code == 302
    with db.session_factory(app.extensions["tapak.engine"])() as session:
        kept = session.scalars(select(Submission).where(Submission.status == "draft")).one()
        assert kept.on_behalf_of == chair[1]
