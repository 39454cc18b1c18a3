"""What a task says itself: its due date, and a form drawn inside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from engine import definitions, operations
from engine.checking import check
from engine.models import Task
from tests.engine import draw
from tests.engine.world import ANA, NOW, SCOPE, RuleHost

CAMUNDA = b'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace'
FORM = (
    b'<userTask id="a" camunda:dueDate="%s"><extensionElements><camunda:formData>'
    b'<camunda:formField id="note" label="Catatan" type="string"/></camunda:formData></extensionElements></userTask>'
)


def drawing(due: bytes) -> bytes:
    source = draw.xml(draw.LINE, [("s", "a"), ("a", "e")], lanes={"member": ["s", "a", "e"]})
    return source.replace(b"targetNamespace", CAMUNDA).replace(b'<userTask id="a"/>', FORM % due)


@pytest.mark.parametrize(("due", "expected"), [
    (b"P3D", datetime(2024, 5, 19, 17, 0, tzinfo=UTC)),
    (b"2024-06-01T08:00:00", datetime(2024, 6, 1, 1, 0, tzinfo=UTC)),
    (b"${until}", datetime(2024, 6, 2, 1, 0, tzinfo=UTC)),
])
def test_a_due_date_on_the_task_is_the_tasks(session: Session, due: bytes, expected: datetime) -> None:
    definition = definitions.publish(session, drawing=drawing(due), form_texts={}, by="test", now=NOW)
    operations.start(
        session, definition_id=definition.id, subject="thing:1", scope=SCOPE, actor=ANA, now=NOW, host=RuleHost(),
        variables={"until": "2024-06-02T08:00:00"},
    )
    assert session.query(Task).one().due_at == expected
    form = definitions.load(session, definition.id).form("a")
    assert form is not None
    assert form.names == {"note"}


def test_a_due_date_that_is_code_hinders_publishing_and_not_playing() -> None:
    verdict = check(drawing(b"${calendar.next(3)}"))
    assert verdict.ok
    assert [(one.code, one.element) for one in verdict.problems if one.severity == "missing"] == [("due.unread", "a")]
