"""One activity for many bodies: what is handed in for each, by whom, at once and behind the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import outbox
from engine.errors import EvidenceRefused, Forbidden, NotFound, Refused, Stale
from engine.host import Actor, Grant
from engine.models import Attachment, History, Instance, Submission
from tests.conftest import Database
from tests.web.desk_world import (
    KRANGGAN,
    OTHER_VILLAGE,
    PENDOWO,
    World,
    decide,
    evidence,
    inaugurated,
    lay,
    stage_of,
    start,
)
from tests.web.desk_world import hand_in as file
from tests.workflows.activity_world import ago, count, fill, hand, held, member, sentences, verdicts
from web.notify import EFFECTS
from workflows.activities import attendance, hand_in, invited, latecomers, plenary, register, rights
from workflows.models import Activity, Assignment, Body, Membership

SANGGRAHAN = "33.23.13.2008"


def test_one_inauguration_hands_in_for_every_body_and_again_changes_nothing(session: Session) -> None:
    world = lay(session)
    codes = (KRANGGAN, PENDOWO, SANGGRAHAN)
    for code in codes:
        start(session, world, world.of(code))
    activity = held(session, world, "inauguration", codes)
    assert plenary.propose_all(session, activity, actor=world.actors["operator"], now=world.now) == 3
    seen = hand_in.preview(session, activity, world.actors["operator"], world.now)
    assert {one.verdict.code for one in seen} == {"ready"}, [one.verdict.said for one in seen]
    run = hand(session, world, activity, "satu")
    assert set(verdicts(session, run).values()) == {"handed_in"}
    hashes = session.execute(sa.select(Attachment.sha256, sa.func.count()).group_by(Attachment.sha256)).all()
    assert {number for _, number in hashes} == {3}  # three references to each file, whose bytes stand once
    before = count(session, History), count(session, Submission)
    assert hand(session, world, activity, "satu") == run
    again = hand(session, world, activity, "dua")
    assert set(verdicts(session, again).values()) == {"waiting"}
    assert (count(session, History), count(session, Submission)) == before
    decide(session, world, world.of(PENDOWO), "komisioner", "approve_inauguration")
    assert stage_of(session, world.of(PENDOWO)) == "inaugurated"
    third = verdicts(session, hand(session, world, activity, "tiga"))
    assert third[world.of(PENDOWO).id] == "approved"
    chair = session.scalars(
        sa.select(Membership.post).where(Membership.body_id == world.of(PENDOWO).id).order_by(Membership.id)
    ).first()
    assert chair == "ketua"


def test_what_only_the_body_knows_is_left_as_a_draft_that_names_what_lacks(session: Session) -> None:
    world = lay(session)
    start(session, world, world.of(PENDOWO))
    activity = held(session, world, "inauguration", (PENDOWO,))
    run = hand(session, world, activity, "satu")
    assert verdicts(session, run) == {world.of(PENDOWO).id: "drafted"}
    assert "Ketua" in sentences(session, run, world.of(PENDOWO))
    draft = session.scalars(sa.select(Submission)).one()
    assert (draft.status, draft.edition, draft.data["clergy"]) == ("draft", 1, "Rohaniwan Kemenag")
    assert verdicts(session, hand(session, world, activity, "dua")) == {world.of(PENDOWO).id: "drafted"}
    session.refresh(draft)
    assert draft.edition == 1
    draft.edition = 2  # somebody goes on filling it in
    session.flush()
    fill(session, world, activity, narrative="Cerita yang lain sama sekali.")
    left = hand(session, world, activity, "tiga")
    assert verdicts(session, left) == {world.of(PENDOWO).id: "lacking"}
    assert "draft_left" in sentences(session, left, world.of(PENDOWO))
    session.refresh(draft)
    assert draft.data["narrative"] == "Kegiatan berjalan tertib dan lancar."


def test_each_body_stands_or_falls_by_itself_and_is_told_why(session: Session) -> None:
    world = lay(session)
    for code in (PENDOWO, SANGGRAHAN):
        start(session, world, world.of(code))
    activity = held(session, world, "inauguration", (PENDOWO, SANGGRAHAN, OTHER_VILLAGE))
    plenary.propose_all(session, activity, actor=world.actors["operator"], now=world.now)
    number, _ = member(session, world.of(SANGGRAHAN), 2)
    session.execute(sa.update(Membership).where(Membership.id == number).values(until_on=ago(world, 0)))
    run = hand(session, world, activity, "satu")
    assert verdicts(session, run) == {
        world.of(PENDOWO).id: "handed_in", world.of(SANGGRAHAN).id: "refused", world.of(OTHER_VILLAGE).id: "gone",
    }
    assert "Minta operator melengkapi daftar anggota" in sentences(session, run, world.of(SANGGRAHAN))
    assert count(session, Attachment, Attachment.instance_id == world.of(SANGGRAHAN).instance_id) == 0


def test_the_ppk_prepares_the_bimtek_of_its_pps_and_it_goes_in_when_its_turn_comes(session: Session) -> None:
    world = inaugurated(session, PENDOWO, SANGGRAHAN)
    activity = held(session, world, "bimtek", (PENDOWO, SANGGRAHAN), by="ppk")
    assert activity.scope == KRANGGAN
    run = hand(session, world, activity, "satu", by="ppk")
    assert set(verdicts(session, run).values()) == {"prepared"}, sentences(session, run, world.of(PENDOWO))
    kept = session.scalars(sa.select(Submission).where(Submission.status == "prepared")).all()
    assert {one.on_behalf_of for one in kept} == {world.of(PENDOWO).name, world.of(SANGGRAHAN).name}
    assert kept[0].data["topics"] == ["pps_tasks", "coordination"]  # what the form of a PPS knows
    before = count(session, History)
    again = hand(session, world, activity, "dua", by="ppk")
    assert set(verdicts(session, again).values()) == {"prepared_before"}
    assert count(session, History) == before
    _until_bimtek(session, world, world.of(PENDOWO))
    assert _bimtek(session, world.of(PENDOWO)) == "submitted"
    session.execute(sa.update(Assignment).where(Assignment.role == "ppk_member").values(
        until_on=ago(world, 1)
    ))
    _until_bimtek(session, world, world.of(SANGGRAHAN), who="sanggrahan")
    assert _bimtek(session, world.of(SANGGRAHAN)) == "draft"  # who holds the post no more hands in nothing


def test_the_operator_hands_in_the_bimtek_of_the_ppk_that_the_kpu_trained(session: Session) -> None:
    world = inaugurated(session, KRANGGAN)
    activity = held(session, world, "bimtek", (KRANGGAN,), division_sessions_complete=True)
    run = hand(session, world, activity, "satu")
    assert set(verdicts(session, run).values()) == {"prepared"}, sentences(session, run, world.of(KRANGGAN))
    kept = session.scalars(sa.select(Submission).where(Submission.node == "submit_bimtek")).one()
    assert (kept.actor, kept.on_behalf_of) == (world.actors["operator"].id, world.of(KRANGGAN).name)


def _bimtek(session: Session, body: Body) -> str:
    return session.scalars(sa.select(Submission.status).where(
        Submission.instance_id == body.instance_id, Submission.node == "submit_bimtek"
    )).one()


def _until_bimtek(session: Session, world: World, body: Body, who: str = "pps") -> None:
    file(session, world, body, who, "submit_sowan")
    decide(session, world, body, "komisioner", "approve_sowan")
    file(session, world, body, who, "submit_secretariat", data=_secretariat(world, body))
    decide(session, world, body, "komisioner", "approve_secretariat")


def _secretariat(world: World, body: Body) -> dict[str, Any]:
    data = evidence(world, body.kind, "submit_secretariat")
    data["secretary_name"] = f"Sekretaris {body.region_code}"
    data["secretary_is_asn"] = False
    data.pop("secretary_nip", None)
    for place, row in enumerate(data["staff"]):
        row |= {"name": f"Staf {place} {body.region_code}", "is_asn": False}
        row.pop("nip", None)
    return data


def test_who_may_not_hand_in_does_not(session: Session) -> None:
    world = inaugurated(session, PENDOWO)
    activity = held(session, world, "bimtek", (PENDOWO,), by="operator")
    with pytest.raises(Forbidden):
        hand(session, world, activity, "satu")
    assert hand_in.preview(session, activity, world.actors["operator"], world.now)[0].verdict.code == "not_yours"
    with pytest.raises(Forbidden):
        register.begin(session, kind="inauguration", title="x", held_on=world.now.date(), key="k",
                       actor=world.actors["ppk"], now=world.now)
    with pytest.raises(Forbidden):
        invited.add(session, activity, [world.of(PENDOWO).id], actor=world.actors["pps"])
    with pytest.raises(NotFound):
        rights.find(session, activity.id, world.actors["jauh"])
    far = Actor("9", "Jauh", (Grant("operator", "33.24"),))
    with pytest.raises(NotFound):
        rights.find(session, activity.id, far)


def test_a_meeting_hands_in_nothing_and_keeps_its_follow_ups(session: Session) -> None:
    world = lay(session)
    hukum = Actor("77", "Hukum", (Grant("supervisor", "33.23"),))
    activity = register.begin(session, kind="rakor", title="Rakor", held_on=world.now.date(), key="r", actor=hukum,
                              now=world.now)
    invited.add(session, activity, [world.of(PENDOWO).id], actor=hukum)
    with pytest.raises(Refused):
        hand_in.begin(session, activity, key="k", actor=hukum, now=world.now)
    register.add_follow_up(session, activity, what="Cek Lapas", owner="Bakesbangpol", due_on=None, actor=hukum,
                           now=world.now)
    with pytest.raises(EvidenceRefused):
        register.add_follow_up(session, activity, what=" ", owner="x", due_on=None, actor=hukum, now=world.now)
    number = register.follow_ups(session, activity.id)[0].id
    register.settle_follow_up(session, activity, number, done=True, actor=hukum, now=world.now)
    assert register.follow_ups(session, activity.id)[0].done_by == "77"
    with pytest.raises(Stale):
        register.save(session, activity, {}, edition=99, actor=hukum, now=world.now, today=ago(world, 0))


def test_many_bodies_go_behind_the_page_batch_by_batch_and_a_killed_batch_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_in, "BATCH", 2)
    with database.sessions() as session:
        world = lay(session, villages=5)
        codes = [code for code in world.bodies if code.startswith("33.23.13.2")]
        for code in codes:
            start(session, world, world.of(code))
        activity = held(session, world, "inauguration", tuple(codes))
        plenary.propose_all(session, activity, actor=world.actors["operator"], now=world.now)
        run = hand_in.begin(session, activity, key="banyak", actor=world.actors["operator"], now=world.now, at_once=3)
        number = activity.id
        assert set(verdicts(session, run).values()) == {None}
        session.commit()
    _drain(database, world, lambda session: session.rollback(), rounds=1)  # the worker is killed in its first batch
    with database.sessions() as session:
        assert set(verdicts(session, run).values()) == {None}
    rounds = _drain(database, world, lambda session: session.commit(), rounds=20)
    with database.sessions() as session:
        assert set(verdicts(session, run).values()) == {"handed_in"}
        done = hand_in.progress(session, run, session.get_one(Activity, number))
        assert (done.done, done.total, done.run.ended_at is not None) == (7, 7, True)
        assert count(session, Submission, Submission.status == "submitted") == 7
    assert rounds >= 4


def _drain(database: Database, world: World, end: Callable[[Session], None], rounds: int) -> int:
    """So many messages are taken, each in a transaction of its own that ends as told; how many were there."""
    for number in range(rounds):
        with database.sessions() as session:
            later = world.now + timedelta(seconds=number)
            taken = None
            while taken is None or taken.kind != "activity.hand_in":
                taken = outbox.take(session, now=later, effects=EFFECTS)
                if taken is None:
                    session.commit()
                    return number
            end(session)
    return rounds


def test_statements_do_not_grow_with_the_bodies(sqlite: Database) -> None:
    counted = []
    for villages in (0, 300):
        with sqlite.sessions() as session:
            world = lay(session, villages=villages)
            codes = tuple(code for code in world.bodies if code.startswith("33.23.13.2"))
            activity = held(session, world, "inauguration", codes)
            session.flush()
            session.expire_all()
            counted.append(_statements(session, lambda world=world, activity=activity: [  # type: ignore[misc] # -- bound now
                hand_in.preview(session, activity, world.actors["operator"], world.now),
                attendance.sheet(session, activity, world.actors["operator"]),
                plenary.tables(session, activity, actor=world.actors["operator"], now=world.now),
                register.listed(session, world.actors["operator"]),
                latecomers.waiting(session, world.actors["operator"]),
            ]))
            session.rollback()
    assert counted[0] == counted[1]
    assert counted[1] < 50


def _statements(session: Session, act: Callable[[], object]) -> int:
    seen: list[str] = []
    engine = session.get_bind()
    hear = lambda *told: seen.append(told[2])  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", hear)
    act()
    sa.event.remove(engine, "before_cursor_execute", hear)
    return len(seen)


def test_a_returned_body_is_handed_in_again_from_the_activity(session: Session) -> None:
    world = lay(session)
    body = world.of(PENDOWO)
    start(session, world, body)
    activity = held(session, world, "inauguration", (PENDOWO,))
    plenary.propose_all(session, activity, actor=world.actors["operator"], now=world.now)
    hand(session, world, activity, "satu")
    decide(session, world, body, "komisioner", "approve_inauguration", decision="return", reason="unsigned",
           fields=["group_documents"], note="Tanda tangan kurang.")
    fill(session, world, activity, narrative="Sudah diperbaiki dan ditandatangani.")
    run = hand(session, world, activity, "dua")
    assert verdicts(session, run) == {body.id: "handed_in"}
    newest = session.scalars(sa.select(Submission).order_by(Submission.id.desc())).first()
    assert newest is not None
    assert newest.data["narrative"] == "Sudah diperbaiki dan ditandatangani."
    assert session.scalars(sa.select(Instance.state).where(Instance.id == body.instance_id)).one().endswith(
        "approve_inauguration"
    )
