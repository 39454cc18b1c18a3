"""Who was at an activity: marked by several people at once, followed until it is made up."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import Forbidden, NotFound
from engine.models import Submission
from tests.web.desk_world import (
    OTHER_VILLAGE,
    PENDOWO,
    inaugurated,
    lay,
    start,
)
from tests.workflows.activity_world import OATH, ago, hand, held, member, sentences, verdicts
from workflows.activities import attendance, hand_in, invited, latecomers, plenary, register
from workflows.activities.attendance import Mark
from workflows.models import Membership


def test_a_latecomer_is_followed_until_a_make_up_day_ticks_them_off(session: Session) -> None:
    world = lay(session)
    body, operator = world.of(PENDOWO), world.actors["operator"]
    start(session, world, body)
    activity = held(session, world, "inauguration", (PENDOWO,))
    plenary.propose_all(session, activity, actor=operator, now=world.now)
    late, name = member(session, body, 1)
    saved = attendance.save(
        session, activity, [(late, Mark().text, Mark("late", "sakit"))], actor=operator, now=world.now
    )
    assert saved.written == 1
    run = hand(session, world, activity, "satu")
    assert verdicts(session, run) == {body.id: "drafted"}
    assert name in sentences(session, run, body)
    waiting = latecomers.waiting(session, operator)
    assert [(one.name, one.body, one.reason) for one in waiting] == [(name, body.name, "sakit")]
    assert latecomers.waiting(session, world.actors["bawaslu"])[0].reason == ""
    assert latecomers.waiting(session, world.actors["jauh"]) == []
    makeup = register.begin(
        session, kind="inauguration", title="Susulan", held_on=ago(world, 3), key="susulan",
        actor=operator, now=world.now, makes_up_for=activity,
    )
    invited.add(session, makeup, [body.id], actor=operator)
    sheet = attendance.sheet(session, makeup, operator)
    assert [one.name for company in sheet.companies for one in company.members] == [name]
    assert [one.verdict.code for one in hand_in.preview(session, makeup, operator, world.now)] == ["ready"]
    done = hand(session, world, makeup, "dua")
    assert verdicts(session, done) == {body.id: "handed_in"}
    assert latecomers.waiting(session, operator) == []
    filed = session.scalars(sa.select(Submission).where(Submission.status == "submitted")).one()
    row = next(one for one in filed.data["attendance"] if one["member_name"] == name)
    assert (row["status"], row["made_up_on"]) == ("late", makeup.held_on.isoformat())


def test_who_makes_it_up_after_the_approval_is_registered_at_once(session: Session) -> None:
    world = inaugurated(session, PENDOWO)
    body, operator = world.of(PENDOWO), world.actors["operator"]
    activity = held(session, world, "inauguration", (PENDOWO,))
    late, _ = member(session, body, 2)
    session.execute(sa.update(Membership).where(Membership.id == late).values(sworn_on=None))
    attendance.save(session, activity, [(late, Mark().text, Mark("late", ""))], actor=operator, now=world.now)
    makeup = register.begin(session, kind="inauguration", title="Susulan", held_on=ago(world, 1), key="s",
                            actor=operator, now=world.now, makes_up_for=activity)
    invited.add(session, makeup, [body.id], actor=operator)
    assert verdicts(session, hand(session, world, makeup, "satu")) == {body.id: "approved"}
    sworn = sa.select(Membership.sworn_on).where(Membership.body_id == body.id).order_by(Membership.id)
    assert session.scalars(sworn).all() == [ago(world, OATH), ago(world, OATH), ago(world, 1)]
    assert latecomers.waiting(session, operator) == []
    hand(session, world, makeup, "dua")
    assert session.scalars(sworn).all()[2] == ago(world, 1)


def test_two_people_mark_at_once_and_nothing_is_overwritten(session: Session) -> None:
    world = lay(session)
    body, operator = world.of(PENDOWO), world.actors["operator"]
    activity = held(session, world, "inauguration", (PENDOWO,))
    first, second = member(session, body, 0)[0], member(session, body, 1)
    drawn = Mark().text
    attendance.save(session, activity, [(first, drawn, Mark("late", "macet"))], actor=operator, now=world.now)
    saved = attendance.save(
        session, activity, [(first, drawn, Mark("cancelled", "")), (second[0], drawn, Mark("late", ""))],
        actor=world.actors["ppk"], now=world.now,
    )
    assert (saved.written, len(saved.clashes)) == (1, 1)
    tally = attendance.tally(session, activity, ("",))
    assert (tally["late"], tally["present"], tally["pending"]) == (2, 1, 2)
    with pytest.raises(Forbidden):
        attendance.save(session, activity, [(second[0], Mark("late").text, Mark())], actor=world.actors["pps"],
                        now=world.now)
    with pytest.raises(NotFound):
        attendance.save(session, activity, [(first, drawn, Mark("absent"))], actor=operator, now=world.now)
    foreign = member(session, world.of(OTHER_VILLAGE), 0)[0]
    with pytest.raises(NotFound):
        attendance.save(session, activity, [(foreign, drawn, Mark("late"))], actor=operator, now=world.now)
