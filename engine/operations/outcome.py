"""What an operation answers, and the memory that makes the same request twice one act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine import history
from engine.base import table_of
from engine.errors import AlreadyDone
from engine.host import Actor
from engine.models import Act
from engine.statements import Statement, insert_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one act did to one instance.

    `source` and `target` are state names, `stages` the stages passed, `version` the instance's version afterwards,
    `warnings` the soft findings as `evidence.as_rows` has them; `handed_in` the nodes whose prepared evidence was
    handed in on the way; `done` is False when the act was counted but the task goes on (a vote).
    """

    instance_id: int
    action: str
    source: str
    target: str
    stage: str
    version: int
    stages: tuple[str, ...] = ()
    warnings: tuple[Mapping[str, Any], ...] = ()
    handed_in: tuple[str, ...] = ()
    done: bool = True

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Outcome:
        """The outcome that was remembered as this JSON."""
        lists = ("stages", "warnings", "handed_in")
        values: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in answer.items()}
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of which `of` makes it again."""
        return {one: getattr(self, one) for one in _OUTCOME}


_OUTCOME = tuple(one.name for one in fields(Outcome))
_act = table_of(Act)
_TAKE_KEY = insert_of(_act, "actor", "key", "digest", "at", new=True, returning="id")
_KNOWN = Statement(
    select(_act.c.digest, _act.c.answer).where(_act.c.actor == bindparam("who"), _act.c.key == bindparam("what"))
)
_ANSWER = Statement(
    update(_act).where(_act.c.actor == bindparam("who"), _act.c.key == bindparam("what"))
    .values(answer=bindparam("said"))
)


def earlier(
    session: Session, actor: Actor, key: str | None, request: Mapping[str, Any], now: datetime
) -> Outcome | None:
    """The answer this person's same request got before; None when it is new, and then the key is taken.

    Two at once: the second waits for the first one's transaction and gets its answer. Refused with AlreadyDone when
    the key was used for another request. Without a key every request is new.
    """
    if key is None:
        return None
    asked = history.digest(request)
    if _TAKE_KEY.first(session, {"actor": actor.id, "key": key, "digest": asked, "at": now}) is not None:
        return None
    found = _KNOWN.first(session, {"who": actor.id, "what": key})
    if found is None or found.digest != asked or found.answer is None:
        raise AlreadyDone()
    return Outcome.of(found.answer)


def remember(session: Session, actor: Actor, key: str | None, outcome: Outcome) -> Outcome:
    """The answer stands beside the key, in the transaction of the act itself."""
    if key is not None:
        _ANSWER.write(session, {"who": actor.id, "what": key, "said": outcome.as_dict()})
    return outcome
