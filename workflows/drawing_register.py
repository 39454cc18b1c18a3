"""What the pages about drawings ask: the processes, their versions, and how many bodies run by each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.models import Definition, Instance
from workflows.blocked import within
from workflows.models import Account


@dataclass(frozen=True, slots=True)
class Version:
    """One version as lists show it. `under_way` counts the bodies that run by it and that the reader may see; `by` and
    `consented_by` are names, "" where the set-up did it."""

    id: int
    key: str
    version: int
    name: str
    status: str
    at: datetime
    by: str
    consented_at: datetime | None
    consented_by: str
    under_way: int


@dataclass(frozen=True, slots=True)
class Process:
    """A process with its versions, the newest first. `current` is None while none is published."""

    key: str
    versions: tuple[Version, ...]

    @property
    def current(self) -> Version | None:
        return next((one for one in self.versions if one.status == "published"), None)

    @property
    def proposed(self) -> Version | None:
        return next((one for one in self.versions if one.status == "proposed"), None)

    @property
    def name(self) -> str:
        return (self.current or self.versions[0]).name

    @property
    def under_way(self) -> int:
        return sum(one.under_way for one in self.versions)

    @property
    def older(self) -> tuple[Version, ...]:
        """The versions behind the current one by which bodies still run."""
        return tuple(one for one in self.versions if one.under_way and one != self.current)


def processes(session: Session, scopes: Sequence[str], key: str | None = None) -> list[Process]:
    """All processes, or the one of this key, by name. Three questions, however many bodies there are."""
    columns = (
        Definition.id, Definition.key, Definition.version, Definition.name, Definition.status, Definition.published_at,
        Definition.published_by, Definition.consented_at, Definition.consented_by,
    )
    query = select(*columns).order_by(Definition.key, Definition.version.desc())
    rows = session.execute(query.where(Definition.key == key) if key is not None else query).all()
    running = dict(list(session.execute(
        select(Instance.definition_id, func.count())
        .where(Instance.status == "running", Instance.parent_id.is_(None), within(Instance.scope, scopes))
        .group_by(Instance.definition_id)
    )))
    names = _names(session, {one for row in rows for one in (row.published_by, row.consented_by or "")})
    found: dict[str, list[Version]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(Version(
            row.id, row.key, row.version, row.name, row.status, row.published_at, names.get(row.published_by, ""),
            row.consented_at, names.get(row.consented_by or "", ""), running.get(row.id, 0),
        ))
    return sorted((Process(key, tuple(ones)) for key, ones in found.items()), key=lambda one: (one.name, one.key))


def process(session: Session, scopes: Sequence[str], key: str) -> Process:
    """The process of this key. Refused with NotFound."""
    found = processes(session, scopes, key)
    if not found:
        raise NotFound("Alur ini tidak ditemukan.")
    return found[0]


def version(session: Session, definition_id: int) -> Definition:
    """This very version, with its drawing. Refused with NotFound."""
    found = session.get(Definition, definition_id)
    if found is None:
        raise NotFound("Versi alur ini tidak ditemukan.")
    return found


def _names(session: Session, accounts: set[str]) -> dict[str, str]:
    numbers = [int(one) for one in accounts if one.isdecimal()]
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(numbers)))
    return {str(number): name for number, name in found}
