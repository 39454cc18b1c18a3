"""Replacement on both databases: the office's own days, lateness on the board, the chain, one proposal at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from engine.errors import AlreadyDone, EvidenceRefused, Forbidden, FourEyes, NotFound, Refused, Stale
from engine.host import Actor, Grant
from engine.models import Instance
from tests.conftest import Database
from tests.web import desk_world as world_of
from tests.web.desk_world import KRANGGAN, PENDOWO, REGENCY, World
from tests.workflows.activity_world import ago, fill, hand, held, sentences
from workflows import agendas, blocked, replacement, replacement_lists
from workflows.activities import attendance, hand_in, invited, latecomers, register
from workflows.activities.attendance import Mark
from workflows.blocked import Filters
from workflows.models import Membership, Person, Replacement
from workflows.replacement import Sent, Wish

PAPER = {"sha256": "a" * 64, "name": "surat.pdf", "type": "application/pdf", "size": 10}
APPROVED = 30
"""Days ago."""


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.sessions() as opened:
        yield opened


@pytest.fixture
def world(session: Session) -> World:
    """PPS Pendowo is inaugurated and has two reserves."""
    made = world_of.inaugurated(session, KRANGGAN, PENDOWO)
    body = made.of(PENDOWO)
    for rank, name in ((4, "Cadangan Empat"), (5, "Cadangan Lima")):
        person = Person(name=name, name_key=name.lower())
        session.add(person)
        session.flush()
        session.add(Membership(
            agenda_id=body.agenda_id, body_id=body.id, person_id=person.id, post="cadangan", rank=rank,
            from_on=made.agenda.term_begins,
        ))
    session.flush()
    return made


def sent(world: World, who: str, days_ago: int = 0, key: str = "") -> Sent:
    return Sent(world.actors[who], world.now - timedelta(days=days_ago), key or str(uuid.uuid4()))


def today(session: Session, world: World, days_ago: int = 0) -> date:
    return agendas.load_almanac(session, world.agenda).today(world.now - timedelta(days=days_ago))


def wish(session: Session, world: World, days_ago: int = APPROVED, **more: Any) -> Wish:
    body = world.of(PENDOWO)
    told = {
        "leaving_id": replacement.members(session, body.id)[0][0].id,
        "reserve_id": replacement.reserves(session, body.id)[0][0].id, "ground": "resigned",
        "left_on": world.agenda.term_begins, "why_not": "", "paper": PAPER, **more,
    }
    return Wish(**told)


def propose(session: Session, world: World, days_ago: int = APPROVED) -> int:
    return replacement.propose(session, world.of(PENDOWO).id, wish(session, world), sent(world, "operator", days_ago))


def do(session: Session, world: World, number: int, who: str, name: str, days_ago: int = 0, **data: Any) -> None:
    seen = session.get_one(Replacement, number).edition
    replacement.act(session, number, name, data, sent(world, who, days_ago), seen=seen)


def approved(session: Session, world: World, days_ago: int = APPROVED) -> int:
    number = propose(session, world, days_ago)
    do(session, world, number, "komisioner", "approve", days_ago)
    return number


def board(session: Session, world: World) -> dict[str, Any]:
    """The causes of the body by reason."""
    page = blocked.page(session, [REGENCY], Filters(reason="replacement"), world.now)
    return {one.reason: one for row in page.entries for one in row.causes}


def test_a_late_step_blocks_and_says_who_must_act(session: Session, world: World) -> None:
    number = approved(session, world)
    late = board(session, world)["replacement"]
    due = session.get_one(Replacement, number).oath_due
    assert (late.code, late.owner, late.note) == ("oath", "operator", "Cadangan Empat")
    assert due == today(session, world, APPROVED) + timedelta(days=7)
    assert late.due_at is not None
    assert (late.due_at + timedelta(hours=7)).date() == due + timedelta(days=1)
    day = today(session, world)
    do(session, world, number, "operator", "oath", on=day, place="Aula KPU", paper=PAPER)
    assert board(session, world)["replacement"].owner == "commissioner"
    do(session, world, number, "komisioner", "approve_oath")
    assert (board(session, world)["replacement"].code, board(session, world)["replacement"].owner) == (
        "training", "operator")
    do(session, world, number, "operator", "training", on=day, place="Aula KPU", hours=3)
    do(session, world, number, "komisioner", "approve_training")
    assert board(session, world) == {}
    assert blocked.counts(session, [REGENCY], Filters(), world.now).reasons["replacement"] == 0


@pytest.mark.parametrize(("days_ago", "expected"), [(7, 0), (8, 1)])
def test_the_last_day_is_still_in_time(session: Session, world: World, days_ago: int, expected: int) -> None:
    approved(session, world, days_ago)
    assert blocked.counts(session, [REGENCY], Filters(), world.now).reasons["replacement"] == expected
    of_operator = blocked.counts(session, [REGENCY], Filters(owner="operator"), world.now)
    assert of_operator.reasons["replacement"] == expected


def test_the_board_asks_no_more_often_for_late_steps_of_two_bodies(session: Session, world: World) -> None:
    def asked() -> int:
        counted: list[str] = []
        connection = session.connection()

        def count(_c: Any, _u: Any, statement: str, *_: Any) -> None:
            counted.append(statement)

        event.listen(connection, "before_cursor_execute", count)
        blocked.page(session, [REGENCY], Filters(), world.now)
        event.remove(connection, "before_cursor_execute", count)
        return len(counted)

    approved(session, world)
    asked()
    one = asked()
    body = world.of(PENDOWO)
    second = replacement.propose(
        session, body.id, wish(session, world), sent(world, "operator", APPROVED))
    do(session, world, second, "komisioner", "approve", APPROVED)
    assert len(blocked.page(session, [REGENCY], Filters(), world.now).entries) == 1
    assert asked() == one


def test_the_office_sets_the_days(session: Session, world: World) -> None:
    agendas.save_settings(world.agenda, {"periods": {"replacement_oath": 3, "replacement_training": 5}})
    session.flush()
    one = session.get_one(Replacement, approved(session, world, 10))
    begun = today(session, world, 10)
    assert (one.oath_due, one.training_due) == (begun + timedelta(days=3), begun + timedelta(days=5))
    for wrong in (0, -1, 400, "tujuh", True):
        with pytest.raises(EvidenceRefused):
            agendas.save_settings(world.agenda, {"periods": {"replacement_oath": wrong}})


def test_the_same_key_is_one_proposal_and_one_step(session: Session, world: World) -> None:
    once, key = wish(session, world), str(uuid.uuid4())
    body, by = world.of(PENDOWO).id, sent(world, "operator", 2, key)
    number = replacement.propose(session, body, once, by)
    assert replacement.propose(session, body, once, by) == number
    with pytest.raises(AlreadyDone):
        replacement.propose(session, body, once, sent(world, "operator", 2))
    yes = sent(world, "komisioner", 1)
    replacement.act(session, number, "approve", {}, yes, seen=1)
    replacement.act(session, number, "approve", {}, yes, seen=1)
    with pytest.raises(AlreadyDone):
        replacement.act(session, number, "return", {"reason": "Salah orang"}, yes, seen=1)
    with pytest.raises(Stale):
        replacement.act(session, number, "approve", {}, sent(world, "komisioner2"), seen=1)
    assert session.get_one(Replacement, number).edition == 2


def test_who_may_not_is_refused(session: Session, world: World) -> None:
    number = propose(session, world)
    with pytest.raises(Forbidden):
        do(session, world, number, "operator", "approve")
    with pytest.raises(Forbidden):
        do(session, world, number, "komisioner", "withdraw")
    with pytest.raises(NotFound):
        do(session, world, number, "pps", "approve")
    world.actors["asing"] = Actor("999", "Asing", (Grant("commissioner", "33.08"),))
    with pytest.raises(NotFound):
        do(session, world, number, "asing", "approve")
    own = world.actors["operator"]
    world.actors["rangkap"] = Actor(own.id, own.name, (*own.grants, Grant("commissioner", REGENCY)), person=own.person)
    with pytest.raises(FourEyes):
        do(session, world, number, "rangkap", "approve")
    with pytest.raises(Stale):
        do(session, world, number, "operator", "oath", on=today(session, world), place="Aula", paper=PAPER)
    assert session.get_one(Replacement, number).status == "proposed"
    assert replacement_lists.listed(session, world.actors["asing"], today(session, world)) == ([], False)


def test_other_kinds_are_replaced_elsewhere(session: Session, world: World) -> None:
    body = world.of(PENDOWO)
    body.kind = "kpps"
    with pytest.raises(Refused, match="KPPS"):
        replacement.body_for(session, body.id, world.actors["operator"])


def test_a_replacement_leaves_the_stage_and_its_chain_tells_what_was_changed(session: Session, world: World) -> None:
    before = session.get_one(Instance, world.of(PENDOWO).instance_id).state
    number = approved(session, world)
    one, steps = session.get_one(Replacement, number), replacement.trail(session, number)
    assert session.get_one(Instance, world.of(PENDOWO).instance_id).state == before
    assert replacement.whole(one, steps)
    assert not replacement.whole(one, steps[:1])
    one.edition = 3
    assert not replacement.whole(one, steps)


@pytest.mark.parametrize("wrong", [
    {"leaving_id": 0}, {"reserve_id": 0}, {"ground": "<b>"}, {"left_on": date.max}, {"left_on": date.min},
    {"paper": {}},
])
def test_a_wrong_proposal_is_refused_by_field(session: Session, world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        replacement.propose(session, world.of(PENDOWO).id, wish(session, world, **wrong), sent(world, "operator"))
    [name] = wrong
    assert {one.path[0] for one in refused.value.errors} == {name.removesuffix("_id")}


def waiting(session: Session, world: World, who: str = "operator") -> list[tuple[str, str, int]]:
    """(name, kind, activity) of those whom a make-up day is for."""
    return [(one.name, one.kind, one.activity_id) for one in latecomers.waiting(session, world.actors[who])]


def test_one_activity_settles_the_step_of_a_new_member(session: Session, world: World) -> None:
    number = approved(session, world, 5)
    assert waiting(session, world) == [("Cadangan Empat", "inauguration", 0)]
    assert waiting(session, world, "jauh") == []
    body, operator = world.of(PENDOWO), world.actors["operator"]
    activity = register.begin(
        session, kind="inauguration", title="Susulan", held_on=ago(world, 1), key="baru", actor=operator, now=world.now,
    )
    invited.add(session, activity, [body.id], actor=operator)
    run = hand(session, world, activity, "kosong")
    assert "Isi tempatnya" in sentences(session, run, body)
    assert session.get_one(Replacement, number).oath == ""
    fill(session, world, activity)
    [foreseen] = hand_in.preview(session, activity, operator, world.now)
    assert [said.code for said in foreseen.verdict.said] == ["follower_ready"]
    run = hand(session, world, activity, "satu")
    assert "follower_done" in sentences(session, run, body)
    session.expire_all()
    one = session.get_one(Replacement, number)
    assert (one.oath, one.edition) == ("proposed", 3)
    assert replacement.trail(session, number)[-1].data["on"] == activity.held_on.isoformat()
    assert waiting(session, world) == []
    hand(session, world, activity, "dua")
    assert session.get_one(Replacement, number).edition == 3
    do(session, world, number, "komisioner", "approve_oath")
    new = session.get_one(Replacement, number).new_id
    assert session.get_one(Membership, new).sworn_on == activity.held_on
    assert waiting(session, world) == [("Cadangan Empat", "bimtek", 0)]


def test_who_came_after_an_inauguration_waits_among_its_latecomers(session: Session, world: World) -> None:
    body, operator = world.of(PENDOWO), world.actors["operator"]
    activity = held(session, world, "inauguration", (PENDOWO,))
    number = approved(session, world, 5)
    assert waiting(session, world) == [("Cadangan Empat", "inauguration", activity.id)]
    makeup = register.begin(
        session, kind="inauguration", title="Susulan", held_on=ago(world, 1), key="susulan", actor=operator,
        now=world.now, makes_up_for=activity,
    )
    fill(session, world, makeup)
    invited.add(session, makeup, [body.id], actor=operator)
    [company] = attendance.sheet(session, makeup, operator).companies
    [member] = company.members
    assert member.name == "Cadangan Empat"
    attendance.save(
        session, makeup, [(member.membership_id, Mark().text, Mark("late", "sakit"))], actor=operator, now=world.now)
    hand(session, world, makeup, "satu")
    assert session.get_one(Replacement, number).oath == ""
    attendance.save(
        session, makeup, [(member.membership_id, Mark("late", "sakit").text, Mark())], actor=operator, now=world.now)
    hand(session, world, makeup, "dua")
    session.expire_all()
    assert session.get_one(Replacement, number).oath == "proposed"
    assert waiting(session, world) == []
