"""Lateness climbs at exactly the agenda's days and hours, each level once per stay, until the body moves.

Sowan of a PPS sworn on 26 May 2024 is due by the end of Sunday 9 June. Monday 17 June is Idul Adha, the 18th
cuti bersama.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine import operations
from engine.models import Message, Task
from tests.conftest import Database
from tests.workflows.late_world import FAR_VILLAGE, KRANGGAN, PENDOWO, Regency, lay, wib
from workflows import escalation
from workflows.host import HOST
from workflows.models import Agenda, AgendaDay, Climb, Escalation, Notice
from workflows.settings import TOLD

LATE = wib(6, 10)
SECOND = timedelta(seconds=1)
LEVELS = [
    (1, wib(6, 13, 8), "ppk_member"),
    (2, wib(6, 19, 8), "commissioner"),
    (3, wib(6, 20, 8), "commissioner,supervisor"),
    (4, wib(6, 24, 8), "province"),
]
"""Three, seven, ten and fourteen days after the due day ended; the second waits for the end of the holidays."""


@pytest.fixture
def regency(database: Database) -> Regency:
    made = lay(database.engine)
    made.inaugurate(PENDOWO)
    return made


def test_the_drawing_says_when_it_begins_and_the_agenda_how_it_climbs(regency: Regency) -> None:
    expected: list[tuple[int, datetime, str]] = [(0, LATE, "pps_member")]
    regency.sweep(LATE - SECOND)
    assert regency.told() == []
    regency.sweep(LATE)
    assert regency.told() == expected
    for level in LEVELS:
        regency.sweep(level[1] - SECOND)
        assert regency.told() == expected
        expected.append(level)
        regency.sweep(level[1])
        assert regency.told() == expected
    regency.sweep(wib(12, 1, 10))
    assert regency.told() == expected
    assert [regency.late_to(level) for level in range(6)] == [
        ["pps"], ["ppk"], ["komisioner", "komisioner2"], ["hukum", "komisioner", "komisioner2"], ["provinsi"], [],
    ]


def test_the_offices_own_days_off_and_hours_count(regency: Regency) -> None:
    with regency.open() as session:
        agenda = session.scalars(sa.select(Agenda)).one()
        session.add(AgendaDay(agenda_id=agenda.id, on=date(2024, 6, 13), name="Hari jadi"))
    regency.save(LATE, working_hours={"opens": "09:30", "closes": "14:00"})
    regency.sweep(LATE)
    for quiet in (wib(6, 13, 10), wib(6, 14, 9, 29)):
        regency.sweep(quiet)
        assert len(regency.told()) == 1
    regency.sweep(wib(6, 14, 9, 30))
    assert regency.told()[1:] == [(1, wib(6, 14, 9, 30), "ppk_member")]


def test_days_of_the_levels_may_be_working_days(regency: Regency) -> None:
    regency.save(LATE, levels_day_type="working")
    regency.sweep(LATE)
    climbed = []
    for day in range(40):
        moment = wib(6, 10, 8) + timedelta(days=day)
        if regency.climb(moment):
            climbed.append(moment)
    assert climbed == [wib(6, 13, 8), wib(6, 21, 8), wib(6, 26, 8), wib(7, 2, 8)]


def test_what_was_missed_is_told_in_order_once(regency: Regency) -> None:
    back = wib(6, 21, 10)
    regency.sweep(back)
    assert regency.told() == [
        (0, back, "pps_member"), *((level, back, roles) for level, _, roles in LEVELS[:3])
    ]
    regency.sweep(back)
    assert len(regency.told()) == 4
    regency.sweep(LEVELS[3][1])
    assert regency.told()[4:] == [LEVELS[3]]


def at_once(*tasks: Callable[[], Any]) -> None:
    """All of them run together, each in a thread of its own; what one raises is raised here."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> None:
        start.wait()
        task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        for running in [threads.submit(run, task) for task in tasks]:
            running.result()


def test_two_sweeps_and_two_workers_at_once_tell_each_level_once(regency: Regency) -> None:
    regency.inaugurate(FAR_VILLAGE)
    regency.start(KRANGGAN)
    late = wib(7, 1, 10)
    at_once(*[lambda: regency.sweep(late)] * 4)
    regency.sweep(late)
    for code in (PENDOWO, FAR_VILLAGE, KRANGGAN):
        assert [level for level, _, _ in regency.told(code)] == [0, 1, 2, 3, 4], code
    told = regency.notices("task.late")
    assert len([one for one in told if one[0] == "provinsi"]) == 3
    assert regency.waiting() == 0


