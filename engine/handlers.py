"""Handlers: the Python functions behind automatic tasks, registered by task type.

A handler gets ids and values and answers a mapping that becomes the instance's variables where the drawing asks for
them. It runs inside the transaction that marks its message done, is retried with backoff when it raises, and must be
safe to run twice towards the world outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import NotFound, TapakError
from engine.models import Instance


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler is given: the instance's id, subject and scope, the task, its properties and the variables."""

    instance_id: int
    subject: str
    scope: str
    node: str
    properties: Mapping[str, str]
    variables: Mapping[str, Any]


Handler = Callable[[Session, Job, datetime], Mapping[str, Any] | None]

_registered: dict[str, Handler] = {}


class NoHandler(TapakError):
    """Tidak ada penangan untuk jenis tugas ini."""


def handler(task_type: str) -> Callable[[Handler], Handler]:
    """The decorated function carries out automatic tasks of this type. ValueError when the type is taken."""

    def register(function: Handler) -> Handler:
        if task_type in _registered:
            raise ValueError(f"a handler for {task_type!r} is registered already")
        _registered[task_type] = function
        return function

    return register


def registered() -> frozenset[str]:
    """The task types that can be carried out here."""
    return frozenset(_registered)


def run(session: Session, *, instance_id: int, node: str, now: datetime) -> Mapping[str, Any]:
    """What the handler of this task answers. NoHandler when none is registered; whatever the handler raises."""
    instance = session.get(Instance, instance_id)
    if instance is None:
        raise NotFound()
    found = definitions.load(session, instance.definition_id).graph.process.nodes[node]
    task = _registered.get(found.task_type or "")
    if task is None:
        raise NoHandler(f"Tidak ada penangan untuk jenis tugas “{found.task_type}” ({node}).")
    job = Job(instance.id, instance.subject, instance.scope, node, found.properties, dict(instance.variables))
    return task(session, job, now) or {}
