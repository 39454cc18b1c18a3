"""Delegations, plenary meetings and remarks: what is refused, what is told, what ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, Forbidden, FourEyes, NotFound, Refused
from engine.host import Actor, Grant
from engine.models import Submission
from tests.web import desk_world as world_of
from tests.web.desk_world import KRANGGAN, OTHER_DISTRICT, PENDOWO, REGENCY, World
from workflows import comments, delegations, pleno, undoing
from workflows.models import Letter, Membership, Notice
from workflows.models.accounts import Account, Assignment
from workflows.pleno import Minutes

TODAY = date(2024, 6, 3)
DAYS: dict[str, Any] = {"from_on": TODAY, "until_on": TODAY + timedelta(days=6), "reason": "dinas luar"}


@pytest.fixture
def world(session: Session) -> World:
    return world_of.lay(session)


def commissioner(session: Session, world: World, login: str, scope: str = REGENCY) -> Actor:
    account = Account(login=login, name=login.title(), password_hash="x", created_at=world.now, assignments=[
        Assignment(role="commissioner", scope=scope, from_on=date(2024, 1, 1))
    ])
    session.add(account)
    session.flush()
    return Actor(str(account.id), account.name, (Grant("commissioner", scope),))


def give(session: Session, world: World, giver: Actor, taker: Actor, **changed: Any) -> Any:
    asked = {**DAYS, "grant": giver.grants[0], "today": TODAY, "now": world.now, **changed}
    return delegations.give(session, actor=giver, taker_id=int(taker.id), **asked)


def test_a_delegation_runs_on_its_days_only(session: Session, world: World) -> None:
    ana, budi = commissioner(session, world, "ana"), commissioner(session, world, "budi", KRANGGAN)
    made = give(session, world, ana, budi)
    acting = delegations.acting(session, budi, made.id, TODAY)
    assert (acting.on_behalf_of, acting.principal, acting.grants) == ("Ana", ana.id, ana.grants)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=7)):
        with pytest.raises(Forbidden):
            delegations.acting(session, budi, made.id, day)
    with pytest.raises(Forbidden):
        delegations.acting(session, ana, made.id, TODAY)
    told = session.execute(select(Notice.account_id, Notice.topic)).all()
    assert sorted(told) == sorted([(int(ana.id), "delegation.given"), (int(budi.id), "delegation.given")])


def test_it_ends_with_the_givers_own_right(session: Session, world: World) -> None:
    ana, budi = commissioner(session, world, "ana"), commissioner(session, world, "budi")
    made = give(session, world, ana, budi)
    session.scalars(select(Assignment).where(Assignment.account_id == int(ana.id))).one().until_on = TODAY
    session.flush()
    assert delegations.acting(session, budi, made.id, TODAY)
    with pytest.raises(Forbidden):
        delegations.acting(session, budi, made.id, TODAY + timedelta(days=1))


@pytest.mark.parametrize("by", ["giver", "taker"])
def test_it_can_be_revoked_by_both_and_by_nobody_else(session: Session, world: World, by: str) -> None:
    ana, budi, cici = (commissioner(session, world, name) for name in ("ana", "budi", "cici"))
    made = give(session, world, ana, budi)
    with pytest.raises(NotFound):
        delegations.revoke(session, delegation_id=made.id, actor=cici, now=world.now)
    for _ in range(2):
        delegations.revoke(session, delegation_id=made.id, actor=ana if by == "giver" else budi, now=world.now)
    assert delegations.taken(session, int(budi.id), TODAY) == []
    assert [one.revoked_at for one in delegations.of(session, int(ana.id), TODAY)] == [world.now]
    assert len(session.scalars(select(Notice).where(Notice.topic == "delegation.revoked")).all()) == 2


def test_never_in_a_circle(session: Session, world: World) -> None:
    ana, budi, cici = (commissioner(session, world, name) for name in ("ana", "budi", "cici"))
    give(session, world, ana, budi)
    give(session, world, budi, cici)
    for giver, taker in ((budi, ana), (cici, ana), (cici, budi)):
        with pytest.raises(EvidenceRefused) as refused:
            give(session, world, giver, taker)
        assert "berputar" in refused.value.errors[0].message
    later = {"from_on": TODAY + timedelta(days=7), "until_on": TODAY + timedelta(days=9)}
    assert give(session, world, cici, ana, **later)


def test_never_wider_than_what_the_giver_holds(session: Session, world: World) -> None:
    korwil, budi = commissioner(session, world, "korwil", KRANGGAN), commissioner(session, world, "budi")
    for grant in (Grant("commissioner", REGENCY), Grant("commissioner", OTHER_DISTRICT), Grant("admin", KRANGGAN)):
        with pytest.raises(Forbidden):
            give(session, world, korwil, budi, grant=grant)
    narrow = give(session, world, korwil, budi, grant=Grant("commissioner", PENDOWO))
    acting = delegations.acting(session, budi, narrow.id, TODAY)
    assert acting.grants == (Grant("commissioner", PENDOWO),)
    cici = commissioner(session, world, "cici")
    with pytest.raises(Forbidden):  # what was delegated is not the taker's to delegate on
        give(session, world, replace(budi, grants=(Grant("operator", PENDOWO),)), cici,
             grant=Grant("commissioner", PENDOWO))


def test_only_to_a_colleague_and_for_days_that_make_sense(session: Session, world: World) -> None:
    ana, far = commissioner(session, world, "ana"), commissioner(session, world, "jauh2", "33.24")
    budi, operator = commissioner(session, world, "budi"), world.actors["operator"]
    for taker in (far, operator, ana):
        with pytest.raises(EvidenceRefused):
            give(session, world, ana, taker)
    for days in ({"until_on": TODAY - timedelta(days=1)}, {"from_on": TODAY - timedelta(days=9), "until_on": TODAY -
                 timedelta(days=8)}, {"until_on": TODAY + timedelta(days=365)}, {"reason": " "}):
        with pytest.raises(EvidenceRefused):
            give(session, world, ana, budi, **days)


def test_four_eyes_count_both(session: Session, world: World) -> None:
    body = world.of(PENDOWO)
    world_of.inaugurate(session, world, body)
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    task = world_of.open_task(session, body, "approve_sowan")
    giver, taker = world.actors["komisioner"], commissioner(session, world, "budi")
    made = give(session, world, giver, taker)
    member = replace(world.actors["pps"], grants=(Grant("commissioner", REGENCY),))
    acting = delegations.acting(session, taker, made.id, TODAY)
    for blocked in (replace(acting, principal=member.who), replace(acting, person=member.who)):
        with pytest.raises(FourEyes):
            _approve(session, world, task, blocked)
    _approve(session, world, task, acting)
    kept = session.scalars(select(Submission).where(Submission.task_id == task)).one()
    assert (kept.actor, kept.on_behalf_of) == (taker.id, "Komisioner")


def _approve(session: Session, world: World, task: int, actor: Actor) -> None:
    from engine import operations
    from workflows.host import HOST

    operations.complete_task(
        session, task_id=task, actor=actor, now=world.now, host=HOST, data={"decision": "approve"}
    )


def minutes(session: Session, **changed: Any) -> Minutes:
    everyone = [number for number, _ in pleno.members(session, REGENCY, TODAY)]
    usual: dict[str, Any] = {
        "held_on": TODAY, "number": "131/PP.04.1-BA/3323/2024", "subject": "Persetujuan sowan", "present":
        tuple(everyone), "in_favour": len(everyone), "against": 0, "abstained": 0,
    }
    return Minutes(**{**usual, **changed})


def hold(session: Session, world: World, said: Minutes) -> Any:
    return pleno.record_meeting(
        session, actor=world.actors["komisioner"], minutes=said, file=None, today=TODAY, now=world.now
    )


def test_a_meeting_stands_with_its_letter(session: Session, world: World) -> None:
    for name in ("ana", "budi", "cici"):
        commissioner(session, world, name)
    made = hold(session, world, minutes(session))
    assert (made.members, made.needed) == (5, 4)
    letter = session.get_one(Letter, made.letter_id)
    assert (letter.kind, letter.number, letter.issuer_code) == ("plenary", made.number, REGENCY)
    with pytest.raises(EvidenceRefused) as refused:
        hold(session, world, minutes(session))
    assert [one.path for one in refused.value.errors] == [("number",)]


@pytest.mark.parametrize(("changed", "path"), [
    ({"came": 3, "in_favour": 3}, "present"), ({"came": 4, "in_favour": 5}, "in_favour"),
    ({"came": 4, "in_favour": 2, "against": 2}, "in_favour"), ({"held_on": TODAY + timedelta(days=1)}, "held_on"),
    ({"number": " "}, "number"), ({"subject": ""}, "subject"), ({"in_favour": None}, "in_favour"),
    ({"in_favour": 6, "against": -1}, "in_favour"), ({"strangers": True}, "present"),
])
def test_what_is_no_decision_of_a_plenary(session: Session, world: World, changed: dict[str, Any], path: str) -> None:
    for name in ("ana", "budi", "cici"):
        commissioner(session, world, name)
    everyone = tuple(number for number, _ in pleno.members(session, REGENCY, TODAY))
    changed = dict(changed)  # the parameter is the same object on both databases
    present = everyone[:changed.pop("came", 5)]
    if changed.pop("strangers", False):
        present = (*everyone[:4], 99999)
    with pytest.raises(EvidenceRefused) as refused:
        hold(session, world, minutes(session, present=present, **changed))
    assert path in {one.path[0] for one in refused.value.errors}
    assert session.scalars(select(Letter).where(Letter.kind == "plenary")).all() == []


def test_remarks_tell_whom_they_name_once_and_stay(session: Session, world: World) -> None:
    body, pps = world.of(PENDOWO), world.actors["pps"]
    text = "<b>@Komisioner</b> dan @komisioner, juga @bawaslu @jauh @tidakada surat@operator: fotonya?"
    made = comments.add(session, body=body, actor=pps, text=text, now=world.now, today=TODAY)
    assert made.mentions == [int(world.actors["komisioner"].id)]
    told = session.scalars(select(Notice).where(Notice.topic == "comment.mentioned")).all()
    assert [one.account_id for one in told] == made.mentions
    seen = comments.of_body(session, body, world.actors["komisioner"])
    assert [(one.text, one.may_retract) for one in seen] == [(text, False)]
    with pytest.raises(Forbidden):
        comments.retract(session, comment_id=made.id, body=body, actor=world.actors["komisioner"], now=world.now)
    comments.retract(session, comment_id=made.id, body=body, actor=pps, now=world.now)
    gone = comments.of_body(session, body, pps)[0]
    assert (gone.text, gone.retracted_by, gone.retracted_at) == ("", "Pps", world.now)
    assert made.text == text


def test_who_may_not_see_the_body_or_is_from_outside_reads_no_remark(session: Session, world: World) -> None:
    body = world.of(PENDOWO)
    made = comments.add(session, body=body, actor=world.actors["pps"], text="rahasia", now=world.now, today=TODAY)
    for login in ("bawaslu", "jauh"):
        actor = world.actors[login]
        assert comments.of_body(session, body, actor) == []
        with pytest.raises(Forbidden):
            comments.add(session, body=body, actor=actor, text="halo", now=world.now, today=TODAY)
        with pytest.raises(NotFound):
            comments.retract(session, comment_id=made.id, body=body, actor=actor, now=world.now)
    with pytest.raises(Refused):
        comments.add(session, body=body, actor=world.actors["ppk"], text=" ", now=world.now, today=TODAY)


def test_registers_are_written_back_unless_other_hands_changed_them(session: Session, world: World) -> None:
    body = world.of(PENDOWO)
    world_of.start(session, world, body)
    world_of.hand_in(session, world, body, "operator", "submit_inauguration")
    before = undoing.read(session, body, "submit_inauguration")
    world_of.decide(session, world, body, "komisioner", "approve_inauguration")
    after = undoing.read(session, body, "submit_inauguration")
    changed = undoing.difference("submit_inauguration", before, after)
    assert changed is not None
    with session.begin_nested() as trial:
        undoing.write_back(session, changed)
        assert undoing.read(session, body, "submit_inauguration") == before
        trial.rollback()
    session.expire_all()
    one = session.scalars(select(Membership).where(Membership.body_id == body.id, Membership.post == "ketua")).first()
    assert one is not None
    one.sworn_on = date(2024, 1, 1)
    with pytest.raises(Refused, match="diubah di tempat lain"):
        undoing.write_back(session, changed)