def test_two_climbs_of_one_stay_are_one(regency: Regency) -> None:
    regency.sweep(LATE)
    for level, moment, _ in LEVELS:
        at_once(*[lambda moment=moment: regency.climb(moment)] * 3)
        assert [one for one, _, _ in regency.told()] == list(range(level + 1))
    with regency.open() as session:
        notices = session.execute(
            sa.select(Notice.account_id, Notice.dedupe).where(Notice.topic == "task.late")
        ).all()
    assert len(notices) == len(set(notices)) == 1 + 1 + 2 + 3 + 1


def test_the_database_refuses_a_level_twice(regency: Regency) -> None:
    regency.sweep(LATE)
    with regency.open() as session:
        found = session.scalars(sa.select(Escalation)).one()
        again = sa.insert(Escalation).values(
            instance_id=found.instance_id, stay=found.stay, level=0, at=LATE, told_role="pps_member", reason="",
        )
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            session.execute(again)


def test_the_effect_of_the_drawn_event_may_run_twice(regency: Regency) -> None:
    regency.sweep(LATE)
    with regency.open() as session:
        payload = session.scalars(sa.select(Message.payload).where(Message.kind == "escalation.thrown")).one()
        for _ in range(2):
            escalation.thrown(
                session, instance_id=payload["instance_id"], element=payload["node"], trigger=payload["trigger"],
                now=LATE + SECOND,
            )
    assert regency.told() == [(0, LATE, "pps_member")]
    assert regency.late_to(0) == ["pps"]
    with regency.open() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Climb)) == 1


def test_it_stops_when_the_body_moves_and_begins_anew_with_the_next_stay(regency: Regency) -> None:
    regency.sweep(LATE)
    regency.sweep(wib(6, 13, 8))
    regency.hand_in(PENDOWO, "pps", "submit_sowan", wib(6, 14, 9))
    assert regency.climb(wib(6, 19, 8)) == 0
    with regency.open() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Climb)) == 0
        first_stay = session.scalars(sa.select(Escalation.stay).distinct()).one()
    regency.decide(PENDOWO, "approve_sowan", wib(6, 14, 15), decision="return", reason="blurry")
    regency.sweep(wib(6, 14, 15))
    regency.sweep(wib(6, 24, 8))
    with regency.open() as session:
        rows = session.execute(sa.select(Escalation.stay, Escalation.level).order_by(Escalation.id)).all()
        second_stay = session.scalar(sa.select(sa.func.max(Task.id)).where(Task.node == "submit_sowan"))
    assert [row.level for row in rows if row.stay == first_stay] == [0, 1]
    # returned after the due day: late at once, but the levels above count from the return
    assert [row.level for row in rows if row.stay == second_stay] == [0, 1, 2]
    assert second_stay != first_stay
    assert len(rows) == 5


def test_a_move_ends_the_climb_with_the_message_it_leaves(regency: Regency) -> None:
    regency.sweep(LATE)
    regency.hand_in(PENDOWO, "pps", "submit_sowan", wib(6, 11, 9))
    regency.drain(wib(6, 11, 9))
    with regency.open() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Climb)) == 0


def test_a_body_that_moved_before_the_message_was_read_is_not_late(regency: Regency) -> None:
    assert regency.fire(LATE) == 1
    regency.hand_in(PENDOWO, "pps", "submit_sowan", LATE + SECOND)
    regency.drain(LATE + 2 * SECOND)
    assert (regency.told(), regency.notices("task.late")) == ([], [])


def test_a_cancelled_body_climbs_no_more(regency: Regency) -> None:
    regency.sweep(LATE)
    with regency.open() as session:
        operations.cancel(
            session, instance_id=regency.body(session, PENDOWO).instance_id or 0, actor=regency.actors["komisioner"],
            role="commissioner", now=wib(6, 11, 9), host=HOST, reason="Salah dibentuk",
        )
    assert regency.climb(wib(7, 1, 9)) == 0
    assert len(regency.told()) == 1


def test_whoever_the_obstacle_waits_for_is_named(regency: Regency) -> None:
    regency.sweep(LATE)
    with regency.open() as session:
        found = operations.report_obstacle(
            session, instance_id=regency.body(session, PENDOWO).instance_id or 0, actor=regency.actors["pps"],
            role="pps_member", now=wib(6, 11, 9), host=HOST, code="pejabat_tidak_ada", owner="Camat Kranggan",
            note_text="Kepala desa belum dilantik.",
        )
    regency.sweep(wib(6, 13, 8))
    with regency.open() as session:
        operations.lift_obstacle(
            session, obstacle_id=found, actor=regency.actors["pps"], role="pps_member", now=wib(6, 14, 9), host=HOST
        )
    regency.sweep(wib(6, 19, 8))
    with regency.open() as session:
        reasons = session.execute(sa.select(Escalation.level, Escalation.reason).order_by(Escalation.level)).all()
        params = {one["level"]: one["waiting_for"] for one in session.scalars(
            sa.select(Notice.params).where(Notice.topic == "task.late")
        )}
    assert [tuple(row) for row in reasons] == [(0, ""), (1, "Camat Kranggan"), (2, "")]
    assert params == {0: "", 1: "Camat Kranggan", 2: ""}


