"""What a task says of itself: how urgent it is, and from when on it is to be taken up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from engine import definitions, operations
from engine.checking import check
from engine.models import Task
from tests.engine import draw
from tests.engine.world import ANA, NOW, SCOPE, RuleHost

VENDORS = b"""xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:flowable="http://flowable.org/bpmn"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace"""


def drawing(said: bytes, inside: bytes = b"") -> bytes:
    source = draw.xml(draw.LINE, [("s", "a"), ("a", "e")], lanes={"member": ["s", "a", "e"]})
    task = b'<userTask id="a" %s><extensionElements>%s</extensionElements></userTask>' % (said, inside)
    return source.replace(b"targetNamespace", VENDORS).replace(b'<userTask id="a"/>', task)


def opened(session: Session, xml: bytes) -> Task:
    definition = definitions.publish(session, drawing=xml, form_texts={}, by="test", now=NOW)
    operations.start(
        session, definition_id=definition.id, subject="thing:1", scope=SCOPE, actor=ANA, now=NOW, host=RuleHost(),
        variables={"urgent": True, "later": "2024-06-02T08:00:00"},
    )
    return session.query(Task).one()


@pytest.mark.parametrize(("said", "inside", "priority"), [
    (b'camunda:priority="70"', b"", 70),
    (b'flowable:priority="${urgent ? 90 : 10}"', b"", 90),
    (b"", b'<zeebe:priorityDefinition priority="= if urgent then 100 else 0"/>', 100),
    (b'camunda:priority="${nobody_knows}"', b"", 50),
    (b'camunda:priority="${1.5}"', b"", 50),
    (b"", b"", 50),
])
def test_a_priority_is_the_tasks(session: Session, said: bytes, inside: bytes, priority: int) -> None:
    assert opened(session, drawing(said, inside)).priority == priority


@pytest.mark.parametrize(("said", "inside", "moment"), [
    (b'camunda:followUpDate="2024-06-01T08:00:00"', b"", datetime(2024, 6, 1, 1, 0, tzinfo=UTC)),
    (b'camunda:followUpDate="${later}"', b"", datetime(2024, 6, 2, 1, 0, tzinfo=UTC)),
    (b"", b'<zeebe:taskSchedule followUpDate="=later"/>', datetime(2024, 6, 2, 1, 0, tzinfo=UTC)),
    (b'flowable:followUpDate="PT12H"', b"", datetime(2024, 5, 16, 15, 0, tzinfo=UTC)),
    (b'camunda:followUpDate="${nobody_knows}"', b"", None),
])
def test_a_follow_up_date_is_the_tasks_and_no_deadline(
    session: Session, said: bytes, inside: bytes, moment: datetime | None
) -> None:
    task = opened(session, drawing(said, inside))
    assert (task.follow_up_at, task.due_at) == (moment, None)


@pytest.mark.parametrize(("said", "code"), [
    (b'camunda:priority="high"', "priority.unread"), (b'camunda:priority="1.5"', "priority.unread"),
    (b'camunda:priority="99999999999999"', "priority.unread"),
    (b'camunda:followUpDate="tomorrow at noon"', "follow_up.unread"),
])
def test_what_cannot_be_read_hinders_publishing_and_not_playing(said: bytes, code: str) -> None:
    verdict = check(drawing(said))
    assert verdict.ok
    assert [(one.code, one.element) for one in verdict.problems if one.severity == "missing"] == [(code, "a")]
