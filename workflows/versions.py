"""Versions of KPU's drawings: who may propose one and who consents, from a folder to the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import checking, definitions, handlers, publishing
from engine.bpmn import reader
from engine.diff import Version
from engine.errors import Forbidden, NotFound, Refused
from engine.host import SYSTEM, Actor, Grant, lies_within
from engine.models import Definition
from engine.phrases import Phrase
from workflows import drawing_notices, drawings
from workflows.models import Account, Agenda, Assignment
from workflows.models.accounts import ROLES

PROPOSERS = ("admin", "operator")
CONSENTERS = ("admin", "commissioner", "supervisor")
MOVERS = ("admin", "operator")


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one drawing. `outcome`: "unchanged", "proposed" (waits for a second person) or "published"."""

    file: Path
    definition: Definition
    outcome: str


def files(folder: Path) -> list[Path]:
    """The drawings in this folder and those below it."""
    return sorted(folder.rglob("*.bpmn"))


def publish(session: Session, file: Path, actor: Actor, now: datetime, key: str | None = None) -> Published:
    """The drawing of this file, with the forms beside it, is proposed; unchanged it is left as it is. Where several
    pools run, `key` is the one meant.

    SYSTEM sets up: what has no version yet is published at once. Refused, with nothing stored: DrawingRefused,
    FormRefused; Forbidden without a role of PROPOSERS; a change without a person behind it.
    """
    drawing, texts, known = file.read_bytes(), drawings.form_texts(file), handlers.registered()
    key = definitions.chosen(drawing, key).id
    current = session.scalars(definitions.current_version(key)).first()
    if current is not None and definitions.is_same(current, drawing, texts):
        return Published(file, current, "unchanged")
    if actor is SYSTEM:
        if current is not None:
            raise Refused(
                "Alur “%(key)s” berubah. Sebutkan siapa yang mengusulkannya, supaya orang kedua menyetujui.", key=key
            )
        made = definitions.publish(
            session, drawing=drawing, form_texts=texts, by=SYSTEM.id, now=now, handlers=known, key=key,
            roles=ROLES,
        )
        return Published(file, made, "published")
    return Published(file, propose(session, drawing, texts, actor, now, key), "proposed")


def propose(
    session: Session, drawing: bytes, texts: Mapping[str, str], actor: Actor, now: datetime, key: str | None = None
) -> Definition:
    """The drawing is the proposed version of its process; whoever may consent is told, and who had proposed the one it
    replaces. Refused as `publishing.propose`; Forbidden without a role of PROPOSERS."""
    require_everywhere(session, actor, PROPOSERS)
    key = definitions.chosen(drawing, key).id
    before = next((one for one in publishing.proposed(session) if one.key == key), None)
    made = publishing.propose(
        session, drawing=drawing, form_texts=texts, actor=actor, now=now, handlers=handlers.registered(), key=key,
        roles=ROLES,
    )
    if before is not None and before.status == "withdrawn":
        drawing_notices.settled(session, before, "replaced", actor, now)
    if made.status == "proposed":
        drawing_notices.proposed(session, made, CONSENTERS, now)
    return made


def consent(session: Session, definition_id: int, actor: Actor, now: datetime) -> Definition:
    """The proposed version is the current one, and who proposed it knows. Refused as `publishing.consent`; Forbidden
    without a role of CONSENTERS."""
    require_everywhere(session, actor, CONSENTERS)
    found = publishing.consent(session, definition_id=definition_id, actor=actor, now=now)
    drawing_notices.settled(session, found, "published", actor, now)
    return found


def withdraw(session: Session, definition_id: int, actor: Actor, now: datetime) -> Definition:
    """The version is proposed no more: taken back by who proposed it, or refused by who may consent; who proposed it
    knows. Refused as `publishing.withdraw`; Forbidden for everybody else."""
    found = session.get(Definition, definition_id)
    if found is not None and found.person != actor.who and not any(one.role in CONSENTERS for one in actor.grants):
        raise Forbidden("Hanya pengusul atau yang berhak menyetujui dapat menarik usulan ini.")
    require_everywhere(session, actor, (*PROPOSERS, *CONSENTERS))
    done = publishing.withdraw(session, definition_id=definition_id)
    drawing_notices.settled(session, done, "refused", actor, now)
    return done


def require(actor: Actor, roles: tuple[str, ...]) -> None:
    """Refused with Forbidden unless the actor holds one of these roles anywhere."""
    if not any(grant.role in roles for grant in actor.grants):
        several = reduce(lambda these, role: Phrase("%(these)s atau %(role)s", these=these, role=role), roles)
        raise Forbidden("Ini pekerjaan %(roles)s. Minta salah seorang dari mereka.", roles=several)


def require_everywhere(session: Session, actor: Actor, roles: tuple[str, ...]) -> None:
    """Refused with Forbidden unless such roles of the actor cover every agenda: a drawing is one for all of them."""
    require(actor, roles)
    held = [grant.scope for grant in actor.grants if grant.role in roles]
    for scope in session.scalars(select(Agenda.scope).distinct()):
        if not any(lies_within(scope, around) for around in held):
            raise Forbidden(
                "Alur ini dipakai juga oleh wilayah di luar wilayah kerja Anda. Minta admin yang mencakup semuanya."
            )


def process_key(drawing: bytes) -> str:
    """The id of the process of this drawing. Refused with DrawingRefused when there is not exactly one to run."""
    return definitions.chosen(drawing).id


def process_keys(drawing: bytes) -> list[str]:
    """The ids of the processes of this drawing that are to run: one, or one for each pool of a collaboration."""
    return [process.id for process in checking.runnable(reader.read(drawing))]


def find(session: Session, text: str) -> Definition:
    """The version named "pps@2", or the current one of "pps". Refused with NotFound."""
    key, _, number = text.partition("@")
    query = definitions.current_version(key)
    if number:
        query = select(Definition).where(
            Definition.key == key, Definition.version == (int(number) if number.isdecimal() else -1)
        )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("Versi “%(text)s” tidak ada. Tulis misalnya pps@2.", text=text)
    return found


def side(definition: Definition) -> Version:
    """This version as one side of a comparison."""
    return Version(definitions.chosen(definition.drawing, definition.key), definition.forms)


def actor_of(session: Session, login: str, today: date) -> Actor:
    """The person with this account and what they may do today. Refused with NotFound for none, or one switched off."""
    account = session.scalars(select(Account).where(Account.login == login.lower(), Account.active)).one_or_none()
    if account is None:
        raise NotFound("Akun “%(login)s” tidak ada atau tidak aktif.", login=login)
    running = select(Assignment.role, Assignment.scope).where(
        Assignment.account_id == account.id, Assignment.from_on <= today,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
    )
    grants = tuple(Grant(row.role, row.scope) for row in session.execute(running.order_by(Assignment.id)))
    person = f"person:{account.person_id}" if account.person_id else ""
    return Actor(str(account.id), account.name, grants, person=person)