EVERYONE = ["komisioner", "komisioner2"]
CIRCLES = {
    "body": ["pps"], "ppk": ["ppk"], "korwil": EVERYONE, "sdm": EVERYONE, "teknis": EVERYONE, "data": EVERYONE,
    "ketua": EVERYONE, "hukum": ["hukum"], "ketua_hukum": ["hukum", *EVERYONE], "province": ["provinsi"],
}


def test_every_circle_is_told_in_its_own_region(regency: Regency) -> None:
    assert set(CIRCLES) == set(TOLD)
    levels = [{"after_days": number, "told": told} for number, told in enumerate(TOLD)]
    regency.save(LATE, levels=levels)
    regency.inaugurate(FAR_VILLAGE)
    regency.sweep(wib(7, 1, 10))
    assert {told: regency.late_to(level) for level, told in enumerate(TOLD)} == CIRCLES
    for level, told in enumerate(TOLD):
        far = {"body": ["pps-jauh"], "ppk": ["ppk-jauh"]}.get(told, CIRCLES[told])
        assert regency.late_to(level, FAR_VILLAGE) == far, told


def test_a_late_ppk_concerns_its_coordinator_at_kpu(regency: Regency) -> None:
    regency.start(KRANGGAN)
    regency.sweep(wib(7, 1, 10))
    assert regency.told(KRANGGAN)[:2] == [(0, wib(7, 1, 10), "operator"), (1, wib(7, 1, 10), "commissioner")]
    assert regency.late_to(0, KRANGGAN) == ["operator"]
    assert regency.late_to(1, KRANGGAN) == EVERYONE


def test_a_level_that_was_put_off_waits_for_its_new_day(regency: Regency) -> None:
    regency.sweep(LATE)
    with regency.open() as session:
        agenda = session.scalars(sa.select(Agenda)).one()
        agenda.settings = {**agenda.settings, "levels": [
            {"after_days": 0, "told": "body"}, {"after_days": 4, "told": "hukum"},
            {"after_days": 9, "told": "province"},
        ]}
    regency.sweep(wib(6, 13, 8))
    assert len(regency.told()) == 1
    regency.sweep(wib(6, 14, 8))
    regency.sweep(wib(6, 19, 8))
    assert regency.told()[1:] == [(1, wib(6, 14, 8), "supervisor"), (2, wib(6, 19, 8), "province")]


def test_a_level_that_was_brought_forward_comes_on_its_new_day(regency: Regency) -> None:
    regency.sweep(LATE)
    regency.sweep(wib(6, 13, 8))
    regency.save(wib(6, 13, 9), levels=[
        {"after_days": 0, "told": "body"}, {"after_days": 3, "told": "ppk"}, {"after_days": 4, "told": "teknis"},
    ])
    regency.sweep(wib(6, 13, 9))
    assert len(regency.told()) == 2
    regency.sweep(wib(6, 14, 8))
    regency.sweep(wib(7, 1, 9))
    assert regency.told()[2:] == [(2, wib(6, 14, 8), "commissioner")]


def test_two_hundred_late_stays_do_not_hide_the_next(regency: Regency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalation, "BATCH", 1)
    regency.inaugurate(FAR_VILLAGE)
    late = wib(7, 1, 10)
    regency.fire(late)
    regency.drain(late)
    assert [regency.climb(late), regency.climb(late), regency.climb(late)] == [4, 4, 0]
    assert len(regency.told()) == len(regency.told(FAR_VILLAGE)) == 5


def test_a_role_is_held_by_the_local_day(regency: Regency) -> None:
    """Level 0 falls on a local midnight, which is still yesterday in UTC: who leaves office that night is not told."""
    with regency.open() as session:
        session.execute(sa.text(
            "update assignment set until_on = :last where account_id in (select id from account where login = 'pps')"
        ), {"last": "2024-06-09"})
        session.execute(sa.text(
            "update assignment set from_on = :first, scope = :scope, role = 'pps_member' "
            "where account_id in (select id from account where login = 'kota-lain')"
        ), {"first": "2024-06-10", "scope": PENDOWO})
    assert LATE.astimezone(UTC).date() == date(2024, 6, 9)
    regency.sweep(LATE)
    assert regency.late_to(0) == ["kota-lain"]

