"""Versions of a drawing: proposed by one person, published by another's consent, current for what starts afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import definitions, publishing
from engine.errors import DrawingRefused, FormRefused, FourEyes, NotFound, Refused, Stale
from engine.host import Actor
from engine.models import Definition
from tests.engine import draw
from tests.engine.world import NOW, World

EKA, FAJAR = Actor("8", "Eka", person="person:8"), Actor("9", "Fajar", person="person:9")
EKA_AGAIN = Actor("18", "Eka", person="person:8")
"""Another account of the same person."""


def drawing(*, named: str = "") -> bytes:
    return draw.xml({"s": "startEvent", f"a{named}": "userTask", "e": "endEvent"},
                    [("s", f"a{named}"), (f"a{named}", "e")], lanes={"member": ["s", f"a{named}", "e"]})


def propose(
    session: Session, actor: Actor = EKA, *, named: str = "2", forms: dict[str, str] | None = None
) -> Definition:
    return publishing.propose(session, drawing=drawing(named=named), form_texts=forms or {}, actor=actor, now=NOW)


def begun(session: Session) -> Definition:
    return definitions.publish(session, drawing=drawing(), form_texts={}, by="system", now=NOW)


def test_a_proposed_version_is_current_only_after_a_second_persons_consent(session: Session) -> None:
    first, second = begun(session), propose(session)
    assert (second.version, second.status, second.published_by) == (2, "proposed", "8")
    assert definitions.newest(session, "p") == first.id
    assert definitions.newest_of_all(session) == [first.id]
    for same in (EKA, EKA_AGAIN):
        with pytest.raises(FourEyes):
            publishing.consent(session, definition_id=second.id, actor=same, now=NOW)
    assert definitions.newest(session, "p") == first.id
    publishing.consent(session, definition_id=second.id, actor=FAJAR, now=NOW)
    assert (second.status, second.consented_by, second.consented_at) == ("published", "9", NOW)
    assert definitions.newest(session, "p") == second.id
    assert definitions.newest_of_all(session) == [second.id]


def test_what_is_under_way_stays_with_its_version(session: Session) -> None:
    world = World(session).begin(draw.LINE, [("s", "a"), ("a", "e")], lanes={"member": ["s", "a", "e"]})
    first = world.instance.definition_id
    second = propose(session)
    publishing.consent(session, definition_id=second.id, actor=FAJAR, now=NOW)
    assert world.instance.definition_id == first
    assert world.instance.state == "s/a"


def test_proposing_the_same_again_changes_nothing(session: Session) -> None:
    first, second = begun(session), propose(session)
    assert propose(session, FAJAR) is second
    assert second.published_by == "8"
    assert publishing.propose(session, drawing=drawing(), form_texts={}, actor=EKA, now=NOW) is first
    assert [one.id for one in publishing.proposed(session)] == [second.id]


def test_another_proposal_takes_the_place_of_the_first(session: Session) -> None:
    begun(session)
    second, third = propose(session, named="2"), propose(session, FAJAR, named="3")
    assert (second.status, third.status, third.version) == ("withdrawn", "proposed", 3)
    with pytest.raises(Refused):
        publishing.consent(session, definition_id=second.id, actor=FAJAR, now=NOW)
    assert [one.id for one in publishing.proposed(session)] == [third.id]
    publishing.withdraw(session, definition_id=third.id)
    assert publishing.proposed(session) == []


def test_a_form_alone_makes_a_new_version(session: Session) -> None:
    begun(session)
    form = '{"id": "a", "type": "default", "components": [{"id": "n", "type": "textfield", "key": "n", "label": "N"}]}'
    made = propose(session, named="", forms={"a": form})
    assert (made.version, made.status) == (2, "proposed")


def test_what_does_not_hold_is_refused_and_nothing_is_stored(session: Session) -> None:
    begun(session)
    waiting = propose(session)
    with pytest.raises(DrawingRefused):
        publishing.propose(session, drawing=drawing().replace(b"</process>", b'<userTask id="lost"/></process>'),
                           form_texts={}, actor=EKA, now=NOW)
    with pytest.raises(FormRefused):
        propose(session, forms={"a": "{"})
    with pytest.raises(NotFound):
        publishing.consent(session, definition_id=10_000, actor=FAJAR, now=NOW)
    assert session.scalars(select(Definition.version).order_by(Definition.version)).all() == [1, 2]
    assert [one.id for one in publishing.proposed(session)] == [waiting.id]


def test_a_version_older_than_the_current_one_cannot_become_current(session: Session) -> None:
    begun(session)
    second = propose(session)
    definitions.publish(session, drawing=drawing(named="3"), form_texts={}, by="system", now=NOW)
    with pytest.raises(Stale):
        publishing.consent(session, definition_id=second.id, actor=FAJAR, now=NOW)


def test_the_database_knows_one_proposal_a_process(session: Session) -> None:
    begun(session)
    second = propose(session)
    values = {"key": "p", "version": 9, "name": "", "drawing": b"", "forms": {}, "outline": "", "fingerprint": "",
              "published_at": NOW, "published_by": "1", "status": "proposed"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Definition).values(**values))
    assert [one.id for one in publishing.proposed(session)] == [second.id]


def test_each_pool_of_a_collaboration_is_published_by_itself(session: Session) -> None:
    first = draw.xml(draw.LINE, [("s", "a"), ("a", "e")], lanes={"member": ["s", "a", "e"]}, name="one")
    second = draw.xml({"t": "startEvent", "f": "endEvent"}, [("t", "f")], name="two")
    both = first.replace(b"</definitions>", second[second.index(b"<process"):])
    with pytest.raises(DrawingRefused, match="tepat satu alur"):
        definitions.publish(session, drawing=both, form_texts={}, by="test", now=NOW)
    made = [
        definitions.publish(session, drawing=both, form_texts={}, by="test", now=NOW, key=key) for key in ("one", "two")
    ]
    assert [set(definitions.load(session, one.id).graph.states) for one in made] == [{"s/a", "e"}, {"f"}]
