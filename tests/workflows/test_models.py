"""What the database itself refuses: one level told twice, one notice twice, one agenda code twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.models import Definition, Instance, Task
from tests.workflows import samples
from tests.workflows.conftest import new_agenda
from workflows import rules
from workflows.models import Account, Agenda, Body, Climb, Escalation, Letter, Notice

NOW = datetime(2024, 5, 27, 1, tzinfo=UTC)


@pytest.fixture
def stay(session: Session) -> Task:
    """An open task of some instance."""
    definition = Definition(
        key="pps", version=1, name="PPS", drawing=b"", forms={}, outline="", fingerprint="", published_at=NOW,
        published_by="test",
    )
    session.add(definition)
    session.flush()
    instance = Instance(
        definition_id=definition.id, subject="body:1", scope="33.23.13.2007", stage="recruited",
        state="recruited/submit_inauguration", variables={}, started_at=NOW, entered_at=NOW, staged_at=NOW,
    )
    session.add(instance)
    session.flush()
    task = Task(
        instance_id=instance.id, node="submit_inauguration", visit=0, stage="recruited", role="pps_member",
        scope=instance.scope, opened_at=NOW,
    )
    session.add(task)
    session.flush()
    return task


def test_a_level_of_a_stay_is_told_once(session: Session, stay: Task) -> None:
    def told(level: int) -> Escalation:
        return Escalation(
            instance_id=stay.instance_id, stay=stay.id, level=level, at=NOW, told_role="ppk", reason="terlambat"
        )

    session.add_all([told(0), told(1)])
    session.flush()
    session.add(told(1))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_stay_climbs_on_one_ladder(session: Session, stay: Task) -> None:
    session.add(Climb(stay=stay.id, instance_id=stay.instance_id, next_level=1, next_at=NOW))
    session.flush()
    session.expunge_all()
    session.add(Climb(stay=stay.id, instance_id=stay.instance_id, next_level=2, next_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_account_is_told_the_same_once(session: Session, stay: Task) -> None:
    accounts = [Account(login=login, name=login, password_hash="x", created_at=NOW) for login in ("a", "b")]
    session.add_all(accounts)
    session.flush()

    def notice(account: Account) -> Notice:
        return Notice(
            account_id=account.id, topic="task.opened", instance_id=stay.instance_id, params={"n": 1}, created_at=NOW,
            dedupe="task:1",
        )

    session.add_all([notice(account) for account in accounts])
    session.flush()
    session.add(notice(accounts[0]))
    with pytest.raises(IntegrityError):
        session.flush()


def test_agendas_differ_by_code_and_end_after_they_begin(session: Session) -> None:
    session.add(new_agenda())
    session.flush()
    session.add(new_agenda())
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    other = new_agenda("PILKADA2029")
    other.term_begins, other.term_ends = other.term_ends, other.term_begins
    session.add(other)
    with pytest.raises(IntegrityError):
        session.flush()


def test_gathering_facts_takes_as_many_queries_for_one_visit_as_for_twenty(
    session: Session, agenda: Agenda, formed: dict[str, Body]
) -> None:
    body = formed[samples.PENDOWO]

    def queries(visits: int) -> int:
        asked: list[str] = []
        data = samples.evidence("pps", "submit_sowan")
        data["visits"] = data["visits"] * visits

        def listen(*args: Any) -> None:
            asked.append(args[2])

        event.listen(session.get_bind(), "before_cursor_execute", listen)
        rules.gather_facts(session, body, NOW, data)
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        return len(asked)

    queries(1)
    assert queries(1) == queries(20) > 0


def test_letters_with_one_number_may_come_from_two_villages(session: Session, agenda: Agenda) -> None:
    def letter(issuer: str) -> Letter:
        return Letter(
            agenda_id=agenda.id, kind="local_decree", number="141/05/2024", on=NOW.date(), issuer_code=issuer,
            subject="Sekretariat PPS",
        )

    session.add_all([letter("33.23.13.2002"), letter("33.23.13.2003")])
    session.flush()
    session.add(letter("33.23.13.2003"))
    with pytest.raises(IntegrityError):
        session.flush()
