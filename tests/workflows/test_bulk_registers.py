"""Many decisions in one act leave in the engine and in the registers what as many acts leave; so does undoing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import history, operations
from engine.base import table_of
from engine.models import Deed, History, Instance, Message, Submission, Task, Timer
from engine.operations.bulk import Chosen, Verdict, decide_all, undo_all
from engine.reversals import Reversal
from tests.web import desk_world as world_of
from tests.web.desk_world import OTHER_VILLAGE, PENDOWO, World
from workflows.host import HOST
from workflows.models import Body, Contact, Letter, LetterBody, Membership, Person, Stakeholder, StakeholderHolder

CODES = {PENDOWO: "pps", "33.23.13.2008": "sanggrahan", OTHER_VILLAGE: "jauh"}
"""The bodies, each with the account of its member."""
LEFT = (
    Instance,
    Task,
    Timer,
    Submission,
    Message,
    History,
    Deed,
    Reversal,
    Body,
    Membership,
    Person,
    Letter,
    LetterBody,
    Stakeholder,
    StakeholderHolder,
    Contact,
)
NUMBERS = ("id", "contact_id", "stakeholder_id", "letter_id", "person_id", "task_id", "key")
"""What a sequence gives, which another run gets anew."""
CHANCE = ("salt", "hash", "previous", "head")
"""A history row's salt, and the hashes over it; whether the chains hold is asked by itself."""


def waiting(session: Session, node: str) -> World:
    """Three bodies whose evidence of this node waits for a decision."""
    world = world_of.lay(session)
    for code, member in CODES.items():
        if node == "submit_inauguration":
            world_of.start(session, world, world.of(code))
        else:
            world_of.inaugurate(session, world, world.of(code))
        world_of.hand_in(session, world, world.of(code), "operator" if node == "submit_inauguration" else member, node)
    return world


def left(session: Session) -> dict[str, list[str]]:
    """Every row of the tables an act may change, without numbers of sequences."""
    session.flush()
    found = {}
    for model in LEFT:
        table = table_of(model)
        rows = session.execute(select(table)).mappings()
        found[table.name] = sorted(str(_bare(dict(row))) for row in rows)
    return found


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in sorted(value.items()) if name not in (*NUMBERS, *CHANCE)}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def tried(session: Session, act: Callable[[], object]) -> dict[str, list[str]]:
    """What the act leaves; it is rolled back."""
    trial = session.begin_nested()
    act()
    found = left(session)
    trial.rollback()
    session.expire_all()
    return found


def tasks(session: Session, world: World, node: str) -> list[int]:
    return [world_of.open_task(session, world.of(code), node) for code in CODES]


def decide(session: Session, world: World, node: str) -> list[Verdict]:
    asked: dict[str, Any] = {"actor": world.actors["komisioner"], "now": world.now, "host": HOST}
    some = [Chosen(number) for number in tasks(session, world, node)]
    return decide_all(session, chosen=some, data={"decision": "approve"}, **asked)


def undo(session: Session, world: World, decided: list[tuple[int, int]]) -> list[Verdict]:
    return undo_all(session, decided=decided, actor=world.actors["komisioner"], now=world.now, host=HOST)


def decisions(session: Session, world: World) -> list[tuple[int, int]]:
    ids = [world.of(code).instance_id or 0 for code in CODES]
    rows = operations.undoable(session, instance_ids=ids, actor=world.actors["komisioner"], now=world.now)
    return [(number, rows[number][0]) for number in ids]


@pytest.mark.parametrize("stage", ["inauguration", "sowan"])
def test_many_write_what_single_decisions_write_and_take_it_back_as_they_do(session: Session, stage: str) -> None:
    world, node = waiting(session, f"submit_{stage}"), f"approve_{stage}"
    before = left(session)

    def singly() -> None:
        for code in CODES:
            world_of.decide(session, world, world.of(code), "komisioner", node)

    alone = tried(session, singly)
    assert (
        alone["contact" if stage == "sowan" else "letter_body"]
        != before["contact" if stage == "sowan" else "letter_body"]
    )
    assert tried(session, lambda: decide(session, world, node)) == alone
    assert all(one.outcome for one in decide(session, world, node))
    decided = decisions(session, world)

    def back() -> None:
        for number, seq in reversed(decided):
            operations.undo(
                session, instance_id=number, seq=seq, actor=world.actors["komisioner"], now=world.now, host=HOST
            )

    assert tried(session, lambda: undo(session, world, decided)) == (again := tried(session, back))
    assert [one.refusal for one in undo(session, world, decided)] == [None] * len(CODES)
    registers = (
        "body", "membership", "letter", "letter_body", "stakeholder", "stakeholder_holder", "contact", "person",
    )
    for name in registers:
        assert again[name] == before[name], name
    assert history.verify(session) == []


def test_what_other_hands_changed_is_refused_for_that_body_alone(session: Session) -> None:
    world = waiting(session, "submit_sowan")
    decide(session, world, "approve_sowan")
    contact = session.scalars(select(Contact).where(Contact.body_id == world.of("33.23.13.2008").id)).first()
    assert contact is not None
    contact.outcome = "Sudah dibetulkan operator."
    session.flush()
    verdicts = undo(session, world, decisions(session, world))
    assert [one.refusal is None for one in verdicts] == [True, False, True]
    assert "diubah di tempat lain" in str(verdicts[1].refusal)
    owners = set(session.scalars(select(Contact.body_id)))
    assert owners == {world.of("33.23.13.2008").id}


def test_what_the_database_alone_refuses_is_refused_for_that_body_alone(session: Session) -> None:
    """A letter that came with the decision has got another use meanwhile, which only its foreign key knows."""
    world = waiting(session, "submit_inauguration")
    decide(session, world, "approve_inauguration")
    one = world.of(PENDOWO)
    letter = session.scalars(
        select(Letter).join(LetterBody, LetterBody.letter_id == Letter.id).where(LetterBody.body_id == one.id)
    ).first()
    assert letter is not None
    other = session.scalars(select(Membership).where(Membership.body_id == world.bodies["33.23.13"].id)).first()
    assert other is not None
    other.letter_id = letter.id
    session.flush()
    verdicts = undo(session, world, decisions(session, world))
    assert [one.refusal is None for one in verdicts] == [False, True, True]
    assert "diubah di tempat lain" in str(verdicts[0].refusal)


ENGINE = ("instance", "task", "submission", "body", "attachment", "agenda")


def test_more_bodies_take_no_more_questions_of_the_engine(session: Session) -> None:
    """What many acts ask about where their bodies stand is asked once for all of them."""
    world = waiting(session, "submit_sowan")
    asked: list[str] = []
    connection = session.connection()

    def heard(_connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        words = text.split()
        if words[0] == "SELECT" and words[words.index("FROM") + 1].strip(",") in ENGINE:
            asked.append(text)

    event.listen(connection, "before_cursor_execute", heard)
    some = [Chosen(number) for number in tasks(session, world, "approve_sowan")]
    asked_of: dict[str, Any] = {"actor": world.actors["komisioner"], "now": world.now, "host": HOST}
    counted = []
    for part in (some[:1], some):
        trial = session.begin_nested()
        asked.clear()
        assert all(one.outcome for one in decide_all(session, chosen=part, data={"decision": "approve"}, **asked_of))
        counted.append(len(asked))
        trial.rollback()
        session.expire_all()
    event.remove(connection, "before_cursor_execute", heard)
    assert 0 < counted[0] == counted[1], asked
