"""Handlers: the Python functions behind automatic tasks, registered by task type.

A handler gets ids and values and answers a mapping that becomes the instance's variables where the drawing asks for
them. It runs inside the transaction that marks its message done, is retried with backoff when it raises, and must be
safe to run twice towards the world outside. An outcome that the drawing deals with by an error event is raised as
`engine.errors.BpmnError`; what the handler had written by then is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import TapakError


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler is given: the instance's id, subject and scope, the task, its properties, and the variables with
    the task's input mappings over them."""

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


def run(session: Session, job: Job, name: str, now: datetime) -> Mapping[str, Any]:
    """What the handler of this name answers to the job. NoHandler when none is registered; whatever it raises."""
    task = _registered.get(name)
    if task is None:
        raise NoHandler("Tidak ada penangan untuk jenis tugas “%(type)s” (%(task)s).", type=name, task=job.node)
    return task(session, job, now) or {}
