"""KPU's answers to the engine: what lies around a body, what the evidence rules find, what acceptance writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from sqlalchemy.orm import Session

from engine import gathering
from engine.errors import NotFound
from engine.host import Actor, Finding, Subject, Surroundings
from workflows import agendas, bodies, notices, rules, together, undoing, writes
from workflows.activities import training
from workflows.agendas import Almanac, Registered
from workflows.calendar import due
from workflows.models import Agenda, Body
from workflows.stakeholders import sowan

_ALMANACS = "workflows.almanacs"
_BODY = "body"
_RULED = frozenset(node for _, node in rules.RULES)


def almanac_of(session: Session, body: Body) -> Almanac:
    """The body's agenda, read once in a session."""
    known = cast("dict[int, Almanac]", session.info.setdefault(_ALMANACS, {}))
    if (found := known.get(body.agenda_id)) is None:
        agenda = session.get_one(Agenda, body.agenda_id)
        found = known[body.agenda_id] = agendas.load_almanac(session, agenda)
    return found


def _registered(session: Session, subject: Subject) -> tuple[Registered, Almanac]:
    """The body behind a subject as it is registered now, with its almanac. Refused with NotFound."""
    if (known := subject.known.get(_BODY)) is not None:
        return cast("tuple[Registered, Almanac]", known)
    found = gathering.taken(session, _BODY, subject.subject) or _asked(session, subject.subject)
    subject.known[_BODY] = found
    return cast("tuple[Registered, Almanac]", found)


def _asked(session: Session, subject: str) -> tuple[Registered, Almanac]:
    session.flush()  # what was set on a body in this session counts, written or not
    noun, _, number = subject.partition(":")
    found = agendas.of_body(session, int(number)) if noun == "body" and number.isdecimal() else None
    if found is None:
        raise NotFound("Badan %(body)s tidak ditemukan. Mungkin tautannya sudah tidak berlaku.", body=subject)
    return found


class KpuHost:
    """The host of every drawing in `workflows/`. Its subjects are bodies ("body:17")."""

    def surroundings(self, session: Session, subject: Subject, now: datetime) -> Surroundings:
        """Names, zone and day counting of the body's agenda."""
        body, almanac = _registered(session, subject)
        return Surroundings(almanac.tz, agendas.surroundings(almanac, body, now), partial(_add_days, almanac))

    def check(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], now: datetime
    ) -> Sequence[Finding]:
        """The evidence rules of this kind and task; () for a task without rules, such as an approval."""
        if node not in _RULED:
            return ()
        body = bodies.of_subject(session, subject.subject)
        if (body.kind, node) not in rules.RULES:
            return ()
        facts = rules.gather_facts(session, body, now, data, _registered(session, subject)[1])
        return rules.check(body.kind, node, data, facts)

    def accepted(
        self, session: Session, subject: Subject, node: str, data: Mapping[str, Any], actor: Actor, now: datetime
    ) -> Mapping[str, Any] | None:
        """The registers say what the accepted evidence says; the answer is what differs from before."""
        body = _registered(session, subject)[0]
        before = undoing.read(session, body, node)
        writes.accepted(session, body, node, data, actor=actor, now=now)
        if undoing.of_the_body(node):
            subject.known.clear()
        return undoing.changed(session, body, node, before)

    def before_accepting(self, session: Session, evidence: Mapping[str, Sequence[str]]) -> None:
        """The bodies and their registers' rows are read at once."""
        if (gathered := gathering.of(session)) is None:
            return
        session.flush()
        parts = (subject.partition(":") for subject in evidence)
        numbers = [int(number) for noun, _, number in parts if noun == "body" and number.isdecimal()]
        found = agendas.of_bodies(session, numbers)
        gathered.known.update({(_BODY, f"body:{number}"): known for number, known in found.items()})
        waiting = [(found[number][0], node) for number in found for node in evidence[f"body:{number}"]]
        undoing.gather(session, gathered, waiting)
        if not gathered.alone:  # where one is taken back alone, what the registers say is to be asked again
            sowan.gather(session, gathered, {body.region_code for body, node in waiting if node == "submit_sowan"})

    def before_taking_back(self, session: Session, written: Sequence[Mapping[str, Any]]) -> None:
        """The rows to be written back are read at once, and locked."""
        session.flush()
        together.gather(session, written)

    def take_back(
        self, session: Session, subject: Subject, node: str, before: Mapping[str, Any], actor: Actor, now: datetime
    ) -> None:
        """The registers are as they were before; refused where other hands have changed them since."""
        subject.known.clear()
        if (together_with := together.of(session)) is None:
            undoing.write_back(session, before)
        else:
            together_with.write_back(session, before)

    def still_holds(self, session: Session, subject: Subject, account: str, role: str, now: datetime) -> bool:
        """Whether the account is active and has this role over the body on this local day, or still has the one by
        which it prepared the bimtek of a body it trained."""
        today = _registered(session, subject)[1].today(now)
        trainer = training.prepared_here(session, subject.subject, account)
        roles = (role,) if trainer is None else (role, trainer)
        return account in map(str, notices.holders(session, roles, subject.scope, today))


def _add_days(almanac: Almanac, day: date, count: int) -> date:
    return due(day, count, almanac.day_type, almanac.holidays)


HOST = KpuHost()
