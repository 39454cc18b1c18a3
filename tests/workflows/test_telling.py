"""Who gets which notice of each move: once, in their own region, also when the message is read twice."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine import operations
from engine.models import Message
from tests.conftest import Database
from tests.workflows.late_world import FAR_VILLAGE, KLEPU, PENDOWO, Regency, lay, wib
from web.notify import EFFECTS
from workflows import notices, telling
from workflows.host import HOST
from workflows.models import Account, Notice

INAUGURATED = wib(5, 28, 15)
COMMISSIONERS = ["komisioner", "komisioner2"]


@pytest.fixture
def regency(database: Database) -> Regency:
    return lay(database.engine)


def told(regency: Regency, topic: str, what: str) -> list[str]:
    """The logins that have this notice; twice in the list who has it twice."""
    return [login for login, _, params in regency.notices(topic) if params == what]


def test_whose_turn_it_is_is_told(regency: Regency) -> None:
    regency.start(PENDOWO)
    regency.drain(wib(5, 20, 9))
    assert regency.notices() == [
        ("pps", "stage.reached", "recruited"),
    ]
    regency.hand_in(PENDOWO, "operator", "submit_inauguration", wib(5, 28, 9))
    regency.drain(wib(5, 28, 9))
    assert told(regency, "task.opened", "approve_inauguration") == []  # the queue itself tells a commissioner
    regency.decide(PENDOWO, "approve_inauguration", INAUGURATED)
    regency.drain(INAUGURATED)
    assert told(regency, "task.opened", "submit_sowan") == ["pps"]
    assert told(regency, "stage.reached", "inaugurated") == ["pps"]
    assert len(regency.notices()) == 3


@pytest.mark.parametrize(
    ("code", "own", "others"),
    [(PENDOWO, {"pps", "ppk"}, {"klepu", "pps-jauh", "ppk-jauh"}),
     (KLEPU, {"klepu", "ppk"}, {"pps", "pps-jauh", "ppk-jauh"}),
     (FAR_VILLAGE, {"pps-jauh", "ppk-jauh"}, {"pps", "klepu", "ppk"})],
)
def test_only_the_own_region_is_told(regency: Regency, code: str, own: set[str], others: set[str]) -> None:
    """Each of these accounts is told of its own body, so none is silent for another reason than its region."""
    regency.inaugurate(code)
    regency.sweep(wib(7, 1, 10))
    names = {login for login, _, _ in regency.notices()}
    assert own <= names
    assert not names & {*others, "kota-lain", "provinsi-lain", "bawaslu"}


def test_an_account_of_another_regency_is_told_once_its_scope_covers_the_body(regency: Regency) -> None:
    with regency.open() as session:
        session.execute(sa.text("update assignment set scope = '33' where scope in ('33.24', '34')"))
    regency.inaugurate(PENDOWO)
    regency.sweep(wib(7, 1, 10))
    names = {login for login, _, _ in regency.notices()}
    assert {"kota-lain", "provinsi-lain"} <= names


def test_what_came_back_is_told_to_the_lane_and_to_whoever_handed_it_in(regency: Regency) -> None:
    with regency.open() as session:
        other = Account(login="pernah", name="Pernah", password_hash="-", created_at=INAUGURATED)
        session.add(other)
        session.flush()
        number = str(other.id)
    regency.inaugurate(PENDOWO)
    regency.hand_in(PENDOWO, "pps", "submit_sowan", wib(6, 3, 9))
    with regency.open() as session:
        session.execute(sa.text("update submission set actor = :who where node = 'submit_sowan'"), {"who": number})
    regency.decide(PENDOWO, "approve_sowan", wib(6, 4, 9), decision="return", reason="blurry", note="Rahasia")
    regency.drain(wib(6, 4, 9))
    assert told(regency, "evidence.returned", "submit_sowan") == ["pernah", "pps"]
    assert told(regency, "task.opened", "submit_sowan") == ["pps"]
    with regency.open() as session:
        params = session.scalars(sa.select(Notice.params).where(Notice.topic == "evidence.returned")).first()
    assert params == {"node": "submit_sowan", "reason": "blurry"}


def test_a_task_that_was_done_meanwhile_is_not_told_of(regency: Regency) -> None:
    """The worker was away: evidence came, and went back. The body is told that it came back, and nothing else."""
    regency.inaugurate(PENDOWO)
    before = regency.notices()
    regency.hand_in(PENDOWO, "pps", "submit_sowan", wib(6, 3, 9))
    regency.decide(PENDOWO, "approve_sowan", wib(6, 4, 9), decision="return", reason="blurry")
    regency.drain(wib(6, 5, 9))
    assert regency.notices() == sorted([*before, ("pps", "evidence.returned", "submit_sowan")])


def test_each_return_is_told_by_itself(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    for day in (3, 4, 5):
        regency.hand_in(PENDOWO, "pps", "submit_sowan", wib(6, day, 9))
        regency.decide(PENDOWO, "approve_sowan", wib(6, day, 15), decision="return", reason="blurry")
        regency.drain(wib(6, day, 15))
    assert told(regency, "evidence.returned", "submit_sowan") == ["pps"] * 3


def test_an_obstacle_is_told_to_kpu(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    with regency.open() as session:
        found = operations.report_obstacle(
            session, instance_id=regency.body(session, PENDOWO).instance_id or 0, actor=regency.actors["pps"],
            role="pps_member", now=wib(6, 3, 9), host=HOST, code="pejabat_tidak_ada", owner="Camat Kranggan",
            note_text="Kepala desa belum dilantik.",
        )
    regency.drain(wib(6, 3, 9))
    assert told(regency, "obstacle.reported", "pejabat_tidak_ada") == ["hukum", *COMMISSIONERS]
    before = regency.notices()
    with regency.open() as session:
        operations.lift_obstacle(
            session, obstacle_id=found, actor=regency.actors["pps"], role="pps_member", now=wib(6, 4, 9), host=HOST
        )
    regency.drain(wib(6, 4, 9))
    assert regency.notices() == before


def test_a_body_that_does_not_move_tells_nothing_new(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    before = regency.notices()
    with regency.open() as session:
        operations.save_draft(
            session, instance_id=regency.body(session, PENDOWO).instance_id or 0, node="submit_sowan",
            actor=regency.actors["pps"], now=wib(6, 3, 9), host=HOST, data={"narrative": "Belum selesai."},
        )
    regency.drain(wib(6, 3, 9))
    assert regency.notices() == before


def test_every_message_may_be_read_again(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    regency.sweep(wib(7, 1, 10))
    regency.hand_in(PENDOWO, "pps", "submit_sowan", wib(7, 1, 11))
    regency.decide(PENDOWO, "approve_sowan", wib(7, 1, 15), decision="return", reason="blurry")
    regency.sweep(wib(7, 1, 15))
    before, escalations = regency.notices(), regency.told()
    assert {topic for _, topic, _ in before} == {"task.opened", "stage.reached", "evidence.returned", "task.late"}
    with regency.open() as session:
        again = session.execute(sa.update(Message).values(done_at=None)).rowcount
    assert again >= 6
    assert regency.drain(wib(7, 1, 15)) == again
    assert (regency.notices(), regency.told()) == (before, escalations)


def test_who_may_not_act_any_more_is_not_told(regency: Regency) -> None:
    with regency.open() as session:
        session.execute(sa.text("update account set active = false where login = 'klepu'"))
        session.execute(sa.text(
            "update assignment set until_on = '2024-05-27' "
            "where account_id in (select id from account where login = 'pps')"
        ))
    regency.inaugurate(PENDOWO)
    assert told(regency, "task.opened", "submit_sowan") == []
    assert told(regency, "stage.reached", "recruited") == ["pps"]
    assert told(regency, "stage.reached", "inaugurated") == []
    regency.inaugurate(KLEPU)
    assert "klepu" not in {login for login, _, _ in regency.notices()}


def test_two_roles_of_one_account_are_one_notice(regency: Regency) -> None:
    with regency.open() as session:
        session.execute(sa.text(
            "insert into assignment (account_id, role, scope, from_on) "
            "select id, 'ppk_member', '33.23.13', '2024-01-01' from account where login = 'pps'"
        ))
    regency.inaugurate(PENDOWO)
    assert told(regency, "stage.reached", "inaugurated") == ["pps"]


def test_topics_are_those_the_pages_have_words_for(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    regency.sweep(wib(7, 1, 10))
    assert {topic for _, topic, _ in regency.notices()} <= set(notices.TOPICS)


def test_what_is_unread_is_counted_and_read_once(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    account = int(regency.actors["pps"].id)
    with regency.open() as session:
        assert notices.unread(session, account) == 3
        last = session.scalars(sa.select(sa.func.max(Notice.id)).where(Notice.account_id == account)).one()
        notices.mark_read(session, account, wib(6, 1, 9), last - 1)
        assert notices.unread(session, account) == 1
        notices.mark_read(session, account, wib(6, 2, 9), last)
        assert notices.unread(session, account) == 0
        assert notices.unread(session, int(regency.actors["klepu"].id)) == 0
        read = session.scalars(sa.select(Notice.read_at).where(Notice.account_id == account).order_by(Notice.id)).all()
    assert read == [wib(6, 1, 9), wib(6, 1, 9), wib(6, 2, 9)]


def test_a_move_that_is_no_move_of_this_body_is_refused(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    with regency.open() as session, pytest.raises(sa.exc.NoResultFound):
        telling.moved(
            session, instance_id=regency.body(session, PENDOWO).instance_id or 0, seq=99, now=wib(6, 1, 9)
        )


def test_the_messages_of_a_body_are_all_told_about(regency: Regency) -> None:
    regency.inaugurate(PENDOWO)
    regency.sweep(wib(7, 1, 10))
    with regency.open() as session:
        kinds = set(session.scalars(sa.select(Message.kind)))
    assert kinds == {"instance.moved", "escalation.thrown"} <= set(EFFECTS)
