"""The verbs: who may do what, what is written, what is refused, and that one act is one act."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine import history, operations
from engine.errors import (
    AlreadyDone,
    EvidenceRefused,
    Forbidden,
    FourEyes,
    NotFound,
    NotOpen,
    OutOfScope,
    Refused,
    Stale,
    TapakError,
)
from engine.host import Actor, Finding, Grant
from engine.models import Attachment, History, Instance, Message, Submission, Task, Vote
from tests.conftest import Database
from tests.engine import draw
from tests.engine.world import ANA, BUDI, CICI, DEDI, NOW, SCOPE, World


@pytest.fixture
def world(session: Session) -> World:
    return World(session).begin()


def test_evidence_goes_round_until_it_is_accepted(world: World) -> None:
    world.do(ANA, {"x": 1})
    world.do(BUDI, {"decision": "return", "reason": "blurred"})
    assert world.submissions() == [("submit", "returned"), ("approve", "accepted")]
    world.do(ANA, {"x": 2})
    outcome = world.do(BUDI, {"decision": "approve"})
    assert (outcome.source, outcome.target, outcome.stages) == ("s/approve", "done/after", ("done",))
    assert world.submissions()[2:] == [("submit", "accepted"), ("approve", "accepted")]
    assert world.host.taken == [("submit", {"x": 2})]
    returned = world.session.scalars(select(Submission).where(Submission.status == "returned")).one()
    assert (returned.decided_by, returned.decision) == ("2", {"decision": "return", "reason": "blurred"})
    assert (world.instance.stage, world.instance.state, world.instance.status) == ("done", "done/after", "running")
    world.do(ANA)
    assert (world.instance.status, world.instance.state) == ("ended", "e")
    assert world.actions() == ["instance.started"] + ["task.completed"] * 5
    assert history.verify(world.session) == []
    assert world.messages() == ["instance.moved"] * 6


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [(BUDI, Forbidden), (DEDI, OutOfScope), (Actor("9", "Nobody"), Forbidden),
     (Actor("8", "Near", (Grant("member", "33.23.0"),)), OutOfScope)],
)
def test_only_the_lane_in_its_scope_may_act(world: World, actor: Actor, refusal: type[TapakError]) -> None:
    with pytest.raises(refusal):
        world.do(actor)
    assert world.actions() == ["instance.started"]


def test_nobody_acts_in_two_lanes_of_one_stage(world: World) -> None:
    world.do(CICI)
    with pytest.raises(FourEyes):
        world.do(CICI, {"decision": "approve"})
    world.do(BUDI, {"decision": "approve"})
    world.do(CICI)  # another stage: free again


def test_two_accounts_of_one_person_are_one_pair_of_eyes(world: World) -> None:
    world.do(Actor("5", "Ana", ANA.grants, person="person:7"))
    with pytest.raises(FourEyes):
        world.do(Actor("6", "Ana", BUDI.grants, person="person:7"), {"decision": "approve"})


def test_a_stale_page_is_told_who_did_what_meanwhile(world: World) -> None:
    task, seen = world.task(), world.instance.version
    world.do(ANA)
    with pytest.raises(NotOpen, match="Ana"):
        world.do(CICI, task_id=task)
    with pytest.raises(Stale, match="Ana"):
        world.do(BUDI, {"decision": "approve"}, seen=seen)
    with pytest.raises(NotFound):
        world.do(ANA, task_id=999_999)


def test_the_same_request_twice_is_one_act(world: World) -> None:
    task = world.task()
    first = world.do(ANA, {"x": 1}, task_id=task, key="k")
    assert world.do(ANA, {"x": 1}, task_id=task, key="k") == first
    assert world.submissions() == [("submit", "submitted")]
    with pytest.raises(AlreadyDone):
        world.do(ANA, {"x": 2}, task_id=task, key="k")


def test_hard_findings_refuse_and_soft_ones_are_kept_for_the_approver(world: World) -> None:
    world.host.findings = [Finding(("nip",), "nip", "NIP harus 18 angka.", True)]
    with pytest.raises(EvidenceRefused) as refused:
        world.do(ANA, {"nip": "1"})
    assert [(one.path, one.code) for one in refused.value.errors] == [(("nip",), "nip")]
    world.host.findings = [Finding(("photo",), "photo.used", "Foto ini pernah dipakai.", False)]
    outcome = world.do(ANA, {"nip": "2"})
    assert [one["code"] for one in outcome.warnings] == ["photo.used"]
    assert world.session.scalars(select(Submission)).one().warnings[0]["path"] == ["photo"]


def test_a_file_that_was_not_attached_to_this_body_is_refused(world: World) -> None:
    file = {"sha256": "a" * 64, "name": "x.jpg", "size": 3, "type": "image/jpeg"}
    with pytest.raises(EvidenceRefused):
        world.do(ANA, {"photos": [file]})
    known = operations.attach(
        world.session, instance_id=world.instance_id, node="submit", actor=ANA, now=NOW, host=world.host, **file
    )
    world.do(ANA, {"photos": [known]})
    assert world.session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_a_draft_is_kept_as_typed_and_nobody_overwrites_another(world: World) -> None:
    common = {"instance_id": world.instance_id, "node": "submit", "now": NOW, "host": world.host}
    assert operations.save_draft(world.session, actor=ANA, data={"x": "half"}, **common) == 1
    assert operations.save_draft(world.session, actor=CICI, data={"x": "more"}, edition=1, **common) == 2
    with pytest.raises(Stale):
        operations.save_draft(world.session, actor=ANA, data={"x": "mine"}, edition=1, **common)
    with pytest.raises(OutOfScope):
        operations.save_draft(world.session, actor=DEDI, data={}, edition=2, **common)
    world.do(ANA, {"x": "whole"})
    assert world.submissions() == [("submit", "submitted")]


def test_evidence_prepared_early_is_handed_in_when_its_task_opens(world: World) -> None:
    common = {"instance_id": world.instance_id, "actor": ANA, "now": NOW, "host": world.host}
    with pytest.raises(Refused):
        operations.prepare(world.session, node="submit", data={}, **common)
    operations.prepare(world.session, node="after", data={"early": True}, **common)
    world.do(ANA)
    outcome = world.do(BUDI, {"decision": "approve"})
    assert (outcome.handed_in, outcome.stages, outcome.target) == (("after",), ("done", "e"), "e")
    assert world.instance.status == "ended"
    assert history.verify(world.session) == []


def test_what_waits_for_its_decision_or_is_past_cannot_be_prepared(world: World) -> None:
    common = {"instance_id": world.instance_id, "actor": ANA, "now": NOW, "host": world.host, "data": {}}
    world.do(ANA)
    with pytest.raises(Refused, match="sedang diperiksa"):
        operations.prepare(world.session, node="submit", **common)
    world.do(BUDI, {"decision": "approve"})
    with pytest.raises(Refused, match="sudah lewat"):
        operations.prepare(world.session, node="submit", **common)


def test_prepared_evidence_that_no_longer_fits_becomes_a_draft_again(world: World) -> None:
    operations.prepare(
        world.session, instance_id=world.instance_id, node="after", actor=ANA, now=NOW, host=world.host, data={"a": 1}
    )
    world.do(ANA)
    world.host.findings = [Finding((), "late", "Tidak sesuai lagi.", True)]
    with pytest.raises(EvidenceRefused):
        world.do(BUDI, {"decision": "approve"})
    world.host.findings = []
    original = world.host.check
    world.host.check = lambda s, subject, node, data, now: (  # type: ignore[method-assign]
        [Finding((), "late", "Tidak sesuai lagi.", True)] if node == "after" else original(s, subject, node, data, now)
    )
    assert world.do(BUDI, {"decision": "approve"}).handed_in == ()
    assert ("after", "draft") in world.submissions()


def test_evidence_prepared_by_who_acted_in_another_lane_becomes_a_draft_again(session: Session) -> None:
    nodes = {**draw.LINE, "b": "userTask"}
    world = World(session).begin(
        nodes, [("s", "a"), ("a", "b"), ("b", "e")], {"member": ["s", "a"], "commissioner": ["b", "e"]}
    )
    operations.prepare(
        session, instance_id=world.instance_id, node="b", actor=CICI, now=NOW, host=world.host, data={}
    )
    assert world.do(CICI).handed_in == ()
    assert world.submissions() == [("b", "draft"), ("a", "submitted")]
    with pytest.raises(FourEyes):
        world.do(CICI)


def test_withdrawn_evidence_is_not_handed_in(world: World) -> None:
    operations.prepare(
        world.session, instance_id=world.instance_id, node="after", actor=ANA, now=NOW, host=world.host, data={}
    )
    prepared = world.session.scalars(select(Submission).where(Submission.status == "prepared")).one()
    operations.withdraw(world.session, submission_id=prepared.id, actor=ANA, now=NOW, host=world.host)
    world.do(ANA)
    assert world.do(BUDI, {"decision": "approve"}).target == "done/after"
    handed_in = world.session.scalars(select(Submission).where(Submission.node == "submit")).one()
    with pytest.raises(Refused):
        operations.withdraw(world.session, submission_id=handed_in.id, actor=ANA, now=NOW, host=world.host)


def test_a_claimed_task_is_done_by_nobody_else_until_released(world: World) -> None:
    task = world.task()
    common = {"task_id": task, "now": NOW, "host": world.host}
    operations.claim(world.session, actor=ANA, **common)
    with pytest.raises(Forbidden):
        operations.claim(world.session, actor=CICI, **common)
    with pytest.raises(Forbidden):
        world.do(CICI)
    with pytest.raises(Forbidden):
        operations.release(world.session, actor=CICI, **common)
    operations.release(world.session, actor=CICI, role="commissioner", **common)
    world.do(CICI)


QUORUM = {"s": "startEvent", "decide": "quorum|5|= count(votes[decision = \"approve\"]) >= 3", "e": "endEvent"}


def test_a_quorum_needs_k_of_n_and_counts_nobody_twice(session: Session) -> None:
    world = World(session).begin(
        QUORUM, [("s", "decide"), ("decide", "e")], {"commissioner": ["s", "decide", "e"]}, actor=BUDI
    )
    voters = [Actor(str(number), f"K{number}", BUDI.grants) for number in range(10, 15)]
    assert not world.do(voters[0], {"decision": "approve"}).done
    with pytest.raises(AlreadyDone):
        world.do(voters[0], {"decision": "approve"})
    world.do(voters[1], {"decision": "return"})
    world.do(voters[2], {"decision": "approve"})
    assert world.do(voters[3], {"decision": "approve"}).target == "e"
    assert world.session.scalar(select(func.count()).select_from(Vote)) == 4
    assert world.actions()[1:] == ["task.voted"] * 3 + ["task.completed"]


def test_obstacles_hold_and_free(world: World) -> None:
    common = {"role": "member", "now": NOW, "host": world.host}
    report = {"instance_id": world.instance_id, "code": "menunggu_SK_bupati", "owner": "Setda", "note_text": "Tunggu."}
    one = operations.report_obstacle(world.session, actor=ANA, **report, **common)
    with pytest.raises(Refused):
        operations.report_obstacle(world.session, actor=ANA, **report, **common)
    with pytest.raises(OutOfScope):
        operations.report_obstacle(world.session, actor=DEDI, **{**report, "code": "x"}, **common)
    assert world.instance.held_since == NOW
    operations.lift_obstacle(world.session, obstacle_id=one, actor=ANA, **common)
    assert world.instance.held_since is None
    assert world.actions() == ["instance.started", "obstacle.reported", "obstacle.lifted"]


def test_a_cancelled_instance_is_over(world: World) -> None:
    cancel = {"instance_id": world.instance_id, "now": NOW, "host": world.host, "role": "commissioner"}
    with pytest.raises(Forbidden):
        operations.cancel(world.session, actor=ANA, reason="x", **cancel)
    task = world.task()
    operations.cancel(world.session, actor=BUDI, reason="Badan dibubarkan.", **cancel)
    assert world.instance.status == "cancelled"
    with pytest.raises(NotOpen):
        world.do(ANA, task_id=task)
    with pytest.raises(Refused):
        operations.cancel(world.session, actor=BUDI, reason="lagi", **cancel)


def test_one_subject_has_one_instance(world: World) -> None:
    with pytest.raises(Refused):
        world.begin()


def test_one_of_many_simultaneous_approvals_wins(database: Database) -> None:
    with database.sessions() as session:
        world = World(session).begin()
        world.do(ANA)
        task = world.task()
        session.commit()

    def approve(number: int) -> str:
        with database.sessions() as session:
            actor = Actor(str(100 + number), f"K{number}", BUDI.grants)
            try:
                operations.complete_task(
                    session, task_id=task, actor=actor, now=NOW, host=world.host, data={"decision": "approve"}
                )
                session.commit()
            except Refused as refused:
                session.rollback()
                return type(refused).__name__
            return "won"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(approve, range(24)))
    assert (results.count("won"), set(results)) == (1, {"won", "NotOpen"})
    with database.sessions() as session:
        assert history.verify(session) == []
        assert session.scalar(select(func.count()).select_from(History)) == 3


def test_the_same_key_at_once_is_one_act(database: Database) -> None:
    with database.sessions() as session:
        world = World(session).begin()
        task = world.task()
        session.commit()

    def hand_in(_: int) -> str:
        with database.sessions() as session:
            outcome = operations.complete_task(
                session, task_id=task, actor=ANA, now=NOW, host=world.host, data={"x": 1}, key="same"
            )
            session.commit()
            return outcome.target

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(hand_in, range(12))) == {"s/approve"}
    with database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1


WRITES = ("task", "instance", "timer", "deed", "history", "message", "submission")


@pytest.mark.parametrize("table", WRITES)
def test_a_crash_at_any_write_leaves_nothing(database: Database, table: str) -> None:
    """Each table in turn refuses every write: the act fails there, and nothing of it stays."""
    nodes = {**draw.REVIEW, "late": "boundary|approve|duration|P3D|dashed", "told": "escalation"}
    flows = [*draw.REVIEW_FLOWS, ("late", "told")]
    with database.sessions() as session:
        world = World(session).begin(nodes, flows)
        session.commit()
        task = world.task()
        before = counts(session)
        if database.kind == "postgresql":
            session.execute(text("CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS "
                                 "$$ BEGIN RAISE EXCEPTION 'crash'; END $$"))
            session.execute(text(f"CREATE TRIGGER crash BEFORE INSERT OR UPDATE ON {table} "
                                 "FOR EACH ROW EXECUTE FUNCTION crash()"))
        else:
            for verb in ("INSERT", "UPDATE"):
                session.execute(text(f"CREATE TRIGGER crash_{verb} BEFORE {verb} ON {table} "
                                     "BEGIN SELECT RAISE(ABORT, 'crash'); END"))
        session.commit()
        with pytest.raises(DBAPIError, match="crash"):
            world.do(ANA, {"x": 1}, task_id=task, key="k")
        session.rollback()
        assert counts(session) == before


def counts(session: Session) -> dict[str, int]:
    found = {
        table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0
        for table in ("task", "timer", "deed", "history", "message", "submission", "act", "vote")
    }
    found["version"] = session.scalar(select(Instance.version)) or 0
    found["open"] = session.scalar(select(func.count()).select_from(Task).where(Task.closed_at.is_(None))) or 0
    return found


def test_history_cannot_be_changed_or_removed(world: World) -> None:
    world.session.commit()
    for sentence in ("UPDATE history SET actor = 'x'", "DELETE FROM history"):
        with pytest.raises(DBAPIError, match="append only"):
            world.session.execute(text(sentence))
        world.session.rollback()


def test_a_forged_chain_is_found(world: World) -> None:
    world.do(ANA)
    rows = [dict(row) for row in world.session.execute(
        select(*History.__table__.columns).order_by(History.seq)
    ).mappings()]
    row = world.instance
    assert history.verify_rows(rows, row.id, row.seq, row.head) is None
    changed = [{**rows[0], "actor": "other"}, *rows[1:]]
    assert history.verify_rows(changed, row.id, row.seq, row.head) == history.Break(row.id, 1, "hash")
    assert history.verify_rows(rows[:1], row.id, row.seq, row.head) == history.Break(row.id, 2, "end")
    assert history.verify_rows(rows[1:], row.id, row.seq, row.head) == history.Break(row.id, 1, "gap")


def test_due_days_end_at_local_midnight(session: Session) -> None:
    nodes = {**draw.LINE, "late": "boundary|a|duration|P3D|dashed", "told": "escalation"}
    world = World(session).begin(nodes, [("s", "a"), ("a", "e"), ("late", "told")], {"member": ["s", "a", "e", "told"]})
    midnight = NOW.replace(hour=17, minute=0) + timedelta(days=3)
    assert world.clocks() == {"late": midnight}
    assert world.instance.due_at == midnight
    assert session.scalars(select(Task)).one().due_at == midnight
    assert session.scalar(select(func.count()).select_from(Message)) == 1
    assert world.instance.scope == SCOPE
