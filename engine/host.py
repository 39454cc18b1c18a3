"""What the engine asks of the product that runs on it: one small protocol, given to each operation as `host`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Grant:
    """`role` may be used on every scope that lies within `scope` ("33.23" covers "33.23.01"; "" covers all)."""

    role: str
    scope: str

    def covers(self, role: str, scope: str) -> bool:
        return self.role == role and lies_within(scope, self.scope)


def lies_within(scope: str, around: str) -> bool:
    """True when `scope` is `around` or one of its parts; codes are parted by dots."""
    return not around or scope == around or scope.startswith(around + ".")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the grants they hold now, or the engine itself (SYSTEM).

    `id` is the account, `person` who that account is for four eyes (two accounts of one person are one person), and
    `principal` who the one is on whose behalf they act: four eyes count both.
    """

    id: str
    name: str
    grants: tuple[Grant, ...] = ()
    on_behalf_of: str | None = None
    person: str = ""
    principal: str = ""

    @property
    def who(self) -> str:
        return self.person or self.id

    def holds(self, role: str, scope: str) -> bool:
        return any(grant.covers(role, scope) for grant in self.grants)

    def has_role(self, role: str, scope: str) -> bool:
        """True when the role is held somewhere at all, in another scope too: tells Forbidden from OutOfScope."""
        return any(grant.role == role for grant in self.grants)


SYSTEM = Actor("system", "Tapak")


@dataclass(frozen=True, slots=True)
class Subject:
    """The instance an operation is about, as the host needs it.

    `known` is the host's own: what it has read about the subject under the lock of this act, until it changes it.
    """

    instance_id: int
    subject: str
    scope: str
    definition: str
    stage: str
    state: str
    known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies around one subject at one moment.

    `names` are what its drawing's and forms' expressions may use beside the instance's own variables (FEEL values);
    `zone` is the local time; `add_days(day, n)` is the day n days later, counted as the subject counts days.
    """

    zone: ZoneInfo
    names: Mapping[str, Any] = field(default_factory=dict)
    add_days: Callable[[date, int], date] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What an evidence rule found. A hard one refuses; a soft one is a warning shown to who approves.

    `path` leads to the field as in errors.FieldError.
    """

    path: tuple[str | int, ...]
    code: str
    message: str
    hard: bool


class Host(Protocol):
    """The product's answers. Each is called inside the operation's transaction and must not commit."""

    def surroundings(self, session: Session, subject: Subject, now: datetime) -> Surroundings:
        """Zone, day counting and names for this subject at `now`."""

    def check(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], now: datetime
    ) -> Sequence[Finding]:
        """What the evidence rules find in data that its form has accepted."""

    def accepted(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], actor: Actor, now: datetime
    ) -> Mapping[str, Any] | None:
        """The evidence of this node has been accepted: write it into the product's registers.

        The answer, as JSON, is what `take_back` needs to write them back; None when there is nothing to.
        """

    def take_back(
        self, session: Session, subject: Subject, node: str, before: Mapping[str, Any], actor: Actor, now: datetime
    ) -> None:
        """The registers are as they were before `accepted`, whose answer `before` is.

        Refused (errors.Refused) where they have been changed by other hands since.
        """

    def still_holds(self, session: Session, subject: Subject, account: str, role: str, now: datetime) -> bool:
        """Whether this account, which held the role when it prepared evidence, holds it at `now`."""


@runtime_checkable
class ManyHost(Protocol):
    """What a host may offer besides: to read once for many acts what it would read for each."""

    def before_accepting(self, session: Session, evidence: Mapping[str, Sequence[str]]) -> None:
        """Of these subjects the evidence of these nodes waits for a decision, and may be accepted now."""

    def before_taking_back(self, session: Session, written: Sequence[Mapping[str, Any]]) -> None:
        """These answers of `accepted` may be given to `take_back` now."""


class PlainHost:
    """A host without a product: Western Indonesian time, calendar days, no names, no rules, no registers."""

    def __init__(self, zone: str = "Asia/Jakarta", names: Mapping[str, Any] | None = None) -> None:
        self._surroundings = Surroundings(ZoneInfo(zone), names or {})

    def surroundings(self, session: Session, subject: Subject, now: datetime) -> Surroundings:
        return self._surroundings

    def check(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], now: datetime
    ) -> Sequence[Finding]:
        return ()

    def accepted(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], actor: Actor, now: datetime
    ) -> Mapping[str, Any] | None:
        return None

    def take_back(
        self, session: Session, subject: Subject, node: str, before: Mapping[str, Any], actor: Actor, now: datetime
    ) -> None:
        return None

    def still_holds(self, session: Session, subject: Subject, account: str, role: str, now: datetime) -> bool:
        return True
